"""Observers of webhooks: the result of each request, over each interface, and the state of an outbox."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

import httpx
import pytest

from adapty import Adapty, AdaptyUsageError, WebhookError, WebhookUnavailableError
from adapty.observer import AttemptFinished, CallStarted, OutboxMeasured, WebhookHandled
from adapty.webhooks import MemoryDedupStore, Receiver, Worker, asgi_app, drain, wsgi_app
from tests.conftest import EVENT
from tests.observers import Recorder, Refuser, unfinished

from .outbox_events import event, events, make_dead
from .posts import HEADERS, PURCHASE, VALUE, post
from .waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty.webhooks import Outbox, WebhookEvent

BODY = post(PURCHASE)
NEWER = post({**PURCHASE, "event_type": "jane@example.com"}).replace(b"3f0c7a0e", b"4f0c7a0e")


def by_handle(receiver: Receiver, handler: Any, headers: dict[str, str], body: bytes) -> int:
    """Use the interface for any framework."""
    return receiver.handle(headers, body, handler).status


def by_handle_async(receiver: Receiver, handler: Any, headers: dict[str, str], body: bytes) -> int:
    """Use the interface for any async framework, with a handler in a thread."""
    return asyncio.run(receiver.handle_async(headers, body, handler)).status


def by_async_handler(receiver: Receiver, handler: Any, headers: dict[str, str], body: bytes) -> int:
    """Use the interface for any async framework, with an async handler."""

    async def handle(received: WebhookEvent) -> None:
        handler(received)

    return asyncio.run(receiver.handle_async(headers, body, handle)).status


def by_asgi(receiver: Receiver, handler: Any, headers: dict[str, str], body: bytes) -> int:
    """Use the ASGI application."""

    async def main() -> int:
        transport = httpx.ASGITransport(asgi_app(receiver, handler))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return (await client.post("/", headers=headers, content=body)).status_code

    return asyncio.run(main())


def by_wsgi(receiver: Receiver, handler: Any, headers: dict[str, str], body: bytes) -> int:
    """Use the WSGI application; Django's view has the same code."""
    statuses: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    setup_testing_defaults(environ)
    b"".join(wsgi_app(receiver, handler)(environ, lambda status, _: statuses.append(status)))
    return int(statuses[0].partition(" ")[0])


def by_accept(receiver: Receiver, handler: Any, headers: dict[str, str], body: bytes) -> int:
    """Use the context manager."""
    try:
        with receiver.accept(headers, body) as delivery:
            if delivery.event is not None and not delivery.duplicate:
                handler(delivery.event)
    except WebhookError as error:
        return error.status
    except OSError:
        return 500
    return 200


@pytest.mark.parametrize("send", [by_handle, by_handle_async, by_async_handler, by_asgi, by_wsgi, by_accept])
def test_each_request_is_reported_once(send: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Each result is reported with the type of the event, however the receiver is called."""
    recorder = Recorder()
    receiver = Receiver(VALUE, dedup=MemoryDedupStore(), observer=[Refuser(), recorder])
    good = dict(HEADERS)

    def fail(_: WebhookEvent) -> None:
        raise OSError("jane@example.com")

    assert send(receiver, print, {}, BODY) == 401
    assert send(receiver, print, good, b"[1]") == 503
    assert send(receiver, print, good, b'{"email": "jane@example.com"}') == 400
    assert send(receiver, print, good, b"{}") == 200
    assert send(receiver, fail, good, BODY) == 500
    assert send(receiver, lambda _: None, good, BODY) == 200
    assert send(receiver, print, good, BODY) == 200
    assert send(receiver, lambda _: None, good, NEWER) == 200
    assert [(event.result, event.event_type) for event in recorder.of(WebhookHandled)] == [
        ("unauthorized", None),
        ("unavailable", None),
        ("invalid", None),
        ("verification", None),
        ("handler_failed", "subscription_renewed"),
        ("accepted", "subscription_renewed"),
        ("duplicate", "subscription_renewed"),
        ("accepted", "other"),
    ]
    assert all(event.duration >= 0 for event in recorder.events)
    assert "jane@" not in repr(recorder.events)
    assert [record.getMessage() for record in caplog.records if record.name == "adapty"] == [
        "observer Refuser: on_webhook_handled raised LookupError; its next errors are not logged"
    ]
    if send is not by_accept:
        warnings = [vars(record) for record in caplog.records if record.name == "adapty.webhooks"]
        assert [fields.get("adapty_status_code") for fields in warnings] == [401, 503, 400, None]
        assert warnings[-1]["adapty_event_type"] == "subscription_renewed"


def test_unavailable_handler_and_wrong_arguments() -> None:
    """A handler's own WebhookError is reported by its class; a call with wrong arguments is no delivery."""
    recorder = Recorder()
    receiver = Receiver(VALUE, observer=recorder)

    def refuse(_: WebhookEvent) -> None:
        raise WebhookUnavailableError("the disk is full")

    assert receiver.handle(HEADERS, BODY, refuse).status == 503
    with pytest.raises(AdaptyUsageError):
        receiver.handle(3, BODY, refuse)  # type: ignore[arg-type]
    assert receiver.parse(HEADERS, BODY) is not None
    assert [event.result for event in recorder.of(WebhookHandled)] == ["unavailable"]


def test_disconnected_request_is_cancelled() -> None:
    """A client that disconnects before the body, and a cancelled task, are reported."""
    recorder = Recorder()
    app = asgi_app(Receiver(VALUE, observer=recorder), print)
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    scope = {"type": "http", "method": "POST", "headers": headers}

    async def main() -> None:
        async def disconnect() -> Any:
            return {"type": "http.disconnect"}

        async def never(*_: Any) -> Any:
            await asyncio.Event().wait()

        await app(scope, disconnect, never)
        task = asyncio.create_task(app(scope, never, never))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert [event.result for event in recorder.of(WebhookHandled)] == ["cancelled", "cancelled"]


def client_of(answer: Callable[[httpx.Request], httpx.Response], *observers: Any) -> Adapty:
    """Return a client with a transport of the test."""
    return Adapty(mail_secret_key="secret_live_1", transport=httpx.MockTransport(answer), observer=observers)


def test_drained_outbox_is_measured(outbox: Outbox) -> None:
    """The numbers of the last event are those of the outbox at the end; each delivery is a call of the outbox."""
    recorder = Recorder()
    outbox.put(event(99, profile="dead"))
    make_dead(outbox, "evt_0099")
    for each in events(6, 3):
        outbox.put(each)
    refused = {"errors": [{"message": "wrong", "error_code": "base_error", "field_name": "currency"}]}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json=refused) if b"evt_0004" in request.content else httpx.Response(200, json={})

    with client_of(answer, Refuser(), recorder) as adapty:
        report = drain(adapty, outbox)

    assert (report.delivered, report.dead_letters) == (5, 1)
    measured = recorder.of(OutboxMeasured)
    assert sum(each.delivered for each in measured) == 5
    assert sum(each.dead_lettered for each in measured) == 1
    assert (measured[-1].pending, measured[-1].dead_letters, measured[-1].oldest_age) == (0, 2, 0)
    assert {each.source for each in recorder.of(CallStarted)} == {"outbox"}
    assert len(recorder.of(AttemptFinished)) == 6
    assert unfinished(recorder) == []
    assert not any(personal in repr(recorder.events) for personal in ("evt_", "user_", EVENT["event_id"]))


@pytest.mark.usefixtures("impatient")
def test_outage_is_measured(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Mail is not available, the number and the age of waiting events are reported."""
    monkeypatch.setattr("adapty.webhooks._outbox_observation._MEASURE_SECONDS", 0.01)
    recorder = Recorder()
    outbox.put(event())

    with client_of(lambda _: httpx.Response(429), recorder) as adapty, Worker(adapty, outbox, max_retries=0):
        until(lambda: len(recorder.of(OutboxMeasured)) > 3)

    waiting = [each for each in recorder.of(OutboxMeasured) if each.pending == 1]
    assert waiting
    assert waiting[-1].oldest_age > 0
    assert unfinished(recorder) == []


def test_no_observer_measures_nothing(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an observer the outbox is not queried for its size."""
    monkeypatch.setattr("adapty.webhooks._stores.sqlite_outbox.SQLiteOutboxStore.measure", None)
    outbox.put(event())
    with client_of(lambda _: httpx.Response(200, json={})) as adapty:
        assert drain(adapty, outbox).delivered == 1
    assert logging.getLogger("adapty.webhooks").handlers == []
