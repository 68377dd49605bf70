"""The outbox in PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from adapty._lock_deadline import get_wait_seconds
from adapty._postgres import WAIT_SECONDS, PostgresDatabase, decode_text, encode_text
from adapty.errors import AdaptyError
from adapty.webhooks._stores.joined import execute_joined, execute_joined_async
from adapty.webhooks._stores.postgres_lock import WorkerLock
from adapty.webhooks._stores.postgres_schema import OUTBOX, PENDING
from adapty.webhooks._stores.protocol import Backlog, DeadLettered, DueEvent, EventUpdate, State, StoredEvent
from adapty.webhooks._stores.rows import parse_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = ["PostgresOutboxStore"]

_PURGE_BATCH = 1000

_COLUMNS = """
seq, event_id, profile, event, state, extract(epoch FROM created_at)::float8, extract(epoch FROM updated_at)::float8,
attempts, reason
"""

# A sequence assigns numbers before the commit. Without the lock, an event could be committed after a later one of its
# profile was delivered. ON CONFLICT waits for other transactions that put the same ID.
_PUT = """
WITH {limit} locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(1097093234, hashtext(%s::text)) {from_limit})
INSERT INTO adapty_outbox_events AS known (event_id, profile, event)
SELECT %s::text, %s::text, %s::text FROM locked
ON CONFLICT (event_id) DO UPDATE SET
    seq = excluded.seq, profile = excluded.profile, event = excluded.event, state = 'pending',
    created_at = excluded.created_at, updated_at = excluded.updated_at, attempts = 0, failures = 0, reason = NULL
WHERE known.state = 'delivered' AND known.updated_at < clock_timestamp() - %s::float8 * interval '1 second'
RETURNING 1
"""
_PUT_ALONE = _PUT.format(
    limit="waiting AS MATERIALIZED (SELECT set_config('lock_timeout', %s, true)),", from_limit="FROM waiting"
)
_PUT_JOINED = _PUT.format(limit="", from_limit="")

_LIST = f"SELECT {_COLUMNS} FROM adapty_outbox_events WHERE state = %s AND seq > %s ORDER BY seq LIMIT %s"  # noqa: S608
_MEASURE = """
SELECT
    (SELECT count(*) FROM adapty_outbox_events WHERE state = 'pending'),
    (SELECT count(*) FROM adapty_outbox_events WHERE state = 'dead'),
    coalesce(
        (
            SELECT greatest(0, extract(epoch FROM clock_timestamp() - created_at))
            FROM adapty_outbox_events WHERE state = 'pending' ORDER BY seq LIMIT 1
        ),
        0
    )::float
"""
_COUNT = """
SELECT (SELECT count(*) FROM adapty_outbox_events WHERE state = 'pending'),
    (SELECT count(*) FROM adapty_outbox_events WHERE state = 'dead'),
    (SELECT count(*) FROM adapty_outbox_events WHERE state = 'delivered')
"""
_REPLAY = """
UPDATE adapty_outbox_events SET
    state = 'pending', attempts = 0, failures = 0, reason = NULL, updated_at = clock_timestamp()
WHERE """
_DELETE = "DELETE FROM adapty_outbox_events WHERE "
_NOT_DELIVERED = "state <> 'delivered' AND event_id = %s"

# Goes from profile to profile by an index, so that the time depends neither on the number of events of one profile nor
# on the number of profiles.
_FIRST = f"""
SELECT profile, seq FROM adapty_outbox_events WHERE {PENDING} AND profile > {{}} ORDER BY profile, seq LIMIT 1
"""  # noqa: S608 - constants
_READ_DUE = f"""
WITH RECURSIVE first (profile, seq) AS (
    ({_FIRST.format("%(after)s::text")})
    UNION ALL
    SELECT next.* FROM first CROSS JOIN LATERAL ({_FIRST.format("first.profile")}) AS next
),
due AS MATERIALIZED (
    SELECT seq FROM first WHERE profile <> ALL (%(waiting)s::text[]) AND profile <= %(until)s::text LIMIT %(limit)s
)
SELECT failures, {_COLUMNS} FROM adapty_outbox_events JOIN due USING (seq) ORDER BY seq
"""  # noqa: S608 - constants
_UPDATE = f"""
WITH fence AS MATERIALIZED (SELECT token FROM adapty_outbox_worker WHERE %s::bigint IN (token, -1) FOR SHARE),
given AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::integer[], %s::text[], %s::integer[])
        AS each (seq, event_id, state, attempts, reason, failures)
),
changed AS (
    UPDATE adapty_outbox_events AS known SET
        state = given.state,
        profile = CASE given.state WHEN 'delivered' THEN '' ELSE known.profile END,
        event = CASE given.state WHEN 'delivered' THEN '' ELSE known.event END,
        attempts = CASE given.state WHEN 'delivered' THEN known.attempts ELSE known.attempts + given.attempts END,
        failures = known.failures + given.failures,
        reason = CASE given.state WHEN 'delivered' THEN NULL ELSE coalesce(given.reason, known.reason) END,
        updated_at = CASE given.state WHEN 'pending' THEN known.updated_at ELSE clock_timestamp() END
    FROM given, fence
    WHERE known.seq = given.seq AND known.event_id = given.event_id
        AND (known.{PENDING} OR known.state = 'dead' AND given.state = 'delivered')
)
SELECT count(*) FROM fence
"""  # noqa: S608 - constants
_EXPIRE = f"""
UPDATE adapty_outbox_events SET
    state = 'dead', updated_at = clock_timestamp(),
    reason = 'failed ' || failures || ' times, while other events succeeded: ' || reason
WHERE seq = ANY (%s::bigint[]) AND {PENDING} AND failures >= %s
    AND updated_at <= clock_timestamp() - %s::float8 * interval '1 second'
RETURNING seq, event_id, reason
"""  # noqa: S608 - constants
_MARK_DAMAGED = f"""
UPDATE adapty_outbox_events SET state = 'dead', reason = %s, updated_at = clock_timestamp()
WHERE seq = %s AND {PENDING}
"""  # noqa: S608 - constants
_CHANGED = f"""
SELECT seq FROM unnest(%s::bigint[]) AS given (seq)
WHERE NOT EXISTS (
    SELECT FROM adapty_outbox_events AS known WHERE known.seq = given.seq AND {PENDING} AND attempts > 0
)
"""  # noqa: S608 - constants
_PURGE = """
DELETE FROM adapty_outbox_events WHERE seq IN (
    SELECT seq FROM adapty_outbox_events
    WHERE state = 'delivered' AND updated_at < clock_timestamp() - %s::float8 * interval '1 second' LIMIT %s
)
"""
# Differs after each commit, in whatever order transactions that got numbers are committed.
_VERSION = "SELECT pg_current_snapshot()::text"

_NO_FENCE = -1
"""In place of the token, for what is not a worker."""

_LAST = "\U0010ffff"
"""Greater than any ID of a profile."""


class PostgresOutboxStore:
    """The `OutboxStore` in PostgreSQL; `OutboxStore` describes the methods.

    The clock of the server counts, and not the clocks of the hosts.

    Args:
        dsn: The address.
        is_worker: Whether a worker uses it, which has one connection only.
    """

    def __init__(self, dsn: str, *, is_worker: bool = False) -> None:
        self._dsn = dsn
        self._database = PostgresDatabase(dsn, OUTBOX, **({"max_connections": 1} if is_worker else {}))
        self._is_worker = is_worker
        self._lock = WorkerLock(self._database)
        self._after = ""

    @property
    def location(self) -> str:
        """The address without the password."""
        return self._database.address

    def init(self) -> None:
        """Create or migrate the tables."""
        self._database.init()

    def open_for_worker(self) -> PostgresOutboxStore:
        """Return a store of the same events with a connection of its own."""
        return PostgresOutboxStore(self._dsn, is_worker=True)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with self._database.connected() as connection:
            if self._is_worker:
                self._lock.keep(connection)
            yield connection

    def put(self, event_id: str, profile: str, event: str, *, retention: float) -> bool:
        """Insert a pending event, unless its ID is known."""
        limit = f"{round(get_wait_seconds(WAIT_SECONDS) * 1000)}ms"
        with self._connected() as connection:
            values = (limit, *_put_values(event_id, profile, event, retention))
            return connection.execute(_PUT_ALONE, values).fetchone() is not None

    def put_joined(self, joined: Any, event_id: str, profile: str, event: str, *, retention: float) -> bool:
        """Do what `put` does, in the transaction of a connection of the caller's."""
        values = _put_values(event_id, profile, event, retention)
        return execute_joined(joined, self._database, _PUT_JOINED, values) is not None

    async def put_joined_async(self, joined: Any, event_id: str, profile: str, event: str, *, retention: float) -> bool:
        """Do what `put_joined` does, with an asynchronous connection."""
        values = _put_values(event_id, profile, event, retention)
        return await execute_joined_async(joined, self._database, _PUT_JOINED, values) is not None

    def list_events(self, state: State, *, after: int, limit: int) -> list[StoredEvent]:
        """Return events in the order of arrival."""
        with self._connected() as connection:
            rows = connection.execute(_LIST, (state, after, limit)).fetchall()
        return [_parse(row) for row in rows]

    def count(self) -> dict[State, int]:
        """Return the number of events by state."""
        with self._connected() as connection:
            pending, dead, delivered = connection.execute(_COUNT).fetchone()
        return {"pending": pending, "dead": dead, "delivered": delivered}

    def measure(self) -> Backlog:
        """Return what waits in the outbox; each value comes from an index."""
        with self._connected() as connection:
            pending, dead_letters, oldest_age = connection.execute(_MEASURE).fetchone()
        return Backlog(pending, dead_letters, oldest_age)

    def replay(self, event_id: str | None) -> int:
        """Make a dead letter or pending event new, or all dead letters."""
        return self._change(_REPLAY, event_id)

    def delete(self, event_id: str | None) -> int:
        """Delete a dead letter or pending event, or all dead letters."""
        return self._change(_DELETE, event_id)

    def _change(self, statement: str, event_id: str | None) -> int:
        with self._connected() as connection:
            if event_id is None:
                return int(connection.execute(f"{statement} state = 'dead'").rowcount)
            return int(connection.execute(statement + _NOT_DELIVERED, (encode_text(event_id),)).rowcount)

    def read_due(self, waiting: Collection[str], limit: int) -> tuple[list[DueEvent], list[DeadLettered]]:
        """Return events to send, and make damaged ones dead letters.

        If there are more profiles than the limit, the next call returns those of the next profiles, so that each
        profile has its turn.
        """
        dead: list[DeadLettered] = []
        encoded = [encode_text(profile) for profile in waiting]
        while True:
            with self._connected() as connection:
                due, damaged = _sort_out(self._read_first(connection, encoded, limit))
                if not damaged:
                    return due, dead
                values = [(encode_text(event.reason), event.seq) for event in damaged]
                connection.cursor().executemany(_MARK_DAMAGED, values)
            dead += damaged

    def _read_first(self, connection: Any, waiting: list[str], limit: int) -> list[Sequence[Any]]:
        """Return the first pending event of each profile, from one profile after the last one of the last call on."""
        after = self._after
        values: dict[str, object] = {"waiting": waiting, "limit": limit, "after": after, "until": _LAST}
        rows: list[Sequence[Any]] = connection.execute(_READ_DUE, values).fetchall()
        last = rows
        if after and len(rows) < limit:  # from the first profile on
            values.update(limit=limit - len(rows), after="", until=after)
            last = connection.execute(_READ_DUE, values).fetchall()
            rows += last
        self._after = max((row[3] for row in last), default="") if len(rows) == limit else ""
        return rows

    def update(self, updates: Iterable[EventUpdate], *, max_failures: int, max_age: float) -> list[DeadLettered]:
        """Apply updates; return the events that became dead letters by both limits."""
        dead = []
        remaining = list(updates)
        while remaining:
            batch = _take_distinct(remaining)
            del remaining[: len(batch)]
            dead += self._update(batch, max_failures, max_age)
        return dead

    def _update(self, updates: Sequence[EventUpdate], max_failures: int, max_age: float) -> list[DeadLettered]:
        failed = [update.seq for update in updates if update.failures]
        with self._connected() as connection:
            values = (
                self._lock.keep(connection) if self._is_worker else _NO_FENCE,
                [update.seq for update in updates],
                [encode_text(update.event_id) for update in updates],
                [update.state for update in updates],
                [update.attempts for update in updates],
                [None if update.reason is None else encode_text(update.reason) for update in updates],
                [update.failures for update in updates],
            )
            if not failed:
                self._lock.check_fence(connection.execute(_UPDATE, values).fetchone())
                return []
            with connection.transaction():
                self._lock.check_fence(connection.execute(_UPDATE, values).fetchone())
                rows = connection.execute(_EXPIRE, (failed, max_failures, max_age)).fetchall()
        return [DeadLettered(seq, decode_text(event_id), decode_text(reason)) for seq, event_id, reason in rows]

    def find_changed(self, seqs: Collection[int]) -> frozenset[int]:
        """Return which of these pending events were deleted or replayed."""
        with self._connected() as connection:
            return frozenset(seq for (seq,) in connection.execute(_CHANGED, (list(seqs),)))

    def get_version(self) -> object:
        """Return a value that changes with each commit, of whatever transaction."""
        with self._connected() as connection:
            return self._database.open_count, connection.execute(_VERSION).fetchone()[0]

    def purge(self, retention: float) -> None:
        """Delete the events that were delivered long ago."""
        count = _PURGE_BATCH
        while count == _PURGE_BATCH:
            with self._connected() as connection:
                count = connection.execute(_PURGE, (retention, _PURGE_BATCH)).rowcount

    def try_lock(self) -> bool:
        """Become the only worker of the outbox."""
        return self._lock.try_acquire()

    def keep_lock(self) -> None:
        """Renew a lease, and see that the connection is open."""
        self.get_version()

    def has_lock(self) -> bool:
        """Return whether no other worker can have the lock now."""
        return self._lock.is_valid()

    def close(self) -> None:
        """Close the connections. The next use opens one again."""
        with suppress(AdaptyError):  # the lease ends by itself
            self._lock.release()
        self._database.close()


def _put_values(event_id: str, profile: str, event: str, retention: float) -> tuple[object, ...]:
    profile = encode_text(profile)
    return profile, encode_text(event_id), profile, event, retention


def _parse(row: Sequence[Any]) -> StoredEvent:
    seq, event_id, profile, *values, reason = row
    return parse_row((seq, decode_text(event_id), decode_text(profile), *values, reason and decode_text(reason)))


def _sort_out(rows: Iterable[Sequence[Any]]) -> tuple[list[DueEvent], list[DeadLettered]]:
    """Return the events to send in the order of arrival, and the damaged ones."""
    due, dead = [], []
    for failures, *row in sorted(rows, key=lambda row: row[1]):
        event = _parse(row)
        if event.damage:
            dead.append(DeadLettered(event.seq, event.event_id, event.damage))
        else:
            due.append(DueEvent(event.seq, event.event_id, event.profile, event.data, failures))
    return due, dead


def _take_distinct(updates: Iterable[EventUpdate]) -> list[EventUpdate]:
    """Return the first updates, up to the second one of an event: a statement changes a row once."""
    seen: set[int] = set()
    batch = []
    for update in islice(updates, _PURGE_BATCH):
        if update.seq in seen:
            break
        seen.add(update.seq)
        batch.append(update)
    return batch
