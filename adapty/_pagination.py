"""Decide which page the iterators of the resources request next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.errors import UnexpectedResponseError
from adapty.models.virtual_currency import CursorPagination

if TYPE_CHECKING:
    from adapty.models.paywalls import PaywallListResponse
    from adapty.models.virtual_currency import VirtualCurrencyTransactionsHistoryResponse

__all__ = ["MAX_PAGE_SIZE", "next_cursor", "next_page_number"]

MAX_PAGE_SIZE = 100
"""The maximum number of items in a page."""

_HISTORY = "listVirtualCurrencyTransactions"
_HISTORY_PATH = "/api/v2/server-side-api/vc/transactions/"


def next_page_number(page: PaywallListResponse, number: int, size: int) -> int | None:
    """Return the number of the next page, or None after the last one.

    If the response does not contain the number of pages, a page that is not full is the last one.

    Args:
        page: The page.
        number: Its number, counted from 1.
        size: The requested number of items.
    """
    pagination = page.meta.pagination if page.meta else None
    # Items that could not be parsed count too.
    unparsed = page.extra_fields.get("data")
    count = len(page.data) + (len(unparsed) if isinstance(unparsed, list) else 0)
    if not count:
        return None
    if pagination and pagination.pages is not None:
        return number + 1 if number < pagination.pages else None
    return number + 1 if count >= size else None


def next_cursor(page: VirtualCurrencyTransactionsHistoryResponse, seen: set[str]) -> str | None:
    """Return the cursor of the next page, or None after the last one.

    Args:
        page: The page.
        seen: The cursors that were requested so far; the new one is added.

    Raises:
        UnexpectedResponseError: There is another page, and its cursor is invalid or was requested before.
    """
    pagination = page.pagination or CursorPagination()
    cursor = pagination.next_cursor
    if not cursor and not pagination.extra_fields.get("next_cursor"):
        return None
    problem = "leads back to an earlier page" if cursor in seen else None if _is_encodable(cursor) else "cannot be sent"
    if problem or cursor is None:
        raise UnexpectedResponseError(
            f"{_HISTORY}: 200: the response's next_cursor {problem}",
            status_code=200,
            operation=_HISTORY,
            method="GET",
            path=_HISTORY_PATH,
            attempts=1,
        )
    seen.add(cursor)
    return cursor


def _is_encodable(cursor: str | None) -> bool:
    try:
        return cursor is not None and bool(cursor.encode())
    except UnicodeEncodeError:
        return False
