"""The progress of a bulk job on standard error: bars on a terminal, otherwise a line every few seconds."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column

from adapty._cli.format import format_clock, format_duration, format_rate
from adapty._cli.output import stderr
from adapty._cli.progress_lines import ProgressLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapty.bulk import Progress

__all__ = ["display_progress"]

_MAX_BAR_WIDTH = 40
_TEXT_COLUMNS = 6

_SUCCESS: Mapping[str, str] = {
    "profiles": "accepted",
    "events": "accepted",
    "server-side": "done",
    "mail": "done",
}


@contextmanager
def display_progress() -> Iterator[Callable[[Progress], None]]:
    """Return a callback that displays the progress of a job.

    On a terminal each stage has a bar. Otherwise it has a line after some seconds, then one every few seconds, and one
    at its end, unless an exception ends the job.
    """
    with _bars() if stderr.is_terminal else _lines() as show:
        yield show


def _counts(progress: Progress) -> tuple[str, str, str]:
    return (
        f"{progress.accepted} {_SUCCESS[progress.stage]}",
        f"{progress.rejected} failed",
        f"{progress.retried} retried",
    )


def _format_fraction(progress: Progress) -> str:
    return "" if progress.fraction is None else f"{int(100 * progress.fraction)} %"


def _columns(progress: Progress) -> tuple[str, ...]:
    """Return the texts after a bar; together they fit into 80 columns."""
    limit, left = progress.limit, progress.eta
    pace = format_rate(progress.rate)
    if limit is not None:
        pace = f"{pace.removesuffix('/s')} of {format_rate(limit)}"
    return (_format_fraction(progress), pace, format_clock(left) if left else "", *_counts(progress))


def _line(progress: Progress) -> str:
    limit, left = progress.limit, progress.eta
    words = (
        *_counts(progress),
        format_rate(progress.rate),
        "" if limit is None else f"limit {format_rate(limit)}",
        _format_fraction(progress),
        f"{format_duration(left)} left" if left else "",
    )
    return f"{progress.stage}: {', '.join(filter(None, words))}"


@contextmanager
def _bars() -> Iterator[Callable[[Progress], None]]:
    wide = BarColumn(bar_width=None, table_column=Column(max_width=_MAX_BAR_WIDTH))
    texts = [TextColumn(f"{{task.fields[texts][{number}]}}") for number in range(_TEXT_COLUMNS)]
    with Bar(TextColumn("{task.description}"), wide, *texts, console=stderr) as bar:
        tasks: dict[str, TaskID] = {}

        def show(progress: Progress) -> None:
            if progress.stage not in tasks:
                fill()
                tasks[progress.stage] = bar.add_task(progress.stage, total=None, texts=[""] * _TEXT_COLUMNS)
            total = None if progress.fraction is None else 1.0
            bar.update(tasks[progress.stage], total=total, completed=progress.fraction or 0.0, texts=_columns(progress))

        def fill() -> None:
            """Fill the bars of inputs of unknown length."""
            for task in bar.tasks:
                if task.total is None:
                    bar.update(task.id, total=1.0, completed=1.0)

        yield show
        fill()


@contextmanager
def _lines() -> Iterator[Callable[[Progress], None]]:
    lines = ProgressLines(stderr)
    yield lambda progress: lines.show(partial(_line, progress), elapsed=progress.elapsed, stage=progress.stage)
    lines.flush()
