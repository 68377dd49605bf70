"""The purchases that stand behind the tokens of Stripe and Paddle: made up, for there is nobody to ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapty.sandbox.server_side.moments import DAY, with_z

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PERIOD", "purchase_behind"]

PERIOD = 30 * DAY
"""How long a subscription behind a token lasts, in microseconds."""

_TOKEN = re.compile(r"(?P<prefix>[a-z]+_)[A-Za-z0-9_]{1,255}", re.ASCII)

_PURCHASE_TYPES: Mapping[tuple[str, str], str] = {
    ("stripe", "sub_"): "subscription",
    ("stripe", "pi_"): "one_time_purchase",
    ("paddle", "sub_"): "subscription",
    ("paddle", "txn_"): "one_time_purchase",
}
"""Store and prefix of a token to what was bought."""


def purchase_behind(store: str, token: str, now: int) -> dict[str, Any] | None:
    """Make up the transaction that a token stands for, as `setTransaction` takes it.

    Args:
        store: Who gave the token: `stripe` or `paddle`.
        token: The token, which becomes the transaction's id.
        now: When it was bought.

    Returns:
        The transaction, or None where the store has no such tokens.

    Example:
        >>> purchase_behind("stripe", "pi_1", 0)["store_product_id"]
        'stripe_one_time_purchase'
        >>> purchase_behind("stripe", "txn_1", 0) is None
        True
    """
    match = _TOKEN.fullmatch(token)
    purchase_type = _PURCHASE_TYPES.get((store, match["prefix"])) if match else None
    if purchase_type is None:
        return None
    purchase: dict[str, Any] = {
        "purchase_type": purchase_type,
        "store": store,
        "environment": "Production",
        "store_product_id": f"{store}_{purchase_type}",
        "store_transaction_id": token,
        "store_original_transaction_id": token,
        "price": {"country": "US", "currency": "USD", "value": 9.99},
        "purchased_at": with_z(now),
    }
    if purchase_type == "subscription":
        purchase |= {"originally_purchased_at": with_z(now), "expires_at": with_z(now + PERIOD), "renew_status": True}
    return purchase
