"""Tests of the async client; scripts/unasync.py generates `tests/_sync` from them."""
