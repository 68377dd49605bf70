"""Rows of records from JSON Lines, and from the mappings and records of an iterable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from adapty._core.json_body import MAX_DEPTH, is_too_deep
from adapty._core.validation import format_name, type_name
from adapty.bulk._inputs.columns import META_COLUMNS, RAW
from adapty.bulk._inputs.rows import STILL_RAW, Row
from adapty.bulk._inputs.strict_json import RepeatedKeyError, decode_json, decode_json_ignoring
from adapty.errors import FieldProblem
from adapty.models._request import RequestModel

if TYPE_CHECKING:
    from collections.abc import Generator

    from adapty.bulk._inputs.columns import Columns
    from adapty.bulk._inputs.files import InputFile
    from adapty.models import MailProfile, TransactionEvent

__all__ = ["json_rows", "row_from_object"]


def json_rows(file: InputFile, columns: Columns) -> Generator[Row, None, None]:
    """Return the rows of a file; a row that is invalid has a problem, and reading continues.

    Null counts as not given.

    Args:
        file: A file with one JSON object a line.
        columns: The meaning of the keys.

    Raises:
        AdaptyUsageError: The file cannot be read to its end.
    """
    for line, text in enumerate(file.lines(), start=1):
        if not text.isspace():
            row = _json_row(line, text, columns)
            yield row if _is_utf8(text) else evolve(row, has_invalid_utf8=True)


def row_from_object(number: int, item: object, record: type[MailProfile | TransactionEvent], columns: Columns) -> Row:
    """Return the row of an item of an iterable; if it is neither a mapping nor a record, that is the row's problem.

    None counts as not given.

    Args:
        number: The number of the item, from 1.
        item: A mapping of fields, or a ready record.
        record: The class of the records.
        columns: The meaning of the mapping's keys.
    """
    if isinstance(item, record):
        return Row(number, record=item)
    if not isinstance(item, Mapping):
        source = item.to_dict() if isinstance(item, RequestModel) else {RAW: item}
        return Row(number, {}, source, f"is {type_name(item)}; expected a {record.__name__} or a dict of its fields")
    try:
        # A copy, because a program may change a dict, and what is in it, while the row waits to be sent.
        copied = {name: _copy(value) for name, value in item.items()}
        return _check_keys(_create_row(number, copied, columns, may_hold_none=True), columns)
    except Exception as broken:  # noqa: BLE001 - the caller's mapping, whose own code runs here
        return Row(number, {}, {RAW: item}, f"cannot be read (it raised {type(broken).__name__})")


def _copy(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Copy dicts and lists, as deep as records can be."""
    if depth and type(value) is dict:
        return {name: _copy(inner, depth - 1) for name, inner in value.items()}
    if depth and type(value) is list:
        return [_copy(inner, depth - 1) for inner in value]
    return value


def _is_utf8(text: str) -> bool:
    """Return whether the text was valid UTF-8 in the file; escapes of JSON do not matter."""
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
        problem = f"has the key {format_name(repeated.name)} twice"
    except (ValueError, RecursionError) as fault:
        reason = fault.msg if isinstance(fault, json.JSONDecodeError) else "it has a value that JSON cannot represent"
        problem = f"is not JSON: {reason}"
    else:
        if not isinstance(decoded, dict):
            problem = "is not a JSON object"
        elif is_too_deep(decoded, text):
            problem = f"is nested deeper than {MAX_DEPTH} levels"
        else:
            return _check_keys(_create_row(line, decoded, columns, may_hold_none="null" in text), columns)
    return Row(line, {}, {RAW: text.rstrip("\r\n")}, problem)


def _decode(text: str, columns: Columns) -> Any:
    try:
        return decode_json(text)
    except RepeatedKeyError:
        if not columns.ignored:
            raise
        return decode_json_ignoring(text, columns.ignored)


def _create_row(line: int, source: dict[str, Any], columns: Columns, *, may_hold_none: bool) -> Row:
    """Return a row: without None, with mapped keys renamed to their fields, and without ignored keys."""
    data = {name: value for name, value in source.items() if value is not None} if may_hold_none else source
    if columns.ignored:
        data = {name: value for name, value in data.items() if name not in columns.ignored}
    if columns.mapped:
        data, problem = _rename_mapped(data, columns)
        if problem:
            return Row(line, {}, source, problem)
    if may_hold_none:
        for group in columns.nested:
            if isinstance(inside := data.get(group), Mapping):
                data[group] = {name: value for name, value in inside.items() if value is not None}
    if not data.keys().isdisjoint(META_COLUMNS):
        if data.get(RAW):
            return Row(line, {}, source, STILL_RAW)
        data = {name: value for name, value in data.items() if name not in META_COLUMNS}
    return Row(line, data, source)


def _check_keys(row: Row, columns: Columns) -> Row:
    """Return the row, with a fault for each key that is not a field."""
    if row.data.keys() <= columns.known:
        return row
    known = {name: value for name, value in row.data.items() if name in columns.known}
    unknown = [name for name in row.data if name not in columns.known]
    faults = [FieldProblem(format_name(name), f"is {columns.describe_unknown(name)}") for name in unknown]
    return evolve(row, data=known, faults=faults)


def _rename_mapped(fields: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], str | None]:
    """Rename mapped keys to their fields; they replace keys of those names."""
    data = {name: value for name, value in fields.items() if name not in columns.mapped}
    taken = ((key, path) for key, paths in columns.mapped.items() for path in paths if key in fields)
    for key, (outer, inner) in taken:
        inside = data.get(outer, {})
        if inner is None:
            data[outer] = fields[key]
        elif isinstance(inside, Mapping):
            data[outer] = {**inside, inner: fields[key]}
        else:
            expected = f"expected {outer} to be an object, or omit it"
            return (
                {},
                f"has {format_name(key)}, which is mapped into {outer}, but {outer} is {type_name(inside)}; {expected}",
            )
    return data, None
