# Generated from adapty/_async/v1.py by `make unasync`; do not edit.

"""Version 1 of the server-side API, for callers that have not moved; new code uses version 2."""

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
    """Profiles of version 1, which knows no `platform`; `client.v1.profiles` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        super().__init__(transport, "V1")

    def create(
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
            >>> client.v1.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.v1.profiles.update(customer_user_id="user_12345", first_name=None)
            Profile(...)
        """
        user = user_headers(customer_user_id, profile_id)
        body = ProfileRequest.from_arguments(fields)
        return self._transport.execute(build_server_side_call("updateProfileV1", Profile.from_response, body, **user))


class V1AccessLevels(AccessLevelsBase):
    """Access levels of version 1, which can grant and not revoke; `client.v1.access_levels` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        super().__init__(transport, "V1")


class V1:
    """What version 1 has; `client.v1` of a client.

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
        """Belong to a client."""
        self.profiles = V1Profiles(transport)
        self.access_levels = V1AccessLevels(transport)
