"""`webhooks`: what became of the events that Adapty posted, from an outbox into Adapty Mail."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapty import Adapty, AdaptyUsageError
from adapty.cli.logs import log_to_stderr
from adapty.cli.options import AsJson, Concurrency, MaxRate, option
from adapty.cli.outcome import EXIT_CODES, ExitCode, errors, output, typed_errors
from adapty.cli.show import print_json, print_table
from adapty.webhooks.outbox import DeadLetter, Outbox
from adapty.webhooks.worker import drain, run_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapty.webhooks._delivery import DrainReport
    from adapty.webhooks.outbox import PendingEvent

__all__ = ["app"]

app = typer.Typer(help="Events that wait to be sent to Adapty Mail.", no_args_is_help=True, rich_markup_mode=None)

OutboxFile = Annotated[Path, option("The outbox, an SQLite file.")]
EventIds = Annotated[list[str] | None, typer.Argument(metavar="[EVENT_ID]...", help="The ids of events.")]
All = Annotated[bool, typer.Option("--all", help="All refused events.")]

_SHOWN = 100


@app.command(epilog=EXIT_CODES)
def run(
    *,
    outbox: Annotated[Path, option("The outbox, an SQLite file; made where there is none.")],
    once: Annotated[
        bool, typer.Option("--once", help="Send what is there and end, or fail where it cannot be.")
    ] = False,
    concurrency: Concurrency = None,
    rate_limit: MaxRate = None,
) -> None:
    """Send the events of an outbox to Adapty Mail, until SIGTERM or Ctrl-C.

    Start as many as you like: one sends, and the others wait to take over.
    """
    options: dict[str, Any] = {"concurrency": concurrency, "rate_limit": rate_limit}
    given = {name: value for name, value in options.items() if value is not None}
    with typed_errors(), Adapty() as adapty, Outbox(outbox) as opened:
        log_to_stderr(logging.INFO)  # which events are refused, and what it waits for
        if once:
            report = drain(adapty, opened, **given)
        else:
            errors.print(f"Sending from {outbox}. Ctrl-C stops it.")
            report = run_worker(adapty, opened, **given)
    _print_report(report)
    if once and report.refused:
        raise typer.Exit(ExitCode.SOME_REFUSED)


@app.command("list")
def list_events(
    *,
    outbox: OutboxFile,
    event_ids: EventIds = None,
    dead_letters: Annotated[
        bool, typer.Option("--dead-letters", help="Show dead letters instead of pending events.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the events that wait, or those that were refused for good, and why: all, or those of some ids.

    The table shows the first 100; JSON has all of them, one a line.
    """
    with typed_errors(), _existing(outbox) as opened:
        found: Iterator[PendingEvent] = opened.dead_letters() if dead_letters else opened.pending()
        if event_ids:
            found = (each for each in found if each.event_id in event_ids)
        if as_json:
            for each in found:
                print_json(_as_json(each), indent=None)
            return
        counts = opened.counts()
        rows = [_row(each) for each in islice(found, _SHOWN)]
        state, count = ("refused", counts.dead) if dead_letters else ("waiting", counts.pending)
        count = len(rows) if event_ids else count
        of_all = f", the first {_SHOWN}" if count > _SHOWN else ""
        print_table(f"{count} {state}{of_all}", ("event", "type", "came", "tries", "reason"), rows)


@app.command()
def replay(*, outbox: OutboxFile, event_ids: EventIds = None, all_: All = False) -> None:
    """Have refused events sent again, each from its old place in the order of its profile; those that wait, at once."""
    with typed_errors(), _existing(outbox) as opened:
        _change("replayed", event_ids, opened.replay_all if all_ else None, opened.replay)


@app.command()
def delete(*, outbox: OutboxFile, event_ids: EventIds = None, all_: All = False) -> None:
    """Remove events for good: refused ones, or by their ids also those that wait."""
    with typed_errors(), _existing(outbox) as opened:
        _change("deleted", event_ids, opened.delete_all if all_ else None, opened.delete)


def _change(
    done: str,
    event_ids: Sequence[str] | None,
    change_all: Callable[[], int] | None,
    change: Callable[[str], bool],
) -> None:
    """Do it to all refused events or to those of some ids, and print to how many.

    Raises:
        AdaptyUsageError: It is not said which, or said in two ways, or there is no such event of an id.
    """
    if bool(event_ids) == (change_all is not None):
        raise AdaptyUsageError("expected the ids of events, or --all for the refused ones")
    unknown = [] if change_all else [event_id for event_id in dict.fromkeys(event_ids or ()) if not change(event_id)]
    count = change_all() if change_all else len(set(event_ids or ())) - len(unknown)
    output.print(f"{count} {done}")
    if unknown:
        ids = "1 ID" if len(unknown) == 1 else f"{len(unknown)} IDs"
        raise AdaptyUsageError(f"{ids} not found in the outbox; see: webhooks list [--dead-letters]")


def _existing(path: Path) -> Outbox:
    """Open an outbox that is there: a wrong name would make an empty one, and show nothing in it.

    Raises:
        AdaptyUsageError: There is none.
    """
    if not path.exists():
        raise AdaptyUsageError.for_field("--outbox", f"there is no file {path}")
    return Outbox(path)


def _print_report(report: DrainReport) -> None:
    output.print(f"{report.delivered} delivered, {report.refused} refused")


def _row(event: PendingEvent) -> tuple[object, ...]:
    return event.event_id, event.event_type, event.arrived_at, event.attempts, event.reason


def _as_json(event: PendingEvent) -> dict[str, Any]:
    """Give what can be shown: no address, which the event itself may have."""
    shown = {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "arrived_at": event.arrived_at.isoformat(),
        "attempts": event.attempts,
        "reason": event.reason,
    }
    return {**shown, "refused_at": event.refused_at.isoformat()} if isinstance(event, DeadLetter) else shown
