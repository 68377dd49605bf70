"""What the server-side API was asked to keep, asked for in a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta

from adapty import Adapty, AdaptyUsageError, InsufficientBalanceError, ServerError
from adapty.testing import (
    assert_access,
    assert_balance,
    assert_no_access,
    assert_server_side_profile,
    assert_transaction_saved,
)

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

Said = Callable[..., list[str]]

USER = "user_12345"
UNKNOWN_ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"


@pytest.fixture
def customer(adapty_client: Adapty) -> Adapty:
    """Give a client of a sandbox that knows one user."""
    attributes: dict[str, str | float | None] = {"plan": "trial", "visits": 3}
    adapty_client.profiles.create(
        customer_user_id=USER,
        email="jane@example.com",
        birthday="1990-05-21",
        custom_attributes=attributes,
    )
    return adapty_client


def set_subscription(adapty: Adapty, store_transaction_id: str = "order_1", **fields: Any) -> None:
    """Record a subscription of the user that is accepted, with other fields."""
    body: dict[str, Any] = {
        "store": "web_shop",
        "store_product_id": "premium",
        "store_original_transaction_id": "order_1",
        "price": {"country": "US", "currency": "USD", "value": Decimal("9.99")},
        "purchased_at": "2026-06-10T14:20:00Z",
        "originally_purchased_at": "2026-06-10T14:20:00Z",
        "expires_at": "2026-07-10T14:20:00Z",
        "renew_status": True,
        **fields,
    }
    adapty.transactions.set_subscription(customer_user_id=USER, store_transaction_id=store_transaction_id, **body)


def test_assert_server_side_profile_returns_the_profile(adapty_sandbox: Sandbox, customer: Adapty) -> None:
    """By either id, with what the answers show and what they do not."""
    profile = assert_server_side_profile(
        adapty_sandbox,
        customer_user_id=USER,
        email="jane@example.com",
        birthday=date(1990, 5, 21),
        custom_attributes={"plan": "trial", "visits": 3, "coupon": None},
        first_name=None,
        total_revenue_usd=Decimal(0),
        refund_saver_settings={"consent": False},
    )

    assert profile["customer_user_id"] == USER
    assert assert_server_side_profile(adapty_sandbox, profile_id=UUID(profile["profile_id"]))["email"]


def test_different_profile_fails(adapty_sandbox: Sandbox, customer: Adapty, said: Said) -> None:
    """The failure lists the differences and failed updates."""
    adapty_sandbox.faults.add("server_error;count=3;operations=updateProfile")
    with pytest.raises(ServerError):
        customer.profiles.update(customer_user_id=USER, first_name="Jane")

    expected = {"first_name": "Jane", "email": "joe@example.com", "custom_attributes": {"plan": "annual"}}

    assert said(assert_server_side_profile, adapty_sandbox, customer_user_id=USER, **expected) == [
        "the profile of user 'user_12345' differs",
        "  first_name: expected 'Jane', but it is missing",
        "  email: expected another value, which cannot be shown",
        "  custom_attributes.plan: expected 'annual', but it is 'trial'",
        "  3 of 3 updateProfile requests failed:",
        *["    updateProfile returned 503 (server_error)"] * 3,
    ]


def test_unknown_user_fails(adapty_sandbox: Sandbox, said: Said) -> None:
    """For each assertion about one, the absence of access among them."""
    missing = ["there is no user 'user_12345'", "  createProfile was never requested"]
    for assertion, arguments in {
        assert_server_side_profile: (),
        assert_transaction_saved: (),
        assert_access: ("premium",),
        assert_no_access: ("premium",),
        assert_balance: ("GOLD", 0),
    }.items():
        assert said(assertion, adapty_sandbox, *arguments, customer_user_id=USER) == missing
    assert said(assert_access, adapty_sandbox, "premium", profile_id=UNKNOWN_ID) == [
        f"there is no user with profile_id '{UNKNOWN_ID}'",
        missing[1],
    ]
    assert said(assert_access, adapty_sandbox, "premium", customer_user_id="jane@example.com") == [
        "there is no user '[redacted]'",
        missing[1],
    ]


def test_assert_transaction_saved_returns_the_transaction(adapty_sandbox: Sandbox, customer: Adapty) -> None:
    """The last one that fits; product and base plan together, or apart, as the client takes them."""
    set_subscription(customer, "order_1", store_product_id="premium:monthly")
    set_subscription(customer, "order_2", store_product_id="premium", store_base_plan_id="monthly")
    set_subscription(customer, "order_3")
    find: dict[str, Any] = {"customer_user_id": USER, "price": {"value": Decimal("9.99")}, "renew_status": True}

    assert assert_transaction_saved(adapty_sandbox, **find)["store_transaction_id"] == "order_3"
    for product in (
        {"store_product_id": "premium:monthly"},
        {"store_product_id": "premium", "store_base_plan_id": "monthly"},
    ):
        assert assert_transaction_saved(adapty_sandbox, **find, **product)["store_transaction_id"] == "order_2"
    assert_transaction_saved(
        adapty_sandbox,
        **find,
        store_base_plan_id=None,
        purchase_type="subscription",
        expires_at=datetime(2026, 7, 10, 14, 20, tzinfo=UTC),
    )


def test_different_transaction_fails(adapty_sandbox: Sandbox, customer: Adapty, said: Said) -> None:
    """The failure lists the differences of the most similar transaction."""
    assert said(assert_transaction_saved, adapty_sandbox, customer_user_id=USER) == [
        "user 'user_12345' has no transactions",
        "  setTransaction was never requested",
    ]

    set_subscription(customer)
    expected = {"price": {"currency": "USD", "value": Decimal("4.99")}, "renew_status": False}

    assert said(assert_transaction_saved, adapty_sandbox, customer_user_id=USER, **expected) == [
        "1 transaction of user 'user_12345', but none matches; differences of the most similar one:",
        "  price.value: expected '4.99', but it is 9.99",
        "  renew_status: expected False, but it is True",
    ]


def test_active_access(adapty_sandbox: Sandbox, customer: Adapty, said: Said) -> None:
    """By a grant or a purchase, now or at a moment."""
    set_subscription(customer)
    customer.access_levels.grant("beta", customer_user_id=USER, lifetime=True)

    assert_access(adapty_sandbox, "beta", customer_user_id=USER)
    assert_access(adapty_sandbox, "premium", customer_user_id=USER, at="2026-07-10T14:19:59Z")
    assert_no_access(adapty_sandbox, "premium", customer_user_id=USER, at=datetime(2026, 7, 10, 14, 20, tzinfo=UTC))
    assert said(assert_no_access, adapty_sandbox, "premium", customer_user_id=USER, at="2026-07-01T00:00:00Z") == [
        "user 'user_12345' has access to 'premium'",
        "  'premium' ends 2026-07-10T14:20:00+00:00",
        "  'beta' has no end",
    ]


def test_missing_access_fails(adapty_sandbox: Sandbox, customer: Adapty, said: Said) -> None:
    """The failure lists the access levels with their states."""
    assert said(assert_access, adapty_sandbox, "premium", customer_user_id=USER) == [
        "user 'user_12345' has no access to 'premium'",
        "  there are no access levels",
    ]

    end = datetime(2098, 1, 1, tzinfo=UTC)
    customer.access_levels.grant("premium", customer_user_id=USER, starts_at="2097-01-01T00:00:00Z", expires_at=end)
    customer.access_levels.grant("gold", customer_user_id=USER, expires_at=relativedelta(days=1))

    assert_no_access(adapty_sandbox, "premium", customer_user_id=USER)
    assert said(assert_access, adapty_sandbox, "premium", customer_user_id=USER)[1] == (
        "  'premium' starts 2097-01-01T00:00:00+00:00"
    )
    assert said(assert_access, adapty_sandbox, "premium", customer_user_id=USER, at=end)[1] == (
        "  'premium' ended 2098-01-01T00:00:00+00:00"
    )


def test_balance(adapty_sandbox: Sandbox, customer: Adapty, said: Said) -> None:
    """The failure lists rejected transactions."""
    customer.virtual_currencies.credit("GOLD", 100, customer_user_id=USER)
    assert_balance(adapty_sandbox, "GOLD", 100, customer_user_id=USER)
    assert_balance(adapty_sandbox, "GEMS", 0, customer_user_id=USER)
    with pytest.raises(InsufficientBalanceError):
        customer.virtual_currencies.debit("GOLD", 500, customer_user_id=USER)

    (problem, balance, asked, refused) = said(assert_balance, adapty_sandbox, "GOLD", 5, customer_user_id=USER)

    assert problem == "the balance of user 'user_12345' differs"
    assert balance == "  GOLD: expected 5, but it is 100"
    assert asked == "  1 of 2 createVirtualCurrencyTransaction requests failed:"
    assert "returned 400: " in refused


@pytest.mark.parametrize(
    ("assertion", "arguments", "fields", "problem"),
    [
        (assert_server_side_profile, (), {}, "customer_user_id: is missing, and so is profile_id"),
        (assert_access, ("premium",), {"profile_id": "x"}, "profile_id: is not a UUID"),
        (
            assert_access,
            ("premium",),
            {"customer_user_id": USER, "profile_id": UNKNOWN_ID},
            "profile_id: cannot be combined",
        ),
        (assert_access, ("",), {"customer_user_id": USER}, "access_level_id: is empty"),
        (assert_access, ("premium",), {"customer_user_id": USER, "at": datetime(2026, 6, 1)}, "at: has no UTC offset"),  # noqa: DTZ001
        (assert_no_access, ("premium",), {"customer_user_id": USER, "at": "soon"}, "at: 'soon' is not ISO 8601"),
        (assert_balance, ("GOLDD", 5), {"customer_user_id": USER}, "currency_code: 'GOLDD' is not known; did you mean"),
        (assert_balance, (5, 5), {"customer_user_id": USER}, "currency_code: is of type int"),
        (
            assert_transaction_saved,
            (),
            {"customer_user_id": USER, "prize": 1},
            "prize: is not a field; did you mean price?",
        ),
        (assert_server_side_profile, (), {"customer_user_id": USER, "frst_name": 1}, "frst_name: is not a field; did"),
    ],
)
def test_invalid_arguments_are_rejected(
    adapty_sandbox: Sandbox,
    customer: Adapty,
    *,
    assertion: Callable[..., object],
    arguments: tuple[object, ...],
    fields: dict[str, object],
    problem: str,
) -> None:
    """With the argument named."""
    set_subscription(customer)

    with pytest.raises(AdaptyUsageError) as refused:
        assertion(adapty_sandbox, *arguments, **fields)

    assert str(refused.value).startswith(problem)
