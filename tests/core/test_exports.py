"""What `import adapty` gives: the public names, all of them, each when it is first asked for."""

from __future__ import annotations

import inspect
import subprocess
import sys
import types

import pytest

import adapty
from adapty import _HOMES

HEAVY = {
    "adapty_generated",
    "asyncio",
    "attr",
    "attrs",
    "dateutil",
    "httpx",
    "jsonschema",
    "rich",
    "starlette",
    "typer",
}


def python(code: str) -> str:
    """Run a snippet in an interpreter of its own and give what it prints."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def order(name: str) -> tuple[int, str]:
    """Sort as the linter does: constants, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_the_public_names_are_sorted_and_unique() -> None:
    """`__all__` has each name once, in the linter's order."""
    assert adapty.__all__ == sorted(set(adapty.__all__), key=order)


@pytest.mark.parametrize("name", adapty.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """Each public name can be had, is the same object each time, and says what it is."""
    value = getattr(adapty, name)
    assert getattr(adapty, name) is value
    assert not isinstance(value, types.ModuleType)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__name__ == name
        assert inspect.getdoc(value)


def test_every_public_name_comes_from_one_place() -> None:
    """A public name is either loaded with the package, or has one home that it is loaded from later."""
    eager = set(adapty.errors.__all__) | {"__version__"}
    assert eager & set(_HOMES) == set()
    assert eager | set(_HOMES) == set(adapty.__all__)


def test_star_gives_the_public_names() -> None:
    """`from adapty import *` gives what `__all__` says, lazily loaded names included."""
    printed = python("from adapty import *; print(' '.join(sorted(name for name in dir() if name != '__builtins__')))")
    assert set(adapty.__all__) <= set(printed.split())


def test_dir_lists_all_public_names_before_they_are_loaded() -> None:
    """Tab completion knows each public name, though nothing is loaded for it."""
    printed = python("import adapty, sys; print(*dir(adapty)); print('httpx' in sys.modules)")
    names, loaded = printed.splitlines()
    assert set(adapty.__all__) <= set(names.split())
    assert loaded == "False"
    assert dir(adapty) == sorted(set(dir(adapty)))


@pytest.mark.parametrize("name", ["nonsense", "adapty", "Client", "not_given", "_nonsense", "", "__wrapped__"])
def test_an_unknown_attribute_is_an_attribute_error(name: str) -> None:
    """What the package does not have is missing in Python's own words."""
    with pytest.raises(AttributeError, match=f"module 'adapty' has no attribute '{name}'"):
        getattr(adapty, name)
    assert not hasattr(adapty, name)


def test_an_unknown_import_is_an_import_error() -> None:
    """`from adapty import nonsense` fails as it does for any package."""
    with pytest.raises(ImportError, match="cannot import name 'nonsense'"):
        exec("from adapty import nonsense", {})  # noqa: S102 - a statement that no linter would let stand


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import adapty` alone loads neither the HTTP library nor attrs, dateutil, asyncio or generated code."""
    printed = python("import sys, adapty; print(*{name.partition('.')[0] for name in sys.modules})")
    assert set(printed.split()) & HEAVY == set()
    assert "adapty" in printed.split()


def test_an_error_can_be_caught_without_loading_more() -> None:
    """`except adapty.AdaptyError` costs no more than the import of the package."""
    printed = python("import sys, adapty; adapty.AdaptyUsageError.for_field('x', 'y'); print('attrs' in sys.modules)")
    assert printed == "False\n"


def test_records_and_flows_load_no_http_library() -> None:
    """Whoever only checks records or derives flows does not pay for the HTTP library or the generated models."""
    printed = python(
        "import sys, adapty; adapty.MailProfile; adapty.flow_for; adapty.Timeouts; "
        "print(*{name.partition('.')[0] for name in sys.modules})",
    )
    assert set(printed.split()) & {"httpx", "adapty_generated", "asyncio", "starlette", "typer"} == set()


def test_the_clients_load_no_generated_models() -> None:
    """A client can be made without loading the generated models, which a call needs."""
    printed = python(
        "import sys, adapty; adapty.Adapty(mail_secret_key='key'); "
        "print(*(name for name in sys.modules if name.startswith('adapty_generated')))",
    )
    assert printed == "\n"
