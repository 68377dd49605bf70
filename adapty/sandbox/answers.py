"""The answers: JSON, and for every refusal the documented `Errors` shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from adapty.sandbox.faults import Fault

__all__ = ["PROBLEM", "Refusal", "done", "refused"]

PROBLEM = "adapty.sandbox.problem"
"""Where the ASGI scope holds what was wrong with the request, in words, for the request log."""


class Refusal(JSONResponse):
    """An answer of status 4XX or 5XX, which leaves its problem in the scope when it is sent.

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
        super().__init__(body, status_code=status, headers=headers)
        self._errors: list[dict[str, Any]] = body["errors"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        scope[PROBLEM] = "; ".join(
            f"{error['field_name']}: {error['message']}" if error.get("field_name") else error["message"]
            for error in self._errors
        )
        await super().__call__(scope, receive, send)


def refused(
    status: int,
    *faults: Fault,
    error_code: str = "base_error",
    headers: Mapping[str, str] | None = None,
) -> Refusal:
    """Make the answer that says what is wrong.

    Args:
        status: The HTTP status.
        faults: What is wrong. Without a field at fault `field_name` is left out: the contract's schema has no
            null there.
        error_code: The API's short name of the error.
        headers: Further headers.
    """
    errors = []
    for fault in faults:
        error: dict[str, Any] = {"message": fault.message, "error_code": error_code, "status_code": status}
        if fault.path:
            error["field_name"] = fault.field_name
        errors.append(error)
    return Refusal(status, {"errors": errors}, headers=headers)


def done() -> Response:
    """Make the answer to what was carried out: an empty object."""
    return Response(b"{}", media_type="application/json")
