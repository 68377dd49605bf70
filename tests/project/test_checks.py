"""The project's own checks find what they are there to find."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import check_api, check_lowest, check_specs, unasync
from scripts.generate import APIS, read_contract

ROOT = Path(__file__).parents[2]


def test_a_contract_that_is_not_openapi_is_found() -> None:
    """A broken document and an example that contradicts its schema are both told, with the place."""
    contract = read_contract(APIS[0].spec)
    assert list(check_specs.problems(contract)) == []
    save = contract["paths"]["/api/v1/profile/save/"]["post"]
    content = save["requestBody"]["content"]["application/json"]
    del content["examples"]["basic"]["value"]["email"]
    del contract["info"]["title"]

    (broken, example) = check_specs.problems(contract)

    assert broken == "info: 'title' is a required property"
    assert example.endswith("example basic: 'email' is a required property")


def test_an_example_of_what_adapty_posts_is_checked_too() -> None:
    """An example of a webhook that contradicts its schema is told, with the webhook."""
    contract = read_contract(APIS[2].spec)
    assert list(check_specs.problems(contract)) == []
    content = contract["webhooks"]["purchase"]["post"]["requestBody"]["content"]["application/json"]
    content["examples"]["started"]["value"]["event_properties"]["price_usd"] = "9.99"

    (problem,) = check_specs.problems(contract)

    assert "webhooks/purchase" in problem
    assert problem.endswith("example started: '9.99' is not of type 'number', 'null'")


def test_unasync_removes_what_is_async_and_only_that() -> None:
    """The rules turn a shell of the async client into a blocking one, and leave other words alone."""
    used: set[re.Pattern[str]] = set()
    text = "async with AsyncAdapty() as a:\n    await a.aclose()  # an asynchronous call, awaited\n"

    assert unasync.convert(text, used) == "with Adapty() as a:\n    a.close()  # an asynchronous call, awaited\n"
    assert len(used) == 4


def test_unasync_fails_on_a_stale_tree_and_on_a_rule_that_nothing_needs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both are named; writing mends the first."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "x.py").write_text("async def f(): ...\n")
    (tmp_path / "b" / "left.py").write_text("")
    monkeypatch.setattr(unasync, "ROOT", tmp_path)
    monkeypatch.setattr(unasync, "FOLDERS", (("a", "b"),))
    monkeypatch.setattr(unasync, "RULES", unasync.RULES[:1])

    assert unasync.main(["--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "b/left.py: is left over",
        "b/x.py: is missing",
        "b is not fresh; run: make unasync",
    ]
    assert unasync.main([]) == 0
    assert unasync.main(["--check"]) == 0
    assert "def f(): ..." in (tmp_path / "b" / "x.py").read_text()
    monkeypatch.setattr(unasync, "RULES", ((re.compile("nowhere"), ""),))
    assert unasync.main([]) == 1
    assert "no file needs the rule 'nowhere'" in capsys.readouterr().err


def test_lowest_versions_are_the_lower_bounds() -> None:
    """Each requirement is pinned to the lowest version that it allows."""
    assert check_lowest.lowest_versions(["httpx>=0.27,<1", "python-dateutil>=2.9.0"]) == [
        "httpx==0.27",
        "python-dateutil==2.9.0",
    ]


def git(folder: Path, *arguments: str) -> None:
    """Run git without anybody's settings."""
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, cwd=folder, capture_output=True)


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")

PACKAGE = '''"""Tiny."""

from adapty._sync.mail import Mail

__all__ = ["Mail"]
'''
MAIL = '''"""Mail."""


class Mail:
    """Mail."""

    def save(self, email: str) -> None:
        """Save."""
'''


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Give a repository with one release of a tiny `adapty`, and one commit after it."""
    for name, text in {"": PACKAGE, "_sync": "", "rows": ""}.items():
        (tmp_path / "adapty" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "adapty" / name / "__init__.py").write_text(text)
    (tmp_path / "adapty" / "_sync" / "mail.py").write_text(MAIL)
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-12-01\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "release")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "more")
    return tmp_path


@needs_git
@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("_sync/mail.py", ("email: str", "email: str, country: str = ''"), None),
        ("rows/__init__.py", ("", "inner = 1"), None),
        ("_sync/mail.py", ("email: str", "address: str"), "email"),
        ("_sync/mail.py", ("def save", "def store"), "save"),
        ("_sync/mail.py", ("class Mail", "class Post"), "Mail"),
        ("__init__.py", ('["Mail"]', "[]"), "adapty: Mail is no longer exported"),
    ],
)
def test_the_public_api_is_guarded_once_released(
    released: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    change: tuple[str, str],
    told: str | None,
) -> None:
    """What is added and what is inside passes; what users could have used and cannot any more is named."""
    changed = released / "adapty" / file
    changed.write_text(changed.read_text().replace(*change))

    assert check_api.main(released) == (1 if told else 0)

    assert (told or "nothing of 0.1.0 - 2026-12-01 breaks") in capsys.readouterr().out


def test_before_the_first_release_nothing_is_guarded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changelog without a release heading says so."""
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")

    assert check_api.main(tmp_path) == 0
    assert capsys.readouterr().out == "no release yet: no public API to guard\n"


@needs_git
def test_a_release_heading_must_be_committed(released: Path) -> None:
    """A heading that no commit wrote cannot be compared with."""
    (released / "CHANGELOG.md").write_text("# Changelog\n\n## 0.2.0 - 2026-12-02\n")

    with pytest.raises(SystemExit, match="is not committed yet"):
        check_api.main(released)


def test_no_file_names_a_package_index_or_a_machine() -> None:
    """The versions are pinned without saying where they come from."""
    for name in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"index.url|/simple\b|find.links|://|/(root|home)/", text), name
