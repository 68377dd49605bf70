"""Goes through all values of two contracts side by side: each pair of schemas once, however often it is used.

What is found at a pair of schemas holds wherever that pair is used, so it is found once and told with all the places.
Schemas that hold themselves come to an end the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from scripts.spec_diff.errors import CannotCompareError
from scripts.spec_diff.schema import Schema
from scripts.spec_diff.schema_diff import Below, Found, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.spec_diff.normalize import Shapes
    from scripts.spec_diff.rules import Side

__all__ = ["Place", "Walk"]

MOST_PAIRS = 200_000
"""How many pairs of schemas are looked at."""

Key = tuple["Side", tuple[int, ...], tuple[int, ...]]


@attrs.frozen(order=True)
class Place:
    """Where in the requests and answers something stands; the number keeps the contract's order."""

    number: int
    operation: str
    part: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.part}" if self.part else self.operation


@attrs.define
class _Pair:
    """Two schemas, where they stand, and what differs between them."""

    old: Schema
    new: Schema
    element: str
    places: set[Place] = attrs.field(factory=set)
    above: set[Key] = attrs.field(factory=set)
    found: list[Found] = attrs.field(factory=list)


class Walk:
    """The pairs of schemas of two contracts."""

    def __init__(self, old: Shapes, new: Shapes) -> None:
        self._values = {side: Values(side, old, new) for side in ("request", "response")}
        self._pairs: dict[Key, _Pair] = {}
        self._waiting: list[Key] = []

    def start(self, side: Side, old: Schema, new: Schema, element: str, place: Place) -> None:
        """Have two schemas compared that stand at a place."""
        self._pairs[self._known(side, old, new, element)].places.add(place)

    def findings(self) -> Iterator[tuple[Side, Found, set[Place]]]:
        """Compare all that waits, and give what differs with the places that it touches."""
        index = 0
        while index < len(self._waiting):
            if index == MOST_PAIRS:
                raise CannotCompareError(f"the contracts come to more than {MOST_PAIRS} parts to compare")
            self._look_at(self._waiting[index])
            index += 1
        for key, pair in self._pairs.items():
            if pair.found:
                places = self._places(key)
                yield from ((key[0], found, places) for found in pair.found)

    def _known(self, side: Side, old: Schema, new: Schema, element: str) -> Key:
        key = (side, old.key, new.key)
        if key not in self._pairs:
            self._pairs[key] = _Pair(old, new, element)
            self._waiting.append(key)
        return key

    def _look_at(self, key: Key) -> None:
        pair = self._pairs[key]
        for one in self._values[key[0]].differences(pair.old, pair.new, pair.element):
            if isinstance(one, Below):
                below = self._known(key[0], one.old, one.new, one.element)
                self._pairs[below].above.add(key)
            else:
                pair.found.append(one)

    def _places(self, key: Key) -> set[Place]:
        """Give the places that a pair is reached from."""
        places: set[Place] = set()
        seen = {key}
        waiting = [key]
        while waiting:
            pair = self._pairs[waiting.pop()]
            places |= pair.places
            waiting += pair.above - seen
            seen |= pair.above
        return places
