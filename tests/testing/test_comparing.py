"""Comparison of fields with expected values, by meaning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError, DeviceInfo, Flow
from adapty.testing._matching import find_differences, nearest_differences, require_known_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


def is_same(expected: object, stored: object) -> bool:
    """Compare two values of one field."""
    return not find_differences({"field": expected}, {"field": stored})


def describe(expected: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """Say what differs."""
    return [str(one) for one in find_differences(expected, stored)]


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_equal_fields_have_no_differences(stored: dict[str, Any]) -> None:
    """Whatever JSON it is."""
    assert find_differences(stored, stored) == []


@given(MOMENTS, OFFSETS)
def test_equal_moments_match_in_any_format(moment: datetime, elsewhere: timezone) -> None:
    """As a datetime and as text, in any zone, with Z and as the answers of the API have it."""
    there = moment.astimezone(elsewhere)
    in_utc = moment.astimezone(UTC)
    formats = [there.isoformat(), in_utc.isoformat(), in_utc.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")]
    formats.append(in_utc.isoformat().replace("+00:00", "Z"))

    for stored in formats:
        assert is_same(moment, stored)
        assert is_same(moment.isoformat(), stored)
        assert not is_same(moment + timedelta(microseconds=1), stored)
        assert not is_same((moment - timedelta(seconds=1)).isoformat(), stored)


@given(st.decimals(-(10**9), 10**9, places=2), st.integers(0, 5))
def test_equal_amounts_match_in_any_format(amount: Decimal, zeros: int) -> None:
    """As text, with zeros at its end, and as the number that JSON has."""
    assert is_same(amount, f"{amount:f}" + "0" * zeros)
    assert is_same(amount, float(amount))
    assert not is_same(amount, f"{amount + Decimal('0.01'):f}")


@pytest.mark.parametrize(
    ("expected", "stored"),
    [
        (date(1990, 5, 21), "1990-05-21"),
        (5, 5.0),
        (5.0, 5),
        (True, True),
        (None, None),
        (UUID("772204ce-ebf6-4ed9-82b0-d8688ab62b01"), "772204CE-EBF6-4ED9-82B0-D8688AB62B01"),
        (Flow.ACTIVE, "active"),
        (("a", 1), ["a", 1]),
        ([{"a": Decimal(1)}], [{"a": "1", "b": 2}]),
        ([{"a": None}], [{"b": 2}]),
        (DeviceInfo(platform="iOS"), {"platform": "iOS", "os": "17.5"}),
        (pytest.approx(9.99), 9.990000001),
        (ANY, {"whatever": "there is"}),
        ({}, {"whatever": "there is"}),
    ],
)
def test_equal_values_match(expected: object, stored: object) -> None:
    """Of the kinds that tests have at hand, and of an object only what is named."""
    assert is_same(expected, stored)


@pytest.mark.parametrize(
    ("expected", "stored"),
    [
        (5, "5"),
        ("5", 5),
        (1, True),
        (True, 1),
        (False, None),
        (Decimal("9.99"), None),
        (Decimal("NaN"), "1"),
        (Decimal("9.99"), "much"),
        (Decimal(1), True),
        (float("nan"), 1.0),
        (datetime(2026, 6, 1, tzinfo=UTC), "soon"),
        (datetime(2026, 6, 1, tzinfo=UTC), 1780272000),
        (date(2026, 6, 1), "2026-06-02"),
        (UUID("772204ce-ebf6-4ed9-82b0-d8688ab62b01"), 5),
        (UUID("772204ce-ebf6-4ed9-82b0-d8688ab62b01"), "none"),
        ("trial", "Trial"),
        ("", None),
        (None, ""),
        (["a"], "a"),
        (["a"], ["a", "b"]),
        (["a", "b"], ["b", "a"]),
        ([1], [True]),
        ({"plan": "trial"}, "trial"),
        (timedelta(days=1), "P1D"),
    ],
)
def test_different_values_do_not_match(expected: object, stored: object) -> None:
    """Text is no number, and no text is no field."""
    assert not is_same(expected, stored)


def test_none_matches_an_empty_or_missing_field() -> None:
    """The API clears a field by null, and omits empty ones."""
    assert describe({"a": None, "b": None, "c": {"d": None}, "e": {"f": None}}, {"a": None, "c": {}}) == []
    assert describe({"a": None}, {"a": "still"}) == ["a: expected None, but it is 'still'"]


def test_country_matches_in_either_case() -> None:
    """The client sends upper case; other texts, and attributes of that name, are compared exactly."""
    stored = {"country": "US", "price": {"country": "DE"}, "first_name": "US", "custom_attributes": {"country": "US"}}
    assert find_differences({"country": "us", "price": {"country": "de"}}, stored) == []
    for other in ({"country": "ca"}, {"store_country": "us"}, {"first_name": "us"}):
        assert len(find_differences(other, stored)) == 1, other
    assert len(find_differences({"custom_attributes": {"country": "us"}}, stored)) == 1


def test_attribute_lists_are_compared_by_name() -> None:
    """As tests give them to the client, and as the API keeps them."""
    stored = {"custom_attributes": [{"key": "plan", "value": "trial"}, {"key": "visits", "value": 5.0}]}

    assert describe({"custom_attributes": {"visits": 5, "coupon": None}}, stored) == []
    assert describe(stored, stored) == []
    assert describe({"custom_attributes": {"plan": "annual"}}, stored) == [
        "custom_attributes.plan: expected 'annual', but it is 'trial'"
    ]
    assert describe({"custom_attributes": {"plan": "annual"}}, {"custom_attributes": []}) == [
        "custom_attributes.plan: expected 'annual', but it is missing"
    ]


def test_differences_are_formatted_like_json() -> None:
    """So that both sides read alike."""
    expected = {
        "price_usd": Decimal("9.99"),
        "at": datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2))),
        "birthday": date(1990, 5, 21),
        "offer": {"category": "introductory"},
        "flows": (Flow.ACTIVE,),
    }

    assert describe(expected, {"price_usd": "4.99", "at": "2026-06-01T12:00:00Z", "offer": "none"}) == [
        "price_usd: expected '9.99', but it is '4.99'",
        "at: expected '2026-06-01T12:00:00+02:00', but it is '2026-06-01T12:00:00Z'",
        "birthday: expected '1990-05-21', but it is missing",
        "offer: expected {'category': 'introductory'}, but it is 'none'",
        "flows: expected ['active'], but it is missing",
    ]


def test_differences_show_no_address() -> None:
    """Neither in a value, nor in what is inside of one, nor in a name."""
    expected = {
        "email": "jane@example.com",
        "contact": {"jane@example.com": 1},
        "list": ["joe@example.com"],
        "other": pytest.approx({"joe@example.com": 1}),
    }
    found = describe(expected, {"email": "joe@example.com", "contact": {}, "list": [], "other": 5})

    assert "example" not in "".join(found)
    assert found[:3] == [
        "email: expected another value, which cannot be shown",
        "contact.(a name with an @): expected 1, but it is missing",
        "list: expected ['[redacted]'], but it is []",
    ]


def test_differences_format_any_value() -> None:
    """Long text is cut, and a foreign object that cannot be shown is named by its type."""

    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    (long, broken) = describe({"a": "x" * 1000, "b": Broken()}, {"a": "y"})

    assert len(long) < 400
    assert broken == "b: expected an object of type Broken, but it is missing"


def test_naive_datetime_is_rejected() -> None:
    """It is no moment; the message names the field, nested ones too."""
    with pytest.raises(AdaptyUsageError, match=r"^a\.b: has no UTC offset") as refused:
        find_differences({"a": {"b": datetime(2026, 6, 1)}}, {"a": {"b": "2026-06-01T00:00:00Z"}})  # noqa: DTZ001
    assert refused.value.field_name == "a.b"


def test_nearest_has_the_fewest_differences() -> None:
    """Which is the one that a test meant, most likely."""
    stored = [{"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 2, "b": 3}, {"a": 3}]

    assert nearest_differences({"a": 1, "b": 1}, stored) == (0, [])
    place, found = nearest_differences({"a": 2, "b": 4}, stored)
    assert (place, [one.path for one in found]) == (2, ["b"])
    assert nearest_differences({}, stored) == (3, [])


def test_unknown_field_is_rejected() -> None:
    """A misspelled field is an error; a field that the sandbox has is known."""
    require_known_fields({"country": "US", "brand_new": 1}, ("country", "email"), {}, {"brand_new": 2})
    with pytest.raises(AdaptyUsageError, match=r"^contry: is not a field; did you mean country\? expected one of"):
        require_known_fields({"contry": None}, ("country", "email"), {"brand_new": 2})
    with pytest.raises(AdaptyUsageError) as refused:
        require_known_fields({"jane@example.com": 1}, ("country",))
    assert "jane" not in str(refused.value)
