"""Runs two imports in two greenlets of one process, for a test: `python -m tests.bulk.greenlet_runs KIND URL`."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__: list[str] = []

COUNT = 20


def run(url: str, name: str, switch: Callable[[], object]) -> str:
    """Import profiles, let the other greenlet run meanwhile, and return the result."""
    # Not at the top: gevent patches what these import.
    from adapty import Adapty, AdaptyUsageError  # noqa: PLC0415
    from adapty.bulk import import_profiles  # noqa: PLC0415
    from tests.conftest import PROFILE  # noqa: PLC0415

    def profiles() -> Iterator[dict[str, Any]]:
        for number in range(COUNT):
            yield {**PROFILE, "external_profile_id": f"{name}_{number}"}

    try:
        with Adapty(mail_secret_key="k", mail_base_url=url) as adapty:
            return str(import_profiles(adapty, profiles(), concurrency=2, on_progress=lambda _: switch()).accepted)
    except AdaptyUsageError as refused:
        return str(refused)


def run_in_greenlets(url: str) -> list[str]:
    """Start the second run in the middle of the first one."""
    import greenlet  # type: ignore[import-untyped] # noqa: PLC0415

    second = greenlet.greenlet(partial(run, url, "b", int))
    results: list[str] = []

    def start_second() -> None:
        if not second:  # which is so before it starts, and when it has ended
            results.extend([] if second.dead else [second.switch()])

    return [run(url, "a", start_second), *results]


def run_with_gevent(url: str) -> list[str]:
    """Let both runs switch now and then."""
    import gevent  # type: ignore[import-untyped] # noqa: PLC0415

    jobs = [gevent.spawn(run, url, name, partial(gevent.sleep, 0)) for name in ("a", "b")]
    gevent.joinall(jobs)
    return [job.value for job in jobs]


def main() -> None:
    """Run both, then a third one alone, and print the results."""
    kind, url = sys.argv[1:]
    if kind == "gevent, patched":
        from gevent.monkey import patch_all  # type: ignore[import-untyped] # noqa: PLC0415

        patch_all()
    results = run_in_greenlets(url) if kind == "greenlet" else run_with_gevent(url)
    print(json.dumps([*results, run(url, "c", int)]))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
