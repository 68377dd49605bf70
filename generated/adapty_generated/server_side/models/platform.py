# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

Platform = Literal["Android", "iOS", "iPadOS", "macOS", "visionOS", "web"] | str

PLATFORM_VALUES: frozenset[str] = frozenset(["Android", "iOS", "iPadOS", "macOS", "visionOS", "web"])


def check_platform(value: str) -> Platform:
    """Return any value, because the API may add values."""
    return value
