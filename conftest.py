"""What tests and the examples in docstrings share: one sandbox, and for each example a client of it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# doctest knows no await; the same examples run in adapty/_sync, which is made from these files.
collect_ignore_glob = ["adapty/_async/*"]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Serve one sandbox to all tests."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _example(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run each docstring example with a `client` of an empty sandbox, in its own folder; leave other tests alone."""
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
    """Leave what was loaded by now to itself: a search through all of it takes longer than most tests do."""
    gc.collect()
    gc.freeze()
