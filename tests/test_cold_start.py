"""What a cold start loads: serverless functions pay for each module on every start."""

from __future__ import annotations

import pytest

from tests.test_exports import HEAVY, python

UNUSED_BY_GET = {
    "adapty._core.deletions",
    "adapty._sync.mail",
    "adapty.models.mail",
    "adapty.models.profile_request",
    "adapty.models.transactions",
    "asyncio",
    "dateutil",
    "difflib",
}


@pytest.mark.parametrize("name", ["Adapty", "AsyncAdapty"])
def test_importing_a_client_loads_nothing_heavy(name: str) -> None:
    """The client's class loads neither the HTTP library nor attrs; creating a client does."""
    printed = python(f"import sys; from adapty import {name}; print(*{{each.split('.')[0] for each in sys.modules}})")
    assert set(printed.split()) & HEAVY == set()


def test_first_call_loads_only_what_it_needs() -> None:
    """Getting a profile loads neither other resources nor their models, and no event loop."""
    printed = python("""
import sys
import httpx
from adapty import Adapty

BODY = {"data": {"profile_id": "p1", "access_levels": [{"expires_at": "2026-07-01T00:00:00.000000+0000"}]}}
with Adapty("key", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=BODY))) as client:
    print(client.profiles.get(customer_user_id="u").access_levels[0].expires_at)
print(*sys.modules)
""")
    expires_at, loaded = printed.splitlines()
    assert expires_at == "2026-07-01 00:00:00+00:00"
    assert set(loaded.split()) & UNUSED_BY_GET == set()


def test_creating_a_client_loads_no_generated_code() -> None:
    """The generated code is loaded by the first call."""
    printed = python("import sys, adapty; adapty.Adapty(mail_secret_key='key'); print(*sys.modules)")
    assert not [name for name in printed.split() if name.startswith("adapty_generated")]
