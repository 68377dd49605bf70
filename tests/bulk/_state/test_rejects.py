"""The file of refused records: what it holds, that it can be fed back, and that it never does harm."""

from __future__ import annotations

import csv
import json
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import Adapty, AdaptyUsageError, MailProfile
from adapty.bulk import import_all
from adapty.bulk._inputs.rows import Row
from adapty.bulk._state.rejects import RejectsFile
from tests.bulk._inputs.reading import rows_in
from tests.bulk.conftest import HEADER, FakeApi, accept, refuse
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

NO_AT = "email: has no @; expected an e-mail address such as name@example.com"


def cells_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with Python's own reader."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def objects_of(path: Path) -> list[dict[str, Any]]:
    """Read a JSON Lines file, as strictly as JSON is defined."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    return [json.loads(line, parse_constant=pytest.fail) for line in text.split("\n")[:-1]]


def without_notes(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a rejects file added."""
    return {name: value for name, value in record.items() if name not in {"_line", "_error"}}


def write(path: Path, *lines: str | bytes) -> Path:
    """Write lines to a file."""
    path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines))
    return path


def test_csv_rejects_have_the_rows_and_reasons(adapty: Adapty, tmp_path: Path) -> None:
    """Unchanged columns come first, then the line, the reason and the raw text."""
    base = write(
        tmp_path / "base.csv",
        f"{HEADER},custom.plan,first_name",
        "user_1,2026-06-01T10:30:00Z,jane@example.com,trial,Jane",
        'user_2,2026-06-01T10:30:00Z,joe,,"Doe, ""Joe""\nZoë"',
        "user_3,2026-06-01T10:30:00Z,jim@example.com",
    )

    report = import_all(adapty, profiles=base)

    assert report.rejects_files[0].read_text(encoding="utf-8") == (
        f"{HEADER},custom.plan,first_name,_line,_error,_raw\n"
        f'user_2,2026-06-01T10:30:00Z,joe,,"Doe, ""Joe""\nZoë",4,{NO_AT},\n'
        ',,,,,5,(row): has 3 cells where the header has 5,"user_3,2026-06-01T10:30:00Z,jim@example.com"\n'
    )


def test_json_rejects_have_the_objects_and_reasons(adapty: Adapty, tmp_path: Path) -> None:
    """Objects are unchanged, with nulls; other lines are text."""
    base = write(
        tmp_path / "base.jsonl",
        json.dumps(PROFILE),
        json.dumps({**PROFILE, "email": "joe", "first_name": None, "custom_attributes": {"days": 7}}),
        "",
        '{"external_profile_id": ',
    )

    report = import_all(adapty, profiles=base)

    assert [path.name for path in report.rejects_files] == ["base.rejects.jsonl"]
    refused, unreadable = objects_of(report.rejects_files[0])
    assert refused == {
        **PROFILE,
        "email": "joe",
        "first_name": None,
        "custom_attributes": {"days": 7},
        "_line": 2,
        "_error": NO_AT,
    }
    assert unreadable.pop("_error").startswith("(row): is not JSON: ")
    assert unreadable == {"_raw": '{"external_profile_id": ', "_line": 4}


@pytest.mark.parametrize("first", ["readable", "unreadable"])
def test_columns_do_not_depend_on_the_first_row(tmp_path: Path, first: str) -> None:
    """Readable and unreadable rows have one header in any order."""
    readable = Row(2, {"email": "x"}, {"email": "x"})
    unreadable = Row(3, {}, {"email": "", "_raw": "x,y"}, "has 2 cells where the header has 1")
    rows = [readable, unreadable] if first == "readable" else [unreadable, readable]

    with RejectsFile(tmp_path / "out.csv", tmp_path / "in.csv") as rejects:
        for row in rows:
            rejects.add(row, "reason")

    found = sorted(cells_of(tmp_path / "out.csv"), key=lambda cells: cells["_line"])
    assert found == [
        {"email": "x", "_line": "2", "_error": "reason", "_raw": ""},
        {"email": "", "_line": "3", "_error": "reason", "_raw": "x,y"},
    ]
    assert rejects.count == 2


def mend_csv(path: Path) -> None:
    """Put every row of a CSV rejects file right, leaving the notes where they are."""
    rows = cells_of(path)
    for number, row in enumerate(rows):
        row.update(external_profile_id=f"mended_{number}", email="jane@example.com", _raw="")
        row["external_created_at"] = "2026-06-01T10:30:00Z"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def mend_json_lines(path: Path) -> None:
    """Put every row of a JSON Lines rejects file right; a raw one is written anew, as it has to be."""
    mended = []
    for number, row in enumerate(objects_of(path)):
        kept = {} if "_raw" in row else row
        mended.append(json.dumps({**kept, **PROFILE, "external_profile_id": f"mended_{number}"}))
    write(path, *mended)


@pytest.mark.parametrize(
    ("name", "lines", "mend"),
    [
        (
            "base.csv",
            (f"{HEADER},first_name", "user_1,yesterday,joe,Joe", "user_2,too,few", "user_3,far,too,many,cells"),
            mend_csv,
        ),
        ("base.jsonl", ('{"email": "joe", "first_name": "Joe"}', "[]", '{"open'), mend_json_lines),
    ],
)
def test_corrected_rows_are_accepted(
    adapty: Adapty, api: FakeApi, name: str, lines: tuple[str, ...], mend: Callable[[Path], None]
) -> None:
    """A corrected rejects file can be imported with its notes."""
    failed = import_all(adapty, profiles=write(Path(name), *lines))
    mend(failed.rejects_files[0])

    report = import_all(adapty, profiles=failed.rejects_files[0])

    assert (failed.profiles_accepted, failed.profiles_rejected) == (0, 3)
    assert (report.profiles_accepted, report.profiles_rejected, report.rejects_files) == (3, 0, ())
    assert [body.get("first_name") for body in api.bodies("profile")].count("Joe") == 1
    assert {body["external_profile_id"] for body in api.bodies("profile")} == {"mended_0", "mended_1", "mended_2"}
    assert not any(name.startswith("_") for body in api.bodies("profile") for name in body)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "base.csv",
            (f"{HEADER},first_name", "user_1,yesterday,joe,Joe", "user_2,too,few", b"\xff,,,", "u,a", "b", "u,v,w,x,y"),
        ),
        ("base.jsonl", ('{"email": "joe", "n": null}', "[]", b'{"email": "\xff"}', b"\xff", '{"x": NaN}', "{")),
    ],
)
def test_importing_unchanged_rejects_changes_nothing(adapty: Adapty, tmp_path: Path, name: str, lines: Any) -> None:
    """Rows that are still invalid are written again with the same content."""
    first = import_all(adapty, profiles=write(tmp_path / name, *lines)).rejects_files[0]
    second = import_all(adapty, profiles=first).rejects_files[0]
    third = import_all(adapty, profiles=second).rejects_files[0]
    read = cells_of if name.endswith("csv") else objects_of

    assert len(read(first)) == len(lines) - name.endswith("csv")
    assert [without_notes(row) for row in read(second)] == [without_notes(row) for row in read(first)]
    assert third.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("line", [b"user_1,2026-06-01T10:30:00Z,joe,Zo\xeb", b"user_1,Zo\xeb"])
def test_csv_rejects_preserve_invalid_utf8(adapty: Adapty, tmp_path: Path, line: bytes) -> None:
    """Bytes of another encoding are unchanged in cells and raw text."""
    base = write(tmp_path / "base.csv", f"{HEADER},first_name", line)

    (rejects,) = import_all(adapty, profiles=base).rejects_files

    assert b"Zo\xeb" in rejects.read_bytes()


@pytest.mark.parametrize("line", [b'{"email": "joe", "first_name": "Zo\xeb"}', b'{"first_name": "Zo\xeb"', b"Zo\xeb"])
def test_json_rejects_preserve_invalid_utf8(adapty: Adapty, tmp_path: Path, line: bytes) -> None:
    """An editor shows them as it shows the input."""
    (rejects,) = import_all(adapty, profiles=write(tmp_path / "base.jsonl", line)).rejects_files

    held = rejects.read_bytes()
    assert b"Zo\xeb" in held
    record = json.loads(held.decode("latin-1"))
    assert "Zo\xeb" in (record.get("first_name") or record["_raw"])


def test_lone_surrogates_stay_escaped_in_json_lines(adapty: Adapty, tmp_path: Path) -> None:
    """Escapes of the input are escapes in the rejects file."""
    base = write(tmp_path / "base.jsonl", b'{"email": "\\udceb", "first_name": "\\ud83d"}')

    (rejects,) = import_all(adapty, profiles=base).rejects_files

    assert b'{"email": "\\udceb", "first_name": "\\ud83d", ' in rejects.read_bytes()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1251"])
@pytest.mark.parametrize("name", ["base.csv", "base.jsonl"])
def test_other_encoding_is_rejected_with_a_remedy(adapty: Adapty, name: str, encoding: str) -> None:
    """The reason names the field; the file is accepted after it is saved as UTF-8."""
    first_name = "Зоя" if encoding == "cp1251" else "Zoë"
    profile = {**PROFILE, "first_name": first_name}
    lines = (
        (",".join(profile), ",".join(profile.values()))
        if name == "base.csv"
        else (json.dumps(profile, ensure_ascii=False),)
    )
    base = write(Path(name), *(line.encode(encoding) for line in lines))

    report = import_all(adapty, profiles=base)

    assert dict(report.reasons) == {"first_name": 1}
    told = "first_name: is not UTF-8; expected UTF-8: save the file that it comes from as UTF-8"
    assert told.encode() in report.rejects_files[0].read_bytes()
    assert first_name.encode(encoding) in report.rejects_files[0].read_bytes()
    report.rejects_files[0].write_text(report.rejects_files[0].read_text(encoding=encoding), encoding="utf-8")
    assert import_all(adapty, profiles=report.rejects_files[0]).profiles_accepted == 1


def test_sorting_preserves_invalid_utf8(adapty: Adapty) -> None:
    """Sorting on disk loses no bytes of a row."""
    base = write(Path("events.jsonl"), json.dumps({**EVENT, "event_id": "Zoë"}, ensure_ascii=False).encode("latin-1"))

    (rejects,) = import_all(adapty, events=base, sort=True).rejects_files

    assert b'"Zo\xeb"' in rejects.read_bytes()


@pytest.mark.parametrize("cell", ["a\rb", "a\r\nb", "a\nb", "\r", 'a"\rb', " a,\r\r\n"])
def test_line_breaks_in_cells_are_preserved(adapty: Adapty, tmp_path: Path, cell: str) -> None:
    """A cell with CR, LF or both is read back unchanged."""
    quote = '"' + cell.replace('"', '""') + '"'
    base = write(tmp_path / "base.csv", f"{HEADER},first_name", f"user_1,2026-06-01T10:30:00Z,joe,{quote}")

    (rejects,) = import_all(adapty, profiles=base).rejects_files

    (row,) = rows_in(rejects)
    assert (row.problem, row.data["first_name"]) == (None, cell)


def test_no_rejects_file_without_rejects(adapty: Adapty, tmp_path: Path) -> None:
    """An import without rejected records creates no rejects file."""
    report = import_all(
        adapty, profiles=write(tmp_path / "base.csv", HEADER, "user_1,2026-06-01T10:30:00Z,jane@example.com")
    )

    assert report.rejects_files == ()
    assert [path.name for path in tmp_path.iterdir()] == ["base.csv"]


@pytest.mark.parametrize("address", ["joe", "jane@example.com"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_existing_rejects_are_not_changed(adapty: Adapty, tmp_path: Path, address: str, *, dry_run: bool) -> None:
    """Later imports of the same name, and dry runs, do not change existing rejects."""
    base = write(tmp_path / "base.csv", HEADER, "user_1,2026-06-01T10:30:00Z,joe")
    (first,) = import_all(adapty, profiles=base).rejects_files
    before = first.read_bytes()
    write(base, HEADER, f"user_2,2026-06-01T10:30:00Z,{address}")

    later = import_all(adapty, profiles=base, dry_run=dry_run).rejects_files

    assert (first.name, first.read_bytes()) == ("base.rejects.csv", before)
    expected = "base.dry-run.rejects.csv" if dry_run else "base.rejects-2.csv"
    assert [path.name for path in later] == ([expected] if address == "joe" else [])
    assert all(cells_of(path)[0]["external_profile_id"] == "user_2" for path in later)


def test_batches_have_their_own_rejects_files(adapty: Adapty) -> None:
    """Rejects of earlier batches are not overwritten."""
    batches = ([{**PROFILE, "email": "joe"}], [PROFILE], [{**PROFILE, "email": "jim"}])

    reports = [import_all(adapty, profiles=batch) for batch in batches]

    names = [path.name for report in reports for path in report.rejects_files]
    assert names == ["profiles.rejects.jsonl", "profiles.rejects-2.jsonl"]
    assert [objects_of(Path(name))[0]["email"] for name in names] == ["joe", "jim"]


def test_dry_run_replaces_its_rejects_file(adapty: Adapty, tmp_path: Path) -> None:
    """A second dry run replaces the file, or removes it if all rows are valid."""
    base = write(tmp_path / "base.csv", HEADER, "user_1,2026-06-01T10:30:00Z,joe")
    import_all(adapty, profiles=base, dry_run=True)
    (rejects,) = import_all(adapty, profiles=base, dry_run=True).rejects_files
    assert len(cells_of(rejects)) == 1

    write(base, HEADER, "user_1,2026-06-01T10:30:00Z,joe@example.com")
    assert import_all(adapty, profiles=base, dry_run=True).rejects_files == ()
    assert [path.name for path in tmp_path.iterdir()] == ["base.csv"]


def test_rejects_dir_is_used(adapty: Adapty, tmp_path: Path) -> None:
    """`rejects_dir=` is a str or a Path, and the file is named after the input."""
    base = write(tmp_path / "Base.of.2026.NDJSON", "[]")
    (tmp_path / "refused").mkdir()

    report = import_all(adapty, profiles=str(base), rejects_dir=str(tmp_path / "refused"))

    assert report.rejects_files == (tmp_path / "refused" / "Base.of.2026.rejects.NDJSON",)
    assert report.rejects_files[0].is_file()


@pytest.mark.parametrize("link", [False, True])
def test_input_cannot_be_its_rejects_file(tmp_path: Path, *, link: bool) -> None:
    """The input is rejected under any of its names, and stays unchanged."""
    source = write(tmp_path / "base.csv", "email")
    path = tmp_path / "link.csv" if link else tmp_path / "." / "base.csv"
    if link:
        path.symlink_to(source)

    with pytest.raises(AdaptyUsageError, match="is the input itself; choose another folder for the rejects"):
        RejectsFile(path, source)

    assert source.read_text() == "email\n"


def test_other_input_cannot_be_the_rejects_file(adapty: Adapty, api: FakeApi, tmp_path: Path) -> None:
    """The import is rejected if an input has the name of the other one's rejects file."""
    profiles = write(tmp_path / "base.csv", HEADER, "user_1,2026-06-01T10:30:00Z,joe")
    events = write(tmp_path / "base.rejects.csv", ",".join(EVENT), ",".join(EVENT.values()))
    before = events.read_bytes()

    with pytest.raises(AdaptyUsageError, match=r"base\.rejects\.csv"):
        import_all(adapty, profiles=profiles, events=events, rejects_dir=tmp_path)

    assert events.read_bytes() == before
    assert api.sent == []


def test_inputs_cannot_share_a_rejects_file(adapty: Adapty, api: FakeApi, tmp_path: Path) -> None:
    """The import is rejected if two inputs in two folders have one name."""
    for folder in ("profiles", "events"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "base.jsonl", "[]")

    with pytest.raises(AdaptyUsageError, match=r"base\.rejects\.jsonl"):
        import_all(adapty, profiles="profiles/base.jsonl", events="events/base.jsonl")

    assert api.sent == []


def missing(path: Path) -> Path:
    """Give a folder that is not there."""
    return path / "missing"


def a_file(path: Path) -> Path:
    """Give a file in the place of a folder."""
    return write(path / "file", "")


@pytest.mark.parametrize("folder", [missing, a_file])
def test_invalid_rejects_dir_is_rejected_first(
    adapty: Adapty, api: FakeApi, tmp_path: Path, folder: Callable[[Path], Path]
) -> None:
    """Nothing is sent if rejects could not be written."""
    base = write(
        tmp_path / "base.csv",
        HEADER,
        "user_1,2026-06-01T10:30:00Z,jane@example.com",
        "user_2,2026-06-01T10:30:00Z,joe",
    )

    place = folder(tmp_path)

    with pytest.raises(AdaptyUsageError, match=place.name):
        import_all(adapty, profiles=base, rejects_dir=place)

    assert api.sent == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*PROFILE, "first_name", "custom_attributes", "device_info"]) | st.text(
    st.characters(), max_size=5
)
OBJECTS = st.one_of(
    st.dictionaries(NAMES, JSON | st.text(st.characters(), max_size=5), max_size=5),
    st.dictionaries(st.just("first_name"), st.text(), max_size=1).map(lambda more: {**PROFILE, **more}),
)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(objects=st.lists(OBJECTS, min_size=1, max_size=5))
def test_rejected_objects_are_preserved(scratch: Path, objects: list[dict[str, Any]]) -> None:
    """Any JSON object is accepted or in the rejects file, equal except for the notes."""
    base = write(scratch / "base.jsonl", *map(json.dumps, objects))
    expected = [json.loads(line) for line in base.read_text().splitlines()]
    api = FakeApi(reply=lambda _: refuse())

    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(api.handle)) as adapty:
        report = import_all(adapty, profiles=base, rejects_dir=scratch)

    assert report.profiles_rejected == len(objects)
    found = sorted(objects_of(report.rejects_files[0]), key=itemgetter("_line"))
    assert [without_notes(record) for record in found] == expected
    assert [record["_line"] for record in found] == list(range(1, len(objects) + 1))
    assert all(record["_error"] for record in found)


CELLS = st.text(st.sampled_from("aé,\"'\r\n \t\udcff\u2028=") | st.characters(codec="utf-8"), max_size=6)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS).filter(any), min_size=1, max_size=5))
def test_rejected_csv_rows_are_preserved(scratch: Path, rows: list[tuple[str, str, str]]) -> None:
    """Any cells of a CSV row are equal in the rejects file."""
    base = scratch / "base.csv"
    with base.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(HEADER.split(","))
        writer.writerows(rows)
    api = FakeApi(reply=accept)

    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(api.handle)) as adapty:
        report = import_all(adapty, profiles=base, rejects_dir=scratch)

    assert report.profiles_rejected == len(rows)
    found = list(rows_in(report.rejects_files[0]))
    assert [tuple(row.source.values())[:3] for row in found] == rows


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_deeply_nested_rejects_can_be_written(adapty: Adapty, tmp_path: Path, opening: str, closing: str) -> None:
    """At any depth the row is rejected and written, as an object or as text."""
    depths = [*range(1, 1_200), 100_000]
    lines = [f'{{"email":{opening * depth}1{closing * depth}}}' for depth in depths]

    (rejects,) = import_all(adapty, profiles=write(tmp_path / "base.jsonl", *lines)).rejects_files

    written = rejects.read_text().splitlines()
    assert len(written) == len(lines)
    assert "_raw" not in written[0]
    assert "_raw" in written[-1]


def test_every_profile_field_can_be_a_column(adapty: Adapty, api: FakeApi, tmp_path: Path) -> None:
    """All fields of MailProfile have a column, nested ones a dotted one, and are sent."""
    given_fields = {
        **PROFILE,
        "first_name": "Jane",
        "last_name": "Doe",
        "gender": "f",
        "birthday": "1990-05-21",
        "country": "US",
        "store_country": "CA",
        "custom.plan": "trial",
        "device_info.platform": "iOS",
        "device_info.device": "iPhone15,2",
        "device_info.os": "17.5",
        "device_info.locale": "en-US",
        "device_info.timezone": "America/New_York",
        "device_info.app_version": "3.1.0",
        "customer_user_id": "u_12345",
    }
    with (tmp_path / "base.csv").open("w", newline="") as file:
        csv.writer(file).writerows([given_fields, given_fields.values()])

    report = import_all(adapty, profiles="base.csv")

    assert report.rejected == 0
    (body,) = api.bodies("profile")
    assert set(body) == set(MailProfile.__annotations__)
    assert body["device_info"] == {
        name.removeprefix("device_info."): value
        for name, value in given_fields.items()
        if name.startswith("device_info.")
    }
