"""Brings a base of subscribers and its purchase history into Adapty Mail, one record after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Literal

from attrs import Factory, define, frozen

from adapty._core.giving_up import Patience
from adapty._core.validate import kind_of
from adapty._sync.client import Adapty
from adapty.bulk.failures import FailuresFile
from adapty.bulk.flow_tally import FlowTally
from adapty.bulk.rows import Row, count_lines, read_rows
from adapty.errors import AdaptyAPIError, AdaptyError, AdaptyUsageError
from adapty.flows import Flow
from adapty.models import MailProfile, TransactionEvent
from adapty.models._record import field_names

__all__ = ["ImportReport", "Progress", "import_base"]

Kind = Literal["profiles", "events"]

RECORDS: dict[Kind, type[MailProfile | TransactionEvent]] = {"profiles": MailProfile, "events": TransactionEvent}

UNREADABLE = "(row)"
"""What stands for the field's name where a row could not be read at all."""


@frozen
class Progress:
    """How far an import is.

    Attributes:
        kind: What is being sent: `profiles`, then `events`.
        line: The line of the file that was handled last.
        lines: How many lines the file has.
        accepted: Records of this kind that the API took so far.
        refused: Records of this kind that failed so far.
    """

    kind: Kind
    line: int
    lines: int
    accepted: int
    refused: int


@define
class ImportReport:
    """What an import did.

    Attributes:
        profiles_accepted: Profiles that the API took.
        profiles_refused: Profiles that failed, here or there.
        events_accepted: Transaction events that the API took, repeats of an `event_id` included.
        events_refused: Transaction events that failed, here or there.
        reasons: How many records failed for which field (`email`); `(row)` for rows that could not be read.
        flows: How many profiles are in each flow by the records of this import, see `adapty.current_flow`: the
            profiles that it saved, or, of an import without profiles, those that it has events of.
        events_without_profile: Accepted events, each counted once, whose profile this import did not save. The API
            keeps them for it.
        failures: The failures files that were written.
    """

    profiles_accepted: int = 0
    profiles_refused: int = 0
    events_accepted: int = 0
    events_refused: int = 0
    reasons: Counter[str] = Factory(Counter)
    flows: dict[Flow, int] = Factory(dict)
    events_without_profile: int = 0
    failures: list[Path] = Factory(list)

    @property
    def refused(self) -> int:
        """Records of both kinds that failed."""
        return self.profiles_refused + self.events_refused


def import_base(
    adapty: Adapty,
    *,
    profiles: str | Path | None = None,
    events: str | Path | None = None,
    failures: str | Path = ".",
    on_progress: Callable[[Progress], object] | None = None,
) -> ImportReport:
    r"""Send a file of profiles, then a file of transaction events, each in the order of the file.

    A record that is wrong, or that the API refuses, goes to the failures file with the reason, and the import goes
    on. It stops where the fault is not the record's: the key, the address, the connection, an API that wants to be
    left alone for long or that fails on several records in a row. Sending a record twice does no harm, so an import
    that broke off can simply be run again.

    Args:
        adapty: The client.
        profiles: CSV or JSON Lines with the fields of `MailProfile`; `custom.plan` is the CSV column of the custom
            attribute `plan`, `device_info.os` that of a nested field. An empty cell or a null is a field left out.
        events: CSV or JSON Lines with the fields of `TransactionEvent`.
        failures: The folder for the failures files, `NAME.failures.csv` or `.jsonl`. They are made anew.
        on_progress: Called after each record.

    Returns:
        What was accepted and refused, and the flows that it leads to.

    Raises:
        AdaptyUsageError: A file cannot be opened, or its header is wrong; nothing was sent.
        AdaptyAPIError: The API does not take the key, is not at this address, wants to be left alone, or fails.
        AdaptyConnectionError: The API cannot be reached. A note on each says how far the import came.

    Example:
        >>> from pathlib import Path
        >>> _ = Path("base.csv").write_text(
        ...     "external_profile_id,external_created_at,email\n"
        ...     "user_1,2026-06-01T10:30:00Z,jane@example.com\n"
        ...     "user_2,2026-06-01T10:30:00Z,not an address\n"
        ... )
        >>> report = import_base(adapty, profiles="base.csv")
        >>> report.profiles_accepted, dict(report.reasons), report.failures
        (1, {'email': 1}, [PosixPath('base.failures.csv')])
    """
    if not isinstance(adapty, Adapty):
        raise AdaptyUsageError.of("adapty", f"is {kind_of(adapty)}; expected an Adapty, the blocking client")
    given: dict[Kind, Path] = {}
    if profiles is not None:
        given["profiles"] = _path("profiles", profiles)
    if events is not None:
        given["events"] = _path("events", events)
    if not given:
        raise AdaptyUsageError("nothing to import; expected profiles=, events= or both")
    lines = {kind: count_lines(source) for kind, source in given.items()}
    folder = _path("failures", failures)
    targets = {kind: folder / f"{source.stem}.failures{source.suffix}" for kind, source in given.items()}
    _refuse_shared_files([*given.values(), *targets.values()])
    for kind, source in given.items():
        with closing(_rows(kind, source)) as rows:
            next(rows, None)  # a wrong header is found before anything is sent
    job = _Import(adapty, on_progress or (lambda _: None))
    with ExitStack() as stack:
        refused = {kind: stack.enter_context(FailuresFile(targets[kind], source)) for kind, source in given.items()}
        for kind, source in given.items():
            job.send_file(kind, source, lines[kind], refused[kind])
    return job.report(
        of_saved_profiles=profiles is not None, failures=[file.path for file in refused.values() if file.count]
    )


def _rows(kind: Kind, source: Path) -> Generator[Row, None, None]:
    return read_rows(source, field_names(RECORDS[kind]).__contains__)


def _path(name: str, value: Any) -> Path:
    try:
        return Path(value)
    except TypeError:
        raise AdaptyUsageError.of(name, f"is {kind_of(value)}; expected a path") from None


def _refuse_shared_files(files: list[Path]) -> None:
    """See that no failures file overwrites an input or another failures file."""
    for number, file in enumerate(files):
        if file.resolve() in {other.resolve() for other in files[:number]}:
            raise AdaptyUsageError(f"{file}: would be used for two things; choose another folder for the failures")


@define
class _Import:
    """An import under way."""

    adapty: Adapty
    on_progress: Callable[[Progress], object]
    accepted: Counter[Kind] = Factory(Counter)
    refused: Counter[Kind] = Factory(Counter)
    reasons: Counter[str] = Factory(Counter)
    tally: FlowTally = Factory(FlowTally)
    patience: Patience = Factory(Patience)

    def send_file(self, kind: Kind, source: Path, lines: int, failures: FailuresFile) -> None:
        """Send all rows of a file; what fails goes to the failures file."""
        line = 0
        try:
            for row in _rows(kind, source):
                line = row.line
                self._send_or_refuse(kind, row, failures)
                self.on_progress(Progress(kind, line, lines, self.accepted[kind], self.refused[kind]))
        except (AdaptyError, KeyboardInterrupt) as stop:
            stop.add_note(f"stopped at line {line} of {source.name}; what came before it was sent")
            if failures.count:
                stop.add_note(f"refused records of it, {failures.count} so far: {failures.path}")
            raise

    def _send_or_refuse(self, kind: Kind, row: Row, failures: FailuresFile) -> None:
        try:
            self._send(kind, row)
        except AdaptyError as problem:
            if not self.patience.lasts(problem):
                raise
            failures.add(row, str(problem))
            self.refused[kind] += 1
            self.reasons[_blamed(problem)] += 1
        else:
            self.patience.lasts(None)
            self.accepted[kind] += 1

    def _send(self, kind: Kind, row: Row) -> None:
        if row.problem:
            raise AdaptyUsageError.of(UNREADABLE, row.problem)
        record = RECORDS[kind].from_dict(row.data)
        if isinstance(record, MailProfile):
            self.adapty.mail.save_profile(record)
            self.tally.add_profile(record)
        else:
            self.adapty.mail.save_transaction_event(record)
            self.tally.add_event(record)

    def report(self, *, of_saved_profiles: bool, failures: list[Path]) -> ImportReport:
        """Sum up."""
        return ImportReport(
            profiles_accepted=self.accepted["profiles"],
            profiles_refused=self.refused["profiles"],
            events_accepted=self.accepted["events"],
            events_refused=self.refused["events"],
            reasons=self.reasons,
            flows=self.tally.flows(of_saved_profiles=of_saved_profiles),
            events_without_profile=self.tally.events_without_profile(),
            failures=failures,
        )


def _blamed(problem: AdaptyError) -> str:
    """Name the field at fault, as far as the error knows it."""
    if isinstance(problem, AdaptyUsageError):
        return problem.field_name or UNREADABLE
    if isinstance(problem, AdaptyAPIError) and problem.field_names:
        return problem.field_names[0]
    return type(problem).__name__
