"""Map a response that is not the documented success to an exception, whatever its body contains.

Nothing here raises while it creates an error: bodies may be empty, HTML, incomplete, or JSON of any shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from adapty import errors
from adapty._core.addresses import describe_url
from adapty._core.error_rules import find_hint
from adapty._core.json_body import InvalidJson, parse_json
from adapty._core.operations import Api
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
    "attempts_text",
    "error_from_response",
    "error_type_for",
    "find_request_id",
    "is_not_found",
    "parse_error_body",
    "parse_error_code",
]

ERROR_BY_CODE: Mapping[str, type[errors.AdaptyAPIError]] = {
    # The Mail API returns 403, not 401, for an unknown key.
    "secret_key_does_not_exist_error": errors.AuthenticationError,
    "profile_does_not_exist": errors.ProfileNotFoundError,
    # In the integration operations, and in the Mail API.
    "profile_not_found": errors.ProfileNotFoundError,
    "profile_not_found_error": errors.ProfileNotFoundError,
    "feature_not_enabled": errors.FeatureNotEnabledError,
    "insufficient_balance": errors.InsufficientBalanceError,
}
"""Applies to 4xx only."""

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
"""The remedy for a proxy that requires authentication."""

_NOT_FOUND = 404
_PROXY_AUTHENTICATION_REQUIRED = 407
_REDIRECT = 3
_CLIENT_ERROR = 4
_KEY_ERRORS = (errors.AuthenticationError, errors.PermissionDeniedError)
_MAX_BODY = 1_000_000
"""The maximum size of `AdaptyAPIError.body` in bytes. Documented errors have some hundred."""
_MARGIN = 10_000
_MAX_MESSAGES = 3
_MAX_MESSAGE_LENGTH = 300
_MAX_NAME_LENGTH = 100


def attempts_text(attempts: int) -> str:
    """Return how often a request was sent, for the end of a message."""
    return "after 1 attempt" if attempts == 1 else f"after {attempts} attempts"


class Response(Protocol):
    """The parts of a response that the core needs; `httpx.Response` has them."""

    @property
    def status_code(self) -> int:
        """The HTTP status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with case-insensitive lookup."""

    @property
    def content(self) -> bytes:
        """The complete body, decompressed."""


@frozen
class RequestInfo:
    """A request as exceptions describe it."""

    operation: str
    method: str
    path: str
    attempts: int
    idempotency_key: str | None = None
    key_source: str | None = None
    proxy: str | None = None
    api: Api | None = None
    may_have_succeeded: bool = False
    possible_effect: str | None = None
    """What the request may have done, if it must not be repeated because of that."""

    def as_kwargs(self) -> dict[str, Any]:
        """Return the keyword arguments that every exception about a request has."""
        return {
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "attempts": self.attempts,
            "idempotency_key": self.idempotency_key,
            "may_have_succeeded": self.may_have_succeeded,
        }

    @property
    def can_repeat(self) -> bool:
        """Whether the request has the same effect if it is sent again."""
        return self.possible_effect is None

    def attempts_text(self) -> str:
        """Return how often the request was sent, for the end of a message."""
        return attempts_text(self.attempts)

    def warning_text(self) -> str:
        """Return why the request was not sent again, for the end of a message; empty if it may be sent again."""
        if self.possible_effect is None:
            return ""
        return f"; not retried, because {self.possible_effect}; repeat it only if a duplicate is acceptable"


def parse_error_body(text: str) -> Any:
    """Parse JSON; return the text itself if it is not JSON or over a limit, or None if it is blank."""
    try:
        return parse_json(text, "float")
    except InvalidJson:
        return text if text.strip() else None


def _parse_body(response: Response) -> Any:
    """Parse the body; of one that is too large for an error, return the start as text."""
    text = response.content[:_MAX_BODY].decode("utf-8-sig", "replace")
    return parse_error_body(text) if len(response.content) <= _MAX_BODY else text


def parse_error_code(response: Response) -> str | None:
    """Return the API's code of the error that a response reports, or None."""
    return _ErrorBody.parse(_parse_body(response)).error_code


def find_request_id(headers: Mapping[str, str]) -> str | None:
    """Return the ID that the vendor gave a request, from the headers of its response, or None."""
    return headers.get("request-id") or headers.get("x-request-id")


def is_not_found(response: Response) -> bool:
    """Return whether the API itself says that the profile does not exist; a gateway's 404 page does not count."""
    if response.status_code != _NOT_FOUND:
        return False
    body = _parse_body(response)
    code = _ErrorBody.parse(body).error_code
    return not isinstance(body, str) and (code is None or ERROR_BY_CODE.get(code) is errors.ProfileNotFoundError)


def error_from_response(
    response: Response,
    request: RequestInfo,
    secrets: Iterable[Secret],
    problem: str | None = None,
) -> errors.AdaptyAPIError:
    """Create the exception for a response.

    Args:
        response: Any response.
        request: The request.
        secrets: Secrets to redact.
        problem: What is wrong with a success, which has no error message of its own.
    """
    status = response.status_code
    secrets = tuple(secrets)
    received = _parse_body(response)
    body = redact_data(received, secrets)
    if isinstance(body, str) and len(response.content) > _MAX_BODY:
        body = body[:-_MARGIN]  # a part of a key may be left where the text was cut
    headers = {redact(name.lower(), secrets): redact(value, secrets) for name, value in response.headers.items()}
    parsed = _ErrorBody.parse(body)
    # By the code before redaction: a short key of a test may be a part of it.
    error_code = _ErrorBody.parse(received).error_code
    error_type = error_type_for(status, error_code)
    hint = find_hint(request.operation, error_code, request.api) if status // 100 == _CLIENT_ERROR else None
    request_id = find_request_id(headers)
    retry_after = parse_retry_after(headers.get("retry-after"))
    text = problem or "; ".join(parsed.messages[:_MAX_MESSAGES])[:_MAX_MESSAGE_LENGTH] or "no error message"
    if status // 100 == _REDIRECT and "location" in headers:
        # Truncated after redaction: half a key would not be found.
        target = redact(describe_url(response.headers["location"]), secrets)[:_MAX_MESSAGE_LENGTH]
        text = f"unexpected redirect to {target}; expected a response of the API; check the base URL"
    if status == _PROXY_AUTHENTICATION_REQUIRED:
        proxy = "a proxy" if request.proxy is None else f"the proxy {request.proxy}"
        text = f"{proxy} requires authentication; {PROXY_REMEDY}"
    if hint is not None and hint not in text:
        text += f"; hint: {hint}"
    code = f" {parsed.error_code[:_MAX_NAME_LENGTH]}" if parsed.error_code else ""
    details = request.attempts_text()
    if retry_after is not None:
        details += f", retry after {retry_after:g} s"
    if request_id:
        details += f", request ID {request_id[:_MAX_NAME_LENGTH]}"
    if request.key_source and issubclass(error_type, _KEY_ERRORS) and error_type is not errors.FeatureNotEnabledError:
        details += f", key from {request.key_source}"
    return error_type(
        # A body can contain line breaks, terminal escapes, or lone surrogates, which UTF-8 logs cannot store.
        escape_control(f"{request.operation}: {status}{code}: {text} ({details}){request.warning_text()}"),
        status_code=status,
        error_code=parsed.error_code,
        messages=parsed.messages,
        field_names=parsed.field_names,
        hint=hint,
        request_id=request_id,
        retry_after=retry_after,
        headers=headers,
        body=body,
        is_retryable=None if request.can_repeat else False,
        **request.as_kwargs(),
    )


def error_type_for(status: int, error_code: str | None) -> type[errors.AdaptyAPIError]:
    """Return the class of the error for a response that is not the documented success."""
    by_code = ERROR_BY_CODE.get(error_code or "") if status // 100 == _CLIENT_ERROR else None
    by_class = ERROR_BY_STATUS_CLASS.get(status // 100, errors.AdaptyAPIError)
    return by_code or ERROR_BY_STATUS.get(status, by_class)


@frozen
class _ErrorBody:
    """The parts of an error body, in any of the known shapes."""

    error_code: str | None
    messages: tuple[str, ...]
    field_names: tuple[str, ...]

    @classmethod
    def parse(cls, body: Any) -> _ErrorBody:
        """Parse `{errors: [...], error_code}`; anything else is empty."""
        if not isinstance(body, dict):
            return cls(None, (), ())
        listed = body.get("errors")
        # Gateways and frameworks put the message next to the list, or have no list.
        outside = {key: body.get(key) for key in _MESSAGE_KEYS}
        items = [*listed, outside] if isinstance(listed, list) else [listed, outside]
        fields = _filter_texts(_get(item, key) for item in items for key in _FIELD_KEYS)
        return cls(
            error_code=next(iter(_filter_texts(_get(item, "error_code") for item in (body, *items))), None),
            messages=_filter_texts(map(_format_message, items)),
            field_names=tuple(field for field in fields if field != _NO_FIELD),
        )


def _get(item: Any, key: str) -> Any:
    if not isinstance(item, dict):
        return None
    # The Stripe operation has an object for the field: {"source": {"pointer": ...}}.
    source = item.get("source")
    return item.get(key) if key != "pointer" else source.get(key) if isinstance(source, dict) else None


def _filter_texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value)


_FIELD_KEYS = ("field_name", "source", "pointer")
_MESSAGE_KEYS = ("message", "detail")
_NO_FIELD = "non_field_errors"
"""The server-side API's name for errors that do not concern a single field."""


def _format_message(item: Any) -> str:
    """Format one item of `errors`: plain text, the Mail API's object, or the server-side API's list of texts."""
    nested = _get(item, "errors")
    texts = [item, *(_get(item, key) for key in _MESSAGE_KEYS), *(nested if isinstance(nested, list) else [])]
    message = ", ".join(_filter_texts(texts))
    field = next(iter(_filter_texts(_get(item, key) for key in _FIELD_KEYS)), _NO_FIELD)
    return message if field == _NO_FIELD or not message else f"{field}: {message}"
