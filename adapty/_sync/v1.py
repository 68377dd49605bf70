# Generated from adapty/_async/v1.py by `make unasync`; do not edit.

"""Version 1 of the server-side API, for existing integrations. Use version 2 in new code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from adapty._core.ids import user_headers
from adapty._generated import build_server_side_call
from adapty._sync.access_levels import AccessLevelsBase
from adapty._sync.profiles import ProfilesBase
from adapty.models.profile import Profile
from adapty.models.profile_request import ProfileFields, ProfileRequest

if TYPE_CHECKING:
    from uuid import UUID

    from adapty._sync.transport import Transport

__all__ = ["V1", "V1AccessLevels", "V1Profiles"]


class V1Profiles(ProfilesBase):
    """The profiles of version 1, without `platform`: `client.v1.profiles`."""

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        super().__init__(transport, "V1")

    def create(
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
            >>> profile = client.v1.profiles.create(customer_user_id="user_12345", first_name="Jane")
            >>> profile.customer_user_id
            'user_12345'
        """
        user = user_headers(customer_user_id, profile_id)
        body = ProfileRequest.from_arguments(fields)
        return self._transport.execute(build_server_side_call("createProfileV1", Profile.from_response, body, **user))

    def update(
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
            >>> client.v1.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.v1.profiles.update(customer_user_id="user_12345", first_name=None)
            Profile(...)
        """
        user = user_headers(customer_user_id, profile_id)
        body = ProfileRequest.from_arguments(fields)
        return self._transport.execute(build_server_side_call("updateProfileV1", Profile.from_response, body, **user))


class V1AccessLevels(AccessLevelsBase):
    """The access levels of version 1, which cannot be revoked: `client.v1.access_levels`."""

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        super().__init__(transport, "V1")


class V1:
    """Version 1 of the server-side API: `client.v1`.

    Attributes:
        profiles: Profiles.
        access_levels: Access levels.

    Example:
        >>> client.v1.profiles.create(customer_user_id="user_12345")
        Profile(...)
        >>> profile = client.v1.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
        >>> profile.has_access("premium")
        True
    """

    profiles: V1Profiles
    access_levels: V1AccessLevels

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        self.profiles = V1Profiles(transport)
        self.access_levels = V1AccessLevels(transport)
