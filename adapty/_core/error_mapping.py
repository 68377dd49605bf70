"""From an answer that is not the documented success to a typed exception, whatever its body holds.

Nothing here raises while it makes an error: bodies are empty, HTML, cut short, or JSON of any shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from adapty import errors
from adapty._core.addresses import describe_url
from adapty._core.json_body import InvalidJson, parse_json
from adapty._core.redaction import redact, redact_data
from adapty._core.retry import parse_retry_after
from adapty._escaping import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty._core.redaction import Secret

__all__ = [
    "PROXY_REMEDY",
    "RequestInfo",
    "Response",
    "error_from_response",
    "is_not_found",
    "parse_error_body",
    "parse_error_code",
]

ERROR_BY_CODE: Mapping[str, type[errors.AdaptyAPIError]] = {
    # The Mail API answers 403, not 401, for a key that it does not know.
    "secret_key_does_not_exist_error": errors.AuthenticationError,
    "profile_does_not_exist": errors.ProfileNotFoundError,
    # The integration endpoints have another word for it, and so has the Mail API.
    "profile_not_found": errors.ProfileNotFoundError,
    "profile_not_found_error": errors.ProfileNotFoundError,
    "feature_not_enabled": errors.FeatureNotEnabledError,
    "insufficient_balance": errors.InsufficientBalanceError,
}
"""Holds for 4xx only."""

ERROR_BY_STATUS: Mapping[int, type[errors.AdaptyAPIError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
}

ERROR_BY_STATUS_CLASS: Mapping[int, type[errors.AdaptyAPIError]] = {
    2: errors.UnexpectedResponseError,
    5: errors.ServerError,
}

PROXY_REMEDY = "put a valid USER:PASSWORD@ before its host"
"""What to do about a proxy that requires authentication."""

_NOT_FOUND = 404
_PROXY_AUTHENTICATION_REQUIRED = 407
_REDIRECT = 3
_REFUSED = 4
_KEY_REFUSED = (errors.AuthenticationError, errors.PermissionDeniedError)
_MAX_BODY = 1_000_000
"""The part of an error's body that is kept, in bytes. Documented errors have some hundred."""
_MARGIN = 10_000
_SHOWN_MESSAGES = 3
_SHOWN_CHARACTERS = 300
_SHOWN_NAME = 100


class Response(Protocol):
    """What the core needs of a response; `httpx.Response` has it."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, looked up without regard to case."""

    @property
    def content(self) -> bytes:
        """The whole body, decompressed."""


@frozen
class RequestInfo:
    """What was asked for, as the exceptions tell it."""

    operation: str
    method: str
    path: str
    attempts: int
    idempotency_key: str | None = None
    key_source: str | None = None
    proxy: str | None = None

    def details(self) -> dict[str, Any]:
        """Give the keyword arguments that every exception with a request behind it takes."""
        return {
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "attempts": self.attempts,
            "idempotency_key": self.idempotency_key,
        }

    def tries(self) -> str:
        """Say how often it was sent, for the end of a message."""
        return "after 1 try" if self.attempts == 1 else f"after {self.attempts} tries"


def parse_error_body(text: str) -> Any:
    """Parse JSON; return the text itself if it is not JSON or over a limit, or None if it is blank."""
    try:
        return parse_json(text, "float")
    except InvalidJson:
        return text if text.strip() else None


def _body(answer: Response) -> Any:
    """Decode the body; of one that is far too long for an error, return the beginning as text."""
    text = answer.content[:_MAX_BODY].decode("utf-8-sig", "replace")
    return parse_error_body(text) if len(answer.content) <= _MAX_BODY else text


def parse_error_code(answer: Response) -> str | None:
    """Give the API's short name of the error that an answer reports, or None."""
    return _Found.in_body(_body(answer)).error_code


def is_not_found(answer: Response) -> bool:
    """Tell whether an answer says that what was to be deleted is not there; a gateway's 404 page does not say so."""
    if answer.status_code != _NOT_FOUND:
        return False
    body = _body(answer)
    code = _Found.in_body(body).error_code
    return not isinstance(body, str) and (code is None or ERROR_BY_CODE.get(code) is errors.ProfileNotFoundError)


def error_from_response(
    answer: Response,
    asked: RequestInfo,
    secrets: Iterable[Secret],
    problem: str | None = None,
) -> errors.AdaptyAPIError:
    """Make the exception for an answer.

    Args:
        answer: Anything that came back.
        asked: What it answers.
        secrets: What must not show in the exception.
        problem: What is wrong with a documented success, where the answer looks like one.
    """
    status = answer.status_code
    secrets = tuple(secrets)
    received = _body(answer)
    body = redact_data(received, secrets)
    if isinstance(body, str) and len(answer.content) > _MAX_BODY:
        body = body[:-_MARGIN]  # a part of a key may be left where the text was cut
    headers = {redact(name.lower(), secrets): redact(value, secrets) for name, value in answer.headers.items()}
    found = _Found.in_body(body)
    # Looked up as received: a short key of a test may be a part of the code.
    code = _Found.in_body(received).error_code or ""
    kind = (
        (ERROR_BY_CODE.get(code) if status // 100 == _REFUSED else None)
        or ERROR_BY_STATUS.get(status)
        or ERROR_BY_STATUS_CLASS.get(status // 100)
        or errors.AdaptyAPIError
    )
    request_id = headers.get("request-id") or headers.get("x-request-id")
    said = problem or "; ".join(found.messages[:_SHOWN_MESSAGES])[:_SHOWN_CHARACTERS] or "no readable reason"
    if status // 100 == _REDIRECT and "location" in headers:
        # Bounded last: half a key would not be found.
        target = redact(describe_url(answer.headers["location"]), secrets)[:_SHOWN_CHARACTERS]
        said = f"redirected to {target}, which is not followed; expected an answer of the API at its base URL"
    if status == _PROXY_AUTHENTICATION_REQUIRED:
        proxy = "a proxy" if asked.proxy is None else f"the proxy {asked.proxy}"
        said = f"{proxy} requires authentication; {PROXY_REMEDY}"
    named = f" {found.error_code[:_SHOWN_NAME]}" if found.error_code else ""
    retry_after = parse_retry_after(headers.get("retry-after"))
    tail = asked.tries()
    if retry_after is not None:
        tail += f", asked to wait {retry_after:g} s"
    if request_id:
        tail += f", request id {request_id[:_SHOWN_NAME]}"
    if asked.key_source and issubclass(kind, _KEY_REFUSED) and kind is not errors.FeatureNotEnabledError:
        tail += f", key from {asked.key_source}"
    message = f"{asked.operation}: {status}{named}: {said} ({tail})"
    return kind(
        # A body can hold line breaks, terminal escapes, or half of a surrogate pair, which no log in UTF-8 could take.
        escape_control(message),
        status_code=status,
        error_code=found.error_code,
        messages=found.messages,
        field_names=found.field_names,
        request_id=request_id,
        retry_after=retry_after,
        headers=headers,
        body=body,
        **asked.details(),
    )


@frozen
class _Found:
    """What an error body says, in whichever of the known shapes it comes."""

    error_code: str | None
    messages: tuple[str, ...]
    field_names: tuple[str, ...]

    @classmethod
    def in_body(cls, body: Any) -> _Found:
        """Look through `{errors: [...], error_code}`; anything else says nothing."""
        if not isinstance(body, dict):
            return cls(None, (), ())
        listed = body.get("errors")
        # Gateways and frameworks that know nothing of the shape say it beside, or in place of, the list.
        beside = {key: body.get(key) for key in _MESSAGE_KEYS}
        items = [*listed, beside] if isinstance(listed, list) else [listed, beside]
        fields = _texts(_get(item, key) for item in items for key in _FIELD_KEYS)
        return cls(
            error_code=next(iter(_texts(_get(item, "error_code") for item in (body, *items))), None),
            messages=_texts(map(_message, items)),
            field_names=tuple(field for field in fields if field != _NO_FIELD),
        )


def _get(item: Any, key: str) -> Any:
    if not isinstance(item, dict):
        return None
    # The Stripe operation says where in an object of its own: {"source": {"pointer": ...}}.
    source = item.get("source")
    return item.get(key) if key != "pointer" else source.get(key) if isinstance(source, dict) else None


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value)


_FIELD_KEYS = ("field_name", "source", "pointer")
_MESSAGE_KEYS = ("message", "detail")
_NO_FIELD = "non_field_errors"
"""The server-side API's word for no field in particular."""


def _message(item: Any) -> str:
    """Read one item of `errors`: plain text, the Mail API's object, or the server-side API's list of texts."""
    nested = _get(item, "errors")
    words = [item, *(_get(item, key) for key in _MESSAGE_KEYS), *(nested if isinstance(nested, list) else [])]
    said = ", ".join(_texts(words))
    field = next(iter(_texts(_get(item, key) for key in _FIELD_KEYS)), _NO_FIELD)
    return said if field == _NO_FIELD or not said else f"{field}: {said}"
