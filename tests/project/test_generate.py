"""`make generate`: reproducible, complete, and all or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scripts import generate
from scripts.generated_files import list_files, report_differences
from scripts.spec_diff import reading
from scripts.spec_for_generation import for_generation
from tests.later_contract import later_contract

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Generator

OWN = generate.APIS[0].spec


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate the package from our own contracts once."""
    target = tmp_path_factory.mktemp("package") / "adapty_generated"
    assert generate.main(["--mail-spec", str(OWN), "--output", str(target)]) == 0
    return target


def test_modules_have_header_with_source_and_command(package: Path) -> None:
    """The header names the contract and `make generate`."""
    modules = [file for name, file in list_files(package).items() if name.endswith(".py")]

    assert len(modules) > 20
    for module in modules:
        first = module.read_text("utf-8").partition("\n")[0]
        assert first.startswith("# Generated from ")
        assert first.endswith("by `make generate`; do not edit.")
    assert "from openapi/mail.yaml by" in (package / "mail" / "client.py").read_text("utf-8")
    assert "openapi/mail.yaml" in json.loads((package / "mail" / "openapi.json").read_text("utf-8"))["x-generated"]


def test_clients_have_scheme_of_their_api(package: Path) -> None:
    """The generator has one scheme for all; the two APIs have two."""
    for name, scheme in (("mail", "Bearer"), ("server_side", "Api-Key")):
        assert (package / name / "client.py").read_text("utf-8").count(f'prefix: str = "{scheme}"') == 1


def test_packages_share_unset(package: Path) -> None:
    """The sentinel is the same object in all packages."""
    assert "from .._types import" in (package / "mail" / "types.py").read_text("utf-8")
    assert "class Unset" not in (package / "mail" / "types.py").read_text("utf-8")
    assert (package / "py.typed").exists()


def test_check_lists_differences_and_generation_fixes_them(
    package: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    uncached_generator: Generator,
) -> None:
    """Changed, missing and unexpected files are listed; a second run gives exactly the same files as the first."""
    stale = tmp_path / "adapty_generated"
    generate.replace_tree(stale, package)
    (stale / "mail" / "client.py").write_text("# edited\n", "utf-8")
    (stale / "mail" / "errors.py").unlink()
    (stale / "mail" / "stray.py").write_text("", "utf-8")

    assert generate.main(["--check", "--output", str(stale)]) == 1

    assert capfd.readouterr().err.splitlines() == [
        "adapty_generated/mail/client.py: differs",
        "adapty_generated/mail/errors.py: missing",
        "adapty_generated/mail/stray.py: unexpected",
        "adapty_generated is out of date; run: make generate",
    ]
    assert (stale / "mail" / "client.py").read_text("utf-8") == "# edited\n"

    monkeypatch.setattr(generate, "run_generator", uncached_generator)
    assert generate.main(["--output", str(stale)]) == 0

    assert {name: file.read_bytes() for name, file in list_files(stale).items()} == {
        name: file.read_bytes() for name, file in list_files(package).items()
    }


def test_generated_models_load_on_first_use(package: Path) -> None:
    """A request needs the models of its operation only; a misspelled name is an error."""
    code = """
import sys
from adapty_generated.server_side.api.profile import get_profile
from adapty_generated.server_side import models
prefix = "adapty_generated.server_side.models."
assert prefix + "paywall" not in sys.modules
assert models.Paywall.__module__ == prefix + "paywall"
assert set(models.__all__) <= set(dir(models))
try:
    models.Nope
except AttributeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=package.parent)
    assert done.stdout == "module 'adapty_generated.server_side.models' has no attribute 'Nope'\n"


def test_later_contract_generates_typed_code(tmp_path: Path) -> None:
    """An additive change of the contract needs no change of the script."""
    spec = tmp_path / "later.yaml"
    spec.write_text(yaml.safe_dump(later_contract(generate.read_contract(OWN))), "utf-8")
    target = tmp_path / "adapty_generated"

    assert generate.main(["--mail-spec", str(spec), "--output", str(target)]) == 0

    assert (target / "mail" / "api" / "default" / "delete_profile.py").exists()
    assert "customer_user_id" in (target / "mail" / "models" / "profile_dto.py").read_text("utf-8")
    assert "Generated from later.yaml by" in (target / "mail" / "client.py").read_text("utf-8")
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--cache-dir",
            str(tmp_path / "cache"),
            str(target),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def expect_failure(arguments: list[str], target: Path) -> str:
    """Run the script, which must fail without a change of the target, and return the error."""
    target.mkdir()
    (target / "old.py").write_text("old", "utf-8")
    with pytest.raises(SystemExit) as error:
        generate.main([*arguments, "--output", str(target)])
    assert [path.name for path in target.iterdir()] == ["old.py"]
    return str(error.value)


def test_invalid_contract_is_rejected(tmp_path: Path) -> None:
    """The old code stays, and the error has the reason."""
    spec = tmp_path / "broken.yaml"
    for number, (text, reason) in enumerate(
        (
            ("a: [", "neither YAML nor JSON"),
            ("\x00", "neither YAML nor JSON"),
            ("just text", "is not an OpenAPI 3 document"),
            ("swagger: '2.0'", "is not an OpenAPI 3 document"),
            ("openapi: 3.1.0\npaths: {}", "has no operation"),
        )
    ):
        spec.write_text(text, "utf-8")
        assert reason in expect_failure(["--mail-spec", str(spec)], tmp_path / f"target_{number}"), text
    missing = str(tmp_path / "absent.yaml")
    assert "cannot be read" in expect_failure(["--mail-spec", missing], tmp_path / "target")


BILLION_LAUGHS = "openapi: 3.1.0\nx-0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"x-{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
LIST_OF_LISTS = f"openapi: 3.1.0\nx-0: &x [{', '.join(['0'] * 3000)}]\nx-1: [{', '.join(['*x'] * 3000)}]\n"
OPERATION = "paths: {/a: {get: {operationId: a, responses: {'200': {description: Fine., x: *x0}}}}}\n"


def test_bombs_are_rejected_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases, depth, size and duplicate keys are rejected before the data is built."""
    work: list[int] = []
    add = reading._YamlBuilder._add

    def count(builder: Any, value: Any, size: int) -> None:
        work.append(size)
        add(builder, value, size)

    monkeypatch.setattr(reading._YamlBuilder, "_add", count)
    spec = tmp_path / "bomb.yaml"
    for number, (text, reason, limit) in enumerate(
        (
            (BILLION_LAUGHS, "has more than 2000000 values", 120),
            (BILLION_LAUGHS + OPERATION, "has more than 2000000 values", 120),
            (LIST_OF_LISTS, "has more than 2000000 values", 6100),
            ("openapi: 3.1.0\nx: " + "[" * 5000 + "]" * 5000, "nested more than 100 deep", 200),
            ('{"x": ' + "[" * 5000 + "]" * 5000 + "}", "nested more than 100 deep", 0),
            ("openapi: 3.1.0\nx: &x [*x]", "contains itself", 10),
            ("openapi: 3.1.0\npaths: {}\npaths: {}", "duplicate key 'paths' in a mapping", 10),
            ('{"openapi": "3.1.0", "openapi": "3.1.0"}', "duplicate key 'openapi' in an object", 0),
            ("openapi: !!python/object/apply:os.getcwd []", "has no JSON type", 10),
        )
    ):
        spec.write_text(text, "utf-8")
        work.clear()
        assert reason in expect_failure(["--mail-spec", str(spec)], tmp_path / f"target_{number}")
        assert len(work) <= limit, (reason, len(work))
    with spec.open("wb") as file:
        file.truncate(20_000_001)
    assert "larger than 20 MB" in expect_failure(["--mail-spec", str(spec)], tmp_path / "target")


def test_output_of_generator_cannot_run_ci_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub Actions runs lines that begin with ::, and terminals run escape sequences."""
    done = subprocess.CompletedProcess([], 1, "::add-mask::x\n\x1b[2Jname\r::stop\n", " ::error::y\u202e\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)

    with pytest.raises(SystemExit) as error:
        generate.run("openapi_python_client", "generate")

    lines = str(error.value).splitlines()
    assert len(lines) == 5
    assert not [line for line in lines if line.lstrip().startswith("::") or not line.isprintable()]


def test_dropped_operation_fails(tmp_path: Path) -> None:
    """The generator would drop the operation and succeed."""
    contract = generate.read_contract(OWN)
    contract["paths"]["/odd/"] = {
        "post": {
            "operationId": "odd",
            "requestBody": {"content": {"application/x-odd": {"schema": {"type": "object"}}}},
            "responses": {"200": {"description": "Fine."}},
        },
    }
    spec = tmp_path / "odd.json"
    spec.write_text(json.dumps(contract), "utf-8")

    assert "openapi_python_client" in expect_failure(["--mail-spec", str(spec)], tmp_path / "target")


def with_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the script read a copy of its settings."""
    generate.replace_tree(folder, generate.SETTINGS)
    monkeypatch.setattr(generate, "SETTINGS", folder)
    monkeypatch.setattr(generate, "LOCK", folder / generate.LOCK.name)
    return folder


def test_unknown_setting_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator would ignore a misspelled key."""
    settings = with_settings(tmp_path / "settings", monkeypatch)
    with (settings / "mail.yaml").open("a", encoding="utf-8") as file:
        file.write("literal_enumz: true\n")

    assert "has unknown keys: literal_enumz" in expect_failure([], tmp_path / "target")


def test_changed_stock_template_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our templates replace and patch known versions of the stock ones."""
    settings = with_settings(tmp_path / "settings", monkeypatch)
    (settings / generate.LOCK.name).write_text('{"client.py.jinja": "0"}', "utf-8")

    assert "client.py.jinja has changed" in expect_failure([], tmp_path / "target")


def test_patch_without_match_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch must match exactly once."""
    monkeypatch.setattr(generate, "CLIENT_PATCHES", (("no such line", ""),))

    assert "must match once (got 0)" in expect_failure([], tmp_path / "target")


def test_other_generator_version_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other versions have different output."""
    monkeypatch.setattr(generate, "version", lambda _: "0.0.1")

    assert "(got 0.0.1)" in expect_failure([], tmp_path / "target")


def test_responses_are_tolerant_and_requests_are_not() -> None:
    """Fields of responses can be missing or null; requests keep their constraints."""
    contract = generate.read_contract(OWN)
    document: Any = for_generation(contract)

    schemas = document["components"]["schemas"]
    assert schemas["ErrorsErrorsItem"]["properties"]["field_name"]["type"] == ["string", "null"]
    assert schemas["ProfileDTO"] == contract["components"]["schemas"]["ProfileDTO"]
    assert "ErrorsErrorsItem" not in contract["components"]["schemas"]


def test_created_response_without_fields_has_no_content() -> None:
    """The Web API sends an empty body with a 201, which is not JSON. A 200 without fields is read."""
    contract = generate.read_contract(next(api.spec for api in generate.APIS if api.package == "web"))
    path = "/api/v2/web-api/paywall/visit/"

    document: Any = for_generation(contract)
    mail: Any = for_generation(generate.read_contract(OWN))

    assert "content" not in document["paths"][path]["post"]["responses"]["201"]
    assert "content" in document["paths"][path]["post"]["responses"]["404"]
    assert "content" in mail["paths"]["/api/v1/profile/save/"]["post"]["responses"]["200"]


def test_document_security_is_copied_to_operations() -> None:
    """The generator reads the security of operations only."""
    contract = generate.read_contract(OWN)
    save = contract["paths"]["/api/v1/profile/save/"]["post"]
    contract["security"] = save.pop("security")

    document: Any = for_generation(contract)

    assert document["paths"]["/api/v1/profile/save/"]["post"]["security"] == [{"apikeyAuth": []}]


def test_equal_trees_have_no_differences(package: Path) -> None:
    """The comparison has no false positives."""
    assert report_differences(package, package, fix="nothing") == 0
