"""IDs that are JSON numbers: whole numbers become text, and other values affect only their field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from adapty.webhooks import Outbox, Receiver, WebhookEvent, outbox_handler, to_mail_event
from tests.cases import case
from tests.core.support import repeatable

from .posts import HEADERS, PURCHASE, VALUE, purchase

if TYPE_CHECKING:
    from collections.abc import Callable

IDS = {
    "vendor_product_id": "store_product_id",
    "transaction_id": "store_transaction_id",
    "original_transaction_id": "store_original_transaction_id",
    "profile_event_id": "event_id",
    "customer_user_id": "external_profile_id",
}
"""The id fields of a webhook that Mail requires, and Mail's name of each."""

OTHER_IDS = ("profile_id", "variation_id", "promotional_offer_id", "base_plan_id", "developer_id", "paywall_revision")


def posted(name: str, number: str) -> bytes:
    """Return the body of an event in which a field stands as this JSON number."""
    event = purchase(**{name: "@"})
    if name not in event["event_properties"] or name == "customer_user_id":
        event["event_properties"].pop(name)
    event["customer_user_id"] = "@" if name == "customer_user_id" else event["customer_user_id"]
    return json.dumps(event).replace('"@"', number).encode()


def taken(body: bytes) -> WebhookEvent:
    """Take an event through the receiver."""
    event = Receiver(VALUE).accept(HEADERS, body).event
    assert event is not None
    assert WebhookEvent.from_dict(json.loads(json.dumps(event.raw))) == event
    return event


def test_whole_number_is_the_id_of_its_digits() -> None:
    """Also with a decimal point or an exponent."""
    cases: list[tuple[str, str]] = [
        ("12345", "12345"),
        ("12345.0", "12345"),
        ("12345.000", "12345"),
        ("4.1E14", "410000000000000"),
        ("4.1e+14", "410000000000000"),
        ("410000000000000.0", "410000000000000"),
        ("9007199254740993.0", "9007199254740993"),
        ("1.234567890123456789E+18", "1234567890123456789"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ]
    for number, read in cases:
        with case(number, read):
            for name, mail_name in IDS.items():
                event = taken(posted(name, number))
                outcome = to_mail_event(event)
                assert outcome.event is not None, (name, outcome.reason)
                assert outcome.event.to_dict()[mail_name] == read
            for name in OTHER_IDS:
                assert getattr(taken(posted(name, number)).event_properties, name) == read


@given(number=st.integers(-(10**40), 10**40), write=st.sampled_from(["{}", "{}.0", "{}.00", "{}e0", "{}E+0"]))
@repeatable(40)
def test_whole_numbers_are_exact(number: int, write: str) -> None:
    """However long they are."""
    properties = taken(posted("transaction_id", write.format(number))).event_properties
    assert (properties.transaction_id, properties.extra_fields) == (str(number), {})


def test_values_that_are_not_ids_are_preserved() -> None:
    """In `extra_fields`; the reason names the field."""
    cases: list[str] = ["12345.5", "1e-7", "true", "[12345]", "9" * 5000, "0." + "9" * 5000, "9" * 400]
    for number in cases:
        with case(number):
            for name in IDS:
                event = taken(posted(name, number))
                holder: Any = event if name == "customer_user_id" else event.event_properties
                assert getattr(holder, name) is None
                assert name in holder.extra_fields
                outcome = to_mail_event(event)
                assert (outcome.event, outcome.skip_reason) == (None, "incomplete")
                assert outcome.reason is not None
                assert outcome.reason.startswith(f"{name}: cannot be read")


def test_very_long_number_affects_only_its_field(tmp_path: Any) -> None:
    """It is in `extra_fields`."""
    with Outbox(tmp_path / "outbox.sqlite") as outbox:
        handle: Callable[[WebhookEvent], None] = outbox_handler(outbox)
        names = ("price_usd", "paywall_name", "consecutive_payments", "environment", "something_new", "currency")
        for number, name in enumerate(names):
            event = purchase(profile_event_id=f"e{number}", **{name: "@"})
            body = json.dumps(event).replace('"@"', "7" * 5000).encode()
            assert Receiver(VALUE).handle(HEADERS, body, handle).status == 200
            properties = taken(body).event_properties
            assert properties.extra_fields == {name: "7" * 5000}
            assert properties.vendor_product_id == PURCHASE["event_properties"]["vendor_product_id"]
        assert outbox.counts().pending == len(names)
