"""The rate limit of 2 requests per second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty.errors import AdaptyConfigError
from adapty.sandbox import Sandbox
from adapty.sandbox._analytics.rate_limit import RequestLimit
from adapty.sandbox._responses import ApiError
from tests.sandbox.analytics.conftest import USER, AnalyticsApi
from tests.sandbox.analytics.test_requests import BODIES
from tests.sandbox.conftest import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ticks:
    """A clock that only the test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def is_admitted(limit: RequestLimit) -> bool:
    """Return whether a request is accepted."""
    try:
        limit.admit()
    except ApiError:
        return False
    return True


@PROPERTY
@given(st.lists(st.floats(0, 1.5), max_size=30))
def test_no_second_has_more_than_two_requests(delays: list[float]) -> None:
    """A request is rejected only if it would be the third one in the last second."""
    ticks = Ticks()
    limit = RequestLimit(ticks)
    accepted: list[float] = []
    for delay in delays:
        ticks.now += delay
        in_last_second = [at for at in accepted if ticks.now - at < 1]
        assert is_admitted(limit) == (len(in_last_second) < 2)
        if len(in_last_second) < 2:
            accepted.append(ticks.now)


@pytest.fixture(scope="module")
def strict() -> Iterator[tuple[Sandbox, AnalyticsApi]]:
    """Serve a sandbox with the rate limit."""
    with Sandbox(strict_rate_limits=True) as sandbox, AnalyticsApi.connect(sandbox) as api:
        yield sandbox, api


def test_third_request_in_a_second_gets_429(strict: tuple[Sandbox, AnalyticsApi], monkeypatch: Any) -> None:
    """Only of this API; wrong keys do not count, and a reset forgets the requests."""
    sandbox, api = strict
    ticks = Ticks()
    monkeypatch.setattr(sandbox._state.analytics_limit, "_clock", ticks)
    sandbox.reset()
    for operation in ("retrieveAnalyticsData", "retrieveLTVData"):
        assert api.call(operation, BODIES[operation], {"authorization": "Api-Key wrong"}).status_code == 401
        assert api.call(operation, BODIES[operation]).status_code == 200
    rejected = api.call("retrievePlacementInfo", {})
    assert rejected.status_code == 429
    assert rejected.json() == {
        "errors": [{"source": "non_field_errors", "errors": ["More than 2 requests per second"]}],
        "error_code": "rate_limited",
        "status_code": 429,
    }
    assert "retry-after" not in rejected.headers
    for _ in range(3):
        api.client.profiles.create(customer_user_id=USER)
    ticks.now += 1
    assert api.call("retrievePlacementInfo", {}).status_code == 400
    sandbox.reset()
    for status in (200, 200, 429):
        assert api.call("retrieveLTVData", BODIES["retrieveLTVData"]).status_code == status


def test_rate_limit_is_off_by_default(sandbox: Sandbox) -> None:
    """A test should not have to wait."""
    with AnalyticsApi.connect(sandbox) as api:
        for _ in range(4):
            assert api.call("retrieveLTVData", BODIES["retrieveLTVData"]).status_code == 200


def test_strict_rate_limits_rejects_other_types() -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyConfigError, match="strict_rate_limits: must be True or False"):
        Sandbox(strict_rate_limits=1)  # type: ignore[arg-type]
