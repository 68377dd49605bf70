# Generated from tests/_async/test_low_level.py by `make unasync`; do not edit.

"""The generated code alone, and with a client from the facade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from adapty import Adapty
from adapty_generated.mail import AuthenticatedClient
from adapty_generated.mail.api.default import save_profile
from adapty_generated.mail.models import Errors, ProfileDTO
from adapty_generated.mail.types import UNSET
from tests.conftest import PROFILE

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer


def test_low_level_returns_a_configured_client(adapty: Adapty, sandbox: Sandbox) -> None:
    """It has the key, the address and the timeouts, and works with every generated endpoint function."""
    client = adapty.mail.low_level()

    answer = save_profile.sync_detailed(client=client, body=ProfileDTO.from_dict(PROFILE))

    assert answer.status_code == 200
    assert sandbox.profile("user_12345") is not None
    timeout = client.get_httpx_client().timeout
    assert (timeout.connect, timeout.read, timeout.write, timeout.pool) == (5, 30, 30, 30)
    client.get_httpx_client().close()
    adapty.mail.save_profile(**PROFILE)  # closing the one leaves the other's connections open


def test_low_level_client_shares_connections(server: RawServer) -> None:
    """It uses the facade's httpx client, including its proxies and hooks."""
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> None:
        seen.append(request)

    with (
        httpx.Client(event_hooks={"request": [note]}) as http_client,
        Adapty(mail_secret_key="secret_live_1", mail_base_url=server.url, http_client=http_client) as adapty,
    ):
        body = ProfileDTO.from_dict(PROFILE)
        answer = save_profile.sync_detailed(client=adapty.mail.low_level(), body=body)

    assert answer.status_code == 200
    assert len(seen) == 1
    assert b"authorization: bearer secret_live_1" in server.requests[0].lower()


def test_copies_of_low_level_client_share_connections(sandbox: Sandbox) -> None:
    """with_headers, with_cookies and with_timeout use the facade's transport, too."""
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    with Adapty(
        mail_secret_key="secret_live_1",
        mail_base_url=sandbox.url,
        transport=httpx.MockTransport(note),
    ) as adapty:
        ready = adapty.mail.low_level().with_headers({"X-Trace": "1"}).with_timeout(httpx.Timeout(3))
        save_profile.sync_detailed(client=ready.with_cookies({"a": "b"}), body=ProfileDTO.from_dict(PROFILE))

    assert sandbox.requests() == []
    assert seen[0].headers["Authorization"] == "Bearer secret_live_1"
    assert (seen[0].headers["X-Trace"], seen[0].headers["Cookie"]) == ("1", "a=b")


def test_generated_code_works_without_facade(sandbox: Sandbox) -> None:
    """The generated package works alone: client, models, endpoint functions."""
    with AuthenticatedClient(base_url=sandbox.url, token=sandbox.mail_key) as client:
        saved = save_profile.sync_detailed(client=client, body=ProfileDTO.from_dict(PROFILE))
    with AuthenticatedClient(base_url=sandbox.url, token="wrong") as client:
        refused = save_profile.sync_detailed(client=client, body=ProfileDTO.from_dict(PROFILE))

    assert saved.status_code == 200
    assert isinstance(refused.parsed, Errors)
    assert refused.parsed.errors
    assert refused.parsed.errors[0].error_code == "secret_key_does_not_exist_error"
    assert refused.parsed.errors[0].field_name in {None, UNSET}


def test_generated_client_hides_its_token(sandbox: Sandbox) -> None:
    """Neither its repr nor the given headers dict contains the token; copies do not change the original."""
    headers = {"X-Trace": "1"}
    with AuthenticatedClient(base_url=sandbox.url, token="secret_live_2", headers=headers) as client:
        other = client.with_headers({"X-Other": "2"}).with_timeout(httpx.Timeout(1)).with_cookies({"a": "b"})
        kept = client.get_httpx_client()

        assert "secret_live_2" not in repr(client) + repr(other)
        assert headers == {"X-Trace": "1"}
        assert "x-other" not in kept.headers
        assert kept.timeout != httpx.Timeout(1)
        assert not kept.cookies
