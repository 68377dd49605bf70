# Generated from adapty/_async/client.py by `make unasync`; do not edit.

"""The blocking client: one object for all APIs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from adapty._core.redaction import hide_arguments
from adapty._core.sentinel import NOT_GIVEN, NotGiven

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    import httpx

    from adapty._sync.access_levels import AccessLevels
    from adapty._sync.analytics import Analytics
    from adapty._sync.integrations import Integrations
    from adapty._sync.mail import Mail
    from adapty._sync.paywalls import Paywalls
    from adapty._sync.profiles import Profiles
    from adapty._sync.purchases import Purchases
    from adapty._sync.refund_saver import RefundSaver
    from adapty._sync.transactions import Transactions
    from adapty._sync.transport import Transport
    from adapty._sync.v1 import V1
    from adapty._sync.virtual_currencies import VirtualCurrencies
    from adapty._sync.web import Web
    from adapty.config import Timeouts
    from adapty.observer import Observer
    from adapty_generated.server_side import AuthenticatedClient

__all__ = ["Adapty"]


class Adapty:
    """A client of Adapty's HTTP APIs. Create one per process and share it.

    Example:
        >>> with Adapty(mail_secret_key="secret_live_123") as client:
        ...     print(client)
        <Adapty: mail>
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
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
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
        from adapty._sync.transport import Transport
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
        self._bind(Transport.open(config, http_client, transport))

    def _bind(self, transport: Transport) -> None:
        self._transport = transport

    @cached_property
    def profiles(self) -> Profiles:
        """End users: get, create, update, delete."""
        from adapty._sync.profiles import Profiles

        return Profiles(self._transport)

    @cached_property
    def access_levels(self) -> AccessLevels:
        """Access levels: grant, revoke, check."""
        from adapty._sync.access_levels import AccessLevels

        return AccessLevels(self._transport)

    @cached_property
    def transactions(self) -> Transactions:
        """Purchases made outside of Adapty's mobile SDKs."""
        from adapty._sync.transactions import Transactions

        return Transactions(self._transport)

    @cached_property
    def purchases(self) -> Purchases:
        """Stripe and Paddle purchases that Adapty validates."""
        from adapty._sync.purchases import Purchases

        return Purchases(self._transport)

    @cached_property
    def refund_saver(self) -> RefundSaver:
        """Refund Saver settings of a user."""
        from adapty._sync.refund_saver import RefundSaver

        return RefundSaver(self._transport)

    @cached_property
    def integrations(self) -> Integrations:
        """IDs of a user in other services."""
        from adapty._sync.integrations import Integrations

        return Integrations(self._transport)

    @cached_property
    def paywalls(self) -> Paywalls:
        """Paywalls and their remote configs."""
        from adapty._sync.paywalls import Paywalls

        return Paywalls(self._transport)

    @cached_property
    def virtual_currencies(self) -> VirtualCurrencies:
        """Balances and transactions of virtual currencies."""
        from adapty._sync.virtual_currencies import VirtualCurrencies

        return VirtualCurrencies(self._transport)

    @cached_property
    def v1(self) -> V1:
        """Version 1 of the server-side API."""
        from adapty._sync.v1 import V1

        return V1(self._transport)

    @cached_property
    def mail(self) -> Mail:
        """The Mail API, which has its own key."""
        from adapty._sync.mail import Mail

        return Mail(self._transport)

    @cached_property
    def analytics(self) -> Analytics:
        """The Export Analytics API: the charts of the dashboard."""
        from adapty._sync.analytics import Analytics

        return Analytics(self._transport)

    @cached_property
    def web(self) -> Web:
        """The Web API, which has its own key: paywalls of web pages, their views, and attribution."""
        from adapty._sync.web import Web

        return Web(self._transport)

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
            >>> response = list_paywalls.sync_detailed(client=client.low_level(), pagesize=1)
            >>> len(response.parsed.data)
            1
        """
        from adapty._generated import low_level_server_side_client

        return low_level_server_side_client(self._transport.config, self._transport.shared_transport())

    def close(self) -> None:
        """Close the connections, except those of your own `http_client`. Clients from `with_options` use them too."""
        self._transport.close()

    def __enter__(self) -> Self:
        """Return the client, which is closed at the end of the `with` block."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        """Return the APIs that the client has a key for."""
        transport = getattr(self, "_transport", None)  # missing if the arguments are invalid
        return f"<{type(self).__name__}: {', '.join(transport.config.keys) if transport else 'unusable'}>"
