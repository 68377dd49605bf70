"""Validate fields of the server-side API, by the rules of its reference; see `adapty._core.validation`."""

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
    format_name,
    identifier,
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
"""The number of significant digits that every JSON parser preserves."""

_ATTRIBUTE_KEY = lazy_pattern(r"[A-Za-z0-9._-]{1,30}", re.ASCII)
_METADATA_KEY = lazy_pattern(r"[a-z0-9_]{1,30}", re.ASCII)
_CURRENCY = lazy_pattern(r"[A-Z]{3}", re.ASCII)
_INT32 = 2**31


def boolean(value: bool | NotGiven) -> bool:  # noqa: FBT001 - a check takes the value alone
    """Return True or False."""
    if not isinstance(value, bool):
        raise Invalid(f"is {type_name(value)}; expected True or False")
    return value


def int_choice(choices: Mapping[int, str], value: Any) -> int:
    """Return one of these numbers."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in choices:
        meanings = ", ".join(f"{number} ({meaning})" for number, meaning in choices.items())
        raise Invalid(f"is {type_name(value)} and not one of the known values; expected one of {meanings}")
    return int(value)


def optional_uuid(value: str | UUID | NotGiven) -> str:
    """Validate an optional UUID; see `validate_uuid`."""
    return validate_uuid(value)


def uuid_v4(value: str | UUID) -> str:
    """Return a version 4 UUID, as required for an Idempotency-Key."""
    plain = validate_uuid(value)
    if plain[14] != "4" or plain[19] not in "89ab":
        raise Invalid("is not a version 4 UUID; expected one such as uuid.uuid4() returns")
    return plain


def ipv4_address(value: str | NotGiven) -> str:
    """Return an IPv4 address. Errors do not quote it: it is personal."""
    plain = text(value)
    try:
        return str(IPv4Address(plain))
    except ValueError:
        raise Invalid("is not an IPv4 address; expected one such as 203.0.113.7") from None


def currency(value: str) -> str:
    """Return a currency code of ISO 4217."""
    plain = text(value)
    if not _CURRENCY.fullmatch(plain):
        raise Invalid(f"{quote(plain)} is not an ISO 4217 code; expected three capital letters, such as USD")
    return plain


def price_amount(value: Decimal | str | float) -> Decimal:
    """Return an amount that a JSON number represents exactly; a float counts as its shortest decimal form."""
    amount = decimal_amount(Decimal(repr(float(value))) if isinstance(value, float) else value)
    # Not normalize(), which rounds to the precision of the context.
    if len(format(amount, "f").replace(".", "").strip("-0")) > MAX_EXACT_DIGITS:
        raise Invalid(f"has too many digits for a JSON number; expected at most {MAX_EXACT_DIGITS}")
    return amount


def custom_attributes(
    value: Mapping[str, str | float | None] | Iterable[Mapping[str, Any]] | NotGiven,
) -> tuple[Mapping[str, str | float], ...]:
    """Return the API's list of `key` and `value`, given as a mapping or as that list.

    None and the empty string delete an attribute. Booleans become floats, as the API stores them.
    """
    result: dict[str, str | float] = {}
    for key, item in _attribute_pairs(value):
        name = format_name(key)
        if not isinstance(key, str) or not _ATTRIBUTE_KEY.fullmatch(key):
            expected = "expected 1 to 30 letters, digits, dashes, dots and underscores"
            raise Invalid(f"is not a valid key; {expected}", inside=name)
        if key in result:
            raise Invalid("is repeated; expected one value", inside=name)
        try:
            result[str.__str__(key)] = _attribute_value(item)
        except Invalid as invalid:
            raise Invalid(invalid.problem, inside=name) from None
    to_set = sum(item != "" for item in result.values())
    if to_set > MAX_ATTRIBUTES:
        raise Invalid(f"has {to_set} attributes; expected at most {MAX_ATTRIBUTES} per profile")
    return tuple({"key": key, "value": item} for key, item in result.items())


def _attribute_pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    expected = "expected a mapping of names to values"
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise Invalid(f"is {type_name(value)}; {expected}")
    pairs = []
    for number, item in enumerate(value):
        if not isinstance(item, Mapping) or set(item) != {"key", "value"}:
            raise Invalid(f"is not an object with key and value; {expected}", inside=str(number))
        pairs.append((item["key"], item["value"]))
    return pairs


def _attribute_value(value: Any) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return float(value)
    result = attribute(value)
    if isinstance(result, int) and int(float(result)) != result:
        raise Invalid("is an integer that the API would round; expected one that a float can represent, or a str")
    if isinstance(result, str) and len(result) > MAX_ATTRIBUTE_TEXT:
        raise Invalid(f"has {len(result)} characters; expected at most {MAX_ATTRIBUTE_TEXT}")
    return result


def metadata(value: Mapping[str, str] | NotGiven) -> Mapping[str, str]:
    """Return the metadata of a virtual currency transaction."""
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a mapping of names to strings")
    if len(value) > MAX_METADATA:
        raise Invalid(f"has {len(value)} keys; expected at most {MAX_METADATA}")
    result = {}
    for key, item in value.items():
        name = format_name(key)
        if not isinstance(key, str) or not _METADATA_KEY.fullmatch(key):
            expected = "expected 1 to 30 lower-case letters, digits and underscores"
            raise Invalid(f"is not a valid key; {expected}", inside=name)
        if not isinstance(item, str) or len(item) > MAX_METADATA_TEXT:
            raise Invalid(f"must be a str of at most {MAX_METADATA_TEXT} characters", inside=name)
        try:
            result[str.__str__(key)] = text(item)
        except Invalid as invalid:
            raise Invalid(invalid.problem, inside=name) from None
    return result


def nonzero_int32(value: int) -> int:
    """Return an amount of a virtual currency: a 32-bit integer other than 0."""
    expected = "expected an integer other than 0, such as 50 to credit or -50 to debit"
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(f"is {type_name(value)}; {expected}")
    if not value:
        raise Invalid(f"is 0; {expected}")
    if not -_INT32 <= value < _INT32:
        raise Invalid(f"is out of range; expected {-_INT32} to {_INT32 - 1}")
    return int(value)


def stripe_token(value: str) -> str:
    """Return the ID of a Stripe subscription or payment intent."""
    return _token(value, ("sub_", "pi_"))


def paddle_token(value: str) -> str:
    """Return the ID of a Paddle transaction or subscription."""
    return _token(value, ("txn_", "sub_"))


def _token(value: str, prefixes: tuple[str, ...]) -> str:
    plain = identifier(value)
    if not plain.startswith(prefixes) or plain in prefixes:
        raise Invalid(f"is not a valid token; expected one that starts with {' or '.join(prefixes)}")
    return plain


def json_text(value: str | Mapping[str, Any]) -> str:
    """Return JSON text, given as text or as a mapping or list."""
    expected = "expected JSON text, or a dict that JSON can represent"
    try:
        if isinstance(value, str):
            json.loads(value, parse_constant=_reject_constant)
            return text(value)
        if isinstance(value, Mapping | list):
            return text(json.dumps(value, ensure_ascii=False, allow_nan=False, default=_mapping_to_dict))
    except (TypeError, ValueError, RecursionError):
        raise Invalid(f"is not JSON; {expected}") from None
    raise Invalid(f"is {type_name(value)}; {expected}")


def _mapping_to_dict(value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


def resolve_idempotency_key(key: str | UUID | NotGiven | None) -> str:
    """Return the caller's key, or a new one for all attempts of a call.

    Raises:
        AdaptyUsageError: The caller's key is not a version 4 UUID.
    """
    return str(uuid4()) if key is None or isinstance(key, NotGiven) else validate("idempotency_key", uuid_v4, key)
