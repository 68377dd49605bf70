"""How a purchase, or a grant, stands at a moment: what subscriptions and access levels show alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, overload

from attrs import asdict, evolve, frozen

from adapty.sandbox.formats import instant
from adapty.sandbox.server_side.settings import base_plan, product

if TYPE_CHECKING:
    from adapty.sandbox.server_side.moments import Spelling

__all__ = ["Standing", "moment"]


@overload
def moment(body: Mapping[str, Any], name: str, otherwise: int) -> int: ...
@overload
def moment(body: Mapping[str, Any], name: str, otherwise: None = None) -> int | None: ...
def moment(body: Mapping[str, Any], name: str, otherwise: int | None = None) -> int | None:
    """Read a date-time of a body, in microseconds since the start of 1970.

    Args:
        body: What was sent.
        name: The field.
        otherwise: What to give where there is none.
    """
    text = body.get(name)
    return otherwise if text is None else instant(text)


@frozen(kw_only=True)
class Standing:
    """A purchase at a moment; its own moments are microseconds since the start of 1970.

    The attributes are the fields that `ProfileSubscription` and `AccessLevel` have in common.
    """

    store: str
    store_product_id: str
    store_base_plan_id: str | None = None
    store_transaction_id: str
    store_original_transaction_id: str
    offer: Mapping[str, Any] | None = None
    purchased_at: int
    originally_purchased_at: int
    expires_at: int | None = None
    renewal_cancelled_at: int | None = None
    billing_issue_detected_at: int | None = None
    is_in_grace_period: bool = False
    cancellation_reason: str | None = None

    @classmethod
    def of(cls, transaction: Mapping[str, Any], now: int) -> Self:
        """Tell how a transaction stands.

        Once a subscription has expired, the end of its grace period, if it has one, is when it expires. A refund
        ends it at that time, whatever was paid for.

        Args:
            transaction: A body that the contract's `OneTimePurchase` or `Subscription` accepts.
            now: The moment.
        """
        # A one-time purchase that holds some of these fields does not renew by them.
        renewing = transaction if transaction["purchase_type"] == "subscription" else {}
        purchased_at, refunded_at = instant(transaction["purchased_at"]), moment(transaction, "refunded_at")
        expires_at, is_in_grace_period = _end(renewing, now)
        reason = transaction.get("cancellation_reason")
        standing = cls(
            store=transaction["store"],
            store_product_id=product(transaction["store_product_id"]),
            store_base_plan_id=base_plan(transaction["store_product_id"]),
            store_transaction_id=transaction["store_transaction_id"],
            store_original_transaction_id=transaction["store_original_transaction_id"],
            offer=_offer(transaction.get("offer")),
            purchased_at=purchased_at,
            originally_purchased_at=moment(renewing, "originally_purchased_at", purchased_at),
            expires_at=expires_at,
            renewal_cancelled_at=_renewal_cancelled_at(renewing, purchased_at),
            billing_issue_detected_at=moment(renewing, "billing_issue_detected_at"),
            is_in_grace_period=is_in_grace_period,
            cancellation_reason=reason or (None if refunded_at is None else "refund"),
        )
        return standing if refunded_at is None else standing.ended(refunded_at, reason=reason or "refund", now=now)

    def ended(self, at: int, *, reason: str, now: int) -> Self:
        """Tell how it stands if it ends at a moment, unless it has ended before."""
        if self.expires_at is not None and self.expires_at <= at:
            return self
        is_in_grace_period = self.is_in_grace_period and now < at
        return evolve(self, expires_at=at, cancellation_reason=reason, is_in_grace_period=is_in_grace_period)

    def shown(self, spelling: Spelling) -> dict[str, Any]:
        """Give its fields as an answer has them, date-times in one of the API's spellings."""
        fields = asdict(self)
        return {
            name: spelling(value) if name.endswith("_at") and value is not None else value
            for name, value in fields.items()
        }


def _end(renewing: Mapping[str, Any], now: int) -> tuple[int | None, bool]:
    """Tell when a subscription expires, and whether that is the end of a grace period that lasts."""
    expires_at, grace_ends_at = moment(renewing, "expires_at"), moment(renewing, "grace_period_expires_at")
    if expires_at is None or grace_ends_at is None or now < expires_at or grace_ends_at <= expires_at:
        return expires_at, False
    return grace_ends_at, now < grace_ends_at


def _renewal_cancelled_at(renewing: Mapping[str, Any], purchased_at: int) -> int | None:
    return None if renewing.get("renew_status", True) else moment(renewing, "renew_status_changed_at", purchased_at)


def _offer(offer: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if offer is None else {"category": offer["category"], "type": offer["type"], "id": offer.get("id")}
