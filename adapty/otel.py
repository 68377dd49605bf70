"""OpenTelemetry: traces and metrics of calls, bulk jobs, outboxes and webhooks.

Install it with `pip install "adapty[otel]"`, and pass an `OpenTelemetryObserver` to `Adapty(observer=...)`,
`AsyncAdapty(observer=...)` and `Receiver(observer=...)`. It uses the API of OpenTelemetry only: without an SDK that
your program configures, it does nothing.

Spans:

- One of kind INTERNAL for each call of a client, named after the operation (`getProfile`).
- Below it, one of kind CLIENT for each attempt, by the semantic conventions for HTTP. There is none where httpx is
  instrumented, because `HTTPXClientInstrumentor` has a span for each attempt.
- One of kind INTERNAL for each stage of a bulk job (`bulk profiles`), and none for its records. Events of an outbox
  have no spans either.

Metrics:

- `adapty.client.operation.duration` (histogram, s) of calls with their retries, and `adapty.client.attempts` (counter).
  Both by `adapty.operation`, `adapty.api`, `adapty.source` (`client`, `bulk`, `outbox`), `http.response.status_code`
  and `error.type`.
- `adapty.bulk.records` (counter), by `adapty.bulk.stage`, `adapty.api` and `adapty.bulk.outcome`.
- `adapty.bulk.rate_limit` (gauge, requests per second), by `adapty.bulk.stage` and `adapty.api`.
- `adapty.outbox.pending`, `adapty.outbox.dead_letters` (gauges) and `adapty.outbox.oldest_age` (gauge, s), from the
  worker of the outbox.
- `adapty.webhook.deliveries` (counter), by `adapty.webhook.result` and `adapty.webhook.event_type`.

No attribute has an ID of a user, an e-mail address, a key or a body. The SDK adds no trace context to requests: Adapty
is another company, which continues no trace, and would get the IDs of yours. The instrumentation of httpx does add it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapty._version import __version__
from adapty.errors import AdaptyConfigError
from adapty.observer import Observer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from adapty.observer import (
        AttemptFinished,
        BulkFinished,
        BulkProgress,
        BulkStarted,
        CallFinished,
        CallStarted,
        OutboxMeasured,
        WebhookHandled,
    )

__all__ = ["OpenTelemetryObserver"]

_SCOPE = "adapty"
_SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The bucket boundaries of the semantic conventions for durations of HTTP requests."""

_NANOSECONDS = 1_000_000_000
_ERROR_STATUS = 400
_PORTS = {"http": 80, "https": 443}


class OpenTelemetryObserver(Observer):
    """Reports to OpenTelemetry. Create one, and use it for all clients and receivers.

    Args:
        tracer_provider: The tracer provider. Default: the global one.
        meter_provider: The meter provider. Default: the global one.
        attempt_spans: Whether each attempt of a call has a span. Default: where httpx is not instrumented, neither as a
            whole nor for the client's `http_client`. Set it to False if a `transport=` of yours makes spans.

    Raises:
        AdaptyConfigError: OpenTelemetry is not installed: `pip install "adapty[otel]"`.

    Example:
        >>> from adapty import Adapty
        >>> with Adapty("secret_live_123", observer=OpenTelemetryObserver()) as client:
        ...     print(client)
        <Adapty: server_side, export_analytics>
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        attempt_spans: bool | None = None,
    ) -> None:
        try:
            from opentelemetry import context, metrics, trace  # noqa: PLC0415 - an extra
        except ImportError:
            message = 'OpenTelemetryObserver requires opentelemetry-api: pip install "adapty[otel]"'
            raise AdaptyConfigError(message) from None
        self._context = context
        self._trace = trace
        self._attempt_spans = attempt_spans
        self._tracer = trace.get_tracer(_SCOPE, __version__, tracer_provider, schema_url=_SCHEMA_URL)
        self._open: dict[CallStarted | BulkStarted, tuple[Span, Context, Token[Context]]] = {}
        meter = metrics.get_meter(_SCOPE, __version__, meter_provider, schema_url=_SCHEMA_URL)
        self._operation_duration = meter.create_histogram(
            "adapty.client.operation.duration",
            unit="s",
            description="Duration of calls, with their retries.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._attempts = meter.create_counter(
            "adapty.client.attempts", unit="{attempt}", description="Requests that were sent."
        )
        self._bulk_records = meter.create_counter(
            "adapty.bulk.records", unit="{record}", description="Records of bulk jobs."
        )
        self._rate_limit = meter.create_gauge(
            "adapty.bulk.rate_limit", unit="{request}/s", description="Rate limit in effect in a bulk job."
        )
        self._pending = meter.create_gauge(
            "adapty.outbox.pending", unit="{event}", description="Events that wait for their delivery to Mail."
        )
        self._oldest_age = meter.create_gauge(
            "adapty.outbox.oldest_age", unit="s", description="Age of the oldest event that waits."
        )
        self._dead_letters = meter.create_gauge(
            "adapty.outbox.dead_letters", unit="{event}", description="Dead letters in the outbox."
        )
        self._deliveries = meter.create_counter(
            "adapty.webhook.deliveries", unit="{delivery}", description="Webhook requests that were received."
        )

    def on_call_started(self, event: CallStarted) -> None:
        """Start the span of a client's call."""
        if event.source == "client":
            self._start(event, event.operation, {"adapty.operation": event.operation, "adapty.api": event.api})

    def on_attempt_finished(self, event: AttemptFinished) -> None:
        """Count the attempt, and record its span."""
        self._attempts.add(1, _attributes(event, _attempt_error(event)))
        has_span = not event.is_instrumented if self._attempt_spans is None else self._attempt_spans
        if has_span and event.call in self._open:
            self._record_attempt(event)

    def _record_attempt(self, event: AttemptFinished) -> None:
        end = time.time_ns()
        address = urlsplit(event.url)
        span = self._tracer.start_span(
            event.method,
            self._open[event.call][1],
            self._trace.SpanKind.CLIENT,
            {
                "http.request.method": event.method,
                "server.address": address.hostname or "",
                "server.port": address.port or _PORTS.get(address.scheme, 0),
                "url.full": event.url,
            },
            start_time=end - int(event.duration * _NANOSECONDS),
        )
        attributes = {
            "http.request.resend_count": event.attempt - 1 or None,
            "http.response.status_code": event.status_code,
            "adapty.error_code": event.error_code,
            "adapty.request_id": event.request_id,
        }
        _set_attributes(span, attributes)
        self._set_error(span, _attempt_error(event))
        span.end(end)

    def on_call_finished(self, event: CallFinished) -> None:
        """Record the duration, and end the span."""
        self._operation_duration.record(event.duration, _attributes(event, event.error_type))
        attributes = {
            "adapty.attempts": event.attempts,
            "adapty.error_code": event.error_code,
            "adapty.request_id": event.request_id,
        }
        self._end(event.call, attributes, event.error_type)

    def on_bulk_started(self, event: BulkStarted) -> None:
        """Start the span of the stage."""
        self._start(event, f"bulk {event.stage}", {"adapty.bulk.stage": event.stage, "adapty.api": event.api})

    def on_bulk_progress(self, event: BulkProgress) -> None:
        """Count records, and record the rate limit, if there is one."""
        attributes = {"adapty.bulk.stage": event.run.stage, "adapty.api": event.run.api}
        for outcome, count in event.records.items():
            self._bulk_records.add(count, {**attributes, "adapty.bulk.outcome": outcome})
        if event.rate_limit is not None:
            self._rate_limit.set(event.rate_limit, attributes)

    def on_bulk_finished(self, event: BulkFinished) -> None:
        """End the span of the stage, with the number of records by outcome."""
        counts = {f"adapty.bulk.records.{outcome}": count for outcome, count in event.records.items()}
        self._end(event.run, {**counts, "adapty.bulk.retried": event.retried}, event.error_type)

    def on_outbox_measured(self, event: OutboxMeasured) -> None:
        """Record the state of the outbox."""
        self._pending.set(event.pending)
        self._oldest_age.set(event.oldest_age)
        self._dead_letters.set(event.dead_letters)

    def on_webhook_handled(self, event: WebhookHandled) -> None:
        """Count the delivery."""
        attributes: dict[str, str] = {"adapty.webhook.result": event.result}
        if event.event_type is not None:
            attributes["adapty.webhook.event_type"] = event.event_type
        self._deliveries.add(1, attributes)

    def _start(self, key: CallStarted | BulkStarted, name: str, attributes: Mapping[str, str]) -> None:
        """Start a span, and make it the current one of this thread or task."""
        span = self._tracer.start_span(name, attributes=dict(attributes))
        context = self._trace.set_span_in_context(span)
        self._open[key] = span, context, self._context.attach(context)

    def _end(
        self, key: CallStarted | BulkStarted, attributes: Mapping[str, str | int | None], error_type: str | None
    ) -> None:
        """End a span, if there is one."""
        if key not in self._open:
            return
        span, _, token = self._open.pop(key)
        _set_attributes(span, attributes)
        self._set_error(span, error_type)
        span.end()
        self._context.detach(token)

    def _set_error(self, span: Span, error_type: str | None) -> None:
        if error_type is not None:
            span.set_attribute("error.type", error_type)
            span.set_status(self._trace.StatusCode.ERROR)


def _attributes(event: AttemptFinished | CallFinished, error_type: str | None) -> dict[str, str | int]:
    """Return the attributes of the metrics of an attempt or a call."""
    attributes: dict[str, str | int] = {
        "adapty.operation": event.call.operation,
        "adapty.api": event.call.api,
        "adapty.source": event.call.source,
    }
    if event.status_code is not None:
        attributes["http.response.status_code"] = event.status_code
    if error_type is not None:
        attributes["error.type"] = error_type
    return attributes


def _attempt_error(event: AttemptFinished) -> str | None:
    """Return `error.type` of an attempt: the status of an error, as the conventions say, or a class."""
    if event.status_code is not None and event.status_code >= _ERROR_STATUS:
        return str(event.status_code)
    return event.error_type


def _set_attributes(span: Span, attributes: Mapping[str, str | int | None]) -> None:
    """Set the attributes that are not None."""
    span.set_attributes({name: value for name, value in attributes.items() if value is not None})
