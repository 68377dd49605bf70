"""What each operation of the server-side API does, by its operationId."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.sandbox.flaws import Flaw
from adapty.sandbox.server_side import access, currencies, integrations, paywalls, profiles, purchases, refund_saver
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.identity import User
from adapty.sandbox.server_side.shown import profile_response
from adapty.sandbox.server_side.tokens import purchase_behind
from adapty.sandbox.webhooks.changes import changes_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Asked, Work

__all__ = ["ACTIONS"]

Response = dict[str, Any]


def _get_profile(work: Work, asked: Asked) -> Response:
    return profile_response(work, profiles.existing(work, asked.user))


def _create_profile(work: Work, asked: Asked) -> Response:
    """Make a profile, or change the one that the user has: the API answers both alike."""
    return _changed(work, profiles.created(work, asked.user), asked)


def _update_profile(work: Work, asked: Asked) -> Response:
    return _changed(work, profiles.existing(work, asked.user), asked)


def _delete_profile(work: Work, asked: Asked) -> None:
    profiles.delete(work, profiles.existing(work, asked.user))


def _set_transaction(work: Work, asked: Asked) -> Response:
    profile = profiles.existing(work, asked.user)
    with changes_told(work, profile):
        purchases.record(work, profile, asked.body)
    return profile_response(work, profile)


def _grant_access_level(work: Work, asked: Asked) -> Response:
    profile = profiles.existing(work, asked.user)
    with changes_told(work, profile):
        access.grant(work, profile, asked.body)
    return profile_response(work, profile)


def _revoke_access_level(work: Work, asked: Asked) -> Response:
    profile = profiles.existing(work, asked.user)
    with changes_told(work, profile):
        access.revoke(work, profile, asked.body)
    return profile_response(work, profile)


def _validate_stripe_purchase(work: Work, asked: Asked) -> Response:
    attributes = asked.body["data"]["attributes"]
    where = ("data", "attributes", "stripe_token")
    declined = Declined(400, Flaw(message="No such purchase", path=where))
    _bought(work, "stripe", attributes["customer_user_id"], attributes["stripe_token"], declined)
    return {"data": None}


def _validate_paddle_purchase(work: Work, asked: Asked) -> Response:
    code = "invalid_paddle_credentials_or_purchase_not_found"
    declined = Declined.because(400, "No such purchase, or the credentials are wrong", code, source=None)
    profile = _bought(work, "paddle", asked.body["customer_user_id"], asked.body["paddle_token"], declined)
    return profile_response(work, profile)


def _changed(work: Work, profile: Profile, asked: Asked) -> Response:
    platform = asked.parameters.get("adapty-platform")
    profile = profiles.changed(profile, asked.body, platform=platform)
    profiles.keep(work, profile)
    return profile_response(work, profile)


def _bought(work: Work, store: str, customer_user_id: str, token: str, declined: Declined) -> Profile:
    """Record the purchase behind a token, for a profile that is made if need be; a repeat changes nothing."""
    purchase = purchase_behind(store, token, work.now)
    if purchase is None:
        raise declined
    profile = profiles.created(work, User(customer_user_id=customer_user_id))
    with changes_told(work, profile):
        purchases.record_once(work, profile, purchase)
    return profile


ACTIONS: Mapping[str, Callable[[Work, Asked], Any]] = {
    "getProfile": _get_profile,
    "createProfile": _create_profile,
    "updateProfile": _update_profile,
    "deleteProfile": _delete_profile,
    "setTransaction": _set_transaction,
    "grantAccessLevel": _grant_access_level,
    "revokeAccessLevel": _revoke_access_level,
    "getRefundSaverSettings": refund_saver.get_settings,
    "setRefundSaverSettings": refund_saver.set_settings,
    "validateStripePurchase": _validate_stripe_purchase,
    "validatePaddlePurchase": _validate_paddle_purchase,
    "getIntegrationIdentifiers": integrations.get_identifiers,
    "setIntegrationIdentifiers": integrations.set_identifiers,
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
"""What an operation of the contract does, and answers. An operation that is not here is not served."""
