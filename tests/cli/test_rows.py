"""Rows as tables."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from adapty._cli.output import EscapingConsole
from adapty._cli.rows import pivot, print_rows
from tests.cases import case
from tests.cli.conftest import plain, table

if TYPE_CHECKING:
    import pytest


def test_numbers_of_a_column_have_the_same_decimals(capsys: pytest.CaptureFixture[str]) -> None:
    """None if all are whole; small ones keep a digit that is not zero."""
    cases: list[tuple[list[Any], list[str]]] = [
        ([1, 20_000, None], ["1", "20,000", "-"]),
        ([1.0, -2.0], ["1", "-2"]),
        ([1234.567, 2, 0, 0.004], ["1,234.57", "2.00", "0.00", "0.004"]),
        ([-0.001234, 1e-9], ["-0.001", "1e-09"]),
        ([10**20, 0.5], ["100,000,000,000,000,000,000.00", "0.50"]),
        ([True, 3], ["yes", "3"]),
        (["1.50", 2], ["1.50", "2"]),
    ]
    for values, printed in cases:
        with case(values):
            print_rows("numbers", [{"n": value, "empty": None, "id": 1} for value in values], hidden=["id"])
            assert table(capsys.readouterr().out) == [["n"], *([text] for text in printed)]


def test_narrow_terminal_splits_texts_but_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """If there is no room for the numbers, the terminal wraps the lines."""
    rows = [{"segment": "a very long name of a campaign", "revenue": 1234567.25, "proceeds": 1234567.5}]
    for width, fits in [(120, True), (44, True), (40, False)]:
        with case(width):
            console = EscapingConsole(file=StringIO(), width=width, force_terminal=True, color_system=None)
            monkeypatch.setattr("adapty._cli.format.stdout", console)
            print_rows("numbers", rows)
            assert isinstance(console.file, StringIO)
            out = plain(console.file.getvalue())
            assert "│ 1,234,567.25 │ 1,234,567.50 │" in out
            assert (max(map(len, out.splitlines())) <= width) is fits


def test_pivot_keeps_all_values() -> None:
    """Rows are in the order in which they occur first, and may lack columns."""
    rows = [
        {"day": day, "period": period, "value": 10 * day + period, "other": 5}
        for day, period in [(2, 1), (2, 2), (1, 1), (3, 3), (1, 1), (1, 2)]
    ]

    assert pivot(rows, column="period", value="value", values=["other"]) == [
        {"day": 2, "1": 21, "2": 22},
        {"day": 1, "1": 11},
        {"day": 3, "3": 33},
        {"day": 1, "1": 11, "2": 12},
    ]
