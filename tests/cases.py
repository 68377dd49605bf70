"""Loops over cases in one test: the failure names the case."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["case"]


@contextmanager
def case(*values: object, **named: object) -> Iterator[None]:
    """Add the values of a case to the failure of the block."""
    try:
        yield
    except BaseException as failure:
        texts = [*map(repr, values), *(f"{name}={value!r}" for name, value in named.items())]
        failure.add_note(f"case: {', '.join(texts):.1000}")
        raise
