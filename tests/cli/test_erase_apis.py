"""`erase` with both APIs: which ones it calls, with which rows, errors and exit codes."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapty._cli.errors import ExitCode
from tests.cli.conftest import DELETED, FORBIDDEN, fresh_case, json_answer, point_at, reply_by_user, run
from tests.cli.erasing import (
    ONE_AT_A_TIME,
    RESUME_HINT,
    make_subscribers,
    make_users,
    outcomes,
    report_rows,
    users_file,
)
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox
    from tests.cli.conftest import CtrlC

UNKNOWN = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"

# The APIs that know each kind, and an unknown ID of it.
KINDS = {
    "customer_user_id": (["server-side", "mail"], "u9"),
    "profile_id": (["server-side"], UNKNOWN),
    "external_profile_id": (["mail"], "external u9"),
    "email": (["mail"], "u9@example.com"),
}

KEYS = {"server-side": "ADAPTY_SECRET_KEY", "mail": "ADAPTY_MAIL_SECRET_KEY"}
MAIL_GONE = json_answer(404, {"errors": [{"message": "No such profile", "error_code": "profile_not_found_error"}]})


def called_apis(served: Sandbox) -> set[str]:
    """Return the APIs that received deletions."""
    operations = {
        ("DELETE", "/api/v2/server-side-api/profile/"): "server-side",
        ("POST", "/api/v1/profile/delete/"): "mail",
    }
    called = {(entry.method, entry.path) for entry in served.requests()}
    return {api for operation, api in operations.items() if operation in called}


def test_both_apis_delete_all_users(api: Adapty, served: Sandbox) -> None:
    """No other user is deleted, and each user has a row for each API."""
    make_users(api, "u1", "u2", "other")
    make_subscribers(api, "u1", "u3", "other")

    ended = run("erase", users_file("u1", "u2", "u3"))

    assert (ended.code, ended.err) == (0, "")
    assert ended.summary == [
        "4 deleted, 2 not found, 0 failed",
        "erased from: server-side, mail",
        "report: users.erased.csv",
    ]
    assert [row["api"] for row in report_rows()] == ["server-side"] * 3 + ["mail"] * 3
    assert outcomes() == {"u1": "deleted", "u2": "deleted", "u3": "not_found"}
    assert outcomes(api="mail") == {"u1": "deleted", "u2": "not_found", "u3": "deleted"}
    assert served.server_side_profile(customer_user_id="u1") is None
    assert served.server_side_profile(customer_user_id="other") is not None
    assert [served.profile(f"external {id_}") is None for id_ in ("u1", "u3", "other")] == [True, True, False]


def test_concurrent_requests_of_both_apis_are_all_reported(api: Adapty) -> None:
    """The rows of the APIs are not mixed."""
    ids = [f"user_{number}" for number in range(100)]
    make_users(api, *ids)
    make_subscribers(api, *ids)

    ended = run("erase", users_file(*ids), "--concurrency", "20", "--json")

    assert ended.code == 0
    assert json.loads(ended.out)["deleted"] == 200
    assert outcomes() == outcomes(api="mail") == dict.fromkeys(ids, "deleted")
    assert [row["api"] for row in report_rows()] == ["server-side"] * 100 + ["mail"] * 100


def test_mail_alone_deletes_only_the_subscriber(api: Adapty, served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--api mail`, or with only its key, by each kind of ID that Mail knows."""
    for way in ["--api", "the key"]:
        for kind in ["customer_user_id", "external_profile_id", "email"]:
            with fresh_case(served, way, kind):
                make_users(api, "u1")
                make_subscribers(api, "u1", "u2")
                ids = {"customer_user_id": "u1", "external_profile_id": "external u1", "email": "u1@example.com"}
                if way == "the key":
                    monkeypatch.delenv("ADAPTY_SECRET_KEY")

                ended = run("erase", users_file(kind, ids[kind]), *(("--api", "mail") if way == "--api" else ()))

                assert (ended.code, ended.err) == (0, "")
                assert ended.summary == [
                    "1 deleted, 0 not found, 0 failed",
                    "erased from: mail",
                    "report: users.erased.csv",
                ]
                assert outcomes(api="mail") == {ids[kind]: "deleted"}
                assert len(report_rows()) == 1
                assert called_apis(served) == {"mail"}
                assert [served.profile(f"external {id_}") is None for id_ in ("u1", "u2")] == [True, False]


def test_kind_selects_the_apis(served: Sandbox) -> None:
    """Only those that know it are called."""
    for way in ["--by", "header", "JSON Lines"]:
        for kind, (apis, id_) in KINDS.items():
            with fresh_case(served, way, kind):
                lines = {"--by": [id_], "header": [kind, id_], "JSON Lines": [json.dumps({kind: id_})]}[way]

                ended = run("erase", users_file(*lines), "--json", *(("--by", kind) if way == "--by" else ()))

                assert ended.code == ExitCode.SOME_FAILED
                assert [line.split(":")[1].strip() for line in ended.err.splitlines()] == apis  # a warning for each
                report = json.loads(ended.out)
                assert (report["apis"], report["deleted"], report["not_found"]) == (apis, 0, len(apis))
                assert [*report["nothing_found"]] == apis
                assert [(row["api"], row["id"], row["outcome"]) for row in report_rows()] == [
                    (api, id_, "not_found") for api in apis
                ]
                assert called_apis(served) == set(apis)


def test_one_of_several_columns_is_used(served: Sandbox) -> None:
    """The one in `--by`, or the first kind that the API knows."""
    for header, options, apis in [
        ("email,customer_user_id", (), ["server-side", "mail"]),
        ("email,profile_id", (), ["server-side"]),
        ("email,profile_id", ("--api", "mail"), ["mail"]),
        ("email,external_profile_id", (), ["mail"]),
        ("external_profile_id,profile_id", ("--api", "server-side"), ["server-side"]),
        ("customer_user_id,email", ("--by", "email"), ["mail"]),
        ("customer_user_id,profile_id", ("--by", "profile_id"), ["server-side"]),
    ]:
        with fresh_case(served, header, options, apis):
            kinds = header.split(",")

            ended = run("erase", users_file(header, ",".join(KINDS[kind][1] for kind in kinds)), "--json", *options)

            assert ended.code == ExitCode.SOME_FAILED  # no such user
            assert json.loads(ended.out)["apis"] == apis


def test_kind_unknown_to_the_api_is_a_usage_error(served: Sandbox) -> None:
    """The error lists the known kinds; such a column counts as missing."""
    for by, api, known in [
        ("profile_id", "mail", "customer_user_id or external_profile_id or email"),
        ("external_profile_id", "server-side", "customer_user_id or profile_id"),
        ("email", "server-side", "customer_user_id or profile_id"),
    ]:
        with fresh_case(served, by, api, known):
            ended = run("erase", users_file("u1"), "--by", by, "--api", api)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err == f"Error: --by: is {by!r}, which the {api} API does not know; expected {known}\n"

            ended = run("erase", users_file(by, "u1"), "--api", api)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: users.txt: has no column {known}; ")
            assert served.requests() == []
            assert not Path("users.erased.csv").exists()


def test_missing_key_of_the_selected_api_is_named(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No report is created."""
    for there_is, options, wanted in [
        ("mail", ("--api", "server-side", "--by", "profile_id"), "server-side"),
        ("mail", ("--by", "profile_id"), "server-side"),
        ("server-side", ("--api", "mail"), "mail"),
        ("server-side", ("--by", "email"), "mail"),
        ("server-side", ("--by", "external_profile_id"), "mail"),
    ]:
        with fresh_case(served, there_is, options, wanted):
            monkeypatch.delenv(KEYS[wanted])

            ended = run("erase", users_file(UNKNOWN), *options)

            assert KEYS[there_is] in os.environ
            assert (ended.code, ended.out, ended.err) == (
                ExitCode.USAGE,
                "",
                f"Error: {KEYS[wanted]}: is missing; set {KEYS[wanted]}\n",
            )
            assert served.requests() == []
            assert not Path("users.erased.csv").exists()


def test_missing_keys_are_named(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both variables."""
    for variable in KEYS.values():
        monkeypatch.delenv(variable)

    ended = run("erase", users_file("u1"))

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert all(variable in ended.err for variable in KEYS.values())
    assert not Path("users.erased.csv").exists()


def test_invalid_key_is_not_treated_as_missing(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise an API would be omitted silently."""
    for wrong, variable in KEYS.items():
        with fresh_case(served, wrong):
            monkeypatch.setenv(variable, "secret live")

            ended = run("erase", users_file("u1"))

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert variable in ended.err
            assert "secret live" not in ended.err
            assert served.requests() == []


def test_id_invalid_in_a_header_is_sent_to_mail_only(api: Adapty, served: Sandbox) -> None:
    """It fails for the server-side API, with its line."""
    for id_, reason in [
        ("josé", "non-ASCII characters"),
        ("日本", "non-ASCII characters"),
        ("x" * 4097, "has 4097 characters"),
    ]:
        with fresh_case(served, id_, reason):
            make_users(api, "u1")
            api.mail.save_profile(
                customer_user_id=id_,
                external_profile_id="external",
                email="jane@example.com",
                external_created_at="2026-06-01T10:30:00Z",
            )
            Path("users.jsonl").write_text(f"{json.dumps('u1')}\n{json.dumps(id_)}\n")

            ended = run("erase", "users.jsonl")

            assert ended.code == ExitCode.SOME_FAILED
            assert ended.out.startswith("2 deleted, 1 not found, 1 failed\nerased from: server-side, mail\n")
            assert outcomes() == {"u1": "deleted", id_: "failed"}
            assert outcomes(api="mail") == {"u1": "not_found", id_: "deleted"}
            (message,) = [row["reason"] for row in report_rows() if row["outcome"] == "failed"]
            assert message.startswith("line 2: customer_user_id: ")
            assert reason in message
            assert served.profile("external") is None


def test_row_without_id_fails_for_both_apis(served: Sandbox) -> None:
    """With the same reason, and nothing is sent."""
    ended = run("erase", users_file('{"customer_user_id": ""}', '"u\\ud800"'))

    assert ended.code == ExitCode.SOME_FAILED
    assert ended.out.startswith("0 deleted, 0 not found, 4 failed\nerased from: server-side, mail\n")
    rows = {(row["api"], row["id"]): row["reason"] for row in report_rows()}
    assert rows["server-side", '{"customer_user_id": ""}'] == "line 1: has no customer_user_id"
    assert rows["mail", '{"customer_user_id": ""}'] == "line 1: has no customer_user_id"
    assert "non-ASCII characters" in rows["server-side", r"u\ud800"]
    assert "lone surrogate" in rows["mail", r"u\ud800"]
    assert served.requests() == []


def test_invalid_address_is_reported_as_failed(served: Sandbox) -> None:
    """The reason does not repeat it."""
    for address, reason in [
        ("jane", "has no @"),
        ("jane doe@example.com", "has a space"),
        ("jane@example", "has an invalid domain"),
        (f"{'jane' * 20}@example.com", "is too long"),
    ]:
        with fresh_case(served, address, reason):
            ended = run("--verbose", "erase", users_file("email", address, "u9@example.com"))

            assert ended.code == ExitCode.SOME_FAILED
            assert outcomes(api="mail") == {address: "failed", "u9@example.com": "not_found"}
            message = report_rows()[0]["reason"]
            assert message.startswith("line 2: email: ")
            assert reason in message
            assert "jane" not in message + ended.out + ended.err


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
def test_addresses_are_printed_only_in_the_report(api: Adapty, options: tuple[str, ...]) -> None:
    """Not even with `--verbose`."""
    make_subscribers(api, "jane")

    ended = run("--verbose", "erase", users_file("email", "jane@example.com", "jane2@example.com"), *options)

    assert ended.code == 0
    assert "deleteProfile: POST" in ended.err
    assert "jan" not in ended.out + ended.err
    assert outcomes(api="mail") == {"jane@example.com": "deleted", "jane2@example.com": "not_found"}


def test_second_run_appends_rows(api: Adapty) -> None:
    """Mail confirms deletions by ID again; the warning is about the server-side API."""
    make_users(api, "u1")
    make_subscribers(api, "u1")
    run("erase", users_file("u1"))

    ended = run("erase", "users.txt")

    assert ended.code == ExitCode.SOME_FAILED
    assert ended.err.startswith("Warning: server-side: no profile was found by customer_user_id")
    assert [(row["api"], row["outcome"]) for row in report_rows()] == [
        ("server-side", "deleted"),
        ("mail", "deleted"),
        ("server-side", "not_found"),
        ("mail", "deleted"),
    ]

    ended = run("erase", users_file("email", "u1@example.com"), "--report", "by_email.csv")

    assert ended.code == ExitCode.SOME_FAILED
    assert outcomes("by_email.csv", api="mail") == {"u1@example.com": "not_found"}


def test_repeated_ids_are_counted_once(api: Adapty, served: Sandbox) -> None:
    """Not once for each API, and without rows and requests of their own."""
    make_users(api, "u1")

    ended = run("erase", users_file("u1", "u2", "u1", "u1", "josé", "josé"), "--json")

    assert json.loads(ended.out)["repeated"] == 3  # the server-side API has a row for each josé
    assert outcomes(api="mail") == dict.fromkeys(("u1", "u2", "josé"), "not_found")
    assert sorted(row["id"] for row in report_rows() if row["api"] != "mail") == ["josé", "josé", "u1", "u2"]
    assert len([entry for entry in served.requests() if entry.path.endswith("/delete/")]) == 3 * 2  # by two kinds


def test_failures_of_mail_are_reported(server: RawServer, monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    """Beside the results of the other API."""
    point_at(server.url, monkeypatch)
    refused = json_answer(400, {"errors": [{"message": "jane@example.com is wrong", "error_code": "odd"}]})
    of_mail = {"u1": refused, "u2": answer(502), "u3": MAIL_GONE}
    reply_by_user(server, {f'"{id_}"': reply for id_, reply in of_mail.items()})

    ended = run("erase", users_file("u1", "u2", "u3"), *ONE_AT_A_TIME)

    assert ended.code == ExitCode.SOME_FAILED
    assert ended.err.startswith("Warning: mail: no profile was found by external_profile_id or customer_user_id")
    assert ended.out.startswith("3 deleted, 1 not found, 2 failed\nerased from: server-side, mail\n")
    assert outcomes() == dict.fromkeys(("u1", "u2", "u3"), "deleted")
    rows = {row["id"]: (row["outcome"], row["reason"].split(" (")[0]) for row in report_rows() if row["api"] == "mail"}
    assert rows == {
        "u1": ("failed", "deleteProfile: 400 odd: [redacted] is wrong"),
        "u2": ("failed", "deleteProfile: 502: no error message"),
        "u3": ("not_found", "no profile by external_profile_id or customer_user_id"),
    }
    assert len(slept) == 8


UNAUTHORIZED = json_answer(401, {"error_code": "unauthorized"})
NO_KEY = FORBIDDEN
NOT_HERE = json_answer(404, {"errors": ["Not found"], "error_code": "not_found", "status_code": 404})

SERVER_SIDE, MAIL = "DELETE ", "POST "
"""What the requests to each API begin with."""

# The replies of each API, the APIs that they abort with the message, and the exit code.
STOPS: dict[str, tuple[dict[str, bytes], dict[str, str], ExitCode]] = {
    "server-side": ({SERVER_SIDE: UNAUTHORIZED}, {"server-side": "401 unauthorized"}, ExitCode.API_ERROR),
    "mail": ({MAIL: NO_KEY}, {"mail": "403"}, ExitCode.API_ERROR),
    "mail, without a response": ({MAIL: b""}, {"mail": "RemoteProtocolError"}, ExitCode.NO_RESPONSE),
    "mail, where no such API is": ({MAIL: NOT_HERE}, {"mail": "404"}, ExitCode.API_ERROR),
    "both": (
        {SERVER_SIDE: UNAUTHORIZED, MAIL: NO_KEY},
        {"server-side": "401 unauthorized", "mail": "403"},
        ExitCode.API_ERROR,
    ),
    "both, in other ways": (
        {SERVER_SIDE: b"", MAIL: NO_KEY},
        {"server-side": "RemoteProtocolError", "mail": "403"},
        ExitCode.NO_RESPONSE,
    ),
}


def test_abort_of_one_api_does_not_abort_the_other(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is that of the first abort, both are printed, and the next run resumes only the aborted APIs."""
    for options in [(), ("--json",)]:
        for name, (replies, aborted_by, code) in STOPS.items():
            with fresh_case(server, options, name):
                point_at(server.url, monkeypatch)
                reply_by_user(server, replies)

                ended = run("erase", users_file("u1", "u2"), *ONE_AT_A_TIME, *options)

                assert (ended.code, ended.out) == (code, "")
                error, server_side, mail, *rest = ended.err.splitlines()
                assert error.startswith("Error: deleteProfile: ")
                assert next(iter(aborted_by.values())) in error
                first = next(iter(aborted_by))
                for api, message in {"server-side": server_side, "mail": mail}.items():
                    if api in aborted_by:
                        stopped = f"{api}: 0 deleted, 0 not found, 0 failed so far"
                        assert (
                            message == stopped
                            if api == first
                            else message.startswith(f"{stopped}, stopped by: deleteProfile: ")
                        )
                        assert api == first or aborted_by[api] in message
                    else:
                        assert message == f"{api}: 2 deleted, 0 not found, 0 failed"
                erased = {api for api in ("server-side", "mail") if api not in aborted_by}
                assert rest == (["report: users.erased.csv", RESUME_HINT] if erased else [])
                if erased:
                    assert {(row["api"], row["id"]) for row in report_rows()} == {
                        (api, id_) for api in erased for id_ in ("u1", "u2")
                    }

                server.replies, sent = [DELETED], len(server.requests)
                ended = run("erase", "users.txt", *ONE_AT_A_TIME)

                assert (ended.code, ended.err) == (0, "")
                assert ended.out.startswith("4 deleted, 0 not found, 0 failed\n")
                assert len(server.requests) - sent == 2 * len(aborted_by)
                assert outcomes() == outcomes(api="mail") == {"u1": "deleted", "u2": "deleted"}


def test_abort_decides_the_exit_code(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if single users failed in the other API."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(409), DELETED, NO_KEY]

    ended = run("erase", users_file("u1", "u2"), *ONE_AT_A_TIME)

    assert ended.code == ExitCode.API_ERROR
    assert ended.err.splitlines()[1:3] == [
        "server-side: 1 deleted, 0 not found, 1 failed",
        "mail: 0 deleted, 0 not found, 0 failed so far",
    ]


def test_run_of_both_apis_is_not_resumed_with_one(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its report would look complete."""
    point_at(server.url, monkeypatch)
    server.replies = [DELETED, NO_KEY]
    run("erase", users_file("u1", "u2"), *ONE_AT_A_TIME)
    monkeypatch.delenv(KEYS["mail"])

    ended = run("erase", "users.txt", *ONE_AT_A_TIME)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: address of mail has changed from ")
    assert "run it with the original settings, or remove users.txt.checkpoint to start over" in ended.err


SO_FAR = "0 not found, 1 failed so far"
TWO_DELETED = {"{}": "failed", "u1": "deleted", "u2": "deleted"}
ONE_DELETED = {"{}": "failed", "u1": "deleted"}
SERVER_SIDE_DONE = "server-side: 2 deleted, 0 not found, 1 failed"


def test_interrupt_leaves_the_second_api_for_the_next_run(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC
) -> None:
    """The request in flight ends; each API prints its progress, and the next run sends the rest."""
    for at, found in [
        (1, (ONE_DELETED, {}, [f"server-side: 1 deleted, {SO_FAR}", "mail: not begun"])),
        (2, (TWO_DELETED, {}, [SERVER_SIDE_DONE, "mail: not begun"])),
        (3, (TWO_DELETED, ONE_DELETED, [SERVER_SIDE_DONE, f"mail: 1 deleted, {SO_FAR}"])),
    ]:
        with fresh_case(server, at, found):
            point_at(server.url, monkeypatch)

            server.replies = [*[DELETED] * (at - 1), ctrl_c.and_then(DELETED), DELETED]

            ended = run("erase", users_file("{}", '"u1"', '"u2"'), *ONE_AT_A_TIME)

            assert (ended.code, ended.out) == (ExitCode.INTERRUPTED, "")
            of_server_side, of_mail, message = found
            assert ended.err.splitlines() == ["Interrupted", *message, "report: users.erased.csv", RESUME_HINT]
            assert (outcomes(), outcomes(api="mail")) == (of_server_side, of_mail)
            assert len(server.requests) == at
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

            assert run("erase", "users.txt").out.startswith("4 deleted, 0 not found, 2 failed\n")
            assert len(server.requests) == 4


def test_interrupt_at_the_last_request_completes_the_run(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC
) -> None:
    """Nothing is left to send."""
    point_at(server.url, monkeypatch)
    server.replies = [DELETED, ctrl_c.and_then(DELETED)]

    ended = run("erase", users_file("u1"), *ONE_AT_A_TIME)

    assert ended.code == 0
    assert ended.out.startswith("2 deleted, 0 not found, 0 failed\n")
    assert not Path("users.txt.checkpoint").exists()
