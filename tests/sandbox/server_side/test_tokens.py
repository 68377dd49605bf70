"""Purchases validated by a token of Stripe or Paddle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import case
from tests.sandbox.server_side.conftest import JSON_API, USER, Clock, ServerSideApi, declined, same_moment

if TYPE_CHECKING:
    import httpx

    from adapty.sandbox import Sandbox

NO_PURCHASE = "invalid_paddle_credentials_or_purchase_not_found"


def stripe(api: ServerSideApi, token: Any, user: Any = USER) -> httpx.Response:
    """Validate a Stripe token."""
    attributes = {"customer_user_id": user, "stripe_token": token}
    return api.ask(
        "validateStripePurchase",
        {"data": {"type": "stripe_receipt_validation_result", "attributes": attributes}},
        user=None,
    )


def paddle(api: ServerSideApi, token: Any, user: Any = USER) -> httpx.Response:
    """Validate a Paddle token."""
    return api.ask("validatePaddlePurchase", {"customer_user_id": user, "paddle_token": token}, user=None)


@pytest.mark.parametrize(("validate", "token"), [(stripe, "sub_1PqXyZ"), (paddle, "sub_01h")])
def test_token_of_a_subscription_creates_it(api: ServerSideApi, clock: Clock, validate: Any, token: str) -> None:
    """The profile is created, and has access for 30 days."""
    assert validate(api, token).status_code == 200
    profile = api.profile()
    (shown,) = profile["subscriptions"]
    assert (shown["store"], shown["store_transaction_id"]) == (validate.__name__, token)
    assert same_moment(shown["purchased_at"], "2026-06-20T12:00:00Z")
    assert same_moment(shown["expires_at"], "2026-07-20T12:00:00Z")
    assert same_moment((api.level() or {})["expires_at"], shown["expires_at"])
    assert profile["total_revenue_usd"] == 9.99


@pytest.mark.parametrize(("validate", "token"), [(stripe, "pi_1PqXyZ"), (paddle, "txn_01h")])
def test_token_of_a_one_time_purchase_creates_it(api: ServerSideApi, validate: Any, token: str) -> None:
    """It unlocks the access level for life."""
    assert validate(api, token).status_code == 200
    (shown,) = api.profile()["non_subscriptions"]
    assert (shown["store"], shown["store_transaction_id"]) == (validate.__name__, token)
    assert (api.level() or {})["expires_at"] is None


def test_stripe_returns_null_and_paddle_the_profile(api: ServerSideApi) -> None:
    """Each has its own media type."""
    answer = stripe(api, "sub_1")
    assert (answer.json(), answer.headers["content-type"]) == ({"data": None}, JSON_API)
    assert paddle(api, "sub_1").json()["data"]["customer_user_id"] == USER


@pytest.mark.parametrize("validate", [stripe, paddle])
def test_repeated_validation_changes_nothing(api: ServerSideApi, clock: Clock, validate: Any) -> None:
    """The purchase keeps the time of the first validation."""
    validate(api, "sub_1")
    first = api.profile()
    clock.set("2026-06-25T12:00:00Z")
    assert validate(api, "sub_1").status_code == 200
    again = api.profile()
    assert {**again, "timestamp": None} == {**first, "timestamp": None}


def test_existing_profile_is_reused(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The purchase is added to it."""
    made = api.create(email="jane@example.com")
    stripe(api, "sub_1")
    paddle(api, "sub_2")
    assert api.profile()["profile_id"] == made["profile_id"]
    assert len(api.profile()["subscriptions"]) == 2
    stored = sandbox.server_side_profile(customer_user_id=USER) or {}
    assert stored["email"] == "jane@example.com"


TOKENS = ["", "sub_", "sub", "cs_1", "SUB_1", "sub-1", " sub_1", "sub_1 ", "sub_1\n", "sub_é", "sub_" + "x" * 256]


def test_stripe_rejects_other_tokens(api: ServerSideApi) -> None:
    """The error has Stripe's format, with a pointer to the token; no profile is created."""
    cases: list[str] = [*TOKENS, "txn_1"]
    for token in cases:
        with case(token):
            api.reset()
            answer = stripe(api, token)
            assert (answer.status_code, answer.headers["content-type"]) == (400, JSON_API)
            assert answer.json() == {
                "errors": [
                    {
                        "detail": "No such purchase",
                        "source": {"pointer": "/data/attributes/stripe_token"},
                        "status": "400",
                    }
                ],
            }
            assert api.ask("getProfile").status_code == 404


def test_paddle_rejects_other_tokens(api: ServerSideApi) -> None:
    """The error has the documented code; no profile is created."""
    cases: list[str] = [*TOKENS, "pi_1"]
    for token in cases:
        with case(token):
            api.reset()
            assert declined(paddle(api, token), 400, NO_PURCHASE) == [None]
            assert api.ask("getProfile").status_code == 404


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"type": "x", "attributes": {"stripe_token": 1}}}])
def test_invalid_body_gets_stripe_format(api: ServerSideApi, body: Any) -> None:
    """Each issue has a pointer to its field."""
    answer = api.ask("validateStripePurchase", body, user=None)
    assert answer.status_code == 400
    pointers = [error["source"]["pointer"] for error in answer.json()["errors"]]
    expected = ["/data/type", "/data/attributes/customer_user_id", "/data/attributes/stripe_token"]
    assert pointers == (expected if body.get("data") else ["/data"])


@pytest.mark.parametrize("user", ["", " "])
def test_blank_user_is_rejected(api: ServerSideApi, user: str) -> None:
    """A blank user ID is rejected."""
    assert stripe(api, "sub_1", user).json()["errors"][0]["source"]["pointer"] == "/data/attributes/customer_user_id"
    assert declined(paddle(api, "sub_1", user), 400) == ["customer_user_id"]
