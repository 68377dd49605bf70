"""Decodes JSON strictly: each key once in an object, and only numbers that can be written as JSON again."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["RepeatedKeyError", "decode_json", "decode_json_ignoring"]

_Pairs = list[tuple[str, Any]]


class RepeatedKeyError(ValueError):
    """A key stands twice in one object.

    Attributes:
        name: The key.
    """

    def __init__(self, name: str) -> None:
        """Keep the key."""
        super().__init__()
        self.name = name


def decode_json_ignoring(text: str, ignored: Collection[str]) -> Any:
    """Decode JSON, in which the ignored keys of the outermost object may be repeated.

    Raises:
        RepeatedKeyError: Another key is repeated.
        ValueError: It is not JSON, or JSON cannot carry what it holds.
        RecursionError: It is nested too deep.
    """
    repeated: list[set[str]] = []

    def hold(pairs: _Pairs) -> dict[str, Any]:
        repeated.append({name for name, count in Counter(name for name, _ in pairs).items() if count > 1})
        return dict(pairs)

    decoded = _decoder(hold)(text)
    if isinstance(decoded, dict):  # the outermost object is the last one to be made
        repeated[-1].difference_update(ignored)
    for names in repeated:
        if names:
            raise RepeatedKeyError(min(names))
    return decoded


def _hold(pairs: _Pairs) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise RepeatedKeyError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return held


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _read_finite(text: str) -> float:
    """Refuse a number that JSON can spell and a double cannot hold: written again, it would not be JSON."""
    number = float(text)
    return number if math.isfinite(number) else _refuse_constant(text)


def _decoder(hold: Callable[[_Pairs], dict[str, Any]]) -> Callable[[str], Any]:
    return json.JSONDecoder(object_pairs_hook=hold, parse_constant=_refuse_constant, parse_float=_read_finite).decode


# Made once: json.loads with these arguments makes a new one for every line.
decode_json = _decoder(_hold)
"""Decode JSON; raises what `decode_json_ignoring` does."""
