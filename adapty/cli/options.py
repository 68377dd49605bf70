"""What several commands take: who is meant, when, and JSON instead of a table."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from dateutil.relativedelta import relativedelta

from adapty import AdaptyUsageError

__all__ = ["AsJson", "CustomerUserId", "ProfileId", "option", "when"]


def option(text: str) -> Any:
    """Make an option without a default that is worth showing."""
    return typer.Option(help=text, show_default=False)


CustomerUserId = Annotated[str | None, option("Your own id of the user; this or --profile-id.")]
ProfileId = Annotated[str | None, option("Adapty's id of the user, a UUID; this or --customer-user-id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_DURATION = re.compile(r"([1-9][0-9]{0,5})(h|d|w|mo|y)", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks", "mo": "months", "y": "years"}
_LIKE_ISO_8601 = re.compile(r"[0-9]{4}[-0-9W]*([T ].*)?", re.ASCII | re.IGNORECASE)


def when(name: str, text: str) -> str | relativedelta:
    """Read a time: a duration from now, or ISO 8601, which the SDK reads.

    Raises:
        AdaptyUsageError: It is neither.

    Example:
        >>> when("--at", "3mo"), when("--at", "2026-07-01T00:00:00Z")
        (relativedelta(months=+3), '2026-07-01T00:00:00Z')
    """
    if duration := _DURATION.fullmatch(text):
        count, unit = duration.groups()
        return relativedelta(**{_UNITS[unit]: int(count)})  # type: ignore[arg-type] # which is none of its dates
    if not _LIKE_ISO_8601.fullmatch(text):
        expected = "expected a time such as 2026-07-01T00:00:00Z, or a duration such as 12h, 30d, 2w, 3mo or 1y"
        raise AdaptyUsageError.of(name, f"is neither ISO 8601 nor a duration from now; {expected}")
    return text
