"""`analytics`: JSON, files and charts, with the checks before the request."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cases import case
from tests.cli.analytics_server import RANGE, chart_answer, serve
from tests.cli.conftest import json_answer, run
from tests.raw_server import answer

if TYPE_CHECKING:
    import socket

    import pytest

    from tests.raw_server import RawServer, Reply

CHART = ("analytics", "chart", "revenue", *RANGE)
REVENUE = chart_answer(revenue={"US": [1234.5, 20, 30], "Île": [5, None, 7.25]}, proceeds={"US": [1000, 16, 24]})
VALUES: list[tuple[str, str, list[float | None]]] = [
    ("revenue", "US", [1234.5, 20.0, 30.0]),
    ("revenue", "Île", [5.0, None, 7.25]),
    ("proceeds", "US", [1000.0, 16.0, 24.0]),
]
ROWS = [
    {"date": f"2026-0{month}-01", "metric": metric, "segment": segment, "segment_id": segment.lower(), "value": value}
    for metric, segment, values in VALUES
    for month, value in enumerate(values, start=1)
]


def test_json_has_the_rows(admin_api: RawServer) -> None:
    """The same on standard output and in a file; of one metric, if one is selected."""
    serve(admin_api, REVENUE)

    ended = run(*CHART, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.isascii()
    assert json.loads(ended.out) == ROWS
    assert json.loads(run(*CHART, "--json", "--metric", "proceeds").out) == ROWS[6:]

    ended = run(*CHART, "--output", "rows.JSON")
    assert (ended.code, ended.out, ended.err) == (0, "", "9 rows written to rows.JSON\n")
    assert json.loads(Path("rows.JSON").read_bytes()) == ROWS

    serve(admin_api, {"data": {}})
    assert json.loads(run(*CHART, "--json").out) == []


def test_csv_file_has_the_rows(admin_api: RawServer) -> None:
    """With a header even without rows; other output can be printed as well."""
    serve(admin_api, REVENUE)
    ended = run(*CHART, "--output", "rows.csv", "--json")
    assert json.loads(ended.out) == ROWS
    with Path("rows.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {name: "" if value is None else str(value) for name, value in row.items()} for row in ROWS
        ]

    serve(admin_api, {"data": {}})
    assert run(*CHART, "--output", "rows.csv").err == "0 rows written to rows.csv\n"
    assert Path("rows.csv").read_bytes() == b"date,metric,segment,segment_id,value\r\n"


def test_csv_file_warns_of_formulas(admin_api: RawServer) -> None:
    """Names of campaigns come from outside. The text stays as it is, because other programs need it."""
    serve(admin_api, chart_answer(revenue={"=cmd|' /C calc'!A0": [1], "-5": [2], "US": [3]}))

    assert run(*CHART, "--output", "rows.csv").err == (
        "3 rows written to rows.csv\n4 texts begin with =, +, - or @: spreadsheets run them as formulas\n"
    )
    assert "=cmd|' /C calc'!A0" in Path("rows.csv").read_text("utf-8")


def test_raw_csv_is_the_response(admin_api: RawServer) -> None:
    """The request asks for it."""
    admin_api.replies = [answer(200, b"a;b\r\n1;2\r\n", "Content-Type: text/csv")]

    for arguments in (CHART, ("analytics", "retention", *RANGE), ("analytics", "placements", "--type", "paywall")):
        with case(arguments):
            ended = run(*arguments, "--raw-csv", "--output", "raw.csv")
            assert (ended.code, ended.out, ended.err) == (0, "", "CSV written to raw.csv\n")
            assert Path("raw.csv").read_bytes() == b"a;b\r\n1;2\r\n"
            Path("raw.csv").unlink()


def test_plot_shows_the_largest_segments(admin_api: RawServer) -> None:
    """The title says what is missing: segments, and metrics other than the one that it names."""
    serve(admin_api, chart_answer(revenue={f"S{number}": [number] * 3 for number in range(9)}, proceeds={"S": [1]}))

    ended = run(*CHART, "--plot", "--by", "country", "--period-unit", "quarter")

    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    title = "revenue by country per quarter, 2026-01-01 to 2026-03-31: revenue in USD (the 6 largest of 9 segments)"
    assert lines[0] == title
    assert [line[2:] for line in lines[-6:]] == ["S8", "S7", "S6", "S5", "S4", "S3"]
    assert "2026-Q1" in lines[-7]
    assert "proceeds in USD" in run(*CHART, "--plot", "--metric", "proceeds").out


def test_image_is_written(admin_api: RawServer) -> None:
    """An empty chart says so in the image, so that a report that includes it is complete."""
    serve(admin_api, REVENUE, {"data": {}})

    ended = run(*CHART, "--output", "chart.svg")
    assert (ended.code, ended.out, ended.err) == (0, "", "chart written to chart.svg\n")
    drawn = Path("chart.svg").read_text("utf-8")
    assert all(f">{text}<" in drawn for text in ("Île", "US", "2026-02", "USD"))
    assert ">revenue, 2026-01-01 to 2026-03-31: revenue in USD<" in drawn

    assert run(*CHART, "--output", "chart.svg").code == 0
    assert ">no data<" in Path("chart.svg").read_text("utf-8")


def test_output_is_checked_before_the_request(admin_api: RawServer) -> None:
    """A long report must not be lost at its end."""
    Path("folder.csv").mkdir()
    Path("locked").mkdir(mode=0o555)
    cases: list[tuple[tuple[str, ...], str]] = [
        ((*CHART, "--output", "rows.xlsx"), "--output: must end in .csv, .json, .png or .svg (got rows.xlsx)"),
        ((*CHART, "--output", "rows"), "--output: must end in .csv, .json, .png or .svg (got rows)"),
        (("analytics", "funnel", *RANGE, "--output", "a.png"), "--output: must end in .csv or .json (got a.png)"),
        ((*CHART, "--output", "no/rows.csv"), "--output: no such folder (got no); expected an existing one"),
        ((*CHART, "--output", "folder.csv"), "--output: is not a regular file (got folder.csv); choose another name"),
        ((*CHART, "--plot", "--json"), "--plot: cannot be combined with --json; expected one of the two"),
        ((*CHART, "--json", "--raw-csv"), "--json: cannot be combined with --raw-csv; expected one of the two"),
        ((*CHART, "--raw-csv"), "--raw-csv: is for CSV files only; pass --output FILE.csv too"),
        ((*CHART, "--raw-csv", "--output", "a.json"), "--raw-csv: is for CSV files only; pass --output FILE.csv too"),
    ]
    if os.geteuid():
        problem = f"--output: no permission to write (got {Path('locked/rows.csv')}); choose another name"
        cases.append(((*CHART, "--output", "locked/rows.csv"), problem))
    for arguments, message in cases:
        with case(arguments):
            ended = run(*arguments)
            assert (ended.code, ended.out, ended.err) == (2, "", f"Error: {message}\n")
    assert admin_api.requests == []


def test_missing_extra_is_named_before_the_request(admin_api: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """All other output works without it."""
    for package in ("plotext", "matplotlib"):
        monkeypatch.setitem(sys.modules, package, None)
    for flags, package in [(("--plot",), "plotext"), (("--output", "chart.png"), "matplotlib")]:
        with case(flags):
            ended = run(*CHART, *flags)
            assert ended.code == 2
            assert ended.err.startswith(f"Error: {flags[0]}: needs {package}, which cannot be loaded (")
            assert ended.err.endswith('); install it with: pip install "adapty[plot]"\n')
    assert admin_api.requests == []

    serve(admin_api, REVENUE)
    for flags in ((), ("--json",), ("--output", "rows.csv"), ("--output", "rows.json")):
        with case(flags):
            assert run(*CHART, *flags).code == 0


def test_failure_keeps_the_file(admin_api: RawServer, request: pytest.FixtureRequest) -> None:
    """An error of the API, or Ctrl-C, leaves an earlier file as it is, and nothing beside it."""

    def interrupt(_: socket.socket) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    Path("rows.csv").write_text("earlier")
    cases: list[tuple[Reply, int]] = [(json_answer(400, {}), 3), (interrupt, 130)]
    for reply, code in cases:
        with case(code):
            admin_api.replies = [reply]
            for flags in ((), ("--raw-csv",)):
                assert run(*CHART, "--output", "rows.csv", *flags).code == code
            assert Path("rows.csv").read_text() == "earlier"
            assert [path.name for path in Path().iterdir()] == ["rows.csv"]
