"""Options that several commands have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from dateutil.relativedelta import relativedelta

from adapty import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "AsJson",
    "Checkpoint",
    "CheckpointFile",
    "Concurrency",
    "CustomerUserId",
    "Delimiter",
    "NoCheckpoint",
    "ProfileId",
    "RateLimit",
    "bulk_options",
    "option",
    "parse_pairs",
    "parse_time",
    "require_one",
]


def option(text: str, *flags: str, **settings: Any) -> Any:
    """Return an option whose default is not displayed."""
    return typer.Option(*flags, help=text, show_default=False, **settings)


CustomerUserId = Annotated[str | None, option("Your ID of the user; use it or --profile-id.")]
ProfileId = Annotated[str | None, option("Adapty's ID of the user, a UUID; use it or --customer-user-id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Concurrency = Annotated[int | None, option("Number of requests in flight, from 1 to 256. Default: 16.")]
RateLimit = Annotated[float | None, option("Highest number of requests per second. Default: no limit.")]
CheckpointFile = Annotated[
    str | None,
    option("File with the progress of the run, to resume it. Default: INPUT.checkpoint.", metavar="FILE"),
]
Checkpoint = Annotated[
    str | None,
    option(
        "File with the progress of the run, to resume it, or the URL of a PostgreSQL database (postgresql://...). "
        "Default: INPUT.checkpoint.",
        metavar="FILE",
    ),
]
Delimiter = Annotated[
    str | None, option("Character between the cells of CSV, such as ';' or $'\\t'. Default: a comma.", metavar="CHAR")
]
NoCheckpoint = Annotated[bool, typer.Option("--no-checkpoint", help="No checkpoint; an interrupted run starts over.")]


def bulk_options(*, checkpoint: str | None, no_checkpoint: bool, **options: Any) -> dict[str, Any]:
    """Return the options of a bulk job that were given.

    Raises:
        AdaptyUsageError: Both --checkpoint and --no-checkpoint were given.
    """
    if no_checkpoint and checkpoint is not None:
        raise AdaptyUsageError.for_field(
            "--no-checkpoint", "cannot be combined with --checkpoint; expected one of the two"
        )
    given = {name: value for name, value in {**options, "checkpoint": checkpoint}.items() if value is not None}
    return {**given, "checkpoint": None} if no_checkpoint else given


def require_one(name: str, other: str, *, given: bool, other_given: bool) -> None:
    """Raise an error unless exactly one of two parameters is given.

    Raises:
        AdaptyUsageError: Both are given, or neither is.
    """
    if given == other_given:
        problem = f"cannot be combined with {other}" if given else f"is missing, and so is {other}"
        raise AdaptyUsageError.for_field(name, f"{problem}; expected one of the two")


_DURATION = re.compile(r"([1-9][0-9]{0,5})(h|d|w|mo|y)", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks", "mo": "months", "y": "years"}
_LIKE_ISO_8601 = re.compile(r"[0-9]{4}[-0-9W]*([T ].*)?", re.ASCII | re.IGNORECASE)


def parse_time(flag: str, text: str) -> str | relativedelta:
    """Parse a time: a duration from now, or ISO 8601, which the SDK parses.

    Raises:
        AdaptyUsageError: It is neither.

    Example:
        >>> parse_time("--at", "3mo"), parse_time("--at", "2026-07-01T00:00:00Z")
        (relativedelta(months=+3), '2026-07-01T00:00:00Z')
    """
    if duration := _DURATION.fullmatch(text):
        count, unit = duration.groups()
        return relativedelta(**{_UNITS[unit]: int(count)})  # type: ignore[arg-type] # not one of its dates
    if not _LIKE_ISO_8601.fullmatch(text):
        expected = "expected a time such as 2026-07-01T00:00:00Z, or a duration such as 12h, 30d, 2w, 3mo or 1y"
        raise AdaptyUsageError.for_field(flag, f"is neither ISO 8601 nor a duration; {expected}")
    return text


def parse_pairs(flag: str, pairs: Sequence[str] | None, *, numbers: bool = False) -> dict[str, Any] | None:
    """Parse NAME=VALUE, and NAME:=NUMBER if numbers are allowed; return None if there are none."""
    if not pairs:
        return None
    parsed: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.rstrip(":"):
            raise AdaptyUsageError.for_field(flag, "must have the form NAME=VALUE")
        is_number = numbers and name.endswith(":")
        plain = name.removesuffix(":") if is_number else name
        if plain in parsed:
            raise AdaptyUsageError.for_field(flag, "has two values for one name; expected one")
        parsed[plain] = _parse_number(flag, value) if is_number else value
    return parsed


def _parse_number(flag: str, value: str) -> float:
    parse: Callable[[str], float] = int if value.lstrip("-").isdecimal() else float
    try:
        return parse(value)
    except ValueError:
        raise AdaptyUsageError.for_field(flag, "must have a number after :=") from None
