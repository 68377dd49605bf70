"""What the tests of `erase` share: users to erase, and the report read back."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty import Adapty

__all__ = ["COLUMNS", "make_users", "outcomes", "report_rows"]

COLUMNS = ["at", "id", "outcome", "reason"]


def make_users(api: Adapty, *ids: str) -> list[str]:
    """Create users, and give Adapty's ids of them."""

    def make(id_: str) -> str:
        return str(api.profiles.create(customer_user_id=id_).profile_id)

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(make, ids))


def report_rows(path: str = "users.erased.csv") -> list[dict[str, str]]:
    """Read a report, which must be one: UTF-8, with the header once."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == COLUMNS
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def outcomes(path: str = "users.erased.csv") -> dict[str, str]:
    """Give what came of each id by a report, which must have each of them once."""
    rows = report_rows(path)
    found = {row["id"]: row["outcome"] for row in rows}
    assert len(found) == len(rows)
    return found
