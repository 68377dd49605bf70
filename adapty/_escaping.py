"""Escape text from files, arguments and responses for terminals and logs."""

from __future__ import annotations

__all__ = ["escape_control"]


def escape_control(text: str, *, keep: str = "") -> str:
    r"""Return a text with each unprintable character escaped.

    These are control characters (C0, DEL, C1), format characters (zero-width, bidirectional), line and paragraph
    separators, unusual spaces, unassigned characters and lone surrogates.

    Args:
        text: The text.
        keep: Characters to leave as they are.

    Example:
        >>> print(escape_control("a\x1b[2J\u202eb\r\nc"))
        a\x1b[2J\u202eb\r\nc
        >>> print(escape_control("a\nb\x00", keep="\n"))
        a
        b\x00
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
