"""Reads rows from JSON Lines, and makes them of what a program gives: mappings and ready records."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import evolve

from adapty._core.nesting import MAX_DEPTH, is_too_deep
from adapty._core.validate import kind_of, printable
from adapty.bulk.columns import NOTES, RAW
from adapty.bulk.rows import NOT_MENDED, Row
from adapty.models._record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from adapty.bulk.columns import Columns
    from adapty.bulk.files import InputFile
    from adapty.models import MailProfile, TransactionEvent

__all__ = ["given_row", "json_rows"]


def json_rows(file: InputFile, columns: Columns) -> Generator[Row, None, None]:
    """Read a file row by row; a row that cannot be read is given with its problem, and reading goes on.

    Null counts as not given.

    Args:
        file: A file with one JSON object a line.
        columns: What the keys stand for.

    Raises:
        AdaptyUsageError: The file cannot be read to its end.
    """
    for line, text in enumerate(file.lines(), start=1):
        if not text.isspace():
            row = _json_row(line, text, columns)
            yield row if _is_utf_8(text) else evolve(row, has_kept_bytes=True)


def given_row(number: int, item: object, record: type[MailProfile | TransactionEvent], columns: Columns) -> Row:
    """Make a row of what a program gives; what is neither a mapping nor a record is a row with that problem.

    In a mapping None counts as not given.

    Args:
        number: Which one of the program's records it is, from 1.
        item: A mapping of fields, or a ready record.
        record: The class of the records.
        columns: What the mapping's keys stand for.
    """
    if isinstance(item, record):
        return Row(number, record=item)
    if not isinstance(item, Mapping):
        source = item.to_dict() if isinstance(item, Record) else {RAW: item}
        return Row(number, {}, source, f"is {kind_of(item)}; expected a {record.__name__} or a dict of its fields")
    try:
        # A copy: some programs fill the same dict again and again.
        return _row_of(number, dict(item), columns, may_hold_none=True)
    except Exception as broken:  # noqa: BLE001 - a mapping is a foreign object, whose own code runs here
        return Row(number, {}, {RAW: item}, f"cannot be read: it raised {type(broken).__name__}")


def _is_utf_8(text: str) -> bool:
    """Tell whether a file's text was UTF-8 there; what its JSON escapes is another matter."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_row(line: int, text: str, columns: Columns) -> Row:
    try:
        decoded = _decode(text)
    except _TwiceError as twice:
        problem = f"names {printable(twice.name)} twice"
    except (ValueError, RecursionError) as fault:
        problem = (
            f"is not JSON: {fault.msg if isinstance(fault, json.JSONDecodeError) else 'it holds what JSON cannot'}"
        )
    else:
        if not isinstance(decoded, dict):
            problem = "is not a JSON object"
        # Walking through costs more than counting, which is enough for nearly all.
        elif text.count("{") + text.count("[") > MAX_DEPTH and is_too_deep(decoded):
            problem = f"is nested deeper than {MAX_DEPTH} levels"
        else:
            return _row_of(line, decoded, columns, may_hold_none="null" in text)
    return Row(line, {}, {RAW: text.rstrip("\r\n")}, problem)


def _row_of(line: int, source: dict[str, Any], columns: Columns, *, may_hold_none: bool) -> Row:
    """Make a row of its fields: None left out, mapped keys under the names of their fields, others passed over."""
    data = {name: value for name, value in source.items() if value is not None} if may_hold_none else source
    if columns.ignored:
        data = {name: value for name, value in data.items() if name not in columns.ignored}
    if columns.mapped:
        data, problem = _mapped(data, columns)
        if problem:
            return Row(line, {}, source, problem)
    if may_hold_none:
        for group in columns.groups:
            if isinstance(inside := data.get(group), Mapping):
                data[group] = {name: value for name, value in inside.items() if value is not None}
    if not data.keys().isdisjoint(NOTES):
        if data.get(RAW):
            return Row(line, {}, source, NOT_MENDED)
        data = {name: value for name, value in data.items() if name not in NOTES}
    return Row(line, data, source)


def _mapped(fields: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], str | None]:
    """Put mapped keys under the names of their fields, in the place of what is there under those names."""
    data = {name: value for name, value in fields.items() if name not in columns.mapped}
    for key, (outer, inner) in columns.mapped.items():
        if key not in fields:
            continue
        inside = data.get(outer, {})
        if inner is None:
            data[outer] = fields[key]
        elif isinstance(inside, Mapping):
            data[outer] = {**inside, inner: fields[key]}
        else:
            expected = f"expected {outer} to be an object, or to be left out"
            return (
                {},
                f"has {printable(key)}, which is mapped into {outer}, and {outer} is {kind_of(inside)}; {expected}",
            )
    return data, None


class _TwiceError(ValueError):
    """A key stands twice in one object."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise _TwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return held


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    """Refuse a number that JSON can spell and a double cannot hold: written again, it would be no JSON."""
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


# Made once: json.loads with these arguments makes a new one for every line.
_decode: Callable[[str], Any] = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite
).decode
