"""OpenTelemetry: spans and metrics of calls, bulk jobs, outboxes and webhooks, in memory."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapty import Adapty, AdaptyConfigError, AdaptyError, AsyncAdapty
from adapty.bulk import import_profiles
from adapty.fast import AsyncFastTransport
from adapty.otel import OpenTelemetryObserver
from adapty.webhooks import Outbox, Receiver, drain
from tests.conftest import PROFILE
from tests.webhooks.outbox_events import event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

    from adapty.sandbox import Sandbox

KEY = "secret_live_1234567890"
MAIL_URL = "https://api-mail.adapty.io"
CONVENTION = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


class Telemetry:
    """An observer, and what it reports."""

    def __init__(self, **options: Any) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        traces = TracerProvider()
        traces.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = traces.get_tracer("test")
        metrics = MeterProvider([self._reader])
        self.observer = OpenTelemetryObserver(tracer_provider=traces, meter_provider=metrics, **options)

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans that have ended, in the order of their ends."""
        return list(self._exporter.get_finished_spans())

    def points(self, name: str) -> dict[tuple[Any, ...], Any]:
        """Return the data points of a metric by the values of their attributes, sorted by name."""
        data: Any = self._reader.get_metrics_data()
        scope = data.resource_metrics[0].scope_metrics[0]
        metric = next(metric for metric in scope.metrics if metric.name == name)
        return {
            tuple(value for _, value in sorted(point.attributes.items())): point for point in metric.data.data_points
        }

    def values(self, name: str) -> dict[tuple[Any, ...], float]:
        """Return the values of a counter or gauge."""
        return {attributes: point.value for attributes, point in self.points(name).items()}


@pytest.fixture
def telemetry() -> Telemetry:
    """Return an observer with providers of its own."""
    return Telemetry()


def answering(*statuses: int) -> Callable[[httpx.Request], httpx.Response]:
    """Return the handler of a transport with these statuses, one after the other."""
    left = list(statuses)
    headers = {"X-Request-Id": "req_1"}
    return lambda _: httpx.Response(left.pop(0) if len(left) > 1 else left[0], json={}, headers=headers)


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapty._sync.transport.sleep", lambda _: None)


def parent(span: ReadableSpan) -> int | None:
    """Return the ID of the parent of a span."""
    return span.parent.span_id if span.parent else None


def own(span: ReadableSpan) -> int | None:
    """Return the ID of a span."""
    return span.context.span_id if span.context else None


def save_profile(telemetry: Telemetry, transport: httpx.BaseTransport | None = None, **options: Any) -> None:
    """Save a profile within a span of the caller."""
    with (
        Adapty(mail_secret_key=KEY, transport=transport, observer=telemetry.observer, **options) as client,
        telemetry.tracer.start_as_current_span("checkout"),
    ):
        client.mail.save_profile(**PROFILE)


def test_trace_of_a_retried_call(telemetry: Telemetry) -> None:
    """The call is a child of the caller's span, and each attempt a child of the call, by the HTTP conventions."""
    save_profile(telemetry, httpx.MockTransport(answering(503, 429, 200)))

    *attempts, call, checkout = telemetry.spans
    assert (call.name, call.kind, call.status.status_code) == ("saveProfile", SpanKind.INTERNAL, StatusCode.UNSET)
    assert parent(call) == own(checkout)
    assert call.attributes == {
        "adapty.operation": "saveProfile",
        "adapty.api": "mail",
        "adapty.attempts": 3,
        "adapty.request_id": "req_1",
    }
    assert {(span.name, span.kind, parent(span)) for span in attempts} == {("POST", SpanKind.CLIENT, own(call))}
    common = {
        "http.request.method": "POST",
        "server.address": "api-mail.adapty.io",
        "server.port": 443,
        "url.full": f"{MAIL_URL}/api/v1/profile/save/",
        "adapty.request_id": "req_1",
    }
    assert [span.attributes for span in attempts] == [
        {**common, "http.response.status_code": 503, "error.type": "503"},
        {**common, "http.response.status_code": 429, "error.type": "429", "http.request.resend_count": 1},
        {**common, "http.response.status_code": 200, "http.request.resend_count": 2},
    ]
    assert [span.status.status_code for span in attempts] == [StatusCode.ERROR, StatusCode.ERROR, StatusCode.UNSET]
    assert call.start_time
    assert call.end_time
    for span in attempts:
        assert span.start_time
        assert span.end_time
        assert call.start_time <= span.end_time <= call.end_time
        assert span.start_time <= span.end_time


def test_metrics_of_calls(telemetry: Telemetry) -> None:
    """The duration has the convention's buckets, and both metrics have the operation, the result and the source."""
    save_profile(telemetry, httpx.MockTransport(answering(503, 200)))
    with pytest.raises(AdaptyError):
        save_profile(telemetry, httpx.MockTransport(answering(401)))

    durations = telemetry.points("adapty.client.operation.duration")
    assert durations.keys() == {
        ("mail", "saveProfile", "client", 200),
        ("mail", "saveProfile", "client", "AuthenticationError", 401),
    }
    assert {point.explicit_bounds for point in durations.values()} == {CONVENTION}
    assert telemetry.values("adapty.client.attempts") == {
        ("mail", "saveProfile", "client", "503", 503): 1,
        ("mail", "saveProfile", "client", 200): 1,
        ("mail", "saveProfile", "client", "401", 401): 1,
    }
    call = next(span for span in telemetry.spans if span.name == "saveProfile" and not span.status.is_unset)
    assert (call.attributes or {})["error.type"] == "AuthenticationError"
    assert call.status.description is None
    assert call.events == ()


def test_request_has_no_trace_context(telemetry: Telemetry) -> None:
    """The vendor does not receive the IDs of the caller's traces."""
    received: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        received.extend(request.headers)
        return httpx.Response(200, json={})

    save_profile(telemetry, httpx.MockTransport(handle))
    assert "user-agent" in received
    assert not {"traceparent", "tracestate", "baggage"} & set(received)


@pytest.mark.parametrize(("attempt_spans", "expected"), [(None, 0), (True, 1), (False, 0)])
def test_instrumented_httpx_makes_the_spans_of_attempts(
    monkeypatch: pytest.MonkeyPatch, attempt_spans: Any, expected: int
) -> None:
    """Its spans are children of the call, and there are no others, unless the caller wants them."""
    telemetry = Telemetry(attempt_spans=attempt_spans)

    def handle_request(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        with telemetry.tracer.start_as_current_span("by httpx", kind=SpanKind.CLIENT):
            return httpx.Response(200, json={}, request=request)

    handle_request.__wrapped__ = httpx.HTTPTransport.handle_request  # type: ignore[attr-defined]
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    save_profile(telemetry, mail_base_url="http://127.0.0.1:9")

    attempt, *_, call, _ = telemetry.spans
    assert (attempt.name, parent(attempt)) == ("by httpx", own(call))
    assert len([span for span in telemetry.spans if span.name == "POST"]) == expected


@pytest.mark.parametrize("transport", [None, AsyncFastTransport, httpx.AsyncHTTPTransport, httpx.AsyncClient])
def test_every_transport_has_spans_of_concurrent_calls(
    telemetry: Telemetry, sandbox: Sandbox, transport: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Each call of several tasks has an attempt of its own, one that is cancelled too, and all are children."""
    argument = "http_client" if transport is httpx.AsyncClient else "transport"

    async def main() -> None:
        options = {} if transport is None else {argument: transport()}
        async with AsyncAdapty(
            mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url, observer=telemetry.observer, **options
        ) as client:
            with telemetry.tracer.start_as_current_span("checkout"):
                users = [{**PROFILE, "external_profile_id": f"u{number}"} for number in range(4)]
                tasks = [asyncio.create_task(client.mail.save_profile(**user)) for user in users]
                await asyncio.sleep(0)
                tasks[0].cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        for opened in options.values():
            await opened.aclose()

    asyncio.run(main())
    *spans, checkout = telemetry.spans
    calls = [span for span in spans if span.name == "saveProfile"]
    assert {parent(span) for span in calls} == {own(checkout)}
    assert len(calls) == 4
    attempts = [span for span in spans if span.kind is SpanKind.CLIENT]
    assert len(attempts) == len({parent(span) for span in attempts}) >= 3
    errors = sorted(str((span.attributes or {}).get("error.type", "")) for span in calls)
    assert errors == ["", "", "", "CancelledError"]
    assert caplog.records == []


def test_deletions_in_threads_are_children_of_the_caller(telemetry: Telemetry) -> None:
    """delete_many sends in threads, whose calls have the caller's span as parent."""
    transport = httpx.MockTransport(answering(204))
    with (
        Adapty(mail_secret_key=KEY, transport=transport, observer=telemetry.observer) as client,
        telemetry.tracer.start_as_current_span("cleanup"),
    ):
        client.mail.delete_many(["u1", "u2", "u3"], concurrency=3)

    *spans, cleanup = telemetry.spans
    assert {parent(span) for span in spans if span.name == "deleteProfile"} == {own(cleanup)}
    assert len(spans) == 6


def test_bulk_job_has_one_span(telemetry: Telemetry, tmp_path: Path) -> None:
    """A stage has one span, a child of the caller's, however many records it has; the records are counted."""

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400 if b"refused" in request.content else 200, json={})

    users = [{**PROFILE, "external_profile_id": f"u{number}"} for number in range(20)]
    users.append({**PROFILE, "external_profile_id": "refused"})
    transport = httpx.MockTransport(handle)
    with (
        Adapty(mail_secret_key=KEY, transport=transport, observer=telemetry.observer) as client,
        telemetry.tracer.start_as_current_span("nightly"),
    ):
        import_profiles(client, users, rate_limit=500, rejects_dir=tmp_path)

    stage, nightly = telemetry.spans
    assert (stage.name, stage.kind, parent(stage)) == ("bulk profiles", SpanKind.INTERNAL, own(nightly))
    assert stage.attributes == {
        "adapty.bulk.stage": "profiles",
        "adapty.api": "mail",
        "adapty.bulk.records.accepted": 20,
        "adapty.bulk.records.rejected": 1,
        "adapty.bulk.retried": 0,
    }
    assert telemetry.values("adapty.bulk.records") == {
        ("mail", "accepted", "profiles"): 20,
        ("mail", "rejected", "profiles"): 1,
    }
    assert telemetry.values("adapty.bulk.rate_limit") == {("mail", "profiles"): 500}
    assert telemetry.values("adapty.client.attempts") == {
        ("mail", "saveProfile", "bulk", 200): 20,
        ("mail", "saveProfile", "bulk", "400", 400): 1,
    }


def test_outbox_and_webhooks_have_metrics(telemetry: Telemetry, tmp_path: Path) -> None:
    """The outbox has gauges and no spans; deliveries are counted by result and type."""
    transport = httpx.MockTransport(answering(200))
    with (
        Adapty(mail_secret_key=KEY, transport=transport, observer=telemetry.observer) as client,
        Outbox(tmp_path / "outbox.sqlite") as outbox,
    ):
        outbox.put(event())
        drain(client, outbox)
    receiver = Receiver("value", observer=telemetry.observer)
    receiver.handle({"Authorization": "value"}, b'{"event_type": "trial_started"}', lambda _: None)
    receiver.handle({}, b"{}", print)

    assert telemetry.spans == []
    for name in ("pending", "oldest_age", "dead_letters"):
        assert telemetry.values(f"adapty.outbox.{name}") == {(): 0}
    assert telemetry.values("adapty.client.attempts") == {("mail", "saveTransactionEvent", "outbox", 200): 1}
    assert telemetry.values("adapty.webhook.deliveries") == {("trial_started", "accepted"): 1, ("unauthorized",): 1}


def test_error_names_the_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without OpenTelemetry, creating an observer says what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(AdaptyConfigError, match=r'requires opentelemetry-api: pip install "adapty\[otel\]"$'):
        OpenTelemetryObserver()
