"""One sandbox for all tests of a process."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, Self

from adapty._core.validation import format_name, suggest_choice, type_name
from adapty.errors import AdaptyConfigError
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

__all__ = ["SharedSandbox"]


class SharedSandbox:
    """A sandbox that each test has to itself for a while.

    To start one costs little, to stop one a fifth of a second: too much for each test.

    Args:
        options: The arguments of `Sandbox`.

    Raises:
        AdaptyConfigError: They are not; the error names the fixture that gave them.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = _checked(options)
        self._sandbox = Sandbox(**self._options).start()
        self._port = int(self._sandbox.url.rpartition(":")[2])

    def running(self) -> Sandbox:
        """Give the sandbox; where a test has closed it, one that has its place and its address."""
        try:
            _ = self._sandbox.url
        except AdaptyConfigError:
            self._sandbox = Sandbox(**{**self._options, "port": self._port}).start()
        return self._sandbox

    def emptied(self) -> Sandbox:
        """Give the sandbox with nothing in it, as a new one."""
        sandbox = self.running()
        sandbox.reset()
        return sandbox

    def __enter__(self) -> Self:
        """Serve until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the sandbox."""
        self._sandbox.close()


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    try:
        given = dict(options)
    except (TypeError, ValueError):
        problem = f"gave {type_name(options)}; expected a dict of arguments of adapty.sandbox.Sandbox"
        raise AdaptyConfigError.for_field("adapty_sandbox_options", problem) from None
    known = tuple(signature(Sandbox).parameters)
    for name in given:
        if name not in known:
            shown = format_name(name)
            problem = f"{shown} is no argument of adapty.sandbox.Sandbox{suggest_choice(shown, known)}"
            raise AdaptyConfigError.for_field("adapty_sandbox_options", problem)
    return given
