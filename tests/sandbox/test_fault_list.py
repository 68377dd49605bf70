"""Which requests meet which fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty.sandbox import Fault, Faults
from tests.sandbox.conftest import EVENT_PATH, PROFILE_PATH, PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterable


def hits(faults: Faults, requests: int) -> list[str | None]:
    """Give the kind of the fault that each of so many requests meets."""
    found = (faults.hit(PROFILE_PATH, "saveProfile") for _ in range(requests))
    return [None if fault is None else fault.kind for fault in found]


def places(kinds: Iterable[str | None], kind: str) -> list[int]:
    """Number the requests that met a kind of fault, from 1."""
    return [number for number, met in enumerate(kinds, 1) if met == kind]


def test_without_more_each_request_is_hit() -> None:
    """For ever."""
    assert hits(Faults(["cut_before"]), 50) == ["cut_before"] * 50


def test_times_are_the_next_requests() -> None:
    """Then the next fault has its turn, and what is over is not among the faults any more."""
    faults = Faults(["rate_limited;times=2", "cut_after;times=1"])

    assert hits(faults, 2) == ["rate_limited", "rate_limited"]
    assert list(faults) == [Fault("cut_after", times=1)]
    assert hits(faults, 3) == ["cut_after", None, None]
    assert (list(faults), len(faults)) == ([], 0)


def test_every_so_many_requests_the_last_is_hit() -> None:
    """`times` bounds how often."""
    assert places(hits(Faults(["cut_before;every=20"]), 100), "cut_before") == [20, 40, 60, 80, 100]
    assert places(hits(Faults(["cut_before;every=3;times=2"]), 100), "cut_before") == [3, 6]


def test_faults_take_turns() -> None:
    """What one has hit does not count for the next, so that two of the same measure both hit."""
    met = hits(Faults(["cut_before;every=10", "cut_after;every=10"]), 44)

    assert places(met, "cut_before") == [10, 20, 30, 40]
    assert places(met, "cut_after") == [11, 22, 33, 44]


def test_a_share_is_hit_by_chance() -> None:
    """Of many requests about that share, and not at regular distances."""
    met = places(hits(Faults(["cut_after;share=0.05"]), 10_000), "cut_after")

    assert 400 < len(met) < 600
    assert len({later - sooner for sooner, later in pairwise(met)}) > 10


def test_the_bounds_of_a_share() -> None:
    """None and all."""
    assert hits(Faults(["cut_after;share=0"]), 100) == [None] * 100
    assert hits(Faults(["cut_after;share=1"]), 100) == ["cut_after"] * 100


def test_chance_is_repeatable() -> None:
    """The same faults hit the same requests, in another sandbox and after a reset; another seed hits others."""
    texts = ["cut_after;share=0.05", "rate_limited;share=0.05"]
    faults = Faults(texts)
    first = hits(faults, 1000)

    assert hits(Faults(texts), 1000) == first
    assert hits(faults, 1000) != first
    faults.reset()
    assert hits(faults, 1000) == first
    faults.clear()
    for text in texts:
        faults.add(text)
    assert hits(faults, 1000) == first
    assert hits(Faults([f"{text};seed=1" for text in texts]), 1000) != first


def test_the_chances_of_two_faults_are_their_own() -> None:
    """Even of two that are the same: together they hit more than one alone."""
    alone = hits(Faults(["cut_after;share=0.5"]), 1000).count("cut_after")
    both = hits(Faults(["cut_after;share=0.5"] * 2), 1000).count("cut_after")

    assert 450 < alone < 550
    assert 700 < both < 800


@PROPERTY
@given(st.lists(st.sampled_from([PROFILE_PATH, EVENT_PATH, "/"])))
def test_only_what_a_fault_concerns_counts_for_it(paths: list[str]) -> None:
    """By the operation, by how the path begins, or both."""
    by_operation = Faults(["cut_after;operations=saveProfile;every=2"])
    by_path = Faults([Fault("cut_after", path=PROFILE_PATH, every=2)])
    by_both = Faults([Fault("cut_after", path="/api/", operations=["saveProfile", "deleteProfile"], every=2)])
    names = {PROFILE_PATH: "saveProfile", EVENT_PATH: "saveTransactionEvent"}
    expected = [path == PROFILE_PATH and paths[: at + 1].count(path) % 2 == 0 for at, path in enumerate(paths)]

    for faults in (by_operation, by_path, by_both):
        assert [faults.hit(path, names.get(path)) is not None for path in paths] == expected


def test_reset_has_those_from_the_start_again() -> None:
    """As if no request had come; what was added is gone, what was over or cleared is back."""
    faults = Faults(["cut_before;every=3", Fault("cut_after", times=1)])
    before = hits(faults, 7)
    faults.add("rate_limited")
    assert hits(faults, 1) == ["rate_limited"]
    faults.clear()
    assert hits(faults, 9) == [None] * 9

    faults.reset()

    assert list(faults) == [Fault("cut_before", every=3), Fault("cut_after", times=1)]
    assert hits(faults, 7) == before


def test_many_threads_count_together() -> None:
    """Each request counts once, whoever asks."""
    faults = Faults(["cut_before;every=5", "cut_after;times=100"])
    with ThreadPoolExecutor(8) as pool:
        met = [kind for kinds in pool.map(lambda _: hits(faults, 250), range(8)) for kind in kinds]
        pool.map(faults.add, ["rate_limited;times=1"] * 100)

    assert (met.count("cut_before"), met.count("cut_after")) == (400, 100)
    assert [fault.kind for fault in faults] == ["cut_before", *["rate_limited"] * 100]


@pytest.mark.parametrize(
    ("faults", "field_name"),
    [
        ("cut_after", "faults"),
        (Fault("cut_after"), "faults"),
        (None, "faults"),
        (1, "faults"),
        (["cut_after", "cut"], "faults[1].kind"),
        (["cut_after", "cut_after;times=x"], "faults[1].times"),
        ([None], "faults[0].fault"),
    ],
)
def test_what_is_no_fault_is_refused(faults: Any, field_name: str) -> None:
    """The error says which of them, and where in it."""
    with pytest.raises(AdaptyConfigError) as refused:
        Faults(faults)

    assert refused.value.field_name == field_name


@pytest.mark.parametrize("fault", ["cut", None, ["cut_after"]])
def test_what_is_no_fault_is_not_added(fault: Any) -> None:
    """And those that there are stay."""
    faults = Faults(["cut_after"])

    with pytest.raises(AdaptyConfigError):
        faults.add(fault)

    assert list(faults) == [Fault("cut_after")]
