"""The progress of a chart over a long range on standard error: a bar on a terminal, otherwise lines."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from adapty._cli.format import format_clock, format_duration
from adapty._cli.output import stderr
from adapty._cli.progress_lines import ProgressLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.models import ChartProgress

__all__ = ["display_chart_progress"]


@contextmanager
def display_chart_progress() -> Iterator[Callable[[ChartProgress], None]]:
    """Return a callback that displays the progress of several requests; of one request there is none.

    The bar disappears at the end, because the chart is printed on the same terminal.
    """
    if not stderr.is_terminal:
        lines = ProgressLines(stderr)
        yield lambda progress: lines.show(partial(_line, progress), elapsed=progress.elapsed, stage="chart")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Bar(*columns, console=stderr, transient=True) as bar:
        task = bar.add_task("", visible=False, left="")

        def show(progress: ChartProgress) -> None:
            bar.update(
                task,
                description=f"until {progress.date_to}",
                completed=progress.completed,
                total=progress.total,
                visible=progress.total > 1,
                left=format_clock(progress.eta),
            )

        yield show


def _line(progress: ChartProgress) -> str:
    done = f"chart: {progress.completed} of {progress.total} requests, until {progress.date_to}"
    return f"{done}, {format_duration(progress.eta)} left" if progress.eta else done
