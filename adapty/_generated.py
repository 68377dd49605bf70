"""The only module of the facade that imports `adapty_generated`.

The generated builder turns a model of `adapty.models` into the parts of a request. The generated parsers and clients
are not used: the parsers convert amounts to floats and fail on unknown values, and the clients raise bare errors. The
imports are inside the functions, so that importing adapty does not load every generated module.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module, resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from urllib.parse import urlencode

from attrs import evolve

from adapty._core.call import Call, Request
from adapty._core.operations import AUTH_SCHEMES, OPERATIONS
from adapty.errors import AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from adapty._core.operations import Api, Operation
    from adapty.config import Config
    from adapty.models._request import RequestModel
    from adapty_generated.export_analytics import AuthenticatedClient as AnalyticsClient
    from adapty_generated.mail import AuthenticatedClient as MailClient
    from adapty_generated.server_side import AuthenticatedClient as ServerSideClient
    from adapty_generated.web import AuthenticatedClient as WebClient

__all__ = [
    "build_analytics_call",
    "build_mail_call",
    "build_server_side_call",
    "build_web_call",
    "ignore_body",
    "low_level_analytics_client",
    "low_level_mail_client",
    "low_level_server_side_client",
    "low_level_web_client",
    "openapi_spec",
]

T = TypeVar("T")

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})

# Created once: json.dumps would create one for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def build_mail_call(
    name: str,
    parse: Callable[[Mapping[str, Any]], T],
    body: RequestModel,
    *,
    not_found_is_success: bool = False,
) -> Call[T]:
    """Build the call of an operation of the Mail API; see `build_server_side_call`.

    Args:
        name: The operationId in the spec.
        parse: Returns the result from the parsed body of a documented success.
        body: The request body.
        not_found_is_success: Whether a 404 means success after an attempt that may have succeeded.
    """
    call = _build_call(OPERATIONS["mail"][name], parse, body, {})
    return evolve(call, not_found_is_success=True) if not_found_is_success else call


def build_server_side_call(
    name: str,
    parse: Callable[[Mapping[str, Any]], T],
    body: RequestModel | None = None,
    **parameters: Any,
) -> Call[T]:
    """Build the call of an operation of the server-side API.

    Args:
        name: The operationId in the spec.
        parse: Returns the result from the parsed body of a documented success.
        body: The request body.
        parameters: The generated builder's other arguments: headers, path and query.

    Raises:
        AdaptyUsageError: The model was changed after validation, and JSON cannot represent it.
        AdaptyError: The contract that the code was generated from does not have the operation.
    """
    return _build_call(OPERATIONS["server_side"][name], parse, body, parameters)


def build_web_call(name: str, parse: Callable[[Mapping[str, Any]], T], body: RequestModel) -> Call[T]:
    """Build the call of an operation of the Web API; see `build_server_side_call`."""
    return _build_call(OPERATIONS["web"][name], parse, body, {})


def build_analytics_call(
    name: str,
    parse: Callable[[Mapping[str, Any]], T],
    body: RequestModel,
    headers: Mapping[str, str] = _NO_HEADERS,
    *,
    is_csv: bool = False,
) -> Call[T]:
    """Build the call of an operation of the Export Analytics API; see `build_server_side_call`.

    Args:
        name: The operationId in the spec.
        parse: Returns the result from the parsed body of a documented success.
        body: The request body.
        headers: Headers that the vendor documents outside of the spec.
        is_csv: Whether the response is CSV.
    """
    operation = OPERATIONS["export_analytics"][name]
    call = _build_call(evolve(operation, response_kind="csv") if is_csv else operation, parse, body, {})
    return evolve(call, request=evolve(call.request, headers={**call.request.headers, **headers}))


def ignore_body(_: Mapping[str, Any]) -> None:
    """Parse the body of an operation that has no result."""


def _build_call(
    operation: Operation,
    parse: Callable[[Mapping[str, Any]], T],
    body: RequestModel | None,
    parameters: Mapping[str, Any],
) -> Call[T]:
    # The builder only calls the body's `to_dict`, which a model has too.
    arguments = parameters if body is None else {**parameters, "body": body}
    parts = _load_builder(operation.api, operation.endpoint, operation.name)(**arguments)
    content = None
    if "json" in parts:
        try:
            content = _ENCODER.encode(parts["json"]).encode()
        except (TypeError, ValueError, RecursionError):
            # Only if the model's dicts were changed after validation.
            raise AdaptyUsageError(f"{operation.name}: the body contains a value that JSON cannot represent") from None
    query = urlencode(parts.get("params", {}))
    request = Request(parts["method"].upper(), parts["url"], parts.get("headers", {}), content, query)
    return Call(operation, request, parse, operation.not_found_is_success)


@cache
def _load_builder(api: Api, endpoint: str, operation: str) -> Callable[..., Mapping[str, Any]]:
    """Return the generated builder of an operation; the cache needs arguments that are cheap to hash.

    Raises:
        AdaptyError: The contract that the code was generated from does not have the operation.
    """
    name = f"adapty_generated.{api}.api.{endpoint}"
    try:
        module = import_module(name)
    except ModuleNotFoundError as missing:
        if not (missing.name and f"{name}.".startswith(f"{missing.name}.")):
            raise
        problem = f"is not in the contract that this installation was generated from (openapi/{api}.yaml)"
        raise AdaptyError(f"{operation}: the operation {problem}") from None
    return cast("Callable[..., Mapping[str, Any]]", module._get_kwargs)  # noqa: SLF001 - it has no public name


def low_level_mail_client(config: Config, transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> MailClient:
    """Create the generated client of the Mail API, with the key and the transport of the facade."""
    from adapty_generated.mail import AuthenticatedClient

    return AuthenticatedClient(**_client_arguments("mail", config, transport))


def low_level_server_side_client(
    config: Config,
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
) -> ServerSideClient:
    """Create the generated client of the server-side API, with the key and the transport of the facade."""
    from adapty_generated.server_side import AuthenticatedClient

    return AuthenticatedClient(**_client_arguments("server_side", config, transport))


def low_level_web_client(config: Config, transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> WebClient:
    """Create the generated client of the Web API, with the public key and the transport of the facade."""
    from adapty_generated.web import AuthenticatedClient

    return AuthenticatedClient(**_client_arguments("web", config, transport))


def low_level_analytics_client(
    config: Config,
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
) -> AnalyticsClient:
    """Create the generated client of the Export Analytics API, with the key and the transport of the facade."""
    from adapty_generated.export_analytics import AuthenticatedClient

    return AuthenticatedClient(**_client_arguments("export_analytics", config, transport))


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
    """Return the OpenAPI document that the code was generated from."""
    text = resources.files("adapty_generated").joinpath(api, "openapi.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))
