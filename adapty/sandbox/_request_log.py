"""The log of recent requests, without keys and e-mail addresses."""

from __future__ import annotations

from collections import deque
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from attrs import frozen

from adapty._core.redaction import SafeRepr, redact
from adapty.sandbox._constants import ADMIN_PREFIX, DROP_KINDS, FaultKind
from adapty.sandbox._responses import PROBLEM_KEY

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from adapty._core.redaction import Secret

__all__ = ["FAULT_KEY", "MAX_REQUESTS", "LoggedRequest", "RequestLog", "RequestLogMiddleware"]

MAX_REQUESTS = 1000
"""The size of the log. Older requests are dropped."""

FAULT_KEY = "adapty.sandbox.fault"
"""The key of the ASGI scope that contains the kind of the fault that hits the request."""

_MAX_LENGTH = 2000
_TOO_LONG = "[too long to show]"


@frozen(kw_only=True)
class LoggedRequest(SafeRepr):
    """One request to the API.

    Attributes:
        method: The HTTP method.
        path: The decoded path, without the query.
        status: The HTTP status of the response; 0 if a fault dropped the connection without a response.
        problem: What was wrong with the request; None if nothing was.
        fault: The kind of the fault that hit the request; None if none did.
    """

    method: str
    path: str
    status: int
    problem: str | None
    fault: FaultKind | None = None


class RequestLog:
    """The last `MAX_REQUESTS` requests; thread-safe.

    Args:
        secrets: The keys to redact.
    """

    def __init__(self, *secrets: Secret) -> None:
        self._secrets = secrets
        self._lock = Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=MAX_REQUESTS)

    def add(self, *, method: str, path: str, status: int, problem: str | None, fault: FaultKind | None = None) -> None:
        """Add a request."""
        request = LoggedRequest(
            method=self._redact(method),
            path=self._redact(path),
            status=status,
            problem=problem and self._redact(problem),
            fault=fault,
        )
        with self._lock:
            self._requests.append(request)

    def last(self, limit: int) -> list[LoggedRequest]:
        """Return the last `limit` requests, oldest first."""
        with self._lock:
            newest_first = list(islice(reversed(self._requests), limit))
        return newest_first[::-1]

    def clear(self) -> None:
        """Remove all requests."""
        with self._lock:
            self._requests.clear()

    def _redact(self, text: str) -> str:
        # Truncation could leave half an address, which would not be recognized.
        return redact(text, self._secrets) if len(text) <= _MAX_LENGTH else _TOO_LONG


class RequestLogMiddleware:
    """ASGI middleware that logs each request when its response starts.

    Args:
        app: The application.
        log: The log.
    """

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN_PREFIX):
            await self._app(scope, receive, send)
            return

        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope, 0 if scope.get(FAULT_KEY) in DROP_KINDS else message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_and_log)
        except Exception:
            # An outer handler always responds with a 500.
            self._add(scope, 500)
            raise

    def _add(self, scope: Scope, status: int) -> None:
        self._log.add(
            method=scope["method"],
            path=scope["path"],
            status=status,
            problem=scope.get(PROBLEM_KEY),
            fault=scope.get(FAULT_KEY),
        )
