"""The measured jobs. Each runs in its own process and imports only what it needs.

A job is a context manager: it takes the address of the server and yields a function that prepares a number of records.
That function returns the work to measure.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Prepare"]

Prepare = Callable[[int], Callable[[], object]]
"""Prepares a number of records, not measured, and returns a function that sends them."""
