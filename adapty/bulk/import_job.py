"""An import from its inputs to its report: what is sent, in which order, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Generator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve, frozen

from adapty._clock import monotonic
from adapty._core.abort_policy import AbortPolicy
from adapty._core.damaged_ids import refuse_damaged_ids
from adapty._generated import build_mail_call, ignore_body
from adapty.bulk.columns import field_path
from adapty.bulk.failures import FailuresFile, failures_name, put_in_place
from adapty.bulk.fingerprint import fingerprint
from adapty.bulk.journal import CONTENTS_OF, Journal
from adapty.bulk.lanes import Item
from adapty.bulk.options import ImportOptions, file_option, flag_option, journal_of, options_of, refuse_unknown
from adapty.bulk.ordered_source import in_order
from adapty.bulk.report import ImportReport
from adapty.bulk.resuming import resume_advice
from adapty.bulk.running import StageRun
from adapty.bulk.sources import Source, open_source, other_input
from adapty.bulk.stage import Options, Stage, StageResult
from adapty.errors import AdaptyUsageError
from adapty.models import MailProfile, TransactionEvent
from adapty.models._request import field_names

if TYPE_CHECKING:
    from adapty._async.client import AsyncAdapty
    from adapty._sync.client import Adapty
    from adapty.bulk.flow_tally import FlowTally
    from adapty.bulk.rows import Row
    from adapty.bulk.stop import Stop
    from adapty.errors import AdaptyError

__all__ = ["ImportJob"]

RECORDS: Mapping[str, type[MailProfile | TransactionEvent]] = {"profiles": MailProfile, "events": TransactionEvent}
OPERATIONS: Mapping[str, str] = {"profiles": "saveProfile", "events": "saveTransactionEvent"}


@frozen
class _Input:
    """One input, and where its refused records go."""

    kind: Any
    given: Any
    source: Source
    failures: Path


@frozen
class ImportJob:
    """An import that is checked and ready to run.

    Attributes:
        inputs: What is sent, in this order.
        sort: Whether events are sorted by their time first.
        options: How it is carried out.
        mapping: Field to the column that holds it.
        ignore: The columns that hold nothing.
        journal: The file that notes how far it is, or None.
    """

    inputs: tuple[_Input, ...]
    sort: bool
    options: Options
    mapping: Mapping[str, str]
    ignore: Collection[str]
    journal: Path | None

    @classmethod
    def of(cls, given: Mapping[str, Any], *, sort: bool, options: ImportOptions) -> Self:
        """Check what was given; headers are read, and nothing else.

        Raises:
            AdaptyUsageError: Something is wrong; `field_name` says which argument or column.
        """
        wanted = {kind: source for kind, source in given.items() if source is not None}
        if not wanted:
            raise AdaptyUsageError("nothing to import; expected profiles=, events= or both")
        refuse_unknown(options, ImportOptions)
        is_sorted = flag_option("sort", sort)
        checked = options_of(options, dry_run=flag_option("dry_run", options.get("dry_run", False)))
        mapping = options.get("mapping")
        mapping = {} if mapping is None else mapping
        ignore = options.get("ignore", ())
        folder = file_option("failures", options.get("failures", "."))
        if not folder.is_dir():
            raise AdaptyUsageError.for_field("failures", f"{folder} is no folder; expected one that is there")
        inputs: list[_Input] = []
        for kind, source in wanted.items():
            others = [other_input(other, wanted[other], RECORDS[other]) for other in wanted if other != kind]
            own = _of_the_kind(kind, mapping, wanted)
            opened = open_source(kind, source, RECORDS[kind], own, ignore=ignore, others=others)
            name = failures_name(opened.name, dry_run=checked.dry_run)
            inputs.append(_Input(kind, source, opened, folder / name))
        journal = journal_of(options, [each.source.path for each in inputs])
        _refuse_shared_files(*(each.source.path for each in inputs), *(each.failures for each in inputs), journal)
        return cls(tuple(inputs), is_sorted, checked, mapping, ignore, None if checked.dry_run else journal)

    async def run(self, adapty: Adapty | AsyncAdapty, stop: Stop) -> ImportReport:
        """Send what is left to be sent.

        Raises:
            AdaptyError: What ended the import early, with notes that say how far it came.
            KeyboardInterrupt: Somebody asked for an early end.
        """
        adapty._transport.config.key("mail")  # noqa: SLF001 - refused before a journal is made
        began = monotonic()
        patience = AbortPolicy()
        with await self._open_journal(adapty) as journal:
            sent = [await self._send(each, adapty, journal, patience, stop) for each in self.inputs]
            report = self._report([result for result, _ in sent], [path for _, path in sent if path], journal)
            journal.finish()
        return evolve(report, seconds=monotonic() - began)

    async def _open_journal(self, adapty: Adapty | AsyncAdapty) -> Journal:
        if self.journal is None:
            return Journal.temporary()
        plan = {"address": adapty._transport.config.base_urls["mail"]}  # noqa: SLF001 - of the same package
        plan["mapping"] = ", ".join(f"{field}={column}" for field, column in sorted(self.mapping.items()))
        plan["ignore"] = ", ".join(sorted({*self.ignore}))
        plan["sort"] = "yes" if self.sort else "no"
        for each in self.inputs:
            plan["failures"] = str(each.failures.parent.absolute())
            if each.source.path is not None:
                plan[each.kind] = str(each.source.path.absolute())
                plan[CONTENTS_OF + each.source.name] = await asyncio.to_thread(fingerprint, each.source.path)
        return Journal.open(self.journal, plan)

    async def _send(
        self, each: _Input, adapty: Adapty | AsyncAdapty, journal: Journal, patience: AbortPolicy, stop: Stop
    ) -> tuple[StageResult, Path | None]:
        """Send one input, or what is left of it; give what came of it, and where its failures are, if there are any."""
        saved = journal.stage(each.kind)
        note = partial(_note_failures, journal, each.kind)
        if saved is not None and saved.done and journal.run_id is not None:
            path = put_in_place(each.failures, journal.run_id, journal.failures_at(each.kind), note)
            return StageResult.of(each.kind, saved), path
        failures = FailuresFile(
            each.failures,
            each.source.path,
            run_id=journal.run_id,
            resume_at=None if saved is None else saved.failures_size,
            note=note,
            replaces=self.options.dry_run,
        )
        run = None
        try:
            with failures:
                run = StageRun.resumed(self._stage(each, failures, journal.tally), self.options, journal, patience)
                await run.run(adapty, stop)
                run.raise_what_ended_it_early()
        except BaseException as end:
            if run is not None and not run.is_done:
                is_untouched = each is self.inputs[0] and not run.counts
                self._leave(end, run, journal, failures, is_untouched=is_untouched)
                await _close(each.given)
            raise
        return run.result, failures.path if run.counts["refused"] else None

    def _leave(
        self, end: BaseException, run: StageRun, journal: Journal, failures: FailuresFile, *, is_untouched: bool
    ) -> None:
        """Say how far it came and how to go on; where nothing was done yet, leave nothing behind."""
        done = f"{run.counts['accepted']} accepted, {run.counts['refused']} refused so far"
        end.add_note(f"stopped in {run.stage.label}: {done}")
        if run.counts["refused"]:
            end.add_note(f"refused records of it: {failures.path if self.journal is None else failures.kept_at}")
        if self.journal is None:
            return
        if not is_untouched:
            states = [each.source.state for each in self.inputs if each.source.state is not None]
            rejects = failures.kept_at if run.counts["refused"] else None
            if advice := resume_advice(end, self.journal, states, rejects):
                end.add_note(advice)
            return
        with suppress(AdaptyUsageError, OSError):
            journal.finish()
            failures.kept_at.unlink()

    def _stage(self, each: _Input, failures: FailuresFile, tally: FlowTally) -> Stage:
        def settle(row: Row, record: Any, error: AdaptyError | None) -> str:
            if error is None:
                tally.add(record)
                return "accepted"
            failures.add(row, str(error))
            return "refused"

        source = in_order(each.source) if self.sort and each.kind == "events" else each.source
        return Stage(
            name=each.kind,
            api="mail",
            label=each.source.name,
            rows=source.rows,
            share=source.share,
            item=partial(_item, each.kind),
            settle=settle,
            sync=failures.sync,
            not_imported=each.source.not_imported,
        )

    def _report(self, results: Sequence[StageResult], failures: Sequence[Path], journal: Journal) -> ImportReport:
        counts = {f"{result.name}_{word}": count for result in results for word, count in result.counts.items()}
        kinds = [each.kind for each in self.inputs]
        return ImportReport(
            **counts,
            reasons=sum((result.reasons for result in results), Counter()),
            flows=journal.tally.flows(of_saved_profiles="profiles" in kinds),
            events_without_profile=journal.tally.events_without_profile(),
            not_imported={name: count for result in results for name, count in result.not_imported.items()},
            failures=tuple(failures),
            retried=sum(result.retried for result in results),
            resumed=journal.resumed,
            dry_run=self.options.dry_run,
        )


def _note_failures(journal: Journal, stage: str, path: Path) -> None:
    journal.note_failures(stage, path.absolute())


async def _close(given: object) -> None:
    """Let a generator go of what it holds; how much of it was read, nobody knows any more."""
    if isinstance(given, Generator):
        given.close()
    elif isinstance(given, AsyncGenerator):
        await given.aclose()


def _item(kind: str, number: int, row: Row) -> Item[Any]:
    """Make the request of a row. A ready record is taken as it is, the fields of a file or a data frame are not."""
    record: Any = row.record
    if record is None:
        refuse_damaged_ids(row.data)
        record = RECORDS[kind].from_dict(row.data)
    return Item(number, record.external_profile_id, build_mail_call(OPERATIONS[kind], ignore_body, record), row, record)


def _of_the_kind(kind: str, mapping: Mapping[str, str], kinds: Collection[str]) -> Mapping[str, str]:
    """Leave out what is a field of the other kind's records only; what is a field of none stays, to be refused."""
    if not isinstance(mapping, Mapping):
        return mapping  # to be refused, too
    others = {field for other in kinds if other != kind for field in field_names(RECORDS[other])}
    own = field_names(RECORDS[kind])
    return {
        field: column
        for field, column in mapping.items()
        if not isinstance(field, str) or field_path(field)[0] in own or field_path(field)[0] not in others
    }


def _refuse_shared_files(*files: Path | None) -> None:
    """See that no file is used for two things."""
    seen: set[Path] = set()
    for file in files:
        if file is None:
            continue
        if file.resolve() in seen:
            raise AdaptyUsageError(f"{file}: would be used for two things; choose another folder for the failures")
        seen.add(file.resolve())
