"""`erase` after an import, against the sandbox: imported users are deleted, missing ones are reported."""

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


def make_row(id_: str, number: int = 1, **fields: str) -> dict[str, str]:
    """Return a row of profiles."""
    email = f"user{number}@example.com"
    row = {"external_profile_id": id_, "external_created_at": "2026-06-01T10:30:00Z", "email": email}
    return {**row, **fields}


def write_profiles(ids: Sequence[str], start: int = 0) -> bytes:
    """Write rows of profiles like a spreadsheet, with a byte order mark."""
    path = Path("part.csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*make_row("")])
        writer.writeheader()
        writer.writerows(make_row(id_, start + number) for number, id_ in enumerate(ids))
    content = path.read_bytes()
    path.unlink()
    return content


def remaining(served: Sandbox) -> set[str]:
    """Return the IDs of the profiles in Mail."""
    return {str(each["external_profile_id"]) for each in served.profiles()}


def test_imported_file_deletes_all_its_users(served: Sandbox) -> None:
    """In each format, with any IDs."""
    for name in ["profiles.csv", "profiles.csv.gz", "profiles.jsonl"]:
        with fresh_case(served, name):
            content = write_profiles(IDS)
            if name.endswith("jsonl"):
                content = "".join(json.dumps(make_row(id_, number)) + "\n" for number, id_ in enumerate(IDS)).encode()
            Path(name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
            assert run("mail", "import", "--profiles", name).code == 0
            assert remaining(served) == {*IDS}

            ended = run("erase", name)

            assert (ended.code, ended.err) == (0, "")
            assert ended.out.startswith(f"{len(IDS)} deleted, 0 not found, 0 failed\n")
            assert remaining(served) == set()


def test_concatenated_files_are_imported_and_erased(served: Sandbox) -> None:
    """A byte order mark in the middle is not part of an ID; the second header is not a profile."""
    Path("profiles.csv").write_bytes(write_profiles(["u1"]) + write_profiles(["u2"], start=1))
    assert run("mail", "import", "--profiles", "profiles.csv").out.startswith("profiles: 2 accepted, 1 rejected\n")

    run("erase", "profiles.csv")

    assert remaining(served) == set()
    assert outcomes("profiles.erased.csv", api="mail")["u2"] == "deleted"


def test_erase_rejects_the_same_ids_as_import(served: Sandbox) -> None:
    """Such an ID is never reported as deleted or not found."""
    for spoilt in [" u2", "u2 ", "\u00a0u2", "u2\u200b", "u\u202e2", "2E+15", "NULL"]:
        with fresh_case(served, spoilt):
            Path("profiles.csv").write_bytes(write_profiles(["u1", spoilt]))
            imported = run("mail", "import", "--profiles", "profiles.csv")
            assert (imported.code, remaining(served)) == (ExitCode.SOME_FAILED, {"u1"})

            ended = run("erase", "profiles.csv")

            assert ended.code == ExitCode.SOME_FAILED
            assert outcomes("profiles.erased.csv", api="mail") == {"u1": "deleted", spoilt: "failed"}
            (refused,) = csv.DictReader(Path("profiles.rejects.csv").read_text("utf-8").splitlines())
            (row,) = [row for row in report_rows("profiles.erased.csv") if row["outcome"] == "failed"]
            assert row["reason"] == f"line 3: {refused['_error']}"


@pytest.mark.parametrize("header", [(), ("user_id",)], ids=["no header", "user_id"])
def test_bare_ids_delete_imported_users_from_both_apis(api: Adapty, served: Sandbox, header: Sequence[str]) -> None:
    """Mail looks a bare ID up as external_profile_id, then as customer_user_id."""
    make_users(api, "u1", "u2", "u3")
    make_subscribers(api, "u2")
    Path("profiles.csv").write_bytes(write_profiles(["u1", "other"]))
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
    assert remaining(served) == {"other"}


@pytest.mark.parametrize("job", ["mail.delete_many", "bulk.erase"])
def test_erase_and_delete_many_look_ids_up_alike(api: Adapty, served: Sandbox, job: str) -> None:
    """A bare ID by both kinds, an ID of a named kind by that kind only."""
    make_subscribers(api, "u1")
    api.mail.save_profile(MailProfile.from_dict(make_row("u2", 2)))

    def delete(*ids: str, **options: Any) -> DeletionReport | EraseReport:
        return (
            api.mail.delete_many(ids, **options)
            if job == "mail.delete_many"
            else erase(api, ids, api="mail", **options)
        )

    assert delete("u2", by="customer_user_id").nothing_found
    assert delete("u1", by="external_profile_id").nothing_found
    assert remaining(served) == {"u2", "external u1"}

    report = delete("u1", "u2")

    assert (bool(report.nothing_found), bool(report.failed)) == (False, False)
    assert remaining(served) == set()


def test_row_with_both_columns_uses_the_id_of_mail(api: Adapty, served: Sandbox) -> None:
    """The other column does not matter."""
    make_users(api, "c1")
    rows = [
        make_row("e1", 1, customer_user_id="c1"),
        make_row("e2", 2, customer_user_id=""),
        make_row("c1", 3, customer_user_id="c3"),
        make_row("e4", 4, customer_user_id="jane@example.com"),
    ]
    with Path("profiles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows[:2] + rows[3:])
    assert run("mail", "import", "--profiles", "profiles.csv").code == 0
    api.mail.save_profile(MailProfile.from_dict(rows[2]))  # another user, who is not in the file

    run("erase", "profiles.csv")

    assert remaining(served) == {"c1"}
    assert outcomes("profiles.erased.csv", api="mail") == dict.fromkeys(("e1", "e2", "e4"), "deleted")


def test_ids_of_the_wrong_kind_end_with_a_warning(api: Adapty, served: Sandbox) -> None:
    """No user is deleted; the warning has the kinds to try, and the exit code is 1."""
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
            assert remaining(served) == {"external u1"}
            assert served.server_side_profile(customer_user_id="u1") is not None


def test_found_and_missing_ids_do_not_warn(api: Adapty) -> None:
    """Each API found at least one ID."""
    make_users(api, "u1")
    make_subscribers(api, "u2")

    ended = run("erase", users_file("u1", "u2", "u3"))

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("2 deleted, 4 not found, 0 failed\n")


def test_address_as_id_is_rejected_with_the_remedy(api: Adapty, served: Sandbox) -> None:
    """By both APIs and both functions; `--by email` accepts it."""
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
    assert remaining(served) == set()
