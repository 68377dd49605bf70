"""The advice of an interrupted run must work: "run it again" only if that resumes the run."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyUsageError, AuthenticationError
from adapty.bulk import erase, import_all
from tests.bulk.erasing import FakeApis, users_file
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bulk.conftest import FakeApi

AGAIN = "run it again to resume; its progress is in {checkpoint}"
RESTORE = "restore {file} and run it again, or remove {checkpoint} to start over"
GONE = "{checkpoint} is missing; running it again starts over"

IMPORTED = "profiles.jsonl.checkpoint"
ERASED = "users.txt.checkpoint"


def append(name: str) -> Callable[[], object]:
    """Return a function that appends a line to a file."""

    def change() -> None:
        with Path(name).open("a") as file:
            file.write("\n")

    return change


def remove(pattern: str) -> Callable[[], object]:
    """Return a function that removes the files of a pattern."""

    def change() -> None:
        for path in Path().glob(pattern):
            path.unlink()

    return change


def nothing() -> None:
    """Change nothing."""


def advice_of(end: BaseException) -> list[str]:
    """Return the notes that say what to do."""
    words = ("again", "start over", "starts over")
    return [note for note in end.__notes__ if any(word in note for word in words)]


IMPORTS: dict[str, tuple[Callable[[], object], dict[str, Any], str | None, str]] = {
    # What happens during the run, its options, the advice, and the result of running it again.
    "stopped by the API": (nothing, {}, AGAIN, "resumed"),
    "its own input changes": (append("profiles.jsonl"), {}, RESTORE.replace("{file}", "profiles.jsonl"), "refused"),
    "the other input changes": (append("events.jsonl"), {}, RESTORE.replace("{file}", "events.jsonl"), "refused"),
    "an input is removed": (remove("events.jsonl"), {}, RESTORE.replace("{file}", "events.jsonl"), "refused"),
    "both inputs change": (
        lambda: [append(name)() for name in ("profiles.jsonl", "events.jsonl")],
        {},
        RESTORE.replace("{file}", "profiles.jsonl and events.jsonl"),
        "refused",
    ),
    "the checkpoint is removed": (remove("*.checkpoint*"), {}, GONE, "restarted"),
    "the rejects are removed": (remove("*.part"), {}, RESTORE.replace("{file}", "REJECTS"), "refused"),
    "no checkpoint": (nothing, {"checkpoint": None}, None, "restarted"),
    "a checkpoint of another name": (nothing, {"checkpoint": "noted"}, AGAIN, "resumed"),
    "another mapping the next time": (nothing, {}, AGAIN, "mapped"),
    "records of a program": (nothing, {"events": iter([EVENT])}, None, "restarted"),
}


@pytest.mark.parametrize("case", IMPORTS)
def test_advice_of_an_interrupted_import_works(adapty: Adapty, api: FakeApi, case: str) -> None:
    """The advice resumes the run, and is absent if the next run would be rejected."""
    change, options, advice, outcome = IMPORTS[case]
    lines = [{**PROFILE, "external_profile_id": f"user_{number}"} for number in range(6)]
    lines[0]["email"] = "jane"
    Path("profiles.jsonl").write_text("\n".join(map(json.dumps, lines)))
    Path("events.jsonl").write_text(json.dumps(EVENT))
    sources = {"profiles": "profiles.jsonl", "events": "events.jsonl"} | options

    def reply(_: dict[str, Any]) -> httpx.Response:
        if len(api.sent) < 3:
            return httpx.Response(200, json={})
        change()
        return httpx.Response(401)

    api.reply = reply
    with pytest.raises(AuthenticationError) as caught:
        import_all(adapty, **sources, concurrency=1)

    error_text = [re.sub(r"profiles\.rejects\.jsonl\.\w{8}\.part", "REJECTS", note) for note in advice_of(caught.value)]
    assert error_text == ([] if advice is None else [advice.format(checkpoint=sources.get("checkpoint") or IMPORTED)])
    api.reply = lambda _: httpx.Response(200, json={})
    api.sent.clear()
    if outcome == "refused":
        with pytest.raises(AdaptyUsageError):
            import_all(adapty, **sources, concurrency=1)
        assert api.sent == []
        return
    if outcome == "mapped":
        with pytest.raises(AdaptyUsageError, match=r"^mapping has changed .*; run it with the original"):
            import_all(adapty, **sources, mapping={"first_name": "name"}, concurrency=1)
    report = import_all(adapty, **sources, concurrency=1)
    assert report.resumed == (outcome != "restarted")
    assert len(api.bodies("profile")) == (5 if outcome == "restarted" else 3)


def test_advice_is_absent_if_rejects_have_other_columns(adapty: Adapty, api: FakeApi) -> None:
    """The error itself says what to do."""
    addresses = ("jane" if number % 2 else "jane@example.com" for number in range(5000))
    rows = [f"user_{number},2026-06-01T10:30:00Z,{address}" for number, address in enumerate(addresses)]
    Path("base.csv").write_text("\n".join(("external_profile_id,external_created_at,email", *rows)))
    api.reply = lambda _: httpx.Response(401 if len(api.sent) > 2 else 200, json={})
    with pytest.raises(AuthenticationError):
        import_all(adapty, profiles="base.csv", concurrency=1)
    (part,) = Path().glob("*.part")
    part.write_bytes(part.read_bytes().replace(b"email", b"emali", 1))
    api.reply = lambda _: httpx.Response(200, json={})

    with pytest.raises(
        AdaptyUsageError, match="has other columns than this input; restore the original input"
    ) as caught:
        import_all(adapty, profiles="base.csv", concurrency=1)

    assert advice_of(caught.value) == []


ERASURES: dict[str, tuple[Callable[[], object], dict[str, Any], str | None, str]] = {
    "stopped by the API": (nothing, {}, AGAIN, "resumed"),
    "the list changes": (append("users.txt"), {}, RESTORE.replace("{file}", "users.txt"), "refused"),
    "the report is removed": (
        remove("users.erased.csv"),
        {},
        RESTORE.replace("{file}", "users.erased.csv"),
        "refused",
    ),
    "the checkpoint is removed": (remove("*.checkpoint*"), {}, GONE, "restarted"),
    "no checkpoint": (nothing, {"checkpoint": None}, None, "restarted"),
    "standard input": (nothing, {"ids": io.BytesIO}, None, "restarted"),
    "ids of a program": (nothing, {"ids": lambda content: content.decode().split()}, None, "restarted"),
}


@pytest.mark.parametrize("case", ERASURES)
def test_advice_of_an_interrupted_erasure_works(case: str) -> None:
    """Erasing gives the same advice as importing."""
    change, options, advice, outcome = ERASURES[case]
    content = users_file(*(f"user_{number}" for number in range(6))).read_bytes()
    apis = FakeApis()

    def reply(*_: str) -> httpx.Response:
        if len(apis.asked) < 4:
            return httpx.Response(204)
        change()
        return httpx.Response(401)

    def run() -> Any:
        given = dict(options)
        source = given.pop("ids")(content) if "ids" in given else "users.txt"
        with apis.client() as adapty:
            return erase(adapty, source, api="mail", concurrency=1, **given)

    apis.reply = reply
    with pytest.raises(AuthenticationError) as caught:
        run()

    assert advice_of(caught.value) == ([] if advice is None else [advice.format(checkpoint=ERASED)])
    apis.reply = lambda *_: httpx.Response(204)
    apis.asked.clear()
    if outcome == "refused":
        with pytest.raises(AdaptyUsageError):
            run()
        assert apis.asked == []
        return
    assert run().resumed == (outcome == "resumed")
    assert len(apis.asked) == (3 if outcome == "resumed" else 6)
