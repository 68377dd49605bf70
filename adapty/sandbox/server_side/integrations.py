"""The integration identifiers: under which ids other services know a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from adapty.sandbox.server_side import profiles
from adapty.sandbox.server_side.declined import Declined

if TYPE_CHECKING:
    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Asked, Work

__all__ = ["IDENTIFIERS", "get_identifiers", "identifiers", "set_identifiers"]

IDENTIFIERS = (
    "adjust_device_id",
    "airbridge_device_id",
    "amplitude_device_id",
    "amplitude_user_id",
    "appmetrica_device_id",
    "appmetrica_profile_id",
    "appsflyer_id",
    "branch_id",
    "facebook_anonymous_id",
    "firebase_app_instance_id",
    "mixpanel_user_id",
    "one_signal_player_id",
    "one_signal_subscription_id",
    "posthog_distinct_user_id",
    "pushwoosh_hwid",
    "tenjin_analytics_installation_id",
)
"""The fields of the contract's `IntegrationIdentifiers`."""


def identifiers(profile: Profile) -> dict[str, str | None]:
    """Give all identifiers of a profile; null is one that is not set."""
    return {name: profile.integration_identifiers.get(name) for name in IDENTIFIERS}


def get_identifiers(work: Work, asked: Asked) -> dict[str, str | None]:
    """Do what `getIntegrationIdentifiers` does."""
    return identifiers(_existing(work, asked))


def set_identifiers(work: Work, asked: Asked) -> None:
    """Do what `setIntegrationIdentifiers` does: null clears an identifier, what is left out stays.

    Raises:
        Declined: None is given, or there is no such profile.
    """
    given = {name: asked.body[name] for name in IDENTIFIERS if name in asked.body}
    if not given:
        raise Declined.because(400, "At least one identifier is required", "base_error")
    profile = _existing(work, asked)
    merged = {**profile.integration_identifiers, **given}
    kept = {name: value for name, value in merged.items() if value is not None}
    profiles.keep(work, evolve(profile, integration_identifiers=kept))


def _existing(work: Work, asked: Asked) -> Profile:
    return profiles.existing(work, asked.user, error_code="profile_not_found")
