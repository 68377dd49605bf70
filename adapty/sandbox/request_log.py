"""The last requests, for who wants to see what arrived: never with a key or an e-mail address."""

from __future__ import annotations

from collections import deque
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from attrs import frozen

from adapty._core.redaction import SafeRepr, redact
from adapty.sandbox.answers import PROBLEM
from adapty.sandbox.fault_checks import CUTS, FaultKind
from adapty.sandbox.paths import INSIDE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from adapty._core.redaction import Secret

__all__ = ["FAULT", "KEPT_REQUESTS", "LoggedRequest", "RequestLog", "RequestLogMiddleware"]

KEPT_REQUESTS = 1000
"""How many requests are kept; older ones are forgotten."""

FAULT = "adapty.sandbox.fault"
"""Where the ASGI scope holds the kind of the fault that the request meets on demand."""

_SHOWN_CHARACTERS = 2000
_TOO_LONG = "[too long to show]"


@frozen(kw_only=True)
class LoggedRequest(SafeRepr):
    """One request to the API.

    Attributes:
        method: The HTTP method.
        path: The path, decoded, without the query.
        status: The HTTP status of the answer; 0 where the connection was cut on demand, without one.
        problem: What was wrong with the request, in words; None where nothing was.
        fault: The kind of the fault that it met on demand; None where it met none.
    """

    method: str
    path: str
    status: int
    problem: str | None
    fault: FaultKind | None = None


class RequestLog:
    """The last `KEPT_REQUESTS` requests; safe to share between threads.

    Args:
        secrets: The keys, taken out of everything that is kept.
    """

    def __init__(self, *secrets: Secret) -> None:
        self._secrets = secrets
        self._lock = Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=KEPT_REQUESTS)

    def add(self, *, method: str, path: str, status: int, problem: str | None, fault: FaultKind | None = None) -> None:
        """Keep one request."""
        request = LoggedRequest(
            method=self._clean(method),
            path=self._clean(path),
            status=status,
            problem=problem and self._clean(problem),
            fault=fault,
        )
        with self._lock:
            self._requests.append(request)

    def last(self, limit: int) -> list[LoggedRequest]:
        """Give at most `limit` requests, the last one last."""
        with self._lock:
            newest_first = list(islice(reversed(self._requests), limit))
        return newest_first[::-1]

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._requests.clear()

    def _clean(self, text: str) -> str:
        # All or nothing: what is left of a text that is cut could end in half an address.
        return redact(text, self._secrets) if len(text) <= _SHOWN_CHARACTERS else _TOO_LONG


class RequestLogMiddleware:
    """Logs each request when its answer begins: an ASGI middleware.

    Args:
        app: The application.
        log: Where requests are kept.
    """

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"].startswith(INSIDE):
            await self._app(scope, receive, send)
            return

        async def noting_the_answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, 0 if scope.get(FAULT) in CUTS else message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noting_the_answer)
        except Exception:
            # It is answered further out, always with a 500.
            self._note(scope, 500)
            raise

    def _note(self, scope: Scope, status: int) -> None:
        self._log.add(
            method=scope["method"],
            path=scope["path"],
            status=status,
            problem=scope.get(PROBLEM),
            fault=scope.get(FAULT),
        )
