"""Profiles: the end users of the server-side API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Unpack

from adapty._core.ids import user_headers
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.validation import validate
from adapty._generated import build_server_side_call, ignore_body
from adapty.models.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from adapty._async.transport import AsyncTransport
    from adapty._core.deletions import DeletionReport, DeletionResult
    from adapty._core.ids import IdKind
    from adapty.models.profile_request import Platform, ProfileFields

__all__ = ["AsyncProfiles", "AsyncProfilesBase"]


class AsyncProfilesBase:
    """The operations on profiles that both versions of the API have."""

    def __init__(self, transport: AsyncTransport, version: Literal["", "V1"]) -> None:
        """Bind to a client's transport; `version` is the suffix of the operations' names."""
        self._transport = transport
        self._version = version

    async def get(self, *, customer_user_id: str | None = None, profile_id: str | UUID | None = None) -> Profile:
        """Return a user's profile: operation `getProfile`.

        https://adapty.io/docs/api-adapty/operations/getProfile

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.

        Returns:
            The profile with its access levels, subscriptions, purchases and custom attributes.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or the ID is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> profile = await client.profiles.get(customer_user_id="user_12345")
            >>> profile.has_access("premium")
            False
        """
        user = user_headers(customer_user_id, profile_id)
        return await self._transport.execute(
            build_server_side_call(f"getProfile{self._version}", Profile.from_response, **user)
        )

    async def delete(self, *, customer_user_id: str | None = None, profile_id: str | UUID | None = None) -> None:
        """Delete a user and everything in the profile: operation `deleteProfile`.

        https://adapty.io/docs/api-adapty/operations/deleteProfile

        After an attempt that may have succeeded, a 404 counts as success.

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or the ID is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The profile may have been deleted.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> await client.profiles.delete(customer_user_id="user_12345")
        """
        user = user_headers(customer_user_id, profile_id)
        await self._transport.execute(build_server_side_call(f"deleteProfile{self._version}", ignore_body, **user))

    async def delete_many(
        self,
        ids: Iterable[str],
        *,
        by: IdKind = "customer_user_id",
        concurrency: int = 8,
        on_result: Callable[[DeletionResult], object] | None = None,
    ) -> DeletionReport:
        """Delete many users, several at a time. The API has no operation for it.

        A failure of one ID does not stop the run. Errors that affect every request (bad key, no connection, rate
        limit) abort it. An invalid ID counts as failed, and so does a value that a spreadsheet or a dump writes
        instead of an ID, such as `1.23457E+14` or `NULL`. Run it again for the IDs that failed: profiles deleted before
        are then `not_found`.

        Args:
            ids: The IDs of the users to delete. A repeated ID is sent once.
            by: The kind of ID: `customer_user_id` or `profile_id`.
            concurrency: The maximum number of concurrent requests, from 1 to 100. Default: 8.
            on_result: Called with each `DeletionResult`, in the caller's thread.

        Returns:
            The result of each ID. Check `failed` and `not_found`: failures of single IDs are not raised. `aborted_by`
            is the error that aborted the run.

        Raises:
            AdaptyUsageError: `ids` is a single ID, or another argument is invalid. Nothing was sent.
            AdaptyConfigError: The client has no key, or is closed.

        Example:
            >>> await client.profiles.create(customer_user_id="user_1")
            Profile(...)
            >>> report = await client.profiles.delete_many(["user_1", "user_2"], concurrency=2)
            >>> len(report.deleted), len(report.not_found), report.failed
            (1, 1, ())
        """
        from adapty._async.deletions import run_deletions
        from adapty._core.deletions import DeletionRun

        run = DeletionRun(ids, by, on_result)

        async def delete(id_: str) -> None:
            user: dict[str, Any] = {by: id_}
            await self.delete(**user)

        return await run_deletions(run, delete, concurrency)


class AsyncProfiles(AsyncProfilesBase):
    """The profiles of users: `client.profiles`."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        super().__init__(transport, "")

    async def create(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        platform: Platform | NotGiven | None = NOT_GIVEN,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Create a user: operation `createProfile`.

        https://adapty.io/docs/api-adapty/operations/createProfile

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            platform: The user's platform; recommended with `installation_meta`.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or invalid. Nothing was sent.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> profile = await client.profiles.create(
            ...     customer_user_id="user_12345",
            ...     email="jane@example.com",
            ...     custom_attributes={"plan": "trial", "score": 4.5},
            ... )
            >>> profile.attributes["plan"]
            'trial'
        """
        return await self._send("createProfile", user_headers(customer_user_id, profile_id), platform, fields)

    async def update(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        platform: Platform | NotGiven | None = NOT_GIVEN,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Update a user: operation `updateProfile`. Fields that are not given stay as they are; None clears a field.

        https://adapty.io/docs/api-adapty/operations/updateProfile

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            platform: The user's platform; recommended with `installation_meta`.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile after the change.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
            Profile(...)
            >>> profile = await client.profiles.update(
            ...     customer_user_id="user_12345",
            ...     phone_number=None,
            ...     custom_attributes={"plan": None},
            ... )
            >>> "plan" in profile.attributes
            False
        """
        return await self._send("updateProfile", user_headers(customer_user_id, profile_id), platform, fields)

    async def _send(
        self,
        operation: str,
        parameters: dict[str, Any],
        platform: Platform | NotGiven | None,
        fields: ProfileFields,
    ) -> Profile:
        from adapty.models.profile_request import ProfileRequest, validate_platform

        if platform is not NOT_GIVEN and platform is not None:
            parameters["adapty_platform"] = validate("platform", validate_platform, platform)
        body = ProfileRequest.from_arguments(fields)
        return await self._transport.execute(
            build_server_side_call(operation, Profile.from_response, body, **parameters)
        )
