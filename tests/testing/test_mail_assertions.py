"""What Adapty Mail was sent, asked for in a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import Adapty, AdaptyConnectionError, AdaptyUsageError, Flow
from adapty.testing import assert_event_saved, assert_flow, assert_profile_saved
from tests.conftest import PROFILE
from tests.sandbox.conftest import PROFILE_PATH, Api
from tests.testing.conftest import save_event, save_profile

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

Said = Callable[..., list[str]]

NO_COUNTRY = "country: Input should be a two-letter ISO 3166-1 alpha-2 country code"


def test_assert_profile_saved_returns_the_profile(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """With all of its fields, for what else a test wants to know."""
    save_profile(adapty_client, country="US", custom_attributes={"plan": "trial", "visits": 3})

    profile = assert_profile_saved(
        adapty_sandbox,
        "user_12345",
        external_created_at=datetime(2026, 6, 1, 10, 30, tzinfo=UTC),
        email="jane@example.com",
        custom_attributes={"visits": 3},
        first_name=None,
    )

    assert profile == adapty_sandbox.profile("user_12345")


def test_different_profile_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """The failure lists the differences and failed saves, without addresses."""
    save_profile(adapty_client, country="US")
    with Api.of(adapty_sandbox) as api:
        api.save_profile(country="uk", email="joe@example.com")

    expected = {"country": "CA", "first_name": "Jane", "email": "joe@example.com"}

    assert said(assert_profile_saved, adapty_sandbox, "user_12345", **expected) == [
        "the profile 'user_12345' differs",
        "  country: expected 'CA', but it is 'US'",
        "  first_name: expected 'Jane', but it is missing",
        "  email: expected another value, which cannot be shown",
        "  1 of 2 saveProfile requests failed:",
        f"    saveProfile returned 400: {NO_COUNTRY}",
    ]


def test_missing_profile_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """Those that are there are named, similar ids first, and addresses in the place of ids are not."""
    unknown = "there is no profile 'user_12345'"
    assert said(assert_profile_saved, adapty_sandbox, "user_12345") == [
        unknown,
        "  there are no profiles",
        "  saveProfile was never requested",
    ]

    save_profile(adapty_client, "other")
    assert said(assert_profile_saved, adapty_sandbox, "user_12345") == [unknown, "  existing profiles: 'other'"]

    for other in ("user_1234", "joe@example.com"):
        save_profile(adapty_client, other)
    assert said(assert_profile_saved, adapty_sandbox, "user_12345") == [
        unknown,
        "  existing profiles: 'user_1234', and others",
    ]
    assert said(assert_profile_saved, adapty_sandbox, "jane@example.com") == [
        "there is no profile '[redacted]'",
        "  existing profiles: '[redacted]', and others",
    ]


def test_failure_says_why_requests_failed(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """The failure lists the last attempts and their faults."""
    adapty_sandbox.faults.add("server_error;status=500;count=2")
    adapty_sandbox.faults.add("drop_before")
    for _ in range(2):
        with pytest.raises(AdaptyConnectionError):
            save_profile(adapty_client)

    assert said(assert_profile_saved, adapty_sandbox, "user_12345")[2:] == [
        "  6 of 6 saveProfile requests failed:",
        *["    saveProfile was dropped (drop_before)"] * 3,
    ]


def test_assert_event_saved_returns_the_event(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """The last one that fits, with a profile or without."""
    save_event(adapty_client, event_id="evt_1", price_usd="4.99")
    save_event(adapty_client, event_id="evt_2", price_usd="4.99")
    save_event(adapty_client, event_id="evt_3", price_usd="9.99")

    event = assert_event_saved(
        adapty_sandbox,
        "user_12345",
        event_type="non_subscription_purchase",
        price_usd=Decimal("4.990"),
        purchased_at=datetime(2026, 6, 10, 14, 20, tzinfo=UTC),
    )

    assert event["event_id"] == "evt_2"
    assert assert_event_saved(adapty_sandbox, "user_12345")["event_id"] == "evt_3"


def test_different_event_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """The failure describes the last of the most similar events."""
    save_event(adapty_client, event_id="evt_1", price_usd="4.99", store="stripe")
    save_event(adapty_client, event_id="evt_2", price_usd="9.99")

    assert said(assert_event_saved, adapty_sandbox, "user_12345", price_usd=Decimal("4.99"), store="app_store") == [
        "2 events of 'user_12345', but none matches; differences of the most similar one:",
        "  price_usd: expected '4.99', but it is '9.99'",
    ]


def test_missing_event_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """The failure names other profiles with such an event, if fields are given."""
    nothing = "no event of 'user_12345' was saved"
    assert said(assert_event_saved, adapty_sandbox, "user_12345") == [
        nothing,
        "  saveTransactionEvent was never requested",
    ]

    save_event(adapty_client, "user_2", event_id="evt_1")
    save_event(adapty_client, "user_2", event_id="evt_2")
    save_event(adapty_client, "user_3", event_id="evt_3", store="stripe")
    assert said(assert_event_saved, adapty_sandbox, "user_12345") == [nothing]
    assert said(assert_event_saved, adapty_sandbox, "user_12345", store="app_store") == [
        nothing,
        "  'user_2' has such an event",
    ]


def test_assert_flow_compares_the_flow(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """As the enum has it, or by its name; a failure names the latest event by its time."""
    save_profile(adapty_client)
    assert_flow(adapty_sandbox, "user_12345", Flow.NEVER_PURCHASED)
    save_event(adapty_client, event_id="evt_2", event_datetime="2026-06-11T14:20:05Z")
    save_event(adapty_client, event_id="evt_1", event_type="non_subscription_purchase_refunded")
    assert_flow(adapty_sandbox, "user_12345", "active")

    assert said(assert_flow, adapty_sandbox, "user_12345", Flow.REFUNDED) == [
        "the profile 'user_12345' is in the flow 'active'; expected 'refunded'",
        "  its latest event is 'non_subscription_purchase', of '2026-06-11T14:20:05+00:00'",
    ]


def test_flow_of_a_missing_profile_fails(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """An event without a profile leads to no flow."""
    save_event(adapty_client)

    assert said(assert_flow, adapty_sandbox, "user_12345", "active")[:2] == [
        "there is no profile 'user_12345'",
        "  there are no profiles",
    ]


def test_unknown_flow_fails(
    adapty_sandbox: Sandbox,
    adapty_client: Adapty,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is none of the six."""
    save_profile(adapty_client)
    monkeypatch.setattr(type(adapty_sandbox), "flow", lambda *_: None)

    assert said(assert_flow, adapty_sandbox, "user_12345", "active")[0] == (
        "the profile 'user_12345' is in no known flow; expected 'active'"
    )


@pytest.mark.parametrize(
    ("assertion", "arguments", "fields", "problem"),
    [
        (assert_flow, ("user_12345", "activ"), {}, "flow: 'activ' is not known; did you mean active?"),
        (assert_flow, ("user_12345", None), {}, "flow: is None; expected a str"),
        (assert_flow, ("", "active"), {}, "external_profile_id: is empty"),
        (assert_profile_saved, (5,), {}, "external_profile_id: is of type int"),
        (assert_profile_saved, ("user_12345",), {"contry": "US"}, "contry: is not a field; did you mean country?"),
        (assert_event_saved, (None,), {}, "external_profile_id: is None"),
        (assert_event_saved, ("user_12345",), {"event": "x"}, "event: is not a field; did you mean event_id?"),
    ],
)
def test_invalid_arguments_are_rejected(
    adapty_sandbox: Sandbox,
    adapty_client: Adapty,
    *,
    assertion: Callable[..., object],
    arguments: tuple[object, ...],
    fields: dict[str, object],
    problem: str,
) -> None:
    """With the argument named."""
    save_profile(adapty_client)

    with pytest.raises(AdaptyUsageError) as refused:
        assertion(adapty_sandbox, *arguments, **fields)

    assert str(refused.value).startswith(problem)


def test_messages_are_escaped(adapty_sandbox: Sandbox, said: Said) -> None:
    """A name that a request sent, and that was refused, neither steers the terminal nor forges a line."""
    body = {**PROFILE, "custom_attributes": {"a\x1b[2J\r\nforged\u202e": None}}
    headers = {"authorization": f"Bearer {adapty_sandbox.mail_key}"}
    assert httpx.post(f"{adapty_sandbox.url}{PROFILE_PATH}", json=body, headers=headers).status_code == 400

    lines = said(assert_profile_saved, adapty_sandbox, "user_12345")

    assert all(line.isprintable() for line in lines), lines
    assert any("a\\x1b[2J\\r\\nforged" in line for line in lines), lines
