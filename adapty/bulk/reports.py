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
    """What an import did, in all its runs if it was resumed.

    Attributes:
        profiles_accepted: Profiles that the API took; of a dry run, those that it would be sent.
        profiles_rejected: Profiles that failed, here or there.
        events_accepted: Transaction events that the API took, repeats of an `event_id` included.
        events_rejected: Transaction events that failed, here or there.
        reasons: How many records failed for which field (`email`); `(row)` for rows that could not be read, and
            `(others)` for the fields beyond the first fifty.
        flows: How many profiles are in each flow by the records of this import, see `adapty.current_flow`: the
            profiles that it saved, or, of an import without profiles, those that it has events of.
        events_without_profile: Accepted events, each counted once, whose profile this import did not save. The API
            keeps them for it.
        not_imported: The columns of Adapty's historical import file that Adapty Mail has no field for, each with the
            number of values that were left out.
        rejects_files: The rejects files that were written.
        retried: Tries that were made again, in the last run.
        elapsed: How long the last run took, in seconds.
        resumed: Whether the last run went on with one that broke off.
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
        """Records of both kinds that the API took."""
        return self.profiles_accepted + self.events_accepted

    @property
    def rejected(self) -> int:
        """Records of both kinds that failed."""
        return self.profiles_rejected + self.events_rejected

    def to_dict(self) -> dict[str, Any]:
        """Give the report as data that JSON can carry; no address or id of a user is in it."""
        return {
            **asdict(self),
            "reasons": dict(self.reasons),
            "not_imported": dict(self.not_imported),
            "flows": {flow.value: count for flow, count in self.flows.items()},
            "rejects_files": [str(file) for file in self.rejects_files],
            "elapsed": round(self.elapsed, 3),
        }

    def to_json(self) -> str:
        """Give the report as JSON.

        Example:
            >>> "events_accepted" in ImportReport().to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)


@frozen(kw_only=True)
class EraseReport(SafeRepr):
    """What an erasure did, in all its runs if it was resumed. The report file says it user by user.

    Attributes:
        apis: The APIs that users were erased from.
        report: The file that has a row for each user and API.
        deleted: How often a profile was deleted; a user of both APIs counts twice. In Mail it may have been deleted
            before: by `external_profile_id` and `customer_user_id` a second deletion is answered like the first one.
        not_found: How often an API found no profile by an id: it may be deleted, never have existed, or be known by
            another kind of id.
        failed: How often a deletion failed, here or there.
        repeated: How many ids stood there more than once; they were sent once.
        retried: Tries that were made again, in the last run.
        elapsed: How long the last run took, in seconds.
        resumed: Whether the last run went on with one that broke off.
        nothing_found: The APIs that found none of the ids, each with the kinds of id that it was asked by. The ids
            are probably of another kind (try another `by`), or of another app or project.

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
        """Give the report as data that JSON can carry; no id of a user is in it."""
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
        """Give the report as JSON.

        Example:
            >>> '"failed": 0' in EraseReport(apis=("mail",), report=Path("users.erased.csv")).to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)
