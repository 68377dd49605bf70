"""Runs an import: validates its inputs, sends them stage by stage, and writes the report."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve, frozen

from adapty._clock import monotonic
from adapty._core.abort_policy import AbortPolicy
from adapty._core.damaged_ids import refuse_damaged_ids
from adapty._engine.dispatcher import Job
from adapty._generated import build_mail_call, ignore_body
from adapty.bulk._inputs.columns import field_path
from adapty.bulk._inputs.csv import DELIMITER, parse_delimiter
from adapty.bulk._inputs.files import parse_path
from adapty.bulk._inputs.fingerprint import fingerprint
from adapty.bulk._inputs.sorting import SortedSource
from adapty.bulk._inputs.sources import Source, open_source, sibling_input
from adapty.bulk._inputs.times import Times
from adapty.bulk._stage import Options, PendingRecord, Stage, StageResult
from adapty.bulk._stage_runner import StageRunner
from adapty.bulk._state.checkpoint import FINGERPRINT_OF, Checkpoint
from adapty.bulk._state.checkpoint_location import CheckpointLocation, FileLocation
from adapty.bulk._state.rejects import RejectsFile, finalize_rejects, partial_rejects_path, rejects_name
from adapty.bulk._state.resume_advice import resume_advice
from adapty.bulk.options import ImportOptions, bool_option, checkpoint_location, parse_options, reject_unknown
from adapty.bulk.reports import ImportReport
from adapty.errors import AdaptyUsageError, FieldProblem
from adapty.models import MailProfile, TransactionEvent
from adapty.models._request import field_names, required_fields

if TYPE_CHECKING:
    from adapty._async.client import AsyncAdapty
    from adapty._engine.runner import CancelToken
    from adapty._sync.client import Adapty
    from adapty.bulk._inputs.rows import Row
    from adapty.bulk._state.flow_counts import FlowCounter
    from adapty.errors import AdaptyError

__all__ = ["ImportRunner"]

RECORDS: Mapping[str, type[MailProfile | TransactionEvent]] = {"profiles": MailProfile, "events": TransactionEvent}
OPERATIONS: Mapping[str, str] = {"profiles": "saveProfile", "events": "saveTransactionEvent"}


@frozen
class _Input:
    """One input, and the file of its rejected records."""

    kind: Any
    source: Source
    rejects: Path


@frozen
class ImportRunner:
    """An import whose inputs and options are validated.

    Attributes:
        inputs: What is sent, in this order.
        sort: Whether events are sorted by time first.
        options: The validated options.
        mapping: The column of each field.
        ignore: The columns to ignore.
        times: How to read times.
        checkpoint: Where the progress is, or None.
    """

    inputs: tuple[_Input, ...]
    sort: bool
    options: Options
    mapping: Mapping[str, str]
    ignore: Collection[str]
    times: Times
    checkpoint: CheckpointLocation | None

    @classmethod
    def create(cls, inputs: Mapping[str, Any], *, sort: bool, options: ImportOptions) -> Self:
        """Validate the arguments and the headers of files.

        Raises:
            AdaptyUsageError: An argument or a header is wrong; `field_name` is its name.
        """
        wanted = {kind: source for kind, source in inputs.items() if source is not None}
        if not wanted:
            raise AdaptyUsageError("nothing to import; expected profiles=, events= or both")
        reject_unknown(options, ImportOptions)
        is_sorted = bool_option("sort", sort)
        checked = parse_options(options, dry_run=bool_option("dry_run", options.get("dry_run", False)))
        mapping = options.get("mapping")
        mapping = {} if mapping is None else mapping
        ignore = options.get("ignore", ())
        delimiter = parse_delimiter(options.get("delimiter", DELIMITER))
        times = Times.create(options.get("timezone"), options.get("datetime_format"))
        folder = parse_path("rejects_dir", options.get("rejects_dir", "."))
        if not folder.is_dir():
            raise AdaptyUsageError.for_field("rejects_dir", f"{folder} is not an existing folder; expected a folder")
        opened_inputs: list[_Input] = []
        for kind, source in wanted.items():
            others = [
                sibling_input(other, wanted[other], RECORDS[other], delimiter) for other in wanted if other != kind
            ]
            own = _fields_for(kind, mapping, wanted)
            opened = open_source(
                kind,
                source,
                RECORDS[kind],
                own,
                ignore=ignore,
                others=others,
                required=required_fields(RECORDS[kind]),
                delimiter=delimiter,
                times=times,
            )
            name = rejects_name(opened.name, dry_run=checked.dry_run)
            opened_inputs.append(_Input(kind, opened, folder / name))
        checkpoint = checkpoint_location(
            options, {each.kind: each.source.path for each in opened_inputs}, databases=True
        )
        _reject_shared_files(
            *(each.source.path for each in opened_inputs),
            *(each.rejects for each in opened_inputs),
            checkpoint.path if isinstance(checkpoint, FileLocation) else None,
        )
        saved = None if checked.dry_run else checkpoint
        return cls(tuple(opened_inputs), is_sorted, checked, mapping, ignore, times, saved)

    async def run(self, client: Adapty | AsyncAdapty | None, token: CancelToken) -> ImportReport:
        """Send the rest of all inputs.

        Raises:
            AdaptyError: The error that aborted the import, with notes about its progress.
            KeyboardInterrupt: The token requested the end.
        """
        if client is not None and not self.options.dry_run:
            client._transport.config.key("mail")  # noqa: SLF001 - refused before a checkpoint is made
        began = monotonic()
        abort_policy = AbortPolicy()
        for each in self.inputs:
            await asyncio.to_thread(each.source.validate)
        with await self._open_checkpoint(client) as checkpoint:
            sent = [await self._send(each, client, checkpoint, abort_policy, token) for each in self.inputs]
            report = self._report([result for result, _ in sent], [path for _, path in sent if path], checkpoint)
            checkpoint.finish()
        return evolve(report, elapsed=monotonic() - began)

    async def _open_checkpoint(self, client: Adapty | AsyncAdapty | None) -> Checkpoint:
        if self.checkpoint is None or client is None:
            return Checkpoint.temporary()
        config = {"address": client._transport.config.base_urls["mail"]}  # noqa: SLF001 - of the same package
        config["mapping"] = ", ".join(f"{field}={column}" for field, column in sorted(self.mapping.items()))
        config["ignore"] = ", ".join(sorted({*self.ignore}))
        config.update(self.times.config())
        config["delimiter"] = self.inputs[0].source.delimiter
        config["sort"] = "yes" if self.sort else "no"
        for each in self.inputs:
            config["rejects_dir"] = str(each.rejects.parent.absolute())
            if each.source.path is not None:
                config[each.kind] = str(each.source.path.absolute())
                config[FINGERPRINT_OF + each.source.name] = await asyncio.to_thread(fingerprint, each.source.path)
        return self.checkpoint.open(config)

    async def _send(
        self,
        each: _Input,
        client: Adapty | AsyncAdapty | None,
        checkpoint: Checkpoint,
        abort_policy: AbortPolicy,
        token: CancelToken,
    ) -> tuple[StageResult, Path | None]:
        """Send the rest of one input. Return the result and the path of its rejects, if there are any."""
        if checkpoint.run_id is not None:
            checkpoint.attach_results(each.kind, partial_rejects_path(each.rejects, checkpoint.run_id))
        saved = checkpoint.load(each.kind)
        on_rename = partial(_set_rejects_path, checkpoint, each.kind)
        if saved is not None and saved.done and checkpoint.run_id is not None:
            path = finalize_rejects(each.rejects, checkpoint.run_id, checkpoint.rejects_path(each.kind), on_rename)
            return StageResult.from_state(each.kind, saved), path
        rejects = RejectsFile(
            each.rejects,
            each.source.path,
            run_id=checkpoint.run_id,
            resume_at=None if saved is None else saved.results_size,
            on_rename=on_rename,
            replace=self.options.dry_run,
            delimiter=each.source.delimiter,
        )
        run = None
        try:
            with rejects:
                run = StageRunner.resume(
                    self._stage(each, rejects, checkpoint.flow_counter), self.options, checkpoint, abort_policy
                )
                await run.run(client, token)
                run.raise_for_abort()
        except BaseException as end:
            if run is not None and not run.is_done:
                is_untouched = each is self.inputs[0] and not run.counts
                self._annotate_abort(end, run, checkpoint, rejects, is_untouched=is_untouched)
            raise
        return run.result, rejects.path if run.counts["rejected"] else None

    def _annotate_abort(
        self, end: BaseException, run: StageRunner, checkpoint: Checkpoint, rejects: RejectsFile, *, is_untouched: bool
    ) -> None:
        """Add notes with the progress and how to resume. Remove the files of a run that completed nothing."""
        done = f"{run.counts['accepted']} accepted, {run.counts['rejected']} rejected so far"
        end.add_note(f"stopped in {run.stage.label}: {done}")
        if run.counts["rejected"]:
            end.add_note(f"rejected records: {rejects.path if self.checkpoint is None else rejects.partial_path}")
        if self.checkpoint is None:
            return
        if not is_untouched:
            states = [each.source.state for each in self.inputs if each.source.state is not None]
            partial_file = rejects.partial_path if run.counts["rejected"] else None
            if advice := resume_advice(end, self.checkpoint, states, partial_file):
                end.add_note(advice)
            return
        with suppress(AdaptyUsageError, OSError):
            checkpoint.finish()
            rejects.partial_path.unlink()

    def _stage(self, each: _Input, rejects: RejectsFile, flow_counter: FlowCounter) -> Stage:
        def record_result(row: Row, record: Any, error: AdaptyError | None) -> str:
            if error is None:
                flow_counter.add(record)
                return "accepted"
            rejects.add(row, str(error))
            return "rejected"

        is_sorted = self.sort and each.kind == "events"
        source = SortedSource(each.source) if is_sorted else each.source
        return Stage(
            name=each.kind,
            api="mail",
            label=each.source.name,
            rows=source.rows,
            read_fraction=source.read_fraction,
            build=partial(_build_job, each.kind),
            record_result=record_result,
            sync=rejects.sync,
            not_imported=each.source.not_imported,
        )

    def _report(self, results: Sequence[StageResult], rejects: Sequence[Path], checkpoint: Checkpoint) -> ImportReport:
        counts = {f"{result.name}_{word}": count for result in results for word, count in result.counts.items()}
        kinds = [each.kind for each in self.inputs]
        return ImportReport(
            **counts,
            reasons=sum((result.reasons for result in results), Counter()),
            flows=checkpoint.flow_counter.count(saved_profiles="profiles" in kinds),
            events_without_profile=checkpoint.flow_counter.count_events_without_profile(),
            not_imported={name: count for result in results for name, count in result.not_imported.items()},
            rejects_files=tuple(rejects),
            retried=sum(result.retried for result in results),
            resumed=checkpoint.resumed,
            dry_run=self.options.dry_run,
        )


def _set_rejects_path(checkpoint: Checkpoint, stage: str, path: Path) -> None:
    checkpoint.set_rejects_path(stage, path.absolute())


def _build_job(kind: str, number: int, row: Row) -> Job[PendingRecord]:
    """Build the request of a row. The ids of a ready record are not checked for damage, those of a file are."""
    record: Any = row.record
    if record is None:
        record = _create_record(kind, row)
    call = build_mail_call(OPERATIONS[kind], ignore_body, record)
    return Job(record.external_profile_id, call, PendingRecord(number, row, record))


def _create_record(kind: str, row: Row) -> Any:
    """Create the record of a row.

    Raises:
        AdaptyUsageError: Fields are invalid; it names all of them.
    """
    record, problems = None, [*row.faults]
    try:
        refuse_damaged_ids(row.data)
    except AdaptyUsageError as error:
        problems += error.problems
    try:
        record = RECORDS[kind].from_dict(row.data)
    except AdaptyUsageError as error:
        named = {_outer(each) for each in problems}
        problems += [each for each in error.problems if _outer(each) not in named]
    if problems:
        raise AdaptyUsageError.for_problems(problems)
    return record


def _outer(problem: FieldProblem) -> str:
    return (problem.field_name or "").partition(".")[0]


def _fields_for(kind: str, mapping: Mapping[str, str], kinds: Collection[str]) -> Mapping[str, str]:
    """Return the mapping without fields of the other kind. Unknown fields stay and are rejected later."""
    if not isinstance(mapping, Mapping):
        return mapping  # rejected later
    others = {field for other in kinds if other != kind for field in field_names(RECORDS[other])}
    own = field_names(RECORDS[kind])
    return {
        field: column
        for field, column in mapping.items()
        if not isinstance(field, str) or field_path(field)[0] in own or field_path(field)[0] not in others
    }


def _reject_shared_files(*files: Path | None) -> None:
    """Raise if one file has two purposes."""
    seen: set[Path] = set()
    for file in files:
        if file is None:
            continue
        if file.resolve() in seen:
            raise AdaptyUsageError(f"{file}: would be used for two things; choose another folder for the rejects")
        seen.add(file.resolve())
