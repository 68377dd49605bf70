"""The Web API: paywalls of web pages, their views, and attribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._core.ids import user_fields
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_web_call, ignore_body, low_level_web_client
from adapty.models.web import AttributionRequest, PaywallViewRequest, WebPaywall, WebPaywallRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from adapty._async.transport import AsyncTransport
    from adapty.models.web import AttributionStatus
    from adapty_generated.web import AuthenticatedClient

__all__ = ["AsyncWeb"]


class AsyncWeb:
    """The Adapty Web API: `client.web`.

    It needs the app's public key (`public_key`), not the secret key of the server-side API. A user must have a profile:
    `client.profiles.create` creates it. Purchases are recorded with `client.transactions`, with the `variation_id` of
    the paywall.
    """

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    async def get_paywall(
        self,
        *,
        placement_id: str,
        store: str,
        locale: str | NotGiven = NOT_GIVEN,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> WebPaywall:
        """Return the paywall that a placement shows to a user: operation `getPaywall`.

        https://adapty.io/docs/api-web/operations/getPaywall

        In an A/B test, the first call assigns a variation to the user, and later calls return the same one.

        Args:
            placement_id: The placement's ID in the dashboard.
            store: `app_store`, `play_store`, `stripe`, or the ID of a custom store.
            locale: The language of the remote config, with an optional region, such as `en` or `pt-br`.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The paywall with its products and its remote config, without a view of the paywall builder.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or an argument is invalid. Nothing was sent.
            NotFoundError: The placement does not exist, or shows no paywall to this user.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> paywall = await client.web.get_paywall(
            ...     placement_id="onboarding", store="stripe", customer_user_id="user_12345"
            ... )
            >>> paywall.remote_config.decoded()["headline"]
            'Go premium, offer 4'
        """
        body = WebPaywallRequest.from_arguments(
            {
                **user_fields(customer_user_id, profile_id),
                "placement_id": placement_id,
                "store": store,
                "locale": locale,
                "extra_fields": extra_fields,
            }
        )
        return await self._transport.execute(build_web_call("getPaywall", WebPaywall.from_dict, body))

    async def record_paywall_view(
        self,
        *,
        variation_id: str | UUID,
        store: str,
        visited_at: datetime | str | NotGiven = NOT_GIVEN,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> None:
        """Record that a user saw a paywall: operation `recordPaywallView`.

        https://adapty.io/docs/api-web/operations/recordPaywallView

        Each request records a view, and the API has no idempotency key. So the client sends a request again only if the
        view was certainly not recorded: the connection was not opened, or the response was a 429. After any other
        failure, the exception has `may_have_succeeded=True` and `is_retryable=False`.

        Args:
            variation_id: The `variation_id` of the paywall that `get_paywall` returned, a UUID.
            store: The store that the paywall was requested for.
            visited_at: When the user saw it: an aware datetime, or ISO 8601 text with an offset.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or an argument is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> paywall = await client.web.get_paywall(
            ...     placement_id="onboarding", store="stripe", customer_user_id="user_12345"
            ... )
            >>> await client.web.record_paywall_view(
            ...     variation_id=paywall.variation_id, store="stripe", customer_user_id="user_12345"
            ... )
        """
        body = PaywallViewRequest.from_arguments(
            {
                **user_fields(customer_user_id, profile_id),
                "variation_id": variation_id,
                "store": store,
                "visited_at": visited_at,
                "extra_fields": extra_fields,
            }
        )
        await self._transport.execute(build_web_call("recordPaywallView", ignore_body, body))

    async def add_attribution(
        self,
        *,
        status: AttributionStatus,
        attribution_user_id: str | NotGiven = NOT_GIVEN,
        channel: str | NotGiven = NOT_GIVEN,
        campaign: str | NotGiven = NOT_GIVEN,
        ad_group: str | NotGiven = NOT_GIVEN,
        ad_set: str | NotGiven = NOT_GIVEN,
        creative: str | NotGiven = NOT_GIVEN,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> None:
        """Store where a user came from, as custom attribution: operation `addAttribution`.

        https://adapty.io/docs/api-web/operations/addAttribution

        Args:
            status: `organic`, `non_organic` (a campaign brought the user) or `unknown`.
            attribution_user_id: The ID of the user in the attribution service.
            channel: The marketing channel.
            campaign: The campaign.
            ad_group: The ad group.
            ad_set: The ad set.
            creative: The creative.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or an argument is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> await client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> await client.web.add_attribution(
            ...     status="non_organic", channel="newsletter", campaign="spring_2026", customer_user_id="user_12345"
            ... )
        """
        body = AttributionRequest.from_arguments(
            {
                **user_fields(customer_user_id, profile_id),
                "status": status,
                "attribution_user_id": attribution_user_id,
                "channel": channel,
                "campaign": campaign,
                "ad_group": ad_group,
                "ad_set": ad_set,
                "creative": creative,
                "extra_fields": extra_fields,
            }
        )
        await self._transport.execute(build_web_call("addAttribution", ignore_body, body))

    def low_level(self) -> AuthenticatedClient:
        """Return the generated client, with this client's key, connections and timeouts.

        Use it for requests that the facade does not cover. It does not retry or validate, and its errors are those of
        the generated code and httpx. Its connections are closed with this client.

        Raises:
            AdaptyConfigError: The client has no key for the Web API.

        Example:
            >>> from adapty_generated.web.api.default import get_paywall
            >>> from adapty_generated.web.models import GetPaywallRequest
            >>> body = GetPaywallRequest(placement_id="onboarding", store="stripe", customer_user_id="unknown")
            >>> response = await get_paywall.asyncio_detailed(client=client.web.low_level(), body=body)
            >>> response.status_code
            <HTTPStatus.NOT_FOUND: 404>
        """
        return low_level_web_client(self._transport.config, self._transport.shared_transport())
