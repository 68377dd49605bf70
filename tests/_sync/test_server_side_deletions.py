# Generated from tests/_async/test_server_side_deletions.py by `make unasync`; do not edit.

"""Many deletions: each ID is sent once, concurrency is limited, and no result is lost."""

from __future__ import annotations

import threading
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

import adapty as library
from adapty import Adapty, AdaptyConfigError, AdaptyUsageError, DeletionReport, DeletionResult
from tests.raw_server import NO_CONTENT
from tests.server_side_calls import (
    KEY,
    PROFILE_ID,
    Stub,
    answering,
    error_body,
    failing,
    left_running,
    who_is_here,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer
    from tests.server_side_calls import Handler

OTHER_ID = "0d1e2f3a-4b5c-4d6e-8f70-8192a3b4c5d6"

DELETED = answering(204)
GONE = answering(404, error_body("profile_does_not_exist", 404))
REFUSED = answering(400, error_body("base_error", 400))
UNAUTHORIZED = answering(401, error_body("unauthorized", 401), {"X-Echo": KEY})


class ProgramExit(BaseException):
    """An exception that ends the program, like Ctrl-C or a cancelled task."""


def by_id(answers: Mapping[str, Handler]) -> Handler:
    """Respond to each user with the given status, and delete all others."""

    def handler(request: httpx.Request) -> httpx.Response:
        return answers.get(user_of(request), DELETED)(request)

    return handler


def user_of(request: httpx.Request) -> str:
    """Return the ID in a request."""
    return str(request.headers.get("adapty-customer-user-id") or request.headers["adapty-profile-id"])


def results_by_id(report: DeletionReport) -> dict[str, str]:
    """Return the result of each ID, unordered."""
    assert len({deletion.id for deletion in report.outcomes}) == len(report.outcomes)
    return {deletion.id: deletion.outcome for deletion in report.outcomes}


@pytest.mark.parametrize("concurrency", [1, 2, 8, 100])
def test_each_id_has_a_result(stubbed: Adapty, stub: Stub, concurrency: int) -> None:
    """Each ID is deleted, not found or failed; a failure does not stop the others."""
    failing_ids = {"u3": REFUSED, "u7": answering(422), "u8": answering(500), "u9": answering(409)}
    stub.replies = [by_id({"u1": GONE, "u5": answering(404, error_body("profile_not_found")), **failing_ids})]
    reported: list[DeletionResult] = []

    report = stubbed.profiles.delete_many(
        [f"u{number}" for number in range(12)], concurrency=concurrency, on_result=reported.append
    )

    assert results_by_id(report) == {f"u{number}": "deleted" for number in range(12)} | dict.fromkeys(
        ("u1", "u5"), "not_found"
    ) | dict.fromkeys(failing_ids, "failed")
    assert [len(report.deleted), len(report.not_found), len(report.failed)] == [6, 2, 4]
    assert report.outcomes == tuple(reported)
    assert report.aborted_by is None
    assert {deletion.id: type(deletion.error).__name__ for deletion in report.failed} == {
        "u3": "BadRequestError",
        "u7": "UnprocessableEntityError",
        "u8": "ServerError",
        "u9": "ConflictError",
    }
    assert all(deletion.attempted and deletion.error is None and not deletion.reason for deletion in report.deleted)
    assert all(deletion.attempted and deletion.reason == str(deletion.error) for deletion in report.failed)
    assert sorted(user_of(request) for request in stub.requests) == sorted([*(f"u{n}" for n in range(12)), "u8", "u8"])


def test_retried_deletion_is_deleted(stubbed: Adapty, stub: Stub) -> None:
    """A 404 after an attempt that may have succeeded counts as deleted."""
    stub.replies = [failing(httpx.ReadTimeout), GONE]

    report = stubbed.profiles.delete_many(["u1", "u2"], concurrency=1)

    assert results_by_id(report) == {"u1": "deleted", "u2": "not_found"}


@pytest.mark.parametrize(
    ("ids", "by", "sent"),
    [
        (["a", "b", "a", "a", "c", "b"], "customer_user_id", ["a", "b", "c"]),
        (["a", "A"], "customer_user_id", ["A", "a"]),
        ([PROFILE_ID, PROFILE_ID.upper(), UUID(PROFILE_ID), OTHER_ID], "profile_id", [OTHER_ID, PROFILE_ID]),
        ((id_ for id_ in "aab"), "customer_user_id", ["a", "b"]),
        (dict.fromkeys("ab"), "customer_user_id", ["a", "b"]),
        ([], "customer_user_id", []),
    ],
)
def test_an_id_is_sent_once(stubbed: Adapty, stub: Stub, ids: Any, by: Any, sent: list[str]) -> None:
    """Repeated IDs, in any notation, are one request and one result."""
    stub.replies = [DELETED]

    report = stubbed.profiles.delete_many(ids, by=by)

    assert sorted(user_of(request) for request in stub.requests) == sent
    assert sorted(results_by_id(report)) == sent
    headers = {"customer_user_id": "adapty-customer-user-id", "profile_id": "adapty-profile-id"}
    assert all(headers[by] in request.headers for request in stub.requests)


@pytest.mark.parametrize("concurrency", [1, 3, 16])
def test_concurrency_is_limited(client: Adapty, server: RawServer, concurrency: int) -> None:
    """The server never has more requests in flight than allowed, and reaches the limit."""
    flying = [0, 0]
    arrived = threading.Condition()

    def hold(connection: socket.socket) -> None:
        with arrived:
            flying[0] += 1
            flying[1] = max(flying)
            arrived.notify_all()
            # All slots must be in use here; a sequential client would block.
            assert arrived.wait_for(lambda: flying[1] >= concurrency, timeout=10)
            flying[0] -= 1
        connection.sendall(NO_CONTENT)

    server.replies = [hold]
    report = client.profiles.delete_many([f"u{number}" for number in range(40)], concurrency=concurrency)

    assert len(report.deleted) == 40
    assert flying == [0, concurrency]


ENDINGS = {
    # What comes back for one, and what ends the run for all.
    "unauthorized": (UNAUTHORIZED, library.AuthenticationError),
    "forbidden": (answering(403, error_body("forbidden", 403)), library.PermissionDeniedError),
    "too many": (answering(429, b"", {"Retry-After": "600"}), library.RateLimitError),
    "no such API": (answering(404, error_body("not_found", 404)), library.NotFoundError),
    "unreachable": (failing(httpx.ConnectError), library.AdaptyConnectionError),
    "timed out": (failing(httpx.ReadTimeout), library.AdaptyTimeoutError),
}


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("ending", ENDINGS)
def test_errors_of_every_request_abort_the_run(stubbed: Adapty, stub: Stub, ending: str, concurrency: int) -> None:
    """Nothing more is sent; the other IDs fail with the reason that they were not attempted."""
    reply, expected = ENDINGS[ending]
    stub.replies = [by_id({"u5": reply})]
    # Enough IDs that the run does not end before the response for u5 arrives.
    ids = [f"u{number}" for number in range(1000)]
    reported: list[str] = []

    report = stubbed.with_options(max_retries=0).profiles.delete_many(
        ids, concurrency=concurrency, on_result=lambda deletion: reported.append(deletion.id)
    )

    assert type(report.aborted_by) is expected
    assert results_by_id(report).keys() == set(ids)
    tried = {deletion.id for deletion in report.outcomes if deletion.attempted}
    assert tried == {user_of(request) for request in stub.requests} == set(ids[: len(tried)])
    assert set(ids[:6]) <= tried
    under_way = len(tried) - (reported.index("u5") + 1)
    assert 0 <= under_way < concurrency
    untried = [deletion for deletion in report.failed if not deletion.attempted]
    assert len(untried) == len(ids) - len(tried) > 0
    assert all(deletion.error is report.aborted_by for deletion in untried)
    assert {deletion.reason for deletion in untried} == {f"not attempted: {report.aborted_by}"}
    assert KEY not in repr(report) + repr([vars(report.aborted_by), untried[0].reason])


DOUBTFUL = {
    # Responses that may concern one user or all, and the error that aborts the run after five in a row.
    "down": (answering(500), library.ServerError),
    "a page": (answering(404, b"<html>"), library.NotFoundError),
    "a firewall": (answering(403, b"<html>"), library.PermissionDeniedError),
    "another success": (answering(200, b"{}"), library.UnexpectedResponseError),
}


@pytest.mark.parametrize(("failures", "tried", "failed"), [(4, 20, 4), (5, 5, 20)])
@pytest.mark.parametrize("name", DOUBTFUL)
def test_five_consecutive_failures_abort_the_run(
    stubbed: Adapty, stub: Stub, *, name: str, failures: int, tried: int, failed: int
) -> None:
    """One failure concerns one user; five in a row mean that the API or a gateway is down."""
    reply, error = DOUBTFUL[name]
    stub.replies = [reply] * failures + [DELETED]
    ids = [f"u{number}" for number in range(20)]

    report = stubbed.with_options(max_retries=0).profiles.delete_many(ids, concurrency=1)

    assert isinstance(report.aborted_by, error) == (failed > failures)
    assert (len(stub.requests), len(report.failed)) == (tried, failed)


def test_invalid_id_fails_alone(stubbed: Adapty, stub: Stub) -> None:
    """The error names the position and the problem without quoting the ID, and the others are deleted."""
    stub.replies = [DELETED]
    ids: Any = ["u1", "", "jane@example.com ", 7, None, "u2"]

    report = stubbed.profiles.delete_many(ids, concurrency=1)

    assert [deletion.id for deletion in report.deleted] == ["u1", "u2"]
    assert [user_of(request) for request in stub.requests] == ["u1", "u2"]
    assert [vars(deletion.error)["field_name"].partition(".")[0] for deletion in report.failed] == [
        "ids[1]",
        "ids[2]",
        "ids[3]",
        "ids[4]",
    ]
    assert not any(deletion.attempted for deletion in report.failed)
    assert not any(deletion.reason.startswith("not attempted") for deletion in report.failed)
    assert "jane@" not in repr(report) + "".join(deletion.reason for deletion in report.failed)


def test_report_does_not_show_addresses(stubbed: Adapty, stub: Stub) -> None:
    """An ID that is an e-mail address is available, but not in any repr."""
    stub.replies = [DELETED]

    report = stubbed.profiles.delete_many(["jane@example.com"])

    assert report.deleted[0].id == "jane@example.com"
    assert "jane" not in repr(report)


def test_ids_are_read_lazily(stubbed: Adapty, stub: Stub) -> None:
    """A generator is read only as far as there are free slots."""
    taken_ids: list[str] = []
    ahead: list[int] = []

    def ids() -> Iterator[str]:
        for number in range(30):
            taken_ids.append(f"u{number}")
            yield taken_ids[-1]

    stub.replies = [DELETED]
    report = stubbed.profiles.delete_many(
        ids(), concurrency=3, on_result=lambda _: ahead.append(len(taken_ids) - len(ahead))
    )

    assert len(report.deleted) == 30
    assert max(ahead) <= 3


def test_results_before_a_failing_generator_are_reported(stubbed: Adapty, stub: Stub) -> None:
    """Its exception is raised unchanged after the earlier results, and no request is left running."""

    def ids() -> Iterator[str]:
        yield "u1"
        message = "the file ends here"
        raise OSError(message)

    stub.replies = [DELETED]
    reported: list[DeletionResult] = []

    with pytest.raises(OSError, match=r"^the file ends here$"):
        stubbed.profiles.delete_many(ids(), concurrency=1, on_result=reported.append)

    assert [(deletion.id, deletion.outcome) for deletion in reported] == [("u1", "deleted")]
    assert left_running() == []


def test_on_result_runs_in_the_callers_thread(stubbed: Adapty, stub: Stub) -> None:
    """The callback runs in the caller's thread and task, for all results."""
    stub.replies = [by_id({"u3": UNAUTHORIZED})]
    places: set[tuple[int, object]] = set()
    reported: list[DeletionResult] = []

    def note(deletion: DeletionResult) -> None:
        places.add(who_is_here())
        reported.append(deletion)

    report = stubbed.profiles.delete_many(
        ["u1", "", *(f"u{number}" for number in range(2, 20))], concurrency=4, on_result=note
    )

    assert places == {who_is_here()}
    assert report.outcomes == tuple(reported)
    assert len(reported) == 20


@pytest.mark.parametrize("number", [1, 5])
@pytest.mark.parametrize("kind", [KeyError, ProgramExit])
def test_exception_of_callback_leaves_nothing_running(
    stubbed: Adapty, stub: Stub, kind: type[BaseException], number: int
) -> None:
    """The exception is raised unchanged after the running requests have ended; nothing more is sent."""
    stub.replies = [DELETED]
    reported: list[DeletionResult] = []

    def stop(deletion: DeletionResult) -> None:
        reported.append(deletion)
        if len(reported) == number:
            raise kind(number)

    with pytest.raises(kind):
        stubbed.profiles.delete_many([f"u{n}" for n in range(30)], concurrency=4, on_result=stop)

    assert left_running() == []
    assert len(reported) == number
    assert number <= len(stub.requests) <= number + 4


def test_running_requests_end_with_the_callbacks_exception(client: Adapty, server: RawServer) -> None:
    """Requests without a response end with the call, too."""
    arrived, reported = threading.Semaphore(0), threading.Event()

    def first(connection: socket.socket) -> None:
        assert all(arrived.acquire(timeout=10) for _ in range(3))
        connection.sendall(NO_CONTENT)

    def late(connection: socket.socket) -> None:
        arrived.release()
        assert reported.wait(10)
        with suppress(OSError):  # the blocking client has closed the connection
            connection.sendall(NO_CONTENT)

    def stop(deletion: DeletionResult) -> None:
        reported.set()
        raise KeyError(deletion.id)

    server.replies = [first, late]
    with pytest.raises(KeyError):
        client.profiles.delete_many([f"u{number}" for number in range(30)], concurrency=4, on_result=stop)

    assert left_running() == []
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("arguments", "field_name"),
    [
        ({"ids": "u1"}, "ids"),
        ({"ids": b"u1"}, "ids"),
        ({"ids": None}, "ids"),
        ({"ids": 7}, "ids"),
        ({"by": "email"}, "by"),
        ({"by": None}, "by"),
        ({"by": ["customer_user_id"]}, "by"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 101}, "concurrency"),
        ({"concurrency": True}, "concurrency"),
        ({"concurrency": "8"}, "concurrency"),
        ({"concurrency": None}, "concurrency"),
    ],
)
def test_invalid_arguments_are_rejected_before_sending(
    stubbed: Adapty, stub: Stub, arguments: dict[str, Any], field_name: str
) -> None:
    """A single ID is not treated as a list of characters."""
    delete_many: Any = stubbed.profiles.delete_many

    with pytest.raises(AdaptyUsageError) as caught:
        delete_many(**{"ids": ["u1"], **arguments})

    assert caught.value.field_name == field_name
    assert stub.requests == []


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize(
    ("keys", "reported"),
    [({"secret_key": KEY}, "the client is closed"), ({"mail_secret_key": KEY}, "^secret_key: is missing")],
)
def test_unusable_client_is_config_error(keys: dict[str, Any], reported: str, concurrency: int) -> None:
    """A closed client or a missing key raises an exception instead of returning a report."""
    stub = Stub()
    with Adapty(**keys, transport=httpx.MockTransport(stub)) as adapty:
        if "secret_key" in keys:
            adapty.close()

        with pytest.raises(AdaptyConfigError, match=reported) as caught:
            adapty.profiles.delete_many(["u1", "u2", "u3"], concurrency=concurrency)

    assert type(caught.value) is AdaptyConfigError
    assert stub.requests == []
    assert left_running() == []


@pytest.mark.parametrize("version", ["profiles", "v1.profiles"])
def test_many_profiles_are_deleted(adapty: Adapty, sandbox: Sandbox, version: str) -> None:
    """The second run finds no profile, in either version of the API."""
    ids = [f"user_{number}" for number in range(30)]
    for id_ in ids[:25]:
        adapty.profiles.create(customer_user_id=id_)
    profiles = attrgetter(version)(adapty)

    first = profiles.delete_many(ids)
    second = profiles.delete_many(ids)

    assert sorted(deletion.id for deletion in first.deleted) == sorted(ids[:25])
    assert sorted(deletion.id for deletion in first.not_found) == sorted(ids[25:])
    assert len(second.not_found) == 30
    assert sandbox.server_side_profile(customer_user_id="user_0") is None
