"""Taking a new version of a contract in: what stays ours, what is new, and what is refused."""

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
from scripts.spec_diff.document import parse_document
from scripts.spec_diff.rules import ADDITIVE
from scripts.update_spec import __main__ as update_spec
from scripts.update_spec.changelog import with_entry
from scripts.update_spec.merge import MARK, merged
from scripts.update_spec.transaction import all_or_nothing
from tests.core.support import repeatable

if TYPE_CHECKING:
    from pathlib import Path

MAIL = APIS[0]
OURS = MAIL.spec.read_text("utf-8")


def vendors(contract: dict[str, Any]) -> dict[str, Any]:
    """Give a contract as the vendor words it."""

    def reworded(part: Any, parent: str = "") -> Any:
        if isinstance(part, dict):
            words = {"description", "summary"} if parent not in {"properties", "value"} else set()
            return {
                name: "The vendor's own words" if name in words and isinstance(inner, str) else reworded(inner, name)
                for name, inner in part.items()
            }
        return [reworded(inner, parent) for inner in part] if isinstance(part, list) else part

    told: dict[str, Any] = reworded(contract)
    return told


def new_version() -> dict[str, Any]:
    """Give a later version of the Mail contract: a field gone, one new, an operation new, a value new."""
    new = vendors(read_contract(MAIL.spec))
    schemas = new["components"]["schemas"]
    del schemas["ProfileDTO"]["properties"]["gender"]
    schemas["ProfileDTO"]["properties"]["nickname"] = {"type": "string", "description": "The vendor's own words"}
    schemas["TransactionEventType"]["enum"].append("subscription_paused")
    new["paths"]["/api/v1/profile/pause/"] = {
        "post": {
            "operationId": "pauseProfile",
            "summary": "The vendor's own words",
            "security": [{"apikeyAuth": []}],
            "responses": {"204": {"description": "The vendor's own words"}},
        },
    }
    return new


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.package)
def test_the_same_contract_leaves_the_text_as_it_is(api: Any) -> None:
    """In the vendor's words and in another order it still changes no byte: comments, quotes and all."""
    ours = api.spec.read_text("utf-8")
    new = vendors(read_contract(api.spec))
    new["components"] = dict(reversed(new["components"].items()))

    assert merged(ours, new) == ours


def test_what_is_new_is_marked_and_what_is_ours_stays() -> None:
    """The result says what the new version says, none of it in the vendor's words, most of it in the old lines."""
    new = new_version()

    text = merged(OURS, new)

    assert not find_changes(parse_document(yaml.safe_load(text), "ours"), parse_document(new, "new"))
    assert "The vendor's own words" not in text
    assert text.count(MARK) == 4
    assert "gender" not in text
    lines = OURS.splitlines()
    assert len([line for line in lines if line not in text.splitlines()]) <= 3
    assert text.startswith(OURS.partition("openapi:")[0])


def test_a_new_contract_is_merged_once() -> None:
    """Taking the same version in again changes nothing more."""
    once = merged(OURS, new_version())

    assert merged(once, new_version()) == once


@given(data=st.data())
@repeatable(25)
def test_any_part_may_go_or_turn_into_something_else(data: st.DataObject) -> None:
    """Whatever the new version drops, adds or retypes, the result says exactly what it says, apart from words."""
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

    assert without_words(yaml.safe_load(merged(OURS, new))) == without_words(new)


def without_words(part: Any) -> Any:
    """Give a contract without descriptions, in JSON's types."""
    if isinstance(part, dict):
        return {
            name: without_words(inner)
            for name, inner in part.items()
            if name not in {"description", "summary"} or not isinstance(inner, str)
        }
    return [without_words(inner) for inner in part] if isinstance(part, list) else part


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the update work on copies."""
    spec = tmp_path / "mail.yaml"
    shutil.copyfile(MAIL.spec, spec)
    shutil.copytree(TARGET, tmp_path / "adapty_generated")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Something.\n", "utf-8")
    monkeypatch.setattr(update_spec, "APIS", (attrs_evolve(MAIL, spec), *APIS[1:]))
    monkeypatch.setattr("scripts.generate.APIS", (attrs_evolve(MAIL, spec), *APIS[1:]))
    monkeypatch.setattr(update_spec, "TARGET", tmp_path / "adapty_generated")
    monkeypatch.setattr(update_spec, "CHANGELOG", tmp_path / "CHANGELOG.md")
    return tmp_path


def attrs_evolve(api: Any, spec: Path) -> Any:
    """Give the same API with another file."""
    return type(api)(api.package, spec, api.title, api.scheme)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Give all files of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written(folder: Path, content: Any) -> str:
    """Write a new version beside the tree, and give its name."""
    folder = folder.parent / f"{folder.name}-new"
    folder.mkdir(exist_ok=True)
    file = folder / "new.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(file)


def test_a_new_version_is_taken_in(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Contract, low-level code and changelog say the same new things."""
    assert update_spec.main([written(tree, new_version()), "--no-tests"]) == 0

    assert "changes taken over; 4 descriptions to write" in capsys.readouterr().out
    assert (tree / "adapty_generated/mail/api/default/pause_profile.py").is_file()
    assert "nickname" in (tree / "adapty_generated/mail/models/profile_dto.py").read_text("utf-8")
    entry = (tree / "CHANGELOG.md").read_text("utf-8")
    assert entry.startswith(
        "# Changelog\n\n## Unreleased\n\n- The contract of the Adapty Mail API is the vendor's latest:"
    )
    assert "  - breaking: " in entry
    assert "  - operation added: `pauseProfile`, now `POST /api/v1/profile/pause/`\n" in entry
    assert "now `subscription_paused` (" in entry
    assert entry.endswith("- Something.\n")


def test_nothing_new_changes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other words, other order, other examples: there is nothing to take in."""
    before = snapshot(tree)

    assert update_spec.main([written(tree, vendors(read_contract(MAIL.spec)))]) == 0

    assert snapshot(tree) == before
    assert capsys.readouterr().out == "mail.yaml: nothing new\n"


def _invalid() -> Any:
    new = new_version()
    del new["info"]
    return new


def _dropped() -> Any:
    """Give a valid contract of which the generator drops an operation: it knows no body of this type."""
    new = new_version()
    new["paths"]["/api/v1/profile/pause/"]["post"]["requestBody"] = {
        "content": {"application/x-odd": {"schema": {"type": "string"}}},
    }
    return new


@pytest.mark.parametrize("content", ["openapi: [", "[1, 2]", "", _invalid(), _dropped()], ids=range(5))
def test_what_cannot_be_taken_in_changes_nothing(
    tree: Path,
    capsys: pytest.CaptureFixture[str],
    content: Any,
) -> None:
    """What is no valid contract, or would lose an operation, is refused with a reason."""
    before = snapshot(tree)

    with pytest.raises(SystemExit) as ended:
        update_spec.main([written(tree, content), "--no-tests"])

    assert ended.value.code == update_spec.REFUSED
    assert capsys.readouterr().err.startswith("update-spec: ")
    assert snapshot(tree) == before


def test_a_tree_is_changed_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """What breaks off in the middle puts files and folders back."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("1")
    (tmp_path / "file").write_text("1")
    before = snapshot(tmp_path)

    def breaks_off() -> None:
        with all_or_nothing([tmp_path / "folder", tmp_path / "file"]):
            (tmp_path / "folder" / "b").write_text("2")
            (tmp_path / "file").write_text("2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        breaks_off()
    assert snapshot(tmp_path) == before


HOSTILE = (
    "name`\n- An entry that nobody wrote.\n## 9.9.9 - 2030-01-01\n"
    "<img src=x onerror=alert(1)> [link](https://evil.example) @somebody ![](//evil.example) \x1b[2J\u202e``x"
)


def test_changelog_entry_of_a_hostile_contract_stays_one_line() -> None:
    """Names of the contract stand as code: they forge no entry, heading, link, mention or HTML."""
    change = Change(
        kind="field-added",
        words="field added",
        weight=ADDITIVE,
        element=HOSTILE,
        before=None,
        after=HOSTILE,
        where=(f"{HOSTILE} 2",),
        operations=frozenset(),
        subjects=frozenset(),
    )
    plain = attrs.evolve(change, element="nickname", after=None, where=("saveProfile",))

    changelog = with_entry("# Changelog\n\n## Unreleased\n\n- Something.\n", "the API", [change, change, plain])
    heading, empty, unreleased, _, title, first, second, third, old = changelog.splitlines()

    assert (heading, empty, unreleased, old) == ("# Changelog", "", "## Unreleased", "- Something.")
    assert title == "- The contract of the API is the vendor's latest:"
    assert third == "  - field added: `nickname` (`saveProfile`)"
    assert first == second
    assert first.isprintable()
    parts = [part for token in MarkdownIt().parse(first.strip()) for part in token.children or ()]
    assert {part.type for part in parts} == {"text", "code_inline"}
    assert [part.content for part in parts if part.type == "text"] == ["field added: ", ", now ", " (", ")"]


def test_a_changelog_without_a_heading_is_told() -> None:
    """An entry needs its place."""
    with pytest.raises(ValueError, match="no heading ## Unreleased"):
        with_entry("# Changelog\n", "the API", [])
