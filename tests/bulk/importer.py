"""Imports in a separate process that tests can kill: `python -m tests.bulk.importer URL OPTIONS`."""

from __future__ import annotations

import json
import signal
import sys

from attrs import evolve

from adapty import Adapty
from adapty._core.retry import RetryPolicy
from adapty.bulk import _stage_runner, import_all

__all__: list[str] = []


def main() -> None:
    """Import the files of the current folder, and print the report or the notes of the exception."""
    url, given = sys.argv[1:]
    options = json.loads(given)
    _stage_runner._REPORT_SECONDS = options.pop("report_seconds", _stage_runner._REPORT_SECONDS)
    timeout = options.pop("timeout", 5.0)
    with Adapty(mail_secret_key="k", mail_base_url=url, timeout=timeout) as adapty:
        adapty._transport.config = evolve(adapty._transport.config, retries=RetryPolicy(base=0.01, cap=0.1))
        try:
            report = import_all(adapty, profiles="profiles.csv", events="events.jsonl", **options)
        except KeyboardInterrupt as interrupt:
            # The test sends signals until this process has ended, and nothing catches them at interpreter exit.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            print(json.dumps(interrupt.__notes__))  # noqa: T201 - the test reads it
            sys.exit(130)
    print(report.to_json())  # noqa: T201


if __name__ == "__main__":
    main()
