"""Values that the server-side API rejects are rejected before sending; others are sent unchanged."""

from __future__ import annotations

import enum
import json
import string
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError, InstallationMeta, OfferRequest, OneTimePurchase, Price, RemoteConfig, Subscription
from adapty import VirtualCurrencyTransactionItem as Item
from adapty._core.validation import validate
from adapty.models import (
    AttStatus,
    CancellationReason,
    Environment,
    Gender,
    InstallationPlatform,
    OfferRequestCategory,
    OfferRequestType,
    Platform,
    ProfileStore,
    RefundPreference,
)
from adapty.models.paywalls import PaywallUpdateRequest
from adapty.models.profile_request import ProfileRequest, validate_platform
from adapty.models.purchases import PaddleValidationRequest, StripeValidationAttributes
from adapty.models.refund_saver import RefundSaverSettingsRequest
from adapty.models.virtual_currency import VirtualCurrencyTransactionRequest, credit_amount, debit_amount
from tests.models.test_server_side_requests import CONTRACT, refused, taken

from .support import case, repeatable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.models._request import RequestModel

PAIR = "\U0001f600"
HALF = "\ud800"


class Name(str, enum.Enum):  # noqa: UP042 - the older way to write it is what many programs have
    """Texts in an enum, whose format is not their value."""

    PLAN = "plan"
    GENDER = "f"
    GOLD = "GOLD"
    TOKEN = "sub_1PqXyZ"
    EN = "en"
    USD = "USD"


class Number(enum.IntEnum):
    """Numbers in an enum."""

    AUTHORIZED = 3
    FIFTY = 50


def attributes(value: Any) -> dict[str, Any]:
    """Return the sent custom attributes, by name."""
    return {held["key"]: held["value"] for held in taken(ProfileRequest, "custom_attributes", value)}


def attributes_refused(value: Any) -> AdaptyUsageError:
    """Return the error for custom attributes."""
    return refused(ProfileRequest, "custom_attributes", value)


def test_custom_attributes_accept_mapping_and_list() -> None:
    """Both forms are sent as the API's list."""
    for value in [
        {"plan": "trial", "score": 4.5},
        {"score": 4.5, "plan": "trial"},
        MappingProxyType({"plan": "trial", "score": 4.5}),
        [{"key": "plan", "value": "trial"}, {"key": "score", "value": 4.5}],
        ({"key": "score", "value": 4.5}, {"value": "trial", "key": "plan"}),
        iter([{"key": "plan", "value": "trial"}, MappingProxyType({"key": "score", "value": 4.5})]),
        {Name.PLAN: "trial", "score": 4.5},
    ]:
        with case(value):
            assert attributes(value) == {"plan": "trial", "score": 4.5}


def test_custom_attributes_accept_empty() -> None:
    """No attributes are sent as an empty list."""
    for value in [{}, [], (), iter(())]:
        with case(value):
            assert attributes(value) == {}


def test_attribute_key_accepts_valid() -> None:
    """Keys have 1 to 30 letters, digits, dashes, points and underscores."""
    for key in [*string.ascii_letters, *string.digits, "-", ".", "_", "a" * 30, "A.b-c_9", "..."]:
        with case(key):
            assert attributes({key: "x"}) == {key: "x"}
            assert attributes([{"key": key, "value": "x"}]) == {key: "x"}


def test_attribute_key_rejects_invalid() -> None:
    """Other keys are rejected; the error contains the name, unless it is an address."""
    for key in [
        "",
        "a" * 31,
        " ",
        "a b",
        " a",
        "a ",
        "a\n",
        "pl\u00e4n",
        PAIR,
        "a\u0301",
        "\u0661",
        "\uff21",
        "plan@example.com",
        HALF,
        "\x00",
        *sorted(set(string.punctuation) - set("-._")),
        1,
        None,
        True,
        b"plan",
        ("plan",),
    ]:
        with case(key):
            for value in ({key: "x"}, [{"key": key, "value": "x"}]):
                error = attributes_refused(value)
                assert "expected 1 to 30 letters, digits, dashes, dots and underscores" in str(error)
                assert "@" not in str(error).replace("(a name with an @)", "")


def test_attribute_value_accepts_valid() -> None:
    """Values are text of at most 50 characters or finite numbers; None and empty text delete."""
    for value, sent in [
        ("trial", "trial"),
        ("x" * 50, "x" * 50),
        (PAIR * 50, PAIR * 50),
        (" ", " "),
        ("", ""),
        (None, ""),
        (True, 1.0),
        (False, 0.0),
        (0, 0),
        (7, 7),
        (-7, -7),
        (4.5, 4.5),
        (-0.0, 0.0),
        (1e300, 1e300),
        (2**53, 2**53),
        (2**53 + 2, 2**53 + 2),
        (-(2**63), -(2**63)),
        (Name.PLAN, "plan"),
        (Number.AUTHORIZED, 3),
    ]:
        with case(value, sent):
            assert attributes({"plan": value}) == {"plan": sent}
            (kept,) = attributes({"plan": value}).values()
            assert isinstance(kept, str | float | int)
            assert not isinstance(kept, bool)


def test_attribute_value_rejects_invalid() -> None:
    """Other values are rejected with the attribute's name."""
    for value, problem in [
        ("x" * 51, "has 51 characters; expected at most 50"),
        (PAIR * 51, "has 51 characters; expected at most 50"),
        (f"x{HALF}", "lone surrogate"),
        (float("nan"), "not a number that JSON can represent"),
        (float("inf"), "not a number that JSON can represent"),
        (-float("inf"), "not a number that JSON can represent"),
        (10**400, "not a number that JSON can represent"),
        (2**53 + 1, "an integer that the API would round"),
        (-(2**53) - 1, "an integer that the API would round"),
        (10**30, "an integer that the API would round"),
        (Decimal("4.5"), "of type Decimal"),
        (Fraction(1, 2), "of type Fraction"),
        (1j, "of type complex"),
        (b"trial", "of type bytes"),
        ([], "of type list"),
        ({}, "of type dict"),
        (..., "of type ellipsis"),
    ]:
        with case(value, problem):
            for given_value in ({"plan": value}, [{"key": "plan", "value": value}]):
                error = attributes_refused(given_value)
                assert error.field_name == "custom_attributes.plan"
                assert problem in str(error)


def _numbered(count: int, value: Any = "x") -> dict[str, Any]:
    return {f"a{number}": value for number in range(count)}


def test_custom_attributes_are_at_most_30() -> None:
    """30 can be set and 31 cannot; deleted ones do not count."""
    assert len(attributes(_numbered(30))) == 30
    for deleting in (None, ""):
        assert len(attributes({**_numbered(30), **{f"d{number}": deleting for number in range(10)}})) == 40
        assert len(attributes(_numbered(100, deleting))) == 100
        error = attributes_refused({**_numbered(31), **{f"d{number}": deleting for number in range(10)}})
        assert str(error) == "custom_attributes: has 31 attributes; expected at most 30 per profile"
    for value in (0, 0.0, False, " "):
        assert "31 attributes" in str(attributes_refused(_numbered(31, value)))
    assert "31 attributes" in str(attributes_refused([{"key": key, "value": "x"} for key in _numbered(31)]))


def test_custom_attributes_reject_repeated_keys() -> None:
    """A repeated key is rejected, because its value is ambiguous."""
    twice = [{"key": "plan", "value": "a"}, {"key": "score", "value": 1}, {"key": "plan", "value": "a"}]
    error = attributes_refused(twice)
    assert (error.field_name, str(error)) == (
        "custom_attributes.plan",
        "custom_attributes.plan: is repeated; expected one value",
    )
    assert attributes([{"key": "plan", "value": "a"}, {"key": "Plan", "value": "b"}]) == {"plan": "a", "Plan": "b"}


def test_custom_attributes_reject_items_of_another_shape() -> None:
    """The error names the position of an invalid item."""
    for item, place in [
        ({}, "0"),
        ({"key": "plan"}, "0"),
        ({"value": "trial"}, "0"),
        ({"key": "plan", "value": "trial", "newer": 1}, "0"),
        ({"plan": "trial"}, "0"),
        ("plan", "0"),
        (("plan", "trial"), "0"),
        (None, "0"),
        (7, "0"),
    ]:
        with case(item, place):
            assert attributes_refused([item]).field_name == f"custom_attributes.{place}"
            assert attributes_refused([{"key": "a", "value": 1}, item]).field_name == "custom_attributes.1"


def test_custom_attributes_reject_other_types() -> None:
    """Text, numbers and other types are rejected."""
    for value in ["plan", b"plan", "", 7, 4.5, True, ..., len]:
        with case(value):
            assert "expected a mapping of names to values" in str(attributes_refused(value))


def items(value: Any) -> dict[str, int]:
    """Return the sent items of a transaction, by currency."""
    return {held["currency_code"]: held["amount"] for held in taken(VirtualCurrencyTransactionRequest, "items", value)}


def items_refused(value: Any) -> AdaptyUsageError:
    """Return the error for items."""
    return refused(VirtualCurrencyTransactionRequest, "items", value)


def test_items_accept_mapping_and_list() -> None:
    """Both forms are sent as the API's list, in the given order."""
    for value in [
        {"GOLD": -100, "GEMS": 5},
        MappingProxyType({"GOLD": -100, "GEMS": 5}),
        [{"currency_code": "GOLD", "amount": -100}, {"amount": 5, "currency_code": "GEMS"}],
        (Item(currency_code="GOLD", amount=-100), MappingProxyType({"currency_code": "GEMS", "amount": 5})),
        iter([Item(currency_code="GOLD", amount=-100), Item(currency_code="GEMS", amount=5)]),
        {Name.GOLD: -100, "GEMS": 5},
    ]:
        with case(value):
            assert list(items(value).items()) == [("GOLD", -100), ("GEMS", 5)]


def test_transaction_has_1_to_20_items() -> None:
    """None and 21 items are rejected, in either form; the error has the number."""
    for count in (1, 2, 20):
        assert len(items({f"C{number}": 1 for number in range(count)})) == count
    for count in (0, 21, 100):
        for value in (
            {f"C{number}": 1 for number in range(count)},
            [{"currency_code": f"C{number}", "amount": 1} for number in range(count)],
        ):
            error = items_refused(value)
            assert error.field_name == "items"
            assert str(error).startswith(f"items: has {count} items; expected 1 to 20 currencies")


def test_items_reject_repeated_currencies() -> None:
    """A repeated code is rejected, also with the same amount; codes are case-sensitive."""
    for second in [1, -1, 2]:
        with case(second):
            twice = [{"currency_code": "GOLD", "amount": 1}, Item(currency_code="GOLD", amount=second)]
            assert str(items_refused(twice)) == "items: names 'GOLD' twice; expected each currency once"
            assert items([{"currency_code": "GOLD", "amount": 1}, {"currency_code": "gold", "amount": 1}]) == {
                "GOLD": 1,
                "gold": 1,
            }


AMOUNTS = [1, -1, 50, -50, 2**31 - 1, -(2**31), Number.FIFTY]
NOT_AMOUNTS: dict[Any, str] = {
    0: "is 0",
    2**31: "out of range; expected -2147483648 to 2147483647",
    -(2**31) - 1: "out of range",
    10**400: "out of range",
}
NOT_NUMBERS: list[Any] = [
    True,
    False,
    1.0,
    0.5,
    "1",
    "",
    "1e3",
    Decimal(1),
    Fraction(1),
    float("nan"),
    1j,
    [],
    [1],
    {},
    b"1",
]


def test_virtual_amount_accepts_valid() -> None:
    """All 32-bit integers except 0 are valid."""
    for amount in AMOUNTS:
        with case(amount):
            assert items({"GOLD": amount}) == {"GOLD": int(amount)}
            assert type(items({"GOLD": amount})["GOLD"]) is int


def test_virtual_amount_rejects_invalid() -> None:
    """0 and larger numbers are rejected with the item's position."""
    for amount, problem in NOT_AMOUNTS.items():
        with case(amount):
            error = items_refused({"GOLD": amount})
            assert error.field_name == "items.0.amount"
            assert problem in str(error)


def test_virtual_amount_rejects_other_types() -> None:
    """True and 1.0 are rejected."""
    for amount in NOT_NUMBERS:
        with case(amount):
            error = items_refused({"GOLD": amount})
            assert error.field_name == "items.0.amount"
            assert "expected an integer other than 0" in str(error)


def test_credit_and_debit_set_the_sign() -> None:
    """Both accept an amount above 0; a debit is sent as a negative amount."""
    for amount in [1, 50, 2**31 - 1]:
        with case(amount):
            assert credit_amount("amount", amount) == amount
            assert debit_amount("amount", amount) == -amount


def test_credit_and_debit_reject_negative_amounts() -> None:
    """A negative amount does not turn a debit into a credit."""
    for decide in [credit_amount, debit_amount]:
        for amount in [-1, -50, -(2**31), 0, 2**31, *NOT_NUMBERS]:
            with case(decide, amount):
                with pytest.raises(AdaptyUsageError, match=r"^from_amount: ") as caught:
                    decide("from_amount", amount)
                assert caught.value.field_name == "from_amount"


def test_items_reject_other_types() -> None:
    """A code without an amount is rejected."""
    for value in ["GOLD", b"GOLD", "", 7, True, ...]:
        with case(value):
            error = items_refused(value)
            assert error.field_name == "items"
            assert "currencies with their amounts" in str(error)


def test_virtual_currency_code_rejects_empty() -> None:
    """The error names the item's position."""
    code: Any
    for code in ["", " ", "\t", None, 7, True, b"GOLD", HALF, []]:
        with case(code):
            assert items_refused([{"currency_code": code, "amount": 1}]).field_name == "items.0.currency_code"


def metadata_refused(value: Any) -> AdaptyUsageError:
    """Return the error for metadata."""
    return refused(VirtualCurrencyTransactionRequest, "metadata", value)


def test_metadata_accepts_valid() -> None:
    """Valid: 5 keys of lower-case letters, digits and underscores, with texts of 200 characters."""
    value: Any
    for value in [
        {},
        {"level": "7"},
        MappingProxyType({"level": "7"}),
        {f"key_{number}": "" for number in range(5)},
        {"a" * 30: "x" * 200},
        {"a": PAIR * 200},
        {"0": "0"},
        {"_": " "},
        {"a": "\x00\n\u2028"},
        {Name.PLAN: Name.GOLD},
    ]:
        with case(value):
            sent = taken(VirtualCurrencyTransactionRequest, "metadata", value)
            assert sent == {str.__str__(key): str.__str__(held) for key, held in value.items()}
            assert {type(part) for pair in sent.items() for part in pair} <= {str}


def test_metadata_key_rejects_invalid() -> None:
    """Capitals, dashes and points are rejected; the error contains the name."""
    for key in [
        "",
        "a" * 31,
        "A",
        "Level",
        "a b",
        "a-b",
        "a.b",
        "a\n",
        " a",
        "\u00e4",
        "\u0661",
        PAIR,
        HALF,
        1,
        None,
        True,
        b"a",
        ("a",),
    ]:
        with case(key):
            error = metadata_refused({key: "x"})
            assert "expected 1 to 30 lower-case letters, digits and underscores" in str(error)


def test_metadata_value_rejects_invalid() -> None:
    """Other values are rejected with the key's name."""
    for value in ["x" * 201, PAIR * 201, HALF, 7, 1.5, True, None, b"x", [], {}, object()]:
        with case(value):
            assert metadata_refused({"level": value}).field_name == "metadata.level"


def test_metadata_has_at_most_5_keys() -> None:
    """6 keys are rejected; the error has the number."""
    error = metadata_refused({f"key_{number}": "x" for number in range(6)})
    assert (error.field_name, str(error)) == ("metadata", "metadata: has 6 keys; expected at most 5")


def test_metadata_rejects_other_types() -> None:
    """Other types are rejected, also pairs."""
    for value in [[], [("a", "b")], "a", 7, True, {"a"}, ...]:
        with case(value):
            assert "expected a mapping of names to strings" in str(metadata_refused(value))


def test_price_accepts_valid() -> None:
    """A decimal amount of at most 15 digits is sent as the exact JSON number."""
    value: Any
    sent: Any
    for value, sent in [
        ("9.99", 9.99),
        ("9.990", 9.99),
        ("0", 0),
        ("0.00", 0),
        ("-0", 0),
        ("-9.99", -9.99),
        (9.99, 9.99),
        (0.1, 0.1),
        (1e-7, 1e-7),
        (-4.99, -4.99),
        (0.0, 0),
        (-0.0, 0),
        (100.0, 100),
        (1e15, 10**15),
        (-1e15, -(10**15)),
        (99, 99),
        (0, 0),
        (10**15, 10**15),
        (10**29, 10**29),
        (Decimal("9.99"), 9.99),
        (Decimal("1E+2"), 100),
        (Decimal("1E-7"), 1e-7),
        (Decimal("49.990"), 49.99),
        ("123456789012345", 123456789012345),
        ("1234567890.12345", 1234567890.12345),
        ("0.123456789012345", 0.123456789012345),
        ("0.000000000000000123456789012345", 1.23456789012345e-16),
        (123456789012345, 123456789012345),
        (999999999999999.0, 999999999999999),
        (99999999999.9999, 99999999999.9999),
        ("000000000000000000009.99", 9.99),
        ("9.990000000000000000000000", 9.99),
    ]:
        with case(value, sent):
            written = taken(Price, "value", value)
            assert written == sent
            assert type(written) in (int, float)
            price = Price(country="US", currency="USD", value=value)
            assert isinstance(price.value, Decimal)
            assert Decimal(json.dumps(written)) == price.value


def test_price_rejects_too_many_digits() -> None:
    """16 digits are rejected, including zeros: a double cannot represent them exactly."""
    for value in [
        "1234567890123456",
        "123456789.0123456",
        "0.1234567890123456",
        "1000000000000001",
        1234567890123456,
        10**15 + 1,
        Decimal("1234567890.123456"),
        0.1 + 0.2,
        1 / 3,
        "100000000000000000000000000001",
        "0.100000000000000000000000000001",
        "100000000000000.000000000000001",
        Decimal("0.100000000000000000000000000001"),
        10**29 + 1,
    ]:
        with case(value):
            assert "has too many digits for a JSON number; expected at most 15" in str(refused(Price, "value", value))


def test_price_ignores_the_decimal_context() -> None:
    """The caller's decimal precision neither rounds an amount nor allows a longer one."""
    for precision in [1, 3, 28, 60]:
        with case(precision):
            with localcontext(prec=precision):
                assert Price(country="US", currency="USD", value="123456.78").to_dict()["value"] == 123456.78
                with pytest.raises(AdaptyUsageError, match="too many digits for a JSON number"):
                    Price(country="US", currency="USD", value="1234567890123456")
            assert getcontext().prec == 28


def test_price_rejects_invalid() -> None:
    """Invalid amounts are rejected by name; an address is not quoted."""
    for value in [
        float("nan"),
        float("inf"),
        -float("inf"),
        1e31,
        1e300,
        5e-324,
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1E+999999999"),
        Decimal("1E-999999999"),
        "",
        " ",
        "9,99",
        "$9.99",
        "9.99 USD",
        " 9.99",
        "9.99\n",
        ".99",
        "9.",
        "+9.99",
        "1e3",
        "1_000",
        "NaN",
        "Infinity",
        "\uff19.99",
        "\u0669",
        "jane@example.com",
        True,
        False,
        b"9.99",
        1j,
        Fraction(999, 100),
        [],
        {},
        [9.99],
        ...,
    ]:
        with case(value):
            error = refused(Price, "value", value)
            assert error.field_name == "value"
            assert "is not an amount of money" in str(error) or "; expected" in str(error)
            assert "jane" not in str(error)


def test_price_error_of_nan_is_not_about_digits() -> None:
    """The message for NaN does not mention digits."""
    for value in [float("nan"), float("inf"), -float("inf")]:
        with case(value):
            assert "too large" not in str(refused(Price, "value", value))


@given(amount=st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=3))
@repeatable(200)
def test_price_is_the_same_in_every_form(amount: Decimal) -> None:
    """Equal amounts as Decimal, text and float result in equal models, which survive JSON."""
    made = [Price(country="US", currency="USD", value=value) for value in (amount, format(amount, "f"), float(amount))]
    assert made[0] == made[1] == made[2] == Price.from_dict(json.loads(json.dumps(made[0].to_dict())))


def test_currency_accepts_valid() -> None:
    """Any three capital letters are valid: the API knows which codes are assigned."""
    for code in ["USD", "EUR", "JPY", "AAA", "ZZZ", Name.USD]:
        with case(code):
            assert taken(Price, "currency", code) == str.__str__(code)


def test_currency_rejects_invalid() -> None:
    """Other values are rejected."""
    for code in [
        "",
        "usd",
        "Usd",
        "US",
        "USDT",
        "US1",
        "US ",
        " USD",
        "USD\n",
        "\u0410\u0411\u0412",
        "\uff35\uff33\uff24",
        "$",
        840,
        None,
        True,
        b"USD",
        [],
    ]:
        with case(code):
            assert refused(Price, "currency", code).field_name == "currency"


COUNTRY_FIELDS: list[tuple[type[RequestModel], str]] = [
    (Price, "country"),
    (ProfileRequest, "ip_country"),
    (ProfileRequest, "store_country"),
]


def test_server_side_country_is_an_assigned_code() -> None:
    """Valid: two letters of ISO 3166-1, sent in upper case; the error suggests a code for common mistakes."""
    for cls, field in COUNTRY_FIELDS:
        with case(cls, field):
            for code in ("US", "DE", "GB", "TW"):
                assert taken(cls, field, code) == taken(cls, field, code.lower()) == code
            for code, meant in ((" DE ", "DE"), ("uk", "GB"), ("UK", "GB")):
                assert f"did you mean {meant}?" in str(refused(cls, field, code))
            others: list[Any] = ["", "USA", "U", "ZZ", "XK", "U\u0405", "840", 840, True, b"US", [], "US-CA", "USD"]
            for other in others:
                refused(cls, field, other)


def test_stripe_token_accepts_valid() -> None:
    """Subscriptions and payment intents are valid."""
    for token in ["sub_1", "sub_1PqXyZExample", "pi_1", "pi_3PqXyZ_secret", "sub_" + "x" * 200, Name.TOKEN]:
        with case(token):
            assert taken(StripeValidationAttributes, "stripe_token", token) == str.__str__(token)


def test_paddle_token_accepts_valid() -> None:
    """Transactions and subscriptions are valid."""
    for token in ["txn_1", "txn_01hexample", "sub_01h", "sub_1"]:
        with case(token):
            assert taken(PaddleValidationRequest, "paddle_token", token) == token


def test_token_rejects_invalid() -> None:
    """A prefix alone and other objects of the store are rejected, without being quoted."""
    tokens_of: list[tuple[type[RequestModel], str, tuple[str, ...], tuple[str, ...]]] = [
        (
            StripeValidationAttributes,
            "stripe_token",
            ("sub_", "pi_"),
            ("txn_1", "cus_1", "in_1", "ch_1", "Sub_1", "SUB_1"),
        ),
        (PaddleValidationRequest, "paddle_token", ("txn_", "sub_"), ("pi_1", "pro_1", "ctm_1", "TXN_1", "che_1")),
    ]
    for cls, field, own, others in tokens_of:
        with case(cls, field, own, others):
            spaced = [f" {prefix}1" for prefix in own]
            tokens: list[Any] = [*own, *others, *spaced, "", " ", "1", 1, None, True, b"sub_1", [], HALF]
            for token in tokens:
                error = refused(cls, field, token)
                assert error.field_name == field
                if token in others:
                    assert f"expected one that starts with {' or '.join(own)}" in str(error)
                    assert token not in str(error)


UUID_FIELDS: list[tuple[type[RequestModel], str]] = [
    (InstallationMeta, "device_id"),
    (ProfileRequest, "store_account_token"),
]


def test_uuid_accepts_any_version() -> None:
    """A UUID or its text is sent in lower case; other notations are rejected, and not quoted."""
    for cls, field in UUID_FIELDS:
        with case(cls, field):
            plain = "7f0e9d8c-6b5a-4938-8271-605f4e3d2c1b"
            uuids: list[Any] = [plain, plain.upper(), UUID(plain), plain.replace("4938", "1938"), str(UUID(int=0))]
            for value in uuids:
                assert taken(cls, field, value) == str(UUID(str(value)))
            others: list[Any] = [plain.replace("-", ""), f"{{{plain}}}", f"urn:uuid:{plain}", plain[:-1], f"{plain}0"]
            for value in [*others, f"{plain}\n", "", 7, b""]:
                error = refused(cls, field, value)
                assert "expected a UUID such as" in str(error)
                assert plain not in str(error)


def test_ip_address_accepts_valid() -> None:
    """Four numbers from 0 to 255 are valid."""
    for address in ["203.0.113.7", "255.255.255.255", "127.0.0.1", "0.0.0.0"]:  # noqa: S104 - not bound
        with case(address):
            assert taken(ProfileRequest, "ip_v4_address", address) == address


def test_ip_address_rejects_invalid() -> None:
    """Other notations, versions and numbers are rejected; the address is not quoted."""
    for address in [
        "",
        "10.0.1",
        "203.0.113.256",
        "203.0.113.7.1",
        "203.0.113.07",
        "203.0.113.-7",
        "203.0.113.7 ",
        "203.0.113.7\n",
        "203.0.113.7/32",
        "203.0.113.7:80",
        "::1",
        "::ffff:203.0.113.7",
        "localhost",
        "0x7f000001",
        "2130706433",
        "\u0662\u0660\u0663.0.113.7",
        2130706433,
        True,
        b"\x7f\x00\x00\x01",
        [],
        HALF,
    ]:
        with case(address):
            error = refused(ProfileRequest, "ip_v4_address", address)
            assert error.field_name == "ip_v4_address"
            if isinstance(address, str) and address:
                assert address not in str(error)


CHOICES: list[tuple[type[RequestModel], str, Any, str, str]] = [
    (ProfileRequest, "gender", Gender, "ProfileRequest", "gender"),
    (ProfileRequest, "store", ProfileStore, "ProfileRequest", "store"),
    (InstallationMeta, "platform", InstallationPlatform, "InstallationMeta", "platform"),
    (OneTimePurchase, "environment", Environment, "OneTimePurchase", "environment"),
    (Subscription, "environment", Environment, "Subscription", "environment"),
    (OneTimePurchase, "cancellation_reason", CancellationReason, "CancellationReason", ""),
    (Subscription, "cancellation_reason", CancellationReason, "CancellationReason", ""),
    (OfferRequest, "category", OfferRequestCategory, "OfferRequest", "category"),
    (OfferRequest, "type", OfferRequestType, "OfferRequest", "type"),
    (
        RefundSaverSettingsRequest,
        "custom_preference",
        RefundPreference,
        "RefundSaverSettingsRequest",
        "custom_preference",
    ),
]


def test_choices_match_the_spec() -> None:
    """The values of the spec are accepted and typed; similar ones are rejected."""
    for cls, field, known, schema, name in CHOICES:
        with case(cls, field, known, schema, name):
            found = CONTRACT["components"]["schemas"][schema]
            values = [value for value in (found["properties"][name] if name else found)["enum"] if value is not None]
            assert sorted(values) == sorted(get_args(known))
            for value in values:
                assert taken(cls, field, value) == value
                near = {value.upper(), value.lower(), value.title(), f" {value}", f"{value}\n", value[:-1], f"{value}x"}
                for other in near - set(values):
                    refused(cls, field, other)
            for other in ("", "brand_new", 0, 1, True, b"f", [values[0]], {}, HALF):
                refused(cls, field, other)
            message = str(refused(cls, field, "brand_new"))
            assert all(value in message for value in values)


def test_platform_matches_the_spec() -> None:
    """The header accepts the values of the spec, and the error names the argument."""
    values = CONTRACT["components"]["schemas"]["Platform"]["enum"]
    assert sorted(values) == sorted(get_args(Platform))
    assert [validate("platform", validate_platform, value) for value in values] == values
    for other in ("ios", "IOS", "iOS ", "", "tvOS", None, 0, True, ["iOS"]):
        with pytest.raises(AdaptyUsageError, match=r"^platform: "):
            validate("platform", validate_platform, other)


def test_att_status_accepts_known_numbers() -> None:
    """0 to 3 are sent as a plain int."""
    for value in [*get_args(AttStatus), Number.AUTHORIZED]:
        with case(value):
            assert taken(ProfileRequest, "att_status", value) == int(value)
            assert type(taken(ProfileRequest, "att_status", value)) is int


def test_att_status_rejects_invalid() -> None:
    """True is rejected; the error lists the meaning of each number."""
    for value in [4, -1, 10**400, True, False, 0.0, 3.0, "3", "", "authorized", b"3", [], [3], {}]:
        with case(value):
            message = str(refused(ProfileRequest, "att_status", value))
            for meaning in ("0 (not determined)", "1 (restricted)", "2 (denied)", "3 (authorized)"):
                assert meaning in message


FLAGS: list[tuple[type[RequestModel], str]] = [
    (ProfileRequest, "analytics_disabled"),
    (OneTimePurchase, "is_family_shared"),
    (Subscription, "is_family_shared"),
    (Subscription, "renew_status"),
    (RefundSaverSettingsRequest, "consent"),
]


def test_boolean_rejects_other_types() -> None:
    """Other values that are true or false in Python are rejected."""
    for cls, field in FLAGS:
        with case(cls, field):
            for value in (True, False):
                assert taken(cls, field, value) is value
            for other in (0, 1, 0.0, "true", "True", "", [], [True], {}, object(), b"1"):
                assert "expected True or False" in str(refused(cls, field, other))


def test_server_side_transaction_id_has_at_most_50_characters() -> None:
    """The ID has at most 50 characters; the original ID has no limit."""
    for cls in [OneTimePurchase, Subscription]:
        with case(cls):
            for fits in ("x" * 50, PAIR * 50, "1"):
                assert taken(cls, "store_transaction_id", fits) == fits
            for long in ("x" * 51, PAIR * 51):
                error = refused(cls, "store_transaction_id", long)
                assert str(error) == "store_transaction_id: has 51 characters; expected at most 50"
            assert taken(cls, "store_original_transaction_id", "x" * 51) == "x" * 51


def test_server_side_identifiers_reject_empty() -> None:
    """Blank IDs are rejected; custom stores may have any name."""
    for cls in [OneTimePurchase, Subscription]:
        for field in ["store", "store_product_id", "store_transaction_id", "store_original_transaction_id"]:
            with case(cls, field):
                blanks: list[Any] = ["", " ", "\t\n", "\u00a0", 7, True, b"x", [], HALF]
                for blank in blanks:
                    assert refused(cls, field, blank).field_name == field
                for padded in (" x", "x\u00a0", "x\u200by"):
                    assert "U+" in str(refused(cls, field, padded))
                for named in ("web_shop", "x y", PAIR, "premium:monthly", "8.99"):
                    assert taken(cls, field, named) == named


def configs(value: Any) -> dict[str, Any]:
    """Return the sent remote configs, by locale."""
    return {held["locale"]: held["data"] for held in taken(PaywallUpdateRequest, "remote_configs", value)}


def configs_refused(value: Any) -> AdaptyUsageError:
    """Return the error for remote configs."""
    return refused(PaywallUpdateRequest, "remote_configs", value)


def test_remote_configs_accept_mapping_and_list() -> None:
    """Both forms are sent as the API's list, in the given order."""
    for value in [
        {"en": '{"a": 1}', "de": "{}"},
        MappingProxyType({"en": '{"a": 1}', "de": "{}"}),
        [{"locale": "en", "data": '{"a": 1}'}, {"data": "{}", "locale": "de"}],
        (RemoteConfig(locale="en", data='{"a": 1}'), MappingProxyType({"locale": "de", "data": "{}"})),
        iter([RemoteConfig(locale="en", data='{"a": 1}'), RemoteConfig(locale="de", data="{}")]),
        {Name.EN: {"a": 1}, "de": {}},
    ]:
        with case(value):
            assert list(configs(value).items()) == [("en", '{"a": 1}'), ("de", "{}")]


def test_remote_configs_accept_empty() -> None:
    """An empty list removes all configs."""
    assert configs({}) == configs([]) == {}


def test_remote_config_data_accepts_valid() -> None:
    """JSON text is sent unchanged; a mapping is serialized as JSON."""
    for data, text in [
        ('{"headline": "Go premium"}', '{"headline": "Go premium"}'),
        ('  {"a":1 ,\n"b" : [ ] }  ', '  {"a":1 ,\n"b" : [ ] }  '),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ('{"a": 1.0000000000000000000001}', '{"a": 1.0000000000000000000001}'),
        ('"\\ud800"', '"\\ud800"'),
        ("{}", "{}"),
        ("[]", "[]"),
        ("null", "null"),
        ("7", "7"),
        ('"text"', '"text"'),
        ({}, "{}"),
        ({"headline": "Gr\u00fc\u00dfe \U0001f600"}, '{"headline": "Gr\u00fc\u00dfe \U0001f600"}'),
        ({"a": [1, None, True, 1.5, {"b": "c"}]}, '{"a": [1, null, true, 1.5, {"b": "c"}]}'),
        (MappingProxyType({"a": 1}), '{"a": 1}'),
        ([], "[]"),
        ([1, {"a": None}], '[1, {"a": null}]'),
    ]:
        with case(data, text):
            assert configs({"en": data}) == {"en": text}
            assert configs([{"locale": "en", "data": data}]) == {"en": text}


def test_remote_config_data_rejects_invalid() -> None:
    """Invalid JSON is rejected with the locale, and not quoted."""
    for data in [
        "",
        " ",
        "{",
        "{'a': 1}",
        "{a: 1}",
        '{"a": 1,}',
        "True",
        "NaN",
        '{"a": NaN}',
        "[Infinity]",
        "-Infinity",
        "headline",
        "\ufeff{}",
        "{} {}",
        f'"{HALF}"',
        "[" * 100_000,
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": HALF},
        {HALF: "a"},
        {"a": object()},
        {"a": {1, 2}},
        {"a": b"x"},
        {"a": Decimal(1)},
        {("a", "b"): 1},
        [float("nan")],
        [object()],
        None,
        7,
        1.5,
        True,
        b"{}",
        {1, 2},
        ...,
    ]:
        with case(data):
            for value in ({"en": data}, [{"locale": "en", "data": data}]):
                error = configs_refused(value)
                assert error.field_name == "remote_configs.en.data"
                assert "headline" not in str(error)


def test_remote_config_data_rejects_cycles() -> None:
    """A dict that contains itself is rejected."""
    endless: dict[str, Any] = {}
    endless["self"] = endless
    assert configs_refused({"en": endless}).field_name == "remote_configs.en.data"


def test_remote_configs_reject_repeated_locales() -> None:
    """A repeated locale is rejected, because its data are ambiguous."""
    twice = [{"locale": "en", "data": "{}"}, RemoteConfig(locale="en", data="{}")]
    error = configs_refused(twice)
    assert error.field_name == "remote_configs.en"
    assert "is given twice" in str(error)


def test_locale_rejects_empty() -> None:
    """The error names the position."""
    for locale in ["", " ", None, 7, True, b"en", HALF]:
        with case(locale):
            error = configs_refused([{"locale": "de", "data": "{}"}, {"locale": locale, "data": "{}"}])
            assert error.field_name == "remote_configs.1.locale"


def test_remote_configs_reject_other_types() -> None:
    """A single config and text are rejected."""
    for value in ["en", b"en", "", 7, True, ..., RemoteConfig(locale="en", data="{}")]:
        with case(value):
            error = configs_refused(value)
            assert error.field_name == "remote_configs"
            assert "expected a dict of locales to their data" in str(error)


def test_remote_configs_reject_items_of_another_shape() -> None:
    """The error names the position."""
    for item in [None, "en", 7, ("en", "{}"), ["en", "{}"], ...]:
        with case(item):
            assert configs_refused([{"locale": "en", "data": "{}"}, item]).field_name == "remote_configs.1"


def test_remote_config_extra_fields_are_sent() -> None:
    """Unknown fields of a response are sent back; they must be JSON."""
    newer = {"locale": "en", "data": "{}", "newer": {"deep": [1, None]}}
    assert taken(PaywallUpdateRequest, "remote_configs", [newer]) == [newer]
    assert taken(PaywallUpdateRequest, "remote_configs", [RemoteConfig.from_dict(newer)]) == [newer]
    for strange in (object(), float("nan"), HALF, {1, 2}, b"x"):
        error = configs_refused([{**newer, "newer": strange}])
        assert str(error.field_name).startswith("remote_configs.")


def _failing() -> Iterator[Any]:
    yield {"key": "plan", "value": "x"}
    raise RuntimeError("Xq7secret")


class Unreadable(dict[str, Any]):
    """A mapping whose items raise an error."""

    def items(self) -> Any:
        """Raise an error."""
        raise RuntimeError("Xq7secret")


def test_failing_iterators_are_rejected_with_field_name() -> None:
    """An error raised by the caller's object becomes a usage error, without its text."""
    for cls, field in [
        (ProfileRequest, "custom_attributes"),
        (VirtualCurrencyTransactionRequest, "items"),
        (PaywallUpdateRequest, "remote_configs"),
    ]:
        with case(cls, field):
            for value in (_failing(), Unreadable(plan="x")):
                error = refused(cls, field, value)
                assert error.field_name is not None
                assert error.field_name.startswith(field)
                assert "Xq7secret" not in str(error)
