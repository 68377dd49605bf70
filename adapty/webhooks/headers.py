"""Read headers of any framework, and of a WSGI environment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from adapty._core.validation import type_name
from adapty.errors import AdaptyUsageError

__all__ = ["Headers", "header_values"]


class _HasItems(Protocol):
    def items(self) -> Iterable[tuple[Any, Any]]:
        """Give pairs of name and value."""


Headers = _HasItems | Iterable[tuple[str | bytes, Any]]
"""Headers as frameworks have them: a mapping or pairs, of text or bytes; a WSGI environment too."""


def header_values(headers: Headers, name: str) -> list[bytes]:
    """Return each value of a header, as it stood on the wire.

    Args:
        headers: The headers of a request.
        name: The header, in small letters.

    Raises:
        AdaptyUsageError: `headers` is nothing that headers could be read from.
    """
    in_wsgi = name.replace("-", "_")
    names = {name.encode(), in_wsgi.encode(), f"http_{in_wsgi}".encode()}
    found: list[bytes] = []
    try:
        pairs = headers.items() if hasattr(headers, "items") else headers
        for key, value in pairs:
            if _bytes(key).lower() in names:
                found += [_bytes(each) for each in value] if isinstance(value, list | tuple) else [_bytes(value)]
    except (TypeError, ValueError):
        expected = "expected a mapping of names to values, or pairs of them"
        raise AdaptyUsageError.for_field(
            "headers", f"is {type_name(headers)}, or holds something else; {expected}"
        ) from None
    return found


def _bytes(value: Any) -> bytes:
    """Give what stood on the wire: frameworks that have headers as text read them as Latin-1, or guess UTF-8."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise TypeError
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
