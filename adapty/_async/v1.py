"""Version 1 of the server-side API, for callers that have not moved; new code uses version 2."""

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
    """Profiles of version 1, which knows no `platform`; `client.v1.profiles` of a client."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Belong to a client."""
        super().__init__(transport, "V1")

    async def create(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Create a user: operation `createProfileV1`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyError: As `client.profiles.create`.

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
        """Change a user: operation `updateProfileV1`. What is left out stays as it is, None clears a field.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyError: As `client.profiles.update`.

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
    """Access levels of version 1, which can grant and not revoke; `client.v1.access_levels` of a client."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Belong to a client."""
        super().__init__(transport, "V1")


class AsyncV1:
    """What version 1 has; `client.v1` of a client.

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
        """Belong to a client."""
        self.profiles = AsyncV1Profiles(transport)
        self.access_levels = AsyncV1AccessLevels(transport)
