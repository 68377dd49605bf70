"""The access levels of a profile: unlocked by purchases and grants, ended by revocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import frozen

from adapty.sandbox._server_side import purchases
from adapty.sandbox._server_side.purchases import PurchaseState, get_timestamp
from adapty.sandbox._server_side.transaction_rules import broken_rule
from adapty.sandbox._timestamps import format_with_plain_offset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapty.sandbox._server_side.model import AccessLevel, Context, Profile, Transaction

__all__ = ["GRANTED_PRODUCT", "format_access_levels", "grant", "is_active", "revoke"]

GRANTED_PRODUCT = "adapty_server_side_product"
"""The product id of a granted access level."""

_REVOKED = "adapty_revoked"

_GRANT = """
INSERT OR REPLACE INTO grants (profile_id, access_level_id, grant_id, granted_at, starts_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?)
"""
_LIST_GRANTS = """
SELECT access_level_id, grant_id, granted_at, starts_at, expires_at, revoked_at FROM grants
WHERE profile_id = ? ORDER BY granted_at, access_level_id
"""
_REVOKE_GRANT = """
UPDATE grants SET revoked_at = ?
WHERE profile_id = ? AND access_level_id = ? AND (revoked_at IS NULL OR revoked_at > ?)
"""


@frozen(kw_only=True)
class _Source:
    """A purchase or a grant that unlocks an access level."""

    access_level_id: str
    state: PurchaseState
    starts_at: int | None = None

    def strength(self, now: int) -> tuple[bool, bool, int]:
        """Return a sort key: active before inactive, then by expiration."""
        expires_at = self.state.expires_at
        has_started = self.starts_at is None or self.starts_at <= now
        is_active = has_started and (expires_at is None or now < expires_at)
        return is_active, expires_at is None, expires_at or 0

    def to_dict(self) -> AccessLevel:
        starts_at = None if self.starts_at is None else format_with_plain_offset(self.starts_at)
        fields = self.state.to_dict(format_with_plain_offset)
        return {"access_level_id": self.access_level_id, **fields, "starts_at": starts_at}


def format_access_levels(context: Context, profile: Profile, history: Sequence[Transaction]) -> list[AccessLevel]:
    """Return the access levels of a profile as a response contains them, each from its strongest source."""
    return [source.to_dict() for source in _load_strongest(context, profile, history).values()]


def is_active(level: AccessLevel, now: int) -> bool:
    """Return whether an access level is active."""
    # All date-times have the same format and length, so they sort as text.
    at, starts_at, expires_at = format_with_plain_offset(now), level["starts_at"], level["expires_at"]
    return (starts_at is None or starts_at <= at) and (expires_at is None or at < expires_at)


def grant(context: Context, profile: Profile, body: Mapping[str, Any]) -> None:
    """Unlock an access level without a purchase. It replaces an earlier grant of that level.

    Raises:
        ApiError: The app does not have the level.
    """
    level = _get_level(context, body)
    times = (context.now, get_timestamp(body, "starts_at"), get_timestamp(body, "expires_at"))
    context.connection.execute(_GRANT, (profile.profile_id, level, str(uuid4()), *times))


def revoke(context: Context, profile: Profile, body: Mapping[str, Any]) -> None:
    """End an access level at the given time or now. A later purchase or grant unlocks it again.

    A level that was revoked before keeps the earlier time.

    Raises:
        ApiError: The app or the profile does not have the level, or the time is past or after the level's end.
    """
    level, at = _get_level(context, body), get_timestamp(body, "revoke_at")
    history = purchases.load_transactions(context, profile)
    source = _load_strongest(context, profile, history).get(level)
    if source is None:
        raise broken_rule("profile_paid_access_level_does_not_exist")
    if at is not None and at <= context.now:
        raise broken_rule("value_error")
    if at is not None and source.state.expires_at is not None and at > source.state.expires_at:
        raise broken_rule("revocation_date_more_than_expiration_date")
    end = context.now if at is None else at
    for transaction in history:
        if _unlocked_level(context, transaction) == level:
            purchases.revoke(context, transaction, end)
    context.connection.execute(_REVOKE_GRANT, (end, profile.profile_id, level, context.now))


def _get_level(context: Context, body: Mapping[str, Any]) -> str:
    """Return the access level that a body names, if the app has it."""
    level: str = body["access_level_id"]
    if not context.settings.has_access_level(level):
        raise broken_rule("paid_access_level_does_not_exist")
    return level


def _load_strongest(context: Context, profile: Profile, history: Sequence[Transaction]) -> dict[str, _Source]:
    """Return the strongest source of each access level of a profile."""
    strongest: dict[str, _Source] = {}
    for source in _load_sources(context, profile, history):
        current = strongest.setdefault(source.access_level_id, source)
        if source.strength(context.now) > current.strength(context.now):
            strongest[source.access_level_id] = source
    return strongest


def _load_sources(context: Context, profile: Profile, history: Sequence[Transaction]) -> Iterator[_Source]:
    for transaction in purchases.latest_transactions(history):
        if level := _unlocked_level(context, transaction):
            state = PurchaseState.from_transaction(transaction.body, context.now)
            yield _Source(access_level_id=level, state=_end_if_revoked(state, transaction.revoked_at, context.now))
    yield from _load_grants(context, profile)


def _unlocked_level(context: Context, transaction: Transaction) -> str | None:
    """Return the level that a transaction unlocks, or None."""
    product_id = transaction.body["store_product_id"]
    if not transaction.is_subscription and context.settings.is_consumable(product_id):
        return None
    return context.settings.access_level(product_id)


def _load_grants(context: Context, profile: Profile) -> Iterator[_Source]:
    rows = context.connection.execute(_LIST_GRANTS, (profile.profile_id,))
    for level, grant_id, granted_at, starts_at, expires_at, revoked_at in rows:
        state = PurchaseState(
            store="adapty",
            store_product_id=GRANTED_PRODUCT,
            store_transaction_id=grant_id,
            store_original_transaction_id=grant_id,
            purchased_at=granted_at,
            originally_purchased_at=granted_at,
            expires_at=expires_at,
        )
        yield _Source(
            access_level_id=level,
            state=_end_if_revoked(state, revoked_at, context.now),
            starts_at=starts_at,
        )


def _end_if_revoked(state: PurchaseState, at: int | None, now: int) -> PurchaseState:
    return state if at is None else state.ended_at(at, reason=_REVOKED, now=now)
