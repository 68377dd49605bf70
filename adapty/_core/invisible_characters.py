"""Find invisible characters in IDs: surrounding white space, and characters without a glyph.

One rule for imports, erasures, single calls and webhooks: such an ID is rejected and never changed silently. If one
place stripped it and another did not, it would identify two people.
"""

from __future__ import annotations

import unicodedata

__all__ = ["describe_invisible_character"]

_SPACE = " "

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Controls, format characters (zero width, bidi, soft hyphen, byte order mark, tags), and every kind of space."""

_VARIATION_SELECTORS = (*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(map(chr, _VARIATION_SELECTORS))
"""Characters that Unicode classifies as visible and no font draws: fillers, the Braille blank, variation selectors."""

_NAMES = {
    "\0": "NULL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
    "\ufeff": "BYTE ORDER MARK",
}
"""Names of characters without a Unicode name, and of the byte order mark, which has another one."""


def describe_invisible_character(text: str) -> str | None:
    """Return which character of an ID is invisible and where it is, or None.

    Spaces inside an ID are allowed. The ID itself is not quoted.

    Example:
        >>> describe_invisible_character("user 1"), describe_invisible_character("user_1 ")
        (None, 'ends with U+0020 SPACE')
    """
    if text.isascii() and text.isprintable() and text[:1] != _SPACE and text[-1:] != _SPACE:
        return None
    last = len(text) - 1
    for index, character in enumerate(text):
        if not _is_invisible(character) or (character == _SPACE and 0 < index < last):
            continue
        if index == 0:
            return f"starts with {_name(character)}"
        return f"ends with {_name(character)}" if index == last else f"has {_name(character)} at character {index + 1}"
    return None


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE_CATEGORIES or character in _BLANK_LETTERS


def _name(character: str) -> str:
    name = _NAMES.get(character) or unicodedata.name(character, "CONTROL CHARACTER")
    return f"U+{ord(character):04X} {name}"
