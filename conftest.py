"""What the examples in docstrings run with: a client of the sandbox, in a folder of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _example(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each example `adapty`; other tests are left alone."""
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return
    tmp_path: Path = request.getfixturevalue("tmp_path")
    namespace: dict[str, Any] = request.getfixturevalue("doctest_namespace")
    with (
        pytest.MonkeyPatch.context() as patch,
        Sandbox() as sandbox,
        Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty,
    ):
        patch.chdir(tmp_path)
        namespace["adapty"] = adapty
        yield
