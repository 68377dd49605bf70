# Generated from adapty/_async/purchases.py by `make unasync`; do not edit.

"""Purchases of Stripe and Paddle, which Adapty looks up itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_server_side_call, ignore_body
from adapty.models.profile import Profile
from adapty.models.purchases import PaddleValidationRequest, StripeValidationAttributes, StripeValidationRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from adapty._sync.transport import Transport

__all__ = ["Purchases"]


class Purchases:
    """Purchases to validate; `client.purchases` of a client. The user is created where there is none."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        self._transport = transport

    def validate_stripe(
        self,
        *,
        customer_user_id: str,
        stripe_token: str,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> None:
        """Have a Stripe purchase looked up and recorded: operation `validateStripePurchase`.

        Args:
            customer_user_id: Your own id of the user.
            stripe_token: A Stripe subscription (`sub_...`) or payment intent (`pi_...`).
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Raises:
            AdaptyUsageError: An argument is missing or is what the API would refuse; nothing was sent.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Validating it again does no harm.

        Example:
            >>> client.purchases.validate_stripe(customer_user_id="user_12345", stripe_token="sub_1PqXyZ")
        """
        about = StripeValidationAttributes(
            customer_user_id=customer_user_id, stripe_token=stripe_token, extra_fields=extra_fields
        )
        self._transport.execute(
            build_server_side_call(
                "validateStripePurchase", ignore_body, StripeValidationRequest.from_attributes(about)
            )
        )

    def validate_paddle(
        self,
        *,
        customer_user_id: str,
        paddle_token: str,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Profile:
        """Have a Paddle purchase looked up and recorded: operation `validatePaddlePurchase`.

        Args:
            customer_user_id: Your own id of the user.
            paddle_token: A Paddle transaction (`txn_...`) or subscription (`sub_...`).
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyUsageError: An argument is missing or is what the API would refuse; nothing was sent.
            AdaptyAPIError: The API refused it or failed; `error_code` is `no_products_found`,
                `paddle_api_key_not_found` or `invalid_paddle_credentials_or_purchase_not_found`.
            AdaptyConnectionError: No answer came, after all tries. Validating it again does no harm.

        Example:
            >>> profile = client.purchases.validate_paddle(
            ...     customer_user_id="user_12345", paddle_token="txn_01h"
            ... )
            >>> profile.customer_user_id
            'user_12345'
        """
        body = PaddleValidationRequest(
            customer_user_id=customer_user_id, paddle_token=paddle_token, extra_fields=extra_fields
        )
        return self._transport.execute(build_server_side_call("validatePaddlePurchase", Profile.from_response, body))
