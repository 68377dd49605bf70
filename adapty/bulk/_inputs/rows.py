"""One record of an input, as it was read: its fields, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen

from adapty.bulk._inputs.columns import RAW
from adapty.models import MailProfile, TransactionEvent

__all__ = ["STILL_RAW", "Row"]

STILL_RAW = f"could not be read before; write its fields in the place of {RAW}"
"""What is wrong with a row of a rejects file that still has its text where its fields should be."""


@frozen
class Row:
    """One record as an input has it.

    Attributes:
        line: The number of the row's last line in the file, from 1; of what is no file, the number of the record.
        data: The fields, nested where the input has them nested; empty where the row cannot be read.
        source: The row as the input has it: the cells by column, the JSON object, or the mapping. What came from a
            program is not always something that JSON can carry, see `adapty.bulk._inputs.to_json`.
        problem: Why the row cannot be read, or None.
        record: The record itself, where the input gave it ready; then there is no `data`.
        has_invalid_utf8: Whether the row has bytes that are not UTF-8; they are decoded with `surrogateescape`.
        field: The field that the problem is with, or None where the row as a whole cannot be read.
    """

    line: int
    data: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    source: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    problem: str | None = None
    record: MailProfile | TransactionEvent | None = attrs.field(default=None, repr=False)
    has_invalid_utf8: bool = False
    field: str | None = None

    @property
    def text_size(self) -> int:
        """The length of all text in the row, as it was read."""
        return sum(len(value) for value in self.source.values() if isinstance(value, str))
