"""Helpers for tests of inputs."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from adapty.bulk._inputs.sources import open_source
from adapty.models import MailProfile, TransactionEvent

if TYPE_CHECKING:
    from pathlib import Path

    from adapty.bulk._inputs.rows import Row
    from adapty.bulk._inputs.sources import Source

__all__ = ["rows_in", "rows_of"]


def rows_in(path: Path, record: type[MailProfile | TransactionEvent] = MailProfile) -> Generator[Row, None, None]:
    """Return the rows of a file."""
    return rows_of(open_source("records", path, record))


def rows_of(source: Source) -> Generator[Row, None, None]:
    """Return the rows of a source that is not async."""
    rows = source.rows()
    assert isinstance(rows, Generator)
    return rows
