"""`access grant`, `access revoke` and `access check`: when access begins and ends, and what is told of it."""

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
    """Make the user that the commands are about."""
    api.profiles.create(customer_user_id="user_12345")


def level_of(api: Adapty, level: str = "premium") -> AccessLevel:
    """Give the user's access level as the API has it."""
    held = api.profiles.get(customer_user_id="user_12345").access_level(level)
    assert held is not None
    return held


@pytest.mark.usefixtures("user")
def test_access_is_granted_until_a_time(api: Adapty) -> None:
    """The time is sent, and the level is shown as it is then."""
    ended = run("access", "grant", "premium", *USER, "--expires-at", "2999-07-01T02:00:00+02:00")

    assert (ended.code, ended.err) == (0, "")
    assert table(ended.out) == [HEAD, ["premium", "yes", "adapty", GRANTED, "-", FAR, "no"]]
    assert level_of(api).expires_at == datetime(2999, 7, 1, tzinfo=UTC)


@pytest.mark.usefixtures("user")
def test_access_is_granted_for_life(api: Adapty) -> None:
    """`--lifetime` is an end that never comes; other levels of the user are not shown."""
    run("access", "grant", "gold", *USER, "--lifetime")

    ended = run("access", "grant", "premium", *USER, "--lifetime")

    assert table(ended.out) == [HEAD, ["premium", "yes", "adapty", GRANTED, "-", "never", "no"]]
    assert level_of(api).is_lifetime


@pytest.mark.usefixtures("user")
def test_access_that_is_to_begin(api: Adapty) -> None:
    """A level that has not begun is shown as not active, and that is no failure."""
    ended = run("access", "grant", "premium", *USER, "--starts-at", "2998-07-01T00:00:00Z", "--expires-at", FAR)

    assert ended.code == 0
    assert table(ended.out)[1] == ["premium", "no", "adapty", GRANTED, "2998-07-01T00:00:00Z", FAR, "no"]


@pytest.mark.usefixtures("user")
def test_a_duration_counts_from_now(api: Adapty, served: Sandbox) -> None:
    """Hours, days, weeks, months and years are those of the calendar, from the moment of the command."""
    for text, duration in DURATIONS.items():
        with case(text, duration):
            before = datetime.now(UTC)
            run("access", "grant", "premium", *USER, "--starts-at", text, "--expires-at", text)
            granted = level_of(api)
            run("access", "grant", "premium", *USER, "--lifetime")
            run("access", "revoke", "premium", *USER, "--at", text)
            revoked = level_of(api)
            after = datetime.now(UTC)

            moments = (granted.starts_at, granted.expires_at, revoked.expires_at)
            assert all(moment is not None and before + duration <= moment <= after + duration for moment in moments)


@pytest.mark.usefixtures("user")
def test_access_is_revoked(api: Adapty) -> None:
    """`--now` ends it at once, `--at` when it is said; what is printed is what it is then."""
    run("access", "grant", "premium", *USER, "--lifetime")

    later = run("access", "revoke", "premium", *USER, "--at", FAR)
    at_once = run("access", "revoke", "premium", *USER, "--now")

    assert (later.code, table(later.out)[1][:2], table(later.out)[1][5]) == (0, ["premium", "yes"], FAR)
    assert (at_once.code, table(at_once.out)[1][:2]) == (0, ["premium", "no"])
    end = level_of(api).expires_at
    assert end is not None
    assert datetime.now(UTC) - timedelta(minutes=1) < end <= datetime.now(UTC)


@pytest.mark.usefixtures("user")
def test_a_level_that_the_user_does_not_have_cannot_be_revoked() -> None:
    """The API's refusal is told, with the code for it."""
    ended = run("access", "revoke", "premium", *USER, "--now")

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    assert "revokeAccessLevel: 400 " in ended.err


def test_a_time_that_is_none(served: Sandbox) -> None:
    """What is neither ISO 8601 nor a duration is told by its option, with examples, and nothing is sent."""
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


def test_a_time_that_cannot_be_sent(served: Sandbox) -> None:
    """A naive time is refused, never guessed, and so is one that no calendar has."""
    for options in WHEN_OPTIONS:
        for text, told in [
            ("2026-07-01", "has no UTC offset"),
            ("2026-07-01T00:00:00", "has no UTC offset"),
            ("2026-W27-3T00:00:00", "has no UTC offset"),
            ("20260701 000000", "has no UTC offset"),
            ("2026-13-01T00:00:00Z", "is not ISO 8601"),
            ("999999y", "is outside the years 1 to 9999"),
        ]:
            with fresh_case(served, options, text, told):
                ended = run("access", options[0], "premium", *USER, *options[1:-1], options[-1], text)

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert told in ended.err
                assert ended.err.count("\n") == 1
                assert served.requests() == []


def test_an_end_is_said_once(served: Sandbox) -> None:
    """Access for life and access that ends at once are asked for by name, never by leaving something out."""
    for command, told in [
        (("grant", "premium"), "--expires-at: is missing, and so is --lifetime"),
        (("grant", "premium", "--starts-at", "1d"), "--expires-at: is missing, and so is --lifetime"),
        (("grant", "premium", "--lifetime", "--expires-at", "1d"), "--expires-at: cannot be combined with --lifetime"),
        (("revoke", "premium"), "--at: is missing, and so is --now"),
        (("revoke", "premium", "--now", "--at", "1d"), "--at: cannot be combined with --now"),
    ]:
        with fresh_case(served, command, told):
            ended = run("access", *command, *USER)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err == f"Error: {told}; expected one of the two\n"
            assert served.requests() == []


@pytest.mark.parametrize("command", [("grant", "--lifetime"), ("revoke", "--now")])
def test_a_level_without_a_name(served: Sandbox, command: tuple[str, ...]) -> None:
    """An empty name, of a variable that is not set, is wrong use."""
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
"""How each level comes about that is asked for below."""

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
def test_access_is_asked_for(api: Adapty, served: Sandbox) -> None:
    """The answer is printed with its reason, and the exit code is 0 for access and 1 for none."""
    for level, at, active, told in CHECKS:
        with case(level, at, active, told):
            if level in GRANTS:
                assert run("access", "grant", level, *USER, *GRANTS[level]).code == 0
            moment = () if at is None else ("--at", at)

            ended = run("access", "check", level, *USER, *moment)
            as_json = run("access", "check", level, *USER, *moment, "--json")

            code = ExitCode.DONE if active else ExitCode.NO_ACCESS
            assert (ended.code, ended.out, ended.err) == (code, f"{told}\n", "")
            assert (as_json.code, as_json.err) == (code, "")
            held = api.profiles.get(customer_user_id="user_12345").access_level(level)
            data = json.loads(as_json.out)
            assert (data.pop("active"), data.pop("access_level_id")) == (active, level)
            if held is None:
                assert set(data.values()) == {None}
                assert "expires_at" in data
            else:
                assert {**data, "access_level_id": level} == held.to_dict()


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    ("command", "active"),
    [(("grant", "premium", "--lifetime"), True), (("revoke", "premium", "--now"), False)],
)
def test_what_comes_of_it_as_json(api: Adapty, command: tuple[str, ...], active: bool) -> None:  # noqa: FBT001 - a row of the table
    """`--json` prints the level as the SDK gives it, with `active`."""
    run("access", "grant", "premium", *USER, "--lifetime")

    ended = run("access", *command, *USER, "--json")

    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {**level_of(api).to_dict(), "active": active}


def test_a_moment_to_judge_that_is_none(served: Sandbox) -> None:
    """What is no moment is refused before anything is sent; a duration is none."""
    for at in ["2026-07-01", "soon", "30d", ""]:
        with fresh_case(served, at):
            ended = run("access", "check", "premium", *USER, "--at", at)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith("Error: --at: ")
            assert served.requests() == []


def has_levels(server: RawServer, monkeypatch: pytest.MonkeyPatch, *levels: dict[str, Any]) -> None:
    """Point the command line at a server whose profiles have these access levels."""
    point_at(server.url, monkeypatch)
    named = [{"access_level_id": "premium", **level} for level in levels]
    server.replies = [json_answer(200, {"data": {"access_levels": named}})]


def test_of_several_levels_of_one_id_the_open_one_counts(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A level that ended does not hide one that is open."""
    has_levels(server, monkeypatch, {"expires_at": "2020-07-01T00:00:00Z"}, {"expires_at": FAR})

    assert run("access", "check", "premium", *USER).out == f"active until {FAR}\n"
    assert run("access", "check", "premium", *USER, "--at", "2020-01-01T00:00:00Z").out.startswith("active until 2020")
    assert run("access", "check", "premium", *USER, "--at", FAR).code == ExitCode.NO_ACCESS
    assert len(table(run("access", "grant", "premium", *USER, "--lifetime").out)) == 3


@pytest.mark.parametrize("field", ["starts_at", "expires_at"])
def test_times_that_cannot_be_read_open_nothing(server: RawServer, monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """A level whose start or end is nothing known is not active, and that is said."""
    has_levels(server, monkeypatch, {"expires_at": FAR, field: "at dawn"})

    ended = run("access", "check", "premium", *USER)

    assert (ended.code, ended.out) == (
        ExitCode.NO_ACCESS,
        "not active: its start or its end cannot be parsed\n",
    )


@pytest.mark.parametrize(("command", "option"), [("grant", "--lifetime"), ("revoke", "--now")])
def test_an_answer_without_the_level(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, command: str, option: str
) -> None:
    """Where the answer does not have the level, that is told, by table and by JSON."""
    has_levels(server, monkeypatch)

    assert run("access", command, "premium", *USER, option).out == "Access levels: none\n"
    assert json.loads(run("access", command, "premium", *USER, option, "--json").out)["active"] is False
