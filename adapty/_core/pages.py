"""Which page comes next, or none: the decisions of the iterators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.errors import UnexpectedResponseError

if TYPE_CHECKING:
    from adapty.models.paywalls import PaywallListResponse
    from adapty.models.virtual_currency import VirtualCurrencyTransactionsHistoryResponse

__all__ = ["MAX_PAGE_SIZE", "next_cursor", "next_page_number"]

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
    # Items of another kind, which stand in `extra`, fill a page too.
    strange = page.extra.get("data")
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
        UnexpectedResponseError: The page leads back to one that was read before, so that there would be no end.
    """
    cursor = page.pagination.next_cursor if page.pagination else None
    if not cursor:
        return None
    if cursor in seen:
        message = "listVirtualCurrencyTransactions: the answer's next_cursor leads back to an earlier page"
        raise UnexpectedResponseError(message, operation="listVirtualCurrencyTransactions")
    seen.add(cursor)
    return cursor
