"""The next page: of paywalls by number, of transactions by cursor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given

from adapty import Adapty, AdaptyUsageError, UnexpectedResponseError
from adapty._core.validation import bounded_int
from adapty._pagination import next_cursor, next_page_number
from adapty.models.paywalls import PaywallListResponse
from adapty.models.virtual_currency import VirtualCurrencyTransactionsHistoryResponse

from .support import case, objects, repeatable

if TYPE_CHECKING:
    from collections.abc import Callable

ITEM = {"title": "Spring offer"}


def page(data: Any, **pagination: Any) -> PaywallListResponse:
    """Return a page of paywalls, with its pagination data."""
    meta = {"meta": {"pagination": pagination}} if pagination else {}
    return PaywallListResponse.from_dict({"data": data, **meta})


NUMBERS: list[Any] = [
    # The response's number of pages decides, even if a page is full.
    pytest.param(page([ITEM] * 2, pages=3), 1, 2, 2, id="first of three"),
    pytest.param(page([ITEM] * 2, pages=3), 2, 2, 3, id="second of three"),
    pytest.param(page([ITEM] * 2, pages=3), 3, 2, None, id="third of three"),
    pytest.param(page([ITEM], pages=3), 1, 2, 2, id="not full, more to come"),
    pytest.param(page([ITEM] * 2, pages=1), 1, 2, None, id="full, and the only one"),
    pytest.param(page([ITEM] * 2, pages=2.0), 1, 2, 2, id="spelled as 2.0"),
    pytest.param(page([ITEM] * 2, pages=0), 1, 2, None, id="no pages"),
    pytest.param(page([ITEM] * 2, pages=-1), 1, 2, None, id="fewer than none"),
    pytest.param(page([ITEM] * 2, pages=2), 5, 2, None, id="beyond the last"),
    pytest.param(page([ITEM] * 2, pages=3, page=3), 1, 2, 2, id="its own number is ours to say"),
    pytest.param(page([ITEM] * 2, pages=3, count=2), 1, 2, 2, id="the count says nothing"),
    # Without it, a page that is not full is the last one.
    pytest.param(page([ITEM] * 2), 1, 2, 2, id="full"),
    pytest.param(page([ITEM]), 1, 2, None, id="not full"),
    pytest.param(page([ITEM] * 3), 1, 2, 2, id="fuller than asked"),
    pytest.param(page([ITEM] * 2, count=9), 1, 2, 2, id="full, a count alone"),
    pytest.param(page([ITEM] * 2, pages=None), 1, 2, 2, id="full, pages null"),
    pytest.param(page([ITEM] * 2, pages="3"), 1, 2, 2, id="full, pages as text"),
    pytest.param(page([ITEM], pages="3"), 1, 2, None, id="not full, pages as text"),
    pytest.param(page([ITEM], pages=2.5), 1, 2, None, id="not full, pages no number"),
    # Invalid items count, too.
    pytest.param(page([ITEM, None]), 1, 2, 2, id="full, one cannot be read"),
    pytest.param(page([None, 7]), 1, 2, 2, id="full, none can be read"),
    pytest.param(page([None]), 1, 2, None, id="not full, none can be read"),
    pytest.param(page([ITEM, "x"], pages=2), 2, 2, None, id="the last, one cannot be read"),
    pytest.param(page([None, None], pages=2), 1, 2, 2, id="none can be read, more to come"),
    # An empty page is the last one; otherwise a wrong count would cause endless requests.
    pytest.param(page([]), 1, 2, None, id="empty"),
    pytest.param(page([], pages=9), 1, 2, None, id="empty, more announced"),
    pytest.param(page(None, pages=9), 1, 2, None, id="null, more announced"),
    pytest.param(PaywallListResponse(), 1, 2, None, id="nothing"),
    pytest.param(PaywallListResponse.from_dict({"newer": 1}), 1, 2, None, id="nothing known"),
    pytest.param(
        PaywallListResponse.from_dict({"data": [], "newer": 1, "meta": {"pagination": {"pages": 10**9}}}),
        1,
        2,
        None,
        id="empty, more announced, something unknown beside",
    ),
    pytest.param(PaywallListResponse.from_dict({"data": [], "meta": "x"}), 1, 2, None, id="empty, meta unreadable"),
    pytest.param(PaywallListResponse.from_dict({"data": [ITEM] * 2, "meta": {}}), 1, 2, 2, id="full, meta empty"),
    pytest.param(PaywallListResponse.from_dict({"data": [ITEM] * 2, "meta": []}), 1, 2, 2, id="full, meta unreadable"),
]


@pytest.mark.parametrize(("listed", "number", "size", "following"), NUMBERS)
def test_next_page_number(listed: PaywallListResponse, number: int, size: int, following: int | None) -> None:
    """The response has the number of pages; without it, a page that is not full is the last one."""
    assert next_page_number(listed, number, size) == following


def history(cursor: Any, data: Any = ()) -> VirtualCurrencyTransactionsHistoryResponse:
    """Return a page of transactions with a cursor."""
    body = {"data": list(data), "pagination": {"next_cursor": cursor}}
    return VirtualCurrencyTransactionsHistoryResponse.from_dict(body)


CURSORS: list[Any] = [
    pytest.param(history("b"), "b", id="more to come"),
    pytest.param(history("b", [{}]), "b", id="more to come, items"),
    pytest.param(history(" "), " ", id="a blank one is one"),
    pytest.param(history("null"), "null", id="a word is one"),
    pytest.param(history("="), "=", id="signs"),
    pytest.param(history(None, [{}]), None, id="null"),
    pytest.param(history("", [{}]), None, id="empty"),
    pytest.param(VirtualCurrencyTransactionsHistoryResponse(), None, id="nothing"),
    pytest.param(VirtualCurrencyTransactionsHistoryResponse.from_dict({"pagination": {}}), None, id="missing"),
    pytest.param(
        VirtualCurrencyTransactionsHistoryResponse.from_dict({"pagination": None}), None, id="null pagination"
    ),
]


@pytest.mark.parametrize(("listed", "following"), CURSORS)
def test_next_cursor(listed: VirtualCurrencyTransactionsHistoryResponse, following: str | None) -> None:
    """A page without a cursor is the last one, empty or not; a requested cursor is remembered."""
    seen = {"a"}
    assert next_cursor(listed, seen) == following
    assert seen == {"a"} | ({following} if following else set())


def test_repeated_cursor_is_an_error() -> None:
    """A cursor that was requested before is an error, because the pages would never end."""
    seen: set[str] = set()
    assert [next_cursor(history(cursor), seen) for cursor in "abc"] == ["a", "b", "c"]
    for again in "abc":
        with pytest.raises(UnexpectedResponseError, match="leads back to an earlier page") as caught:
            next_cursor(history(again), seen)
        assert caught.value.operation == "listVirtualCurrencyTransactions"


def test_page_size_accepts_valid() -> None:
    """Integers from 1 to the maximum are valid."""
    for value in [1, 2, 50, 99, 100]:
        with case(value):
            assert bounded_int("page_size", value, 100) == value


def test_page_size_rejects_invalid() -> None:
    """Anything else is rejected with the argument's name."""
    value: Any
    for value in [0, -1, 101, 10**400, True, False, 1.0, 1.5, "1", None, [], b"1", float("nan")]:
        with case(value):
            with pytest.raises(
                AdaptyUsageError, match=r"^page_size: must be an integer from 1 to 100 \(got "
            ) as caught:
                bounded_int("page_size", value, 100)
            assert caught.value.field_name == "page_size"


@given(value=objects())
@repeatable(100)
def test_any_page_size_is_accepted_or_rejected(value: Any) -> None:
    """Any value is a valid number, or the error names the argument."""
    try:
        assert bounded_int("page_size", value, 100) in range(1, 101)
    except AdaptyUsageError as refused:
        assert refused.field_name == "page_size"  # noqa: PT017 - a property: most are refused


def _titled(*titles: str, **said: Any) -> dict[str, Any]:
    return {"data": [{"title": title, "transaction_id": title} for title in titles], **said}


def _pages(pages: int) -> dict[str, Any]:
    return {"meta": {"pagination": {"pages": pages}}}


def _leading_to(cursor: str | None) -> dict[str, Any]:
    return {"pagination": {"next_cursor": cursor}}


def taken(answers: list[Any], steps: Callable[[Adapty], Any]) -> tuple[list[Any], list[str]]:
    """Return all items of an iterator of the client for these responses, and the queries that it sent."""
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return httpx.Response(200, content=json.dumps(answers[len(asked) - 1]).encode())

    with Adapty("secret_live_shown", transport=httpx.MockTransport(serve)) as adapty:
        return list(steps(adapty)), asked


def test_paywalls_are_listed_over_all_pages() -> None:
    """Each page is requested by its number, up to the last one; unparsed items are skipped."""
    answers = [_titled("a", "b", **_pages(3)), {"data": [None, {"title": "c"}], **_pages(3)}, _titled("d", **_pages(3))]
    items, asked = taken(answers, lambda adapty: adapty.paywalls.list(page_size=2))
    assert [item.title for item in items] == ["a", "b", "c", "d"]
    assert asked == [f"page%5Bnumber%5D={number}&page%5Bsize%5D=2" for number in (1, 2, 3)]


def test_history_is_listed_over_all_pages() -> None:
    """Each page is requested by the cursor of the previous one, with the same filter, also after empty pages."""
    answers = [_titled("a", **_leading_to("x/+ =")), _titled(**_leading_to("y")), _titled("b", **_leading_to(None))]
    items, asked = taken(
        answers,
        lambda adapty: adapty.virtual_currencies.history(
            customer_user_id="user_12345", currency_code="G&G", page_size=1
        ),
    )
    assert [item.transaction_id for item in items] == ["a", "b"]
    plain = "currency_code=G%26G&limit=1"
    queries = [sorted(query.split("&")) for query in asked]
    assert queries == [
        sorted(plain.split("&")),
        sorted([*plain.split("&"), "cursor=x%2F%2B+%3D"]),
        sorted([*plain.split("&"), "cursor=y"]),
    ]


def test_history_with_repeated_cursor_is_an_error() -> None:
    """The cycle is detected before a page is requested again."""
    answers = [_titled("a", **_leading_to("x")), _titled("b", **_leading_to("y")), _titled("c", **_leading_to("x"))]
    asked: list[Any] = []

    def steps(adapty: Adapty) -> Any:
        for item in adapty.virtual_currencies.history(customer_user_id="user_12345"):
            asked.append(item.transaction_id)
            yield item

    with pytest.raises(UnexpectedResponseError):
        taken(answers, steps)
    assert asked == ["a", "b", "c"]


def test_pages_are_requested_lazily() -> None:
    """Pages are requested only when an item of them is needed."""
    answers = [_titled("a", "b", **_pages(9)), _titled("c", "d", **_pages(9))]
    for count, pages in ((0, 0), (1, 1), (2, 1), (3, 2)):

        def steps(adapty: Adapty, count: int = count) -> Any:
            listed = adapty.paywalls.list(page_size=2)
            return [next(listed) for _ in range(count)]

        items, asked = taken(answers, steps)
        assert (len(items), len(asked)) == (count, pages)
