"""The progress of a bulk job."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from adapty._core.redaction import SafeRepr

__all__ = ["Progress", "StageName"]

StageName = Literal["profiles", "events", "server-side", "mail"]
"""The stages of a job: an import sends profiles, then events; an erasure goes API by API."""


@frozen(kw_only=True)
class Progress(SafeRepr):
    """The progress of a job, as `on_progress` receives it.

    Attributes:
        stage: The stage that is running.
        accepted: Records of this stage that the API accepted. A resumed job includes the earlier runs.
        rejected: Records of this stage that failed.
        retried: Requests of this stage that were sent again, in this run.
        fraction: Completed part of the stage's input, from 0 to 1, without records that were only read ahead. None if
            the size of the input is unknown.
        rate: Responses per second, over the last second.
        limit: The rate limit in effect, in requests per second: `rate_limit`, or less after the API answered 429. None
            if there is no limit.
        elapsed: Seconds since the stage began, in this run.
        eta: Estimated seconds until the stage is complete. None if unknown.

    Example:
        >>> progress = Progress(
        ...     stage="profiles", accepted=990, rejected=10, retried=3, fraction=0.5, rate=99.0, limit=None, elapsed=9.0
        ... )
        >>> f"{progress.fraction:.0%}"
        '50%'
    """

    stage: StageName
    accepted: int
    rejected: int
    retried: int
    fraction: float | None
    rate: float
    limit: float | None
    elapsed: float
    eta: float | None = None
