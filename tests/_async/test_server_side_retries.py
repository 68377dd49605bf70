"""Retries, counted at the server, and deletions that a retry completes."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

import adapty as library
from adapty import AdaptyConnectionError, AdaptyError, AdaptyUsageError, ProfileNotFoundError, ServerError
from tests.cases import case
from tests.raw_server import NO_CONTENT, answer
from tests.server_side_calls import (
    BY_CUSTOMER_USER_ID,
    CALLS,
    Operation,
    Stub,
    answering,
    error_body,
    failing,
    operation_of,
)

if TYPE_CHECKING:
    from adapty import AsyncAdapty
    from tests.raw_server import RawServer
    from tests.server_side_calls import Handler

pytestmark = pytest.mark.anyio

OPERATIONS = [operation.name for operation in Operation.every()]
TRANSACT = "createVirtualCurrencyTransaction"

IN_FLIGHT = error_body("idempotency_in_flight", 409)
CREDITED_BEFORE = error_body("duplicate_source_transaction", 409)

PASSING = {
    # The failures, and the minimum and maximum of the following delays.
    "500": (answer(500, error_body("server_error", 500)), 0, 0.5),
    "503-page": (answer(503, b"<html>"), 0, 0.5),
    "dropped": (b"", 0, 0.5),
    "429": (answer(429, error_body("rate_limited", 429), "Retry-After: 7"), 7, 7),
    "429-soon": (answer(429, b"", "Retry-After: 0"), 0, 0.5),
    "429-bare": (answer(429), 0, 0.5),
    "in-flight": (answer(409, IN_FLIGHT, "Retry-After: 3"), 3, 3),
    "in-flight-bare": (answer(409, IN_FLIGHT), 0.5, 0.5),
}

LASTING = {
    "credited-before": answer(409, CREDITED_BEFORE, "Retry-After: 1"),
    "conflict": answer(409, error_body("base_error", 409)),
    "conflict-page": answer(409, b"<html>idempotency_in_flight</html>"),
    "conflict-empty": answer(409),
    "in-flight-with-400": answer(400, error_body("idempotency_in_flight", 400)),
    "in-flight-for-long": answer(409, IN_FLIGHT, "Retry-After: 61"),
    "later": answer(429, error_body("rate_limited", 429), "Retry-After: 61"),
}


async def test_transient_failures_are_retried_with_the_same_bytes(
    client: AsyncAdapty, server: RawServer, slept: list[float]
) -> None:
    """Every retry has the same bytes and the same Idempotency-Key, and is no sooner than Retry-After."""
    for name_of_case, (reply, least, most) in PASSING.items():
        with case(name_of_case):
            for name in OPERATIONS:
                server.replies = [reply, _spelled(*operation_of(name).success())]
                server.requests.clear()
                slept.clear()

                await CALLS[name](client, BY_CUSTOMER_USER_ID)

                first, second = server.requests
                assert first == second
                assert (b"idempotency-key: " in first.lower()) == (name == TRANSACT)
                (waited,) = slept
                assert least <= waited <= most


def _spelled(status: int, body: bytes, media_type: str) -> bytes:
    return NO_CONTENT if status == 204 else answer(status, body, f"Content-Type: {media_type}")


async def test_permanent_failures_are_not_retried(client: AsyncAdapty, server: RawServer, slept: list[float]) -> None:
    """A permanent conflict and a long Retry-After end the call."""
    for name_of_case, reply in LASTING.items():
        with case(name_of_case):
            server.requests.clear()
            slept.clear()
            server.replies = [reply]
            for count, name in enumerate(OPERATIONS, 1):
                with pytest.raises(AdaptyError, match=f"^{name}: "):
                    await CALLS[name](client, BY_CUSTOMER_USER_ID)

                assert len(server.requests) == count
            assert slept == []


@pytest.mark.parametrize(
    ("headers", "waits"),
    [({"Retry-After": "25"}, [25.0, 25.0]), ({}, [0.5, 1.0, 2.0, 4.0, *[8.0] * 6])],
    ids=["asked to wait", "not asked"],
)
async def test_long_in_flight_conflict_has_the_key(
    stubbed: AsyncAdapty, stub: Stub, slept: list[float], headers: dict[str, str], waits: list[float]
) -> None:
    """After a minute, even without retries, the exception has the key, for a later call."""
    stub.replies = [answering(409, IN_FLIGHT, headers)]

    with pytest.raises(library.ConflictError) as caught:
        await stubbed.with_options(max_retries=0).virtual_currencies.credit("GOLD", 5, customer_user_id="user_12345")

    assert slept == waits
    assert (caught.value.error_code, caught.value.attempts) == ("idempotency_in_flight", len(waits) + 1)
    assert {request.headers["Idempotency-Key"] for request in stub.requests} == {caught.value.idempotency_key}


async def test_each_call_has_its_own_key(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Each call has its own UUID of version 4, in every method."""
    names = [name for name in CALLS if name.partition("/")[0] == TRANSACT]
    for name in [*names, *names]:
        await CALLS[name](stubbed, BY_CUSTOMER_USER_ID)

    keys = [request.headers["Idempotency-Key"] for request in stub.requests]
    assert len(set(keys)) == 2 * len(names)
    assert {(UUID(key).version, str(UUID(key)) == key) for key in keys} == {(4, True)}


@pytest.mark.parametrize(
    "given", [UUID("0b5b2d7e-6f1a-4c1e-9d3b-2a1c0f9e8d7c"), "0B5B2D7E-6F1A-4C1E-9D3B-2A1C0F9E8D7C"]
)
async def test_the_callers_own_key_is_used(stubbed: AsyncAdapty, stub: Stub, given: UUID | str) -> None:
    """Each attempt has the caller's key, and so has the exception."""
    stub.replies = [failing(httpx.ReadTimeout)]

    with pytest.raises(AdaptyConnectionError) as caught:
        await stubbed.virtual_currencies.debit("GOLD", 1, customer_user_id="user_12345", idempotency_key=given)

    assert caught.value.idempotency_key == "0b5b2d7e-6f1a-4c1e-9d3b-2a1c0f9e8d7c"
    assert [request.headers["Idempotency-Key"] for request in stub.requests] == [caught.value.idempotency_key] * 3


async def test_missing_key_is_generated(stubbed: AsyncAdapty, stub: Stub) -> None:
    """None means the same as no argument."""
    for _ in range(2):
        await stubbed.virtual_currencies.credit("GOLD", 1, customer_user_id="user_12345", idempotency_key=None)

    first, second = (UUID(request.headers["Idempotency-Key"]) for request in stub.requests)
    assert first != second
    assert first.version == second.version == 4


async def test_idempotency_key_rejects_invalid(stubbed: AsyncAdapty, stub: Stub) -> None:
    """An invalid key is rejected by name, and nothing is sent."""
    given: Any
    for given in [
        "",
        7,
        b"0b5b2d7e-6f1a-4c1e-9d3b-2a1c0f9e8d7c",
        "user_12345",
        "0b5b2d7e6f1a4c1e9d3b2a1c0f9e8d7c",
        "0b5b2d7e-6f1a-1c1e-9d3b-2a1c0f9e8d7c",
        "0b5b2d7e-6f1a-4c1e-1d3b-2a1c0f9e8d7c",
        "0b5b2d7e-6f1a-4c1e-9d3b-2a1c0f9e8d7c\r\nX: 1",
        UUID(int=0),
    ]:
        with case(given):
            with pytest.raises(AdaptyUsageError) as caught:
                await stubbed.virtual_currencies.credit("GOLD", 1, customer_user_id="user_12345", idempotency_key=given)

            assert caught.value.field_name == "idempotency_key"
            assert stub.requests == []


SERVER_ERROR = answering(500, error_body("server_error", 500))
GATEWAY = answering(502, b"<html>Bad Gateway</html>")
TIMED_OUT = answering(408)
TOO_MANY = answering(429, error_body("rate_limited", 429))
GONE = answering(404, error_body("profile_does_not_exist", 404))
GONE_OTHERWISE = answering(404, error_body("profile_not_found", 404))
GONE_SILENTLY = answering(404)
NOT_FOUND_PAGE = answering(404, b"<html>Not Found</html>")
NOT_FOUND_TEXT = answering(404, b'"Not Found"')
NOT_FOUND_OTHERWISE = answering(404, error_body("app_not_found", 404))
DELETED = answering(204)
READ_TIMEOUT = failing(httpx.ReadTimeout)
WRITE_TIMEOUT = failing(httpx.WriteTimeout)
DROPPED = failing(httpx.RemoteProtocolError)
UNREACHABLE = failing(httpx.ConnectError)
CONNECT_TIMEOUT = failing(httpx.ConnectTimeout)
POOL_TIMEOUT = failing(httpx.PoolTimeout)

DELETIONS: dict[str, tuple[list[Handler], type[AdaptyError] | None]] = {
    # The responses, and the result of the call.
    "done": ([DELETED], None),
    "failed, done": ([SERVER_ERROR, DELETED], None),
    "failed, gone": ([SERVER_ERROR, GONE], None),
    "gateway, gone": ([GATEWAY, GONE], None),
    "408, gone": ([TIMED_OUT, GONE], None),
    "no answer, gone": ([READ_TIMEOUT, GONE], None),
    "not all taken, gone": ([WRITE_TIMEOUT, GONE], None),
    "dropped, gone": ([DROPPED, GONE], None),
    "dropped, gone in other words": ([DROPPED, GONE_OTHERWISE], None),
    "dropped, gone without words": ([DROPPED, GONE_SILENTLY], None),
    "failed twice, gone": ([SERVER_ERROR, READ_TIMEOUT, GONE], None),
    "failed, unreachable, gone": ([SERVER_ERROR, UNREACHABLE, GONE], None),
    "failed, too many, gone": ([SERVER_ERROR, TOO_MANY, GONE], None),
    "unreachable, failed, gone": ([UNREACHABLE, SERVER_ERROR, GONE], None),
    "gone at first": ([GONE], ProfileNotFoundError),
    "gone at first in other words": ([GONE_OTHERWISE], ProfileNotFoundError),
    "gone at first without words": ([GONE_SILENTLY], library.NotFoundError),
    "unreachable, gone": ([UNREACHABLE, GONE], ProfileNotFoundError),
    "no connection, gone": ([CONNECT_TIMEOUT, GONE], ProfileNotFoundError),
    "no free connection, gone": ([POOL_TIMEOUT, GONE], ProfileNotFoundError),
    "too many, gone": ([TOO_MANY, GONE], ProfileNotFoundError),
    "never sent twice, gone": ([UNREACHABLE, TOO_MANY, GONE], ProfileNotFoundError),
    "failed, page": ([SERVER_ERROR, NOT_FOUND_PAGE], library.NotFoundError),
    "failed, text": ([SERVER_ERROR, NOT_FOUND_TEXT], library.NotFoundError),
    "failed, something else gone": ([SERVER_ERROR, NOT_FOUND_OTHERWISE], library.NotFoundError),
    "dropped, page": ([DROPPED, NOT_FOUND_PAGE], library.NotFoundError),
    "failed for good": ([SERVER_ERROR], ServerError),
    "dropped for good": ([DROPPED], AdaptyConnectionError),
    "failed, refused": ([SERVER_ERROR, answering(401, error_body("unauthorized", 401))], library.AuthenticationError),
    "failed, other success": ([SERVER_ERROR, answering(200, b"{}")], library.UnexpectedResponseError),
}


async def test_404_counts_as_success_after_an_attempt_that_may_have_succeeded(stubbed: AsyncAdapty, stub: Stub) -> None:
    """A 404 is a success if an earlier attempt may have arrived, and an error otherwise."""
    for version in ["profiles", "v1.profiles"]:
        for story, (replies, expected) in DELETIONS.items():
            with case(version, story):
                stub.requests.clear()
                stub.replies = [*replies]

                outcome: AdaptyError | None = None
                try:
                    await attrgetter(version)(stubbed).delete(customer_user_id="user_12345")
                except AdaptyError as error:
                    outcome = error

                assert type(outcome) is (expected or type(None))
                assert len(stub.requests) == (len(replies) if "for good" not in story else 3)


@pytest.mark.parametrize("version", ["profiles", "v1.profiles"])
async def test_deletion_without_retries_raises_404(stubbed: AsyncAdapty, stub: Stub, version: str) -> None:
    """Without a retry, a 404 is an error: two calls are two deletions."""
    stub.replies = [DROPPED, GONE]
    profiles = attrgetter(version)(stubbed.with_options(max_retries=0))

    with pytest.raises(AdaptyConnectionError):
        await profiles.delete(customer_user_id="user_12345")
    with pytest.raises(ProfileNotFoundError):
        await profiles.delete(customer_user_id="user_12345")

    assert len(stub.requests) == 2


async def test_404_counts_as_success_only_for_delete(stubbed: AsyncAdapty, stub: Stub) -> None:
    """For any other operation, a 404 after a failed attempt is a 404."""
    for name in [name for name in OPERATIONS if not name.startswith("deleteProfile")]:
        with case(name):
            stub.requests.clear()
            stub.replies = [SERVER_ERROR, GONE]

            with pytest.raises(ProfileNotFoundError) as caught:
                await CALLS[name](stubbed, BY_CUSTOMER_USER_ID)

            assert caught.value.attempts == len(stub.requests) == 2
