# Generated from tests/_async/test_analytics_csv.py by `make unasync`; do not edit.

"""The vendor's CSV is written to a file: completely or not at all, for its owner only."""

from __future__ import annotations

import gzip
import stat
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import adapty as library
from adapty import Adapty, AdaptyUsageError
from tests.analytics_calls import CALLS, RANGE, Chunks
from tests.cases import case
from tests.server_side_calls import KEY, Stub, answering, error_body

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.raw_server import RawServer

CSV = b"date,value\n2026-01-01,9.99\n"
TYPE = {"Content-Type": "text/csv; charset=utf-8"}


def streaming(*parts: bytes, coding: str = "identity", error: Exception | None = None) -> Any:
    """Return a handler whose body arrives in parts, and may break."""
    return lambda _: httpx.Response(
        200, headers={**TYPE, "Content-Encoding": coding}, stream=Chunks(lambda: iter(parts), error)
    )


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_csv_is_written_to_a_private_file(stubbed: Adapty, stub: Stub, tmp_path: Path) -> None:
    """Each operation does so, and replaces a file of the same name."""
    for name, call in CALLS.items():
        output = tmp_path / f"{name}.csv"
        output.write_text("old")
        output.chmod(0o644)
        with stub.case(name=name):
            stub.replies = [streaming(CSV[:5], CSV[5:])]

            assert call(stubbed, format="csv", output=output) == output

            assert output.read_bytes() == CSV
            assert mode(output) == 0o600
            if name == "retrievePlacementInfo":
                assert "format" not in stub.sent
                assert stub.requests[0].headers.get_list("accept") == ["text/csv"]
            else:
                assert stub.sent["format"] == "csv"
                assert stub.requests[0].headers["accept"] == "*/*"
    assert len(names(tmp_path)) == len(CALLS)


def test_csv_may_be_text_path_and_compressed(stubbed: Adapty, stub: Stub, tmp_path: Path) -> None:
    """The path may be a str; the file is decompressed."""
    stub.replies = [streaming(gzip.compress(CSV), coding="gzip")]

    path = stubbed.analytics.chart("mrr", **RANGE, format="csv", output=str(tmp_path / "a.csv"))

    assert isinstance(path, Path)
    assert path.read_bytes() == CSV


def test_errors_leave_no_file(stubbed: Adapty, stub: Stub, tmp_path: Path) -> None:
    """An error, the page of a gateway, and JSON in place of CSV raise; an existing file stays."""
    output = tmp_path / "old.csv"
    output.write_text("old")
    page = answering(200, b"<html></html>", {"Content-Type": "text/html"})
    for reply, kind in (
        (answering(400, error_body("validation_error")), library.BadRequestError),
        (answering(401, b"{}", TYPE), library.AuthenticationError),
        (answering(429), library.RateLimitError),
        (page, library.UnexpectedResponseError),
        (answering(200, b'{"data": []}', {"Content-Type": "application/json"}), library.UnexpectedResponseError),
        (answering(200, CSV), library.UnexpectedResponseError),
        (answering(204, CSV, TYPE), library.UnexpectedResponseError),
        (streaming(CSV, error=httpx.ReadError("gone")), library.AdaptyConnectionError),
        (streaming(gzip.compress(CSV)[:-9], coding="gzip"), library.AdaptyConnectionError),
    ):
        with stub.case(kind=kind):
            stub.replies = [reply]
            with pytest.raises(kind):
                stubbed.analytics.chart("mrr", **RANGE, format="csv", output=output)
            assert output.read_text() == "old"
            assert names(tmp_path) == ["old.csv"]


def test_broken_download_starts_over(stubbed: Adapty, stub: Stub, tmp_path: Path) -> None:
    """The file has only what the last attempt sent."""
    stub.replies = [streaming(b"x" * 1000, error=httpx.ReadError("gone")), streaming(CSV)]

    path = stubbed.analytics.chart("mrr", **RANGE, format="csv", output=tmp_path / "a.csv")

    assert path.read_bytes() == CSV
    assert len(stub.requests) == 2


def test_csv_is_not_held_in_memory(tmp_path: Path) -> None:
    """A file may be larger than `max_response_bytes`, and needs little memory."""
    part = b"2026-01-01,9.99\n" * 4096

    def parts() -> Iterator[bytes]:
        return iter([part] * 128)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=TYPE, stream=Chunks(parts)))
    with Adapty(KEY, transport=transport, max_response_bytes=1000) as client:
        client.analytics.placements("paywall", format="csv", output=tmp_path / "first.csv")
        tracemalloc.start()
        try:
            path = client.analytics.chart("mrr", **RANGE, format="csv", output=tmp_path / "a.csv")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert path.stat().st_size == 128 * len(part)
    assert peak < 2_000_000


def test_output_must_be_a_file_that_can_be_written(stubbed: Adapty, stub: Stub, tmp_path: Path) -> None:
    """The error comes before the request, and nothing is left behind."""
    for output in (tmp_path, tmp_path / "missing" / "a.csv", "", "nul\0", 7, b"a.csv"):
        with case(output=output):
            with pytest.raises(AdaptyUsageError, match=r"^output: ") as caught:
                CALLS["retrieveFunnelData"](stubbed, format="csv", output=output)
            assert caught.value.field_name == "output"
    assert stub.requests == []
    assert names(tmp_path) == []


def test_full_disk_is_an_error(stubbed: Adapty, stub: Stub, tmp_path: Path) -> None:
    """It is not retried, and names the file's argument."""
    full = OSError(28, "No space left on device")
    stub.replies = [streaming(CSV)]
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object) -> None:
            raise full

        patch.setattr("adapty._downloads.Path.replace", fail)
        with pytest.raises(AdaptyUsageError, match=r"output: cannot be written: No space left"):
            stubbed.analytics.chart("mrr", **RANGE, format="csv", output=tmp_path / "a.csv")
    assert names(tmp_path) == []
    assert len(stub.requests) == 1


def test_csv_over_sockets(
    server: RawServer, new_transport: Callable[[], httpx.BaseTransport | None], tmp_path: Path
) -> None:
    """A response that is cut short is retried; one that stalls ends at the total timeout."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    cut_short = head + b"5\r\n%s\r\n" % CSV[:5]

    def stall(connection: socket.socket) -> None:
        connection.sendall(cut_short)
        server.released.wait(10)

    server.replies = [cut_short, head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(CSV), CSV)]
    with Adapty(KEY, admin_base_url=server.url, transport=new_transport()) as client:
        path = client.analytics.placements("paywall", format="csv", output=tmp_path / "a.csv")
        assert path.read_bytes() == CSV
        assert len(server.requests) == 2
        server.replies = [stall]
        hasty = client.with_options(timeout=0.2, max_retries=0)
        with pytest.raises(library.AdaptyTimeoutError):
            hasty.analytics.placements("paywall", format="csv", output=tmp_path / "b.csv")
    assert names(tmp_path) == ["a.csv"]
