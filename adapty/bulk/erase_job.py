"""An erasure from its list of users to its report: who is erased from which APIs, and what is kept as evidence."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import frozen

from adapty._clock import monotonic
from adapty._core.validation import one_of, quote, validate
from adapty.bulk.erase_report import EraseReport
from adapty.bulk.erasure import APIS, Erasure, Naming
from adapty.bulk.fingerprint import FileState, fingerprint
from adapty.bulk.id_files import API_KINDS, KINDS, ApiName, KindName
from adapty.bulk.journal import CONTENTS_OF, Journal
from adapty.bulk.options import EraseOptions, file_option, journal_of, options_of, refuse_unknown
from adapty.bulk.outcomes_file import OutcomesFile
from adapty.bulk.resuming import resume_advice
from adapty.bulk.seen_ids import SeenIds
from adapty.bulk.stage import REPEATED, Options
from adapty.bulk.whom import Whom
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapty._async.client import AsyncAdapty
    from adapty._sync.client import Adapty
    from adapty.bulk.stop import Stop
    from adapty.bulk.whom import Ids

__all__ = ["EraseJob"]


@frozen
class EraseJob:
    """An erasure that is checked and ready to run.

    Attributes:
        whom: Whom to erase.
        api: The one API to erase from; None for each that knows such ids and that there is a key for.
        naming: What was said about the ids.
        options: How it is carried out.
        report: The report file.
        journal: The file that notes how far it is, or None.
    """

    whom: Whom
    api: ApiName | None
    naming: Naming
    options: Options
    report: Path
    journal: Path | None

    @classmethod
    def of(cls, ids: Ids, *, by: KindName | None, api: ApiName | None, options: EraseOptions) -> Self:
        """Check what was given, and read a file to see what it holds.

        Raises:
            AdaptyUsageError: Something is wrong; `field_name` says which argument.
        """
        refuse_unknown(options, EraseOptions)
        carried_out = options_of(options)
        report = file_option("report", options["report"]) if "report" in options else None
        whom = Whom.of(ids, _kinds(by, api))
        naming = Naming.OPEN if by is None else Naming.KIND if api is None else Naming.EXACT
        return cls(whom, api, naming, carried_out, report or _report_of(whom), journal_of(options, [whom.file]))

    async def run(self, adapty: Adapty | AsyncAdapty, stop: Stop) -> EraseReport:
        """Erase who is left to be erased.

        What stops one API does not keep the users from being erased from the other one.

        Raises:
            AdaptyError: What ended it early, with notes that say how far it came.
            KeyboardInterrupt: Somebody asked for an early end.
        """
        began = monotonic()
        apis = _apis(adapty, self.whom.kind, self.api)
        states = [] if self.whom.file is None else [FileState.of(self.whom.file)]
        whom = await self.whom.kept(stop) if self.whom.only_once and len(apis) > 1 else self.whom
        with (
            OutcomesFile(self.report, whom.source) as outcomes,
            self._open_journal(adapty, apis) as journal,
            SeenIds() as seen,
        ):
            parts = [
                Erasure.resumed(
                    api, whom, self.naming, outcomes=outcomes, seen=seen, options=self.options, journal=journal
                )
                for api in apis
            ]
            try:
                for part in parts:
                    await part.run(adapty, stop)
                _raise_what_stopped(parts)
            except BaseException as end:
                self._note_how_far(end, parts, journal, states)
                raise
            journal.finish()
        return self._report(parts, resumed=journal.resumed, seconds=monotonic() - began)

    def _open_journal(self, adapty: Adapty | AsyncAdapty, apis: Sequence[ApiName]) -> Journal:
        if self.journal is None or self.whom.file is None:
            return Journal.temporary()
        addresses = adapty._transport.config.base_urls  # noqa: SLF001 - of the same package
        plan = {f"address of {api}": addresses[APIS[api]] for api in apis}
        # A bare id and one of a named kind may lead to different people.
        plan["origin of by"] = "the input" if self.naming is Naming.OPEN else "the caller"
        plan["by"] = self.whom.kind
        plan["report"] = str(self.report.absolute())
        plan["users"] = self.whom.name
        plan[CONTENTS_OF + self.whom.name] = fingerprint(self.whom.file)
        return Journal.open(self.journal, plan)

    def _note_how_far(
        self, end: BaseException, parts: Sequence[Erasure], journal: Journal, inputs: Sequence[FileState]
    ) -> None:
        """Say how far it came, and how to go on; of one that came to nothing no journal is left."""
        for part in parts:
            end.add_note(part.told(end))
        if any(part.counts for part in parts):
            end.add_note(f"report: {self.report}")
            if journal.path is not None and (advice := resume_advice(end, journal.path, inputs, self.report)):
                end.add_note(advice)
        else:
            with suppress(AdaptyUsageError):
                journal.finish()

    def _report(self, parts: Sequence[Erasure], *, resumed: bool, seconds: float) -> EraseReport:
        counts = sum((part.counts for part in parts), Counter[str]())
        return EraseReport(
            apis=tuple(part.api for part in parts),
            report=self.report,
            deleted=counts["deleted"],
            not_found=counts["not_found"],
            failed=counts["failed"],
            repeated=max(part.counts[REPEATED] for part in parts),
            retried=sum(part.retried for part in parts),
            seconds=seconds,
            resumed=resumed,
            nothing_found={
                part.api: part.kinds for part in parts if part.counts["not_found"] and not part.counts["deleted"]
            },
        )


def _kinds(by: KindName | None, api: ApiName | None) -> tuple[KindName, ...]:
    """Choose the kinds of id to look for: those that somebody to be asked knows."""
    if api is not None:
        validate("api", partial(one_of, tuple(API_KINDS)), api)
    known = tuple(kind for kind in KINDS if api is None or kind in API_KINDS[api])
    if by is None:
        return known
    validate("by", partial(one_of, KINDS), by)
    if by not in known:
        expected = f"expected {' or '.join(known)}"
        raise AdaptyUsageError.for_field("by", f"is {quote(by)}, which the {api} API does not know; {expected}")
    return (by,)


def _apis(adapty: Adapty | AsyncAdapty, kind: KindName, only: ApiName | None) -> list[ApiName]:
    """Choose the APIs to erase from; where there is a key for none, it is told now and not at the first user."""
    wanted: list[ApiName] = [only] if only else [api for api, kinds in API_KINDS.items() if kind in kinds]
    config = adapty._transport.config  # noqa: SLF001 - of the same package
    found = [api for api in wanted if APIS[api] in config.keys]
    if not found:
        config.key(APIS[wanted[0]])  # raises what is missing
    return found


def _report_of(whom: Whom) -> Path:
    """Name the report after the file that the users come from."""
    if isinstance(whom.source, Path):
        return Path(f"{Path(whom.source.name.removesuffix('.gz')).stem}.erased.csv")
    return Path("ids.erased.csv" if whom.source is None else "stdin.erased.csv")


def _raise_what_stopped(parts: Sequence[Erasure]) -> None:
    for part in parts:
        if part.aborted_by is not None:
            raise part.aborted_by
