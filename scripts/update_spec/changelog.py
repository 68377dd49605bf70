"""The changelog's entry for what a new contract brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.spec_diff.text import as_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.spec_diff.compare import Change

__all__ = ["UNRELEASED", "with_entry"]

UNRELEASED = "## Unreleased\n\n"


def with_entry(changelog: str, title: str, found: Iterable[Change]) -> str:
    """Give the changelog with an entry on top of what is unreleased.

    Args:
        changelog: The text that there is.
        title: What the contract is of, such as `the Adapty Mail API`.
        found: The changes; those without meaning are not among them.

    Raises:
        ValueError: The changelog has no heading for what is unreleased.
    """
    if UNRELEASED not in changelog:
        message = "CHANGELOG.md has no heading ## Unreleased"
        raise ValueError(message)
    lines = [f"- The contract of {title} is the vendor's latest:"]
    lines += [f"  - {'breaking: ' if change.is_breaking else ''}{_line(change)}" for change in found]
    head, tail = changelog.split(UNRELEASED, 1)
    return f"{head}{UNRELEASED}{chr(10).join(lines)}\n{tail}"


def _line(change: Change) -> str:
    """Return the line for a change; what comes from the contract stands as code, where nothing links or mentions."""
    now = f", now {as_code(change.after)}" if isinstance(change.after, str) else ""
    where = f" ({as_code(', '.join(change.where))})" if change.where and change.element not in change.where else ""
    return f"{change.words}: {as_code(change.element)}{now}{where}"
