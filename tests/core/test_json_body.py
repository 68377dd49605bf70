"""JSON bodies are parsed within limits, and one bad number does not lose the rest of a document."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any, get_args

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapty import Adapty, ProfileNotFoundError
from adapty._core.json_body import MAX_DEPTH, MAX_DIGITS, InvalidJson, Numbers, is_too_deep, parse_json
from tests.core.support import KEY, json_values, repeatable

NUMBERS: tuple[Numbers, ...] = get_args(Numbers)
TOO_LONG = ["9" * 5000, "-" + "9" * 4301, "9" * 400, "0." + "9" * 5000, "1e99999999999999999999"]


def problem_of(body: bytes | str, numbers: Numbers = "decimal") -> str:
    """Return the error for a body."""
    with pytest.raises(InvalidJson) as caught:
        parse_json(body, numbers)
    return str(caught.value)


def decimal_or_text(digits: str) -> Decimal | str:
    """Return the Decimal, or the text of a number with a large exponent."""
    number = Decimal(digits)
    return number if abs(number.adjusted()) <= MAX_DIGITS else digits


@given(value=json_values())
@example(value=[1.7e308, 5e-324, -0.0])
@repeatable(100)
def test_parses_what_json_writes(value: Any) -> None:
    """Text and bytes, with and without a byte order mark, give the same value."""
    text = json.dumps(value)
    exact = json.loads(text, parse_float=decimal_or_text, parse_constant=str)
    for body in (text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        assert parse_json(body) == exact
        assert repr(parse_json(body, "float")) == repr(json.loads(text))


@given(body=st.binary(max_size=50) | st.text(max_size=50))
@repeatable(300)
def test_any_body_parses_or_raises_invalid_json(body: bytes | str) -> None:
    """No other exception leaves the parser."""
    for numbers in NUMBERS:
        with suppress(InvalidJson):
            parse_json(body, numbers)


def test_invalid_bodies() -> None:
    """The error says what is wrong and does not quote the body."""
    deep = "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    incomplete = "is not JSON, or is incomplete"
    expected: dict[bytes | str, str] = {
        "": "is empty",
        " \n": "is empty",
        b"\xff\xfe\x00": "is not UTF-8",
        '{"a": 1}'.encode("utf-16"): "is not UTF-8",
        "<html>": incomplete,
        '{"a": 1': incomplete,
        '{"a": 1} {}': incomplete,
        "{'a': 1}": incomplete,
        deep: f"is nested deeper than {MAX_DEPTH} levels",
        '{"a":' * 500 + "1" + "}" * 500: f"is nested deeper than {MAX_DEPTH} levels",
        "[" * 100_000: f"is nested deeper than {MAX_DEPTH} levels",
        b"[" + b"{}," * 1_000_000 + b"{}]": "has more than 1,000,000 values",
    }
    for body, problem in expected.items():
        for numbers in NUMBERS:
            assert problem_of(body, numbers) == problem, (body[:20], numbers)


def test_depth_counts_levels() -> None:
    """Exactly `MAX_DEPTH` levels are accepted, however many brackets there are."""
    for opening, inner, closing in (("[", "", "]"), ("[", "1", "]"), ('{"a":', "{}", "}"), ("[1,1,", "1", "]")):
        levels = MAX_DEPTH - ("{}" in inner)
        document = opening * levels + inner + closing * levels
        assert not is_too_deep(parse_json(document))
        deeper = opening + document + closing
        assert is_too_deep(json.loads(deeper)), deeper[:20]
        assert problem_of(deeper) == f"is nested deeper than {MAX_DEPTH} levels"
    assert parse_json("[" + "[]," * 1000 + "[]]") == [[]] * 1001


def test_numbers() -> None:
    """Decimals are exact, floats are floats; numbers that are not JSON or too long are text, or errors if strict."""
    assert parse_json("[9.99, 1e2, 7]") == [Decimal("9.99"), Decimal("1e2"), 7]
    assert [type(number) for number in parse_json("[9.99, 7]", "float")] == [float, int]
    assert [type(number) for number in parse_json("[9.99, 7]", "strict")] == [float, int]
    for constant in ("NaN", "Infinity", "-Infinity"):
        assert parse_json(f"[{constant}]") == [constant]
        assert repr(parse_json(constant, "float")) == repr(float(constant))
        assert problem_of(f"[{constant}]", "strict") == "is not JSON, or is incomplete"
    for number in TOO_LONG:
        assert parse_json(f"[1, {number}]") == [1, number], number[:8]
    assert parse_json("[" + "9" * MAX_DIGITS + "]") == [int("9" * MAX_DIGITS)]
    assert parse_json("9" * (MAX_DIGITS + 1), "float") == "9" * (MAX_DIGITS + 1)
    assert parse_json("9" * (MAX_DIGITS + 1), "strict") == int("9" * (MAX_DIGITS + 1))
    assert problem_of("9" * 5000, "strict") == "contains a number that is too long"


def client(status: int, body: str) -> Adapty:
    """Return a client of an API that responds with this to every request."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    return Adapty(secret_key=KEY, transport=transport)


def test_a_number_that_is_too_long_costs_one_field_of_a_response() -> None:
    """The number is in `extra_fields`, and the other fields have their values."""
    for number in TOO_LONG:
        for name in ("total_revenue_usd", "something_new"):
            body = f'{{"data": {{"profile_id": "p1", "timestamp": 7, "{name}": {number}}}}}'
            with client(200, body) as adapty:
                profile = adapty.profiles.get(customer_user_id="user_12345")
            assert (profile.profile_id, profile.timestamp) == ("p1", 7)
            assert getattr(profile, name, None) is None
            assert str(profile.extra_fields[name]) == number, (name, number[:8])


def test_a_number_that_is_too_long_does_not_change_the_error() -> None:
    """The code and the message of the error are still read."""
    for number in TOO_LONG:
        body = f'{{"errors": [{{"message": "no such", "error_code": "profile_does_not_exist", "new": {number}}}]}}'
        with client(404, body) as adapty, pytest.raises(ProfileNotFoundError) as caught:
            adapty.profiles.get(customer_user_id="user_12345")
        assert caught.value.error_code == "profile_does_not_exist"
