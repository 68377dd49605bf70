# Generated from adapty/_async/transactions.py by `make unasync`; do not edit.

"""Transactions of the server-side API: purchases made outside of Adapty's mobile SDKs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from adapty._core.ids import user_headers
from adapty._generated import build_server_side_call
from adapty.models.profile import Profile
from adapty.models.transactions import (
    OneTimePurchase,
    OneTimePurchaseFields,
    Subscription,
    SubscriptionFields,
    coerce_transaction,
    join_base_plan,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from adapty._sync.transport import Transport

__all__ = ["Transactions"]


class Transactions:
    """Transactions of a user: `client.transactions`.

    A `store_transaction_id` that was saved under the same `store_original_transaction_id` updates that transaction. A
    new one is a new transaction, which counts as a renewal.

    A product that is not set up in Adapty is recorded in analytics, and opens no access level.

    The API refuses some combinations of fields: see `adapty.models.OneTimePurchaseFields` and `SubscriptionFields`. The
    client sends them, because these rules may change.
    """

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    def set_subscription(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        **fields: Unpack[SubscriptionFields],
    ) -> Profile:
        """Save a subscription's transaction: operation `setTransaction`.

        https://adapty.io/docs/api-adapty/operations/setTransaction

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            fields: The transaction's fields: see `adapty.models.SubscriptionFields`.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            BadRequestError: The transaction breaks a rule of the API; `hint` names it.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> from dateutil.relativedelta import relativedelta
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> profile = client.transactions.set_subscription(
            ...     customer_user_id="user_12345",
            ...     store="stripe",
            ...     store_product_id="premium_monthly",
            ...     store_transaction_id="in_1001",
            ...     store_original_transaction_id="in_1001",
            ...     price={"country": "US", "currency": "USD", "value": "9.99"},
            ...     purchased_at="2026-06-10T14:20:00Z",
            ...     originally_purchased_at="2026-06-10T14:20:00Z",
            ...     expires_at=relativedelta(months=1),
            ...     renew_status=True,
            ... )
            >>> profile.has_access("premium")
            True
        """
        user = user_headers(customer_user_id, profile_id)
        body = Subscription.from_arguments(join_base_plan(fields))
        return self._transport.execute(build_server_side_call("setTransaction", Profile.from_response, body, **user))

    def set_one_time_purchase(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        **fields: Unpack[OneTimePurchaseFields],
    ) -> Profile:
        """Save a one-time purchase: operation `setTransaction`.

        https://adapty.io/docs/api-adapty/operations/setTransaction

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            fields: The transaction's fields: see `adapty.models.OneTimePurchaseFields`.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            BadRequestError: The transaction breaks a rule of the API; `hint` names it.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> profile = client.transactions.set_one_time_purchase(
            ...     customer_user_id="user_12345",
            ...     store="web_shop",
            ...     store_product_id="premium_lifetime",
            ...     store_transaction_id="order_1001",
            ...     store_original_transaction_id="order_1001",
            ...     price={"country": "US", "currency": "USD", "value": 99},
            ...     purchased_at="2026-06-10T14:20:00Z",
            ... )
            >>> [purchase.store_product_id for purchase in profile.non_subscriptions]
            ['premium_lifetime']
        """
        user = user_headers(customer_user_id, profile_id)
        body = OneTimePurchase.from_arguments(join_base_plan(fields))
        return self._transport.execute(build_server_side_call("setTransaction", Profile.from_response, body, **user))

    def set(
        self,
        transaction: Subscription | OneTimePurchase | Mapping[str, Any],
        /,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
    ) -> Profile:
        """Save a transaction from a model or a dict: operation `setTransaction`.

        https://adapty.io/docs/api-adapty/operations/setTransaction

        Args:
            transaction: A `Subscription` or `OneTimePurchase`, or a dict of its fields with a `purchase_type`.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            BadRequestError: The transaction breaks a rule of the API; `hint` names it.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> from adapty import OneTimePurchase
            >>> purchase = OneTimePurchase(
            ...     store="web_shop",
            ...     store_product_id="premium_lifetime",
            ...     store_transaction_id="order_1001",
            ...     store_original_transaction_id="order_1001",
            ...     price={"country": "US", "currency": "USD", "value": 99},
            ...     purchased_at="2026-06-10T14:20:00Z",
            ... )
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.transactions.set(purchase, customer_user_id="user_12345")
            Profile(...)
        """
        user = user_headers(customer_user_id, profile_id)
        body = coerce_transaction(transaction)
        return self._transport.execute(build_server_side_call("setTransaction", Profile.from_response, body, **user))
