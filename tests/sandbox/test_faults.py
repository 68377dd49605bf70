"""Requests that meet a fault: the response, and the stored data."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import pytest
from attrs import asdict

from adapty import AdaptyConfigError
from adapty.sandbox import DEFAULT_SECRET_KEY, Fault, Sandbox
from tests.cases import case
from tests.sandbox.conftest import DELETION_PATH, EVENT_PATH, PROFILE_PATH, Api, errors, event, profile

PAYWALLS_PATH = "/api/v2/server-side-api/paywalls/"
STRIPE_PATH = "/api/v1/sdk/purchase/stripe/token/validate/"
SERVER_SIDE_KEY = {"authorization": f"Api-Key {DEFAULT_SECRET_KEY}"}

CUT = "Server disconnected without sending a response"

Meet = Callable[..., httpx.Response]


def by_header(api: Api, text: str, path: str = PROFILE_PATH, body: Any = None, **more: Any) -> httpx.Response:
    """Send a request with a fault in its header."""
    headers = {"adapty-sandbox-fault": text, **more.pop("headers", {})}
    return api.http.request(more.pop("method", "POST"), path, json=body or profile(), headers=headers, **more)


def by_adding(api: Api, text: str, path: str = PROFILE_PATH, body: Any = None, **more: Any) -> httpx.Response:
    """Add a fault for the next request, and send it."""
    answer = api.http.post("/_sandbox/faults", content=f"{text};count=1")
    assert answer.status_code == 200, answer.text
    return api.http.request(more.pop("method", "POST"), path, json=body or profile(), **more)


@pytest.fixture(params=[by_header, by_adding])
def meet(request: pytest.FixtureRequest, api: Api) -> Callable[..., httpx.Response]:
    """Send a request that meets a fault, in each of the two ways."""
    way: Callable[..., httpx.Response] = request.param
    return lambda text, *arguments, **named: way(api, text, *arguments, **named)


def logged(api: Api) -> list[tuple[int, str | None]]:
    """Return the status and the fault of each logged request."""
    return [(entry["status"], entry["fault"]) for entry in api.inside("requests")["requests"]]


def test_rate_limited_is_429_and_executes_nothing(meet: Meet, api: Api, sandbox: Sandbox) -> None:
    """The response is the API's 429 with Retry-After; nothing is executed, and the connection stays open."""
    answer = meet("rate_limited;retry_after=2")

    assert errors(answer, 429) == [{"message": "Too many requests", "error_code": "base_error", "status_code": 429}]
    assert answer.headers["retry-after"] == "2"
    assert sandbox.profile("user_12345") is None
    assert api.save_profile().status_code == 200
    assert logged(api) == [(429, "rate_limited"), (200, None)]


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ("rate_limited", None),
        ("rate_limited;retry_after=0", "0"),
        ("rate_limited;retry_after=120", "120"),
        ("server_error;retry_after=5", "5"),
        ("html_error;retry_after=86400", "86400"),
    ],
)
def test_retry_after_is_sent_as_header(meet: Meet, fault: str, sent: str | None) -> None:
    """The header has seconds, or is missing."""
    assert meet(fault).headers.get("retry-after") == sent


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        ("server_error", 503, "Service Unavailable"),
        ("server_error;status=500", 500, "Internal Server Error"),
        ("server_error;status=520", 520, "Server error"),
        ("server_error;status=599", 599, "Server error"),
    ],
)
def test_server_error_has_the_format_of_the_api(
    meet: Meet, api: Api, sandbox: Sandbox, *, fault: str, status: int, message: str
) -> None:
    """Any status has the API's format; nothing is executed."""
    (error,) = errors(meet(fault), status)

    assert error["message"] == message
    assert sandbox.profile("user_12345") is None
    assert logged(api) == [(status, "server_error")]


@pytest.mark.parametrize(
    ("fault", "path", "media_type", "body"),
    [
        (
            "rate_limited;retry_after=2",
            PAYWALLS_PATH,
            "application/json",
            {"errors": ["Too many requests"], "error_code": "rate_limited", "status_code": 429},
        ),
        (
            "server_error;status=500",
            "/api/v1/server-side-api/profiles/",
            "application/json",
            {"errors": ["Internal Server Error"], "error_code": "server_error", "status_code": 500},
        ),
        (
            "server_error",
            STRIPE_PATH,
            "application/vnd.api+json",
            {"errors": ["Service Unavailable"], "error_code": "server_error", "status_code": 503},
        ),
    ],
)
def test_each_api_has_its_own_shape(meet: Meet, fault: str, path: str, media_type: str, body: dict[str, Any]) -> None:
    """Errors of the server-side API have another format, and a request ID."""
    answer = meet(fault, path, headers=SERVER_SIDE_KEY)

    assert (answer.headers["content-type"], answer.json()) == (media_type, body)
    assert answer.headers["request-id"]


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        ("html_error", 502, "502 Bad Gateway"),
        ("html_error;status=504", 504, "504 Gateway Timeout"),
        ("html_error;status=403", 403, "403 Forbidden"),
        ("html_error;status=499", 499, "499"),
        ("html_error;status=520", 520, "520"),
    ],
)
def test_html_error_is_a_gateway_page(
    meet: Meet, api: Api, sandbox: Sandbox, *, fault: str, status: int, title: str
) -> None:
    """The response is HTML with any error status; nothing is executed."""
    answer = meet(fault)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f"<title>{title}</title>" in answer.text
    assert sandbox.profile("user_12345") is None
    assert logged(api) == [(status, "html_error")]


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_slow_and_stall_delay_the_response(meet: Meet, api: Api, sandbox: Sandbox, kind: str) -> None:
    """The response is the normal one, after the delay."""
    start = time.monotonic()
    answer = meet(f"{kind};seconds=0.05")

    assert time.monotonic() - start > 0.045
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert sandbox.profile("user_12345") == profile()
    assert logged(api) == [(200, kind)]


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_request_is_executed_if_the_client_times_out(meet: Meet, api: Api, sandbox: Sandbox, kind: str) -> None:
    """The request is executed and logged, although the client does not know."""
    with pytest.raises(httpx.ReadTimeout):
        meet(f"{kind};seconds=60", timeout=0.05)

    assert sandbox.profile("user_12345") == profile()
    assert logged(api) == [(200, kind)]


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_response_without_a_body_is_delayed(meet: Meet, api: Api, sandbox: Sandbox, kind: str) -> None:
    """A 204 is delayed as a whole, because it has no body to split."""
    api.save_profile()
    start = time.monotonic()
    answer = meet(f"{kind};seconds=0.05", DELETION_PATH, {"external_profile_id": "user_12345"})

    assert time.monotonic() - start > 0.045
    assert (answer.status_code, answer.content) == (204, b"")
    assert sandbox.profile("user_12345") is None
    assert logged(api) == [(200, None), (204, kind)]


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_error_response_is_delayed_too(meet: Meet, kind: str) -> None:
    """A rejected request is delayed, too."""
    answer = meet(f"{kind};seconds=0.01", PROFILE_PATH, {"email": "x"})

    assert {error["field_name"] for error in errors(answer, 400)} >= {"external_profile_id"}


def test_drop_before_does_not_execute_the_request(meet: Meet, api: Api, sandbox: Sandbox) -> None:
    """Nothing is executed, and the next request succeeds."""
    with pytest.raises(httpx.RemoteProtocolError, match=CUT):
        meet("drop_before")

    assert sandbox.profile("user_12345") is None
    assert logged(api) == [(0, "drop_before")]
    assert api.save_profile().status_code == 200


def test_drop_after_executes_the_request(meet: Meet, api: Api, sandbox: Sandbox) -> None:
    """There is no response, but the request is executed."""
    with pytest.raises(httpx.RemoteProtocolError, match=CUT):
        meet("drop_after")

    assert sandbox.profile("user_12345") == profile()
    assert logged(api) == [(0, "drop_after")]
    assert api.save_profile().status_code == 200


def test_drop_after_logs_the_problem_of_a_rejected_request(meet: Meet, api: Api) -> None:
    """The log has the problem, which the client does not know."""
    with pytest.raises(httpx.RemoteProtocolError, match=CUT):
        meet("drop_after", PROFILE_PATH, {"email": "x"})

    (entry,) = api.inside("requests")["requests"]
    assert (entry["status"], entry["fault"]) == (0, "drop_after")
    assert "external_profile_id: Field required" in entry["problem"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_deletions_are_dropped_like_other_requests(meet: Meet, api: Api, sandbox: Sandbox, kind: str) -> None:
    """Operations without a response body are dropped, too."""
    api.save_profile()
    with pytest.raises(httpx.RemoteProtocolError, match=CUT):
        meet(kind, DELETION_PATH, {"external_profile_id": "user_12345"})

    assert (sandbox.profile("user_12345") is None) == (kind == "drop_after")


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", PROFILE_PATH, {"authorization": "Bearer wrong"}),
        ("POST", PAYWALLS_PATH, {}),
        ("GET", PROFILE_PATH, {}),
        ("GET", "/nowhere", {}),
        ("HEAD", PAYWALLS_PATH, SERVER_SIDE_KEY),
    ],
)
def test_fault_comes_before_everything_else(meet: Meet, method: str, path: str, headers: dict[str, str]) -> None:
    """A fault precedes the checks of key, method and path, as a gateway would."""
    assert meet("html_error", path, method=method, headers=headers).status_code == 502


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_head_response_is_delayed(meet: Meet, kind: str) -> None:
    """A response to HEAD is delayed as a whole."""
    start = time.monotonic()
    answer = meet(f"{kind};seconds=0.05", PAYWALLS_PATH, method="HEAD", headers=SERVER_SIDE_KEY)

    assert time.monotonic() - start > 0.045
    assert (answer.status_code, answer.content) == (200, b"")


def test_inspection_endpoints_never_meet_a_fault(sandbox: Sandbox, api: Api) -> None:
    """Neither the header nor configured faults apply, and the requests are not counted."""
    sandbox.faults.add("drop_before;count=1")

    assert api.http.get("/_sandbox/flows", headers={"adapty-sandbox-fault": "drop_before"}).status_code == 200
    assert api.http.get("/_sandbox/flows", headers={"adapty-sandbox-fault": "nonsense"}).status_code == 200
    assert len(sandbox.faults) == 1


def test_header_applies_to_its_request_only(api: Api, sandbox: Sandbox) -> None:
    """It overrides configured faults, whose counters are unchanged."""
    sandbox.faults.add("server_error;every=2")
    statuses = [
        (api.save_profile() if text is None else by_header(api, text)).status_code
        for text in (None, "html_error", "html_error", None, None, "rate_limited", None)
    ]

    assert statuses == [200, 502, 502, 503, 200, 429, 503]


def test_invalid_header_is_400(api: Api, sandbox: Sandbox) -> None:
    """The 400 is plain text, unlike the API's errors, and nothing is executed."""
    cases: list[tuple[str, str]] = [
        ("teapot", "kind: 'teapot' is not known; expected one of rate_limited, "),
        ("", "kind: '' is not known"),
        ("slow", "seconds: is missing"),
        ("rate_limited;retry_after=soon", "retry_after: must be a whole number such as 20 (got 'soon')"),
        ("drop_after;count=1", "count: selects requests; not allowed in the header, which is for this request"),
        ("drop_after;every=1", "every: selects requests"),
        ("drop_after;probability=1", "probability: selects requests"),
        ("drop_after;operations=saveProfile", "operations: selects requests"),
        ("é", "kind: "),
    ]
    for text, message in cases:
        with case(text, message):
            sandbox.reset()
            answer = api.http.post(PROFILE_PATH, json=profile(), headers=[(b"Adapty-Sandbox-Fault", text.encode())])

            assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
            assert answer.text.startswith(f"Adapty-Sandbox-Fault: {message}")
            assert sandbox.profile("user_12345") is None
            (entry,) = api.inside("requests")["requests"]
            assert entry == {
                "method": "POST",
                "path": PROFILE_PATH,
                "status": 400,
                "problem": answer.text.rstrip("\n"),
                "fault": None,
            }


def test_duplicate_header_is_400(api: Api) -> None:
    """A request can have one fault only."""
    answer = api.http.post(PROFILE_PATH, headers=[("Adapty-Sandbox-Fault", "slow;seconds=1")] * 2)

    assert answer.status_code == 400
    assert answer.text == "Adapty-Sandbox-Fault: appears several times; expected once\n"


def test_initial_faults_are_restored_by_reset() -> None:
    """`reset` restores the arguments, faults or texts, and removes others."""
    with Sandbox(faults=[Fault("rate_limited", count=1), "html_error;every=2"]) as sandbox, Api.of(sandbox) as api:
        for _ in range(2):
            assert [api.save_profile().status_code for _ in range(5)] == [429, 200, 502, 200, 502]
            assert [str(fault) for fault in sandbox.faults] == ["html_error;every=2"]
            sandbox.faults.clear()
            sandbox.faults.add("server_error")
            assert api.save_profile().status_code == 503
            api.http.post("/_sandbox/reset")
        sandbox.faults.clear()
        sandbox.reset()
        assert [str(fault) for fault in sandbox.faults] == ["rate_limited;count=1", "html_error;every=2"]


def test_faults_can_be_added_before_the_start() -> None:
    """Faults can be added before `start`."""
    sandbox = Sandbox()
    sandbox.faults.add("rate_limited")
    with sandbox, Api.of(sandbox) as api:
        assert api.save_profile().status_code == 429


def test_invalid_initial_faults_are_rejected() -> None:
    """The error is a configuration error."""
    with pytest.raises(AdaptyConfigError, match=r"faults\[0\]\.kind: 'cut' is not known") as refused:
        Sandbox(faults=["cut"])
    assert refused.value.field_name == "faults[0].kind"


def test_operations_select_requests(api: Api, sandbox: Sandbox) -> None:
    """Faults select operations by ID."""
    cases: list[tuple[str, list[int]]] = [
        ("rate_limited;count=2;operations=saveProfile", [429, 200, 404, 429, 200, 404]),
        ("rate_limited;every=2;operations=saveProfile,deleteProfile", [200, 200, 429, 200, 200, 429]),
        ("rate_limited;operations=saveTransactionEvent", [200, 429, 404, 200, 429, 404]),
        ("rate_limited;operations=getProfile", [200, 200, 404, 200, 200, 404]),
    ]
    for fault, statuses in cases:
        with case(fault, statuses):
            sandbox.reset()
            sandbox.faults.add(fault)
            requests = ((PROFILE_PATH, profile()), (EVENT_PATH, event()), (DELETION_PATH, {"email": "a@b.cc"}))

            assert [api.send(path, body).status_code for path, body in requests * 2] == statuses


def test_operation_with_a_parameter_in_its_path(api: Api, sandbox: Sandbox) -> None:
    """The method distinguishes the operations of one path."""
    sandbox.faults.add("html_error;operations=getPaywall")
    paywall = api.http.get(PAYWALLS_PATH, headers=SERVER_SIDE_KEY).json()["data"][0]["paywall_id"]

    found = [
        api.http.request(method, f"{PAYWALLS_PATH}{paywall}/", headers=SERVER_SIDE_KEY) for method in ("GET", "PUT")
    ]

    assert [answer.status_code for answer in found] == [502, 415]


def test_retries_succeed_against_every_kind_of_fault(api: Api, sandbox: Sandbox) -> None:
    """Retries store every event once, and a second run is equal to the first."""
    texts = (
        "rate_limited",
        "server_error",
        "html_error",
        "slow;seconds=0",
        "stall;seconds=0",
        "drop_before",
        "drop_after",
    )
    runs = []
    for _ in range(2):
        sandbox.reset()
        for text in texts:
            sandbox.faults.add(f"{text};probability=0.05")
        sent = [event(event_id=f"e{number}") for number in range(200)]
        for body in sent:
            assert any(_accepted(api, body) for _ in range(20))
        assert list(sandbox.all_events()) == sent
        runs.append([asdict(request) for request in sandbox.requests()])

    assert runs[0] == runs[1]
    assert {request["fault"] for request in runs[0]} == {None, *(text.partition(";")[0] for text in texts)}


def _accepted(api: Api, body: dict[str, Any]) -> bool:
    try:
        return api.send(EVENT_PATH, body).status_code == 200
    except httpx.RemoteProtocolError:
        return False


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 160), ("drop_after", 200)])
def test_many_connections_at_a_time(sandbox: Sandbox, kind: str, stored: int) -> None:
    """Each request is counted once, and only those that are hit are cut."""
    sandbox.faults.add(f"{kind};every=5")
    numbers = count()

    def send(_: int) -> int:
        with Api.of(sandbox) as api:
            return sum(not _accepted(api, event(event_id=f"e{next(numbers)}")) for _ in range(25))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 40
    assert len(list(sandbox.all_events())) == stored


def test_faults_over_http(api: Api, sandbox: Sandbox) -> None:
    """Faults are listed, added and removed as text."""
    sandbox.faults.add(Fault("drop_after", probability=0.05, operations="saveProfile"))
    added = api.http.post("/_sandbox/faults", content=" rate_limited ; count=3\n")

    listed = ["drop_after;probability=0.05;operations=saveProfile", "rate_limited;count=3"]
    assert (added.status_code, added.json()) == (200, {"faults": listed})
    assert api.inside("faults") == {"faults": listed}
    assert [str(fault) for fault in sandbox.faults] == listed
    cleared = api.http.delete("/_sandbox/faults")
    assert (cleared.status_code, cleared.content) == (200, b"{}")
    assert api.inside("faults") == {"faults": []}
    assert list(sandbox.faults) == []


def test_invalid_fault_is_rejected_over_http(api: Api, sandbox: Sandbox) -> None:
    """The error has the problem; existing faults are unchanged."""
    cases: list[tuple[bytes, int, str]] = [
        (b"", 400, "kind: '' is not known"),
        (b"cut", 400, "kind: 'cut' is not known"),
        (b"server_error;status=200", 400, "status: must be a whole number from 400 to 599 (got 200)"),
        (b'{"kind": "drop_after"}', 400, "kind: "),
        (b"\xff", 400, "Body should be text in UTF-8"),
        (b"x" * (1024 * 1024 + 1), 413, "Body is longer than 1048576 bytes"),
    ]
    for content, status, message in cases:
        with case(content, status, message):
            sandbox.reset()
            sandbox.faults.add("drop_after")
            (error,) = errors(api.http.post("/_sandbox/faults", content=content), status)

            assert error["message"].startswith(message)
            assert list(sandbox.faults) == [Fault("drop_after")]


def test_another_method_is_refused(api: Api) -> None:
    """The response lists the allowed methods."""
    answer = api.http.put("/_sandbox/faults")

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD, POST")
