"""Checks of what the server-side API's reference says it refuses, in the manner of `adapty._core.validation`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from adapty._core.ids import validate_uuid
from adapty._core.lazy import lazy_pattern
from adapty._core.sentinel import NotGiven
from adapty._core.validation import (
    Invalid,
    attribute,
    decimal_amount,
    identifier,
    printable,
    quote,
    text,
    type_name,
    validate,
)

if TYPE_CHECKING:
    from uuid import UUID

__all__ = [
    "boolean",
    "currency",
    "custom_attributes",
    "int_choice",
    "ipv4_address",
    "json_text",
    "metadata",
    "nonzero_int32",
    "optional_uuid",
    "paddle_token",
    "price_amount",
    "resolve_idempotency_key",
    "stripe_token",
    "uuid_v4",
]

MAX_ATTRIBUTES = 30
MAX_ATTRIBUTE_TEXT = 50
MAX_METADATA = 5
MAX_METADATA_TEXT = 200
MAX_EXACT_DIGITS = 15
"""So many digits of a decimal number survive the trip through a JSON number, whoever reads it."""

_ATTRIBUTE_KEY = lazy_pattern(r"[A-Za-z0-9._-]{1,30}", re.ASCII)
_METADATA_KEY = lazy_pattern(r"[a-z0-9_]{1,30}", re.ASCII)
_CURRENCY = lazy_pattern(r"[A-Z]{3}", re.ASCII)
_INT32 = 2**31


def boolean(value: bool | NotGiven) -> bool:  # noqa: FBT001 - a check takes the value alone
    """Accept True and False only."""
    if not isinstance(value, bool):
        raise Invalid(f"is {type_name(value)}; expected True or False")
    return value


def int_choice(choices: Mapping[int, str], value: Any) -> int:
    """Accept one of these numbers only."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in choices:
        meanings = ", ".join(f"{number} ({meaning})" for number, meaning in choices.items())
        raise Invalid(f"is {type_name(value)} and none of the known values; expected one of {meanings}")
    return int(value)


def optional_uuid(value: str | UUID | NotGiven) -> str:
    """Accept a UUID or its text, for a field that may be left out."""
    return validate_uuid(value)


def uuid_v4(value: str | UUID) -> str:
    """Accept a UUID of version 4, which is what an Idempotency-Key has to be."""
    plain = validate_uuid(value)
    if plain[14] != "4" or plain[19] not in "89ab":
        raise Invalid("is not a UUID of version 4; expected one, such as uuid.uuid4() makes")
    return plain


def ipv4_address(value: str | NotGiven) -> str:
    """Accept an IPv4 address; it is personal, so it is never quote."""
    plain = text(value)
    try:
        return str(IPv4Address(plain))
    except ValueError:
        raise Invalid("is not an IPv4 address; expected one such as 203.0.113.7") from None


def currency(value: str) -> str:
    """Accept the three capital letters of an ISO 4217 code."""
    plain = text(value)
    if not _CURRENCY.fullmatch(plain):
        raise Invalid(f"{quote(plain)} is not an ISO 4217 code; expected three capital letters, such as USD")
    return plain


def price_amount(value: Decimal | str | float) -> Decimal:
    """Accept an amount that a JSON number carries exactly; of a float, the number that its shortest spelling names."""
    amount = decimal_amount(Decimal(repr(float(value))) if isinstance(value, float) else value)
    # Not normalize(), which rounds to the precision of the context.
    if len(format(amount, "f").replace(".", "").strip("-0")) > MAX_EXACT_DIGITS:
        raise Invalid(f"has more digits than a JSON number keeps; expected at most {MAX_EXACT_DIGITS}")
    return amount


def custom_attributes(
    value: Mapping[str, str | float | None] | Iterable[Mapping[str, Any]] | NotGiven,
) -> tuple[Mapping[str, str | float], ...]:
    """Accept names with their values, or the API's own list of `key` and `value`; give that list.

    None and the empty text delete an attribute. Booleans become the floats that the API would make of them.
    """
    kept: dict[str, str | float] = {}
    for key, held in _attribute_pairs(value):
        name = printable(key)
        if not isinstance(key, str) or not _ATTRIBUTE_KEY.fullmatch(key):
            expected = "expected 1 to 30 letters, digits, dashes, points and underscores"
            raise Invalid(f"is a key that the API does not take; {expected}", inside=name)
        if key in kept:
            raise Invalid("is given twice; expected one value", inside=name)
        try:
            kept[str.__str__(key)] = _attribute_value(held)
        except Invalid as refused:
            raise Invalid(refused.problem, inside=name) from None
    to_set = sum(held != "" for held in kept.values())
    if to_set > MAX_ATTRIBUTES:
        raise Invalid(f"has {to_set} attributes; expected at most {MAX_ATTRIBUTES}, which is what a profile holds")
    return tuple({"key": key, "value": held} for key, held in kept.items())


def _attribute_pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    expected = "expected a mapping of names to values"
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise Invalid(f"is {type_name(value)}; {expected}")
    pairs = []
    for number, item in enumerate(value):
        if not isinstance(item, Mapping) or set(item) != {"key", "value"}:
            raise Invalid(f"is not an object of key and value; {expected}", inside=str(number))
        pairs.append((item["key"], item["value"]))
    return pairs


def _attribute_value(value: Any) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return float(value)
    kept = attribute(value)
    if isinstance(kept, int) and int(float(kept)) != kept:
        raise Invalid("is a whole number that the API would change; expected one that a float holds, or text")
    if isinstance(kept, str) and len(kept) > MAX_ATTRIBUTE_TEXT:
        raise Invalid(f"has {len(kept)} characters; expected at most {MAX_ATTRIBUTE_TEXT}")
    return kept


def metadata(value: Mapping[str, str] | NotGiven) -> Mapping[str, str]:
    """Accept the metadata of a virtual currency transaction."""
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a mapping of names to texts")
    if len(value) > MAX_METADATA:
        raise Invalid(f"has {len(value)} keys; expected at most {MAX_METADATA}")
    kept = {}
    for key, held in value.items():
        name = printable(key)
        if not isinstance(key, str) or not _METADATA_KEY.fullmatch(key):
            expected = "expected 1 to 30 lower-case letters, digits and underscores"
            raise Invalid(f"is a key that the API does not take; {expected}", inside=name)
        if not isinstance(held, str) or len(held) > MAX_METADATA_TEXT:
            raise Invalid(f"is no text of at most {MAX_METADATA_TEXT} characters", inside=name)
        try:
            kept[str.__str__(key)] = text(held)
        except Invalid as refused:
            raise Invalid(refused.problem, inside=name) from None
    return kept


def nonzero_int32(value: int) -> int:
    """Accept an amount of a virtual currency: a whole number other than 0, of 32 bits."""
    expected = "expected a whole number other than 0, such as 50 to credit or -50 to debit"
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(f"is {type_name(value)}; {expected}")
    if not value:
        raise Invalid(f"is 0; {expected}")
    if not -_INT32 <= value < _INT32:
        raise Invalid(f"is beyond 32 bits; expected {-_INT32} to {_INT32 - 1}")
    return int(value)


def stripe_token(value: str) -> str:
    """Accept a Stripe subscription or payment intent."""
    return _token(value, ("sub_", "pi_"))


def paddle_token(value: str) -> str:
    """Accept a Paddle transaction or subscription."""
    return _token(value, ("txn_", "sub_"))


def _token(value: str, prefixes: tuple[str, ...]) -> str:
    plain = identifier(value)
    if not plain.startswith(prefixes) or plain in prefixes:
        raise Invalid(f"is not such a token; expected one that starts with {' or '.join(prefixes)}")
    return plain


def json_text(value: str | Mapping[str, Any]) -> str:
    """Accept JSON as text, as it is, or something that can be written as JSON."""
    expected = "expected JSON text, or a dict that JSON can carry"
    try:
        if isinstance(value, str):
            json.loads(value, parse_constant=_no_json)
            return text(value)
        if isinstance(value, Mapping | list):
            return text(json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain))
    except (TypeError, ValueError, RecursionError):
        raise Invalid(f"is not JSON; {expected}") from None
    raise Invalid(f"is {type_name(value)}; {expected}")


def _plain(value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _no_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def resolve_idempotency_key(given: str | UUID | NotGiven | None) -> str:
    """Give the caller's key, or a new one; a call sends the same one with each of its tries.

    Raises:
        AdaptyUsageError: The caller's is not a UUID of version 4.
    """
    return str(uuid4()) if given is None or isinstance(given, NotGiven) else validate("idempotency_key", uuid_v4, given)
