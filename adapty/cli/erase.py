"""`erase`: everybody in a file, deleted from both APIs, with a report as evidence."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager, suppress
from functools import partial
from operator import attrgetter
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import IO, TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from adapty import Adapty, AdaptyConfigError, AdaptyError, AdaptyUsageError
from adapty.bulk.erase_report import EraseReport
from adapty.bulk.id_files import API_KINDS, KINDS, ApiName, IdFile, KindName, read_ids
from adapty.cli.options import AsJson, option
from adapty.cli.outcome import ExitCode, errors, output, typed_errors
from adapty.cli.show import print_json, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
        KindName | None,
        option("Which ids FILE holds; where left out, what its header or keys say, or else customer_user_id."),
    ] = None,
    api: Annotated[
        ApiName | None,
        option("Erase from this API only; where left out, from each that knows such ids and that there is a key for."),
    ] = None,
    report: Annotated[Path | None, option("The report, appended to; NAME.erased.csv here where left out.")] = None,
    concurrency: Annotated[int, typer.Option(help="How many requests at a time.", min=1, max=100)] = 8,
    as_json: AsJson = False,
) -> None:
    """Delete every user in a file, at once and for good, from both APIs; run it again for those that failed.

    The report, a CSV file, has a row for each user and API: deleted, already_gone, or failed with the reason.
    """
    with typed_errors():
        kinds = _kinds(by, api)
        source = _source(file)
        users = read_ids(source, kinds)
        with Adapty() as adapty:
            apis = _apis(adapty, users.kind, api)
            with EraseReport(report or _report_name(source), source) as written:
                runs = _erase(adapty, apis, users, written, concurrency)
        _print_summary(written, runs, as_json=as_json)
        _raise_first([run.stopped_by for run in runs if run.stopped_by])
        if written.counts["failed"]:
            raise typer.Exit(ExitCode.SOME_REFUSED)


class _Run(NamedTuple):
    """What came of the users with one API, apart from what the report says of each."""

    api: ApiName
    repeated: int
    stopped_by: AdaptyError | None


_LOW_LEVEL: Mapping[ApiName, Callable[[Adapty], Callable[[], object]]] = {
    "server-side": attrgetter("low_level"),
    "mail": attrgetter("mail.low_level"),
}
_DELETE_MANY: Mapping[ApiName, Callable[[Adapty], Callable[..., DeletionReport]]] = {
    "server-side": attrgetter("profiles.delete_many"),
    "mail": attrgetter("mail.delete_many"),
}


def _kinds(by: KindName | None, api: ApiName | None) -> tuple[KindName, ...]:
    """Choose the kinds of id to look for: those that somebody to be asked knows."""
    known = tuple(kind for kind in KINDS if api is None or kind in API_KINDS[api])
    if by is None:
        return known
    if by not in known:
        raise AdaptyUsageError.of("--by", f"is {by}, which the {api} API does not know; expected {' or '.join(known)}")
    return (by,)


def _apis(adapty: Adapty, kind: KindName, only: ApiName | None) -> list[ApiName]:
    """Choose the APIs to erase from; where there is a key for none, it is told now and not at the first user."""
    wanted: list[ApiName] = [only] if only else [api for api, kinds in API_KINDS.items() if kind in kinds]
    found: list[ApiName] = []
    for api in wanted:
        with suppress(AdaptyConfigError):
            _LOW_LEVEL[api](adapty)()
            found.append(api)
    if not found:
        _LOW_LEVEL[wanted[0]](adapty)()  # raises what is missing
    return found


def _source(file: str) -> Path | IO[bytes]:
    if file != _STANDARD_INPUT:
        return Path(file)
    if sys.stdin is None:
        raise AdaptyUsageError("standard input: is closed; expected ids")
    return sys.stdin.buffer


def _report_name(source: Path | IO[bytes]) -> Path:
    name = source.name.removesuffix(".gz") if isinstance(source, Path) else "stdin"
    return Path(f"{Path(name).stem}.erased.csv")


def _erase(
    adapty: Adapty,
    apis: Sequence[ApiName],
    users: IdFile,
    written: EraseReport,
    concurrency: int,
) -> list[_Run]:
    """Delete the users from one API after the other, and write down each of them as it is done."""
    runs: list[_Run] = []
    try:
        with _interrupts() as interrupted, _progress(len(apis) * len(users.rows)) as show:

            def note(api: ApiName, deletion: Deletion) -> None:
                written.add(api, deletion)
                show(written)

            for api in apis:
                ids, refused = users.sorted_for(api)
                for deletion in refused:
                    note(api, deletion)
                ran = _DELETE_MANY[api](adapty)(
                    _until(interrupted, ids), by=users.kind, concurrency=concurrency, on_outcome=partial(note, api)
                )
                runs.append(_Run(api, len(ids) - len(ran.outcomes), ran.stopped_by))
                if interrupted.is_set():
                    raise KeyboardInterrupt  # noqa: TRY301 - told below, like one that came at another moment
    except (AdaptyError, KeyboardInterrupt) as stop:
        stop.add_note(f"{_told(written)} so far")
        stop.add_note(f"report: {shown(written.path)}")
        raise
    return runs


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


def _print_summary(written: EraseReport, runs: Sequence[_Run], *, as_json: bool) -> None:
    repeated = max(run.repeated for run in runs)
    if as_json:
        print_json(
            {
                "apis": [run.api for run in runs],
                "deleted": written.counts["deleted"],
                "already_gone": written.counts["already_gone"],
                "failed": written.counts["failed"],
                "repeated": repeated,
                "stopped_by": {run.api: str(run.stopped_by) for run in runs if run.stopped_by},
                "report": str(written.path),
            }
        )
        return
    output.print(_told(written))
    output.print(f"erased from: {', '.join(f'{run.api} (stopped)' if run.stopped_by else run.api for run in runs)}")
    if repeated:
        output.print(f"repeats of an id, sent once: {repeated}")
    output.print(f"report: {shown(written.path)}")


def _raise_first(stops: Sequence[AdaptyError]) -> None:
    """Raise what stopped an API, if anything did; what stopped the other one too is told below it."""
    if stops:
        for other in stops[1:]:
            stops[0].add_note(f"Error: {other}")
        raise stops[0]


def _told(written: EraseReport) -> str:
    counts = written.counts
    return f"{counts['deleted']} deleted, {counts['already_gone']} already gone, {counts['failed']} failed"
