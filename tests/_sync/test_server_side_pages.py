# Generated from tests/_async/test_server_side_pages.py by `make unasync`; do not edit.

"""Iterators over pages: lazy, each item once, finite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from adapty import AdaptyError, AdaptyUsageError, ProfileNotFoundError, ServerError, UnexpectedResponseError
from tests.raw_server import answer
from tests.server_side_calls import KEY, Stub, answering, error_body, taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty import Adapty
    from tests.raw_server import RawServer
    from tests.server_side_calls import Handler

USER = "user_12345"
FAILED = answering(500, error_body("server_error", 500))


def paywall_page(ids: Iterable[str], **pagination: Any) -> Handler:
    """Return a page of paywalls, with or without the number of pages."""
    page: dict[str, Any] = {"data": [{"paywall_id": id_} for id_ in ids]}
    if pagination:
        page["meta"] = {"pagination": pagination}
    return answering(200, json.dumps(page).encode())


def history_page(ids: Iterable[str], *cursor: Any) -> Handler:
    """Return a page of transactions, with or without a cursor."""
    page: dict[str, Any] = {"data": [{"transaction_id": id_} for id_ in ids]}
    if cursor:
        page["pagination"] = {"next_cursor": cursor[0]}
    return answering(200, json.dumps(page).encode())


def asked(stub: Stub) -> list[dict[str, str]]:
    """Return the queries of the requests."""
    queries = (
        parse_qs(request.url.query.decode(), keep_blank_values=True, strict_parsing=True) for request in stub.requests
    )
    return [{name: "|".join(values) for name, values in query.items()} for query in queries]


PAYWALL_PAGES: Mapping[str, tuple[list[Handler], str, int]] = {
    # The pages of two items, the returned items, and the number of requested pages.
    "one": ([paywall_page("ab", count=2, page=1, pages=1)], "ab", 1),
    "three": (
        [
            paywall_page("ab", count=5, page=1, pages=3),
            paywall_page("cd", count=5, page=2, pages=3),
            paywall_page("e", count=5, page=3, pages=3),
        ],
        "abcde",
        3,
    ),
    "none": ([paywall_page("", count=0, page=1, pages=0)], "", 1),
    "none of one": ([paywall_page("", count=0, page=1, pages=1)], "", 1),
    "short ones": (
        [paywall_page("a", count=3, page=1, pages=2), paywall_page("bc", count=3, page=2, pages=2)],
        "abc",
        2,
    ),
    "told nothing": ([paywall_page("ab"), paywall_page("cd"), paywall_page("e")], "abcde", 3),
    "told nothing, all full": ([paywall_page("ab"), paywall_page("cd"), paywall_page("")], "abcd", 3),
    "told nothing, one strange": (
        [answering(200, b'{"data":[{"paywall_id":"a"},7]}'), paywall_page("cd"), paywall_page("")],
        "acd",
        3,
    ),
    "told half": ([paywall_page("ab", count=3), paywall_page("c", page=2)], "abc", 2),
    "told null": ([paywall_page("ab", count=None, page=None, pages=None), paywall_page("c", pages=None)], "abc", 2),
    "told text": ([paywall_page("ab", pages="many"), paywall_page("c", pages="many")], "abc", 2),
    "other page numbers": (
        [paywall_page("ab", count=3, page=7, pages=2), paywall_page("c", count=3, page=7, pages=2)],
        "abc",
        2,
    ),
    "fewer meanwhile": ([paywall_page("ab", pages=3), paywall_page("", pages=1)], "ab", 2),
    "more meanwhile": ([paywall_page("ab", pages=1), paywall_page("cd", pages=2)], "ab", 1),
    "empty before the end": ([paywall_page("ab", pages=10**9), paywall_page("", pages=10**9)], "ab", 2),
}

HISTORY_PAGES: Mapping[str, tuple[list[Handler], str, list[str | None]]] = {
    # The pages, the returned items, and the requested cursors.
    "one": ([history_page("ab", None)], "ab", [None]),
    "three": ([history_page("ab", "x"), history_page("cd", "y"), history_page("e", None)], "abcde", [None, "x", "y"]),
    "none": ([history_page("", None)], "", [None]),
    "told nothing": ([history_page("ab")], "ab", [None]),
    "told the empty text": ([history_page("ab", "")], "ab", [None]),
    "empty before the end": (
        [history_page("ab", "x"), history_page("", "y"), history_page("c", None)],
        "abc",
        [None, "x", "y"],
    ),
    "strange cursor": (
        [history_page("a", "a+b/=&?# %41ü\n"), history_page("b", None)],
        "ab",
        [None, "a+b/=&?# %41ü\n"],
    ),
}


def test_paywalls_are_listed_once_and_in_order(stubbed: Adapty, stub: Stub) -> None:
    """Pages are requested up to the last one, with or without a page count in the responses."""
    for pages in PAYWALL_PAGES:
        with stub.case(pages=pages):
            replies, items, count = PAYWALL_PAGES[pages]
            stub.replies = [*replies]

            got = taken(stubbed.paywalls.list(page_size=2))

            assert "".join(paywall.paywall_id for paywall in got) == items
            assert asked(stub) == [{"page[number]": str(number), "page[size]": "2"} for number in range(1, count + 1)]


def test_transactions_are_listed_once_and_in_order(stubbed: Adapty, stub: Stub) -> None:
    """Each cursor is sent back unchanged; user, currency and page size stay the same."""
    for pages in HISTORY_PAGES:
        with stub.case(pages=pages):
            replies, items, cursors = HISTORY_PAGES[pages]
            stub.replies = [*replies]

            got = taken(
                stubbed.virtual_currencies.history(customer_user_id=USER, currency_code="GOLD&limit=9 ü", page_size=2)
            )

            assert "".join(transaction.transaction_id for transaction in got) == items
            known = {"currency_code": "GOLD&limit=9 ü", "limit": "2"}
            assert asked(stub) == [known if cursor is None else {**known, "cursor": cursor} for cursor in cursors]
            assert {request.headers["adapty-customer-user-id"] for request in stub.requests} == {USER}


@pytest.mark.parametrize(
    ("pages", "distance"),
    [([history_page("a", "x")], 1), ([history_page("a", "x"), history_page("b", "y"), history_page("c", "x")], 3)],
)
def test_repeated_cursor_is_an_error(stubbed: Adapty, stub: Stub, pages: list[Handler], distance: int) -> None:
    """A cycle of cursors ends in an exception, after each page was returned once."""
    stub.replies = [*pages]
    got: list[Any] = []

    with pytest.raises(UnexpectedResponseError, match=r"^listVirtualCurrencyTransactions: .* leads back") as caught:
        taken(stubbed.virtual_currencies.history(customer_user_id=USER), into=got)

    assert "".join(transaction.transaction_id for transaction in got) == {1: "aa", 3: "abc"}[distance]
    assert caught.value.operation == "listVirtualCurrencyTransactions"


@pytest.mark.parametrize("cursor", ["\ud800", 7, 1.5, True, ["x"], {"next": "x"}], ids=ascii)
def test_invalid_cursor_is_an_error(stubbed: Adapty, stub: Stub, cursor: Any) -> None:
    """An invalid cursor is neither the end nor a success."""
    stub.replies = [history_page("ab", cursor), history_page("c", None)]
    got: list[Any] = []

    with pytest.raises(UnexpectedResponseError, match=r"^listVirtualCurrencyTransactions: "):
        taken(stubbed.virtual_currencies.history(customer_user_id=USER), into=got)

    assert [transaction.transaction_id for transaction in got] == ["a", "b"]
    assert len(stub.requests) == 1


def test_too_long_cursor_is_an_error(stubbed: Adapty, stub: Stub) -> None:
    """A cursor that httpx cannot send is a typed exception, too."""
    stub.replies = [history_page("a", "x" * 1_000_000)]

    with pytest.raises(AdaptyError, match=r"^listVirtualCurrencyTransactions: ") as caught:
        taken(stubbed.virtual_currencies.history(customer_user_id=USER))

    assert len(str(caught.value)) < 300


def test_pages_are_fetched_lazily(stubbed: Adapty, stub: Stub) -> None:
    """Nothing is sent before the first step, and no page before it is needed."""
    stories: list[tuple[list[Handler], Any]] = [
        ([paywall_page("ab", pages=2), paywall_page("c", pages=2)], stubbed.paywalls.list()),
        ([history_page("ab", "x"), history_page("c", None)], stubbed.virtual_currencies.history(customer_user_id=USER)),
    ]
    assert stub.requests == []
    for replies, steps in stories:
        stub.replies = [*replies]
        stub.requests.clear()

        sent = []
        for _ in range(4):
            sent += [(len(taken(steps, 1)), len(stub.requests))]

        assert sent == [(1, 1), (1, 1), (1, 2), (0, 2)]


@pytest.mark.parametrize("reply", [FAILED, answering(200, b"<html>"), answering(404, error_body("profile_not_found"))])
def test_error_is_raised_after_earlier_items(stubbed: Adapty, stub: Stub, reply: Handler) -> None:
    """Fetched items are returned first; after the exception the iterator is exhausted, and nothing is sent."""
    stub.replies = [paywall_page("ab", pages=3), reply]
    steps = stubbed.with_options(max_retries=0).paywalls.list()
    got: list[Any] = []

    with pytest.raises((ServerError, UnexpectedResponseError, ProfileNotFoundError)):
        taken(steps, into=got)

    assert [paywall.paywall_id for paywall in got] == ["a", "b"]
    assert taken(steps) == []
    assert len(stub.requests) == 2


def test_failed_page_is_retried(stubbed: Adapty, stub: Stub) -> None:
    """Each page is a call with its own retries, and no item is repeated."""
    stub.replies = [FAILED, history_page("ab", "x"), FAILED, FAILED, history_page("c", None)]

    got = taken(stubbed.virtual_currencies.history(customer_user_id=USER))

    assert [transaction.transaction_id for transaction in got] == ["a", "b", "c"]
    assert [query.get("cursor") for query in asked(stub)] == [None, None, "x", "x", "x"]


def test_iterators_are_independent(stubbed: Adapty, stub: Stub) -> None:
    """Each call starts at the first page."""
    stub.replies = [paywall_page("ab", pages=1)]

    first, second = stubbed.paywalls.list(), stubbed.paywalls.list()

    assert [len(taken(steps)) for steps in (first, second, first)] == [2, 2, 0]


def test_invalid_arguments_are_rejected_immediately(stubbed: Adapty, stub: Stub) -> None:
    """The error is raised by the call, not by the first step."""
    arguments: Any
    for arguments, field_name in [
        ({"page_size": 0}, "page_size"),
        ({"page_size": 101}, "page_size"),
        ({"page_size": -1}, "page_size"),
        ({"page_size": True}, "page_size"),
        ({"page_size": 20.0}, "page_size"),
        ({"page_size": "20"}, "page_size"),
        ({"page_size": None}, "page_size"),
        ({"currency_code": ""}, "currency_code"),
        ({"currency_code": 7}, "currency_code"),
        ({"customer_user_id": ""}, "customer_user_id"),
        ({"customer_user_id": None}, "customer_user_id"),
        ({"profile_id": "1"}, "profile_id"),
    ]:
        with stub.case(arguments=arguments, field_name=field_name):
            history: Any = stubbed.virtual_currencies.history
            with pytest.raises(AdaptyUsageError) as caught:
                history(**{"customer_user_id": USER, **arguments})
            assert caught.value.field_name == field_name

            if field_name == "page_size":
                paywalls: Any = stubbed.paywalls.list
                with pytest.raises(AdaptyUsageError, match=r"^page_size: "):
                    paywalls(**arguments)
            assert stub.requests == []


def test_no_currency_code_means_all_currencies(stubbed: Adapty, stub: Stub) -> None:
    """None means the same as no argument."""
    stub.replies = [answering(200, b'{"data":[]}')]

    taken(stubbed.virtual_currencies.history(customer_user_id=USER, currency_code=None))

    assert dict(stub.requests[0].url.params) == {"limit": "50"}


def test_queries_are_percent_encoded(client: Adapty, server: RawServer) -> None:
    """Brackets and special characters in a currency code are percent-encoded."""
    server.replies = [answer(200, b'{"data":[]}')]

    taken(client.paywalls.list(page_size=100))
    taken(client.virtual_currencies.history(customer_user_id=USER, currency_code="A&B=ü/ +"))

    lines = [request.partition(b"\r\n")[0] for request in server.requests]
    assert lines == [
        b"GET /api/v2/server-side-api/paywalls/?page%5Bnumber%5D=1&page%5Bsize%5D=100 HTTP/1.1",
        b"GET /api/v2/server-side-api/vc/transactions/?currency_code=A%26B%3D%C3%BC%2F+%2B&limit=50 HTTP/1.1",
    ]
    assert all(KEY.encode() not in line for line in lines)
