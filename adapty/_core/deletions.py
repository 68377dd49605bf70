"""Many deletions in one run: which IDs to send, the result of each, and when to abort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Literal

from attrs import Factory, define, field, frozen

from adapty._core.abort_policy import AbortPolicy
from adapty._core.damaged_ids import describe_damage
from adapty._core.ids import ID_VALIDATORS
from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.validation import format_name, one_of, type_name, validate
from adapty.errors import AdaptyConfigError, AdaptyError, AdaptyUsageError, ProfileNotFoundError

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "MAX_CONCURRENCY",
    "DeletionOutcome",
    "DeletionReport",
    "DeletionResult",
    "DeletionRun",
    "validate_listed_id",
]

DeletionOutcome = Literal["deleted", "not_found", "failed"]
"""The possible outcomes of a deletion."""

MAX_CONCURRENCY = 100
"""The maximum number of connections of a client."""


@frozen
class DeletionResult(SafeRepr):
    """The result of deleting one profile.

    Attributes:
        id: The ID as sent: a profile ID is in lower case.
        outcome: `deleted`, `not_found` or `failed`. `not_found` only says that the API found no profile by this ID: the
            profile may have been deleted before, may never have existed, or may have another kind of ID. `deleted` can
            also mean that it was deleted before: Adapty Mail responds to a second deletion by `external_profile_id` or
            `customer_user_id` as to the first one.
        error: Why it failed. For an ID that was not attempted, the error that aborted the run.
        attempted: Whether a request was sent for it.
        by: The kinds of ID that were sent, in this order.
        found_by: The kind of ID that found the profile, if there were several; else None.
    """

    id: str = field(repr=repr_masked)
    outcome: DeletionOutcome
    error: AdaptyError | None = None
    attempted: bool = True
    by: tuple[str, ...] = ()
    found_by: str | None = None

    @classmethod
    def succeeded(cls, id_: str, by: tuple[str, ...], found_by: str | None = None) -> Self:
        """Return the result of a successful deletion; `found_by` is ignored if there was only one kind of ID."""
        if found_by is None or len(by) == 1:
            return cls(id_, "deleted", by=by)
        return cls(id_, "deleted", by=by[: by.index(found_by) + 1], found_by=found_by)

    @classmethod
    def failed(cls, id_: str, error: AdaptyError, by: tuple[str, ...] = ()) -> Self:
        """Return the result of a deletion that raised an error."""
        if isinstance(error, ProfileNotFoundError):
            return cls(id_, "not_found", by=by)
        return cls(id_, "failed", error, not isinstance(error, AdaptyUsageError), by)

    @property
    def reason(self) -> str:
        """The error, the kinds of ID that found no profile, or the kind that found it if there were several."""
        if self.found_by is not None:
            return f"by {self.found_by}"
        if self.error is None:
            return f"no profile by {' or '.join(self.by)}" if self.outcome == "not_found" and self.by else ""
        is_invalid = isinstance(self.error, AdaptyUsageError) and not isinstance(self.error, AdaptyConfigError)
        return str(self.error) if self.attempted or is_invalid else f"not attempted: {self.error}"


def validate_listed_id(kind: str, validator: Callable[[Any], str], value: object) -> str:
    """Return an ID of a list as it is sent.

    A list comes from a file, a data frame or a query, so values that those leave in place of an ID are rejected too.

    Args:
        kind: The kind of ID.
        validator: The validator of this kind.
        value: The ID.

    Raises:
        AdaptyUsageError: The ID is invalid or damaged; `field_name` is the kind.
    """
    if problem := describe_damage(value):
        raise AdaptyUsageError.for_field(kind, problem)
    return validate(kind, validator, value)


@frozen
class DeletionReport(SafeRepr):
    """The results of many deletions.

    Attributes:
        outcomes: One result for each ID, in the order of completion.
        aborted_by: The error that aborted the run because it would occur for every ID, or None.
    """

    outcomes: tuple[DeletionResult, ...]
    aborted_by: AdaptyError | None = None

    @property
    def deleted(self) -> tuple[DeletionResult, ...]:
        """The deleted ones."""
        return self._filter("deleted")

    @property
    def not_found(self) -> tuple[DeletionResult, ...]:
        """Those without a profile by this ID."""
        return self._filter("not_found")

    @property
    def nothing_found(self) -> bool:
        """Whether none of the IDs was found. They are probably of another kind, or of another app."""
        return bool(self.not_found) and not self.deleted

    @property
    def failed(self) -> tuple[DeletionResult, ...]:
        """Those that failed, and those that were not attempted."""
        return self._filter("failed")

    def _filter(self, outcome: DeletionOutcome) -> tuple[DeletionResult, ...]:
        return tuple(result for result in self.outcomes if result.outcome == outcome)


@define
class DeletionRun:
    """A run of deletions. The driver takes IDs from `pending_ids` and passes each result to `record`.

    Args:
        ids: The IDs to delete; a repeated ID is sent once.
        kind: The kind of the IDs.
        on_result: Called with each result.
        validators: The validators of the IDs, by kind.
        lookup_by: The kinds of ID that are sent, in this order. Default: `kind`.
    """

    ids: Iterable[str] = field(repr=False)
    kind: str
    on_result: Callable[[DeletionResult], object] | None = None
    validators: Mapping[str, Callable[[Any], str]] = field(default=ID_VALIDATORS, repr=False)
    lookup_by: tuple[str, ...] = ()
    _results: list[DeletionResult] = Factory(list)
    _aborted_by: AdaptyError | None = None
    _policy: AbortPolicy = Factory(AbortPolicy)

    def __attrs_post_init__(self) -> None:
        """Validate the arguments."""
        callback = self.on_result
        # An object whose __call__ is a coroutine function would not be awaited either.
        is_async = any(map(iscoroutinefunction, (callback, type(callback).__call__)))
        if callback is not None and (is_async or not callable(callback)):
            problem = f"is {type_name(callback)}; expected a plain function, which is called and not awaited"
            raise AdaptyUsageError.for_field("on_result", problem)
        if isinstance(self.ids, str | bytes) or not isinstance(self.ids, Iterable):
            raise AdaptyUsageError.for_field("ids", f"is {type_name(self.ids)}; expected several IDs, such as a list")
        validate("by", lambda value: one_of(self.validators, value), self.kind)
        self.lookup_by = self.lookup_by or (self.kind,)

    def pending_ids(self) -> Iterator[str]:
        """Yield each valid ID once, until the run is aborted; record the results of the others."""
        seen: set[str] = set()
        for number, value in enumerate(self.ids):
            try:
                id_ = validate_listed_id(self.kind, self.validators[self.kind], value)
            except AdaptyUsageError as error:
                text = value if isinstance(value, str) else format_name(value)
                self.record(DeletionResult.failed(text, error.prefixed(f"ids[{number}]")))
                continue
            if id_ in seen:
                continue
            seen.add(id_)
            if self._aborted_by is None:
                yield id_
            else:
                self.record(DeletionResult(id_, "failed", self._aborted_by, attempted=False))

    def record(self, result: DeletionResult) -> None:
        """Add a result, and pass it to `on_result`."""
        self._results.append(result)
        if self._aborted_by is None and not self._policy.should_continue(result.error):
            self._aborted_by = result.error
        if self.on_result is not None:
            self.on_result(result)

    def report(self) -> DeletionReport:
        """Return the report.

        Raises:
            AdaptyConfigError: The client cannot be used: it has no key, or is closed.
        """
        if isinstance(self._aborted_by, AdaptyConfigError):
            raise self._aborted_by
        return DeletionReport(tuple(self._results), self._aborted_by)
