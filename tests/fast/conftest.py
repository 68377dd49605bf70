"""Fixtures of the tests of the fast transport."""

from __future__ import annotations

import pytest

from adapty.fast import fast_is_installed
from tests.fast.sending import Sender


@pytest.fixture(autouse=True)
def _needs_the_extra(request: pytest.FixtureRequest) -> None:
    """Skip the tests without the extra. CI installs it with `dev`."""
    if not fast_is_installed():
        pytest.skip("the extra `fast` is not installed")


@pytest.fixture
def sender() -> Sender:
    """Send as a transport of httpx."""
    return Sender()
