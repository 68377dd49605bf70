"""Webhooks: delivery, retries and failures."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from adapty import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox import Sandbox, create_app
from adapty.sandbox._server_side import access_levels, profiles
from adapty.sandbox._server_side.lifecycle import record_changes
from adapty.sandbox._server_side.model import User
from adapty.sandbox._server_side.settings import AppSettings
from adapty.sandbox._server_side.store import ServerSideStore
from adapty.sandbox._storage import Database
from adapty.sandbox._webhooks import config, deliveries, sender
from adapty.sandbox._webhooks.config import WebhookConfig
from adapty.sandbox._webhooks.dispatcher import Dispatcher
from tests.cases import case
from tests.raw_server import NO_CONTENT, OK, answer
from tests.sandbox.webhook_receiver import FAST, body_of, posting, subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty.sandbox import WebhookVerification
    from tests.raw_server import RawServer

VALUE = "any value, as it is"


def threads() -> set[str]:
    """Return the running threads."""
    return {thread.name for thread in threading.enumerate()}


def ids(receiver: RawServer) -> list[str]:
    """Return the IDs of the received events, in order; the verification request has none."""
    bodies = [body_of(request) for request in receiver.requests]
    return [body["event_properties"]["profile_event_id"] for body in bodies if body]


def test_sandbox_without_webhooks_starts_no_thread(sandbox: Sandbox) -> None:
    """Without an address there is no thread, and nothing to wait for."""
    before = threads()
    with Sandbox() as other:
        assert "adapty-webhooks" not in threads() - before
        assert other.webhooks.wait_until_idle(0)
        assert (other.webhooks.url, other.webhooks.verification, other.webhooks.deliveries()) == (None, None, [])
    with pytest.raises(AdaptyConfigError, match="webhook_url: is missing"):
        sandbox.webhooks.post("trial_started")


def test_how_an_event_is_posted() -> None:
    """The request has the full address, the configured value, and a JSON body."""
    with posting(webhook_authorization=VALUE) as one:
        one.sandbox.webhooks.post("trial_started")
        assert one.sandbox.webhooks.wait_until_idle(10)
        checking, event = sorted(one.receiver.requests, key=len)
        for request in (checking, event):
            head = request.partition(b"\r\n\r\n")[0].split(b"\r\n")
            assert head[0] == b"POST /adapty?token=abc HTTP/1.1"
            assert [line for line in head if line.lower().startswith(b"authorization")] == [
                f"Authorization: {VALUE}".encode()
            ]
            assert b"Content-Type: application/json" in head
            assert not [line for line in head if line.lower().startswith(b"cookie")]
        assert body_of(checking) == {}
    with posting() as one:
        one.sandbox.webhooks.post("trial_started")
        one.sandbox.webhooks.wait_until_idle(10)
        assert b"authorization:" not in b"".join(one.receiver.requests).lower()


def test_retry_schedule_is_adaptys() -> None:
    """The first delay is a minute, then doubled; there are nine retries within 24 hours."""
    assert config.RETRY_DELAYS[:3] == (60, 120, 240)
    assert len(config.RETRY_DELAYS) == 9
    assert sum(config.RETRY_DELAYS) < 24 * 3600
    assert config.TIMEOUT_SECONDS == 10


def test_statuses_from_200_to_404_count_as_received() -> None:
    """Statuses from 200 to 404 end the delivery; redirects are not followed."""
    cases: list[int] = [200, 202, 301, 400, 401, 404]
    for status in cases:
        with case(status), posting() as one:
            one.receiver.replies = [answer(status, b"", f"Location: {one.receiver.url}/other")]
            one.sandbox.webhooks.post("trial_started")
            assert one.sandbox.webhooks.wait_until_idle(10)
            (delivery,) = one.sandbox.webhooks.deliveries()
            assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, status)
            assert delivery.problem is None


def test_response_without_a_body_counts_as_received() -> None:
    """Only the status counts."""
    with posting() as one:
        one.receiver.replies = [NO_CONTENT]
        one.sandbox.webhooks.post("trial_started")
        assert one.sandbox.webhooks.wait_until_idle(10)
        assert one.sandbox.webhooks.deliveries()[0].state == "delivered"


def test_other_statuses_are_retried() -> None:
    """Other statuses and missing responses are retried with the same ID, until the event is received."""
    cases: list[bytes] = [answer(405), answer(429), answer(500), answer(503), b"nothing\r\n\r\n", b""]
    for reply in cases:
        with case(reply), posting() as one:
            _verified(one.sandbox)
            one.receiver.replies = [reply, reply, OK]
            one.transaction(subscription())
            assert one.sandbox.webhooks.wait_until_idle(10)
            states = [(delivery.state, delivery.problem) for delivery in one.sandbox.webhooks.deliveries()]
            assert states == [("delivered", None)] * 2
            came = ids(one.receiver)
            assert len(came) == 4
            assert set(came) == {delivery.event_id for delivery in one.sandbox.webhooks.deliveries()}
            assert sum(delivery.attempts for delivery in one.sandbox.webhooks.deliveries()) == 4


def test_delivery_fails_after_nine_retries(caplog: pytest.LogCaptureFixture) -> None:
    """The failure is logged without the value."""
    caplog.set_level(logging.WARNING)
    with posting(webhook_authorization=VALUE, webhook_time_scale=FAST * 10) as one:
        one.receiver.replies = [answer(500)]
        one.sandbox.webhooks.post("jane@example.com", customer_user_id="jane")
        assert one.sandbox.webhooks.wait_until_idle(10)
        (delivery,) = one.sandbox.webhooks.deliveries()
        assert (delivery.state, delivery.attempts, delivery.last_status) == ("failed", 10, 500)
        assert delivery.problem == "responded with 500"
        assert len(set(ids(one.receiver))) == 1
        shown = caplog.text + repr(delivery) + repr(one.sandbox.webhooks)
    assert "failed, attempt 10: responded with 500" in shown
    for hidden in (VALUE, "jane@", "token"):
        assert hidden not in shown


def test_retry_delays_are_scaled() -> None:
    """The first retry comes after a minute of Adapty's time."""
    with posting(webhook_time_scale=200) as one:
        _verified(one.sandbox)
        one.receiver.replies = [answer(500), OK]
        begun = time.monotonic()
        one.sandbox.webhooks.post("trial_started")
        assert not one.sandbox.webhooks.wait_until_idle(0.1)
        assert one.sandbox.webhooks.deliveries()[0].state == "pending"
        assert one.sandbox.webhooks.wait_until_idle(10)
        assert 0.3 <= time.monotonic() - begun < 5


def test_timeout_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing and an endless response are retried."""
    monkeypatch.setattr(config, "TIMEOUT_SECONDS", 0.2)
    with posting() as one:
        _verified(one.sandbox)
        one.receiver.replies = [one.receiver.stall, one.receiver.start_and_stall, OK]
        one.sandbox.webhooks.post("trial_started")
        assert one.sandbox.webhooks.wait_until_idle(10)
        (delivery,) = one.sandbox.webhooks.deliveries()
        assert (delivery.state, delivery.attempts) == ("delivered", 3)
        assert len(set(ids(one.receiver))) == 1


def test_connection_error_is_retried() -> None:
    """A connection error is retried."""
    with Sandbox(webhook_url="http://127.0.0.1:9/", webhook_time_scale=FAST) as sandbox:
        sandbox.webhooks.post("trial_started")
        assert sandbox.webhooks.wait_until_idle(10)
        (delivery,) = sandbox.webhooks.deliveries()
        assert (delivery.state, delivery.last_status) == ("failed", None)
        assert "ConnectError" in str(delivery.problem)


def test_events_of_one_profile_begin_in_order() -> None:
    """Events start in order; only retries are overtaken."""
    with posting() as one:
        for _ in range(30):
            one.sandbox.webhooks.post("trial_started", customer_user_id="jane")
        assert one.sandbox.webhooks.wait_until_idle(10)
        assert ids(one.receiver) == [delivery.event_id for delivery in one.sandbox.webhooks.deliveries()]
    with posting(webhook_time_scale=100) as one:
        _verified(one.sandbox)
        one.receiver.replies = [answer(500), OK]
        first, second = (one.sandbox.webhooks.post("trial_started", customer_user_id="jane") for _ in range(2))
        assert one.sandbox.webhooks.wait_until_idle(10)
        assert ids(one.receiver) == [first.event_id, second.event_id, first.event_id]


def test_hanging_response_does_not_block_other_profiles() -> None:
    """Other profiles' events are posted meanwhile, and the API answers."""
    with posting() as one:
        _verified(one.sandbox)
        one.receiver.replies = [one.receiver.stall, OK]
        one.sandbox.webhooks.post("trial_started", customer_user_id="jane")
        _until(lambda: ids(one.receiver))
        one.sandbox.webhooks.post("trial_started", customer_user_id="joe")
        _until(lambda: one.sandbox.webhooks.deliveries()[1].state == "delivered")
        assert one.sandbox.webhooks.deliveries()[0].state == "pending"


def test_closing_with_a_hanging_receiver_is_prompt() -> None:
    """Pending deliveries are dropped, and the thread ends."""
    before = threads()
    with posting(webhook_time_scale=1) as one:
        _verified(one.sandbox)
        one.receiver.replies = [answer(500), one.receiver.stall]
        one.sandbox.webhooks.post("trial_started", customer_user_id="jane")
        one.sandbox.webhooks.post("trial_started", customer_user_id="joe")
        _until(lambda: len(ids(one.receiver)) == 2)
        begun = time.monotonic()
        one.sandbox.close()
        assert time.monotonic() - begun < 3
        assert "adapty-webhooks" not in threads() - before
        assert [delivery.state for delivery in one.sandbox.webhooks.deliveries()] == ["dropped", "dropped"]
        assert one.sandbox.webhooks.wait_until_idle(0)
        with pytest.raises(AdaptyConfigError, match="is not running"):
            one.sandbox.webhooks.post("trial_started")
        one.sandbox.close()


def test_reset_drops_pending_deliveries() -> None:
    """No delivery is pending or posted; later events are."""
    with posting(webhook_time_scale=300) as one:
        _verified(one.sandbox)
        one.receiver.replies = [answer(500), OK]
        one.sandbox.webhooks.post("trial_started", customer_user_id="jane")
        _until(lambda: one.sandbox.webhooks.deliveries()[0].attempts)
        one.sandbox.reset()
        assert one.sandbox.webhooks.deliveries() == []
        assert one.sandbox.webhooks.wait_until_idle(0)
        after = one.sandbox.webhooks.post("trial_started", customer_user_id="jane")
        assert one.sandbox.webhooks.wait_until_idle(10)
        time.sleep(0.3)  # longer than the wait before the retry that must not come
        assert ids(one.receiver)[1:] == [after.event_id]
        assert one.sandbox.webhooks.verification is not None


def test_reset_before_the_start_drops_queued_events(server: RawServer) -> None:
    """Later events are posted, also those of the same profile; earlier ones are not."""
    settings = WebhookConfig.parse(server.url)
    assert settings is not None
    dispatcher, database = Dispatcher(settings), Database()
    app = AppSettings(access_levels={"silver": "silver", "gold": "gold"})
    store = ServerSideStore(database, app, dispatcher.publish)

    def grant(level: str) -> None:
        with store.write() as context:
            profile = profiles.get_or_create(context, User(customer_user_id="jane"))
            with record_changes(context, profile):
                access_levels.grant(context, profile, {"access_level_id": level})

    # Before the start, so that everything runs in one go.
    grant("silver")
    dispatcher.reset()
    grant("gold")
    dispatcher.start(store)
    assert dispatcher.deliveries.wait_until_idle(10)
    dispatcher.close()
    database.close()
    posted = [body_of(request) for request in server.requests]
    assert [body["event_properties"]["access_level_id"] for body in posted if body] == ["gold"]


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (OK, None),
        (answer(201, b'{"ok": true}'), None),
        (NO_CONTENT, "responded with 204 without a JSON body"),
        (answer(200, b"<html>"), "responded with 200 without a JSON body"),
        (answer(200, b"[" * 100_000), "responded with 200 without a JSON body"),
        (answer(401, b"{}"), "responded with 401; expected a 2xx"),
    ],
)
def test_address_is_verified(
    caplog: pytest.LogCaptureFixture, server: RawServer, reply: bytes, problem: str | None
) -> None:
    """An empty object is sent once at the start; the result is logged."""
    caplog.set_level(logging.INFO, "adapty.sandbox.webhooks")
    server.replies = [reply]
    with Sandbox(webhook_url=f"{server.url}/a?token=abc") as sandbox:
        verification = _verified(sandbox)
        assert (verification.accepted, verification.problem) == (problem is None, problem)
        assert [body_of(request) for request in server.requests] == [{}]
    (record,) = caplog.records
    assert record.levelno == (logging.INFO if problem is None else logging.WARNING)
    assert f"{server.url}/a" in record.getMessage()
    assert "token" not in caplog.text


def _until(there: Callable[[], object]) -> None:
    """Wait until a condition is true."""
    limit = time.monotonic() + 10
    while not there():
        assert time.monotonic() < limit
        time.sleep(0.001)


def _verified(sandbox: Sandbox) -> WebhookVerification:
    """Wait for the verification."""
    _until(lambda: sandbox.webhooks.verification)
    assert sandbox.webhooks.verification is not None
    return sandbox.webhooks.verification


def test_only_the_last_deliveries_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older deliveries are posted, too."""
    assert deliveries.MAX_DELIVERIES == 1000
    monkeypatch.setattr(deliveries, "MAX_DELIVERIES", 20)
    with posting() as one:
        for number in range(25):
            one.sandbox.webhooks.post("trial_started", customer_user_id=f"user {number}")
        assert one.sandbox.webhooks.wait_until_idle(30)
        assert len(one.sandbox.webhooks.deliveries()) == 20
        assert len(set(ids(one.receiver))) == 25


def test_wrong_settings_are_named() -> None:
    """The error is immediate, and does not contain the value."""
    make_cases: list[Any] = [Sandbox, create_app]
    cases: list[tuple[dict[str, Any], str]] = [
        *(
            ({"webhook_url": url}, "webhook_url")
            for url in (
                1,
                "",
                "localhost:8000/x",
                "ftp://example.com",
                "http://",
                "http:///x",
                "http://exa mple.com",
                "http://x:99999/",
                "http://x:0/",
                "http://key-abc@example.com/",
                "http://example.com/#key-abc",
                "http://xn--/",
                "http://\udcff/",
                "http://[::1/",
                "http://x/\n",
            )
        ),
        *(
            ({"webhook_url": "http://127.0.0.1:9/", "webhook_authorization": value}, "webhook_authorization")
            for value in (
                1,
                "",
                " ",
                " key-abc",
                "key-abc\n",
                "key-abc\r\nx: y",
                "ключ key-abc",
                b"key-abc",
                '"key-abc"',
            )
        ),
        ({"webhook_authorization": "key-abc"}, "webhook_authorization"),
        *(
            ({"webhook_time_scale": value}, "webhook_time_scale")
            for value in (0, -1, "60", True, float("nan"), 10**400)
        ),
        ({"webhook_time_scale": float("inf")}, "webhook_time_scale"),
    ]
    for make in make_cases:
        for settings, field_name in cases:
            with case(settings, field_name, make):
                with pytest.raises(AdaptyConfigError) as caught:
                    make(**settings)
                assert caught.value.field_name == field_name
                assert "key-abc" not in str(caught.value)


def test_invalid_proxy_settings_are_a_config_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid proxy is an error at the start, if webhooks would use it."""
    monkeypatch.setenv("HTTP_PROXY", "nothing://jane:secret@proxy")
    with Sandbox(webhook_url="http://127.0.0.1:9/"):
        pass
    with pytest.raises(AdaptyConfigError, match=r"^HTTP_PROXY: is not a valid proxy address") as caught:
        Sandbox(webhook_url="http://receiver.example.com/").start()
    assert "secret" not in str(caught.value)


def test_localhost_bypasses_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any proxy setting is ignored for localhost."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    with posting() as one:
        one.sandbox.webhooks.post("trial_started")
        assert one.sandbox.webhooks.wait_until_idle(10)
        assert one.sandbox.webhooks.deliveries()[0].state == "delivered"


def test_invalid_timeouts_are_rejected(sandbox: Sandbox) -> None:
    """The error names the argument."""
    cases: list[Any] = [-1, None, "1", float("nan"), float("inf"), True]
    for timeout in cases:
        with case(timeout):
            sandbox.reset()
            with pytest.raises(AdaptyUsageError, match="timeout: must be a number of seconds from 0 to 1,000,000"):
                sandbox.webhooks.wait_until_idle(timeout)


def test_app_posts_as_long_as_it_is_served(server: RawServer) -> None:
    """It posts from the start of the ASGI lifespan to its end; without a lifespan there is no thread."""
    before = threads()
    app = create_app(webhook_url=server.url)
    assert "adapty-webhooks" not in threads() - before

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            assert "adapty-webhooks" in threads()
            await asyncio.to_thread(_until, lambda: server.requests)

    asyncio.run(serve())
    assert "adapty-webhooks" not in threads() - before
    assert [body_of(request) for request in server.requests] == [{}]


def test_long_response_is_truncated() -> None:
    """An endless body is read up to a limit."""
    with posting() as one:
        _verified(one.sandbox)
        one.receiver.replies = [answer(200, b"x" * (sender._MAX_RESPONSE_BYTES * 20))]
        one.sandbox.webhooks.post("trial_started")
        assert one.sandbox.webhooks.wait_until_idle(10)
        assert one.sandbox.webhooks.deliveries()[0].state == "delivered"
