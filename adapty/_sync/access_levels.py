# Generated from adapty/_async/access_levels.py by `make unasync`; do not edit.

"""Access levels of the server-side API: what a user may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from adapty._core.ids import user_headers
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_server_side_call
from adapty.models.access import GrantAccessRequest, RevokeAccessRequest, grant_expiry, revocation_time
from adapty.models.profile import Profile, active, is_active

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from uuid import UUID

    from dateutil.relativedelta import relativedelta

    from adapty._sync.transport import Transport
    from adapty.models.profile import AccessLevel

__all__ = ["AccessLevels", "AccessLevelsBase"]


class AccessLevelsBase:
    """What both versions of the API do alike with access levels."""

    def __init__(self, transport: Transport, version: Literal["", "V1"]) -> None:
        """Belong to a client; `version` is the ending of the operations' names."""
        self._transport = transport
        self._version = version

    def grant(
        self,
        access_level_id: str,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        starts_at: datetime | str | relativedelta | timedelta | NotGiven | None = NOT_GIVEN,
        expires_at: datetime | str | relativedelta | timedelta | NotGiven = NOT_GIVEN,
        lifetime: bool = False,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Profile:
        """Give access without a transaction: operation `grantAccessLevel`.

        It does not show in analytics; what was paid for goes to `client.transactions`.

        Args:
            access_level_id: The level, such as `premium`.
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            starts_at: When it begins, aware, or ISO 8601 text with an offset; a relativedelta or timedelta counts from
                now. At once where left out or None.
            expires_at: When it ends, likewise; this or `lifetime`.
            lifetime: True gives access without an end.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyUsageError: An argument is missing or is what the API would refuse; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Granting it again does no harm.

        Example:
            >>> from dateutil.relativedelta import relativedelta
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> profile = client.access_levels.grant(
            ...     "premium",
            ...     customer_user_id="user_12345",
            ...     expires_at=relativedelta(months=1),
            ... )
            >>> profile.has_access("premium")
            True
        """
        user = user_headers(customer_user_id, profile_id)
        end = grant_expiry(expires_at, lifetime=lifetime)
        body = GrantAccessRequest(
            access_level_id=access_level_id, starts_at=starts_at, expires_at=end, extra_fields=extra_fields
        )
        return self._transport.execute(
            build_server_side_call(f"grantAccessLevel{self._version}", Profile.from_response, body, **user)
        )

    @staticmethod
    def is_active(level: AccessLevel | None, at: datetime | str | None = None) -> bool:
        """Tell whether an access level is open; nothing is sent.

        It is when it has begun (`starts_at` is None or not after `at`) and has not ended (`expires_at` is None, or
        after `at`). In a grace period `expires_at` is the end of that.

        Args:
            level: The level, or None, which is not open: what `profile.access_level(...)` gives.
            at: The moment to judge, aware, or ISO 8601 text with an offset; now where left out.

        Raises:
            AdaptyUsageError: `level` is something else, or `at` is naive or no moment.

        Example:
            >>> from adapty import AccessLevel
            >>> level = AccessLevel.from_dict({"expires_at": "2026-07-01T00:00:00Z"})
            >>> client.access_levels.is_active(level, at="2026-06-30T23:59:59Z")
            True
        """
        return is_active(level, at)

    @staticmethod
    def active(profile: Profile, at: datetime | str | None = None) -> tuple[AccessLevel, ...]:
        """Give the access levels of a profile that are open; nothing is sent.

        Args:
            profile: The profile.
            at: The moment to judge, as in `is_active`.

        Raises:
            AdaptyUsageError: `profile` is something else, or `at` is naive or no moment.

        Example:
            >>> from adapty import Profile
            >>> profile = Profile.from_dict({"access_levels": [{"access_level_id": "premium"}]})
            >>> [level.access_level_id for level in client.access_levels.active(profile)]
            ['premium']
        """
        return active(profile, at)


class AccessLevels(AccessLevelsBase):
    """Access levels; `client.access_levels` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        super().__init__(transport, "")

    def revoke(
        self,
        access_level_id: str,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        revoke_at: datetime | str | relativedelta | timedelta | NotGiven = NOT_GIVEN,
        immediate: bool = False,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Profile:
        """End access: operation `revokeAccessLevel`.

        Args:
            access_level_id: The level, such as `premium`.
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            revoke_at: When to end it, aware, or ISO 8601 text with an offset; a relativedelta or timedelta counts from
                now. This or `immediate`.
            immediate: True ends it at once.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyUsageError: An argument is missing or is what the API would refuse; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Revoking it again does no harm.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
            Profile(...)
            >>> profile = client.access_levels.revoke(
            ...     "premium", customer_user_id="user_12345", immediate=True
            ... )
            >>> profile.has_access("premium")
            False
        """
        user = user_headers(customer_user_id, profile_id)
        end = revocation_time(revoke_at, immediate=immediate)
        body = RevokeAccessRequest(access_level_id=access_level_id, revoke_at=end, extra_fields=extra_fields)
        return self._transport.execute(build_server_side_call("revokeAccessLevel", Profile.from_response, body, **user))
