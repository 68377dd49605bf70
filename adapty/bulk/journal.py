"""The journal of a run: what is done of it, in an SQLite file, so that a run that broke off can go on."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Self

from attrs import Factory, frozen

from adapty._core.validation import quote
from adapty._private_files import ensure_private_file
from adapty.bulk.flow_tally import TABLES, FlowTally
from adapty.bulk.handled import Handled
from adapty.bulk.resuming import UnusableStateError
from adapty.errors import AdaptyUsageError, CheckpointInUseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["CONTENTS_OF", "Checkpoint", "Journal"]

CONTENTS_OF = "contents of "
"""What the name of a file follows in a plan, where the value is the file's fingerprint."""

# "AdJl", so that a file of somebody else is not taken for ours.
_APPLICATION_ID = 0x41644A6C
_VERSION = 2

_SET_UP = (
    "CREATE TABLE run (run_id TEXT NOT NULL, began_at TEXT NOT NULL)",
    "CREATE TABLE plan (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """
    CREATE TABLE stages (
        name TEXT PRIMARY KEY,
        handled BLOB NOT NULL,
        counts TEXT NOT NULL,
        reasons TEXT NOT NULL,
        failures_size INTEGER NOT NULL,
        done INTEGER NOT NULL,
        not_imported TEXT NOT NULL
    )
    """,
    "CREATE TABLE failures (stage TEXT PRIMARY KEY, path BLOB NOT NULL)",
    *TABLES,
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
)
_SAVE = "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?, ?, ?)"
_SAVE_FAILURES = "INSERT OR REPLACE INTO failures VALUES (?, ?)"
_FAILURES = "SELECT path FROM failures WHERE stage = ?"
_STAGE = "SELECT handled, counts, reasons, failures_size, done, not_imported FROM stages WHERE name = ?"

_IN_USE = "is in use by another run; wait until that has ended"
_DAMAGED = "is damaged; remove it to begin anew"
_FOREIGN = "is no journal of a run; move it away, or choose another name for the journal"
_PROBLEMS = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_ERROR: _DAMAGED,  # a table is missing
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}
_PRIMARY_CODE = 0xFF


@frozen(kw_only=True)
class Checkpoint:
    """How far one stage of a run is.

    Attributes:
        handled: Which records are handled, as `Handled.to_bytes` gives it.
        counts: How many records came to which end.
        reasons: How many records were refused for which field.
        failures_size: How long the failures file is, in bytes, as `FailuresFile.sync` gives it.
        done: Whether all records of the stage are handled.
        not_imported: The columns that Adapty Mail has no field for, with the number of values in each.
    """

    handled: bytes
    counts: Mapping[str, int] = Factory(dict)
    reasons: Mapping[str, int] = Factory(dict)
    failures_size: int = 0
    done: bool = False
    not_imported: Mapping[str, int] = Factory(dict)


class Journal:
    """Keeps a checkpoint of each stage of a run, and the tally of flows, as they were at one and the same moment.

    One process at a time has a journal. The lock is the operating system's, on the open file, so it ends with the
    process, however that ends.

    Attributes:
        path: The file, or None of a temporary journal.
        run_id: Names the run and whoever goes on with it, or None of a temporary journal.
        resumed: Whether a run goes on that broke off after it had handled records.
        began_at: When the run began, aware, UTC.
        tally: The flows that the records of the run lead to; saved with each checkpoint.

    Example:
        >>> from pathlib import Path
        >>> plan = {"profiles": "base.csv", "sort": "no"}
        >>> with Journal.open(Path("base.csv.journal"), plan) as journal:
        ...     journal.save("profiles", Checkpoint(handled=Handled(7).to_bytes(), counts={"accepted": 7}))
        >>> with Journal.open(Path("base.csv.journal"), plan) as journal:
        ...     print(journal.resumed, journal.stage("profiles").counts, journal.stage("events"))
        ...     journal.finish()
        True {'accepted': 7} None
        >>> Path("base.csv.journal").exists()
        False
    """

    path: Path | None
    run_id: str | None
    resumed: bool
    began_at: datetime
    tally: FlowTally

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        """Use `open` or `temporary`."""
        self._connection = connection
        self._file = path and path.resolve()  # as SQLite has it: of a link, what it leads to
        self.path = path
        self.run_id = None
        self.resumed = False
        self.began_at = datetime.now(UTC)
        self.tally = FlowTally(connection)

    @classmethod
    def open(cls, path: Path, plan: Mapping[str, str]) -> Self:
        """Make the journal of a run, or go on with it. One that has noted no record yet is made anew.

        Args:
            path: The file. While it is open, another one of this name and `-wal` stands beside it.
            plan: What must not change until the run is through, by names that users know; no keys. A name of
                `CONTENTS_OF` and a file's name has the file's fingerprint.

        Raises:
            CheckpointInUseError: Another run uses the journal.
            AdaptyUsageError: The plan is not the one of the run that broke off, the journal is of a newer version,
                damaged or no journal, or there can be no file of this name.
        """
        before = _made(path)
        with _telling(path, "opened"):
            # A whole path, for a file may be named ":memory:" too.
            journal = cls(sqlite3.connect(path.resolve(), isolation_level=None, timeout=0), path)
            try:
                journal._begin(path, before, {_storable(name): _storable(value) for name, value in plan.items()})
            except BaseException:
                journal.close()
                raise
        return journal

    @classmethod
    def temporary(cls) -> Self:
        """Make one that is never resumed, for records that cannot be read again; it is gone when it is closed."""
        with _telling(None, "opened"):
            journal = cls(sqlite3.connect("", isolation_level=None), None)
            for statement in _SET_UP:
                journal._connection.execute(statement)
        return journal

    def stage(self, name: str) -> Checkpoint | None:
        """Give the last checkpoint of a stage, or None.

        Raises:
            AdaptyUsageError: The journal is damaged.
        """
        with _telling(self.path, "read"):
            row = self._connection.execute(_STAGE, (name,)).fetchone()
            return row and _checkpoint(row)

    def save(self, stage: str, checkpoint: Checkpoint) -> None:
        """Save a checkpoint and what came to the tally; what is saved stays, whatever happens next.

        Raises:
            AdaptyUsageError: The journal cannot be written; it is as it was before.
        """
        with _telling(self.path, "written"), self._transaction("IMMEDIATE"):
            self.tally.write()
            self._connection.execute(_SAVE, (stage, *_columns(checkpoint)))
        self.tally.written()

    def failures_at(self, stage: str) -> Path | None:
        """Give the name that `note_failures` was called with, or None.

        Raises:
            AdaptyUsageError: The journal is damaged.
        """
        with _telling(self.path, "read"):
            row = self._connection.execute(_FAILURES, (stage,)).fetchone()
            return row and Path(os.fsdecode(row[0]))

    def note_failures(self, stage: str, path: Path) -> None:
        """Note the name that the failures file of a stage gets in the end.

        Raises:
            AdaptyUsageError: The journal cannot be written.
        """
        with _telling(self.path, "written"):
            self._connection.execute(_SAVE_FAILURES, (stage, os.fsencode(path)))

    def finish(self) -> None:
        """Close the journal of a run that is through, and remove it.

        Raises:
            AdaptyUsageError: It cannot be removed.
        """
        if self._file is None:
            self.close()
            return
        if sys.platform == "win32":  # where no open file can be removed
            self.close()
        else:  # removed while it is locked, the file beside it first: in a moment they may be another run's
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA journal_mode = OFF")
        try:
            self._file.unlink(missing_ok=True)
        except OSError as problem:
            raise AdaptyUsageError(
                f"{self.path}: cannot be removed: {problem.strerror}; the run is through, so remove it by hand"
            ) from None
        finally:
            self.close()

    def close(self) -> None:
        """Close the journal; the file stays, for the run that goes on."""
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

    def _begin(self, path: Path, before: os.stat_result, plan: Mapping[str, str]) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        with self._transaction("EXCLUSIVE"):
            if not _is_still(before, path):  # a run that had it has come to its end just now
                raise CheckpointInUseError(f"{path}: {_IN_USE}")
            (found,) = execute("SELECT count(*) FROM sqlite_master").fetchone()
            if found:
                self._check(path)
            else:
                for statement in _SET_UP:
                    execute(statement)
                execute("INSERT INTO run VALUES (?, '')", (token_hex(4),))
            if self._has_handled():
                self._resume(path, plan)
            else:
                execute("UPDATE run SET began_at = ?", (self.began_at.isoformat(),))
                execute("DELETE FROM plan")
                self._connection.executemany("INSERT INTO plan VALUES (?, ?)", plan.items())
                execute("DELETE FROM stages")
                execute("DELETE FROM failures")
            (self.run_id,) = execute("SELECT run_id FROM run").fetchone()
        # A journal that gets separated from its -wal file is an older one, and one from its -journal file is none.
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")

    def _check(self, path: Path) -> None:
        """Refuse what is no journal that can be gone on with."""
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if application != _APPLICATION_ID:
            raise AdaptyUsageError(f"{path}: {_FOREIGN}")
        if version != _VERSION:
            expected = f"go on with that one, or remove {path} to begin anew"
            raise AdaptyUsageError(f"{path}: was made by another version of adapty; {expected}")
        if self._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise AdaptyUsageError(f"{path}: {_DAMAGED}")

    def _has_handled(self) -> bool:
        stages = self._connection.execute("SELECT handled, done FROM stages").fetchall()
        return any(done or _handled_any(saved) for saved, done in stages)

    def _resume(self, path: Path, plan: Mapping[str, str]) -> None:
        before = dict(self._connection.execute("SELECT name, value FROM plan"))
        if ("users" in before) != ("users" in plan):  # which an erasure has, and an import has not
            job = "an erasure" if "users" in before else "an import"
            expected = "finish that run first, or name another journal"
            raise AdaptyUsageError.for_field(
                "journal", f"{path} belongs to {job} that has not been finished; {expected}"
            )
        if problem := _difference(before, plan):
            raise AdaptyUsageError(f"{problem}, or remove {path} to begin anew")
        (began_at,) = self._connection.execute("SELECT began_at FROM run").fetchone()
        try:
            self.began_at = datetime.fromisoformat(began_at)
        except ValueError:
            raise _DamagedError from None
        self.resumed = True

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[None]:
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _made(path: Path) -> os.stat_result:
    """See that there is a file of this name, an empty one if need be, and give what it can be known by.

    SQLite would make it too, and say little where it cannot.
    """
    try:
        # Only a file that is new is opened here: closing it would end the lock of a journal that this process has.
        ensure_private_file(path.resolve())
        status = path.stat()
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
        expected = "choose another place for the journal, or go without one"
        raise AdaptyUsageError(f"{path}: cannot be opened: {reason}; {expected}") from None
    if not stat.S_ISREG(status.st_mode):
        raise AdaptyUsageError(f"{path}: is no file; expected room for a file of this name")
    return status


def _is_still(status: os.stat_result, path: Path) -> bool:
    """Tell whether a file has not been removed, or another one put in its place."""
    try:
        return os.path.samestat(status, path.stat())
    except OSError:
        return False


def _storable(text: str) -> str:
    """Give text as SQLite takes it: the name of a file may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()


def _columns(checkpoint: Checkpoint) -> tuple[bytes, str, str, int, bool, str]:
    counted = (checkpoint.counts, checkpoint.reasons, checkpoint.not_imported)
    counts, reasons, not_imported = (json.dumps(dict(each)) for each in counted)
    return checkpoint.handled, counts, reasons, checkpoint.failures_size, checkpoint.done, not_imported


def _checkpoint(row: tuple[bytes, str, str, int, int, str]) -> Checkpoint:
    handled, counts, reasons, failures_size, done, not_imported = row
    _handled_any(handled)
    try:
        return Checkpoint(
            handled=handled,
            counts=_read_counts(counts),
            reasons=_read_counts(reasons),
            failures_size=int(failures_size),
            done=bool(done),
            not_imported=_read_counts(not_imported),
        )
    except (AttributeError, TypeError, ValueError):
        raise _DamagedError from None


def _read_counts(text: str) -> dict[str, int]:
    return {name: int(count) for name, count in json.loads(text).items()}


def _handled_any(saved: bytes) -> bool:
    try:
        handled = Handled.from_bytes(saved)
    except (TypeError, ValueError):
        raise _DamagedError from None
    return bool(handled.watermark or handled.ahead)


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """Say in which way a plan has changed and what would be right, or give None."""
    names = [name for name in dict.fromkeys((*before, *now)) if before.get(name) != now.get(name)]
    # The content of a file that only one of them names tells nothing: the file is named under its own name too.
    settings = [name for name in names if not name.startswith(CONTENTS_OF)]
    files = [name for name in names if name.startswith(CONTENTS_OF) and (not settings or {name} <= before.keys() & now)]
    if not names:
        return None
    changes = [
        *(f"{name.removeprefix(CONTENTS_OF)} has changed" for name in files),
        *(f"{name} has changed{_from_to(before.get(name), now.get(name))}" for name in settings),
    ]
    remedy = "run it as it was begun" if settings else f"put the old file{'s' * (len(files) > 1)} back"
    return f"{' and '.join(changes)} since the run began; {remedy}"


def _from_to(before: str | None, now: str | None) -> str:
    """Show both values, unless one is not to be shown, or they are too long to differ when shown."""
    shown = [quote(value) if value else "nothing" for value in (before, now)]
    is_hidden = any("@" in value for value in (before, now) if value) or shown[0] == shown[1]
    return "" if is_hidden else f" from {shown[0]} to {shown[1]}"


class _DamagedError(Exception):
    """What the journal holds is not what was put there."""


@contextmanager
def _telling(path: Path | None, doing: str) -> Iterator[None]:
    """Turn what SQLite raises, and what a damaged journal makes others raise, into errors that say what to do."""
    name = "the temporary journal" if path is None else f"{path}:"
    try:
        yield
    except _DamagedError:
        raise UnusableStateError(f"{name} {_DAMAGED}") from None
    except sqlite3.Error as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code == sqlite3.SQLITE_BUSY:
            raise CheckpointInUseError(f"{name} {_IN_USE}") from None
        if code in _PROBLEMS:
            raise UnusableStateError(f"{name} {_PROBLEMS[code]}") from None
        raise AdaptyUsageError(f"{name} cannot be {doing}: {problem}") from None
