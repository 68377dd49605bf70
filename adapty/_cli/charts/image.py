"""Draw charts as PNG and SVG, with matplotlib but without its global state."""

from __future__ import annotations

import warnings
from io import BytesIO
from math import nan
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from adapty._cli.charts.series import COLORS, NO_DATA, choose_x_ticks, choose_y_ticks, format_tick
from adapty._cli.format import shorten
from adapty._escaping import escape_control

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from adapty._cli.charts.series import Chart

__all__ = ["draw_image"]

_SIZE = (10, 5.5)
_DPI = 150
_PADDING = 0.1
_CHARACTERS = 118
_Y_TICKS = 5
_MAX_NAME = 40
_LEGEND_COLUMNS = 3
_CENTER = (0.5, 0.5)
_POINT = 3
_THIN = 0.8
_FAINT = 0.3
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "adapty",  # equal charts have equal files
    "text.parse_math": False,
    "text.usetex": False,
}
_NO_METADATA = {"png": {"Software": None}, "svg": {"Creator": None, "Date": None}}


def draw_image(chart: Chart, *, title: str, unit: str, kind: str) -> bytes:
    """Return a chart as a file, `png` or `svg`; equal charts have equal files."""
    file = BytesIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")  # it is drawn as a box
        figure = Figure(figsize=_SIZE, dpi=_DPI, layout=ConstrainedLayoutEngine(w_pad=_PADDING, h_pad=_PADDING))
        axes = figure.subplots()
        axes.set_title(title, loc="left", wrap=True)
        axes.set_ylabel(unit)
        if chart.is_empty:
            axes.set_axis_off()
            axes.text(*_CENTER, NO_DATA, ha="center", transform=axes.transAxes)
        else:
            _draw_lines(figure, axes, chart)
            _draw_frame(axes, chart)
        figure.savefig(file, format=kind, metadata=_NO_METADATA[kind])
    return file.getvalue()


def _draw_lines(figure: Figure, axes: Axes, chart: Chart) -> None:
    """Draw the series, with a point at each value, because a line needs two of them."""
    lines = []
    for series, color in zip(chart.series, COLORS, strict=False):
        values = [nan if value is None else value for value in series.values]
        lines += axes.plot(chart.positions, values, color=color, marker="o", markersize=_POINT)
    names = [shorten(escape_control(series.name), _MAX_NAME) for series in chart.series]
    figure.legend(lines, names, loc="outside lower left", ncols=_LEGEND_COLUMNS, frameon=False)


def _draw_frame(axes: Axes, chart: Chart) -> None:
    y_ticks = choose_y_ticks(chart, _Y_TICKS)
    axes.set_yticks(y_ticks, [format_tick(tick) for tick in y_ticks])
    axes.set_xticks(*choose_x_ticks(chart, _CHARACTERS))
    if y_ticks[0] < 0:
        axes.axhline(0, color="black", linewidth=_THIN)
    axes.set_ylim(y_ticks[0], y_ticks[-1])
    axes.grid(axis="y", alpha=_FAINT)
    axes.spines[["top", "right"]].set_visible(False)
