"""Convert the times of rows: what times without a zone mean, and times that are not ISO 8601."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NoReturn, Self

import attrs
from attrs import evolve, frozen

from adapty._core.lazy import lazy_pattern
from adapty._core.validation import Invalid, quote, suggest_choice, type_name, validate
from adapty._timezones import timezone_name
from adapty.errors import AdaptyUsageError, FieldProblem

if TYPE_CHECKING:
    from adapty.bulk._inputs.rows import Row

__all__ = ["Times"]

_DATETIMES = ("external_created_at", "event_datetime", "purchased_at", "originally_purchased_at", "expires_at")
_BIRTHDAY = "birthday"
_EPOCHS: Mapping[str, int] = {"epoch": 1, "epoch_ms": 1000}
_DIRECTIVES = frozenset("YmdHMSfz%")
_NEEDED = frozenset("Ymd")
_FORMAT_EXPECTED = 'expected epoch, epoch_ms, or a format such as "%d.%m.%Y %H:%M" of %Y, %m, %d, %H, %M, %S, %f and %z'
_EARLIEST, _LATEST = 100_000_000, 4_102_444_800
"""Plausible seconds since 1970: from 1973 until 2100. In another unit, they are outside of it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE = lazy_pattern(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?", re.ASCII)
_ZONE_EXPECTED = 'expected a time with an offset, or timezone="UTC" (--timezone UTC) to say what it means'


@frozen
class Times:
    """How to read the times of an input.

    Attributes:
        timezone: The zone of times without one, or None to refuse them.
        formats: The formats of fields whose times are not ISO 8601.
    """

    timezone: zoneinfo.ZoneInfo | None = None
    formats: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def create(cls, timezone: Any = None, datetime_format: Any = None) -> Self:
        """Check the options `timezone` and `datetime_format`.

        Raises:
            AdaptyUsageError: The zone is unknown, or a format or its field is.
        """
        zone = None
        if timezone is not None:
            name = validate("timezone", timezone_name, timezone)
            try:
                zone = zoneinfo.ZoneInfo(name)
            except zoneinfo.ZoneInfoNotFoundError:
                problem = "this machine has no time zone data; install the package tzdata"
                raise AdaptyUsageError.for_field("timezone", problem) from None
        return cls(zone, _parse_formats(datetime_format))

    def apply(self, row: Row) -> Row:
        """Return a row with its times converted; those that cannot be converted are its faults, and not in its data."""
        data = row.data
        changed: dict[str, Any] = {}
        faults: list[FieldProblem] = []
        for field in (*_DATETIMES, *(name for name in self.formats if name == _BIRTHDAY)):
            if field not in data:
                continue
            value = data[field]
            try:
                converted = self._convert(field, value)
            except Invalid as invalid:
                faults.append(FieldProblem(field, str(invalid)))
                continue
            if converted is not value:
                changed[field] = converted
        if faults:
            wrong = {fault.field_name for fault in faults}
            data = {name: value for name, value in data.items() if name not in wrong}
            return evolve(row, data={**data, **changed}, faults=(*row.faults, *faults))
        return evolve(row, data={**data, **changed}) if changed else row

    def config(self) -> dict[str, str]:
        """Return the options as text, to compare them when an import resumes."""
        formats = ", ".join(f"{field}={format_}" for field, format_ in sorted(self.formats.items()))
        return {"timezone": "" if self.timezone is None else self.timezone.key, "datetime_format": formats}

    def _convert(self, field: str, value: Any) -> Any:
        format_ = self.formats.get(field)
        if format_ is not None and not isinstance(value, date):
            parsed = _parse_epoch(value, format_) if format_ in _EPOCHS else _parse_text(field, value, format_)
            if field == _BIRTHDAY:
                return parsed.date()
            return parsed if parsed.tzinfo is not None else self._localize(parsed)
        naive = None if field == _BIRTHDAY else _naive_datetime(value)
        return value if naive is None else self._localize(naive)

    def _localize(self, naive: datetime) -> datetime:
        if self.timezone is None:
            raise Invalid(f"has no UTC offset (got {quote(str(naive))}); {_ZONE_EXPECTED}")
        first, second = (naive.replace(tzinfo=self.timezone, fold=fold) for fold in (0, 1))
        before, after = first.utcoffset(), second.utcoffset()
        if before != after:
            offsets = f"{first:%:z} and {second:%:z}" if _HAS_COLON_Z else f"{first:%z} and {second:%z}"
            zone = f"{quote(str(naive))}, {self.timezone.key}"
            if (before or timedelta()) > (after or timedelta()):
                raise Invalid(f"is ambiguous, the clocks go back (got {zone}: {offsets}); expected it with its offset")
            raise Invalid(
                f"does not exist, the clocks go forward (got {zone}: between {offsets}); expected it with its offset"
            )
        try:
            return first.astimezone(UTC)
        except OverflowError:
            raise Invalid("cannot be converted to UTC; expected a time in the years 1 to 9999") from None


_HAS_COLON_Z = datetime.now(UTC).strftime("%:z") == "+00:00"
"""Whether strftime has this directive: since Python 3.12."""


def _naive_datetime(value: Any) -> datetime | None:
    """Return the datetime of a value without a zone, or None if it has one, or is no time, which its record refuses."""
    try:
        if isinstance(value, str):
            # A copy as a plain str: a subclass can have methods of its own.
            raw = str.__str__(value)
            return datetime.fromisoformat(raw.upper().replace(",", ".")) if _NAIVE.fullmatch(raw) else None
        if isinstance(value, datetime) and value.tzinfo is None:
            # Also for subclasses: pandas' NaT is a datetime whose parts are NaN, and its Timestamp has nanoseconds.
            return datetime(  # noqa: DTZ001 - localized later
                value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond
            )
    except (TypeError, ValueError):
        pass
    return None


def _parse_epoch(value: Any, format_: str) -> datetime:
    """Parse a count of seconds or milliseconds since 1970."""
    expected = f"expected a number of {'seconds' if format_ == 'epoch' else 'milliseconds'} since 1970"
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Invalid(f"is {type_name(value)}; {expected}")
    try:
        seconds = Decimal(str(value)) / _EPOCHS[format_]
    except InvalidOperation:
        raise Invalid(f"is not {format_} (got {quote(str(value))}); {expected}") from None
    if not seconds.is_finite():
        raise Invalid(f"is not {format_} (got {quote(str(value))}); {expected}")
    if not _EARLIEST <= seconds <= _LATEST:
        other = "epoch_ms" if format_ == "epoch" else "epoch"
        scaled = seconds * _EPOCHS[format_] / _EPOCHS[other]
        meant = f"; did you mean the format {other}?" if _EARLIEST <= scaled <= _LATEST else f"; {expected}"
        raise Invalid(f"is not a time from 1973 to 2100 as {format_} (got {quote(str(value))}){meant}")
    return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))


def _parse_text(field: str, value: Any, format_: str) -> datetime:
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; expected text of the form {format_}")
    try:
        return datetime.strptime(value, format_)  # noqa: DTZ007 - localized later
    except ValueError:
        got = "" if field == _BIRTHDAY else f" (got {quote(value)})"
        raise Invalid(f"does not have the form {format_}{got}; expected it, or another datetime_format") from None


def _parse_formats(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given, str):
        return dict.fromkeys(_DATETIMES, _check_format(given))
    if not isinstance(given, Mapping):
        _fail(f"is {type_name(given)}; {_FORMAT_EXPECTED}, or a mapping of fields to them")
    formats: dict[str, str] = {}
    known = (*_DATETIMES, _BIRTHDAY)
    for field, format_ in given.items():
        if field not in known:
            name = quote(field) if isinstance(field, str) else type_name(field)
            hint = suggest_choice(field, known) if isinstance(field, str) else ""
            _fail(f"{name} is not a field with a time{hint}")
        formats[field] = _check_format(format_)
        if field == _BIRTHDAY and format_ in _EPOCHS:
            _fail(f'birthday is a date (got {format_}); expected a format such as "%d.%m.%Y"')
    return formats


def _check_format(format_: Any) -> str:
    if not isinstance(format_, str):
        _fail(f"has a format {type_name(format_)}; {_FORMAT_EXPECTED}")
    if format_ in _EPOCHS:
        return format_
    directives = re.findall(r"%(.?)", format_, re.DOTALL)
    if not _DIRECTIVES.issuperset(directives) or not _NEEDED.issubset(directives):
        _fail(f"{quote(format_)} is not supported; {_FORMAT_EXPECTED}, with the year in four digits")
    if any(directives.count(letter) > 1 for letter in _DIRECTIVES - {"%"}):
        _fail(f"{quote(format_)} has a directive twice; {_FORMAT_EXPECTED}")
    return format_


def _fail(problem: str) -> NoReturn:
    raise AdaptyUsageError.for_field("datetime_format", problem)
