"""The command tree."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapty import __version__, flow_for
from adapty._cli import access, erase, mail, profile, sandbox, webhooks
from adapty._cli.errors import EXIT_CODES, ExitCode, output, typed_errors
from adapty._cli.internal_errors import exit_codes_for_unforeseen_errors
from adapty._cli.logs import log_to_stderr
from adapty._cli.usage_errors import EscapingGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["app"]


class _Commands(EscapingGroup):
    """The command tree, which ends with a code of its own when something goes wrong that no command foresees."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        if not kwargs.get("standalone_mode", True):
            return super().main(*args, **kwargs)
        with exit_codes_for_unforeseen_errors():
            return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the arguments of the tree itself."""
        with _exit_codes_for_aborts():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Read the arguments of a command and run it."""
        with _exit_codes_for_aborts():
            return super().invoke(ctx)


@contextmanager
def _exit_codes_for_aborts() -> Iterator[None]:
    """Handle the exceptions that typer turns into "Aborted!" and exit code 1."""
    try:
        yield
    except typer.Abort:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except EOFError:  # a prompt raises Abort
        with exit_codes_for_unforeseen_errors():
            raise


app = typer.Typer(
    name="adapty-py",
    cls=_Commands,
    help=(
        "Adapty from the command line. Keys come from the environment: ADAPTY_MAIL_SECRET_KEY for Adapty Mail, "
        "ADAPTY_SECRET_KEY for the server-side API; ADAPTY_MAIL_BASE_URL and ADAPTY_BASE_URL move the addresses. "
        f"{EXIT_CODES}"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: the other kind shortens long names of options.
    rich_markup_mode=None,
)
app.add_typer(profile.app, name="profile")
app.add_typer(access.app, name="access")
app.command("erase", epilog=EXIT_CODES)(erase.erase)
app.add_typer(mail.app, name="mail")
app.add_typer(webhooks.app, name="webhooks")
app.command("sandbox")(sandbox.sandbox)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's way
    if wanted:
        output.print(f"adapty {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log each request and each retry.")] = False,
    version: Annotated[  # noqa: ARG001 - acted on by its callback
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    log_to_stderr(logging.DEBUG if verbose else logging.WARNING)


@app.command()
def flow(event_type: Annotated[str, typer.Argument(help="Such as subscription_expired.")]) -> None:
    """Print the Mail flow that an event type puts a profile into."""
    with typed_errors():
        output.print(flow_for(event_type).value)
