"""`analytics`: the charts of the dashboard as tables, charts and files."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from adapty import Adapty, AdaptyUsageError
from adapty._cli.analytics_options import DISPLAY, DRAWING, FILTERS, RANGE, add_options, choose
from adapty._cli.analytics_view import Display, Picture
from adapty._cli.chart_progress import display_chart_progress
from adapty._cli.commands import CommandGroup
from adapty._cli.options import option
from adapty._cli.output import stderr
from adapty._cli.rows import pivot
from adapty.models import ChartId, PlacementType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from adapty.models import Chart, ChartMetric, Conversion

__all__ = ["app"]

app = CommandGroup(help="Print charts, cohorts, conversions, funnels, lifetime values, retention and placements.")

_INSTALL = "install"
_COMMON = "common"
_DEFAULT_UNIT = "month"
_MONEY_FIELDS: Mapping[str, Mapping[str, str]] = {
    "revenue": {"revenue": "revenue", "proceeds": "proceeds", "net_revenue": "net_revenue"},
    "arpu": {"revenue": "arpu", "proceeds": "appu", "net_revenue": "anrpu"},
    "arppu": {"revenue": "arppu", "proceeds": "apppu", "net_revenue": "anrppu"},
    "arpas": {"revenue": "arpas", "proceeds": "appas", "net_revenue": "anrpas"},
}
"""The names of the columns with the money of a cohort, by --value-field and --accounting-type."""

_FUNNEL_HEADERS = {
    "value": "users",
    "value_relative": "users %",
    "relative_changes": "change %",
    "drop_off": "lost",
    "drop_off_relative": "lost %",
}
"""Short enough for a terminal."""


@app.command()
@add_options(RANGE, choose("period_unit", "date_type", "segmentation"), FILTERS, DRAWING)
def chart(
    chart_id: Annotated[str, typer.Argument(metavar="CHART", help=f"One of {', '.join(get_args(ChartId))}.")],
    *,
    metric: Annotated[
        str | None,
        option("Only this metric, of charts with several: revenue, proceeds or net_revenue.", metavar="NAME"),
    ] = None,
    **options: Any,
) -> None:
    """Print a chart of the dashboard: its values per period and segment.

    Events count on the day they happened. A plot shows one metric, the first one by default, and its largest segments;
    tables and files have all of them.
    """
    display = Display.from_options(options)
    charts = _retrieve_chart(display, chart_id, options)
    metrics = _choose_metrics({name: found for chart in charts for name, found in chart.data.items()}, metric)
    rows = _join_rows(charts, metrics)
    title = _describe(chart_id, options)
    plotted = next(iter(metrics), "")
    unit = (metrics[plotted].unit if metrics else None) or ""
    display.show(
        rows,
        columns=charts[0].COLUMNS,
        title=title,
        table=pivot(sorted(_name_common(rows, chart_id), key=itemgetter("date")), column="metric", value="value"),
        summary=[{"metric": name, **_compare(found)} for name, found in metrics.items()] if _compares(options) else (),
        picture=Picture(
            rows=[row for row in rows if row["metric"] == plotted],
            title=_title_of_metric(title, plotted, unit),
            unit=unit,
            period_unit=options["period_unit"] or _DEFAULT_UNIT,
        ),
    )


def _retrieve_chart(display: Display, chart_id: str, options: Mapping[str, Any]) -> Sequence[Chart]:
    """Retrieve a chart, in parts if the range is long."""
    if display.raw_csv or _compares(options):
        return [_retrieve(display, "chart", options, chart_id)]
    with Adapty() as client, display_chart_progress() as show:
        call: Any = client.analytics.chart_pieces
        return [piece.chart for piece in call(chart_id, on_progress=show, **_given(options))]


def _choose_metrics(metrics: Mapping[str, ChartMetric], chosen: str | None) -> Mapping[str, ChartMetric]:
    """Return the metrics to show.

    Raises:
        AdaptyUsageError: The chart has metrics, but not the chosen one.
    """
    if chosen is None or not metrics:
        return metrics
    if chosen not in metrics:
        problem = f"is not a metric of this chart (got {chosen}); expected one of {', '.join(metrics)}"
        raise AdaptyUsageError.for_field("--metric", problem)
    return {chosen: metrics[chosen]}


def _join_rows(charts: Iterable[Chart], metrics: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of some metrics; if some values are fractions, all are floats."""
    rows = [row for chart in charts for row in chart.rows() if row["metric"] in metrics]
    if any(isinstance(row["value"], float) for row in rows):
        return [{**row, "value": None if row["value"] is None else float(row["value"])} for row in rows]
    return rows


def _name_common(rows: Iterable[Mapping[str, Any]], chart_id: str) -> list[dict[str, Any]]:
    """Return rows whose only metric has the name of the chart."""
    return [{**row, "metric": chart_id if row["metric"] == _COMMON else row["metric"]} for row in rows]


def _title_of_metric(title: str, metric: str, unit: str) -> str:
    words = ([] if metric == _COMMON else [metric]) + ([f"in {unit}"] if unit else [])
    return f"{title}: {' '.join(words)}" if words else title


def _compares(options: Mapping[str, Any]) -> bool:
    return bool(options["compare_from"] or options["compare_to"])


def _compare(found: ChartMetric | Conversion) -> Mapping[str, Any]:
    """Return the values of a range, and of the one to compare with."""
    names = ("value", "value_from", "value_to", "compare_value_from", "compare_value_to")
    return {name: getattr(found, name) for name in names}


@app.command()
@add_options(
    RANGE,
    choose(
        "period_unit",
        "period_type",
        "value_type",
        "value_field",
        "accounting_type",
        "renewal_days",
        "prediction_months",
    ),
    FILTERS,
    DISPLAY,
)
def cohorts(**options: Any) -> None:
    """Print users by the period of their install, and a value for each period after it.

    The table has the field of --value-field; JSON and files have all fields.
    """
    display = Display.from_options(options)
    found = _retrieve(display, "cohorts", options)
    rows = found.rows()
    field = _cohort_field(options, found.COLUMNS)
    is_present = any(row[field] is not None for row in rows)
    values = set(found.COLUMNS) - {"date", "segment", "segment_id", field}
    display.show(
        rows,
        columns=found.COLUMNS,
        title=_describe(f"cohorts, {field}", options),
        table=pivot(rows, column="period", value=field, values=values) if is_present else rows,
    )


def _cohort_field(options: Mapping[str, Any], columns: Collection[str]) -> str:
    """Return the column of a cohort that has the values which were requested."""
    field = options["value_field"] or "revenue"
    is_money = field in _MONEY_FIELDS
    base = _MONEY_FIELDS[field][options["accounting_type"] or "revenue"] if is_money else field
    relative = f"{base}_relative"
    if options["value_type"] == "relative" and relative in columns:
        return relative
    return f"{base}_usd" if is_money else base


@app.command()
@add_options(
    choose("from_period", "to_period"), RANGE, choose("period_unit", "date_type", "segmentation"), FILTERS, DRAWING
)
def conversion(**options: Any) -> None:
    """Print how many users moved from one state to another, as percentages per period and segment."""
    display = Display.from_options(options)
    first, second = options.pop("from_period"), options.pop("to_period")
    found = _retrieve(
        display, "conversion", options, from_period=None if first == _INSTALL else first, to_period=second
    )
    rows = found.rows()
    title = _describe(f"conversion from {first} to {second}", options)
    unit = found.unit or ""
    display.show(
        rows,
        columns=found.COLUMNS,
        title=title,
        summary=[_compare(found)] if _compares(options) else (),
        picture=Picture(rows, f"{title}, {unit}".rstrip(", "), unit, options["period_unit"] or _DEFAULT_UNIT),
    )


@app.command()
@add_options(RANGE, choose("period_unit", "show_value_as", "segmentation"), FILTERS, DISPLAY)
def funnel(**options: Any) -> None:
    """Print how many users reached each step, from the install to the renewals."""
    display = Display.from_options(options)
    found = _retrieve(display, "funnel", options)
    rows = found.rows()
    display.show(
        rows,
        columns=found.COLUMNS,
        title=_describe("funnel", options),
        table=[{_FUNNEL_HEADERS.get(name, name): value for name, value in row.items()} for row in rows],
    )


@app.command()
@add_options(RANGE, choose("period_unit", "period_type", "segmentation"), FILTERS, DISPLAY)
def ltv(**options: Any) -> None:
    """Print the lifetime value: the revenue per subscriber so far."""
    display = Display.from_options(options)
    found = _retrieve(display, "ltv", options)
    rows = found.rows()
    display.show(
        rows,
        columns=found.COLUMNS,
        title=_describe("lifetime value", options),
        table=pivot(rows, column="metric", value="value"),
    )


@app.command()
@add_options(RANGE, choose("period_unit", "segmentation", "use_trial"), FILTERS, DISPLAY)
def retention(**options: Any) -> None:
    """Print how many subscribers stayed, per renewal."""
    display = Display.from_options(options)
    found = _retrieve(display, "retention", options)
    rows = found.rows()
    has_dates = any(row["date"] is not None for row in rows)
    display.show(
        rows,
        columns=found.COLUMNS,
        title=_describe("retention", options),
        table=rows if has_dates else pivot(rows, column="period", value="value", values=["date"]),
    )


@app.command()
@add_options(DISPLAY)
def placements(
    placement_type: Annotated[PlacementType, option("What the placements show.", "--type")], **options: Any
) -> None:
    """Print what each placement shows to which audience, with its A/B tests."""
    display = Display.from_options(options)
    found = _retrieve(display, "placements", {}, placement_type)
    display.show(found.rows(), columns=found.COLUMNS, title=f"placements of {placement_type}s")


def _retrieve(display: Display, method: str, options: Mapping[str, Any], *arguments: str, **required: Any) -> Any:
    """Call a method of `client.analytics` with the options that were given.

    Raises:
        typer.Exit: The CSV of the API is wanted, and was written.
    """
    with Adapty() as client:
        call = partial(getattr(client.analytics, method), *arguments, **required, **_given(options))
        if not display.raw_csv:
            return call()
        call(format="csv", output=display.path)
    stderr.print(f"CSV written to {display.path}")
    raise typer.Exit


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None and value is not False and value != []}


def _describe(what: str, options: Mapping[str, Any]) -> str:
    """Return a title with segmentation, period and range."""
    segmentation, unit, last = (options.get(name) for name in ("segmentation", "period_unit", "date_to"))
    words = [what]
    if segmentation:
        words.append(f"by {segmentation}")
    if unit:
        words.append(f"per {unit}")
    days = f"{options['date_from']} to {last}" if last else options["date_from"]
    return f"{' '.join(words)}, {days}"
