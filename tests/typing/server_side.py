"""The server-side API as a type checker sees it; checked by `make types`, never run.

An ignored error here is an expectation: the type checker reports it once the error is gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, assert_type

from dateutil.relativedelta import relativedelta

from adapty import (
    AccessLevel,
    Adapty,
    AsyncAdapty,
    DeletionReport,
    DeletionResult,
    IntegrationIdentifiers,
    OneTimePurchase,
    Paywall,
    PaywallListItem,
    Price,
    Profile,
    RefundSaverSettings,
    Subscription,
    VirtualCurrencyBalance,
    VirtualCurrencyHistoryItem,
    VirtualCurrencyTransaction,
)
from adapty_generated.server_side import AuthenticatedClient

if TYPE_CHECKING:
    from uuid import UUID

NOW = datetime.now(UTC)


def a_user_is_named_by_keyword(adapty: Adapty, profile_id: UUID) -> None:
    """Ids are keywords, a UUID or its text for Adapty's own."""
    assert_type(adapty.profiles.get(customer_user_id="u"), Profile)
    adapty.profiles.get(profile_id=profile_id)
    adapty.profiles.get(profile_id="772204ce-ebf6-4ed9-82b0-d8688ab62b01")
    adapty.profiles.get("u")  # type: ignore[call-arg]
    adapty.profiles.get(customer_user_id=1)  # type: ignore[arg-type]


def the_fields_of_a_profile_are_known(adapty: Adapty) -> None:
    """Each field has its type, None where the API takes null; unknown names are errors."""
    adapty.profiles.create(customer_user_id="u", first_name="Jane", gender="f", att_status=3, platform="iOS")
    adapty.profiles.update(customer_user_id="u", first_name=None, custom_attributes={"plan": None, "score": 4.5})
    adapty.profiles.update(customer_user_id="u", custom_attributes=[{"key": "plan", "value": "trial"}])
    adapty.profiles.update(customer_user_id="u", gender="x")  # type: ignore[arg-type]
    adapty.profiles.update(customer_user_id="u", platform="Symbian")  # type: ignore[arg-type]
    adapty.profiles.update(customer_user_id="u", frist_name="Jane")  # type: ignore[call-arg]
    adapty.profiles.update(customer_user_id="u", installation_meta=None)  # type: ignore[arg-type]
    adapty.v1.profiles.update(customer_user_id="u", last_name=None)
    adapty.v1.profiles.update(customer_user_id="u", platform="iOS")  # type: ignore[call-arg]


def access_is_asked_for_and_given(adapty: Adapty, profile: Profile) -> None:
    """An end is a time, a relativedelta, or lifetime; None is none of them."""
    adapty.access_levels.grant("premium", customer_user_id="u", expires_at=relativedelta(months=1))
    adapty.access_levels.grant("premium", customer_user_id="u", starts_at=None, lifetime=True)
    adapty.access_levels.grant("premium", customer_user_id="u", expires_at=None)  # type: ignore[arg-type]
    adapty.access_levels.revoke("premium", customer_user_id="u", revoke_at=NOW)
    adapty.access_levels.revoke("premium", customer_user_id="u", immediate=True)
    adapty.v1.access_levels.grant("premium", customer_user_id="u", lifetime=True)
    adapty.v1.access_levels.revoke("premium")  # type: ignore[attr-defined]
    assert_type(profile.has_access("premium"), bool)
    assert_type(profile.access_level("premium"), AccessLevel | None)
    assert_type(adapty.access_levels.is_active(profile.access_level("premium"), at=NOW), bool)
    assert_type(adapty.access_levels.active(profile), tuple[AccessLevel, ...])
    assert_type(profile.total_revenue_usd, Decimal | None)
    assert_type(profile.access_levels[0].expires_at, datetime | None)
    profile.profile_id = "x"  # type: ignore[misc]


def transactions_know_what_is_required(adapty: Adapty, purchase: OneTimePurchase, renewal: Subscription) -> None:
    """What a transaction needs is required by the type checker too."""
    adapty.transactions.set_one_time_purchase(
        customer_user_id="u",
        store="web_shop",
        store_product_id="p",
        store_transaction_id="1",
        store_original_transaction_id="1",
        price=Price(country="US", currency="USD", value="9.99"),
        purchased_at=NOW,
        offer={"category": "promotional", "type": "pay_up_front", "id": "spring"},
        refunded_at=None,
    )
    adapty.transactions.set_one_time_purchase(customer_user_id="u", store="web_shop")  # type: ignore[call-arg]
    adapty.transactions.set_subscription(customer_user_id="u", renew_status=True)  # type: ignore[call-arg]
    assert_type(adapty.transactions.set(purchase, customer_user_id="u"), Profile)
    adapty.transactions.set(renewal, customer_user_id="u")
    adapty.transactions.set({"purchase_type": "subscription"}, customer_user_id="u")


def the_other_groups(adapty: Adapty) -> None:
    """Each method gives a class of its own."""
    assert_type(adapty.purchases.validate_paddle(customer_user_id="u", paddle_token="txn_1"), Profile)
    assert_type(adapty.refund_saver.set(customer_user_id="u", consent=True), RefundSaverSettings)
    adapty.refund_saver.set(customer_user_id="u", custom_preference="never")  # type: ignore[arg-type]
    assert_type(adapty.integrations.get(customer_user_id="u"), IntegrationIdentifiers)
    adapty.integrations.set(customer_user_id="u", branch_id=None, amplitude_user_id="a")
    adapty.integrations.set(customer_user_id="u", amplitude="a")  # type: ignore[call-arg]
    assert_type(adapty.paywalls.list(), Iterator[PaywallListItem])
    assert_type(adapty.paywalls.update("id", {"en": {"a": 1}}), Paywall)
    assert_type(adapty.paywalls.update_locale("id", "en", {}, add=True), Paywall)
    assert_type(adapty.virtual_currencies.credit("GOLD", 5, customer_user_id="u"), VirtualCurrencyTransaction)
    adapty.virtual_currencies.credit("GOLD", 5.5, customer_user_id="u")  # type: ignore[arg-type]
    assert_type(adapty.virtual_currencies.balances(customer_user_id="u").get("GOLD"), VirtualCurrencyBalance | None)
    assert_type(adapty.virtual_currencies.history(customer_user_id="u"), Iterator[VirtualCurrencyHistoryItem])
    assert_type(adapty.low_level(), AuthenticatedClient)


def many_are_deleted_in_one_call(adapty: Adapty) -> None:
    """The ids are several; the report tells each outcome."""
    report = adapty.profiles.delete_many(iter(["u"]), by="profile_id", concurrency=4, on_result=print)
    assert_type(report, DeletionReport)
    assert_type(report.failed, tuple[DeletionResult, ...])
    adapty.profiles.delete_many(["u"], by="email")  # type: ignore[arg-type]


async def the_async_client_has_the_same(adapty: AsyncAdapty) -> None:
    """What is awaited is awaited, what is only asked of an answer is not."""
    profile = await adapty.profiles.get(customer_user_id="u")
    assert_type(profile, Profile)
    assert_type(adapty.access_levels.is_active(profile.access_level("premium")), bool)
    assert_type(adapty.paywalls.list(page_size=100), AsyncIterator[PaywallListItem])
    async for paywall in adapty.paywalls.list():
        assert_type(paywall, PaywallListItem)
    assert_type(await adapty.profiles.delete_many(["u"]), DeletionReport)
