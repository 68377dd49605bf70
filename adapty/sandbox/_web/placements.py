"""The paywalls that the placements show.

The ID of a live paywall is a placement that shows it. The placement `onboarding` shows the first live paywall, and the
placement `onboarding_ab` is an A/B test of the first two. Other paywalls are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from attrs import frozen

from adapty.sandbox._server_side import paywall_views, paywalls

if TYPE_CHECKING:
    from adapty.sandbox._server_side.model import Context, Profile

__all__ = ["Variation", "find_variation", "list_paywalls", "list_variations", "select_variation"]

_ONBOARDING = "onboarding"
_AB_TEST = "onboarding_ab"
_AB_TEST_SIZE = 2

_NAMESPACE = UUID("ada97000-5a4d-4b0c-8000-000000000003")


@frozen(kw_only=True)
class Variation:
    """One paywall of a placement.

    Attributes:
        placement_id: The placement.
        paywall: The paywall, as the server-side API has it.
        ab_test_name: The name of the A/B test; None if the placement has one variation.
    """

    placement_id: str
    paywall: Mapping[str, Any]
    ab_test_name: str | None = None

    @property
    def variation_id(self) -> str:
        """The ID, the same for all users and after a restart."""
        return str(uuid5(_NAMESPACE, f"{self.placement_id} {self.paywall['paywall_id']}"))


def list_variations(context: Context) -> list[Variation]:
    """Return the variations of all placements."""
    live = [paywall for paywall in paywalls.load_all(context) if paywall["state"] == "live"]
    tested = live[:_AB_TEST_SIZE]
    return [
        *(Variation(placement_id=_ONBOARDING, paywall=paywall) for paywall in live[:1]),
        *(Variation(placement_id=_AB_TEST, paywall=paywall, ab_test_name="Onboarding") for paywall in tested),
        *(Variation(placement_id=paywall["paywall_id"], paywall=paywall) for paywall in live),
    ]


def select_variation(context: Context, placement_id: str, profile: Profile) -> Variation | None:
    """Return the variation that a placement shows to a user, always the same one; None if it shows nothing."""
    variations = [one for one in list_variations(context) if one.placement_id == placement_id]
    if not variations:
        return None
    digest = sha256(f"{placement_id} {profile.profile_id}".encode()).digest()
    return variations[digest[0] % len(variations)]


def find_variation(context: Context, variation_id: str) -> Variation | None:
    """Return a variation by its ID, or None."""
    return next((one for one in list_variations(context) if one.variation_id == variation_id.lower()), None)


def list_paywalls(context: Context) -> list[dict[str, Any]]:
    """Return all paywalls with their variations and numbers of views, for inspection."""
    views = paywall_views.count_by_paywall(context)
    variations = list_variations(context)
    return [
        {
            **{name: paywall[name] for name in ("paywall_id", "title", "state")},
            "views": views.get(paywall["paywall_id"], 0),
            "variations": [
                {"placement_id": one.placement_id, "variation_id": one.variation_id}
                for one in variations
                if one.paywall["paywall_id"] == paywall["paywall_id"]
            ],
        }
        for paywall in paywalls.load_all(context)
    ]
