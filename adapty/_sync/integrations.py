# Generated from adapty/_async/integrations.py by `make unasync`; do not edit.

"""Integrations: the IDs of a user in analytics and attribution services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from adapty._core.ids import user_headers
from adapty._generated import build_server_side_call, ignore_body
from adapty.models.integrations import (
    IntegrationIdentifierFields,
    IntegrationIdentifiers,
    IntegrationIdentifiersRequest,
)

if TYPE_CHECKING:
    from uuid import UUID

    from adapty._sync.transport import Transport

__all__ = ["Integrations"]


class Integrations:
    """The integration identifiers of a user: `client.integrations`."""

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    def get(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
    ) -> IntegrationIdentifiers:
        """Return the stored identifiers: operation `getIntegrationIdentifiers`.

        https://adapty.io/docs/api-adapty/operations/getIntegrationIdentifiers

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.

        Returns:
            The stored identifiers.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or the ID is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> stored = client.integrations.get(customer_user_id="user_12345")
            >>> stored.branch_id is None
            True
        """
        user = user_headers(customer_user_id, profile_id)
        return self._transport.execute(
            build_server_side_call("getIntegrationIdentifiers", IntegrationIdentifiers.from_dict, **user)
        )

    def set(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        **identifiers: Unpack[IntegrationIdentifierFields],
    ) -> None:
        """Store identifiers: operation `setIntegrationIdentifiers`. At least one is required.

        https://adapty.io/docs/api-adapty/operations/setIntegrationIdentifiers

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            identifiers: The identifiers by name: see `adapty.models.IntegrationIdentifierFields`.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.integrations.set(customer_user_id="user_12345", amplitude_user_id="user_12345")
        """
        user = user_headers(customer_user_id, profile_id)
        body = IntegrationIdentifiersRequest.from_arguments(identifiers)
        self._transport.execute(build_server_side_call("setIntegrationIdentifiers", ignore_body, body, **user))
