"""`mail save-profile` and `mail save-event`: what they send, reject and print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapty import Flow
from adapty._cli.errors import ExitCode
from tests.cli.conftest import EVENT_OPTIONS, PROFILE_OPTIONS, fresh_case, point_at, run
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox


def without(options: tuple[str, ...], name: str) -> list[str]:
    """Return options without one of them and its value."""
    at = options.index(name)
    return [*options[:at], *options[at + 2 :]]


def test_required_options_save_a_profile(served: Sandbox) -> None:
    """Other fields are not sent."""
    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out, ended.err) == (0, "saved\n", "")
    assert served.profile("user_12345") == {
        "external_profile_id": "user_12345",
        "external_created_at": "2026-06-01T10:30:00+00:00",
        "email": "jane@example.com",
    }


def test_all_options_of_a_profile_are_sent(served: Sandbox) -> None:
    """Attributes are text or, with `:=`, numbers; values can contain `=` and `:`, or be empty."""
    ended = run(
        *("mail", "save-profile", *PROFILE_OPTIONS),
        *("--first-name", "Jane", "--last-name", "Doe", "--gender", "f", "--birthday", "1990-05-21"),
        *("--country", "us", "--store-country", "CA", "--customer-user-id", "backend_1"),
        *("--custom", "plan=trial", "--custom", "days:=7", "--custom", "score:=-0.5", "--custom", "digits=7"),
        *("--custom", "formula=a=b:=c", "--custom", "empty=", "--custom", "a:b=c", "--custom", "debt:=-3"),
        *("--device", "platform=iOS", "--device", "device=iPhone15,2", "--device", "os=17.5"),
    )

    assert (ended.code, ended.out, ended.err) == (0, "saved\n", "")
    assert served.profile("user_12345") == {
        "external_profile_id": "user_12345",
        "external_created_at": "2026-06-01T10:30:00+00:00",
        "email": "jane@example.com",
        "first_name": "Jane",
        "last_name": "Doe",
        "gender": "f",
        "birthday": "1990-05-21",
        "country": "US",
        "store_country": "CA",
        "custom_attributes": {
            "plan": "trial",
            "days": 7,
            "score": -0.5,
            "digits": "7",
            "formula": "a=b:=c",
            "empty": "",
            "a:b": "c",
            "debt": -3,
        },
        "device_info": {"platform": "iOS", "device": "iPhone15,2", "os": "17.5"},
        "customer_user_id": "backend_1",
    }


def test_required_options_save_an_event(served: Sandbox) -> None:
    """The flow of the event type is printed."""
    run("mail", "save-profile", *PROFILE_OPTIONS)

    ended = run("mail", "save-event", *EVENT_OPTIONS)

    assert (ended.code, ended.out, ended.err) == (0, "saved; flow: active\n", "")
    assert served.flows()[Flow.ACTIVE] == 1


def test_all_options_of_an_event_are_sent(served: Sandbox) -> None:
    """The digits of the price do not change."""
    ended = run(
        *(
            "mail",
            "save-event",
            *without(EVENT_OPTIONS, "--event-type"),
            "--event-type",
            "subscription_renewal_cancelled",
        ),
        *("--price-usd", "9.90", "--expires-at", "2026-07-10T16:20:00+02:00"),
        *("--offer", "category=introductory", "--offer", "offer_type=free_trial", "--offer", "offer_id=intro=1"),
    )

    assert (ended.code, ended.out) == (0, "saved; flow: renewal cancelled\n")
    (event,) = served.events("user_12345")
    assert event["price_usd"] == "9.90"
    assert event["expires_at"] == "2026-07-10T14:20:00+00:00"
    assert event["offer"] == {"category": "introductory", "offer_type": "free_trial", "offer_id": "intro=1"}


def test_optional_ids_are_sent_only_if_given(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unchanged, in the body."""
    for command, options, fields in [
        ("save-profile", PROFILE_OPTIONS, {"customer_user_id": "backend_1"}),
        ("save-event", EVENT_OPTIONS, {"customer_user_id": "backend_1"}),
        ("save-event", EVENT_OPTIONS, {"email": "joe@example.com"}),
        ("save-event", EVENT_OPTIONS, {"customer_user_id": "josé", "email": "joe@example.com"}),
    ]:
        with fresh_case(server, command, options, fields):
            point_at(server.url, monkeypatch)
            more = [word for name, value in fields.items() for word in (f"--{name.replace('_', '-')}", value)]

            run("mail", command, *options)
            ended = run("mail", command, *options, *more)

            assert (ended.code, ended.err) == (0, "")
            without_them, with_them = (json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests)
            assert with_them == {**without_them, **fields}
            assert set(fields).isdisjoint(without_them)


@pytest.mark.parametrize(
    ("command", "options"), [("save-profile", PROFILE_OPTIONS), ("save-event", EVENT_OPTIONS)], ids=["profile", "event"]
)
def test_missing_options_are_named(served: Sandbox, command: str, options: tuple[str, ...]) -> None:
    """Each required option."""
    for name in options[::2]:
        ended = run("mail", command, *without(options, name))

        assert (ended.code, ended.out) == (ExitCode.USAGE, "")
        assert f"Missing option '{name}'" in ended.err


def test_invalid_profile_is_not_sent(served: Sandbox) -> None:
    """The error names the flag."""
    for options, message in [
        (["--country", "usa"], "--country: "),
        (["--birthday", "yesterday"], "--birthday: "),
        (["--device", "os=17.5"], "--device platform: "),
        (["--device", "platforms=iOS"], "2 problems:\n  --device platforms: "),
        (["--device", "platform:=7"], "2 problems:\n  --device platform:: "),
        (["--device", "iOS"], "--device: "),
        (["--device", "=iOS"], "--device: "),
        (["--custom", "plan"], "--custom: "),
        (["--custom", ""], "--custom: "),
        (["--custom", "=trial"], "--custom: "),
        (["--custom", ":=7"], "--custom: "),
        (["--custom", "days:=seven"], "--custom: "),
        (["--custom", "days:="], "--custom: "),
        (["--custom", "days:=--7"], "--custom: "),
        (["--custom", "days:=nan"], "--custom days: "),
        (["--custom", "days:=1e999"], "--custom days: "),
        (["--custom", f"days:={'9' * 400}"], "--custom days: "),
        (["--custom", f"days:={'9' * 5000}"], "--custom: "),
        (["--external-profile-id", " "], "--external-profile-id: "),
        (["--external-created-at", "2026-06-01T10:30:00"], "--external-created-at: "),
        (["--email", "jane"], "--email: "),
        (["--customer-user-id", ""], "--customer-user-id: "),
    ]:
        with fresh_case(served, options, message):
            ended = run("mail", "save-profile", *PROFILE_OPTIONS, *options)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: {message}")
            assert ended.err.count("\n") == message.count("\n") * 2 + 1
            assert sum(served.flows().values()) == 0


def test_invalid_event_is_not_sent(served: Sandbox) -> None:
    """The error names the flag."""
    for options, message in [
        (["--event-type", "subscription_start"], "--event-type: 'subscription_start' is not known; did you mean"),
        (["--price-usd", "9,99"], "--price-usd: "),
        (["--price-usd", ""], "--price-usd: "),
        (["--store-transaction-id", "1" * 51], "--store-transaction-id: "),
        (["--offer", "category=introductory"], "--offer offer_type: "),
        (["--offer", "introductory"], "--offer: "),
        (["--customer-user-id", ""], "--customer-user-id: "),
        (["--email", "jane"], "--email: "),
        (
            ["--event-type", "non_subscription_purchase", "--expires-at", "2026-07-10T14:20:00Z"],
            "--expires-at: ",
        ),
    ]:
        with fresh_case(served, options, message):
            ended = run("mail", "save-event", *EVENT_OPTIONS, *options)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: {message}")
            assert served.events("user_12345") == []


def test_address_in_another_option_is_not_printed(served: Sandbox) -> None:
    """Errors do not repeat e-mail addresses."""
    for options in [
        ["--custom", "jane@example.com"],
        ["--custom", "contact:=jane@example.com"],
        ["--custom", "=jane@example.com"],
        ["--custom", "jane@example.com:=nan"],
        ["--device", "jane@example.com"],
        ["--device", "jane@example.com=iOS"],
        ["--country", "jane@example.com"],
        ["--birthday", "jane@example.com"],
        ["--email", "jane@example"],
        ["--email", "jane doe@example.com"],
    ]:
        with fresh_case(served, options):
            ended = run("--verbose", "mail", "save-profile", *PROFILE_OPTIONS, *options)

            assert ended.code == ExitCode.USAGE
            assert "jane" not in ended.out + ended.err


def test_missing_keys_are_named() -> None:
    """Nothing is sent."""
    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err


def test_missing_mail_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the server-side API is not enough."""
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_other")

    ended = run("mail", "save-event", *EVENT_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err
    assert "secret_live_other" not in ended.err


def test_invalid_base_url_is_a_usage_error(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable."""
    for url in ["ftp://127.0.0.1", "127.0.0.1:80", "http://"]:
        for setting in ["mail_base_url", "base_url"]:
            with fresh_case(served, url, setting):
                monkeypatch.setenv(f"ADAPTY_{setting.upper()}", url)

                ended = run("mail", "save-profile", *PROFILE_OPTIONS)

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert ended.err.startswith(f"Error: ADAPTY_{setting.upper()}: ")


def test_unknown_key_is_an_api_error(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, without the key."""
    point_at(served.url, monkeypatch, key="secret_live_wrong")

    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    assert ended.err.startswith("Error: saveProfile: 403 secret_key_does_not_exist_error")
    assert ended.err.count("\n") == 1
    assert "secret_live_wrong" not in ended.err


def test_undocumented_statuses_are_api_errors(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even an undocumented success."""
    for status in [204, 302, 400, 401, 404, 409, 422, 429, 499, 500, 503, 520]:
        with fresh_case(server, status):
            point_at(server.url, monkeypatch)
            server.replies = [answer(status)]

            ended = run("mail", "save-event", *EVENT_OPTIONS)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert ended.err.startswith(f"Error: saveTransactionEvent: {status}")


def test_messages_of_the_api_are_not_markup(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets and colons are printed as text."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(400, b'{"errors": ["[bold]wrong[/bold] :bug: [link=x]"]}')]

    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert "[bold]wrong[/bold] :bug: [link=x]" in ended.err


def test_refused_connection_is_retried_and_reported(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """In one line, with an exit code of its own."""
    point_at(closed_port, monkeypatch)

    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.NO_RESPONSE, "")
    address = closed_port.removeprefix("http://")
    assert ended.err.startswith(f"Error: saveProfile: cannot connect to {address} (ADAPTY_MAIL_BASE_URL): ConnectError")
    assert "after 3 attempts" in ended.err
    assert ended.err.count("\n") == 1
    assert len(slept) == 2
