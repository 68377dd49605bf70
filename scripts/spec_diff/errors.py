"""What stops a comparison."""

from __future__ import annotations

import re

__all__ = ["CannotCompareError", "clipped"]


class CannotCompareError(Exception):
    """A contract that cannot be compared; the message is one line and names no secret."""


def clipped(text: str, length: int = 200) -> str:
    """Make one short line of a text."""
    line = re.sub(r"\s+", " ", text)
    return line if len(line) <= length else f"{line[:length]}..."
