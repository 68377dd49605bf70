"""A fixture that fails a test which leaves tasks or exceptions behind."""

from __future__ import annotations

import gc
import logging
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["no_loose_ends"]


class _AsyncioWarnings(logging.Handler):
    """Collects warnings of asyncio: exceptions that were never retrieved, tasks that were destroyed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@pytest.fixture
def no_loose_ends() -> Iterator[None]:
    """Fail a test that leaves pending tasks or unretrieved exceptions behind."""
    warnings = _AsyncioWarnings()
    logging.getLogger("asyncio").addHandler(warnings)
    try:
        yield
        gc.collect()
        # What is alive now is not traversed again after the next test.
        gc.freeze()
    finally:
        logging.getLogger("asyncio").removeHandler(warnings)
    assert warnings.texts == []
