"""The assertion on views of paywalls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from adapty import Adapty, AdaptyUsageError, ServerError
from adapty.testing import assert_paywall_viewed, assert_requests, assert_server_side_profile

if TYPE_CHECKING:
    from adapty import WebPaywall
    from adapty.sandbox import Sandbox

Said = Callable[..., list[str]]

USER: Any = {"customer_user_id": "user_12345"}
SEEN_AT = datetime(2026, 6, 10, 14, 20, 5, tzinfo=UTC)


@pytest.fixture
def paywall(adapty_client: Adapty) -> WebPaywall:
    """Return the paywall of a user."""
    adapty_client.profiles.create(**USER)
    return adapty_client.web.get_paywall(placement_id="onboarding", store="stripe", **USER)


def view(client: Adapty, paywall: WebPaywall, **changes: Any) -> None:
    """Record a view of the user."""
    client.web.record_paywall_view(**{"variation_id": paywall.variation_id, "store": "stripe", **USER, **changes})


def test_assert_paywall_viewed_returns_the_views(
    adapty_sandbox: Sandbox, adapty_client: Adapty, paywall: WebPaywall
) -> None:
    """By either ID; fields are compared by meaning."""
    assert assert_paywall_viewed(adapty_sandbox, **USER, count=0) == []
    view(adapty_client, paywall, visited_at=SEEN_AT)
    view(adapty_client, paywall, store="app_store")

    first, second = assert_paywall_viewed(adapty_sandbox, **USER, placement_id="onboarding", count=2)
    assert first["variation_id"] == second["variation_id"] == paywall.variation_id
    assert assert_paywall_viewed(
        adapty_sandbox, **USER, count=1, visited_at=SEEN_AT, variation_id=UUID(paywall.variation_id)
    ) == [first]
    profile_id = assert_server_side_profile(adapty_sandbox, **USER)["profile_id"]
    assert assert_paywall_viewed(adapty_sandbox, profile_id=profile_id, store="app_store") == [second]
    assert len(assert_requests(adapty_sandbox, "getPaywall", api="web", count=1)) == 1


def test_missing_view_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, paywall: WebPaywall, said: Said) -> None:
    """The message has the differences of the most similar view, or why the requests failed."""
    assert said(assert_paywall_viewed, adapty_sandbox, **USER) == [
        "user 'user_12345' viewed no paywall",
        "  recordPaywallView was never requested",
    ]
    adapty_sandbox.faults.add("server_error;count=1;operations=recordPaywallView")
    with pytest.raises(ServerError, match="not retried, because the view may have been recorded"):
        view(adapty_client, paywall)
    assert said(assert_paywall_viewed, adapty_sandbox, **USER) == [
        "user 'user_12345' viewed no paywall",
        "  1 of 1 recordPaywallView request failed:",
        "    recordPaywallView returned 503 (server_error)",
    ]
    view(adapty_client, paywall, visited_at=SEEN_AT)
    assert said(assert_paywall_viewed, adapty_sandbox, **USER, store="app_store")[:2] == [
        "1 view of user 'user_12345', but none matches; differences of the most similar one:",
        "  store: expected 'app_store', but it is 'stripe'",
    ]
    assert said(assert_paywall_viewed, adapty_sandbox, customer_user_id="unknown")[0] == "there is no user 'unknown'"


def test_second_view_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, paywall: WebPaywall, said: Said) -> None:
    """The message lists the views."""
    for _ in range(2):
        view(adapty_client, paywall, visited_at=SEEN_AT)

    line = f"  placement_id 'onboarding', variation_id '{paywall.variation_id}', visited_at '2026-06-10T14:20:05+00:00'"
    assert said(assert_paywall_viewed, adapty_sandbox, **USER, count=1) == [
        "expected 1 view of user 'user_12345', got 2",
        line,
        line,
    ]


def test_lost_response_is_not_repeated(adapty_sandbox: Sandbox, adapty_client: Adapty, paywall: WebPaywall) -> None:
    """A response that is dropped after the view was recorded leaves one view."""
    adapty_sandbox.faults.add("drop_after;count=1;operations=recordPaywallView")
    with pytest.raises(Exception, match="not retried") as caught:
        view(adapty_client, paywall)

    assert caught.value.may_have_succeeded  # type: ignore[attr-defined]
    assert_paywall_viewed(adapty_sandbox, **USER, count=1)


def test_wrong_arguments_are_rejected(adapty_sandbox: Sandbox, paywall: WebPaywall) -> None:
    """By name."""
    arguments: Any
    for arguments, field_name in [
        ({"variation": "x"}, "variation"),
        ({"count": -1}, "count"),
        ({"count": True}, "count"),
        ({"profile_id": "x"}, "profile_id"),
    ]:
        user = {} if "profile_id" in arguments else USER
        with pytest.raises(AdaptyUsageError) as caught:
            assert_paywall_viewed(adapty_sandbox, **user, **arguments)
        assert caught.value.field_name == field_name


def test_attribution_is_compared_with_the_profile(
    adapty_sandbox: Sandbox, adapty_client: Adapty, paywall: WebPaywall
) -> None:
    """Only the given names."""
    adapty_client.web.add_attribution(status="non_organic", channel="newsletter", **USER)
    expected = {"custom": {"channel": "newsletter", "status": "non_organic"}}
    assert_server_side_profile(adapty_sandbox, **USER, attributions=expected)
