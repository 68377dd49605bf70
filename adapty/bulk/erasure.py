"""The erasure of users from one API: what the engine is given for it, and how far it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Self

from attrs import define, field

from adapty._core.giving_up import Patience
from adapty._core.validate import checked
from adapty._generated import mail_call, nothing, server_side_call
from adapty.bulk.handled import Handled
from adapty.bulk.id_files import API_KINDS, ApiName, KindName
from adapty.bulk.lanes import Item
from adapty.bulk.outcomes_file import OutcomesFile
from adapty.bulk.running import StageRun
from adapty.bulk.seen_ids import SeenIds
from adapty.bulk.stage import Options, Stage
from adapty.bulk.whom import Whom, id_shown
from adapty.errors import AdaptyConfigError, AdaptyError, AdaptyUsageError
from adapty.models import Deletion, ProfileDeletion

if TYPE_CHECKING:
    from collections import Counter

    from adapty._async.client import AsyncAdapty
    from adapty._core.call import Call
    from adapty._core.operations import Api
    from adapty._sync.client import Adapty
    from adapty.bulk.journal import Journal
    from adapty.bulk.rows import Row
    from adapty.bulk.stop import Stop

__all__ = ["APIS", "Erasure"]

APIS: Mapping[ApiName, Api] = {"server-side": "server_side", "mail": "mail"}
"""The APIs by the names that users know."""


def _server_side_deletion(kind: KindName, id_: str) -> Call[None]:
    return server_side_call("deleteProfile", nothing, None, **{f"adapty_{kind}": id_})


def _mail_deletion(kind: KindName, id_: str) -> Call[None]:
    body = ProfileDeletion.from_arguments({kind: id_})
    return mail_call("deleteProfile", nothing, body, gone_is_done=body.by_email_alone)


_DELETIONS: Mapping[ApiName, Callable[[KindName, str], Call[None]]] = {
    "server-side": _server_side_deletion,
    "mail": _mail_deletion,
}


@define
class Erasure:
    """The erasure of users from one API.

    Attributes:
        api: The API.
        whom: The users.
        is_done: Whether nobody is left.
    """

    api: ApiName
    whom: Whom
    _outcomes: OutcomesFile
    _seen: SeenIds
    is_done: bool = False
    _handled_before: Handled = field(factory=Handled)
    _engine: StageRun = field(init=False)
    _is_begun: bool = False
    _read: int = 0

    @classmethod
    def resumed(
        cls,
        api: ApiName,
        whom: Whom,
        *,
        outcomes: OutcomesFile,
        seen: SeenIds,
        options: Options,
        journal: Journal,
    ) -> Self:
        """Begin where the journal says that it was left.

        Args:
            api: The API.
            whom: The users.
            outcomes: Where it is written down what came of each.
            seen: Which ids were sent.
            options: How it is carried out.
            journal: Where it is saved how far it is.

        Raises:
            AdaptyUsageError: What was written down before is not there any more, or the journal is damaged.
        """
        erasure = cls(api, whom, outcomes, seen)
        if saved := journal.stage(api):
            outcomes.check_holds(saved.failures_size)
            erasure.is_done = saved.done
            erasure._handled_before = Handled.from_bytes(saved.handled)
        erasure._engine = StageRun.resumed(erasure._stage(), options, journal, Patience())
        return erasure

    async def run(self, adapty: Adapty | AsyncAdapty, stop: Stop) -> None:
        """Erase who is left; see `stopped_by` for what the API had against it.

        Raises:
            Exception: What is no matter of this API.
            KeyboardInterrupt: Somebody asked for an early end.
        """
        if self.is_done:
            return
        if stop.asked:
            raise KeyboardInterrupt
        self._is_begun = True
        await self._engine.run(adapty, stop)
        self.is_done = self._engine.is_done
        if not self.is_done and self.stopped_by is None:
            raise self._engine.problem or KeyboardInterrupt

    @property
    def counts(self) -> Counter[str]:
        """How many ids came to which end, in all runs."""
        return self._engine.counts

    @property
    def retried(self) -> int:
        """Tries that were made again, in this run."""
        return self._engine.retried

    @property
    def stopped_by(self) -> AdaptyError | None:
        """What the API, or the way to it, has against every deletion, or None."""
        problem = self._engine.problem
        is_ours = isinstance(problem, AdaptyUsageError) and not isinstance(problem, AdaptyConfigError)
        return problem if isinstance(problem, AdaptyError) and not is_ours else None

    def told(self, end: BaseException) -> str:
        """Say how far it is, when all ends with this."""
        if not self._is_begun and not self.counts:
            return f"{self.api}: not begun"
        words = {"deleted": "deleted", "already_gone": "already gone", "failed": "failed"}
        counts = ", ".join(f"{self.counts[outcome]} {word}" for outcome, word in words.items())
        if self.is_done:
            return f"{self.api}: {counts}"
        stopped = self.stopped_by
        return f"{self.api}: {counts} so far" + (f", stopped by: {stopped}" if stopped not in {None, end} else "")

    def _stage(self) -> Stage:
        return Stage(
            name=self.api,
            api=APIS[self.api],
            label=self.whom.name,
            rows=self._rows,
            share=self._share,
            item=self._item,
            settle=self._settle,
            sync=self._outcomes.sync,
        )

    def _rows(self) -> Generator[Row, None, None] | AsyncGenerator[Row, None]:
        rows = self.whom.rows()
        return self._passing(rows) if isinstance(rows, Generator) else self._passing_async(rows)

    def _passing(self, rows: Generator[Row, None, None]) -> Generator[Row, None, None]:
        with closing(rows):
            for row in rows:
                self._pass(row)
                yield row

    async def _passing_async(self, rows: AsyncGenerator[Row, None]) -> AsyncGenerator[Row, None]:
        async with aclosing(rows):
            async for row in rows:
                self._pass(row)
                yield row

    def _pass(self, row: Row) -> None:
        """Count a row; an id that was sent in a run before is not sent again where it is repeated."""
        if self._read in self._handled_before and not row.problem:
            with suppress(AdaptyUsageError):
                self._seen.add(self.api, self._id(row))
        self._read += 1

    def _share(self) -> float | None:
        return min(self._read / self.whom.total, 1.0) if self.whom.total else None

    def _item(self, number: int, row: Row) -> Item[str] | None:
        """Make the request of a row; one whose id was there before needs none."""
        id_ = self._id(row)
        call = _DELETIONS[self.api](self.whom.kind, id_)
        return Item(number, id_, call, row, id_) if self._seen.add(self.api, id_) else None

    def _id(self, row: Row) -> str:
        kind = self.whom.kind
        value = row.data.get(kind)
        if value is None or value == "":
            raise AdaptyUsageError(f"has no {kind}")
        return checked(kind, API_KINDS[self.api][kind], value)

    def _settle(self, row: Row, id_: str | None, error: AdaptyError | None) -> str:
        """Write down what came of a user."""
        if id_ is None:
            refused = AdaptyUsageError.of(self.whom.place(row), row.problem or str(error))
            deletion = Deletion.failed(id_shown(row), refused)
        else:
            deletion = Deletion(id_, "deleted") if error is None else Deletion.failed(id_, error)
        self._outcomes.add(self.api, deletion)
        return deletion.outcome
