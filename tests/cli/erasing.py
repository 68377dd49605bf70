"""Helpers of the tests of `erase`: create users, read the report."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty import Adapty

__all__ = [
    "COLUMNS",
    "ONE_AT_A_TIME",
    "RESUME_HINT",
    "make_subscribers",
    "make_users",
    "outcomes",
    "report_rows",
    "users_file",
]

ONE_AT_A_TIME = ("--concurrency", "1")

RESUME_HINT = "run it again to resume; its progress is in users.txt.checkpoint"
"""The last line of an interrupted or aborted run."""

COLUMNS = ["at", "api", "id", "outcome", "reason"]


def users_file(*ids: str) -> str:
    """Write a file with these IDs, and return its name."""
    Path("users.txt").write_text("\n".join(ids), encoding="utf-8")
    return "users.txt"


def make_users(api: Adapty, *ids: str) -> list[str]:
    """Create users, and return Adapty's IDs of them."""

    def create(id_: str) -> str:
        return str(api.profiles.create(customer_user_id=id_).profile_id)

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(create, ids))


def make_subscribers(api: Adapty, *ids: str) -> None:
    """Save profiles of Mail with these IDs as `customer_user_id`, and the other IDs derived from them."""
    for id_ in ids:
        api.mail.save_profile(
            customer_user_id=id_,
            external_profile_id=f"external {id_}",
            email=f"{id_}@example.com",
            external_created_at="2026-06-01T10:30:00Z",
        )


def report_rows(path: str = "users.erased.csv") -> list[dict[str, str]]:
    """Read a report, which must be UTF-8 with one header."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == COLUMNS
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def outcomes(path: str = "users.erased.csv", api: str = "server-side") -> dict[str, str]:
    """Return the outcome of each ID in one API from a report, which must have each of them once."""
    rows = [row for row in report_rows(path) if row["api"] == api]
    found = {row["id"]: row["outcome"] for row in rows}
    assert len(found) == len(rows)
    return found
