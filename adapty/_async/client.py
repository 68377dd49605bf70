"""The async client: one object for all APIs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from adapty._core.redaction import hide_arguments
from adapty._core.sentinel import NOT_GIVEN, NotGiven

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    import httpx

    from adapty._async.access_levels import AsyncAccessLevels
    from adapty._async.analytics import AsyncAnalytics
    from adapty._async.integrations import AsyncIntegrations
    from adapty._async.mail import AsyncMail
    from adapty._async.paywalls import AsyncPaywalls
    from adapty._async.profiles import AsyncProfiles
    from adapty._async.purchases import AsyncPurchases
    from adapty._async.refund_saver import AsyncRefundSaver
    from adapty._async.transactions import AsyncTransactions
    from adapty._async.transport import AsyncTransport
    from adapty._async.v1 import AsyncV1
    from adapty._async.virtual_currencies import AsyncVirtualCurrencies
    from adapty._async.web import AsyncWeb
    from adapty.config import Timeouts
    from adapty.observer import Observer
    from adapty_generated.server_side import AuthenticatedClient

__all__ = ["AsyncAdapty"]


class AsyncAdapty:
    """A client of Adapty's HTTP APIs. Create one per process and share it.

    Example:
        >>> async with AsyncAdapty(mail_secret_key="secret_live_123") as client:
        ...     print(client)
        <AsyncAdapty: mail>
    """

    @hide_arguments
    def __init__(
        self,
        secret_key: str | None = None,
        *,
        mail_secret_key: str | None = None,
        public_key: str | None = None,
        base_url: str | None = None,
        mail_base_url: str | None = None,
        admin_base_url: str | None = None,
        timeout: float | Timeouts | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        max_response_bytes: int | NotGiven = NOT_GIVEN,
        allow_insecure_http: bool | NotGiven = NOT_GIVEN,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        observer: Observer | Sequence[Observer] | None = None,
    ) -> None:
        """Create a client. Nothing is sent.

        Args:
            secret_key: Secret key of the server-side API and of the Export Analytics API. Default: ADAPTY_SECRET_KEY.
            mail_secret_key: Key of the Mail API, which is a different one. Default: ADAPTY_MAIL_SECRET_KEY.
            public_key: Public key of the Web API (`public_live_...`). Default: ADAPTY_PUBLIC_KEY.
            base_url: Base URL of the server-side API and of the Web API. Default: ADAPTY_BASE_URL, or Adapty's.
            mail_base_url: Base URL of the Mail API. Default: ADAPTY_MAIL_BASE_URL, or Adapty's.
            admin_base_url: Base URL of the Export Analytics API. Default: ADAPTY_ADMIN_BASE_URL, or Adapty's.
            timeout: Seconds for one attempt and for each phase of it, or `Timeouts(connect=, read=, write=, pool=,
                total=)`. Default: 5 s to connect, 30 s for the other phases, 60 s for an attempt in total.
            max_retries: Attempts after the first one. Connection errors, timeouts, 408, 429 and 5xx are retried with
                exponential backoff and jitter, no sooner than `Retry-After`. `web.record_paywall_view` is retried only
                if the view was certainly not recorded. Default: 2.
            max_response_bytes: The maximum size of a response body in bytes, after decompression. Default: 32 MiB.
            allow_insecure_http: Allow http to other machines, which sends the key unencrypted, for private networks
                such as Docker's. Default: ADAPTY_ALLOW_INSECURE_HTTP, or False.
            http_client: Your own httpx client (proxies, certificates, event hooks). You close it. It cannot be used
                after a fork.
            transport: Your own httpx transport, closed with this client. It cannot be used after a fork.
            observer: Receives events about calls, bulk jobs and outbox workers of this client, for metrics and traces;
                or a list of such objects. See `adapty.observer` and `adapty.otel`.

        Raises:
            AdaptyConfigError: There is no key, or a setting is invalid; `field_name` says which.
        """
        from adapty._async.transport import AsyncTransport
        from adapty.config import Config

        config = Config.build(
            secret_key=secret_key,
            mail_secret_key=mail_secret_key,
            public_key=public_key,
            base_url=base_url,
            mail_base_url=mail_base_url,
            admin_base_url=admin_base_url,
            timeout=timeout,
            max_retries=max_retries,
            max_response_bytes=max_response_bytes,
            allow_insecure_http=allow_insecure_http,
            observer=observer,
        )
        self._bind(AsyncTransport.open(config, http_client, transport))

    def _bind(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def profiles(self) -> AsyncProfiles:
        """End users: get, create, update, delete."""
        from adapty._async.profiles import AsyncProfiles

        return AsyncProfiles(self._transport)

    @cached_property
    def access_levels(self) -> AsyncAccessLevels:
        """Access levels: grant, revoke, check."""
        from adapty._async.access_levels import AsyncAccessLevels

        return AsyncAccessLevels(self._transport)

    @cached_property
    def transactions(self) -> AsyncTransactions:
        """Purchases made outside of Adapty's mobile SDKs."""
        from adapty._async.transactions import AsyncTransactions

        return AsyncTransactions(self._transport)

    @cached_property
    def purchases(self) -> AsyncPurchases:
        """Stripe and Paddle purchases that Adapty validates."""
        from adapty._async.purchases import AsyncPurchases

        return AsyncPurchases(self._transport)

    @cached_property
    def refund_saver(self) -> AsyncRefundSaver:
        """Refund Saver settings of a user."""
        from adapty._async.refund_saver import AsyncRefundSaver

        return AsyncRefundSaver(self._transport)

    @cached_property
    def integrations(self) -> AsyncIntegrations:
        """IDs of a user in other services."""
        from adapty._async.integrations import AsyncIntegrations

        return AsyncIntegrations(self._transport)

    @cached_property
    def paywalls(self) -> AsyncPaywalls:
        """Paywalls and their remote configs."""
        from adapty._async.paywalls import AsyncPaywalls

        return AsyncPaywalls(self._transport)

    @cached_property
    def virtual_currencies(self) -> AsyncVirtualCurrencies:
        """Balances and transactions of virtual currencies."""
        from adapty._async.virtual_currencies import AsyncVirtualCurrencies

        return AsyncVirtualCurrencies(self._transport)

    @cached_property
    def v1(self) -> AsyncV1:
        """Version 1 of the server-side API."""
        from adapty._async.v1 import AsyncV1

        return AsyncV1(self._transport)

    @cached_property
    def mail(self) -> AsyncMail:
        """The Mail API, which has its own key."""
        from adapty._async.mail import AsyncMail

        return AsyncMail(self._transport)

    @cached_property
    def analytics(self) -> AsyncAnalytics:
        """The Export Analytics API: the charts of the dashboard."""
        from adapty._async.analytics import AsyncAnalytics

        return AsyncAnalytics(self._transport)

    @cached_property
    def web(self) -> AsyncWeb:
        """The Web API, which has its own key: paywalls of web pages, their views, and attribution."""
        from adapty._async.web import AsyncWeb

        return AsyncWeb(self._transport)

    def with_options(
        self,
        *,
        timeout: float | Timeouts | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
    ) -> Self:
        """Return a client with other settings over the same connections.

        Args:
            timeout: Seconds for one attempt and for each phase of it, or a `Timeouts`.
            max_retries: Attempts after the first one.

        Raises:
            AdaptyConfigError: A setting is invalid; `field_name` says which.

        Example:
            >>> slow_client = client.with_options(timeout=60, max_retries=5)
        """
        sibling = type(self).__new__(type(self))
        sibling._bind(  # noqa: SLF001 - its own class
            self._transport.with_config(self._transport.config.with_options(timeout=timeout, max_retries=max_retries)),
        )
        return sibling

    def low_level(self) -> AuthenticatedClient:
        """Return the generated client of the server-side API; `mail`, `web` and `analytics` have others.

        Use it for requests that the facade does not cover. It does not retry or validate, and its errors are those of
        the generated code and httpx. Its connections are closed with this client.

        Raises:
            AdaptyConfigError: The client has no key for the server-side API.

        Example:
            >>> from adapty_generated.server_side.api.paywalls import list_paywalls
            >>> response = await list_paywalls.asyncio_detailed(client=client.low_level(), pagesize=1)
            >>> len(response.parsed.data)
            1
        """
        from adapty._generated import low_level_server_side_client

        return low_level_server_side_client(self._transport.config, self._transport.shared_transport())

    async def close(self) -> None:
        """Close the connections, except those of your own `http_client`. Clients from `with_options` use them too."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        """Return the client, which is closed at the end of the `with` block."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    def __repr__(self) -> str:
        """Return the APIs that the client has a key for."""
        transport = getattr(self, "_transport", None)  # missing if the arguments are invalid
        return f"<{type(self).__name__}: {', '.join(transport.config.keys) if transport else 'unusable'}>"
