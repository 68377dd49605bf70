"""Which paths are the sandbox's own."""

from __future__ import annotations

__all__ = ["INSIDE"]

INSIDE = "/_sandbox/"
"""Where the sandbox itself is looked into; requests to it are not logged, and never fail on demand."""
