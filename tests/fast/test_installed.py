"""Without the extra, and before it is needed."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapty.fast import AsyncFastTransport, FastTransport, fast_is_installed

WITHOUT = """
import sys
sys.modules["pyreqwest"] = None
"""


def python(code: str) -> str:
    """Run a snippet in an interpreter of its own and give what it prints."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_asking_loads_nothing() -> None:
    """Importing the module and asking whether it works costs no import of pyreqwest."""
    code = (
        "import sys; from adapty.fast import fast_is_installed; print(fast_is_installed(), 'pyreqwest' in sys.modules)"
    )

    assert python(code) == "True False\n"


@pytest.mark.parametrize("transport", [AsyncFastTransport, FastTransport])
def test_without_the_extra_the_way_to_it_is_told(transport: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transports can be imported, and say what to install when one is made."""
    monkeypatch.setattr("adapty.fast.installed._PACKAGE", "pyreqwest_that_is_not_there")

    assert not fast_is_installed()
    name = transport.__name__
    expected = rf'^{name} needs pyreqwest_that_is_not_there; install it with: pip install "adapty\[fast\]"$'
    with pytest.raises(ImportError, match=expected) as caught:
        transport()
    assert caught.value.name == "pyreqwest_that_is_not_there"


def test_a_package_that_is_blocked_counts_as_missing() -> None:
    """`None` in sys.modules is how tests of users' own hide a package."""
    assert python(WITHOUT + "from adapty.fast import fast_is_installed; print(fast_is_installed())") == "False\n"


@pytest.mark.parametrize("transport", ["FastTransport", "AsyncFastTransport"])
def test_threads_that_come_and_go_can_make_transports(transport: str) -> None:
    """A worker of a web server is started, stopped and started again, each time in another thread."""
    code = f"""
from threading import Thread
import httpx
from adapty.fast import {transport}
from adapty.sandbox import Sandbox
from tests.fast.sending import Sender, request_on

sender = Sender("async" if "Async" in "{transport}" else "blocking")
with Sandbox() as sandbox:
    for _ in range(10):
        asking = lambda: print(sender.outcome(sender.fast(), request_on(sandbox.url, method="GET")).status_code)
        thread = Thread(target=asking)
        thread.start()
        thread.join()
"""

    assert python(code) == "404\n" * 10


def test_what_cannot_be_loaded_is_told_to_the_thread_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is broken does not leave the thread waiting."""

    def fail(name: str) -> None:
        raise ImportError(f"{name} is broken")

    monkeypatch.delitem(sys.modules, "pyreqwest", raising=False)
    monkeypatch.setattr("adapty.fast.installed.import_module", fail)
    with ThreadPoolExecutor(1) as other, pytest.raises(ImportError, match="pyreqwest is broken"):
        other.submit(FastTransport).result()
