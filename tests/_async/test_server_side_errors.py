"""Failures between client and server-side API: typed exceptions with all details and no secrets."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import adapty as library
from adapty import AdaptyAPIError, AdaptyConnectionError, AdaptyError, AdaptyTimeoutError, UnexpectedResponseError
from tests.cases import case
from tests.server_side_calls import (
    BY_CUSTOMER_USER_ID,
    CALLS,
    KEY,
    PAYWALL_ID,
    USER,
    Operation,
    Stub,
    answering,
    error_body,
    failing,
    operation_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty import AsyncAdapty
    from tests.raw_server import RawServer

pytestmark = pytest.mark.anyio

OPERATIONS = [operation.name for operation in Operation.every()]
TRANSACT = "createVirtualCurrencyTransaction"

ERRORS = {
    400: library.BadRequestError,
    401: library.AuthenticationError,
    403: library.PermissionDeniedError,
    404: library.NotFoundError,
    409: library.ConflictError,
    422: library.UnprocessableEntityError,
    429: library.RateLimitError,
    499: library.AdaptyAPIError,
    500: library.ServerError,
    503: library.ServerError,
    520: library.ServerError,
}
TRANSIENT = {429, 500, 503, 520}

SAID = f"{USER} sent {KEY}"
SHOWN = "[redacted] sent [redacted]"

SHAPES: Mapping[str, tuple[bytes, str | None, tuple[str, ...], tuple[str, ...]]] = {
    # A body to the code, the messages and the fields that are read from it.
    "objects": (
        json.dumps(
            {
                "errors": [{"source": "email", "errors": [SAID, "x"]}, {"source": "non_field_errors", "errors": ["y"]}],
                "error_code": "base_error",
                "status_code": 400,
            }
        ).encode(),
        "base_error",
        (f"email: {SHOWN}, x", "y"),
        ("email",),
    ),
    "texts": (
        json.dumps({"errors": [SAID, "x"], "error_code": "other_error", "status_code": 400}).encode(),
        "other_error",
        (SHOWN, "x"),
        (),
    ),
    "stripe": (
        json.dumps(
            {"errors": [{"detail": SAID, "source": {"pointer": "/data/attributes/stripe_token"}, "status": "400"}]}
        ).encode(),
        None,
        (f"/data/attributes/stripe_token: {SHOWN}",),
        ("/data/attributes/stripe_token",),
    ),
    "mail": (
        json.dumps(
            {"errors": [{"message": SAID, "error_code": "base_error", "status_code": 400, "field_name": "email"}]}
        ).encode(),
        "base_error",
        (f"email: {SHOWN}",),
        ("email",),
    ),
    "everywhere": (
        json.dumps({"errors": [{"source": USER, "errors": [KEY]}], "error_code": KEY, USER: {KEY: [USER]}}).encode(),
        "[redacted]",
        ("[redacted]: [redacted]",),
        ("[redacted]",),
    ),
    "html": (f"<html><h1>Bad Gateway</h1>{SAID} <a href='mailto:{USER}'></html>".encode(), None, (), ()),
    "empty": (b"", None, (), ()),
    "cut-short": (f'{{"errors": [{{"source": null, "errors": ["{SAID}"'.encode(), None, (), ()),
}

FAR = datetime(2100, 1, 1, tzinfo=UTC)
RETRY_AFTER = {"seconds": "7", "date": format_datetime(FAR, usegmt=True)}
ECHOING = {"Request-Id": "req-1", "X-Echo": f"Api-Key {KEY} of {USER}", "Set-Cookie": f"user={USER}"}

HOSTILE: Mapping[str, bytes] = {
    "html": b"<html>It works!</html>",
    "empty": b"",
    "blank": b" \r\n",
    "list": b"[{}]",
    "number": b"7",
    "text": b'"data"',
    "null": b"null",
    "object": b"{}",
    "cut-short": b'{"data": {"profile_id": "77',
    "two-objects": b"{}{}",
    "lists-10000-deep": b"[" * 10_000 + b"]" * 10_000,
    "objects-10000-deep": b'{"data":' * 10_000 + b"1" + b"}" * 10_000,
    "lists-60-deep": b'{"data":' + b"[" * 60 + b"]" * 60 + b"}",
    "lists-500-deep": b'{"new":' + b"[" * 500 + b"]" * 500 + b"}",
    "lists-900-deep": b'{"data":{"custom_attributes":' + b"[" * 900 + b"]" * 900 + b"}}",
    "objects-900-deep": b'{"data":' * 900 + b"1" + b"}" * 900,
    "nan": b'{"data": {"timestamp": NaN, "total_revenue_usd": -Infinity}, "balances": [{"balance": Infinity}]}',
    "too-large": b'{"data": {"timestamp": 1e999, "total_revenue_usd": 1e400}, "response_created_at": 1e999}',
    "too-many-digits": b'{"data": {"timestamp": %s}}' % (b"9" * 5000),
    "long-text": b'{"data": {"segment_hash": "%s"}}' % (b"x" * 5_000_000),
    "not-utf-8": b'{"data": {"segment_hash": "\xff"}}',
    "half-a-pair": b'{"data": {"segment_hash": "\\ud800", "\\udfff": 1}}',
    "nul": b'{"data": {"segment_hash": "\\u0000"}}',
    "wrong-kinds": b'{"data": [[], null, 7, {"items": {}}], "meta": [], "pagination": 7, "settings": [], "offer": 1}',
    "wrong-inside": b'{"data": {"access_levels": {"a": 1}, "custom_attributes": [7], "offer": []}, "profile_id": {}}',
    "wrong-pages": b'{"meta": {"pagination": {"pages": -1, "page": "one"}}, "pagination": {"next_cursor": 7}}',
}

FAILURES: Mapping[type[httpx.RequestError], type[AdaptyConnectionError]] = {
    httpx.ConnectTimeout: AdaptyTimeoutError,
    httpx.ReadTimeout: AdaptyTimeoutError,
    httpx.WriteTimeout: AdaptyTimeoutError,
    httpx.PoolTimeout: AdaptyTimeoutError,
    httpx.ConnectError: AdaptyConnectionError,
    httpx.ReadError: AdaptyConnectionError,
    httpx.WriteError: AdaptyConnectionError,
    httpx.RemoteProtocolError: AdaptyConnectionError,
}


async def failure_of(adapty: AsyncAdapty, name: str) -> AdaptyAPIError | AdaptyConnectionError:
    """Return the exception of a call, after the checks that apply to all of them."""
    with pytest.raises(AdaptyError) as caught:
        await CALLS[name](adapty, BY_CUSTOMER_USER_ID)
    error = caught.value
    assert isinstance(error, AdaptyAPIError | AdaptyConnectionError)
    operation = operation_of(name)
    path = operation.path.replace("{paywall_id}", PAYWALL_ID)
    assert (error.operation, error.method, error.path) == (name, operation.method, path)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))
    assert KEY not in shown
    assert USER not in shown
    return error


async def test_every_error_response_maps_to_an_exception_without_secrets(
    stubbed: AsyncAdapty, stub: Stub, slept: list[float]
) -> None:
    """For any form of the body, the exception has all details, and neither key nor address."""
    for name in OPERATIONS:
        for status, expected in ERRORS.items():
            with case(name, status):
                for number, (body, error_code, messages, field_names) in enumerate(SHAPES.values()):
                    wait = ("seconds", "date")[number % 2]
                    stub.replies = [answering(status, body, {**ECHOING, "Retry-After": RETRY_AFTER[wait]})]
                    stub.requests.clear()

                    error = await failure_of(stubbed, name)

                    assert isinstance(error, AdaptyAPIError)
                    assert type(error) is expected
                    assert (error.status_code, error.error_code, error.messages) == (status, error_code, messages)
                    assert (error.field_names, error.request_id) == (field_names, "req-1")
                    assert error.headers["x-echo"] == "Api-Key [redacted] of [redacted]"
                    left = (FAR - datetime.now(UTC)).total_seconds() if wait == "date" else 7.0
                    assert error.retry_after == pytest.approx(left, abs=60)
                    assert (
                        error.attempts == len(stub.requests) == (3 if status in TRANSIENT and wait == "seconds" else 1)
                    )
                    sent = {request.headers.get("Idempotency-Key") for request in stub.requests}
                    assert sent == {error.idempotency_key}
                    assert (error.idempotency_key is not None) == (name == TRANSACT)
                    assert str(error).startswith(f"{name}: {status}")
                    assert "request ID req-1" in str(error)


async def test_every_transport_failure_maps_to_an_exception_without_secrets(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Each timeout and each broken connection is typed, raised after all attempts, and shows no secret."""
    for name in OPERATIONS:
        with case(name):
            for kind, expected in FAILURES.items():
                stub.replies = [failing(kind, f"Api-Key {KEY} of {USER}")]
                stub.requests.clear()

                error = await failure_of(stubbed, name)

                assert type(error) is expected
                assert error.attempts == len(stub.requests) == 3
                sent = {request.headers.get("Idempotency-Key") for request in stub.requests}
                assert sent == {error.idempotency_key}
                assert (error.idempotency_key is not None) == (name == TRANSACT)


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"])
async def test_dropped_connection_is_typed_error(client: AsyncAdapty, server: RawServer, reply: bytes) -> None:
    """A connection that closes before or during the response is a typed exception; retries send the same bytes."""
    server.replies = [reply]
    for name in OPERATIONS:
        server.requests.clear()

        error = await failure_of(client, name)

        assert type(error) is AdaptyConnectionError
        assert error.attempts == len(server.requests) == 3
        assert len(set(server.requests)) == 1


async def test_tracebacks_have_no_key(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The locals in the traceback contain no key."""
    for name in OPERATIONS:
        with case(name):
            for reply in (
                answering(400, SHAPES["objects"][0], ECHOING),
                failing(httpx.ReadError),
                answering(200, b"<html>"),
            ):
                stub.replies = [reply]

                error = await failure_of(stubbed, name)

                assert error.__traceback__ is not None
                ours = error.with_traceback(error.__traceback__.tb_next)
                shown = "".join(traceback.TracebackException.from_exception(ours, capture_locals=True).format())
                assert "secrets = (Secret('[redacted]'), " in shown
                assert KEY not in shown


async def test_error_codes_select_the_class(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The code decides if it says more than the status, in either form, except for 5xx."""
    for status, error_code, expected in [
        (404, "profile_does_not_exist", "ProfileNotFoundError"),
        (404, "profile_not_found", "ProfileNotFoundError"),
        (400, "profile_does_not_exist", "ProfileNotFoundError"),
        (400, "profile_not_found", "ProfileNotFoundError"),
        (404, "paywall_not_found", "NotFoundError"),
        (403, "feature_not_enabled", "FeatureNotEnabledError"),
        (403, "forbidden", "PermissionDeniedError"),
        (400, "insufficient_balance", "InsufficientBalanceError"),
        (400, "unknown_currency", "BadRequestError"),
        (401, "not_authenticated", "AuthenticationError"),
        (401, "unauthorized", "AuthenticationError"),
        (409, "duplicate_source_transaction", "ConflictError"),
        (429, "rate_limited", "RateLimitError"),
        (500, "profile_does_not_exist", "ServerError"),
        (502, "profile_not_found", "ServerError"),
        (503, "feature_not_enabled", "ServerError"),
        (520, "insufficient_balance", "ServerError"),
        (201, "profile_does_not_exist", "UnexpectedResponseError"),
    ]:
        with case(status, error_code, expected):
            stub.replies = [answering(status, error_body(error_code, status))]
            for name in OPERATIONS:
                error = await failure_of(stubbed, name)

                assert isinstance(error, AdaptyAPIError)
                assert type(error).__name__ == expected
                assert (error.status_code, error.error_code) == (status, error_code)


async def test_lone_surrogate_can_be_printed(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Any message can be written to a log in UTF-8."""
    stub.replies = [
        answering(400, b'{"errors": [{"source": "\\ud800", "errors": ["\\udbff"]}], "error_code": "\\udfff"}')
    ]

    error = await failure_of(stubbed, "getProfile")

    assert str(error).encode()


async def test_log_has_operations_and_no_personal_data(
    stubbed: AsyncAdapty, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    """A retry and the end of a call have one line each, without key, user and response."""
    for name in OPERATIONS:
        with case(name):
            caplog.clear()
            caplog.set_level(logging.DEBUG)
            stub.replies = [
                answering(500, SHAPES["objects"][0], ECHOING),
                answering(400, SHAPES["objects"][0], ECHOING),
            ]

            await failure_of(stubbed, name)

            ours = [
                (record.levelname, record.getMessage()) for record in caplog.records if record.name == "adapty.client"
            ]
            assert [level for level, _ in ours] == ["INFO", "DEBUG"]
            assert all(message.startswith(f"{name}: ") for _, message in ours)
            shown = "".join(record.getMessage() for record in caplog.records)
            assert KEY not in shown
            assert USER not in shown


async def test_hostile_success_is_parsed_or_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """An invalid success body is an UnexpectedResponseError or parsed as far as possible."""
    for body in HOSTILE:
        with case(body):
            for name in OPERATIONS:
                stub.replies = [answering(operation_of(name).success()[0], HOSTILE[body])]
                stub.requests.clear()
                outcome: Any
                try:
                    outcome = await CALLS[name](stubbed, BY_CUSTOMER_USER_ID)
                except Exception as exc:  # noqa: BLE001 - what it must be stands below
                    outcome = exc.with_traceback(None)

                if isinstance(outcome, UnexpectedResponseError):
                    assert (outcome.operation, outcome.attempts) == (name, 1)
                else:
                    assert not isinstance(outcome, Exception), name
                    assert repr(outcome)
                assert pickle.dumps(outcome)
                assert len(stub.requests) == 1
