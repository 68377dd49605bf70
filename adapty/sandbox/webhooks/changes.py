"""Which events follow from a change of a profile, and from the passing of time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapty.sandbox.formats import instant
from adapty.sandbox.server_side import profiles
from adapty.sandbox.server_side.identity import User
from adapty.sandbox.server_side.moments import with_plain_offset
from adapty.sandbox.server_side.purchases import current
from adapty.sandbox.server_side.standing import Standing
from adapty.sandbox.webhooks.news import Event, Turn
from adapty.sandbox.webhooks.properties import (
    Level,
    Snapshot,
    access_level_properties,
    event,
    is_active,
    purchase_properties,
)
from adapty.sandbox.webhooks.transactions import Happening, expiry, happenings, has_expired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.purchases import Transaction
    from adapty.sandbox.server_side.work import Work

__all__ = ["changes_told", "turned"]

# After the end of any grace period.
_IN_THE_END = 2**62

_ACCESS_LEVEL_UPDATED = "access_level_updated"


@contextmanager
def changes_told(work: Work, profile: Profile) -> Iterator[None]:
    """Tell what a block changes of a profile's purchases and access, if there is somebody to tell.

    Purchases come first, then one `access_level_updated` for each access level that is another than before.
    """
    if work.news is None:
        yield
        return
    before = Snapshot.of(work, profile)
    yield
    after = Snapshot.of(work, profile)
    work.news.events.extend(_told(after, happenings(before.history, after.history, after.now)))
    work.news.events.extend(_levels(after, _changed(before, after)))
    work.news.turns.extend(_turns(after) - _turns(before))


def turned(work: Work, turn: Turn) -> list[Event]:
    """Tell of what has begun or ended at a moment, if it still has when the moment has come."""
    profile = profiles.find(work, User(profile_id=turn.profile_id))
    if profile is None:
        return []
    snapshot = Snapshot.of(work, profile)
    ended = [one for one in current(snapshot.history) if _end_of(one) == turn.at and has_expired(one, work.now)]
    levels = [one for one in snapshot.levels.values() if is_active(one, turn.at - 1) != is_active(one, turn.at)]
    return [*_told(snapshot, (expiry(one, work.now) for one in ended)), *_levels(snapshot, levels)]


def _told(snapshot: Snapshot, happened: Iterable[Happening]) -> Iterator[Event]:
    for one in happened:
        properties = purchase_properties(one.transaction.body)
        yield event(one.event_type, with_plain_offset(one.at), snapshot, properties)


def _levels(snapshot: Snapshot, levels: Iterable[Level]) -> Iterator[Event]:
    for level in levels:
        properties = access_level_properties(level, snapshot)
        yield event(_ACCESS_LEVEL_UPDATED, with_plain_offset(snapshot.now), snapshot, properties)


def _changed(before: Snapshot, after: Snapshot) -> Iterator[Level]:
    for name in before.levels | after.levels:
        was, level = before.levels.get(name), after.levels.get(name)
        if level is None and was is not None:
            # A purchase that opened it was corrected, and opens another one.
            yield {**was, "expires_at": with_plain_offset(after.now)}
        elif level is not None and level != was:
            yield level


def _turns(snapshot: Snapshot) -> set[Turn]:
    """Give the moments to come at which a subscription ends, or an access level begins or ends."""
    texts = (level[name] for level in snapshot.levels.values() for name in ("starts_at", "expires_at"))
    moments = {*map(_end_of, current(snapshot.history)), *map(_read, texts)}
    return {
        Turn(profile_id=snapshot.profile.profile_id, at=at) for at in moments if at is not None and at > snapshot.now
    }


def _read(spelled: str | None) -> int | None:
    """Read what `with_plain_offset` has spelled."""
    return None if spelled is None else instant(spelled.removesuffix("+0000") + "Z")


def _end_of(transaction: Transaction) -> int | None:
    """Give the end of a subscription; none where it was refunded."""
    if not transaction.is_subscription or transaction.body.get("refunded_at") is not None:
        return None
    return Standing.of(transaction.body, _IN_THE_END).expires_at
