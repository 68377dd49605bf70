"""The changelog entry for a new contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.spec_diff.text import as_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.spec_diff.compare import Change

__all__ = ["UNRELEASED", "add_entry"]

UNRELEASED = "## Unreleased\n\n"


def add_entry(changelog: str, title: str, changes: Iterable[Change]) -> str:
    """Return the changelog with a new entry under Unreleased.

    Args:
        changelog: The text of the changelog.
        title: The API, such as `the Adapty Mail API`.
        changes: The changes.

    Raises:
        ValueError: The changelog has no heading Unreleased.
    """
    if UNRELEASED not in changelog:
        message = "CHANGELOG.md has no heading ## Unreleased"
        raise ValueError(message)
    lines = [f"- The contract of {title} is updated:"]
    lines += [f"  - {'breaking: ' if change.is_breaking else ''}{_line(change)}" for change in changes]
    head, tail = changelog.split(UNRELEASED, 1)
    return f"{head}{UNRELEASED}{chr(10).join(lines)}\n{tail}"


def _line(change: Change) -> str:
    """Return the line of a change; text from the contract is code, without links and mentions."""
    now = f", now {as_code(change.after)}" if isinstance(change.after, str) else ""
    where = f" ({as_code(', '.join(change.where))})" if change.where and change.element not in change.where else ""
    return f"{change.words}: {as_code(change.element)}{now}{where}"
