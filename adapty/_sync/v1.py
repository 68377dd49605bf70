# Made from adapty/_async/v1.py by `make unasync`; do not edit.

"""Version 1 of the server-side API, for callers that have not moved; new code uses version 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._sync.access_levels import AccessLevelGrants
from adapty._sync.profiles import Profiles

if TYPE_CHECKING:
    from adapty._sync.transport import Transport

__all__ = ["V1"]


class V1:
    """What version 1 has; `adapty.v1` of a client.

    Attributes:
        profiles: Profiles.
        access_levels: Access levels, which version 1 can grant and not revoke.

    Example:
        >>> adapty.v1.profiles.create(customer_user_id="user_12345")
        Profile(...)
        >>> profile = adapty.v1.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
        >>> profile.has_access("premium")
        True
    """

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        self.profiles = Profiles(transport, "V1")
        self.access_levels = AccessLevelGrants(transport, "V1")
