"""`Faults`: the faults of a sandbox, and which of them hits a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from random import Random
from threading import Lock

from attrs import Factory, define, field

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError
from adapty.sandbox._faults.model import Fault

__all__ = ["Faults"]


@define
class _ActiveFault:
    """A fault, with the requests it has seen and hit."""

    fault: Fault
    position: int
    seen: int = 0
    hits: int = 0
    # The position is part of the seed, so that two equal faults do not hit the same requests.
    _random: Random = field(
        init=False,
        default=Factory(lambda self: Random(f"{self.position} {self.fault}"), takes_self=True),  # noqa: S311
    )

    @property
    def is_exhausted(self) -> bool:
        return self.hits == self.fault.count

    def applies_to(self, operation: str | None) -> bool:
        return self.fault.operations is None or operation in self.fault.operations

    def count_request(self) -> bool:
        """Count a request that it applies to, and return whether it hits the request."""
        fault = self.fault
        self.seen += 1
        if fault.every is not None:
            hit = self.seen % fault.every == 0
        else:
            hit = fault.probability is None or self._random.random() < fault.probability
        self.hits += hit
        return hit


class Faults:
    """The faults of a sandbox, in their order; thread-safe.

    Iteration yields those that have not ended.

    Args:
        initial: The initial faults, or their text. `reset` restores them.

    Raises:
        AdaptyConfigError: A fault is invalid; `field_name` names it.

    Example:
        >>> faults = Faults(["rate_limited;count=2"])
        >>> faults.add(Fault("drop_after", probability=0.05))
        >>> list(faults)
        [Fault.parse('rate_limited;count=2'), Fault.parse('drop_after;probability=0.05')]
        >>> faults.clear()
        >>> len(faults)
        0
    """

    def __init__(self, initial: Iterable[Fault | str] = ()) -> None:
        if isinstance(initial, str | Fault) or not isinstance(initial, Collection):
            raise AdaptyConfigError.for_field("faults", f"must be a list of faults, not {type_name(initial)}")
        self._initial = tuple(_parse_item(f"faults[{index}]", fault) for index, fault in enumerate(initial))
        self._lock = Lock()
        self._active: list[_ActiveFault] = []
        self._next_position = 0
        self.reset()

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter([active.fault for active in self._active])

    def __len__(self) -> int:
        return len(self._active)

    def add(self, fault: Fault | str) -> None:
        """Add a fault after the existing ones.

        Args:
            fault: The fault, or its text, such as `rate_limited;retry_after=2;count=3`.

        Raises:
            AdaptyConfigError: The fault is invalid.
        """
        parsed = _parse(fault)
        with self._lock:
            self._append(parsed)

    def clear(self) -> None:
        """Remove all faults, including the initial ones."""
        with self._lock:
            self._clear()

    def reset(self) -> None:
        """Restore the initial faults with their counters at zero, and remove all others."""
        with self._lock:
            self._clear()
            for fault in self._initial:
                self._append(fault)

    def match(self, operation: str | None) -> Fault | None:
        """Count a request, and return the fault that hits it, or None.

        Args:
            operation: The id of the requested operation, or None for an unknown path.
        """
        with self._lock:
            for active in self._active:
                if active.applies_to(operation) and active.count_request():
                    if active.is_exhausted:
                        self._active.remove(active)
                    return active.fault
        return None

    def _append(self, fault: Fault) -> None:
        self._active.append(_ActiveFault(fault, self._next_position))
        self._next_position += 1

    def _clear(self) -> None:
        self._active.clear()
        self._next_position = 0


def _parse(value: Fault | str) -> Fault:
    return value if isinstance(value, Fault) else Fault.parse(value)


def _parse_item(name: str, value: Fault | str) -> Fault:
    try:
        return _parse(value)
    except AdaptyConfigError as error:
        raise error.prefixed(name) from None
