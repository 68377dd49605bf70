"""Many records at once: from files to Adapty, nothing lost and nothing skipped in silence."""

from adapty.bulk.importing import ImportReport, Progress, import_base

__all__ = ["ImportReport", "Progress", "import_base"]
