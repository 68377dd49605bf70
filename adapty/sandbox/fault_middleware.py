"""Faults on demand, as an ASGI middleware: which one a request meets, and what becomes of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse
from starlette.routing import Match

from adapty.errors import AdaptyConfigError
from adapty.sandbox.answers import PROBLEM
from adapty.sandbox.connection import CONNECTION
from adapty.sandbox.fault_answers import in_place_of
from adapty.sandbox.fault_checks import CUTS
from adapty.sandbox.fault_sending import cutting, pause, slowly, stalling
from adapty.sandbox.faults import Fault
from adapty.sandbox.paths import INSIDE
from adapty.sandbox.request_log import FAULT, RequestLogMiddleware

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send

    from adapty.sandbox.connection import Connection
    from adapty.sandbox.fault_list import Faults
    from adapty.sandbox.request_log import RequestLog

__all__ = ["FAULT_HEADER", "FaultMiddleware"]

FAULT_HEADER = "Adapty-Sandbox-Fault"
"""The header of a request that is to meet a fault: its text."""

_RAW_HEADER = FAULT_HEADER.lower().encode()
_ABOUT_SEVERAL = ("count", "every", "probability", "operations")
_NO_CUT = (
    "This server cannot cut a connection; use adapty.sandbox.Sandbox or adapty-py sandbox, "
    "or give uvicorn http=adapty.sandbox.wire.StrictHTTP"
)


class FaultMiddleware:
    """Lets requests meet the faults that they ask for, or that are set up.

    It stands before everything else, as a gateway does: before the log, so that a request is logged when it is
    decided what becomes of it, and before the check of its key.

    Args:
        app: The application, with its log.
        faults: The faults that are set up. A request with a fault of its own in `FAULT_HEADER` meets that one, and
            does not count for these.
        log: Where requests are noted that do not get as far as the application.
        operations: The routes of the API, each by the name of its operation.
    """

    def __init__(self, app: ASGIApp, faults: Faults, log: RequestLog, operations: Sequence[Route]) -> None:
        self._app = app
        self._faults = faults
        self._log = log
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or let it fail."""
        if scope["type"] != "http" or scope["path"].startswith(INSIDE):
            await self._app(scope, receive, send)
            return
        fault: Fault | None = None
        if asked := [value for name, value in scope["headers"] if name == _RAW_HEADER]:
            try:
                fault = _asked_for(asked)
            except AdaptyConfigError as error:
                await self._tell(400, f"{FAULT_HEADER}: {error}", scope, receive, send)
                return
        elif self._faults:
            fault = self._faults.hit(self._operation(scope))
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    def _operation(self, scope: Scope) -> str | None:
        matching = (route.name for route in self._operations if route.matches(scope)[0] is Match.FULL)
        return next(matching, None)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection | None = scope.get("state", {}).get(CONNECTION)
        if fault.kind in CUTS:
            if connection is None:
                await self._tell(501, _NO_CUT, scope, receive, send)
                return
            send = cutting(connection, receive)
        elif fault.seconds is not None:
            wait = partial(pause, fault.seconds, receive, connection)
            if fault.kind == "slow":
                send = slowly(send, wait)
            else:
                send = stalling(send, wait, is_head=scope["method"] == "HEAD")
        scope[FAULT] = fault.kind
        await self._logged(in_place_of(self._app, fault))(scope, receive, send)

    async def _tell(self, status: int, problem: str, scope: Scope, receive: Receive, send: Send) -> None:
        scope[PROBLEM] = problem
        await self._logged(PlainTextResponse(f"{problem}\n", status_code=status))(scope, receive, send)

    def _logged(self, app: ASGIApp) -> ASGIApp:
        return app if app is self._app else RequestLogMiddleware(app, self._log)


def _asked_for(values: list[bytes]) -> Fault:
    """Read the header of a request.

    Raises:
        AdaptyConfigError: It is no fault, or one that says which requests it hits.
    """
    if len(values) > 1:
        message = "is there several times; expected once"
        raise AdaptyConfigError(message)
    fault = Fault.parse(values[0].decode("latin-1"))
    for name in _ABOUT_SEVERAL:
        if getattr(fault, name) is not None:
            raise AdaptyConfigError.for_field(name, "says which requests; expected none here, for it is this one")
    return fault
