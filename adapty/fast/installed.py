"""Whether the extra `fast` is there, and how it is loaded."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from threading import Event, Lock, Thread, current_thread, main_thread

__all__ = ["fast_is_installed", "load"]

_PACKAGE = "pyreqwest"


def fast_is_installed() -> bool:
    """Tell whether the transports of `adapty.fast` can be made; nothing is loaded for that.

    Example:
        >>> fast_is_installed()
        True
    """
    return find_spec(_PACKAGE) is not None


_loading = Lock()


def load(name: str) -> None:
    """Load pyreqwest, for what is being made.

    It is never loaded by a thread that may end: once that has ended, pyreqwest (0.15) takes the whole process down with
    it when another thread makes a client.

    Args:
        name: What is being made.

    Raises:
        ImportError: The extra is not installed, or not whole.
    """
    if not fast_is_installed():
        message = f'{name} needs {_PACKAGE}; install it with: pip install "adapty[fast]"'
        raise ImportError(message, name=_PACKAGE)
    with _loading:
        if _PACKAGE in sys.modules:
            return
        if current_thread() is main_thread():
            import_module(_PACKAGE)
        else:
            _load_in_a_thread_that_stays()


def _load_in_a_thread_that_stays() -> None:
    tried = Event()
    problems: list[BaseException] = []

    def stay() -> None:
        try:
            import_module(_PACKAGE)
        except BaseException as problem:  # noqa: BLE001 - raised by who asked
            problems.append(problem)
        tried.set()
        if not problems:
            Event().wait()

    Thread(target=stay, name="adapty-fast", daemon=True).start()
    tried.wait()
    if problems:
        raise problems.pop()
