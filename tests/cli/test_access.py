"""`access grant`, `access revoke` and `access check`: time options, output and exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from dateutil.relativedelta import relativedelta

from adapty._cli.errors import ExitCode
from tests.cases import case
from tests.cli.conftest import fresh_case, json_answer, point_at, run, table

if TYPE_CHECKING:
    from adapty import AccessLevel, Adapty
    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer

USER = ("--customer-user-id", "user_12345")
FAR = "2999-07-01T00:00:00Z"
HEAD = ["Level", "Active", "Store", "Product", "Starts", "Expires", "Grace period"]
GRANTED = "adapty_server_side_product"

DURATIONS = {
    "12h": relativedelta(hours=12),
    "30d": relativedelta(days=30),
    "2w": relativedelta(weeks=2),
    "3mo": relativedelta(months=3),
    "1y": relativedelta(years=1),
    "900y": relativedelta(years=900),
}

WHEN_OPTIONS = [
    ("grant", "--expires-at"),
    ("grant", "--lifetime", "--starts-at"),
    ("revoke", "--at"),
]


@pytest.fixture
def user(api: Adapty) -> None:
    """Create the user of the commands."""
    api.profiles.create(customer_user_id="user_12345")


def get_level(api: Adapty, level: str = "premium") -> AccessLevel:
    """Return the user's access level from the API."""
    found = api.profiles.get(customer_user_id="user_12345").access_level(level)
    assert found is not None
    return found


@pytest.mark.usefixtures("user")
def test_grant_with_an_end_prints_the_level(api: Adapty) -> None:
    """The end is sent, and the table has the resulting level."""
    ended = run("access", "grant", "premium", *USER, "--expires-at", "2999-07-01T02:00:00+02:00")

    assert (ended.code, ended.err) == (0, "")
    assert table(ended.out) == [HEAD, ["premium", "yes", "adapty", GRANTED, "-", FAR, "no"]]
    assert get_level(api).expires_at == datetime(2999, 7, 1, tzinfo=UTC)


@pytest.mark.usefixtures("user")
def test_grant_for_life_prints_never(api: Adapty) -> None:
    """Other levels of the user are not printed."""
    run("access", "grant", "gold", *USER, "--lifetime")

    ended = run("access", "grant", "premium", *USER, "--lifetime")

    assert table(ended.out) == [HEAD, ["premium", "yes", "adapty", GRANTED, "-", "never", "no"]]
    assert get_level(api).is_lifetime


@pytest.mark.usefixtures("user")
def test_grant_with_a_future_start_succeeds(api: Adapty) -> None:
    """The table shows the level as not active yet."""
    ended = run("access", "grant", "premium", *USER, "--starts-at", "2998-07-01T00:00:00Z", "--expires-at", FAR)

    assert ended.code == 0
    assert table(ended.out)[1] == ["premium", "no", "adapty", GRANTED, "2998-07-01T00:00:00Z", FAR, "no"]


@pytest.mark.usefixtures("user")
def test_duration_is_added_to_now(api: Adapty, served: Sandbox) -> None:
    """Hours, days, weeks, months and years are those of the calendar."""
    for text, duration in DURATIONS.items():
        with case(text, duration):
            before = datetime.now(UTC)
            run("access", "grant", "premium", *USER, "--starts-at", text, "--expires-at", text)
            granted = get_level(api)
            run("access", "grant", "premium", *USER, "--lifetime")
            run("access", "revoke", "premium", *USER, "--at", text)
            revoked = get_level(api)
            after = datetime.now(UTC)

            moments = (granted.starts_at, granted.expires_at, revoked.expires_at)
            assert all(moment is not None and before + duration <= moment <= after + duration for moment in moments)


@pytest.mark.usefixtures("user")
def test_revoke_ends_now_or_at_a_time(api: Adapty) -> None:
    """The table has the resulting level."""
    run("access", "grant", "premium", *USER, "--lifetime")

    later = run("access", "revoke", "premium", *USER, "--at", FAR)
    at_once = run("access", "revoke", "premium", *USER, "--now")

    assert (later.code, table(later.out)[1][:2], table(later.out)[1][5]) == (0, ["premium", "yes"], FAR)
    assert (at_once.code, table(at_once.out)[1][:2]) == (0, ["premium", "no"])
    end = get_level(api).expires_at
    assert end is not None
    assert datetime.now(UTC) - timedelta(minutes=1) < end <= datetime.now(UTC)


@pytest.mark.usefixtures("user")
def test_revoke_of_a_missing_level_is_an_api_error() -> None:
    """The error of the API is printed, with its exit code."""
    ended = run("access", "revoke", "premium", *USER, "--now")

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    assert "revokeAccessLevel: 400 " in ended.err


def test_hint_is_printed(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the documented rule, next to the API's own message."""
    errors = [{"source": "non_field_errors", "errors": ["Paid access level `premuim` does not exist"]}]
    body = {"errors": errors, "error_code": "paid_access_level_does_not_exist", "status_code": 400}
    server.replies = [json_answer(400, body)]
    point_at(server.url, monkeypatch)

    ended = run("access", "grant", "premuim", *USER, "--lifetime")

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    assert "`premuim` does not exist; hint: access_level_id must be an access level of the app" in ended.err


def test_time_options_reject_other_text(served: Sandbox) -> None:
    """The error names the flag and has examples, and nothing is sent."""
    for options in WHEN_OPTIONS:
        for text in [
            "",
            "30",
            "30x",
            "0d",
            "-5d",
            "1.5d",
            "30 d",
            "30D",
            "3m",
            "m",
            "1y6mo",
            "1000000d",
            "P30D",
            "soon",
            "tomorrow",
            "٣d",
        ]:
            with fresh_case(served, options, text):
                ended = run("access", options[0], "premium", *USER, *options[1:-1], f"{options[-1]}={text}")

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert ended.err == (
                    f"Error: {options[-1]}: is neither ISO 8601 nor a duration; expected a time such as "
                    "2026-07-01T00:00:00Z, or a duration such as 12h, 30d, 2w, 3mo or 1y\n"
                )
                assert served.requests() == []


def test_time_options_reject_naive_and_impossible_times(served: Sandbox) -> None:
    """Nothing is guessed, and nothing is sent."""
    for options in WHEN_OPTIONS:
        for text, message in [
            ("2026-07-01", "has no UTC offset"),
            ("2026-07-01T00:00:00", "has no UTC offset"),
            ("2026-W27-3T00:00:00", "has no UTC offset"),
            ("20260701 000000", "has no UTC offset"),
            ("2026-13-01T00:00:00Z", "is not ISO 8601"),
            ("999999y", "is outside the years 1 to 9999"),
        ]:
            with fresh_case(served, options, text, message):
                ended = run("access", options[0], "premium", *USER, *options[1:-1], options[-1], text)

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert message in ended.err
                assert ended.err.count("\n") == 1
                assert served.requests() == []


def test_end_requires_exactly_one_flag(served: Sandbox) -> None:
    """An end must be given, or explicitly none."""
    for command, message in [
        (("grant", "premium"), "--expires-at: is missing, and so is --lifetime"),
        (("grant", "premium", "--starts-at", "1d"), "--expires-at: is missing, and so is --lifetime"),
        (("grant", "premium", "--lifetime", "--expires-at", "1d"), "--expires-at: cannot be combined with --lifetime"),
        (("revoke", "premium"), "--at: is missing, and so is --now"),
        (("revoke", "premium", "--now", "--at", "1d"), "--at: cannot be combined with --now"),
    ]:
        with fresh_case(served, command, message):
            ended = run("access", *command, *USER)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err == f"Error: {message}; expected one of the two\n"
            assert served.requests() == []


@pytest.mark.parametrize("command", [("grant", "--lifetime"), ("revoke", "--now")])
def test_level_rejects_empty(served: Sandbox, command: tuple[str, ...]) -> None:
    """An empty name can come from a variable that is not set."""
    ended = run("access", command[0], "", command[1], *USER)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: LEVEL: is empty")
    assert served.requests() == []


GRANTS: dict[str, tuple[str, ...]] = {
    "open": ("--expires-at", FAR),
    "life": ("--lifetime",),
    "past": ("--expires-at", "2020-07-01T00:00:00Z"),
    "late": ("--lifetime", "--starts-at", "2998-07-01T00:00:00Z"),
}
"""The options that grant each level."""

CHECKS: list[tuple[str, str | None, bool, str]] = [
    ("open", None, True, f"active until {FAR}"),
    ("open", "2998-12-31T23:59:59Z", True, f"active until {FAR}"),
    ("open", FAR, False, f"not active: it ended at {FAR}"),
    ("life", None, True, "active without an end"),
    ("life", "2999-07-01T00:00:00+14:00", True, "active without an end"),
    ("past", None, False, "not active: it ended at 2020-07-01T00:00:00Z"),
    ("past", "2020-06-30T23:59:59.999Z", True, "active until 2020-07-01T00:00:00Z"),
    ("late", None, False, "not active: it starts at 2998-07-01T00:00:00Z"),
    ("late", "2998-07-01T00:00:00Z", True, "active without an end"),
    ("none", None, False, "not active: the user does not have it"),
]


@pytest.mark.usefixtures("user")
def test_check_prints_the_reason_and_exits_with_0_or_1(api: Adapty, served: Sandbox) -> None:
    """JSON has the level with `active`, without values if the user does not have it."""
    for level, at, active, message in CHECKS:
        with case(level, at, active, message):
            if level in GRANTS:
                assert run("access", "grant", level, *USER, *GRANTS[level]).code == 0
            moment = () if at is None else ("--at", at)

            ended = run("access", "check", level, *USER, *moment)
            as_json = run("access", "check", level, *USER, *moment, "--json")

            code = ExitCode.DONE if active else ExitCode.NO_ACCESS
            assert (ended.code, ended.out, ended.err) == (code, f"{message}\n", "")
            assert (as_json.code, as_json.err) == (code, "")
            found = api.profiles.get(customer_user_id="user_12345").access_level(level)
            data = json.loads(as_json.out)
            assert (data.pop("active"), data.pop("access_level_id")) == (active, level)
            if found is None:
                assert set(data.values()) == {None}
                assert "expires_at" in data
            else:
                assert {**data, "access_level_id": level} == found.to_dict()


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    ("command", "active"),
    [(("grant", "premium", "--lifetime"), True), (("revoke", "premium", "--now"), False)],
)
def test_json_has_the_resulting_level(api: Adapty, command: tuple[str, ...], active: bool) -> None:  # noqa: FBT001 - a row of the table
    """`--json` prints the level as the SDK returns it, with `active`."""
    run("access", "grant", "premium", *USER, "--lifetime")

    ended = run("access", *command, *USER, "--json")

    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {**get_level(api).to_dict(), "active": active}


def test_check_rejects_invalid_times(served: Sandbox) -> None:
    """Before anything is sent; a duration is not a time."""
    for at in ["2026-07-01", "soon", "30d", ""]:
        with fresh_case(served, at):
            ended = run("access", "check", "premium", *USER, "--at", at)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith("Error: --at: ")
            assert served.requests() == []


def serve_levels(server: RawServer, monkeypatch: pytest.MonkeyPatch, *levels: dict[str, Any]) -> None:
    """Point the command line at a server whose profiles have these access levels."""
    point_at(server.url, monkeypatch)
    named = [{"access_level_id": "premium", **level} for level in levels]
    server.replies = [json_answer(200, {"data": {"access_levels": named}})]


def test_check_prefers_an_active_level_of_several(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A level that ended does not hide an active one with the same ID."""
    serve_levels(server, monkeypatch, {"expires_at": "2020-07-01T00:00:00Z"}, {"expires_at": FAR})

    assert run("access", "check", "premium", *USER).out == f"active until {FAR}\n"
    assert run("access", "check", "premium", *USER, "--at", "2020-01-01T00:00:00Z").out.startswith("active until 2020")
    assert run("access", "check", "premium", *USER, "--at", FAR).code == ExitCode.NO_ACCESS
    assert len(table(run("access", "grant", "premium", *USER, "--lifetime").out)) == 3


@pytest.mark.parametrize("field", ["starts_at", "expires_at"])
def test_level_with_unknown_times_is_not_active(server: RawServer, monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """The output says that the time cannot be parsed."""
    serve_levels(server, monkeypatch, {"expires_at": FAR, field: "at dawn"})

    ended = run("access", "check", "premium", *USER)

    assert (ended.code, ended.out) == (
        ExitCode.NO_ACCESS,
        "not active: its start or its end cannot be parsed\n",
    )


@pytest.mark.parametrize(("command", "option"), [("grant", "--lifetime"), ("revoke", "--now")])
def test_response_without_the_level_is_printed(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, command: str, option: str
) -> None:
    """As an empty table, and as JSON."""
    serve_levels(server, monkeypatch)

    assert run("access", command, "premium", *USER, option).out == "Access levels: none\n"
    assert json.loads(run("access", command, "premium", *USER, option, "--json").out)["active"] is False
