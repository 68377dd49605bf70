"""The set of handled records: what a plain set would say, in little room."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty.bulk._state.completed import CompletedSet


def first_gap(numbers: set[int]) -> int:
    """Give the lowest number that is missing."""
    return next(number for number in range(len(numbers) + 1) if number not in numbers)


NEARLY_IN_ORDER = st.lists(st.integers(0, 40), max_size=80).map(
    lambda leads: [max(0, number // 2 + lead - 20) for number, lead in enumerate(leads)]
)
ANY_ORDER = st.lists(st.integers(0, 30_000), max_size=30)
WHOLE_BLOCKS = st.permutations(range(0, 30_000, 1_000)).map(
    lambda starts: [number for start in starts for number in range(start, start + 1_000)]
)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(numbers=NEARLY_IN_ORDER | ANY_ORDER | WHOLE_BLOCKS, saved_at=st.integers(0, 80))
def test_completed_set_equals_a_plain_set(numbers: list[int], saved_at: int) -> None:
    """The numbers are equal in any order, with repetitions, and after save and load."""
    handled, model = CompletedSet(), set[int]()

    for count, number in enumerate(numbers):
        if count == saved_at:
            handled = CompletedSet.from_bytes(handled.to_bytes())
        handled.add(number)
        model.add(number)

    loaded = CompletedSet.from_bytes(handled.to_bytes())
    for one in (handled, loaded):
        assert one.watermark == first_gap(model)
        assert one.out_of_order == len(model) - one.watermark
        assert all(number in one for number in model)
        assert {number for number in range(max(model, default=0) + 100) if number in one} == model
    assert loaded.to_bytes() == handled.to_bytes()


def test_new_set_is_empty() -> None:
    """A new set contains no number."""
    handled = CompletedSet()

    assert (handled.watermark, handled.out_of_order, 0 in handled) == (0, 0, False)


def test_repeated_number_changes_nothing() -> None:
    """A number can be added twice, below the watermark and above it."""
    handled = CompletedSet(10)
    for number in (3, 9, 12, 12):
        handled.add(number)

    assert (handled.watermark, handled.out_of_order) == (10, 1)


def test_size_does_not_grow_with_records_in_order() -> None:
    """After a million records in order the saved set has a few bytes."""
    handled = CompletedSet()
    for number in range(100_000):
        handled.add(number)
    few = len(handled.to_bytes())
    for number in range(100_000, 1_000_000):
        handled.add(number)

    assert handled.watermark == 1_000_000
    assert len(handled.to_bytes()) <= few + 4 < 40


def test_missing_record_keeps_the_set_small() -> None:
    """With one record missing below 100 000 completed ones, the saved set is small."""
    handled = CompletedSet()
    for number in range(1, 100_000):
        handled.add(number)

    assert (handled.watermark, handled.out_of_order) == (0, 99_999)
    assert len(handled.to_bytes()) < 1_000


@pytest.mark.parametrize("saved", [b"", b"abc", CompletedSet(7).to_bytes()[:-1], b"\0" + CompletedSet(7).to_bytes()])
def test_damaged_bytes_are_rejected(saved: bytes) -> None:
    """Damaged bytes are never read as another set."""
    with pytest.raises(AdaptyUsageError, match="cannot be read"):
        CompletedSet.from_bytes(saved)
