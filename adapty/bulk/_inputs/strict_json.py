"""Decode JSON strictly: each key once in an object, and only numbers that can be encoded again."""

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
    """An object has a key twice.

    Attributes:
        name: The key.
    """

    def __init__(self, name: str) -> None:
        """Store the key."""
        super().__init__()
        self.name = name


def decode_json_ignoring(text: str, ignored: Collection[str]) -> Any:
    """Decode JSON whose outermost object can repeat the ignored keys.

    Raises:
        RepeatedKeyError: Another key is repeated.
        ValueError: It is not JSON, or has a number that cannot be encoded again.
        RecursionError: It is nested too deeply.
    """
    repeated: list[set[str]] = []

    def collect(pairs: _Pairs) -> dict[str, Any]:
        repeated.append({name for name, count in Counter(name for name, _ in pairs).items() if count > 1})
        return dict(pairs)

    decoded = _decoder(collect)(text)
    if isinstance(decoded, dict):  # the outermost object is the last one
        repeated[-1].difference_update(ignored)
    for names in repeated:
        if names:
            raise RepeatedKeyError(min(names))
    return decoded


def _strict_object(pairs: _Pairs) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) != len(pairs):
        raise RepeatedKeyError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return decoded


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _parse_finite(text: str) -> float:
    """Return a float; raise if it is infinite, which JSON cannot encode."""
    number = float(text)
    return number if math.isfinite(number) else _reject_constant(text)


def _decoder(create_object: Callable[[_Pairs], dict[str, Any]]) -> Callable[[str], Any]:
    return json.JSONDecoder(
        object_pairs_hook=create_object, parse_constant=_reject_constant, parse_float=_parse_finite
    ).decode


# Created once: json.loads with these arguments creates a decoder for every line.
decode_json = _decoder(_strict_object)
"""Decode JSON; raises the same errors as `decode_json_ignoring`."""
