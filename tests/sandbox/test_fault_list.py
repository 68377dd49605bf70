"""The requests that a fault hits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty.sandbox import Fault, Faults
from tests.cases import case
from tests.sandbox.conftest import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterable


def hits(faults: Faults, requests: int) -> list[str | None]:
    """Return the kind of the fault for each of this number of requests."""
    found = (faults.match("saveProfile") for _ in range(requests))
    return [None if fault is None else fault.kind for fault in found]


def places(kinds: Iterable[str | None], kind: str) -> list[int]:
    """Return the numbers of the requests with this kind of fault, from 1."""
    return [number for number, met in enumerate(kinds, 1) if met == kind]


def test_fault_without_selectors_hits_every_request() -> None:
    """Without selectors, a fault never ends."""
    assert hits(Faults(["drop_before"]), 50) == ["drop_before"] * 50


def test_count_limits_the_requests_hit() -> None:
    """Then the next fault applies, and the ended one is no longer listed."""
    faults = Faults(["rate_limited;count=2", "drop_after;count=1"])

    assert hits(faults, 2) == ["rate_limited", "rate_limited"]
    assert list(faults) == [Fault("drop_after", count=1)]
    assert hits(faults, 3) == ["drop_after", None, None]
    assert (list(faults), len(faults)) == ([], 0)


def test_every_hits_one_of_so_many_requests() -> None:
    """`count` limits how often."""
    assert places(hits(Faults(["drop_before;every=20"]), 100), "drop_before") == [20, 40, 60, 80, 100]
    assert places(hits(Faults(["drop_before;every=3;count=2"]), 100), "drop_before") == [3, 6]


def test_faults_with_every_alternate() -> None:
    """Hits of one fault do not count for the next, so two equal faults alternate."""
    met = hits(Faults(["drop_before;every=10", "drop_after;every=10"]), 44)

    assert places(met, "drop_before") == [10, 20, 30, 40]
    assert places(met, "drop_after") == [11, 22, 33, 44]


def test_probability_hits_about_that_share() -> None:
    """The share is approximate, and the distances vary."""
    met = places(hits(Faults(["drop_after;probability=0.05"]), 10_000), "drop_after")

    assert 400 < len(met) < 600
    assert len({later - sooner for sooner, later in pairwise(met)}) > 10


def test_probability_0_hits_none_and_1_hits_all() -> None:
    """Probability 0 hits no request, 1 hits all."""
    assert hits(Faults(["drop_after;probability=0"]), 100) == [None] * 100
    assert hits(Faults(["drop_after;probability=1"]), 100) == ["drop_after"] * 100


def test_probability_is_repeatable() -> None:
    """The same faults hit the same requests, in another sandbox and after a reset."""
    texts = ["drop_after;probability=0.05", "rate_limited;probability=0.05"]
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


def test_equal_faults_hit_independently() -> None:
    """Two equal faults together hit more than one."""
    alone = hits(Faults(["drop_after;probability=0.5"]), 1000).count("drop_after")
    both = hits(Faults(["drop_after;probability=0.5"] * 2), 1000).count("drop_after")

    assert 450 < alone < 550
    assert 700 < both < 800


@PROPERTY
@given(st.lists(st.sampled_from(["saveProfile", "saveTransactionEvent", None])))
def test_only_matching_operations_count(operations: list[str | None]) -> None:
    """One operation or several can be selected."""
    one = Faults(["drop_after;operations=saveProfile;every=2"])
    several = Faults([Fault("drop_after", operations=["saveProfile", "deleteProfile"], every=2)])
    expected = [
        name == "saveProfile" and operations[: at + 1].count(name) % 2 == 0 for at, name in enumerate(operations)
    ]

    for faults in (one, several):
        assert [faults.match(name) is not None for name in operations] == expected


def test_reset_restores_the_initial_faults() -> None:
    """Added faults are removed; ended and cleared ones are restored with their counters."""
    faults = Faults(["drop_before;every=3", Fault("drop_after", count=1)])
    before = hits(faults, 7)
    faults.add("rate_limited")
    assert hits(faults, 1) == ["rate_limited"]
    faults.clear()
    assert hits(faults, 9) == [None] * 9

    faults.reset()

    assert list(faults) == [Fault("drop_before", every=3), Fault("drop_after", count=1)]
    assert hits(faults, 7) == before


def test_many_threads_count_together() -> None:
    """Each request counts once."""
    faults = Faults(["drop_before;every=5", "drop_after;count=100"])
    with ThreadPoolExecutor(8) as pool:
        met = [kind for kinds in pool.map(lambda _: hits(faults, 250), range(8)) for kind in kinds]
        pool.map(faults.add, ["rate_limited;count=1"] * 100)

    assert (met.count("drop_before"), met.count("drop_after")) == (400, 100)
    assert [fault.kind for fault in faults] == ["drop_before", *["rate_limited"] * 100]


def test_invalid_initial_faults_are_rejected() -> None:
    """The error names the fault and its field."""
    cases: list[tuple[Any, str]] = [
        ("drop_after", "faults"),
        (Fault("drop_after"), "faults"),
        (None, "faults"),
        (1, "faults"),
        (["drop_after", "cut"], "faults[1].kind"),
        (["drop_after", "drop_after;count=x"], "faults[1].count"),
        ([None], "faults[0].fault"),
    ]
    for faults, field_name in cases:
        with case(faults, field_name):
            with pytest.raises(AdaptyConfigError) as refused:
                Faults(faults)

            assert refused.value.field_name == field_name


@pytest.mark.parametrize("fault", ["cut", None, ["drop_after"]])
def test_invalid_fault_is_not_added(fault: Any) -> None:
    """The existing faults are unchanged."""
    faults = Faults(["drop_after"])

    with pytest.raises(AdaptyConfigError):
        faults.add(fault)

    assert list(faults) == [Fault("drop_after")]
