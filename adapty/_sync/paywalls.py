# Generated from adapty/_async/paywalls.py by `make unasync`; do not edit.

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
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any
    from uuid import UUID

    from adapty._sync.transport import Transport
    from adapty.models.paywalls import PaywallListItem, RemoteConfig

__all__ = ["Paywalls"]


class Paywalls:
    """The app's paywalls; `client.paywalls` of a client."""

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        self._transport = transport

    def list(self, *, page_size: int = 20) -> Iterator[PaywallListItem]:
        """Go through all paywalls, page by page as they are asked for: operation `listPaywalls`.

        Args:
            page_size: How many paywalls one request brings, 1 to 100.

        Returns:
            An iterator; a page is fetched when its first paywall is asked for. Its steps raise AdaptyAPIError and
            AdaptyConnectionError.

        Raises:
            AdaptyUsageError: `page_size` is wrong; nothing was sent.

        Example:
            >>> for paywall in client.paywalls.list(page_size=100):
            ...     assert paywall.paywall_id
        """
        return self._pages(bounded_int("page_size", page_size, MAX_PAGE_SIZE))

    def _pages(self, size: int) -> Iterator[PaywallListItem]:
        number: int | None = 1
        while number is not None:
            page = self._transport.execute(
                build_server_side_call("listPaywalls", PaywallListResponse.from_dict, pagenumber=number, pagesize=size)
            )
            for paywall in page.data:
                yield paywall
            number = next_page_number(page, number, size)

    def get(self, paywall_id: str | UUID) -> Paywall:
        """Look a paywall up: operation `getPaywall`.

        Args:
            paywall_id: The paywall's id, a UUID.

        Returns:
            The paywall with its remote configs.

        Raises:
            AdaptyUsageError: `paywall_id` is no UUID; nothing was sent.
            NotFoundError: There is no such paywall.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries.

        Example:
            >>> for listed in client.paywalls.list():
            ...     break
            >>> paywall = client.paywalls.get(listed.paywall_id)
            >>> paywall.title == listed.title
            True
        """
        return self._transport.execute(
            build_server_side_call(
                "getPaywall", Paywall.from_dict, paywall_id=validate("paywall_id", validate_uuid, paywall_id)
            )
        )

    def update(
        self,
        paywall_id: str | UUID,
        remote_configs: Mapping[str, str | Mapping[str, Any]] | Iterable[RemoteConfig | Mapping[str, Any]],
        *,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Paywall:
        """Replace all remote configs of a paywall: operation `updatePaywall`. A locale that is left out is gone.

        Args:
            paywall_id: The paywall's id, a UUID.
            remote_configs: Locales with their data, which is JSON text or a dict; or the API's own list of `locale`
                and `data`, such as `paywall.remote_configs`.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The paywall as it is now.

        Raises:
            AdaptyUsageError: An argument is what the API would refuse; nothing was sent.
            NotFoundError: There is no such paywall.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Replacing them again does no harm.

        Example:
            >>> for listed in client.paywalls.list():
            ...     break
            >>> paywall = client.paywalls.update(listed.paywall_id, {"en": {"headline": "Go premium"}})
            >>> paywall.remote_config("en").decoded()
            {'headline': 'Go premium'}
        """
        path = {"paywall_id": validate("paywall_id", validate_uuid, paywall_id)}
        body = PaywallUpdateRequest(remote_configs=remote_configs, extra_fields=extra_fields)
        return self._transport.execute(build_server_side_call("updatePaywall", Paywall.from_dict, body, **path))

    def update_locale(
        self,
        paywall_id: str | UUID,
        locale: str,
        data: str | Mapping[str, Any],
        *,
        add: bool = False,
    ) -> Paywall:
        """Change the remote config of one locale: read the paywall, edit that one, write all of them back.

        The API can only replace all of them, so what somebody else changes between the two requests is lost.

        Args:
            paywall_id: The paywall's id, a UUID.
            locale: The locale, such as `en`.
            data: The config: JSON text, or a dict.
            add: True also takes a locale that the paywall does not have yet.

        Returns:
            The paywall as it is now.

        Raises:
            AdaptyUsageError: The paywall does not have the locale, or an argument is what the API would refuse;
                nothing was changed.
            NotFoundError: There is no such paywall.
            UnexpectedResponseError: The remote configs were not understood as a whole; nothing was changed.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries. Changing it again does no harm.

        Example:
            >>> for listed in client.paywalls.list():
            ...     break
            >>> client.paywalls.update(listed.paywall_id, {"en": {"headline": "Hello"}, "de": {}})
            Paywall(...)
            >>> paywall = client.paywalls.update_locale(listed.paywall_id, "de", {"headline": "Hallo"})
            >>> [config.data for config in paywall.remote_configs]
            ['{"headline": "Hello"}', '{"headline": "Hallo"}']
        """
        name, text = validate("locale", identifier, locale), validate("data", json_text, data)
        path: dict[str, Any] = {"paywall_id": validate("paywall_id", validate_uuid, paywall_id)}
        adds = validate("add", boolean, add)
        paywall = self._transport.execute(build_server_side_call("getPaywall", parse_editable_paywall, **path))
        body = build_locale_update(paywall, name, text, add=adds)
        return self._transport.execute(build_server_side_call("updatePaywall", Paywall.from_dict, body, **path))
