"""Erases in a separate process that tests can kill: `python -m tests.bulk.eraser URL OPTIONS`."""

from __future__ import annotations

import json
import sys

from adapty import Adapty
from adapty.bulk import _stage_runner, erase

__all__: list[str] = []


def main() -> None:
    """Erase the users in `users.txt` of the current folder, saving often, and print the report."""
    url, options = sys.argv[1:]
    _stage_runner._REPORT_SECONDS = 0.002
    with Adapty("k", mail_secret_key="k", base_url=url, mail_base_url=url) as adapty:
        report = erase(adapty, "users.txt", **json.loads(options))
    print(report.to_json())  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
