"""The low-level client of one kind of client, used with the functions of the other kind."""

from __future__ import annotations

import asyncio

import pytest

from adapty import Adapty, AdaptyConfigError, AsyncAdapty
from adapty_generated.mail.api.default import save_profile
from adapty_generated.mail.models import ProfileDTO
from tests.conftest import PROFILE

BODY = ProfileDTO.from_dict(PROFILE)


def test_blocking_functions_need_a_blocking_client() -> None:
    """The mix-up is told, and leads to no connection of its own."""
    client = AsyncAdapty(mail_secret_key="secret_live_1").mail.low_level()
    with pytest.raises(AdaptyConfigError, match="belongs to an AsyncAdapty; use asyncio"):
        save_profile.sync_detailed(client=client, body=BODY)


def test_async_functions_need_an_async_client() -> None:
    """The other way round, too."""
    with Adapty(mail_secret_key="secret_live_1") as adapty:
        client = adapty.mail.low_level()
        with pytest.raises(AdaptyConfigError, match="belongs to an Adapty; use sync"):
            asyncio.run(save_profile.asyncio_detailed(client=client, body=BODY))
