"""Check the spelling, and reject words and phrases that scripts/words.txt replaces by plain ones.

codespell compares single words. Its regular expression for words is extended by the phrases of the list.

    python -m scripts.check_words [PATH ...]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from codespell_lib import main as codespell

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "scripts" / "words.txt"
PATHS = (
    "adapty", "conftest.py", "docs", "examples", "openapi", "scripts", "tests", ".github",
    "ARCHITECTURE.md", "CHANGELOG.md", "Makefile", "README.md", "pyproject.toml",
)  # fmt: skip
SKIPPED = ("words.txt", "*.csv", "*.json", "*.jsonl", "*.pyc", "*.pem", "__pycache__")
"""Word lists, data and binary files."""

ACCEPTED = (
    "alls", "atmost", "clos", "convertor", "convertors", "ecret", "fo", "nam", "ue", "wronly",
    "acces", "acess", "activ", "concurency", "contry", "costum", "eror", "frist",
    "platfrom", "plattform", "subscritpion",
)  # fmt: skip
"""Parts of names, and misspelled names that tests expect to be rejected. In lower case."""


def main(paths: list[str]) -> int:
    """Return the number of findings, 0 if there are none."""
    phrases = [entry for line in WORDS.read_text().splitlines() if " " in (entry := line.partition("->")[0])]
    phrases.sort(key=len, reverse=True)
    return codespell(
        "--dictionary", str(WORDS),
        "--dictionary", "-",
        "--regex", rf"(?i:\b(?:{'|'.join(map(re.escape, phrases))})\b)|[A-Za-z']+",
        "--ignore-words-list", ",".join(ACCEPTED),
        "--skip", ",".join(SKIPPED),
        *(paths or [str(ROOT / path) for path in PATHS]),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
