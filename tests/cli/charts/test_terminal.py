"""Charts in the terminal."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from adapty._cli.charts import terminal
from adapty._cli.charts.terminal import print_chart
from adapty._cli.output import EscapingConsole
from tests.cases import case
from tests.cli.charts.rows import make_chart
from tests.cli.conftest import plain

if TYPE_CHECKING:
    from adapty._cli.charts.series import Chart

DOTS = {chr(code) for code in range(0x2801, 0x2900)}


def printed(chart: Chart, *, width: int = 60, height: int = 24, encoding: str = "utf-8", color: bool = False) -> str:
    """Return a printed chart, of a terminal with colors or of a file."""
    file = TextIOWrapper(BytesIO(), encoding=encoding, newline="\n")
    console = EscapingConsole(
        file=file, width=width, height=height, force_terminal=color, color_system="256" if color else None
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(terminal, "stdout", console)
        print_chart(chart)
    file.seek(0)
    return file.read()


def test_chart_has_a_line_and_readable_axes() -> None:
    """Round values at the left, months below, and the name of the segment."""
    lines = printed(make_chart({"US": [0, 1200, 900, 1900]})).splitlines()

    assert lines[0].startswith("    ┌")
    assert [line.split("┤")[0].strip() for line in lines if "┤" in line] == ["2K", "1.5K", "1K", "500", "0"]
    (months,) = [line for line in lines if "2025-01" in line]
    assert months.split() == ["2025-01", "2025-02", "2025-03", "2025-04"]
    assert lines[-1] == "⣿⣿ US"
    assert DOTS.intersection("".join(lines[1:-3]))


def test_lines_have_symbols_without_colors() -> None:
    """Each line has its own symbol, which the name below repeats."""
    out = printed(make_chart({"US": [1, 2, 3], "DE": [9, 9, 9], "FR": [5, 5, 5]}))

    assert out.splitlines()[-3:] == ["* DE", "o FR", "+ US"]
    assert all(out.count(symbol) > 20 for symbol in "*o+")
    assert not DOTS.intersection(out)
    assert "\x1b" not in out


def test_lines_have_colors_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless NO_COLOR is set."""
    chart = make_chart({"US": [1, 2, 3], "DE": [9, 9, 9]})

    out = printed(chart, color=True)
    assert "\x1b[38;5;25m⣿⣿\x1b[0m DE\n\x1b[38;5;178m⣿⣿\x1b[0m US\n" in out
    assert all(out.count(f"\x1b[38;5;{color}m") > 1 for color in (25, 178))

    monkeypatch.setenv("NO_COLOR", "1")
    assert "38;5" not in printed(chart, color=True)
    assert plain(printed(chart, color=True)).endswith("* DE\no US\n")


def test_ascii_terminal_gets_ascii() -> None:
    """Frame, lines and names."""
    for segments in ({"Île": [1, 2, 3]}, {"US": [1, 2], "日本": [2, 1]}):
        with case(segments):
            out = printed(make_chart(segments), encoding="ascii")

            assert out.isascii()
            assert "+----" in out
            assert out.count("*") > 20
            assert "\\u65e5\\u672c" in out or "\\xcele" in out


def test_chart_fits_into_the_terminal() -> None:
    """No line is wider, and the chart is not higher; below 20 columns a chart would show nothing."""
    chart = make_chart({"a long name of a segment": [1000, 2000] * 30, "名前" * 50: [3] * 60})
    for width, height in [(20, 24), (40, 24), (79, 12), (80, 24), (120, 50)]:
        with case(width, height):
            lines = printed(chart, width=width, height=height).splitlines()

            assert max(map(cell_len, lines)) <= width
            assert len(lines) <= height
    assert max(map(cell_len, printed(chart, width=5).splitlines())) == 20
    assert max(map(cell_len, printed(chart, width=500).splitlines())) == 120


def test_names_are_escaped() -> None:
    """Names come from advertising networks; they cannot control the terminal, and are no markup."""
    out = printed(make_chart({"[red]a[/red]\x1b[2J\n\u202eb :smile:": [1, 2]}))

    assert out.splitlines()[-1] == r"⣿⣿ [red]a[/red]\x1b[2J\n\u202eb :smile:"


def test_single_date_has_visible_points() -> None:
    """A line needs two points."""
    lines = printed(make_chart({"US": [1], "DE": [2]})).splitlines()

    assert sum(line.count("*") for line in lines[:-2]) == sum(line.count("o") for line in lines[:-2]) == 1
    assert "2025-01" in lines[-3]


def test_line_is_interrupted_where_a_value_is_missing() -> None:
    """Nothing is drawn between the values around it."""
    whole, interrupted = (printed(make_chart({"US": [9, 9, gap, 9, 9], "DE": [1, 1, 1, 1, 1]})) for gap in (9, None))
    assert 0 < interrupted.count("*") < 0.6 * whole.count("*")


def test_zero_line_separates_negative_values() -> None:
    """Refunds are negative."""
    lines = printed(make_chart({"US": [5, -5, 5]})).splitlines()

    assert any(line.lstrip().startswith("0┼") for line in lines)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(st.none(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False)),
            min_size=1,
            max_size=8,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_all_values_can_be_drawn(values: list[list[float | None]]) -> None:
    """The native code of plotext ends the process on values that it does not expect."""
    chart = make_chart({f"S{number}": each for number, each in enumerate(values)})

    assert chart.is_empty or "2025-01" in printed(chart) or chart.labels[0] != "2025-01"
