"""What an import shows: a progress bar while it runs, a summary when it is done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from adapty.cli.outcome import errors, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.bulk import ImportReport, Progress

__all__ = ["import_progress", "print_report"]


@contextmanager
def import_progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar on standard error for each file; nothing where that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[refused]} refused"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=errors, disable=not errors.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def show(progress: Progress) -> None:
            if progress.kind not in tasks:
                tasks[progress.kind] = bar.add_task(progress.kind, total=progress.lines, refused=0)
            bar.update(tasks[progress.kind], completed=progress.line, refused=progress.refused)

        yield show
        for task in bar.tasks:  # blank lines at a file's end are no rows
            bar.update(task.id, completed=task.total)


def print_report(report: ImportReport) -> None:
    """Print what an import did."""
    output.print(f"profiles: {report.profiles_accepted} accepted, {report.profiles_refused} refused")
    output.print(f"events:   {report.events_accepted} accepted, {report.events_refused} refused")
    if report.events_without_profile:
        output.print(f"{report.events_without_profile} events wait for a profile that this import did not save")
    _print_counts("Flow", "Profiles", {flow.value: count for flow, count in report.flows.items()})
    if report.reasons:
        _print_counts("Refused for", "Records", dict(report.reasons.most_common()))
    for path in report.failures:
        output.print(f"refused records: {path}")


def _print_counts(what: str, unit: str, counts: dict[str, int]) -> None:
    table = Table()
    table.add_column(what, overflow="fold")
    table.add_column(unit, justify="right")
    for name, count in counts.items():
        table.add_row(Text(name), str(count))
    output.print(table)
