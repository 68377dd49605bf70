"""Which records of a run have been handled, when lanes finish them out of order."""

from __future__ import annotations

import zlib
from typing import Self

from adapty.errors import AdaptyUsageError

__all__ = ["CompletedSet"]

_MORE = 8192
"""Records at a time that room is made for, and that are let go of once all of them are handled."""

_NUMBER_BYTES = 8


class CompletedSet:
    """A set of record numbers that are added nearly in order, each at any time, and again without effect.

    It keeps one byte for each record between the watermark and the highest number, so its size follows how far the
    lanes are apart, not how many records there are.

    Attributes:
        watermark: All numbers below it are handled, and it is not.

    Example:
        >>> handled = CompletedSet()
        >>> for number in (0, 1, 3):
        ...     handled.add(number)
        >>> handled.watermark, handled.out_of_order, 3 in handled, 2 in handled
        (2, 1, True, False)
        >>> handled.add(2)
        >>> handled.watermark, handled.out_of_order
        (4, 0)
    """

    __slots__ = ("_flags", "_start", "watermark")

    def __init__(self, watermark: int = 0) -> None:
        """Begin with all numbers below the watermark."""
        self.watermark = watermark
        self._start = watermark
        # One byte for each number from _start on. The last one is always 0, so that the next gap is always found.
        self._flags = bytearray(_MORE)

    def add(self, number: int) -> None:
        """Note that a record, counted from 0, was accepted or refused."""
        if number < self.watermark:
            return
        flags, place = self._flags, number - self._start
        if place >= len(flags) - 1:
            flags.extend(bytes(place - len(flags) + 1 + _MORE))
        flags[place] = 1
        if number == self.watermark:
            gap = flags.find(0, place)
            self.watermark = self._start + gap
            if gap >= _MORE:
                del flags[:gap]
                self._start = self.watermark

    def __contains__(self, number: int) -> bool:
        if number < self.watermark:
            return True
        place = number - self._start
        return place < len(self._flags) and self._flags[place] == 1

    @property
    def out_of_order(self) -> int:
        """How many records at or above the watermark are handled."""
        return self._flags.count(1, self.watermark - self._start)

    def to_bytes(self) -> bytes:
        """Give it as a few bytes, to be saved."""
        ahead = self._flags[self.watermark - self._start :].rstrip(b"\0")
        return zlib.compress(self.watermark.to_bytes(_NUMBER_BYTES) + ahead, 1)

    @classmethod
    def from_bytes(cls, saved: bytes) -> Self:
        """Make it from what `to_bytes` gave.

        Raises:
            AdaptyUsageError: It gave something else.
        """
        try:
            noted = zlib.decompress(saved)
        except zlib.error:
            raise AdaptyUsageError("what is noted of the handled records cannot be read") from None
        handled = cls(int.from_bytes(noted[:_NUMBER_BYTES]))
        handled._flags[:0] = noted[_NUMBER_BYTES:]
        return handled
