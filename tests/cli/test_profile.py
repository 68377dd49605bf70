"""`profile get` and `profile delete`: output, errors and exit codes, together with those of `access`."""

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


def serve_profile(server: RawServer, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Point the command line at a server with this profile, changed in these fields."""
    point_at(server.url, monkeypatch)
    server.replies = [json_answer(200, {"data": {**PROFILE, **fields}})]


@pytest.fixture
def known(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve a profile with something of everything."""
    serve_profile(server, monkeypatch)


@pytest.mark.usefixtures("known")
def test_get_prints_all_parts_of_a_profile() -> None:
    """Times are in UTC, without empty fractions."""
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


def test_get_prints_what_the_sdk_saved(api: Adapty) -> None:
    """By either ID."""
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


def test_json_is_the_profile_of_the_sdk(api: Adapty) -> None:
    """`--json` prints `to_dict`, and nothing else."""
    api.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial", "note": "x" * 50})

    ended = run("profile", "get", *USER, "--json")

    assert (ended.code, ended.err) == (0, "")
    message = json.loads(ended.out)
    expected = api.profiles.get(customer_user_id="user_12345").to_dict()
    assert {**message, "timestamp": 0} == {**expected, "timestamp": 0}
    assert list(message) == list(expected)
    assert ended.out.startswith('{\n  "app_id": ')


def test_empty_parts_are_printed_as_none(api: Adapty) -> None:
    """Instead of empty tables."""
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
    "right \u202e to left": r"right \u202e to left",
    "Žofia 日本": "Žofia 日本",
    "": "",
}


def test_values_of_users_are_escaped(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """In tables; JSON has the exact value."""
    for value, shown in HOSTILE.items():
        with fresh_case(server, value, shown):
            serve_profile(server, monkeypatch, custom_attributes=[{"key": "plan", "value": value}])

            ended = run("profile", "get", *USER)
            message = json.loads(run("profile", "get", *USER, "--json").out)

            assert ended.code == 0
            assert ["plan", shown] in table(ended.out)
            assert "\x1b" not in ended.out
            assert message["custom_attributes"] == [{"key": "plan", "value": value}]


def test_unknown_values_are_printed_unchanged(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An end that cannot be parsed is not active; a missing value is a dash."""
    serve_profile(
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


def test_tables_fold_on_a_narrow_terminal(known: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe, values are not folded."""
    terminal = EscapingConsole(force_terminal=True, force_interactive=False, width=60, color_system=None)
    monkeypatch.setattr("adapty._cli.format.stdout", terminal)

    ended = run("profile", "get", *USER)

    assert max(map(len, ended.out.splitlines())) == 60


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["table", "JSON"])
def test_ascii_output_is_readable(server: RawServer, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...]) -> None:
    """Without box characters and other letters."""
    serve_profile(server, monkeypatch, custom_attributes=[{"key": "name", "value": "Žofia"}])

    ended = run("profile", "get", *USER, *option, charset="ascii")

    assert (ended.code, ended.err) == (0, "")
    assert r"\u017dofia" in ended.out
    assert "never" in ended.out or option


def test_delete_works_by_either_id(api: Adapty, served: Sandbox) -> None:
    """One word confirms it."""
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


def test_missing_profile_is_an_api_error(served: Sandbox) -> None:
    """In one line, with its own exit code."""
    for command in COMMANDS:
        with fresh_case(served, command):
            ended = run(*command, *USER)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert "404 profile_does_not_exist" in ended.err
            assert ended.err.count("\n") == 1


def test_exactly_one_valid_id_is_required(served: Sandbox) -> None:
    """The error names the flag and does not quote the value; nothing is sent."""
    for command in COMMANDS:
        for options, message in [
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
            with fresh_case(served, command, options, message):
                ended = run(*command, *options)

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert ended.err.startswith(f"Error: {message}")
                assert ended.err.count("\n") == 1
                assert "jan" not in ended.err
                assert served.requests() == []


def test_unknown_key_is_an_api_error(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, without the key."""
    for command in COMMANDS:
        with fresh_case(served, command):
            monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_wrong")

            ended = run("--verbose", *command, *USER)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert ": 401 " in ended.err
            assert "secret_live_wrong" not in ended.err


def test_missing_server_side_key_is_named(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the Mail API is not enough."""
    for command in COMMANDS:
        with fresh_case(served, command):
            monkeypatch.delenv("ADAPTY_SECRET_KEY")

            ended = run(*command, *USER)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert "ADAPTY_SECRET_KEY" in ended.err


def test_refused_connection_has_its_own_exit_code(closed_port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the cause."""
    for command in COMMANDS:
        with case(command):
            point_at(closed_port, monkeypatch)

            ended = run(*command, *USER)

            assert (ended.code, ended.out) == (ExitCode.NO_RESPONSE, "")
            assert "ConnectError" in ended.err


def test_404_of_a_retry_means_deleted(server: RawServer, monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    """If the first attempt had no response."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(502), GONE]

    ended = run("profile", "delete", *USER)

    assert (ended.code, ended.out, len(slept)) == (0, "deleted\n", 1)


def test_addresses_in_responses_are_not_printed(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even with `--verbose`."""
    for command in COMMANDS:
        with fresh_case(server, command):
            point_at(server.url, monkeypatch)
            server.replies = [
                json_answer(400, {"errors": ["jane@example.com is wrong"], "error_code": "jane@example.com"})
            ]

            ended = run("--verbose", *command, "--customer-user-id", "jane@example.com")

            assert ended.code == ExitCode.API_ERROR
            assert "jane" not in ended.out + ended.err
