"""A client of the sandbox's Export Analytics API, and of the APIs that fill its charts."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from adapty import Adapty
from adapty._generated import openapi_spec
from tests.sandbox.server_side.conftest import Clock, clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapty.sandbox import Sandbox

__all__ = ["clock"]

NOW = "2026-06-20T12:00:00Z"
USER = "user_1"

CONTRACT = openapi_spec("export_analytics")
OPERATIONS: Mapping[str, str] = {item["post"]["operationId"]: path for path, item in CONTRACT["paths"].items()}
"""operationId to path."""

# The name of a metric, and objects that the contract does not describe.
_OPEN = ("AnalyticsDataResponse",)


def _strict_contract() -> dict[str, Any]:
    """Return the contract with responses that allow only documented fields."""
    strict = deepcopy(CONTRACT)
    for name, schema in strict["components"]["schemas"].items():
        if "properties" in schema and not name.endswith("Request") and name not in _OPEN:
            schema["additionalProperties"] = False
    return strict


_REGISTRY: Registry[Any] = Registry().with_resource("urn:contract", DRAFT202012.create_resource(_strict_contract()))


def check(operation_id: str, response: httpx.Response) -> None:
    """Validate a response with JSON against the contract of the operation."""
    path = OPERATIONS[operation_id].replace("/", "~1")
    pointer = (
        f"urn:contract#/paths/{path}/post/responses/{response.status_code}/content/application~1json/schema"
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS
        else "urn:contract#/components/schemas/ErrorResponse"
    )
    Draft202012Validator({"$ref": pointer}, registry=_REGISTRY).validate(response.json())


def subscribe(client: Adapty, purchased_at: str, expires_at: str, price: float = 9.99, **fields: Any) -> None:
    """Record a transaction of a subscription; by default the first one of the first user."""
    number = fields.pop("number", 1)
    client.transactions.set_subscription(
        customer_user_id=fields.pop("user", USER),
        store=fields.pop("store", "app_store"),
        store_product_id=fields.pop("product", "premium"),
        store_transaction_id=f"{number}_{purchased_at}",
        store_original_transaction_id=str(number),
        price={"country": fields.pop("country", "US"), "currency": fields.pop("currency", "USD"), "value": price},
        purchased_at=purchased_at,
        originally_purchased_at=purchased_at,
        expires_at=expires_at,
        renew_status=True,
        **fields,
    )


class AnalyticsApi:
    """Sends requests of a test to the sandbox, and validates each response against the contract."""

    def __init__(self, http: httpx.Client, client: Adapty) -> None:
        """Store the low-level client, which has the key, and the facade, which fills the charts."""
        self.http = http
        self.client = client

    @classmethod
    @contextmanager
    def connect(cls, sandbox: Sandbox) -> Iterator[AnalyticsApi]:
        """Create one for a sandbox, with its key."""
        headers = {"authorization": f"Api-Key {sandbox.secret_key}"}
        with (
            httpx.Client(base_url=sandbox.url, headers=headers) as http,
            Adapty(sandbox.secret_key, base_url=sandbox.url) as client,
        ):
            yield cls(http, client)

    def call(self, operation_id: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Call an operation, and validate a response with JSON."""
        response = self.http.post(OPERATIONS[operation_id], json=body, headers=headers)
        if not response.headers["content-type"].startswith("text/csv"):
            check(operation_id, response)
        return response

    def metrics(
        self, chart: str, *dates: str, zone: str | None = None, filters: Mapping[str, Any] | None = None, **body: Any
    ) -> dict[str, Any]:
        """Return the metrics of a chart; by default of June 2026, in days, in UTC."""
        body = {
            "chart_id": chart,
            "filters": {"date": dates or ("2026-06-01", "2026-06-30"), **(filters or {})},
            **body,
        }
        response = self.call(
            "retrieveAnalyticsData", {"period_unit": "day", **body}, {} if zone is None else {"Adapty-Tz": zone}
        )
        assert response.status_code == 200, response.text
        metrics: dict[str, Any] = response.json()["data"]
        return metrics

    def metric(self, chart: str, *dates: str, **how: Any) -> dict[str, Any]:
        """Return the only metric of a chart, or its revenue."""
        metrics = self.metrics(chart, *dates, **how)
        metric: dict[str, Any] = metrics.get("revenue") or metrics["common"]
        return metric

    def value(self, chart: str, *dates: str, **how: Any) -> float:
        """Return the value of a chart."""
        value: float = self.metric(chart, *dates, **how)["value"]
        return value

    def days(self, chart: str, *dates: str, **how: Any) -> dict[str, float]:
        """Return the values of a chart without segments that are not 0, by the day at the start of the period."""
        (segment,) = self.metric(chart, *dates, **how)["data"]
        return {point["x"][:10]: point["y"] for point in segment["values"] if point["y"]}

    def segments(self, chart: str, segmentation: str, **how: Any) -> dict[str, float]:
        """Return the value of each segment of a chart, by its title."""
        data = self.metric(chart, segmentation=segmentation, **how)["data"]
        return {segment["title"]: segment["value"] for segment in data}

    def rejected(self, body: Any, headers: Mapping[str, str] | None = None, **how: Any) -> list[str]:
        """Return the sources of a 400."""
        response = self.call(how.get("operation", "retrieveAnalyticsData"), body, headers)
        assert response.status_code == 400, response.text
        return [error["source"] for error in response.json()["errors"]]

    def subscribe(self, purchased_at: str, expires_at: str, price: float = 9.99, **fields: Any) -> None:
        """Record a transaction of a subscription; see `subscribe`."""
        subscribe(self.client, purchased_at, expires_at, price, **fields)

    def buy(self, purchased_at: str, price: float, **fields: Any) -> None:
        """Record a one-time purchase of the first user."""
        number = fields.pop("number", purchased_at)
        self.client.transactions.set_one_time_purchase(
            customer_user_id=USER,
            store=fields.pop("store", "app_store"),
            store_product_id=fields.pop("product", "coins"),
            store_transaction_id=number,
            store_original_transaction_id=number,
            price={"country": "US", "currency": "USD", "value": price},
            purchased_at=purchased_at,
            **fields,
        )


@pytest.fixture(scope="session")
def shared_analytics(running_sandbox: Sandbox) -> Iterator[AnalyticsApi]:
    """Return the API of the sandbox that all tests share, with its data."""
    with AnalyticsApi.connect(running_sandbox) as api:
        yield api


@pytest.fixture
def api(sandbox: Sandbox, shared_analytics: AnalyticsApi, clock: Clock) -> AnalyticsApi:
    """Return the API of the sandbox at a fixed time, with one profile."""
    clock.set(NOW)
    shared_analytics.client.profiles.create(customer_user_id=USER)
    return shared_analytics
