"""The build step: the same bytes every time, nothing dropped, nothing half done."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scripts import generate
from scripts.generated_files import files, report_differences
from scripts.spec_diff import reading
from scripts.spec_for_generation import for_generation
from tests.later_contract import later_contract

if TYPE_CHECKING:
    from pathlib import Path

OWN = generate.APIS[0].spec


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate the package from our own contract, once."""
    target = tmp_path_factory.mktemp("made") / "adapty_generated"
    assert generate.main(["--mail-spec", str(OWN), "--output", str(target)]) == 0
    return target


def test_two_runs_give_identical_bytes(made: Path, tmp_path: Path) -> None:
    """The build step is reproducible."""
    again = tmp_path / "adapty_generated"

    assert generate.main(["--output", str(again)]) == 0

    assert {name: file.read_bytes() for name, file in files(made).items()} == {
        name: file.read_bytes() for name, file in files(again).items()
    }


def test_every_module_names_its_contract_and_command(made: Path) -> None:
    """Whoever opens a generated file learns where it comes from and how to change it."""
    modules = [file for name, file in files(made).items() if name.endswith(".py")]

    assert len(modules) > 20
    for module in modules:
        first = module.read_text("utf-8").partition("\n")[0]
        assert first.startswith("# Generated from ")
        assert first.endswith("by `make generate`; do not edit.")
    assert "from openapi/mail.yaml by" in (made / "mail" / "client.py").read_text("utf-8")
    assert "openapi/mail.yaml" in json.loads((made / "mail" / "openapi.json").read_text("utf-8"))["x-generated"]


def test_each_client_introduces_its_key_as_its_api_wants_it(made: Path) -> None:
    """The generator knows one word for all; the two APIs have two."""
    for package, word in (("mail", "Bearer"), ("server_side", "Api-Key")):
        assert (made / package / "client.py").read_text("utf-8").count(f'prefix: str = "{word}"') == 1


def test_all_packages_share_one_unset(made: Path) -> None:
    """The types that say "not given" are the same object everywhere."""
    assert "from .._types import" in (made / "mail" / "types.py").read_text("utf-8")
    assert "class Unset" not in (made / "mail" / "types.py").read_text("utf-8")
    assert (made / "py.typed").exists()


def test_check_names_each_difference_and_the_command(
    made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A changed, a missing and a left-over file are each named, and so is what mends them; nothing is written."""
    stale = tmp_path / "adapty_generated"
    generate.replace_tree(stale, made)
    assert generate.main(["--check", "--output", str(stale)]) == 0
    (stale / "mail" / "client.py").write_text("# edited\n", "utf-8")
    (stale / "mail" / "errors.py").unlink()
    (stale / "mail" / "stray.py").write_text("", "utf-8")

    assert generate.main(["--check", "--output", str(stale)]) == 1

    told = capfd.readouterr().err.splitlines()
    assert told == [
        "adapty_generated/mail/client.py: differs",
        "adapty_generated/mail/errors.py: is missing",
        "adapty_generated/mail/stray.py: is left over",
        "adapty_generated is not fresh; run: make generate",
    ]
    assert (stale / "mail" / "client.py").read_text("utf-8") == "# edited\n"


def test_left_over_files_go(made: Path, tmp_path: Path) -> None:
    """Generating removes what an earlier contract left behind."""
    target = tmp_path / "adapty_generated"
    generate.replace_tree(target, made)
    (target / "mail" / "stray.py").write_text("", "utf-8")

    generate.main(["--output", str(target)])

    assert not (target / "mail" / "stray.py").exists()


def test_a_later_contract_generates_and_type_checks(tmp_path: Path) -> None:
    """An additive version of the contract needs no change of the build step: code for all of it, still typed."""
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


def refused(arguments: list[str], target: Path) -> str:
    """Run the build step, which must stop and leave the target as it was; give what it says."""
    target.mkdir()
    (target / "kept.py").write_text("old", "utf-8")
    with pytest.raises(SystemExit) as stopped:
        generate.main([*arguments, "--output", str(target)])
    assert [path.name for path in target.iterdir()] == ["kept.py"]
    return str(stopped.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "neither YAML nor JSON"),
        ("\x00", "neither YAML nor JSON"),
        ("just text", "is not an OpenAPI 3 document"),
        ("swagger: '2.0'", "is not an OpenAPI 3 document"),
        ("openapi: 3.1.0\npaths: {}", "has no operation"),
    ],
)
def test_a_file_that_is_no_contract_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """The old code stays, and the message says what is wrong with the file."""
    spec = tmp_path / "broken.yaml"
    spec.write_text(text, "utf-8")

    assert told in refused(["--mail-spec", str(spec)], tmp_path / "target")
    assert "cannot be read" in refused(["--mail-spec", str(tmp_path / "absent.yaml")], tmp_path / "other")


LAUGHS = "openapi: 3.1.0\nx-0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"x-{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
LIST_OF_LISTS = f"openapi: 3.1.0\nx-0: &x [{', '.join(['0'] * 3000)}]\nx-1: [{', '.join(['*x'] * 3000)}]\n"
OPERATION = "paths: {/a: {get: {operationId: a, responses: {'200': {description: Fine., x: *x0}}}}}\n"


def test_bombs_are_refused_by_little_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases, depth, size and repeated keys: a script that reads a contract does no more than read it."""
    work: list[int] = []
    add = reading._YamlBuilder._add

    def count(building: Any, value: Any, size: int) -> None:
        work.append(size)
        add(building, value, size)

    monkeypatch.setattr(reading._YamlBuilder, "_add", count)
    spec = tmp_path / "bomb.yaml"
    for number, (text, told, most) in enumerate(
        (
            (LAUGHS, "it comes to more than 2000000 values", 120),
            (LAUGHS + OPERATION, "it comes to more than 2000000 values", 120),
            (LIST_OF_LISTS, "it comes to more than 2000000 values", 6100),
            ("openapi: 3.1.0\nx: " + "[" * 5000 + "]" * 5000, "nested more than 100 deep", 200),
            ('{"x": ' + "[" * 5000 + "]" * 5000 + "}", "nested more than 100 deep", 0),
            ("openapi: 3.1.0\nx: &x [*x]", "stands in what it stands for", 10),
            ("openapi: 3.1.0\npaths: {}\npaths: {}", "stands twice in one mapping", 10),
            ('{"openapi": "3.1.0", "openapi": "3.1.0"}', "stands twice in one object", 0),
            ("openapi: !!python/object/apply:os.getcwd []", "is not known to JSON", 10),
        )
    ):
        spec.write_text(text, "utf-8")
        work.clear()
        assert told in refused(["--mail-spec", str(spec)], tmp_path / f"target_{number}")
        assert len(work) <= most, (told, len(work))
    with spec.open("wb") as file:
        file.truncate(20_000_001)
    assert "larger than 20 MB" in refused(["--mail-spec", str(spec)], tmp_path / "target")


def test_output_of_the_generator_gives_no_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub Actions obeys lines that begin with ::, and terminals obey escapes."""
    done = subprocess.CompletedProcess([], 1, "::add-mask::x\n\x1b[2Jname\r::stop\n", " ::error::y\u202e\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)

    with pytest.raises(SystemExit) as stopped:
        generate.run("openapi_python_client", "generate")

    lines = str(stopped.value).splitlines()
    assert len(lines) == 5
    assert not [line for line in lines if line.lstrip().startswith("::") or not line.isprintable()]


def test_an_operation_that_would_be_dropped_fails_the_run(tmp_path: Path) -> None:
    """The generator leaves out what it cannot express and succeeds; here that is a failure."""
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

    assert "openapi_python_client" in refused(["--mail-spec", str(spec)], tmp_path / "target")


def with_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the build step read a copy of its settings."""
    generate.replace_tree(folder, generate.SETTINGS)
    monkeypatch.setattr(generate, "SETTINGS", folder)
    monkeypatch.setattr(generate, "LOCK", folder / generate.LOCK.name)
    return folder


def test_an_unknown_setting_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator would ignore a misspelled key in silence."""
    settings = with_settings(tmp_path / "settings", monkeypatch)
    with (settings / "mail.yaml").open("a", encoding="utf-8") as file:
        file.write("literal_enumz: true\n")

    assert "does not know: literal_enumz" in refused([], tmp_path / "target")


def test_a_changed_stock_template_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of the generator cannot silently change what our templates replace or patch."""
    settings = with_settings(tmp_path / "settings", monkeypatch)
    (settings / generate.LOCK.name).write_text('{"client.py.jinja": "0"}', "utf-8")

    assert "client.py.jinja has changed" in refused([], tmp_path / "target")


def test_a_patch_that_does_not_fit_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch must find its place exactly once."""
    monkeypatch.setattr(generate, "CLIENT_PATCHES", (("no such line", ""),))

    assert "fits 0 times" in refused([], tmp_path / "target")


def test_another_version_of_the_generator_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other versions write other bytes."""
    monkeypatch.setattr(generate, "version", lambda _: "0.0.1")

    assert "0.0.1 is installed" in refused([], tmp_path / "target")


def test_answers_are_loosened_and_requests_are_not() -> None:
    """For generation, what only answers hold may be missing or null; requests keep their constraints."""
    contract = generate.read_contract(OWN)
    document: Any = for_generation(contract)

    schemas = document["components"]["schemas"]
    assert schemas["ErrorsErrorsItem"]["properties"]["field_name"]["type"] == ["string", "null"]
    assert schemas["ProfileDTO"] == contract["components"]["schemas"]["ProfileDTO"]
    assert "ErrorsErrorsItem" not in contract["components"]["schemas"]


def test_security_of_the_whole_document_reaches_each_operation() -> None:
    """The generator looks at operations only."""
    contract = generate.read_contract(OWN)
    save = contract["paths"]["/api/v1/profile/save/"]["post"]
    contract["security"] = save.pop("security")

    document: Any = for_generation(contract)

    assert document["paths"]["/api/v1/profile/save/"]["post"]["security"] == [{"apikeyAuth": []}]


def test_equal_trees_differ_in_nothing(made: Path) -> None:
    """The comparison itself finds no fault where there is none."""
    assert report_differences(made, made, mend="nothing") == 0
