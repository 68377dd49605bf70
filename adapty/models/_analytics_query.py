"""From the keyword arguments of `client.analytics` to its requests. An error names every invalid argument."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import attrs

from adapty._core.sentinel import NOT_GIVEN
from adapty._core.validation import format_name, quote, suggest_choice, validate
from adapty.errors import AdaptyUsageError
from adapty.models import analytics_values as values
from adapty.models._analytics_request import (
    AnalyticsDataRequest,
    CohortDataRequest,
    MetricsFilters,
    PlacementFilters,
    PlacementInfoRequest,
    day,
)
from adapty.models._request import RequestModel, field_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "AnalyticsQuery",
    "build_placement_query",
    "build_query",
    "parse_range",
]

T = TypeVar("T")

Problems = list[AdaptyUsageError]


_RANGES = {"date": ("date_from", "date_to"), "compare_date": ("compare_from", "compare_to")}
"""Field of `MetricsFilters` to the arguments that it is made of."""

_FILTER_NAMES = tuple(name for name in field_names(MetricsFilters) if name not in _RANGES)
_OWN_ARGUMENTS = (*_RANGES["date"], *_RANGES["compare_date"], "timezone", "output", "extra_fields")


@attrs.frozen
class AnalyticsQuery:
    """What a method of `client.analytics` sends, and where the response goes.

    Attributes:
        body: The request body.
        headers: The headers that are not in the contract.
        output: The path of the file for a CSV response, or None for a JSON response.
    """

    body: RequestModel
    headers: Mapping[str, str]
    output: Any = None


def build_query(cls: type[RequestModel], options: Mapping[str, Any]) -> AnalyticsQuery:
    """Build a query from the arguments of a method.

    Args:
        cls: The request model.
        options: The arguments; those that are NOT_GIVEN count as absent.

    Raises:
        AdaptyUsageError: Arguments are missing, unknown, invalid, or cannot be combined. The message names all of them,
            and `field_name` is the first one.
    """
    given = {name: value for name, value in options.items() if value is not NOT_GIVEN}
    fields = [name for name in field_names(cls) if name != "filters"]
    problems: Problems = []
    _report_unknown(given, (*fields, *_FILTER_NAMES, *_OWN_ARGUMENTS), problems)
    dates = {
        field: found
        for field, names in _RANGES.items()
        if field == "date" or any(name in given for name in names)
        if (found := _read_range(given, names, problems))
    }
    filters = _coerce(MetricsFilters, _FILTER_NAMES, given, problems)
    coerced = _coerce(cls, (*fields, "extra_fields"), given, problems)
    headers = {}
    if "timezone" in given:
        from adapty._timezones import timezone_name  # noqa: PLC0415 - most requests need no time zone data

        headers["Adapty-Tz"] = _attempt(problems, partial(validate, "timezone", timezone_name, given["timezone"])) or ""
    for rule in RULES.get(cls, ()):
        problems += rule(coerced, {*filters, *dates})
    _check_output(given, problems)
    _raise_all(problems)
    arguments: dict[str, Any] = {**dates, **filters}
    body = cls(**{**coerced, "filters": MetricsFilters(**arguments)})
    return AnalyticsQuery(body, headers, given.get("output"))


def build_placement_query(options: Mapping[str, Any]) -> AnalyticsQuery:
    """Build the query of `client.analytics.placements`, whose body has no format; see `build_query`."""
    given = {name: value for name, value in options.items() if value is not NOT_GIVEN}
    problems: Problems = []
    _report_unknown(given, ("placement_type", "format", "output", "extra_fields"), problems)
    filters = _coerce(PlacementFilters, ("placement_type",), given, problems)
    extra = _coerce(PlacementInfoRequest, ("extra_fields",), given, problems)
    _coerce(AnalyticsDataRequest, ("format",), given, problems)
    _check_output(given, problems)
    _raise_all(problems)
    body = PlacementInfoRequest(filters=PlacementFilters(**filters), **extra)
    output = given.get("output")
    return AnalyticsQuery(body, {} if output is None else {"Accept": "text/csv"}, output)


def _check_output(given: Mapping[str, Any], problems: Problems) -> None:
    """Check that there is a file if the response is CSV, and only then."""
    is_csv = given.get("format") == "csv"
    if is_csv and given.get("output") is None:
        problem = 'is missing; expected the path of the file that format="csv" writes'
        problems.append(AdaptyUsageError.for_field("output", problem))
    elif not is_csv and given.get("output") is not None:
        problems.append(AdaptyUsageError.for_field("output", 'is only for format="csv"; omit it, or pass that too'))


def parse_range(date_from: object, date_to: object, names: tuple[str, str]) -> tuple[dt.date, ...]:
    """Return the first and the last day of a range.

    Args:
        date_from: The first day.
        date_to: The last day, or NOT_GIVEN for a range of one day.
        names: The names of the two arguments.

    Raises:
        AdaptyUsageError: A day is missing or invalid, or the last one is before the first.
    """
    problems: Problems = []
    given = {name: value for name, value in zip(names, (date_from, date_to), strict=True) if value is not NOT_GIVEN}
    found = _read_range(given, names, problems)
    _raise_all(problems)
    return found


def _read_range(given: Mapping[str, Any], names: tuple[str, str], problems: Problems) -> tuple[dt.date, ...]:
    """Return the days of a range; nothing if it is invalid."""
    first_name, last_name = names
    if first_name not in given:
        reason = f"{last_name} needs it" if last_name in given else "it is required"
        problems.append(AdaptyUsageError.for_field(first_name, f"is missing; {reason}"))
    found = {
        name: day_of
        for name in names
        if name in given and (day_of := _attempt(problems, partial(validate, name, day, given[name])))
    }
    if not all(name in found for name in (first_name, *(name for name in names if name in given))):
        return ()
    first, last = found[first_name], found.get(last_name, found[first_name])
    if last < first:
        problems.append(AdaptyUsageError.for_field(last_name, f"is {last}, before {first_name}, which is {first}"))
        return ()
    return first, last


def _attempt(problems: Problems, function: Callable[[], T]) -> T | None:
    """Return the result of a function, or add the error that it raises to the problems and return None."""
    try:
        return function()
    except AdaptyUsageError as error:
        problems.append(error)
        return None


def _coerce(
    cls: type[RequestModel], names: Iterable[str], given: Mapping[str, Any], problems: Problems
) -> dict[str, Any]:
    """Return the validated fields of a model that are given; those that are required and missing are problems."""
    coerced = {}
    for name in names:
        # `validate_fields` gave each field a converter, which raises errors that name the field.
        convert: Any = attrs.fields_dict(cls)[name].converter
        before = len(problems)
        value = _attempt(problems, partial(convert, given.get(name, NOT_GIVEN)))
        if name in given and len(problems) == before:
            coerced[name] = value
    return coerced


def _report_unknown(given: Iterable[str], known: tuple[str, ...], problems: Problems) -> None:
    for unknown in given:
        if unknown not in known:
            name = format_name(unknown)
            problems.append(AdaptyUsageError.for_field(name, f"is not an argument{suggest_choice(name, known)}"))


def _raise_all(problems: Problems) -> None:
    if problems:
        raise AdaptyUsageError.for_problems([each for problem in problems for each in problem.problems])


def _check_chart(request: Mapping[str, Any], filters: Iterable[str]) -> Iterator[AdaptyUsageError]:
    """Yield what the vendor does not offer for a chart."""
    chart: Any = request.get("chart_id")  # None if it is invalid, which is a problem already
    allowed = values.FILTERS_BY_CHART.get(chart)
    for name in ("compare_date", *_FILTER_NAMES):
        if allowed and name in filters and name not in allowed:
            argument = _RANGES.get(name, (name,))[0]
            problem = f"is not a filter of the chart {chart}; expected any of {', '.join(allowed)}"
            yield AdaptyUsageError.for_field(argument, problem)
    segmentation = request.get("segmentation")
    choices = values.SEGMENTATIONS_BY_CHART.get(chart, get_args(values.Segmentation))
    if segmentation is not None and segmentation not in choices:
        of_chart = f" of the chart {chart}" if chart else ""
        problem = f"{quote(segmentation)} is not a segmentation{of_chart}{suggest_choice(segmentation, choices)}"
        yield AdaptyUsageError.for_field("segmentation", problem)


def _check_cohorts(request: Mapping[str, Any], _: Iterable[str]) -> Iterator[AdaptyUsageError]:
    if "renewal_days" in request and request.get("period_type") != "days":
        yield AdaptyUsageError.for_field("renewal_days", 'is only for period_type="days"; omit it, or pass that too')


RULES: Mapping[type[RequestModel], tuple[Callable[[Mapping[str, Any], Iterable[str]], Iterator[AdaptyUsageError]], ...]]
RULES = {AnalyticsDataRequest: (_check_chart,), CohortDataRequest: (_check_cohorts,)}
"""The rules about arguments that cannot be combined, by request."""
