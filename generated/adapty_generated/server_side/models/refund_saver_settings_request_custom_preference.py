# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

RefundSaverSettingsRequestCustomPreference = Literal["decline", "grant", "no_preference"] | str

REFUND_SAVER_SETTINGS_REQUEST_CUSTOM_PREFERENCE_VALUES: frozenset[str] = frozenset(
    ["decline", "grant", "no_preference"]
)


def check_refund_saver_settings_request_custom_preference(value: str) -> RefundSaverSettingsRequestCustomPreference:
    """Return any value, because the API may add values."""
    return value
