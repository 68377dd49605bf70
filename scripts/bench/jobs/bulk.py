"""A bulk import of a CSV file as users run it, with its checkpoint: with the extra `fast`, and without."""

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
    """Import over the quick transport."""
    with _importing(url, fast_expected=True) as prepare:
        yield prepare


@contextmanager
def without_fast(url: str) -> Iterator[Prepare]:
    """Import over httpx's own connections, as where the extra is not installed."""
    sys.modules["aiohttp"] = None  # type: ignore[assignment] # to the import system it is not there
    with _importing(url, fast_expected=False) as prepare:
        yield prepare


@contextmanager
def _importing(url: str, *, fast_expected: bool) -> Iterator[Prepare]:
    from adapty import Adapty  # noqa: PLC0415 - only after it is settled what is installed
    from adapty.bulk import import_profiles  # noqa: PLC0415
    from adapty.fast import fast_is_installed  # noqa: PLC0415

    if fast_is_installed() is not fast_expected:
        sys.exit('the extra is not installed: pip install "adapty[fast]"')
    file = Path("profiles.csv")
    with Adapty(mail_secret_key=KEY, mail_base_url=url) as adapty:

        def prepare(count: int) -> Callable[[], object]:
            write_csv(file, count)

            def send() -> None:
                report = import_profiles(adapty, file)
                if report.profiles_accepted != count:
                    raise RuntimeError(f"{report.profiles_accepted} of {count} records were accepted")

            return send

        yield prepare
