"""Version 1 of the server-side API, for existing integrations. Use version 2 in new code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from adapty._async.access_levels import AsyncAccessLevelsBase
from adapty._async.profiles import AsyncProfilesBase
from adapty._core.ids import user_headers
from adapty._generated import build_server_side_call
from adapty.models.profile import Profile
from adapty.models.profile_request import ProfileFields, ProfileRequest

if TYPE_CHECKING:
    from uuid import UUID

    from adapty._async.transport import AsyncTransport

__all__ = ["AsyncV1", "AsyncV1AccessLevels", "AsyncV1Profiles"]


class AsyncV1Profiles(AsyncProfilesBase):
    """The profiles of version 1, without `platform`: `client.v1.profiles`."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        super().__init__(transport, "V1")

    async def create(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Create a user: operation `createProfileV1`.

        https://adapty.io/docs/server-side-api-specs-legacy

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile after the change.

        Raises:
            AdaptyError: As in `client.profiles.create`.

        Example:
            >>> profile = await client.v1.profiles.create(customer_user_id="user_12345", first_name="Jane")
            >>> profile.customer_user_id
            'user_12345'
        """
        user = user_headers(customer_user_id, profile_id)
        body = ProfileRequest.from_arguments(fields)
        return await self._transport.execute(
            build_server_side_call("createProfileV1", Profile.from_response, body, **user)
        )

    async def update(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Update a user: operation `updateProfileV1`. Fields that are not given stay as they are; None clears a field.

        https://adapty.io/docs/server-side-api-specs-legacy

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile after the change.

        Raises:
            AdaptyError: As in `client.profiles.update`.

        Example:
            >>> await client.v1.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> await client.v1.profiles.update(customer_user_id="user_12345", first_name=None)
            Profile(...)
        """
        user = user_headers(customer_user_id, profile_id)
        body = ProfileRequest.from_arguments(fields)
        return await self._transport.execute(
            build_server_side_call("updateProfileV1", Profile.from_response, body, **user)
        )


class AsyncV1AccessLevels(AsyncAccessLevelsBase):
    """The access levels of version 1, which cannot be revoked: `client.v1.access_levels`."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        super().__init__(transport, "V1")


class AsyncV1:
    """Version 1 of the server-side API: `client.v1`.

    Attributes:
        profiles: Profiles.
        access_levels: Access levels.

    Example:
        >>> await client.v1.profiles.create(customer_user_id="user_12345")
        Profile(...)
        >>> profile = await client.v1.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
        >>> profile.has_access("premium")
        True
    """

    profiles: AsyncV1Profiles
    access_levels: AsyncV1AccessLevels

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        self.profiles = AsyncV1Profiles(transport)
        self.access_levels = AsyncV1AccessLevels(transport)
