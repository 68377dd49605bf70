"""Observers for tests."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from adapty.observer import CallFinished, CallStarted, Observer

__all__ = ["Recorder", "Refuser", "unfinished"]

E = TypeVar("E")


class Recorder(Observer):
    """Records all events in their order."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __getattribute__(self, name: str) -> Any:
        """Return the list's method for each of the hooks."""
        return self.events.append if name.startswith("on_") else super().__getattribute__(name)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


class Refuser(Observer):
    """Raises an exception with personal data for each event."""

    def __getattribute__(self, name: str) -> Any:
        """Return a function that raises for each of the hooks."""
        return _refuse if name.startswith("on_") else super().__getattribute__(name)


def _refuse(event: object) -> NoReturn:
    message = f"jane@example.com {event}"
    raise LookupError(message)


def unfinished(recorder: Recorder) -> list[CallStarted]:
    """Return the calls without an end; fail if a call ended twice."""
    ended = [event.call for event in recorder.of(CallFinished)]
    assert len(ended) == len(set(ended))
    return [call for call in recorder.of(CallStarted) if call not in ended]
