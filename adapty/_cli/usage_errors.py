"""Typer's own messages about wrong arguments, which quote the arguments."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from adapty._escaping import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EscapingGroup"]

_UsageError: Any = typer.BadParameter.__mro__[1]
"""The base of what typer raises for wrong arguments, which it has no public name for."""


class EscapingGroup(TyperGroup):
    """A command tree whose messages about wrong arguments, such as a shell's `*` may hand over, are escaped."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the arguments of the tree itself."""
        with _escaping_usage_errors():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Read the arguments of a command and run it."""
        with _escaping_usage_errors():
            return super().invoke(ctx)


@contextmanager
def _escaping_usage_errors() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        # typer's own messages have line breaks before indented lines only.
        error.message = "\n\t".join(map(escape_control, error.message.split("\n\t")))
        raise
