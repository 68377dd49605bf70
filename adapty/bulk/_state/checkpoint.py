"""The checkpoint of a run: its progress, in an SQLite file, to resume it after an interruption."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Self

from attrs import Factory, frozen

from adapty._core.validation import quote
from adapty._private_files import ensure_private_file
from adapty._sqlite import Schema, check_integrity, is_same_file, prepare_tables, transaction, translate_errors
from adapty.bulk._inputs.files import os_reason
from adapty.bulk._state.completed import CompletedSet
from adapty.bulk._state.flow_counts import TABLES, FlowCounter
from adapty.errors import AdaptyUsageError, CheckpointInUseError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "FINGERPRINT_OF",
    "Checkpoint",
    "StageState",
    "UnusableStateError",
    "check_config",
    "encodable",
    "open_temporary",
]


class UnusableStateError(AdaptyUsageError):
    """The state of an earlier run cannot be used, so that the run cannot be resumed; the message has the remedy."""


FINGERPRINT_OF = "contents of "
"""The prefix of a file's name in a run's configuration, for the file's fingerprint."""

_SCHEMA = Schema(
    application_id=0x41644A6C,  # "AdJl"
    version=3,
    create=(
        "CREATE TABLE run (run_id TEXT NOT NULL, started_at TEXT NOT NULL)",
        "CREATE TABLE config (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """
        CREATE TABLE stages (
            name TEXT PRIMARY KEY,
            completed BLOB NOT NULL,
            counts TEXT NOT NULL,
            reasons TEXT NOT NULL,
            results_size INTEGER NOT NULL,
            done INTEGER NOT NULL,
            not_imported TEXT NOT NULL
        )
        """,
        "CREATE TABLE rejects (stage TEXT PRIMARY KEY, path BLOB NOT NULL)",
        *TABLES,
    ),
    busy=(CheckpointInUseError, "is in use by another run; wait until that run ends"),
    damaged=(UnusableStateError, "is damaged; remove it to start over"),
    foreign=(UnusableStateError, "is not a checkpoint; move it away, or choose another name for the checkpoint"),
    other_version=(
        UnusableStateError,
        "was written by another version of adapty; resume with that version, or remove it to start over",
    ),
    failed=AdaptyUsageError,
)
_SAVE = "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?, ?, ?)"
_SAVE_REJECTS = "INSERT OR REPLACE INTO rejects VALUES (?, ?)"
_REJECTS = "SELECT path FROM rejects WHERE stage = ?"
_STAGE = "SELECT completed, counts, reasons, results_size, done, not_imported FROM stages WHERE name = ?"
_TEMPORARY = "the temporary checkpoint"


@frozen(kw_only=True)
class StageState:
    """The progress of one stage of a run.

    Attributes:
        completed: The completed records, from `CompletedSet.to_bytes`.
        counts: The number of records by result.
        reasons: The number of rejected records by field.
        results_size: The length of the rejects file, or of the report of an erasure, in bytes.
        done: Whether all records of the stage are completed.
        not_imported: The columns that Adapty Mail has no field for, with the number of values in each.
    """

    completed: bytes
    counts: Mapping[str, int] = Factory(dict)
    reasons: Mapping[str, int] = Factory(dict)
    results_size: int = 0
    done: bool = False
    not_imported: Mapping[str, int] = Factory(dict)


class Checkpoint:
    """The state of each stage of a run and the counts of flows, saved in one transaction.

    Only one process can use a checkpoint at a time. The lock is the operating system's, on the open file, so it ends
    with the process.

    Attributes:
        path: The file, or None for a temporary checkpoint.
        run_id: The ID of the run, which stays the same when it is resumed; None for a temporary checkpoint.
        resumed: Whether this is a resumed run with completed records.
        started_at: When the run started, aware, UTC.
        flow_counter: The flows of the records; saved with each state.

    Example:
        >>> from pathlib import Path
        >>> config = {"profiles": "base.csv", "sort": "no"}
        >>> with Checkpoint.open(Path("base.csv.checkpoint"), config) as checkpoint:
        ...     checkpoint.save("profiles", StageState(completed=CompletedSet(7).to_bytes(), counts={"accepted": 7}))
        >>> with Checkpoint.open(Path("base.csv.checkpoint"), config) as checkpoint:
        ...     print(checkpoint.resumed, checkpoint.load("profiles").counts, checkpoint.load("events"))
        ...     checkpoint.finish()
        True {'accepted': 7} None
        >>> Path("base.csv.checkpoint").exists()
        False
    """

    path: Path | None
    run_id: str | None
    resumed: bool
    started_at: datetime
    flow_counter: FlowCounter

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        """Use `open` or `temporary`."""
        self._connection = connection
        self._file = path and path.resolve()  # as SQLite does: of a link, the file that it leads to
        self._name = _TEMPORARY if path is None else str(path)
        self.path = path
        self.run_id = None
        self.resumed = False
        self.started_at = datetime.now(UTC)
        self.flow_counter = FlowCounter(connection)

    @classmethod
    def open(cls, path: Path, config: Mapping[str, str]) -> Self:
        """Create the checkpoint of a run, or open it to resume the run.

        One without a completed record starts over, and so does an import that accepted nothing, if it is configured
        differently now: its rejected records are read again.

        Args:
            path: The file. While it is open, there is another one with the suffix `-wal`.
            config: What must not change until the run ends, by names that users know, without keys. The name of a file
                after `FINGERPRINT_OF` has the file's fingerprint.

        Raises:
            CheckpointInUseError: Another run uses the checkpoint.
            AdaptyUsageError: The configuration has changed since the run was interrupted; the file is a checkpoint of
                another version, damaged, or not a checkpoint; or the path cannot be used.
        """
        status = _create_file(path)
        with translate_errors(_SCHEMA, path, "opened"):
            # A resolved path, because a file can have the name ":memory:".
            checkpoint = cls(sqlite3.connect(path.resolve(), isolation_level=None, timeout=0), path)
            try:
                checkpoint._begin(path, status, {encodable(name): encodable(value) for name, value in config.items()})
            except BaseException:
                checkpoint.close()
                raise
        return checkpoint

    @classmethod
    def temporary(cls) -> Self:
        """Create one that is never resumed, for records that cannot be read again; `close` deletes it."""
        return cls(open_temporary(), None)

    def attach_results(self, stage: str, path: Path) -> None:
        """Tell the checkpoint where the results of a stage are, before they are opened.

        A checkpoint in a file leaves them to the disk that it is on itself.
        """

    def load(self, stage: str) -> StageState | None:
        """Return the last saved state of a stage, or None.

        Raises:
            AdaptyUsageError: The checkpoint is damaged.
        """
        with translate_errors(_SCHEMA, self._name, "read"):
            row = self._connection.execute(_STAGE, (stage,)).fetchone()
            return row and self._parse_state(row)

    def save(self, stage: str, state: StageState) -> None:
        """Save the state of a stage and the pending flows; afterwards it survives a crash of the machine.

        Raises:
            AdaptyUsageError: The checkpoint cannot be written; it is unchanged.
        """
        with translate_errors(_SCHEMA, self._name, "written"), transaction(self._connection, "IMMEDIATE"):
            self.flow_counter.write_pending()
            self._connection.execute(_SAVE, (stage, *_to_columns(state)))
        self.flow_counter.clear_pending()

    def rejects_path(self, stage: str) -> Path | None:
        """Return the path of `set_rejects_path`, or None.

        Raises:
            AdaptyUsageError: The checkpoint is damaged.
        """
        with translate_errors(_SCHEMA, self._name, "read"):
            row = self._connection.execute(_REJECTS, (stage,)).fetchone()
            return row and Path(os.fsdecode(row[0]))

    def set_rejects_path(self, stage: str, path: Path) -> None:
        """Save the final path of a stage's rejects file.

        Raises:
            AdaptyUsageError: The checkpoint cannot be written.
        """
        with translate_errors(_SCHEMA, self._name, "written"):
            self._connection.execute(_SAVE_REJECTS, (stage, os.fsencode(path)))

    def finish(self) -> None:
        """Close the checkpoint of a completed run, and remove the file.

        Raises:
            AdaptyUsageError: It cannot be removed.
        """
        if self._file is None:
            self.close()
            return
        if sys.platform == "win32":  # an open file cannot be removed there
            self.close()
        else:  # removed while it is locked, the -wal file first: afterwards they can be another run's
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA journal_mode = OFF")
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise AdaptyUsageError(
                f"{self.path}: cannot be removed: {error.strerror}; the run is complete, so remove it by hand"
            ) from None
        finally:
            self.close()

    def close(self) -> None:
        """Close the checkpoint; the file stays, to resume the run."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self, path: Path, status: os.stat_result, config: Mapping[str, str]) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        with transaction(self._connection, "EXCLUSIVE"):
            if not is_same_file(status, path):  # the run that used it has just ended
                raise _SCHEMA.error(_SCHEMA.busy, path)
            prepare_tables(self._connection, _SCHEMA, path)
            check_integrity(self._connection, _SCHEMA, path)
            if self._has_completed() and not self._can_start_over(config):
                self._resume(config)
            else:
                self._start(config)
            (self.run_id,) = execute("SELECT run_id FROM run").fetchone()
        # Without its -wal file, a checkpoint is an older one; without a -journal file, it would be damaged.
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")

    def _has_completed(self) -> bool:
        stages = self._connection.execute("SELECT completed, done FROM stages").fetchall()
        return any(done or self._has_any(completed) for completed, done in stages)

    def _can_start_over(self, config: Mapping[str, str]) -> bool:
        """Return whether this is another import than the earlier one, which accepted nothing: nothing is lost."""
        earlier = dict(self._connection.execute("SELECT name, value FROM config"))
        if earlier == config or "users" in {*earlier, *config}:  # only an erasure has them
            return False
        saved = self._connection.execute("SELECT counts FROM stages").fetchall()
        try:
            totals = sum((Counter(_parse_counts(counts)) for (counts,) in saved), Counter())
        except (AttributeError, TypeError, ValueError):
            raise self._damaged() from None
        return totals.keys() == {"rejected"}

    def _start(self, config: Mapping[str, str]) -> None:
        execute = self._connection.execute
        # An interrupted run without a completed record keeps its ID, so that its partial rejects file is reused.
        (found,) = execute("SELECT count(*) FROM run").fetchone()
        if not found:
            execute("INSERT INTO run VALUES (?, '')", (token_hex(4),))
        execute("UPDATE run SET started_at = ?", (self.started_at.isoformat(),))
        for table in ("config", "stages", "rejects"):
            execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self._connection.executemany("INSERT INTO config VALUES (?, ?)", config.items())

    def _resume(self, config: Mapping[str, str]) -> None:
        earlier = dict(self._connection.execute("SELECT name, value FROM config"))
        check_config(earlier, config, self._name, f"remove {self._name}")
        (started_at,) = self._connection.execute("SELECT started_at FROM run").fetchone()
        try:
            self.started_at = datetime.fromisoformat(started_at)
        except ValueError:
            raise self._damaged() from None
        self.resumed = True

    def _parse_state(self, row: tuple[bytes, str, str, int, int, str]) -> StageState:
        completed, counts, reasons, results_size, done, not_imported = row
        self._has_any(completed)
        try:
            return StageState(
                completed=completed,
                counts=_parse_counts(counts),
                reasons=_parse_counts(reasons),
                results_size=int(results_size),
                done=bool(done),
                not_imported=_parse_counts(not_imported),
            )
        except (AttributeError, TypeError, ValueError):
            raise self._damaged() from None

    def _has_any(self, completed: bytes) -> bool:
        try:
            parsed = CompletedSet.from_bytes(completed)
        except (TypeError, ValueError):
            raise self._damaged() from None
        return bool(parsed.watermark or parsed.out_of_order)

    def _damaged(self) -> Exception:
        return _SCHEMA.error(_SCHEMA.damaged, self._name)


def open_temporary() -> sqlite3.Connection:
    """Open a temporary database with the tables of a checkpoint, which disappears when it is closed.

    Raises:
        AdaptyUsageError: The folder for temporary files cannot be used.
    """
    with translate_errors(_SCHEMA, _TEMPORARY, "opened"):
        connection = sqlite3.connect("", isolation_level=None)
        for statement in _SCHEMA.create:
            connection.execute(statement)
        return connection


def check_config(earlier: Mapping[str, str], now: Mapping[str, str], name: object, start_over: str) -> None:
    """Check that a run can be resumed with another configuration.

    Args:
        earlier: The configuration of the interrupted run.
        now: The configuration of this one.
        name: The checkpoint in messages.
        start_over: How to start over, for the message.

    Raises:
        AdaptyUsageError: It cannot; the message names what has changed.
    """
    if ("users" in earlier) != ("users" in now):  # only an erasure has them
        job = "an erasure" if "users" in earlier else "an import"
        expected = "finish that run first, or choose another checkpoint"
        raise AdaptyUsageError.for_field("checkpoint", f"{name} belongs to {job} that is not complete; {expected}")
    if problem := _describe_changes(earlier, now):
        raise AdaptyUsageError(f"{problem}, or {start_over} to start over")


def _create_file(path: Path) -> os.stat_result:
    """Create an empty private file unless it exists, and return its status. SQLite's own errors would say little."""
    try:
        # An existing file is not opened: closing it would release the locks of a checkpoint that this process has open.
        ensure_private_file(path.resolve())
        status = path.stat()
    except (OSError, ValueError) as error:
        expected = "choose another path for the checkpoint, or disable it"
        raise AdaptyUsageError(f"{path}: cannot be opened: {os_reason(error)}; {expected}") from None
    if not stat.S_ISREG(status.st_mode):
        raise AdaptyUsageError(f"{path}: is not a regular file; choose another path for the checkpoint")
    return status


def encodable(text: str) -> str:
    """Return text that a database can store: the name of a file can have bytes that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _to_columns(state: StageState) -> tuple[bytes, str, str, int, bool, str]:
    counts, reasons, not_imported = (json.dumps(dict(c)) for c in (state.counts, state.reasons, state.not_imported))
    return state.completed, counts, reasons, state.results_size, state.done, not_imported


def _parse_counts(text: str) -> dict[str, int]:
    return {name: int(count) for name, count in json.loads(text).items()}


def _describe_changes(earlier: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """Return which values of a configuration have changed and what to do, or None."""
    names = [name for name in dict.fromkeys((*earlier, *now)) if earlier.get(name) != now.get(name)]
    settings = [name for name in names if not name.startswith(FINGERPRINT_OF)]
    # If the name of a file has changed, too, its fingerprint says nothing more.
    files = [
        name for name in names if name.startswith(FINGERPRINT_OF) and (not settings or {name} <= earlier.keys() & now)
    ]
    if not names:
        return None
    changes = [
        *(f"{name.removeprefix(FINGERPRINT_OF)} has changed" for name in files),
        *(f"{name} has changed{_from_to(earlier.get(name), now.get(name))}" for name in settings),
    ]
    remedy = "run it with the original settings" if settings else f"restore the original file{'s' * (len(files) > 1)}"
    return f"{' and '.join(changes)} since the run started; {remedy}"


def _from_to(earlier: str | None, now: str | None) -> str:
    """Return both values, unless they are personal data or too long to differ when displayed."""
    displayed = [quote(value) if value else "nothing" for value in (earlier, now)]
    is_hidden = any("@" in value for value in (earlier, now) if value) or displayed[0] == displayed[1]
    return "" if is_hidden else f" from {displayed[0]} to {displayed[1]}"
