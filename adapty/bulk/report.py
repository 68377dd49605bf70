"""What an import did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import Factory, asdict, frozen

from adapty._core.redaction import SafeRepr
from adapty.flows import Flow

__all__ = ["ImportReport"]


@frozen(kw_only=True)
class ImportReport(SafeRepr):
    """What an import did, in all its runs if it was resumed.

    Attributes:
        profiles_accepted: Profiles that the API took; of a dry run, those that it would be sent.
        profiles_refused: Profiles that failed, here or there.
        events_accepted: Transaction events that the API took, repeats of an `event_id` included.
        events_refused: Transaction events that failed, here or there.
        reasons: How many records failed for which field (`email`); `(row)` for rows that could not be read, and
            `(others)` for the fields beyond the first fifty.
        flows: How many profiles are in each flow by the records of this import, see `adapty.current_flow`: the
            profiles that it saved, or, of an import without profiles, those that it has events of.
        events_without_profile: Accepted events, each counted once, whose profile this import did not save. The API
            keeps them for it.
        not_imported: The columns of Adapty's historical import file that Adapty Mail has no field for, each with the
            number of values that were left out.
        failures: The failures files that were written.
        retried: Tries that were made again, in the last run.
        seconds: How long the last run took.
        resumed: Whether the last run went on with one that broke off.
        dry_run: Whether nothing was sent.

    Example:
        >>> ImportReport(profiles_accepted=2).to_dict()["profiles_accepted"]
        2
    """

    profiles_accepted: int = 0
    profiles_refused: int = 0
    events_accepted: int = 0
    events_refused: int = 0
    reasons: Mapping[str, int] = Factory(dict)
    flows: Mapping[Flow, int] = Factory(dict)
    events_without_profile: int = 0
    not_imported: Mapping[str, int] = Factory(dict)
    failures: tuple[Path, ...] = ()
    retried: int = 0
    seconds: float = 0.0
    resumed: bool = False
    dry_run: bool = False

    @property
    def accepted(self) -> int:
        """Records of both kinds that the API took."""
        return self.profiles_accepted + self.events_accepted

    @property
    def refused(self) -> int:
        """Records of both kinds that failed."""
        return self.profiles_refused + self.events_refused

    def to_dict(self) -> dict[str, Any]:
        """Give the report as data that JSON can carry; no address or id of a user is in it."""
        return {
            **asdict(self),
            "reasons": dict(self.reasons),
            "not_imported": dict(self.not_imported),
            "flows": {flow.value: count for flow, count in self.flows.items()},
            "failures": [str(file) for file in self.failures],
            "seconds": round(self.seconds, 3),
        }

    def to_json(self) -> str:
        """Give the report as JSON.

        Example:
            >>> "events_accepted" in ImportReport().to_json()
            True
        """
        return json.dumps(self.to_dict(), indent=2)
