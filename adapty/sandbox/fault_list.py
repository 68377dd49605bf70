"""The faults that a sandbox is to have, and whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from random import Random
from threading import Lock

from attrs import Factory, define, field

from adapty._core.validate import kind_of
from adapty.errors import AdaptyConfigError
from adapty.sandbox.faults import Fault

__all__ = ["Faults"]


@define
class _Counted:
    """A fault, with what it has seen and done so far."""

    fault: Fault
    place: int
    seen: int = 0
    hits: int = 0
    # The position is part of the seed, so that two equal faults do not hit the same requests.
    _random: Random = field(
        init=False,
        default=Factory(lambda self: Random(f"{self.place} {self.fault}"), takes_self=True),  # noqa: S311 - no secret
    )

    @property
    def is_over(self) -> bool:
        return self.hits == self.fault.count

    def concerns(self, operation: str | None) -> bool:
        return self.fault.operations is None or operation in self.fault.operations

    def hits_now(self) -> bool:
        """Count a request that it concerns, and tell whether it is hit."""
        fault = self.fault
        self.seen += 1
        if fault.every is not None:
            hit = self.seen % fault.every == 0
        else:
            hit = fault.probability is None or self._random.random() < fault.probability
        self.hits += hit
        return hit


class Faults:
    """The faults that a sandbox has on demand, in the order in which they are asked; safe to share between threads.

    Going through them gives those that are not over.

    Args:
        configured: What there is from the start, and again after a reset: faults, or their text.

    Raises:
        AdaptyConfigError: One of them cannot be read; `field_name` says which.

    Example:
        >>> faults = Faults(["rate_limited;count=2"])
        >>> faults.add(Fault("drop_after", probability=0.05))
        >>> list(faults)
        [Fault.parse('rate_limited;count=2'), Fault.parse('drop_after;probability=0.05')]
        >>> faults.clear()
        >>> len(faults)
        0
    """

    def __init__(self, configured: Iterable[Fault | str] = ()) -> None:
        if isinstance(configured, str | Fault) or not isinstance(configured, Collection):
            raise AdaptyConfigError.for_field(
                "faults", f"is {kind_of(configured)}; expected faults, such as a list of them"
            )
        self._configured = tuple(_named(f"faults[{place}]", one) for place, one in enumerate(configured))
        self._lock = Lock()
        self._counted: list[_Counted] = []
        self._places = 0
        self.reset()

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter([counted.fault for counted in self._counted])

    def __len__(self) -> int:
        return len(self._counted)

    def add(self, fault: Fault | str) -> None:
        """Have one more, after those that there are.

        Args:
            fault: The fault, or its text, such as `rate_limited;retry_after=2;count=3`.

        Raises:
            AdaptyConfigError: It is none, or its text cannot be read.
        """
        added = _fault(fault)
        with self._lock:
            self._append(added)

    def clear(self) -> None:
        """Have none any more, those from the start too."""
        with self._lock:
            self._clear()

    def reset(self) -> None:
        """Have those from the start again, as if no request had come, and no other."""
        with self._lock:
            self._clear()
            for fault in self._configured:
                self._append(fault)

    def hit(self, operation: str | None) -> Fault | None:
        """Count a request, and return the fault that hits it, or None.

        Args:
            operation: The id of the requested operation, or None for an unknown path.
        """
        with self._lock:
            for counted in self._counted:
                if counted.concerns(operation) and counted.hits_now():
                    if counted.is_over:
                        self._counted.remove(counted)
                    return counted.fault
        return None

    def _append(self, fault: Fault) -> None:
        self._counted.append(_Counted(fault, self._places))
        self._places += 1

    def _clear(self) -> None:
        self._counted.clear()
        self._places = 0


def _fault(value: Fault | str) -> Fault:
    return value if isinstance(value, Fault) else Fault.parse(value)


def _named(name: str, value: Fault | str) -> Fault:
    try:
        return _fault(value)
    except AdaptyConfigError as error:
        raise error.prefixed(name) from None
