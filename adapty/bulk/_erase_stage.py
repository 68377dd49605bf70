"""The stage that erases users from one API."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, Self

from attrs import define, field

from adapty._core.abort_policy import AbortPolicy
from adapty._core.deletions import validate_listed_id
from adapty._core.ids import DEFAULT_ID_KIND, MAIL_LOOKUP_KINDS
from adapty._engine.dispatcher import Job
from adapty._generated import build_server_side_call, ignore_body
from adapty._mail_deletions import build_lookup_deletion_call
from adapty.bulk._inputs.erase_targets import EraseTargets, display_id, is_bare_id
from adapty.bulk._inputs.ids import API_KINDS, NAMED_API_KINDS, ApiName, KindName
from adapty.bulk._stage import Options, PendingRecord, Stage
from adapty.bulk._stage_runner import StageRunner
from adapty.bulk._state.erase_log import EraseLog
from adapty.bulk._state.seen_ids import SeenIds
from adapty.errors import AdaptyConfigError, AdaptyError, AdaptyUsageError
from adapty.models import DeletionResult

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from adapty._async.client import AsyncAdapty
    from adapty._core.call import Call
    from adapty._core.operations import Api
    from adapty._engine.runner import CancelToken
    from adapty._sync.client import Adapty
    from adapty.bulk._inputs.rows import Row
    from adapty.bulk._state.checkpoint import Checkpoint

__all__ = ["APIS", "ApiErasure", "Naming"]

APIS: Mapping[ApiName, Api] = {"server-side": "server_side", "mail": "mail"}
"""The APIs by their public names."""


class _Id(NamedTuple):
    """An ID of a user and its kind."""

    kind: KindName
    value: str


_Ids = tuple[_Id, ...]
"""The IDs of one user. An API looks for one after the other until it finds a profile."""


@define
class _User:
    """A user to delete.

    Attributes:
        ids: The IDs to look for.
        found_by: The kind of ID that found the profile, or None.
    """

    ids: _Ids
    found_by: str | None = None

    def set_found_by(self, kind: str) -> None:
        """Set the kind of ID that found the profile."""
        self.found_by = kind


def _server_side_deletion(user: _User) -> Call[None]:
    ((kind, value),) = user.ids
    return build_server_side_call("deleteProfile", ignore_body, None, **{f"adapty_{kind}": value})


def _mail_deletion(user: _User) -> Call[None]:
    return build_lookup_deletion_call(user.ids, user.set_found_by)


_DELETIONS: Mapping[ApiName, Callable[[_User], Call[None]]] = {
    "server-side": _server_side_deletion,
    "mail": _mail_deletion,
}


class Naming(Enum):
    """What the caller specified about the IDs.

    Attributes:
        OPEN: Nothing. The header or the keys of the input name the kinds.
        KIND: The kind. Each API that knows it looks for this kind only.
        EXACT: The kind and the one API. A `customer_user_id` may then be an e-mail address.
    """

    OPEN = auto()
    KIND = auto()
    EXACT = auto()


@define
class ApiErasure:
    """The erasure of users from one API.

    Attributes:
        api: The API.
        targets: The users.
        naming: What the caller specified about the IDs.
        is_done: Whether no user is left.
    """

    api: ApiName
    targets: EraseTargets
    naming: Naming
    _outcomes: EraseLog
    _seen: SeenIds
    is_done: bool = False
    _runner: StageRunner = field(init=False)
    _has_started: bool = False

    @classmethod
    def resume(
        cls,
        api: ApiName,
        targets: EraseTargets,
        naming: Naming,
        *,
        outcomes: EraseLog,
        seen: SeenIds,
        options: Options,
        checkpoint: Checkpoint,
    ) -> Self:
        """Create an erasure that continues where the checkpoint says.

        Args:
            api: The API.
            targets: The users.
            naming: What the caller specified about the IDs.
            outcomes: The report file.
            seen: The IDs that were sent.
            options: The options.
            checkpoint: The file for the progress.

        Raises:
            AdaptyUsageError: The report of the earlier run is missing, or the checkpoint is damaged.
        """
        erasure = cls(api, targets, naming, outcomes, seen)
        if saved := checkpoint.load(api):
            outcomes.verify_size(saved.results_size)
            erasure.is_done = saved.done
        erasure._runner = StageRunner.resume(erasure._stage(), options, checkpoint, AbortPolicy())
        return erasure

    async def run(self, client: Adapty | AsyncAdapty, token: CancelToken) -> None:
        """Erase the remaining users; `aborted_by` is the error of an API that aborts.

        Raises:
            Exception: Any other error.
            KeyboardInterrupt: The token requested the end.
        """
        if self.is_done:
            return
        if token.requested:
            raise KeyboardInterrupt
        self._has_started = True
        await self._runner.run(client, token)
        self.is_done = self._runner.is_done
        if not self.is_done and self.aborted_by is None:
            raise self._runner.problem or KeyboardInterrupt

    @property
    def counts(self) -> Counter[str]:
        """Number of IDs by outcome, over all runs."""
        return self._runner.counts

    @property
    def retried(self) -> int:
        """Requests that were sent again, in this run."""
        return self._runner.retried

    @property
    def aborted_by(self) -> AdaptyError | None:
        """The error of the API, or of the connection to it, that affects every deletion; or None."""
        problem = self._runner.problem
        is_local = isinstance(problem, AdaptyUsageError) and not isinstance(problem, AdaptyConfigError)
        return problem if isinstance(problem, AdaptyError) and not is_local else None

    def summary(self, end: BaseException) -> str:
        """Describe the progress, in a note for the error that ended the erasure."""
        if not self._has_started and not self.counts:
            return f"{self.api}: not begun"
        labels = {"deleted": "deleted", "not_found": "not found", "failed": "failed"}
        counts = ", ".join(f"{self.counts[outcome]} {label}" for outcome, label in labels.items())
        if self.is_done:
            return f"{self.api}: {counts}"
        aborted_by = self.aborted_by
        return f"{self.api}: {counts} so far" + (f", stopped by: {aborted_by}" if aborted_by not in {None, end} else "")

    def _stage(self) -> Stage:
        return Stage(
            name=self.api,
            api=APIS[self.api],
            label=self.targets.name,
            rows=self.targets.rows,
            read_fraction=self._read_fraction,
            build=self._build_job,
            record_result=self._record_result,
            skip=self._skip,
            sync=self._outcomes.sync,
        )

    def _skip(self, row: Row) -> None:
        """Remember the IDs of a row that an earlier run completed: repeats of them are not sent."""
        if not row.problem:
            with suppress(AdaptyUsageError):
                self._is_new(self._ids(row))

    def _read_fraction(self) -> float | None:
        return min(self._runner.rows_read / self.targets.total, 1.0) if self.targets.total else None

    @property
    def kinds(self) -> tuple[KindName, ...]:
        """The kinds of ID that the API looks for, in at least one row."""
        if not self._allows_several_kinds:
            return (self.targets.kind,)
        return tuple(kind for kind in MAIL_LOOKUP_KINDS if kind in self.targets.named) or (self.targets.kind,)

    @property
    def _allows_several_kinds(self) -> bool:
        """Whether a row can have IDs of several kinds."""
        return self.api == "mail" and self.targets.kind == DEFAULT_ID_KIND and self.naming is Naming.OPEN

    def _build_job(self, number: int, row: Row) -> Job[PendingRecord] | None:
        """Build the request of a row, or return None for a repeated ID."""
        user = _User(self._ids(row))
        if not self._is_new(user.ids):
            return None
        pending = PendingRecord(number, row, user)
        return Job(user.ids[0].value, _DELETIONS[self.api](user), pending)

    def _is_new(self, ids: _Ids) -> bool:
        """Remember IDs, and return whether they are new, with these kinds."""
        return self._seen.add(self.api, "\0".join(f"{kind} {value}" for kind, value in ids))

    def _ids(self, row: Row) -> _Ids:
        """Return the IDs of a row that the API looks for.

        Raises:
            AdaptyUsageError: The row has no ID, or an invalid one.
        """
        if self._allows_several_kinds:
            if row.data.get(MAIL_LOOKUP_KINDS[0]):
                return self._ids_of_columns(row)
            if is_bare_id(row):
                value = self._id(row, self.targets.kind)
                return tuple(_Id(kind, value) for kind in MAIL_LOOKUP_KINDS)
        return (_Id(self.targets.kind, self._id(row, self.targets.kind)),)

    def _ids_of_columns(self, row: Row) -> _Ids:
        """Return the IDs of a row that has a column for each kind. Invalid ones after the first are ignored."""
        first, *others = MAIL_LOOKUP_KINDS
        ids = [_Id(first, self._id(row, first))]
        for kind in others:
            with suppress(AdaptyUsageError):
                ids.append(_Id(kind, self._id(row, kind)))
        return tuple(ids)

    def _id(self, row: Row, kind: KindName) -> str:
        value = row.data.get(kind)
        if value is None or value == "":
            raise AdaptyUsageError(f"has no {kind}")
        kinds = NAMED_API_KINDS if self.naming is Naming.EXACT else API_KINDS
        return validate_listed_id(kind, kinds[self.api][kind], value)

    def _record_result(self, row: Row, user: _User | None, error: AdaptyError | None) -> str:
        """Write the result of a user to the report."""
        if user is None:
            rejected = AdaptyUsageError.for_field(self.targets.location(row), row.problem or str(error))
            deletion = DeletionResult.failed(display_id(row, self.targets.kind), rejected)
        else:
            by = tuple(kind for kind, _ in user.ids)
            displayed = next((value for kind, value in user.ids if kind == user.found_by), user.ids[0].value)
            if error is None:
                deletion = DeletionResult.succeeded(displayed, by, user.found_by)
            else:
                deletion = DeletionResult.failed(displayed, error, by)
        self._outcomes.add(self.api, deletion)
        return deletion.outcome
