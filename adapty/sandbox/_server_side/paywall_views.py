"""Views of paywalls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adapty.sandbox._storage import to_json

if TYPE_CHECKING:
    from adapty.sandbox._server_side.model import Context, Profile

__all__ = ["count_by_paywall", "load", "save"]

_INSERT = "INSERT INTO paywall_views (profile_id, paywall_id, body) VALUES (?, ?, ?)"
_LIST = "SELECT body FROM paywall_views WHERE profile_id = ? ORDER BY number"
_COUNT = "SELECT paywall_id, count(*) FROM paywall_views GROUP BY paywall_id"


def save(context: Context, profile: Profile, view: dict[str, Any]) -> None:
    """Store a view of a user. Each call adds one: the API has no idempotency key."""
    context.connection.execute(_INSERT, (profile.profile_id, view["paywall_id"], to_json(view)))


def load(context: Context, profile: Profile) -> list[dict[str, Any]]:
    """Return the views of a user, in the order of receipt."""
    return [json.loads(body) for (body,) in context.connection.execute(_LIST, (profile.profile_id,))]


def count_by_paywall(context: Context) -> dict[str, int]:
    """Return the number of views by paywall, without the paywalls that have none."""
    return dict(context.connection.execute(_COUNT).fetchall())
