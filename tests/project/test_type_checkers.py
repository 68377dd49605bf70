"""mypy and basedpyright over user code: correct code passes, and each misspelled name is an error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_exports import PACKAGES, SUBMODULES, exported

CORRECT = "\n".join(
    [
        *(f"from {package} import {name}\nprint({name})" for package in PACKAGES for name in exported(package)),
        "import adapty",
        *(f"print(adapty.{name})" for name in SUBMODULES),
        "print(adapty.bulk.import_all, adapty.webhooks.Receiver, adapty.sandbox.Sandbox, adapty.models.Profile)",
        "print(adapty.testing.assert_access, adapty.errors.AdaptyError, adapty.flows.Flow, adapty.config.Timeouts)",
    ]
)
MISSPELLED = "\n".join(
    [
        "import adapty",
        *(f"from {package} import Nopee" for package in PACKAGES),
        *(f"print({package}.Nopee)" for package in PACKAGES),
        "client = adapty.Adapty()",
        "client.profile",
        "client.profiles.fetch",
        'client.profiles.create(customer_user_id="u", emial="jane@example.com")',
        'client.mail.save_profile(external_profile_id="u", external_created_at="", email="", emial="")',
        'client.mail.save_profile(external_profile_id="u", email="")',
        'client.mail.save_transaction_event(event_type="subscription_begun")',
        'client.profiles.get(customer_user_id="u").acces_level("premium")',
    ]
)


@pytest.fixture(scope="module")
def user_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write correct and misspelled code to a folder of its own."""
    folder = tmp_path_factory.mktemp("user_code")
    (folder / "correct.py").write_text(CORRECT)
    (folder / "misspelled.py").write_text(MISSPELLED)
    return folder


def assert_only_misspelled_lines(found: set[tuple[str, int]]) -> None:
    """Check that each line of the misspelled code but the two correct ones is reported, and no other line."""
    lines = MISSPELLED.splitlines()
    wrong = {
        number for number, line in enumerate(lines, 1) if line not in {"import adapty", "client = adapty.Adapty()"}
    }
    assert {(lines[number - 1] if name == "misspelled.py" else name) for name, number in found} == {
        lines[number - 1] for number in wrong
    }


def test_mypy_rejects_misspelled_names(user_code: Path) -> None:
    """Mypy --strict reports each misspelled name, and nothing in correct code."""
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "--cache-dir", str(user_code / "cache")]
    ran = subprocess.run(
        [*command, "--config-file=", "correct.py", "misspelled.py"],
        cwd=user_code,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert errors, ran.stdout + ran.stderr
    assert_only_misspelled_lines({(Path(error["file"]).name, error["line"]) for error in errors})


def test_basedpyright_rejects_misspelled_names(user_code: Path) -> None:
    """Basedpyright reports each misspelled name, and nothing in correct code."""
    (user_code / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "standard"}))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    ran = subprocess.run(
        [*command, "--project", str(user_code)], cwd=user_code, capture_output=True, text=True, check=False
    )
    errors = [each for each in json.loads(ran.stdout)["generalDiagnostics"] if each["severity"] == "error"]
    assert errors, ran.stdout + ran.stderr
    assert_only_misspelled_lines({(Path(error["file"]).name, error["range"]["start"]["line"] + 1) for error in errors})
