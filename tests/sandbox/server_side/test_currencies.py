"""Virtual currencies: balances, transactions, history, and the idempotency key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty.sandbox import Sandbox
from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY
from tests.sandbox.server_side.conftest import Clock, ServerSideApi, declined, same_moment

if TYPE_CHECKING:
    import httpx

MOST = 2**31 - 1
KEY = "5d4c3b2a-1908-4f7e-8d6c-5b4a39281706"


def credit(
    api: ServerSideApi,
    amounts: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    metadata: Any = None,
    **more: Any,
) -> httpx.Response:
    """Send a transaction with positive or negative amounts."""
    amounts = {**(amounts or {}), **more}
    items = [{"currency_code": code, "amount": amount} for code, amount in amounts.items()]
    headers = {"Idempotency-Key": key} if key is not None else {}
    return api.ask("createVirtualCurrencyTransaction", {"items": items, "metadata": metadata}, headers=headers)


def balances(api: ServerSideApi) -> dict[str, int]:
    """Return the balances by code."""
    return {balance["code"]: balance["balance"] for balance in api.data("listVirtualCurrencyBalances")}


def history(api: ServerSideApi, **params: Any) -> list[dict[str, Any]]:
    """Return all pages of the history."""
    found: list[dict[str, Any]] = []
    while True:
        page = api.ask("listVirtualCurrencyTransactions", params=params).json()
        found += page["data"]
        params["cursor"] = page["pagination"]["next_cursor"]
        if params["cursor"] is None:
            return found


def test_balances_begin_at_0(api: ServerSideApi) -> None:
    """Each currency of the app has a balance of 0."""
    api.create()
    assert api.data("listVirtualCurrencyBalances") == [
        {"code": "GOLD", "name": "Gold", "balance": 0, "held": 0, "available": 0},
        {"code": "GEMS", "name": "Gems", "balance": 0, "held": 0, "available": 0},
    ]
    assert history(api) == []


def test_transaction_changes_balances(api: ServerSideApi) -> None:
    """The response has the changed balances, in the order of the items."""
    api.create()
    credit(api, GOLD=200)
    answer = credit(api, GEMS=5, GOLD=-150).json()
    assert UUID(answer["transaction_id"])
    assert [(one["code"], one["balance"], one["available"]) for one in answer["balances"]] == [
        ("GEMS", 5, 5),
        ("GOLD", 50, 50),
    ]
    assert balances(api) == {"GOLD": 50, "GEMS": 5}


def test_history_lists_transactions(api: ServerSideApi, clock: Clock) -> None:
    """The newest is first, with the balance after each item and the metadata."""
    api.create()
    first = credit(api, GOLD=200, metadata={"level": "7"}).json()["transaction_id"]
    clock.set("2026-06-21T00:00:00.5Z")
    second = credit(api, GEMS=1, GOLD=-50).json()["transaction_id"]
    newest, oldest = history(api)
    assert newest == {
        "transaction_id": second,
        "transaction_type": "api_transaction",
        "items": [
            {"currency_code": "GEMS", "amount": 1, "balance_after": 1},
            {"currency_code": "GOLD", "amount": -50, "balance_after": 150},
        ],
        "metadata": None,
        "created_at": "2026-06-21T00:00:00.500000Z",
    }
    assert (oldest["transaction_id"], oldest["metadata"]) == (first, {"level": "7"})
    assert same_moment(oldest["created_at"], "2026-06-20T12:00:00Z")


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"GOLD": -1}, "insufficient_balance", "items.0.amount"),
    ({"GOLD": 5, "GEMS": -1}, "insufficient_balance", "items.1.amount"),
    ({"GOLD": 1, "SILVER": 1}, "unknown_currency", "items.1.currency_code"),
    ({"gold": 1}, "unknown_currency", "items.0.currency_code"),
    ({"": 1}, "unknown_currency", "items.0.currency_code"),
    ({"GOLD": 0}, "amount_zero", "items.0.amount"),
    ({"GOLD": -0.0}, "amount_zero", "items.0.amount"),
]


def test_invalid_transaction_changes_nothing(api: ServerSideApi) -> None:
    """Nothing is changed if one item is invalid; the code is the documented one."""
    for amounts, code, source in REFUSED:
        with case(amounts, code, source):
            api.reset()
            api.create()
            assert declined(credit(api, amounts), 400, code) == [source]
            assert (balances(api), history(api)) == ({"GOLD": 0, "GEMS": 0}, [])


def test_duplicate_currency_is_rejected(api: ServerSideApi) -> None:
    """A repeated currency is rejected, even if the sum is valid."""
    api.create()
    items = [{"currency_code": "GOLD", "amount": 1}, {"currency_code": "GOLD", "amount": 1}]
    answer = api.ask("createVirtualCurrencyTransaction", {"items": items})
    assert declined(answer, 400, "duplicate_currency") == ["items.1.currency_code"]
    assert balances(api)["GOLD"] == 0


def test_balance_goes_up_to_32_bits_and_down_to_0(api: ServerSideApi) -> None:
    """The bounds are exact."""
    api.create()
    credit(api, GOLD=MOST)
    assert declined(credit(api, GOLD=1), 400, "balance_overflow") == ["items.0.amount"]
    assert balances(api)["GOLD"] == MOST
    assert credit(api, GOLD=-MOST).status_code == 200
    assert declined(credit(api, GOLD=-1), 400, "insufficient_balance") == ["items.0.amount"]


def test_amount_is_a_whole_number_of_32_bits(api: ServerSideApi) -> None:
    """Other values are rejected with the item's position."""
    cases: list[Any] = [2**31, -(2**31) - 1, 1.5, "1", None, True, 10**30]
    for amount in cases:
        with case(amount):
            api.reset()
            api.create()
            assert declined(credit(api, GOLD=amount), 422, "validation_error") == ["items.0.amount"]


def test_whole_number_may_have_a_decimal_point(api: ServerSideApi) -> None:
    """JSON Schema accepts 5.0 as an integer."""
    api.create()
    credit(api, GOLD=5.0)
    assert '"amount":5,"balance_after":5}' in api.ask("listVirtualCurrencyTransactions").text


def test_items_are_1_to_20(api: ServerSideApi) -> None:
    """No items have their own error code; more than 20 do not match the schema."""
    api.create()
    assert declined(credit(api), 400, "empty_items") == ["items"]
    assert declined(credit(api, {f"C{number}": 1 for number in range(20)}), 400, "unknown_currency")
    assert declined(credit(api, {f"C{number}": 1 for number in range(21)}), 422, "validation_error") == ["items"]
    for body, sources in (({}, ["items"]), ({"items": [], "metadata": 1}, ["items", "metadata"])):
        answer = api.ask("createVirtualCurrencyTransaction", body)
        assert declined(answer, 422, "validation_error") == sources


def test_metadata_is_kept_as_sent(api: ServerSideApi) -> None:
    """Valid metadata is stored; the limits count characters."""
    cases: list[Any] = [
        None,
        {},
        {"a": ""},
        {"k" * 30: "v" * 200},
        {f"key_{number}": "\U0001f600" * 200 for number in range(5)},
        {"_0": "x"},
    ]
    for metadata in cases:
        with case(metadata):
            api.reset()
            api.create()
            assert credit(api, GOLD=1, metadata=metadata).status_code == 200
            assert history(api)[0]["metadata"] == metadata


def test_invalid_metadata_is_rejected_by_key(api: ServerSideApi) -> None:
    """The error names the key, and nothing is credited."""
    cases: list[tuple[Any, list[str]]] = [
        ({f"key_{number}": "x" for number in range(6)}, ["metadata"]),
        ({"k" * 31: "x"}, [f"metadata.{'k' * 31}"]),
        ({"": "x"}, ["metadata."]),
        ({"Key": "x"}, ["metadata.Key"]),
        ({"a-b": "x"}, ["metadata.a-b"]),
        ({"é": "x"}, ["metadata.é"]),
        ({"a": "x" * 201}, ["metadata.a"]),
        ({"a": 1}, ["metadata.a"]),
        ({"a": None}, ["metadata.a"]),
        ([], ["metadata"]),
        ("x", ["metadata"]),
    ]
    for metadata, sources in cases:
        with case(metadata, sources):
            api.reset()
            api.create()
            assert declined(credit(api, GOLD=1, metadata=metadata), 422, "validation_error") == sources
            assert balances(api)["GOLD"] == 0


TRANSACTIONS = st.lists(
    st.dictionaries(
        st.sampled_from(["GOLD", "GEMS"]),
        st.integers(-100, 100) | st.sampled_from([MOST, -MOST, MOST - 50]),
        min_size=1,
    ),
    max_size=12,
)


@HTTP_PROPERTY
@given(transactions=TRANSACTIONS)
def test_balances_add_up(shared_server_side: ServerSideApi, transactions: list[dict[str, int]]) -> None:
    """The history has all transactions in order, and their sums are the balances."""
    api = shared_server_side
    api.ask("deleteProfile")
    api.create()
    expected = {"GOLD": 0, "GEMS": 0}
    carried_out = []
    for amounts in transactions:
        after = {code: expected[code] + amount for code, amount in amounts.items()}
        is_possible = all(amounts.values()) and all(0 <= balance <= MOST for balance in after.values())
        answer = credit(api, amounts)
        assert answer.status_code == (200 if is_possible else 400)
        if is_possible:
            expected |= after
            carried_out.append([(code, amount, after[code]) for code, amount in amounts.items()])
    assert balances(api) == expected
    message = [
        [(item["currency_code"], item["amount"], item["balance_after"]) for item in transaction["items"]]
        for transaction in history(api, limit=3)
    ]
    assert message[::-1] == carried_out


def test_history_is_paginated(api: ServerSideApi) -> None:
    """The last page has no cursor; new transactions do not shift the pages."""
    api.create()
    made = [credit(api, GOLD=1).json()["transaction_id"] for _ in range(6)][::-1]
    first = api.ask("listVirtualCurrencyTransactions", params={"limit": 3}).json()
    newest = credit(api, GOLD=1).json()["transaction_id"]
    cursor = first["pagination"]["next_cursor"]
    second = api.ask("listVirtualCurrencyTransactions", params={"limit": 3, "cursor": cursor}).json()
    assert [one["transaction_id"] for one in first["data"] + second["data"]] == made
    assert second["pagination"]["next_cursor"] is None
    assert [one["transaction_id"] for one in history(api)] == [newest, *made]


def test_default_page_size_is_50(api: ServerSideApi) -> None:
    """The maximum is 100."""
    api.create()
    for _ in range(51):
        credit(api, GOLD=1)
    assert len(api.ask("listVirtualCurrencyTransactions").json()["data"]) == 50
    assert len(api.ask("listVirtualCurrencyTransactions", params={"limit": 100}).json()["data"]) == 51


def test_history_of_one_currency(api: ServerSideApi) -> None:
    """Whole transactions that contain the currency are returned, in pages of these alone."""
    api.create()
    both = credit(api, GOLD=1, GEMS=1).json()["transaction_id"]
    for _ in range(3):
        credit(api, GEMS=1)
    gold = credit(api, GOLD=1).json()["transaction_id"]
    found = history(api, currency_code="GOLD", limit=1)
    assert [one["transaction_id"] for one in found] == [gold, both]
    assert len(found[1]["items"]) == 2
    assert len(history(api, currency_code="GEMS")) == 4


def test_history_of_an_unknown_currency_is_rejected(api: ServerSideApi) -> None:
    """The error code is that of a transaction in it."""
    api.create()
    answer = api.ask("listVirtualCurrencyTransactions", params={"currency_code": "SILVER"})
    assert declined(answer, 400, "unknown_currency") == ["currency_code"]


def test_wrong_limit_is_refused(api: ServerSideApi) -> None:
    """The limit is an integer from 1 to 100."""
    cases: list[str] = ["0", "101", "-1", "x", "", "1.0", "٣"]
    for limit in cases:
        with case(limit):
            api.reset()
            api.create()
            assert declined(api.ask("listVirtualCurrencyTransactions", params={"limit": limit}), 400) == ["limit"]


def test_foreign_cursor_is_rejected(api: ServerSideApi) -> None:
    """Only a cursor of a response is valid."""
    cases: list[str] = [
        "",
        "x",
        "YmVmb3JlOjA=",
        "YmVmb3JlOjAx",
        "YmVmb3JlOi0x",
        "MQ==",
        "é",
        "YmVmb3JlOtmj",
        "====",
        "A" * 5000,
    ]
    for cursor in cases:
        with case(cursor):
            api.reset()
            api.create()
            answer = api.ask("listVirtualCurrencyTransactions", params={"cursor": cursor})
            assert declined(answer, 400, "invalid_cursor") == ["cursor"]


def test_balances_belong_to_one_profile(api: ServerSideApi) -> None:
    """Balances, history and cursors of different profiles are separate."""
    api.create()
    for _ in range(3):
        credit(api, GOLD=1)
    cursor = api.ask("listVirtualCurrencyTransactions", params={"limit": 1}).json()["pagination"]["next_cursor"]
    api.data("createProfile", {}, user="other")
    answer = api.ask("listVirtualCurrencyTransactions", params={"cursor": cursor}, user="other")
    assert answer.json()["data"] == []
    assert api.data("listVirtualCurrencyBalances", user="other")[0]["balance"] == 0


def test_same_idempotency_key_executes_once(api: ServerSideApi) -> None:
    """The first response is returned again, whatever the format of the key and the body."""
    api.create()
    first = credit(api, key=KEY, GOLD=5, GEMS=1).json()
    credit(api, GOLD=100)
    body = (
        b' {"metadata": null, "items": [{"amount": 5, "currency_code": "GOLD"}, {"currency_code":"GEMS","amount":1}]}'
    )
    headers = {"Idempotency-Key": KEY.upper()}
    again = api.ask("createVirtualCurrencyTransaction", content=body, headers=headers)
    assert again.json() == first
    assert balances(api) == {"GOLD": 105, "GEMS": 1}
    assert len(history(api)) == 2


def test_same_key_with_another_body_returns_the_original_result(api: ServerSideApi) -> None:
    """The API documents one sentence about used keys, which makes no exception for another body."""
    api.create()
    first = credit(api, key=KEY, GOLD=5).json()
    for amounts in ({"GOLD": 6}, {"GEMS": 1}, {"GOLD": -100}):
        with case(amounts):
            answer = credit(api, amounts, key=KEY)
            assert (answer.status_code, answer.json()) == (200, first)
    assert balances(api) == {"GOLD": 5, "GEMS": 0}


def test_idempotency_keys_belong_to_one_profile(api: ServerSideApi) -> None:
    """Another profile can use the same key."""
    for user in ("one", "other"):
        api.data("createProfile", {}, user=user)
        body = {"items": [{"currency_code": "GOLD", "amount": 5}]}
        api.ask("createVirtualCurrencyTransaction", body, user=user, headers={"Idempotency-Key": KEY})
    assert [api.data("listVirtualCurrencyBalances", user=user)[0]["balance"] for user in ("one", "other")] == [5, 5]


def test_rejected_request_does_not_use_its_key(api: ServerSideApi) -> None:
    """The same request with the same key succeeds after the balance was raised."""
    api.create()
    declined(credit(api, key=KEY, GOLD=-5), 400, "insufficient_balance")
    credit(api, GOLD=5)
    assert credit(api, key=KEY, GOLD=-5).status_code == 200
    assert balances(api)["GOLD"] == 0


@pytest.mark.parametrize(("at", "expected"), [("2026-06-20T12:59:59.999999Z", 5), ("2026-06-20T13:00:00Z", 10)])
def test_idempotency_key_expires_after_an_hour(api: ServerSideApi, clock: Clock, at: str, expected: int) -> None:
    """After an hour, the key can be used again."""
    api.create()
    credit(api, key=KEY, GOLD=5)
    clock.set(at)
    assert credit(api, key=KEY, GOLD=5).status_code == 200
    assert balances(api)["GOLD"] == expected


def test_idempotency_key_must_be_a_version_4_uuid(api: ServerSideApi) -> None:
    """Other keys have their own error code."""
    cases: list[str] = [
        "",
        "x",
        KEY[:-1],
        KEY.replace("-", ""),
        "5d4c3b2a-1908-1f7e-8d6c-5b4a39281706",
        str(UUID(int=0)),
    ]
    for key in cases:
        with case(key):
            api.reset()
            api.create()
            assert declined(credit(api, key=key, GOLD=1), 400, "idempotency_key_invalid") == ["Idempotency-Key"]
            assert balances(api)["GOLD"] == 0


@HTTP_PROPERTY
@given(tries=st.lists(st.integers(0, 3), max_size=12))
def test_repeated_requests_count_once(shared_server_side: ServerSideApi, tries: list[int]) -> None:
    """For any repetitions, the balance is that of the different requests."""
    api = shared_server_side
    api.ask("deleteProfile")
    api.create()
    keys = [str(uuid4()) for _ in range(4)]
    for number in tries:
        assert credit(api, key=keys[number], GOLD=10**number).status_code == 200
    assert balances(api)["GOLD"] == sum(10**number for number in set(tries))


VIRTUAL = ["createVirtualCurrencyTransaction", "listVirtualCurrencyTransactions", "listVirtualCurrencyBalances"]
BODY = {"items": [{"currency_code": "GOLD", "amount": 1}]}


def test_unknown_profile_is_404(api: ServerSideApi) -> None:
    """A credit does not create a profile."""
    for operation_id in VIRTUAL:
        with case(operation_id):
            api.reset()
            body = BODY if operation_id.startswith("create") else None
            assert declined(api.ask(operation_id, body), 404, "profile_does_not_exist") == [None]
            assert api.ask("getProfile").status_code == 404


def test_without_the_feature_the_answer_is_403() -> None:
    """The feature is disabled for every user; the rest of the API works."""
    with Sandbox(virtual_currencies=False) as sandbox, ServerSideApi.of(sandbox) as api:
        api.create()
        for operation_id in VIRTUAL:
            answer = api.ask(operation_id, BODY if operation_id.startswith("create") else None)
            assert (answer.status_code, answer.json()["error_code"]) == (403, "feature_not_enabled")
        assert api.profile()
