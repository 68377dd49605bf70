"""The package without its extra."""

from __future__ import annotations

import subprocess
import sys

import pytest

import adapty.sandbox
from tests.cases import case

WITHOUT = """
import sys
for name in {missing!r}:
    sys.modules[name] = None
import adapty.sandbox
print(adapty.sandbox.DEFAULT_MAIL_KEY, adapty.sandbox.DEFAULT_HOST)
try:
    {use}
except ImportError as error:
    print(type(error).__name__, error)
"""


def test_missing_extra_error_says_how_to_install_it() -> None:
    """The constants are available, for the help of a command."""
    cases: list[tuple[str, str]] = [
        ("starlette", "from adapty.sandbox import Sandbox"),
        ("uvicorn", "from adapty.sandbox import Sandbox"),
        ("jsonschema", "adapty.sandbox.create_app"),
    ]
    for missing, use in cases:
        with case(missing, use):
            program = WITHOUT.format(missing=[missing], use=use)
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
            constants, error = done.stdout.splitlines()
            assert constants == "sandbox_mail_key 127.0.0.1"
            assert (
                error == f'ImportError adapty.sandbox needs {missing}; install it with: pip install "adapty[sandbox]"'
            )


def test_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing submodule means that its package is missing or too old."""
    for module in ("adapty.sandbox._app", "adapty.sandbox._server"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    with pytest.raises(ImportError, match="needs starlette; install it") as missing:
        adapty.sandbox.__getattr__("Sandbox")
    assert missing.value.name == "starlette"
    monkeypatch.setitem(sys.modules, "adapty.sandbox._app", None)
    with pytest.raises(ModuleNotFoundError, match=r"adapty\.sandbox\._app"):
        adapty.sandbox.__getattr__("Sandbox")


def test_other_missing_module_is_not_attributed_to_the_extra() -> None:
    """A broken installation is reported unmodified."""
    program = WITHOUT.format(missing=["adapty.sandbox._mail.store"], use="adapty.sandbox.Sandbox")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "ModuleNotFoundError import of adapty.sandbox._mail.store halted" in done.stdout


def test_faults_work_without_the_extra() -> None:
    """Faults can be created; a server elsewhere injects them."""
    use = "print(list(adapty.sandbox.Faults([adapty.sandbox.Fault('drop_after')])))"
    program = WITHOUT.format(missing=["starlette", "uvicorn", "jsonschema", "h11"], use=use)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[Fault.parse('drop_after')]"


def test_importing_the_sandbox_loads_no_server() -> None:
    """Only accessing the server loads it."""
    program = "import sys, adapty.sandbox; print(sorted({'starlette', 'uvicorn', 'jsonschema'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
