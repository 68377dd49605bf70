# Generated from adapty/_async/deletions.py by `make unasync`; do not edit.

"""Drives a run of deletions: several at a time, each with an outcome."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from adapty._core.deletions import MAX_CONCURRENCY, DeletionResult
from adapty._core.validate import counted
from adapty._side_by_side import in_threads
from adapty.errors import AdaptyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty._core.deletions import DeletionReport, Deletions

__all__ = ["delete_each"]


def delete_each(
    run: Deletions,
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
    at_a_time = counted("concurrency", concurrency, MAX_CONCURRENCY)

    def delete_one(id_: str) -> DeletionResult:
        try:
            found_by = delete(id_)
        except AdaptyError as error:
            return DeletionResult.failed(id_, error, run.asked_by)
        return DeletionResult.succeeded(id_, run.asked_by, found_by)

    with closing(in_threads(delete_one, run.to_send(), at_a_time)) as outcomes:
        for deletion in outcomes:
            run.note(deletion)
    return run.report()
