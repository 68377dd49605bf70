"""What a bulk job did, when it is through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from adapty.bulk._inputs.ids import API_KINDS
from adapty.bulk._stage import OTHERS
from adapty.cli.outcome import errors, output
from adapty.cli.show import duration, print_json, rate, shown

if TYPE_CHECKING:
    from adapty.bulk import EraseReport, ImportReport

__all__ = ["print_erase_report", "print_erase_warnings", "print_import_report"]


_A_FEW_SECONDS = 10


def print_import_report(report: ImportReport, *, as_json: bool) -> None:
    """Print what an import did."""
    if as_json:
        print_json(report.to_dict())
        return
    if report.dry_run:
        output.print("dry run: nothing was sent; accepted is what would be")
    output.print(f"profiles: {report.profiles_accepted} accepted, {report.profiles_rejected} rejected")
    output.print(f"events:   {report.events_accepted} accepted, {report.events_rejected} rejected")
    _print_effort(report, report.accepted + report.rejected)
    if report.events_without_profile:
        output.print(f"{report.events_without_profile} events wait for a profile that this import did not save")
    _print_counts("Flow", "Profiles", {flow.value: count for flow, count in report.flows.items()})
    if report.reasons:
        most_first = sorted(report.reasons.items(), key=lambda reason: (reason[0] == OTHERS, -reason[1]))
        _print_counts("Rejected for", "Records", dict(most_first))
    if report.not_imported:
        counts = ", ".join(f"{shown(name)} ({count})" for name, count in report.not_imported.items())
        output.print(f"not imported, Adapty Mail has no field for these columns (values): {counts}")
    for path in report.rejects_files:
        output.print(f"rejected records: {shown(path)}")


def print_erase_report(report: EraseReport, *, as_json: bool) -> None:
    """Print what an erasure did."""
    if as_json:
        print_json(report.to_dict())
        return
    output.print(f"{report.deleted} deleted, {report.not_found} not found, {report.failed} failed")
    output.print(f"erased from: {', '.join(report.apis)}")
    if report.repeated:
        output.print(f"repeats of an id, sent once: {report.repeated}")
    _print_effort(report, report.deleted + report.not_found + report.failed)
    output.print(f"report: {shown(report.report)}")


def print_erase_warnings(report: EraseReport) -> None:
    """Print for each API that found none of the ids what that probably means, and what to try."""
    for api, kinds in report.nothing_found.items():
        asked = " or ".join(kinds)
        others = " or ".join(f"--by {kind}" for kind in API_KINDS[api] if kind not in kinds)
        errors.print(
            f"Warning: {api}: none of the ids was found as {asked}; they are probably of another kind, or of another "
            f"app or project. Try {others}; a file with a header needs a column of that name"
        )


def _print_effort(report: ImportReport | EraseReport, records: int) -> None:
    """Print how long it took; of one in several runs it is not known how many records the last one had."""
    took = f"{report.elapsed:.2g} s" if report.elapsed < _A_FEW_SECONDS else duration(report.elapsed)
    if report.resumed:
        output.print("resumed: counts include the earlier run, time does not")
    pace = f", {rate(records / report.elapsed)}" if report.elapsed and not report.resumed else ""
    output.print(f"took {took}{pace}, {report.retried} retried")


def _print_counts(what: str, unit: str, counts: dict[str, int]) -> None:
    table = Table()
    table.add_column(what, overflow="fold")
    table.add_column(unit, justify="right")
    for name, count in counts.items():
        table.add_row(shown(name), str(count))
    output.print(table)
