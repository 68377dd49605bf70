"""CSV files of bulk jobs: the delimiter is an option, and a broken quote refuses the file before anything is sent."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import Adapty, AdaptyUsageError, AsyncAdapty
from adapty.bulk import async_import_profiles, erase, import_profiles

if TYPE_CHECKING:
    from tests.bulk.conftest import FakeApi

HEADER = "external_profile_id,external_created_at,email"
WHEN = "2026-06-01T10:30:00Z"


def write_rows(*rows: str, delimiter: str = ",") -> Path:
    """Write a file of profiles."""
    path = Path("base.csv")
    path.write_text("\n".join((HEADER, *rows, "")).replace(",", delimiter), encoding="utf-8")
    return path


def test_delimiter_is_used_for_the_input_and_its_rejects(adapty: Adapty, api: FakeApi) -> None:
    """The rejects file has the delimiter of the input, so that the same options import it again."""
    path = write_rows(f"user_1,{WHEN},jane@example.com", f"user_2,{WHEN},joe", "user_3,x", delimiter=";")

    report = import_profiles(adapty, path, delimiter=";")

    assert (report.profiles_accepted, report.profiles_rejected) == (1, 2)
    (rejects,) = report.rejects_files
    with rejects.open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file, delimiter=";")]
    assert [(row["external_profile_id"], row["_raw"]) for row in rows] == [("user_2", ""), ("", "user_3;x")]
    rejects.write_text(rejects.read_text().replace(f"user_2;{WHEN};joe", f"user_2;{WHEN};joe@example.com"))
    assert import_profiles(adapty, rejects, delimiter=";").profiles_accepted == 1
    assert {body["external_profile_id"] for body in api.bodies("profile")} == {"user_1", "user_2"}


def test_other_delimiter_cannot_resume_a_run(api: FakeApi) -> None:
    """The delimiter is part of the configuration that a resumed run must not change."""
    replies = iter([httpx.Response(200, json={}), *[httpx.Response(401, json={})] * 2])
    api.reply = lambda _: next(replies)
    path = write_rows(f"user_1,{WHEN},jane@example.com", f"user_2,{WHEN},jane@example.com")
    with Adapty(mail_secret_key="key", transport=httpx.MockTransport(api.handle)) as client:
        with pytest.raises(Exception, match="401"):
            import_profiles(client, path, concurrency=1)
        Path("base.csv.checkpoint").rename("other.checkpoint")
        path.write_text(path.read_text().replace(",", ";"))
        with pytest.raises(AdaptyUsageError, match=r"delimiter has changed from ',' to ';' since the run started"):
            import_profiles(client, path, delimiter=";", checkpoint="other.checkpoint")


def test_broken_quote_rejects_the_file_first(adapty: Adapty, api: FakeApi) -> None:
    """Nothing is sent; the corrected file is accepted."""
    rows = [f"user_{number},{WHEN},jane@example.com" for number in range(300)]
    path = write_rows(*rows[:250], f'user_x,{WHEN},"jane@example.com', *rows[250:])

    for dry_run in (False, True):
        with pytest.raises(AdaptyUsageError, match=r"^base\.csv: the record of lines 252 to 302 has a quote"):
            import_profiles(adapty, path, dry_run=dry_run)

    assert api.sent == []
    assert [each.name for each in Path().iterdir()] == ["base.csv"]
    write_rows(*rows)
    assert import_profiles(adapty, path).profiles_accepted == 300


def test_broken_quote_rejects_async_imports_and_erasures(adapty: Adapty, api: FakeApi) -> None:
    """All jobs are equally strict."""
    path = write_rows(f"user_1,{WHEN},jane@example.com", f'user_2,{WHEN},"jane"x')

    async def import_async() -> None:
        async with AsyncAdapty(mail_secret_key="key", transport=httpx.MockTransport(api.handle)) as client:
            await async_import_profiles(client, path)

    for job in (lambda: asyncio.run(import_async()), lambda: erase(adapty, path, api="mail", by="email")):
        with pytest.raises(AdaptyUsageError, match=r"^base\.csv: line 3 is not CSV: "):
            job()
    assert api.sent == []


def test_invalid_delimiter_is_rejected(adapty: Adapty) -> None:
    """The error names the option and the value."""
    path = write_rows(f"user_1,{WHEN},jane@example.com")
    for job in (lambda: import_profiles(adapty, path, delimiter=";;"), lambda: erase(adapty, path, delimiter=";;")):
        with pytest.raises(AdaptyUsageError, match=r"^delimiter: cannot separate the cells of CSV \(got ';;'\)"):
            job()
