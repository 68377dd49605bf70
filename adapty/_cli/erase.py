"""`erase`: delete the users in a file from both APIs, with a report as evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated

import typer

from adapty import Adapty, AdaptyUsageError, bulk
from adapty._cli.bulk_progress import display_progress
from adapty._cli.bulk_report import print_erase_report, print_erase_warnings
from adapty._cli.errors import ExitCode
from adapty._cli.options import (
    AsJson,
    CheckpointFile,
    Concurrency,
    Delimiter,
    NoCheckpoint,
    RateLimit,
    bulk_options,
    option,
)
from adapty.bulk import ApiName, KindName  # noqa: TC001 - typer reads them

__all__ = ["erase"]

_STANDARD_INPUT = "-"


def erase(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="One ID a line, CSV with a header, or JSON Lines, gzipped or not; - for standard input, which cannot "
            "be resumed.",
        ),
    ],
    *,
    by: Annotated[
        KindName | None,
        option("Kind of the IDs. Default: what the header or the keys say, otherwise your own IDs."),
    ] = None,
    api: Annotated[
        ApiName | None,
        option("Erase from this API only. Default: each API that knows such IDs and has a key."),
    ] = None,
    delimiter: Delimiter = None,
    report: Annotated[Path | None, option("Report to append to. Default: NAME.erased.csv in this folder.")] = None,
    concurrency: Concurrency = None,
    rate_limit: RateLimit = None,
    checkpoint: CheckpointFile = None,
    no_checkpoint: NoCheckpoint = False,
    as_json: AsJson = False,
) -> None:
    """Delete all users in a file from both APIs, irreversibly.

    Adapty Mail also cancels the e-mails that are scheduled for them.

    The report, a CSV file, has one row for each user and API: deleted, not_found, or failed with the reason. not_found
    means that no profile was found by this ID; the user may have a profile with another ID. Users that were not
    attempted have no row yet.

    Run the same command again to resume an interrupted run, or to retry the users that failed. The exit code is 1 if
    users failed, or if an API found none of the IDs.

    An ID on a line of its own, or in a column user_id, is your own ID of the user. Mail looks it up as
    external_profile_id first, then as customer_user_id. A column of another name, or --by, means that kind only. E-mail
    addresses need --by email. If they are your user IDs, use --api server-side --by customer_user_id.

    A CSV file with a quote in the wrong place is refused before anything is deleted.
    """
    source = _source(file)
    if checkpoint is not None and not isinstance(source, Path):
        raise AdaptyUsageError.for_field(
            "--checkpoint", "cannot be used with standard input, which cannot be read again; expected a file"
        )
    options = bulk_options(
        delimiter=delimiter,
        report=report,
        concurrency=concurrency,
        rate_limit=rate_limit,
        checkpoint=checkpoint,
        no_checkpoint=no_checkpoint,
    )
    with Adapty() as client, display_progress() as show:
        done = bulk.erase(client, source, by=by, api=api, on_progress=show, **options)
    print_erase_report(done, as_json=as_json)
    print_erase_warnings(done)
    if done.failed or done.nothing_found:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _source(file: str) -> Path | IO[bytes]:
    if file != _STANDARD_INPUT:
        return Path(file)
    if sys.stdin is None:
        raise AdaptyUsageError("FILE: standard input is closed; expected IDs")
    return sys.stdin.buffer
