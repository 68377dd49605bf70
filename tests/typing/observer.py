"""Observers as a type checker sees them; checked by `make types`, never run.

An ignored error here is an expectation: the type checker reports it once the error is gone.
"""

from __future__ import annotations

from typing import assert_type

from adapty import Adapty, AsyncAdapty, Observer
from adapty.observer import AttemptFinished, CallFinished, CallStarted, WebhookHandled, WebhookResult
from adapty.otel import OpenTelemetryObserver
from adapty.webhooks import Receiver


class Own(Observer):
    """An observer of the user's own."""

    def on_call_finished(self, event: CallFinished) -> None:
        """Receive the end of a call."""
        assert_type(event.call, CallStarted)
        assert_type(event.status_code, int | None)

    def on_attempt_finished(self, event: AttemptFinished) -> None:
        """Receive the end of an attempt."""
        assert_type(event.delay, float | None)

    def on_webhook_handled(self, event: WebhookHandled) -> None:
        """Receive the result of a webhook."""
        assert_type(event.result, WebhookResult)


class Wrong(Observer):
    """An observer that expects another event."""

    def on_call_started(self, event: CallFinished) -> None:  # type: ignore[override]
        """Receive another event."""


def clients() -> None:
    """One observer, several, or none."""
    Adapty(observer=Own())
    AsyncAdapty(observer=[Own(), OpenTelemetryObserver(attempt_spans=False)])
    Receiver("value", observer=None)
    Adapty(observer=Own)  # type: ignore[arg-type]
    Adapty(observer=print)  # type: ignore[arg-type]
