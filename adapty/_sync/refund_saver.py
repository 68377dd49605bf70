# Generated from adapty/_async/refund_saver.py by `make unasync`; do not edit.

"""Refund Saver: what Adapty reports to the App Store when a user requests a refund."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._core.ids import user_headers
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_server_side_call
from adapty.models.refund_saver import RefundSaverSettings, RefundSaverSettingsRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID

    from adapty._sync.transport import Transport
    from adapty.models.refund_saver import RefundPreference

__all__ = ["RefundSaver"]


class RefundSaver:
    """The Refund Saver settings of a user: `client.refund_saver`."""

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    def get(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
    ) -> RefundSaverSettings:
        """Return the settings: operation `getRefundSaverSettings`.

        https://adapty.io/docs/api-adapty/operations/getRefundSaverSettings

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.

        Returns:
            The settings: consent and preference.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or the ID is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile. The API responds with 400 here.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.refund_saver.get(customer_user_id="user_12345")
            RefundSaverSettings(...)
        """
        user = user_headers(customer_user_id, profile_id)
        return self._transport.execute(
            build_server_side_call("getRefundSaverSettings", RefundSaverSettings.from_response, **user)
        )

    def set(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        custom_preference: RefundPreference | NotGiven | None = NOT_GIVEN,
        consent: bool | NotGiven | None = NOT_GIVEN,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> RefundSaverSettings:
        """Change the settings: operation `setRefundSaverSettings`. At least one of the two is required.

        https://adapty.io/docs/api-adapty/operations/setRefundSaverSettings

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            custom_preference: The decision to suggest to the store: `grant`, `no_preference` or `decline`.
            consent: Whether the user consents to sharing usage data with the store.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The settings after the change.

        Raises:
            AdaptyUsageError: An argument is missing or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile. The API responds with 400 here.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> settings = client.refund_saver.set(
            ...     customer_user_id="user_12345", custom_preference="decline", consent=True
            ... )
            >>> settings.custom_preference, settings.consent
            ('decline', True)
        """
        user = user_headers(customer_user_id, profile_id)
        body = RefundSaverSettingsRequest(
            custom_preference=custom_preference, consent=consent, extra_fields=extra_fields
        )
        return self._transport.execute(
            build_server_side_call("setRefundSaverSettings", RefundSaverSettings.from_response, body, **user)
        )
