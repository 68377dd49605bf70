"""The public names of each package: complete, lazy, and the same at run time as for type checkers."""

from __future__ import annotations

import ast
import inspect
import pickle
import subprocess
import sys
import types
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path

import pytest

import adapty

PACKAGES = (
    "adapty",
    "adapty.bulk",
    "adapty.fast",
    "adapty.models",
    "adapty.sandbox",
    "adapty.testing",
    "adapty.webhooks",
)
SUBMODULES = (
    "bulk",
    "config",
    "errors",
    "fast",
    "flows",
    "models",
    "observer",
    "otel",
    "sandbox",
    "testing",
    "webhooks",
)

HEAVY = {
    "adapty_generated",
    "asyncio",
    "attr",
    "attrs",
    "dateutil",
    "httpx",
    "jsonschema",
    "rich",
    "sqlite3",
    "starlette",
    "typer",
    "uvicorn",
}


def python(code: str) -> str:
    """Run code in a new interpreter and return its output."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def exported(package: str) -> list[str]:
    """Return a package's `__all__`, which type checkers do not see."""
    names: list[str] = vars(import_module(package))["__all__"]
    return names


def exports_for_type_checkers(package: str) -> dict[str, str]:
    """Return the names that a package's `if TYPE_CHECKING` block imports, with their modules."""
    imports = [node for node in _export_block(package).body if isinstance(node, ast.ImportFrom)]
    for alias in (alias for node in imports for alias in node.names):
        assert alias.asname == alias.name, "a type checker takes it for private"
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def exports_at_run_time(package: str) -> dict[str, str]:
    """Return the names in the table of a package's lazy exports, with their modules."""
    (table,) = (node for branch in _export_block(package).orelse for node in ast.walk(branch) if type(node) is ast.Dict)
    modules: dict[str, str] = ast.literal_eval(table)
    return {
        name: resolve_name(module, package) if module.startswith(".") else module
        for module, names in modules.items()
        for name in names.split()
    }


def _export_block(package: str) -> ast.If:
    tree = ast.parse(Path(str(import_module(package).__file__)).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return block


@pytest.mark.parametrize("package", PACKAGES)
def test_exports_are_the_same_for_type_checkers(package: str) -> None:
    """Type checkers see the names of the table of lazy exports, in the same modules."""
    submodules = dict.fromkeys(SUBMODULES, "adapty") if package == "adapty" else {}
    assert exports_for_type_checkers(package) == {**exports_at_run_time(package), **submodules}
    assert set(exported(package)) == set(exports_at_run_time(package))
    assert len(exported(package)) == len(set(exported(package)))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_export_is_loaded_once_and_documented(package: str) -> None:
    """Each name can be imported, is the same object each time, and has a docstring."""
    module = import_module(package)
    for name in exported(package):
        value = getattr(module, name)
        assert vars(module)[name] is value, name
        assert not isinstance(value, types.ModuleType), name
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__name__ == name
            assert inspect.getdoc(value), name
            assert pickle.loads(pickle.dumps(value)) is value  # noqa: S301 - made here


@pytest.mark.parametrize("package", PACKAGES)
def test_import_star_and_dir_have_the_exports(package: str) -> None:
    """`from package import *` binds `__all__`; `dir(package)` lists it before anything is loaded."""
    printed = python(
        f"import sys, {package}\n"
        f"print(*dir({package}))\n"
        f"print(*{{name.partition('.')[0] for name in sys.modules}})\n"
        f"from {package} import *\n"
        "print(*dir())\n"
    )
    listed, loaded, bound = (set(line.split()) for line in printed.splitlines())
    assert set(exported(package)) <= listed
    assert loaded & HEAVY == set()
    assert set(exported(package)) <= bound


@pytest.mark.parametrize("package", PACKAGES)
def test_unknown_names_are_rejected_as_usual(package: str) -> None:
    """A package raises Python's own AttributeError and ImportError for a name that it does not have."""
    module = import_module(package)
    for name in ("nonsense", "adapty", "Client", "_nonsense", "", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"^module '{package}' has no attribute '{name}'$"):
            getattr(module, name)
    with pytest.raises(ImportError, match="cannot import name 'nonsense'"):
        exec(f"from {package} import nonsense", {})  # noqa: S102 - linters reject the statement itself


def test_submodules_need_no_import_of_their_own() -> None:
    """`import adapty` is enough for `adapty.bulk` and the other public submodules."""
    for name in SUBMODULES:
        assert python(f"import adapty; print(adapty.{name}.__name__)") == f"adapty.{name}\n"
        assert name in dir(adapty)
        assert name not in exported("adapty")


def test_models_and_flows_load_no_http_library() -> None:
    """Validating models and deriving flows loads neither the HTTP library nor the generated models."""
    printed = python(
        "import sys, adapty; adapty.MailProfile; adapty.flow_for; adapty.Timeouts; "
        "print(*{name.partition('.')[0] for name in sys.modules})",
    )
    assert set(printed.split()) & {"httpx", "adapty_generated", "asyncio", "starlette", "typer"} == set()


def test_errors_load_nothing_heavy() -> None:
    """`except adapty.AdaptyError` loads nothing but the errors."""
    printed = python("import sys, adapty; adapty.AdaptyUsageError.for_field('x', 'y'); print('attrs' in sys.modules)")
    assert printed == "False\n"
