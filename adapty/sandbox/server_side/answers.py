"""The answers of the server-side API: each with a request id, errors in the API's three shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.responses import JSONResponse, Response

from adapty._core.validation import format_name
from adapty.sandbox.answers import Problem, told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.sandbox.server_side.declined import Declined

__all__ = ["JSON", "JSON_API", "REFUSALS", "answered", "refused"]

JSON = "application/json"
JSON_API = "application/vnd.api+json"


def answered(status: int, media_type: str | None, content: Any) -> Response:
    """Make the answer to what was carried out.

    Args:
        status: The HTTP status.
        media_type: The body's kind, or None where the API answers with nothing.
        content: What is answered, as JSON has it.
    """
    if media_type is None:
        return Response(status_code=status, headers=_identified())
    return JSONResponse(content, status_code=status, headers=_identified(), media_type=media_type)


def refused(declined: Declined, *, media_type: str = JSON, headers: Mapping[str, str] | None = None) -> Problem:
    """Make the answer that says what is wrong.

    Args:
        declined: What is wrong.
        media_type: The body's kind, which decides the shape.
        headers: Further headers.
    """
    return Problem(
        declined.status,
        REFUSALS[media_type](declined),
        problem=told((flaw.field_name or None, flaw.message) for flaw in declined.flaws),
        headers=_identified() | dict(headers or {}),
        media_type=media_type,
    )


def _identified() -> dict[str, str]:
    return {"Request-Id": str(uuid4())}


def _error_response(declined: Declined) -> dict[str, Any]:
    if declined.is_plain:
        errors: list[Any] = [flaw.message for flaw in declined.flaws]
    else:
        errors = [{"source": flaw.field_name or declined.source, "errors": [flaw.message]} for flaw in declined.flaws]
    return {"errors": errors, "error_code": declined.error_code, "status_code": declined.status}


def _stripe_error_response(declined: Declined) -> dict[str, Any]:
    errors = [
        {
            "detail": flaw.message,
            "source": {"pointer": "".join(f"/{format_name(name)}" for name in flaw.path)},
            "status": str(declined.status),
        }
        for flaw in declined.flaws
    ]
    return {"errors": errors}


REFUSALS: Mapping[str, Callable[[Declined], dict[str, Any]]] = {
    JSON: _error_response,
    JSON_API: _stripe_error_response,
}
"""The body of a refusal, by its kind."""
