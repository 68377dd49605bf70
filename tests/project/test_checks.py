"""The project's own checks."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import check_api, check_lowest, check_specs, unasync
from scripts.generate import APIS, read_contract

ROOT = Path(__file__).parents[2]


def test_check_specs_finds_invalid_contract_and_example() -> None:
    """Each problem is reported with its place."""
    contract = read_contract(APIS[0].spec)
    assert list(check_specs.find_problems(contract)) == []
    save = contract["paths"]["/api/v1/profile/save/"]["post"]
    content = save["requestBody"]["content"]["application/json"]
    del content["examples"]["basic"]["value"]["email"]
    del contract["info"]["title"]

    (broken, example) = check_specs.find_problems(contract)

    assert broken == "info: 'title' is a required property"
    assert example.endswith("example basic: 'email' is a required property")


def test_check_specs_finds_invalid_webhook_example() -> None:
    """The problem names the webhook."""
    contract = read_contract(next(api.spec for api in APIS if api.package == "webhooks"))
    assert list(check_specs.find_problems(contract)) == []
    content = contract["webhooks"]["purchase"]["post"]["requestBody"]["content"]["application/json"]
    content["examples"]["started"]["value"]["event_properties"]["price_usd"] = "9.99"

    (problem,) = check_specs.find_problems(contract)

    assert "webhooks/purchase" in problem
    assert problem.endswith("example started: '9.99' is not of type 'number', 'null'")


def test_unasync_replaces_async_syntax_only() -> None:
    """Comments with similar words do not change."""
    used: set[re.Pattern[str]] = set()
    text = "async with AsyncAdapty() as a:\n    await a.aclose()  # an asynchronous call, awaited\n"

    assert unasync.convert(text, used) == "with Adapty() as a:\n    a.close()  # an asynchronous call, awaited\n"
    assert len(used) == 4


def test_unasync_fails_on_stale_code_and_unused_rule(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both are reported; writing fixes the first."""
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
        "b/left.py: unexpected",
        "b/x.py: missing",
        "b is out of date; run: make unasync",
    ]
    assert unasync.main([]) == 0
    assert unasync.main(["--check"]) == 0
    assert "def f(): ..." in (tmp_path / "b" / "x.py").read_text()
    monkeypatch.setattr(unasync, "RULES", ((re.compile("nowhere"), ""),))
    assert unasync.main([]) == 1
    assert "the rule 'nowhere' has no match" in capsys.readouterr().err


def test_lowest_versions_are_the_lower_bounds() -> None:
    """Each requirement is pinned to its lowest version."""
    assert check_lowest.lowest_versions(["httpx>=0.27,<1", "python-dateutil>=2.9.0"]) == [
        "httpx==0.27",
        "python-dateutil==2.9.0",
    ]


def git(folder: Path, *arguments: str) -> None:
    """Run git without user settings."""
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, cwd=folder, capture_output=True)


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

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
    """Create a repository with a release of a tiny `adapty` and one more commit."""
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
def test_check_api_finds_breaking_changes(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Additions and internal changes pass; removed and renamed public names fail."""
    for file, old, new, broken in (
        ("_sync/mail.py", "email: str", "email: str, country: str = ''", None),
        ("rows/__init__.py", "", "inner = 1", None),
        ("_sync/mail.py", "email: str", "address: str", "email"),
        ("_sync/mail.py", "def save", "def store", "save"),
        ("_sync/mail.py", "class Mail", "class Post", "Mail"),
        ("__init__.py", '["Mail"]', "[]", "adapty: Mail is no longer exported"),
    ):
        path = released / "adapty" / file
        original = path.read_text()
        path.write_text(original.replace(old, new))

        assert check_api.main(released) == (1 if broken else 0), (file, new)

        assert (broken or "compatible with 0.1.0 - 2026-12-01") in capsys.readouterr().out, (file, new)
        path.write_text(original)


def test_check_api_passes_before_first_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The changelog has no release heading."""
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")

    assert check_api.main(tmp_path) == 0
    assert capsys.readouterr().out == "no release yet: nothing to compare with\n"


@needs_git
def test_check_api_needs_committed_release_heading(released: Path) -> None:
    """The commit with the heading is the one to compare with."""
    (released / "CHANGELOG.md").write_text("# Changelog\n\n## 0.2.0 - 2026-12-02\n")

    with pytest.raises(SystemExit, match="is not committed yet"):
        check_api.main(released)


def test_files_have_no_package_index_and_no_local_path() -> None:
    """They work on any machine."""
    for name in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"index.url|/simple\b|find.links|://|/(root|home)/", text), name
