"""What `analytics chart` shows while it retrieves a long range: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from adapty._cli.chart_progress import display_chart_progress
from adapty.models import ChartProgress
from tests.cases import case
from tests.cli.test_bulk_progress import make_console, printed

if TYPE_CHECKING:
    from rich.console import Console

ERASED_LINE = "\r\x1b[1A\x1b[2K"


def make_progress(completed: int, total: int, elapsed: float) -> ChartProgress:
    """Return the progress of requests for a year each."""
    return ChartProgress(
        completed=completed,
        total=total,
        date_to=date(2020 + completed, 12, 31),
        elapsed=elapsed,
        eta=elapsed / completed * (total - completed),
    )


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Console:
    """Make standard error a file."""
    console = make_console(is_terminal=False)
    monkeypatch.setattr("adapty._cli.chart_progress.stderr", console)
    return console


def test_lines_are_printed_for_long_work_only(piped: Console) -> None:
    """The first one after five seconds, then one every ten; none at the end, where the chart is."""
    with display_chart_progress() as show:
        for completed in range(1, 6):
            show(make_progress(completed, 5, elapsed=completed * 4.0))

    assert printed(piped) == [
        "chart: 2 of 5 requests, until 2022-12-31, 12 s left",
        "chart: 5 of 5 requests, until 2025-12-31",
    ]


def test_bar_is_drawn_for_several_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It disappears at the end."""
    texts = ("until 2021-12-31", "1/3", "0:08")
    for total in (1, 3):
        with case(total):
            console = make_console(is_terminal=True, is_interactive=True)
            monkeypatch.setattr("adapty._cli.chart_progress.stderr", console)
            with display_chart_progress() as show:
                show(make_progress(1, total, elapsed=4.0))

            assert isinstance(console.file, StringIO)
            drawn = console.file.getvalue()
            assert [text in drawn for text in texts] == [total > 1] * len(texts)
            assert drawn.endswith(ERASED_LINE) if total > 1 else "\n" not in drawn
