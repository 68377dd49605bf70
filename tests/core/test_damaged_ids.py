"""Values that spreadsheets and dumps leave in place of IDs are recognized, and similar IDs are not."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty._core.damaged_ids import ID_FIELDS, describe_damage, refuse_damaged_ids

from .support import repeatable

DAMAGED = {
    "scientific notation": ["1.23457E+14", "2E+15", "1.5e-7", "-1.2e5", "+1E+05", "1,23457E+14", "4.1E14", "1e+16"],
    "decimal number": ["12345.0", "12345.00", "0.0", "-1.0", "12345,0", "12345,00", "0,0"],
    "date": ["1-Mar", "12-Sep-2026", "Mar-01"],
    "error": ["#N/A", "#n/a", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#NV", "#ZAHL!"],
    "missing value": ["NULL", "null", "Null", r"\N", "nan", "NaN", "None", "none", "NONE", "<NA>", "NaT", "(null)"],
    "missing value, too": ["N/A", "n/a", "NA", "undefined", "nil", "[NULL]", "(blank)"],
    "boolean": ["TRUE", "true", "False"],
    "object": ["[object Object]"],
}

GENUINE = [
    "12e45678",
    "1234E567",
    "2e15",
    "1E5",
    "0e0",
    "123456789012345",
    "1000000123456789",
    "12345.5",
    "12345,5",
    "1.2.3",
    "0x1F",
    "null_user",
    "nullable",
    "Nan",
    "Nat",
    "Na",
    "nana",
    "\\n",
    "N",
    "#1",
    "#VIP",
    "MAR-01",
    "Mar-2026",
    "true_believer",
    "-",
    "0",
    "e",
    "1e",
    "E+14",
    str(UUID(int=0)),
    "NULL " * 20,
]


def test_damaged_values_are_described() -> None:
    """The message quotes the value, and says what happened to it and what is expected."""
    for kind, values in DAMAGED.items():
        for value in values:
            said = describe_damage(value)
            assert said is not None, value
            assert kind.partition(",")[0] in said
            assert f"(got {value!r}); expected " in said


def test_similar_ids_are_accepted() -> None:
    """Hexadecimal IDs, for example, may have an e between digits."""
    assert {value: describe_damage(value) for value in GENUINE} == dict.fromkeys(GENUINE)


@given(st.text("0123456789abcdefABCDEF", min_size=1, max_size=40) | st.builds(lambda: str(uuid4())))
@repeatable(500)
def test_hexadecimal_ids_are_accepted(value: str) -> None:
    """No ID of hexadecimal digits and no UUID is treated as a number."""
    assert describe_damage(value) is None


@given(st.floats(min_value=1e5, max_value=1e30))
@repeatable(300)
def test_numbers_as_spreadsheets_and_python_write_them_are_described(number: float) -> None:
    """A number of the size of an ID is recognized in every rounded notation."""
    for written in (f"{number:.5E}", f"{number:E}", repr(float(int(number))), f"{number:.0E}"):
        assert describe_damage(written) is not None, written


def test_damaged_field_is_named() -> None:
    """All ID fields are checked, and no others; values that are not text are left to the validator."""
    for field in ID_FIELDS:
        with pytest.raises(AdaptyUsageError, match=rf"^{field}: .*got 'NULL'") as caught:
            refuse_damaged_ids({field: "NULL"})
        assert caught.value.field_name == field
    refuse_damaged_ids({"first_name": "Null", "gender": "None", "external_profile_id": 12345.0, "event_id": None})
