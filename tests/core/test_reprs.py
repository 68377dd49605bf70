"""The repr of an object whose `__init__` raised, as tools print it from a traceback."""

from __future__ import annotations

import importlib
import inspect
from enum import Enum
from typing import Any

import attrs
import pytest

import adapty
from adapty import AdaptyError, AsyncAdapty, MailProfile, Timeouts
from adapty._core.redaction import SafeRepr
from adapty.config import Config
from adapty.models._request import RequestModel
from adapty.models._response import ResponseModel

PACKAGES = ("", ".bulk", ".config", ".errors", ".fast", ".models", ".sandbox", ".testing", ".webhooks")


def classes() -> set[type[Any]]:
    """Return every public class, and every record and model."""
    found = {AsyncAdapty, adapty.Adapty, Config}
    for name in PACKAGES:
        package = importlib.import_module(f"adapty{name}")
        found |= {thing for export in package.__all__ if inspect.isclass(thing := getattr(package, export))}
    waiting: list[type[Any]] = [RequestModel, ResponseModel]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        found.add(one)
    # Enums, typed dicts and named tuples are not made by __init__, and protocols are not made at all.
    return {
        one
        for one in found
        if one.__module__.startswith("adapty.")
        and not issubclass(one, Enum | dict | tuple)
        and not getattr(one, "_is_protocol", False)
    }


def test_repr_of_incomplete_object_never_raises() -> None:
    """Any public class has a repr with any of its attributes missing."""
    tried = 0
    for one in classes():
        create: Any = one.__new__
        assert repr(create(one))
        tried += 1
        for field in attrs.fields(one) if attrs.has(one) else ():
            partial = create(one)
            object.__setattr__(partial, field.name, None)
            assert repr(partial), f"{one.__qualname__}.{field.name}"
    assert tried > 90


def test_rejected_object_can_be_printed_from_a_traceback() -> None:
    """Tools print the locals of each frame."""
    for refused in (
        lambda: MailProfile(external_profile_id="u1", external_created_at="x", email="jane@example.com"),
        lambda: MailProfile.from_dict({"external_profile_id": 1}),
        lambda: Timeouts(read=-1),
        lambda: adapty.Adapty(base_url="nonsense"),
        lambda: AsyncAdapty(timeout=-1),
    ):
        with pytest.raises(AdaptyError) as caught:
            refused()
        traceback = caught.value.__traceback__
        while traceback is not None:
            assert repr(traceback.tb_frame.f_locals)
            traceback = traceback.tb_next


def test_complete_object_has_its_normal_repr() -> None:
    """Only classes with their own repr are wrapped, and complete objects have it."""

    @attrs.frozen
    class Pair(SafeRepr):
        one: int
        two: int = attrs.field(repr=lambda _: 1 / 0)  # type: ignore[arg-type, return-value]

    class Plain(SafeRepr):
        """A class with object's repr."""

    assert repr(Timeouts(read=1)) == "Timeouts(connect=5.0, read=1, write=30.0, pool=30.0, total=60.0)"
    assert repr(Pair(1, 2)) == "<Pair: incomplete>"
    assert " object at 0x" in repr(Plain())
    assert not hasattr(Pair(1, 2), "__dict__")
