"""The documented rules between fields: the client sends what breaks one, the sandbox refuses it, the error names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AdaptyAPIError, AsyncAdapty, BadRequestError, ProfileNotFoundError
from adapty._core.error_rules import ERROR_RULES
from adapty.sandbox._server_side.transaction_rules import _VIOLATIONS
from tests.cases import case
from tests.sandbox.server_side.conftest import CONTRACT, FREE, ONE_TIME, OPERATIONS, USER, ServerSideApi, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapty.sandbox import Sandbox
    from tests.sandbox.server_side.conftest import Clock

PURCHASED = "2026-06-10T14:20:00Z"
BEFORE = "2026-06-10T14:19:59Z"
END = transaction()["expires_at"]
TRIAL = {"category": "introductory", "type": "free_trial"}
PROMOTION = {"category": "promotional", "type": "pay_up_front"}
REFUND = {"refunded_at": "2026-06-11T00:00:00Z", "cancellation_reason": "refund"}
FAILED = {"billing_issue_detected_at": "2026-06-11T00:00:00Z"}

BROKEN: Mapping[str, list[dict[str, Any]]] = {
    "one_time_purchase_trial_error": [{**ONE_TIME, "offer": TRIAL, "price": FREE}],
    "free_trial_price_error": [
        transaction(offer=TRIAL),
        transaction(offer={**TRIAL, "id": None}, price=FREE),
    ],
    "missing_offer_id": [
        transaction(offer=PROMOTION),
        transaction(offer={**PROMOTION, "id": None}),
        transaction(offer={**PROMOTION, "category": "introductory", "id": None}),
        {**ONE_TIME, "offer": PROMOTION},
    ],
    "family_share_price_error": [transaction(is_family_shared=True), {**ONE_TIME, "is_family_shared": True}],
    "store_transaction_id_error": [{**ONE_TIME, "store_original_transaction_id": "order_1000"}],
    "originally_purchased_date_error": [transaction(originally_purchased_at="2026-06-10T14:20:01Z")],
    "expires_date_error": [transaction(expires_at=PURCHASED), transaction(expires_at=BEFORE)],
    "renew_status_changed_date_error": [transaction(renew_status_changed_at=PURCHASED)],
    "billing_issue_detected_at_date_comparison_error": [transaction(billing_issue_detected_at=PURCHASED)],
    "grace_period_billing_error": [transaction(grace_period_expires_at="2026-07-20T00:00:00Z")],
    "grace_period_expires_date_error": [transaction(**FAILED, grace_period_expires_at="2026-07-10T14:19:59Z")],
    "refund_date_error": [
        transaction(**{**REFUND, "refunded_at": PURCHASED}),
        {**ONE_TIME, **REFUND, "refunded_at": BEFORE},
    ],
    "refund_fields_error": [
        transaction(cancellation_reason="refund"),
        transaction(refunded_at=REFUND["refunded_at"]),
        {**ONE_TIME, **REFUND, "cancellation_reason": "upgraded"},
    ],
}
"""Error code to transactions that break the rule."""

KEPT: list[dict[str, Any]] = [
    transaction(offer=TRIAL, price=FREE),
    transaction(offer={**TRIAL, "id": "x"}, price={**FREE, "value": -0.0}),
    transaction(offer={**PROMOTION, "id": "x"}),
    transaction(offer={**PROMOTION, "category": "introductory"}),
    transaction(is_family_shared=True, price=FREE),
    transaction(originally_purchased_at=PURCHASED),
    transaction(originally_purchased_at="2026-06-10T16:20:00+02:00"),
    transaction(expires_at="2026-06-10T14:20:00.000001Z"),
    transaction(**FAILED, grace_period_expires_at=END),
    transaction(**REFUND),
    transaction(cancellation_reason="voluntarily_cancelled"),
    {**ONE_TIME, **REFUND, "offer": {**PROMOTION, "id": "x"}},
    {**ONE_TIME, "offer": None, "refunded_at": None, "cancellation_reason": None},
]
"""Transactions at the edges of the rules."""


def revoke(client: Adapty, level: str = "premium", **options: Any) -> None:
    """Revoke an access level of the user of most tests."""
    client.access_levels.revoke(level, customer_user_id=USER, **options)


OTHERS: Mapping[str, Callable[[Adapty], object]] = {
    "profile_does_not_exist": lambda client: client.access_levels.grant("premium", customer_user_id="x", lifetime=True),
    "paid_access_level_does_not_exist": lambda client: client.access_levels.grant(
        "premuim", customer_user_id=USER, lifetime=True
    ),
    "profile_paid_access_level_does_not_exist": lambda client: revoke(client, "gold", immediate=True),
    "revocation_date_more_than_expiration_date": lambda client: revoke(client, revoke_at="2026-07-05T00:00:01Z"),
    "value_error": lambda client: revoke(client, revoke_at="2026-06-19T00:00:00Z"),
}
"""Error code to a call of the client that breaks the rule, for rules that need data of the profile."""


@pytest.fixture
def client(sandbox: Sandbox, api: ServerSideApi, clock: Clock) -> Iterator[Adapty]:
    """Return a client of the sandbox, whose time is stopped, with one user who has access until July."""
    api.create()
    api.data("grantAccessLevel", {"access_level_id": "premium", "expires_at": "2026-07-05T00:00:00Z"})
    with Adapty(sandbox.secret_key, base_url=sandbox.url, max_retries=0) as client:
        yield client


def check_error(error: AdaptyAPIError, code: str) -> None:
    """Check that an error reports a rule, as the vendor documents it."""
    rule = ERROR_RULES[code]
    assert (error.error_code, error.hint) == (code, rule.text)
    assert rule.text in str(error)
    if error.status_code == 400:
        assert [item["source"] for item in error.body["errors"]] == [rule.source]


def test_broken_rule_of_a_transaction_is_named(client: Adapty, sandbox: Sandbox) -> None:
    """The client sends each transaction, and the error has code, source and hint; nothing is stored."""
    assert BROKEN.keys() == _VIOLATIONS.keys()
    for code, transactions in BROKEN.items():
        for body in transactions:
            with case(code, body):
                with pytest.raises(BadRequestError) as caught:
                    client.transactions.set(body, customer_user_id=USER)
                check_error(caught.value, code)
                assert caught.value.status_code == 400
    stored = sandbox.server_side_profile(customer_user_id=USER) or {}
    assert stored["transactions"] == []


def test_broken_rule_of_an_access_level_is_named(client: Adapty, api: ServerSideApi) -> None:
    """The error has code, source and hint, and nothing is changed."""
    before = api.profile()["access_levels"]
    assert {*BROKEN, *OTHERS, "parse_error"} == ERROR_RULES.keys()
    for code, call in OTHERS.items():
        with case(code):
            with pytest.raises((BadRequestError, ProfileNotFoundError)) as caught:
                call(client)
            check_error(caught.value, code)
            assert caught.value.status_code == (404 if code == "profile_does_not_exist" else 400)
    assert api.profile()["access_levels"] == before


def test_transaction_at_the_edge_of_a_rule_is_accepted(client: Adapty) -> None:
    """The rules allow equal times where the vendor does, and fields that do not apply."""
    for body in KEPT:
        with case(body):
            answer = client.transactions.set(body, customer_user_id=USER)
            assert answer.subscriptions or answer.non_subscriptions


@pytest.mark.anyio
async def test_async_client_names_the_rule(sandbox: Sandbox, api: ServerSideApi) -> None:
    """Its errors are those of the sync client."""
    api.create()
    async with AsyncAdapty(sandbox.secret_key, base_url=sandbox.url) as client:
        with pytest.raises(BadRequestError) as caught:
            await client.transactions.set(transaction(expires_at=BEFORE), customer_user_id=USER)
    check_error(caught.value, "expires_date_error")


def test_contract_describes_each_rule() -> None:
    """The description of the status 400 of an operation has each code that the table has for it, and no others."""
    for operation_id in ("setTransaction", "grantAccessLevel", "revokeAccessLevel"):
        with case(operation_id):
            method, path = OPERATIONS[operation_id]
            response = CONTRACT["paths"][path][method.lower()]["responses"]["400"]
            name = response["$ref"].rpartition("/")[2]
            lines = CONTRACT["components"]["responses"][name]["description"].splitlines()
            codes = {line.split("`")[1] for line in lines if line.startswith("- `")}
            assert codes == {code for code, rule in ERROR_RULES.items() if operation_id in rule.operations}
