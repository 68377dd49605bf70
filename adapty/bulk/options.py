"""What every bulk job takes, checked before anything is read or sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, TypedDict

import httpx

from adapty._core.sentinel import NOT_GIVEN
from adapty._core.validation import bounded_int, suggest_choice, type_name
from adapty.bulk.progress import Progress
from adapty.bulk.stage import Options
from adapty.errors import AdaptyUsageError

__all__ = [
    "MAX_LANES",
    "BulkOptions",
    "EraseOptions",
    "ImportOptions",
    "check_client",
    "file_option",
    "flag_option",
    "journal_of",
    "options_of",
    "refuse_unknown",
]

MAX_LANES = 256

_LANES = 16
_MAX_RETRIES = 8
"""More than a single call's: of a million requests a few meet trouble many times in a row, and it is nobody's fault."""

_MOST_RETRIES = 1000


class BulkOptions(TypedDict, total=False):
    """What every bulk job takes.

    Attributes:
        lanes: How many requests are under way at a time, 1 to 256; 16 where left out. The requests of one profile are
            never under way together.
        rate_limit: Highest number of requests per second, retries included. Default: no limit. After a delay the run
            catches up gradually, at most 4 percent above the rate in any second, or by one request if that is more.
        max_retries: Tries of a request after the first one; 8 where left out.
        transport: Makes the httpx transport of a lane: for certificates or proxies of your own. Where left out: the
            one of the extra `fast` if it is installed, else httpx's; or the client's, if you gave it one.
        on_progress: Called with a `Progress` about ten times a second, and at the end of each stage.
    """

    lanes: int
    rate_limit: float | None
    max_retries: int
    transport: Callable[[], httpx.AsyncBaseTransport] | None
    on_progress: Callable[[Progress], object] | None


class ImportOptions(BulkOptions, total=False):
    """What every import takes beside `BulkOptions`.

    Attributes:
        mapping: Field to the column, or key, that holds it: `{"email": "user_email"}`. `custom.plan` and
            `device_info.os` are fields too. One column may hold several fields. Where a column is mapped, another one
            of the field's own name is ignored.
        ignore: Columns of CSV, or keys of JSON objects, that are passed over: `["city", "notes"]`; all of that name,
            and with "" all without a name.
        failures: The folder for the files of refused records; the current one where left out.
        journal: The file that notes how far the import is. Where left out: beside the input, with `.journal` added to
            its name; none for records that do not come from files. None for no journal.
        dry_run: Check everything, send nothing.
    """

    mapping: Mapping[str, str]
    ignore: Collection[str]
    failures: str | Path
    journal: str | Path | None
    dry_run: bool


class EraseOptions(BulkOptions, total=False):
    """What an erasure takes beside `BulkOptions`.

    Attributes:
        report: The report, a CSV file that is appended to; `NAME.erased.csv` in the current folder where left out.
        journal: The file that notes how far the erasure is. Where left out: beside the input, with `.journal` added to
            its name; none for ids that do not come from a file. None for no journal.
    """

    report: str | Path
    journal: str | Path | None


def options_of(given: BulkOptions, *, dry_run: bool = False) -> Options:
    """Check what was given.

    Raises:
        AdaptyUsageError: An option is wrong; `field_name` says which.
    """
    rate_limit = given.get("rate_limit")
    if rate_limit is not None and not _is_rate(rate_limit):
        raise AdaptyUsageError.for_field("rate_limit", "is no rate; expected requests per second, more than 0, or None")
    max_retries = given.get("max_retries", _MAX_RETRIES)
    if type(max_retries) is not int or not 0 <= max_retries <= _MOST_RETRIES:
        raise AdaptyUsageError.for_field("max_retries", f"is no such number; expected 0 to {_MOST_RETRIES}")
    return Options(
        lanes=bounded_int("lanes", given.get("lanes", _LANES), MAX_LANES),
        rate_limit=rate_limit,
        max_retries=max_retries,
        transport=_callable("transport", given.get("transport")),
        on_progress=_callable("on_progress", given.get("on_progress")),
        dry_run=dry_run,
    )


def check_client(adapty: object, kind: type) -> None:
    """See that a job is given the client of its kind.

    Raises:
        AdaptyUsageError: It is given something else.
    """
    if not isinstance(adapty, kind):
        which = "async" if kind.__name__.startswith("Async") else "blocking"
        raise AdaptyUsageError.for_field(
            "adapty", f"is {type_name(adapty)}; expected an {kind.__name__}, the {which} client"
        )


def journal_of(options: ImportOptions | EraseOptions, files: Sequence[Path | None]) -> Path | None:
    """Say where it is noted how far a job is; by itself beside the first input, if all of them are files.

    Raises:
        AdaptyUsageError: A journal is asked for where the input cannot be read again.
    """
    given = options.get("journal", NOT_GIVEN)
    if given is None:
        return None
    first = files[0]
    if first is not None and None not in files:
        return first.with_name(f"{first.name}.journal") if given is NOT_GIVEN else file_option("journal", given)
    if given is not NOT_GIVEN:
        expected = "expected files, which can be read again, or no journal"
        raise AdaptyUsageError.for_field("journal", f"is given for what comes from a program; {expected}")
    return None


def file_option(name: str, value: Any) -> Path:
    """Give a path.

    Raises:
        AdaptyUsageError: It is none; `field_name` is `name`.
    """
    try:
        return Path(value)
    except TypeError:
        raise AdaptyUsageError.for_field(name, f"is {type_name(value)}; expected a path") from None


def flag_option(name: str, value: Any) -> bool:
    """Give a yes or no.

    Raises:
        AdaptyUsageError: It is none: a text such as "no" would count as yes. `field_name` is `name`.
    """
    if not isinstance(value, bool):
        raise AdaptyUsageError.for_field(name, f"is {type_name(value)}; expected True or False")
    return value


def refuse_unknown(options: Mapping[str, Any], known: Any) -> None:
    """See that no option is misspelled.

    Args:
        options: What was given.
        known: The TypedDict of those that there are.

    Raises:
        AdaptyUsageError: One is; `field_name` is its name.
    """
    names = sorted(known.__optional_keys__)
    for name in options:
        if name not in names:
            raise AdaptyUsageError.for_field(name, f"is no such option{suggest_choice(name, names)}")


def _is_rate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def _callable(name: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise AdaptyUsageError.for_field(name, f"is {type_name(value)}; expected something to call")
    if iscoroutinefunction(value):
        raise AdaptyUsageError.for_field(name, "is async; expected a function that returns what it has to give at once")
    return value
