"""The Web API as a type checker sees it; checked by `make types`, never run.

An ignored error here is an expectation: the type checker reports it once the error is gone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, assert_type

from adapty import Adapty, AsyncAdapty, WebPaywall, WebPaywallProduct, WebRemoteConfig
from adapty_generated.web import AuthenticatedClient

if TYPE_CHECKING:
    from uuid import UUID


def check_web(adapty: Adapty, some_id: UUID) -> None:
    """Check arguments and results."""
    paywall = adapty.web.get_paywall(placement_id="onboarding", store="stripe", customer_user_id="u")
    assert_type(paywall, WebPaywall)
    assert_type(paywall.products, tuple[WebPaywallProduct, ...])
    assert_type(paywall.variation_id, str | None)
    assert_type(paywall.remote_config, WebRemoteConfig | None)
    assert paywall.remote_config
    assert_type(paywall.remote_config.data, str | None)
    assert_type(paywall.remote_config.decoded(), Any)
    adapty.web.get_paywall(placement_id="onboarding", customer_user_id="u")  # type: ignore[call-arg]
    adapty.web.record_paywall_view(variation_id=some_id, store="stripe", profile_id=some_id)
    adapty.web.record_paywall_view(variation_id="v", store="s", visited_at=datetime.now(UTC), profile_id="p")
    adapty.web.record_paywall_view(variation_id=7, store="s", profile_id="p")  # type: ignore[arg-type]
    adapty.web.add_attribution(status="non_organic", channel="newsletter", customer_user_id="u")
    adapty.web.add_attribution(status="non-organic", customer_user_id="u")  # type: ignore[arg-type]
    assert_type(adapty.web.low_level(), AuthenticatedClient)


async def check_async_web(adapty: AsyncAdapty) -> None:
    """Check that the async client has the same results."""
    assert_type(await adapty.web.get_paywall(placement_id="p", store="s", customer_user_id="u"), WebPaywall)
    assert_type(adapty.web.low_level(), AuthenticatedClient)
