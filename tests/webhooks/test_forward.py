"""`outbox_handler`: posted events are in the outbox before the response, and reach Mail."""

from __future__ import annotations

import json
import logging
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adapty import AdaptyUsageError, Flow, TransactionEvent, current_flow
from adapty.webhooks.outbox import Outbox, outbox_handler
from adapty.webhooks.receiver import Receiver
from adapty.webhooks.worker import drain

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox

AUTHORIZATION = "the value from the dashboard"
HEADERS = {"Authorization": AUTHORIZATION}


def body(number: int, event_type: str = "subscription_started", **fields: Any) -> bytes:
    """Spell an event as Adapty posts it."""
    properties = {
        "profile_event_id": f"evt_{number:04}",
        "store": "app_store",
        "vendor_product_id": "premium_monthly",
        "transaction_id": str(1000 + number),
        "original_transaction_id": "1000",
        "purchase_date": "2026-06-10T14:20:00.000000+0000",
        "original_purchase_date": "2026-06-10T14:20:00.000000+0000",
        "price_usd": 9.99,
    }
    envelope = {
        "event_type": event_type,
        "customer_user_id": f"user_{number % 20}",
        "event_datetime": "2026-06-10T14:20:05.000000+0000",
        "email": "jane@example.com",
        "event_properties": properties,
    }
    return json.dumps({**envelope, **fields}).encode()


@pytest.fixture
def receiver() -> Receiver:
    """Return a receiver without a store of seen events: the outbox knows them."""
    return Receiver(AUTHORIZATION)


def test_posted_event_reaches_mail_once(receiver: Receiver, outbox: Outbox, mail: Adapty, sandbox: Sandbox) -> None:
    """However often it is posted."""
    handle = outbox_handler(outbox)
    for _ in range(3):
        assert receiver.handle(HEADERS, body(7), handle).status == 200
    assert handle.counts == {"stored": 1, "duplicate": 2}
    assert drain(mail, outbox).delivered == 1
    assert receiver.handle(HEADERS, body(7), handle).status == 200
    assert drain(mail, outbox).delivered == 0
    (event,) = sandbox.all_events()
    assert (event["event_id"], event["external_profile_id"]) == ("evt_0007", "user_7")
    assert event["price_usd"] == "9.99"


def test_id_with_invisible_characters_is_logged_as_a_warning(
    receiver: Receiver, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """No profile at Mail has such an ID."""
    handle = outbox_handler(outbox)

    assert receiver.handle(HEADERS, body(1, customer_user_id="user_1\u00a0"), handle).status == 200

    assert handle.counts == {"skipped: invalid": 1}
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "customer_user_id: ends with U+00A0 NO-BREAK SPACE; " in warning
    assert "user_1" not in warning


def test_unsupported_events_are_skipped(receiver: Receiver, outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    """They are logged at INFO and counted."""
    handle = outbox_handler(outbox)
    with caplog.at_level(logging.INFO, "adapty"):
        for posted in (body(1, "subscription_paused"), body(2, "subscription_paused"), body(3, customer_user_id=None)):
            assert receiver.handle(HEADERS, posted, handle).status == 200
    assert outbox.counts().pending == 0
    assert handle.counts == {"skipped: unsupported": 2, "skipped: anonymous": 1}
    assert {record.levelno for record in caplog.records} == {logging.INFO}
    assert "'evt_0001' is not stored: subscription_paused" in caplog.text
    assert "jane" not in caplog.text


def test_upgrade_does_not_lead_to_the_refunded_flow(
    receiver: Receiver, outbox: Outbox, mail: Adapty, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The refund of the old product is skipped and counted, whatever arrives first."""
    handle = outbox_handler(outbox)
    refund = json.loads(body(20, "subscription_refunded"))
    refund["event_properties"] |= {"cancellation_reason": "upgraded"}
    with caplog.at_level(logging.INFO, "adapty"):
        for posted in (body(0), body(40), json.dumps(refund).encode()):
            assert receiver.handle(HEADERS, posted, handle).status == 200
    assert handle.counts == {"stored": 2, "skipped: replaced": 1}
    (record,) = caplog.records
    assert (record.levelno, "(cancellation_reason is upgraded)" in caplog.text) == (logging.INFO, True)
    assert drain(mail, outbox).delivered == 2
    assert current_flow(TransactionEvent.from_dict(event) for event in sandbox.all_events()) is Flow.ACTIVE


def test_events_of_a_profile_are_sent_in_the_order_of_receipt(
    receiver: Receiver, outbox: Outbox, mail: Adapty, sandbox: Sandbox
) -> None:
    """Whatever their `event_datetime`."""
    times = ["2026-06-10T14:20:05Z", "2026-06-12T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-10T14:20:05Z"]
    for number, time in enumerate(times):
        receiver.handle(HEADERS, body(number * 20, event_datetime=time), outbox_handler(outbox))
    assert drain(mail, outbox).delivered == 4
    sent = [(event["event_id"], event["event_datetime"][:10]) for event in sandbox.all_events()]
    assert sent == [(f"evt_{number * 20:04}", time[:10]) for number, time in enumerate(times)]


def test_unexpected_skips_are_warnings(receiver: Receiver, outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    """Mail should have got these events."""
    handle = outbox_handler(outbox)
    odd: dict[str, Any] = {"event_properties": {"profile_event_id": "jane@example.com"}}
    posts = (body(1, **odd), body(2, "renamed by jane@example.com"), body(3, "renamed"), body(4, customer_user_id=[1]))
    for posted in posts:
        assert receiver.handle(HEADERS, posted, handle).status == 200
    properties = {**json.loads(body(5))["event_properties"], "price_usd": 1e300}
    receiver.handle(HEADERS, body(5, event_properties=properties), handle)
    assert handle.counts == {"skipped: incomplete": 2, "skipped: unknown_type": 2, "stored": 1}
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 5
    assert "'evt_0005' is stored without price_usd" in caplog.text
    assert "jane" not in caplog.text


def test_long_transaction_id_reaches_mail(receiver: Receiver, outbox: Outbox, mail: Adapty, sandbox: Sandbox) -> None:
    """Adapty has accepted it already."""
    properties = {**json.loads(body(1))["event_properties"], "transaction_id": "x" * 51}
    receiver.handle(HEADERS, body(1, event_properties=properties, customer_user_id=12345), outbox_handler(outbox))
    assert drain(mail, outbox).delivered == 1
    (event,) = sandbox.all_events()
    assert (event["store_transaction_id"], event["external_profile_id"]) == ("x" * 51, "12345")


def test_external_profile_id_overrides_the_rule(receiver: Receiver, outbox: Outbox) -> None:
    """Per event."""
    handle = outbox_handler(outbox, external_profile_id=lambda event: f"mine_{event.customer_user_id}")
    receiver.handle(HEADERS, body(1), handle)
    assert [each.external_profile_id for each in outbox.pending()] == ["mine_user_1"]


def test_locked_outbox_responds_503(receiver: Receiver, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adapty posts the event again."""
    handle = outbox_handler(outbox)
    outbox.close()
    monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(outbox.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert receiver.handle(HEADERS, body(1), handle).status == 503
    assert handle.counts == {}
    assert receiver.handle(HEADERS, body(1), handle).status == 200
    assert handle.counts == {"stored": 1}


def test_concurrent_posts_and_a_restart_lose_nothing(
    receiver: Receiver, outbox: Outbox, mail: Adapty, sandbox: Sandbox
) -> None:
    """Each event is in the outbox once."""
    posts = [body(number) for number in (*range(667), *range(333))]
    random.Random(6).shuffle(posts)  # noqa: S311 - repeatable
    path = outbox.path
    for part in (posts[:500], posts[500:]):
        with Outbox(path) as opened, ThreadPoolExecutor(8) as threads:
            handle = outbox_handler(opened)
            replies = list(threads.map(lambda post, handle=handle: receiver.handle(HEADERS, post, handle), part))
            assert {response.status for response in replies} == {200}
        drain(mail, outbox)
    assert sorted(event["event_id"] for event in sandbox.all_events()) == [f"evt_{n:04}" for n in range(667)]


def test_outbox_handler_rejects_invalid_arguments(outbox: Outbox) -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyUsageError, match=r"outbox: is .*; expected an Outbox"):
        outbox_handler("outbox.sqlite")  # type: ignore[arg-type]
    with pytest.raises(AdaptyUsageError, match=r"external_profile_id: is .*; expected a function"):
        outbox_handler(outbox, external_profile_id="user")  # type: ignore[arg-type]


def test_outbox_handler_repr_names_the_outbox(outbox: Outbox) -> None:
    """For logs."""
    assert repr(outbox_handler(outbox)) == f"<outbox_handler for Outbox({str(outbox.path)!r})>"
