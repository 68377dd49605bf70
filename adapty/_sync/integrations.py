# Generated from adapty/_async/integrations.py by `make unasync`; do not edit.

"""Integrations: the ids under which analytics and attribution services know a user."""

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
    """A user's integration identifiers; `client.integrations` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        self._transport = transport

    def get(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
    ) -> IntegrationIdentifiers:
        """Look the ids up: operation `getIntegrationIdentifiers`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.

        Returns:
            The stored ids.

        Raises:
            AdaptyUsageError: None or both ids are given, or the one cannot be sent; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries.

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
        """Store ids: operation `setIntegrationIdentifiers`. At least one is needed.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            identifiers: The ids by name: see `adapty.models.IntegrationIdentifierFields`.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or is what the API would refuse; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Storing them again does no harm.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.integrations.set(customer_user_id="user_12345", amplitude_user_id="user_12345")
        """
        user = user_headers(customer_user_id, profile_id)
        body = IntegrationIdentifiersRequest.from_arguments(identifiers)
        self._transport.execute(build_server_side_call("setIntegrationIdentifiers", ignore_body, body, **user))
