"""What an erasure did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attrs import frozen

from adapty._core.safe_repr import SafeRepr
from adapty.bulk.id_files import ApiName

__all__ = ["EraseReport"]


@frozen(kw_only=True)
class EraseReport(SafeRepr):
    """What an erasure did, in all its runs if it was resumed. The report file says it user by user.

    Attributes:
        apis: The APIs that users were erased from.
        report: The file that has a row for each user and API.
        deleted: How often a profile was deleted; a user of both APIs counts twice.
        already_gone: How often there was no such profile.
        failed: How often a deletion failed, here or there.
        repeated: How many ids stood there more than once; they were sent once.
        retried: Tries that were made again, in the last run.
        seconds: How long the last run took.
        resumed: Whether the last run went on with one that broke off.

    Example:
        >>> EraseReport(apis=("mail",), report=Path("users.erased.csv"), deleted=2).to_dict()["deleted"]
        2
    """

    apis: tuple[ApiName, ...]
    report: Path
    deleted: int = 0
    already_gone: int = 0
    failed: int = 0
    repeated: int = 0
    retried: int = 0
    seconds: float = 0.0
    resumed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Give the report as data that JSON can carry; no id of a user is in it."""
        return {
            "apis": list(self.apis),
            "deleted": self.deleted,
            "already_gone": self.already_gone,
            "failed": self.failed,
            "repeated": self.repeated,
            "report": str(self.report),
            "retried": self.retried,
            "seconds": round(self.seconds, 3),
            "resumed": self.resumed,
        }

    def to_json(self) -> str:
        """Give the report as JSON.

        Example:
            >>> '"failed": 0' in EraseReport(apis=("mail",), report=Path("users.erased.csv")).to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)
