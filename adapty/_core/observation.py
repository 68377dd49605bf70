"""Measures calls, and reports them to observers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from adapty._core.call import Request
from adapty._core.observers import Observers
from adapty._core.operations import Operation
from adapty.observer import AttemptFinished, CallFinished, CallSource, CallStarted

__all__ = ["CallObservation", "scrub_path"]

_ID_IN_PATH = re.compile(r"(?<=/paywalls/)[^/]+")
"""The only path parameter of the APIs."""


def scrub_path(path: str) -> str:
    """Return the path of a request without IDs.

    Example:
        >>> scrub_path("/api/v2/server-side-api/paywalls/0c5a1c5e/")
        '/api/v2/server-side-api/paywalls/REDACTED/'
    """
    return _ID_IN_PATH.sub("REDACTED", path)


@define(eq=False)
class CallObservation:
    """Measures one call and reports it.

    The driver calls `begin_attempt` when it sends, and `finish` if the call is interrupted.

    Attributes:
        operation: The operation.
        observers: The observers; None measures only.
        clock: Returns the time in seconds.
        base_url: The base URL of the API.
        source: What makes the call.
        is_instrumented: Whether other code wraps the transport.
        attempts: Number of requests that were sent.
        duration: Duration of the last attempt in seconds, or None before its end.
    """

    operation: Operation
    observers: Observers | None
    clock: Callable[[], float]
    base_url: str
    source: CallSource = "client"
    is_instrumented: bool = False
    attempts: int = 0
    duration: float | None = None
    _call: CallStarted = field(init=False)
    _request: Request | None = None
    _attempt: int = 0
    _sent_at: float | None = None
    _started_at: float = 0.0
    _last: Mapping[str, Any] = field(factory=dict)
    _is_finished: bool = False

    @property
    def has_observers(self) -> bool:
        """Whether there are observers; otherwise it only measures, for the log."""
        return self.observers is not None

    def start(self) -> None:
        """Report the start of the call."""
        if self.observers is None:
            return
        self._started_at = self.clock()
        self._call = CallStarted(operation=self.operation.name, api=self.operation.api, source=self.source)
        self.observers.notify("on_call_started", self._call)

    def begin_attempt(self, request: Request) -> None:
        """Start the clock of an attempt: the driver sends the request now."""
        self._attempt = self._attempt + 1 if request is self._request else 1
        self._request = request
        self.attempts += 1
        self._sent_at = self.clock()

    def finish_attempt(self, facts: Mapping[str, Any], delay: float | None) -> None:
        """Report the end of an attempt, and the delay before the next one, if there is one."""
        self.duration = 0.0 if self._sent_at is None else self.clock() - self._sent_at
        self._sent_at = None
        self._last = facts
        if self.observers is None or self._request is None:
            return
        event = AttemptFinished(
            call=self._call,
            attempt=self._attempt,
            method=self._request.method,
            url=self.base_url + scrub_path(self._request.path),
            delay=delay,
            duration=self.duration,
            is_instrumented=self.is_instrumented,
            **facts,
        )
        self.observers.notify("on_attempt_finished", event)

    def finish(self, error: BaseException | None = None) -> None:
        """Report the end of the call, and of an attempt that was interrupted; only once."""
        if self._is_finished or self.observers is None:
            return
        self._is_finished = True
        # Python closes the generator of a call that is not continued.
        error_type = None if error is None else type(error).__name__.replace("GeneratorExit", "CancelledError")
        if self._sent_at is not None:
            self.finish_attempt({"error_type": error_type}, None)
        event = CallFinished(
            call=self._call,
            attempts=self.attempts,
            duration=self.clock() - self._started_at,
            **{**self._last, "error_type": error_type},
        )
        self.observers.notify("on_call_finished", event)
