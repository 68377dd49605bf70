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
from adapty.bulk._erase_stage import APIS, Erasure, Naming
from adapty.bulk._inputs.csv import DELIMITER, parse_delimiter
from adapty.bulk._inputs.erase_targets import EraseTargets
from adapty.bulk._inputs.fingerprint import FileState, fingerprint
from adapty.bulk._inputs.ids import API_KINDS, KINDS, ApiName, KindName
from adapty.bulk._stage import DUPLICATE, Options
from adapty.bulk._state.checkpoint import FINGERPRINT_OF, Checkpoint
from adapty.bulk._state.erase_log import EraseLog
from adapty.bulk._state.resume_advice import resume_advice
from adapty.bulk._state.seen_ids import SeenIds
from adapty.bulk.options import EraseOptions, checkpoint_path, parse_options, path_option, reject_unknown
from adapty.bulk.reports import EraseReport
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapty._async.client import AsyncAdapty
    from adapty._engine.runner import CancelToken
    from adapty._sync.client import Adapty
    from adapty.bulk._inputs.erase_targets import Ids

__all__ = ["EraseRunner"]


@frozen
class EraseRunner:
    """An erasure that is checked and ready to run.

    Attributes:
        targets: The users to erase.
        api: The one API to erase from; None for each that knows such ids and that there is a key for.
        naming: What was said about the ids.
        options: How it is carried out.
        report: The report file.
        checkpoint: The file that notes how far it is, or None.
    """

    targets: EraseTargets
    api: ApiName | None
    naming: Naming
    options: Options
    report: Path
    checkpoint: Path | None

    @classmethod
    def create(cls, ids: Ids, *, by: KindName | None, api: ApiName | None, options: EraseOptions) -> Self:
        """Check what was given, and read a file to see what it holds.

        Raises:
            AdaptyUsageError: Something is wrong; `field_name` says which argument.
        """
        reject_unknown(options, EraseOptions)
        carried_out = parse_options(options)
        report = path_option("report", options["report"]) if "report" in options else None
        delimiter = parse_delimiter(options.get("delimiter", DELIMITER))
        targets = EraseTargets.create(ids, _kinds(by, api), delimiter)
        naming = Naming.OPEN if by is None else Naming.KIND if api is None else Naming.EXACT
        return cls(
            targets, api, naming, carried_out, report or _report_of(targets), checkpoint_path(options, [targets.file])
        )

    async def run(self, adapty: Adapty | AsyncAdapty, token: CancelToken) -> EraseReport:
        """Erase who is left to be erased.

        What stops one API does not keep the users from being erased from the other one.

        Raises:
            AdaptyError: What ended it early, with notes that say how far it came.
            KeyboardInterrupt: Somebody asked for an early end.
        """
        began = monotonic()
        apis = _apis(adapty, self.targets.kind, self.api)
        states = [] if self.targets.file is None else [FileState.from_path(self.targets.file)]
        targets = await self.targets.materialize(token) if self.targets.single_pass and len(apis) > 1 else self.targets
        with (
            EraseLog(self.report, targets.source) as outcomes,
            self._open_checkpoint(adapty, apis) as checkpoint,
            SeenIds() as seen,
        ):
            parts = [
                Erasure.resume(
                    api, targets, self.naming, outcomes=outcomes, seen=seen, options=self.options, checkpoint=checkpoint
                )
                for api in apis
            ]
            try:
                for part in parts:
                    await part.run(adapty, token)
                _raise_what_stopped(parts)
            except BaseException as end:
                self._note_how_far(end, parts, checkpoint, states)
                raise
            checkpoint.finish()
        return self._report(parts, resumed=checkpoint.resumed, elapsed=monotonic() - began)

    def _open_checkpoint(self, adapty: Adapty | AsyncAdapty, apis: Sequence[ApiName]) -> Checkpoint:
        if self.checkpoint is None or self.targets.file is None:
            return Checkpoint.temporary()
        addresses = adapty._transport.config.base_urls  # noqa: SLF001 - of the same package
        plan = {f"address of {api}": addresses[APIS[api]] for api in apis}
        # A bare id and one of a named kind may lead to different people.
        plan["origin of by"] = "the input" if self.naming is Naming.OPEN else "the caller"
        plan["by"] = self.targets.kind
        plan["delimiter"] = self.targets.delimiter
        plan["report"] = str(self.report.absolute())
        plan["users"] = self.targets.name
        plan[FINGERPRINT_OF + self.targets.name] = fingerprint(self.targets.file)
        return Checkpoint.open(self.checkpoint, plan)

    def _note_how_far(
        self, end: BaseException, parts: Sequence[Erasure], checkpoint: Checkpoint, inputs: Sequence[FileState]
    ) -> None:
        """Say how far it came, and how to go on; of one that came to nothing no checkpoint is left."""
        for part in parts:
            end.add_note(part.summary(end))
        if any(part.counts for part in parts):
            end.add_note(f"report: {self.report}")
            if checkpoint.path is not None and (advice := resume_advice(end, checkpoint.path, inputs, self.report)):
                end.add_note(advice)
        else:
            with suppress(AdaptyUsageError):
                checkpoint.finish()

    def _report(self, parts: Sequence[Erasure], *, resumed: bool, elapsed: float) -> EraseReport:
        counts = sum((part.counts for part in parts), Counter[str]())
        return EraseReport(
            apis=tuple(part.api for part in parts),
            report=self.report,
            deleted=counts["deleted"],
            not_found=counts["not_found"],
            failed=counts["failed"],
            repeated=max(part.counts[DUPLICATE] for part in parts),
            retried=sum(part.retried for part in parts),
            elapsed=elapsed,
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


def _report_of(targets: EraseTargets) -> Path:
    """Name the report after the file that the users come from."""
    if isinstance(targets.source, Path):
        return Path(f"{Path(targets.source.name.removesuffix('.gz')).stem}.erased.csv")
    return Path("ids.erased.csv" if targets.source is None else "stdin.erased.csv")


def _raise_what_stopped(parts: Sequence[Erasure]) -> None:
    for part in parts:
        if part.aborted_by is not None:
            raise part.aborted_by
