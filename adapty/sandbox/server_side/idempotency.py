"""Idempotency keys: the same request with the same key is carried out once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from adapty.sandbox.flaws import Flaw
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.moments import HOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Work

__all__ = ["once"]

_RANDOM = 4

_FORGET = "DELETE FROM idempotency_keys WHERE used_at <= ?"
_FIND = "SELECT request, answer FROM idempotency_keys WHERE profile_id = ? AND idempotency_key = ?"
_REMEMBER = """
INSERT INTO idempotency_keys (profile_id, idempotency_key, used_at, request, answer) VALUES (?, ?, ?, ?, ?)
"""


def once(
    work: Work,
    profile: Profile,
    key: str | None,
    request: Mapping[str, Any],
    carry_out: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Carry a request out, or give the answer that it got before under the same key of the same profile.

    A key is remembered for an hour, and only where the request was carried out.

    Args:
        work: What it is carried out with.
        profile: Whose key it is.
        key: The key, or None where there is none: then it is carried out.
        request: What tells the same request from another one.
        carry_out: Carries it out, and gives the answer.

    Raises:
        Declined: The key is no UUID of version 4, or was used for another request.
    """
    if key is None:
        return carry_out()
    given = UUID(key)
    if given.version != _RANDOM:
        flaw = Flaw(message="Input should be a UUID of version 4", path=("Idempotency-Key",))
        raise Declined(400, flaw, error_code="idempotency_key_invalid")
    work.connection.execute(_FORGET, (work.now - HOUR,))
    asked = json.dumps(request, sort_keys=True)
    found = work.connection.execute(_FIND, (profile.profile_id, str(given))).fetchone()
    if found is None:
        answer = carry_out()
        row = (profile.profile_id, str(given), work.now, asked, json.dumps(answer))
        work.connection.execute(_REMEMBER, row)
        return answer
    if found[0] != asked:
        message = "The key was used for another request"
        raise Declined.because(422, message, "idempotency_key_reused", is_plain=True)
    stored: dict[str, Any] = json.loads(found[1])
    return stored
