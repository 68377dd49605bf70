"""Notifies observers. No observer can break what it observes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from adapty.observer import Observer

__all__ = ["Observers"]

logger = logging.getLogger("adapty")


class Observers:
    """The observers of a client or a receiver."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = tuple(observers)
        self._failed: set[int] = set()

    @classmethod
    def from_argument(cls, observer: Observer | Sequence[Observer] | None) -> Observers | None:
        """Validate the argument `observer`; return None if there is nothing to notify.

        Raises:
            AdaptyConfigError: It is not an observer or a list of observers, or a method of one is async.
        """
        if observer is None:
            return None
        from adapty.observer import Observer  # noqa: PLC0415 - most clients have no observer

        observers: Sequence[Any] = observer if isinstance(observer, Sequence) else [observer]
        for each in observers:
            if not isinstance(each, Observer):
                expected = "expected an instance of a subclass of adapty.observer.Observer, or a list of them"
                raise AdaptyConfigError.for_field("observer", f"is {type_name(each)}; {expected}")
            for name in vars(Observer):
                if name.startswith("on_") and iscoroutinefunction(getattr(each, name)):
                    problem = f"has an async method {name}; expected one that is not async"
                    raise AdaptyConfigError.for_field("observer", problem)
        return cls(observers) if observers else None

    def notify(self, method: str, event: Any) -> None:
        """Call a method of each observer. Log the first exception of each, without its values."""
        for index, observer in enumerate(self._observers):
            try:
                getattr(observer, method)(event)
            except Exception as error:  # noqa: BLE001 - whatever an observer raises
                if index not in self._failed:
                    self._failed.add(index)
                    names = type(observer).__name__, method, type(error).__name__
                    logger.error("observer %s: %s raised %s; its next errors are not logged", *names)  # noqa: TRY400 - frames contain values
