"""What a bulk job reports: its progress, and what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from attrs import Factory, asdict, frozen

from adapty._core.redaction import SafeRepr
from adapty.bulk._inputs.ids import API_KINDS, KINDS, ApiName, KindName
from adapty.flows import Flow

__all__ = ["EraseReport", "ImportReport", "Progress", "StageName"]

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


@frozen(kw_only=True)
class ImportReport(SafeRepr):
    """The result of an import, over all its runs if it was resumed.

    Attributes:
        profiles_accepted: Profiles that the API accepted; in a dry run, valid profiles.
        profiles_rejected: Profiles that were invalid or that the API rejected.
        events_accepted: Transaction events that the API accepted, repeats of an `event_id` included.
        events_rejected: Transaction events that were invalid or that the API rejected.
        reasons: Number of rejected records by field (`email`); a record with two wrong fields counts for both. `(row)`
            stands for rows that could not be read, and `(others)` for the fields beyond the first fifty.
        flows: Number of profiles in each flow by the records of this import, see `adapty.current_flow`: the profiles
            that it saved, or in an import without profiles those that it has events of.
        events_without_profile: Accepted events, each counted once, whose profile this import did not save. The API
            stores them until the profile exists.
        not_imported: The columns of Adapty's historical import file without a field in Adapty Mail, each with the
            number of its values.
        rejects_files: The rejects files that were written.
        retried: Requests that were sent again, in the last run.
        elapsed: Duration of the last run, in seconds.
        resumed: Whether the last run resumed an interrupted one.
        dry_run: Whether nothing was sent.

    Example:
        >>> ImportReport(profiles_accepted=2).to_dict()["profiles_accepted"]
        2
    """

    profiles_accepted: int = 0
    profiles_rejected: int = 0
    events_accepted: int = 0
    events_rejected: int = 0
    reasons: Mapping[str, int] = Factory(dict)
    flows: Mapping[Flow, int] = Factory(dict)
    events_without_profile: int = 0
    not_imported: Mapping[str, int] = Factory(dict)
    rejects_files: tuple[Path, ...] = ()
    retried: int = 0
    elapsed: float = 0.0
    resumed: bool = False
    dry_run: bool = False

    @property
    def accepted(self) -> int:
        """Accepted records of both kinds."""
        return self.profiles_accepted + self.events_accepted

    @property
    def rejected(self) -> int:
        """Rejected records of both kinds."""
        return self.profiles_rejected + self.events_rejected

    def to_dict(self) -> dict[str, Any]:
        """Return the report as data for JSON, without addresses or IDs of users."""
        return {
            **asdict(self),
            "reasons": dict(self.reasons),
            "not_imported": dict(self.not_imported),
            "flows": {flow.value: count for flow, count in self.flows.items()},
            "rejects_files": [str(file) for file in self.rejects_files],
            "elapsed": round(self.elapsed, 3),
        }

    def to_json(self) -> str:
        """Return the report as JSON.

        Example:
            >>> "events_accepted" in ImportReport().to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)


@frozen(kw_only=True)
class EraseReport(SafeRepr):
    """The result of an erasure, over all its runs if it was resumed. The report file has the result of each user.

    Attributes:
        apis: The APIs that users were erased from.
        report: The file that has a row for each user and API.
        deleted: Number of deleted profiles; a user of both APIs counts twice. A profile in Mail may have been deleted
            before: by `external_profile_id` and `customer_user_id`, Mail answers a second deletion like the first one.
        not_found: Number of IDs by which an API found no profile: it may be deleted, never have existed, or have
            another kind of ID.
        failed: Number of deletions that failed.
        repeated: Number of repeated IDs, which were sent once.
        retried: Requests that were sent again, in the last run.
        elapsed: Duration of the last run, in seconds.
        resumed: Whether the last run resumed an interrupted one.
        nothing_found: The APIs that found none of the IDs, each with the kinds of ID that were tried. The IDs probably
            have another kind (try another `by`), or belong to another app or project.

    Example:
        >>> EraseReport(apis=("mail",), report=Path("users.erased.csv"), deleted=2).to_dict()["deleted"]
        2
    """

    apis: tuple[ApiName, ...]
    report: Path
    deleted: int = 0
    not_found: int = 0
    failed: int = 0
    repeated: int = 0
    retried: int = 0
    elapsed: float = 0.0
    resumed: bool = False
    nothing_found: Mapping[ApiName, tuple[KindName, ...]] = Factory(dict)

    def other_kinds(self, api: ApiName) -> tuple[KindName, ...]:
        """Return the kinds of ID, as values of `by`, that an API in `nothing_found` knows and was not queried by.

        Example:
            >>> report = EraseReport(
            ...     apis=("mail",), report=Path("users.erased.csv"), nothing_found={"mail": ("customer_user_id",)}
            ... )
            >>> report.other_kinds("mail")
            ('external_profile_id', 'email')
        """
        used = self.nothing_found.get(api, ())
        return tuple(kind for kind in KINDS if kind in API_KINDS[api] and kind not in used)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as data for JSON, without IDs of users."""
        return {
            "apis": list(self.apis),
            "deleted": self.deleted,
            "not_found": self.not_found,
            "failed": self.failed,
            "repeated": self.repeated,
            "report": str(self.report),
            "retried": self.retried,
            "elapsed": round(self.elapsed, 3),
            "resumed": self.resumed,
            "nothing_found": {api: list(kinds) for api, kinds in self.nothing_found.items()},
        }

    def to_json(self) -> str:
        """Return the report as JSON.

        Example:
            >>> '"failed": 0' in EraseReport(apis=("mail",), report=Path("users.erased.csv")).to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)
