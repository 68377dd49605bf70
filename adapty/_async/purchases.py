"""Stripe and Paddle purchases that Adapty validates with the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_server_side_call, ignore_body
from adapty.models.profile import Profile
from adapty.models.purchases import PaddleValidationRequest, StripeValidationAttributes, StripeValidationRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from adapty._async.transport import AsyncTransport

__all__ = ["AsyncPurchases"]


class AsyncPurchases:
    """Purchases to validate: `client.purchases`. Adapty creates the user if there is none."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    async def validate_stripe(
        self,
        *,
        customer_user_id: str,
        stripe_token: str,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> None:
        """Validate and record a Stripe purchase: operation `validateStripePurchase`.

        https://adapty.io/docs/api-adapty/operations/validateStripePurchase

        Args:
            customer_user_id: Your own ID of the user.
            stripe_token: A Stripe subscription (`sub_...`) or payment intent (`pi_...`).
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Raises:
            AdaptyUsageError: An argument is missing or invalid. Nothing was sent.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> await client.purchases.validate_stripe(customer_user_id="user_12345", stripe_token="sub_1PqXyZ")
        """
        attributes = StripeValidationAttributes(
            customer_user_id=customer_user_id, stripe_token=stripe_token, extra_fields=extra_fields
        )
        await self._transport.execute(
            build_server_side_call(
                "validateStripePurchase", ignore_body, StripeValidationRequest.from_attributes(attributes)
            )
        )

    async def validate_paddle(
        self,
        *,
        customer_user_id: str,
        paddle_token: str,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Profile:
        """Validate and record a Paddle purchase: operation `validatePaddlePurchase`.

        https://adapty.io/docs/api-adapty/operations/validatePaddlePurchase

        Args:
            customer_user_id: Your own ID of the user.
            paddle_token: A Paddle transaction (`txn_...`) or subscription (`sub_...`).
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing or invalid. Nothing was sent.
            AdaptyAPIError: The API rejected the request or failed; `error_code` is `no_products_found`,
                `paddle_api_key_not_found` or `invalid_paddle_credentials_or_purchase_not_found`.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> profile = await client.purchases.validate_paddle(
            ...     customer_user_id="user_12345", paddle_token="txn_01h"
            ... )
            >>> profile.customer_user_id
            'user_12345'
        """
        body = PaddleValidationRequest(
            customer_user_id=customer_user_id, paddle_token=paddle_token, extra_fields=extra_fields
        )
        return await self._transport.execute(
            build_server_side_call("validatePaddlePurchase", Profile.from_response, body)
        )
