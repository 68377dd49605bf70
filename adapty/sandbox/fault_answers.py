"""What is answered in place of carrying a request out."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse

from adapty.sandbox.answers import done
from adapty.sandbox.body import received
from adapty.sandbox.fault_checks import DEFAULT_STATUSES
from adapty.sandbox.refusals import refused_by_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from adapty.sandbox.faults import Fault, FaultKind

__all__ = ["in_place_of"]

_PAGE = """<html>
<head><title>{title}</title></head>
<body>
<center><h1>{title}</h1></center>
<hr><center>gateway</center>
</body>
</html>
"""


def _rate_limited(fault: Fault, request: Request) -> Response:
    return _told(fault, request, "Too many requests", "rate_limited")


def _server_error(fault: Fault, request: Request) -> Response:
    return _told(fault, request, _phrase(_status(fault)) or "Server error", "server_error")


def _html_error(fault: Fault, _: Request) -> Response:
    status = _status(fault)
    page = _PAGE.format(title=f"{status} {_phrase(status)}".rstrip())
    return HTMLResponse(page, status_code=status, headers=_headers(fault))


def _nothing(_: Fault, __: Request) -> Response:
    """Give what is cut off before it goes out."""
    return done()


_ANSWERS: Mapping[FaultKind, Callable[[Fault, Request], Response]] = {
    "rate_limited": _rate_limited,
    "server_error": _server_error,
    "html_error": _html_error,
    "drop_before": _nothing,
}


def in_place_of(app: ASGIApp, fault: Fault) -> ASGIApp:
    """Give what answers to a request that meets a fault: something else, or the application itself."""
    answer = _ANSWERS.get(fault.kind)
    if answer is None:
        return app

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        # Whoever waits for a word before sending a body gets this one.
        if "expect" not in request.headers:
            # All of it, so that what the client sees does not depend on how far it has come.
            with suppress(ClientDisconnect):
                await received(request)
        await answer(fault, request)(scope, receive, send)

    return answering


def _told(fault: Fault, request: Request, message: str, error_code: str) -> Response:
    # As text, as both are documented.
    return refused_by_path(request, _status(fault), message, error_code, is_plain=True, headers=_headers(fault))


def _status(fault: Fault) -> int:
    return DEFAULT_STATUSES[fault.kind] if fault.status is None else fault.status


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")


def _headers(fault: Fault) -> dict[str, str]:
    if fault.retry_after is None:
        return {}
    return {"Retry-After": str(fault.retry_after)}
