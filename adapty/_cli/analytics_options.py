"""The options of the analytics commands, as tables: the name of an argument of `client.analytics`, and its option."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import typer

from adapty._cli.options import option
from adapty.models import (
    AccountingType,
    AnalyticsAttributionSource,
    AnalyticsAttributionStatus,
    AnalyticsDuration,
    AnalyticsOfferCategory,
    AnalyticsOfferType,
    CohortValueField,
    CohortValueType,
    DateType,
    FunnelShowValueAs,
    PeriodType,
    PeriodUnit,
)

__all__ = ["DISPLAY", "DRAWING", "FILTERS", "RANGE", "Options", "add_options", "choose"]

Command = TypeVar("Command", bound=Callable[..., None])

Options = Mapping[str, Any]
"""The type and the option of an argument, by the argument's name."""


def _filter(text: str, choices: Any = None) -> Any:
    """Return a repeatable option. The SDK checks its values, because typer has no lists of choices."""
    values = f": {', '.join(get_args(choices))}" if choices else ""
    return Annotated[list[str] | None, option(f"{text}{values}. Repeatable.", metavar="VALUE")]


RANGE: Options = {
    "date_from": Annotated[str, option("First day, such as 2026-01-01.", "--from", metavar="DATE")],
    "date_to": Annotated[str | None, option("Last day. Default: the first day.", "--to", metavar="DATE")],
    "compare_from": Annotated[str | None, option("First day of a range to compare with.", metavar="DATE")],
    "compare_to": Annotated[
        str | None, option("Last day of the range to compare with. Default: its first day.", metavar="DATE")
    ],
    "timezone": Annotated[
        str | None,
        option(
            "Time zone in which a day starts, such as Europe/Berlin. Adapty does not document the default.",
            metavar="NAME",
        ),
    ],
}

FILTERS: Options = {
    "store": _filter("Store: app_store, play_store, stripe or the ID of a custom store"),
    "country": _filter("Two-letter code of ISO 3166-1, such as US"),
    "store_product_id": _filter("The store's product ID"),
    "duration": _filter("Duration of the product", AnalyticsDuration),
    "attribution_source": _filter("Source of the attribution", AnalyticsAttributionSource),
    "attribution_status": _filter("Status of the attribution", AnalyticsAttributionStatus),
    "attribution_channel": _filter("Marketing channel"),
    "attribution_campaign": _filter("Marketing campaign"),
    "attribution_adgroup": _filter("Ad group"),
    "attribution_adset": _filter("Ad set"),
    "attribution_creative": _filter("Creative"),
    "offer_category": _filter("Category of the offer", AnalyticsOfferCategory),
    "offer_type": _filter("How the offer is paid", AnalyticsOfferType),
    "offer_id": _filter("ID of the offer"),
}
"""The filters. Of several values of one filter, any may match."""

_OWN: Options = {
    "period_unit": Annotated[
        PeriodUnit | None, option("Length of a period. Default: month; not documented for funnel, ltv and retention.")
    ],
    "date_type": Annotated[
        DateType | None, option("Date that decides whether a user is in the range. Default: purchase_date.")
    ],
    "segmentation": Annotated[
        str | None, option("Field whose values are the segments, such as country or store.", "--by", metavar="FIELD")
    ],
    "period_type": Annotated[PeriodType | None, option("Periods: renewals, or days after the install.")],
    "value_type": Annotated[
        CohortValueType | None, option("Absolute values, or relative to the first period. Default: absolute.")
    ],
    "value_field": Annotated[CohortValueField | None, option("Field to show. Default: revenue.")],
    "accounting_type": Annotated[
        AccountingType | None,
        option("Money before the store's fee, after it, or after fee and taxes. Default: revenue."),
    ],
    "renewal_days": Annotated[
        list[int] | None, option("Day after the install, for --period-type days. Repeatable.", metavar="DAY")
    ],
    "prediction_months": Annotated[
        int | None, option("Number of months to predict: 3, 6, 9, 12, 18 or 24. Default: 12.", metavar="MONTHS")
    ],
    "from_period": Annotated[str, option("First state: install, or a number of payments.", metavar="STATE")],
    "to_period": Annotated[str, option("Second state: a number of payments, or text such as 6+.", metavar="STATE")],
    "show_value_as": Annotated[FunnelShowValueAs | None, option("Numbers of users, percentages, or both.")],
    "use_trial": Annotated[bool, typer.Option("--use-trial", help="Count the trial as the first step.")],
}
"""The options that some of the commands have."""

_AS_JSON = Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")]

_RAW_CSV = Annotated[bool, typer.Option("--raw-csv", help="With --output FILE.csv: write the CSV as Adapty sends it.")]


def _output(kinds: str) -> Any:
    return Annotated[Path | None, option(f"Write the rows to this file instead: {kinds}.", metavar="FILE")]


DISPLAY: Options = {"as_json": _AS_JSON, "output": _output(".csv or .json"), "raw_csv": _RAW_CSV}

DRAWING: Options = {
    "plot": Annotated[bool, typer.Option("--plot", help="Draw a chart in the terminal instead of a table.")],
    "as_json": _AS_JSON,
    "output": _output(".csv, .json, .png or .svg"),
    "raw_csv": _RAW_CSV,
}
"""For rows that can be drawn, too."""

_REQUIRED = ("date_from", "from_period", "to_period")
_SWITCHES = ("use_trial", "plot", "as_json", "raw_csv")


def choose(*names: str) -> Options:
    """Return some of the options that not all commands have."""
    return {name: _OWN[name] for name in names}


def add_options(*tables: Options) -> Callable[[Command], Command]:
    """Return a decorator that adds options to a command, which takes them as `**options`.

    Typer reads the signature of a command, so they are added there.
    """
    added = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=_default(name), annotation=kind)
        for table in tables
        for name, kind in table.items()
    ]

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [each for each in signature.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
        command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined] # its mark
        command.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
        return command

    return decorate


def _default(name: str) -> Any:
    if name in _REQUIRED:
        return Parameter.empty
    return False if name in _SWITCHES else None
