"""Text from a contract, made safe for a terminal and for Markdown: it cannot forge lines, links, HTML or mentions."""

from __future__ import annotations

import re

from scripts.spec_diff.errors import clipped

__all__ = ["code", "one_line"]

LONGEST_LINE = 600
"""How many characters a line of text has."""

LONGEST_CODE = 200
"""How many characters a piece of code has."""


def one_line(text: str) -> str:
    """Return a text as one line without control and format characters; the spaces at its beginning stay."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text).rstrip()
    return shown if len(shown) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]}..."


def code(text: str) -> str:
    """Return a text as Markdown code, in a fence of more backticks than stand together in it."""
    shown = clipped(one_line(text).strip(), LONGEST_CODE)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padding = " " if "`" in shown or not shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}"
