"""Times without a zone, and times that are not ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty.bulk._inputs.rows import Row
from adapty.bulk._inputs.sorting import sorted_rows
from adapty.bulk._inputs.sources import open_source
from adapty.bulk._inputs.times import Times

if TYPE_CHECKING:
    from pathlib import Path

FIELD = "external_created_at"


def read(value: Any, timezone: str | None = None, datetime_format: Any = None) -> Row:
    times = Times.create(timezone, datetime_format)
    return next(open_source("profiles", [{FIELD: value}], MailProfile, times=times).rows())


@pytest.mark.parametrize(
    ("value", "timezone", "format_", "expected"),
    [
        ("2026-06-01 10:30:00", "UTC", None, datetime(2026, 6, 1, 10, 30, tzinfo=UTC)),
        ("2026-06-01 10:30:00", "Europe/Berlin", None, datetime(2026, 6, 1, 8, 30, tzinfo=UTC)),
        ("2026-06-01T10:30:00.123456", "UTC", None, datetime(2026, 6, 1, 10, 30, 0, 123456, UTC)),
        (pd.Timestamp("2026-06-01 10:30"), "Europe/Berlin", None, datetime(2026, 6, 1, 8, 30, tzinfo=UTC)),
        ("01.06.2026 10:30", "Europe/Berlin", "%d.%m.%Y %H:%M", datetime(2026, 6, 1, 8, 30, tzinfo=UTC)),
        ("01.06.2026 10:30 +0200", None, "%d.%m.%Y %H:%M %z", datetime(2026, 6, 1, 8, 30, tzinfo=UTC)),
        ("1780309800", None, "epoch", datetime(2026, 6, 1, 10, 30, tzinfo=UTC)),
        (1780309800500, None, {FIELD: "epoch_ms"}, datetime(2026, 6, 1, 10, 30, 0, 500000, UTC)),
        ("2026-06-01 10:30:00+00", "Europe/Berlin", None, datetime(2026, 6, 1, 10, 30, tzinfo=UTC)),
        ("2026-06-01 10:30:00.123456+00:00", None, None, datetime(2026, 6, 1, 10, 30, 0, 123456, UTC)),
    ],
)
def test_times_are_converted(value: Any, timezone: str | None, format_: Any, expected: datetime) -> None:
    row = read(value, timezone, format_)
    profile = MailProfile.from_dict({"external_profile_id": "u", "email": "jane@example.com", **row.data})
    assert profile.external_created_at == expected
    assert row.source == {FIELD: value}


@pytest.mark.parametrize(
    ("value", "timezone", "format_", "problem"),
    [
        ("2026-06-01 10:30:00", None, None, "has no UTC offset .*--timezone UTC"),
        ("2026-10-25 02:30:00", "Europe/Berlin", None, r"is ambiguous.*\+02:?00 and \+01:?00"),
        ("2026-03-29 02:30:00", "Europe/Berlin", None, r"does not exist.*\+01:?00 and \+02:?00"),
        ("1780309800000", None, "epoch", "did you mean the format epoch_ms"),
        (1780309800, None, "epoch_ms", "did you mean the format epoch"),
        ("NaN", None, "epoch", "is not epoch"),
        (True, None, "epoch", "is of type bool"),
        ("06/01/2026", "UTC", "%d.%m.%Y", "does not have the form %d.%m.%Y"),
    ],
)
def test_times_whose_meaning_is_not_sure_are_refused(
    value: Any, timezone: str | None, format_: Any, problem: str
) -> None:
    row = read(value, timezone, format_)
    (fault,) = row.faults
    assert fault.field_name == FIELD
    assert re.search(problem, fault.problem)
    assert FIELD not in row.data


def test_a_birthday_has_its_own_format_and_is_not_in_messages() -> None:
    times = Times.create(None, {"birthday": "%d.%m.%Y"})
    assert times.apply(Row(1, {"birthday": "21.05.1990"})).data == {"birthday": date(1990, 5, 21)}
    (fault,) = times.apply(Row(1, {"birthday": "1990-05-21"})).faults
    assert fault.field_name == "birthday"
    assert "1990" not in fault.problem


@pytest.mark.parametrize(
    "format_", ["%d.%m.%y", "%d %b %Y", "%H:%M", "iso", "%Y%m%d%d", "%Y%m%d%", 7, {"email": "epoch"}]
)
def test_formats_that_are_not_sure_are_refused_at_the_start(format_: Any) -> None:
    with pytest.raises(AdaptyUsageError, match="datetime_format"):
        Times.create(None, format_)
    with pytest.raises(AdaptyUsageError, match="timezone"):
        Times.create("Europe/Berlinn")


def test_times_of_files_are_converted_before_rows_are_sorted(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("event_datetime;event_id\n02.01.2026;b\n01.02.2026;c\n01.01.2026;a\n")
    times = Times.create("UTC", "%d.%m.%Y")
    source = open_source("events", path, TransactionEvent, delimiter=";", times=times)
    assert [row.data["event_id"] for row in sorted_rows(source.rows())] == ["a", "b", "c"]


def test_the_checkpoint_distinguishes_zones_and_formats() -> None:
    configs = [Times.create(*given).config() for given in [(), ("UTC",), ("Europe/Berlin",), (None, "epoch")]]
    assert all(configs.count(each) == 1 for each in configs)
