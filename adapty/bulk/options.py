"""What every bulk job takes, checked before anything is read or sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, TypedDict

import httpx

from adapty._core.not_given import NOT_GIVEN
from adapty._core.validate import counted, kind_of, known_name
from adapty.bulk._stage import Options
from adapty.bulk.reports import Progress
from adapty.errors import AdaptyUsageError

__all__ = [
    "MAX_CONCURRENCY",
    "BulkOptions",
    "EraseOptions",
    "ImportOptions",
    "bool_option",
    "check_client",
    "checkpoint_path",
    "parse_options",
    "path_option",
    "reject_unknown",
]

MAX_CONCURRENCY = 256

_CONCURRENCY = 16
_MAX_RETRIES = 8
"""More than a single call's: of a million requests a few meet trouble many times in a row, and it is nobody's fault."""

_MOST_RETRIES = 1000


class BulkOptions(TypedDict, total=False):
    """What every bulk job takes.

    Attributes:
        concurrency: Number of requests in flight, from 1 to 256. Default: 16. Requests of one profile are never in
            flight together.
        rate_limit: Highest number of requests per second, retries included. Default: no limit. After a delay the run
            catches up gradually, at most 4 percent above the rate in any second, or by one request if that is more.
        max_retries: Tries of a request after the first one; 8 where left out.
        transport: Creates the httpx transport of one connection, for your own certificates or proxies. Default: the
            transport that you gave the client; else the one of the extra `fast` if it is installed, else httpx's.
        on_progress: Called with a `Progress` about ten times a second, and at the end of each stage.
    """

    concurrency: int
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
        delimiter: The character between the cells of CSV, such as ";" or a tab. Default: ",".
        rejects_dir: The folder for the files of refused records; the current one where left out.
        checkpoint: The file that records the progress of the import. Default: `INPUT.checkpoint`
            beside the input; no checkpoint for records that do not come from files. None disables it.
        dry_run: Check everything, send nothing.
    """

    mapping: Mapping[str, str]
    ignore: Collection[str]
    delimiter: str
    rejects_dir: str | Path
    checkpoint: str | Path | None
    dry_run: bool


class EraseOptions(BulkOptions, total=False):
    """What an erasure takes beside `BulkOptions`.

    Attributes:
        delimiter: The character between the cells of CSV, such as ";" or a tab. Default: ",".
        report: The report, a CSV file that is appended to; `NAME.erased.csv` in the current folder where left out.
        checkpoint: The file that records the progress of the erasure. Default: `INPUT.checkpoint`
            beside the input; no checkpoint for ids that do not come from a file. None disables it.
    """

    delimiter: str
    report: str | Path
    checkpoint: str | Path | None


def parse_options(given: BulkOptions, *, dry_run: bool = False) -> Options:
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
        concurrency=counted("concurrency", given.get("concurrency", _CONCURRENCY), MAX_CONCURRENCY),
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
            "adapty", f"is {kind_of(adapty)}; expected an {kind.__name__}, the {which} client"
        )


def checkpoint_path(options: ImportOptions | EraseOptions, files: Sequence[Path | None]) -> Path | None:
    """Say where it is noted how far a job is; by itself beside the first input, if all of them are files.

    Raises:
        AdaptyUsageError: A checkpoint is asked for where the input cannot be read again.
    """
    given = options.get("checkpoint", NOT_GIVEN)
    if given is None:
        return None
    first = files[0]
    if first is not None and None not in files:
        return first.with_name(f"{first.name}.checkpoint") if given is NOT_GIVEN else path_option("checkpoint", given)
    if given is not NOT_GIVEN:
        expected = "expected files, which can be read again, or no checkpoint"
        raise AdaptyUsageError.for_field("checkpoint", f"is given for what comes from a program; {expected}")
    return None


def path_option(name: str, value: Any) -> Path:
    """Give a path.

    Raises:
        AdaptyUsageError: It is none; `field_name` is `name`.
    """
    try:
        return Path(value)
    except TypeError:
        raise AdaptyUsageError.for_field(name, f"is {kind_of(value)}; expected a path") from None


def bool_option(name: str, value: Any) -> bool:
    """Give a yes or no.

    Raises:
        AdaptyUsageError: It is none: a text such as "no" would count as yes. `field_name` is `name`.
    """
    if not isinstance(value, bool):
        raise AdaptyUsageError.for_field(name, f"is {kind_of(value)}; expected True or False")
    return value


def reject_unknown(options: Mapping[str, Any], known: Any) -> None:
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
            raise AdaptyUsageError.for_field(name, f"is no such option{known_name(name, names)}")


def _is_rate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def _callable(name: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise AdaptyUsageError.for_field(name, f"is {kind_of(value)}; expected something to call")
    if iscoroutinefunction(value):
        raise AdaptyUsageError.for_field(name, "is async; expected a function that returns what it has to give at once")
    return value
