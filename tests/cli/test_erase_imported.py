"""`erase` after an import, against the sandbox: who was imported is erased, and what is not found is told."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import MailProfile
from adapty._cli.errors import ExitCode
from adapty.bulk import erase
from tests.cli.conftest import fresh_case, run
from tests.cli.erasing import make_subscribers, make_users, outcomes, report_rows, users_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapty import Adapty
    from adapty.bulk import EraseReport
    from adapty.models import DeletionReport
    from adapty.sandbox import Sandbox

IDS = ("u1", "a,b", "Jane Doe", "josé", "12e45678", "jane@example.com")

WARNING = "the IDs are probably of another kind, app or project. Try "


def profile(id_: str, number: int = 1, **fields: str) -> dict[str, str]:
    """Return a row of profiles."""
    email = f"user{number}@example.com"
    row = {"external_profile_id": id_, "external_created_at": "2026-06-01T10:30:00Z", "email": email}
    return {**row, **fields}


def profiles_csv(ids: Sequence[str], start: int = 0) -> bytes:
    """Write rows of profiles as a spreadsheet does: with a byte order mark."""
    path = Path("part.csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*profile("")])
        writer.writeheader()
        writer.writerows(profile(id_, start + number) for number, id_ in enumerate(ids))
    content = path.read_bytes()
    path.unlink()
    return content


def left(served: Sandbox) -> set[str]:
    """Return the ids of the profiles that Mail has."""
    return {str(each["external_profile_id"]) for each in served.profiles()}


def test_the_very_file_that_was_imported_erases_everybody(served: Sandbox) -> None:
    """Whatever the format, and whatever the ids look like."""
    for name in ["profiles.csv", "profiles.csv.gz", "profiles.jsonl"]:
        with fresh_case(served, name):
            content = profiles_csv(IDS)
            if name.endswith("jsonl"):
                content = "".join(json.dumps(profile(id_, number)) + "\n" for number, id_ in enumerate(IDS)).encode()
            Path(name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
            assert run("mail", "import", "--profiles", name).code == 0
            assert left(served) == {*IDS}

            ended = run("erase", name)

            assert (ended.code, ended.err) == (0, "")
            assert ended.out.startswith(f"{len(IDS)} deleted, 0 not found, 0 failed\n")
            assert left(served) == set()


def test_files_that_were_put_together_are_imported_and_erased(served: Sandbox) -> None:
    """A byte order mark in the middle belongs to no id; the second header is no profile."""
    Path("profiles.csv").write_bytes(profiles_csv(["u1"]) + profiles_csv(["u2"], start=1))
    assert run("mail", "import", "--profiles", "profiles.csv").out.startswith("profiles: 2 accepted, 1 rejected\n")

    run("erase", "profiles.csv")

    assert left(served) == set()
    assert outcomes("profiles.erased.csv", api="mail")["u2"] == "deleted"


def test_what_an_import_refuses_an_erasure_refuses(served: Sandbox) -> None:
    """Nobody is imported under such an id, and nobody is called deleted or not found for it."""
    for spoilt in [" u2", "u2 ", "\u00a0u2", "u2\u200b", "u\u202e2", "2E+15", "NULL"]:
        with fresh_case(served, spoilt):
            Path("profiles.csv").write_bytes(profiles_csv(["u1", spoilt]))
            imported = run("mail", "import", "--profiles", "profiles.csv")
            assert (imported.code, left(served)) == (ExitCode.SOME_FAILED, {"u1"})

            ended = run("erase", "profiles.csv")

            assert ended.code == ExitCode.SOME_FAILED
            assert outcomes("profiles.erased.csv", api="mail") == {"u1": "deleted", spoilt: "failed"}
            (refused,) = csv.DictReader(Path("profiles.rejects.csv").read_text("utf-8").splitlines())
            (row,) = [row for row in report_rows("profiles.erased.csv") if row["outcome"] == "failed"]
            assert row["reason"] == f"line 3: {refused['_error']}"


@pytest.mark.parametrize("header", [(), ("user_id",)], ids=["no header", "user_id"])
def test_bare_ids_erase_who_was_imported_from_both_apis(api: Adapty, served: Sandbox, header: Sequence[str]) -> None:
    """One id a line, or as user_id: Mail finds it as external_profile_id, and then as customer_user_id."""
    make_users(api, "u1", "u2", "u3")
    make_subscribers(api, "u2")
    Path("profiles.csv").write_bytes(profiles_csv(["u1", "other"]))
    run("mail", "import", "--profiles", "profiles.csv")

    ended = run("erase", users_file(*header, "u1", "u2", "u3"))

    assert (ended.code, ended.err) == (0, "")
    assert outcomes() == dict.fromkeys(("u1", "u2", "u3"), "deleted")
    assert outcomes(api="mail") == {"u1": "deleted", "u2": "deleted", "u3": "not_found"}
    assert {row["id"]: row["reason"] for row in report_rows() if row["reason"]} == {
        "u1": "by external_profile_id",
        "u2": "by customer_user_id",
        "u3": "no profile by external_profile_id or customer_user_id",
    }
    assert left(served) == {"other"}


@pytest.mark.parametrize("job", ["mail.delete_many", "bulk.erase"])
def test_lists_are_treated_alike_everywhere(api: Adapty, served: Sandbox, job: str) -> None:
    """Both find a bare id by both kinds of id, and by one alone where the kind is named for Mail."""
    make_subscribers(api, "u1")
    api.mail.save_profile(MailProfile.from_dict(profile("u2", 2)))

    def delete(*ids: str, **options: Any) -> DeletionReport | EraseReport:
        return (
            api.mail.delete_many(ids, **options)
            if job == "mail.delete_many"
            else erase(api, ids, api="mail", **options)
        )

    assert delete("u2", by="customer_user_id").nothing_found
    assert delete("u1", by="external_profile_id").nothing_found
    assert left(served) == {"u2", "external u1"}

    report = delete("u1", "u2")

    assert (bool(report.nothing_found), bool(report.failed)) == (False, False)
    assert left(served) == set()


def test_a_row_with_an_id_for_mail_is_asked_for_by_that(api: Adapty, served: Sandbox) -> None:
    """The file that has both columns erases everybody, whatever stands in the other one."""
    make_users(api, "c1")
    rows = [
        profile("e1", 1, customer_user_id="c1"),
        profile("e2", 2, customer_user_id=""),
        profile("c1", 3, customer_user_id="c3"),
        profile("e4", 4, customer_user_id="jane@example.com"),
    ]
    with Path("profiles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows[:2] + rows[3:])
    assert run("mail", "import", "--profiles", "profiles.csv").code == 0
    api.mail.save_profile(MailProfile.from_dict(rows[2]))  # somebody else, who is not in the file

    run("erase", "profiles.csv")

    assert left(served) == {"c1"}
    assert outcomes("profiles.erased.csv", api="mail") == dict.fromkeys(("e1", "e2", "e4"), "deleted")


def test_ids_of_the_wrong_kind_are_not_found(api: Adapty, served: Sandbox) -> None:
    """Nobody is erased, and the run says so: a warning with what to try, and an exit code that scripts notice."""
    for ids, options, warning in [
        (("u1", "u2"), ("--by", "external_profile_id"), "mail: no profile was found by external_profile_id; "),
        (("external u1", "x"), ("--api", "mail", "--by", "customer_user_id"), "mail: no profile was found by "),
        (("u1@example.org",), ("--by", "email"), "mail: no profile was found by email; "),
        (("external u1",), ("--api", "server-side"), "server-side: no profile was found by customer_user_id; "),
    ]:
        with fresh_case(served, ids, options, warning):
            make_users(api, "u1")
            make_subscribers(api, "u1")

            ended = run("erase", users_file(*ids), *options)

            assert ended.code == ExitCode.SOME_FAILED
            assert ended.out.startswith(f"0 deleted, {len(ids)} not found, 0 failed\n")
            assert ended.err.startswith(f"Warning: {warning}")
            assert f"{WARNING}--by " in ended.err
            assert {row["outcome"] for row in report_rows()} == {"not_found"}
            assert left(served) == {"external u1"}
            assert served.server_side_profile(customer_user_id="u1") is not None


def test_a_mix_is_no_reason_to_warn(api: Adapty) -> None:
    """Where each API found somebody, those who are not found have their rows, and all is well."""
    make_users(api, "u1")
    make_subscribers(api, "u2")

    ended = run("erase", users_file("u1", "u2", "u3"))

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("2 deleted, 4 not found, 0 failed\n")


def test_an_address_in_the_place_of_an_id_is_refused_with_the_way_out(api: Adapty, served: Sandbox) -> None:
    """By both APIs and by both functions; by email it is taken."""
    make_subscribers(api, "u1")

    ended = run("erase", users_file("u1@example.com"))

    assert ended.code == ExitCode.SOME_FAILED
    reasons = {row["reason"] for row in report_rows()}
    hint = 'for e-mail addresses use by="email", on the command line --by email'
    assert [hint in reason for reason in reasons] == [True, True]
    assert served.requests()[-1].path != "/api/v1/profile/delete/"
    (failed,) = api.mail.delete_many(["u1@example.com"]).failed
    assert (hint in failed.reason, failed.attempted) == (True, False)
    assert run("erase", "users.txt", "--by", "email").code == 0
    assert left(served) == set()
