"""The classes of all commands and groups: errors and exit codes, for Typer's own errors too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from adapty._cli.errors import ExitCode, handle_errors
from adapty._cli.internal_errors import exit_codes_for_unexpected_errors
from adapty._escaping import escape_control

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CommandGroup", "RootGroup"]

_UsageError: Any = typer.BadParameter.__mro__[1]
"""The base of Typer's errors about arguments, which has no public name."""


class CommandGroup(typer.Typer):
    """A group of commands, each of which prints the SDK's errors and exits with their codes.

    Args:
        options: Options of `typer.Typer`.
    """

    def __init__(self, **options: Any) -> None:
        # The other kind of help abbreviates long names of options.
        super().__init__(no_args_is_help=True, rich_markup_mode=None, **options)

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """Return a decorator that adds a function as a command."""
        return super().command(name, cls=_Command, **options)


class _Command(TyperCommand):
    def invoke(self, ctx: Any) -> Any:
        flags = {name: _flag(parameter) for parameter in self.params if (name := parameter.name)}
        with handle_errors(flags):
            return super().invoke(ctx)


def _flag(parameter: Any) -> str:
    """Return the name of a parameter on the command line."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return str(parameter.metavar or parameter.name)


class RootGroup(TyperGroup):
    """The whole command line, which exits with a code of its own after an unexpected error."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        if not kwargs.get("standalone_mode", True):
            return super().main(*args, **kwargs)
        with exit_codes_for_unexpected_errors():
            return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Parse the arguments before the command."""
        with _replace_typer_errors():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Parse the arguments of a command and run it."""
        with _replace_typer_errors():
            return super().invoke(ctx)


@contextmanager
def _replace_typer_errors() -> Iterator[None]:
    """Escape arguments in Typer's messages, and keep Typer from exiting with 1, which has a meaning here."""
    try:
        yield
    except _UsageError as error:
        # Typer's own messages have line breaks only before indented lines.
        error.message = "\n\t".join(map(escape_control, error.message.split("\n\t")))
        raise
    except typer.Abort:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except EOFError:  # not from a prompt, which raises Abort
        with exit_codes_for_unexpected_errors():
            raise
