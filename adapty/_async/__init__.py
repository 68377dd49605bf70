"""The async client; `adapty/_sync` is made from it by scripts/unasync.py."""
