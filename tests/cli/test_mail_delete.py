"""`mail delete-profile`: identifiers, requests, errors and exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapty._cli.errors import ExitCode
from tests.cli.conftest import DELETED, fresh_case, json_answer, point_at, run
from tests.cli.erasing import make_subscribers
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox

IDENTIFIERS = {
    "--external-profile-id": "external jane",
    "--customer-user-id": "jane",
    "--email": "jane@example.com",
}
GONE = json_answer(404, {"errors": [{"message": "No such profile", "error_code": "profile_not_found_error"}]})


@pytest.mark.parametrize("names", [*((name,) for name in IDENTIFIERS), tuple(IDENTIFIERS)], ids=" ".join)
def test_delete_requires_one_identifier(api: Adapty, served: Sandbox, names: tuple[str, ...]) -> None:
    """All of them together are accepted too."""
    make_subscribers(api, "jane", "joe")

    ended = run("mail", "delete-profile", *(word for name in names for word in (name, IDENTIFIERS[name])))

    assert (ended.code, ended.out, ended.err) == (0, "deleted\n", "")
    assert served.profile("external jane") is None
    assert served.profile("external joe") is not None


def test_body_has_only_the_given_identifier(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the Mail API is in the header."""
    for name, identifier in IDENTIFIERS.items():
        with fresh_case(server, name):
            point_at(server.url, monkeypatch)
            server.replies = [DELETED]

            assert run("mail", "delete-profile", name, identifier).code == 0

            (request,) = server.requests
            head, _, body = request.partition(b"\r\n\r\n")
            assert head.startswith(b"POST /api/v1/profile/delete/ ")
            assert b"Bearer secret_live_shown" in head
            assert json.loads(body) == {name[2:].replace("-", "_"): identifier}


def test_unknown_subscriber_is_an_api_error(served: Sandbox) -> None:
    """In one line, without the address."""
    for name, identifier in IDENTIFIERS.items():
        with fresh_case(served, name):
            ended = run("--verbose", "mail", "delete-profile", name, identifier)

            assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
            assert "Error: deleteProfile: 404 profile_not_found_error" in ended.err
            assert "jane" not in ended.err


def test_invalid_identifier_is_not_sent(served: Sandbox) -> None:
    """The error names the flag and does not quote the value."""
    for options, message in [
        ((), "--external-profile-id: is missing, and so are --customer-user-id and --email; expected at least one"),
        (("--external-profile-id", ""), "--external-profile-id: is empty"),
        (("--customer-user-id", " "), "--customer-user-id: is empty"),
        (("--email", "jane"), "--email: has no @"),
        (("--email", "jane@example"), "--email: has an invalid domain"),
        (("--customer-user-id", "jane", "--email", ""), "--email: has no @"),
    ]:
        with fresh_case(served, options, message):
            ended = run("mail", "delete-profile", *options)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: {message}")
            assert ended.err.count("\n") == 1
            assert "jane" not in ended.err
            assert served.requests() == []


def test_missing_mail_key_is_named(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the server-side API is not enough."""
    monkeypatch.delenv("ADAPTY_MAIL_SECRET_KEY")

    ended = run("mail", "delete-profile", "--customer-user-id", "jane")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err


def test_404_of_a_retry_means_deleted_only_for_addresses(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """If the first attempt had no response."""
    for name, code in [("--email", 0), ("--customer-user-id", 3), ("--external-profile-id", 3)]:
        with fresh_case(server, name, code):
            slept.clear()
            point_at(server.url, monkeypatch)
            server.replies = [answer(502), GONE]

            ended = run("mail", "delete-profile", name, IDENTIFIERS[name])

            assert (ended.code, ended.out, len(slept)) == (code, "" if code else "deleted\n", 1)


def test_refused_connection_has_its_own_exit_code(closed_port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the cause."""
    point_at(closed_port, monkeypatch)

    ended = run("mail", "delete-profile", "--customer-user-id", "jane")

    assert (ended.code, ended.out) == (ExitCode.NO_RESPONSE, "")
    assert "ConnectError" in ended.err
