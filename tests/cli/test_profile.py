"""`profile get` and `profile delete`: what they print, what they refuse, how they end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adapty._cli.errors import ExitCode
from adapty._cli.output import EscapingConsole
from tests.cases import case
from tests.cli.conftest import GONE, fresh_case, json_answer, point_at, run, table
from tests.raw_server import answer

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer

USER = ("--customer-user-id", "user_12345")
PROFILE_ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"

LEVEL: dict[str, Any] = {
    "access_level_id": "premium",
    "store": "app_store",
    "store_product_id": "premium_yearly",
    "starts_at": None,
    "expires_at": "2999-01-05T13:27:47.461425+00:00",
    "is_in_grace_period": False,
}
PROFILE: dict[str, Any] = {
    "app_id": "ada97000-5a4d-4b0c-8000-000000000001",
    "profile_id": PROFILE_ID,
    "customer_user_id": "user_12345",
    "total_revenue_usd": 59.98,
    "segment_hash": "0123",
    "timestamp": 1750000000000,
    "custom_attributes": [{"key": "plan", "value": "trial"}, {"key": "score", "value": 4.5}],
    "access_levels": [
        LEVEL,
        {**LEVEL, "access_level_id": "gold", "store": "adapty", "expires_at": None},
        {**LEVEL, "access_level_id": "late", "starts_at": "2998-12-24T10:50:23+02:00"},
        {**LEVEL, "access_level_id": "past", "expires_at": "2020-10-12T09:42:50.000000+0000"},
        {**LEVEL, "access_level_id": "owing", "is_in_grace_period": True},
    ],
    "subscriptions": [
        {
            "store": "app_store",
            "store_product_id": "premium_yearly",
            "purchased_at": "2026-06-10T14:20:00Z",
            "expires_at": "2999-01-05T13:27:47Z",
            "renewal_cancelled_at": "2026-06-11T00:00:00Z",
            "is_in_grace_period": False,
            "environment": "Production",
        }
    ],
    "non_subscriptions": [
        {
            "store": "web_shop",
            "store_product_id": "coins",
            "purchased_at": "2026-06-10T14:20:00Z",
            "is_refund": True,
            "is_consumable": True,
            "environment": "Sandbox",
        }
    ],
}


def answering(server: RawServer, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Point the command line at a server that has this profile, changed in these fields."""
    point_at(server.url, monkeypatch)
    server.replies = [json_answer(200, {"data": {**PROFILE, **fields}})]


@pytest.fixture
def known(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the command line at a server that has a profile with something of everything."""
    answering(server, monkeypatch)


@pytest.mark.usefixtures("known")
def test_a_profile_is_shown_with_all_that_it_has() -> None:
    """Ids, revenue, attributes, levels and purchases are shown, times in UTC and without empty fractions."""
    ended = run("profile", "get", *USER)

    assert (ended.code, ended.err) == (0, "")
    assert table(ended.out) == [
        ["Field", "Value"],
        ["profile id", PROFILE_ID],
        ["customer user id", "user_12345"],
        ["revenue in USD", "59.98"],
        ["Name", "Value"],
        ["plan", "trial"],
        ["score", "4.5"],
        ["Level", "Active", "Store", "Product", "Starts", "Expires", "Grace period"],
        ["premium", "yes", "app_store", "premium_yearly", "-", "2999-01-05T13:27:47.461425Z", "no"],
        ["gold", "yes", "adapty", "premium_yearly", "-", "never", "no"],
        [
            *("late", "no", "app_store", "premium_yearly", "2998-12-24T08:50:23Z"),
            *("2999-01-05T13:27:47.461425Z", "no"),
        ],
        ["past", "no", "app_store", "premium_yearly", "-", "2020-10-12T09:42:50Z", "no"],
        ["owing", "yes", "app_store", "premium_yearly", "-", "2999-01-05T13:27:47.461425Z", "yes"],
        ["Product", "Store", "Purchased", "Expires", "Renewal cancelled", "Grace period", "Environment"],
        [
            *("premium_yearly", "app_store", "2026-06-10T14:20:00Z", "2999-01-05T13:27:47Z"),
            *("2026-06-11T00:00:00Z", "no", "Production"),
        ],
        ["Product", "Store", "Purchased", "Refunded", "Consumable", "Environment"],
        ["coins", "web_shop", "2026-06-10T14:20:00Z", "yes", "yes", "Sandbox"],
    ]
    titles = [line for line in ended.out.splitlines() if line[0].isascii()]
    assert titles == ["Profile", "Custom attributes", "Access levels", "Subscriptions", "One-time purchases"]


def test_a_profile_of_the_sandbox(api: Adapty) -> None:
    """What was saved through the SDK is shown, looked up by either id."""
    api.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
    api.transactions.set_one_time_purchase(
        customer_user_id="user_12345",
        store="app_store",
        store_product_id="premium_lifetime",
        store_transaction_id="1",
        store_original_transaction_id="1",
        price={"country": "US", "currency": "USD", "value": "99.99"},
        purchased_at="2026-06-10T14:20:00Z",
    )
    profile_id = str(api.profiles.get(customer_user_id="user_12345").profile_id)

    ended = run("profile", "get", *USER)

    assert run("profile", "get", "--profile-id", profile_id.upper()) == ended
    rows = table(ended.out)
    assert ["profile id", profile_id] in rows
    assert ["revenue in USD", "99.99"] in rows
    assert ["plan", "trial"] in rows
    assert ["premium", "yes", "app_store", "premium_lifetime", "-", "never", "no"] in rows
    assert ["premium_lifetime", "app_store", "2026-06-10T14:20:00Z", "no", "no", "Production"] in rows


def test_json_is_what_the_sdk_gives(api: Adapty) -> None:
    """`--json` prints the profile's `to_dict`, to be parsed, and nothing else."""
    api.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial", "note": "x" * 50})

    ended = run("profile", "get", *USER, "--json")

    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    held = api.profiles.get(customer_user_id="user_12345").to_dict()
    assert {**told, "timestamp": 0} == {**held, "timestamp": 0}
    assert list(told) == list(held)
    assert ended.out.startswith('{\n  "app_id": ')


def test_an_empty_profile_says_what_it_does_not_have(api: Adapty) -> None:
    """Where there is nothing, that is said instead of an empty table."""
    api.profiles.create(customer_user_id="user_12345")

    ended = run("profile", "get", *USER)

    assert ended.out.splitlines()[-4:] == [
        "Custom attributes: none",
        "Access levels: none",
        "Subscriptions: none",
        "One-time purchases: none",
    ]


HOSTILE = {
    "[bold]x[/bold] :bug:": "[bold]x[/bold] :bug:",
    "\x1b[31mred\x07": r"\x1b[31mred\x07",
    "two\nlines\r\tand more": r"two\nlines\r\tand more",
    "half \ud800": r"half \ud800",
    "right \u202eto left": r"right \u202eto left",
    "Žofia 日本": "Žofia 日本",
    "": "",
}


def test_values_of_users_cannot_steer_the_terminal(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever users put into their attributes is printed as text, in one line; JSON gives it exactly."""
    for value, shown in HOSTILE.items():
        with fresh_case(server, value, shown):
            answering(server, monkeypatch, custom_attributes=[{"key": "plan", "value": value}])

            ended = run("profile", "get", *USER)
            told = json.loads(run("profile", "get", *USER, "--json").out)

            assert ended.code == 0
            assert ["plan", shown] in table(ended.out)
            assert "\x1b" not in ended.out
            assert told["custom_attributes"] == [{"key": "plan", "value": value}]


def test_what_is_newer_than_this_release_is_shown_as_it_came(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end that cannot be read is shown as it came and opens nothing; what is missing is a dash."""
    answering(
        server,
        monkeypatch,
        total_revenue_usd=None,
        access_levels=[{"access_level_id": "premium", "store": "moon", "starts_at": 7, "expires_at": "at dawn"}],
        subscriptions=[{}],
        non_subscriptions=None,
    )

    ended = run("profile", "get", *USER)

    rows = table(ended.out)
    assert ["revenue in USD", "-"] in rows
    assert ["premium", "no", "moon", "-", "7", "at dawn", "-"] in rows
    assert ["-"] * 7 in rows
    assert ended.out.endswith("One-time purchases: none\n")


def test_on_a_narrow_terminal_tables_are_folded(known: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is not overrun; a pipe gets each value whole, as the tests above see."""
    terminal = EscapingConsole(force_terminal=True, force_interactive=False, width=60, color_system=None)
    monkeypatch.setattr("adapty._cli.format.stdout", terminal)

    ended = run("profile", "get", *USER)

    assert max(map(len, ended.out.splitlines())) == 60


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["table", "JSON"])
def test_an_output_of_ascii_only(server: RawServer, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...]) -> None:
    """Where the output knows no boxes and no other letters, there is something to read all the same."""
    answering(server, monkeypatch, custom_attributes=[{"key": "name", "value": "Žofia"}])

    ended = run("profile", "get", *USER, *option, charset="ascii")

    assert (ended.code, ended.err) == (0, "")
    assert r"\u017dofia" in ended.out
    assert "never" in ended.out or option


def test_a_profile_is_deleted(api: Adapty, served: Sandbox) -> None:
    """The profile is gone, by either id, and one word says so."""
    for number, by in enumerate(("customer_user_id", "profile_id")):
        profile = api.profiles.create(customer_user_id=f"user_{number}")
        option = "--" + by.replace("_", "-")

        ended = run("profile", "delete", option, str(getattr(profile, by)))

        assert (ended.code, ended.out, ended.err) == (0, "deleted\n", "")
        assert served.server_side_profile(customer_user_id=f"user_{number}") is None


COMMANDS = [
    ("profile", "get"),
    ("profile", "get", "--json"),
    ("profile", "delete"),
    ("access", "grant", "premium", "--lifetime"),
    ("access", "revoke", "premium", "--now"),
    ("access", "check", "premium"),
    ("access", "check", "premium", "--json"),
]


def test_a_user_that_is_not_there(served: Sandbox) -> None:
    """A missing profile is the API's error, told in one line, and never taken for an answer."""
    for command in COMMANDS:
        with fresh_case(served, command):
            ended = run(*command, *USER)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert "404 profile_does_not_exist" in ended.err
            assert ended.err.count("\n") == 1


def test_who_is_meant_is_one_user(served: Sandbox) -> None:
    """None or two ids, or one that cannot be sent, are wrong use: told by name, unsent, unquoted."""
    for command in COMMANDS:
        for options, told in [
            ((), "--customer-user-id: is missing, and so is --profile-id; expected one of the two"),
            (
                (*USER, "--profile-id", PROFILE_ID),
                "--profile-id: cannot be combined with --customer-user-id; expected one of the two",
            ),
            (("--customer-user-id", ""), "--customer-user-id: is empty"),
            (("--customer-user-id", "jané@example.com"), "--customer-user-id: contains non-ASCII characters"),
            (("--customer-user-id", "jane\nX-Other: 1"), "--customer-user-id: has U+000A LINE FEED at"),
            (("--customer-user-id", "jane" * 2000), "--customer-user-id: has 8000 characters"),
            (("--profile-id", "jane"), "--profile-id: is not a UUID"),
        ]:
            with fresh_case(served, command, options, told):
                ended = run(*command, *options)

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert ended.err.startswith(f"Error: {told}")
                assert ended.err.count("\n") == 1
                assert "jan" not in ended.err
                assert served.requests() == []


def test_a_key_that_the_api_does_not_know(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's refusal is told in one line, without the key."""
    for command in COMMANDS:
        with fresh_case(served, command):
            monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_wrong")

            ended = run("--verbose", *command, *USER)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert ": 401 " in ended.err
            assert "secret_live_wrong" not in ended.err


def test_the_key_of_the_other_api_is_not_enough(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the Mail API's key alone the variable that is missing is named."""
    for command in COMMANDS:
        with fresh_case(served, command):
            monkeypatch.delenv("ADAPTY_SECRET_KEY")

            ended = run(*command, *USER)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert "ADAPTY_SECRET_KEY" in ended.err


def test_an_api_that_is_not_there(closed_port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is refused has a code of its own."""
    for command in COMMANDS:
        with case(command):
            point_at(closed_port, monkeypatch)

            ended = run(*command, *USER)

            assert (ended.code, ended.out) == (ExitCode.NO_RESPONSE, "")
            assert "ConnectError" in ended.err


def test_a_deletion_whose_answer_was_lost(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """Where the first try broke off, the second one's 404 says that it is done."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(502), GONE]

    ended = run("profile", "delete", *USER)

    assert (ended.code, ended.out, len(slept)) == (0, "deleted\n", 1)


def test_no_address_is_shown_that_the_api_says(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an answer nor `--verbose` brings a user's address onto the screen."""
    for command in COMMANDS:
        with fresh_case(server, command):
            point_at(server.url, monkeypatch)
            server.replies = [
                json_answer(400, {"errors": ["jane@example.com is wrong"], "error_code": "jane@example.com"})
            ]

            ended = run("--verbose", *command, "--customer-user-id", "jane@example.com")

            assert ended.code == ExitCode.API_ERROR
            assert "jane" not in ended.out + ended.err
