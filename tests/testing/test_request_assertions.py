"""Which requests arrived, of either API, asked for in a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import adapty.testing
from adapty import Adapty, AdaptyUsageError, ProfileNotFoundError
from adapty.testing import assert_erased, assert_flow, assert_nothing_sent, assert_requests
from adapty.testing._recorded import recorded_requests
from tests.test_exports import exported
from tests.testing.conftest import save_event, save_profile

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

Said = Callable[..., list[str]]


def test_operations_are_found_by_path(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """Those with an id in the path too, and of both APIs."""
    save_profile(adapty_client)
    adapty_client.profiles.create(customer_user_id="user_12345")
    paywall = next(iter(adapty_client.paywalls.list()))
    assert paywall.paywall_id
    adapty_client.paywalls.get(paywall.paywall_id)
    adapty_client.mail.delete_profile(external_profile_id="user_12345")
    adapty_client.profiles.delete(customer_user_id="user_12345")

    assert [(one.operation, one.api) for one in recorded_requests(adapty_sandbox)] == [
        ("saveProfile", "mail"),
        ("createProfile", "server_side"),
        ("listPaywalls", "server_side"),
        ("getPaywall", "server_side"),
        ("deleteProfile", "mail"),
        ("deleteProfile", "server_side"),
    ]


def test_assert_requests_returns_the_requests(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """As the sandbox noted them: each try, with what it was answered."""
    adapty_sandbox.faults.add("rate_limited;retry_after=30;count=1")
    adapty_sandbox.faults.add("drop_after;count=1")
    save_profile(adapty_client)

    found = assert_requests(adapty_sandbox, "saveProfile", count=3, statuses=(429, 0, 200))

    assert found == adapty_sandbox.requests()
    assert assert_requests(adapty_sandbox, "saveProfile") == found
    assert assert_requests(adapty_sandbox, "getProfile", count=0, statuses=[]) == []


def test_api_selects_an_operation_of_both_apis(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """Counts for either, unless one of them is named."""
    adapty_client.profiles.create(customer_user_id="user_12345")
    adapty_client.profiles.delete(customer_user_id="user_12345")

    assert_requests(adapty_sandbox, "deleteProfile", count=1)
    assert_requests(adapty_sandbox, "deleteProfile", count=1, api="server_side")
    assert_requests(adapty_sandbox, "deleteProfile", count=0, api="mail")


def test_failure_lists_the_requests(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """The failure lists the received requests with problems and faults."""
    nothing = ["  no requests were received"]
    assert said(assert_requests, adapty_sandbox, "saveProfile") == ["saveProfile was never requested", *nothing]
    assert said(assert_requests, adapty_sandbox, "saveProfile", count=1) == [
        "expected 1 saveProfile request, got 0",
        *nothing,
    ]

    adapty_sandbox.faults.add("html_error;count=1")
    save_profile(adapty_client)
    with pytest.raises(ProfileNotFoundError):
        adapty_client.profiles.get(customer_user_id="user_12345")
    httpx.get(f"{adapty_sandbox.url}/jane@example.com/{adapty_sandbox.mail_key}")
    arrived = [
        "  received requests:",
        "    saveProfile returned 502 (html_error)",
        "    saveProfile returned 200",
        "    getProfile returned 404: Profile not found",
        "    GET [redacted][redacted] returned 404: No such path; see /_sandbox/ for the available ones",
    ]

    assert said(assert_requests, adapty_sandbox, "saveProfile", count=3) == [
        "expected 3 saveProfile requests, got 2",
        *arrived,
    ]
    assert said(assert_requests, adapty_sandbox, "saveProfile", statuses=[200, 502]) == [
        "expected saveProfile to return [200, 502], got [502, 200]",
        *arrived,
    ]
    assert said(assert_nothing_sent, adapty_sandbox) == ["expected no requests", *arrived]


def test_failure_lists_at_most_20_requests(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """The last ones are."""
    for number in range(25):
        save_event(adapty_client, event_id=f"evt_{number}")

    lines = said(assert_nothing_sent, adapty_sandbox)

    assert lines[1] == "  the last 20 of 25 requests:"
    assert len(lines) == 22


def test_assert_nothing_sent_lists_requests(adapty_sandbox: Sandbox, adapty_client: Adapty) -> None:
    """Looking inside is no request."""
    httpx.get(f"{adapty_sandbox.url}/_sandbox/flows")

    assert_nothing_sent(adapty_sandbox)


def test_truncated_log_is_an_error(
    adapty_sandbox: Sandbox,
    adapty_client: Adapty,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A number that may be wrong is refused; what is there, is there."""
    monkeypatch.setattr("adapty.sandbox._request_log.MAX_REQUESTS", 2)
    for _ in range(2):
        save_profile(adapty_client)

    assert len(assert_requests(adapty_sandbox, "saveProfile")) == 2
    expected: list[dict[str, Any]] = [{"count": 2}, {"statuses": [200, 200]}]
    for counts in expected:
        with pytest.raises(AdaptyUsageError, match="contains only the last 2 requests"):
            assert_requests(adapty_sandbox, "saveProfile", **counts)
    with pytest.raises(AdaptyUsageError, match="contains only the last 2 requests"):
        assert_requests(adapty_sandbox, "getProfile")
    with pytest.raises(AdaptyUsageError, match="contains only the last 2 requests"):
        assert_erased(adapty_sandbox, "unknown")


@pytest.mark.parametrize(
    ("operation", "fields", "problem"),
    [
        ("saveProfil", {}, "operation: 'saveProfil' is not known; did you mean saveProfile?"),
        ("saveProfile", {"api": "server_side"}, "operation: 'saveProfile' is not known; did you mean "),
        ("saveProfile", {"api": "male"}, "api: 'male' is not known; did you mean mail?"),
        (None, {}, "operation: is None; expected a str"),
        ("saveProfile", {"count": -1}, "count: must be an integer, 0 or more"),
        ("saveProfile", {"count": True}, "count: must be an integer"),
        ("saveProfile", {"statuses": "200"}, "statuses: is of type str; expected a list such as [429, 200]"),
        ("saveProfile", {"statuses": 200}, "statuses: is of type int"),
    ],
)
def test_invalid_arguments_are_rejected(
    adapty_sandbox: Sandbox,
    operation: str,
    fields: dict[str, Any],
    problem: str,
) -> None:
    """With the argument named."""
    with pytest.raises(AdaptyUsageError) as refused:
        assert_requests(adapty_sandbox, operation, **fields)

    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize("name", exported("adapty.testing"))
def test_assertions_require_a_sandbox(name: str, adapty_client: Adapty) -> None:
    """A client instead of a sandbox is rejected first."""
    required: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {
        "assert_access": (("premium",), {"customer_user_id": "u"}),
        "assert_balance": (("GOLD", 1), {"customer_user_id": "u"}),
        "assert_event_saved": (("u",), {}),
        "assert_flow": (("u", "active"), {}),
        "assert_no_access": (("premium",), {"customer_user_id": "u"}),
        "assert_profile_saved": (("u",), {}),
        "assert_requests": (("saveProfile",), {}),
    }
    arguments, fields = required.get(name, ((), {}))

    with pytest.raises(AdaptyUsageError, match=r"^sandbox: is of type Adapty; expected the fixture adapty_sandbox, or"):
        getattr(adapty.testing, name)(adapty_client, *arguments, **fields)


def test_assertions_have_examples() -> None:
    """Each docstring has an example, and the package's docstring lists each assertion."""
    for name in exported("adapty.testing"):
        assert "Example:" in getattr(adapty.testing, name).__doc__
        assert f"`{name}`" in str(adapty.testing.__doc__)


def test_failures_show_no_key(adapty_sandbox: Sandbox, adapty_client: Adapty, said: Said) -> None:
    """Not even one that was put into the place of something else."""
    save_profile(adapty_client, adapty_sandbox.mail_key, first_name=adapty_sandbox.secret_key)

    lines = [
        *said(assert_flow, adapty_sandbox, adapty_sandbox.mail_key, "active"),
        *said(adapty.testing.assert_profile_saved, adapty_sandbox, adapty_sandbox.mail_key, first_name="Jane"),
        *said(assert_flow, adapty_sandbox, adapty_sandbox.secret_key, "active"),
    ]

    assert "existing profiles: '[redacted]'" in "".join(lines)
    assert not any(key in line for line in lines for key in (adapty_sandbox.mail_key, adapty_sandbox.secret_key))
