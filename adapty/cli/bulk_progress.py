"""How far a bulk job is, on standard error: bars on a terminal, elsewhere a line now and then."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column

from adapty.cli.outcome import errors
from adapty.cli.show import clock, duration, rate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapty.bulk import Progress
    from adapty.bulk.progress import StageName

__all__ = ["shown_progress"]

_FIRST_SECONDS = 5.0
_EVERY_SECONDS = 10.0
_WIDEST_BAR = 40
_TEXTS = 6

_SUCCESS: Mapping[StageName, str] = {
    "profiles": "accepted",
    "events": "accepted",
    "server-side": "done",
    "mail": "done",
}


@contextmanager
def shown_progress() -> Iterator[Callable[[Progress], None]]:
    """Give what shows how far a job is, to be called whenever there is news.

    On a terminal each stage has a bar. Elsewhere it has a line after some seconds, then one now and then, and one at
    its end. Where an exception ends the job, that has the last word.
    """
    with _bars() if errors.is_terminal else _lines() as show:
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
    """Say what stands behind a bar: short, for all of it has to fit into 80 columns."""
    limit, left = progress.limit, progress.eta
    pace = rate(progress.rate) if limit is None else f"{rate(progress.rate).removesuffix('/s')} of {rate(limit)}"
    return (_format_fraction(progress), pace, clock(left) if left else "", *_counts(progress))


def _line(progress: Progress) -> str:
    limit, left = progress.limit, progress.eta
    words = (
        *_counts(progress),
        rate(progress.rate),
        "" if limit is None else f"limit {rate(limit)}",
        _format_fraction(progress),
        f"{duration(left)} left" if left else "",
    )
    return f"{progress.stage}: {', '.join(filter(None, words))}"


@contextmanager
def _bars() -> Iterator[Callable[[Progress], None]]:
    wide = BarColumn(bar_width=None, table_column=Column(max_width=_WIDEST_BAR))
    texts = [TextColumn(f"{{task.fields[texts][{number}]}}") for number in range(_TEXTS)]
    with Bar(TextColumn("{task.description}"), wide, *texts, console=errors) as bar:
        tasks: dict[str, TaskID] = {}

        def show(progress: Progress) -> None:
            if progress.stage not in tasks:
                fill()
                tasks[progress.stage] = bar.add_task(progress.stage, total=None, texts=[""] * _TEXTS)
            total = None if progress.fraction is None else 1.0
            bar.update(tasks[progress.stage], total=total, completed=progress.fraction or 0.0, texts=_columns(progress))

        def fill() -> None:
            """Fill the bars of what nobody knew the length of."""
            for task in bar.tasks:
                if task.total is None:
                    bar.update(task.id, total=1.0, completed=1.0)

        yield show
        fill()


@contextmanager
def _lines() -> Iterator[Callable[[Progress], None]]:
    lines = _Lines()
    yield lines.show
    lines.tell()


class _Lines:
    """Prints a line for a stage when it is due."""

    def __init__(self) -> None:
        self._untold: Progress | None = None
        self._stage: StageName | None = None
        self._due = _FIRST_SECONDS

    def show(self, progress: Progress) -> None:
        if progress.stage != self._stage:
            self.tell()
            self._stage = progress.stage
            self._due = _FIRST_SECONDS
        self._untold = progress
        if progress.elapsed >= self._due:
            self._due = progress.elapsed + _EVERY_SECONDS
            self.tell()

    def tell(self) -> None:
        """Print the last news, unless they are told."""
        if self._untold is not None:
            errors.print(_line(self._untold))
            self._untold = None
