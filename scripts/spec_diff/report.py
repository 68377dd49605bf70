"""What is told of the changes: as text for people, as Markdown for a pull request, as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.compare import Change
from scripts.spec_diff.markdown import code, one_line
from scripts.spec_diff.rules import ADDITIVE, BREAKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


__all__ = ["FORMATS", "Report"]

MOST_PLACES = 8
"""How many places of one change are shown to people."""

LONGEST_MARKDOWN = 60_000
"""How many characters GitHub takes for the text of a pull request, and some to spare."""

_HEADINGS = {BREAKING: "Breaking", ADDITIVE: "Additive"}


@attrs.frozen
class Report:
    """Two contracts, the changes between them, and what the facade owes."""

    api: str
    old: str
    new: str
    changes: list[Change]
    owes: list[str]
    owes_by_change: list[list[str]]

    @property
    def is_breaking(self) -> bool:
        """Tell whether any change breaks callers."""
        return any(change.is_breaking for change in self.changes)

    @property
    def counts(self) -> str:
        """Say how many changes there are."""
        if not self.changes:
            return "no change"
        breaking = sum(change.is_breaking for change in self.changes)
        return f"{breaking} breaking, {len(self.changes) - breaking} additive"

    def parts(self) -> Iterator[tuple[str, list[tuple[Change, list[str]]]]]:
        """Give the changes with what is owed for each, under their headings."""
        both = list(zip(self.changes, self.owes_by_change, strict=True))
        for weight, heading in _HEADINGS.items():
            if chosen := [one for one in both if one[0].weight == weight]:
                yield heading, chosen


def as_json(report: Report) -> str:
    """Say it for programs."""
    told = {
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
                "owes": owes,
            }
            for change, owes in zip(report.changes, report.owes_by_change, strict=True)
        ],
        "owes": report.owes,
    }
    return json.dumps(told, indent=2)


def as_text(report: Report) -> str:
    """Say it for people, breaking changes first."""
    lines = [one_line(f"{report.api}: {report.old} -> {report.new}"), report.counts]
    for heading, parts in report.parts():
        lines += ["", heading]
        for change, owes in parts:
            lines.append(one_line(f"  {change.words}: {change.element}{_turned(change, _value)}"))
            if change.where != (change.element,):
                lines.append(one_line(f"      in {_places(change)}"))
            lines += [one_line(f"      owed: {debt}") for debt in owes]
    if report.owes:
        lines += ["", "The facade owes", *(one_line(f"  {debt}") for debt in report.owes)]
    return "\n".join(lines)


def as_markdown(report: Report) -> str:
    """Say it for a pull request; what comes from a contract stands as code, where nothing is formatted or linked."""
    lines = [f"## Changes of the {code(report.api)} contract", ""]
    lines += [f"{code(report.old)} → {code(report.new)}: {report.counts}"]
    for heading, parts in report.parts():
        items = [
            f"- {change.words}: {code(change.element)}{_turned(change, lambda value: code(_value(value)))}"
            + ("" if change.where == (change.element,) else f"\n  in {code(_places(change))}")
            for change, _ in parts
        ]
        lines += ["", f"### {heading} ({len(parts)})", "", *items]
    if report.owes:
        lines += ["", "### The facade owes", "", *(f"- [ ] {code(debt)}" for debt in report.owes)]
    return _cut(lines)


FORMATS: Mapping[str, Callable[[Report], str]] = {"text": as_text, "markdown": as_markdown, "json": as_json}
"""The ways of telling, by their names."""


def _turned(change: Change, show: Callable[[Any], str]) -> str:
    if change.before is None and change.after is None:
        return ""
    if change.before is None:
        return f", now {show(change.after)}"
    return f", was {show(change.before)}" + ("" if change.after is None else f", now {show(change.after)}")


def _places(change: Change) -> str:
    shown, left = change.where[:MOST_PLACES], len(change.where) - MOST_PLACES
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(lines: list[str]) -> str:
    """Leave out the end of what is too long for a pull request, and say so."""
    length = 0
    for number, line in enumerate(lines):
        length += len(line) + 1
        if length > LONGEST_MARKDOWN:
            return "\n".join([*lines[:number], "", f"And {len(lines) - number} more lines, which do not fit here."])
    return "\n".join(lines)
