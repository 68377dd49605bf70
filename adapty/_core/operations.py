"""Every operation that the facade calls, in one table to be reviewed as a whole.

The retry rule depends on `idempotent_because`: an operation without it is not repeated after an attempt that may have
taken effect, and the error says so with `possible_effect`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AUTH_SCHEMES", "OPERATIONS", "RATE_LIMITS", "Api", "Operation"]

Api = Literal["mail", "server_side", "web", "export_analytics"]

AUTH_SCHEMES: Mapping[Api, str] = {
    "mail": "Bearer",
    "server_side": "Api-Key",
    "web": "Api-Key",
    "export_analytics": "Api-Key",
}
"""The scheme of the Authorization header, by API."""

RATE_LIMITS: Mapping[Api, int] = {"export_analytics": 2}
"""Requests per second with one key, of the APIs whose limit the client keeps to by itself."""


@frozen
class Operation:
    """An operation of an API.

    Attributes:
        name: The operationId in the spec.
        api: The API, which decides on the base URL and the key.
        endpoint: The generated module with its request builder, below the `api` package of its API.
        success_statuses: The documented success statuses.
        idempotent_because: Why a second attempt is safe; None if it is not.
        response_kind: What the documented success contains: a JSON object, nothing, or CSV, which is written to a file.
        not_found_is_success: Whether a 404 means success after an attempt that may have succeeded.
        possible_effect: What a failed attempt may have done; None if the operation is idempotent.
    """

    name: str
    api: Api
    endpoint: str
    success_statuses: frozenset[int]
    idempotent_because: str | None
    response_kind: Literal["object", "empty", "csv"] = "object"
    not_found_is_success: bool = False
    possible_effect: str | None = None


_OK = frozenset({200})
_CREATED = frozenset({201})
_NO_CONTENT = frozenset({204})
_READS = "it only reads"
_OVERWRITES = "it overwrites, so the second time changes nothing"
_UPSERT = "the ID in the header identifies the profile"
_RECORDED_ONCE = "the token identifies the purchase, which is recorded once"


def _mail(
    name: str,
    endpoint: str,
    idempotent_because: str,
    statuses: frozenset[int] = _OK,
    kind: Literal["object", "empty"] = "object",
) -> Operation:
    return Operation(name, "mail", f"default.{endpoint}", statuses, idempotent_because, kind)


def _server_side(
    name: str, endpoint: str, idempotent_because: str, kind: Literal["object", "empty"] = "object"
) -> Operation:
    return Operation(name, "server_side", endpoint, _OK, idempotent_because, kind)


def _web(name: str, endpoint: str, idempotent_because: str) -> Operation:
    return Operation(name, "web", f"default.{endpoint}", _OK, idempotent_because)


def _web_record(
    name: str, endpoint: str, idempotent_because: str | None, possible_effect: str | None = None
) -> Operation:
    endpoint = f"default.{endpoint}"
    return Operation(name, "web", endpoint, _CREATED, idempotent_because, "empty", possible_effect=possible_effect)


def _analytics(name: str, endpoint: str) -> Operation:
    return Operation(name, "export_analytics", f"default.{endpoint}", _OK, _READS)


def _deletion(name: str, endpoint: str) -> Operation:
    because = "a deleted profile stays deleted; the 404 of a second attempt counts as success"
    return Operation(name, "server_side", endpoint, _NO_CONTENT, because, "empty", not_found_is_success=True)


_ALL = (
    _mail("saveProfile", "save_profile", "an upsert by external_profile_id"),
    _mail("saveTransactionEvent", "save_transaction_event", "event_id makes an event idempotent"),
    # By email alone, a second attempt finds no profile; the call decides.
    _mail("deleteProfile", "delete_profile", "an erased profile stays erased", _NO_CONTENT, "empty"),
    _server_side("getProfile", "profile.get_profile", _READS),
    _server_side("createProfile", "profile.create_profile", _UPSERT),
    _server_side("updateProfile", "profile.update_profile", _OVERWRITES),
    _deletion("deleteProfile", "profile.delete_profile"),
    _server_side("setTransaction", "purchase.set_transaction", "store_transaction_id identifies the transaction"),
    _server_side("grantAccessLevel", "purchase.grant_access_level", _OVERWRITES),
    _server_side("revokeAccessLevel", "purchase.revoke_access_level", "a revoked access level stays revoked"),
    _server_side("getRefundSaverSettings", "refund_saver.get_refund_saver_settings", _READS),
    _server_side("setRefundSaverSettings", "refund_saver.set_refund_saver_settings", _OVERWRITES),
    _server_side("validateStripePurchase", "stripe.validate_stripe_purchase", _RECORDED_ONCE),
    _server_side("validatePaddlePurchase", "paddle.validate_paddle_purchase", _RECORDED_ONCE),
    _server_side("getIntegrationIdentifiers", "integration.get_integration_identifiers", _READS),
    _server_side("setIntegrationIdentifiers", "integration.set_integration_identifiers", _OVERWRITES, "empty"),
    _server_side("listPaywalls", "paywalls.list_paywalls", _READS),
    _server_side("getPaywall", "paywalls.get_paywall", _READS),
    _server_side("updatePaywall", "paywalls.update_paywall", _OVERWRITES),
    _server_side(
        "createVirtualCurrencyTransaction",
        "virtual_currency.create_virtual_currency_transaction",
        "all attempts have the same Idempotency-Key",
    ),
    _server_side("listVirtualCurrencyTransactions", "virtual_currency.list_virtual_currency_transactions", _READS),
    _server_side("listVirtualCurrencyBalances", "virtual_currency.list_virtual_currency_balances", _READS),
    _server_side("getProfileV1", "version_1.get_profile_v1", _READS),
    _server_side("createProfileV1", "version_1.create_profile_v1", _UPSERT),
    _server_side("updateProfileV1", "version_1.update_profile_v1", _OVERWRITES),
    _deletion("deleteProfileV1", "version_1.delete_profile_v1"),
    _server_side("grantAccessLevelV1", "version_1.grant_access_level_v1", _OVERWRITES),
    _web("getPaywall", "get_paywall", "it reads; the first request assigns a variation to the user, which stays"),
    # There is no idempotency key, and each request records a view.
    _web_record("recordPaywallView", "record_paywall_view", None, "the view may have been recorded"),
    _web_record("addAttribution", "add_attribution", _OVERWRITES),
    _analytics("retrieveAnalyticsData", "retrieve_analytics_data"),
    _analytics("retrieveCohortData", "retrieve_cohort_data"),
    _analytics("retrieveConversionData", "retrieve_conversion_data"),
    _analytics("retrieveFunnelData", "retrieve_funnel_data"),
    _analytics("retrieveLTVData", "retrieve_ltv_data"),
    _analytics("retrieveRetentionData", "retrieve_retention_data"),
    _analytics("retrievePlacementInfo", "retrieve_placement_info"),
)

OPERATIONS: Mapping[Api, Mapping[str, Operation]] = {
    api: {operation.name: operation for operation in _ALL if operation.api == api} for api in AUTH_SCHEMES
}
"""By API and name; two APIs may have an operation of the same name."""
