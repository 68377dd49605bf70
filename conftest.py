"""Fixtures of the tests and of the examples in docstrings: one sandbox, and a client of it for each example."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# doctest does not support await. The same examples run in adapty/_sync, which is generated from these files.
collect_ignore_glob = ["adapty/_async/*"]


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
    """Serve one sandbox to all tests."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _example(request: pytest.FixtureRequest) -> Iterator[None]:
    """Provide each docstring example with `client`, its empty sandbox, and a working directory of its own."""
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return
    sandbox: Sandbox = request.getfixturevalue("running_sandbox")
    sandbox.reset()
    tmp_path: Path = request.getfixturevalue("tmp_path")
    namespace: dict[str, Any] = request.getfixturevalue("doctest_namespace")
    with (
        pytest.MonkeyPatch.context() as patch,
        Adapty(
            sandbox.secret_key, mail_secret_key=sandbox.mail_key, base_url=sandbox.url, mail_base_url=sandbox.url
        ) as client,
    ):
        patch.chdir(tmp_path)
        namespace.update(client=client, adapty_sandbox=sandbox)
        yield


def pytest_collection_finish() -> None:
    """Exclude the objects loaded so far from garbage collection: traversing them takes longer than most tests."""
    gc.collect()
    gc.freeze()
