"""Many records at once: from files or from a program to Adapty, nothing lost and nothing skipped in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.bulk._inputs.ids import ApiName as ApiName, KindName as KindName
    from adapty.bulk.erasing import async_erase as async_erase, erase as erase
    from adapty.bulk.importing import (
        async_import_all as async_import_all,
        async_import_events as async_import_events,
        async_import_profiles as async_import_profiles,
        import_all as import_all,
        import_events as import_events,
        import_profiles as import_profiles,
    )
    from adapty.bulk.options import (
        BulkOptions as BulkOptions,
        EraseOptions as EraseOptions,
        ImportOptions as ImportOptions,
    )
    from adapty.bulk.reports import (
        EraseReport as EraseReport,
        ImportReport as ImportReport,
        Progress as Progress,
    )
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._inputs.ids": "ApiName KindName",
            ".erasing": "async_erase erase",
            ".importing": """
                async_import_all async_import_events async_import_profiles import_all import_events
                import_profiles
            """,
            ".options": "BulkOptions EraseOptions ImportOptions",
            ".reports": "EraseReport ImportReport Progress",
        },
    )
