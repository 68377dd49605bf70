"""NOT_GIVEN: a singleton, falsy, and different from None."""

from __future__ import annotations

import copy
import pickle

import pytest

from adapty import NOT_GIVEN, NotGiven
from tests.core.support import case


def test_not_given_is_a_singleton_across_processes() -> None:
    """Pickling returns the same object, so `is NOT_GIVEN` works in another process."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with case(protocol):
            assert pickle.loads(pickle.dumps(NOT_GIVEN, protocol)) is NOT_GIVEN  # noqa: S301 - our own bytes
            assert pickle.loads(pickle.dumps([NOT_GIVEN, {"x": NOT_GIVEN}], protocol))[1]["x"] is NOT_GIVEN  # noqa: S301


def test_not_given_is_a_singleton_across_copies() -> None:
    """Copying returns the same object."""
    assert copy.copy(NOT_GIVEN) is NOT_GIVEN
    assert copy.deepcopy(NOT_GIVEN) is NOT_GIVEN
    assert copy.deepcopy({"x": [NOT_GIVEN]})["x"][0] is NOT_GIVEN


def test_not_given_is_the_only_member() -> None:
    """Type checkers can narrow by the type."""
    assert list(NotGiven) == [NOT_GIVEN]
    assert isinstance(NOT_GIVEN, NotGiven)
    with pytest.raises(ValueError, match="not a valid NotGiven"):
        NotGiven("something")


def test_not_given_is_false() -> None:
    """`value or default` works."""
    given: str | NotGiven = NOT_GIVEN
    assert bool(NOT_GIVEN) is False
    assert (given or "default") == "default"


def test_not_given_is_not_none() -> None:
    """NOT_GIVEN equals only itself."""
    others: list[object] = [None, False, 0, "", (), "NOT_GIVEN", Ellipsis, NotImplemented]
    assert NOT_GIVEN not in others
    assert len({NOT_GIVEN, copy.deepcopy(NOT_GIVEN)}) == 1


def test_not_given_repr() -> None:
    """The repr is its name."""
    assert repr(NOT_GIVEN) == "NOT_GIVEN"
    assert repr([NOT_GIVEN]) == "[NOT_GIVEN]"


def test_not_given_is_immutable() -> None:
    """The sentinel cannot be changed, and no second one can be created."""
    with pytest.raises(AttributeError):
        NOT_GIVEN.value = "x"  # type: ignore[misc]
    with pytest.raises((TypeError, ValueError)):
        NotGiven("Another", {"SECOND": "SECOND"})  # type: ignore[call-arg]
