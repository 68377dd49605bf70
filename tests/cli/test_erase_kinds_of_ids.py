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


def left(served: Sandbox) -> set[str]:
    """Return the external_profile_id of each profile that Mail has."""
    return {profile["external_profile_id"] for profile in served.profiles()}


def test_an_id_of_a_named_kind_erases_whom_it_names(api: Adapty, served: Sandbox) -> None:
    """Another person who has the same id as another kind stays, also when the first one is gone."""
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

                assert left(served) == {"5", "crm9"} - {erased}
                assert outcomes(api="mail") == {"5": "deleted"}
                run(*command)
                assert left(served) == {"5", "crm9"} - {erased}


def test_an_id_of_a_named_kind_that_nobody_has_is_not_found(api: Adapty, served: Sandbox) -> None:
    """The warning names the one kind that was tried, and those that are left to try."""
    make_users(api, "5")
    save(api, BOB)

    ended = run("erase", users_file("customer_user_id", "5"))

    assert (ended.code, left(served)) == (ExitCode.SOME_FAILED, {"5"})
    assert outcomes(api="mail") == {"5": "not_found"}
    assert ended.err.startswith("Warning: mail: no profile was found by customer_user_id; ")
    assert "Try --by external_profile_id or --by email; a file with a header needs a column of that name" in ended.err
    assert run("erase", users_file("5"), "--by", "external_profile_id").code == 0
    assert left(served) == set()


@pytest.mark.parametrize("job", ["erase", "mail.delete_many"])
def test_a_bare_id_that_is_found_as_the_first_kind_is_not_tried_as_the_second(
    api: Adapty, served: Sandbox, job: str
) -> None:
    """The report says which kind it was; who has the id as the second kind is not called a left over."""
    save(api, BOB, ALICE)

    if job == "erase":
        erase(api, ["5"], api="mail", report="users.erased.csv")
        reason = report_rows()[0]["reason"]
    else:
        (deletion,) = api.mail.delete_many(["5"]).outcomes
        assert (deletion.by, deletion.found_by) == (("external_profile_id",), "external_profile_id")
        reason = deletion.reason

    assert (reason, left(served)) == ("by external_profile_id", {"crm9"})
    assert_erased(served, "5")


def test_a_bare_id_that_is_found_as_the_second_kind_says_so(api: Adapty, served: Sandbox) -> None:
    """In the report and in the outcomes of `mail.delete_many`."""
    save(api, ALICE, {**BOB, "external_profile_id": "crm1", "customer_user_id": "6"})

    erase(api, ["5"], api="mail", report="users.erased.csv")
    (deletion,) = api.mail.delete_many(["6"]).outcomes

    assert [report_rows()[0]["reason"], deletion.reason] == ["by customer_user_id"] * 2
    assert deletion.by == ("external_profile_id", "customer_user_id")
    assert left(served) == set()


def test_delete_many_by_a_kind_tries_no_other_kind(api: Adapty, served: Sandbox) -> None:
    """As `erase` does."""
    save(api, BOB, ALICE)

    (deletion,) = api.mail.delete_many(["5"], by="customer_user_id").outcomes

    assert (deletion.outcome, deletion.reason, left(served)) == ("deleted", "", {"5"})


def test_rows_that_name_the_kind_and_rows_that_do_not_can_be_mixed(api: Adapty, served: Sandbox) -> None:
    """The same id as another kind is no repeat."""
    save(api, BOB, ALICE)
    Path("users.jsonl").write_text('"5"\n{"customer_user_id": "5"}\n', "utf-8")

    run("erase", "users.jsonl", "--api", "mail")

    assert left(served) == set()
    assert [row["reason"] for row in report_rows()] == ["by external_profile_id", ""]


def test_a_row_of_both_columns_without_an_id_for_mail_is_asked_for_by_its_other_one(
    api: Adapty, served: Sandbox
) -> None:
    """Its customer_user_id is not taken for somebody else's external_profile_id."""
    save(api, BOB, ALICE)

    run("erase", users_file("external_profile_id,customer_user_id", ",5"), "--api", "mail")

    assert left(served) == {"5"}


def test_the_report_names_the_id_that_found_the_profile(api: Adapty, served: Sandbox) -> None:
    """Where a row has two ids, the evidence is about the one by which somebody was erased."""
    save(api, {**BOB, "external_profile_id": "crm1", "customer_user_id": "c6"})

    run("erase", users_file("user_id,external_profile_id", "c6,zz"), "--api", "mail")

    assert left(served) == set()
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


def test_a_historical_import_file_erases_from_both_apis(api: Adapty, served: Sandbox) -> None:
    """Its user_id is the customer_user_id of the server-side API and the external_profile_id of Mail."""
    for name, lines in HISTORICAL.items():
        with fresh_case(served, name):
            make_users(api, "u1")
            save(api, {"external_profile_id": "u1", "email": "jane@example.com"})

            ended = run("erase", users_file(*lines))

            assert (ended.code, ended.err) == (0, "")
            assert ended.summary[:2] == ["2 deleted, 0 not found, 0 failed", "erased from: server-side, mail"]
            assert (left(served), served.server_side_profile(customer_user_id="u1")) == (set(), None)
            assert [(row["id"], row["reason"]) for row in report_rows()] == [
                ("u1", ""),
                ("u1", "by external_profile_id"),
            ]


def test_a_row_without_user_id_is_failed(api: Adapty, served: Sandbox) -> None:
    """The e-mail address of its row is not taken instead."""
    save(api, {"external_profile_id": "u1", "email": "jane@example.com"})

    ended = run("erase", users_file("user_id,email", ",jane@example.com"))

    assert (ended.code, left(served)) == (ExitCode.SOME_FAILED, {"u1"})
    assert {row["reason"] for row in report_rows()} == {"line 2: has no user_id"}


def test_user_id_gives_way_to_columns_that_name_the_kind(api: Adapty, served: Sandbox) -> None:
    """To customer_user_id always, to another one with --by; two of one name are refused."""
    save(api, BOB, ALICE)

    run("erase", users_file("user_id,customer_user_id", "x,5"), "--api", "mail")
    assert left(served) == {"5"}
    run("erase", users_file("user_id,email", "x,bob@example.com"), "--by", "email")
    assert left(served) == set()

    ended = run("erase", users_file("user_id,user_id", "x,y"))

    assert (ended.code, ended.err) == (ExitCode.USAGE, "Error: users.txt: has two columns user_id; expected one\n")


def test_uuids_below_the_header_user_id_are_your_own_ids(api: Adapty, served: Sandbox) -> None:
    """A list of UUIDs alone does not say what they are; the message names this way out."""
    uuid = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
    save(api, {"external_profile_id": uuid, "email": "jane@example.com"})
    assert "add user_id as the first line" in run("erase", users_file(uuid)).err

    run("erase", users_file("user_id", uuid))

    assert left(served) == set()


def test_user_ids_that_are_addresses_can_be_erased_from_one_api(api: Adapty, served: Sandbox) -> None:
    """With both the API and the kind named; the refusal of the server-side API says so."""
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

    assert left(served) == set()
    assert served.server_side_profile(customer_user_id="jane@example.com") is None
    assert served.server_side_profile(customer_user_id="joe@example.com") is None
