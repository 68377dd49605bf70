"""The methods of `client.analytics` as a type checker sees them; checked by `make types`, never run.

An ignored error here is an expectation: the type checker reports it once the error is gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type
from zoneinfo import ZoneInfo

from adapty.models import LTV, Chart, ChartPiece, Cohorts, Conversion, DateRange, Placements, split_range

if TYPE_CHECKING:
    from adapty import Adapty, AsyncAdapty
    from adapty.models import ChartProgress


def the_format_decides_on_the_result(client: Adapty, path: Path) -> None:
    """JSON is a model, CSV is a file, which needs a path."""
    assert_type(client.analytics.chart("revenue", date_from="2026-01-01"), Chart)
    assert_type(client.analytics.cohorts(date_from=date(2026, 1, 1), format="json"), Cohorts)
    assert_type(client.analytics.chart("mrr", date_from="2026-01-01", format="csv", output=path), Path)
    assert_type(client.analytics.placements("paywall"), Placements)
    assert_type(client.analytics.placements("onboarding", format="csv", output="a.csv"), Path)
    assert_type(client.analytics.ltv(date_from="2026-01-01", segmentation="audience").rows(), list[dict[str, Any]])
    client.analytics.chart("mrr", date_from="2026-01-01", format="csv")  # type: ignore[call-overload]


def arguments_are_typed(client: Adapty) -> None:
    """Values of closed lists, names and required arguments are checked."""
    client.analytics.chart("revenu", date_from="2026-01-01")  # type: ignore[call-overload]
    client.analytics.chart("revenue")  # type: ignore[call-overload]
    client.analytics.chart("revenue", date_from="2026-01-01", contry="us")  # type: ignore[call-overload]
    client.analytics.chart("revenue", date_from="2026-01-01", duration="weekly")  # type: ignore[call-overload]
    client.analytics.chart("revenue", date_from="2026-01-01", segmentation="app_id")  # type: ignore[call-overload]
    client.analytics.conversion(date_from="2026-01-01", to_period=2)  # type: ignore[call-overload]
    assert_type(
        client.analytics.conversion(
            date_from="2026-01-01",
            from_period=None,
            to_period="6+",
            duration=["Weekly", "2 months"],
            country=("us", "de"),
            timezone=ZoneInfo("Europe/Berlin"),
        ),
        Conversion,
    )


async def the_async_client_is_the_same(client: AsyncAdapty, path: Path) -> None:
    """What it returns is to be awaited."""
    assert_type(await client.analytics.chart("revenue", date_from="2026-01-01"), Chart)
    assert_type(await client.analytics.ltv(date_from="2026-01-01"), LTV)
    assert_type(await client.analytics.ltv(date_from="2026-01-01", format="csv", output=path), Path)


def long_ranges_are_iterated(client: Adapty, async_client: AsyncAdapty) -> None:
    """Parts come one by one, with progress."""

    def show(progress: ChartProgress) -> None:
        assert_type(progress.eta, float)

    assert_type(client.analytics.chart_pieces("mrr", date_from="2020-01-01", on_progress=show), Iterator[ChartPiece])
    assert_type(async_client.analytics.chart_pieces("mrr", date_from="2020-01-01"), AsyncIterator[ChartPiece])
    assert_type(client.analytics.chart_rows("mrr", date_from="2020-01-01"), list[dict[str, Any]])
    assert_type(split_range("2020-01-01", date(2026, 1, 1), "week"), tuple[DateRange, ...])
