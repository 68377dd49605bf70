"""Print the report of a bulk job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from adapty._cli.format import format_duration, format_rate, format_value, print_json
from adapty._cli.output import stderr, stdout

if TYPE_CHECKING:
    from adapty.bulk import EraseReport, ImportReport

__all__ = ["print_erase_report", "print_erase_warnings", "print_import_report"]

_SHORT_SECONDS = 10

_OTHERS = "(others)"
"""The key of `ImportReport.reasons` that is printed last."""


def print_import_report(report: ImportReport, *, as_json: bool) -> None:
    """Print the report of an import."""
    if as_json:
        print_json(report.to_dict())
        return
    if report.dry_run:
        stdout.print("dry run: nothing was sent; accepted records are valid")
    stdout.print(f"profiles: {report.profiles_accepted} accepted, {report.profiles_rejected} rejected")
    stdout.print(f"events:   {report.events_accepted} accepted, {report.events_rejected} rejected")
    _print_timing(report, report.accepted + report.rejected)
    if report.events_without_profile:
        stdout.print(f"{report.events_without_profile} events have a profile that this import did not save")
    _print_counts("Flow", "Profiles", {flow.value: count for flow, count in report.flows.items()})
    if report.reasons:
        by_count = sorted(report.reasons.items(), key=lambda reason: (reason[0] == _OTHERS, -reason[1]))
        _print_counts("Rejected for", "Records", dict(by_count))
    if report.not_imported:
        counts = ", ".join(f"{format_value(name)} ({count})" for name, count in report.not_imported.items())
        stdout.print(f"not imported, because Adapty Mail has no such field (number of values): {counts}")
    for path in report.rejects_files:
        stdout.print(f"rejected records: {format_value(path)}")


def print_erase_report(report: EraseReport, *, as_json: bool) -> None:
    """Print the report of an erasure."""
    if as_json:
        print_json(report.to_dict())
        return
    stdout.print(f"{report.deleted} deleted, {report.not_found} not found, {report.failed} failed")
    stdout.print(f"erased from: {', '.join(report.apis)}")
    if report.repeated:
        stdout.print(f"repeated IDs, sent once: {report.repeated}")
    _print_timing(report, report.deleted + report.not_found + report.failed)
    stdout.print(f"report: {format_value(report.report)}")


def print_erase_warnings(report: EraseReport) -> None:
    """Print a warning for each API that found none of the IDs."""
    for api, kinds in report.nothing_found.items():
        used = " or ".join(kinds)
        others = " or ".join(f"--by {kind}" for kind in report.other_kinds(api))
        stderr.print(
            f"Warning: {api}: no profile was found by {used}; the IDs are probably of another kind, app or project. "
            f"Try {others}; a file with a header needs a column of that name"
        )


def _print_timing(report: ImportReport | EraseReport, records: int) -> None:
    """Print the time. The rate of a resumed run is unknown, because the counts include the earlier run."""
    took = f"{report.elapsed:.2g} s" if report.elapsed < _SHORT_SECONDS else format_duration(report.elapsed)
    if report.resumed:
        stdout.print("resumed: counts include the earlier run, time does not")
    pace = f", {format_rate(records / report.elapsed)}" if report.elapsed and not report.resumed else ""
    stdout.print(f"took {took}{pace}, {report.retried} retried")


def _print_counts(what: str, unit: str, counts: dict[str, int]) -> None:
    table = Table()
    table.add_column(what, overflow="fold")
    table.add_column(unit, justify="right")
    for name, count in counts.items():
        table.add_row(format_value(name), str(count))
    stdout.print(table)
