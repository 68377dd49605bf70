"""Tests without I/O: models, flows, settings, errors, and calls from the first attempt to the result."""
