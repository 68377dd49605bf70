"""What an erasure did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from adapty._core.redaction import SafeRepr
from adapty.bulk.id_files import ApiName, KindName

__all__ = ["EraseReport"]


@frozen(kw_only=True)
class EraseReport(SafeRepr):
    """What an erasure did, in all its runs if it was resumed. The report file says it user by user.

    Attributes:
        apis: The APIs that users were erased from.
        report: The file that has a row for each user and API.
        deleted: How often a profile was deleted; a user of both APIs counts twice. In Mail it may have been deleted
            before: by `external_profile_id` and `customer_user_id` a second deletion is answered like the first one.
        not_found: How often an API found no profile by an id: it may be deleted, never have existed, or be known by
            another kind of id.
        failed: How often a deletion failed, here or there.
        repeated: How many ids stood there more than once; they were sent once.
        retried: Tries that were made again, in the last run.
        seconds: How long the last run took.
        resumed: Whether the last run went on with one that broke off.
        nothing_found: The APIs that found none of the ids, each with the kinds of id that it was asked by. The ids
            are probably of another kind (try another `by`), or of another app or project.

    Example:
        >>> EraseReport(apis=("mail",), report=Path("users.erased.csv"), deleted=2).to_dict()["deleted"]
        2
    """

    apis: tuple[ApiName, ...]
    report: Path
    deleted: int = 0
    not_found: int = 0
    failed: int = 0
    repeated: int = 0
    retried: int = 0
    seconds: float = 0.0
    resumed: bool = False
    nothing_found: Mapping[ApiName, tuple[KindName, ...]] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as data that JSON can carry; no id of a user is in it."""
        return {
            "apis": list(self.apis),
            "deleted": self.deleted,
            "not_found": self.not_found,
            "failed": self.failed,
            "repeated": self.repeated,
            "report": str(self.report),
            "retried": self.retried,
            "seconds": round(self.seconds, 3),
            "resumed": self.resumed,
            "nothing_found": {api: list(kinds) for api, kinds in self.nothing_found.items()},
        }

    def to_json(self) -> str:
        """Give the report as JSON.

        Example:
            >>> '"failed": 0' in EraseReport(apis=("mail",), report=Path("users.erased.csv")).to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)
