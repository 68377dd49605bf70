"""The low-level client of one kind, used with functions of the other kind."""

from __future__ import annotations

import asyncio

import pytest

from adapty import Adapty, AdaptyConfigError, AsyncAdapty
from adapty_generated.mail.api.default import save_profile
from adapty_generated.mail.models import ProfileDTO
from tests.conftest import PROFILE

BODY = ProfileDTO.from_dict(PROFILE)


def test_blocking_functions_need_a_blocking_client() -> None:
    """The error says so, and no connection is opened."""
    client = AsyncAdapty(mail_secret_key="secret_live_1").mail.low_level()
    with pytest.raises(AdaptyConfigError, match="belongs to an AsyncAdapty; use asyncio"):
        save_profile.sync_detailed(client=client, body=BODY)


def test_async_functions_need_an_async_client() -> None:
    """The error says so."""
    with Adapty(mail_secret_key="secret_live_1") as adapty:
        client = adapty.mail.low_level()
        with pytest.raises(AdaptyConfigError, match="belongs to an Adapty; use sync"):
            asyncio.run(save_profile.asyncio_detailed(client=client, body=BODY))
