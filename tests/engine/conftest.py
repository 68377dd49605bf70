"""Fixtures for tests of the engine."""

from tests.loose_ends import no_loose_ends

__all__ = ["no_loose_ends"]
