"""The access levels of a profile: opened by purchases and by grants, ended by revocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import frozen

from adapty.sandbox.flaws import Flaw
from adapty.sandbox.server_side import purchases
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.moments import with_plain_offset
from adapty.sandbox.server_side.standing import Standing, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.purchases import Transaction
    from adapty.sandbox.server_side.work import Work

__all__ = ["GRANTED_PRODUCT", "access_levels", "grant", "revoke"]

GRANTED_PRODUCT = "adapty_server_side_product"
"""The product that stands in an access level which was granted."""

_REVOKED = "adapty_revoked"

_GRANT = """
INSERT OR REPLACE INTO grants (profile_id, access_level_id, grant_id, granted_at, starts_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?)
"""
_GRANTS = """
SELECT access_level_id, grant_id, granted_at, starts_at, expires_at, revoked_at FROM grants
WHERE profile_id = ? ORDER BY granted_at, access_level_id
"""
_REVOKE_GRANT = """
UPDATE grants SET revoked_at = ?
WHERE profile_id = ? AND access_level_id = ? AND (revoked_at IS NULL OR revoked_at > ?)
"""


@frozen(kw_only=True)
class _Source:
    """What opens an access level: a purchase or a grant."""

    access_level_id: str
    standing: Standing
    starts_at: int | None = None

    def strength(self, now: int) -> tuple[bool, bool, int]:
        """Give a sort key: what is active beats what is not, and then what lasts longer beats what ends sooner."""
        expires_at = self.standing.expires_at
        has_begun = self.starts_at is None or self.starts_at <= now
        is_active = has_begun and (expires_at is None or now < expires_at)
        return is_active, expires_at is None, expires_at or 0

    def shown(self) -> dict[str, Any]:
        starts_at = None if self.starts_at is None else with_plain_offset(self.starts_at)
        fields = self.standing.shown(with_plain_offset)
        return {"access_level_id": self.access_level_id, **fields, "starts_at": starts_at}


def access_levels(work: Work, profile: Profile, history: Sequence[Transaction]) -> list[dict[str, Any]]:
    """Give a profile's access levels as an answer has them: one entry for each, by the strongest of its sources."""
    strongest: dict[str, _Source] = {}
    for source in _sources(work, profile, history):
        known = strongest.setdefault(source.access_level_id, source)
        if source.strength(work.now) > known.strength(work.now):
            strongest[source.access_level_id] = source
    return [source.shown() for source in strongest.values()]


def grant(work: Work, profile: Profile, body: Mapping[str, Any]) -> None:
    """Open an access level without a purchase. It takes the place of the grant of that level before."""
    moments = (work.now, moment(body, "starts_at"), moment(body, "expires_at"))
    work.connection.execute(_GRANT, (profile.profile_id, body["access_level_id"], str(uuid4()), *moments))


def revoke(work: Work, profile: Profile, body: Mapping[str, Any]) -> None:
    """End an access level, whatever opens it, at the given time or now; a purchase or grant after that opens it again.

    A level that was revoked before stays revoked since then.

    Raises:
        Declined: The profile does not have the level: 400 with `access_level_does_not_exist`.
    """
    level, at = body["access_level_id"], moment(body, "revoke_at", work.now)
    opening = [one for one in purchases.transactions(work, profile) if _opened(work, one) == level]
    if not opening and not any(source.access_level_id == level for source in _granted(work, profile)):
        flaw = Flaw(message="The profile does not have this access level", path=("access_level_id",))
        raise Declined(400, flaw, error_code="access_level_does_not_exist")
    for transaction in opening:
        purchases.revoke(work, transaction, at)
    work.connection.execute(_REVOKE_GRANT, (at, profile.profile_id, level, work.now))


def _sources(work: Work, profile: Profile, history: Sequence[Transaction]) -> Iterator[_Source]:
    for transaction in purchases.current(history):
        if level := _opened(work, transaction):
            standing = Standing.of(transaction.body, work.now)
            yield _Source(access_level_id=level, standing=_revoked(standing, transaction.revoked_at, work.now))
    yield from _granted(work, profile)


def _opened(work: Work, transaction: Transaction) -> str | None:
    """Name the level that a transaction opens, if it opens one."""
    product_id = transaction.body["store_product_id"]
    if not transaction.is_subscription and work.settings.is_consumable(product_id):
        return None
    return work.settings.access_level(product_id)


def _granted(work: Work, profile: Profile) -> Iterator[_Source]:
    rows = work.connection.execute(_GRANTS, (profile.profile_id,))
    for level, grant_id, granted_at, starts_at, expires_at, revoked_at in rows:
        standing = Standing(
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
            standing=_revoked(standing, revoked_at, work.now),
            starts_at=starts_at,
        )


def _revoked(standing: Standing, at: int | None, now: int) -> Standing:
    return standing if at is None else standing.ended(at, reason=_REVOKED, now=now)
