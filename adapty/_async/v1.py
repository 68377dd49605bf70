"""Version 1 of the server-side API, for callers that have not moved; new code uses version 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._async.access_levels import AsyncAccessLevelGrants
from adapty._async.profiles import AsyncProfiles

if TYPE_CHECKING:
    from adapty._async.transport import AsyncTransport

__all__ = ["AsyncV1"]


class AsyncV1:
    """What version 1 has; `adapty.v1` of a client.

    Attributes:
        profiles: Profiles.
        access_levels: Access levels, which version 1 can grant and not revoke.

    Example:
        >>> await adapty.v1.profiles.create(customer_user_id="user_12345")
        Profile(...)
        >>> profile = await adapty.v1.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
        >>> profile.has_access("premium")
        True
    """

    def __init__(self, transport: AsyncTransport) -> None:
        """Belong to a client."""
        self.profiles = AsyncProfiles(transport, "V1")
        self.access_levels = AsyncAccessLevelGrants(transport, "V1")
