"""The dedup store in PostgreSQL, which several hosts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

from adapty._clock import monotonic
from adapty._core.redaction import SafeRepr
from adapty._lock_deadline import get_wait_seconds
from adapty._postgres import WAIT_SECONDS, PostgresDatabase, encode_text
from adapty.webhooks._stores.postgres_schema import DEDUP
from adapty.webhooks.dedup import CLAIM_TTL, RETENTION, ClaimStatus, positive_seconds

if TYPE_CHECKING:
    from datetime import timedelta
    from types import TracebackType

__all__ = ["PostgresDedupStore"]

_PURGE_SECONDS = 60.0
_PURGE_BATCH = 1000

# Completions need not survive a crash of the server: those events are handled again.
_SETTINGS = """
settings AS MATERIALIZED (
    SELECT set_config('lock_timeout', %(wait)s, true), set_config('synchronous_commit', 'off', true)
)
"""
# A claim of the future is invalid: the clock was set back. No row: another transaction has just acquired the event.
_ACQUIRE = f"""
WITH {_SETTINGS},
acquired AS (
    INSERT INTO adapty_dedup_events AS known (event_id, owner, since)
    SELECT %(event_id)s::text, %(owner)s::text, clock_timestamp() FROM settings
    ON CONFLICT (event_id) DO UPDATE SET owner = excluded.owner, since = excluded.since
    WHERE CASE WHEN known.owner IS NULL
        THEN excluded.since - known.since >= %(retention)s::float8 * interval '1 second'
        ELSE greatest(excluded.since - known.since, known.since - excluded.since)
            >= %(claim_ttl)s::float8 * interval '1 second'
    END
    RETURNING 1
)
SELECT 'new' FROM acquired
UNION ALL
SELECT CASE WHEN owner IS NULL THEN 'completed' ELSE 'in_progress' END
FROM adapty_dedup_events WHERE event_id = %(event_id)s AND NOT EXISTS (SELECT FROM acquired)
"""  # noqa: S608 - constants
_COMPLETE = f"""
WITH {_SETTINGS}
INSERT INTO adapty_dedup_events (event_id, owner, since)
SELECT %(event_id)s::text, NULL, clock_timestamp() FROM settings
ON CONFLICT (event_id) DO UPDATE SET owner = NULL, since = excluded.since
"""  # noqa: S608 - constants
_RELEASE = f"""
WITH {_SETTINGS}
DELETE FROM adapty_dedup_events USING settings WHERE event_id = %(event_id)s AND owner = %(owner)s
"""  # noqa: S608 - constants
_PURGE = """
DELETE FROM adapty_dedup_events WHERE event_id IN (
    SELECT event_id FROM adapty_dedup_events WHERE since < clock_timestamp() - %s::float8 * interval '1 second'
    LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


class PostgresDedupStore(SafeRepr):
    """Remembers events in PostgreSQL, for any number of hosts.

    Create the tables once with `adapty-py webhooks init --outbox postgresql://...`, as for `PostgresOutbox`. A store
    connects when it is used. The clock of the server counts.

    Args:
        dsn: The address: `postgresql://user@host:5432/database` or key=value pairs, as in libpq.
        retention: How long a completed event is remembered. Default: 7 days; Adapty posts an event again for up to 24
            hours.
        claim_ttl: How long a claim lasts if it is never completed or released. Default: 45 seconds. It must be longer
            than it takes to handle an event.
        create: Whether to create or migrate the tables, as `adapty-py webhooks init` does.

    Raises:
        AdaptyConfigError: A duration is not positive; `field_name` names it. Or psycopg is not installed:
            `pip install "adapty[postgres]"`.
        AdaptyUsageError: The address is invalid; or `create`, and the tables cannot be created or are of a newer
            version.
        WebhookUnavailableError: `create`, and the database cannot be used now.

    Example:
        >>> PostgresDedupStore("postgresql://app:secret@db/shop")
        PostgresDedupStore('postgresql://app@db/shop')
    """

    def __init__(
        self,
        dsn: str,
        *,
        retention: timedelta = RETENTION,
        claim_ttl: timedelta = CLAIM_TTL,
        create: bool = False,
    ) -> None:
        self._retention = positive_seconds("retention", retention)
        self._claim_ttl = positive_seconds("claim_ttl", claim_ttl)
        self._database = PostgresDatabase(dsn, DEDUP)
        self._purge_at = 0.0
        if create:
            self._database.init()

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Acquire an event for this owner if it is new, and return the status that it had; see `DedupStore`.

        Raises:
            WebhookUnavailableError: The database cannot be used now.
            AdaptyUsageError: The tables are missing or of another version, or the user may not use them.
        """
        durations = {"retention": self._retention, "claim_ttl": self._claim_ttl}
        with self._database.connected() as connection:
            row = connection.execute(_ACQUIRE, {**_values(event_id, owner), **durations}).fetchone()
            status = cast("ClaimStatus", row[0]) if row else "in_progress"
            if status == "new" and monotonic() >= self._purge_at:
                self._purge_at = monotonic() + _PURGE_SECONDS
                connection.execute(_PURGE, (max(self._retention, self._claim_ttl), _PURGE_BATCH))
            return status

    def complete(self, event_id: str, owner: str) -> None:
        """Mark an event as completed; see `DedupStore`.

        Raises:
            WebhookUnavailableError: The database cannot be used now.
            AdaptyUsageError: The tables are missing or of another version, or the user may not use them.
        """
        with self._database.connected() as connection:
            connection.execute(_COMPLETE, _values(event_id, owner))

    def release(self, event_id: str, owner: str) -> None:
        """Forget an event that was not handled; see `DedupStore`.

        Raises:
            WebhookUnavailableError: The database cannot be used now.
            AdaptyUsageError: The tables are missing or of another version, or the user may not use them.
        """
        with self._database.connected() as connection:
            connection.execute(_RELEASE, _values(event_id, owner))

    def close(self) -> None:
        """Close the connections. The next use opens one again."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"PostgresDedupStore({self._database.address!r})"


def _values(event_id: str, owner: str) -> dict[str, object]:
    wait = f"{round(get_wait_seconds(WAIT_SECONDS) * 1000)}ms"
    return {"event_id": encode_text(event_id), "owner": encode_text(owner), "wait": wait}
