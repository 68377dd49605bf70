"""The checkpoint of an import in PostgreSQL, for jobs without a durable disk."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self, TypeVar

from adapty._postgres import PostgresDatabase, PostgresSchema
from adapty._private_files import append_to_private_file
from adapty.bulk._inputs.files import os_reason
from adapty.bulk._state.checkpoint import (
    Checkpoint,
    StageState,
    UnusableStateError,
    check_config,
    encodable,
    open_temporary,
)
from adapty.bulk._state.completed import CompletedSet
from adapty.errors import AdaptyUsageError, CheckpointInUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapty._postgres_dsn import Dsn

__all__ = ["PostgresCheckpoint"]

T = TypeVar("T")

_TABLES = (
    """
    CREATE TABLE adapty_checkpoints (
        job text PRIMARY KEY,
        run_id text NOT NULL,
        started_at timestamptz NOT NULL,
        config text NOT NULL
    )
    """,
    """
    CREATE TABLE adapty_checkpoint_stages (
        job text NOT NULL REFERENCES adapty_checkpoints ON DELETE CASCADE,
        stage text NOT NULL,
        state text NOT NULL,
        completed bytea NOT NULL,
        PRIMARY KEY (job, stage)
    )
    """,
    # The rejects file and the flows only grow. Each save appends a chunk: a part of the file from `start` on, or the
    # flows of the records since the last save, numbered.
    """
    CREATE TABLE adapty_checkpoint_chunks (
        job text NOT NULL REFERENCES adapty_checkpoints ON DELETE CASCADE,
        stage text NOT NULL,
        kind text NOT NULL,
        start bigint NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (job, stage, kind, start)
    )
    """,
    """
    CREATE TABLE adapty_checkpoint_rejects (
        job text NOT NULL REFERENCES adapty_checkpoints ON DELETE CASCADE,
        stage text NOT NULL,
        path bytea NOT NULL,
        PRIMARY KEY (job, stage)
    )
    """,
)


class _UnavailableError(AdaptyUsageError):
    """The database cannot be used now."""


_SCHEMA = PostgresSchema(
    name="checkpoint",
    create=_TABLES,
    init="run the import with a user who may create tables",
    failed=_UnavailableError,
)
_WAIT_SECONDS = 30.0

_SAVE_STAGE = """
INSERT INTO adapty_checkpoint_stages (job, stage, state, completed) VALUES (%s, %s, %s, %s)
ON CONFLICT (job, stage) DO UPDATE SET state = excluded.state, completed = excluded.completed
"""
# A save whose response was lost is repeated with the same start, and with what was added since.
_SAVE_CHUNK = """
INSERT INTO adapty_checkpoint_chunks (job, stage, kind, start, content) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (job, stage, kind, start) DO UPDATE SET content = excluded.content
"""
_SAVE_REJECTS = """
INSERT INTO adapty_checkpoint_rejects (job, stage, path) VALUES (%s, %s, %s)
ON CONFLICT (job, stage) DO UPDATE SET path = excluded.path
"""
_CHUNKS = "SELECT content FROM adapty_checkpoint_chunks WHERE job = %s AND stage = %s AND kind = %s ORDER BY start"
_FLOWS = """
SELECT stage, start, content FROM adapty_checkpoint_chunks WHERE job = %s AND kind = 'flows' ORDER BY stage DESC, start
"""
_REJECTS = "SELECT stage, path FROM adapty_checkpoint_rejects WHERE job = %s"
_RUN = "SELECT run_id, started_at, config FROM adapty_checkpoints WHERE job = %s"
_STAGES = "SELECT stage, state, completed FROM adapty_checkpoint_stages WHERE job = %s"
_BEGIN = "INSERT INTO adapty_checkpoints (job, run_id, started_at, config) VALUES (%s, %s, %s, %s)"
_DELETE = "DELETE FROM adapty_checkpoints WHERE job = %s"
_RUN_ID = "SELECT run_id FROM adapty_checkpoints WHERE job = %s FOR UPDATE"
_TRY_LOCK = "SELECT pg_backend_pid(), pg_try_advisory_lock(%s, hashtext(%s))"
_LOCK_CLASS = 0x41644A6C  # "AdJl", as in files


class PostgresCheckpoint(Checkpoint):
    """The state of each stage of a run, in PostgreSQL.

    The rejected records are stored there, too, so that a container with an empty disk resumes the run. While the run
    lasts, the counts of flows are also in a temporary database of this process, which computes them.

    Only one process can use the checkpoint of a job at a time. The lock belongs to the connection.
    """

    def __init__(self, dsn: Dsn, job: str, start_over: str) -> None:
        """Use `open_job`."""
        super().__init__(open_temporary(), None)
        self._name = dsn.shown
        self._start_over = start_over
        self._job = job
        # One connection, because the lock is its own.
        self._database = PostgresDatabase(dsn.secret.value, _SCHEMA, max_connections=1, wait_seconds=_WAIT_SECONDS)
        self._locked_by: Any | None = None
        self._results: dict[str, tuple[Path, int]] = {}
        self._chunks: Counter[str] = Counter()

    @classmethod
    def open_job(cls, dsn: Dsn, job: str, config: Mapping[str, str], *, start_over: str) -> Self:
        """Create the checkpoint of a job, or open it to resume the run. The tables are created if they are missing.

        Args:
            dsn: The database.
            job: The name of the job: its inputs.
            config: What must not change until the run ends; see `Checkpoint.open`.
            start_over: How to start over, for messages.

        Raises:
            CheckpointInUseError: Another run uses the checkpoint.
            AdaptyUsageError: The database cannot be used, the configuration has changed since the run was interrupted,
                or the checkpoint is damaged.
        """
        checkpoint = cls(dsn, job, start_over)
        storable = {encodable(name): encodable(value) for name, value in config.items()}
        try:
            checkpoint._prepare_tables()
            checkpoint._run(partial(checkpoint._begin_job, config=storable))
        except BaseException:
            checkpoint.close()
            raise
        return checkpoint

    def attach_results(self, stage: str, path: Path) -> None:
        """Restore the file of a stage's results if it is not on this disk, and note its path for `save`.

        Raises:
            AdaptyUsageError: The database cannot be used, or the file cannot be written.
        """
        saved = self.load(stage)
        size = 0 if saved is None else saved.results_size
        self._results[stage] = (path, size)
        renamed_to = self.rejects_path(stage)
        if not size or (renamed_to is not None and renamed_to.exists()) or _file_size(path) == size:
            return
        chunks = self._run(lambda server: server.execute(_CHUNKS, (self._job, stage, "results")).fetchall())
        try:
            with append_to_private_file(path) as file:
                file.truncate(0)
                for (content,) in chunks:
                    file.write(content)
        except OSError as error:
            raise AdaptyUsageError(f"{path}: cannot be written: {os_reason(error)}") from None

    def save(self, stage: str, state: StageState) -> None:
        """Save the state of a stage, the pending flows and the new results; then they survive the loss of this host.

        Raises:
            AdaptyUsageError: The database cannot be used, or the file of results cannot be read.
        """
        chunks = []
        if flows := self.flow_counter.dump_pending():
            chunks.append(("flows", self._chunks[stage], flows))
        path, start = self._results.get(stage, (None, 0))
        if path is not None and state.results_size > start:
            chunks.append(("results", start, _read(path, start, state.results_size)))
        self._run(partial(self._save, stage=stage, state=state, chunks=chunks))
        self._chunks[stage] += 1
        if path is not None:
            self._results[stage] = (path, state.results_size)
        super().save(stage, state)

    def _save(self, server: Any, *, stage: str, state: StageState, chunks: Sequence[tuple[str, int, bytes]]) -> None:
        if server.execute(_RUN_ID, (self._job,)).fetchone() != (self.run_id,):
            problem = f"{self._name}: the checkpoint of {self._job} was deleted or replaced during the run"
            raise UnusableStateError(f"{problem}; run it again to start over")
        server.execute(_SAVE_STAGE, (self._job, stage, _dump_state(state), state.completed))
        for kind, start, content in chunks:
            server.execute(_SAVE_CHUNK, (self._job, stage, kind, start, content))

    def set_rejects_path(self, stage: str, path: Path) -> None:
        """Save the final path of a stage's rejects file.

        Raises:
            AdaptyUsageError: The database cannot be used.
        """
        self._run(lambda server: server.execute(_SAVE_REJECTS, (self._job, stage, os.fsencode(path))))
        super().set_rejects_path(stage, path)

    def finish(self) -> None:
        """Delete the checkpoint of a completed run, and close the connection.

        Raises:
            AdaptyUsageError: The database cannot be used.
        """
        try:
            self._run(lambda server: server.execute(_DELETE, (self._job,)))
        finally:
            self.close()

    def close(self) -> None:
        """Close the connections; the checkpoint stays, to resume the run."""
        self._database.close()
        super().close()

    def _prepare_tables(self) -> None:
        """Create the tables, unless they are there: then the user may have no right to create tables."""
        try:
            with self._database.connected():
                return
        except AdaptyUsageError:
            self._database.init()  # or raises the same error

    def _run(self, work: Callable[[Any], T]) -> T:
        """Call a function in a transaction, with the job locked. If the connection is lost, try once with another one.

        Every function can be repeated: the commit may have succeeded.
        """
        try:
            return self._run_once(work)
        except _UnavailableError:
            return self._run_once(work)

    def _run_once(self, work: Callable[[Any], T]) -> T:
        with self._database.connected() as server:
            if server is not self._locked_by:
                self._lock(server)
            with server.transaction():
                return work(server)

    def _lock(self, connection: Any) -> None:
        """Lock the job until the connection ends. A pooler shows process IDs of its own."""
        pid, is_locked = connection.execute(_TRY_LOCK, (_LOCK_CLASS, self._job)).fetchone() or (None, False)
        if pid != connection.info.backend_pid:
            expected = "expected a direct connection to PostgreSQL: the lock of a run belongs to its connection"
            raise AdaptyUsageError.for_field("checkpoint", f"{self._name} leads to a connection pooler; {expected}")
        if not is_locked:
            problem = f"{self._name}: the checkpoint of {self._job} is in use by another run"
            raise CheckpointInUseError(f"{problem}; wait until that run ends")
        self._locked_by = connection

    def _begin_job(self, connection: Any, *, config: Mapping[str, str]) -> None:
        run = connection.execute(_RUN, (self._job,)).fetchone()
        states = {
            stage: self._parse_saved(state, completed)
            for stage, state, completed in connection.execute(_STAGES, (self._job,)).fetchall()
        }
        if run is not None and any(state.counts or state.done for state in states.values()):
            run_id, started_at, earlier = run[0], run[1], json.loads(run[2])
            has_accepted = any(state.counts.keys() - {"rejected"} or state.done for state in states.values())
            if has_accepted or earlier == config:
                check_config(earlier, config, self._name, self._start_over)
                self.run_id, self.started_at, self.resumed = run_id, started_at, True
                self._restore(connection, states)
                return
        self.run_id = token_hex(4) if run is None else run[0]
        connection.execute(_DELETE, (self._job,))
        connection.execute(_BEGIN, (self._job, self.run_id, self.started_at, json.dumps(config)))

    def _restore(self, connection: Any, states: Mapping[str, StageState]) -> None:
        """Copy the states and the flows into the temporary database of this process."""
        for stage, state in states.items():
            super().save(stage, state)
        # Profiles before events, as they were sent; a cursor of the server, because there are many.
        with connection.cursor("adapty_flows") as cursor:
            for stage, start, content in cursor.execute(_FLOWS, (self._job,)):
                self.flow_counter.restore(content)
                self._chunks[stage] = start + 1
                super().save(stage, states[stage])
        for stage, path in connection.execute(_REJECTS, (self._job,)).fetchall():
            super().set_rejects_path(stage, Path(os.fsdecode(path)))

    def _parse_saved(self, state: str, completed: bytes) -> StageState:
        try:
            CompletedSet.from_bytes(completed)
            return StageState(completed=completed, **json.loads(state))
        except (TypeError, ValueError):
            problem = f"{self._name}: the checkpoint of {self._job} is damaged"
            raise UnusableStateError(f"{problem}; {self._start_over} to start over") from None


def _file_size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _read(path: Path, start: int, end: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)
    except OSError as error:
        raise AdaptyUsageError(f"{path}: cannot be read: {os_reason(error)}") from None


def _dump_state(state: StageState) -> str:
    return json.dumps(
        {
            "counts": dict(state.counts),
            "reasons": dict(state.reasons),
            "results_size": state.results_size,
            "done": state.done,
            "not_imported": dict(state.not_imported),
        }
    )
