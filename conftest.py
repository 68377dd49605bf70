"""Fixtures of the tests and of the examples in docstrings: one sandbox, and a client of it for each example."""

from __future__ import annotations

import gc
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty
from adapty._rate_limits import without_limits
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# doctest does not support await. The same examples run in adapty/_sync, which is generated from these files.
collect_ignore_glob = ["adapty/_async/*"]

# httpcore tries to import sniffio, which is not installed, several times for each request.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]


PACKAGE = Path(__file__).parent / "adapty"

ACCESS_LEVELS = ("gold", "silver", "open", "life", "past", "late")
"""The access levels of the shared sandbox, besides the default one."""


@pytest.fixture(scope="session", autouse=True)
def _default_sigint_handler() -> Iterator[None]:
    """Handle SIGINT as in a terminal, also where it is ignored at the start (`nohup make test &`).

    Child processes inherit an ignored signal, but not a handler: they start with the default action.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Serve one sandbox to all tests. Its app has more access levels than the default one."""
    with Sandbox(access_levels={f"{level}_yearly": level for level in ACCESS_LEVELS}) as sandbox:
        yield sandbox


@pytest.fixture
def _example(running_sandbox: Sandbox, tmp_path: Path, doctest_namespace: dict[str, Any]) -> Iterator[None]:
    """Provide a docstring example with `client`, its empty sandbox, and a working directory of its own."""
    running_sandbox.reset()
    with (
        pytest.MonkeyPatch.context() as patch,
        Adapty(
            running_sandbox.secret_key,
            public_key=running_sandbox.public_key,
            mail_secret_key=running_sandbox.mail_key,
            base_url=running_sandbox.url,
            mail_base_url=running_sandbox.url,
            admin_base_url=running_sandbox.url,
        ) as client,
    ):
        patch.chdir(tmp_path)
        patch.setattr("adapty._sync.transport.LIMITS", without_limits())
        doctest_namespace.update(client=client, adapty_sandbox=running_sandbox)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the docstring examples use `_example`. An autouse fixture would cost each of the other tests time."""
    for item in items:
        if isinstance(item, pytest.DoctestItem):
            item.fixturenames.append("_example")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Ignore modules of the package without examples: importing them, matplotlib included, takes time."""
    is_module = collection_path.suffix == ".py" and collection_path.is_relative_to(PACKAGE)
    return True if is_module and ">>>" not in collection_path.read_text("utf-8") else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without garbage collection, and exclude what is loaded from it: it takes longer than most tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000)
        gc.enable()
