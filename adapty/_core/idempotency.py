"""The key that lets the API carry a request out once, however often it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from adapty._core.not_given import NotGiven
from adapty._core.server_side_rules import uuid_v4
from adapty._core.validate import checked

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["key_for_one_call"]


def key_for_one_call(given: str | UUID | NotGiven | None) -> str:
    """Give the caller's key, or a new one; a call sends the same one with each of its tries.

    Raises:
        AdaptyUsageError: The caller's is not a UUID of version 4.
    """
    return str(uuid4()) if given is None or isinstance(given, NotGiven) else checked("idempotency_key", uuid_v4, given)
