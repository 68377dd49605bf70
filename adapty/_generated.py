"""The one door to the generated code: the only module of the facade that imports `adapty_generated`.

In: a record of `adapty.models` goes through the generated model and builder to the parts of a request. Out: a
documented success goes through the generated parser. The generated clients, which raise bare errors, are not used.
The imports stand inside the functions, so that importing adapty does not load every generated model.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from adapty._core.call import Call, Request, UnreadableAnswer
from adapty._core.operations import OPERATIONS
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

    from adapty._core.answers import Answer
    from adapty._core.operations import Api
    from adapty.config import Config
    from adapty.models import MailProfile, TransactionEvent
    from adapty_generated.mail import AuthenticatedClient

__all__ = ["contract", "low_level_mail_client", "save_profile", "save_transaction_event"]


def save_profile(profile: MailProfile) -> Call[None]:
    """Build the call of `saveProfile`."""
    from adapty_generated.mail.api.default import save_profile as endpoint
    from adapty_generated.mail.models import ProfileDTO

    return _call("saveProfile", endpoint, body=ProfileDTO.from_dict(profile.to_dict()))


def save_transaction_event(event: TransactionEvent) -> Call[None]:
    """Build the call of `saveTransactionEvent`."""
    from adapty_generated.mail.api.default import save_transaction_event as endpoint
    from adapty_generated.mail.models import TransactionEventDTO

    return _call("saveTransactionEvent", endpoint, body=TransactionEventDTO.from_dict(event.to_dict()))


def low_level_mail_client(
    config: Config,
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
) -> AuthenticatedClient:
    """Make the generated client of the Mail API, with its key; its `with_...` copies keep the transport too."""
    from adapty._http import USER_AGENT, httpx_timeout
    from adapty_generated.mail import AuthenticatedClient

    return AuthenticatedClient(
        base_url=config.base_urls["mail"],
        token=config.key("mail").value,
        timeout=httpx_timeout(config.timeouts),
        headers={"User-Agent": USER_AGENT},
        httpx_args={"transport": transport},
    )


def contract(api: Api) -> dict[str, Any]:
    """Give the contract that the generated code was made of, as a decoded OpenAPI document."""
    text = resources.files("adapty_generated").joinpath(api, "openapi.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


def _call(name: str, endpoint: ModuleType, **arguments: Any) -> Call[None]:
    """Put a call together out of the generated builder's parts and the generated parser."""
    parts = endpoint._get_kwargs(**arguments)  # noqa: SLF001 - the builder has no public name
    try:
        body = json.dumps(parts["json"], ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        # Only a record whose dicts were altered after they were checked gets here.
        raise AdaptyUsageError(f"{name}: the record holds something that JSON cannot carry") from None
    request = Request(parts["method"].upper(), parts["url"], parts["headers"], body)

    def read(answer: Answer) -> None:
        _promised_object(answer)
        try:
            # The client is only asked about statuses that are not documented, and none comes here.
            endpoint._parse_response(client=None, response=answer)  # noqa: SLF001 - as above
        except Exception as problem:
            message = f"the body is not what the API documents ({type(problem).__name__})"
            raise UnreadableAnswer(message) from problem

    return Call(OPERATIONS[name], request, read)


def _promised_object(answer: Answer) -> None:
    """Refuse a body that is not a JSON object: a gateway's page must not pass for a saved record."""
    try:
        decoded = json.loads(answer.content)
    except (ValueError, RecursionError):
        message = "the body is not JSON, or cut short"
        raise UnreadableAnswer(message) from None
    if not isinstance(decoded, dict):
        message = f"the body is not the promised JSON object but {type(decoded).__name__}"
        raise UnreadableAnswer(message)
