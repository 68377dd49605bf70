"""Shared code of the tests of the core: fields, generated values, and a driver that sends nothing."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import httpx
from hypothesis import settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, DeviceInfo, MailProfile, Offer, ProfileDeletion, TransactionEvent
from adapty._core.call import Failure, Send, Wait, execute
from adapty._core.redaction import Secret
from adapty._core.retry import RetryPolicy
from tests.cases import case
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty._core.call import Call
    from adapty.models._request import RequestModel

__all__ = [
    "BASES",
    "EVENT",
    "FIELDS",
    "FULL_EVENT",
    "FULL_PROFILE",
    "KEY",
    "PROFILE",
    "Driven",
    "case",
    "drive",
    "error_for",
    "json_values",
    "model_for",
    "model_or_error",
    "objects",
    "repeatable",
    "reply",
    "wire",
]

T = TypeVar("T")

KEY = "secret_live_never_shown"

BASES: Mapping[type[RequestModel], Mapping[str, Any]] = {
    MailProfile: PROFILE,
    TransactionEvent: EVENT,
    DeviceInfo: {"platform": "iOS"},
    Offer: {"category": "introductory", "offer_type": "free_trial"},
    # The model needs one of the three; the tested one is another.
    ProfileDeletion: {"external_profile_id": "user_12345", "customer_user_id": "u_12345"},
}
"""The least that each record takes."""

FIELDS = [(cls, field.name) for cls in BASES for field in attrs.fields(cls)]
"""Every field of every record, `extra_fields` included."""

FULL_PROFILE: Mapping[str, Any] = {
    **PROFILE,
    "first_name": "Jane",
    "last_name": "Doe",
    "gender": "female",
    "birthday": "1990-05-21",
    "country": "US",
    "store_country": "DE",
    "custom_attributes": {"plan": "trial", "days": 7, "score": 0.5},
    "device_info": {
        "platform": "iOS",
        "device": "iPhone15,2",
        "os": "17.5",
        "locale": "en-US",
        "timezone": "America/New_York",
        "app_version": "3.1.0",
    },
    "customer_user_id": "u_12345",
}
"""Each field of a profile, in the contract's order."""

FULL_EVENT: Mapping[str, Any] = {
    **EVENT,
    "price_usd": "9.99",
    "expires_at": "2026-07-10T14:20:00Z",
    "offer": {"category": "introductory", "offer_type": "free_trial", "offer_id": "trial_7"},
    "customer_user_id": "u_12345",
    "email": "jane@example.com",
}
"""Each field of a transaction event, in the contract's order."""


def repeatable(examples: int) -> settings:
    """Run a property with this number of examples, the same ones each time."""
    return settings(derandomize=True, deadline=None, max_examples=examples)


def _offsets() -> st.SearchStrategy[timezone]:
    day = timedelta(hours=23, minutes=59)
    return st.builds(timezone, st.timedeltas(min_value=-day, max_value=day))


def _scalars() -> st.SearchStrategy[Any]:
    """Generate scalar values of Python, valid or not."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.decimals(),
        st.builds(Fraction, st.integers()),
        st.text(st.characters()),
        st.binary(),
        st.datetimes(),
        st.datetimes(timezones=_offsets()),
        st.dates(),
        st.times(),
        st.timedeltas(),
        st.uuids(),
        st.sampled_from([object, object(), len, ..., NotImplemented, range(3), datetime, date, time, Decimal]),
    )


def objects() -> st.SearchStrategy[Any]:
    """Generate Python objects, also nested ones."""
    keys = st.one_of(st.text(st.characters(), max_size=5), st.integers(), st.none())
    return st.recursive(
        _scalars(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner),
            st.dictionaries(keys, inner, max_size=3),
        ),
        max_leaves=5,
    )


def json_values() -> st.SearchStrategy[Any]:
    """Generate JSON values, with field names of the API among the keys."""
    names = st.sampled_from(["errors", "error_code", "message", "field_name", "source", "status_code", "error"])
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=3), inner, max_size=4),
        max_leaves=12,
    )


def wire(record: RequestModel) -> bytes:
    """Return the bytes that a model is sent as; raise an error if JSON or UTF-8 cannot represent it."""
    return json.dumps(record.to_dict(), ensure_ascii=False, allow_nan=False).encode()


def model_or_error(cls: type[RequestModel], field: str, value: Any) -> RequestModel | AdaptyUsageError:
    """Return a model with this value, or the error, after a check that it names the field."""
    try:
        record = cls(**{**BASES[cls], field: value})
    except AdaptyUsageError as exc:
        refusal = exc
    else:
        wire(record)
        return record
    assert refusal.field_name is not None
    assert refusal.field_name.partition(".")[0] == field
    assert all(str(problem) in str(refusal) and problem.field_name for problem in refusal.problems)
    assert str(refusal).startswith(f"{refusal.field_name}: ") or len(refusal.problems) > 1
    str(refusal).encode()
    return refusal


def error_for(cls: type[RequestModel], field: str, value: Any) -> AdaptyUsageError:
    """Return the error for a value of a field; fail if it is accepted."""
    outcome = model_or_error(cls, field, value)
    assert isinstance(outcome, AdaptyUsageError), f"{cls.__name__}.{field} took {value!r}"
    return outcome


def model_for(cls: type[RequestModel], field: str, value: Any) -> RequestModel:
    """Return the model with a value of a field; fail if it is rejected."""
    outcome = model_or_error(cls, field, value)
    assert not isinstance(outcome, AdaptyUsageError), f"{cls.__name__}.{field}: {outcome}"
    return outcome


def reply(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Return a response of httpx; its request contains the key."""
    request = httpx.Request("POST", "https://mail.example.com/p", headers={"Authorization": f"Bearer {KEY}"})
    return httpx.Response(status, content=body, headers=headers, request=request)


@attrs.frozen
class Driven:
    """The result of a call, and what it requested from its driver."""

    result: Any
    error: BaseException | None
    sent: int
    waits: list[float]


def drive(
    call: Call[T],
    *outcomes: httpx.Response | Failure,
    policy: RetryPolicy | None = None,
    secrets: tuple[str, ...] = (KEY,),
    random: Callable[[], float] = lambda: 1.0,
) -> Driven:
    """Execute a call with these outcomes, one for each attempt; fail if the number of attempts differs."""
    left = list(outcomes)
    waits: list[float] = []
    error: BaseException | None = None
    result: T | None = None
    steps = execute(call, policy or RetryPolicy(), tuple(Secret(secret) for secret in secrets), random)
    try:
        step = next(steps)
        while True:
            if isinstance(step, Wait):
                waits.append(step.seconds)
                step = next(steps)
            else:
                assert isinstance(step, Send)
                assert step.request is call.request
                assert left, "one try too many"
                step = steps.send(left.pop(0))
    except StopIteration as done:
        result = done.value
    except AssertionError:
        raise
    except Exception as exc:  # noqa: BLE001 - the test says which it must be
        error = exc
    assert not left, "tries are left"
    return Driven(result, error, len(outcomes), waits)
