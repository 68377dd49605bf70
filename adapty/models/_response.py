"""The base class of response models, and the parsers of their fields.

A response is never rejected: whatever the API adds, omits or changes, every known field that can be parsed is parsed,
and everything else is in `extra_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Self

import attrs

from adapty._core import iso8601
from adapty._core.json_body import MAX_DIGITS
from adapty._core.lazy import lazy_pattern
from adapty._core.redaction import SafeRepr
from adapty._core.validation import type_name
from adapty.errors import AdaptyUsageError

__all__ = [
    "ResponseModel",
    "json_number",
    "json_ready",
    "list_of",
    "map_of",
    "parse_bool",
    "parse_datetime",
    "parse_decimal",
    "parse_identifier",
    "parse_int",
    "parse_str",
    "parse_str_map",
    "parse_str_or_number",
    "scalar",
    "unwrap",
]

Parser = Callable[[Any], Any]
"""Returns the parsed value, or raises any exception for a value that is not what is documented."""

FieldParser = Callable[[Any], tuple[Any, Any]]
"""Returns what could be parsed of a field, and what could not; `_MISSING` stands for nothing."""

_SCALAR = "scalar"
_LIST = "list"
_MAP = "map"
_MISSING = object()

# A calendar date, then a time behind its separator: isoparse alone would parse 1781101200500 as the year 1781.
_DATETIME = lazy_pattern(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}([Tt ][0-9:.,]+([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?",
    re.ASCII,
)
_NUMBER = lazy_pattern(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_LONG_NUMBER = lazy_pattern(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def scalar(parse: Parser) -> Mapping[str, Parser]:
    """Return the metadata of a field with one value."""
    return {_SCALAR: parse}


def list_of(parse: Parser) -> Mapping[str, Parser]:
    """Return the metadata of a field with a tuple of values."""
    return {_LIST: parse}


def map_of(parse: Parser) -> Mapping[str, Parser]:
    """Return the metadata of a field with a mapping of names to values."""
    return {_MAP: parse}


def _parse_scalar(parse: Parser, value: Any) -> tuple[Any, Any]:
    try:
        return parse(value), _MISSING
    except Exception:  # noqa: BLE001 - whatever is wrong with the value, it is preserved
        return _MISSING, value


def _parse_list(parse: Parser, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list):
        return _MISSING, value
    parsed, unparsed = _partition(parse, dict(enumerate(value)))
    return tuple(parsed.values()), list(unparsed.values()) or _MISSING


def _parse_map(parse: Parser, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, Mapping):
        return _MISSING, value
    parsed, unparsed = _partition(parse, value)
    return parsed, unparsed or _MISSING


_PARSERS_OF_KINDS = {_SCALAR: _parse_scalar, _LIST: _parse_list, _MAP: _parse_map}


def _partition(parse: Parser, values: Mapping[Any, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Split values into those that can be parsed and, unchanged, those that cannot."""
    parsed: dict[Any, Any] = {}
    unparsed: dict[Any, Any] = {}
    for key, value in values.items():
        try:
            parsed[key] = parse(value)
        except Exception:  # noqa: BLE001 - as in `_parse_scalar`
            unparsed[key] = value
    return parsed, unparsed


@attrs.frozen(kw_only=True)
class ResponseModel(SafeRepr):
    """An object of a response.

    A field is None, or an empty tuple or mapping, if the API omitted it or sent null. Fields that this release does not
    know, and values that are not what is documented, are in `extra_fields`, unchanged.

    Attributes:
        extra_fields: Everything else in the response, under the API's names.
    """

    extra_fields: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Parse a decoded JSON object. No value is rejected, and none is lost.

        Args:
            data: The object.

        Raises:
            AdaptyUsageError: `data` is not a mapping.
        """
        if not isinstance(data, Mapping):
            message = f"{cls.__name__}: something {type_name(data)} cannot be read; expected a mapping of its fields"
            raise AdaptyUsageError(message)
        return cls(**cls.parse_fields(data))

    @classmethod
    def parse_fields(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments for `__init__`, `extra_fields` included."""
        parsers = _field_parsers(cls)
        fields: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in data.items():
            parse = parsers.get(name)
            if parse is None:
                extra[name] = value
            elif value is not None:
                parsed, unparsed = parse(value)
                if parsed is not _MISSING:
                    fields[name] = parsed
                if unparsed is not _MISSING:
                    extra[name] = unparsed
        fields["extra_fields"] = json_ready(extra)
        return fields

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data under the API's names, `extra_fields` included; times are ISO 8601 in UTC."""
        plain = {name: _to_json(getattr(self, name)) for name in _field_parsers(type(self))}
        for name, value in deepcopy(dict(self.extra_fields)).items():
            plain[name] = _merge(plain.get(name), value)
        return plain


_FIELD_PARSERS: dict[type[ResponseModel], Mapping[str, FieldParser]] = {}


def _field_parsers(cls: type[ResponseModel]) -> Mapping[str, FieldParser]:
    """Return the parsers of the API's fields; `extra_fields` and other attributes of ours have none."""
    parsers = _FIELD_PARSERS.get(cls)
    if parsers is None:
        parsers = {
            field.name: partial(_PARSERS_OF_KINDS[kind], parse)
            for field in attrs.fields(cls)
            for kind, parse in field.metadata.items()
            if kind in _PARSERS_OF_KINDS
        }
        _FIELD_PARSERS[cls] = parsers
    return parsers


def _merge(parsed: Any, unparsed: Any) -> Any:
    """Join the parsed and the unparsed items of a list or mapping."""
    if isinstance(parsed, list) and isinstance(unparsed, list):
        return parsed + unparsed
    return {**parsed, **unparsed} if isinstance(parsed, dict) and isinstance(unparsed, dict) else unparsed


def unwrap(body: Mapping[str, Any], name: str, *, keep: Collection[str] = ()) -> Mapping[str, Any]:
    """Return the object that `body` holds under `name`, with the other members of `body` added.

    The inner object's value wins where both have a name; the outer one is preserved in an object named `beside NAME`.
    If there is no inner object, return `body`: version 1 does not specify whether it wraps its profile.

    Args:
        body: The outer object.
        name: The name of the inner object.
        keep: Names that are documented in the outer object, whose value wins there.
    """
    inner = body.get(name)
    if not isinstance(inner, Mapping):
        return body
    outer = {key: value for key, value in body.items() if key != name}
    merged = {**outer, **inner, **{key: value for key, value in outer.items() if key in keep}}
    duplicates = {
        f"in {name}": {key: value for key, value in inner.items() if key in keep and key in outer},
        f"beside {name}": {key: value for key, value in outer.items() if key not in keep and key in inner},
    }
    return {**merged, **{where: values for where, values in duplicates.items() if values}}


def parse_str(value: Any) -> str:
    """Parse text, but not a number of more than 300 characters: JSON numbers of that length are decoded as text."""
    if not isinstance(value, str):
        raise TypeError
    if len(value) > MAX_DIGITS and _LONG_NUMBER.fullmatch(value):
        raise ValueError
    return value


def parse_bool(value: Any) -> bool:
    """Parse true or false."""
    if not isinstance(value, bool):
        raise TypeError
    return value


def parse_int(value: Any) -> int:
    """Parse a whole number, also one with a fraction of zero such as 7.0."""
    amount = parse_decimal(value)
    if isinstance(value, str) or amount != amount.to_integral_value() or amount.adjusted() > MAX_DIGITS:
        raise TypeError
    return int(amount)


def parse_decimal(value: Any) -> Decimal:
    """Parse an amount exactly, also from text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError
    amount = Decimal(repr(value) if isinstance(value, float) else value)
    if not amount.is_finite() or len(amount.as_tuple().digits) > MAX_DIGITS:
        raise ValueError
    return amount


def parse_identifier(value: Any) -> str:
    """Parse an id, also one that is a whole number such as 12345, 12345.0 or 4.1E14."""
    return parse_str(value) if isinstance(value, str) else str(parse_int(value))


def parse_str_or_number(value: Any) -> str | float:
    """Parse text or a number; return a number that no float represents exactly as text."""
    return parse_str(value) if isinstance(value, str) else json_number(parse_decimal(value))


def parse_datetime(value: Any) -> datetime:
    """Parse a time in any form of ISO 8601 and return it in UTC; a time without an offset is in UTC."""
    text = parse_str(value)
    parsed = iso8601.parse_common_form(text)
    if parsed is None:
        if not _DATETIME.fullmatch(text):
            raise ValueError
        parsed = iso8601.parser().isoparse(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def parse_str_map(value: Any) -> Mapping[str, str]:
    """Parse an object whose values are text."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise TypeError
    return dict(value)


def json_number(amount: Decimal) -> int | float | str:
    """Convert an exact amount to a JSON number, or to text if no int or float equals it."""
    if abs(amount.adjusted()) > MAX_DIGITS:
        return str(amount)
    if amount == amount.to_integral_value():
        return int(amount)
    approximate = float(amount)
    return approximate if Decimal(repr(approximate)) == amount else str(amount)


def json_ready(value: Any) -> Any:
    """Copy decoded JSON, with exact numbers converted by `json_number`."""
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, list):
        return [json_ready(item) for item in value]
    if isinstance(value, dict):
        return {name: json_ready(item) for name, item in value.items()}
    return value


def _to_json(value: Any) -> Any:
    """Convert the value of a field to JSON-ready data."""
    if isinstance(value, ResponseModel):
        return value.to_dict()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    return {name: _to_json(item) for name, item in value.items()} if isinstance(value, Mapping) else value
