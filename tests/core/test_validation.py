"""Values of request models: any value is sent correctly, or the error names the field."""

from __future__ import annotations

import enum
import itertools
import json
import re
from collections import ChainMap, OrderedDict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from unittest import mock

import pycountry
import pytest
from dateutil.parser import isoparser
from dateutil.relativedelta import MO, relativedelta
from dateutil.tz import gettz, tzoffset, tzutc
from hypothesis import given
from hypothesis import strategies as st

from adapty import NOT_GIVEN, AdaptyUsageError, DeviceInfo, Flow, MailProfile, Offer, TransactionEvent, flow_for
from adapty._core import validation
from adapty._core.validation import _COMMON_MISTAKES, COUNTRY_CODES
from adapty.models._request import RequestModel

from .support import EVENT, FIELDS, PROFILE, case, error_for, model_for, model_or_error, objects, repeatable, wire

USUAL_MOMENTS = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9](:[0-6][0-9]){2}(\.[0-9]{1,7})?(Z|[+-][0-2][0-9]:[0-6][0-9])", re.ASCII
)

TEXT_FIELDS: list[tuple[type[RequestModel], str]] = [
    *((MailProfile, name) for name in ("external_profile_id", "email", "first_name", "last_name", "gender")),
    *((MailProfile, name) for name in ("country", "store_country")),
    *((TransactionEvent, name) for name in ("event_type", "event_id", "external_profile_id", "store")),
    *((TransactionEvent, name) for name in ("store_product_id", "store_transaction_id")),
    (TransactionEvent, "store_original_transaction_id"),
    *((DeviceInfo, name) for name in ("platform", "device", "os", "locale", "timezone", "app_version")),
    *((Offer, name) for name in ("category", "offer_type", "offer_id")),
]
IDENTIFIERS: list[tuple[type[RequestModel], str]] = [
    (MailProfile, "external_profile_id"),
    *((TransactionEvent, name) for name in ("event_id", "external_profile_id", "store", "store_product_id")),
    (TransactionEvent, "store_transaction_id"),
    (TransactionEvent, "store_original_transaction_id"),
    (DeviceInfo, "platform"),
]
FREE_TEXTS: list[tuple[type[RequestModel], str]] = [
    *((MailProfile, name) for name in ("first_name", "last_name", "gender")),
    *((DeviceInfo, name) for name in ("device", "os", "locale", "timezone", "app_version")),
    (Offer, "offer_id"),
]
MOMENT_FIELDS: list[tuple[type[RequestModel], str]] = [
    (MailProfile, "external_created_at"),
    *((TransactionEvent, name) for name in ("event_datetime", "purchased_at", "originally_purchased_at")),
    (TransactionEvent, "expires_at"),
]
MAPPING_FIELDS: list[tuple[type[RequestModel], str]] = [
    (MailProfile, "custom_attributes"),
    (MailProfile, "device_info"),
    (MailProfile, "extra_fields"),
    (TransactionEvent, "offer"),
]
REQUIRED: list[tuple[type[RequestModel], str]] = [
    *((MailProfile, name) for name in PROFILE),
    *((TransactionEvent, name) for name in EVENT),
    (DeviceInfo, "platform"),
    (Offer, "category"),
    (Offer, "offer_type"),
]

NOT_TEXTS: list[Any] = [
    0,
    1,
    -1,
    1.5,
    float("nan"),
    True,
    False,
    1j,
    b"",
    b"text",
    bytearray(b"text"),
    memoryview(b"text"),
    [],
    ["text"],
    ("text",),
    {"text": "text"},
    {"text"},
    frozenset(),
    object(),
    object,
    str,
    len,
    ...,
    NotImplemented,
    range(2),
    Decimal(1),
    Fraction(1, 2),
    datetime(2026, 6, 1, tzinfo=UTC),
    date(2026, 6, 1),
    time(10, 30),
    timedelta(1),
    UTC,
    Flow,
    iter("text"),
    ValueError("text"),
]


def names(fields: list[tuple[type[RequestModel], str]]) -> list[str]:
    """Return test IDs of the model and the field."""
    return [f"{cls.__name__}.{field}" for cls, field in fields]


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=names(FIELDS))
@given(value=objects())
@repeatable(15)
def test_any_object_is_sent_or_rejected_with_field_name(cls: type[RequestModel], field: str, value: Any) -> None:
    """Any object is sent correctly, or the error names the field."""
    model_or_error(cls, field, value)


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=names(FIELDS))
@given(value=st.text(st.characters()))
@repeatable(15)
def test_any_text_is_sent_or_rejected_with_field_name(cls: type[RequestModel], field: str, value: str) -> None:
    """Any text, including lone surrogates and control characters, is sent or rejected by name."""
    model_or_error(cls, field, value)


def test_hostile_texts_are_sent_or_rejected_with_field_name() -> None:
    """Surrogates, NUL and very long texts are sent, or rejected with a short error."""
    for value in ["\x00", "\ud800", "jane\udcffdoe", "x" * 200_000, "\u00e9" * 200_000, "@" * 200_000, "9" * 200_000]:
        with case(value):
            for cls, field in FIELDS:
                outcome = model_or_error(cls, field, value)
                assert isinstance(outcome, RequestModel) or len(str(outcome)) < 1000


def test_text_fields_reject_other_types() -> None:
    """Text fields accept only str; the error names the type."""
    for value in NOT_TEXTS:
        with case(value):
            for cls, field in TEXT_FIELDS:
                refusal = error_for(cls, field, value)
                assert refusal.field_name == field
                assert f"of type {type(value).__name__}" in str(refusal)


def test_all_fields_reject_none() -> None:
    """None is rejected; the error distinguishes required fields from others."""
    for cls, field in FIELDS:
        with case(cls, field):
            refusal = error_for(cls, field, None)
            assert refusal.field_name == field
            assert "None" in str(refusal)
            assert ("required" in str(refusal)) is ((cls, field) in REQUIRED)


def test_identifiers_reject_blank() -> None:
    """An empty or blank identifier is rejected."""
    for value in ["", " ", "\t\r\n", "\u00a0", "\u2003\u3000"]:
        with case(value):
            for cls, field in IDENTIFIERS:
                assert "empty" in str(error_for(cls, field, value))


def test_free_text_is_unchanged() -> None:
    """Free text is sent unchanged."""
    for value in ["", " ", "\x00", "0", "null", "\U0001f600", "\u202e", '"J" <x>', "a" * 10_000]:
        with case(value):
            for cls, field in FREE_TEXTS:
                assert model_for(cls, field, value).to_dict()[field] == value


def test_identifiers_are_unchanged() -> None:
    """Identifiers are neither normalized nor shortened."""
    for cls, field in IDENTIFIERS:
        with case(cls, field):
            record = model_for(cls, field, "Id-\u00c4 A\u0308/7")
            assert record.to_dict()[field] == "Id-\u00c4 A\u0308/7"


class Choice(str, enum.Enum):  # noqa: UP042 - the older way to write it is what many programs have
    """Text enums in the style before StrEnum."""

    STORE = "app_store"
    TYPE = "subscription_started"
    EMAIL = "jane@example.com"
    COUNTRY = "US"
    CATEGORY = "introductory"
    OFFER_TYPE = "free_trial"
    MOMENT = "2026-06-01T10:30:00Z"
    DATE = "1990-05-21"
    AMOUNT = "9.99"


def test_str_enum_member_is_sent_as_its_value() -> None:
    """A member of a `class X(str, Enum)` is sent as its value, not as `X.MEMBER`."""
    for cls, field, value in [
        (TransactionEvent, "store", Choice.STORE),
        (TransactionEvent, "store_transaction_id", Choice.STORE),
        (TransactionEvent, "event_type", Choice.TYPE),
        (TransactionEvent, "price_usd", Choice.AMOUNT),
        (MailProfile, "external_profile_id", Choice.STORE),
        (MailProfile, "email", Choice.EMAIL),
        (MailProfile, "first_name", Choice.STORE),
        (MailProfile, "country", Choice.COUNTRY),
        (MailProfile, "birthday", Choice.DATE),
        (Offer, "category", Choice.CATEGORY),
        (Offer, "offer_type", Choice.OFFER_TYPE),
    ]:
        with case(cls, field, value):
            record = model_for(cls, field, value)
            assert json.loads(wire(record))[field] == value.value


def test_flow_of_str_enum_member_is_that_of_its_value() -> None:
    """An event type that is a member of a `class X(str, Enum)` has the flow of its value."""
    assert flow_for(Choice.TYPE) is Flow.ACTIVE
    assert TransactionEvent(**{**EVENT, "event_type": Choice.TYPE}).flow is Flow.ACTIVE


class Odd(str):
    """A str subclass whose methods return other text."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return other text."""
        return "something else"

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return nothing."""
        raise NotImplementedError(encoding, errors)


def test_str_subclass_is_sent_as_plain_str() -> None:
    """The validated characters are sent, whatever a subclass overrides."""
    for cls, field in [*IDENTIFIERS, *FREE_TEXTS]:
        record = model_for(cls, field, Odd("app_store"))
        assert json.loads(wire(record))[field] == "app_store"
        assert type(getattr(record, field)) is str


def test_impostors_are_sent_or_rejected_with_field_name() -> None:
    """An object that claims another class (a mock, a lazy proxy) raises no other error."""
    for spec in [str, datetime, date, Decimal, dict, int]:
        with case(spec):
            impostor = mock.MagicMock(spec=spec)
            for cls, field in FIELDS:
                model_or_error(cls, field, impostor)


class Broken(Mapping[str, Any]):
    """A mapping that raises errors."""

    def __getitem__(self, key: str) -> Any:
        """Raise an error."""
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        """Raise an error."""
        raise RuntimeError("cannot be read")

    def __len__(self) -> int:
        """Return a number of items."""
        return 1


class Unprintable:
    """An object whose repr raises an error."""

    def __repr__(self) -> str:
        """Raise an error."""
        raise RuntimeError("cannot be printed")


def test_misbehaving_mappings_are_rejected_with_field_name() -> None:
    """A mapping that raises while it is read, or whose keys cannot be printed, is a typed error."""
    for value in [Broken(), {Unprintable(): 1}, {Unprintable(): None}]:
        with case(value):
            for cls, field in FIELDS:
                error_for(cls, field, value)


FIT_ADDRESSES = [
    "jane@example.com",
    "Jane.Doe@Example.COM",
    "jane+adapty@example.com",
    "jane+a+b=c@example.com",
    "o'brien@example.com",
    "j@example.co",
    "_@example.com",
    "1@example.com",
    "!#$%&'*+-/=?^_`{|}~@example.com",
    "a.b.c.d@a.b.c.d.example.com",
    "jane@xn--mnchen-3ya.de",
    "jane@example.xn--p1ai",
    "jane@m\u00fcnchen.de",
    "jane@\u4f8b\u3048.\u30c6\u30b9\u30c8",
    "jane@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
    "jane@example.\u4e2d\u56fd",
    "j\u00e4ne@example.com",
    "\u7528\u6237@example.com",
    "jane@a-b.example.com",
    "jane@1.example.com",
    "jane@123.com",
    "jane@example.museum",
    "jane@example.c1",
    "a" * 64 + "@example.com",
    "jane@" + "a" * 63 + ".com",
    "jane@" + ".".join(["a" * 49] * 4) + ".example.com",
]
MARKED_ADDRESSES = [
    # Letters of these scripts have combining marks, which `\w` does not match; all three TLDs exist.
    "jane@\u0909\u0926\u093e\u0939\u0930\u0923.\u092d\u093e\u0930\u0924",
    "jane@example.\u0b87\u0ba8\u0bcd\u0ba4\u0bbf\u0baf\u0bbe",
    "jane@example.\u0dbd\u0d82\u0d9a\u0dcf",
    # A decomposed accent, as on macOS.
    "jose\u0301@example.com",
    "jane@cafe\u0301.example.com",
]
UNFIT_ADDRESSES = [
    "jane",
    "jane.example.com",
    "jane@",
    "jane@@example.com",
    "jane@doe@example.com",
    "jane@example",
    "jane@localhost",
    "jane@.com",
    "jane@example..com",
    "jane@.example.com",
    "jane@example.com.",
    "jane@example.c",
    "jane@example.123",
    "jane@127.0.0.1",
    "jane@[127.0.0.1]",
    "jane@[IPv6:::1]",
    "jane@-example.com",
    "jane@example-.com",
    "jane@example.-com",
    "jane@example.com-",
    "jane@exa_mple.com",
    "jane@exa mple.com",
    "jane@example.com/path",
    "jane@example.com:25",
    "jane@example.com,doe@example.com",
    "jane@example.com;doe@example.com",
    "jane@example.com doe@example.com",
    ".jane@example.com",
    "jane.@example.com",
    "jane..doe@example.com",
    '"jane"@example.com',
    '"jane doe"@example.com',
    "Jane <jane@example.com>",
    "<jane@example.com>",
    "mailto:jane@example.com",
    "jane doe@example.com",
    " jane@example.com",
    "jane@example.com ",
    "jane@example.com\n",
    "jane\n@example.com",
    "jane@example.com\r\nBcc: doe@example.com",
    "jane@example.com\x00",
    "jane\x00@example.com",
    "\ufeffjane@example.com",
    "jane@example.com\u200b",
    "jane\u2028@example.com",
    "jane\uff20example.com",
    "jane@example\u3002com",
    "jane(comment)@example.com",
    "jane@example.com(comment)",
    "jane\\@example.com",
    "jane" + "a" * 61 + "@example.com",
    "jane@" + "a" * 64 + ".com",
    "jane@" + ".".join(["a" * 60] * 5) + ".com",
    *(f"ja{sign}ne@example.com" for sign in '\t\n\r\x0b\x0c\x1f\x7f "(),:;<>[\\]'),
    *(f"jane@exam{sign}ple.com" for sign in "\t\n\r\x00\x7f !\"#$%&'()*+,/:;<=>?[\\]^_`{|}~"),
]


def test_email_accepts_valid_addresses() -> None:
    """Plus signs, apostrophes, international names and both forms of international domains are valid."""
    for value in FIT_ADDRESSES:
        with case(value):
            assert MailProfile(**{**PROFILE, "email": value}).email == value


def test_email_accepts_combining_marks() -> None:
    """Addresses in scripts that write vowels as marks are valid (RFC 6531)."""
    for value in MARKED_ADDRESSES:
        with case(value):
            assert MailProfile(**{**PROFILE, "email": value}).email == value


@given(st.emails())
@repeatable(150)
def test_email_accepts_every_dot_atom(value: str) -> None:
    """Any RFC 5322 dot-atom before a domain with a registered TLD is valid."""
    assert MailProfile(**{**PROFILE, "email": value}).email == value


def test_email_rejects_invalid_without_quoting() -> None:
    """Undeliverable addresses are rejected, and not quoted."""
    for value in UNFIT_ADDRESSES:
        with case(value):
            refusal = error_for(MailProfile, "email", value)
            assert refusal.field_name == "email"
            assert "jane" not in str(refusal)
            assert "name@example.com" in str(refusal)


def test_email_rejects_fragments() -> None:
    """Parts of an address are not valid."""
    for value in ["", "@", "@@", "@example.com", "@jane", "jane@" + "." * 300, "jane" * 1000]:
        with case(value):
            assert error_for(MailProfile, "email", value).field_name == "email"


def test_country_accepts_exactly_the_assigned_codes() -> None:
    """Of all pairs of letters, only the assigned codes of ISO 3166-1 are valid, and are sent in upper case."""
    for field in ["country", "store_country"]:
        with case(field):
            assigned = {entry.alpha_2 for entry in pycountry.countries}
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            pairs = {first + second for first, second in itertools.product(letters, repeat=2)}
            for spelling in (str, str.lower, str.capitalize, str.swapcase):
                outcomes = [model_or_error(MailProfile, field, spelling(pair)) for pair in pairs]
                sent = {outcome.to_dict()[field] for outcome in outcomes if isinstance(outcome, MailProfile)}
                assert sent == assigned, spelling
            assert assigned == COUNTRY_CODES


def test_common_country_mistakes_map_to_assigned_codes() -> None:
    """Suggestions for mistaken codes are valid codes; the mistaken ones are not."""
    assert set(_COMMON_MISTAKES.values()) <= COUNTRY_CODES
    assert not set(_COMMON_MISTAKES) & COUNTRY_CODES


UNFIT_COUNTRIES = [
    "",
    " ",
    "U",
    "USA",
    "US ",
    " US",
    "US\n",
    "U S",
    "840",
    "00",
    "U1",
    "XK",
    "EU",
    "UK",
    "EL",
    "AN",
    "SU",
    "YU",
    "AA",
    "ZZ",
    "XX",
    "QM",
    "en-US",
    "en_US",
    "US-CA",
    "United States",
    "Deutschland",
    "\uff35\uff33",
    "U\u0405",
    "\u00df",
    "\ufb01",
    "\u0131t",
    "\u017fe",
    "D\u0395",
    "U\x00S",
    "US\u200b",
    "\U0001f1fa\U0001f1f8",
    "null",
    "None",
    "N/A",
    "-",
    *sorted(entry.alpha_3 for entry in pycountry.countries)[::7],
]


def test_country_rejects_invalid() -> None:
    """Three letters, numbers, names, reserved and look-alike codes, and letters like ß are rejected."""
    for value in UNFIT_COUNTRIES:
        with case(value):
            for field in ("country", "store_country"):
                assert "ISO 3166-1" in str(error_for(MailProfile, field, value))


def test_country_error_suggests_the_code() -> None:
    """The error suggests the code for surrounding spaces and common mistakes."""
    for value, meant in [
        (" de ", "DE"),
        ("UK", "GB"),
        ("uk", "GB"),
        ("EL", "GR"),
        ("en", "GB"),
    ]:
        with case(value, meant):
            assert f"did you mean {meant}?" in str(error_for(MailProfile, "country", value))


def test_errors_do_not_quote_an_address_in_the_wrong_field() -> None:
    """No error quotes an address, in any field."""
    for cls, field in FIELDS:
        outcome = model_or_error(cls, field, "jane@example.com")
        assert isinstance(outcome, RequestModel) or "jane" not in str(outcome)


def test_errors_do_not_quote_personal_values() -> None:
    """Fields that are hidden in the repr are not quoted in errors."""
    for value in ["21.05.1990", "1990-21-05", "1990\ud800", 19900521, b"1990", {"born 1990": [1990]}]:
        for field in ["birthday", "first_name", "last_name", "gender", "email", "custom_attributes"]:
            with case(value, field):
                outcome = model_or_error(MailProfile, field, value)
                if isinstance(outcome, AdaptyUsageError):
                    assert "1990" not in str(outcome).removeprefix(f"{outcome.field_name}: ").replace("1990-05-21", "")


def test_errors_do_not_quote_an_address_as_a_name() -> None:
    """An address used as a field name is not shown."""
    for data in [
        {**PROFILE, "jane@example.com": 1},
        {**PROFILE, "custom_attributes": {"jane@example.com": None}},
        {**PROFILE, "device_info": {"platform": "iOS", "jane@example.com": 1}},
        {**PROFILE, "email": "jane@example.com "},
    ]:
        with case(data):
            with pytest.raises(AdaptyUsageError) as caught:
                MailProfile.from_dict(data)
            assert "jane@example.com" not in str(caught.value)


def test_errors_shorten_long_names() -> None:
    """Long names of unknown fields are shortened."""
    with pytest.raises(AdaptyUsageError) as caught:
        MailProfile.from_dict({**PROFILE, "x" * 100_000: 1})
    assert len(str(caught.value)) < 1000


FIT_MOMENTS: list[tuple[Any, str]] = [
    ("2026-06-01T10:30:00Z", "2026-06-01T10:30:00+00:00"),
    ("2026-06-01T10:30:00z", "2026-06-01T10:30:00+00:00"),
    ("2026-06-01 10:30:00Z", "2026-06-01T10:30:00+00:00"),
    ("2026-06-01T10:30Z", "2026-06-01T10:30:00+00:00"),
    ("20260601T103000Z", "2026-06-01T10:30:00+00:00"),
    ("2026-06-01T10:30:00+02:00", "2026-06-01T08:30:00+00:00"),
    ("2026-06-01T10:30:00-0930", "2026-06-01T20:00:00+00:00"),
    ("2026-06-01T00:30:00+14", "2026-05-31T10:30:00+00:00"),
    ("2026-06-01T10:30:00.5Z", "2026-06-01T10:30:00.500000+00:00"),
    ("2026-06-01T10:30:00,123456Z", "2026-06-01T10:30:00.123456+00:00"),
    ("2026-06-01T24:00:00Z", "2026-06-02T00:00:00+00:00"),
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00+00:00"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999+00:00"),
    ("2026-W23-1T10:30:00Z", "2026-06-01T10:30:00+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=UTC), "2026-06-01T10:30:00+00:00"),
    (datetime(2026, 6, 1, 10, 30, 0, 1, tzinfo=UTC), "2026-06-01T10:30:00.000001+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=timezone(timedelta(hours=-5, minutes=-30))), "2026-06-01T16:00:00+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=timezone(timedelta(seconds=1))), "2026-06-01T10:29:59+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=timezone(timedelta(microseconds=1))), "2026-06-01T10:29:59.999999+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=tzutc()), "2026-06-01T10:30:00+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=tzoffset("X", 3600)), "2026-06-01T09:30:00+00:00"),
    (datetime(2026, 6, 1, 10, 30, tzinfo=gettz("Europe/Berlin")), "2026-06-01T08:30:00+00:00"),
    (datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=gettz("Europe/Berlin")), "2026-10-25T00:30:00+00:00"),
    (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=gettz("Europe/Berlin")), "2026-10-25T01:30:00+00:00"),
    (datetime.min.replace(tzinfo=UTC), "0001-01-01T00:00:00+00:00"),
    (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999+00:00"),
    (datetime.min.replace(tzinfo=timezone(timedelta(hours=-1))), "0001-01-01T01:00:00+00:00"),
    (datetime.max.replace(tzinfo=timezone(timedelta(hours=1))), "9999-12-31T22:59:59.999999+00:00"),
]
UNFIT_MOMENT_TEXTS = [
    "",
    " ",
    "now",
    "today",
    "null",
    "NaT",
    "nan",
    "0",
    "-1",
    "1780309800",
    "1780309800000",
    "1780309800.5",
    "2026",
    "2026-06",
    "2026-06-01",
    "20260601",
    "2026-06-01T",
    "2026-06-01T10",
    "2026-06-01T10:30",
    "2026-06-01T10:30:00",
    "2026-06-01 10:30:00",
    "2026-06-01T10:30:00.000",
    "2026-06-01T10:30:00 Z",
    "2026-06-01T10:30:00 +02:00",
    "2026-06-01T10:30:00UTC",
    "2026-06-01T10:30:00 UTC",
    "2026-06-01T10:30:00GMT",
    "2026-06-01T10:30:00EST",
    "2026-06-01T10:30:00[Europe/Berlin]",
    "2026-06-01T10:30:00Z[UTC]",
    "2026-06-01T10:30:00+",
    "2026-06-01T10:30:00+2",
    "2026-06-01T10:30:00+24:00",
    "2026-06-01T10:30:00+99:99",
    "2026-06-01T10:30:00+02:60",
    "2026-06-01T10:30:00+02:00:00",
    "2026-06-01T10:30:00+-2:00",
    "2026-06-01T10:30:00ZZ",
    "2026-06-01T10:30:00Z ",
    " 2026-06-01T10:30:00Z",
    "2026-06-01T10:30:00Z\n",
    "2026-06-01T10:30:00Z\x00",
    "2026-06-01T10:30:60Z",
    "2026-06-01T10:60:00Z",
    "2026-06-01T25:00:00Z",
    "2026-06-01T24:00:01Z",
    "2026-06-31T10:30:00Z",
    "2026-02-29T10:30:00Z",
    "2026-00-01T10:30:00Z",
    "2026-13-01T10:30:00Z",
    "2026-06-00T10:30:00Z",
    "2026-6-1T10:30:00Z",
    "26-06-01T10:30:00Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "+2026-06-01T10:30:00Z",
    "-2026-06-01T10:30:00Z",
    "2026/06/01T10:30:00Z",
    "01.06.2026 10:30",
    "06/01/2026 10:30 AM",
    "Mon, 01 Jun 2026 10:30:00 GMT",
    "Mon Jun  1 10:30:00 2026",
    "2026-06-01T10:30:00,Z",
    "2026-06-01T10.30.00Z",
    "2026-W54-1T10:30:00Z",
    "2026-W23-8T10:30:00Z",
    "2026-366T10:30:00Z",
    "2026-000T10:30:00Z",
    "T10:30:00Z",
    "10:30:00Z",
    "\u0662\u0660\u0662\u0666-06-01T10:30:00Z",
    "\uff12\uff10\uff12\uff16-06-01T10:30:00Z",
    "2026\u201306\u201301T10:30:00Z",
    "2026-06-01T10:30:00\u221202:00",
    "9999-12-31T24:00:00Z",
    "9999-12-31T23:59:59-00:01",
    "0001-01-01T00:00:00+00:01",
    "0001-01-01T00:00:00+23:59",
    "P1M",
    "P1Y2M",
    "2026-06-01T10:30:00Z/2026-07-01T10:30:00Z",
    "{}",
    "2026-06-01T10:30:00Z" * 1000,
]
UNFIT_MOMENTS: list[Any] = [
    0,
    1780309800,
    1780309800.5,
    float("nan"),
    True,
    b"2026-06-01T10:30:00Z",
    date(2026, 6, 1),
    time(10, 30, tzinfo=UTC),
    (2026, 6, 1),
    [datetime(2026, 6, 1, tzinfo=UTC)],
    {"date": "2026-06-01"},
    datetime,
    datetime.now,
    UTC,
    datetime(2026, 6, 1, 10, 30),  # noqa: DTZ001 - naive is what is refused
    datetime.min,  # noqa: DTZ901 - as above
    datetime.max,  # noqa: DTZ901 - as above
    datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    datetime.min.replace(tzinfo=timezone(timedelta(microseconds=1))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-23, minutes=-59))),
]


def test_datetimes_are_sent_in_utc() -> None:
    """Aware datetimes in any format and offset are sent as the same instant in UTC."""
    for value, sent in FIT_MOMENTS:
        with case(value, sent):
            for cls, field in MOMENT_FIELDS:
                record = model_for(cls, field, value)
                assert record.to_dict()[field] == sent
                assert type(getattr(record, field)) is datetime


@given(st.datetimes(timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))))
@repeatable(100)
def test_every_aware_datetime_keeps_its_instant(value: datetime) -> None:
    """The instant is preserved to the microsecond, or rejected if UTC cannot represent it."""
    outcome = model_or_error(MailProfile, "external_created_at", value)
    if isinstance(outcome, MailProfile):
        assert outcome.external_created_at == value
        assert outcome.external_created_at.tzinfo is UTC
    else:
        assert value.year in {1, 9999}


def test_datetime_rejects_invalid_text() -> None:
    """Text without an offset, in another format or with an invalid day is rejected with an example."""
    for value in UNFIT_MOMENT_TEXTS:
        with case(value):
            for cls, field in MOMENT_FIELDS:
                refusal = error_for(cls, field, value)
                assert refusal.field_name == field
                assert "2026-06-01T10:30:00Z" in str(refusal)
                assert len(str(refusal)) < 1000


def test_datetime_rejects_other_objects() -> None:
    """Naive datetimes, numbers, dates and other objects are rejected."""
    for value in UNFIT_MOMENTS:
        with case(value):
            for cls, field in MOMENT_FIELDS:
                assert "aware datetime" in str(error_for(cls, field, value))


def test_datetime_separator_is_t_or_space() -> None:
    """A digit or a point between date and time is not ISO 8601."""
    for value in ["2026-06-01510:30:00Z", "2026060151030Z", "2026-06-01.10:30Z", "2026-06-01,10:30Z"]:
        with case(value):
            assert "ISO 8601" in str(error_for(MailProfile, "external_created_at", value))


class Zone(tzinfo):
    """A time zone with the test's answers."""

    def __init__(self, answer: Any) -> None:
        """Store the offset, or the exception to raise."""
        self.answer = answer

    def tzname(self, _: datetime | None, /) -> str:
        """Return a name."""
        return "odd"

    def utcoffset(self, _: datetime | None, /) -> Any:
        """Return the offset."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def dst(self, moment: datetime | None, /) -> Any:
        """Return the offset."""
        return self.utcoffset(moment)

    def fromutc(self, moment: datetime, /) -> datetime:
        """Return an invalid value."""
        return moment + timedelta(days=400_000)


UNFIT_ZONES = [
    tzinfo(),  # type: ignore[abstract]  # Python itself lets it be made
    Zone(None),
    Zone("+02:00"),
    Zone(7200),
    Zone(timedelta(hours=24)),
    Zone(timedelta(hours=-24)),
    Zone(timedelta.max),
    Zone(timedelta.min),
    Zone(ValueError("no such offset")),
    Zone(RuntimeError("no such offset")),
    Zone(KeyError("no such offset")),
    Zone(OverflowError("no such offset")),
    Zone(AttributeError("no such offset")),
    Zone(NotImplementedError("no such offset")),
    Zone(RecursionError("no such offset")),
]


def test_datetime_rejects_misbehaving_time_zones() -> None:
    """A time zone without an offset, with an invalid one, or that raises, is rejected by field name."""
    for zone in UNFIT_ZONES:
        with case(zone):
            for cls, field in MOMENT_FIELDS:
                assert error_for(cls, field, datetime(2026, 6, 1, 10, 30, tzinfo=zone)).field_name == field


class NotATime(datetime):
    """A stand-in for pandas' NaT, which claims to be a datetime: all parts are NaN."""

    @property
    def year(self) -> Any:
        """Return NaN."""
        return float("nan")

    @property
    def month(self) -> Any:
        """Return NaN."""
        return float("nan")

    @property
    def day(self) -> Any:
        """Return NaN."""
        return float("nan")

    def astimezone(self, tz: tzinfo | None = None) -> Any:  # noqa: ARG002 - the class's own signature
        """Return itself."""
        return self

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:  # noqa: ARG002 - as the class has it
        """Return its name."""
        return "NaT"


class NotATimeWithoutOffset(NotATime):
    """Like pandas' NaT, without an offset."""

    def utcoffset(self) -> timedelta | None:
        """Raise an error."""
        raise ValueError("NaTType does not support utcoffset")


def test_datetime_rejects_nat() -> None:
    """NaT is rejected like any other invalid value."""
    for zone in [None, UTC]:
        for kind in [NotATime, NotATimeWithoutOffset]:
            with case(zone, kind):
                assert error_for(MailProfile, "birthday", kind(2026, 6, 1, tzinfo=zone)).field_name == "birthday"
                for cls, field in MOMENT_FIELDS:
                    assert error_for(cls, field, kind(2026, 6, 1, tzinfo=zone)).field_name == field


class Moment(datetime):
    """A subclass of datetime, such as pendulum's."""

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:  # noqa: ARG002 - as the class has it
        """Return another format."""
        return "long ago"


def test_datetime_subclass_is_sent_as_its_instant() -> None:
    """The stored value is a plain datetime of the same instant."""
    profile = MailProfile(**{**PROFILE, "external_created_at": Moment(2026, 6, 1, 10, 30, tzinfo=UTC)})
    assert type(profile.external_created_at) is datetime
    assert profile.to_dict()["external_created_at"] == "2026-06-01T10:30:00+00:00"


def test_future_datetime_accepts_a_span_from_now() -> None:
    """A relativedelta or timedelta for `expires_at` counts from now, and becomes a datetime in UTC."""
    span: Any
    least: Any
    most: Any
    for span, least, most in [
        (relativedelta(months=1), timedelta(days=27), timedelta(days=32)),
        (relativedelta(years=1), timedelta(days=364), timedelta(days=367)),
        (relativedelta(days=-7), timedelta(days=-8), timedelta(days=-6)),
        (relativedelta(), timedelta(minutes=-5), timedelta(minutes=5)),
        (relativedelta(minutes=30), timedelta(minutes=25), timedelta(minutes=35)),
        (relativedelta(days=+1, weekday=MO(+1)), timedelta(0), timedelta(days=9)),
        (timedelta(days=30), timedelta(days=29), timedelta(days=31)),
        (timedelta(minutes=-30), timedelta(minutes=-35), timedelta(minutes=-25)),
        (timedelta(0), timedelta(minutes=-5), timedelta(minutes=5)),
    ]:
        with case(span, least, most):
            event = TransactionEvent(**EVENT, expires_at=span)
            assert isinstance(event.expires_at, datetime)
            assert event.expires_at.tzinfo is UTC
            assert least < event.expires_at - datetime.now(UTC) < most


def test_future_datetime_rejects_out_of_range() -> None:
    """A duration that leaves the calendar, or an invalid hour, is a typed error."""
    for span in [
        relativedelta(years=9999),
        relativedelta(years=-9999),
        relativedelta(days=10**9),
        relativedelta(days=-(10**9)),
        relativedelta(months=10**6),
        relativedelta(hours=10**15),
        relativedelta(seconds=10**30),
        relativedelta(year=10**6),
        relativedelta(month=13),
        relativedelta(hour=99),
        relativedelta(weekday=MO(10**9)),
        timedelta.max,
        timedelta.min,
        timedelta(days=365 * 8000),
    ]:
        with case(span):
            assert error_for(TransactionEvent, "expires_at", span).field_name == "expires_at"


def test_past_datetimes_reject_a_span() -> None:
    """Only `expires_at` accepts durations."""
    for cls, field in MOMENT_FIELDS[:-1]:
        assert "relativedelta" in str(error_for(cls, field, relativedelta(days=-1)))
        assert "timedelta" in str(error_for(cls, field, timedelta(days=-1)))


class Day(date):
    """A subclass of date."""

    def isoformat(self) -> str:
        """Return another format."""
        return "long ago"


def test_date_accepts_valid() -> None:
    """A date of any class, or its ISO 8601 text, is sent as ISO 8601 text."""
    value: Any
    sent: Any
    for value, sent in [
        ("1990-05-21", "1990-05-21"),
        ("19900521", "1990-05-21"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2024-02-29", "2024-02-29"),
        (date(1990, 5, 21), "1990-05-21"),
        (date.min, "0001-01-01"),
        (date.max, "9999-12-31"),
        (Day(1990, 5, 21), "1990-05-21"),
    ]:
        with case(value, sent):
            assert MailProfile(**PROFILE, birthday=value).to_dict()["birthday"] == sent


UNFIT_DAYS: list[Any] = [
    "",
    " ",
    "1990",
    "1990-05",
    "1990-5-21",
    "90-05-21",
    "21.05.1990",
    "05/21/1990",
    "1990/05/21",
    "1990-05-21T00:00:00",
    "1990-05-21T00:00:00Z",
    "1990-05-21 ",
    " 1990-05-21",
    "1990-05-21\n",
    "1990-05-21\x00",
    "1990-02-30",
    "1990-13-01",
    "1990-00-01",
    "1990-01-00",
    "0000-01-01",
    "10000-01-01",
    "-1990-05-21",
    "1990-W54-1",
    "\u0661\u0669\u0669\u0660-05-21",
    "1990\u201305\u201321",
    "May 21, 1990",
    "null",
    "1" * 100_000,
    0,
    19900521,
    643248000.0,
    float("nan"),
    True,
    b"1990-05-21",
    (1990, 5, 21),
    [1990, 5, 21],
    datetime(1990, 5, 21, tzinfo=UTC),
    datetime(1990, 5, 21),  # noqa: DTZ001 - refused for its time, aware or not
    time(0, 0),
    timedelta(days=365),
    relativedelta(years=36),
    date,
]


def test_date_rejects_invalid() -> None:
    """A datetime, a number, another format and an invalid day are rejected."""
    for value in UNFIT_DAYS:
        with case(value):
            refusal = error_for(MailProfile, "birthday", value)
            assert refusal.field_name == "birthday"
            assert "1990-05-21" in str(refusal)


class Cents(enum.IntEnum):
    """Amounts as enum members."""

    ONE = 1


def test_amounts_are_sent_exactly() -> None:
    """An exact amount is sent as plain decimal text without an exponent."""
    value: Any
    sent: Any
    for value, sent in [
        ("9.99", "9.99"),
        ("9.990", "9.990"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("-9.99", "-9.99"),
        ("100000000000000000000.01", "100000000000000000000.01"),
        ("0.000000000000000000000000000001", "0.000000000000000000000000000001"),
        (0, "0"),
        (5, "5"),
        (-5, "-5"),
        (10**29, "1" + "0" * 29),
        (Cents.ONE, "1"),
        (Decimal("9.99"), "9.99"),
        (Decimal("9.90"), "9.90"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.5"), "-0.5"),
        (Decimal(1) / Decimal(3), "0.3333333333333333333333333333"),
    ]:
        with case(value, sent):
            assert TransactionEvent(**EVENT, price_usd=value).to_dict()["price_usd"] == sent


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
@repeatable(100)
def test_every_amount_keeps_its_value(value: Decimal) -> None:
    """The sent text parses to the same amount."""
    sent = TransactionEvent(**EVENT, price_usd=value).to_dict()["price_usd"]
    assert Decimal(sent) == value
    assert "e" not in sent.lower()


UNFIT_AMOUNTS: list[Any] = [
    "",
    " ",
    "-",
    "+",
    ".",
    "-.",
    ".99",
    "9.",
    "+9.99",
    "--9.99",
    "9.99-",
    "9,99",
    "1,000.00",
    "1.000,00",
    "1 000",
    "1_000",
    "9.99.9",
    " 9.99",
    "9.99 ",
    "9.99\n",
    "9.99\x00",
    "$9.99",
    "9.99$",
    "9.99 USD",
    "USD 9.99",
    "1e3",
    "1E3",
    "1E+3",
    "9.99e0",
    "0x10",
    "0b1",
    "1/3",
    "50%",
    "NaN",
    "nan",
    "sNaN",
    "-NaN",
    "Infinity",
    "inf",
    "-inf",
    "free",
    "None",
    "null",
    "\u0669.\u0669\u0669",
    "\uff19.\uff19\uff19",
    "\u00bd",
    "9\u00b2",
    "\u22129.99",
    "9\u066b99",
    "9" * 31,
    "0." + "1" * 31,
    "9" * 1_000_000,
    0.0,
    9.99,
    -9.99,
    1e300,
    5e-324,
    float("nan"),
    float("inf"),
    float("-inf"),
    True,
    False,
    1j,
    Fraction(1, 3),
    10**30,
    -(10**30),
    10**5000,
    -(10**5000),
    Decimal("NaN"),
    Decimal("-NaN"),
    Decimal("sNaN"),
    Decimal("NaN123"),
    Decimal("Infinity"),
    Decimal("-Infinity"),
    Decimal("1E+30"),
    Decimal("1E-31"),
    Decimal("1E+999999"),
    Decimal("1E-999999"),
    Decimal("0E+999999"),
    Decimal("0E-999999"),
    Decimal("9" * 31),
    b"9.99",
    ["9.99"],
    ("9.99", "USD"),
    {"amount": "9.99"},
    Decimal,
    object(),
]


def test_amount_rejects_invalid() -> None:
    """Floats, exponents, non-ASCII digits, currencies, non-finite and huge values are rejected."""
    for value in UNFIT_AMOUNTS:
        with case(value):
            refusal = error_for(TransactionEvent, "price_usd", value)
            assert refusal.field_name == "price_usd"
            assert '"9.99"' in str(refusal)
            assert len(str(refusal)) < 200


class Level(enum.IntEnum):
    """Numbers as enum members."""

    HIGH = 3


FIT_ATTRIBUTES: list[Mapping[str, Any]] = [
    {},
    {"plan": "trial"},
    {"days": 7},
    {"days": -7},
    {"score": 0.5},
    {"zero": 0, "nothing": ""},
    {"": "a name may be empty"},
    {"with blank": "x", "\u00fc": "\U0001f600", "a.b": 1, "email": 1},
    {"big": 10**300},
    {"level": Level.HIGH},
    MappingProxyType({"plan": "trial"}),
    OrderedDict(plan="trial"),
    ChainMap({"plan": "trial"}, {"days": 7}),
    {f"attribute_{n}": n for n in range(1000)},
]


def test_attributes_accept_valid() -> None:
    """Any mapping of names to strings and finite numbers is sent unchanged."""
    for value in FIT_ATTRIBUTES:
        with case(value):
            sent = json.loads(wire(MailProfile(**PROFILE, custom_attributes=value)))
            assert sent["custom_attributes"] == dict(value)


UNFIT_ATTRIBUTE_VALUES: list[Any] = [
    None,
    True,
    False,
    float("nan"),
    float("inf"),
    float("-inf"),
    10**400,
    -(10**400),
    10**5000,
    1j,
    Decimal("9.99"),
    Fraction(1, 2),
    b"text",
    [],
    ["text"],
    (),
    {},
    {"nested": "text"},
    {"text"},
    object(),
    object,
    datetime(2026, 6, 1, tzinfo=UTC),
    date(2026, 6, 1),
    timedelta(1),
    "\ud800",
    "text\udfff",
]


def test_attributes_reject_invalid_values() -> None:
    """Other values are rejected with the attribute's name."""
    for value in UNFIT_ATTRIBUTE_VALUES:
        with case(value):
            refusal = error_for(MailProfile, "custom_attributes", {"fine": 1, "plan": value})
            assert refusal.field_name == "custom_attributes.plan"


def test_attributes_reject_invalid_names() -> None:
    """Names must be text that UTF-8 can encode."""
    name: Any
    for name in [None, 1, 1.5, True, b"plan", ("plan",), frozenset(), datetime, "\ud800", "a\udfff"]:
        with case(name):
            assert error_for(MailProfile, "custom_attributes", {name: 1}).field_name is not None


NOT_MAPPINGS = [value for value in NOT_TEXTS if not isinstance(value, dict)] + ["", "text", '{"platform": "iOS"}']


def test_mapping_fields_reject_other_types() -> None:
    """Lists, texts, numbers and pairs are rejected."""
    for value in NOT_MAPPINGS:
        with case(value):
            for cls, field in MAPPING_FIELDS:
                assert error_for(cls, field, value).field_name == field


def test_nested_errors_have_the_full_field_name() -> None:
    """The error has the full path of the invalid field."""
    for cls, field, value, named in [
        (MailProfile, "device_info", {}, "device_info.platform"),
        (MailProfile, "device_info", {"platform": None}, "device_info.platform"),
        (MailProfile, "device_info", {"platform": " "}, "device_info.platform"),
        (MailProfile, "device_info", {"platform": "iOS", "os": 17.5}, "device_info.os"),
        (MailProfile, "device_info", {"platform": "iOS", "locale": None}, "device_info.locale"),
        (MailProfile, "device_info", {"platform": "iOS", "plattform": "x"}, "device_info.plattform"),
        (MailProfile, "device_info", {"platform": "iOS", 1: "x"}, "device_info.1"),
        (MailProfile, "device_info", Offer(category="promotional", offer_type="free_trial"), "device_info"),
        (TransactionEvent, "offer", {}, "offer.category"),
        (TransactionEvent, "offer", {"category": "introductory"}, "offer.offer_type"),
        (TransactionEvent, "offer", {"category": "Introductory", "offer_type": "free_trial"}, "offer.category"),
        (TransactionEvent, "offer", {"category": "introductory", "offer_type": "trial"}, "offer.offer_type"),
        (TransactionEvent, "offer", {"category": 1, "offer_type": "free_trial"}, "offer.category"),
        (TransactionEvent, "offer", DeviceInfo(platform="iOS"), "offer"),
    ]:
        with case(cls, field, value, named):
            assert error_for(cls, field, value).field_name == named


def test_event_type_error_lists_known_types() -> None:
    """Only the exact ten types are valid; the error lists them."""
    for value in ["Subscription_Started", "subscription started", "trial", "", " ", "x" * 1000]:
        with case(value):
            refusal = error_for(TransactionEvent, "event_type", value)
            assert "non_subscription_purchase_refunded" in str(refusal)
            assert len(str(refusal)) < 500


def test_unknown_name_error_suggests_the_closest() -> None:
    """The error suggests the closest valid name."""
    for cls, field, value, meant in [
        (TransactionEvent, "event_type", "subscription_renewel_cancelled", "subscription_renewal_cancelled"),
        (TransactionEvent, "event_type", "subscription_canceled", "subscription_renewal_cancelled"),
        (TransactionEvent, "event_type", "grace_period", "entered_grace_period"),
        (Offer, "category", "winback", "win_back"),
        (Offer, "offer_type", "freetrial", "free_trial"),
    ]:
        with case(cls, field, value, meant):
            assert f"did you mean {meant}?" in str(error_for(cls, field, value))


def test_transaction_id_has_at_most_50_characters() -> None:
    """The limit counts characters, not bytes."""
    for length, fits in [(1, True), (50, True), (51, False), (1000, False)]:
        with case(length, fits):
            outcome = model_or_error(TransactionEvent, "store_transaction_id", "\u00e9" * length)
            assert isinstance(outcome, TransactionEvent) is fits
            if isinstance(outcome, AdaptyUsageError):
                assert f"has {length} characters; expected at most 50" in str(outcome)


def circular() -> dict[str, Any]:
    """Return a dict that contains itself."""
    held: dict[str, Any] = {}
    held["itself"] = held
    return held


def deep(levels: int) -> list[Any]:
    """Return nested lists."""
    held: list[Any] = []
    for _ in range(levels):
        held = [held]
    return held


UNFIT_EXTRAS: list[Any] = [
    b"x",
    {1, 2},
    object(),
    Decimal(1),
    datetime(2026, 6, 1, tzinfo=UTC),
    float("nan"),
    [float("inf")],
    {"deep": {"deeper": float("-inf")}},
    "\ud800",
    {"\ud800": 1},
    {("a", "b"): 1},
    {b"x": 1},
    circular(),
    deep(100_000),
    10**5000,
    DeviceInfo(platform="iOS"),
    mock.sentinel.nothing,
]


def test_extra_fields_reject_what_json_cannot_represent() -> None:
    """An extra field is any JSON value; others are rejected at any depth."""
    for value in UNFIT_EXTRAS:
        with case(value):
            assert (
                error_for(MailProfile, "extra_fields", {"fine": 1, "newer": value}).field_name == "extra_fields.newer"
            )


def test_extra_fields_of_any_depth_are_sent_or_rejected() -> None:
    """Values that are nested too deeply to be sent are rejected by the constructor."""
    for levels in (1, 10, 20, 300, 400, 500, 600, 700, 800, 900, 950, 990, 1010):
        outcome = model_or_error(MailProfile, "extra_fields", {"newer": deep(levels)})
        assert isinstance(outcome, MailProfile) or levels > 20


def test_extra_fields_require_str_names() -> None:
    """The names must be str."""
    for name in [None, 1, b"x", ("x",), "\ud800"]:
        with case(name):
            assert error_for(MailProfile, "extra_fields", {name: 1}).field_name is not None


def test_extra_fields_not_given_are_empty() -> None:
    """`NOT_GIVEN` means the same as no argument."""
    for cls, field in FIELDS:
        if (cls, field) not in REQUIRED:
            assert field not in model_for(cls, field, NOT_GIVEN).to_dict()


def test_model_errors_have_no_inner_traceback() -> None:
    """The validator's exception, whose frames contain the value, is not chained."""
    with pytest.raises(AdaptyUsageError) as caught:
        MailProfile(**{**PROFILE, "email": "jane"})
    assert caught.value.__suppress_context__


@given(st.from_regex(USUAL_MOMENTS, fullmatch=True))
def test_fast_datetime_parser_agrees_with_dateutil(spelled: str) -> None:
    """The fast parser accepts what dateutil's isoparse accepts, with the same results."""
    try:
        expected = isoparser(sep="T").isoparse(spelled).astimezone(UTC)
    except (ValueError, OverflowError):
        expected = None
    try:
        read = validation.aware_datetime(spelled)
    except validation.Invalid:
        read = None

    assert read == expected


def test_undecoded_bytes_are_reported_as_not_utf8() -> None:
    """Bytes read with `surrogateescape` are reported as not UTF-8, not as lone surrogates."""
    for check in ["text", "identifier", "email"]:
        for encoding in ["cp1252", "latin-1", "cp1251"]:
            with case(check, encoding):
                name = "Зоя" if encoding == "cp1251" else "Zoë"
                read = name.encode(encoding).decode("utf-8", "surrogateescape")

                with pytest.raises(
                    validation.Invalid,
                    match=r"^is not UTF-8; expected UTF-8: save the file that it comes from as UTF-8$",
                ):
                    getattr(validation, check)(read)
                with pytest.raises(validation.Invalid, match=r"^contains a lone surrogate; "):
                    getattr(validation, check)("\ud83d")
