"""The refund saver's settings: what the App Store is told when a user asks it for a refund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from adapty.sandbox.server_side import profiles
from adapty.sandbox.server_side.declined import Declined

if TYPE_CHECKING:
    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Asked, Work

__all__ = ["DEFAULTS", "get_settings", "set_settings", "settings"]

DEFAULTS = {"consent": False, "custom_preference": "no_preference"}
"""What holds for a user of whom nothing was said: the API documents none, and who was not asked has not agreed."""


def settings(profile: Profile) -> dict[str, Any]:
    """Give a profile's settings as the contract's `RefundSaverSettings` has them."""
    return {**DEFAULTS, **profile.refund_saver}


def get_settings(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `getRefundSaverSettings` does."""
    return _response(_existing(work, asked))


def set_settings(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `setRefundSaverSettings` does. A null is no setting: it leaves what is.

    Raises:
        Declined: Neither of the two is given, or there is no such profile.
    """
    given = {name: asked.body[name] for name in DEFAULTS if asked.body.get(name) is not None}
    if not given:
        raise Declined.because(400, f"At least one of {' and '.join(DEFAULTS)} is required", "base_error")
    profile = _existing(work, asked)
    profile = evolve(profile, refund_saver={**profile.refund_saver, **given})
    profiles.keep(work, profile)
    return _response(profile)


def _existing(work: Work, asked: Asked) -> Profile:
    return profiles.existing(work, asked.user, status=400)


def _response(profile: Profile) -> dict[str, Any]:
    return {"profile_id": profile.profile_id, "settings": settings(profile)}
