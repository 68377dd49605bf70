"""Which ids came before: a set, however large."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty.bulk._state.seen_ids import SeenIds

IDS = st.text(st.characters(), max_size=3)  # halves of surrogate pairs too


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["server-side", "mail"]), IDS)))
def test_add_reports_new_ids(ids: list[tuple[str, str]]) -> None:
    """An ID is new once for each API, whatever it contains."""
    known: set[tuple[str, str]] = set()
    with SeenIds() as seen:
        for api, id_ in ids:
            assert seen.add(api, id_) == ((api, id_) not in known)
            known.add((api, id_))


def test_more_ids_than_the_cache_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """IDs beyond the cache in memory are on disk."""
    monkeypatch.setattr("adapty.bulk._state.seen_ids._CACHE_KIB", 64)
    with SeenIds() as seen:
        assert all(seen.add("mail", f"user_{number}") for number in range(20_000))
        assert not any(seen.add("mail", f"user_{number}") for number in range(20_000))


def test_full_disk_is_an_error() -> None:
    """The error names the cause and a remedy."""
    with SeenIds() as seen:
        seen._connection.execute("PRAGMA max_page_count = 4")
        with pytest.raises(
            AdaptyUsageError, match=r"^the IDs that were sent cannot be recorded: database or disk is full; set TMPDIR"
        ):
            all(seen.add("mail", f"user_{number}") for number in range(20_000))
