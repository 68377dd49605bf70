"""One client for many concurrent callers, against the sandbox: each caller gets its own results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from adapty import AdaptyUsageError, AsyncAdapty, InsufficientBalanceError, ProfileNotFoundError
from adapty._concurrency import map_async
from tests.server_side_calls import PURCHASE, SIDE_BY_SIDE, taken

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

pytestmark = pytest.mark.anyio

CONNECTIONS = httpx.Limits(max_connections=10)
"""Far fewer connections than callers, so that each connection serves many of them."""


async def test_results_are_not_mixed_up(sandbox: Sandbox) -> None:
    """Concurrent callers with different operations see only the data of their own user."""
    callers = SIDE_BY_SIDE[map_async]

    async def live(number: int) -> int:
        user: Any = {"customer_user_id": f"user_{number}"}
        created = await adapty.profiles.create(**user, custom_attributes={"number": number})
        assert (created.customer_user_id, created.attributes) == (f"user_{number}", {"number": number})
        await DEEDS[number % len(DEEDS)](adapty, user, number)
        return number

    async with (
        httpx.AsyncClient(limits=CONNECTIONS) as http_client,
        AsyncAdapty(sandbox.secret_key, base_url=sandbox.url, http_client=http_client) as adapty,
    ):
        done = await taken(map_async(live, range(callers), callers))

    assert sorted(done) == [*range(callers)]


async def credit(adapty: AsyncAdapty, user: Any, number: int) -> None:
    """Credit an amount that is unique to the user, with the caller's own key."""
    done = await adapty.virtual_currencies.credit("GOLD", number + 1, **user, idempotency_key=uuid4())
    assert {balance.code: balance.balance for balance in done.balances}["GOLD"] == number + 1


async def buy(adapty: AsyncAdapty, user: Any, number: int) -> None:
    """Record a purchase of a product that is unique to the user."""
    ids = dict.fromkeys(("store_transaction_id", "store_original_transaction_id"), f"order_{number}")
    bought = {**PURCHASE, **ids, "store_product_id": f"product_{number}"}
    profile = await adapty.transactions.set_one_time_purchase(**user, **bought)
    assert [purchase.store_product_id for purchase in profile.non_subscriptions] == [f"product_{number}"]


async def grant(adapty: AsyncAdapty, user: Any, number: int) -> None:
    """Grant access until a time that is unique to the user."""
    end = datetime(2999, 1, 1, tzinfo=UTC) + timedelta(days=number)
    profile = await adapty.access_levels.grant("premium", **user, expires_at=end)
    assert [level.expires_at for level in profile.active_access_levels()] == [end]


async def set_identifier(adapty: AsyncAdapty, user: Any, number: int) -> None:
    """Store an identifier that is unique to the user, and read it."""
    await adapty.integrations.set(**user, amplitude_user_id=f"amplitude_{number}")
    known = await adapty.integrations.get(**user)
    assert known.amplitude_user_id == f"amplitude_{number}"


async def raise_errors(adapty: AsyncAdapty, user: Any, number: int) -> None:
    """Request a missing object and an invalid one: each caller gets its own exceptions."""
    with pytest.raises(ProfileNotFoundError) as missing:
        await adapty.profiles.get(customer_user_id=f"missing_{number}")
    with pytest.raises(InsufficientBalanceError) as poor:
        await adapty.virtual_currencies.debit("GOLD", number + 1, **user)
    with pytest.raises(AdaptyUsageError):
        await adapty.profiles.get(customer_user_id="")
    assert (missing.value.operation, poor.value.operation) == ("getProfile", "createVirtualCurrencyTransaction")


async def update_paywall(adapty: AsyncAdapty, user: Any, number: int) -> None:
    """List the paywalls, and change the one of this user."""
    paywalls = await taken(adapty.paywalls.list())
    settings = await adapty.refund_saver.set(**user, consent=bool(number % 2))
    assert len({paywall.paywall_id for paywall in paywalls}) == len(paywalls) > 0
    assert settings.consent == bool(number % 2)


DEEDS = (credit, buy, grant, set_identifier, raise_errors, update_paywall)
