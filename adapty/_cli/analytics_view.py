"""Show rows of analytics as a table, a chart, JSON or a file."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from adapty import AdaptyUsageError
from adapty._cli.charts.series import NO_DATA, create_chart
from adapty._cli.format import print_json, to_json
from adapty._cli.output import stderr, stdout
from adapty._cli.output_file import check_output, write_output
from adapty._cli.rows import count_formulas, print_rows, rows_to_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapty._cli.charts.series import Chart

    Rows = Sequence[Mapping[str, Any]]

__all__ = ["Display", "Picture"]

_ROW_KINDS = ("csv", "json")
_IMAGE_KINDS = ("png", "svg")
_MAX_ROWS = 1000
_EXCLUSIVE = {"plot": "--plot", "as_json": "--json", "raw_csv": "--raw-csv"}


@frozen
class Picture:
    """What a chart shows.

    Attributes:
        rows: The rows of one metric, with dates.
        title: The title, without the segments.
        unit: The unit of the values, or nothing.
        period_unit: The length of a period.
    """

    rows: Rows
    title: str
    unit: str
    period_unit: str


@frozen
class Display:
    """How to show rows.

    Attributes:
        path: The file to write, if any.
        kind: The kind of the file, such as `csv`.
        as_json: Print JSON.
        plot: Draw a chart in the terminal.
        raw_csv: Write the CSV of the API, not the rows.
    """

    path: Path | None
    kind: str | None
    as_json: bool = field(kw_only=True)
    plot: bool = field(kw_only=True)
    raw_csv: bool = field(kw_only=True)

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> Display:
        """Take the options about the display out of those of a command, and check them before any request.

        Raises:
            AdaptyUsageError: They cannot be combined, the file cannot be written, or the extra `plot` is missing.
        """
        can_draw = "plot" in options
        path = options.pop("output")
        wanted = {flag: options.pop(name, False) for name, flag in _EXCLUSIVE.items()}
        flags = [flag for flag, is_wanted in wanted.items() if is_wanted]
        if len(flags) > 1:
            raise AdaptyUsageError.for_field(flags[0], f"cannot be combined with {flags[1]}; expected one of the two")
        kind = None if path is None else check_output(path, _ROW_KINDS + _IMAGE_KINDS * can_draw)
        if wanted["--raw-csv"] and kind != "csv":
            raise AdaptyUsageError.for_field("--raw-csv", "is for CSV files only; pass --output FILE.csv too")
        if wanted["--plot"]:
            _check_extra("--plot", "plotext")
        if kind in _IMAGE_KINDS:
            _check_extra("--output", "matplotlib")
        return cls(path, kind, as_json=wanted["--json"], plot=wanted["--plot"], raw_csv=wanted["--raw-csv"])

    def show(
        self,
        rows: Rows,
        *,
        title: str,
        columns: Sequence[str],
        table: Rows | None = None,
        summary: Rows = (),
        picture: Picture | None = None,
    ) -> None:
        """Show rows.

        Args:
            rows: The rows, for programs.
            title: The title of the table.
            columns: The names of the columns, which a file has even without rows.
            table: The rows for people. Default: `rows`.
            summary: Rows about the whole range, for people.
            picture: The chart.
        """
        if self.path is not None:
            write_output(self.path, self._file(rows, columns, picture))
            stderr.print(f"{'chart' if self.kind in _IMAGE_KINDS else f'{len(rows)} rows'} written to {self.path}")
            if self.kind == "csv" and (count := count_formulas(rows)):
                stderr.print(f"{count} texts begin with =, +, - or @: spreadsheets run them as formulas")
        if self.as_json:
            print_json(rows)
            return
        if self.plot and picture is not None:
            _print_picture(picture)
        elif self.path is None and rows:
            _print_table(title, rows if table is None else table, hidden=_redundant(rows))
        elif self.path is None:
            stdout.print(f"{title}: {NO_DATA}")
        if summary and (self.plot or self.path is None):
            print_rows("whole range", summary)

    def _file(self, rows: Rows, columns: Sequence[str], picture: Picture | None) -> bytes:
        if self.kind == "csv":
            return rows_to_csv(rows, columns)
        if self.kind == "json" or picture is None:
            return f"{to_json(rows)}\n".encode("ascii")
        from adapty._cli.charts.image import draw_image  # noqa: PLC0415 - needs its extra

        drawn = create_chart(picture.rows, period_unit=picture.period_unit)
        return draw_image(drawn, title=_full_title(picture, drawn), unit=picture.unit, kind=str(self.kind))


def _print_table(title: str, rows: Rows, *, hidden: Sequence[str]) -> None:
    """Print the first rows; the title says if there are more."""
    if len(rows) > _MAX_ROWS:
        title = f"{title} (the first {_MAX_ROWS} of {len(rows)} rows; --json and --output have all)"
    print_rows(title, rows[:_MAX_ROWS], hidden=hidden)


def _redundant(rows: Rows) -> Sequence[str]:
    """Return the columns that a table does not need: the IDs of segments, unless titles are ambiguous."""
    segments = {(row.get("segment"), row.get("segment_id")) for row in rows}
    titles = {title for title, _ in segments if title is not None}
    return ["segment_id"] if len(titles) == len(segments) else []


def _check_extra(flag: str, package: str) -> None:
    """Load a package of the extra `plot`.

    Raises:
        AdaptyUsageError: It is not installed, or does not load.
    """
    try:
        import_module(package)
    except ImportError as error:
        problem = f'needs {package}, which cannot be loaded ({error}); install it with: pip install "adapty[plot]"'
        raise AdaptyUsageError.for_field(flag, problem) from None


def _print_picture(picture: Picture) -> None:
    from adapty._cli.charts.terminal import print_chart  # noqa: PLC0415 - needs its extra

    drawn = create_chart(picture.rows, period_unit=picture.period_unit)
    if drawn.is_empty:
        stdout.print(f"{picture.title}: {NO_DATA}")
    else:
        stdout.print(_full_title(picture, drawn))
        print_chart(drawn)


def _full_title(picture: Picture, chart: Chart) -> str:
    """Return the title, which says if segments are missing."""
    if chart.segments > len(chart.series):
        return f"{picture.title} (the {len(chart.series)} largest of {chart.segments} segments)"
    return picture.title
