"""`analytics`: what the commands send, and the tables that they print."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.cases import case
from tests.cli.analytics_server import MONTHS, RANGE, chart_answer, metric, segment, sent, serve
from tests.cli.conftest import json_answer, run, table

if TYPE_CHECKING:
    import pytest

    from tests.raw_server import RawServer

REVENUE = chart_answer(
    revenue={"US": [1234.5, 20, 30], "DE": [5, None, 7.25]}, proceeds={"US": [1000, 16, 24], "DE": [4, None, 6]}
)


def test_each_option_is_sent(admin_api: RawServer) -> None:
    """Filters are repeatable; what is not given is not sent."""
    dates = {"date": ["2026-01-01", "2026-03-31"]}
    cases: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
        (("chart", "mrr"), "metrics/analytics", {"chart_id": "mrr", "filters": dates}),
        (
            (
                *(
                    "chart",
                    "revenue",
                    "--by",
                    "country",
                    "--period-unit",
                    "week",
                    "--date-type",
                    "profile_install_date",
                ),
                *("--compare-from", "2025-01-01", "--compare-to", "2025-03-31"),
                *("--store", "app_store", "--store", "stripe", "--country", "us", "--country", "DE"),
                *("--store-product-id", "p1", "--duration", "2 months", "--attribution-source", "branch"),
                *("--attribution-status", "non-organic", "--attribution-channel", "c", "--attribution-campaign", "d"),
                *("--attribution-adgroup", "e", "--attribution-adset", "f", "--attribution-creative", "g"),
                *("--offer-category", "win_back", "--offer-type", "free_trial", "--offer-id", "o1"),
            ),
            "metrics/analytics",
            {
                "chart_id": "revenue",
                "segmentation": "country",
                "period_unit": "week",
                "date_type": "profile_install_date",
                "filters": {
                    **dates,
                    "compare_date": ["2025-01-01", "2025-03-31"],
                    "store": ["app_store", "stripe"],
                    "country": ["US", "DE"],
                    "store_product_id": ["p1"],
                    "duration": ["2 months"],
                    "attribution_source": ["branch"],
                    "attribution_status": ["non-organic"],
                    "attribution_channel": ["c"],
                    "attribution_campaign": ["d"],
                    "attribution_adgroup": ["e"],
                    "attribution_adset": ["f"],
                    "attribution_creative": ["g"],
                    "offer_category": ["win_back"],
                    "offer_type": ["free_trial"],
                    "offer_id": ["o1"],
                },
            },
        ),
        (
            (
                *("cohorts", "--period-unit", "quarter", "--period-type", "days", "--value-type", "relative"),
                *("--value-field", "arpu", "--accounting-type", "proceeds", "--prediction-months", "6"),
                *("--renewal-days", "0", "--renewal-days", "7", "--store", "stripe"),
            ),
            "metrics/cohort",
            {
                "period_unit": "quarter",
                "period_type": "days",
                "value_type": "relative",
                "value_field": "arpu",
                "accounting_type": "proceeds",
                "prediction_months": 6,
                "renewal_days": [0, 7],
                "filters": {**dates, "store": ["stripe"]},
            },
        ),
        (
            (
                "conversion",
                "--from-period",
                "install",
                "--to-period",
                "1",
                "--by",
                "store",
                "--date-type",
                "purchase_date",
            ),
            "metrics/conversion",
            {
                "from_period": None,
                "to_period": "1",
                "segmentation": "store",
                "date_type": "purchase_date",
                "filters": dates,
            },
        ),
        (
            ("conversion", "--from-period", "1", "--to-period", "6+"),
            "metrics/conversion",
            {"from_period": "1", "to_period": "6+", "filters": dates},
        ),
        (
            ("funnel", "--show-value-as", "both", "--by", "country", "--period-unit", "year"),
            "metrics/funnel",
            {"show_value_as": "both", "segmentation": "country", "period_unit": "year", "filters": dates},
        ),
        (
            ("ltv", "--period-type", "renewals", "--by", "store_product_id", "--period-unit", "day"),
            "metrics/ltv",
            {"period_type": "renewals", "segmentation": "store_product_id", "period_unit": "day", "filters": dates},
        ),
        (("retention", "--use-trial"), "metrics/retention", {"use_trial": True, "filters": dates}),
        (("retention",), "metrics/retention", {"filters": dates}),
    ]
    for arguments, path, body in cases:
        with case(arguments):
            assert run("analytics", *arguments, *RANGE, "--timezone", "Europe/Berlin").code == 0
            assert sent(admin_api) == body
            request = admin_api.requests[-1]
            assert request.startswith(f"POST /api/v1/client-api/{path}/ HTTP/1.1\r\n".encode())
            assert b"\r\nadapty-tz: europe/berlin\r\n" in request.lower()

    assert run("analytics", "placements", "--type", "onboarding").code == 0
    assert sent(admin_api) == {"filters": {"placement_type": "onboarding"}}


def test_chart_prints_a_table(admin_api: RawServer) -> None:
    """One row per period and segment, one column per metric; numbers of a column have the same decimals."""
    serve(admin_api, REVENUE)

    ended = run("analytics", "chart", "revenue", *RANGE, "--by", "country")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "revenue by country, 2026-01-01 to 2026-03-31"
    assert table(ended.out) == [
        ["date", "segment", "revenue", "proceeds"],
        ["2026-01-01", "US", "1,234.50", "1,000"],
        ["2026-01-01", "DE", "5.00", "4"],
        ["2026-02-01", "US", "20.00", "16"],
        ["2026-02-01", "DE", "-", "-"],
        ["2026-03-01", "US", "30.00", "24"],
        ["2026-03-01", "DE", "7.25", "6"],
    ]


def test_metric_selects_one(admin_api: RawServer) -> None:
    """The metrics of a chart are known from its response; a chart without data has none."""
    serve(admin_api, REVENUE)
    ended = run("analytics", "chart", "revenue", *RANGE, "--metric", "proceeds")
    assert table(ended.out)[:2] == [["date", "segment", "proceeds"], ["2026-01-01", "US", "1,000"]]

    ended = run("analytics", "chart", "revenue", *RANGE, "--metric", "profit")
    assert ended.code == 2
    assert "--metric: is not a metric of this chart (got profit); expected one of revenue, proceeds" in ended.err

    serve(admin_api, {"data": {}})
    assert run("analytics", "chart", "revenue", *RANGE, "--metric", "profit").code == 0


def test_long_range_is_split(admin_api: RawServer) -> None:
    """One request for about a year; the rows are those of all parts, whose values have one type."""
    parts: list[list[float | None]] = [[1, 2], [3.5]]
    serve(admin_api, *(chart_answer(common={"US": values}) for values in parts))

    ended = run("analytics", "chart", "installs", "--from", "2024-02-01", "--to", "2026-01-31", "--json")

    assert (ended.code, ended.err) == (0, "")
    assert [row["value"] for row in json.loads(ended.out)] == [1.0, 2.0, 3.5]
    assert '"value": 1.0' in ended.out
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in admin_api.requests]
    assert [body["filters"]["date"] for body in bodies] == [
        ["2024-02-01", "2025-01-31"],
        ["2025-02-01", "2026-01-31"],
    ]


def test_compared_range_has_a_summary(admin_api: RawServer) -> None:
    """Its values are in no row. The range is not split."""
    values = {"value": 12.5, "value_from": 100, "value_to": 120, "compare_value_from": 90, "compare_value_to": None}
    answer = {**metric({"US": [1]}), **values}
    flags = ("--from", "2020-01-01", "--to", "2026-03-31", "--compare-from", "2019-01-01")
    headers = ["value", "value_from", "value_to", "compare_value_from"]
    for command, body in [
        (("chart", "mrr"), {"data": {"common": answer}}),
        (("conversion", "--from-period", "1", "--to-period", "2"), answer),
    ]:
        serve(admin_api, body)
        for display in ((), ("--plot",)):
            with case(command, display):
                out = run("analytics", *command, *flags, *display).out.partition("whole range\n")[2]
                metric_name = ["metric", "common"] if command[0] == "chart" else []
                assert table(out) == [metric_name[:1] + headers, [*metric_name[1:], "12.50", "100", "120", "90"]]
    assert len(admin_api.requests) == 4


def test_cohorts_have_a_column_per_period(admin_api: RawServer) -> None:
    """The column has the field that was requested."""
    values = [
        {"period": period, "revenue_usd": 10.0 * period, "appu_usd": 2.5, "revenue_relative": 100.0, "subscribers": 3}
        for period in (1, 2)
    ]
    cohorts = [
        {"segment_start_date": day, "title": day, "type": "single", "values": values[: 2 - number]}
        for number, day in enumerate(MONTHS[:2])
    ]
    serve(admin_api, {"data": cohorts})
    cases: list[tuple[tuple[str, ...], str, list[str]]] = [
        ((), "revenue_usd", ["10", "20"]),
        (("--value-type", "relative"), "revenue_relative", ["100", "100"]),
        (("--value-field", "arpu", "--accounting-type", "proceeds"), "appu_usd", ["2.50", "2.50"]),
        (("--value-field", "subscribers"), "subscribers", ["3", "3"]),
    ]
    for options, field, numbers in cases:
        with case(options):
            out = run("analytics", "cohorts", *RANGE, *options).out

            assert out.splitlines()[0] == f"cohorts, {field}, 2026-01-01 to 2026-03-31"
            assert table(out) == [
                ["date", "segment", "1", "2"],
                ["2026-01-01", "2026-01-01", *numbers],
                ["2026-02-01", "2026-02-01", numbers[0], "-"],
            ]

    # A response without the field that was requested is printed nevertheless.
    out = run("analytics", "cohorts", *RANGE, "--value-field", "arppu").out
    assert table(out)[0] == ["date", "segment", "period", "subscribers", "revenue_usd", "appu_usd", "revenue_relative"]


def test_other_operations_print_tables(admin_api: RawServer) -> None:
    """Columns without values are dropped."""
    step = {"period": -2, "title": "Install", "value": 8, "value_relative": 100.0}
    points = [{"x": number, "y": 100 - 40 * number} for number in range(3)]
    placement = {"developer_id": "main", "placement_name": "Main", "audience_name": "All", "paywall_name": "Spring"}
    segments = [{"title": title, "type": title, "values": points} for title in ("US", "DE")]
    total = [{"title": "Total", "type": "total", "value": 2.5, "cohort_size": 4, "values": points[:1]}]
    cases: list[tuple[tuple[str, ...], dict[str, Any], list[list[str]]]] = [
        (
            ("conversion", *RANGE, "--from-period", "1", "--to-period", "2"),
            metric({"US": [12.5, None]}, unit="percent"),
            [["date", "segment", "value"], ["2026-01-01", "US", "12.50"], ["2026-02-01", "US", "-"]],
        ),
        (
            ("funnel", *RANGE),
            {"data": [{"title": "Total", "type": "total", "values": [step]}]},
            [["segment", "period", "step", "users", "users %"], ["Total", "-2", "Install", "8", "100"]],
        ),
        (
            ("ltv", *RANGE),
            {"revenue": {"data": total}, "proceeds": {"data": total}},
            [["segment", "cohort_size", "period", "revenue", "proceeds"], ["Total", "4", "0", "100", "100"]],
        ),
        (
            ("retention", *RANGE),
            {"data": segments},
            [["segment", "0", "1", "2"], ["US", "100", "60", "20"], ["DE", "100", "60", "20"]],
        ),
        (
            ("retention", *RANGE),
            {"data": [segment("US", [100])]},
            [["segment", "date", "value"], ["US", "2026-01-01", "100"]],
        ),
        (
            ("placements", "--type", "paywall"),
            {"data": [placement]},
            [list(placement), ["main", "Main", "All", "Spring"]],
        ),
    ]
    for arguments, answer, rows in cases:
        with case(arguments):
            serve(admin_api, answer)
            ended = run("analytics", *arguments)
            assert (ended.code, table(ended.out)) == (0, rows)


def test_equal_titles_keep_their_ids(admin_api: RawServer) -> None:
    """Two segments of one title can be distinguished."""
    serve(admin_api, {"data": {"common": {"data": [{**segment("None", [1]), "type": id_} for id_ in ("a", "b")]}}})

    assert table(run("analytics", "chart", "installs", *RANGE).out) == [
        ["date", "segment", "segment_id", "installs"],
        ["2026-01-01", "None", "a", "1"],
        ["2026-01-01", "None", "b", "1"],
    ]


def test_empty_results_say_so(admin_api: RawServer) -> None:
    """An empty table looks like an error."""
    for arguments in [
        ("chart", "mrr"),
        ("chart", "mrr", "--plot"),
        ("cohorts",),
        ("conversion", "--from-period", "1", "--to-period", "2"),
        ("funnel",),
        ("ltv",),
        ("retention",),
    ]:
        with case(arguments):
            serve(admin_api, {"data": [] if arguments[0] != "chart" else {}})
            ended = run("analytics", *arguments, *RANGE)
            assert (ended.code, ended.err) == (0, "")
            assert re.fullmatch(r".*, 2026-01-01 to 2026-03-31.*: no data\n", ended.out)

    serve(admin_api, {"data": []})
    assert run("analytics", "placements", "--type", "paywall").out == "placements of paywalls: no data\n"


def test_long_table_is_cut_visibly(admin_api: RawServer) -> None:
    """The terminal shows 1000 rows; JSON and files have all."""
    serve(admin_api, chart_answer(common={f"S{number}": [number] for number in range(1500)}))

    out = run("analytics", "chart", "installs", *RANGE).out

    title = "installs, 2026-01-01 to 2026-03-31 (the first 1000 of 1500 rows; --json and --output have all)"
    assert out.splitlines()[0] == title
    assert len(table(out)) == 1001


def test_names_are_escaped(admin_api: RawServer) -> None:
    """Names come from advertising networks; they cannot control the terminal, and are no markup."""
    serve(admin_api, chart_answer(common={"[red]a[/red]\x1b[2J\n": [1]}))

    assert table(run("analytics", "chart", "installs", *RANGE).out)[1][1] == r"[red]a[/red]\x1b[2J\n"


def test_usage_errors_name_the_flags(admin_api: RawServer) -> None:
    """All of them; nothing is sent."""
    cases: list[tuple[tuple[str, ...], str]] = [
        (("chart", "revenu", *RANGE), "CHART: 'revenu' is not known; did you mean revenue?"),
        (("chart", "mrr"), "Missing option '--from'"),
        (("chart", "mrr", "--from", "2026-13-01", "--to", "x"), "--from: '2026-13-01' is not a date; "),
        (("chart", "mrr", "--from", "2026-13-01", "--to", "x"), "\n  --to: 'x' is not a date; "),
        (("chart", "mrr", "--from", "2026-02-01", "--to", "2026-01-01"), "--to: is 2026-01-01, before --from, which"),
        (("chart", "mrr", *RANGE, "--compare-to", "2025-01-01"), "--compare-from: is missing; --compare-to needs it"),
        (("chart", "installs", *RANGE, "--by", "paywall_id"), "--by: 'paywall_id' is not a segmentation of the chart"),
        (("chart", "installs", *RANGE, "--offer-id", "x"), "--offer-id: is not a filter of the chart installs"),
        (
            ("chart", "mrr", *RANGE, "--store", "stripe", "--country", "US", "--country", "USA"),
            "--country: 'USA' is not",
        ),
        (("chart", "mrr", *RANGE, "--duration", "Daily"), "--duration: 'Daily' is not known; expected one of Weekly,"),
        (("chart", "mrr", *RANGE, "--timezone", "Mars"), "--timezone: 'Mars' is not a known time zone"),
        (("chart", "mrr", *RANGE, "--period-unit", "decade"), "Invalid value for '--period-unit': 'decade'"),
        (("cohorts", *RANGE, "--renewal-days", "7"), '--renewal-days: is only for --period-type="days"'),
        (("cohorts", *RANGE, "--prediction-months", "5"), "--prediction-months: is 5; expected one of 3, 6, 9"),
        (("conversion", *RANGE, "--from-period", "1"), "Missing option '--to-period'"),
        (("funnel", *RANGE, "--by", "nope"), "--by: 'nope' is not known"),
        (("placements",), "Missing option '--type'"),
    ]
    for arguments, message in cases:
        with case(arguments):
            ended = run("analytics", *arguments)
            assert ended.code == 2
            assert message in ended.err
    assert admin_api.requests == []


def test_api_errors_have_their_exit_codes(
    admin_api: RawServer, monkeypatch: pytest.MonkeyPatch, closed_port: str
) -> None:
    """As in all other commands."""
    error = {"errors": [{"source": "filters", "errors": ["bad"]}], "error_code": "validation_error", "status_code": 400}
    for status, code in [(400, 3), (401, 3), (429, 3), (500, 3)]:
        with case(status):
            admin_api.replies = [json_answer(status, error)]
            assert run("analytics", "chart", "mrr", *RANGE).code == code

    monkeypatch.setenv("ADAPTY_ADMIN_BASE_URL", closed_port)
    assert run("analytics", "chart", "mrr", *RANGE).code == 4
    monkeypatch.delenv("ADAPTY_SECRET_KEY")
    ended = run("analytics", "chart", "mrr", *RANGE)
    assert ended.code == 2
    assert "ADAPTY_SECRET_KEY" in ended.err
