"""Without the extra, and before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adapty.fast import AsyncFastTransport, fast_is_installed

WITHOUT = """
import sys
sys.modules["aiohttp"] = None
"""


def python(code: str) -> str:
    """Run a snippet in an interpreter of its own and return what it prints."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_fast_is_installed_imports_nothing() -> None:
    """Importing the module and asking whether it works does not import aiohttp."""
    code = "import sys; from adapty.fast import fast_is_installed; print(fast_is_installed(), 'aiohttp' in sys.modules)"

    assert python(code) == "True False\n"


def test_missing_extra_error_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport can be imported, and says what to install when one is created."""
    monkeypatch.setattr("adapty.fast._transport._PACKAGE", "aiohttp_that_is_not_there")

    assert not fast_is_installed()
    expected = r'^AsyncFastTransport needs aiohttp_that_is_not_there; install it with: pip install "adapty\[fast\]"$'
    with pytest.raises(ImportError, match=expected) as caught:
        AsyncFastTransport()
    assert caught.value.name == "aiohttp_that_is_not_there"


def test_blocked_package_counts_as_missing() -> None:
    """`None` in sys.modules is how tests of users' own hide a package."""
    assert python(WITHOUT + "from adapty.fast import fast_is_installed; print(fast_is_installed())") == "False\n"
