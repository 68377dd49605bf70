"""`erase`: an id of a named kind is looked for as this kind only, a bare id as both of your own ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty._cli.errors import ExitCode
from adapty.bulk import erase
from adapty.testing import assert_erased
from tests.cli.conftest import fresh_case, run
from tests.cli.erasing import make_users, outcomes, report_rows, users_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapty import Adapty
    from adapty.sandbox import Sandbox

# Two people whose ids are alike: Bob's external_profile_id is Alice's customer_user_id.
BOB = {"external_profile_id": "5", "email": "bob@example.com"}
ALICE = {"external_profile_id": "crm9", "customer_user_id": "5", "email": "alice@example.com"}

# Ways to name the kind: the lines of the file, and the options.
NAMED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "header": (("{kind}", "5"), ()),
    "header with other columns": (("email,{kind}", "x@example.com,5"), ("--api", "mail")),
    "JSON key": (('{{"{kind}": "5"}}',), ()),
    "--by": (("5",), ("--by", "{kind}")),
    "--by and user_id": (("user_id", "5"), ("--by", "{kind}")),
    "--by and --api": (("5",), ("--by", "{kind}", "--api", "mail")),
}


def save(api: Adapty, *people: Mapping[str, str]) -> None:
    """Save profiles of Mail."""
    for person in people:
        fields: dict[str, Any] = {"external_created_at": "2026-06-01T10:30:00Z", **person}
        api.mail.save_profile(**fields)


def remaining(served: Sandbox) -> set[str]:
    """Return the external_profile_id of each profile in Mail."""
    return {profile["external_profile_id"] for profile in served.profiles()}


def test_named_kind_deletes_only_by_that_kind(api: Adapty, served: Sandbox) -> None:
    """A user with the same ID of another kind stays."""
    for way in NAMED:
        for kind, erased in [("customer_user_id", "crm9"), ("external_profile_id", "5")]:
            with fresh_case(served, way, kind, erased):
                save(api, BOB, ALICE)
                lines, options = NAMED[way]
                command = (
                    "erase",
                    users_file(*(line.format(kind=kind) for line in lines)),
                    *(option.format(kind=kind) for option in options),
                )

                run(*command)

                assert remaining(served) == {"5", "crm9"} - {erased}
                assert outcomes(api="mail") == {"5": "deleted"}
                run(*command)
                assert remaining(served) == {"5", "crm9"} - {erased}


def test_unknown_id_of_a_named_kind_is_not_found(api: Adapty, served: Sandbox) -> None:
    """The warning names the kind that was used and those to try."""
    make_users(api, "5")
    save(api, BOB)

    ended = run("erase", users_file("customer_user_id", "5"))

    assert (ended.code, remaining(served)) == (ExitCode.SOME_FAILED, {"5"})
    assert outcomes(api="mail") == {"5": "not_found"}
    assert ended.err.startswith("Warning: mail: no profile was found by customer_user_id; ")
    assert "Try --by external_profile_id or --by email; a file with a header needs a column of that name" in ended.err
    assert run("erase", users_file("5"), "--by", "external_profile_id").code == 0
    assert remaining(served) == set()


@pytest.mark.parametrize("job", ["erase", "mail.delete_many"])
def test_bare_id_found_by_the_first_kind_is_not_looked_up_again(api: Adapty, served: Sandbox, job: str) -> None:
    """The report names the kind."""
    save(api, BOB, ALICE)

    if job == "erase":
        erase(api, ["5"], api="mail", report="users.erased.csv")
        reason = report_rows()[0]["reason"]
    else:
        (deletion,) = api.mail.delete_many(["5"]).outcomes
        assert (deletion.by, deletion.found_by) == (("external_profile_id",), "external_profile_id")
        reason = deletion.reason

    assert (reason, remaining(served)) == ("by external_profile_id", {"crm9"})
    assert_erased(served, "5")


def test_bare_id_found_by_the_second_kind_is_reported(api: Adapty, served: Sandbox) -> None:
    """In the report and in the results of `mail.delete_many`."""
    save(api, ALICE, {**BOB, "external_profile_id": "crm1", "customer_user_id": "6"})

    erase(api, ["5"], api="mail", report="users.erased.csv")
    (deletion,) = api.mail.delete_many(["6"]).outcomes

    assert [report_rows()[0]["reason"], deletion.reason] == ["by customer_user_id"] * 2
    assert deletion.by == ("external_profile_id", "customer_user_id")
    assert remaining(served) == set()


def test_delete_many_by_a_kind_uses_no_other_kind(api: Adapty, served: Sandbox) -> None:
    """Like `erase`."""
    save(api, BOB, ALICE)

    (deletion,) = api.mail.delete_many(["5"], by="customer_user_id").outcomes

    assert (deletion.outcome, deletion.reason, remaining(served)) == ("deleted", "", {"5"})


def test_named_and_bare_ids_can_be_mixed(api: Adapty, served: Sandbox) -> None:
    """The same ID of another kind is not a repeat."""
    save(api, BOB, ALICE)
    Path("users.jsonl").write_text('"5"\n{"customer_user_id": "5"}\n', "utf-8")

    run("erase", "users.jsonl", "--api", "mail")

    assert remaining(served) == set()
    assert [row["reason"] for row in report_rows()] == ["by external_profile_id", ""]


def test_row_without_external_id_uses_its_customer_user_id(api: Adapty, served: Sandbox) -> None:
    """It is not used as an external_profile_id."""
    save(api, BOB, ALICE)

    run("erase", users_file("external_profile_id,customer_user_id", ",5"), "--api", "mail")

    assert remaining(served) == {"5"}


def test_report_has_the_id_that_found_the_profile(api: Adapty, served: Sandbox) -> None:
    """If a row has two IDs."""
    save(api, {**BOB, "external_profile_id": "crm1", "customer_user_id": "c6"})

    run("erase", users_file("user_id,external_profile_id", "c6,zz"), "--api", "mail")

    assert remaining(served) == set()
    assert [(row["id"], row["reason"]) for row in report_rows()] == [("c6", "by customer_user_id")]


HISTORICAL = {
    "CSV": ["user_id,created_at,email", "u1,2026-06-01T10:30:00Z,jane@example.com"],
    "all columns": [
        "user_id,apple_original_transaction_id,created_at,email,stripe_token",
        "u1,1000,2026-06-01T10:30:00Z,jane@example.com,",
    ],
    "JSON Lines": [json.dumps({"user_id": "u1", "created_at": "2026-06-01T10:30:00Z", "email": "jane@example.com"})],
    "after other ids": ["email,external_profile_id,profile_id,user_id", "jane@example.com,,,u1"],
}


def test_historical_import_file_deletes_from_both_apis(api: Adapty, served: Sandbox) -> None:
    """Its user_id is the customer_user_id of the server-side API and the external_profile_id of Mail."""
    for name, lines in HISTORICAL.items():
        with fresh_case(served, name):
            make_users(api, "u1")
            save(api, {"external_profile_id": "u1", "email": "jane@example.com"})

            ended = run("erase", users_file(*lines))

            assert (ended.code, ended.err) == (0, "")
            assert ended.summary[:2] == ["2 deleted, 0 not found, 0 failed", "erased from: server-side, mail"]
            assert (remaining(served), served.server_side_profile(customer_user_id="u1")) == (set(), None)
            assert [(row["id"], row["reason"]) for row in report_rows()] == [
                ("u1", ""),
                ("u1", "by external_profile_id"),
            ]


def test_row_without_user_id_fails(api: Adapty, served: Sandbox) -> None:
    """The e-mail address of the row is not used instead."""
    save(api, {"external_profile_id": "u1", "email": "jane@example.com"})

    ended = run("erase", users_file("user_id,email", ",jane@example.com"))

    assert (ended.code, remaining(served)) == (ExitCode.SOME_FAILED, {"u1"})
    assert {row["reason"] for row in report_rows()} == {"line 2: has no user_id"}


def test_columns_that_name_the_kind_win_over_user_id(api: Adapty, served: Sandbox) -> None:
    """customer_user_id always, another one with --by; two columns of one name are rejected."""
    save(api, BOB, ALICE)

    run("erase", users_file("user_id,customer_user_id", "x,5"), "--api", "mail")
    assert remaining(served) == {"5"}
    run("erase", users_file("user_id,email", "x,bob@example.com"), "--by", "email")
    assert remaining(served) == set()

    ended = run("erase", users_file("user_id,user_id", "x,y"))

    assert (ended.code, ended.err) == (ExitCode.USAGE, "Error: users.txt: has two columns user_id; expected one\n")


def test_uuids_in_a_user_id_column_are_your_own_ids(api: Adapty, served: Sandbox) -> None:
    """The error about a list of UUIDs names this remedy."""
    uuid = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
    save(api, {"external_profile_id": uuid, "email": "jane@example.com"})
    assert "add user_id as the first line" in run("erase", users_file(uuid)).err

    run("erase", users_file("user_id", uuid))

    assert remaining(served) == set()


def test_user_ids_that_are_addresses_require_api_and_kind(api: Adapty, served: Sandbox) -> None:
    """The error of the server-side API says so."""
    make_users(api, "jane@example.com", "joe@example.com")
    save(api, {**ALICE, "customer_user_id": "jane@example.com"}, {**BOB, "customer_user_id": "joe@example.com"})
    by: Sequence[str] = ("--by", "customer_user_id")

    for options in (("--api", "server-side"), by, ()):
        assert run("erase", users_file("jane@example.com"), *options).code == ExitCode.SOME_FAILED
    hint = "on the command line --api server-side --by customer_user_id"
    assert {hint in row["reason"] for row in report_rows() if row["api"] == "server-side"} == {True}

    for name in ("server-side", "mail"):
        assert run("erase", users_file("jane@example.com"), *by, "--api", name).code == 0
    erase(api, ["joe@example.com"], by="customer_user_id", api="server-side")
    assert api.mail.delete_many(["joe@example.com"], by="customer_user_id").deleted

    assert remaining(served) == set()
    assert served.server_side_profile(customer_user_id="jane@example.com") is None
    assert served.server_side_profile(customer_user_id="joe@example.com") is None
