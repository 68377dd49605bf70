"""`erase`: everybody in a file, deleted from the server-side API, with a report as evidence."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import IO, TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from adapty import Adapty, AdaptyError, AdaptyUsageError
from adapty.bulk.erase_report import EraseReport
from adapty.bulk.id_files import IdFile, read_ids
from adapty.cli.options import AsJson, option
from adapty.cli.outcome import ExitCode, errors, output, typed_errors
from adapty.cli.show import print_json, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from adapty import Deletion, DeletionReport

__all__ = ["erase"]

_STANDARD_INPUT = "-"


def erase(
    file: Annotated[
        str,
        typer.Argument(
            help="One id a line, or CSV with a header, or JSON Lines, or one of these gzipped; - for standard input."
        ),
    ],
    *,
    by: Annotated[
        Literal["customer_user_id", "profile_id"] | None,
        option("Which ids FILE holds; where left out, what its header or keys say, or else customer_user_id."),
    ] = None,
    report: Annotated[Path | None, option("The report, appended to; NAME.erased.csv here where left out.")] = None,
    concurrency: Annotated[int, typer.Option(help="How many requests at a time.", min=1, max=100)] = 8,
    as_json: AsJson = False,
) -> None:
    """Delete every user in a file, at once and for good; run it again for those that failed.

    The report, a CSV file, has a row for each of them: deleted, already_gone, or failed with the reason.
    """
    with typed_errors():
        source = _source(file)
        users = read_ids(source, by)
        with Adapty() as adapty:
            adapty.low_level()  # a missing key is found now, not at the first user
            with EraseReport(report or _report_name(source), source) as written:
                ran = _erase(adapty, users, written, concurrency)
        _print_summary(users, written, ran, as_json=as_json)
        if ran.stopped_by is not None:
            raise ran.stopped_by
        if written.counts["failed"]:
            raise typer.Exit(ExitCode.SOME_REFUSED)


def _source(file: str) -> Path | IO[bytes]:
    if file != _STANDARD_INPUT:
        return Path(file)
    if sys.stdin is None:
        raise AdaptyUsageError("standard input: is closed; expected ids")
    return sys.stdin.buffer


def _report_name(source: Path | IO[bytes]) -> Path:
    name = source.name.removesuffix(".gz") if isinstance(source, Path) else "stdin"
    return Path(f"{Path(name).stem}.erased.csv")


def _erase(adapty: Adapty, users: IdFile, written: EraseReport, concurrency: int) -> DeletionReport:
    """Delete the users, and write down each of them as it is done."""
    try:
        with _interrupts() as interrupted, _progress(len(users.ids) + len(users.refused)) as show:

            def note(deletion: Deletion) -> None:
                written.add(deletion)
                show(written)

            for deletion in users.refused:
                note(deletion)
            ran = adapty.profiles.delete_many(
                _until(interrupted, users.ids), by=users.kind, concurrency=concurrency, on_outcome=note
            )
        if interrupted.is_set():
            raise KeyboardInterrupt  # noqa: TRY301 - told below, like one that came at another moment
    except (AdaptyError, KeyboardInterrupt) as stop:
        stop.add_note(f"{_told(written)} so far")
        stop.add_note(f"report: {shown(written.path)}")
        raise
    return ran


@contextmanager
def _interrupts() -> Iterator[Event]:
    """Let Ctrl-C be noted only, so that the users whose deletion is under way are not missing from the report.

    Pressed again it interrupts as ever.
    """
    interrupted = Event()

    def note(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupted.set()

    is_python_s_own = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not is_python_s_own or current_thread() is not main_thread():
        yield interrupted
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _until(stop: Event, ids: Iterable[str]) -> Iterator[str]:
    for one in ids:
        if stop.is_set():
            return
        yield one


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[EraseReport], None]]:
    """Show a bar on standard error; nothing where that is no terminal."""
    columns = (
        TextColumn("erase"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=rows, failed=0)
        yield lambda written: bar.update(task, completed=written.counts.total(), failed=written.counts["failed"])
        bar.update(task, total=bar.tasks[0].completed)  # who stands there twice is sent once


def _print_summary(users: IdFile, written: EraseReport, ran: DeletionReport, *, as_json: bool) -> None:
    repeated = len(users.ids) - len(ran.outcomes)
    if as_json:
        print_json(
            {
                "deleted": written.counts["deleted"],
                "already_gone": written.counts["already_gone"],
                "failed": written.counts["failed"],
                "repeated": repeated,
                "stopped_by": None if ran.stopped_by is None else str(ran.stopped_by),
                "report": str(written.path),
            }
        )
        return
    output.print(_told(written))
    if repeated:
        output.print(f"repeats of an id, sent once: {repeated}")
    output.print(f"report: {shown(written.path)}")


def _told(written: EraseReport) -> str:
    counts = written.counts
    return f"{counts['deleted']} deleted, {counts['already_gone']} already gone, {counts['failed']} failed"
