"""Many records at once: from files or from a program to Adapty, nothing lost and nothing skipped in silence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapty.bulk.erasing import async_erase, erase
    from adapty.bulk.importing import (
        async_import_all,
        async_import_events,
        async_import_profiles,
        import_all,
        import_events,
        import_profiles,
    )
    from adapty.bulk.options import BulkOptions, EraseOptions, ImportOptions
    from adapty.bulk.reports import EraseReport, ImportReport, Progress

__all__ = [
    "BulkOptions",
    "EraseOptions",
    "EraseReport",
    "ImportOptions",
    "ImportReport",
    "Progress",
    "async_erase",
    "async_import_all",
    "async_import_events",
    "async_import_profiles",
    "erase",
    "import_all",
    "import_events",
    "import_profiles",
]

_HOMES = {
    "BulkOptions": "options",
    "EraseOptions": "options",
    "EraseReport": "erase_report",
    "ImportOptions": "options",
    "ImportReport": "report",
    "Progress": "progress",
    "async_erase": "erasing",
    "async_import_all": "importing",
    "async_import_events": "importing",
    "async_import_profiles": "importing",
    "erase": "erasing",
    "import_all": "importing",
    "import_events": "importing",
    "import_profiles": "importing",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"adapty.bulk.{_HOMES[name]}"), name)
