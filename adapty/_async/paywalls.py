"""Paywalls and their remote configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._core.ids import validate_uuid
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.server_side_validation import boolean, json_text
from adapty._core.validation import bounded_int, identifier, validate
from adapty._generated import build_server_side_call
from adapty._pagination import MAX_PAGE_SIZE, next_page_number
from adapty.models.paywalls import (
    Paywall,
    PaywallListResponse,
    PaywallUpdateRequest,
    build_locale_update,
    parse_editable_paywall,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from typing import Any
    from uuid import UUID

    from adapty._async.transport import AsyncTransport
    from adapty.models.paywalls import PaywallListItem, RemoteConfig

__all__ = ["AsyncPaywalls"]


class AsyncPaywalls:
    """The paywalls of the app: `client.paywalls`."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    def list(self, *, page_size: int = 20) -> AsyncIterator[PaywallListItem]:
        """Iterate over all paywalls: operation `listPaywalls`.

        https://adapty.io/docs/api-adapty/operations/listPaywalls

        Args:
            page_size: Number of paywalls per request, from 1 to 100.

        Returns:
            An iterator that fetches each page when its first paywall is needed. Iterating raises AdaptyAPIError and
            AdaptyConnectionError.

        Raises:
            AdaptyUsageError: `page_size` is invalid. Nothing was sent.

        Example:
            >>> async for paywall in client.paywalls.list(page_size=100):
            ...     assert paywall.paywall_id
        """
        return self._pages(bounded_int("page_size", page_size, MAX_PAGE_SIZE))

    async def _pages(self, size: int) -> AsyncIterator[PaywallListItem]:
        number: int | None = 1
        while number is not None:
            page = await self._transport.execute(
                build_server_side_call("listPaywalls", PaywallListResponse.from_dict, pagenumber=number, pagesize=size)
            )
            for paywall in page.data:
                yield paywall
            number = next_page_number(page, number, size)

    async def get(self, paywall_id: str | UUID) -> Paywall:
        """Return a paywall: operation `getPaywall`.

        https://adapty.io/docs/api-adapty/operations/getPaywall

        Args:
            paywall_id: The paywall's ID, a UUID.

        Returns:
            The paywall with its remote configs.

        Raises:
            AdaptyUsageError: `paywall_id` is not a UUID. Nothing was sent.
            NotFoundError: There is no such paywall.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts.

        Example:
            >>> async for listed in client.paywalls.list():
            ...     break
            >>> paywall = await client.paywalls.get(listed.paywall_id)
            >>> paywall.title == listed.title
            True
        """
        return await self._transport.execute(
            build_server_side_call(
                "getPaywall", Paywall.from_dict, paywall_id=validate("paywall_id", validate_uuid, paywall_id)
            )
        )

    async def update(
        self,
        paywall_id: str | UUID,
        remote_configs: Mapping[str, str | Mapping[str, Any]] | Iterable[RemoteConfig | Mapping[str, Any]],
        *,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Paywall:
        """Replace all remote configs of a paywall: operation `updatePaywall`. Locales that are not given are deleted.

        https://adapty.io/docs/api-adapty/operations/updatePaywall

        Args:
            paywall_id: The paywall's ID, a UUID.
            remote_configs: A dict of locales to their data, which is JSON text or a dict; or the API's own list of
                `locale` and `data`, such as `paywall.remote_configs`.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The paywall after the change.

        Raises:
            AdaptyUsageError: An argument is invalid. Nothing was sent.
            NotFoundError: There is no such paywall.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> async for listed in client.paywalls.list():
            ...     break
            >>> paywall = await client.paywalls.update(listed.paywall_id, {"en": {"headline": "Go premium"}})
            >>> paywall.remote_config("en").decoded()
            {'headline': 'Go premium'}
        """
        path = {"paywall_id": validate("paywall_id", validate_uuid, paywall_id)}
        body = PaywallUpdateRequest(remote_configs=remote_configs, extra_fields=extra_fields)
        return await self._transport.execute(build_server_side_call("updatePaywall", Paywall.from_dict, body, **path))

    async def update_locale(
        self,
        paywall_id: str | UUID,
        locale: str,
        data: str | Mapping[str, Any],
        *,
        add: bool = False,
    ) -> Paywall:
        """Change the remote config of one locale: fetch the paywall, change that config, write all configs back.

        The API can only replace all configs together, so a change made by another client between the two requests is
        lost.

        Args:
            paywall_id: The paywall's ID, a UUID.
            locale: The locale, such as `en`.
            data: The config: JSON text or a dict.
            add: Whether to add the locale if the paywall does not have it.

        Returns:
            The paywall after the change.

        Raises:
            AdaptyUsageError: The paywall does not have the locale, or an argument is invalid. Nothing was changed.
            NotFoundError: There is no such paywall.
            UnexpectedResponseError: The remote configs could not be parsed completely. Nothing was changed.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> async for listed in client.paywalls.list():
            ...     break
            >>> await client.paywalls.update(listed.paywall_id, {"en": {"headline": "Hello"}, "de": {}})
            Paywall(...)
            >>> paywall = await client.paywalls.update_locale(listed.paywall_id, "de", {"headline": "Hallo"})
            >>> [config.data for config in paywall.remote_configs]
            ['{"headline": "Hello"}', '{"headline": "Hallo"}']
        """
        name, text = validate("locale", identifier, locale), validate("data", json_text, data)
        path: dict[str, Any] = {"paywall_id": validate("paywall_id", validate_uuid, paywall_id)}
        adds = validate("add", boolean, add)
        paywall = await self._transport.execute(build_server_side_call("getPaywall", parse_editable_paywall, **path))
        body = build_locale_update(paywall, name, text, add=adds)
        return await self._transport.execute(build_server_side_call("updatePaywall", Paywall.from_dict, body, **path))
