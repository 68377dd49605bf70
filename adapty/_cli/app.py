"""The command tree."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from adapty import __version__, flow_for
from adapty._cli import access, analytics, erase, mail, profile, sandbox, webhooks
from adapty._cli.commands import CommandGroup, RootGroup
from adapty._cli.output import log_to_stderr, stdout

__all__ = ["app"]

app = CommandGroup(
    name="adapty-py",
    cls=RootGroup,
    help=(
        "Use Adapty from the command line.\n\n"
        "Keys come from the environment: ADAPTY_SECRET_KEY for the server-side API, ADAPTY_MAIL_SECRET_KEY for Adapty "
        "Mail. ADAPTY_BASE_URL and ADAPTY_MAIL_BASE_URL set other addresses, such as the sandbox's."
    ),
    epilog=(
        "Exit codes: 0 success, 1 partial failure or no access, 2 usage error, 3 API error, 4 no response, "
        "5 in use or unavailable. The README has the full table."
    ),
    pretty_exceptions_enable=False,
)
app.add_typer(profile.app, name="profile")
app.add_typer(access.app, name="access")
app.command("erase")(erase.erase)
app.add_typer(mail.app, name="mail")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(analytics.app, name="analytics")
app.command("sandbox")(sandbox.run_sandbox)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's way
    if wanted:
        stdout.print(f"adapty {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log requests and retries.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback uses it
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Handle the options before the command."""
    log_to_stderr(logging.DEBUG if verbose else logging.WARNING)


@app.command()
def flow(
    event_type: Annotated[str, typer.Argument(metavar="EVENT_TYPE", help="Event type, such as subscription_expired.")],
) -> None:
    """Print the Mail flow that an event type moves a profile into."""
    stdout.print(flow_for(event_type).value)
