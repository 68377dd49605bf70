"""What several commands take: who is meant, when, and JSON instead of a table."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated, Any

import typer
from dateutil.relativedelta import relativedelta

from adapty import AdaptyUsageError
from adapty.bulk.options import MAX_LANES

__all__ = [
    "AsJson",
    "CustomerUserId",
    "JournalFile",
    "Lanes",
    "MaxRate",
    "NoJournal",
    "ProfileId",
    "bulk_options",
    "option",
    "when",
]


def option(text: str, **limits: Any) -> Any:
    """Make an option without a default that is worth showing."""
    return typer.Option(help=text, show_default=False, **limits)


def _rate(value: float | None) -> float | None:
    if value is not None and not 0 < value < math.inf:
        message = "expected requests per second, more than 0"
        raise typer.BadParameter(message)
    return value


CustomerUserId = Annotated[str | None, option("Your own id of the user; this or --profile-id.")]
ProfileId = Annotated[str | None, option("Adapty's id of the user, a UUID; this or --customer-user-id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Lanes = Annotated[int | None, option("How many requests at a time; 16 where left out.", min=1, max=MAX_LANES)]
MaxRate = Annotated[
    float | None,
    option("Requests per second, at most; no limit where left out.", callback=_rate),
]
JournalFile = Annotated[
    Path | None,
    option("Notes how far the run is, to go on from there if it breaks off; INPUT.journal where left out."),
]
NoJournal = Annotated[bool, typer.Option("--no-journal", help="Note nothing: a run that breaks off begins anew.")]


def bulk_options(*, journal: Path | None, no_journal: bool, **options: Any) -> dict[str, Any]:
    """Give the options of a bulk job that are not left out.

    Raises:
        AdaptyUsageError: A journal is both named and declined.
    """
    if no_journal and journal is not None:
        raise AdaptyUsageError.for_field("--no-journal", "is given beside --journal; expected one of the two")
    given = {name: value for name, value in {**options, "journal": journal}.items() if value is not None}
    return {**given, "journal": None} if no_journal else given


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
        raise AdaptyUsageError.for_field(name, f"is neither ISO 8601 nor a duration from now; {expected}")
    return text
