"""Ranges of days, periods, time zones and comparisons."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from adapty.sandbox._analytics.periods import UNITS, DateRange, parse_zone
from tests.cases import case
from tests.sandbox.conftest import PROPERTY

if TYPE_CHECKING:
    from tests.sandbox.analytics.conftest import AnalyticsApi
    from tests.sandbox.server_side.conftest import Clock

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu")


def starts(api: AnalyticsApi, unit: str, *dates: str, zone: str | None = None) -> list[str]:
    """Return the starts of the periods of a range."""
    (segment,) = api.metric("installs", *dates, period_unit=unit, zone=zone)["data"]
    return [point["x"] for point in segment["values"]]


def test_periods_start_on_the_calendar(api: AnalyticsApi) -> None:
    """Also before the range; a week starts on Monday."""
    cases = {
        "day": ["2026-05-14", "2026-05-15"],
        "week": ["2026-05-11"],
        "month": ["2026-05-01"],
        "quarter": ["2026-04-01"],
        "year": ["2026-01-01"],
    }
    for unit, days in cases.items():
        with case(unit):
            assert starts(api, unit, "2026-05-14", "2026-05-15") == [f"{day}T00:00:00.000000+0000" for day in days]
    assert starts(api, "day", "2026-05-14") == ["2026-05-14T00:00:00.000000+0000"]
    assert starts(api, "month", "2026-05-14", zone="Europe/Minsk") == ["2026-05-01T00:00:00.000000+0300"]


def test_month_is_the_default_period(api: AnalyticsApi) -> None:
    """As documented."""
    body = {"chart_id": "installs", "filters": {"date": ["2026-05-14", "2026-06-14"]}}
    (segment,) = api.call("retrieveAnalyticsData", body).json()["data"]["common"]["data"]
    assert [point["x"][:10] for point in segment["values"]] == ["2026-05-01", "2026-06-01"]


def test_time_zone_decides_the_day(api: AnalyticsApi, clock: Clock) -> None:
    """The first and the last microsecond of a day in Berlin, which is two hours ahead of UTC in summer."""
    for user, created_at in {
        "before": "2026-06-09T21:59:59.999999Z",
        "first": "2026-06-09T22:00:00Z",
        "last": "2026-06-10T21:59:59.999999Z",
        "after": "2026-06-10T22:00:00Z",
    }.items():
        clock.set(created_at)
        api.client.profiles.create(customer_user_id=user)
    day = ("2026-06-10", "2026-06-10")
    assert api.value("installs", *day, zone="Europe/Berlin") == 2
    assert api.days("installs", *day) == {"2026-06-10": 2}
    assert api.days("installs", "2026-06-09", "2026-06-11", zone="Europe/Berlin") == {
        "2026-06-09": 1,
        "2026-06-10": 2,
        "2026-06-11": 1,
    }


def test_time_zone_decides_what_is_active(api: AnalyticsApi) -> None:
    """At the end of the day of the zone."""
    api.subscribe("2026-06-01T00:00:00Z", "2026-06-10T22:00:00Z")
    assert max(api.days("subscriptions_active")) == "2026-06-09"
    # Expires at midnight in Berlin, which is the start of the next day, and before the evening in New York ends.
    assert max(api.days("subscriptions_active", zone="Europe/Berlin")) == "2026-06-10"
    assert max(api.days("subscriptions_active", zone="America/New_York")) == "2026-06-09"


def test_comparison_adds_values_of_the_earlier_range(api: AnalyticsApi) -> None:
    """The first and the last value of both ranges."""
    for day, price in {"2026-05-01": 1, "2026-05-02": 2, "2026-06-01": 3, "2026-06-02": 4}.items():
        api.buy(f"{day}T12:00:00Z", price)
    compared = api.metric("revenue", "2026-06-01", "2026-06-02", filters={"compare_date": ["2026-05-01", "2026-05-02"]})
    names = ("value", "value_from", "value_to", "compare_value_from", "compare_value_to")
    assert [compared[name] for name in names] == [7.0, 3.0, 4.0, 1.0, 2.0]
    alone = api.metric("revenue", "2026-06-01", "2026-06-02")
    assert [alone[name] for name in names] == [7.0, 3.0, 4.0, None, None]


def test_date_of_install_replaces_the_date_of_purchase(api: AnalyticsApi, clock: Clock) -> None:
    """What happened counts on the day its profile was created; what is active needs a profile of the range."""
    clock.set("2026-05-05T00:00:00Z")
    api.client.profiles.create(customer_user_id="early")
    clock.set("2026-06-20T12:00:00Z")
    api.subscribe("2026-06-02T00:00:00Z", "2026-07-02T00:00:00Z", 9.99, user="early", number=2)
    install = {"date_type": "profile_install_date"}
    assert api.days("revenue", "2026-05-01", "2026-06-30", **install) == {"2026-05-05": 9.99}
    assert api.value("subscriptions_active", "2026-05-01", "2026-06-30", **install) == 1
    assert api.value("subscriptions_active", "2026-06-01", "2026-06-30", **install) == 0
    assert api.value("subscriptions_active", "2026-06-01", "2026-06-30") == 1


@PROPERTY
@given(
    first=st.dates(date(1970, 1, 1), date(2100, 1, 1)),
    days=st.integers(0, 800),
    unit=st.sampled_from(sorted(UNITS)),
    zone=st.sampled_from(ZONES),
)
def test_periods_cover_the_range_without_gaps(first: date, days: int, unit: str, zone: str) -> None:
    """Also where a day has 23 or 25 hours, or is missing from the calendar, as in Samoa in 2011."""
    dates = DateRange(first, first + timedelta(days=days))
    periods = dates.periods(unit, parse_zone(zone))
    daily = dates.periods("day", parse_zone(zone))
    assert list(periods.bounds) == sorted(periods.bounds)
    assert (periods.bounds[0], periods.bounds[-1]) == (daily.bounds[0], daily.bounds[-1])
    assert set(periods.bounds) <= set(daily.bounds)
    assert len(periods.bounds) == len(periods.starts) + 1 >= dates.count_periods(unit) + 1
    assert [periods.find(at) for at in (periods.bounds[0] - 1, periods.bounds[-1])] == [None, None]
    for start, end in pairwise(periods.bounds):
        if start < end:
            assert periods.find(start) == periods.find(end - 1) is not None
