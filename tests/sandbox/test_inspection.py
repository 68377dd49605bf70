"""The inspection endpoints under /_sandbox/."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from attrs import asdict

from adapty import Flow, __version__
from adapty._core.redaction import Secret
from adapty.sandbox import DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY
from adapty.sandbox._request_log import MAX_REQUESTS, RequestLog
from tests.cases import case
from tests.sandbox.conftest import EVENT_PATH, LEFT_OUT, PROFILE_PATH, Api, errors, event, profile

if TYPE_CHECKING:
    import pytest

    from adapty.sandbox import Sandbox


def test_no_key_is_needed(sandbox: Sandbox) -> None:
    """The inspection endpoints need no key."""
    for page in ("", "flows", "requests"):
        answer = httpx.get(f"{sandbox.url}/_sandbox/{page}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert httpx.post(f"{sandbox.url}/_sandbox/reset").status_code == 200


def test_index_lists_counts_and_endpoints(api: Api) -> None:
    """The index lists existing endpoints, and counts the stored data."""
    api.save_profile()
    api.save_event(external_profile_id="unknown")
    page = api.inside("")
    assert page["version"] == __version__
    assert (page["profiles"], page["events"], page["unlinked_events"]) == (1, 1, 1)
    listed = {(entry["method"], entry["path"]) for entry in page["endpoints"]}
    assert listed == {
        ("GET", "/_sandbox/"),
        ("GET", "/_sandbox/customers-by-profile-id/{profile_id}"),
        ("GET", "/_sandbox/customers/{customer_user_id}"),
        ("DELETE", "/_sandbox/faults"),
        ("GET", "/_sandbox/faults"),
        ("POST", "/_sandbox/faults"),
        ("GET", "/_sandbox/flows"),
        ("GET", "/_sandbox/profiles/{external_profile_id}"),
        ("GET", "/_sandbox/paywalls"),
        ("GET", "/_sandbox/requests"),
        ("POST", "/_sandbox/reset"),
        ("GET", "/_sandbox/webhooks"),
        ("POST", "/_sandbox/webhooks"),
    }
    made = api.http.post(
        "/api/v2/server-side-api/profile/",
        headers={"authorization": f"Api-Key {DEFAULT_SECRET_KEY}", "adapty-customer-user-id": "user_12345"},
        json={},
    ).json()["data"]
    for method, path in sorted(listed):
        there = path.format(external_profile_id="user_12345", **made)
        content = b"drop_after" if (method, path) == ("POST", "/_sandbox/faults") else b""
        # Without an address, there are no webhooks to post.
        expected = 400 if (method, path) == ("POST", "/_sandbox/webhooks") else 200
        assert api.http.request(method, there, content=content).status_code == expected


def test_flows_are_in_order(api: Api) -> None:
    """All six flows are present, even without profiles."""
    assert api.inside("flows") == {
        "flows": {
            "never purchased": 0,
            "active": 0,
            "renewal cancelled": 0,
            "billing issue": 0,
            "expired": 0,
            "refunded": 0,
        },
        "profiles": 0,
        "events": 0,
        "unlinked_events": 0,
    }
    assert list(api.inside("flows")["flows"]) == [str(flow) for flow in Flow]


def test_profile_is_shown_with_its_flow_and_events(api: Api) -> None:
    """The events are in the order of receipt, not of their times."""
    api.save_profile()
    later, sooner = (event(event_id=day, event_datetime=f"2026-06-{day}T00:00:00Z") for day in ("20", "10"))
    api.send(EVENT_PATH, later)
    api.send(EVENT_PATH, sooner)
    assert api.inside("profiles/user_12345") == {"profile": profile(), "flow": "active", "events": [later, sooner]}


def test_any_id_can_be_inspected(api: Api) -> None:
    """IDs are percent-encoded, and may contain any character."""
    cases: list[str] = [
        "a/b",
        "/",
        "",
        " ",
        "%",
        "%2F",
        "?a=b#c",
        "é",
        "\U0001f600",
        "a\nb",
        "\n",
        "\u0000",
        "x;y",
        "..a",
    ]
    for name in cases:
        with case(name):
            api.reset()
            api.save_profile(external_profile_id=name)
            assert api.inside(f"profiles/{quote(name, safe='')}")["profile"] == profile(external_profile_id=name)


def test_unknown_profile_is_404(api: Api) -> None:
    """There is no profile if there are only events."""
    cases: list[str] = ["unknown", "", "%ff", "user_12345/", "a%0Ab"]
    for name in cases:
        with case(name):
            api.reset()
            api.save_event(external_profile_id="unknown")
            (error,) = errors(api.http.get(f"/_sandbox/profiles/{name}"), 404)
            assert error["error_code"] == "profile_not_found_error"


def test_last_requests_are_shown(api: Api, sandbox: Sandbox) -> None:
    """They have method, path, status, problem and fault, oldest first, without inspection requests."""
    api.save_profile()
    api.inside("flows")
    api.http.get(PROFILE_PATH)
    api.save_event(event_id=LEFT_OUT, price_usd="x")
    api.http.post(PROFILE_PATH, headers={"authorization": "Bearer none"})
    shown = api.inside("requests")["requests"]
    assert shown == [
        {"method": "POST", "path": PROFILE_PATH, "status": 200, "problem": None, "fault": None},
        {
            "method": "GET",
            "path": PROFILE_PATH,
            "status": 405,
            "problem": "Method not allowed; use POST",
            "fault": None,
        },
        {
            "method": "POST",
            "path": EVENT_PATH,
            "status": 400,
            "problem": "event_id: Field required; price_usd: Input should be a decimal number as a string",
            "fault": None,
        },
        {"method": "POST", "path": PROFILE_PATH, "status": 403, "problem": "Secret key doesn't exist", "fault": None},
    ]
    assert api.inside("requests?limit=1")["requests"] == shown[-1:]
    assert [asdict(request) for request in sandbox.requests()] == shown


def test_log_is_bounded() -> None:
    """Old requests are dropped, so the memory is limited."""
    log = RequestLog(Secret("key"))
    for number in range(MAX_REQUESTS + 5):
        log.add(method="GET", path=f"/{number}", status=200, problem=None)
    stored = log.last(MAX_REQUESTS + 5)
    assert [stored[0].path, stored[-1].path, len(stored)] == ["/5", f"/{MAX_REQUESTS + 4}", MAX_REQUESTS]
    assert [request.path for request in log.last(2)] == [f"/{MAX_REQUESTS + 3}", f"/{MAX_REQUESTS + 4}"]


def test_default_limit_is_100_requests(api: Api) -> None:
    """The maximum is the size of the log."""
    for number in range(102):
        api.http.get(f"/{number}")
    assert [len(api.inside(f"requests{query}")["requests"]) for query in ("", "?limit=1000")] == [100, 102]


def test_wrong_limit_is_refused(api: Api) -> None:
    """The limit must be from 1 to the size of the log."""
    cases: list[str] = ["0", "-1", "1001", "", "x", "1.5", "٣", "1" * 5000, "01"]
    for limit in cases:
        with case(limit):
            api.reset()
            (error,) = errors(api.http.get("/_sandbox/requests", params={"limit": limit}), 400)
            assert error["field_name"] == "limit"


def test_reset_deletes_everything(api: Api, sandbox: Sandbox) -> None:
    """Profiles, events and requests are deleted; a repeated event is new."""
    api.save_profile(first_name="Jane")
    api.save_event()
    answer = api.http.post("/_sandbox/reset")
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert api.inside("requests") == {"requests": []}
    counts = api.inside("flows")
    assert (counts["profiles"], counts["events"]) == (0, 0)
    api.save_profile(email="new@example.com")
    api.save_event()
    assert sandbox.profile("user_12345") == profile(email="new@example.com")
    assert len(sandbox.events("user_12345")) == 1


def test_neither_a_key_nor_an_address_is_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Neither Python's log nor the request log shows them, in any place of a request."""
    address = "jane.doe@example.com"
    with caplog.at_level(logging.INFO):
        api.save_profile(email=address)
        api.save_profile(email=f"{address}@", custom_attributes={address: None, DEFAULT_MAIL_KEY: None})
        api.http.get(f"/{address}/{DEFAULT_MAIL_KEY}")
        api.http.get(f"/{quote(address, safe='')}?key={DEFAULT_MAIL_KEY}")
        api.http.get("/" + "x" * 3000 + address)
        api.http.request(DEFAULT_MAIL_KEY.upper().replace("_", ""), PROFILE_PATH)
        shown = api.http.get("/_sandbox/requests").text
    own_log = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    for text in (shown, own_log):
        assert "jane" not in text
        assert "example.com" not in text
        assert DEFAULT_MAIL_KEY not in text
    assert "custom_attributes.[redacted]" in shown
