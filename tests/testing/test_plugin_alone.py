"""The plugin in a process of its own: what it costs, and what it needs."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.testing.conftest import Project

pytest_plugins = ["pytester"]

HEAVY = ("asyncio", "attr", "dateutil", "httpx", "jsonschema", "starlette", "uvicorn", "adapty.config", "adapty.models")


def python(program: str) -> str:
    """Run a program in an interpreter of its own and give what it prints."""
    command = [sys.executable, "-W", "error", "-c", dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_loading_the_plugin_loads_nothing_else() -> None:
    """Beyond what pytest itself needs; each run of each project loads it."""
    program = f"""
        import sys
        import pytest
        before = set(sys.modules)
        import adapty.testing.plugin
        loaded = set(sys.modules) - before
        print(sorted(set({HEAVY!r}) & loaded), len(loaded) < 12)
    """

    assert python(program) == "[] True\n"


def test_assertions_load_neither_pytest_nor_the_sandbox() -> None:
    """So that test modules import them quickly, with any test runner, and without the extra."""
    program = """
        import sys
        import adapty.testing
        for name in adapty.testing.__all__:
            getattr(adapty.testing, name)
        print(sorted({"httpx", "jsonschema", "pytest", "starlette", "uvicorn"} & set(sys.modules)))
    """

    assert python(program) == "[]\n"


def test_unused_plugin_costs_nothing(project: Project) -> None:
    """Its run loads nothing heavier, warns of nothing and adds nothing."""
    ran = project.run(
        f"""
        import sys

        def test_it(request):
            assert request.config.pluginmanager.has_plugin("adapty")
            assert not set({HEAVY[3:]!r}) & set(sys.modules)
        """,
        *("-p", "no:anyio", "-p", "no:xdist"),
        apart=True,
    )

    ran.assert_outcomes(passed=1)


def test_missing_extra_is_reported(project: Project) -> None:
    """Only tests that use the sandbox fail, each saying in one line how to get it."""
    project.conftest(
        """
        import sys

        sys.modules["starlette"] = sys.modules["uvicorn"] = sys.modules["jsonschema"] = None
        """,
    )
    ran = project.run(
        """
        import pytest
        from adapty.testing import assert_flow

        def test_other():
            pass

        def test_sandbox(adapty_sandbox):
            pass

        def test_client(adapty_client):
            pass
        """,
        apart=True,
    )

    ran.assert_outcomes(passed=1, errors=2)
    line = 'adapty.sandbox needs *; install it with: pip install "adapty?sandbox?"'
    for name in ("sandbox", "client"):
        ran.stdout.fnmatch_lines([f"*ERROR at setup of test_{name}*", line], consecutive=True)


def test_broken_installation_is_reported_unmodified(project: Project) -> None:
    """The error is not attributed to the extra."""
    project.conftest('import sys; sys.modules["adapty.sandbox._mail.store"] = None')
    ran = project.run("def test_sandbox(adapty_sandbox): pass", apart=True)

    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["E*ModuleNotFoundError: import of adapty.sandbox._mail.store halted*"])


def test_plugin_can_be_disabled(project: Project) -> None:
    """By its name; and asked for where plugins do not load by themselves."""
    text = "def test_sandbox(adapty_sandbox): pass"

    project.run(text, "-p", "no:adapty", apart=True).assert_outcomes(errors=1)
    project.run(text, "--disable-plugin-autoload", "-p", "adapty", apart=True).assert_outcomes(passed=1)


@pytest.mark.parametrize("plugins", ['["adapty"]', '"adapty.testing"'])
def test_plugin_can_be_named_in_a_conftest(project: Project, plugins: str) -> None:
    """It is there already."""
    project.conftest(f"pytest_plugins = {plugins}")

    project.run("def test_sandbox(adapty_sandbox): pass", apart=True).assert_outcomes(passed=1)


def test_workers_have_their_own_sandbox(project: Project) -> None:
    """Each worker of pytest-xdist has a sandbox of its own."""
    pytest.importorskip("xdist")
    ran = project.run(
        """
        import pytest
        from adapty.testing import assert_requests

        @pytest.mark.parametrize("turn", range(12))
        def test_one_of_many(adapty_client, adapty_sandbox, turn):
            for number in range(5):
                adapty_client.profiles.create(customer_user_id=f"user_{number}")
            assert_requests(adapty_sandbox, "createProfile", count=5)
        """,
        *("-n", "2"),
        apart=True,
    )

    ran.assert_outcomes(passed=12)
