# Made from adapty/_async/deletions.py by `make unasync`; do not edit.

"""Drives a run of deletions: several at a time, each with an outcome."""

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
    """Delete whom the run says, and note what comes of each.

    Args:
        run: Whom to delete, and where outcomes go.
        delete: Deletes the one of an id, or raises an AdaptyError. Returns the kind of id that found it, or None where
            there is only one kind.
        concurrency: How many requests are under way at a time.

    Raises:
        AdaptyUsageError: `concurrency` is no such number; nothing was sent.
        AdaptyConfigError: The client has no key, or is closed.
    """
    at_a_time = bounded_int("concurrency", concurrency, MAX_CONCURRENCY)

    def delete_one(id_: str) -> DeletionResult:
        try:
            found_by = delete(id_)
        except AdaptyError as error:
            return DeletionResult.failed(id_, error, run.lookup_by)
        return DeletionResult.succeeded(id_, run.lookup_by, found_by)

    with closing(map_threads(delete_one, run.pending_ids(), at_a_time)) as outcomes:
        for deletion in outcomes:
            run.note(deletion)
    return run.report()
