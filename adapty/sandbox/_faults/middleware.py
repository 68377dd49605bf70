"""Inject faults: an ASGI middleware, the error responses, and the ways in which a response is delayed or dropped."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Match

from adapty.errors import AdaptyConfigError
from adapty.sandbox._body import read_body
from adapty.sandbox._constants import ADMIN_PREFIX, DROP_KINDS
from adapty.sandbox._faults.model import DEFAULT_STATUSES, Fault
from adapty.sandbox._request_log import FAULT_KEY, RequestLogMiddleware
from adapty.sandbox._responses import PROBLEM_KEY, error_for_path, mail_ok

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from adapty.sandbox._constants import FaultKind
    from adapty.sandbox._faults.injector import Faults
    from adapty.sandbox._request_log import RequestLog

__all__ = ["CONNECTION_KEY", "FAULT_HEADER", "Connection", "FaultMiddleware", "stalled"]

FAULT_HEADER = "Adapty-Sandbox-Fault"
"""The request header that contains the text of a fault for this request."""

CONNECTION_KEY = "adapty.sandbox.connection"
"""The key of the ASGI scope's state that contains the `Connection`, if the server provides one."""

_RAW_HEADER = FAULT_HEADER.lower().encode()
_SELECTORS = ("count", "every", "probability", "operations")
_CANNOT_DROP = (
    "This server cannot drop a connection; use adapty.sandbox.Sandbox or adapty-py sandbox, "
    "or configure uvicorn with http=adapty.sandbox.UvicornProtocol"
)
_START = "http.response.start"

_GATEWAY_PAGE = """<html>
<head><title>{title}</title></head>
<body>
<center><h1>{title}</h1></center>
<hr><center>gateway</center>
</body>
</html>
"""


class Connection(Protocol):
    """A connection of a server that can drop it."""

    def drop(self) -> None:
        """Close it immediately, without sending another byte."""

    def stalling(self) -> AbstractContextManager[None]:
        """Mark a response as delayed on purpose, so that a shutdown does not wait for it."""


class FaultMiddleware:
    """ASGI middleware that injects the faults requested by header, or configured.

    It precedes everything else, like a gateway: the key is checked later, and a request is logged when its outcome is
    decided.

    Args:
        app: The application, with its log.
        faults: The configured faults. A request with a fault in `FAULT_HEADER` meets that one, and does not count.
        log: The log, for requests that do not reach the application.
        operations: The routes of the API, named by operation id.
    """

    def __init__(self, app: ASGIApp, faults: Faults, log: RequestLog, operations: Sequence[Route]) -> None:
        self._app = app
        self._faults = faults
        self._log = log
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request, or inject a fault."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN_PREFIX):
            await self._app(scope, receive, send)
            return
        fault: Fault | None = None
        if values := [value for name, value in scope["headers"] if name == _RAW_HEADER]:
            try:
                fault = _parse_header(values)
            except AdaptyConfigError as error:
                await self._reject(400, f"{FAULT_HEADER}: {error}", scope, receive, send)
                return
        elif self._faults:
            fault = self._faults.match(self._operation(scope))
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._inject(fault, scope, receive, send)

    def _operation(self, scope: Scope) -> str | None:
        matching = (route.name for route in self._operations if route.matches(scope)[0] is Match.FULL)
        return next(matching, None)

    async def _inject(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection | None = scope.get("state", {}).get(CONNECTION_KEY)
        if fault.kind in DROP_KINDS:
            if connection is None:
                await self._reject(501, _CANNOT_DROP, scope, receive, send)
                return
            send = _dropped(connection, receive)
        elif fault.seconds is not None:
            wait = partial(_wait, fault.seconds, receive, connection)
            if fault.kind == "slow":
                send = _delayed(send, wait)
            else:
                send = stalled(send, wait, is_head=scope["method"] == "HEAD")
        scope[FAULT_KEY] = fault.kind
        await self._logged(_app_with_fault(self._app, fault))(scope, receive, send)

    async def _reject(self, status: int, problem: str, scope: Scope, receive: Receive, send: Send) -> None:
        scope[PROBLEM_KEY] = problem
        await self._logged(PlainTextResponse(f"{problem}\n", status_code=status))(scope, receive, send)

    def _logged(self, app: ASGIApp) -> ASGIApp:
        return app if app is self._app else RequestLogMiddleware(app, self._log)


def _parse_header(values: list[bytes]) -> Fault:
    """Parse the fault header of a request.

    Raises:
        AdaptyConfigError: The fault is invalid, or selects requests.
    """
    if len(values) > 1:
        message = "appears several times; expected once"
        raise AdaptyConfigError(message)
    fault = Fault.parse(values[0].decode("latin-1"))
    for name in _SELECTORS:
        if getattr(fault, name) is not None:
            raise AdaptyConfigError.for_field(
                name, "selects requests; not allowed in the header, which is for this request"
            )
    return fault


# The responses that replace the application's.


def _app_with_fault(app: ASGIApp, fault: Fault) -> ASGIApp:
    """Return the application that handles a request that meets a fault: an error response, or `app` itself."""
    build = _RESPONSES.get(fault.kind)
    if build is None:
        return app

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        # A client that expects 100-continue has not sent its body.
        if "expect" not in request.headers:
            # Read all of it, so that the outcome does not depend on how much the client has sent.
            with suppress(ClientDisconnect):
                await read_body(request)
        await build(fault, request)(scope, receive, send)

    return respond


def _rate_limited(fault: Fault, request: Request) -> Response:
    return _api_error(fault, request, "Too many requests", "rate_limited")


def _server_error(fault: Fault, request: Request) -> Response:
    return _api_error(fault, request, _reason_phrase(_status(fault)) or "Server error", "server_error")


def _html_error(fault: Fault, _: Request) -> Response:
    status = _status(fault)
    page = _GATEWAY_PAGE.format(title=f"{status} {_reason_phrase(status)}".rstrip())
    return HTMLResponse(page, status_code=status, headers=_headers(fault))


def _discarded(_: Fault, __: Request) -> Response:
    """Return a response that is dropped before it is sent."""
    return mail_ok()


_RESPONSES: Mapping[FaultKind, Callable[[Fault, Request], Response]] = {
    "rate_limited": _rate_limited,
    "server_error": _server_error,
    "html_error": _html_error,
    "drop_before": _discarded,
}


def _api_error(fault: Fault, request: Request, message: str, error_code: str) -> Response:
    # The API documents both errors as plain text.
    return error_for_path(request, _status(fault), message, error_code, is_plain=True, headers=_headers(fault))


def _status(fault: Fault) -> int:
    return DEFAULT_STATUSES[fault.kind] if fault.status is None else fault.status


def _reason_phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")


def _headers(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}


# The ways in which a response is sent: late, in two parts, or never.


def _delayed(send: Send, wait: Callable[[], Awaitable[None]]) -> Send:
    """Send the response after a wait."""

    async def send_after_wait(message: Message) -> None:
        if message["type"] == _START:
            await wait()
        await send(message)

    return send_after_wait


def stalled(send: Send, wait: Callable[[], Awaitable[None]], *, is_head: bool) -> Send:
    """Send the headers and the first half of the body, and the rest after a wait; all of it if there is no body.

    Args:
        send: Sends a message.
        wait: Waits.
        is_head: Whether the request is a HEAD request, whose body is not sent.
    """
    pending: list[Message] = []

    async def send_in_halves(message: Message) -> None:
        if message["type"] == _START:
            pending.append(message)
            return
        if pending:
            start, body = pending.pop(), message.get("body", b"")
            if body and not is_head:
                half = len(body) // 2
                await send(start)
                await send({**message, "body": body[:half], "more_body": True})
                await wait()
                message = {**message, "body": body[half:]}
            else:
                await wait()
                await send(start)
        await send(message)

    return send_in_halves


def _dropped(connection: Connection, receive: Receive) -> Send:
    """Send nothing, and drop the connection when the response would start."""

    async def drop_at_start(message: Message) -> None:
        if message["type"] == _START:
            connection.drop()
            await _wait_for_disconnect(receive)

    return drop_at_start


async def _wait(seconds: float, receive: Receive, connection: Connection | None) -> None:
    """Wait, but not longer than the client does."""
    with connection.stalling() if connection else nullcontext(), suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _wait_for_disconnect(receive)


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
