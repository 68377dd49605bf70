"""Take a new version of a contract in.

    python -m scripts.update_spec NEW [--api mail|server_side] [--no-tests]

NEW is a file or an address, YAML or JSON. It is compared by meaning, checked, generated from, and taken over in our
words; the changelog gets an entry, the low-level code is made anew, and the tests run. A document that is not valid, or
that generation would drop anything from, changes nothing. What the facade then owes is named.

Exit codes: 0 taken over, or nothing new; 1 taken over, and tests fail, which they do as long as the facade owes
something; 3 refused, and the tree is as it was.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from scripts.generate import APIS, ROOT, TARGET, Api, generate, replace_tree
from scripts.spec_diff.compare import find_changes
from scripts.spec_diff.document import load_document, parse_document
from scripts.spec_diff.reading import CannotCompareError, parse
from scripts.spec_diff.text import one_line
from scripts.update_spec.changelog import with_entry
from scripts.update_spec.merge import MARK, merged
from scripts.update_spec.transaction import all_or_nothing

REFUSED = 3
CHANGELOG = ROOT / "CHANGELOG.md"


def main(arguments: list[str] | None = None) -> int:
    """Take the contract over; see the module's docstring for what the numbers mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("new", help="a file or an address")
    parser.add_argument("--api", choices=[api.package for api in APIS], default="mail")
    parser.add_argument("--no-tests", action="store_true", help="leave the tests to somebody else")
    chosen = parser.parse_args(arguments)
    (api,) = (api for api in APIS if api.package == chosen.api)
    try:
        new = load_document(chosen.new)
        found = find_changes(load_document(str(api.spec)), new)
    except CannotCompareError as problem:
        refuse(str(problem))
    if not found:
        print(f"{api.spec.name}: nothing new")
        return 0
    text = merged(api.spec.read_text("utf-8"), new.content)
    check_merged(text, api, new.content)
    with tempfile.TemporaryDirectory() as scratch:
        spec = Path(scratch) / api.spec.name
        spec.write_text(text, "utf-8")
        made = Path(scratch) / "adapty_generated"
        try:
            generate(made, {api.package: spec})
        except SystemExit as problem:
            refuse(str(problem))
        with all_or_nothing([api.spec, TARGET, CHANGELOG]):
            api.spec.write_text(text, "utf-8")
            CHANGELOG.write_text(with_entry(CHANGELOG.read_text("utf-8"), api.title, found), "utf-8")
            # Made from the file in its own place, which its headers name.
            made = Path(scratch) / "again" / "adapty_generated"
            made.parent.mkdir()
            generate(made, {})
            replace_tree(TARGET, made)
    print(f"{api.spec.name}: {len(found)} changes taken over; {text.count(MARK)} descriptions to write")
    return 0 if chosen.no_tests else tested()


def check_merged(text: str, api: Api, new: dict[str, object]) -> None:
    """See that our text says what the new version says, and nothing else."""
    left = find_changes(parse_document(parse(text.encode(), api.spec.name), api.spec.name), parse_document(new, "NEW"))
    if left:
        refuse(f"the contracts could not be joined: {left[0].words}: {left[0].element}")


def tested() -> int:
    """Say what the facade owes, and run the tests."""
    debts = subprocess.run([sys.executable, "-m", "scripts.facade_coverage"], check=False, cwd=ROOT)
    tests = subprocess.run([sys.executable, "-m", "pytest", "-q"], check=False, cwd=ROOT)
    return 1 if debts.returncode or tests.returncode else 0


def refuse(problem: str) -> NoReturn:
    """Stop without having changed anything."""
    print(*map(one_line, f"update-spec: {problem}".splitlines()), sep="\n", file=sys.stderr)
    raise SystemExit(REFUSED)


if __name__ == "__main__":
    sys.exit(main())
