"""Compare a contract with ours: python -m scripts.spec_diff [NEW]."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from scripts.published import PUBLISHED
from scripts.spec_diff.compare import find_changes
from scripts.spec_diff.document import load_document
from scripts.spec_diff.gaps import assign_gaps, find_new_gaps
from scripts.spec_diff.reading import ROOT, CannotCompareError, strip_credentials
from scripts.spec_diff.report import FORMATS, Report
from scripts.spec_diff.same_api import check_same_api

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.spec_diff.document import Document

__all__ = ["create_report", "main"]

EXIT_SAME, EXIT_ADDITIVE, EXIT_BREAKING, EXIT_FAILED = range(4)

MAX_SECONDS = 60.0
"""Seconds that a comparison may take; some contracts would take for ever to validate."""

HELP = """\
Compare a contract with ours by meaning: what changes for callers, and what the facade then does not cover.

exit codes:
  0  no change
  1  additive changes only
  2  breaking changes
  3  failed: the contract cannot be read, is not valid OpenAPI 3.0 or 3.1, or belongs to another API
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with our code: argparse's own code 2 means breaking changes here."""
        self.exit(EXIT_FAILED, f"{self.prog}: {strip_credentials(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report and return the exit code."""
    folder = ROOT / "openapi"
    parser = _Parser(
        prog="spec_diff", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument(
        "new", metavar="NEW", nargs="?", help="the new contract: a file or an http(s) URL (default: the published one)"
    )
    apis = sorted(file.stem for file in folder.glob("*.yaml"))
    parser.add_argument("--api", choices=apis, default="mail", help="the API (default: mail)")
    parser.add_argument("--old", metavar="FILE", help="the old contract (default: openapi/<api>.yaml)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="the format of the report (default: text)")
    options = parser.parse_args(arguments)
    old = options.old or str(folder / f"{options.api}.yaml")
    new_source = options.new or PUBLISHED.get(options.api)
    if new_source is None:
        parser.error(f"NEW is missing, and the vendor publishes no contract of {options.api}")
    try:
        with _time_limit(MAX_SECONDS):
            new = load_document(new_source)
            report = create_report(options.api, load_document(old), new)
    except CannotCompareError as problem:
        return _fail(str(problem))
    except RecursionError:
        return _fail("the references of the contract are nested too deep")
    _print(FORMATS[options.format](report))
    if report.is_breaking:
        return EXIT_BREAKING
    return EXIT_ADDITIVE if report.changes else EXIT_SAME


def create_report(api: str, old: Document, new: Document) -> Report:
    """Compare two contracts of an API."""
    check_same_api(old, new)
    found = find_changes(old, new)
    gaps = find_new_gaps(api, old, new)
    by_change = [list(map(str, assigned)) for assigned in assign_gaps(api, found, gaps)]
    return Report(api, old.name, new.name, found, list(map(str, gaps)), by_change)


def _fail(problem: str) -> int:
    line = "".join(letter if letter.isprintable() else " " for letter in problem)
    print(f"spec_diff: {line}".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
    return EXIT_FAILED


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        # The reader closed the pipe; without this, Python would fail again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise if the block takes too long, where the system supports it; repeatedly, in case the error is caught."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: Any) -> NoReturn:
        raise CannotCompareError(f"the comparison took more than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    sys.exit(main())
