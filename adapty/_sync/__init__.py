# Generated from adapty/_async/__init__.py by `make unasync`; do not edit.

"""The blocking client; `adapty/_sync` is made from it by scripts/unasync.py."""
