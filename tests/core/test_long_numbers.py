"""One number that is too long costs one field of an answer, and not the answer."""

from __future__ import annotations

import json

import httpx
import pytest

from adapty import Adapty, ProfileNotFoundError
from tests.core.support import KEY

LONG = ["9" * 5000, "-" + "9" * 4301, "0." + "9" * 5000, "9" * 400]


def client(status: int, body: str) -> Adapty:
    """Return a client of an API that answers everything with this."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    return Adapty(secret_key=KEY, transport=transport)


@pytest.mark.parametrize("number", LONG, ids=lambda number: f"{number[:8]}-{len(number)}")
@pytest.mark.parametrize("name", ["total_revenue_usd", "customer_user_id", "segment_hash", "something_new"])
def test_an_answer_with_a_number_that_is_too_long_is_read(name: str, number: str) -> None:
    """The number stays in the data, and the other fields are what they are."""
    body = f'{{"data": {{"profile_id": "p1", "timestamp": 7, "{name}": {number}}}}}'
    with client(200, body) as adapty:
        profile = adapty.profiles.get(customer_user_id="user_12345")
    assert (profile.profile_id, profile.timestamp) == ("p1", 7)
    assert getattr(profile, name, None) is None
    assert len(json.dumps(profile.extra_fields[name])) in range(len(number) - 2, len(number) + 3)


@pytest.mark.parametrize("number", LONG, ids=lambda number: f"{number[:8]}-{len(number)}")
def test_an_error_with_a_number_that_is_too_long_is_still_that_error(number: str) -> None:
    """Its code and message are read."""
    body = f'{{"errors": [{{"message": "no such", "error_code": "profile_does_not_exist", "new": {number}}}]}}'
    with client(404, body) as adapty, pytest.raises(ProfileNotFoundError) as caught:
        adapty.profiles.get(customer_user_id="user_12345")
    assert caught.value.error_code == "profile_does_not_exist"


def test_an_exponent_without_end_costs_no_answer() -> None:
    """Python could not even calculate with it."""
    with client(200, '{"data": {"profile_id": "p1", "total_revenue_usd": 1e99999999999999999999}}') as adapty:
        profile = adapty.profiles.get(customer_user_id="user_12345")
    assert (profile.profile_id, profile.total_revenue_usd) == ("p1", None)
