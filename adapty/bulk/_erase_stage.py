"""The erasure of users from one API: what the engine is given for it, and how far it is."""

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

__all__ = ["APIS", "Erasure", "Naming"]

APIS: Mapping[ApiName, Api] = {"server-side": "server_side", "mail": "mail"}
"""The APIs by the names that users know."""


class _Id(NamedTuple):
    """An id of a user, and what kind it is."""

    kind: KindName
    value: str


_Ids = tuple[_Id, ...]
"""The ids of one user that an API is asked by, one after the other until it finds a profile."""


@define
class _User:
    """A user whose deletion an API is asked for.

    Attributes:
        ids: What the API is asked by.
        found_by: The kind of id that found the profile, once one did.
    """

    ids: _Ids
    found_by: str | None = None

    def note_found_by(self, kind: str) -> None:
        """Note the kind of id that found the profile."""
        self.found_by = kind


def _server_side_deletion(user: _User) -> Call[None]:
    ((kind, value),) = user.ids
    return build_server_side_call("deleteProfile", ignore_body, None, **{f"adapty_{kind}": value})


def _mail_deletion(user: _User) -> Call[None]:
    return build_lookup_deletion_call(user.ids, user.note_found_by)


_DELETIONS: Mapping[ApiName, Callable[[_User], Call[None]]] = {
    "server-side": _server_side_deletion,
    "mail": _mail_deletion,
}


class Naming(Enum):
    """How far the caller said what the ids are.

    Attributes:
        OPEN: Nothing was said: what the input's header or keys say counts.
        KIND: The kind, for whichever API knows it. Each is asked by this kind and no other.
        EXACT: The kind and the one API. A `customer_user_id` may then be an e-mail address.
    """

    OPEN = auto()
    KIND = auto()
    EXACT = auto()


@define
class Erasure:
    """The erasure of users from one API.

    Attributes:
        api: The API.
        targets: The users.
        naming: What was said about the ids.
        is_done: Whether nobody is left.
    """

    api: ApiName
    targets: EraseTargets
    naming: Naming
    _outcomes: EraseLog
    _seen: SeenIds
    is_done: bool = False
    _runner: StageRunner = field(init=False)
    _is_begun: bool = False

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
        """Begin where the checkpoint says that it was left.

        Args:
            api: The API.
            targets: The users.
            naming: What was said about the ids.
            outcomes: Where it is written down what came of each.
            seen: Which ids were sent.
            options: How it is carried out.
            checkpoint: Where it is saved how far it is.

        Raises:
            AdaptyUsageError: What was written down before is not there any more, or the checkpoint is damaged.
        """
        erasure = cls(api, targets, naming, outcomes, seen)
        if saved := checkpoint.load(api):
            outcomes.verify_size(saved.results_size)
            erasure.is_done = saved.done
        erasure._runner = StageRunner.resume(erasure._stage(), options, checkpoint, AbortPolicy())
        return erasure

    async def run(self, adapty: Adapty | AsyncAdapty, token: CancelToken) -> None:
        """Erase who is left; see `aborted_by` for what the API had against it.

        Raises:
            Exception: What is no matter of this API.
            KeyboardInterrupt: Somebody asked for an early end.
        """
        if self.is_done:
            return
        if token.requested:
            raise KeyboardInterrupt
        self._is_begun = True
        await self._runner.run(adapty, token)
        self.is_done = self._runner.is_done
        if not self.is_done and self.aborted_by is None:
            raise self._runner.problem or KeyboardInterrupt

    @property
    def counts(self) -> Counter[str]:
        """How many ids came to which end, in all runs."""
        return self._runner.counts

    @property
    def retried(self) -> int:
        """Tries that were made again, in this run."""
        return self._runner.retried

    @property
    def aborted_by(self) -> AdaptyError | None:
        """What the API, or the way to it, has against every deletion, or None."""
        problem = self._runner.problem
        is_ours = isinstance(problem, AdaptyUsageError) and not isinstance(problem, AdaptyConfigError)
        return problem if isinstance(problem, AdaptyError) and not is_ours else None

    def summary(self, end: BaseException) -> str:
        """Say how far it is, when all ends with this."""
        if not self._is_begun and not self.counts:
            return f"{self.api}: not begun"
        words = {"deleted": "deleted", "not_found": "not found", "failed": "failed"}
        counts = ", ".join(f"{self.counts[outcome]} {word}" for outcome, word in words.items())
        if self.is_done:
            return f"{self.api}: {counts}"
        stopped = self.aborted_by
        return f"{self.api}: {counts} so far" + (f", stopped by: {stopped}" if stopped not in {None, end} else "")

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
        """Remember the ids of a row that an earlier run completed: repeats of them are not sent."""
        if not row.problem:
            with suppress(AdaptyUsageError):
                self._is_new(self._ids(row))

    def _read_fraction(self) -> float | None:
        return min(self._runner.rows_read / self.targets.total, 1.0) if self.targets.total else None

    @property
    def kinds(self) -> tuple[KindName, ...]:
        """The kinds of id that the API is asked by, for one row or another."""
        if not self._can_have_several_ids:
            return (self.targets.kind,)
        return tuple(kind for kind in MAIL_LOOKUP_KINDS if kind in self.targets.named) or (self.targets.kind,)

    @property
    def _can_have_several_ids(self) -> bool:
        """Whether a row can have ids of several kinds to ask by."""
        return self.api == "mail" and self.targets.kind == DEFAULT_ID_KIND and self.naming is Naming.OPEN

    def _build_job(self, number: int, row: Row) -> Job[PendingRecord] | None:
        """Build the request of a row, or return None if its id was there before."""
        user = _User(self._ids(row))
        if not self._is_new(user.ids):
            return None
        pending = PendingRecord(number, row, user)
        return Job(user.ids[0].value, _DELETIONS[self.api](user), pending)

    def _is_new(self, ids: _Ids) -> bool:
        """Note ids, and tell whether they were not there before as the same kinds."""
        return self._seen.add(self.api, "\0".join(f"{kind} {value}" for kind, value in ids))

    def _ids(self, row: Row) -> _Ids:
        """Return the ids of a row that the API is asked by.

        Raises:
            AdaptyUsageError: It has none, or one that cannot be sent.
        """
        if self._can_have_several_ids:
            if row.data.get(MAIL_LOOKUP_KINDS[0]):
                return self._ids_of_columns(row)
            if is_bare_id(row):
                value = self._id(row, self.targets.kind)
                return tuple(_Id(kind, value) for kind in MAIL_LOOKUP_KINDS)
        return (_Id(self.targets.kind, self._id(row, self.targets.kind)),)

    def _ids_of_columns(self, row: Row) -> _Ids:
        """Return the ids of a row that has a column for each kind: the first one is enough, the others may be bad."""
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
        """Write down what came of a user."""
        if user is None:
            refused = AdaptyUsageError.for_field(self.targets.location(row), row.problem or str(error))
            deletion = DeletionResult.failed(display_id(row, self.targets.kind), refused)
        else:
            by = tuple(kind for kind, _ in user.ids)
            shown = next((value for kind, value in user.ids if kind == user.found_by), user.ids[0].value)
            if error is None:
                deletion = DeletionResult.succeeded(shown, by, user.found_by)
            else:
                deletion = DeletionResult.failed(shown, error, by)
        self._outcomes.add(self.api, deletion)
        return deletion.outcome
