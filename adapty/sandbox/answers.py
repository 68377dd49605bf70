"""The answers of the Mail API: JSON, and for every refusal the documented `Errors` shape."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from adapty.sandbox.flaws import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Receive, Scope, Send

__all__ = ["PROBLEM", "Problem", "Refusal", "done", "no_profile", "refused", "told"]

PROBLEM = "adapty.sandbox.problem"
"""Where the ASGI scope holds what was wrong with the request, in words, for the request log."""

_CODES = {"anyOf": "missing_identifier"}
"""Keyword of the schema that a body as a whole breaks, to the documented name of the error."""


class Problem(JSONResponse):
    """An answer of status 4XX or 5XX, which leaves its problem in the scope when it is sent.

    Args:
        status: The HTTP status.
        body: What the API answers.
        problem: What was wrong with the request, in words.
        headers: Further headers.
        media_type: The body's kind; JSON where none is given.
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
        """Send the answer."""
        scope[PROBLEM] = self._problem
        await super().__call__(scope, receive, send)


class Refusal(Problem):
    """A refusal of the Mail API.

    Args:
        status: The HTTP status.
        body: An object of the contract's `Errors` shape.
        headers: Further headers.
    """

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        problem = told((error.get("field_name"), error["message"]) for error in body["errors"])
        super().__init__(status, body, problem=problem, headers=headers)


def told(flaws: Iterable[tuple[str | None, str]]) -> str:
    """Put what is wrong, field by field, into one text.

    Example:
        >>> told([("email", "Field required"), (None, "Body is empty")])
        'email: Field required; Body is empty'
    """
    return "; ".join(f"{field}: {message}" if field else message for field, message in flaws)


def refused(
    status: int,
    *flaws: Flaw,
    error_code: str = "base_error",
    headers: Mapping[str, str] | None = None,
) -> Refusal:
    """Make the answer that says what is wrong.

    Args:
        status: The HTTP status.
        flaws: What is wrong. Without a field at fault `field_name` is left out: the contract's schema has no
            null there.
        error_code: The API's short name of the error, where it documents none for what a body as a whole breaks.
        headers: Further headers.
    """
    errors = []
    for flaw in flaws:
        code = error_code if flaw.path else _CODES.get(flaw.keyword, error_code)
        error: dict[str, Any] = {"message": flaw.message, "error_code": code, "status_code": status}
        if flaw.path:
            error["field_name"] = flaw.field_name
        errors.append(error)
    return Refusal(status, {"errors": errors}, headers=headers)


def no_profile() -> Refusal:
    """Make the answer that says that there is no such profile."""
    return refused(404, Flaw(message="No such profile"), error_code="profile_not_found_error")


def done(status: int = HTTPStatus.OK) -> Response:
    """Make the answer to what was carried out: an empty object, or with status 204 nothing at all."""
    if status == HTTPStatus.NO_CONTENT:
        return Response(status_code=status)
    return Response(b"{}", status_code=status, media_type="application/json")
