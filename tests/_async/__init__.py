"""Tests of the async client; `tests/_sync` is made from them by scripts/unasync.py."""
