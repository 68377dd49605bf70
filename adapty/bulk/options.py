"""The options of bulk jobs, validated before anything is read or sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import httpx
from attrs import asdict

from adapty._core.sentinel import NOT_GIVEN
from adapty._core.validation import type_name
from adapty._engine.options import (
    MAX_CONCURRENCY,
    check_client,
    parse_send_options,
    reject_unknown,
    validate_callback,
)
from adapty._postgres_dsn import is_postgres_url, parse_dsn
from adapty.bulk._inputs.files import parse_path
from adapty.bulk._stage import Options
from adapty.bulk._state.checkpoint_location import CheckpointLocation, FileLocation, PostgresLocation
from adapty.bulk.reports import Progress
from adapty.errors import AdaptyUsageError

__all__ = [
    "MAX_CONCURRENCY",
    "BulkOptions",
    "EraseOptions",
    "ImportOptions",
    "bool_option",
    "check_client",
    "checkpoint_location",
    "parse_options",
    "reject_unknown",
]


class BulkOptions(TypedDict, total=False):
    """Options of every bulk job.

    Attributes:
        concurrency: Number of requests in flight, from 1 to 256. Default: 16. Requests of one profile are never in
            flight together.
        rate_limit: Highest number of requests per second, retries included. Default: no limit. After a delay the run
            catches up gradually, at most 4 percent above the rate in any second, or by one request if that is more.
        max_retries: Number of retries of a request, from 0 to 1000. Default: 8.
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
    """Options of every import, in addition to `BulkOptions`.

    Attributes:
        mapping: Fields and the columns, or keys, to read them from: `{"email": "user_email"}`. `custom.plan` and
            `device_info.os` are fields, too. One column can set several fields. A column with the own name of a mapped
            field is ignored.
        ignore: Columns of CSV, or keys of JSON objects, to ignore: `["city", "notes"]`; "" for columns without a name.
        delimiter: The character between the cells of CSV, such as ";" or a tab. Default: ",".
        timezone: What times without a zone mean, as an IANA name: "UTC". Times with an offset keep it. Default: times
            without a zone are refused.
        datetime_format: The format of times that are not ISO 8601: one for all, or one for each field, such as
            `{"purchased_at": "%d.%m.%Y %H:%M"}`. `epoch` is seconds since 1970, `epoch_ms` milliseconds. The format of
            `birthday` must be given by its name.
        rejects_dir: The folder of the rejects files. Default: the current folder.
        checkpoint: The file with the progress of the import, to resume it, or the URL of a PostgreSQL database
            (`postgresql://...`), for jobs without a durable disk. Default: `INPUT.checkpoint` beside the first input,
            and none if an input is not a file. None: no checkpoint; an interrupted import starts over.
        dry_run: Validate all records and send nothing. Default: False.
    """

    mapping: Mapping[str, str]
    ignore: Collection[str]
    delimiter: str
    timezone: str | ZoneInfo | None
    datetime_format: str | Mapping[str, str] | None
    rejects_dir: str | Path
    checkpoint: str | Path | None
    dry_run: bool


class EraseOptions(BulkOptions, total=False):
    """Options of an erasure, in addition to `BulkOptions`.

    Attributes:
        delimiter: The character between the cells of CSV, such as ";" or a tab. Default: ",".
        report: The CSV file to append the results to. Default: `NAME.erased.csv` in the current folder.
        checkpoint: The file with the progress of the erasure, to resume it. Default: `INPUT.checkpoint` beside the
            input, and none if the input is not a file. None: no checkpoint; an interrupted erasure starts over.
    """

    delimiter: str
    report: str | Path
    checkpoint: str | Path | None


def parse_options(given: BulkOptions, *, dry_run: bool = False) -> Options:
    """Return validated options.

    Raises:
        AdaptyUsageError: An option is invalid; `field_name` is its name.
    """
    return Options(
        **asdict(parse_send_options(given)),
        on_progress=validate_callback("on_progress", given.get("on_progress")),
        dry_run=dry_run,
    )


def checkpoint_location(
    options: ImportOptions | EraseOptions, inputs: Mapping[str, Path | None], *, databases: bool
) -> CheckpointLocation | None:
    """Return where the checkpoint is; by default beside the first input, if all inputs are files.

    Args:
        options: The options.
        inputs: The files, or None for inputs that cannot be read again, by the names of the inputs.
        databases: Whether the checkpoint can be in PostgreSQL.

    Raises:
        AdaptyUsageError: A checkpoint was given, but an input cannot be read again.
    """
    given = options.get("checkpoint", NOT_GIVEN)
    if given is None:
        return None
    files = {name: file for name, file in inputs.items() if file is not None}
    if files.keys() != inputs.keys():
        if given is NOT_GIVEN:
            return None
        expected = "expected files as inputs, which can be read again, or no checkpoint"
        raise AdaptyUsageError.for_field("checkpoint", f"cannot be used for an iterable; {expected}")
    if given is NOT_GIVEN:
        first = next(iter(files.values()))
        return FileLocation(first.with_name(f"{first.name}.checkpoint"))
    if isinstance(given, str) and is_postgres_url(given):
        if not databases:
            raise AdaptyUsageError.for_field("checkpoint", "is a database; expected the path of a file")
        job = ", ".join(f"{name}={file.absolute()}" for name, file in files.items())
        return PostgresLocation(parse_dsn(given, "checkpoint"), job)
    return FileLocation(parse_path("checkpoint", given))


def bool_option(name: str, value: Any) -> bool:
    """Return an option that is a bool.

    Raises:
        AdaptyUsageError: It is not a bool: a text such as "no" would count as True. `field_name` is `name`.
    """
    if not isinstance(value, bool):
        raise AdaptyUsageError.for_field(name, f"is {type_name(value)}; expected True or False")
    return value
