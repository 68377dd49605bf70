# Generated from tests/_async/test_server_side_sharing.py by `make unasync`; do not edit.

"""One client for many concurrent callers, against the sandbox: each caller gets its own results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from adapty import Adapty, AdaptyUsageError, InsufficientBalanceError, ProfileNotFoundError
from adapty._concurrency import map_threads
from tests.server_side_calls import PURCHASE, SIDE_BY_SIDE, taken

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

CONNECTIONS = httpx.Limits(max_connections=10)
"""Far fewer connections than callers, so that each connection serves many of them."""


def test_results_are_not_mixed_up(sandbox: Sandbox) -> None:
    """Concurrent callers with different operations see only the data of their own user."""
    callers = SIDE_BY_SIDE[map_threads]

    def live(number: int) -> int:
        user: Any = {"customer_user_id": f"user_{number}"}
        created = adapty.profiles.create(**user, custom_attributes={"number": number})
        assert (created.customer_user_id, created.attributes) == (f"user_{number}", {"number": number})
        DEEDS[number % len(DEEDS)](adapty, user, number)
        return number

    with (
        httpx.Client(limits=CONNECTIONS) as http_client,
        Adapty(sandbox.secret_key, base_url=sandbox.url, http_client=http_client) as adapty,
    ):
        done = taken(map_threads(live, range(callers), callers))

    assert sorted(done) == [*range(callers)]


def credit(adapty: Adapty, user: Any, number: int) -> None:
    """Credit an amount that is unique to the user, with the caller's own key."""
    done = adapty.virtual_currencies.credit("GOLD", number + 1, **user, idempotency_key=uuid4())
    assert {balance.code: balance.balance for balance in done.balances}["GOLD"] == number + 1


def buy(adapty: Adapty, user: Any, number: int) -> None:
    """Record a purchase of a product that is unique to the user."""
    ids = dict.fromkeys(("store_transaction_id", "store_original_transaction_id"), f"order_{number}")
    bought = {**PURCHASE, **ids, "store_product_id": f"product_{number}"}
    profile = adapty.transactions.set_one_time_purchase(**user, **bought)
    assert [purchase.store_product_id for purchase in profile.non_subscriptions] == [f"product_{number}"]


def grant(adapty: Adapty, user: Any, number: int) -> None:
    """Grant access until a time that is unique to the user."""
    end = datetime(2999, 1, 1, tzinfo=UTC) + timedelta(days=number)
    profile = adapty.access_levels.grant("premium", **user, expires_at=end)
    assert [level.expires_at for level in profile.active_access_levels()] == [end]


def set_identifier(adapty: Adapty, user: Any, number: int) -> None:
    """Store an identifier that is unique to the user, and read it."""
    adapty.integrations.set(**user, amplitude_user_id=f"amplitude_{number}")
    known = adapty.integrations.get(**user)
    assert known.amplitude_user_id == f"amplitude_{number}"


def raise_errors(adapty: Adapty, user: Any, number: int) -> None:
    """Request a missing object and an invalid one: each caller gets its own exceptions."""
    with pytest.raises(ProfileNotFoundError) as missing:
        adapty.profiles.get(customer_user_id=f"missing_{number}")
    with pytest.raises(InsufficientBalanceError) as poor:
        adapty.virtual_currencies.debit("GOLD", number + 1, **user)
    with pytest.raises(AdaptyUsageError):
        adapty.profiles.get(customer_user_id="")
    assert (missing.value.operation, poor.value.operation) == ("getProfile", "createVirtualCurrencyTransaction")


def update_paywall(adapty: Adapty, user: Any, number: int) -> None:
    """List the paywalls, and change the one of this user."""
    paywalls = taken(adapty.paywalls.list())
    settings = adapty.refund_saver.set(**user, consent=bool(number % 2))
    assert len({paywall.paywall_id for paywall in paywalls}) == len(paywalls) > 0
    assert settings.consent == bool(number % 2)


DEEDS = (credit, buy, grant, set_identifier, raise_errors, update_paywall)
