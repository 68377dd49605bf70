"""The documented rules of `setTransaction`, `grantAccessLevel` and `revokeAccessLevel` beyond the schemas of the spec.

The client sends a request that breaks one, because Adapty may change its rules, and names the rule in the error. The
sandbox refuses it. Where the vendor's example response and its table differ, this is the example's source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty._core.operations import Api

__all__ = ["ERROR_RULES", "ErrorRule", "find_hint"]

_SET_TRANSACTION = frozenset({"setTransaction"})
_GRANT = frozenset({"grantAccessLevel", "grantAccessLevelV1"})
_REVOKE = frozenset({"revokeAccessLevel"})
_ACCESS_LEVELS = _GRANT | _REVOKE
_ALL = _SET_TRANSACTION | _ACCESS_LEVELS

_NO_FIELD = "non_field_errors"


@frozen
class ErrorRule:
    """A rule that the API refuses a request by.

    Attributes:
        source: The `source` of the error in the response.
        text: What the API requires.
        operations: The operations that the rule applies to.
    """

    source: str | None
    text: str
    operations: frozenset[str]


ERROR_RULES: Mapping[str, ErrorRule] = {
    "one_time_purchase_trial_error": ErrorRule(
        "offer.type", "a one-time purchase must not have an offer of type free_trial", _SET_TRANSACTION
    ),
    "free_trial_price_error": ErrorRule(
        "offer_type",
        "an offer of type free_trial must have a price.value of 0; an offer without an ID must omit offer.id, not send "
        "null",
        _SET_TRANSACTION,
    ),
    "missing_offer_id": ErrorRule(
        "offer_category",
        "an offer of any category except introductory must have an offer.id; an introductory one without must omit "
        "offer.id, not send null",
        _SET_TRANSACTION,
    ),
    "family_share_price_error": ErrorRule(
        "is_family_shared", "a purchase with is_family_shared=true must have a price.value of 0", _SET_TRANSACTION
    ),
    "store_transaction_id_error": ErrorRule(
        "store_transaction_id",
        "the store_transaction_id of a one-time purchase must equal its store_original_transaction_id",
        _SET_TRANSACTION,
    ),
    "originally_purchased_date_error": ErrorRule(
        "originally_purchased_at", "originally_purchased_at must not be after purchased_at", _SET_TRANSACTION
    ),
    "expires_date_error": ErrorRule("expires_at", "expires_at must be after purchased_at", _SET_TRANSACTION),
    "renew_status_changed_date_error": ErrorRule(
        "renew_status_changed_at", "renew_status_changed_at must be after purchased_at", _SET_TRANSACTION
    ),
    "billing_issue_detected_at_date_comparison_error": ErrorRule(
        "billing_issue_detected_at", "billing_issue_detected_at must be after purchased_at", _SET_TRANSACTION
    ),
    "grace_period_billing_error": ErrorRule(
        "grace_period_billing_error", "grace_period_expires_at requires billing_issue_detected_at", _SET_TRANSACTION
    ),
    "grace_period_expires_date_error": ErrorRule(
        "grace_period_expires_at", "grace_period_expires_at must not be before expires_at", _SET_TRANSACTION
    ),
    "refund_date_error": ErrorRule("refunded_at", "refunded_at must be after purchased_at", _SET_TRANSACTION),
    "refund_fields_error": ErrorRule(
        "refunded_at",
        "refunded_at and the cancellation_reason refund must be sent together or not at all",
        _SET_TRANSACTION,
    ),
    "profile_does_not_exist": ErrorRule(
        _NO_FIELD, "the profile must exist in the app of the secret key; create it first", _ALL
    ),
    "paid_access_level_does_not_exist": ErrorRule(
        _NO_FIELD, "access_level_id must be an access level of the app, as in the Adapty dashboard", _ACCESS_LEVELS
    ),
    "profile_paid_access_level_does_not_exist": ErrorRule(
        _NO_FIELD, "the profile must have the access level that is revoked", _REVOKE
    ),
    "revocation_date_more_than_expiration_date": ErrorRule(
        "revoke_at", "revoke_at must not be after the end of the access level; a grant extends it", _REVOKE
    ),
    "value_error": ErrorRule(None, "revoke_at must be in the future, or null to revoke immediately", _REVOKE),
    "parse_error": ErrorRule(None, "the body must be JSON and have all required fields", _ALL),
}
"""The rules by error code. The sandbox reports the first one that a transaction breaks, in this order."""


WEB_HINTS: Mapping[str, str] = {
    "not_authenticated": "the Web API needs the public key of the app (public_live_...), not the secret key",
    "VARIATION_DOES_NOT_EXIST_ERROR": (
        "placement_id must be a placement that shows a paywall to this user; variation_id must come from get_paywall"
    ),
    "profile_does_not_exist": "the profile must exist in the app of the public key; create it first",
}
"""The remedies in the Web API, by error code."""


def find_hint(operation: str, error_code: str | None, api: Api | None = None) -> str | None:
    """Return the rule that an operation was refused by, or None if there is none for this code.

    Args:
        operation: The operationId.
        error_code: The code in the response.
        api: The API. Default: the server-side API.

    Example:
        >>> find_hint("setTransaction", "expires_date_error")
        'expires_at must be after purchased_at'
        >>> find_hint("getProfile", "expires_date_error") is None
        True
    """
    if api == "web":
        return WEB_HINTS.get(error_code or "")
    rule = ERROR_RULES.get(error_code or "")
    return rule.text if rule and operation in rule.operations else None
