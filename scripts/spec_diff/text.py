"""Make text from a contract safe for terminals and Markdown: no extra lines, links, HTML or mentions."""

from __future__ import annotations

import re

from scripts.spec_diff.reading import truncate

__all__ = ["as_code", "one_line"]

MAX_LINE = 600
"""Characters per line of text."""

MAX_CODE = 200
"""Characters per piece of code."""


def one_line(text: str) -> str:
    """Return a text as one line without control and format characters; leading spaces stay."""
    line = "".join(letter if letter.isprintable() else " " for letter in text).rstrip()
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}..."


def as_code(text: str) -> str:
    """Return a text as Markdown code, in a fence with more backticks than the text has in a row."""
    line = truncate(one_line(text).strip(), MAX_CODE)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    padding = " " if "`" in line or not line else ""
    return f"{fence}{padding}{line}{padding}{fence}"
