"""Runs two imports in two greenlets of one process, for a test: `python -m tests.bulk.greenlet_runs KIND URL`."""

from __future__ import annotations

import json
import sys

KIND, URL = sys.argv[1:]
if KIND == "gevent, patched":
    from gevent.monkey import patch_all  # type: ignore[import-untyped]

    patch_all()

import gevent  # type: ignore[import-untyped]  # noqa: E402 - patched first
import greenlet  # type: ignore[import-untyped]  # noqa: E402

from adapty import Adapty, AdaptyUsageError  # noqa: E402
from adapty.bulk import import_profiles  # noqa: E402
from tests.conftest import PROFILE  # noqa: E402

__all__: list[str] = []

COUNT = 20


def run(name: str, switch: object) -> str:
    """Import profiles, let the other greenlet run between them, and return what came of it."""

    def profiles() -> object:
        for number in range(COUNT):
            switch()  # type: ignore[operator]
            yield {**PROFILE, "external_profile_id": f"{name}_{number}"}

    try:
        with Adapty(mail_secret_key="k", mail_base_url=URL) as adapty:
            return str(import_profiles(adapty, profiles(), lanes=2).accepted)  # type: ignore[arg-type]
    except AdaptyUsageError as refused:
        return str(refused)


def main() -> None:
    """Run both, then one more alone, and print what came of each."""
    if KIND == "greenlet":
        second = greenlet.greenlet(run)
        results: list[str] = []

        def start_second() -> None:
            if not results:
                results.append("")
                results[0] = second.switch("b", int)

        results = [run("a", start_second), *results]
    else:
        jobs = [gevent.spawn(run, name, lambda: gevent.sleep(0)) for name in ("a", "b")]
        gevent.joinall(jobs)
        results = [job.value for job in jobs]
    print(json.dumps([*results, run("c", int)]))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
