# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

PlacementInfoRequestFiltersPlacementType = Literal["onboarding", "paywall"] | str

PLACEMENT_INFO_REQUEST_FILTERS_PLACEMENT_TYPE_VALUES: frozenset[str] = frozenset(["onboarding", "paywall"])


def check_placement_info_request_filters_placement_type(value: str) -> PlacementInfoRequestFiltersPlacementType:
    """Return any value, because the API may add values."""
    return value
