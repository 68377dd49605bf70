"""A bulk import of a CSV file with its checkpoint, with and without the extra `fast`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench.records import KEY, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench.jobs import Prepare

__all__ = ["fast", "without_fast"]


@contextmanager
def fast(url: str) -> Iterator[Prepare]:
    """Import with `adapty.fast`."""
    with _import_profiles(url, expect_fast=True) as prepare:
        yield prepare


@contextmanager
def without_fast(url: str) -> Iterator[Prepare]:
    """Import with httpx, as without the extra."""
    sys.modules["aiohttp"] = None  # type: ignore[assignment] # hide it from the import system
    with _import_profiles(url, expect_fast=False) as prepare:
        yield prepare


@contextmanager
def _import_profiles(url: str, *, expect_fast: bool) -> Iterator[Prepare]:
    from adapty import Adapty  # noqa: PLC0415 - after aiohttp is hidden
    from adapty.bulk import import_profiles  # noqa: PLC0415
    from adapty.fast import fast_is_installed  # noqa: PLC0415

    if fast_is_installed() is not expect_fast:
        sys.exit('the extra is not installed: pip install "adapty[fast]"')
    file = Path("profiles.csv")
    with Adapty(mail_secret_key=KEY, mail_base_url=url) as client:

        def prepare(count: int) -> Callable[[], object]:
            write_csv(file, count)

            def send() -> None:
                report = import_profiles(client, file)
                if report.profiles_accepted != count:
                    raise RuntimeError(f"{report.profiles_accepted} of {count} records were accepted")

            return send

        yield prepare
