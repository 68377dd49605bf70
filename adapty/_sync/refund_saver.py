# Generated from adapty/_async/refund_saver.py by `make unasync`; do not edit.

"""The refund saver: what the App Store is told when a user asks it for a refund."""

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
    """A user's refund saver settings; `client.refund_saver` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        self._transport = transport

    def get(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
    ) -> RefundSaverSettings:
        """Look the settings up: operation `getRefundSaverSettings`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.

        Returns:
            Consent and preference.

        Raises:
            AdaptyUsageError: None or both ids are given, or the one cannot be sent; nothing was sent.
            ProfileNotFoundError: There is no such profile, which the API answers with 400 here.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries.

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
        """Change the settings: operation `setRefundSaverSettings`. At least one of the two is needed.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            custom_preference: What the store is asked to decide: `grant`, `no_preference` or `decline`.
            consent: Whether the user lets usage data be shared with the store.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The settings as they are now.

        Raises:
            AdaptyUsageError: An argument is missing or is what the API would refuse; nothing was sent.
            ProfileNotFoundError: There is no such profile, which the API answers with 400 here.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Setting them again does no harm.

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
