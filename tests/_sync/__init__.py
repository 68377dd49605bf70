# Generated from tests/_async/__init__.py by `make unasync`; do not edit.

"""Tests of the blocking client; `tests/_sync` is made from them by scripts/unasync.py."""
