"""`webhooks`: deliver the events of an outbox to Adapty Mail, and inspect it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapty import Adapty, AdaptyUsageError
from adapty._cli.commands import CommandGroup
from adapty._cli.errors import ExitCode
from adapty._cli.format import print_json, print_table
from adapty._cli.options import AsJson, Concurrency, RateLimit, option, require_one
from adapty._cli.output import log_to_stderr, stderr, stdout
from adapty.webhooks import DeadLetter, Outbox, PostgresDedupStore, PostgresOutbox, drain, run_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapty.webhooks import BaseOutbox, PendingEvent

__all__ = ["app"]

app = CommandGroup(help="Deliver webhook events to Adapty Mail, and manage the outbox.")

OutboxUrl = Annotated[
    str,
    option(
        "Outbox: an SQLite file, or postgresql://user@host/database. Set a password in the variable or PGPASSWORD.",
        envvar="ADAPTY_OUTBOX",
        metavar="FILE|URL",
    ),
]
EventIds = Annotated[list[str] | None, typer.Argument(metavar="[EVENT_ID]...", help="Event IDs.")]
All = Annotated[bool, typer.Option("--all", help="All dead letters.")]

_MAX_ROWS = 100
_MAX_HOURS = 1_000_000


@app.command()
def run(
    *,
    outbox: OutboxUrl,
    once: Annotated[bool, typer.Option("--once", help="Deliver the pending events and exit.")] = False,
    concurrency: Concurrency = None,
    rate_limit: RateLimit = None,
    max_attempts: Annotated[
        int | None, option("Failed attempts before an event becomes a dead letter. Default: 24.")
    ] = None,
    max_age: Annotated[
        float | None, option("Age in hours before a failing event becomes a dead letter. Default: 24.")
    ] = None,
) -> None:
    """Deliver the events of an outbox to Adapty Mail, until SIGTERM or Ctrl-C.

    A missing file is created; tables in PostgreSQL are created by `webhooks init`. You can start several workers: one
    sends, and the others stand by.

    An event becomes a dead letter when it reaches both limits, or when Mail rejects it. Failures during an outage of
    Mail do not count. With --once, the exit code is 1 if events became dead letters.
    """
    options: dict[str, Any] = {
        "concurrency": concurrency,
        "rate_limit": rate_limit,
        "max_attempts": max_attempts,
        "max_age": None if max_age is None else _parse_hours(max_age),
    }
    options = {name: value for name, value in options.items() if value is not None}
    with Adapty() as client, _open(outbox) as opened:
        log_to_stderr(logging.INFO)  # shows rejected events and pauses
        if once:
            report = drain(client, opened, **options)
        else:
            stderr.print(f"Delivering events of {opened.location}. Press Ctrl-C to stop.")
            report = run_worker(client, opened, **options)
    stdout.print(f"{report.delivered} delivered, {report.dead_letters} dead letters")
    if once and report.dead_letters:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _parse_hours(hours: float) -> timedelta:
    if not 0 <= hours <= _MAX_HOURS:
        raise AdaptyUsageError.for_field("--max-age", f"must be a number of hours from 0 to {_MAX_HOURS} (got {hours})")
    return timedelta(hours=hours)


@app.command()
def init(*, outbox: OutboxUrl) -> None:
    """Create the tables of an outbox and of a dedup store, or migrate them to this version.

    In PostgreSQL, run it once, and again after an update of adapty, as a user that may create tables. A file is created
    and migrated by every command.
    """
    with _name_flag():
        opened = Outbox.from_url(outbox)
        if isinstance(opened, PostgresOutbox):
            opened = PostgresOutbox(outbox, create=True)
            PostgresDedupStore(outbox, create=True)
        opened.close()
    stdout.print(f"The tables in {opened.location} are up to date")


@app.command("list")
def list_events(
    *,
    outbox: OutboxUrl,
    event_ids: EventIds = None,
    dead_letters: Annotated[
        bool, typer.Option("--dead-letters", help="List dead letters instead of pending events.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List pending events, or dead letters with their reasons. Event IDs select some of them.

    The table shows at most 100 events; --json prints all, one per line.
    """
    with _open(outbox, must_exist=True) as opened:
        found: Iterator[PendingEvent] = opened.dead_letters() if dead_letters else opened.pending()
        if event_ids:
            found = (each for each in found if each.event_id in event_ids)
        if as_json:
            for each in found:
                print_json(_to_json(each), indent=None)
            return
        counts = opened.counts()
        rows = [_to_row(each) for each in islice(found, _MAX_ROWS)]
        label, count = ("dead letters", counts.dead_letters) if dead_letters else ("pending", counts.pending)
        count = len(rows) if event_ids else count
        limit = f", the first {_MAX_ROWS}" if count > _MAX_ROWS else ""
        print_table(f"{count} {label}{limit}", ("event", "type", "arrived", "attempts", "reason"), rows)


@app.command()
def replay(*, outbox: OutboxUrl, event_ids: EventIds = None, all_: All = False) -> None:
    """Send dead letters again, in their original order per profile. Pending events are sent immediately."""
    with _open(outbox, must_exist=True) as opened:
        _change("replayed", event_ids, opened.replay_all if all_ else None, opened.replay)


@app.command()
def delete(*, outbox: OutboxUrl, event_ids: EventIds = None, all_: All = False) -> None:
    """Delete events by their IDs, or all dead letters."""
    with _open(outbox, must_exist=True) as opened:
        _change("deleted", event_ids, opened.delete_all if all_ else None, opened.delete)


def _change(
    done: str,
    event_ids: Sequence[str] | None,
    change_all: Callable[[], int] | None,
    change: Callable[[str], bool],
) -> None:
    """Change all dead letters, or the events with some IDs, and print their number.

    Raises:
        AdaptyUsageError: There are neither IDs nor --all, or both, or some IDs are not in the outbox.
    """
    require_one("EVENT_ID", "--all", given=bool(event_ids), other_given=change_all is not None)
    unknown = [] if change_all else [event_id for event_id in dict.fromkeys(event_ids or ()) if not change(event_id)]
    count = change_all() if change_all else len(set(event_ids or ())) - len(unknown)
    stdout.print(f"{count} {done}")
    if unknown:
        ids = "1 ID" if len(unknown) == 1 else f"{len(unknown)} IDs"
        message = f"EVENT_ID: {ids} not found in the outbox; to list the IDs: webhooks list [--dead-letters]"
        raise AdaptyUsageError(message)


@contextmanager
def _open(url: str, *, must_exist: bool = False) -> Iterator[BaseOutbox]:
    """Open an outbox. Where nothing is put, it must exist: a misspelled path would create an empty one.

    Raises:
        AdaptyUsageError: The address is invalid, or there is no such file.
    """
    with _name_flag(), Outbox.from_url(url, must_exist=must_exist) as opened:
        yield opened


@contextmanager
def _name_flag() -> Iterator[None]:
    """Name the flag in errors of the address."""
    try:
        yield
    except AdaptyUsageError as error:
        if error.field_name not in {"url", "dsn"}:
            raise
        raise AdaptyUsageError.for_field("--outbox", str(error).removeprefix(f"{error.field_name}: ")) from None


def _to_row(event: PendingEvent) -> tuple[object, ...]:
    return event.event_id, event.event_type, event.arrived_at, event.attempts, event.reason


def _to_json(event: PendingEvent) -> dict[str, Any]:
    """Return the fields to print, without the event itself, which may contain an e-mail address."""
    fields = {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "arrived_at": event.arrived_at.isoformat(),
        "attempts": event.attempts,
        "reason": event.reason,
    }
    return {**fields, "failed_at": event.failed_at.isoformat()} if isinstance(event, DeadLetter) else fields
