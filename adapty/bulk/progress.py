"""What a bulk job tells while it goes on."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from adapty._core.redaction import SafeRepr

__all__ = ["Progress", "StageName"]

StageName = Literal["profiles", "events", "server-side", "mail"]
"""What a job does one after the other: an import sends profiles, then events; an erasure goes API by API."""


@frozen(kw_only=True)
class Progress(SafeRepr):
    """How far a job is.

    Attributes:
        stage: What is being sent.
        accepted: Records of this stage that the API took so far; of a job that was resumed, since its beginning.
        refused: Records of this stage that failed so far.
        retried: Tries of this stage that were made again, in this run.
        share: How much of the stage's input is done, 0 to 1, without what was read ahead and waits; None where nobody
            knows how much there is.
        rate: Answers per second, over the last second.
        limit: The rate limit in effect, in requests per second: `rate_limit`, or less after the API answered 429. None
            if there is no limit.
        seconds: How long the stage has been going on, in this run.
        share_before: How much of the input was done in the runs before this one.
        seconds_before: How much of `seconds` had passed when this run got to what was left to do, past sorting and
            what was done before.

    Example:
        >>> Progress(
        ...     stage="profiles", accepted=990, refused=10, retried=3, share=0.5, rate=100.0, limit=None, seconds=10.0
        ... ).eta
        10.0
    """

    stage: StageName
    accepted: int
    refused: int
    retried: int
    share: float | None
    rate: float
    limit: float | None
    seconds: float
    share_before: float = 0.0
    seconds_before: float = 0.0

    @property
    def eta(self) -> float | None:
        """How much longer it will take if it goes on like this; None where nobody knows."""
        if self.share is None or self.share <= self.share_before:
            return None
        return (self.seconds - self.seconds_before) * (1 - self.share) / (self.share - self.share_before)
