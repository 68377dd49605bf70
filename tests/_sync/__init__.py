# Generated from tests/_async/__init__.py by `make unasync`; do not edit.

"""Tests of the blocking client; scripts/unasync.py generates `tests/_sync` from them."""
