"""Draw charts in the terminal, with plotext."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import plotext
from rich.text import Text

from adapty._cli.charts.series import COLORS, choose_x_ticks, choose_y_ticks, format_tick
from adapty._cli.format import shorten
from adapty._cli.output import stdout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapty._cli.charts.series import Chart

__all__ = ["print_chart"]

_MIN_WIDTH, _MAX_WIDTH = 20, 120
_MIN_HEIGHT, _MAX_HEIGHT = 8, 20
_LINES_PER_TICK = 4
_FRAME = 2
_DOTS = "braille"
_SYMBOLS = "*o+x#@"
"""Instead of colors, one for each series."""

_FRAME_IN_ASCII = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|+++++++++")
_BLOCK = "⣿⣿"


def print_chart(chart: Chart) -> None:
    """Print a chart as wide as the terminal, and the names of its lines below it.

    Lines have colors if the terminal shows them, otherwise symbols.
    """
    is_colored = stdout.color_system is not None and not stdout.no_color
    can_draw = stdout.escape(_BLOCK) == _BLOCK
    has_dots = can_draw and len(chart.positions) > 1 and (is_colored or len(chart.series) == 1)
    markers = [_DOTS if has_dots else symbol for symbol in _SYMBOLS]
    width = min(max(stdout.width, _MIN_WIDTH), _MAX_WIDTH)
    height = min(max(stdout.height - len(chart.series) - _FRAME, _MIN_HEIGHT), _MAX_HEIGHT)
    drawn = _draw(chart, markers, width=width, height=height, is_colored=is_colored)
    stdout.print(Text.from_ansi(drawn if can_draw else drawn.translate(_FRAME_IN_ASCII)))
    for series, marker, color in zip(chart.series, markers, COLORS, strict=False):
        symbol = _BLOCK if marker == _DOTS else marker
        name = shorten(stdout.escape(series.name), width - len(symbol) - 1)
        stdout.print(Text.assemble((symbol, color if is_colored else ""), f" {name}"))


def _draw(chart: Chart, markers: list[str], *, width: int, height: int, is_colored: bool) -> str:
    """Return the lines of a chart, with colors as escape sequences.

    Only finite numbers and different limits reach plotext: its native code ends the process otherwise.
    """
    plotext.terminal.limit(width=False, height=False)
    figure = plotext.figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    y_ticks = choose_y_ticks(chart, max(2, height // _LINES_PER_TICK))
    y_labels = [format_tick(tick) for tick in y_ticks]
    figure.ruler("y").lim(y_ticks[0], y_ticks[-1]).ticks(y_ticks, y_labels)
    x_ticks, x_labels = choose_x_ticks(chart, width - _FRAME - max(map(len, y_labels)))
    margin = 0 if len(chart.positions) > 1 else 1
    figure.ruler("x").lim(chart.positions[0] - margin, chart.positions[-1] + margin).ticks(x_ticks, x_labels)
    if y_ticks[0] < 0:
        figure.line(0)
    for series, symbol, color in zip(chart.series, markers, COLORS, strict=False):
        marker = plotext.marker(symbol, pixel=plotext.pixel(foreground=_parse_color(color)) if is_colored else None)
        figure.draw(_create_signal(figure, chart.positions, series.values, marker))
    # Versions of rich disagree on a line break at the end.
    return str(figure.build().string(colorless=not is_colored)).rstrip("\n")


def _create_signal(figure: Any, positions: Sequence[int], values: Sequence[float | None], marker: Any) -> Any:
    """Return the line of a series, interrupted where it has no value."""
    present = [index for index, value in enumerate(values) if value is not None]
    signal = figure.signal([positions[index] for index in present], [values[index] for index in present], marker=marker)
    signal.lines(True)  # noqa: FBT003 - positional in plotext
    for number, (before, index) in enumerate(pairwise(present), start=1):
        if index > before + 1:
            signal.line(number, active=False)
    return signal


def _parse_color(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color.removeprefix("#")))
