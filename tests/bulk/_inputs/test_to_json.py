"""What a program puts into a record can be written down when the record is refused."""

from __future__ import annotations

import json
from collections import UserDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import MailProfile, TransactionEvent
from adapty.bulk._inputs.rows import Row
from adapty.bulk._inputs.sources import open_source
from adapty.bulk._inputs.to_json import source_to_json, to_json
from adapty.models import DeviceInfo
from tests.bulk._inputs.reading import rows_of
from tests.conftest import EVENT, PROFILE


class _Plan(StrEnum):
    TRIAL = "trial"


class _Level(IntEnum):
    ONE = 1


class _Kind(Enum):
    SINCE = date(2026, 6, 1)


class _Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class _Broken(date):
    def isoformat(self) -> str:
        raise ZeroDivisionError


class _Lying:
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        ("Zoë", "Zoë"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        pytest.param(10**5000, "(of type int)", id="an int that Python does not spell"),
        (datetime(2026, 6, 1, 10, 30, tzinfo=UTC), "2026-06-01T10:30:00+00:00"),
        (datetime(2026, 6, 1, 10, 30, tzinfo=timezone(timedelta(hours=2))), "2026-06-01T10:30:00+02:00"),
        (date(1990, 5, 21), "1990-05-21"),
        (time(10, 30), "10:30:00"),
        (Decimal("9.90"), "9.90"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E+999999"), "1E+999999"),
        (Decimal("NaN"), "NaN"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (_Plan.TRIAL, "trial"),
        (_Level.ONE, 1),
        (_Kind.SINCE, "2026-06-01"),
        (_Text("text"), "text"),
        (b"bytes", "(of type bytes)"),
        (Fraction(1, 2), "(of type Fraction)"),
        (object, "(of type type)"),
        (_Broken(2026, 6, 1), "(of type _Broken)"),
        pytest.param(_Lying(), "(of type _Lying)", id="lying"),
        ([1, (2, date(2026, 6, 1))], [1, [2, "2026-06-01"]]),
        ({1}, [1]),
        (UserDict({"a": MappingProxyType({1: Decimal(1)})}), {"a": {"1": "1"}}),
        ({None: 1, date(2026, 6, 1): 2, _Text("x"): 3}, {"None": 1, "2026-06-01": 2, "x": 3}),
        (DeviceInfo(platform="iOS"), {"platform": "iOS"}),
    ],
)
def test_to_json_converts_each_kind_of_value(value: Any, expected: Any) -> None:
    """Values that text can represent are text; others are described by their type."""
    made = to_json(value)

    assert made == expected
    assert type(made) is type(expected)


def test_recursive_and_deep_values_are_cut() -> None:
    """Recursive lists and extreme nesting are described by their type."""
    endless: list[Any] = [1]
    endless += [endless, endless]
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    assert to_json({"a": endless}) == {"a": [1, "(of type list)", "(of type list)"]}
    assert "(of type list)" in json.dumps(to_json(deep))
    assert to_json([one := [1], one]) == [[1], [1]]


def test_source_of_a_record_is_its_fields() -> None:
    """A record is written as it would be sent."""
    for record in (MailProfile.from_dict(PROFILE), TransactionEvent.from_dict(EVENT)):
        written = source_to_json(Row(1, record=record))
        assert type(record).from_dict(written) == record


def test_item_of_another_type_is_written_as_raw() -> None:
    """The item is in `_raw`, like invalid text."""
    (row,) = rows_of(open_source("profiles", cast("Any", [[date(2026, 6, 1), "x"]]), MailProfile))

    assert source_to_json(row) == {"_raw": ["2026-06-01", "x"]}


class _Foreign:
    pass


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.datetimes()
    | st.decimals()
    | st.uuids()
    | st.builds(_Foreign)
    | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers() | st.none(), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=40)
@given(source=st.dictionaries(st.text(max_size=3) | st.integers(), VALUES, max_size=5))
def test_any_source_can_be_written_as_json(source: dict[Any, Any]) -> None:
    """The result is strict JSON and is read back equal."""
    written = source_to_json(Row(1, source=source))

    assert json.loads(json.dumps(written, allow_nan=False)) == written
