"""Assertions on the Web API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.testing._matching import find_differences, nearest_differences, require_count, require_known_fields
from adapty.testing._messages import failure, format_count, format_value
from adapty.testing._recorded import describe_rejected
from adapty.testing._server_side import require_profile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from adapty.sandbox import Sandbox

__all__ = ["assert_paywall_viewed"]

_FIELDS = ("paywall_id", "placement_id", "variation_id", "store", "visited_at")
_MAX_LISTED = 20


def assert_paywall_viewed(
    sandbox: Sandbox,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    count: int | None = None,
    **fields: Any,
) -> list[dict[str, Any]]:
    """Assert that the Web API has views of a paywall by a user.

    Args:
        sandbox: The sandbox.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is required.
        profile_id: Adapty's id of the user.
        count: The expected number of views with the expected values. Default: at least one.
        fields: The expected values: `paywall_id`, `placement_id`, `variation_id`, `store`, `visited_at`.

    Returns:
        The views, in the order of receipt.

    Raises:
        AssertionError: The views are not the expected ones; the message lists them, or contains the differences of the
            most similar one, and says why requests failed.
        AdaptyUsageError: No id is given, a field is unknown, an argument is invalid, or `sandbox` is not a sandbox.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> paywall = client.web.get_paywall(
        ...     placement_id="onboarding", store="stripe", customer_user_id="user_12345"
        ... )
        >>> client.web.record_paywall_view(
        ...     variation_id=paywall.variation_id, store="stripe", customer_user_id="user_12345"
        ... )
        >>> views = assert_paywall_viewed(
        ...     adapty_sandbox, customer_user_id="user_12345", placement_id="onboarding", count=1
        ... )
    """
    __tracebackhide__ = True
    require_count(count)
    user, profile = require_profile(sandbox, customer_user_id, profile_id)
    stored: list[dict[str, Any]] = profile["paywall_views"]
    require_known_fields(fields, _FIELDS)
    matching = [view for view in stored if not find_differences(fields, view)]
    is_expected = bool(matching) if count is None else len(matching) == count
    if is_expected:
        return matching
    rejected = describe_rejected(sandbox, "recordPaywallView", "web")
    if not stored:
        raise failure(sandbox, f"{user} viewed no paywall", *rejected)
    if count is None or not matching:
        _, found = nearest_differences(fields, stored)
        problem = (
            f"{format_count(len(stored), 'view')} of {user}, but none matches; differences of the most similar one:"
        )
        raise failure(sandbox, problem, *found, *rejected)
    problem = f"expected {format_count(count, 'view')} of {user}, got {len(matching)}"
    raise failure(sandbox, problem, *map(_describe, matching[:_MAX_LISTED]), *rejected)


def _describe(view: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {format_value(view[name])}" for name in ("placement_id", "variation_id", "visited_at"))
