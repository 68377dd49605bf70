"""Where the checkpoint of a run is: in a file, or in PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from adapty._postgres_dsn import Dsn
from adapty.bulk._state.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ["CheckpointLocation", "FileLocation", "PostgresLocation"]


class CheckpointLocation(Protocol):
    """Where a checkpoint is. As text it is the name in messages."""

    @property
    def start_over(self) -> str:
        """What a user does to start over, as the end of a sentence."""

    def open(self, config: Mapping[str, str]) -> Checkpoint:
        """Create the checkpoint of a run, or open it to resume the run; see `Checkpoint.open`."""

    def exists(self) -> bool:
        """Return whether a checkpoint is there."""


@frozen
class FileLocation:
    """A file."""

    path: Path

    @property
    def start_over(self) -> str:
        """See `CheckpointLocation`."""
        return f"remove {self.path}"

    def open(self, config: Mapping[str, str]) -> Checkpoint:
        """See `CheckpointLocation`."""
        return Checkpoint.open(self.path, config)

    def exists(self) -> bool:
        """See `CheckpointLocation`."""
        return self.path.exists()

    def __str__(self) -> str:
        return str(self.path)


@frozen
class PostgresLocation:
    """A database, and the job in it.

    Attributes:
        dsn: The database.
        job: The name of the job: its inputs.
    """

    dsn: Dsn
    job: str

    @property
    def start_over(self) -> str:
        """See `CheckpointLocation`."""
        quoted = self.job.replace("'", "''")
        return f"run DELETE FROM adapty_checkpoints WHERE job = '{quoted}'"  # noqa: S608 - for the user to run

    def open(self, config: Mapping[str, str]) -> Checkpoint:
        """See `CheckpointLocation`."""
        from adapty.bulk._state.postgres_checkpoint import PostgresCheckpoint  # noqa: PLC0415 - an extra

        return PostgresCheckpoint.open_job(self.dsn, self.job, config, start_over=self.start_over)

    def exists(self) -> bool:
        """Return True: only this library deletes it, when the run is complete."""
        return True

    def __str__(self) -> str:
        return self.dsn.shown
