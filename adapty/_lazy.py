"""Lazy exports (PEP 562): a package's public names, each loaded when it is first used.

A package names its exports twice: in imports that only type checkers see, `from module import Name as Name`, and in the
table that it passes to `attach`, which is hidden from type checkers so that they reject unknown names. A test compares
the two.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["Exports", "attach"]


class Exports(NamedTuple):
    """What a package with lazy exports assigns to `__getattr__`, `__dir__` and `__all__`."""

    getattr: Callable[[str], Any]
    dir: Callable[[], list[str]]
    all: list[str]


def attach(
    package: str,
    names: Mapping[str, str],
    *,
    submodules: str = "",
    extra: str = "",
    required: Collection[str] = (),
) -> Exports:
    """Return a package's `__getattr__`, `__dir__` and `__all__`.

    Args:
        package: The package's `__name__`.
        names: Modules, relative to the package or absolute, with the names that each exports, separated by spaces.
        submodules: Public submodules, separated by spaces. They are attributes, but not in `__all__`.
        extra: The extra that the package needs, for the message when one of its distributions is missing.
        required: The top-level packages that the extra installs.
    """
    module_of = {name: module for module, exported in names.items() for name in exported.split()}
    modules = frozenset(submodules.split())

    def load(name: str) -> Any:
        if name in modules:
            return import_module(f"{package}.{name}")
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = module_of[name]
        try:
            value = getattr(import_module(module, package), name)
        except ModuleNotFoundError as missing:
            distribution = str(missing.name).partition(".")[0]
            if distribution not in required:
                raise
            message = f'{package} needs {distribution}; install it with: pip install "adapty[{extra}]"'
            raise ImportError(message, name=distribution) from missing
        setattr(sys.modules[package], name, value)
        return value

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *module_of, *modules})

    return Exports(load, list_names, sorted(module_of, key=_sort_key))


def _sort_key(name: str) -> tuple[int, str]:
    """Sort as linters do: constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)
