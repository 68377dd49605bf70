"""Brings subscribers and their purchase history into Adapty Mail: a whole base, or what is new."""

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
"""Where profiles come from: a CSV or JSON Lines file, or anything that gives records or dicts of their fields."""

Events = (
    str | Path | Iterable[TransactionEvent | Mapping[str, Any]] | AsyncIterable[TransactionEvent | Mapping[str, Any]]
)
"""Where transaction events come from, in the same way."""


def import_all(
    adapty: Adapty,
    *,
    profiles: Profiles | None = None,
    events: Events | None = None,
    sort: bool = False,
    **options: Unpack[ImportOptions],
) -> ImportReport:
    r"""Send the profiles, then the transaction events: operations `saveProfile` and `saveTransactionEvent`.

    Many requests are under way at a time; the records of one profile go out one after the other, in the order of the
    input. A record that is wrong, or that the API refuses, goes to the rejects file with the reason, and the import
    goes on; a rejects file that is there already is left alone, and the new one gets another name. It stops where the
    fault is not the record's: the key, the address, the connection, an API that wants to be left alone for long or that
    fails on several records in a row.

    An import of files that broke off, for whatever reason, goes on where it was when the same call is made again: every
    record is accepted at least once, which does no harm where it is twice, and none is skipped. An input that has
    changed since is refused.

    Args:
        adapty: The client.
        profiles: A CSV or JSON Lines file (.gz too) with the fields of `MailProfile`, or an iterable of such records or
            of dicts. `custom.plan` is the CSV column of the custom attribute `plan`, `device_info.os` that of a nested
            field. The CSV file of Adapty's historical import is read as it is; `not_imported` of the report counts the
            columns that Adapty Mail has no field for. An empty cell or a null is a field left out.
        events: The same with the fields of `TransactionEvent`.
        sort: Send the events in the order of their `event_datetime`; they are sorted on disk.
        options: See `ImportOptions`: `mapping`, `ignore`, `rejects_dir`, `checkpoint`, `dry_run`, `concurrency`,
            `rate_limit`, `max_retries`, `transport` and `on_progress`.

    Returns:
        What was accepted and rejected, and the flows that it leads to.

    Raises:
        AdaptyUsageError: An option is wrong, a file cannot be opened or has changed, or its header is wrong; nothing
            was sent.
        AdaptyAPIError: The API does not take the key, is not at this address, wants to be left alone, or fails.
        AdaptyConnectionError: The API cannot be reached. A note on each says how far the import came.
        KeyboardInterrupt: Ctrl-C was pressed; what was sent by then has been waited for, and is noted.

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
    return _run(adapty, {"profiles": profiles, "events": events}, sort=sort, options=options)


async def async_import_all(
    adapty: AsyncAdapty,
    *,
    profiles: Profiles | None = None,
    events: Events | None = None,
    sort: bool = False,
    **options: Unpack[ImportOptions],
) -> ImportReport:
    """Do what `import_all` does, with the async client.

    When it is cancelled, what is noted so far is saved, and what is under way is given up.
    """
    return await _run_async(adapty, {"profiles": profiles, "events": events}, sort=sort, options=options)


def import_profiles(adapty: Adapty, source: Profiles, **options: Unpack[ImportOptions]) -> ImportReport:
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
    return _run(adapty, {"profiles": _given(source)}, sort=False, options=options)


async def async_import_profiles(
    adapty: AsyncAdapty, source: Profiles, **options: Unpack[ImportOptions]
) -> ImportReport:
    """Do what `import_profiles` does, with the async client."""
    return await _run_async(adapty, {"profiles": _given(source)}, sort=False, options=options)


def import_events(
    adapty: Adapty, source: Events, *, sort: bool = False, **options: Unpack[ImportOptions]
) -> ImportReport:
    """Send transaction events; see `import_all`.

    Example:
        >>> report = import_events(client, iter(()), rate_limit=50)
        >>> report.events_accepted
        0
    """
    return _run(adapty, {"events": _given(source)}, sort=sort, options=options)


async def async_import_events(
    adapty: AsyncAdapty, source: Events, *, sort: bool = False, **options: Unpack[ImportOptions]
) -> ImportReport:
    """Do what `import_events` does, with the async client."""
    return await _run_async(adapty, {"events": _given(source)}, sort=sort, options=options)


def _run(adapty: Adapty, given: Mapping[str, Any], *, sort: bool, options: ImportOptions) -> ImportReport:
    check_client(adapty, Adapty)
    token = CancelToken()
    job = ImportRunner.create(given, sort=sort, options=options)
    return run_sync(job.run(adapty, token), token)


async def _run_async(
    adapty: AsyncAdapty, given: Mapping[str, Any], *, sort: bool, options: ImportOptions
) -> ImportReport:
    check_client(adapty, AsyncAdapty)
    return await ImportRunner.create(given, sort=sort, options=options).run(adapty, CancelToken())


def _given(source: Any) -> Any:
    if source is None:
        raise AdaptyUsageError.for_field("source", "is None; expected a file or an iterable of records")
    return source
