"""Reports webhook requests to the observers of a receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from adapty._clock import monotonic
from adapty.errors import WebhookAuthorizationError, WebhookBodyError, WebhookError
from adapty.webhooks._response import WebhookResponse
from adapty.webhooks.event_types import EVENT_TYPES

if TYPE_CHECKING:
    from types import TracebackType

    from adapty._core.observers import Observers
    from adapty.observer import WebhookResult

__all__ = ["WebhookObservation"]

_RESULTS: tuple[tuple[type[WebhookError], WebhookResult], ...] = (
    (WebhookAuthorizationError, "unauthorized"),
    (WebhookBodyError, "invalid"),
    (WebhookError, "unavailable"),
)


class WebhookObservation:
    """One request, from its headers to its response: a context manager, which reports the result at its end."""

    def __init__(self, observers: Observers | None) -> None:
        self._result: WebhookResult = "cancelled"  # until there is a response
        self._observers = observers
        self._event_type: str | None = None
        self._started_at = monotonic()
        self._is_reported = False

    def set_event_type(self, event_type: str | None) -> None:
        """Set the type of the event. Other names than Adapty's would be too many values for a metric."""
        self._event_type = event_type if event_type in EVENT_TYPES else "other"

    def respond(self, result: WebhookResult, response: WebhookResponse) -> WebhookResponse:
        """Set the result, and return the response."""
        self._result = result
        return response

    def reject(self, error: WebhookError) -> WebhookResponse:
        """Set the result of a request that failed with an error, and return the response to it."""
        return self.respond(_result_of(error), WebhookResponse.from_error(error))

    def report_error(self, error: WebhookError) -> None:
        """Report the result of a request that failed with an error."""
        self.report(_result_of(error))

    def report(self, result: WebhookResult) -> None:
        """Report the result; only once."""
        if self._is_reported or self._observers is None:
            return
        self._is_reported = True
        from adapty.observer import WebhookHandled  # noqa: PLC0415 - most receivers have no observer

        duration = monotonic() - self._started_at
        event = WebhookHandled(result=result, event_type=self._event_type, duration=duration)
        self._observers.notify("on_webhook_handled", event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not isinstance(exc, Exception):  # which would be a wrong argument
            self.report(self._result)


def _result_of(error: WebhookError) -> WebhookResult:
    return next(result for kind, result in _RESULTS if isinstance(error, kind))
