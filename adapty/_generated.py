"""The one door to the generated code: the only module of the facade that imports `adapty_generated`.

A record of `adapty.models` goes through the generated builder to the parts of a request. A documented success is read
from its JSON by a class of `adapty.models`: the generated parser would make floats of amounts, guess at odd dates, and
refuse a list item of another kind. The generated clients, which raise bare errors, are not used. The imports stand
inside the functions, so that importing adapty does not load every generated model.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from urllib.parse import urlencode

from attrs import evolve

from adapty._core.call import Call, InvalidBody, Request
from adapty._core.json_body import InvalidJson, parse_json
from adapty._core.operations import AUTH_SCHEMES, OPERATIONS
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from adapty._core.error_mapping import Response
    from adapty._core.operations import Api
    from adapty.config import Config
    from adapty.models._request import RequestModel
    from adapty_generated.mail import AuthenticatedClient as MailClient
    from adapty_generated.server_side import AuthenticatedClient as ServerSideClient

__all__ = [
    "build_mail_call",
    "build_server_side_call",
    "ignore_body",
    "low_level_mail_client",
    "low_level_server_side_client",
    "openapi_spec",
]

T = TypeVar("T")

# Created once: json.dumps would create one for each call.
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

ENDPOINTS: Mapping[Api, Mapping[str, str]] = {
    "mail": {
        "saveProfile": "default.save_profile",
        "saveTransactionEvent": "default.save_transaction_event",
        "deleteProfile": "default.delete_profile",
    },
    "server_side": {
        "getProfile": "profile.get_profile",
        "createProfile": "profile.create_profile",
        "updateProfile": "profile.update_profile",
        "deleteProfile": "profile.delete_profile",
        "setTransaction": "purchase.set_transaction",
        "grantAccessLevel": "purchase.grant_access_level",
        "revokeAccessLevel": "purchase.revoke_access_level",
        "getRefundSaverSettings": "refund_saver.get_refund_saver_settings",
        "setRefundSaverSettings": "refund_saver.set_refund_saver_settings",
        "validateStripePurchase": "stripe.validate_stripe_purchase",
        "validatePaddlePurchase": "paddle.validate_paddle_purchase",
        "getIntegrationIdentifiers": "integration.get_integration_identifiers",
        "setIntegrationIdentifiers": "integration.set_integration_identifiers",
        "listPaywalls": "paywalls.list_paywalls",
        "getPaywall": "paywalls.get_paywall",
        "updatePaywall": "paywalls.update_paywall",
        "createVirtualCurrencyTransaction": "virtual_currency.create_virtual_currency_transaction",
        "listVirtualCurrencyTransactions": "virtual_currency.list_virtual_currency_transactions",
        "listVirtualCurrencyBalances": "virtual_currency.list_virtual_currency_balances",
        "getProfileV1": "version_1.get_profile_v1",
        "createProfileV1": "version_1.create_profile_v1",
        "updateProfileV1": "version_1.update_profile_v1",
        "deleteProfileV1": "version_1.delete_profile_v1",
        "grantAccessLevelV1": "version_1.grant_access_level_v1",
    },
}
"""Operation to the generated module of its builder, below the `api` package of its API."""


def build_mail_call(
    name: str,
    read: Callable[[Mapping[str, Any]], T],
    body: RequestModel,
    *,
    not_found_is_success: bool = False,
) -> Call[T]:
    """Put the call of an operation of the Mail API together; see `build_server_side_call`.

    Args:
        name: The contract's operationId.
        read: Makes the result out of the decoded body of a documented success.
        body: What the request holds.
        not_found_is_success: Whether a 404 after a try that may have gone through means that it did.
    """
    call = _call("mail", name, read, body, {})
    return evolve(call, not_found_is_success=True) if not_found_is_success else call


def build_server_side_call(
    name: str,
    read: Callable[[Mapping[str, Any]], T],
    body: RequestModel | None = None,
    **parameters: Any,
) -> Call[T]:
    """Put the call of an operation of the server-side API together.

    Args:
        name: The contract's operationId.
        read: Makes the result out of the decoded body of a documented success.
        body: What the request holds.
        parameters: The generated builder's other arguments: headers, path and query.

    Raises:
        AdaptyUsageError: The record was altered after it was checked, and holds what JSON cannot carry.
    """
    return _call("server_side", name, read, body, parameters)


def ignore_body(_: Mapping[str, Any]) -> None:
    """Read the body of an operation that has no result."""


def _call(
    api: Api,
    name: str,
    read: Callable[[Mapping[str, Any]], T],
    body: RequestModel | None,
    parameters: Mapping[str, Any],
) -> Call[T]:
    operation = OPERATIONS[api][name]
    # Of a body the builder asks only for its `to_dict`, which a record has too.
    arguments = parameters if body is None else {**parameters, "body": body}
    parts = _builder(api, name)(**arguments)
    reader = _object_reader if operation.answers == "object" else _blank_reader
    return Call(operation, _request(name, parts), reader(read), operation.not_found_is_success)


@cache
def _builder(api: Api, name: str) -> Callable[..., Mapping[str, Any]]:
    endpoint = import_module(f"adapty_generated.{api}.api.{ENDPOINTS[api][name]}")
    return cast("Callable[..., Mapping[str, Any]]", endpoint._get_kwargs)  # noqa: SLF001 - it has no public name


def _request(name: str, parts: Mapping[str, Any]) -> Request:
    body = None
    if "json" in parts:
        try:
            body = _WRITER.encode(parts["json"]).encode()
        except (TypeError, ValueError, RecursionError):
            # Only a record whose dicts were altered after they were checked gets here.
            raise AdaptyUsageError(f"{name}: the record holds something that JSON cannot carry") from None
    query = urlencode(parts.get("params", {}))
    return Request(parts["method"].upper(), parts["url"], parts.get("headers", {}), body, query)


def _object_reader(read: Callable[[Mapping[str, Any]], T]) -> Callable[[Response], T]:
    def reader(answer: Response) -> T:
        decoded = _decoded(answer)
        if not isinstance(decoded, dict):
            message = f"the body is not the promised JSON object but {type(decoded).__name__}"
            raise InvalidBody(message)
        return read(decoded)

    return reader


def _blank_reader(read: Callable[[Mapping[str, Any]], T]) -> Callable[[Response], T]:
    def reader(answer: Response) -> T:
        if answer.content.strip():
            _decoded(answer)
        return read({})

    return reader


def _decoded(answer: Response) -> Any:
    """Refuse a body that is not JSON: a gateway's page must not pass for a saved record."""
    try:
        return parse_json(answer.content)
    except InvalidJson as invalid:
        problem = f"the body {invalid}"
    raise InvalidBody(problem)


def low_level_mail_client(config: Config, transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> MailClient:
    """Make the generated client of the Mail API, with its key; its `with_...` copies keep the transport too."""
    from adapty_generated.mail import AuthenticatedClient

    return AuthenticatedClient(**_client_arguments("mail", config, transport))


def low_level_server_side_client(
    config: Config,
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
) -> ServerSideClient:
    """Make the generated client of the server-side API, in the same way."""
    from adapty_generated.server_side import AuthenticatedClient

    return AuthenticatedClient(**_client_arguments("server_side", config, transport))


def _client_arguments(
    api: Api,
    config: Config,
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
) -> dict[str, Any]:
    from adapty._http import USER_AGENT, httpx_timeout

    return {
        "base_url": config.base_urls[api],
        "token": config.key(api).value,
        "prefix": AUTH_SCHEMES[api],
        "timeout": httpx_timeout(config.timeouts),
        "headers": {"User-Agent": USER_AGENT},
        "httpx_args": {"transport": transport},
    }


def openapi_spec(api: Api | Literal["webhooks"]) -> dict[str, Any]:
    """Give the contract that the generated code was made of, as a decoded OpenAPI document."""
    text = resources.files("adapty_generated").joinpath(api, "openapi.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))
