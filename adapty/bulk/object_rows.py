"""Reads rows from JSON Lines, and makes them of what a program gives: mappings and ready records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from adapty._core.json_body import MAX_DEPTH, is_too_deep
from adapty._core.validation import format_name, type_name
from adapty.bulk.columns import NOTES, RAW
from adapty.bulk.json_objects import RepeatedKeyError, decode_json, decode_json_ignoring
from adapty.bulk.rows import NOT_MENDED, Row
from adapty.models._request import RequestModel

if TYPE_CHECKING:
    from collections.abc import Generator

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
        source = item.to_dict() if isinstance(item, RequestModel) else {RAW: item}
        return Row(number, {}, source, f"is {type_name(item)}; expected a {record.__name__} or a dict of its fields")
    try:
        # A copy: some programs fill the same dict again and again.
        return _known_row(_row_of(number, dict(item), columns, may_hold_none=True), columns)
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
        decoded = _decode(text, columns)
    except RepeatedKeyError as repeated:
        problem = f"names {format_name(repeated.name)} twice"
    except (ValueError, RecursionError) as fault:
        problem = (
            f"is not JSON: {fault.msg if isinstance(fault, json.JSONDecodeError) else 'it holds what JSON cannot'}"
        )
    else:
        if not isinstance(decoded, dict):
            problem = "is not a JSON object"
        elif is_too_deep(decoded, text):
            problem = f"is nested deeper than {MAX_DEPTH} levels"
        else:
            return _known_row(_row_of(line, decoded, columns, may_hold_none="null" in text), columns)
    return Row(line, {}, {RAW: text.rstrip("\r\n")}, problem)


def _decode(text: str, columns: Columns) -> Any:
    try:
        return decode_json(text)
    except RepeatedKeyError:
        if not columns.ignored:
            raise
        return decode_json_ignoring(text, columns.ignored)


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


def _known_row(row: Row, columns: Columns) -> Row:
    """Return the row, or one that says which of its keys is not a field."""
    if row.data.keys() <= columns.known:
        return row
    name = next(name for name in row.data if name not in columns.known)
    return Row(row.line, {}, row.source, f"is {columns.unknown(name)}", field=format_name(name))


def _mapped(fields: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], str | None]:
    """Put mapped keys under the names of their fields, in the place of what is there under those names."""
    data = {name: value for name, value in fields.items() if name not in columns.mapped}
    taken = ((key, path) for key, paths in columns.mapped.items() for path in paths if key in fields)
    for key, (outer, inner) in taken:
        inside = data.get(outer, {})
        if inner is None:
            data[outer] = fields[key]
        elif isinstance(inside, Mapping):
            data[outer] = {**inside, inner: fields[key]}
        else:
            expected = f"expected {outer} to be an object, or to be left out"
            return (
                {},
                f"has {format_name(key)}, which is mapped into {outer}, and {outer} is {type_name(inside)}; {expected}",
            )
    return data, None
