# Generated from adapty/_async/mail.py by `make unasync`; do not edit.

"""The Mail API: subscribers, and the events of their purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, overload

from adapty._core.ids import DEFAULT_ID_KIND, LISTED_MAIL_ID_VALIDATORS, MAIL_ID_VALIDATORS, MAIL_LOOKUP_KINDS
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_mail_call, ignore_body, low_level_mail_client
from adapty._mail_deletions import build_deletion_call, build_lookup_deletion_call
from adapty.models._request import coerce_model
from adapty.models.mail import MailProfile, ProfileDeletion, TransactionEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapty._core.deletions import DeletionReport, DeletionResult
    from adapty._core.ids import MailIdKind
    from adapty._sync.transport import Transport
    from adapty.models.mail import MailProfileFields, TransactionEventFields
    from adapty_generated.mail import AuthenticatedClient

__all__ = ["Mail"]


class Mail:
    """The Adapty Mail API: `client.mail`.

    It needs the Mail project's key (`mail_secret_key`), which is not the server-side API's.
    """

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    @overload
    def save_profile(self, profile: MailProfile, /) -> None: ...

    @overload
    def save_profile(self, /, **fields: Unpack[MailProfileFields]) -> None: ...

    def save_profile(self, profile: MailProfile | NotGiven = NOT_GIVEN, /, **fields: Any) -> None:
        """Create or update a subscriber: operation `saveProfile`.

        https://adapty.io/docs/api-mail/operations/saveProfile

        Saving the same `external_profile_id` again changes the stored profile, except for its e-mail address. Fields
        that are not given stay as they are. Mail looks for the profile by `external_profile_id`, then by
        `customer_user_id`, then by `email` in the project, and the first match counts: one person has one profile, also
        if the SDK of your app sends data too. Adapty Mail accepts only profiles created after the Mail project's setup
        is complete; obtaining the user's consent is up to the sender.

        Args:
            profile: A `MailProfile`, instead of the fields.
            fields: The profile's fields: see `adapty.models.MailProfileFields`.

        Raises:
            AdaptyUsageError: A field is missing or invalid. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> client.mail.save_profile(
            ...     external_profile_id="user_12345",
            ...     external_created_at="2026-06-01T10:30:00Z",
            ...     email="jane@example.com",
            ...     country="US",
            ...     custom_attributes={"plan": "trial"},
            ... )
        """
        body = coerce_model(MailProfile, "profile", profile, fields)
        self._transport.execute(build_mail_call("saveProfile", ignore_body, body))

    @overload
    def save_transaction_event(self, event: TransactionEvent, /) -> None: ...

    @overload
    def save_transaction_event(self, /, **fields: Unpack[TransactionEventFields]) -> None: ...

    def save_transaction_event(self, event: TransactionEvent | NotGiven = NOT_GIVEN, /, **fields: Any) -> None:
        """Save a transaction event: operation `saveTransactionEvent`.

        https://adapty.io/docs/api-mail/operations/saveTransactionEvent

        Mail looks for the profile by `external_profile_id`, then by `customer_user_id`, then by `email`. The event may
        arrive before its profile: the API stores it and links it when a profile with the same `external_profile_id` is
        saved. The flow that each event type leads to is in `adapty.flows`.

        Args:
            event: A `TransactionEvent`, instead of the fields.
            fields: The event's fields: see `adapty.models.TransactionEventFields`.

        Raises:
            AdaptyUsageError: A field is missing or invalid. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> from decimal import Decimal
            >>> client.mail.save_transaction_event(
            ...     event_type="subscription_started",
            ...     event_id="evt_abc123",
            ...     event_datetime="2026-06-10T14:20:05Z",
            ...     external_profile_id="user_12345",
            ...     store="app_store",
            ...     store_product_id="premium_monthly",
            ...     store_transaction_id="1000000123456789",
            ...     store_original_transaction_id="1000000123456789",
            ...     purchased_at="2026-06-10T14:20:00Z",
            ...     originally_purchased_at="2026-06-10T14:20:00Z",
            ...     price_usd=Decimal("9.99"),
            ... )
        """
        body = coerce_model(TransactionEvent, "event", event, fields)
        self._transport.execute(build_mail_call("saveTransactionEvent", ignore_body, body))

    def delete_profile(
        self,
        *,
        external_profile_id: str | NotGiven = NOT_GIVEN,
        customer_user_id: str | NotGiven = NOT_GIVEN,
        email: str | NotGiven = NOT_GIVEN,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> None:
        """Erase a subscriber permanently: operation `deleteProfile`.

        https://adapty.io/docs/api-mail/operations/deleteProfile

        This cancels the e-mails that are scheduled for the profile. A later save with the same identifiers does not
        bring it back. Several identifiers select one profile: Mail looks for it by `external_profile_id`, then by
        `customer_user_id`, then by `email`. After an attempt by `email` alone that
        may have succeeded, a 404 counts as success: the address is deleted with the profile. For the other two
        identifiers, the API responds to a repeated deletion as to the first one. So a 404 means that there is no such
        profile, and a success may mean that the profile was erased before.

        Args:
            external_profile_id: The ID that the profile is saved with. One of the three identifiers is enough.
            customer_user_id: Your own user ID.
            email: The subscriber's address.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Raises:
            AdaptyUsageError: No identifier is given, or one is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The profile may have been erased.

        Example:
            >>> client.mail.save_profile(
            ...     external_profile_id="user_12345",
            ...     external_created_at="2026-06-01T10:30:00Z",
            ...     email="jane@example.com",
            ... )
            >>> client.mail.delete_profile(external_profile_id="user_12345")
        """
        body = ProfileDeletion(
            external_profile_id=external_profile_id,
            customer_user_id=customer_user_id,
            email=email,
            extra_fields=extra_fields,
        )
        self._transport.execute(build_deletion_call(body, ignore_body))

    def delete_many(
        self,
        ids: Iterable[str],
        *,
        by: MailIdKind | None = None,
        concurrency: int = 8,
        on_result: Callable[[DeletionResult], object] | None = None,
    ) -> DeletionReport:
        """Erase many subscribers, several at a time. `client.profiles.delete_many` does it in the server-side API.

        Their scheduled e-mails are cancelled. A failure of one ID does not stop the run. Errors that affect every
        request (bad key, no connection, rate limit, five failures of the API in a row) abort it. An invalid ID counts
        as failed.

        Args:
            ids: The IDs of the subscribers to erase. A repeated ID is sent once. A value that a spreadsheet or a dump
                writes instead of an ID, such as `1.23457E+14` or `NULL`, counts as failed.
            by: The kind of ID: `external_profile_id`, `customer_user_id` or `email`. No other kind is tried. Default:
                try each ID as `external_profile_id`, and if that finds no profile, as `customer_user_id`, as
                `adapty.bulk.erase` does. `DeletionResult.found_by` is the kind that found the profile. An e-mail
                address then counts as failed.
            concurrency: The maximum number of concurrent requests, from 1 to 100. Default: 8.
            on_result: Called with each `DeletionResult`, in the caller's thread.

        Returns:
            The result of each ID. Check `failed` and `not_found`: failures of single IDs are not raised, and a profile
            that was not found may exist under another kind of ID. `deleted` includes profiles deleted before, because
            Mail responds to a repeated deletion by your own IDs as to the first one.

        Raises:
            AdaptyUsageError: `ids` is a single ID, or another argument is invalid. Nothing was sent.

        Example:
            >>> report = client.mail.delete_many(["user_1"])
            >>> len(report.not_found), report.failed, report.nothing_found
            (1, (), True)
        """
        from adapty._core.deletions import DeletionRun
        from adapty._sync.deletions import run_deletions

        if by is None:
            validators, kinds = LISTED_MAIL_ID_VALIDATORS, MAIL_LOOKUP_KINDS
        else:
            validators, kinds = MAIL_ID_VALIDATORS, (by,)
        run = DeletionRun(ids, by or DEFAULT_ID_KIND, on_result, validators, kinds)

        def delete(id_: str) -> str:
            return self._transport.execute(build_lookup_deletion_call([(kind, id_) for kind in kinds], str))

        return run_deletions(run, delete, concurrency)

    def low_level(self) -> AuthenticatedClient:
        """Return the generated client, with this client's key, connections and timeouts.

        Use it for requests that the facade does not cover. It does not retry or validate, and its errors are those of
        the generated code and httpx. Its connections are closed with this client.

        Raises:
            AdaptyConfigError: The client has no key for the Mail API.

        Example:
            >>> from adapty_generated.mail.api.default import save_profile
            >>> from adapty_generated.mail.models import ProfileDTO
            >>> body = ProfileDTO.from_dict({
            ...     "external_profile_id": "user_12345",
            ...     "external_created_at": "2026-06-01T10:30:00Z",
            ...     "email": "jane@example.com",
            ... })
            >>> response = save_profile.sync_detailed(client=client.mail.low_level(), body=body)
            >>> response.status_code
            <HTTPStatus.OK: 200>
        """
        return low_level_mail_client(self._transport.config, self._transport.shared_transport())
