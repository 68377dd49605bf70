"""The report of the changes: text, Markdown for a pull request, and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.compare import Change
from scripts.spec_diff.rules import ADDITIVE, BREAKING
from scripts.spec_diff.text import as_code, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


__all__ = ["FORMATS", "Report"]

MAX_LOCATIONS = 8
"""Locations of one change in text and Markdown."""

MAX_MARKDOWN = 60_000
"""Characters in a report; GitHub accepts 65,536 in a pull request."""

_HEADINGS = {BREAKING: "Breaking", ADDITIVE: "Additive"}


@attrs.frozen
class Report:
    """Two contracts, the changes between them, and what the facade does not cover."""

    api: str
    old: str
    new: str
    changes: list[Change]
    gaps: list[str]
    gaps_by_change: list[list[str]]

    @property
    def is_breaking(self) -> bool:
        """Return whether any change breaks callers."""
        return any(change.is_breaking for change in self.changes)

    @property
    def counts(self) -> str:
        """The numbers of breaking and additive changes."""
        if not self.changes:
            return "no change"
        breaking = sum(change.is_breaking for change in self.changes)
        return f"{breaking} breaking, {len(self.changes) - breaking} additive"

    def parts(self) -> Iterator[tuple[str, list[tuple[Change, list[str]]]]]:
        """Yield the headings with their changes and the gaps of each."""
        pairs = list(zip(self.changes, self.gaps_by_change, strict=True))
        for weight, heading in _HEADINGS.items():
            if selected := [one for one in pairs if one[0].weight == weight]:
                yield heading, selected


def format_json(report: Report) -> str:
    """Return the report as JSON."""
    document = {
        "api": report.api,
        "old": report.old,
        "new": report.new,
        "breaking": report.is_breaking,
        "changes": [
            {
                "kind": change.kind,
                "class": change.weight,
                "where": list(change.where),
                "element": change.element,
                "before": change.before,
                "after": change.after,
                "gaps": gaps,
            }
            for change, gaps in zip(report.changes, report.gaps_by_change, strict=True)
        ],
        "gaps": report.gaps,
    }
    return json.dumps(document, indent=2)


def format_text(report: Report) -> str:
    """Return the report as text, breaking changes first."""
    lines = [one_line(f"{report.api}: {report.old} -> {report.new}"), report.counts]
    for heading, parts in report.parts():
        lines += ["", heading]
        for change, gaps in parts:
            lines.append(one_line(f"  {change.words}: {change.element}{_before_after(change, _format_value)}"))
            if change.where != (change.element,):
                lines.append(one_line(f"      in {_format_locations(change)}"))
            lines += [one_line(f"      not covered: {gap}") for gap in gaps]
    if report.gaps:
        lines += ["", "Not covered by the facade", *(one_line(f"  {gap}") for gap in report.gaps)]
    return "\n".join(lines)


def format_markdown(report: Report) -> str:
    """Return the report as Markdown; text from a contract is code, which is neither formatted nor linked."""
    lines = [f"## Changes of the {as_code(report.api)} contract", ""]
    lines += [f"{as_code(report.old)} → {as_code(report.new)}: {report.counts}"]
    for heading, parts in report.parts():
        items = [
            f"- {change.words}: {as_code(change.element)}{_before_after(change, _value_as_code)}"
            + ("" if change.where == (change.element,) else f"\n  in {as_code(_format_locations(change))}")
            for change, _ in parts
        ]
        lines += ["", f"### {heading} ({len(parts)})", "", *items]
    if report.gaps:
        lines += ["", "### Not covered by the facade", "", *(f"- [ ] {as_code(gap)}" for gap in report.gaps)]
    return _truncate_lines(lines)


FORMATS: Mapping[str, Callable[[Report], str]] = {"text": format_text, "markdown": format_markdown, "json": format_json}
"""The formats by name."""


def _before_after(change: Change, show: Callable[[Any], str]) -> str:
    if change.before is None and change.after is None:
        return ""
    if change.before is None:
        return f", now {show(change.after)}"
    return f", was {show(change.before)}" + ("" if change.after is None else f", now {show(change.after)}")


def _format_locations(change: Change) -> str:
    first, others = change.where[:MAX_LOCATIONS], len(change.where) - MAX_LOCATIONS
    return ", ".join(first) + (f" and {others} more" if others > 0 else "")


def _format_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value_as_code(value: Any) -> str:
    return as_code(_format_value(value))


def _truncate_lines(lines: list[str]) -> str:
    """Drop the end of a report that is too long for a pull request, and say so."""
    length = 0
    for number, line in enumerate(lines):
        length += len(line) + 1
        if length > MAX_MARKDOWN:
            return "\n".join([*lines[:number], "", f"{len(lines) - number} more lines do not fit here."])
    return "\n".join(lines)
