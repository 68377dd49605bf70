"""Access levels of the server-side API: what a user has access to."""

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

    from adapty._async.transport import AsyncTransport
    from adapty.models.profile import AccessLevel

__all__ = ["AsyncAccessLevels", "AsyncAccessLevelsBase"]


class AsyncAccessLevelsBase:
    """The operations on access levels that both versions of the API have."""

    def __init__(self, transport: AsyncTransport, version: Literal["", "V1"]) -> None:
        """Bind to a client's transport; `version` is the suffix of the operations' names."""
        self._transport = transport
        self._version = version

    async def grant(
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
        """Grant access without a transaction: operation `grantAccessLevel`.

        https://adapty.io/docs/api-adapty/operations/grantAccessLevel

        Analytics never includes it. The webhook is the only integration that receives it, and the Event Feed shows it
        only if the webhook is set up. Record paid access with `client.transactions`.

        Args:
            access_level_id: The access level, such as `premium`.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            starts_at: When access starts: an aware datetime, ISO 8601 text with an offset, or a relativedelta or
                timedelta from now. Default: immediately.
            expires_at: When access ends, in the same forms. Pass this or `lifetime`.
            lifetime: True grants access without an end.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            BadRequestError: The app has no such access level; `hint` says so.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> from dateutil.relativedelta import relativedelta
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> profile = await client.access_levels.grant(
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
        return await self._transport.execute(
            build_server_side_call(f"grantAccessLevel{self._version}", Profile.from_response, body, **user)
        )

    @staticmethod
    def is_active(level: AccessLevel | None, at: datetime | str | None = None) -> bool:
        """Return whether an access level is active. No request is sent.

        A level is active if it has started (`starts_at` is None or not after `at`) and has not ended (`expires_at` is
        None or after `at`). In a grace period, `expires_at` is the end of the grace period.

        Args:
            level: The level, such as `profile.access_level(...)` returns it. None is not active.
            at: The time to check: an aware datetime, or ISO 8601 text with an offset. Default: now.

        Raises:
            AdaptyUsageError: `level` is not an access level, or `at` is naive or not a time.

        Example:
            >>> from adapty import AccessLevel
            >>> level = AccessLevel.from_dict({"expires_at": "2026-07-01T00:00:00Z"})
            >>> client.access_levels.is_active(level, at="2026-06-30T23:59:59Z")
            True
        """
        return is_active(level, at)

    @staticmethod
    def active(profile: Profile, at: datetime | str | None = None) -> tuple[AccessLevel, ...]:
        """Return the active access levels of a profile. No request is sent.

        Args:
            profile: The profile.
            at: The time to check, as in `is_active`.

        Raises:
            AdaptyUsageError: `profile` is not a profile, or `at` is naive or not a time.

        Example:
            >>> from adapty import Profile
            >>> profile = Profile.from_dict({"access_levels": [{"access_level_id": "premium"}]})
            >>> [level.access_level_id for level in client.access_levels.active(profile)]
            ['premium']
        """
        return active(profile, at)


class AsyncAccessLevels(AsyncAccessLevelsBase):
    """The access levels of a user: `client.access_levels`."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        super().__init__(transport, "")

    async def revoke(
        self,
        access_level_id: str,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        revoke_at: datetime | str | relativedelta | timedelta | NotGiven = NOT_GIVEN,
        immediate: bool = False,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Profile:
        """Revoke access: operation `revokeAccessLevel`.

        https://adapty.io/docs/api-adapty/operations/revokeAccessLevel

        A revocation does not last: the next store transaction of the subscription, such as a renewal, opens the level
        again. Cancel the subscription in the store to end it for good.

        Args:
            access_level_id: The access level, such as `premium`.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            revoke_at: When access ends: an aware datetime, ISO 8601 text with an offset, or a relativedelta or
                timedelta from now. The API requires a time in the future and not after the level's own end. Pass this
                or `immediate`.
            immediate: True ends access immediately.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            BadRequestError: The app or the profile does not have the access level, or `revoke_at` is past or after the
                level's end; `hint` says which.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> await client.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
            Profile(...)
            >>> profile = await client.access_levels.revoke(
            ...     "premium", customer_user_id="user_12345", immediate=True
            ... )
            >>> profile.has_access("premium")
            False
        """
        user = user_headers(customer_user_id, profile_id)
        end = revocation_time(revoke_at, immediate=immediate)
        body = RevokeAccessRequest(access_level_id=access_level_id, revoke_at=end, extra_fields=extra_fields)
        return await self._transport.execute(
            build_server_side_call("revokeAccessLevel", Profile.from_response, body, **user)
        )
