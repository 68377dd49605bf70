"""What is told of the changes: as text for people, as Markdown for a pull request, as JSON for programs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.compare import Change
from scripts.spec_diff.errors import clipped
from scripts.spec_diff.rules import ADDITIVE, BREAKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


__all__ = ["FORMATS", "Report"]

LONGEST_LINE = 600
"""How many characters a line of the text has."""

LONGEST_CODE = 200
"""How many characters a piece of code in the Markdown has."""

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
    lines = [_line(f"{report.api}: {report.old} -> {report.new}"), report.counts]
    for heading, parts in report.parts():
        lines += ["", heading]
        for change, owes in parts:
            lines.append(_line(f"  {change.words}: {change.element}{_turned(change, _value)}"))
            if change.where != (change.element,):
                lines.append(_line(f"      in {_places(change)}"))
            lines += [_line(f"      owed: {debt}") for debt in owes]
    if report.owes:
        lines += ["", "The facade owes", *(_line(f"  {debt}") for debt in report.owes)]
    return "\n".join(lines)


def as_markdown(report: Report) -> str:
    """Say it for a pull request; what comes from a contract stands as code, where nothing is formatted or linked."""
    lines = [f"## Changes of the {_code(report.api)} contract", ""]
    lines += [f"{_code(report.old)} → {_code(report.new)}: {report.counts}"]
    for heading, parts in report.parts():
        items = [
            f"- {change.words}: {_code(change.element)}{_turned(change, lambda value: _code(_value(value)))}"
            + ("" if change.where == (change.element,) else f"\n  in {_code(_places(change))}")
            for change, _ in parts
        ]
        lines += ["", f"### {heading} ({len(parts)})", "", *items]
    if report.owes:
        lines += ["", "### The facade owes", "", *(f"- [ ] {_code(debt)}" for debt in report.owes)]
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


def _line(text: str) -> str:
    """Keep a text to one line without control characters; the spaces at its beginning stay."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text).rstrip()
    return shown if len(shown) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]}..."


def _code(text: str) -> str:
    """Show a text as code, in a fence of more backticks than stand together in it."""
    shown = clipped(_line(text).strip(), LONGEST_CODE)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padding = " " if "`" in shown or not shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _cut(lines: list[str]) -> str:
    """Leave out the end of what is too long for a pull request, and say so."""
    length = 0
    for number, line in enumerate(lines):
        length += len(line) + 1
        if length > LONGEST_MARKDOWN:
            return "\n".join([*lines[:number], "", f"And {len(lines) - number} more lines, which do not fit here."])
    return "\n".join(lines)
