"""Parsing of bodies: an event or an error of ours, and limits."""

from __future__ import annotations

import json
import traceback
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError, AdaptyUsageError, WebhookBodyError, WebhookError, WebhookUnavailableError
from adapty.webhooks import PurchaseProperties, Receiver, WebhookEvent
from tests.cases import case
from tests.core.support import json_values, repeatable

from .posts import ACCESS, HEADERS, PURCHASE, VALUE, never, post

RECEIVER = Receiver(VALUE, max_body_bytes=100_000)

DEEP = b'{"event_type": "x", "a": ' + b"[" * 60 + b"]" * 60 + b"}"

MALFORMED: tuple[tuple[bytes, str], ...] = (
    (b"", "is empty"),
    (b" \r\n\t", "is empty"),
    (b"\xef\xbb\xbf", "is not JSON"),
    (b"null", "is not a JSON object but NoneType"),
    (b"[]", "is not a JSON object but list"),
    (b'"text"', "is not a JSON object but str"),
    (b"7", "is not a JSON object but int"),
    (b"1e999999999", "is not a JSON object but str"),
    (b"NaN", "is not a JSON object but str"),
    (b"true", "is not a JSON object but bool"),
    (b"{", "is not JSON"),
    (b"{}}", "is not JSON"),
    (b"{} {}", "is not JSON"),
    (b"{'event_type': 'x'}", "is not JSON"),
    (b'{"event_type": "x",}', "is not JSON"),
    (b'{"event_type": "x\n"}', "is not JSON"),
    (b'{"event_type": 01}', "is not JSON"),
    (b"event_type=x", "is not JSON"),
    (b"<html>", "is not JSON"),
    (post(PURCHASE)[:-1], "is not JSON"),
    (post(PURCHASE)[:500], "is not JSON"),
    (b"\x1f\x8b\x08\x00", "is not UTF-8"),
    (b'{"event_type": "\xff"}', "is not UTF-8"),
    (b'{"event_type": "\xed\xa0\x80"}', "is not UTF-8"),
    (json.dumps(PURCHASE).encode("utf-16"), "is not UTF-8"),
    (DEEP, "is nested deeper than 50 levels"),
    (b"[" * 99_999, "is nested deeper than 50 levels"),
    (b'{"a":' * 19_999, "is nested deeper than 50 levels"),
    (b"x" * 100_001, "is longer than 100,000 bytes"),
    (b" " * 100_001, "is longer than 100,000 bytes"),
    (b'{"event_type": null}', "has no event_type"),
    (b'{"event_type": ""}', "has no event_type"),
    (b'{"event_type": 7}', "has no event_type"),
    (b'{"event_type": ["x"]}', "has no event_type"),
    (b'{"event_properties": {}}', "has no event_type"),
    (b'{"Event_Type": "x"}', "has no event_type"),
    (b'{"event_type": null, "adapty_check": "x"}', "has no event_type"),
)


def test_body_rejects_what_is_not_an_event() -> None:
    """With 400 if another delivery would be the same, otherwise with 503."""
    for body, problem in MALFORMED:
        with case(body, problem):
            is_final = problem.startswith(("is nested", "is longer", "has no"))
            kind = WebhookBodyError if is_final else WebhookUnavailableError
            with pytest.raises(kind, match=f"^the body {problem}"):
                RECEIVER.accept(HEADERS, body)
            assert RECEIVER.handle(HEADERS, body, never).status == (400 if is_final else 503)


def taken(body: bytes) -> WebhookEvent | None:
    """Return the event of a body, or None if there is none; anything but our own error fails the test."""
    try:
        return RECEIVER.accept(HEADERS, body).event
    except WebhookError as error:
        if not 200 <= error.status <= 404:
            assert not is_object(body)
        return None


def is_object(body: bytes) -> bool:
    """Return whether a body is a whole JSON object."""
    try:
        return isinstance(json.loads(body.decode("utf-8-sig"), parse_int=str), dict)
    except (ValueError, RecursionError):
        return False


GOOD = [post(PURCHASE), post(ACCESS)]
PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\\u", b"\\ud800", b"\x00", b"\xff", b"\xed\xa0\x80"),
    *(
        b"null",
        b"NaN",
        b"-Infinity",
        b"1e999999999",
        b"-",
        b"9" * 5000,
        b"0." + b"1" * 5000,
        b"1e-99999999999999999999",
    ),
    *(b'"event_type":', b'"event_properties":', b"{}", b"\xef\xbb\xbf", b"[" * 600),
]


def damaged() -> st.SearchStrategy[bytes]:
    """Return an event of which a part is cut out, or something else put in its place."""
    return st.builds(
        lambda body, start, length, piece: body[: start % len(body)] + piece + body[start % len(body) + length :],
        st.sampled_from(GOOD),
        st.integers(0, 3000),
        st.integers(0, 40),
        st.sampled_from([b"", *PIECES]) | st.binary(max_size=4),
    )


def malformed() -> st.SearchStrategy[bytes]:
    """Return bodies that strangers, broken proxies and later versions could send."""
    written = json_values().map(lambda value: json.dumps(value).encode())
    pieces = st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join)
    return st.one_of(damaged(), damaged(), st.binary(max_size=40), written, pieces)


@given(body=malformed())
@repeatable(300)
def test_any_body_is_parsed_or_raises_a_webhook_error(body: bytes) -> None:
    """A JSON object with an event type is always an event."""
    event = taken(body)
    assert event is None or WebhookEvent.from_dict(json.loads(json.dumps(event.raw))) == event


def test_invalid_number_affects_only_its_field() -> None:
    """The event is parsed, and the value is in `extra_fields`."""
    cases: list[str] = [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999999999",
        "-1e-999999999",
        "1e99999999999999999999",
        "9" * 90_000,
        "0." + "1" * 90_000,
        '"9.99 USD"',
        "true",
        "[9.99]",
    ]
    for number in cases:
        with case(number):
            body = b'{"event_type": "trial_started", "event_properties": {"profile_event_id": "e1", "price_usd": %s}}'
            event = taken(body % number.encode())
            assert event is not None
            assert event.event_id == "e1"
            assert len(json.dumps(event.to_dict())) < 100_000
            assert isinstance(event.event_properties, PurchaseProperties)
            price = event.event_properties.price_usd
            assert price is None or Decimal(number) == price


def test_amounts_are_exact() -> None:
    """No amount becomes a float in between."""
    body = b'{"event_type": "x", "event_properties": {"price_usd": 109.88999999999999, "price_local": 0.1}}'
    event = taken(body)
    assert event is not None
    assert isinstance(event.event_properties, PurchaseProperties)
    assert event.event_properties.price_usd == Decimal("109.88999999999999")
    assert event.event_properties.price_local == Decimal("0.1")


def test_last_value_of_a_repeated_name_counts() -> None:
    """As in other JSON parsers."""
    event = taken(b'{"event_type": "a", "event_type": "b"}')
    assert event is not None
    assert event.event_type == "b"


def test_byte_order_mark_is_ignored() -> None:
    """A UTF-8 BOM is not part of the JSON."""
    assert taken(b"\xef\xbb\xbf" + post(PURCHASE)) == taken(post(PURCHASE))


def test_lone_surrogate_is_preserved() -> None:
    """JSON can contain it."""
    event = taken(b'{"event_type": "x\\ud800", "user_attributes": {"\\ude00": "\\ud83d"}}')
    assert event is not None
    assert event.user_attributes == {"\ude00": "\ud83d"}
    assert json.loads(json.dumps(event.raw))["event_type"] == "x\ud800"


def test_body_is_bytes_or_text() -> None:
    """Also bytearray and memoryview."""
    cases: list[Any] = [bytes, bytearray, memoryview, lambda body: body.decode()]
    for kind in cases:
        with case(kind):
            delivery = RECEIVER.accept(HEADERS, kind(post(PURCHASE)))
            assert delivery.event == taken(post(PURCHASE))


def test_invalid_body_type_raises_usage_error() -> None:
    """It is a mistake of the calling code, not of the request."""
    cases: list[Any] = [None, 7, {}, [], {"event_type": "x"}, iter(b"")]
    for body in cases:
        with case(body), pytest.raises(AdaptyUsageError, match=r"^body: is .*expected bytes"):
            RECEIVER.accept(HEADERS, body)


def test_max_body_bytes_limits_the_body() -> None:
    """The default is 1 MB."""
    body = post(PURCHASE)
    assert Receiver(VALUE, max_body_bytes=len(body)).accept(HEADERS, body).event
    with pytest.raises(WebhookBodyError, match=r"longer than"):
        Receiver(VALUE, max_body_bytes=len(body) - 1).accept(HEADERS, body)
    assert Receiver(VALUE).accept(HEADERS, body + b" " * (1024 * 1024 - len(body))).event
    with pytest.raises(WebhookBodyError, match=r"longer than 1,048,576 bytes"):
        Receiver(VALUE).accept(HEADERS, body + b" " * (1024 * 1024 - len(body) + 1))


def test_max_body_bytes_must_be_a_positive_int() -> None:
    """The error names the argument."""
    cases: list[Any] = [0, -1, 1.5, "1", None, True]
    for limit in cases:
        with case(limit), pytest.raises(AdaptyConfigError, match=r"^max_body_bytes: "):
            Receiver(VALUE, max_body_bytes=limit)


@pytest.mark.parametrize(
    "body", [b'{"email": "jane@example.com"', b'{"email": "jane@example.com"}', b'"jane@example.com"']
)
def test_errors_do_not_contain_the_body(body: bytes) -> None:
    """Neither the message, its cause nor the locals of our frames."""
    with pytest.raises((WebhookBodyError, WebhookUnavailableError)) as caught:
        RECEIVER.accept(HEADERS, body)
    error = caught.value
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=True)
    ours = [frame.locals for frame in frames if "tests" not in frame.filename]
    assert ours
    assert "jane" not in repr(ours) + str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
