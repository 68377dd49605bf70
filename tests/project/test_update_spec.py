"""Merging a new version of a contract: our texts, new elements, and rejected contracts."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scripts.generate import APIS, TARGET, read_contract
from scripts.spec_diff.compare import Change, find_changes
from scripts.spec_diff.document import keyword_parts, parse_document
from scripts.spec_diff.rules import ADDITIVE
from scripts.update_spec import __main__ as update_spec
from scripts.update_spec.changelog import add_entry
from scripts.update_spec.merge import MARK, merge_contract
from scripts.update_spec.notation import to_null_types
from scripts.update_spec.transaction import transaction
from tests.core.support import repeatable

if TYPE_CHECKING:
    from pathlib import Path

MAIL = APIS[0]
OURS = MAIL.spec.read_text("utf-8")
VENDOR_TEXT = "The text of the vendor"


def with_vendor_texts(contract: dict[str, Any]) -> dict[str, Any]:
    """Return a contract with the texts of the vendor."""

    def replace_texts(part: Any, parent: str = "") -> Any:
        if isinstance(part, dict):
            words = {"description", "summary"} if parent not in {"properties", "value"} else set()
            return {
                name: VENDOR_TEXT if name in words and isinstance(inner, str) else replace_texts(inner, name)
                for name, inner in part.items()
            }
        return [replace_texts(inner, parent) for inner in part] if isinstance(part, list) else part

    result: dict[str, Any] = replace_texts(contract)
    return result


def new_version() -> dict[str, Any]:
    """Return a later Mail contract: a removed field, and a new field, operation and enum value."""
    new = with_vendor_texts(read_contract(MAIL.spec))
    schemas = new["components"]["schemas"]
    del schemas["ProfileDTO"]["properties"]["gender"]
    schemas["ProfileDTO"]["properties"]["nickname"] = {"type": "string", "description": VENDOR_TEXT}
    schemas["TransactionEventType"]["enum"].append("subscription_paused")
    new["paths"]["/api/v1/profile/pause/"] = {
        "post": {
            "operationId": "pauseProfile",
            "summary": VENDOR_TEXT,
            "security": [{"apikeyAuth": []}],
            "responses": {"204": {"description": VENDOR_TEXT}},
        },
    }
    return new


def test_merge_of_equal_contract_changes_nothing() -> None:
    """Other texts and another order change no byte."""
    for api in APIS:
        ours = api.spec.read_text("utf-8")
        new = with_vendor_texts(read_contract(api.spec))
        new["components"] = dict(reversed(new["components"].items()))

        assert merge_contract(ours, new) == ours, api.package


def test_merge_keeps_our_texts_where_vendor_has_none() -> None:
    """A contract without descriptions removes none of ours, also of a field that is named like a keyword (`value`)."""
    api = next(api for api in APIS if "export_analytics" in api.package)
    ours = api.spec.read_text("utf-8")
    new = read_contract(api.spec)
    for part in keyword_parts(new):
        part.pop("description", None)

    assert merge_contract(ours, new).splitlines() == ours.splitlines()


def test_merge_marks_new_elements_and_keeps_our_texts() -> None:
    """The result means the same as the new version, without the vendor's texts and with most of our lines."""
    new = new_version()

    text = merge_contract(OURS, new)

    assert not find_changes(parse_document(yaml.safe_load(text), "ours"), parse_document(new, "new"))
    assert VENDOR_TEXT not in text
    assert text.count(MARK) == 4
    assert "gender" not in text
    lines = OURS.splitlines()
    assert len([line for line in lines if line not in text.splitlines()]) <= 3
    assert text.startswith(OURS.partition("openapi:")[0])


def test_second_merge_changes_nothing() -> None:
    """Merging is idempotent."""
    once = merge_contract(OURS, new_version())

    assert merge_contract(once, new_version()) == once


@given(data=st.data())
@repeatable(25)
def test_merge_of_any_change_gives_new_contract(data: st.DataObject) -> None:
    """For any removed or added part, the result equals the new version apart from texts."""
    new = read_contract(MAIL.spec)
    part: Any = new["components"]["schemas"]
    for _ in range(data.draw(st.integers(1, 4))):
        names = [name for name, inner in part.items() if isinstance(inner, dict) and inner]
        if not names:
            break
        name = data.draw(st.sampled_from(sorted(names)))
        part = part[name]
    key = data.draw(st.sampled_from(sorted(part)))
    if data.draw(st.booleans()):
        del part[key]
    else:
        part[f"x-{key}"] = data.draw(st.sampled_from([1, ["a"], {"b": None}, "text"]))

    assert without_texts(yaml.safe_load(merge_contract(OURS, new))) == without_texts(new)


def without_texts(part: Any) -> Any:
    """Return a contract without texts, with JSON types."""
    if isinstance(part, dict):
        return {
            name: without_texts(inner)
            for name, inner in part.items()
            if name not in {"description", "summary"} or not isinstance(inner, str)
        }
    return [without_texts(inner) for inner in part] if isinstance(part, list) else part


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the update work on copies."""
    spec = tmp_path / "mail.yaml"
    shutil.copyfile(MAIL.spec, spec)
    shutil.copytree(TARGET, tmp_path / "adapty_generated")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Something.\n", "utf-8")
    monkeypatch.setattr(update_spec, "APIS", (with_spec(MAIL, spec), *APIS[1:]))
    monkeypatch.setattr("scripts.generate.APIS", (with_spec(MAIL, spec), *APIS[1:]))
    monkeypatch.setattr(update_spec, "TARGET", tmp_path / "adapty_generated")
    monkeypatch.setattr(update_spec, "CHANGELOG", tmp_path / "CHANGELOG.md")
    return tmp_path


def with_spec(api: Any, spec: Path) -> Any:
    """Return the same API with another file."""
    return type(api)(api.package, spec, api.title, api.scheme)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_contract(folder: Path, content: Any) -> str:
    """Write a new version beside the tree and return its path."""
    folder = folder.parent / f"{folder.name}-new"
    folder.mkdir(exist_ok=True)
    file = folder / "new.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(file)


def test_update_changes_contract_code_and_changelog(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All have the new operation and fields."""
    assert update_spec.main([write_contract(tree, new_version()), "--no-tests"]) == 0

    assert "changes merged; 4 descriptions to write" in capsys.readouterr().out
    assert (tree / "adapty_generated/mail/api/default/pause_profile.py").is_file()
    assert "nickname" in (tree / "adapty_generated/mail/models/profile_dto.py").read_text("utf-8")
    entry = (tree / "CHANGELOG.md").read_text("utf-8")
    assert entry.startswith("# Changelog\n\n## Unreleased\n\n- The contract of the Adapty Mail API is updated:")
    assert "  - breaking: " in entry
    assert "  - operation added: `pauseProfile`, now `POST /api/v1/profile/pause/`\n" in entry
    assert "now `subscription_paused` (" in entry
    assert entry.endswith("- Something.\n")


def in_notation_of_vendor(contract: dict[str, Any]) -> dict[str, Any]:
    """Return a contract with `nullable`, other examples and tags, and schemas inside of other schemas."""
    new = with_vendor_texts(contract)
    for part in list(keyword_parts(new)):
        if isinstance(part.get("type"), list) and "null" in part["type"]:
            kinds = [kind for kind in part["type"] if kind != "null"]
            part |= {"type": kinds if kinds[1:] else kinds[0], "nullable": True, "example": VENDOR_TEXT}
        elif {"type": "null"} in part.get("anyOf", ()):
            part |= {"allOf": part.pop("anyOf")[:1], "nullable": True}
        elif "operationId" in part:
            part["tags"] = [VENDOR_TEXT]
        elif "schema" in part and "examples" in part:
            part["example"] = {"text": VENDOR_TEXT}
            del part["examples"]
    return new


NOTATIONS: list[tuple[Any, Any]] = [
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    ({"type": ["string", "null"], "nullable": True}, {"type": ["string", "null"]}),
    ({"type": "string", "nullable": False}, {"type": "string"}),
    ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
    ({"enum": ["a", None], "nullable": True}, {"enum": ["a", None]}),
    (
        {"$ref": "#/components/schemas/Offer", "nullable": True, "description": "O"},
        {"anyOf": [{"$ref": "#/components/schemas/Offer"}, {"type": "null"}], "description": "O"},
    ),
    (
        {"allOf": [{"$ref": "#/components/schemas/Offer"}], "nullable": True},
        {"anyOf": [{"$ref": "#/components/schemas/Offer"}, {"type": "null"}]},
    ),
    (
        {"allOf": [{"$ref": "#/components/schemas/Offer"}, {"type": "object"}], "nullable": True},
        {"anyOf": [{"allOf": [{"$ref": "#/components/schemas/Offer"}, {"type": "object"}]}, {"type": "null"}]},
    ),
    (
        {"properties": {"nullable": {"type": "array", "items": {"type": "string", "nullable": True}}}},
        {"properties": {"nullable": {"type": "array", "items": {"type": ["string", "null"]}}}},
    ),
    ({"type": "object", "example": {"nullable": True}}, {"type": "object", "example": {"nullable": True}}),
]


def test_nullable_becomes_a_type() -> None:
    """The result means the same; examples and fields with such a name stay."""
    for schema, expected in NOTATIONS:
        new = read_contract(MAIL.spec)
        new["components"]["schemas"]["ProfileDTO"] |= {"properties": {"field": schema}, "required": []}

        written = to_null_types(new)

        fields = written["components"]["schemas"]["ProfileDTO"]["properties"]
        assert fields["field"] == expected, schema
        assert new["components"]["schemas"]["ProfileDTO"]["properties"]["field"] is schema
        assert not find_changes(parse_document(new, "new"), parse_document(written, "written")), schema


def test_notation_of_the_vendor_changes_nothing() -> None:
    """All contracts: `nullable`, examples and tags are no change, and a merge keeps ours."""
    for api in APIS:
        ours = api.spec.read_text("utf-8")
        new = in_notation_of_vendor(read_contract(api.spec))

        assert not find_changes(parse_document(read_contract(api.spec), "ours"), parse_document(new, "new"))
        assert merge_contract(ours, to_null_types(new)) == ours, api.package


def test_update_without_changes_writes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other texts are not a change."""
    before = snapshot(tree)

    assert update_spec.main([write_contract(tree, with_vendor_texts(read_contract(MAIL.spec)))]) == 0

    assert snapshot(tree) == before
    assert capsys.readouterr().out == "mail.yaml: no change\n"


def _invalid_contract() -> Any:
    new = new_version()
    del new["info"]
    return new


def _contract_with_dropped_operation() -> Any:
    """Return a valid contract with an operation that the generator drops, because of its body type."""
    new = new_version()
    new["paths"]["/api/v1/profile/pause/"]["post"]["requestBody"] = {
        "content": {"application/x-odd": {"schema": {"type": "string"}}},
    }
    return new


def test_rejected_contract_changes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An invalid contract, or one with an operation that the generator drops, is rejected with a reason."""
    before = snapshot(tree)

    for content in ("openapi: [", "[1, 2]", "", _invalid_contract(), _contract_with_dropped_operation()):
        with pytest.raises(SystemExit) as error:
            update_spec.main([write_contract(tree, content), "--no-tests"])

        assert error.value.code == update_spec.EXIT_REJECTED, content
        assert capsys.readouterr().err.startswith("update-spec: "), content
        assert snapshot(tree) == before, content


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not run the generator."""

    def generate(target: Path, *_: Any) -> None:
        target.mkdir()
        (target / "generated").touch()

    monkeypatch.setattr(update_spec, "generate", generate)


@pytest.mark.usefixtures("quick")
def test_removal_needs_permission(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Operations that the facade uses are named; a renamed one counts, one that the facade does not use does not."""
    before = snapshot(tree)
    new = new_version()
    del new["paths"]["/api/v1/profile/delete/"]
    new["paths"]["/api/v1/profile/save/"]["post"]["operationId"] = "storeProfile"

    with pytest.raises(SystemExit) as error:
        update_spec.main([write_contract(tree, new), "--no-tests"])

    assert error.value.code == update_spec.EXIT_REJECTED
    assert capsys.readouterr().err == (
        "update-spec: new.json: lacks operations that the facade uses: saveProfile, deleteProfile; "
        "--allow-removals removes them\n"
    )
    assert snapshot(tree) == before

    assert update_spec.main([write_contract(tree, new), "--no-tests", "--allow-removals"]) == 0
    merged = (tree / "mail.yaml").read_text("utf-8")
    assert "deleteProfile" not in merged
    assert "pauseProfile" in merged
    assert "  - breaking: operation removed: `deleteProfile`\n" in (tree / "CHANGELOG.md").read_text("utf-8")

    del new["paths"]["/api/v1/profile/pause/"]
    assert update_spec.main([write_contract(tree, new), "--no-tests"]) == 0
    assert "pauseProfile" not in (tree / "mail.yaml").read_text("utf-8")


@pytest.mark.usefixtures("quick")
def test_contract_of_another_api_is_rejected(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Even with permission to remove operations."""
    before = snapshot(tree)
    web = next(api for api in APIS if api.package == "web")

    with pytest.raises(SystemExit) as error:
        update_spec.main([str(web.spec), "--no-tests", "--allow-removals"])

    assert error.value.code == update_spec.EXIT_REJECTED
    (line,) = capsys.readouterr().err.splitlines()
    assert "openapi/web.yaml: belongs to another API" in line
    assert snapshot(tree) == before


def test_transaction_restores_files_and_folders(tmp_path: Path) -> None:
    """An interrupt undoes all changes."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("1")
    (tmp_path / "file").write_text("1")
    before = snapshot(tmp_path)

    def interrupt() -> None:
        with transaction([tmp_path / "folder", tmp_path / "file"]):
            (tmp_path / "folder" / "b").write_text("2")
            (tmp_path / "file").write_text("2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert snapshot(tmp_path) == before


HOSTILE_TEXT = (
    "name`\n- An entry of the attacker.\n## 9.9.9 - 2030-01-01\n"
    "<img src=x onerror=alert(1)> [link](https://evil.example) @someone ![](//evil.example) \x1b[2J\u202e``x"
)


def test_changelog_entry_escapes_text_of_contract() -> None:
    """Names are code: they cannot add entries, headings, links, mentions or HTML."""
    change = Change(
        kind="field-added",
        words="field added",
        weight=ADDITIVE,
        element=HOSTILE_TEXT,
        before=None,
        after=HOSTILE_TEXT,
        where=(f"{HOSTILE_TEXT} 2",),
        operations=frozenset(),
        subjects=frozenset(),
    )
    plain = attrs.evolve(change, element="nickname", after=None, where=("saveProfile",))

    changelog = add_entry("# Changelog\n\n## Unreleased\n\n- Something.\n", "the API", [change, change, plain])
    heading, empty, unreleased, _, title, first, second, third, old = changelog.splitlines()

    assert (heading, empty, unreleased, old) == ("# Changelog", "", "## Unreleased", "- Something.")
    assert title == "- The contract of the API is updated:"
    assert third == "  - field added: `nickname` (`saveProfile`)"
    assert first == second
    assert first.isprintable()
    parts = [part for token in MarkdownIt().parse(first.strip()) for part in token.children or ()]
    assert {part.type for part in parts} == {"text", "code_inline"}
    assert [part.content for part in parts if part.type == "text"] == ["field added: ", ", now ", " (", ")"]


def test_changelog_without_heading_is_an_error() -> None:
    """The entry goes under the heading Unreleased."""
    with pytest.raises(ValueError, match="no heading ## Unreleased"):
        add_entry("# Changelog\n", "the API", [])
