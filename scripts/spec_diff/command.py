"""The command line of the comparison."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from scripts.spec_diff.compare import changes
from scripts.spec_diff.document import loaded
from scripts.spec_diff.errors import CannotCompareError
from scripts.spec_diff.gaps import debts_by_change, new_debts
from scripts.spec_diff.report import FORMATS, Report
from scripts.spec_diff.source import ROOT, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.spec_diff.document import Document

__all__ = ["main", "report_of"]

SAME, ADDITIVE, BREAKING, CANNOT = range(4)

LONGEST = 60.0
"""How many seconds a comparison may take; a contract can be made so that checking it never ends."""

HELP = """\
Compare a contract with ours by its meaning: what changes for our callers, and what the facade owes for it.

exit codes:
  0  nothing changes
  1  there are changes, none of which breaks callers
  2  there are breaking changes
  3  it cannot be compared: it cannot be read or reached, or it is not valid OpenAPI 3.0 or 3.1
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments; argparse's own exit code means something else here."""
        self.exit(CANNOT, f"{self.prog}: {without_secrets(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print the report, and give the exit code."""
    folder = ROOT / "openapi"
    parser = _Parser(
        prog="spec_diff", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("new", metavar="NEW", help="the contract to compare with ours: a file or an http(s) URL")
    apis = sorted(file.stem for file in folder.glob("*.yaml"))
    parser.add_argument("--api", choices=apis, default="mail", help="whose contract it is (default: mail)")
    parser.add_argument("--old", metavar="FILE", help="what to compare with (default: openapi/<api>.yaml)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to tell (default: text)")
    chosen = parser.parse_args(arguments)
    old = chosen.old or str(folder / f"{chosen.api}.yaml")
    try:
        with _time_limit(LONGEST):
            new = loaded(chosen.new)
            report = report_of(chosen.api, loaded(old), new)
    except CannotCompareError as problem:
        return _refuse(str(problem))
    except RecursionError:
        return _refuse("the references of the contract go deeper than can be followed")
    _print(FORMATS[chosen.format](report))
    if report.is_breaking:
        return BREAKING
    return ADDITIVE if report.changes else SAME


def report_of(api: str, old: Document, new: Document) -> Report:
    """Compare two contracts of an API."""
    found = changes(old, new)
    owes = new_debts(api, old, new)
    return Report(api, old.name, new.name, found, owes, debts_by_change(api, found, owes))


def _refuse(problem: str) -> int:
    line = "".join(letter if letter.isprintable() else " " for letter in problem)
    print(f"spec_diff: {line}".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
    return CANNOT


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        # Whoever reads has read enough; Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """End what takes too long, where the system can; again and again, should something catch it."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: Any) -> NoReturn:
        raise CannotCompareError(f"the comparison takes more than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
