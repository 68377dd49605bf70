"""Name the case in which a looped test fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["case"]


@contextmanager
def case(*values: object) -> Iterator[None]:
    """Add the values of a case to any failure in the block."""
    try:
        yield
    except BaseException as failure:
        failure.add_note(f"in the case {', '.join(map(repr, values))}")
        raise
