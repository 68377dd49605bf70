"""Many deletions: the IDs to send, the results, the reasons to abort, and no ID in a message."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from adapty import (
    Adapty,
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyTimeoutError,
    AdaptyUsageError,
    AsyncAdapty,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DeletionReport,
    DeletionResult,
    NotFoundError,
    PermissionDeniedError,
    ProfileNotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
    UnprocessableEntityError,
)
from adapty._core.deletions import MAX_CONCURRENCY, DeletionRun
from tests.core.support import case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADDRESS = "jane@example.com"
PROFILE_ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"

ERRORS_OF_ALL: list[AdaptyError] = [
    AuthenticationError("deleteProfile: 401", status_code=401),
    PermissionDeniedError("deleteProfile: 403", status_code=403, body={"errors": []}),
    RateLimitError("deleteProfile: 429", status_code=429),
    AdaptyConnectionError("deleteProfile: refused"),
    AdaptyTimeoutError("deleteProfile: no answer in time"),
    # The API's own error, which does not concern a profile.
    NotFoundError("deleteProfile: 404", status_code=404, body={"error_code": "not_found"}, error_code="not_found"),
    AdaptyAPIError("deleteProfile: 302", status_code=302),
]
"""Errors that would affect every request."""

ERRORS_OF_ONE: list[AdaptyError] = [
    BadRequestError("deleteProfile: 400", status_code=400, body={"errors": []}),
    ConflictError("deleteProfile: 409", status_code=409, body={"errors": []}),
    UnprocessableEntityError("deleteProfile: 422", status_code=422, body={"errors": []}),
    AdaptyAPIError("deleteProfile: 413", status_code=413),
    AdaptyAPIError("deleteProfile: 414", status_code=414),
    AdaptyAPIError("deleteProfile: 431", status_code=431),
]
"""What says nothing of the others."""

DOUBTFUL: list[AdaptyError] = [
    ServerError("deleteProfile: 503", status_code=503, body={"errors": []}),
    BadRequestError("deleteProfile: 400", status_code=400, body="<html>"),
    PermissionDeniedError("deleteProfile: 403", status_code=403, body={"message": "Forbidden"}),
    NotFoundError("deleteProfile: 404", status_code=404),
    ConflictError("deleteProfile: 409", status_code=409, body=["no"]),
    UnprocessableEntityError("deleteProfile: 422", status_code=422, body="no"),
    AdaptyAPIError("deleteProfile: 451", status_code=451, body={"errors": []}),
    UnexpectedResponseError("deleteProfile: 200", status_code=200, body="<html>"),
]
"""Errors that may affect one request or all."""


def outcome(deletion: DeletionResult) -> tuple[str, str, bool]:
    """Return the result of a deletion."""
    return deletion.id, deletion.outcome, deletion.attempted


def test_each_id_is_sent_once_in_order() -> None:
    """Each ID is sent once, in the order of its first occurrence, from any iterable."""
    for ids, sent in [
        ([], []),
        (["a"], ["a"]),
        (["a", "b", "a", "A", "b"], ["a", "b", "A"]),
        (("a", "b"), ["a", "b"]),
        ({"a": 1, "b": 2}, ["a", "b"]),
        (iter(["a", "b", "a"]), ["a", "b"]),
        ((name for name in "ab"), ["a", "b"]),
    ]:
        with case(ids, sent):
            run = DeletionRun(ids, "customer_user_id")
            assert list(run.pending_ids()) == sent
            assert run.report() == DeletionReport(())


def test_profile_id_is_normalized_before_deduplication() -> None:
    """Upper case, lower case and a UUID are the same profile, which is deleted once."""
    spelled: list[Any] = [PROFILE_ID.upper(), PROFILE_ID, UUID(PROFILE_ID)]
    assert list(DeletionRun(spelled, "profile_id").pending_ids()) == [PROFILE_ID]


def test_ids_are_read_lazily() -> None:
    """No ID is read before it is needed, so a long file need not fit into memory."""
    taken: list[str] = []

    def ids() -> Iterator[str]:
        for name in "abc":
            taken.append(name)
            yield name

    steps = DeletionRun(ids(), "customer_user_id").pending_ids()
    assert taken == []
    assert [next(steps), taken] == ["a", ["a"]]
    assert [next(steps), taken] == ["b", ["a", "b"]]


BAD_IDS: list[Any] = ["", " ", " a", "a\n", "\u00e4", "\ud800", None, 7, True, b"a", ["a"], {}, UUID(PROFILE_ID)]


def test_invalid_id_counts_as_failed() -> None:
    """It is recorded with its position and not sent; the others are sent."""
    for bad in BAD_IDS:
        with case(bad):
            seen: list[DeletionResult] = []
            run = DeletionRun(["a", bad, "b"], "customer_user_id", seen.append)
            assert list(run.pending_ids()) == ["a", "b"]
            (failed,) = run.report().failed
            assert (failed.outcome, failed.attempted) == ("failed", False)
            assert isinstance(failed.error, AdaptyUsageError)
            assert failed.error.field_name == "ids[1].customer_user_id"
            assert failed.reason == str(failed.error)
            assert failed.reason.startswith("ids[1].customer_user_id: ")
            assert isinstance(failed.id, str)
            if isinstance(bad, str):
                assert failed.id == bad
            assert seen == [failed]
            assert run.report().aborted_by is None


def test_repeated_invalid_id_is_recorded_each_time() -> None:
    """Each occurrence is reported, so that all of them can be fixed."""
    run = DeletionRun(["", "a", ""], "customer_user_id")
    assert list(run.pending_ids()) == ["a"]
    assert [str(failed.error).partition(":")[0] for failed in run.report().failed] == [
        "ids[0].customer_user_id",
        "ids[2].customer_user_id",
    ]


def test_ids_rejects_a_single_id() -> None:
    """A single ID is not treated as a list of characters, and nothing is sent."""
    ids: Any
    for ids in ["a", b"a", "", None, 7, True, ..., UUID(PROFILE_ID)]:
        with case(ids):
            with pytest.raises(AdaptyUsageError, match=r"^ids: .*expected several IDs, such as a list") as caught:
                DeletionRun(ids, "customer_user_id")
            assert caught.value.field_name == "ids"


def test_by_rejects_unknown_kinds() -> None:
    """The error names the method's argument."""
    kind: Any
    for kind in ["", "customer", "Profile_id", "id", None, 7, True, [], {}, b"profile_id"]:
        with case(kind):
            with pytest.raises(AdaptyUsageError, match=r"^by: ") as caught:
                DeletionRun(["a"], kind)
            assert caught.value.field_name == "by"


def test_errors_of_every_request_abort_the_run() -> None:
    """Nothing more is sent; the other IDs fail with that reason, as not attempted."""
    for error in ERRORS_OF_ALL:
        with case(error):
            run = DeletionRun(["a", "b", "", "c", "d", "c", "a"], "customer_user_id")
            steps = run.pending_ids()
            first, second = next(steps), next(steps)
            run.record(DeletionResult.failed(first, error))
            run.record(DeletionResult(second, "deleted"))
            assert list(steps) == []
            report = run.report()
            assert report.aborted_by is error
            assert [outcome(deletion) for deletion in report.outcomes] == [
                ("a", "failed", True),
                ("b", "deleted", True),
                ("", "failed", False),
                ("c", "failed", False),
                ("d", "failed", False),
            ]
            assert [deletion.error for deletion in report.failed if deletion.id in "cd" and deletion.id] == [
                error,
                error,
            ]
            assert [deletion.reason for deletion in report.failed if deletion.id in "cd" and deletion.id] == [
                f"not attempted: {error}"
            ] * 2


def test_config_error_is_raised() -> None:
    """A missing key or a closed client ends the run with an exception instead of a report."""
    error = AdaptyConfigError("secret_key: is missing")
    run = DeletionRun(["a", "b", "c"], "customer_user_id")
    steps = run.pending_ids()
    run.record(DeletionResult.failed(next(steps), error))
    assert list(steps) == []
    with pytest.raises(AdaptyConfigError) as caught:
        run.report()
    assert caught.value is error


class Awaited:
    """A callable that is async."""

    async def __call__(self, _: DeletionResult) -> None:
        """Do nothing."""

    async def method(self, _: DeletionResult) -> None:
        """Do nothing."""


class AwaitedToo(Awaited):
    """A subclass of an async callable."""


async def _awaited(_: DeletionResult) -> None:
    """Do nothing."""


def test_on_result_rejects_coroutine_functions() -> None:
    """A coroutine function would never run, and a non-callable would fail after the first deletion."""
    on_result: Any
    for on_result in [_awaited, partial(_awaited), Awaited(), AwaitedToo(), Awaited().method, "print", 7, False, []]:
        with case(on_result):
            with pytest.raises(AdaptyUsageError, match=r"^on_result: .*expected a plain function") as caught:
                DeletionRun(["a"], "customer_user_id", on_result)
            assert caught.value.field_name == "on_result"


class Recorder:
    """A callable object that records its calls."""

    def __init__(self) -> None:
        """Start without calls."""
        self.seen: list[DeletionResult] = []

    def __call__(self, deletion: DeletionResult) -> None:
        """Record a call."""
        self.seen.append(deletion)


def test_on_result_accepts_any_callable() -> None:
    """An object with a plain `__call__`, a class and a builtin are accepted."""
    on_result = Recorder()
    callables: tuple[Any, ...] = (on_result, print, dict, partial(on_result), None)
    for able in callables:
        DeletionRun([], "customer_user_id", able)
    DeletionRun([], "customer_user_id", on_result).record(DeletionResult("a", "deleted"))
    assert on_result.seen == [DeletionResult("a", "deleted")]


def test_first_abort_reason_is_reported() -> None:
    """Running requests may fail for other reasons; the report has the first one."""
    run = DeletionRun(["a", "b"], "customer_user_id")
    first, second = ERRORS_OF_ALL[:2]
    for id_, error in zip(list(run.pending_ids()), (first, second), strict=True):
        run.record(DeletionResult.failed(id_, error))
    assert run.report().aborted_by is first


def test_errors_of_one_request_do_not_abort_the_run() -> None:
    """The others are sent, and the failed one has its reason."""
    for error in [*ERRORS_OF_ONE, *DOUBTFUL]:
        with case(error):
            run = DeletionRun(["a", "b"], "customer_user_id")
            steps = run.pending_ids()
            run.record(DeletionResult.failed(next(steps), error))
            assert list(steps) == ["b"]
            (failed,) = run.report().failed
            assert outcome(failed) == ("a", "failed", True)
            assert failed.reason == str(error)
            assert run.report().aborted_by is None


DOWN = ServerError("deleteProfile: 503", status_code=503)
GONE = ProfileNotFoundError("deleteProfile: 404", status_code=404, body={"error_code": "x"}, error_code="x")


def test_five_consecutive_server_errors_abort_the_run() -> None:
    """Five failures in a row mean that the API is down: the other IDs are not attempted."""
    errors: Any
    stopped: Any
    for errors, stopped in [
        ([DOWN] * 4, False),
        ([DOWN] * 5, True),
        ([DOWN] * 4 + [None] + [DOWN] * 4, False),
        ([DOWN] * 4 + [GONE] + [DOWN] * 4, False),
        ([DOWN] * 4 + [ERRORS_OF_ONE[0]] + [DOWN] * 4, False),
        ([None] + [DOWN] * 5, True),
        ([ERRORS_OF_ONE[0]] * 50, False),
        ([GONE] * 50, False),
    ]:
        with case(errors, stopped):
            run = DeletionRun([f"user_{number}" for number in range(60)], "customer_user_id")
            steps = run.pending_ids()
            for error in errors:
                id_ = next(steps)
                run.record(DeletionResult(id_, "deleted") if error is None else DeletionResult.failed(id_, error))
            assert len(list(steps)) == (0 if stopped else 60 - len(errors))
            assert run.report().aborted_by is (DOWN if stopped else None)


def test_five_consecutive_ambiguous_errors_abort_the_run() -> None:
    """Ambiguous errors count, whatever is between them; a note explains the abort."""
    for error in DOUBTFUL:
        with case(error):
            run = DeletionRun([f"user_{number}" for number in range(9)], "customer_user_id")
            for id_ in run.pending_ids():
                run.record(DeletionResult.failed(id_, error))

            report = run.report()
            assert len([deletion for deletion in report.failed if deletion.attempted]) == 5
            assert report.aborted_by is error
            assert len(getattr(error, "__notes__", [])) == (0 if isinstance(error, ServerError) else 1)


def test_invalid_id_does_not_reset_the_count() -> None:
    """An invalid ID between failures of the API neither counts as one nor resets the count."""
    run = DeletionRun(["a", "b", "", "c", "d", "", "e", "f"], "customer_user_id")
    for id_ in run.pending_ids():
        run.record(DeletionResult.failed(id_, DOWN))
    assert [outcome(deletion) for deletion in run.report().failed if not deletion.attempted] == [
        ("", "failed", False),
        ("", "failed", False),
        ("f", "failed", False),
    ]


def test_missing_profile_is_not_found() -> None:
    """The reason lists the tried kinds of ID."""
    deletion = DeletionResult.failed("a", GONE, ("external_profile_id", "customer_user_id"))
    assert outcome(deletion) == ("a", "not_found", True)
    assert (deletion.error, deletion.reason) == (None, "no profile by external_profile_id or customer_user_id")


def test_report_filters_by_outcome() -> None:
    """Each result is in one of three lists, in the order of completion."""
    run = DeletionRun([], "customer_user_id")
    ended = [
        DeletionResult("c", "deleted"),
        DeletionResult.failed("a", ProfileNotFoundError("404")),
        DeletionResult.failed("d", ERRORS_OF_ONE[0]),
        DeletionResult("b", "deleted"),
    ]
    for deletion in ended:
        run.record(deletion)
    report = run.report()
    assert report.outcomes == tuple(ended)
    assert [deletion.id for deletion in report.deleted] == ["c", "b"]
    assert [deletion.id for deletion in report.not_found] == ["a"]
    assert [deletion.id for deletion in report.failed] == ["d"]
    run.record(DeletionResult("e", "deleted"))
    assert report.outcomes == tuple(ended)


def test_repr_does_not_show_addresses() -> None:
    """An ID that is an address is not shown in results, reports and reasons; other IDs are."""
    run = DeletionRun([ADDRESS, f"{ADDRESS} ", f"\u00e4{ADDRESS}"], "customer_user_id")
    for id_ in run.pending_ids():
        run.record(DeletionResult(id_, "deleted"))
    run.record(DeletionResult.failed(ADDRESS, ERRORS_OF_ONE[0]))
    report = run.report()
    for shown in (repr(report), str(report), f"{report.outcomes}", *(deletion.reason for deletion in report.outcomes)):
        assert "jane" not in shown
    assert [deletion.id for deletion in report.outcomes].count(ADDRESS) == 2
    assert "user_12345" in repr(DeletionResult("user_12345", "deleted"))


def test_results_compare_by_value() -> None:
    """Results and reports can be compared, hashed, copied and pickled."""
    for deletion in (
        DeletionResult("a", "deleted"),
        DeletionResult("a", "not_found"),
        DeletionResult.failed("a", ERRORS_OF_ONE[0]),
    ):
        assert copy.copy(deletion) == deletion
        assert hash(copy.copy(deletion)) == hash(deletion)
        again = pickle.loads(pickle.dumps(DeletionReport((deletion,), deletion.error)))  # noqa: S301
        assert [outcome(found) for found in again.outcomes] == [outcome(deletion)]
        assert [found.reason for found in again.outcomes] == [deletion.reason]
    with pytest.raises(AttributeError):
        DeletionResult("a", "deleted").id = "b"  # type: ignore[misc]


ANSWERS = {"new": 204, "gone": 404, "broken": 400}


def answer(request: httpx.Request) -> httpx.Response:
    """Respond to a deletion by the ID in its header."""
    status = ANSWERS[request.headers["adapty-customer-user-id"].partition("_")[0]]
    return httpx.Response(
        status, json=None if status == 204 else {"error_code": "profile_does_not_exist"} if status == 404 else {}
    )


IDS = ["new_1", "gone_1", "", "broken_1", "new_1", "new_2"]
EXPECTED = {
    ("new_1", "deleted", True),
    ("new_2", "deleted", True),
    ("gone_1", "not_found", True),
    ("", "failed", False),
    ("broken_1", "failed", True),
}


def test_sync_client_deletes_many() -> None:
    """Each ID has one result, passed to the callback in the caller's thread in the order of the report."""
    for concurrency in [1, 2, MAX_CONCURRENCY]:
        with case(concurrency):
            seen: list[tuple[DeletionResult, int]] = []
            with Adapty("secret_live_shown", transport=httpx.MockTransport(answer), max_retries=0) as adapty:
                report = adapty.profiles.delete_many(
                    IDS,
                    concurrency=concurrency,
                    on_result=lambda deletion, seen=seen: seen.append((deletion, threading.get_ident())),  # type: ignore[misc]
                )
            assert {outcome(deletion) for deletion in report.outcomes} == EXPECTED
            assert [deletion for deletion, _ in seen] == list(report.outcomes)
            assert {thread for _, thread in seen} == {threading.get_ident()}


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 2, MAX_CONCURRENCY])
async def test_async_client_deletes_many(concurrency: int) -> None:
    """The same applies to tasks."""
    seen: list[DeletionResult] = []
    async with AsyncAdapty("secret_live_shown", transport=httpx.MockTransport(answer), max_retries=0) as adapty:
        report = await adapty.profiles.delete_many(IDS, concurrency=concurrency, on_result=seen.append)
    assert {outcome(deletion) for deletion in report.outcomes} == EXPECTED
    assert seen == list(report.outcomes)


def test_concurrency_rejects_invalid() -> None:
    """Nothing is sent with an invalid concurrency."""
    concurrency: Any
    for concurrency in [0, -1, 101, True, 1.0, "8", None]:
        with case(concurrency):
            with (
                Adapty("secret_live_shown", transport=httpx.MockTransport(answer)) as adapty,
                pytest.raises(AdaptyUsageError, match=r"^concurrency: must be an integer from 1 to 100 ") as caught,
            ):
                adapty.profiles.delete_many(iter(IDS), concurrency=concurrency)
            assert caught.value.field_name == "concurrency"


def test_invalid_key_aborts_the_run() -> None:
    """The key is tried once, because it would fail for every ID."""
    sent: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(401, json={"error_code": "not_authenticated"})

    with Adapty("secret_live_shown", transport=httpx.MockTransport(refuse)) as adapty:
        report = adapty.profiles.delete_many([f"user_{number}" for number in range(50)], concurrency=1)
    assert len(sent) == 1
    assert isinstance(report.aborted_by, AuthenticationError)
    assert [deletion.attempted for deletion in report.failed] == [True] + [False] * 49


class StopError(Exception):
    """An exception of the caller's function."""


def _stop(_: DeletionResult) -> None:
    raise StopError


@pytest.mark.anyio
async def test_failing_on_result_leaves_no_async_request() -> None:
    """The exception ends the call, and the running deletions with it."""
    begun: list[str] = []

    async def serve(request: httpx.Request) -> httpx.Response:
        begun.append(request.headers["adapty-customer-user-id"])
        if len(begun) > 1:
            await asyncio.Event().wait()
        return httpx.Response(204)

    before = asyncio.all_tasks()
    async with AsyncAdapty("secret_live_shown", transport=httpx.MockTransport(serve)) as adapty:
        with pytest.raises(StopError) as caught:
            await adapty.profiles.delete_many(["a", "b", "c"], concurrency=3, on_result=_stop)
        assert asyncio.all_tasks() == before
        assert caught.tb is not None
    assert len(begun) == 3


def test_failing_on_result_leaves_no_request() -> None:
    """The same applies to threads: none is running after the call."""

    def left() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("adapty-worker")]

    assert left() == []
    with Adapty("secret_live_shown", transport=httpx.MockTransport(answer)) as adapty:
        with pytest.raises(StopError) as caught:
            adapty.profiles.delete_many(["new_1", "new_2", "new_3"], concurrency=3, on_result=_stop)
        assert left() == []
        assert caught.tb is not None


def test_failing_iterable_ends_the_run() -> None:
    """The exception is raised unchanged, after the sent requests have ended."""
    ended: list[str] = []

    def ids() -> Iterator[str]:
        yield "new_1"
        raise StopError

    def note(request: httpx.Request) -> httpx.Response:
        ended.append(request.headers["adapty-customer-user-id"])
        return httpx.Response(204)

    with Adapty("secret_live_shown", transport=httpx.MockTransport(note)) as adapty:
        with pytest.raises(StopError):
            adapty.profiles.delete_many(ids(), concurrency=2)
        assert ended == ["new_1"]


@pytest.mark.parametrize("version", ["profiles", "v1"])
@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ([204], "deleted"),
        ([404], "not_found"),
        ([500, 404], "deleted"),
        ([500, 204], "deleted"),
        ([429, 404], "not_found"),
    ],
)
def test_404_counts_as_success_after_a_lost_response(
    version: str, statuses: list[int], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 500 the profile may have been deleted; after a 429 it was not."""
    monkeypatch.setattr("adapty._sync.transport.sleep", lambda _: None)
    left = list(statuses)

    def serve(_: httpx.Request) -> httpx.Response:
        status = left.pop(0)
        return httpx.Response(status, json={"error_code": "profile_does_not_exist"} if status == 404 else None)

    with Adapty("secret_live_shown", transport=httpx.MockTransport(serve)) as adapty:
        clients: dict[str, Callable[..., DeletionReport]] = {
            "profiles": adapty.profiles.delete_many,
            "v1": adapty.v1.profiles.delete_many,
        }
        report = clients[version](["a"])
    assert [deletion.outcome for deletion in report.outcomes] == [kind]
    assert left == []
