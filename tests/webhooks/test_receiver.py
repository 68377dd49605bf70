"""The receiver: which events are handled, how often, and with which response."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from adapty import (
    AdaptyConfigError,
    AdaptyUsageError,
    WebhookAuthorizationError,
    WebhookBodyError,
    WebhookError,
    WebhookUnavailableError,
)
from adapty.webhooks import Delivery, MemoryDedupStore, Receiver, WebhookEvent, WebhookResponse
from adapty.webhooks.event_types import EVENT_TYPES, LEGACY_NAMES
from tests.cases import case

from .posts import HEADERS, PURCHASE, VALUE, never, post, purchase

BODY = post(PURCHASE)
WRONG = {"Authorization": "wrong"}


def fails(event: WebhookEvent) -> None:
    """Handle an event and fail."""
    raise LookupError(str(event.event_id))


class Store(MemoryDedupStore):
    """A store that records its calls, and fails on request."""

    def __init__(self, *failing: str) -> None:
        super().__init__()
        self.failing = set(failing)
        self.asked: list[str] = []

    def _note(self, name: str) -> None:
        self.asked.append(name)
        if name in self.failing:
            message = "database is locked"
            raise OSError(message)

    def acquire(self, event_id: str, owner: str) -> Any:
        """Claim, or fail."""
        self._note("acquire")
        return super().acquire(event_id, owner)

    def complete(self, event_id: str, owner: str) -> None:
        """Mark, or fail."""
        self._note("complete")
        super().complete(event_id, owner)

    def release(self, event_id: str, owner: str) -> None:
        """Release, or fail."""
        self._note("release")
        super().release(event_id, owner)


def blocking(receiver: Receiver, handler: Any, body: bytes = BODY) -> WebhookResponse:
    """Take a request as a blocking mount does."""
    return receiver.handle(HEADERS, body, handler)


def on_a_loop(receiver: Receiver, handler: Any, body: bytes = BODY) -> WebhookResponse:
    """Take a request as an async mount does that has an async handler."""

    async def handle(event: WebhookEvent) -> None:
        handler(event)

    return asyncio.run(receiver.handle_async(HEADERS, body, handle))


Way = Callable[..., WebhookResponse]
EITHER_WAY = pytest.mark.parametrize("answered", [blocking, on_a_loop])


def test_verification_request_is_answered_in_both_forms() -> None:
    """The current one and the older one."""
    cases: list[tuple[bytes, dict[str, Any]]] = [
        (b"{}", {}),
        (b" {\n} ", {}),
        (b'{"adapty_check": "a1b2c3"}', {"adapty_check_response": "a1b2c3"}),
        (b'{"adapty_check": ""}', {"adapty_check_response": ""}),
        (b'{"adapty_check": 7.5}', {"adapty_check_response": 7.5}),
        (b'{"adapty_check": null}', {"adapty_check_response": None}),
        ('{"adapty_check": "é\\ud800"}'.encode(), {"adapty_check_response": "é\ud800"}),
        (b'{"adapty_check": "x", "newer": 1}', {"adapty_check_response": "x"}),
    ]
    for body, answer in cases:
        with case(body, answer):
            delivery = Receiver(VALUE).accept(HEADERS, body)
            assert delivery.event is None
            assert not delivery.duplicate
            for response in (delivery.response, Receiver(VALUE).handle(HEADERS, body, never)):
                assert response.status == 200
                assert response.headers == {"Content-Type": "application/json"}
                assert json.loads(response.body) == answer


def test_verification_request_is_authenticated() -> None:
    """As any other."""
    for body in (b"{}", b'{"adapty_check": "x"}'):
        with pytest.raises(WebhookAuthorizationError):
            Receiver(VALUE).accept(WRONG, body)


@EITHER_WAY
def test_event_is_handled_and_responded_to(answered: Way) -> None:
    """With 200 and a JSON object."""
    handled: list[WebhookEvent] = []
    response = answered(Receiver(VALUE), handled.append)
    assert [event.raw for event in handled] == [PURCHASE]
    assert (response.status, response.body) == (200, b"{}")


@pytest.mark.parametrize(
    ("headers", "body", "status", "said"),
    [
        (WRONG, BODY, 401, "has none of the accepted values"),
        (WRONG, b"nonsense", 401, "has none of the accepted values"),
        ({}, BODY, 401, "is missing"),
        (HEADERS, b"[" * 99_999, 400, "is nested deeper than"),
        (HEADERS, b"x" * 2_000_000, 400, "is longer than"),
        (HEADERS, b'{"x": 1}', 400, "has no event_type"),
    ],
)
def test_permanent_errors_are_not_retried(
    headers: dict[str, str], body: bytes, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Adapty does not retry their statuses."""
    for response in (
        Receiver(VALUE).handle(headers, body, never),
        asyncio.run(Receiver(VALUE).handle_async(headers, body, never)),
    ):
        assert response.status == status
        assert said in json.loads(response.body)["error"]
        assert ("WWW-Authenticate" in response.headers) == (status == 401)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert said in caplog.text
    for secret in ("jane", "wrong", VALUE):
        assert secret not in caplog.text


@EITHER_WAY
def test_failed_handler_responds_500(answered: Way, caplog: pytest.LogCaptureFixture) -> None:
    """Adapty posts the event again, and it is handled then."""
    store = Store()
    receiver = Receiver(VALUE, dedup=store)
    response = answered(receiver, fails)
    assert (response.status, json.loads(response.body)) == (500, {"error": "the handler failed"})
    assert store.asked == ["acquire", "release"]
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[0] is LookupError
    assert "'subscription_renewed', event '3f0c7a0e-6c2e" in record.getMessage()
    handled: list[WebhookEvent] = []
    assert answered(receiver, handled.append).status == 200
    assert len(handled) == 1


@EITHER_WAY
@pytest.mark.parametrize("kind", [WebhookUnavailableError, WebhookBodyError])
def test_webhook_error_of_a_handler_is_the_response(
    answered: Way, kind: type[WebhookError], caplog: pytest.LogCaptureFixture
) -> None:
    """With its status."""
    store = Store()

    def handle(event: WebhookEvent) -> None:
        assert event
        message = "the outbox is locked"
        raise kind(message)

    response = answered(Receiver(VALUE, dedup=store), handle)
    assert (response.status, json.loads(response.body)) == (kind.status, {"error": "the outbox is locked"})
    assert store.asked == ["acquire", "release"]
    assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.WARNING, None)]


@EITHER_WAY
def test_repeated_event_is_handled_once(answered: Way) -> None:
    """Each delivery is responded to."""
    handled: list[WebhookEvent] = []
    receiver = Receiver(VALUE, dedup=MemoryDedupStore())
    replies = [answered(receiver, handled.append) for _ in range(3)]
    assert [(response.status, response.body) for response in replies] == [(200, b"{}")] * 3
    assert len(handled) == 1
    assert answered(receiver, handled.append, post(purchase(profile_event_id="another")))
    assert len(handled) == 2


def test_event_without_id_is_never_a_duplicate() -> None:
    """It is handled each time."""
    cases: list[Any] = [..., None, "", "  ", [], "\ud800"]
    for event_id in cases:
        with case(event_id):
            handled: list[WebhookEvent] = []
            store = Store()
            receiver = Receiver(VALUE, dedup=store)
            for _ in range(2):
                assert receiver.handle(HEADERS, post(purchase(profile_event_id=event_id)), handled.append).status == 200
            assert len(handled) == 2
            assert store.asked == []


def test_receiver_without_store_handles_each_delivery() -> None:
    """There is no deduplication."""
    handled: list[WebhookEvent] = []
    receiver = Receiver(VALUE)
    for _ in range(2):
        with receiver.accept(HEADERS, BODY) as delivery:
            assert not delivery.duplicate
            assert delivery.event
            handled.append(delivery.event)
    assert len(handled) == 2


def test_delivery_block_completes_or_releases_the_event() -> None:
    """By whether it raises."""
    receiver = Receiver(VALUE, dedup=MemoryDedupStore())
    with pytest.raises(KeyboardInterrupt), receiver.accept(HEADERS, BODY):
        raise KeyboardInterrupt
    with receiver.accept(HEADERS, BODY) as delivery:
        assert not delivery.duplicate
    with receiver.accept(HEADERS, BODY) as delivery:
        assert delivery.duplicate
        assert delivery.event
        assert delivery.response.status == 200


def test_event_in_progress_responds_503() -> None:
    """Its handler may still fail."""
    receiver = Receiver(VALUE, dedup=MemoryDedupStore())
    with receiver.accept(HEADERS, BODY):
        with pytest.raises(WebhookUnavailableError, match="is handling the event") as caught:
            receiver.accept(HEADERS, BODY)
        assert caught.value.status == 503
        assert receiver.handle(HEADERS, BODY, never).status == 503
    assert receiver.accept(HEADERS, BODY).duplicate


def test_simultaneous_deliveries_are_handled_once() -> None:
    """The others get 503 or 200."""
    handled: list[str] = []
    lock = threading.Lock()

    def handle(event: WebhookEvent) -> None:
        with lock:
            handled.append(str(event.event_id))

    receiver = Receiver(VALUE, dedup=MemoryDedupStore())
    bodies = [post(purchase(profile_event_id=f"e{number % 20}")) for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        statuses = set(threads.map(lambda body: receiver.handle(HEADERS, body, handle).status, bodies))
    assert sorted(handled) == sorted({f"e{number}" for number in range(20)})
    assert statuses <= {200, 503}


@EITHER_WAY
def test_failed_acquire_responds_503(answered: Way) -> None:
    """The handler is not called."""
    receiver = Receiver(VALUE, dedup=Store("acquire"))
    response = answered(receiver, never)
    assert response.status == 503
    with pytest.raises(WebhookUnavailableError, match=r"dedup store failed \(OSError\)") as caught:
        receiver.accept(HEADERS, BODY)
    assert isinstance(caught.value.__cause__, OSError)


@EITHER_WAY
def test_failed_complete_is_logged(answered: Way, caplog: pytest.LogCaptureFixture) -> None:
    """The event is handled, so the response is 200."""
    handled: list[WebhookEvent] = []
    assert answered(Receiver(VALUE, dedup=Store("complete")), handled.append).status == 200
    assert len(handled) == 1
    assert "is handled, but not marked as completed: OSError" in caplog.text


@EITHER_WAY
def test_failed_release_is_logged(answered: Way, caplog: pytest.LogCaptureFixture) -> None:
    """Beside the handler's error."""
    assert answered(Receiver(VALUE, dedup=Store("release")), fails).status == 500
    assert "not released before its claim expires: OSError" in caplog.text
    assert "LookupError" in caplog.text


def test_acquire_must_return_a_status() -> None:
    """A bool would be ambiguous."""
    cases: list[Any] = [True, False, None, "busy", 1]
    for status in cases:
        with case(status):
            store = Store()
            store.acquire = Mock(return_value=status)  # type: ignore[method-assign]
            with pytest.raises(AdaptyUsageError, match=r"^dedup: acquire.* expected new, in_progress or completed$"):
                Receiver(VALUE, dedup=store).accept(HEADERS, BODY)


def test_parse_returns_the_event_without_deduplication() -> None:
    """`parse` authenticates and parses, and calls no store; a verification request has no event."""
    receiver = Receiver(VALUE, dedup=Store("acquire"))
    for _ in range(2):
        event = receiver.parse(HEADERS, BODY)
        assert event is not None
        assert event.event_type == PURCHASE["event_type"]
    assert receiver.parse(HEADERS, b"{}") is None
    with pytest.raises(WebhookAuthorizationError):
        receiver.parse(WRONG, BODY)
    with pytest.raises(WebhookBodyError):
        receiver.parse(HEADERS, b'{"a": 1}')


def test_dedup_must_be_a_store() -> None:
    """The error names an example."""
    cases: list[Any] = ["dedup.sqlite", {}, object(), MemoryDedupStore]
    for dedup in cases:
        message = r"^dedup: is of type .*SQLiteDedupStore\(path\)$"
        with case(dedup), pytest.raises(AdaptyConfigError, match=message):
            Receiver(VALUE, dedup=dedup)


def test_cancelled_task_releases_its_event() -> None:
    """Adapty posts it again."""
    receiver = Receiver(VALUE, dedup=MemoryDedupStore())

    async def run() -> None:
        begun = asyncio.Event()

        async def handle(event: WebhookEvent) -> None:
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(receiver.handle_async(HEADERS, BODY, handle))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert not receiver.accept(HEADERS, BODY).duplicate


class AsyncHandler:
    """A handler that is async without being a function."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    async def __call__(self, event: WebhookEvent) -> None:
        """Note where it runs."""
        assert event
        self.threads.append(threading.current_thread())


def test_async_handler_runs_in_the_loop_and_others_in_a_thread() -> None:
    """Neither blocks the event loop."""
    receiver = Receiver(VALUE)
    asynchronous = AsyncHandler()
    plain: list[threading.Thread] = []

    async def other(threads: list[threading.Thread], event: WebhookEvent) -> None:
        threads.append(threading.current_thread())

    for handler in (asynchronous, partial(other, asynchronous.threads), partial(partial(other), asynchronous.threads)):
        assert asyncio.run(receiver.handle_async(HEADERS, BODY, handler)).status == 200
    assert asyncio.run(receiver.handle_async(HEADERS, BODY, lambda _: plain.append(threading.current_thread())))
    assert asynchronous.threads == [threading.main_thread()] * 3
    assert plain != [threading.main_thread()]


def test_awaitable_result_of_a_sync_handler_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing was done."""

    async def handle(event: WebhookEvent) -> None:
        pytest.fail("nothing awaits it")

    receiver = Receiver(VALUE, dedup=MemoryDedupStore())
    handlers: list[Callable[[WebhookEvent], object]] = [handle, AsyncHandler()]
    for handler in handlers:
        assert receiver.handle(HEADERS, BODY, handler).status == 500
        assert "the handler returned an awaitable" in caplog.text
    assert not receiver.accept(HEADERS, BODY).duplicate
    gc.collect()  # a coroutine that is not closed would warn


def test_event_names_map_to_adaptys_names() -> None:
    """And with them to the class of the properties."""
    receiver = Receiver(VALUE, event_names={"Gekauft!": "subscription_started", "recht": "access_level_updated"})
    for name, now in (("Gekauft!", "subscription_started"), ("recht", "access_level_updated"), ("other", "other")):
        event = receiver.accept(HEADERS, post(purchase(name))).event
        assert event
        assert event.event_type == now
        assert event.raw["event_type"] == name
        assert type(event.event_properties).__name__ == (
            "AccessLevelProperties" if now == "access_level_updated" else "PurchaseProperties"
        )


def test_event_names_override_adaptys_names() -> None:
    """Names can be swapped."""
    swapped = {"subscription_started": "trial_started", "trial_cancelled": "trial_expired"}
    receiver = Receiver(VALUE, event_names=swapped)
    for name, ours in swapped.items():
        event = receiver.accept(HEADERS, post(purchase(name))).event
        assert event
        assert event.event_type == ours


def test_event_names_accept_legacy_names() -> None:
    """They become current names."""
    receiver = Receiver(VALUE, event_names={"stopped": "subscription_cancelled"})
    assert receiver.event_names == {"stopped": "subscription_renewal_cancelled"}


@pytest.mark.parametrize(
    "newer", ["subscription_resumed", "trial_started_again", "subscription_renewal_deactivated", "trial_paused", "new"]
)
def test_event_names_accept_newer_types(newer: str, caplog: pytest.LogCaptureFixture) -> None:
    """With a warning."""
    receiver = Receiver(VALUE, event_names={"mine": newer})
    event = receiver.accept(HEADERS, post({**purchase("mine"), "event_properties": {"access_level_id": "x"}})).event
    assert event is not None
    assert event.event_type == newer
    assert type(event.event_properties).__name__ == "AccessLevelProperties"
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"event_names.mine: '{newer}' is not a known event type" in record.getMessage()


def test_misspelled_event_type_logs_a_suggestion(caplog: pytest.LogCaptureFixture) -> None:
    """It may also be a newer type, so it is not an error."""
    for name, suggestion in (
        ("subscription_start", "subscription_started"),
        ("Subscription Started", "subscription_started"),
        ("trial_expird", "trial_expired"),
        ("subscritpion_paused", "subscription_paused"),
    ):
        Receiver(VALUE, event_names={"bought": name})
        assert f"did you mean {suggestion}?" in caplog.records[-1].getMessage(), name


def test_event_names_are_validated() -> None:
    """The error names the entry."""
    cases: list[tuple[Any, str, str]] = [
        ({"subscription_started": "bought"}, "event_names.subscription_started", "from your names to Adapty"),
        ({"bought": " "}, "event_names.bought", "is empty"),
        ({"bought": 7}, "event_names.bought", "is of type int"),
        ({"bought": None}, "event_names.bought", "is None"),
        ({"": "trial_started"}, "event_names", "expected the text of the dashboard"),
        ({7: "trial_started"}, "event_names", "expected the text of the dashboard"),
        ([("bought", "trial_started")], "event_names", "is of type list"),
        ("bought", "event_names", "is of type str"),
    ]
    for event_names, field, problem in cases:
        with case(event_names, field, problem):
            with pytest.raises(AdaptyConfigError) as caught:
                Receiver(VALUE, event_names=event_names)
            assert caught.value.field_name == field
            assert problem in str(caught.value)


def test_known_types_are_documented() -> None:
    """Twenty types and three legacy names."""
    assert len(EVENT_TYPES) == 20
    assert set(LEGACY_NAMES.values()) < EVENT_TYPES
    assert not set(LEGACY_NAMES) & EVENT_TYPES


def test_delivery_repr_hides_personal_data() -> None:
    """As the event's."""
    delivery = Receiver(VALUE, dedup=MemoryDedupStore()).accept(HEADERS, BODY)
    assert isinstance(delivery, Delivery)
    for shown in (repr(delivery), str(delivery)):
        assert "jane" not in shown
        assert VALUE not in shown


@pytest.mark.parametrize("kind", [WebhookAuthorizationError, WebhookBodyError, WebhookUnavailableError])
def test_response_from_error_has_its_status(kind: type[WebhookError]) -> None:
    """For code with its own flow."""
    response = WebhookResponse.from_error(kind("what is wrong"))
    assert response.status == kind.status
    assert json.loads(response.body) == {"error": "what is wrong"}


def test_log_messages_have_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever names an event has."""
    posted = purchase("x\nERROR made up", profile_event_id="jane@example.com\r\n")
    assert Receiver(VALUE, dedup=Store("complete")).handle(HEADERS, post(posted), fails).status == 500
    assert Receiver(VALUE, dedup=Store("complete")).handle(HEADERS, post(posted), id).status == 200
    for record in caplog.records:
        assert "\n" not in record.getMessage()
        assert "jane" not in record.getMessage()


def test_mocks_are_handlers() -> None:
    """Sync and async ones."""
    for mock in (Mock(return_value=None), AsyncMock()):
        assert asyncio.run(Receiver(VALUE).handle_async(HEADERS, BODY, mock)).status == 200
        assert mock.call_count == 1
