# Made from tests/_async/test_faults.py by `make unasync`; do not edit.

"""What goes wrong between client and API, on a real socket: always a typed exception, never the key in it."""

from __future__ import annotations

import gzip
import json
import logging
import pickle
import traceback
from typing import TYPE_CHECKING

import pytest

import adapty as library
from adapty import AdaptyError
from tests.conftest import PROFILE
from tests.raw_server import OK, answer

if TYPE_CHECKING:
    from adapty import Adapty
    from tests.raw_server import RawServer

KEY = "secret_live_shown"
HTML = b"<html><h1>502 Bad Gateway</h1></html>"
ECHO = json.dumps({"errors": [{"message": f"Bearer {KEY} of jane@example.com is odd"}]}).encode()

ANSWERS = {
    "html-502": (answer(502, HTML), "ServerError"),
    "empty-500": (answer(500), "ServerError"),
    "499": (answer(499), "AdaptyAPIError"),
    "520": (answer(520, b"\xff\xfe\x00"), "ServerError"),
    "401-html": (answer(401, HTML), "AuthenticationError"),
    "403-html": (answer(403, HTML), "PermissionDeniedError"),
    "404-empty": (answer(404), "NotFoundError"),
    "409": (answer(409, b"{}"), "ConflictError"),
    "422": (answer(422, b'{"errors": {"a": 1}}'), "UnprocessableError"),
    "429": (answer(429, b"slow down", "Retry-After: 0"), "RateLimitError"),
    "list": (answer(400, b"[1, 2]"), "BadRequestError"),
    "strings": (answer(400, b'{"errors": ["one", null, 3]}'), "BadRequestError"),
    "null": (answer(400, b"null"), "BadRequestError"),
    "wrong-types": (
        answer(400, b'{"errors": [{"message": 1, "field_name": {}}], "error_code": []}'),
        "BadRequestError",
    ),
    "echoed-key": (answer(400, ECHO, f"X-Echo: Bearer {KEY}"), "BadRequestError"),
    "redirect": (answer(302, b"", "Location: http://127.0.0.1:1/elsewhere"), "AdaptyAPIError"),
    "200-html": (answer(200, HTML), "UnexpectedResponseError"),
    "200-empty": (answer(200), "UnexpectedResponseError"),
    "200-list": (answer(200, b"[]"), "UnexpectedResponseError"),
    "200-null": (answer(200, b"null"), "UnexpectedResponseError"),
    "200-cut-json": (answer(200, b'{"a": '), "UnexpectedResponseError"),
    "200-not-utf8": (answer(200, b'{"a": "\xff"}'), "UnexpectedResponseError"),
    "201": (answer(201, b"{}"), "UnexpectedResponseError"),
    "204": (b"HTTP/1.1 204 X\r\n\r\n", "UnexpectedResponseError"),
    "cut-short": (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", "AdaptyConnectionError"),
    "bad-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "AdaptyConnectionError"),
    "bad-gzip": (answer(200, b"{}", "Content-Encoding: gzip"), "AdaptyConnectionError"),
    "not-http": (b"SSH-2.0-OpenSSH_9.6\r\n", "AdaptyConnectionError"),
    "bad-header": (b"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n", "AdaptyConnectionError"),
    "nothing": (b"", "AdaptyConnectionError"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_strange_answer_is_a_typed_exception(client: Adapty, server: RawServer, name: str) -> None:
    """Whatever comes back, the exception is ours, tells what was asked, pickles, and shows no key and no address."""
    reply, expected = ANSWERS[name]
    server.replies = [reply]

    with pytest.raises(AdaptyError) as caught:
        client.mail.save_profile(**PROFILE)

    error = caught.value
    assert type(error).__name__ == expected
    assert isinstance(error, library.AdaptyAPIError | library.AdaptyConnectionError)
    assert (error.operation, error.method, error.path) == ("saveProfile", "POST", "/api/v1/profile/save/")
    assert error.attempts == len(server.requests)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (str(again), vars(again)) == (str(error), vars(error))
    shown = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert KEY not in shown
    assert "jane@example.com" not in str(error) + repr(vars(error))


@pytest.mark.parametrize(
    ("reply", "repeated"),
    [
        (answer(408), True),
        (answer(429), True),
        (answer(500), True),
        (answer(503, HTML), True),
        (answer(520), True),
        (b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", True),
        (answer(400, b"{}"), False),
        (answer(403), False),
        (answer(404), False),
        (answer(409), False),
        (answer(499), False),
        (answer(200, HTML), False),
    ],
)
def test_only_what_may_pass_is_tried_again(
    client: Adapty,
    server: RawServer,
    slept: list[float],
    reply: bytes,
    repeated: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A passing fault costs a wait and no more; a lasting one is told at once."""
    server.replies = [reply, OK]

    if repeated:
        client.mail.save_profile(**PROFILE)
        assert len(slept) == 1
        assert 0 <= slept[0] <= 0.5
    else:
        with pytest.raises(AdaptyError):
            client.mail.save_profile(**PROFILE)
        assert slept == []
    assert len(server.requests) == 1 + repeated


def test_all_tries_send_the_same_bytes(client: Adapty, server: RawServer) -> None:
    """A retry repeats the request as it was, so that the API can tell that it is the same one."""
    server.replies = [answer(500), b"", OK]

    client.mail.save_profile(**PROFILE)

    assert len(server.requests) == 3
    assert len(set(server.requests)) == 1


def test_retry_after_is_waited_out(client: Adapty, server: RawServer, slept: list[float]) -> None:
    """No try comes sooner than the API asks for."""
    server.replies = [answer(429, b"", "Retry-After: 7"), OK]

    client.mail.save_profile(**PROFILE)

    assert slept == [7.0]


def test_a_long_retry_after_is_told_instead(client: Adapty, server: RawServer, slept: list[float]) -> None:
    """Nobody is kept waiting for minutes: the exception says how long the API asks to wait."""
    server.replies = [answer(429, b"", "Retry-After: 3600")]

    with pytest.raises(library.RateLimitError, match="asked to wait 3600 s") as caught:
        client.mail.save_profile(**PROFILE)

    assert caught.value.retry_after == 3600.0
    assert slept == []


@pytest.mark.parametrize("stalling", ["stall", "start_and_stall"])
def test_a_stalled_answer_times_out(client: Adapty, server: RawServer, stalling: str) -> None:
    """Silence before or inside the answer ends with a timeout that says which phase ran out."""
    server.replies = [getattr(server, stalling)]

    hurried = client.with_options(timeout=0.05, max_retries=1)
    with pytest.raises(library.AdaptyTimeoutError, match=r"saveProfile: no answer within 0\.05 s \(after 2 tries\)"):
        hurried.mail.save_profile(**PROFILE)

    assert len(server.requests) == 2


def test_an_unreachable_api_is_a_connection_error(server: RawServer, client: Adapty) -> None:
    """Nobody listening ends with a connection error after all tries."""
    url = server.url.rpartition(":")[0] + ":1"
    with type(client)(mail_secret_key=KEY, mail_base_url=url, max_retries=1) as lost:
        with pytest.raises(library.AdaptyConnectionError, match="after 2 tries") as caught:
            lost.mail.save_profile(**PROFILE)

    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("host", ["xn--a", "xn--999999999b.com", "999.999.999.999"])
def test_a_host_name_that_is_none_is_a_connection_error(client: Adapty, host: str) -> None:
    """What only shows when the request is made is typed as well, and not tried again."""
    with type(client)(mail_secret_key=KEY, mail_base_url=f"https://{host}") as lost:
        with pytest.raises(library.AdaptyConnectionError, match="after 1 try"):
            lost.mail.save_profile(**PROFILE)


def test_a_compressed_answer_is_read(client: Adapty, server: RawServer) -> None:
    """Compression on the way is no obstacle."""
    server.replies = [answer(200, gzip.compress(b"{}"), "Content-Encoding: gzip")]

    client.mail.save_profile(**PROFILE)


def test_unknown_fields_of_a_success_are_no_obstacle(client: Adapty, server: RawServer) -> None:
    """The API may say more one day."""
    server.replies = [answer(200, b'{"profile_id": "1", "new": [null]}')]

    client.mail.save_profile(**PROFILE)


def test_the_log_tells_requests_and_retries_but_no_secrets(
    client: Adapty,
    server: RawServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The logger `adapty` has a line for each retry at INFO and each end at DEBUG, without key or address."""
    caplog.set_level(logging.DEBUG, "adapty")
    server.replies = [answer(500, ECHO), answer(400, ECHO)]

    with pytest.raises(library.BadRequestError):
        client.mail.save_profile(**PROFILE)

    ours = [record for record in caplog.records if record.name == "adapty"]
    assert [record.levelname for record in ours] == ["INFO", "DEBUG"]
    assert "saveProfile: 500, trying again in" in ours[0].getMessage()
    assert ours[1].getMessage() == "saveProfile: POST /api/v1/profile/save/: 400"
    assert all(KEY not in r.getMessage() and "jane@" not in r.getMessage() for r in caplog.records)
