"""What is wrong with a request, and the responses of the APIs."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from attrs import frozen
from starlette.responses import JSONResponse, Response

from adapty._core.validation import format_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

__all__ = [
    "JSON",
    "JSON_API",
    "NON_FIELD_ERRORS",
    "PROBLEM_KEY",
    "ApiError",
    "ErrorResponse",
    "InvalidBody",
    "MailErrorResponse",
    "ValidationIssue",
    "csv_success",
    "error_for_path",
    "join_messages",
    "mail_error",
    "mail_ok",
    "mail_profile_not_found",
    "server_side_error",
    "server_side_success",
]

PROBLEM_KEY = "adapty.sandbox.problem"
"""The key of the ASGI scope that contains the problem with the request as text, for the request log."""

JSON = "application/json"
JSON_API = "application/vnd.api+json"

NON_FIELD_ERRORS = "non_field_errors"
"""The source of a server-side error that concerns no field."""

_MAIL_CODES = {"anyOf": "missing_identifier"}
"""Schema keyword that the body as a whole violates, to the documented error code."""


@frozen(kw_only=True)
class ValidationIssue:
    """One thing that is wrong with a request.

    Attributes:
        message: The problem. It never quotes the value.
        path: The path to the invalid field; empty if the issue concerns no field.
        keyword: The schema keyword that the value violates; empty for a rule beyond the schema.
    """

    message: str
    path: tuple[str | int, ...] = ()
    keyword: str = ""

    @property
    def field_name(self) -> str:
        """The dotted path, as the API writes it: `device_info.platform`. Lone surrogates are escaped.

        Example:
            >>> ValidationIssue(message="Field required", path=("device_info", "platform")).field_name
            'device_info.platform'
        """
        return ".".join(map(format_name, self.path))


class InvalidBody(Exception):  # noqa: N818 - never leaves the sandbox: it becomes a 400
    """A body does not match the operation.

    Attributes:
        issues: All issues, in the order of the spec's properties.
    """

    def __init__(self, *issues: ValidationIssue) -> None:
        """Store the issues."""
        super().__init__(*(issue.message for issue in issues))
        self.issues = issues


class ApiError(Exception):
    """The server-side API rejects a request, and nothing changes.

    Attributes:
        status: The HTTP status.
        issues: What is wrong, one issue per field.
        error_code: The API's short name of the error.
        source: The source of an issue that concerns no field.
        is_plain: Whether the errors are plain text, the second of the API's two formats.
    """

    def __init__(
        self,
        status: int,
        *issues: ValidationIssue,
        error_code: str = "base_error",
        source: str | None = NON_FIELD_ERRORS,
        is_plain: bool = False,
    ) -> None:
        """Store what is wrong."""
        super().__init__(*(issue.message for issue in issues))
        self.status = status
        self.issues = issues
        self.error_code = error_code
        self.source = source
        self.is_plain = is_plain

    @classmethod
    def single(cls, status: int, message: str, error_code: str, **options: Any) -> Self:
        """Create an error with one message that concerns no field."""
        return cls(status, ValidationIssue(message=message), error_code=error_code, **options)


class ErrorResponse(JSONResponse):
    """A 4xx or 5xx response, which stores its problem in the ASGI scope when it is sent.

    Args:
        status: The HTTP status.
        body: The body.
        problem: The problem with the request, as text.
        headers: Additional headers.
        media_type: The media type of the body. Default: JSON.
    """

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        problem: str,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
    ) -> None:
        super().__init__(body, status_code=status, headers=headers, media_type=media_type)
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        scope[PROBLEM_KEY] = self._problem
        await super().__call__(scope, receive, send)


class MailErrorResponse(ErrorResponse):
    """An error response of the Mail API.

    Args:
        status: The HTTP status.
        body: An object of the spec's `Errors` schema.
        headers: Additional headers.
    """

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        problem = join_messages((error.get("field_name"), error["message"]) for error in body["errors"])
        super().__init__(status, body, problem=problem, headers=headers)


def join_messages(messages: Iterable[tuple[str | None, str]]) -> str:
    """Join fields and messages into one text.

    Example:
        >>> join_messages([("email", "Field required"), (None, "Body is empty")])
        'email: Field required; Body is empty'
    """
    return "; ".join(f"{field}: {message}" if field else message for field, message in messages)


def mail_error(
    status: int,
    *issues: ValidationIssue,
    error_code: str = "base_error",
    headers: Mapping[str, str] | None = None,
) -> MailErrorResponse:
    """Create an error response of the Mail API.

    Args:
        status: The HTTP status.
        issues: What is wrong. An issue without a path has no `field_name`: the spec's schema allows no null.
        error_code: The error code of issues for which the API documents no other one.
        headers: Additional headers.
    """
    errors = []
    for issue in issues:
        code = error_code if issue.path else _MAIL_CODES.get(issue.keyword, error_code)
        error: dict[str, Any] = {"message": issue.message, "error_code": code, "status_code": status}
        if issue.path:
            error["field_name"] = issue.field_name
        errors.append(error)
    return MailErrorResponse(status, {"errors": errors}, headers=headers)


def mail_profile_not_found() -> MailErrorResponse:
    """Create the 404 for an unknown profile."""
    return mail_error(404, ValidationIssue(message="No such profile"), error_code="profile_not_found_error")


def mail_ok(status: int = HTTPStatus.OK) -> Response:
    """Create a success response of the Mail API: an empty object, or no body with status 204."""
    if status == HTTPStatus.NO_CONTENT:
        return Response(status_code=status)
    return Response(b"{}", status_code=status, media_type=JSON)


def server_side_success(status: int, media_type: str | None, content: Any) -> Response:
    """Create a success response of an API other than Mail.

    Args:
        status: The HTTP status.
        media_type: The media type of the body, or None for no body.
        content: The body, as JSON data, or None for no body.
    """
    if media_type is None or content is None:
        return Response(status_code=status, headers=_request_id())
    return JSONResponse(content, status_code=status, headers=_request_id(), media_type=media_type)


def csv_success(text: str) -> Response:
    """Create a success response with CSV."""
    return Response(text, headers=_request_id(), media_type="text/csv")


def server_side_error(
    error: ApiError, *, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> ErrorResponse:
    """Create an error response of an API other than Mail.

    Args:
        error: What is wrong.
        media_type: The media type of the body.
        headers: Additional headers.
    """
    # The Stripe operation documents its own format for 400 only.
    has_stripe_format = media_type == JSON_API and error.status == HTTPStatus.BAD_REQUEST
    return ErrorResponse(
        error.status,
        _stripe_errors(error) if has_stripe_format else _json_errors(error),
        problem=join_messages((issue.field_name or None, issue.message) for issue in error.issues),
        headers=_request_id() | dict(headers or {}),
        media_type=media_type,
    )


def _request_id() -> dict[str, str]:
    return {"Request-Id": str(uuid4())}


def _json_errors(error: ApiError) -> dict[str, Any]:
    if error.is_plain:
        errors: list[Any] = [issue.message for issue in error.issues]
    else:
        errors = [{"source": issue.field_name or error.source, "errors": [issue.message]} for issue in error.issues]
    return {"errors": errors, "error_code": error.error_code, "status_code": error.status}


def _stripe_errors(error: ApiError) -> dict[str, Any]:
    errors = [
        {
            "detail": issue.message,
            "source": {"pointer": "".join(f"/{format_name(name)}" for name in issue.path)},
            "status": str(error.status),
        }
        for issue in error.issues
    ]
    return {"errors": errors}


_SERVER_SIDE_PATHS: Mapping[str, str] = {
    "/api/v1/sdk/": JSON_API,
    "/api/v1/server-side-api/": JSON,
    "/api/v2/server-side-api/": JSON,
    "/api/v2/web-api/": JSON,
    "/api/v1/client-api/": JSON,
}
"""Path prefixes of the APIs with errors like the server-side API's, and the media type. All others are Mail's."""


def error_for_path(
    request: Request,
    status: int,
    message: str,
    error_code: str,
    *,
    is_plain: bool = False,
    headers: Mapping[str, str] | None = None,
) -> ErrorResponse:
    """Create an error response in the format of the API that the request's path belongs to.

    Args:
        request: The request.
        status: The HTTP status.
        message: What is wrong. It concerns no field.
        error_code: The server-side API's short name of the error. The Mail API always uses `base_error`.
        is_plain: Whether the server-side API uses the plain text format.
        headers: Additional headers.
    """
    for prefix, media_type in _SERVER_SIDE_PATHS.items():
        if request.scope["path"].startswith(prefix):
            error = ApiError.single(status, message, error_code, is_plain=is_plain)
            return server_side_error(error, media_type=media_type, headers=headers)
    return mail_error(status, ValidationIssue(message=message), headers=headers)
