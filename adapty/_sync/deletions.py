# Generated from adapty/_async/deletions.py by `make unasync`; do not edit.

"""Drives a run of deletions, several at a time."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from adapty._concurrency import map_threads
from adapty._core.deletions import MAX_CONCURRENCY, DeletionResult
from adapty._core.validation import bounded_int
from adapty.errors import AdaptyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty._core.deletions import DeletionReport, DeletionRun

__all__ = ["run_deletions"]


def run_deletions(
    run: DeletionRun,
    delete: Callable[[str], str | None],
    concurrency: int,
) -> DeletionReport:
    """Delete the IDs of a run, and record each result.

    Args:
        run: The IDs and their results.
        delete: Deletes one ID, or raises an AdaptyError. Returns the kind of ID that found the profile, or None if
            there is only one kind.
        concurrency: The maximum number of concurrent requests.

    Raises:
        AdaptyUsageError: `concurrency` is out of range; nothing was sent.
        AdaptyConfigError: The client has no key, or is closed.
    """
    limit = bounded_int("concurrency", concurrency, MAX_CONCURRENCY)

    def delete_one(id_: str) -> DeletionResult:
        try:
            found_by = delete(id_)
        except AdaptyError as error:
            return DeletionResult.failed(id_, error, run.lookup_by)
        return DeletionResult.succeeded(id_, run.lookup_by, found_by)

    with closing(map_threads(delete_one, run.pending_ids(), limit)) as results:
        for result in results:
            run.record(result)
    return run.report()
