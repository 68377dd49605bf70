"""Which page comes next, or none: the decisions of the iterators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.errors import UnexpectedResponseError
from adapty.models.virtual_currency import CursorPagination

if TYPE_CHECKING:
    from adapty.models.paywalls import PaywallListResponse
    from adapty.models.virtual_currency import VirtualCurrencyTransactionsHistoryResponse

__all__ = ["MAX_PAGE_SIZE", "next_cursor", "next_page_number"]

_HISTORY = "listVirtualCurrencyTransactions"
_HISTORY_PATH = "/api/v2/server-side-api/vc/transactions/"

MAX_PAGE_SIZE = 100
"""So many items a page holds at most, of either kind."""


def next_page_number(page: PaywallListResponse, number: int, size: int) -> int | None:
    """Give the number of the page after this one, or None after the last.

    Where the answer does not say how many pages there are, one that is not full is the last.

    Args:
        page: The page.
        number: Its number, counted from 1.
        size: How many items a page was asked to hold.
    """
    pagination = page.meta.pagination if page.meta else None
    # Items of another kind, which stand in `extra_fields`, fill a page too.
    strange = page.extra_fields.get("data")
    held = len(page.data) + (len(strange) if isinstance(strange, list) else 0)
    if not held:
        return None
    if pagination and pagination.pages is not None:
        return number + 1 if number < pagination.pages else None
    return number + 1 if held >= size else None


def next_cursor(page: VirtualCurrencyTransactionsHistoryResponse, seen: set[str]) -> str | None:
    """Give what asks for the page after this one, or None after the last.

    Args:
        page: The page.
        seen: The cursors that were asked for; the new one is added.

    Raises:
        UnexpectedResponseError: There is more and no way to ask for it: the cursor is no text, or leads back to a
            page that was read before.
    """
    pagination = page.pagination or CursorPagination()
    cursor = pagination.next_cursor
    if not cursor and not pagination.extra_fields.get("next_cursor"):
        return None
    problem = "leads back to an earlier page" if cursor in seen else None if _can_be_sent(cursor) else "cannot be sent"
    if problem or cursor is None:
        message = f"{_HISTORY}: 200: the answer's next_cursor {problem}"
        raise UnexpectedResponseError(
            message, status_code=200, operation=_HISTORY, method="GET", path=_HISTORY_PATH, attempts=1
        )
    seen.add(cursor)
    return cursor


def _can_be_sent(cursor: str | None) -> bool:
    """Tell whether a cursor is text that UTF-8 can carry; None stands for one that is no text."""
    try:
        return cursor is not None and bool(cursor.encode())
    except UnicodeEncodeError:
        return False
