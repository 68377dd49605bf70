"""What each operation of the server-side API does, and what it returns."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from attrs import evolve

from adapty.sandbox._responses import ApiError, ValidationIssue
from adapty.sandbox._server_side import access_levels, currencies, paywall_views, paywalls, profiles, purchases
from adapty.sandbox._server_side.lifecycle import record_changes
from adapty.sandbox._server_side.model import User
from adapty.sandbox._server_side.transaction_rules import check_transaction
from adapty.sandbox._storage import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.sandbox._server_side.model import Context, Params, Profile

__all__ = ["ACTIONS", "INTEGRATION_IDENTIFIERS", "REFUND_SAVER_DEFAULTS", "debug_view"]

APP_ID = "ada97000-5a4d-4b0c-8000-000000000001"
"""The only app of the sandbox."""

INTEGRATION_IDENTIFIERS = (
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
"""The fields of the spec's `IntegrationIdentifiers`."""

REFUND_SAVER_DEFAULTS = {"consent": False, "custom_preference": "no_preference"}
"""The settings of a user without any. The API documents no defaults; a user who was not asked has not consented."""

_HASH_LENGTH = 16

Response = dict[str, Any]


def _get_profile(context: Context, params: Params) -> Response:
    return _profile_response(context, profiles.get_or_404(context, params.user))


def _create_profile(context: Context, params: Params) -> Response:
    """Create a profile, or update the existing one: the API responds to both alike."""
    return _update(context, profiles.get_or_create(context, params.user), params)


def _update_profile(context: Context, params: Params) -> Response:
    return _update(context, profiles.get_or_404(context, params.user), params)


def _update(context: Context, profile: Profile, params: Params) -> Response:
    platform = params.parameters.get("adapty-platform")
    profile = profiles.apply_update(profile, params.body, platform=platform)
    profiles.save(context, profile)
    return _profile_response(context, profile)


def _delete_profile(context: Context, params: Params) -> None:
    profiles.delete(context, profiles.get_or_404(context, params.user))


def _set_transaction(context: Context, params: Params) -> Response:
    check_transaction(params.body)
    profile = profiles.get_or_404(context, params.user)
    with record_changes(context, profile):
        purchases.save(context, profile, params.body)
    return _profile_response(context, profile)


def _grant_access_level(context: Context, params: Params) -> Response:
    profile = profiles.get_or_404(context, params.user)
    with record_changes(context, profile):
        access_levels.grant(context, profile, params.body)
    return _profile_response(context, profile)


def _revoke_access_level(context: Context, params: Params) -> Response:
    profile = profiles.get_or_404(context, params.user)
    with record_changes(context, profile):
        access_levels.revoke(context, profile, params.body)
    return _profile_response(context, profile)


def _validate_stripe_purchase(context: Context, params: Params) -> Response:
    attributes = params.body["data"]["attributes"]
    path = ("data", "attributes", "stripe_token")
    error = ApiError(400, ValidationIssue(message="No such purchase", path=path))
    _record_purchase(context, "stripe", attributes["customer_user_id"], attributes["stripe_token"], error)
    return {"data": None}


def _validate_paddle_purchase(context: Context, params: Params) -> Response:
    code = "invalid_paddle_credentials_or_purchase_not_found"
    error = ApiError.single(400, "No such purchase, or the credentials are wrong", code, source=None)
    body = params.body
    profile = _record_purchase(context, "paddle", body["customer_user_id"], body["paddle_token"], error)
    return _profile_response(context, profile)


def _record_purchase(context: Context, store: str, customer_user_id: str, token: str, error: ApiError) -> Profile:
    """Store the purchase of a token, and create its profile if needed; a repetition changes nothing."""
    purchase = purchases.resolve_token(store, token, context.now)
    if purchase is None:
        raise error
    profile = profiles.get_or_create(context, User(customer_user_id=customer_user_id))
    with record_changes(context, profile):
        purchases.save_once(context, profile, purchase)
    return profile


def _get_refund_saver_settings(context: Context, params: Params) -> Response:
    return _refund_saver_response(profiles.get_or_404(context, params.user, status=400))


def _set_refund_saver_settings(context: Context, params: Params) -> Response:
    """Update the settings. Null leaves a setting unchanged."""
    given = {name: params.body[name] for name in REFUND_SAVER_DEFAULTS if params.body.get(name) is not None}
    if not given:
        message = f"At least one of {' and '.join(REFUND_SAVER_DEFAULTS)} is required"
        raise ApiError.single(400, message, "validation_error")
    profile = profiles.get_or_404(context, params.user, status=400)
    profile = evolve(profile, refund_saver={**profile.refund_saver, **given})
    profiles.save(context, profile)
    return _refund_saver_response(profile)


def _refund_saver_settings(profile: Profile) -> dict[str, Any]:
    return {**REFUND_SAVER_DEFAULTS, **profile.refund_saver}


def _refund_saver_response(profile: Profile) -> Response:
    return {"profile_id": profile.profile_id, "settings": _refund_saver_settings(profile)}


def _get_integration_identifiers(context: Context, params: Params) -> dict[str, str | None]:
    return _integration_identifiers(_profile_with_integrations(context, params))


def _set_integration_identifiers(context: Context, params: Params) -> None:
    """Update the identifiers. Null clears an identifier, a missing one is unchanged."""
    given = {name: params.body[name] for name in INTEGRATION_IDENTIFIERS if name in params.body}
    if not given:
        raise ApiError.single(400, "At least one identifier is required", "validation_error")
    profile = _profile_with_integrations(context, params)
    merged = {**profile.integration_identifiers, **given}
    identifiers = {name: value for name, value in merged.items() if value is not None}
    profiles.save(context, evolve(profile, integration_identifiers=identifiers))


def _profile_with_integrations(context: Context, params: Params) -> Profile:
    return profiles.get_or_404(context, params.user, error_code="profile_not_found")


def _integration_identifiers(profile: Profile) -> dict[str, str | None]:
    return {name: profile.integration_identifiers.get(name) for name in INTEGRATION_IDENTIFIERS}


def _profile_response(context: Context, profile: Profile) -> Response:
    return {"data": _format_profile(context, profile)}


def _format_profile(context: Context, profile: Profile) -> dict[str, Any]:
    """Return a profile as the spec's `ProfileResponse` contains it."""
    history = purchases.load_transactions(context, profile)
    return {
        "app_id": APP_ID,
        "profile_id": profile.profile_id,
        "customer_user_id": profile.customer_user_id,
        "total_revenue_usd": purchases.total_revenue_usd(history),
        "segment_hash": _segment_hash(profile),
        "timestamp": context.timestamp,
        "custom_attributes": [{"key": key, "value": value} for key, value in profile.custom_attributes.items()],
        "access_levels": access_levels.format_access_levels(context, profile, history),
        "subscriptions": purchases.format_subscriptions(history, context.now),
        "non_subscriptions": purchases.format_one_time_purchases(context, profile, history),
    }


def _segment_hash(profile: Profile) -> str:
    """Return a hash of the data that segments depend on."""
    return sha256(to_json([profile.fields, profile.custom_attributes]).encode()).hexdigest()[:_HASH_LENGTH]


def debug_view(context: Context, profile: Profile) -> dict[str, Any]:
    """Return a profile with everything stored for it, including what responses omit."""
    return {
        **profile.fields,
        **_format_profile(context, profile),
        "transactions": [transaction.body for transaction in purchases.load_transactions(context, profile)],
        "refund_saver_settings": _refund_saver_settings(profile),
        "integration_identifiers": _integration_identifiers(profile),
        "virtual_currencies": currencies.load_balances(context, profile),
        "attributions": dict(profile.attributions),
        "paywall_views": paywall_views.load(context, profile),
    }


ACTIONS: Mapping[str, Callable[[Context, Params], Any]] = {
    "getProfile": _get_profile,
    "createProfile": _create_profile,
    "updateProfile": _update_profile,
    "deleteProfile": _delete_profile,
    "setTransaction": _set_transaction,
    "grantAccessLevel": _grant_access_level,
    "revokeAccessLevel": _revoke_access_level,
    "getRefundSaverSettings": _get_refund_saver_settings,
    "setRefundSaverSettings": _set_refund_saver_settings,
    "validateStripePurchase": _validate_stripe_purchase,
    "validatePaddlePurchase": _validate_paddle_purchase,
    "getIntegrationIdentifiers": _get_integration_identifiers,
    "setIntegrationIdentifiers": _set_integration_identifiers,
    "listPaywalls": paywalls.list_paywalls,
    "getPaywall": paywalls.get_paywall,
    "updatePaywall": paywalls.update_paywall,
    "createVirtualCurrencyTransaction": currencies.create_transaction,
    "listVirtualCurrencyTransactions": currencies.list_transactions,
    "listVirtualCurrencyBalances": currencies.list_balances,
    "getProfileV1": _get_profile,
    "createProfileV1": _create_profile,
    "updateProfileV1": _update_profile,
    "deleteProfileV1": _delete_profile,
    "grantAccessLevelV1": _grant_access_level,
}
"""What each operation does and returns, by operationId. Other operations are not served."""
