"""Tests of what does no I/O: records, flows, settings, errors, and a call from its first try to its result."""
