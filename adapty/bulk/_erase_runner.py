"""Runs an erasure: validates its input, erases the users from one API after the other, and writes the report."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import frozen

from adapty._clock import monotonic
from adapty._core.validation import one_of, quote, validate
from adapty.bulk._erase_stage import APIS, ApiErasure, Naming
from adapty.bulk._inputs.csv import DELIMITER, parse_delimiter
from adapty.bulk._inputs.erase_targets import EraseTargets
from adapty.bulk._inputs.files import parse_path
from adapty.bulk._inputs.fingerprint import FileState, fingerprint
from adapty.bulk._inputs.ids import API_KINDS, KINDS, ApiName, KindName
from adapty.bulk._stage import DUPLICATE, Options
from adapty.bulk._state.checkpoint import FINGERPRINT_OF, Checkpoint
from adapty.bulk._state.checkpoint_location import CheckpointLocation
from adapty.bulk._state.erase_log import EraseLog
from adapty.bulk._state.resume_advice import resume_advice
from adapty.bulk._state.seen_ids import SeenIds
from adapty.bulk.options import EraseOptions, checkpoint_location, parse_options, reject_unknown
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
    """An erasure whose input and options are validated.

    Attributes:
        targets: The users to erase.
        api: The only API to erase from, or None for each that knows such IDs and has a key.
        naming: What the caller specified about the IDs.
        options: The validated options.
        report: The report file.
        checkpoint: Where the progress is, or None.
    """

    targets: EraseTargets
    api: ApiName | None
    naming: Naming
    options: Options
    report: Path
    checkpoint: CheckpointLocation | None

    @classmethod
    def create(cls, ids: Ids, *, by: KindName | None, api: ApiName | None, options: EraseOptions) -> Self:
        """Validate the arguments, and read a file to find the kinds of ID.

        Raises:
            AdaptyUsageError: An argument is invalid; `field_name` is its name.
        """
        reject_unknown(options, EraseOptions)
        send_options = parse_options(options)
        report = parse_path("report", options["report"]) if "report" in options else None
        delimiter = parse_delimiter(options.get("delimiter", DELIMITER))
        targets = EraseTargets.create(ids, _kinds(by, api), delimiter)
        naming = Naming.OPEN if by is None else Naming.KIND if api is None else Naming.EXACT
        return cls(
            targets,
            api,
            naming,
            send_options,
            report or _default_report(targets),
            checkpoint_location(options, {"ids": targets.file}, databases=False),
        )

    async def run(self, client: Adapty | AsyncAdapty, token: CancelToken) -> EraseReport:
        """Erase the remaining users.

        An error that aborts one API does not keep the users from being erased from the other one.

        Raises:
            AdaptyError: The error that aborted the erasure, with notes about its progress.
            KeyboardInterrupt: The token requested the end.
        """
        began = monotonic()
        apis = _apis(client, self.targets.kind, self.api)
        states = [] if self.targets.file is None else [FileState.from_path(self.targets.file)]
        targets = await self.targets.materialize(token) if self.targets.single_pass and len(apis) > 1 else self.targets
        with (
            EraseLog(self.report, targets.source) as outcomes,
            self._open_checkpoint(client, apis) as checkpoint,
            SeenIds() as seen,
        ):
            parts = [
                ApiErasure.resume(
                    api, targets, self.naming, outcomes=outcomes, seen=seen, options=self.options, checkpoint=checkpoint
                )
                for api in apis
            ]
            try:
                for part in parts:
                    await part.run(client, token)
                _raise_abort_error(parts)
            except BaseException as end:
                self._annotate_abort(end, parts, checkpoint, states)
                raise
            checkpoint.finish()
        return self._report(parts, resumed=checkpoint.resumed, elapsed=monotonic() - began)

    def _open_checkpoint(self, client: Adapty | AsyncAdapty, apis: Sequence[ApiName]) -> Checkpoint:
        if self.checkpoint is None or self.targets.file is None:
            return Checkpoint.temporary()
        addresses = client._transport.config.base_urls  # noqa: SLF001 - of the same package
        config = {f"address of {api}": addresses[APIS[api]] for api in apis}
        # A bare ID and one of a named kind may belong to different users.
        config["origin of by"] = "the input" if self.naming is Naming.OPEN else "the caller"
        config["by"] = self.targets.kind
        config["delimiter"] = self.targets.delimiter
        config["report"] = str(self.report.absolute())
        config["users"] = self.targets.name
        config[FINGERPRINT_OF + self.targets.name] = fingerprint(self.targets.file)
        return self.checkpoint.open(config)

    def _annotate_abort(
        self, end: BaseException, parts: Sequence[ApiErasure], checkpoint: Checkpoint, inputs: Sequence[FileState]
    ) -> None:
        """Add notes with the progress and how to resume. Remove the checkpoint of a run that completed nothing."""
        for part in parts:
            end.add_note(part.summary(end))
        if any(part.counts for part in parts):
            end.add_note(f"report: {self.report}")
            if self.checkpoint is not None and (advice := resume_advice(end, self.checkpoint, inputs, self.report)):
                end.add_note(advice)
        else:
            with suppress(AdaptyUsageError):
                checkpoint.finish()

    def _report(self, parts: Sequence[ApiErasure], *, resumed: bool, elapsed: float) -> EraseReport:
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
    """Return the kinds of ID to read: those that at least one of the APIs knows."""
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


def _apis(client: Adapty | AsyncAdapty, kind: KindName, only: ApiName | None) -> list[ApiName]:
    """Return the APIs to erase from. Raise here, and not at the first user, if all keys are missing."""
    wanted: list[ApiName] = [only] if only else [api for api, kinds in API_KINDS.items() if kind in kinds]
    config = client._transport.config  # noqa: SLF001 - of the same package
    found = [api for api in wanted if APIS[api] in config.keys]
    if not found:
        config.key(APIS[wanted[0]])  # raises the error for the missing key
    return found


def _default_report(targets: EraseTargets) -> Path:
    """Return the report's path for the file with the users."""
    if isinstance(targets.source, Path):
        return Path(f"{Path(targets.source.name.removesuffix('.gz')).stem}.erased.csv")
    return Path("ids.erased.csv" if targets.source is None else "stdin.erased.csv")


def _raise_abort_error(parts: Sequence[ApiErasure]) -> None:
    for part in parts:
        if part.aborted_by is not None:
            raise part.aborted_by
