"""Who was erased, asked for in a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from adapty import Adapty, AdaptyUsageError, NotFoundError
from adapty.testing import assert_erased
from tests.testing.conftest import save_event, save_profile

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

Said = Callable[..., list[str]]

USER = "user_12345"


def test_erased_from_adapty_mail(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """By whatever the deletion named."""
    save_profile(adapty_client)
    assert said(assert_erased, adapty_sandbox, USER) == ["Adapty Mail has the profile 'user_12345'"]

    adapty_client.mail.delete_profile(email="jane@example.com")

    assert_erased(adapty_sandbox, USER)


def test_profile_with_the_id_as_customer_user_id_is_not_erased(
    adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said
) -> None:
    """A profile of Mail that has the id as `customer_user_id` belongs to the same user."""
    adapty_client.mail.save_profile(
        external_profile_id="another",
        customer_user_id=USER,
        email="jane@example.com",
        external_created_at="2026-06-01T10:30:00Z",
    )
    there = [f"Adapty Mail has a profile with the customer_user_id '{USER}'"]
    assert said(assert_erased, adapty_sandbox, USER) == there

    adapty_client.mail.delete_many([USER])

    assert_erased(adapty_sandbox, USER)


def test_erased_from_the_server_side_api(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """By either id."""
    profile_id = adapty_client.profiles.create(customer_user_id=USER).profile_id
    there = [f"the server-side API has user '{USER}'"]
    assert said(assert_erased, adapty_sandbox, customer_user_id=USER) == there

    adapty_client.profiles.delete(customer_user_id=USER)

    assert_erased(adapty_sandbox, customer_user_id=USER)
    assert_erased(adapty_sandbox, profile_id=profile_id)


def test_erased_from_both(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """Each of them is looked at."""
    save_profile(adapty_client)
    adapty_client.profiles.create(customer_user_id=USER)
    adapty_client.mail.delete_profile(external_profile_id=USER)
    assert said(assert_erased, adapty_sandbox, USER, customer_user_id=USER) == [
        "the server-side API has user 'user_12345'",
    ]

    adapty_client.profiles.delete(customer_user_id=USER)

    assert_erased(adapty_sandbox, USER, customer_user_id=USER)


def test_unknown_profile_is_not_erased(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """A deletion of an unknown user does not count either."""
    with pytest.raises(NotFoundError):
        adapty_client.mail.delete_profile(external_profile_id=USER)
    adapty_client.profiles.create(customer_user_id="other")
    adapty_client.profiles.delete(customer_user_id="other")

    assert said(assert_erased, adapty_sandbox, USER) == [
        "Adapty Mail has no profile 'user_12345', but no deletion succeeded there",
        "  deleteProfile returned 404: No such profile",
    ]
    adapty_sandbox.reset()
    assert said(assert_erased, adapty_sandbox, customer_user_id="jane@example.com") == [
        "the server-side API has no user '[redacted]', but no deletion succeeded there",
    ]


def test_waiting_events_are_not_erased(
    adapty_sandbox: Sandbox,
    adapty_client: Adapty,
    said: Said,
) -> None:
    """They are personal too."""
    save_event(adapty_client)

    assert said(assert_erased, adapty_sandbox, USER) == ["Adapty Mail has 1 event of 'user_12345'"]


def test_deletion_without_response_counts(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """It was carried out; version 1 has deletions too."""
    adapty_client.profiles.create(customer_user_id=USER)
    adapty_sandbox.faults.add("drop_after;count=1")

    adapty_client.v1.profiles.delete(customer_user_id=USER)

    assert [request.status for request in adapty_sandbox.requests()][-2:] == [0, 404]
    assert_erased(adapty_sandbox, customer_user_id=USER)


def test_id_is_required(adapty_sandbox: Sandbox) -> None:
    """Once in each API."""
    with pytest.raises(AdaptyUsageError, match=r"^external_profile_id: is missing, and so are customer_user_id and"):
        assert_erased(adapty_sandbox)
    with pytest.raises(AdaptyUsageError, match=r"^profile_id: cannot be combined"):
        assert_erased(adapty_sandbox, customer_user_id=USER, profile_id="772204ce-ebf6-4ed9-82b0-d8688ab62b01")
    with pytest.raises(AdaptyUsageError, match=r"^external_profile_id: is empty"):
        assert_erased(adapty_sandbox, " ")
