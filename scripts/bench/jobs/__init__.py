"""What is measured: each job runs in a process of its own, and loads there what it needs and nothing else.

A job is a context manager: it takes the server's address, and gives what prepares a number of records. What that
returns does the work, and is what is measured.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Prepare"]

Prepare = Callable[[int], Callable[[], object]]
"""Gets so many records ready, unmeasured, and gives what sends them."""
