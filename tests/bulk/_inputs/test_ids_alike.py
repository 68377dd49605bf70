"""Imports and erasures accept the same IDs from every kind of input, and send them unchanged."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import Adapty, AdaptyUsageError, MailProfile
from adapty._core.damaged_ids import describe_damage
from adapty.bulk import erase, import_events, import_profiles
from tests.bulk.erasing import FakeApis, report_rows
from tests.core.support import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KIND = "external_profile_id"
FORMATS = ("CSV", "JSON Lines", "iterable", "plain")


@dataclass
class Mail:
    """A fake of Adapty Mail that records the IDs it saves and deletes."""

    saved: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Record a request and confirm it."""
        is_deletion = request.url.path.endswith("/delete/")
        (self.deleted if is_deletion else self.saved).add(json.loads(request.content)[KIND])
        return httpx.Response(204) if is_deletion else httpx.Response(200, json={})


PIECES = st.sampled_from(
    [
        *["u", "1", "é", "日", "😀", " ", " ", "\t", "\r", "\n", "\u00a0", "\ufeff", "\u200b", "\u202e", "\u00ad"],
        *['"', ",", ";", "@", "'", "\\", "{", "[", "\u3000", "\u2028", "\x1b", "\x7f", "#", "="],
        *["NULL", "nan", "1.5E+14", "2E+15", "12345.0", "#N/A", "12e45", "\\N", "None"],
    ]
)
IDS = st.lists(
    st.lists(PIECES, min_size=1, max_size=4).map("".join) | st.text(st.characters(codec="utf-8"), max_size=4),
    max_size=12,
    unique=True,
)


def is_fit(id_: str) -> bool:
    """Return whether an import should accept an ID."""
    try:
        MailProfile(**{**PROFILE, KIND: id_})
    except AdaptyUsageError:
        return False
    return describe_damage(id_) is None


def write_inputs(folder: Path, ids: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """Write IDs in each format, and return the inputs to import and to erase."""
    ids = ["first", *ids]
    rows = [{**PROFILE, KIND: id_} for id_ in ids]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, sorted(PROFILE))  # a byte order mark at the start of a line is no part of an id
    writer.writeheader()
    writer.writerows(rows)
    as_csv, as_json, plain = folder / "ids.csv", folder / "ids.jsonl", folder / "ids.txt"
    as_csv.write_bytes(table.getvalue().encode())
    as_json.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    plain.write_bytes("\n".join(ids).encode())
    return {
        "CSV": (as_csv, as_csv),
        "JSON Lines": (as_json, as_json),
        "iterable": (rows, [row[KIND] for row in rows]),
        "plain": (None, plain),
    }


@pytest.mark.parametrize("name", FORMATS)
@settings(derandomize=True, deadline=None, max_examples=20)
@given(ids=IDS)
def test_imports_and_erasures_accept_the_same_ids(scratch: Path, name: str, ids: list[str]) -> None:
    """Valid IDs arrive unchanged, whether they are imported or erased."""
    if name == "plain":  # which spells no line breaks, and has no id where a line is blank
        ids = [id_ for id_ in ids if id_.strip() and not id_.startswith("\ufeff") and not {*"\r\n"} & {*id_}]
    if name in {"CSV", "plain"}:  # a file that starts with NUL is rejected
        ids = [id_ for id_ in ids if "\0" not in id_]
    mail = Mail()
    to_import, to_erase = write_inputs(scratch, ids)[name]
    with Adapty(mail_secret_key="key_shown", transport=httpx.MockTransport(mail.handle)) as adapty:
        if to_import is not None:
            import_profiles(adapty, to_import, rejects_dir=scratch, checkpoint=None)
        erase(adapty, to_erase, by="external_profile_id", report=scratch / "report.csv", checkpoint=None)

    fit = {"first", *(id_ for id_ in ids if is_fit(id_))}
    if to_import is not None:
        assert mail.saved == fit
    assert mail.deleted == fit


DAMAGED = ["1.23457E+14", "2E+15", "12345.0", "NULL", r"\N", "nan", "None", "#N/A"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "iterable"])
def test_damaged_ids_are_rejected_with_the_reason(tmp_path: Path, form: str) -> None:
    """Each column with an ID is checked, of profiles and events; the valid record is sent."""
    sent: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={})

    fields: dict[Any, tuple[Any, tuple[str, ...]]] = {
        import_profiles: (PROFILE, (KIND, "customer_user_id")),
        import_events: (
            EVENT,
            (KIND, "customer_user_id", "event_id", "store_transaction_id", "store_original_transaction_id"),
        ),
    }
    with Adapty(mail_secret_key="key_shown", transport=httpx.MockTransport(handle)) as adapty:
        for job, (good, ids) in fields.items():
            rows = [good, *({**good, name: value} for name in ids for value in DAMAGED)]
            path = tmp_path / f"{job.__name__}.{form}"
            if form == "csv":
                with path.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, [*dict.fromkeys(name for row in rows for name in row)])
                    writer.writeheader()
                    writer.writerows(rows)
            else:
                path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

            report = job(adapty, rows if form == "iterable" else path, rejects_dir=tmp_path)

            assert (report.accepted, report.rejected) == (1, len(ids) * len(DAMAGED))
            assert report.reasons == dict.fromkeys(ids, len(DAMAGED))
            error_text = report.rejects_files[0].read_text("utf-8")
            assert "number in scientific notation (got '1.23457E+14'); expected" in error_text
    assert len(sent) == 2


def test_damaged_ids_are_accepted_in_records_and_single_calls(tmp_path: Path) -> None:
    """Explicit IDs of a program are not checked for damage."""
    mail = Mail()
    with Adapty(mail_secret_key="key_shown", transport=httpx.MockTransport(mail.handle)) as adapty:
        import_profiles(adapty, [MailProfile(**{**PROFILE, KIND: "NULL"})], rejects_dir=tmp_path)
        adapty.mail.save_profile(**{**PROFILE, KIND: "12345.0"})
        adapty.mail.delete_profile(external_profile_id="nan")
        report = adapty.mail.delete_many(["None", "u1"], by="external_profile_id")

    assert (mail.saved, mail.deleted) == ({"NULL", "12345.0"}, {"nan", "u1"})
    assert [deletion.id for deletion in report.failed] == ["None"]
    assert "a missing value was written as text" in report.failed[0].reason


def test_json_numbers_are_not_ids(tmp_path: Path) -> None:
    """Imports and erasures reject a number by its type, and never convert it to text."""
    path = tmp_path / "base.jsonl"
    path.write_text("".join(json.dumps({**PROFILE, KIND: number}) + "\n" for number in (12345, 12345.0, 1e16)), "utf-8")
    mail = Mail()
    with Adapty(mail_secret_key="key_shown", transport=httpx.MockTransport(mail.handle)) as adapty:
        imported = import_profiles(adapty, path, rejects_dir=tmp_path)
        erased = erase(adapty, path, report=tmp_path / "report.csv")

    assert (imported.rejected, erased.failed, mail.saved, mail.deleted) == (3, 3, set(), set())
    assert [row["reason"].split("; ")[0] for row in report_rows(str(tmp_path / "report.csv"))] == [
        f"line {line}: {KIND}: is of type {kind}" for line, kind in ((1, "int"), (2, "float"), (3, "float"))
    ]


def test_damaged_ids_are_rejected_by_erase(tmp_path: Path) -> None:
    """They are rejected from an iterable and from a file, for each API."""
    apis = FakeApis()
    path = tmp_path / "ids.txt"
    path.write_text("\n".join(["u1", *DAMAGED]), "utf-8")
    with apis.client() as adapty:
        sources: list[Any] = [["u1", *DAMAGED], path]
        for number, ids in enumerate(sources):
            done = erase(adapty, ids, report=tmp_path / f"{number}.csv")
            assert (done.deleted, done.failed) == (2, 2 * len(DAMAGED))
    assert {id_ for _, _, id_ in apis.asked} == {"u1"}
