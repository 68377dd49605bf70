"""`erase`: everybody in a file, deleted from both APIs, with a report as evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated

import typer

from adapty import Adapty, AdaptyUsageError, bulk
from adapty.bulk.id_files import ApiName, KindName  # noqa: TC001 - typer reads them
from adapty.cli.bulk_progress import shown_progress
from adapty.cli.bulk_report import print_erase_report, print_erase_warnings
from adapty.cli.options import AsJson, JournalFile, Lanes, MaxRate, NoJournal, bulk_options, option
from adapty.cli.outcome import ExitCode, typed_errors

__all__ = ["erase"]

_STANDARD_INPUT = "-"


def erase(
    file: Annotated[
        str,
        typer.Argument(
            help="One id a line, or CSV with a header, or JSON Lines, or one of these gzipped; - for standard input, "
            "of which a run begins anew each time."
        ),
    ],
    *,
    by: Annotated[
        KindName | None,
        option("Which ids FILE holds; where left out, what its header or keys say, or else your own ids."),
    ] = None,
    api: Annotated[
        ApiName | None,
        option("Erase from this API only; where left out, from each that knows such ids and that there is a key for."),
    ] = None,
    report: Annotated[Path | None, option("The report, appended to; NAME.erased.csv here where left out.")] = None,
    lanes: Lanes = None,
    rate_limit: MaxRate = None,
    journal: JournalFile = None,
    no_journal: NoJournal = False,
    as_json: AsJson = False,
) -> None:
    """Delete every user in a file, at once and for good, from both APIs; run it again for those that failed.

    The report, a CSV file, has a row for each user and API: deleted, not_found, or failed with the reason. not_found
    says that no profile was found by this id, and not that there is none. A run that broke off goes on where it was
    when the same command is run again; who was not tried by then has no row yet.

    An id a line, or in a column user_id, is your own id: Mail is asked for it as external_profile_id first, then as
    customer_user_id. A column of another name, and --by, mean that kind alone. E-mail addresses need --by email; where
    they are your user ids, --api server-side --by customer_user_id. The exit code is 1 where a row failed, and where an
    API found none of the ids.
    """
    with typed_errors(by="--by", journal="--journal"):
        source = _source(file)
        if journal is not None and not isinstance(source, Path):
            raise AdaptyUsageError.for_field(
                "--journal", "is given for standard input, which cannot be read again; expected a file"
            )
        options = bulk_options(
            report=report, lanes=lanes, rate_limit=rate_limit, journal=journal, no_journal=no_journal
        )
        with Adapty() as adapty, shown_progress() as show:
            done = bulk.erase(adapty, source, by=by, api=api, on_progress=show, **options)
        print_erase_report(done, as_json=as_json)
        print_erase_warnings(done)
        if done.failed or done.nothing_found:
            raise typer.Exit(ExitCode.SOME_REFUSED)


def _source(file: str) -> Path | IO[bytes]:
    if file != _STANDARD_INPUT:
        return Path(file)
    if sys.stdin is None:
        raise AdaptyUsageError("standard input: is closed; expected ids")
    return sys.stdin.buffer
