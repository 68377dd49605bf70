"""`import_all`: the order of requests, errors that abort it, and the report."""

from __future__ import annotations

import csv
import errno
import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve

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
    Flow,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
)
from adapty.bulk import ImportReport, Progress, import_all
from adapty.bulk._state.rejects import RejectsFile
from tests.bulk.conftest import HEADER, FakeApi, accept, refuse
from tests.cases import case
from tests.conftest import EVENT, PROFILE
from tests.examples.independent_count import expected

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("skip_waits")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WHEN = "2026-06-01T10:30:00Z"


def profiles_file(*rows: str, name: str = "profiles.csv") -> Path:
    """Write a CSV file of profiles."""
    path = Path(name)
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


def events_file(*events: dict[str, Any], name: str = "events.jsonl") -> Path:
    """Write a JSON Lines file of valid events with changes."""
    path = Path(name)
    path.write_text("".join(json.dumps({**EVENT, **event}) + "\n" for event in events), encoding="utf-8")
    return path


def good(number: int) -> str:
    """Return the row of a valid profile."""
    return f"user_{number},{WHEN},jane{number}@example.com"


def wrong(number: int) -> str:
    """Return the row of a profile with an invalid address."""
    return f"user_{number},{WHEN},jane{number}"


def partial_rejects(name: str = "profiles.rejects.csv") -> list[dict[str, str]]:
    """Read the rejects of an interrupted import."""
    (part,) = Path().glob(f"{name}.*.part")
    with part.open(newline="") as file:
        return list(csv.DictReader(file))


def test_example_of_the_docstring(adapty: Adapty) -> None:
    """A small file has one accepted and one rejected record."""
    base = profiles_file(
        "user_1,2026-06-01T10:30:00Z,jane@example.com", f"user_2,{WHEN},not an address", name="base.csv"
    )

    report = import_all(adapty, profiles="base.csv")

    assert (report.profiles_accepted, dict(report.reasons)) == (1, {"email": 1})
    assert report.rejects_files == (Path("base.rejects.csv"),)
    assert base.is_file()


def test_report_has_all_results(adapty: Adapty, api: FakeApi) -> None:
    """Every field of the report is right for files with valid and invalid rows of both kinds."""
    profiles = profiles_file(good(1), wrong(2), good(3), "user_4,too few", good(5))
    events = events_file(
        {"event_id": "1", "external_profile_id": "user_1", "event_type": "subscription_expired"},
        {"event_id": "2", "external_profile_id": "user_2"},
        {"event_id": "3", "external_profile_id": "user_3", "event_type": "subscription_paused"},
        {"event_id": "4", "external_profile_id": "user_3"},
        {"event_id": "4", "external_profile_id": "user_3"},
    )

    report = import_all(adapty, profiles=profiles, events=events)

    assert evolve(report, elapsed=0.0) == ImportReport(
        profiles_accepted=3,
        profiles_rejected=2,
        events_accepted=4,
        events_rejected=1,
        reasons=Counter({"email": 1, "(row)": 1, "event_type": 1}),
        flows={**dict.fromkeys(Flow, 0), Flow.EXPIRED: 1, Flow.ACTIVE: 1, Flow.NEVER_PURCHASED: 1},
        events_without_profile=1,
        rejects_files=(Path("profiles.rejects.csv"), Path("events.rejects.jsonl")),
    )
    assert 0 < report.elapsed < 60
    assert (report.accepted, report.rejected) == (7, 3)
    assert json.loads(report.to_json())["flows"]["active"] == 1
    assert len(api.sent) == 7


def test_country_is_sent_in_upper_case(adapty: Adapty, api: FakeApi) -> None:
    """Files of all kinds may have either case; two rows that differ in the case only are two rows."""
    table = Path("profiles.csv")
    rows = [f"{good(1)},{country}" for country in ("us", "US")]
    table.write_text("\n".join((f"{HEADER},country", *rows)) + "\n", encoding="utf-8")
    lines = Path("profiles.jsonl")
    lines.write_text(json.dumps({**PROFILE, "country": "Us", "store_country": "de"}) + "\n", encoding="utf-8")

    reports = [import_all(adapty, profiles=file) for file in (table, lines)]

    assert [report.profiles_accepted for report in reports] == [2, 1]
    assert [body["country"] for _, body in api.sent] == ["US"] * 3
    assert api.sent[-1][1]["store_country"] == "DE"


def test_profiles_are_sent_before_events_in_order(adapty: Adapty, api: FakeApi) -> None:
    """Records of one profile keep the order of their file, whatever their times."""
    owners = [f"user_{number % 3}" for number in range(12)]
    profiles = profiles_file(*(f"{owner},{WHEN},jane{number}@example.com" for number, owner in enumerate(owners)))
    events = events_file(
        *(
            {
                "event_id": str(number),
                "external_profile_id": owner,
                "event_datetime": f"2026-06-{28 - number}T00:00:00Z",
            }
            for number, owner in enumerate(owners)
        )
    )

    import_all(adapty, events=events, profiles=profiles)

    assert [kind for kind, _ in api.sent] == ["profile"] * 12 + ["event"] * 12
    for owner in {*owners}:
        numbers = [number for number, other in enumerate(owners) if other == owner]
        addresses = [body["email"] for body in api.bodies("profile") if body["external_profile_id"] == owner]
        assert addresses == [f"jane{number}@example.com" for number in numbers]
        ids = [body["event_id"] for body in api.bodies("event") if body["external_profile_id"] == owner]
        assert ids == [str(number) for number in numbers]


def test_events_can_be_sorted(adapty: Adapty, api: FakeApi) -> None:
    """With `sort` the events of a profile are sent by time; equal times keep their order."""
    days = [5, 3, 3, 9, 1]
    events = events_file(
        *({"event_id": str(number), "event_datetime": f"2026-06-0{day}T00:00:00Z"} for number, day in enumerate(days))
    )

    import_all(adapty, profiles=profiles_file(good(1)), events=events, sort=True)

    assert [body["event_id"] for body in api.bodies("event")] == ["4", "1", "2", "0", "3"]


def test_values_are_sent_unchanged(adapty: Adapty, api: FakeApi) -> None:
    """The price has the digits of the file, and JSON numbers stay numbers."""
    profiles = Path("profiles.jsonl")
    profiles.write_text(json.dumps({**PROFILE, "custom_attributes": {"days": 7, "plan": "7"}}), encoding="utf-8")

    import_all(adapty, profiles=profiles, events=events_file({"price_usd": "9.90"}))

    assert api.bodies("profile")[0]["custom_attributes"] == {"days": 7, "plan": "7"}
    assert api.bodies("event")[0]["price_usd"] == "9.90"


def test_nested_null_counts_as_missing(adapty: Adapty, api: FakeApi) -> None:
    """A null inside a nested field, as databases export it, is omitted like an empty cell."""
    Path("profiles.jsonl").write_text(
        json.dumps({**PROFILE, "device_info": {"platform": "iOS", "os": None}}), encoding="utf-8"
    )

    report = import_all(adapty, profiles="profiles.jsonl")

    assert report.rejected == 0
    assert api.bodies("profile")[0]["device_info"] == {"platform": "iOS"}


def test_import_of_profiles_only(adapty: Adapty) -> None:
    """All profiles count as never purchased."""
    report = import_all(adapty, profiles=profiles_file(good(1), good(2), good(2)))

    assert (report.profiles_accepted, report.events_accepted, report.events_without_profile) == (3, 0, 0)
    assert report.flows == {**dict.fromkeys(Flow, 0), Flow.NEVER_PURCHASED: 2}


def test_import_of_events_only(adapty: Adapty, api: FakeApi) -> None:
    """The flows are those of the events, which all have no profile."""
    events = events_file(
        {"event_id": "1", "external_profile_id": "user_1"},
        {"event_id": "2", "external_profile_id": "user_2", "event_type": "subscription_refunded"},
        {"event_id": "3", "external_profile_id": "user_2", "event_datetime": "2026-06-01T00:00:00Z"},
    )

    report = import_all(adapty, events=events)

    assert (report.profiles_accepted, report.events_accepted, report.events_without_profile) == (0, 3, 3)
    assert report.flows == {**dict.fromkeys(Flow, 0), Flow.ACTIVE: 1, Flow.REFUNDED: 1}
    assert [kind for kind, _ in api.sent] == ["event"] * 3


def test_events_can_be_csv(adapty: Adapty, api: FakeApi) -> None:
    """Columns are the fields of an event, dotted for the offer; empty cells are omitted."""
    fields = {**EVENT, "offer.category": "introductory", "offer.offer_type": "free_trial", "expires_at": ""}
    with Path("events.csv").open("w", newline="") as file:
        csv.writer(file).writerows([fields, fields.values()])

    report = import_all(adapty, events="events.csv")

    assert report.rejected == 0
    assert api.bodies("event")[0]["offer"] == {"category": "introductory", "offer_type": "free_trial"}
    assert "expires_at" not in api.bodies("event")[0]


def test_import_without_inputs_is_rejected(adapty: Adapty) -> None:
    """At least one input is required."""
    with pytest.raises(AdaptyUsageError, match=r"^nothing to import; expected profiles=, events= or both$"):
        import_all(adapty)


def test_invalid_second_file_is_rejected_first(adapty: Adapty, api: FakeApi) -> None:
    """A missing file, or one of another format, is an error before the first profile is sent."""
    for name in ("missing.jsonl", "events.txt", "."):
        with case(name):
            Path("events.txt").write_text("")

            with pytest.raises(AdaptyUsageError):
                import_all(adapty, profiles=profiles_file(good(1)), events=name)

            assert api.sent == []


def test_invalid_header_is_rejected(adapty: Adapty, api: FakeApi) -> None:
    """An unknown column ends the import before the first record."""
    Path("profiles.csv").write_text(f"{HEADER},plan\n{good(1)},trial\n", encoding="utf-8")

    with pytest.raises(AdaptyUsageError) as caught:
        import_all(adapty, profiles="profiles.csv")

    assert caught.value.field_name == "plan"
    assert api.sent == []
    assert not Path("profiles.rejects.csv").exists()


def test_swapped_files_are_rejected(adapty: Adapty) -> None:
    """The header shows that a file has the other kind of records."""
    with pytest.raises(AdaptyUsageError, match=r"is a column of profiles\.csv and not a field of TransactionEvent"):
        import_all(adapty, events=profiles_file(good(1)))


def test_invalid_second_header_is_rejected_first(adapty: Adapty, api: FakeApi, tmp_path: Path) -> None:
    """No profile is sent if the events cannot be read."""
    events = tmp_path / "events.csv"
    events.write_text("event_typ,event_id\nsubscription_started,1\n")

    with pytest.raises(AdaptyUsageError, match=r"^\d+ problems: event_typ: is a column of"):
        import_all(adapty, profiles=profiles_file(good(1)), events=events)

    assert api.sent == []


def test_rejection_of_the_api_counts_for_its_field(adapty: Adapty, api: FakeApi) -> None:
    """A 400 counts for the field that it names, or for the error class; the import continues."""
    faults = {"user_1": "country", "user_2": None}
    api.reply = lambda body: (
        refuse(faults[body["external_profile_id"]]) if body["external_profile_id"] in faults else accept(body)
    )

    report = import_all(adapty, profiles=profiles_file(good(1), good(2), good(3)))

    assert (report.profiles_accepted, report.profiles_rejected) == (1, 2)
    assert report.reasons == Counter({"country": 1, "BadRequestError": 1})
    with report.rejects_files[0].open(newline="") as file:
        errors = {row["external_profile_id"]: row["_error"] for row in csv.DictReader(file)}
    assert errors.keys() == {"user_1", "user_2"}
    assert errors["user_1"].startswith("saveProfile: 400 base_error: country: Input is refused")


def test_number_of_reasons_is_limited(adapty: Adapty, api: FakeApi) -> None:
    """Custom attributes count as one field, 50 fields separately, and the others together."""
    attributes: list[dict[str, Any]] = [{"custom_attributes": {f"a{number}": [number]}} for number in range(70)]
    unknown: list[dict[str, Any]] = [{f"field_{number}": 1} for number in range(70)]
    profiles = [{**PROFILE, **wrong} for wrong in [*attributes, *unknown, *unknown]]

    report = import_all(adapty, profiles=profiles)

    assert report.profiles_rejected == 210
    assert report.reasons == Counter(
        {"custom_attributes": 70, "(others)": 42, **{f"field_{number}": 2 for number in range(49)}}
    )


@pytest.mark.parametrize(
    ("field_name", "reason"),
    [
        ("x" * 100, "x" * 100),
        ("x" * 100_000, "x" * 100 + "..."),
        ("custom_attributes.plan", "custom_attributes"),
        ("custom_attributes", "custom_attributes"),
        ("device_info.os", "device_info.os"),
    ],
)
def test_reasons_are_shortened(adapty: Adapty, api: FakeApi, field_name: str, reason: str) -> None:
    """A field name of a response has at most 100 characters."""
    api.reply = lambda _: refuse(field_name)

    report = import_all(adapty, profiles=profiles_file(good(1)))

    assert report.reasons == {reason: 1}


@pytest.mark.parametrize(
    ("status", "reason"),
    [(500, "ServerError"), (503, "ServerError"), (409, "ConflictError"), (422, "UnprocessableEntityError")],
)
def test_record_that_always_fails_is_rejected(adapty: Adapty, api: FakeApi, status: int, reason: str) -> None:
    """The records after it are sent."""
    tries = 9 if status >= 500 else 1
    api.reply = lambda body: httpx.Response(status) if body["external_profile_id"] == "user_2" else accept(body)

    report = import_all(adapty, profiles=profiles_file(good(1), good(2), good(3)))

    assert (report.profiles_accepted, report.profiles_rejected, report.reasons) == (2, 1, Counter({reason: 1}))
    sent = Counter(body["external_profile_id"] for body in api.bodies("profile"))
    assert sent == {"user_1": 1, "user_2": tries, "user_3": 1}
    assert report.retried == tries - 1


@pytest.mark.parametrize("max_retries", [0, 1, 3])
def test_max_retries_applies(adapty: Adapty, api: FakeApi, max_retries: int) -> None:
    """`max_retries` of the import overrides the setting of the client."""
    api.reply = lambda _: httpx.Response(503)

    report = import_all(adapty, profiles=profiles_file(good(1)), max_retries=max_retries)

    assert (len(api.sent), report.retried, report.rejected) == (max_retries + 1, max_retries, 1)


def test_retry_blocks_only_its_profile(adapty: Adapty, api: FakeApi) -> None:
    """Other profiles are sent meanwhile, even with one worker."""
    answers = iter([httpx.Response(503), httpx.Response(503)])
    api.reply = lambda body: next(answers, accept(body)) if body["external_profile_id"] == "user_1" else accept(body)
    rows = [f"user_{owner},{WHEN},jane{number}@example.com" for number, owner in enumerate((1, 2, 1, 3, 1))]

    import_all(adapty, profiles=profiles_file(*rows), concurrency=1)

    sent = [body["email"][4] for body in api.bodies("profile")]
    assert sent == ["0", "1", "3", "0", "0", "2", "4"]


def test_record_is_accepted_after_a_retry(adapty: Adapty, api: FakeApi) -> None:
    """A temporary failure is not in the report, except for the number of retries."""
    answers = iter([httpx.Response(503), httpx.Response(200, json={})])
    api.reply = lambda _: next(answers)

    report = import_all(adapty, profiles=profiles_file(good(1)))

    assert (report.profiles_accepted, report.rejected, report.rejects_files, report.retried) == (1, 0, (), 1)


def unknown_key(_: dict[str, Any]) -> httpx.Response:
    """Return the response to an unknown key."""
    fault = {"message": "No such key", "error_code": "secret_key_does_not_exist_error", "status_code": 403}
    return httpx.Response(403, json={"errors": [fault]})


def forbidden(_: dict[str, Any]) -> httpx.Response:
    """Return the response to a key without permission."""
    return httpx.Response(403, json={"errors": [{"message": "Not allowed", "error_code": "forbidden"}]})


def walled_off(_: dict[str, Any]) -> httpx.Response:
    """Return the response of a gateway that blocks the request."""
    return httpx.Response(403, text="<html>Forbidden</html>")


def unreachable(_: dict[str, Any]) -> httpx.Response:
    """Raise the error of a refused connection."""
    raise httpx.ConnectError("refused")


def silent(_: dict[str, Any]) -> httpx.Response:
    """Raise the error of a read timeout."""
    raise httpx.ReadTimeout("nothing")


def elsewhere(_: dict[str, Any]) -> httpx.Response:
    """Return the response of another server."""
    return httpx.Response(404)


def not_here(_: dict[str, Any]) -> httpx.Response:
    """Return the API's response to an unknown path."""
    return httpx.Response(404, json={"errors": ["Not found"], "error_code": "not_found"})


def wrong_port(_: dict[str, Any]) -> httpx.Response:
    """Return nginx's response to HTTP on an HTTPS port."""
    return httpx.Response(400, text="<html>The plain HTTP request was sent to HTTPS port</html>")


def login_page(_: dict[str, Any]) -> httpx.Response:
    """Return the response of a captive portal."""
    return httpx.Response(200, text="<html>Log in</html>")


def busy(_: dict[str, Any]) -> httpx.Response:
    """Return a 429 with a Retry-After of an hour."""
    return httpx.Response(429, headers={"Retry-After": "3600"})


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (busy, RateLimitError),
        (not_here, NotFoundError),
        (unknown_key, AuthenticationError),
        (forbidden, PermissionDeniedError),
        (unreachable, AdaptyConnectionError),
        (silent, AdaptyTimeoutError),
    ],
)
def test_global_error_aborts_the_import(
    adapty: Adapty, api: FakeApi, reply: Callable[[dict[str, Any]], httpx.Response], error: type[AdaptyError]
) -> None:
    """A rejected key or an unreachable API aborts it, and the results so far are saved."""
    api.reply = lambda body: reply(body) if body["external_profile_id"] == "user_3" else accept(body)
    profiles = profiles_file(good(1), wrong(2), good(3), good(4))
    reports: list[Progress] = []

    with pytest.raises(error) as caught:
        import_all(adapty, profiles=profiles, concurrency=1, max_retries=0, on_progress=reports.append)

    assert type(caught.value) is error
    (part,) = Path().glob("profiles.rejects.csv.*.part")
    assert caught.value.__notes__ == [
        "stopped in profiles.csv: 1 accepted, 1 rejected so far",
        f"rejected records: {part}",
        "run it again to resume; its progress is in profiles.csv.checkpoint",
    ]
    assert [body["external_profile_id"] for body in api.bodies("profile")] == ["user_1", "user_3"]
    assert all(one.accepted <= 1 for one in reports)  # some come where the machine is slow
    assert [row["external_profile_id"] for row in partial_rejects()] == ["user_2"]


STRANGE: dict[str, tuple[Callable[[dict[str, Any]], httpx.Response], type[AdaptyAPIError]]] = {
    "a firewall": (walled_off, PermissionDeniedError),
    "elsewhere": (elsewhere, NotFoundError),
    "a portal": (login_page, UnexpectedResponseError),
    "a wrong port": (wrong_port, BadRequestError),
    "a gateway's JSON": (lambda _: httpx.Response(403, json={"message": "Forbidden"}), PermissionDeniedError),
    "a censor": (lambda _: httpx.Response(451), AdaptyAPIError),
}


@pytest.mark.parametrize("name", STRANGE)
def test_foreign_response_rejects_single_records(adapty: Adapty, api: FakeApi, name: str) -> None:
    """While other records succeed, the import continues."""
    reply, _ = STRANGE[name]
    odd = {"user_2", "user_5", "user_6", "user_7", "user_8"}
    api.reply = lambda body: reply(body) if body["external_profile_id"] in odd else accept(body)

    report = import_all(adapty, profiles=profiles_file(*map(good, range(1, 10))), concurrency=1, max_retries=0)

    assert (report.profiles_accepted, report.profiles_rejected) == (4, 5)
    with report.rejects_files[0].open(newline="") as file:
        assert {row["external_profile_id"] for row in csv.DictReader(file)} == odd


@pytest.mark.parametrize("name", STRANGE)
def test_consecutive_foreign_responses_abort_the_import(adapty: Adapty, api: FakeApi, name: str) -> None:
    """The fifth one in a row aborts it, and the note says what to check."""
    api.reply, error = STRANGE[name]

    with pytest.raises(error) as caught:
        import_all(adapty, profiles=profiles_file(*map(good, range(1, 30))), concurrency=1, max_retries=0)

    assert type(caught.value) is error
    assert caught.value.__notes__[:2] == [
        "5 consecutive responses do not look like Adapty's; check the base URL, and any proxy or gateway",
        "stopped in profiles.csv: 0 accepted, 4 rejected so far",
    ]
    assert len(api.sent) == 5


@pytest.mark.parametrize("status", [413, 414, 431])
def test_too_large_records_are_rejected(adapty: Adapty, api: FakeApi, status: int) -> None:
    """They never abort the import, however many there are in a row."""
    api.reply = lambda body: accept(body) if body["external_profile_id"] == "user_9" else httpx.Response(status)

    report = import_all(adapty, profiles=profiles_file(*map(good, range(1, 10))), concurrency=1)

    assert (report.profiles_accepted, report.profiles_rejected, report.retried) == (1, 8, 0)


def test_invalid_success_is_retried(adapty: Adapty, api: FakeApi) -> None:
    """A 200 with a page, for example of a gateway that restarts, is retried like a 5xx."""
    pages = iter([login_page({})] * 3)
    api.reply = lambda body: next(pages, accept(body))

    report = import_all(adapty, profiles=profiles_file(good(1), good(2)), concurrency=1)

    assert (report.profiles_accepted, report.profiles_rejected, report.retried) == (2, 0, 3)


def test_abort_during_events_names_their_file(adapty: Adapty, api: FakeApi) -> None:
    """The rejects of the profiles are complete."""
    api.reply = lambda body: unknown_key(body) if "event_id" in body else accept(body)

    with pytest.raises(AuthenticationError) as caught:
        import_all(adapty, profiles=profiles_file(good(1), wrong(2)), events=events_file({}, {}))

    assert caught.value.__notes__ == [
        "stopped in events.jsonl: 0 accepted, 0 rejected so far",
        "run it again to resume; its progress is in profiles.csv.checkpoint",
    ]
    assert Path("profiles.rejects.csv").is_file()


def test_consecutive_server_errors_abort_the_import(adapty: Adapty, api: FakeApi) -> None:
    """Five failed records in a row abort it; an accepted one resets the count."""
    api.reply = lambda body: accept(body) if body["external_profile_id"] == "user_3" else httpx.Response(503)
    records = [good(number) for number in range(1, 12)]

    with pytest.raises(ServerError) as caught:
        import_all(adapty, profiles=profiles_file(*records), concurrency=1, max_retries=0)

    assert caught.value.__notes__[0] == "stopped in profiles.csv: 1 accepted, 6 rejected so far"
    assert len(partial_rejects()) == 6


def test_import_aborted_immediately_leaves_no_files(adapty: Adapty, api: FakeApi) -> None:
    """Existing rejects are unchanged, and no file is created."""
    corrected = Path("profiles.rejects.csv")
    corrected.write_text("corrected by hand")
    api.reply = unreachable

    with pytest.raises(AdaptyConnectionError) as caught:
        import_all(adapty, profiles=profiles_file(good(1)))

    assert corrected.read_text() == "corrected by hand"
    assert sorted(path.name for path in Path().iterdir()) == ["profiles.csv", "profiles.rejects.csv"]
    assert caught.value.__notes__ == ["stopped in profiles.csv: 0 accepted, 0 rejected so far"]


def test_redirect_aborts_the_import(adapty: Adapty, api: FakeApi) -> None:
    """A redirect means that the address is wrong."""
    api.reply = lambda _: httpx.Response(301, headers={"Location": "https://example.com/"})

    with pytest.raises(AdaptyAPIError, match="saveProfile: 301"):
        import_all(adapty, profiles=profiles_file(good(1), good(2)), concurrency=1)

    assert len(api.sent) == 1


def test_local_rejections_do_not_reset_the_failure_count(adapty: Adapty, api: FakeApi) -> None:
    """A record that was never sent does not show that the API works."""
    api.reply = lambda _: httpx.Response(503)
    records = [wrong(number) if number % 2 else good(number) for number in range(20)]

    with pytest.raises(ServerError):
        import_all(adapty, profiles=profiles_file(*records))


def test_invalid_path_argument_is_rejected(adapty: Adapty) -> None:
    """The error names the argument."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"profiles": 1}, "profiles"),
        ({"events": 1}, "events"),
        ({"profiles": "p.csv", "rejects_dir": 1}, "rejects_dir"),
    ]
    for arguments, field_name in cases:
        with case(arguments, field_name):
            Path("p.csv").write_text("email\n")
            with pytest.raises(AdaptyUsageError, match=f"^{field_name}: is of type int; expected a path"):
                import_all(adapty, **arguments)


def test_import_all_rejects_the_async_client() -> None:
    """The async client has its own functions."""
    for client in (AsyncAdapty(mail_secret_key="k"), None):
        with pytest.raises(AdaptyUsageError, match=r"^client: is .*; expected an Adapty, the blocking client"):
            import_all(client, profiles="p.csv")  # type: ignore[arg-type]


def test_name_with_nul_is_rejected(adapty: Adapty) -> None:
    """The file cannot be opened."""
    with pytest.raises(AdaptyUsageError, match="cannot be opened"):
        import_all(adapty, profiles="a\0.csv")


def test_csv_field_size_limit_is_restored(adapty: Adapty) -> None:
    """The limit is global to the process."""
    before = csv.field_size_limit()
    import_all(adapty, profiles=profiles_file(good(1)))
    assert csv.field_size_limit() == before


def test_full_disk_aborts_the_import(adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record is rejected without a row in the rejects file."""
    profiles = profiles_file(good(1), wrong(2), good(3))
    full = True
    write = RejectsFile._write

    def written(rejects: RejectsFile, data: bytes) -> None:
        if full:
            raise rejects._unwritable(OSError(errno.ENOSPC, "No space left on device"))
        write(rejects, data)

    monkeypatch.setattr(RejectsFile, "_write", written)

    with pytest.raises(AdaptyUsageError, match="cannot be written: No space left on device") as caught:
        import_all(adapty, profiles=profiles, concurrency=1)

    assert "0 rejected so far" in caught.value.__notes__[0]
    full = False
    report = import_all(adapty, profiles=profiles)
    assert (report.profiles_accepted, report.profiles_rejected) == (2, 1)


def test_interrupted_import_is_resumed(adapty: Adapty, api: FakeApi) -> None:
    """The second run sends the remaining records, reports all of them, and leaves no checkpoint."""
    profiles = profiles_file(good(1), wrong(2), good(3))
    api.reply = lambda body: unreachable(body) if body["external_profile_id"] == "user_3" else accept(body)
    with pytest.raises(AdaptyConnectionError):
        import_all(adapty, profiles=profiles, concurrency=1)
    api.reply = accept
    api.sent.clear()

    report = import_all(adapty, profiles=profiles)

    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (2, 1, True)
    assert [body["external_profile_id"] for body in api.bodies("profile")] == ["user_3"]
    assert sorted(path.name for path in Path().iterdir()) == ["profiles.csv", "profiles.rejects.csv"]


def test_client_without_the_mail_key_is_rejected(api: FakeApi) -> None:
    """Nothing is sent, and no file is created. A dry run needs neither the key nor a client."""
    with Adapty("secret_live_shown", transport=httpx.MockTransport(api.handle)) as client:
        with pytest.raises(AdaptyConfigError) as caught:
            import_all(client, profiles=profiles_file(good(1)))
        checked = [import_all(each, profiles="profiles.csv", dry_run=True) for each in (client, None)]

    assert caught.value.field_name == "mail_secret_key"
    assert [report.profiles_accepted for report in checked] == [1, 1]
    assert api.sent == []
    assert [path.name for path in Path().iterdir()] == ["profiles.csv"]


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
def test_exception_of_on_progress_saves_the_results(adapty: Adapty, raised: type[BaseException]) -> None:
    """The exception aborts the import, and the next run resumes it."""

    def interrupt(_: Progress) -> None:
        raise raised

    profiles = profiles_file(wrong(1), good(2))
    with pytest.raises(raised) as caught:
        import_all(adapty, profiles=profiles, on_progress=interrupt)

    assert "run it again" in caught.value.__notes__[-1]
    assert [row["external_profile_id"] for row in partial_rejects()] == ["user_1"]
    report = import_all(adapty, profiles=profiles)
    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (1, 1, True)


def test_last_progress_of_each_stage_is_final(adapty: Adapty) -> None:
    """The last progress has the final numbers and the fraction 1."""
    reports: list[Progress] = []
    profiles = profiles_file(good(1), wrong(2), good(3))

    import_all(adapty, profiles=profiles, events=events_file({}, {"event_type": "x"}), on_progress=reports.append)

    last = {progress.stage: progress for progress in reports}
    first, second = last["profiles"], last["events"]
    assert (first.fraction, second.fraction) == (1.0, 1.0)
    assert (first.stage, first.accepted, first.rejected, first.retried) == ("profiles", 2, 1, 0)
    assert (second.stage, second.accepted, second.rejected, second.retried) == ("events", 1, 1, 0)
    assert reports[-1] == second
    assert second.eta == 0


def test_progress_never_decreases_or_exceeds_one(adapty: Adapty) -> None:
    """The fraction grows to 1, for all line ends and orders."""
    for newline in ("\n", "\r\n", "\r"):
        for sort in (False, True):
            with case(newline, sort):
                reports: list[Progress] = []
                Path("events.jsonl").write_bytes(
                    newline.join(json.dumps({**EVENT, "event_id": str(i)}) for i in range(50)).encode()
                )

                import_all(adapty, events="events.jsonl", sort=sort, rate_limit=100, on_progress=reports.append)

                shares = [progress.fraction or 0 for progress in reports]
                assert shares == sorted(shares)
                assert shares[-1] == 1.0
                assert [progress.accepted + progress.rejected for progress in reports] == sorted(
                    progress.accepted + progress.rejected for progress in reports
                )


def test_empty_files_are_valid(adapty: Adapty, api: FakeApi) -> None:
    """Nothing is sent, and the report has zeros."""
    reports: list[Progress] = []

    report = import_all(adapty, profiles=profiles_file(), events=events_file(), on_progress=reports.append)

    assert evolve(report, elapsed=0.0) == ImportReport(flows=dict.fromkeys(Flow, 0))
    assert (report.rejected, api.sent) == (0, [])
    assert {progress.stage: (progress.fraction, progress.accepted) for progress in reports} == {
        "profiles": (1.0, 0),
        "events": (1.0, 0),
    }


def test_rejects_do_not_contain_the_key(adapty: Adapty, api: FakeApi) -> None:
    """A key in an API error is redacted in the rejects file."""
    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(api.handle)) as client:
        api.reply = lambda _: httpx.Response(400, json={"errors": ["no such thing: secret_live_shown"]})
        report = import_all(client, profiles=profiles_file(good(1)))

    assert "no such thing" in report.rejects_files[0].read_text()
    assert "secret_live_shown" not in report.rejects_files[0].read_text()


def test_report_equals_an_independent_count(adapty: Adapty, api: FakeApi) -> None:
    """A separately written importer has the same report for a part of the example data."""
    with (EXAMPLES / "profiles.csv").open(encoding="utf-8", newline="") as whole:
        Path("profiles.csv").write_text("".join(islice(whole, 400)), encoding="utf-8")
    with (EXAMPLES / "events.jsonl").open(encoding="utf-8", newline="") as whole:
        Path("events.jsonl").write_text("".join(islice(whole, 1500)), encoding="utf-8")

    report = import_all(adapty, profiles="profiles.csv", events="events.jsonl")
    count = expected(Path("profiles.csv"), Path("events.jsonl"))

    assert report.profiles_rejected > 0
    assert report.events_rejected > 0
    assert (report.profiles_accepted, report.profiles_rejected) == (count.profiles_accepted, count.profiles_rejected)
    assert (report.events_accepted, report.events_rejected) == (count.events_accepted, count.events_rejected)
    assert dict(report.reasons) == count.refused_reasons
    assert {str(flow): profiles for flow, profiles in report.flows.items()} == count.flows
    assert len(api.sent) == report.profiles_accepted + report.events_accepted
