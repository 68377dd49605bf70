"""The documented rules between the fields of a transaction: what breaks each rule of `adapty._core.error_rules`.

Grants and revocations need the data of the profile to be judged; see `access_levels`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapty._core.error_rules import ERROR_RULES
from adapty.sandbox._responses import ApiError
from adapty.sandbox._server_side.purchases import get_timestamp
from adapty.sandbox._timestamps import parse_rfc3339

__all__ = ["broken_rule", "check_transaction"]

Body = Mapping[str, Any]

_SUBSCRIPTION_FIELDS = (
    "originally_purchased_at",
    "expires_at",
    "renew_status",
    "renew_status_changed_at",
    "billing_issue_detected_at",
    "grace_period_expires_at",
)
"""Fields that a one-time purchase does not have. There they are unknown fields, which may have any value."""


def broken_rule(error_code: str) -> ApiError:
    """Create the error for a request that breaks a documented rule."""
    rule = ERROR_RULES[error_code]
    return ApiError.single(400, rule.text, error_code, source=rule.source)


def check_transaction(body: Body) -> None:
    """Check the documented rules between the fields of a valid body.

    Raises:
        ApiError: It breaks a rule: 400, with the code of the first one.
    """
    if body["purchase_type"] == "one_time_purchase":
        body = {name: value for name, value in body.items() if name not in _SUBSCRIPTION_FIELDS}
    for error_code in ERROR_RULES:
        if error_code in _VIOLATIONS and _VIOLATIONS[error_code](body):
            raise broken_rule(error_code)


def _is_free(body: Body) -> bool:
    return bool(body["price"]["value"] == 0)


def _is_trial(body: Body) -> bool:
    return bool(_offer(body).get("type") == "free_trial")


def _offer(body: Body) -> Body:
    return body.get("offer") or {}


def _has_null_offer_id(body: Body) -> bool:
    return _offer(body).get("id", "") is None


def _needs_offer_id(body: Body) -> bool:
    return _offer(body).get("category", "introductory") != "introductory" and _offer(body).get("id") is None


def _has_one_refund_field(body: Body) -> bool:
    return (body.get("refunded_at") is None) is (body.get("cancellation_reason") == "refund")


def _is_not_after(later: str, earlier: str) -> Callable[[Body], bool]:
    """Return the check that a time, if it is given, is not after another one."""
    return lambda body: body.get(later) is not None and parse_rfc3339(body[later]) <= parse_rfc3339(body[earlier])


def _is_before(later: str, earlier: str) -> Callable[[Body], bool]:
    """Return the check that a time is before another one, if both are given."""

    def check(body: Body) -> bool:
        end, start = get_timestamp(body, later), get_timestamp(body, earlier)
        return end is not None and start is not None and end < start

    return check


_VIOLATIONS: Mapping[str, Callable[[Body], bool]] = {
    "one_time_purchase_trial_error": lambda body: body["purchase_type"] == "one_time_purchase" and _is_trial(body),
    "free_trial_price_error": lambda body: _is_trial(body) and (not _is_free(body) or _has_null_offer_id(body)),
    "missing_offer_id": lambda body: _needs_offer_id(body) or _has_null_offer_id(body),
    "family_share_price_error": lambda body: body.get("is_family_shared") is True and not _is_free(body),
    "store_transaction_id_error": lambda body: (
        body["purchase_type"] == "one_time_purchase"
        and body["store_transaction_id"] != body["store_original_transaction_id"]
    ),
    "originally_purchased_date_error": _is_before("purchased_at", "originally_purchased_at"),
    "expires_date_error": _is_not_after("expires_at", "purchased_at"),
    "renew_status_changed_date_error": _is_not_after("renew_status_changed_at", "purchased_at"),
    "billing_issue_detected_at_date_comparison_error": _is_not_after("billing_issue_detected_at", "purchased_at"),
    "grace_period_billing_error": lambda body: (
        body.get("grace_period_expires_at") is not None and body.get("billing_issue_detected_at") is None
    ),
    "grace_period_expires_date_error": _is_before("grace_period_expires_at", "expires_at"),
    "refund_date_error": _is_not_after("refunded_at", "purchased_at"),
    "refund_fields_error": _has_one_refund_field,
}
"""Error code to whether a transaction breaks the rule."""
