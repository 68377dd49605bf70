"""What all answers share: they are read whatever the API adds, leaves out or changes, and nothing of them is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self

import attrs
from dateutil.parser import isoparser

from adapty._core.json_body import MAX_DIGITS
from adapty._core.safe_repr import SafeRepr
from adapty._core.validate import kind_of
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

_READ = "read"
_READ_EACH = "read_each"
_READ_NAMED = "read_named"
_READERS = frozenset({_READ, _READ_EACH, _READ_NAMED})
_EXTRA = "extra_fields"

_ISO_8601 = isoparser()
# A calendar date, then a time of day behind its mark: isoparse alone would read 1781101200500 as the year 1781.
_MOMENT = re.compile(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}([Tt ][0-9:.,]+([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_LONG_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def scalar(read: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Give the metadata of a field that holds one value, which `read` makes or refuses with an exception."""
    return {_READ: read}


def list_of(read: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Give the metadata of a field that holds a tuple, each item of which `read` makes or refuses."""
    return {_READ_EACH: read}


def map_of(read: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Give the metadata of a field that holds a mapping of names, each value of which `read` makes or refuses."""
    return {_READ_NAMED: read}


@attrs.frozen(kw_only=True)
class ResponseModel(SafeRepr):
    """Something that the API gave.

    A field is None, or an empty tuple or mapping, where the API left it out or gave null. What is not known to this
    release, or is not what is documented, is in `extra_fields`, unchanged.

    Attributes:
        extra_fields: Everything else in the response, under the API's names.
    """

    extra_fields: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a decoded JSON object; whatever it holds, nothing is refused and nothing is lost.

        Args:
            data: The object.

        Raises:
            AdaptyUsageError: `data` is no mapping.
        """
        if not isinstance(data, Mapping):
            message = f"{cls.__name__}: something {kind_of(data)} cannot be read; expected a mapping of its fields"
            raise AdaptyUsageError(message)
        fields = {field.name: field for field in attrs.fields(cls) if _is_api_field(field)}
        kept: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in data.items():
            if name not in fields:
                extra[name] = value
            elif value is not None:
                _read(fields[name], value, kept, extra)
        return cls(**kept, extra_fields=json_ready(extra))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data under the API's names, `extra_fields` included; times are ISO 8601 in UTC."""
        plain: dict[str, Any] = {}
        for field in attrs.fields(type(self)):
            if _is_api_field(field):
                plain[field.name] = _plain(getattr(self, field.name))
        for name, value in deepcopy(dict(self.extra_fields)).items():
            plain[name] = _merge(plain.get(name), value)
        return plain


def _is_api_field(field: attrs.Attribute[Any]) -> bool:
    """Tell the API's fields from `extra_fields` and what else is ours."""
    return not _READERS.isdisjoint(field.metadata)


def _merge(known: Any, strange: Any) -> Any:
    """Put what could not be read of a list or a mapping back beside what could."""
    if isinstance(known, list) and isinstance(strange, list):
        return known + strange
    return {**known, **strange} if isinstance(known, dict) and isinstance(strange, dict) else strange


def _read(field: attrs.Attribute[Any], value: Any, kept: dict[str, Any], extra: dict[str, Any]) -> None:
    """Parse one field into `kept`; what cannot be parsed goes to `extra`, of a list or mapping only that part."""
    metadata, name = field.metadata, field.name
    if _READ in metadata:
        read, strange = _partition(metadata[_READ], {name: value})
        kept |= read
        extra |= strange
    elif _READ_EACH in metadata and isinstance(value, list):
        items, others = _partition(metadata[_READ_EACH], dict(enumerate(value)))
        kept[name] = tuple(items.values())
        if others:
            extra[name] = list(others.values())
    elif _READ_NAMED in metadata and isinstance(value, Mapping):
        kept[name], others = _partition(metadata[_READ_NAMED], value)
        if others:
            extra[name] = others
    else:
        extra[name] = value


def _partition(read: Callable[[Any], Any], values: Mapping[Any, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Give what can be read of these values, and what cannot as it came, both under their keys."""
    kept: dict[Any, Any] = {}
    strange: dict[Any, Any] = {}
    for key, value in values.items():
        try:
            kept[key] = read(value)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is kept as it came
            strange[key] = value
    return kept, strange


def unwrap(body: Mapping[str, Any], name: str, *, keep: Collection[str] = ()) -> Mapping[str, Any]:
    """Give the object that stands in `body` under `name`, with what stands beside it.

    Where both have a name, the inner one holds, and the other is kept in an object named `beside NAME`. Where there is
    no such object, the body itself is it: version 1 leaves open whether it wraps its profile.

    Args:
        body: The object around it.
        name: The wrapper's name.
        keep: Names that are documented to stand beside it, which hold there.
    """
    inner = body.get(name)
    if not isinstance(inner, Mapping):
        return body
    outer = {key: value for key, value in body.items() if key != name}
    first = {**inner, **{key: value for key, value in outer.items() if key in keep}}
    twice = {
        f"in {name}": {key: value for key, value in inner.items() if key in keep and key in outer},
        f"beside {name}": {key: value for key, value in outer.items() if key not in keep and key in inner},
    }
    return {**outer, **first, **{where: held for where, held in twice.items() if held}}


def parse_str(value: Any) -> str:
    """Read text, unless it is a number of more than 300 characters, which stands as text where JSON had a number."""
    if not isinstance(value, str):
        raise TypeError
    if len(value) > MAX_DIGITS and _LONG_NUMBER.fullmatch(value):
        raise ValueError
    return value


def parse_bool(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise TypeError
    return value


def parse_int(value: Any) -> int:
    """Read a whole number, also where it is spelled as 7.0."""
    amount = parse_decimal(value)
    if isinstance(value, str) or amount != amount.to_integral_value() or amount.adjusted() > MAX_DIGITS:
        raise TypeError
    return int(amount)


def parse_decimal(value: Any) -> Decimal:
    """Read an amount, exact as it is spelled; also where it comes as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError
    amount = Decimal(repr(value) if isinstance(value, float) else value)
    if not amount.is_finite() or len(amount.as_tuple().digits) > MAX_DIGITS:
        raise ValueError
    return amount


def parse_identifier(value: Any) -> str:
    """Read an id, also one that comes as a whole number, such as 12345, 12345.0 or 4.1E14."""
    return parse_str(value) if isinstance(value, str) else str(parse_int(value))


def parse_str_or_number(value: Any) -> str | float:
    """Read text or a number; one that no float holds stays as it is spelled."""
    return parse_str(value) if isinstance(value, str) else json_number(parse_decimal(value))


def parse_datetime(value: Any) -> datetime:
    """Read a time in any ISO 8601 spelling; give it in UTC, which is also what one without an offset means."""
    if not _MOMENT.fullmatch(parse_str(value)):
        raise ValueError
    read = _ISO_8601.isoparse(value)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def parse_str_map(value: Any) -> Mapping[str, str]:
    """Read an object of texts."""
    if not isinstance(value, dict) or not all(isinstance(held, str) for held in value.values()):
        raise TypeError
    return dict(value)


def json_number(amount: Decimal) -> int | float | str:
    """Give an exact amount as the number that JSON writes, or as text where no such number is it."""
    if abs(amount.adjusted()) > MAX_DIGITS:
        return str(amount)
    if amount == amount.to_integral_value():
        return int(amount)
    written = float(amount)
    return written if Decimal(repr(written)) == amount else str(amount)


def json_ready(value: Any) -> Any:
    """Copy decoded JSON, its exact numbers as those that JSON writes."""
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, list):
        return [json_ready(item) for item in value]
    if isinstance(value, dict):
        return {name: json_ready(item) for name, item in value.items()}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, ResponseModel):
        return value.to_dict()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {name: _plain(held) for name, held in value.items()} if isinstance(value, Mapping) else value
