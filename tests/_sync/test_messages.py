# Generated from tests/_async/test_messages.py by `make unasync`; do not edit.

"""Error messages: the target of a redirect, the unreachable host, the source of the rejected key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapty import (
    Adapty,
    AdaptyAPIError,
    AdaptyConnectionError,
    AdaptyTimeoutError,
    AuthenticationError,
    FeatureNotEnabledError,
    PermissionDeniedError,
    Timeouts,
)
from tests.conftest import PROFILE
from tests.raw_server import answer

if TYPE_CHECKING:
    from tests.raw_server import RawServer

KEY = "secret_live_shown"

REDIRECTS = {
    "https://www.example.com/login": "https://www.example.com/login",
    "https://jane:opensesame@www.example.com:8443/a/b?token=opensesame#opensesame": "https://www.example.com:8443/a/b",
    "//www.example.com/?opensesame": "//www.example.com/",
    "/login/?next=opensesame": "/login/",
    "login": "login",
    f"/{KEY}/jane@example.com": "/[redacted][redacted]",
    "/" + "x" * 500: "/" + "x" * 299,
    "/" + "x" * 290 + KEY: "/" + "x" * 290 + "[redacted",
}


def test_redirect_error_has_the_target(server: RawServer) -> None:
    """The target is shown without credentials and query, escaped and shortened; nothing is sent there."""
    for status in (301, 302, 307, 308):
        for location, shown in REDIRECTS.items():
            server.replies = [answer(status, b"moved", f"Location: {location}")]
            with Adapty(mail_secret_key=KEY, mail_base_url=server.url) as adapty:
                with pytest.raises(AdaptyAPIError) as caught:
                    adapty.mail.save_profile(**PROFILE)
            assert str(caught.value).startswith(f"saveProfile: {status}: unexpected redirect to {shown};")
            assert "opensesame" not in str(caught.value)
            assert KEY not in str(caught.value)
            assert str(caught.value).isprintable()
    server.replies = [answer(304)]
    with Adapty(mail_secret_key=KEY, mail_base_url=server.url) as adapty:
        with pytest.raises(AdaptyAPIError, match=r"^saveProfile: 304: no error message"):
            adapty.mail.save_profile(**PROFILE)


def test_connection_error_names_host_and_variable(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named only if the address comes from it."""
    with Adapty(KEY, base_url="http://127.0.0.1:1", max_retries=0) as adapty:
        with pytest.raises(AdaptyConnectionError, match=r"^getProfile: cannot connect to 127\.0\.0\.1:1: "):
            adapty.profiles.get(customer_user_id="u1")
    monkeypatch.setenv("ADAPTY_BASE_URL", "http://127.0.0.1:1/path")
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", server.url)
    server.replies = [server.stall]
    address = server.url.removeprefix("http://")
    with Adapty(KEY, mail_secret_key=KEY, max_retries=0) as adapty:
        with pytest.raises(
            AdaptyConnectionError, match=r"^getProfile: cannot connect to 127\.0\.0\.1:1 \(ADAPTY_BASE_URL\): "
        ):
            adapty.profiles.get(customer_user_id="u1")
        with pytest.raises(AdaptyTimeoutError) as caught:
            adapty.with_options(timeout=Timeouts(read=0.1)).mail.save_profile(**PROFILE)
    assert str(caught.value).startswith(f"saveProfile: {address} (ADAPTY_MAIL_BASE_URL): no response within 0.1 s")


def test_authentication_error_names_the_key_source(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable or the argument with the rejected key; other errors do not."""
    unknown = json.dumps({"errors": [], "error_code": "secret_key_does_not_exist_error"}).encode()
    disabled = json.dumps({"errors": [], "error_code": "feature_not_enabled"}).encode()
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "another_secret_key")
    monkeypatch.setenv("ADAPTY_MAIL_SECRET_KEY", KEY)
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", server.url)
    refusals: list[tuple[bytes, type[AdaptyAPIError]]] = [
        (answer(401), AuthenticationError),
        (answer(403), PermissionDeniedError),
        (answer(403, unknown), AuthenticationError),
    ]
    for reply, kind in refusals:
        server.replies = [reply]
        with Adapty(secret_key=KEY, base_url=server.url) as adapty:
            with pytest.raises(kind, match=r"key from ADAPTY_MAIL_SECRET_KEY\)$"):
                adapty.mail.save_profile(**PROFILE)
            with pytest.raises(kind, match=r"key from the argument secret_key\)$"):
                adapty.profiles.get(customer_user_id="u1")
    for reply in (answer(400), answer(403, disabled)):
        server.replies = [reply]
        with Adapty() as adapty:
            with pytest.raises(AdaptyAPIError) as caught:
                adapty.mail.save_profile(**PROFILE)
        assert "key from" not in str(caught.value)
        assert isinstance(caught.value, FeatureNotEnabledError) == (reply != answer(400))


def test_cookies_are_not_stored(server: RawServer) -> None:
    """Cookies of a response are not sent with later requests."""
    server.replies = [answer(200, b"{}", "Content-Type: application/json", "Set-Cookie: session=opensesame; Path=/")]
    with Adapty(mail_secret_key=KEY, mail_base_url=server.url) as adapty:
        for client in (adapty, adapty.with_options(timeout=5), adapty):
            client.mail.save_profile(**PROFILE)
    assert len(server.requests) == 3
    assert b"cookie" not in b"".join(server.requests).lower()
