"""Merge a new version of a contract into ours.

    python -m scripts.update_spec [NEW] [--api API] [--allow-removals] [--no-tests]

NEW is a file or URL, YAML or JSON; the default is the contract that the vendor publishes. It is validated, compared
with our contract by meaning, and merged; our descriptions stay. The low-level code is generated again, the changelog
gets an entry, the gaps of the facade are listed, and the tests run. An invalid contract, one of another API, or one
with an operation that the generator drops, changes nothing. So does one without an operation that the facade uses,
unless --allow-removals is given.

Exit codes: 0 merged, or no change; 1 merged, but the facade has gaps or tests fail; 3 rejected, nothing changed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from adapty._core.operations import OPERATIONS
from scripts.generate import APIS, ROOT, TARGET, Api, generate, replace_tree
from scripts.published import PUBLISHED
from scripts.spec_diff.compare import find_changes
from scripts.spec_diff.document import Document, load_document, parse_document
from scripts.spec_diff.reading import CannotCompareError, parse
from scripts.spec_diff.same_api import check_same_api
from scripts.spec_diff.text import one_line
from scripts.spec_for_generation import operations
from scripts.update_spec.changelog import add_entry
from scripts.update_spec.merge import MARK, merge_contract
from scripts.update_spec.notation import to_null_types
from scripts.update_spec.transaction import transaction

EXIT_REJECTED = 3
CHANGELOG = ROOT / "CHANGELOG.md"


def main(arguments: list[str] | None = None) -> int:
    """Merge the contract and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("new", nargs="?", help="a file or an http(s) URL (default: the published contract)")
    parser.add_argument("--api", choices=[api.package for api in APIS], default="mail", help="the API (default: mail)")
    parser.add_argument(
        "--allow-removals", action="store_true", help="remove operations that the facade uses; its methods then fail"
    )
    parser.add_argument("--no-tests", action="store_true", help="do not run the tests")
    options = parser.parse_args(arguments)
    (api,) = (api for api in APIS if api.package == options.api)
    source = options.new or PUBLISHED.get(options.api)
    if source is None:
        parser.error(f"NEW is missing, and the vendor publishes no contract of {options.api}")
    try:
        old, new = load_document(str(api.spec)), load_document(source)
        check_same_api(old, new)
        found = find_changes(old, new)
    except CannotCompareError as problem:
        reject(str(problem))
    if not found:
        print(f"{api.spec.name}: no change")
        return 0
    removed = find_removed_operations(api, old, new)
    if removed and not options.allow_removals:
        names = ", ".join(removed)
        reject(f"{new.name}: lacks operations that the facade uses: {names}; --allow-removals removes them")
    text = merge_contract(api.spec.read_text("utf-8"), to_null_types(new.content))
    check_merged(text, api, new.content)
    with tempfile.TemporaryDirectory() as scratch:
        spec = Path(scratch) / api.spec.name
        spec.write_text(text, "utf-8")
        package = Path(scratch) / "adapty_generated"
        try:
            generate(package, {api.package: spec}, [api])
        except SystemExit as problem:
            reject(str(problem))
        with transaction([api.spec, TARGET, CHANGELOG]):
            api.spec.write_text(text, "utf-8")
            CHANGELOG.write_text(add_entry(CHANGELOG.read_text("utf-8"), api.title, found), "utf-8")
            # Generated from the file at its final path, which the headers contain.
            package = Path(scratch) / "final" / "adapty_generated"
            package.parent.mkdir()
            generate(package, {})
            replace_tree(TARGET, package)
    print(f"{api.spec.name}: {len(found)} changes merged; {text.count(MARK)} descriptions to write")
    return 0 if options.no_tests else run_checks()


def find_removed_operations(api: Api, old: Document, new: Document) -> list[str]:
    """Return the operations that the facade uses and only the old contract has."""
    before, after = ({one.get("operationId") for *_, one in operations(each.content)} for each in (old, new))
    return [name for one, uses in OPERATIONS.items() if one == api.package for name in uses if name in before - after]


def check_merged(text: str, api: Api, new: dict[str, object]) -> None:
    """Exit unless our text means the same as the new version."""
    remaining = find_changes(
        parse_document(parse(text.encode(), api.spec.name), api.spec.name), parse_document(new, "NEW")
    )
    if remaining:
        reject(f"the contracts could not be merged: {remaining[0].words}: {remaining[0].element}")


def run_checks() -> int:
    """List the gaps of the facade, and run the tests."""
    gaps = subprocess.run([sys.executable, "-m", "scripts.facade_coverage"], check=False, cwd=ROOT)
    tests = subprocess.run([sys.executable, "-m", "pytest", "-q"], check=False, cwd=ROOT)
    return 1 if gaps.returncode or tests.returncode else 0


def reject(problem: str) -> NoReturn:
    """Exit without any change."""
    print(*map(one_line, f"update-spec: {problem}".splitlines()), sep="\n", file=sys.stderr)
    raise SystemExit(EXIT_REJECTED)


if __name__ == "__main__":
    sys.exit(main())
