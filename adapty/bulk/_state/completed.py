"""The set of completed records of a run; the dispatcher completes them out of order."""

from __future__ import annotations

import zlib
from typing import Self

from adapty.errors import AdaptyUsageError

__all__ = ["CompletedSet"]

_CHUNK = 8192
"""The number of records for which memory is allocated, and freed once all of them are completed."""

_NUMBER_BYTES = 8


class CompletedSet:
    """A set of record numbers, which are added nearly in order. Adding one again has no effect.

    It has one byte for each record between the watermark and the highest number, so its size does not depend on the
    number of records.

    Attributes:
        watermark: The lowest number that is not completed.

    Example:
        >>> completed = CompletedSet()
        >>> for number in (0, 1, 3):
        ...     completed.add(number)
        >>> completed.watermark, completed.out_of_order, 3 in completed, 2 in completed
        (2, 1, True, False)
        >>> completed.add(2)
        >>> completed.watermark, completed.out_of_order
        (4, 0)
    """

    __slots__ = ("_flags", "_start", "watermark")

    def __init__(self, watermark: int = 0) -> None:
        """Create the set of all numbers below the watermark."""
        self.watermark = watermark
        self._start = watermark
        # One byte for each number from _start on. The last one is always 0, so that the next gap is always found.
        self._flags = bytearray(_CHUNK)

    def add(self, number: int) -> None:
        """Add a record, counted from 0, that was accepted or rejected."""
        if number < self.watermark:
            return
        flags, offset = self._flags, number - self._start
        if offset >= len(flags) - 1:
            flags.extend(bytes(offset - len(flags) + 1 + _CHUNK))
        flags[offset] = 1
        if number == self.watermark:
            gap = flags.find(0, offset)
            self.watermark = self._start + gap
            if gap >= _CHUNK:
                del flags[:gap]
                self._start = self.watermark

    def __contains__(self, number: int) -> bool:
        if number < self.watermark:
            return True
        offset = number - self._start
        return offset < len(self._flags) and self._flags[offset] == 1

    @property
    def out_of_order(self) -> int:
        """How many records above the watermark are completed."""
        return self._flags.count(1, self.watermark - self._start)

    def to_bytes(self) -> bytes:
        """Return the set as a few bytes."""
        above = self._flags[self.watermark - self._start :].rstrip(b"\0")
        return zlib.compress(self.watermark.to_bytes(_NUMBER_BYTES) + above, 1)

    @classmethod
    def from_bytes(cls, saved: bytes) -> Self:
        """Return the set that `to_bytes` saved.

        Raises:
            AdaptyUsageError: The bytes are invalid.
        """
        try:
            content = zlib.decompress(saved)
        except zlib.error:
            raise AdaptyUsageError("the set of completed records cannot be read") from None
        completed = cls(int.from_bytes(content[:_NUMBER_BYTES]))
        completed._flags[:0] = content[_NUMBER_BYTES:]
        return completed
