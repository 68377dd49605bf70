"""Downloads that end in the middle leave nothing behind."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import AdaptyUsageError, AsyncAdapty
from adapty._downloads import Download
from tests.cases import case

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def suffixes(folder: Path) -> list[str]:
    """Return the suffixes of the files in a folder."""
    return [path.suffix for path in folder.iterdir()]


class Endless(httpx.AsyncByteStream):
    """A body of which only a part arrives."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"date,value\n"
        self.has_begun.set()
        await asyncio.Event().wait()


def test_cancelled_download_leaves_no_file(tmp_path: Path) -> None:
    """A task that is cancelled in the middle of the response deletes its part."""

    async def run() -> None:
        body = Endless()
        response = httpx.Response(200, headers={"Content-Type": "text/csv"}, stream=body)
        client = AsyncAdapty("secret_endless", transport=httpx.MockTransport(lambda _: response))
        download = client.analytics.placements("paywall", format="csv", output=tmp_path / "a.csv")
        task = asyncio.create_task(download)
        await body.has_begun.wait()
        assert suffixes(tmp_path) == [".part"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert suffixes(tmp_path) == []


def test_interrupted_download_leaves_no_file(tmp_path: Path) -> None:
    """So does one that Ctrl-C interrupts."""

    def write_and_interrupt() -> None:
        with Download(tmp_path / "a.csv") as download:
            download.write(b"date,value\n")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_interrupt()
    assert suffixes(tmp_path) == []


def test_only_csv_of_a_success_is_accepted(tmp_path: Path) -> None:
    """The bodies of errors, and of a success in another format, stay in memory for the exception."""
    download = Download(tmp_path / "a.csv")
    for status, content_type, is_accepted in (
        (200, "text/csv", True),
        (200, "Text/CSV; charset=utf-8", True),
        (200, "application/json", False),
        (200, "", False),
        (201, "text/csv", False),
        (429, "text/csv", False),
        (500, "text/csv", False),
    ):
        with case(status, content_type):
            assert download.accepts(status, {"content-type": content_type}) is is_accepted


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names")
def test_devices_are_not_replaced(tmp_path: Path) -> None:
    """A pipe or a device stays what it is."""
    os.mkfifo(tmp_path / "a.pipe")
    for output in (tmp_path / "a.pipe", "/dev/null"):
        with pytest.raises(AdaptyUsageError, match=r"^output: is a folder or a device"), Download(output):
            pass
    assert suffixes(tmp_path) == [".pipe"]


def test_link_stays_a_link_to_the_file(tmp_path: Path) -> None:
    """The file that a link leads to is replaced, and the returned path is the one that was given."""
    folder = tmp_path / "real"
    folder.mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to(folder / "a.csv")

    for content in (b"new", b"replaced"):
        with Download(link) as download:
            download.write(content)
            assert download.commit() == link

        assert link.is_symlink()
        assert (folder / "a.csv").read_bytes() == content
    assert suffixes(folder) == [".csv"]


def test_failed_write_is_a_usage_error(tmp_path: Path) -> None:
    """Its message is that of the system."""

    class FullDisk:
        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    with Download(tmp_path / "a.csv") as download:
        opened, download._file = download._file, FullDisk()  # type: ignore[assignment]
        assert opened is not None
        opened.close()
        with pytest.raises(AdaptyUsageError, match=r"^output: cannot be written: No space left on device$"):
            download.write(b"x")
    assert suffixes(tmp_path) == []
