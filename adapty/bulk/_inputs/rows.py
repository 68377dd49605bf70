"""One record of an input: its fields, or why it is invalid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen

from adapty.bulk._inputs.columns import RAW
from adapty.errors import FieldProblem
from adapty.models import MailProfile, TransactionEvent

__all__ = ["STILL_RAW", "Row"]

STILL_RAW = f"was invalid and is unchanged; replace {RAW} with the fields"
"""The problem of a row of a rejects file that still has its text instead of its fields."""


@frozen
class Row:
    """One record of an input.

    Attributes:
        line: The number of its last line in the file, or the number of the record in an iterable, from 1.
        data: The fields, nested as in the input; empty if the row is invalid.
        source: The row as in the input: the cells by column, the JSON object, or the mapping. A mapping of the caller
            can have values that JSON cannot represent, see `adapty.bulk._inputs.to_json`.
        problem: Why the row is invalid, or None.
        record: The record, if the input has ready ones; then there is no `data`.
        has_invalid_utf8: Whether the row has bytes that are not UTF-8; they are decoded with `surrogateescape`.
        field: The field with the problem, or None if the row as a whole is invalid.
        faults: What is wrong with keys that are not in `data`; the fields in `data` are validated later.
    """

    line: int
    data: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    source: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    problem: str | None = None
    record: MailProfile | TransactionEvent | None = attrs.field(default=None, repr=False)
    has_invalid_utf8: bool = False
    field: str | None = None
    faults: Sequence[FieldProblem] = ()
