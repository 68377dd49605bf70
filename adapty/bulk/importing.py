"""Import profiles and their transaction events into Adapty Mail."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapty._async.client import AsyncAdapty
from adapty._engine.runner import CancelToken, run_sync
from adapty._sync.client import Adapty
from adapty.bulk._import_runner import ImportRunner
from adapty.bulk.options import check_client
from adapty.errors import AdaptyUsageError
from adapty.models import MailProfile, TransactionEvent

if TYPE_CHECKING:
    from typing import Unpack

    from adapty.bulk.options import ImportOptions
    from adapty.bulk.reports import ImportReport

__all__ = [
    "Events",
    "Profiles",
    "async_import_all",
    "async_import_events",
    "async_import_profiles",
    "import_all",
    "import_events",
    "import_profiles",
]

Profiles = str | Path | Iterable[MailProfile | Mapping[str, Any]] | AsyncIterable[MailProfile | Mapping[str, Any]]
"""Profiles to import: a CSV or JSON Lines file, or an iterable of records or of dicts of their fields."""

Events = (
    str | Path | Iterable[TransactionEvent | Mapping[str, Any]] | AsyncIterable[TransactionEvent | Mapping[str, Any]]
)
"""Transaction events to import."""


def import_all(
    client: Adapty | None,
    *,
    profiles: Profiles | None = None,
    events: Events | None = None,
    sort: bool = False,
    **options: Unpack[ImportOptions],
) -> ImportReport:
    r"""Send the profiles, then the transaction events: operations `saveProfile` and `saveTransactionEvent`.

    Many requests are in flight together. Records of one profile are sent one after the other, in the order of the
    input. A record that is invalid, or that the API rejects, goes to the rejects file with the reason, and the import
    continues. An existing rejects file is not changed; the new one gets another name. Errors that affect every record
    (bad key, no connection, long rate limit, several failures in a row) abort the import.

    An interrupted import of files resumes when the same call is made again. Every record is accepted at least once, and
    none is skipped; sending a record twice does no harm. An input that has changed is rejected.

    Args:
        client: The client; None is enough for a dry run, which needs no key.
        profiles: A CSV or JSON Lines file (.gz too) with the fields of `MailProfile`, or an iterable of such records or
            of dicts. `custom.plan` is the CSV column of the custom attribute `plan`, `device_info.os` that of a nested
            field. The CSV file of Adapty's historical import can be used without changes; `not_imported` of the report
            counts the columns without a field in Adapty Mail. An empty cell or a null means that the field is not set.
            An iterable is read in a thread of its own: open what it needs, such as a database connection, inside of
            the generator. An async iterable runs on the event loop.
        events: The same with the fields of `TransactionEvent`.
        sort: Send the events in the order of their `event_datetime`; they are sorted on disk.
        options: See `ImportOptions`: `mapping`, `ignore`, `rejects_dir`, `checkpoint`, `dry_run`, `delimiter`,
            `timezone`, `datetime_format`, `concurrency`, `rate_limit`, `max_retries`, `transport` and `on_progress`.

    Returns:
        What was accepted and rejected, and the flows that follow from it.

    Raises:
        AdaptyUsageError: An option is invalid, a file cannot be opened or has changed, or its header is wrong. Nothing
            was sent.
        AdaptyAPIError: The API rejects the key, is not at this address, limits the rate for long, or fails.
        AdaptyConnectionError: The API cannot be reached. The notes of each error describe the progress.
        KeyboardInterrupt: Ctrl-C was pressed before all was sent. Requests in flight were completed and saved.

    Example:
        >>> from pathlib import Path
        >>> _ = Path("base.csv").write_text(
        ...     "external_profile_id,external_created_at,email\n"
        ...     "user_1,2026-06-01T10:30:00Z,jane@example.com\n"
        ...     "user_2,2026-06-01T10:30:00Z,not an address\n"
        ... )
        >>> report = import_all(client, profiles="base.csv")
        >>> report.profiles_accepted, dict(report.reasons), report.rejects_files
        (1, {'email': 1}, (PosixPath('base.rejects.csv'),))
    """
    return _run(client, {"profiles": profiles, "events": events}, sort=sort, options=options)


async def async_import_all(
    client: AsyncAdapty | None,
    *,
    profiles: Profiles | None = None,
    events: Events | None = None,
    sort: bool = False,
    **options: Unpack[ImportOptions],
) -> ImportReport:
    """Do what `import_all` does, with the async client.

    When it is cancelled, the results so far are saved, and requests in flight are cancelled.
    """
    return await _run_async(client, {"profiles": profiles, "events": events}, sort=sort, options=options)


def import_profiles(client: Adapty | None, source: Profiles, **options: Unpack[ImportOptions]) -> ImportReport:
    """Send profiles; see `import_all`.

    Example:
        >>> report = import_profiles(
        ...     client,
        ...     [{"id": "user_1", "external_created_at": "2026-06-01T10:30:00Z", "email": "jane@example.com"}],
        ...     mapping={"external_profile_id": "id"},
        ... )
        >>> report.profiles_accepted
        1
    """
    return _run(client, {"profiles": _require(source)}, sort=False, options=options)


async def async_import_profiles(
    client: AsyncAdapty | None, source: Profiles, **options: Unpack[ImportOptions]
) -> ImportReport:
    """Do what `import_profiles` does, with the async client."""
    return await _run_async(client, {"profiles": _require(source)}, sort=False, options=options)


def import_events(
    client: Adapty | None, source: Events, *, sort: bool = False, **options: Unpack[ImportOptions]
) -> ImportReport:
    """Send transaction events; see `import_all`.

    Example:
        >>> report = import_events(client, iter(()), rate_limit=50)
        >>> report.events_accepted
        0
    """
    return _run(client, {"events": _require(source)}, sort=sort, options=options)


async def async_import_events(
    client: AsyncAdapty | None, source: Events, *, sort: bool = False, **options: Unpack[ImportOptions]
) -> ImportReport:
    """Do what `import_events` does, with the async client."""
    return await _run_async(client, {"events": _require(source)}, sort=sort, options=options)


def _run(client: Adapty | None, inputs: Mapping[str, Any], *, sort: bool, options: ImportOptions) -> ImportReport:
    _check_client(client, Adapty, options)
    token = CancelToken()
    runner = ImportRunner.create(inputs, sort=sort, options=options)
    return run_sync(runner.run(client, token), token)


async def _run_async(
    client: AsyncAdapty | None, inputs: Mapping[str, Any], *, sort: bool, options: ImportOptions
) -> ImportReport:
    _check_client(client, AsyncAdapty, options)
    return await ImportRunner.create(inputs, sort=sort, options=options).run(client, CancelToken())


def _check_client(client: object, kind: type, options: ImportOptions) -> None:
    """Check the class of the client. A dry run can do without one."""
    if client is not None or options.get("dry_run") is not True:
        check_client(client, kind)


def _require(source: Any) -> Any:
    if source is None:
        raise AdaptyUsageError.for_field("source", "is None; expected a file or an iterable of records")
    return source
