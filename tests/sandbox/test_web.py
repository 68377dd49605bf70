"""The Web API of the sandbox: the vendor's statuses and codes, on the data of the server-side API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from adapty._generated import openapi_spec
from adapty.sandbox import DEFAULT_PUBLIC_KEY, DEFAULT_SECRET_KEY, Sandbox
from adapty.sandbox._server_side.paywalls import seed_paywalls
from adapty.sandbox._web.actions import ACTIONS
from tests.cases import case
from tests.sandbox.server_side.conftest import ONE_TIME, ServerSideApi
from tests.sandbox.webhook_receiver import posting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CONTRACT = openapi_spec("web")
PATHS = {item["post"]["operationId"]: path for path, item in CONTRACT["paths"].items()}
SEEDS = list(seed_paywalls())
LIVE = [paywall for paywall in SEEDS if paywall["state"] == "live"]
USER = {"customer_user_id": "user_12345"}
NO_ID = "00000000-0000-4000-8000-000000000000"
PLACEMENT: Mapping[str, Any] = {"placement_id": "onboarding", "store": "stripe", **USER}
ATTRIBUTION: Mapping[str, Any] = {"status": "non_organic", "channel": "newsletter", "attribution_user_id": "7", **USER}


Refusal = tuple[int, str, list[str | None]]


class WebApi:
    """Sends requests of a test to the sandbox."""

    def __init__(self, http: httpx.Client, sandbox: Sandbox) -> None:
        """Store the client, which has the key."""
        self.http = http
        self.sandbox = sandbox

    def send(self, operation: str, body: Any = None, **options: Any) -> httpx.Response:
        """Call an operation."""
        return self.http.post(PATHS[operation], **({"json": body} if body is not None else {}), **options)

    def create(self, user: str = "user_12345") -> str:
        """Create a profile with the server-side API, and return its ID."""
        with ServerSideApi.of(self.sandbox) as api:
            profile_id: str = api.data("createProfile", {}, user=user)["profile_id"]
            return profile_id

    def paywall(self, **changes: Any) -> dict[str, Any]:
        """Return the paywall of a placement, after a check against the contract."""
        answer = self.send("getPaywall", {**PLACEMENT, **changes})
        assert answer.status_code == 200, answer.text
        paywall: dict[str, Any] = answer.json()
        schema = {**CONTRACT["components"]["schemas"]["PaywallResponse"], "components": CONTRACT["components"]}
        Draft202012Validator(schema).validate(paywall)
        assert paywall.keys() <= schema["properties"].keys()
        return paywall

    def view(self, variation_id: str, **changes: Any) -> httpx.Response:
        """Record a view."""
        return self.send("recordPaywallView", {"store": "stripe", "variation_id": variation_id, **USER, **changes})


@pytest.fixture
def web(sandbox: Sandbox) -> Iterator[WebApi]:
    """Return the API of the sandbox, with a profile."""
    headers = {"authorization": f"Api-Key {sandbox.public_key}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as http:
        api = WebApi(http, sandbox)
        api.create()
        yield api


def refusal(answer: httpx.Response) -> Refusal:
    """Return status, code and sources of an error, after a check of its format."""
    body = answer.json()
    assert body["status_code"] == answer.status_code
    assert all(error.keys() == {"source", "errors"} and all(error["errors"]) for error in body["errors"])
    return answer.status_code, body["error_code"], [error["source"] for error in body["errors"]]


def test_all_operations_are_served() -> None:
    """The sandbox serves exactly the operations of the contract."""
    assert sorted(ACTIONS) == sorted(PATHS)


def test_examples_of_the_contract_are_accepted(web: WebApi) -> None:
    """The example requests succeed, with an ID of a variation that exists."""
    for operation, path in PATHS.items():
        content = CONTRACT["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        for example in content["examples"].values():
            with case(operation):
                body = dict(example["value"])
                if "variation_id" in body:
                    body["variation_id"] = web.paywall()["variation_id"]
                answer = web.send(operation, body)
                assert answer.status_code == (200 if operation == "getPaywall" else 201), answer.text
                assert (answer.content == b"") == (operation != "getPaywall")


def test_only_the_public_key_is_accepted(web: WebApi) -> None:
    """Neither the secret key, nor a missing one."""
    for operation in PATHS:
        for key in (
            f"Api-Key {DEFAULT_SECRET_KEY}",
            f"Bearer {DEFAULT_PUBLIC_KEY}",
            f"Api-Key {DEFAULT_PUBLIC_KEY}x",
            "",
        ):
            with case(operation, key):
                answer = web.send(operation, {}, headers={"authorization": key})
                assert refusal(answer) == (401, "not_authenticated", ["non_field_errors"])


def test_invalid_requests_have_the_vendors_codes(web: WebApi) -> None:
    """`parse_error` for a missing field, `datetime` or `enum` for an invalid one, and the code in upper case."""
    view = {"store": "stripe", "variation_id": web.paywall()["variation_id"], **USER}
    no_variation: Refusal = (404, "VARIATION_DOES_NOT_EXIST_ERROR", [None])
    no_profile: Refusal = (404, "profile_does_not_exist", [None])
    unparsed: Refusal = (400, "parse_error", [None])
    stranger: Mapping[str, Any] = {"customer_user_id": "stranger"}
    cases: list[tuple[str, Any, Refusal]] = [
        ("getPaywall", {**PLACEMENT, "placement_id": "unknown"}, no_variation),
        ("getPaywall", {**PLACEMENT, "placement_id": SEEDS[0]["paywall_id"]}, no_variation),
        ("getPaywall", {**PLACEMENT, **stranger}, no_profile),
        ("getPaywall", {"store": "stripe", **USER}, unparsed),
        ("getPaywall", {"placement_id": "onboarding", **USER}, unparsed),
        ("getPaywall", {"placement_id": "onboarding", "store": "stripe"}, unparsed),
        ("getPaywall", {**PLACEMENT, "profile_id": NO_ID}, unparsed),
        ("getPaywall", {**PLACEMENT, "locale": 7}, unparsed),
        ("getPaywall", [], unparsed),
        ("recordPaywallView", {**view, "visited_at": "yesterday"}, (400, "datetime", ["visited_at"])),
        ("recordPaywallView", {**view, "visited_at": 7}, unparsed),
        ("recordPaywallView", {**view, "variation_id": "variation_123"}, unparsed),
        ("recordPaywallView", {**view, "variation_id": NO_ID}, no_variation),
        ("recordPaywallView", {**view, **stranger}, no_profile),
        ("recordPaywallView", {}, unparsed),
        ("recordPaywallView", {"store": "stripe", "visited_at": "yesterday"}, unparsed),
        ("addAttribution", {**ATTRIBUTION, "status": "non-organic"}, (400, "enum", ["status"])),
        ("addAttribution", {**ATTRIBUTION, "status": None}, unparsed),
        ("addAttribution", {**ATTRIBUTION, **stranger}, no_profile),
        ("addAttribution", {"status": "organic", "profile_id": "none"}, no_profile),
        ("addAttribution", USER, unparsed),
    ]
    for operation, body, expected in cases:
        with case(operation, body):
            assert refusal(web.send(operation, body)) == expected
    for content in (b"", b"{", b"\xff", b"null"):
        with case(content):
            json_type = {"content-type": "application/json"}
            assert refusal(web.send("getPaywall", content=content, headers=json_type)) == unparsed
    assert refusal(web.send("getPaywall", content=b"{}", headers={"content-type": "text/plain"}))[0] == 415
    assert web.http.get(PATHS["getPaywall"]).json()["error_code"] == "method_not_allowed"
    assert web.http.post("/api/v2/web-api/unknown/").json()["error_code"] == "not_found"
    assert all(one["views"] == 0 for one in web.sandbox.paywalls())


def test_paywall_is_that_of_the_server_side_api(web: WebApi) -> None:
    """Name, products and remote config, in the locale of the request, its language, or the first one."""
    seed = LIVE[0]
    paywall = web.paywall(locale="en")
    assert (paywall["paywall_id"], paywall["paywall_name"]) == (seed["paywall_id"], seed["title"])
    assert [product["adapty_product_id"] for product in paywall["products"]] == [
        product["product_id"] for product in seed["products"]
    ]
    assert paywall["products"][0]["offer"]["category"] == "introductory"
    assert "ab_test_name" not in paywall
    for locale, lang in [("en", "en"), ("DE", "de"), ("de-at", "de"), ("fr", "en"), ("", "en"), (None, "en")]:
        with case(locale):
            changes = {} if locale is None else {"locale": locale}
            assert web.paywall(**changes)["remote_config"]["lang"] == lang
    with ServerSideApi.of(web.sandbox) as api:
        configs = [{"locale": "pt-BR", "data": '{"a": 1}'}]
        api.ask("updatePaywall", {"remote_configs": configs}, paywall_id=seed["paywall_id"])
        assert web.paywall(locale="pt-br")["remote_config"] == {"lang": "pt-BR", "data": '{"a": 1}'}
        api.ask("updatePaywall", {"remote_configs": []}, paywall_id=seed["paywall_id"])
        assert "remote_config" not in web.paywall()


def test_placements_show_live_paywalls(web: WebApi) -> None:
    """The ID of each live paywall is a placement; `onboarding_ab` shows the same variation to a user each time."""
    for seed in LIVE:
        assert web.paywall(placement_id=seed["paywall_id"])["paywall_id"] == seed["paywall_id"]
    seen: dict[str, set[str]] = {}
    for number in range(12):
        profile_id = web.create(f"user_{number}")
        for user in ({"customer_user_id": f"user_{number}"}, {"profile_id": profile_id.upper()}):
            body = {"placement_id": "onboarding_ab", "store": "stripe", **user}
            paywall = web.send("getPaywall", body).json()
            assert paywall["ab_test_name"]
            seen.setdefault(profile_id, set()).add(paywall["variation_id"])
    assert {len(variations) for variations in seen.values()} == {1}
    assert len(set[str]().union(*seen.values())) == 2


def test_views_are_counted_and_shown(web: WebApi) -> None:
    """Each request records one, in the profile and by paywall, over HTTP and by the method."""
    first, other = web.paywall(), web.paywall(placement_id=LIVE[1]["paywall_id"])
    answers = [
        web.view(first["variation_id"].upper(), visited_at="2026-06-10T14:20:05Z"),
        web.view(first["variation_id"]),
        web.view(first["variation_id"]),
        web.view(other["variation_id"]),
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"")] * 4
    assert "content-type" not in answers[0].headers
    stored = web.sandbox.server_side_profile(**USER)
    assert stored is not None
    assert stored["paywall_views"][0] == {
        "paywall_id": LIVE[0]["paywall_id"],
        "placement_id": "onboarding",
        "variation_id": first["variation_id"],
        "store": "stripe",
        "visited_at": "2026-06-10T14:20:05Z",
    }
    assert len(stored["paywall_views"]) == 4
    assert all(view["visited_at"] for view in stored["paywall_views"])
    listed = web.http.get("/_sandbox/paywalls").json()["paywalls"]
    assert listed == web.sandbox.paywalls()
    assert [one["paywall_id"] for one in listed] == [seed["paywall_id"] for seed in SEEDS]
    assert {one["paywall_id"]: one["views"] for one in listed if one["views"]} == {
        LIVE[0]["paywall_id"]: 3,
        LIVE[1]["paywall_id"]: 1,
    }
    assert {"placement_id": "onboarding", "variation_id": first["variation_id"]} in listed[3]["variations"]
    with ServerSideApi.of(web.sandbox) as api:
        assert api.ask("deleteProfile").status_code == 204
    assert all(one["views"] == 0 for one in web.sandbox.paywalls())


def test_attribution_is_in_the_profile(web: WebApi) -> None:
    """A later one replaces it."""
    assert web.send("addAttribution", {**ATTRIBUTION, "campaign": "spring"}).status_code == 201
    assert web.send("addAttribution", ATTRIBUTION).content == b""
    stored = (web.sandbox.server_side_profile(**USER) or {})["attributions"]
    created_at = stored["custom"].pop("created_at")
    assert created_at.endswith("+0000")
    assert stored == {"custom": {"status": "non_organic", "channel": "newsletter", "network_user_id": "7"}}
    with ServerSideApi.of(web.sandbox) as api:
        api.ask("updateProfile", {"first_name": "Jane"})
    assert (web.sandbox.server_side_profile(**USER) or {})["attributions"].keys() == {"custom"}


def test_later_webhooks_have_the_attribution_and_the_variation() -> None:
    """The events of a purchase on the paywall, in the contract's format."""
    with posting() as one, httpx.Client(base_url=one.sandbox.url, trust_env=False) as http:
        http.headers["authorization"] = f"Api-Key {one.sandbox.public_key}"
        web = WebApi(http, one.sandbox)
        user = {"customer_user_id": "jane"}
        variation_id = web.send("getPaywall", {**PLACEMENT, **user}).json()["variation_id"]
        assert web.send("addAttribution", {**ATTRIBUTION, **user}).status_code == 201
        one.transaction({**ONE_TIME, "variation_id": variation_id})
        events = one.posted()
    assert events
    purchase = next(event for event in events if event["event_type"] == "non_subscription_purchase")
    assert purchase["attributions"]["custom"]["channel"] == "newsletter"
    assert purchase["event_properties"]["variation_id"] == variation_id


def test_file_keeps_views_and_attribution(tmp_path: Path) -> None:
    """They are there after a restart, with the same variation."""
    variations = []
    for _ in range(2):
        with Sandbox(database=tmp_path / "state.db") as sandbox, httpx.Client(base_url=sandbox.url) as http:
            http.headers["authorization"] = f"Api-Key {sandbox.public_key}"
            web = WebApi(http, sandbox)
            web.create()
            variations.append(web.paywall(placement_id="onboarding_ab")["variation_id"])
            web.view(variations[-1])
            web.send("addAttribution", ATTRIBUTION)
            stored = sandbox.server_side_profile(**USER) or {}
    assert variations[0] == variations[1]
    assert (len(stored["paywall_views"]), stored["attributions"]["custom"]["status"]) == (2, "non_organic")


def test_faults_apply_to_the_web_api() -> None:
    """By the operation's name, before the key is checked."""
    with Sandbox(faults=["server_error;status=500;operations=recordPaywallView"]) as sandbox:
        answer = httpx.post(f"{sandbox.url}{PATHS['recordPaywallView']}")
        assert answer.status_code == 500
        assert httpx.post(f"{sandbox.url}{PATHS['addAttribution']}").status_code == 401


def test_log_contains_no_public_key(web: WebApi) -> None:
    """The request log redacts it like the others."""
    web.http.post(f"/api/v2/web-api/{DEFAULT_PUBLIC_KEY}/")
    (request,) = [one for one in web.sandbox.requests() if one.status == 404]
    assert DEFAULT_PUBLIC_KEY not in f"{request.path} {request.problem}"
