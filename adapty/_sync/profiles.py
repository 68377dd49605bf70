# Generated from adapty/_async/profiles.py by `make unasync`; do not edit.

"""End users of the server-side API: look them up, create, change and delete them."""

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

    from adapty._core.deletions import DeletionReport, DeletionResult
    from adapty._core.ids import IdKind
    from adapty._sync.transport import Transport
    from adapty.models.profile_request import Platform, ProfileFields

__all__ = ["Profiles", "ProfilesBase"]


class ProfilesBase:
    """What both versions of the API do alike with profiles."""

    def __init__(self, transport: Transport, version: Literal["", "V1"]) -> None:
        """Belong to a client; `version` is the ending of the operations' names."""
        self._transport = transport
        self._version = version

    def get(self, *, customer_user_id: str | None = None, profile_id: str | UUID | None = None) -> Profile:
        """Look a user up: operation `getProfile`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.

        Returns:
            The profile with its access levels, subscriptions, purchases and custom attributes.

        Raises:
            AdaptyUsageError: None or both ids are given, or the one cannot be sent; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> profile = client.profiles.get(customer_user_id="user_12345")
            >>> profile.has_access("premium")
            False
        """
        user = user_headers(customer_user_id, profile_id)
        return self._transport.execute(
            build_server_side_call(f"getProfile{self._version}", Profile.from_response, **user)
        )

    def delete(self, *, customer_user_id: str | None = None, profile_id: str | UUID | None = None) -> None:
        """Delete a user with all that belongs to the profile: operation `deleteProfile`.

        Where a try broke off that may have gone through, a 404 of the next one is taken for done.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.

        Raises:
            AdaptyUsageError: None or both ids are given, or the one cannot be sent; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries; the profile may be deleted or not.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.profiles.delete(customer_user_id="user_12345")
        """
        user = user_headers(customer_user_id, profile_id)
        self._transport.execute(build_server_side_call(f"deleteProfile{self._version}", ignore_body, **user))

    def delete_many(
        self,
        ids: Iterable[str],
        *,
        by: IdKind = "customer_user_id",
        concurrency: int = 8,
        on_result: Callable[[DeletionResult], object] | None = None,
    ) -> DeletionReport:
        """Delete many users, several at a time: the API has no operation for it and advises this.

        One that fails does not keep the others from being deleted, unless what failed would fail them all: the key,
        the connection, the rate. An id that cannot be sent counts as failed, and so does what a spreadsheet or a dump
        leaves in the place of an id, such as `1.23457E+14` or `NULL`. Run it again for those that failed: who is
        deleted by then is `not_found`, as is who never was there.

        Args:
            ids: Whom to delete; an id that stands there twice is sent once.
            by: Which kind of id they are: `customer_user_id` or `profile_id`.
            concurrency: How many requests are under way at a time, 1 to 100.
            on_result: Called with each `DeletionResult` as it comes, in the caller's thread.

        Returns:
            What came of each id. Look at `failed`, for failures of single ids are not raised, at `not_found`, and at
            `aborted_by`, which is what ended the run early.

        Raises:
            AdaptyUsageError: `ids` is a single one, or another argument is wrong; nothing was sent.
            AdaptyConfigError: The client has no key, or is closed.

        Example:
            >>> client.profiles.create(customer_user_id="user_1")
            Profile(...)
            >>> report = client.profiles.delete_many(["user_1", "user_2"], concurrency=2)
            >>> len(report.deleted), len(report.not_found), report.failed
            (1, 1, ())
        """
        from adapty._core.deletions import DeletionRun
        from adapty._sync.deletions import run_deletions

        run = DeletionRun(ids, by, on_result)

        def delete(id_: str) -> None:
            user: dict[str, Any] = {by: id_}
            self.delete(**user)

        return run_deletions(run, delete, concurrency)


class Profiles(ProfilesBase):
    """Profiles; `client.profiles` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        super().__init__(transport, "")

    def create(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        platform: Platform | NotGiven | None = NOT_GIVEN,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Create a user: operation `createProfile`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            platform: The platform that this speaks for; advised beside `installation_meta`.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or is what the API would refuse; nothing was sent.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Creating the user again does no harm.

        Example:
            >>> profile = client.profiles.create(
            ...     customer_user_id="user_12345",
            ...     email="jane@example.com",
            ...     custom_attributes={"plan": "trial", "score": 4.5},
            ... )
            >>> profile.attributes["plan"]
            'trial'
        """
        return self._send("createProfile", user_headers(customer_user_id, profile_id), platform, fields)

    def update(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        platform: Platform | NotGiven | None = NOT_GIVEN,
        **fields: Unpack[ProfileFields],
    ) -> Profile:
        """Change a user: operation `updateProfile`. What is left out stays as it is, None clears a field.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            platform: The platform that this speaks for; advised beside `installation_meta`.
            fields: The profile's fields, all optional: see `adapty.models.ProfileFields`.

        Returns:
            The profile as it is now.

        Raises:
            AdaptyUsageError: An argument is missing, unknown or is what the API would refuse; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Changing it again does no harm.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
            Profile(...)
            >>> profile = client.profiles.update(
            ...     customer_user_id="user_12345",
            ...     phone_number=None,
            ...     custom_attributes={"plan": None},
            ... )
            >>> "plan" in profile.attributes
            False
        """
        return self._send("updateProfile", user_headers(customer_user_id, profile_id), platform, fields)

    def _send(
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
        return self._transport.execute(build_server_side_call(operation, Profile.from_response, body, **parameters))
