"""Observers of a client: each call, however it ends, and nothing personal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import AdaptyError, AsyncAdapty
from adapty.observer import AttemptFinished, CallFinished, CallStarted, Observer
from adapty_generated.server_side.api.paywalls import list_paywalls
from tests.conftest import PROFILE
from tests.observers import Recorder, Refuser, unfinished
from tests.server_side_calls import KEY, Stub, answering, failing

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

REQUEST_ID = {"X-Request-Id": "req_1"}
NOT_FOUND = b'{"errors": [{"message": "jane@example.com", "error_code": "profile_not_found_error"}]}'
IN_FLIGHT = b'{"error_code": "idempotency_in_flight"}'
PAYWALL_ID = "0c5a1c5e-1d2f-4b5e-8f3a-0123456789ab"


def observed(stub: Stub, *observers: Observer, **options: Any) -> AsyncAdapty:
    """Return a client of the stub with observers."""
    return AsyncAdapty(
        KEY, mail_secret_key=KEY, transport=httpx.MockTransport(stub), observer=observers or None, **options
    )


async def test_retried_call_is_reported_attempt_by_attempt(stub: Stub, slept: list[float]) -> None:
    """Each attempt has its status, error, delay and request ID, and the end of the call has those of the last one."""
    recorder = Recorder()
    stub.replies = [
        failing(httpx.ConnectTimeout),
        answering(429, b"{}", {**REQUEST_ID, "Retry-After": "7"}),
        answering(200, b"{}", {"Request-Id": "req_2"}),
    ]

    async with observed(stub, recorder) as client:
        await client.mail.save_profile(**PROFILE)

    started, *attempts, finished = recorder.events
    assert (started.operation, started.api, started.source) == ("saveProfile", "mail", "client")
    assert [each.call for each in attempts] == [started] * 3
    assert [(each.attempt, each.status_code, each.error_type, each.request_id, each.delay) for each in attempts] == [
        (1, None, "ConnectTimeout", None, slept[0]),
        (2, 429, "RateLimitError", "req_1", 7.0),
        (3, 200, None, "req_2", None),
    ]
    assert {(each.method, each.url) for each in attempts} == {("POST", f"{client_url()}/api/v1/profile/save/")}
    assert (finished.call, finished.attempts, finished.status_code) == (started, 3, 200)
    assert (finished.error_type, finished.error_code, finished.request_id) == (None, None, "req_2")


def client_url() -> str:
    """Return the default address of the Mail API."""
    return "https://api-mail.adapty.io"


async def test_error_is_reported_without_its_text(stub: Stub) -> None:
    """An error has its class and the API's code; no event contains the key, IDs, addresses or the body."""
    recorder = Recorder()
    stub.replies = [answering(404, NOT_FOUND, {"X-Request-Id": f"jane@example.com {KEY}"})]

    async with observed(stub, recorder) as client:
        with pytest.raises(AdaptyError):
            await client.mail.delete_profile(external_profile_id="user_12345")
        stub.replies = [answering(404, b'{"error_code": "jane@example.com"}')]
        with pytest.raises(AdaptyError):
            await client.paywalls.get(PAYWALL_ID)
        with pytest.raises(AdaptyError):
            await client.virtual_currencies.balances(customer_user_id="user_12345")

    first, *others = recorder.of(CallFinished)
    assert (first.error_type, first.error_code, first.status_code) == (
        "ProfileNotFoundError",
        "profile_not_found_error",
        404,
    )
    assert [event.error_code for event in others] == [None, None]
    text = repr(recorder.events)
    assert "/paywalls/REDACTED/" in text
    for personal in (KEY, "jane@", "user_12345", PAYWALL_ID):
        assert personal not in text


async def test_lookup_by_several_ids_is_one_call(stub: Stub) -> None:
    """The request for each kind of ID is an attempt of one call, counted from 1."""
    recorder = Recorder()
    stub.replies = [answering(404, NOT_FOUND), answering(503), answering(404, NOT_FOUND)]

    async with observed(stub, recorder) as client:
        report = await client.mail.delete_many(["user_12345"])

    assert len(report.not_found) == 1
    attempts = [(each.attempt, each.status_code) for each in recorder.of(AttemptFinished)]
    assert attempts == [(1, 404), (1, 503), (2, 404)]
    (finished,) = recorder.of(CallFinished)
    assert finished.attempts == 3


async def test_key_in_flight_is_reported_as_attempts(stub: Stub, slept: list[float]) -> None:
    """A 409 for a key in progress is an attempt with the delay that follows it."""
    recorder = Recorder()
    stub.replies = [answering(409, IN_FLIGHT, {"Retry-After": "7"}), answering(404)]

    async with observed(stub, recorder) as client:
        with pytest.raises(AdaptyError):
            await client.virtual_currencies.balances(customer_user_id="user_12345")

    first, _ = recorder.of(AttemptFinished)
    assert (first.status_code, first.error_type, first.error_code) == (409, "ConflictError", "idempotency_in_flight")
    assert [first.delay] == slept == [7.0]


class Stopped(BaseException):
    """Ends a call as a cancellation or Ctrl-C does."""


def stop(request: httpx.Request) -> httpx.Response:
    """Interrupt a request."""
    raise Stopped(request.url)


async def test_interrupted_call_is_finished(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted request is a finished attempt of a finished call; an interrupted wait is no attempt."""
    recorder = Recorder()

    async def interrupt(_: float) -> None:
        raise Stopped

    monkeypatch.setattr("adapty._async.transport.sleep", interrupt)
    async with observed(stub, recorder) as client:
        for reply in (stop, answering(503)):
            stub.replies = [reply]
            with pytest.raises(Stopped):
                await client.mail.save_profile(**PROFILE)

    assert [(event.status_code, event.error_type) for event in recorder.of(AttemptFinished)] == [
        (None, "Stopped"),
        (503, "ServerError"),
    ]
    assert [(event.attempts, event.error_type) for event in recorder.of(CallFinished)] == [
        (1, "Stopped"),
        (1, "Stopped"),
    ]
    assert unfinished(recorder) == []


async def test_durations_exclude_waits_from_attempts(
    stub: Stub, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call's duration contains the waits for retries and for the rate limit; an attempt's contains neither."""
    recorder = Recorder()
    monkeypatch.setattr("adapty._async.transport.monotonic", lambda: sum(slept))
    stub.replies = [answering(200, b"{}")] * 3 + [answering(503), answering(200, b"{}")]

    async with observed(stub, recorder) as client:
        for _ in range(4):
            await client.analytics.placements("paywall")

    assert {event.duration for event in recorder.of(AttemptFinished)} == {0.0}
    durations = [event.duration for event in recorder.of(CallFinished)]
    assert sum(durations) == pytest.approx(sum(slept))
    assert sum(durations[:3]) > 0  # the rate limit
    assert durations[3] >= (recorder.of(AttemptFinished)[3].delay or 9) > 0


async def test_failed_download_is_finished(stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full while the CSV arrives ends the attempt and the call."""
    recorder = Recorder()
    stub.replies = [answering(200, b"a,b\n", {"Content-Type": "text/csv"})]

    async with observed(stub, recorder) as client:
        await client.analytics.placements("paywall", format="csv", output=tmp_path / "placements.csv")
        monkeypatch.setattr("adapty._downloads.Download.write", lambda *_: stop(httpx.Request("GET", "http://a")))
        with pytest.raises(Stopped):
            await client.analytics.placements("paywall", format="csv", output=tmp_path / "placements.csv")

    assert [event.error_type for event in recorder.of(AttemptFinished)] == [None, "Stopped"]
    assert [event.error_type for event in recorder.of(CallFinished)] == [None, "Stopped"]


async def test_failing_observer_breaks_nothing(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    """Its exception is logged once, with the class only; the other observers receive all events."""
    recorder = Recorder()

    async with observed(stub, Refuser(), recorder) as client:
        await client.mail.save_profile(**PROFILE)

    assert [type(event) for event in recorder.events] == [CallStarted, AttemptFinished, CallFinished]
    assert [(record.name, record.getMessage()) for record in caplog.records if record.levelno >= logging.ERROR] == [
        ("adapty", "observer Refuser: on_call_started raised LookupError; its next errors are not logged")
    ]
    assert "jane@" not in caplog.text


async def test_low_level_client_is_not_observed(stub: Stub) -> None:
    """Requests of the generated client are none of the facade's calls; siblings of a client have its observer."""
    recorder = Recorder()

    async with observed(stub, recorder) as client:
        await list_paywalls.asyncio_detailed(client=client.low_level())
        assert recorder.events == []
        await client.with_options(max_retries=0).mail.save_profile(**PROFILE)

    assert len(recorder.events) == 3


async def test_wrapped_transport_is_instrumented(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The instrumentation of all transports of httpx, and that of the transports of one client, are recognized."""
    recorder = Recorder()

    async def send(client: AsyncAdapty) -> bool:
        async with client:
            with pytest.raises(AdaptyError):
                await client.profiles.get(customer_user_id="user_12345")
        return recorder.of(AttemptFinished)[-1].is_instrumented

    stub.replies = [answering(404)]

    def client_of(**options: Any) -> AsyncAdapty:
        return AsyncAdapty(KEY, base_url="http://127.0.0.1:9", max_retries=0, observer=recorder, **options)

    async with httpx.AsyncClient() as plain, httpx.AsyncClient() as instrumented:
        instrumented._transport.handle_async_request = wrapped(instrumented._transport.handle_async_request)  # type: ignore[method-assign]
        assert not await send(client_of())
        assert not await send(client_of(http_client=plain))
        assert await send(client_of(http_client=instrumented))
        function = wrapped(httpx.AsyncHTTPTransport.handle_async_request)
        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", function)
        assert await send(client_of())
        assert await send(client_of(http_client=plain))
        assert await send(client_of(transport=httpx.AsyncHTTPTransport()))
        assert not await send(client_of(transport=httpx.MockTransport(stub)))


def wrapped(function: Any) -> Any:
    """Wrap a function as instrumentations do."""

    def wrapper(*arguments: Any) -> Any:
        return function(*arguments)

    wrapper.__wrapped__ = function  # type: ignore[attr-defined]
    return wrapper


async def test_log_record_has_the_facts(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    """Log records of a call have what observers receive of it, in attributes of their own, also without an observer."""
    caplog.set_level(logging.DEBUG, "adapty.client")
    stub.replies = [answering(429, b"{}", {"Retry-After": "7"}), answering(404, NOT_FOUND, REQUEST_ID)]

    async with observed(stub) as client:
        with pytest.raises(AdaptyError):
            await client.mail.delete_profile(external_profile_id="user_12345")

    retry, end = [record for record in caplog.records if record.name == "adapty.client"]
    assert facts(retry) == {
        "operation": "deleteProfile",
        "api": "mail",
        "attempt": 1,
        "delay": 7.0,
        "status_code": 429,
        "error_type": "RateLimitError",
    }
    assert facts(end) == {
        "operation": "deleteProfile",
        "api": "mail",
        "attempt": 2,
        "status_code": 404,
        "error_code": "profile_not_found_error",
        "error_type": "ProfileNotFoundError",
        "request_id": "req_1",
    }


def facts(record: logging.LogRecord) -> dict[str, object]:
    """Return the SDK's attributes of a record but the duration, which must be there."""
    found = {name.removeprefix("adapty_"): value for name, value in vars(record).items() if name.startswith("adapty_")}
    assert found.pop("duration") >= 0
    return found
