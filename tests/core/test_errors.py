"""The tree of exceptions: documented, exported, and able to be pickled, copied and caught."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest

import adapty
from adapty import (
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyTimeoutError,
    AdaptyUsageError,
    CheckpointInUseError,
    WebhookUnavailableError,
    errors,
)
from tests.core.support import case

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, BaseException)]
EVERY = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
DETAILS: dict[str, Any] = {"operation": "saveProfile", "method": "POST", "path": "/p", "attempts": 3}


def drawn() -> Iterator[tuple[str, str | None]]:
    """Parse the tree in the module's docstring: each name with its base class."""
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([\s│├└─]*)([A-Z]\w+Error)\b", line)
        if found:
            depth = len(found[1])
            above = [entry for entry in above if entry[0] < depth]
            yield found[2], above[-1][1] if above else None
            above.append((depth, found[2]))


def test_docstring_tree_matches_the_classes() -> None:
    """Each class is in the tree exactly once, under its base class."""
    tree = list(drawn())
    assert len(tree) == len(CLASSES)
    assert dict(tree) == {
        kind.__name__: kind.__base__.__name__ if kind is not AdaptyError and kind.__base__ else None for kind in CLASSES
    }


def test_docstring_tree_matches_the_statuses() -> None:
    """The status next to a class in the tree is in its docstring."""
    for line in (errors.__doc__ or "").splitlines():
        found = re.search(r"(\w+Error)\s+(\d{3})$", line)
        if found:
            assert found[2] in (getattr(errors, found[1]).__doc__ or "")


def test_every_error_is_exported_and_documented() -> None:
    """Each class is in `errors.__all__`, is the same object in `adapty`, and has a docstring."""
    for kind in CLASSES:
        with case(kind):
            assert kind.__name__ in errors.__all__
            assert kind.__name__ in vars(adapty)["__all__"]
            assert getattr(adapty, kind.__name__) is kind
            assert inspect.getdoc(kind)
            assert kind.__module__ == "adapty.errors"


def test_exports_are_sorted_and_complete() -> None:
    """`errors.__all__` is sorted and contains only the classes."""
    assert errors.__all__ == sorted(["FieldProblem", *(kind.__name__ for kind in CLASSES)])


def test_every_error_derives_from_adapty_error() -> None:
    """`except AdaptyError` catches every exception of the library."""
    for kind in CLASSES:
        with case(kind):
            assert issubclass(kind, AdaptyError)
            assert issubclass(kind, Exception)


def test_usage_errors_are_value_errors() -> None:
    """Usage errors are ValueErrors; other errors are not."""
    usage = [AdaptyUsageError, AdaptyConfigError, CheckpointInUseError]
    assert [kind for kind in CLASSES if issubclass(kind, ValueError)] == usage


def made(kind: type[BaseException]) -> BaseException:
    """Create an exception with all of its attributes."""
    if issubclass(kind, AdaptyAPIError):
        return kind(
            "a message",
            status_code=418,
            error_code="code",
            messages=("one", "two"),
            field_names=("email",),
            request_id="req_123",
            retry_after=1.5,
            headers={"x": "y"},
            body={"deep": [1, None]},
            **DETAILS,
        )
    if issubclass(kind, AdaptyConnectionError):
        return kind("a message", **DETAILS)
    if issubclass(kind, AdaptyUsageError):
        return kind("a message", field_name="email")
    return kind("a message")


def test_every_error_pickles() -> None:
    """Class, text and all attributes survive pickling."""
    for kind in CLASSES:
        with case(kind):
            error = made(kind)
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - our own bytes
                assert type(again) is kind
                assert str(again) == str(error) == "a message"
                assert again.args == error.args
                assert vars(again) == vars(error)


def test_every_error_can_be_copied() -> None:
    """A copy has the same attributes, and a deep copy shares nothing."""
    for kind in CLASSES:
        with case(kind):
            error = made(kind)
            for again in (copy.copy(error), copy.deepcopy(error)):
                assert type(again) is kind
                assert str(again) == str(error)
                assert vars(again) == vars(error)
            if isinstance(error, AdaptyAPIError):
                assert copy.deepcopy(error).body is not error.body


def test_every_error_can_be_created_from_a_message() -> None:
    """Tests of users can raise any of them with only a message; other attributes have defaults."""
    for kind in CLASSES:
        with case(kind):
            error = kind("a message")
            assert str(error) == "a message"
            assert repr(error) == f"{kind.__name__}('a message')"


def test_api_error_defaults() -> None:
    """Unknown attributes are empty or None."""
    assert vars(AdaptyAPIError("a message")) == {
        "status_code": 0,
        "error_code": None,
        "messages": (),
        "field_names": (),
        "hint": None,
        "request_id": None,
        "retry_after": None,
        "headers": {},
        "body": None,
        "operation": "",
        "method": "",
        "path": "",
        "attempts": 0,
        "idempotency_key": None,
        "may_have_succeeded": False,
        "_is_retryable": None,
    }


def test_api_error_copies_headers() -> None:
    """A change of the given dict does not change the exception."""
    headers = {"x": "y"}
    error = AdaptyAPIError("a message", headers=headers)
    headers.clear()
    assert error.headers == {"x": "y"}


def test_every_attribute_is_documented() -> None:
    """The docstring of a class names each of its attributes."""
    for error in (made(AdaptyAPIError), made(AdaptyConnectionError), made(AdaptyUsageError)):
        doc = inspect.getdoc(type(error)) or ""
        assert [name for name in vars(error) if f"\n    {name.lstrip('_')}: " not in doc] == []


def test_for_field_and_prefixed() -> None:
    """The text starts with the field's full path."""
    for kind in [AdaptyUsageError, AdaptyConfigError, CheckpointInUseError]:
        with case(kind):
            error = kind.for_field("platform", "is empty")
            assert (str(error), error.field_name) == ("platform: is empty", "platform")
            outer = error.prefixed("device_info").prefixed("profile")
            assert (str(outer), outer.field_name) == (
                "profile.device_info.platform: is empty",
                "profile.device_info.platform",
            )
            assert type(outer) is kind


def test_usage_error_without_field() -> None:
    """An error that does not concern a single field has no field name."""
    assert AdaptyUsageError("give one of the two").field_name is None


def test_is_retryable() -> None:
    """Only errors that the client retries are retryable, and two others."""
    retryable = {408, 429, *range(500, 600)}
    for status in range(1000):
        assert AdaptyAPIError("a message", status_code=status).is_retryable == (status in retryable), status
        in_flight = AdaptyAPIError("a message", status_code=status, error_code="idempotency_in_flight")
        assert in_flight.is_retryable == (status in {*retryable, 409}), status
    others = [kind for kind in CLASSES if issubclass(kind, AdaptyError) and not issubclass(kind, AdaptyAPIError)]
    by_class = {kind for kind in others if kind("a message").is_retryable}
    assert by_class == {
        AdaptyConnectionError,
        AdaptyTimeoutError,
        CheckpointInUseError,
        WebhookUnavailableError,
    }
    assert not AdaptyConnectionError("the response is too large", is_retryable=False).is_retryable
