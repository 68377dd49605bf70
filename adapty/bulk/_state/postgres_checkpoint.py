"""The checkpoint of an import in PostgreSQL, for jobs without a durable disk."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self

from adapty._postgres import PostgresSchema, connect, is_direct, prepare_tables, translate_errors
from adapty._private_files import append_to_private_file
from adapty.bulk._inputs.files import os_reason
from adapty.bulk._state.checkpoint import Checkpoint, StageState, check_config, encodable, open_temporary
from adapty.bulk._state.resume_advice import UnusableStateError
from adapty.errors import AdaptyUsageError, CheckpointInUseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg

    from adapty.bulk._state.checkpoint_location import PostgresLocation

__all__ = ["PostgresCheckpoint"]

_TABLES = (
    """
    CREATE TABLE adapty_checkpoints (
        job text PRIMARY KEY,
        run_id text NOT NULL,
        started_at timestamptz NOT NULL,
        config jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE adapty_checkpoint_stages (
        job text NOT NULL REFERENCES adapty_checkpoints ON DELETE CASCADE,
        stage text NOT NULL,
        state jsonb NOT NULL,
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
_SCHEMA = PostgresSchema(name="checkpoint", create=_TABLES)

_SAVE_STAGE = """
INSERT INTO adapty_checkpoint_stages (job, stage, state, completed) VALUES (%s, %s, %s, %s)
ON CONFLICT (job, stage) DO UPDATE SET state = excluded.state, completed = excluded.completed
"""
# A save that is repeated, because its response was lost, adds no chunk again.
_SAVE_CHUNK = """
INSERT INTO adapty_checkpoint_chunks (job, stage, kind, start, content) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_SAVE_REJECTS = """
INSERT INTO adapty_checkpoint_rejects (job, stage, path) VALUES (%s, %s, %s)
ON CONFLICT (job, stage) DO UPDATE SET path = excluded.path
"""
_CHUNKS = "SELECT content FROM adapty_checkpoint_chunks WHERE job = %s AND stage = %s AND kind = %s ORDER BY start"
_FLOWS = (
    "SELECT stage, content FROM adapty_checkpoint_chunks WHERE job = %s AND kind = 'flows' ORDER BY stage DESC, start"
)
_REJECTS = "SELECT stage, path FROM adapty_checkpoint_rejects WHERE job = %s"
_RUN = "SELECT run_id, started_at, config FROM adapty_checkpoints WHERE job = %s"
_STAGES = "SELECT stage, state, completed FROM adapty_checkpoint_stages WHERE job = %s"
_RUN_ID = "SELECT run_id FROM adapty_checkpoints WHERE job = %s FOR UPDATE"
_TRY_LOCK = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
_LOCK_CLASS = 0x41644A6C  # "AdJl", as in files


class PostgresCheckpoint(Checkpoint):
    """The state of each stage of a run, in PostgreSQL.

    The rejected records are stored there, too, so that a container with an empty disk resumes the run. While the run
    lasts, the counts of flows are also in a temporary database of this process, which computes them.

    Only one process can use the checkpoint of a job at a time. The lock belongs to the connection.
    """

    def __init__(self, location: PostgresLocation, connection: psycopg.Connection[Any]) -> None:
        """Use `open_job`."""
        super().__init__(open_temporary(), None)
        self._location = location
        self._server = connection
        self._name = str(location)
        self._results: dict[str, tuple[Path, int]] = {}
        self._chunks: dict[str, int] = {}

    @classmethod
    def open_job(cls, location: PostgresLocation, config: Mapping[str, str]) -> Self:
        """Create the checkpoint of a job, or open it to resume the run. One without an accepted record starts over.

        Args:
            location: The database and the job.
            config: What must not change until the run ends; see `Checkpoint.open`.

        Raises:
            CheckpointInUseError: Another run uses the checkpoint.
            AdaptyUsageError: The database cannot be used, or the configuration has changed since the run was
                interrupted.
        """
        checkpoint = cls(location, connect(location.dsn))
        try:
            checkpoint._lock()
            with checkpoint._transaction("be read") as connection:
                checkpoint._begin_job(connection, {encodable(name): encodable(value) for name, value in config.items()})
        except BaseException:
            checkpoint.close()
            raise
        return checkpoint

    def attach_results(self, stage: str, path: Path) -> None:
        """Restore the file of a stage's results if it is not on this disk, and note its path for `save`.

        Raises:
            AdaptyUsageError: The file cannot be written.
        """
        saved = self.load(stage)
        size = 0 if saved is None else saved.results_size
        self._results[stage] = (path, size)
        renamed_to = self.rejects_path(stage)
        if not size or (renamed_to is not None and renamed_to.exists()) or _size(path) == size:
            return
        with self._transaction("be written") as connection:
            chunks = connection.execute(_CHUNKS, (self._location.job, stage, "results")).fetchall()
        try:
            with append_to_private_file(path) as file:
                file.truncate(0)
                file.write(b"".join(content for (content,) in chunks)[:size])
        except OSError as error:
            raise AdaptyUsageError(f"{path}: cannot be written: {os_reason(error)}") from None

    def save(self, stage: str, state: StageState) -> None:
        """Save the state of a stage, the pending flows and the new results; then they survive the loss of this host.

        Raises:
            AdaptyUsageError: The database cannot be used, or the file of results cannot be read.
        """
        chunks = [("flows", self._chunks.get(stage, 0), self.flow_counter.dump_pending())]
        if stage in self._results:
            path, start = self._results[stage]
            chunks += [("results", start, _read(path, start, state.results_size))] * (state.results_size > start)
        with self._transaction("be written") as connection:
            self._check_run(connection)
            connection.execute(_SAVE_STAGE, (self._location.job, stage, _state_to_json(state), state.completed))
            for kind, start, content in chunks:
                connection.execute(_SAVE_CHUNK, (self._location.job, stage, kind, start, content))
        self._chunks[stage] = self._chunks.get(stage, 0) + 1
        if stage in self._results:
            self._results[stage] = (self._results[stage][0], state.results_size)
        super().save(stage, state)

    def set_rejects_path(self, stage: str, path: Path) -> None:
        """Save the final path of a stage's rejects file.

        Raises:
            AdaptyUsageError: The database cannot be used.
        """
        with self._transaction("be written") as connection:
            connection.execute(_SAVE_REJECTS, (self._location.job, stage, os.fsencode(path)))
        super().set_rejects_path(stage, path)

    def finish(self) -> None:
        """Delete the checkpoint of a completed run, and close the connection.

        Raises:
            AdaptyUsageError: The database cannot be used.
        """
        try:
            with self._transaction("be written") as connection:
                connection.execute("DELETE FROM adapty_checkpoints WHERE job = %s", (self._location.job,))
        finally:
            self.close()

    def close(self) -> None:
        """Close the connections; the checkpoint stays, to resume the run."""
        self._server.close()
        super().close()

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[psycopg.Connection[Any]]:
        with translate_errors(self._location.dsn, f"the checkpoint cannot {doing}"), self._server.transaction():
            yield self._server

    def _lock(self) -> None:
        """Create the tables, and lock the job until the connection ends."""
        with translate_errors(self._location.dsn, "the checkpoint cannot be opened"):
            if not is_direct(self._server):
                expected = (
                    "expected a direct connection to PostgreSQL, without a pooler: the lock of a run belongs to it"
                )
                raise AdaptyUsageError.for_field("checkpoint", f"{self._name} leads to a connection pooler; {expected}")
            prepare_tables(self._server, _SCHEMA, self._location.dsn)
            (is_locked,) = self._server.execute(_TRY_LOCK, (_LOCK_CLASS, self._location.job)).fetchone() or (False,)
        if not is_locked:
            problem = f"{self._name}: the checkpoint of {self._location.job} is in use by another run"
            raise CheckpointInUseError(f"{problem}; wait until that run ends")

    def _begin_job(self, connection: psycopg.Connection[Any], config: Mapping[str, str]) -> None:
        job = self._location.job
        run = connection.execute(_RUN, (job,)).fetchone()
        states = {
            stage: StageState(completed=completed, **state)
            for stage, state, completed in connection.execute(_STAGES, (job,)).fetchall()
        }
        if run is not None and any(state.counts.get("accepted") for state in states.values()):
            self.run_id, self.started_at, earlier = run
            check_config(earlier, config, self._name, self._location.start_over)
            self.resumed = True
            self._restore(connection, states)
            return
        self.run_id = token_hex(4) if run is None else run[0]
        connection.execute("DELETE FROM adapty_checkpoints WHERE job = %s", (job,))
        values = (job, self.run_id, self.started_at, json.dumps(config))
        connection.execute("INSERT INTO adapty_checkpoints VALUES (%s, %s, %s, %s)", values)

    def _restore(self, connection: Any, states: Mapping[str, StageState]) -> None:
        """Copy the states and the flows into the temporary database of this process."""
        job = self._location.job
        for stage, content in connection.execute(_FLOWS, (job,)):
            self.flow_counter.restore(content)
            self._chunks[stage] = self._chunks.get(stage, 0) + 1
        for stage, state in states.items():
            super().save(stage, state)
        for stage, path in connection.execute(_REJECTS, (job,)):
            super().set_rejects_path(stage, Path(os.fsdecode(path)))

    def _check_run(self, connection: Any) -> None:
        """Check in a transaction that the checkpoint is still there, and is that of this run."""
        row = connection.execute(_RUN_ID, (self._location.job,)).fetchone()
        if row != (self.run_id,):
            problem = f"{self._name}: the checkpoint of {self._location.job} was deleted or replaced during the run"
            raise UnusableStateError(f"{problem}; run it again to start over")


def _size(path: Path) -> int | None:
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


def _state_to_json(state: StageState) -> str:
    return json.dumps(
        {
            "counts": dict(state.counts),
            "reasons": dict(state.reasons),
            "results_size": state.results_size,
            "done": state.done,
            "not_imported": dict(state.not_imported),
        }
    )
