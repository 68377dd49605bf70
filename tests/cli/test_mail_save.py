"""`mail save-profile` and `mail save-event`: what they send, what they refuse, how they end."""

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
    """Leave out an option and its value."""
    at = options.index(name)
    return [*options[:at], *options[at + 2 :]]


def test_a_profile_is_saved(served: Sandbox) -> None:
    """The required options make a profile."""
    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out, ended.err) == (0, "saved\n", "")
    assert served.profile("user_12345") == {
        "external_profile_id": "user_12345",
        "external_created_at": "2026-06-01T10:30:00+00:00",
        "email": "jane@example.com",
    }


def test_a_profile_is_saved_with_every_option(served: Sandbox) -> None:
    """All options arrive, attributes as text or, with `:=`, as numbers; values may hold `=`, `:` and nothing."""
    ended = run(
        *("mail", "save-profile", *PROFILE_OPTIONS),
        *("--first-name", "Jane", "--last-name", "Doe", "--gender", "f", "--birthday", "1990-05-21"),
        *("--country", "US", "--store-country", "CA", "--customer-user-id", "backend_1"),
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


def test_an_event_is_saved(served: Sandbox) -> None:
    """The required options make an event, and the flow that it leads to is printed."""
    run("mail", "save-profile", *PROFILE_OPTIONS)

    ended = run("mail", "save-event", *EVENT_OPTIONS)

    assert (ended.code, ended.out, ended.err) == (0, "saved; flow: active\n", "")
    assert served.flows()[Flow.ACTIVE] == 1


def test_an_event_is_saved_with_every_option(served: Sandbox) -> None:
    """Price, end and offer arrive, the price digit by digit."""
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


def test_other_ids_of_the_subscriber(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else the subscriber is known by goes into the body as it is given, and not where it is not."""
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
def test_a_missing_option_is_named(served: Sandbox, command: str, options: tuple[str, ...]) -> None:
    """Each required option is asked for by its name, on standard error."""
    for name in options[::2]:
        ended = run("mail", command, *without(options, name))

        assert (ended.code, ended.out) == (ExitCode.USAGE, "")
        assert f"Missing option '{name}'" in ended.err


def test_a_wrong_profile_is_not_sent(served: Sandbox) -> None:
    """A wrong value is told in one line on standard error, with the name at fault, and nothing is sent."""
    for options, message in [
        (["--country", "us"], "--country: "),
        (["--birthday", "yesterday"], "--birthday: "),
        (["--device", "os=17.5"], "--device platform: "),
        (["--device", "platfrom=iOS"], "--device platfrom: "),
        (["--device", "platform:=7"], "--device platform:: "),
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
            assert ended.err.count("\n") == 1
            assert sum(served.flows().values()) == 0


def test_a_wrong_event_is_not_sent(served: Sandbox) -> None:
    """The same for events."""
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


def test_an_address_in_the_wrong_place_is_not_shown(served: Sandbox) -> None:
    """An e-mail address that was given for something else is not repeated."""
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


def test_a_key_is_needed() -> None:
    """Without a key in the environment the variables are named, and nothing is sent."""
    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err


def test_the_key_of_the_other_api_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the server-side API's key alone the variable that is missing is named."""
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_other")

    ended = run("mail", "save-event", *EVENT_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err
    assert "secret_live_other" not in ended.err


def test_an_address_that_is_none_is_wrong_use(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base address that cannot be one is told by its setting's name."""
    for url in ["ftp://127.0.0.1", "127.0.0.1:80", "http://"]:
        for setting in ["mail_base_url", "base_url"]:
            with fresh_case(served, url, setting):
                monkeypatch.setenv(f"ADAPTY_{setting.upper()}", url)

                ended = run("mail", "save-profile", *PROFILE_OPTIONS)

                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert ended.err.startswith(f"Error: ADAPTY_{setting.upper()}: ")


def test_a_key_that_the_api_does_not_know(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's refusal is told in one line on standard error, with the code for it."""
    point_at(served.url, monkeypatch, key="secret_live_wrong")

    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    assert ended.err.startswith("Error: saveProfile: 403 secret_key_does_not_exist_error")
    assert ended.err.count("\n") == 1
    assert "secret_live_wrong" not in ended.err


def test_every_answer_but_the_documented_one_is_an_error(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any status that is no success, and a success that is not the documented one, end with the code for answers."""
    for status in [204, 302, 400, 401, 404, 409, 422, 429, 499, 500, 503, 520]:
        with fresh_case(server, status):
            point_at(server.url, monkeypatch)
            server.replies = [answer(status)]

            ended = run("mail", "save-event", *EVENT_OPTIONS)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert ended.err.startswith(f"Error: saveTransactionEvent: {status}")


def test_the_apis_words_are_shown_as_they_are(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets and colons in what the API says are text, not the terminal's markup."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(400, b'{"errors": ["[bold]wrong[/bold] :bug: [link=x]"]}')]

    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert "[bold]wrong[/bold] :bug: [link=x]" in ended.err


def test_an_api_that_is_not_there(closed_port: str, monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    """A refused connection is tried again and then told in one line, with the code for it."""
    point_at(closed_port, monkeypatch)

    ended = run("mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (ExitCode.NO_RESPONSE, "")
    address = closed_port.removeprefix("http://")
    assert ended.err.startswith(f"Error: saveProfile: cannot connect to {address} (ADAPTY_MAIL_BASE_URL): ConnectError")
    assert "after 3 attempts" in ended.err
    assert ended.err.count("\n") == 1
    assert len(slept) == 2
