# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

InstallationMetaPlatform = Literal["Android", "iOS", "iPadOS", "macOS", "visionOS", "web"] | str

INSTALLATION_META_PLATFORM_VALUES: frozenset[str] = frozenset(["Android", "iOS", "iPadOS", "macOS", "visionOS", "web"])


def check_installation_meta_platform(value: str) -> InstallationMetaPlatform:
    """Return any value, because the API may add values."""
    return value
