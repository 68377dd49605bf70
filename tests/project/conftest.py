"""Fixtures of the tests of the project's tools: equal contracts are generated once in a test run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from scripts import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Generator = Callable[[generate.Api, dict[str, Any], Path, Path], None]


@pytest.fixture(scope="session")
def uncached_generator() -> Generator:
    """Return the function that runs the generator on a contract."""
    return generate.run_generator


@pytest.fixture(scope="session", autouse=True)
def _generate_once(tmp_path_factory: pytest.TempPathFactory, uncached_generator: Generator) -> Iterator[None]:
    """Reuse the generator's output for equal inputs, also between the workers of the run; formatting is repeated."""
    base = tmp_path_factory.getbasetemp()
    cache = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "generated_packages"
    cache.mkdir(exist_ok=True)

    def run_generator(api: generate.Api, contract: dict[str, Any], target: Path, templates: Path) -> None:
        saved = cache / hash_inputs(api, contract, templates)
        with FileLock(f"{saved}.lock"):
            if not saved.exists():
                uncached_generator(api, contract, target, templates)
                shutil.copytree(target, saved)
                return
        shutil.copytree(saved, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "run_generator", run_generator)
        yield


def hash_inputs(api: generate.Api, contract: dict[str, Any], templates: Path) -> str:
    """Return a digest of everything that determines the generator's output."""
    files = [generate.SETTINGS / f"{api.package}.yaml", *sorted(templates.rglob("*.jinja"))]
    texts = [str(api), json.dumps(contract), *(f"{file.name}\n{file.read_text('utf-8')}" for file in files)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
