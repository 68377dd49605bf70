"""What the tests of the fast transports share."""

from __future__ import annotations

import pytest

from adapty.fast import fast_is_installed
from tests.fast.sending import Sender


@pytest.fixture(autouse=True)
def _needs_the_extra(request: pytest.FixtureRequest) -> None:
    """Skip where there is nothing to test; `dev` installs it, so that this is never so in CI."""
    if not fast_is_installed():
        pytest.skip("the extra `fast` is not installed")


@pytest.fixture
def sender() -> Sender:
    """Send as a transport of httpx."""
    return Sender()
