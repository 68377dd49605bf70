"""Many deletions in one go: what is still to be sent, what came of each, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Literal

from attrs import Factory, define, field, frozen

from adapty._core.abort_policy import AbortPolicy
from adapty._core.damaged_ids import describe_damage
from adapty._core.ids import ID_KINDS
from adapty._core.redaction import SafeRepr
from adapty._core.validation import one_of, printable, type_name, validate
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
"""What can come of a deletion."""

MAX_CONCURRENCY = 100
"""So many connections httpx keeps."""


def _shown(value: str) -> str:
    return "'[redacted]'" if "@" in value else repr(value)


@frozen
class DeletionResult(SafeRepr):
    """What came of the deletion of one profile.

    Attributes:
        id: The id, as it is sent: a profile id in lower case.
        outcome: `deleted`, `not_found` or `failed`. `not_found` says only that the API found no profile by this id: it
            may be deleted, never have existed, or be known by another kind of id. `deleted` may also say that it was
            deleted before: Adapty Mail answers a second deletion by `external_profile_id` or `customer_user_id` like
            the first one.
        error: Why it failed. For an id that was not attempted, the error that aborted the run.
        attempted: Whether a request was sent for it.
        by: The kinds of id that the API was asked by, in this order.
        found_by: The kind of id that found the profile, where the API could be asked by several; else None.
    """

    id: str = field(repr=_shown)
    outcome: DeletionOutcome
    error: AdaptyError | None = None
    attempted: bool = True
    by: tuple[str, ...] = ()
    found_by: str | None = None

    @classmethod
    def succeeded(cls, id_: str, by: tuple[str, ...], found_by: str | None = None) -> Self:
        """Return the outcome of a deletion, with the kind of id that found the profile where there were several."""
        if found_by is None or len(by) == 1:
            return cls(id_, "deleted", by=by)
        return cls(id_, "deleted", by=by[: by.index(found_by) + 1], found_by=found_by)

    @classmethod
    def failed(cls, id_: str, error: AdaptyError, by: tuple[str, ...] = ()) -> Self:
        """Sort an error into what came of the deletion."""
        if isinstance(error, ProfileNotFoundError):
            return cls(id_, "not_found", by=by)
        return cls(id_, "failed", error, not isinstance(error, AdaptyUsageError), by)

    @property
    def reason(self) -> str:
        """Why it failed, or what was not found; which kind of id found the profile, where several could have."""
        if self.found_by is not None:
            return f"by {self.found_by}"
        if self.error is None:
            return f"no profile by {' or '.join(self.by)}" if self.outcome == "not_found" and self.by else ""
        refused = isinstance(self.error, AdaptyUsageError) and not isinstance(self.error, AdaptyConfigError)
        return str(self.error) if self.attempted or refused else f"not attempted: {self.error}"


def validate_listed_id(kind: str, check: Callable[[Any], str], value: object) -> str:
    """Return an id of a list, as it is sent.

    A list comes from a file, a data frame or a query, so that what those leave in the place of an id is refused, too.

    Args:
        kind: Which kind of id it is.
        check: What such an id has to be.
        value: The id.

    Raises:
        AdaptyUsageError: It cannot be sent, or is no id any more; `field_name` is the kind.
    """
    if problem := describe_damage(value):
        raise AdaptyUsageError.for_field(kind, problem)
    return validate(kind, check, value)


@frozen
class DeletionReport(SafeRepr):
    """What came of many deletions.

    Attributes:
        outcomes: One for each id, in the order in which they ended.
        aborted_by: What ended the run before its end, or None: it would have failed all the others too.
    """

    outcomes: tuple[DeletionResult, ...]
    aborted_by: AdaptyError | None = None

    @property
    def deleted(self) -> tuple[DeletionResult, ...]:
        """Those that were deleted."""
        return self._of("deleted")

    @property
    def not_found(self) -> tuple[DeletionResult, ...]:
        """Those that no profile was found by."""
        return self._of("not_found")

    @property
    def nothing_found(self) -> bool:
        """Whether none of the ids was found: then they are probably of another kind, or of another app."""
        return bool(self.not_found) and not self.deleted

    @property
    def failed(self) -> tuple[DeletionResult, ...]:
        """Those that failed, and those that were not tried any more."""
        return self._of("failed")

    def _of(self, outcome: DeletionOutcome) -> tuple[DeletionResult, ...]:
        return tuple(deletion for deletion in self.outcomes if deletion.outcome == outcome)


@define
class DeletionRun:
    """A run of deletions, as its driver sees it: take from `to_send`, give each outcome to `note`.

    Args:
        ids: Whom to delete; an id that stands there twice is sent once.
        kind: Which kind of id they are.
        on_result: Called with each outcome as it comes.
        kinds: The kinds of id that there are, and what each has to be.
        lookup_by: The kinds of id that the API is asked by, in this order; `kind` by default.
    """

    ids: Iterable[str] = field(repr=False)
    kind: str
    on_result: Callable[[DeletionResult], object] | None = None
    kinds: Mapping[str, Callable[[Any], str]] = field(default=ID_KINDS, repr=False)
    lookup_by: tuple[str, ...] = ()
    _outcomes: list[DeletionResult] = Factory(list)
    _aborted_by: AdaptyError | None = None
    _patience: AbortPolicy = Factory(AbortPolicy)

    def __attrs_post_init__(self) -> None:
        """Refuse what can be refused at once."""
        told = self.on_result
        # An object whose __call__ is a coroutine function would not be awaited either.
        is_async = any(map(iscoroutinefunction, (told, type(told).__call__)))
        if told is not None and (is_async or not callable(told)):
            expected = "expected a plain function, which is called and not awaited"
            raise AdaptyUsageError.for_field("on_result", f"is {type_name(self.on_result)}; {expected}")
        if isinstance(self.ids, str | bytes) or not isinstance(self.ids, Iterable):
            raise AdaptyUsageError.for_field("ids", f"is {type_name(self.ids)}; expected several ids, such as a list")
        validate("by", lambda value: one_of(self.kinds, value), self.kind)
        self.lookup_by = self.lookup_by or (self.kind,)

    def pending_ids(self) -> Iterator[str]:
        """Give each id once that can be sent, until something happens that would happen to all of them."""
        seen: set[Any] = set()
        for number, given in enumerate(self.ids):
            try:
                sendable = validate_listed_id(self.kind, self.kinds[self.kind], given)
            except AdaptyUsageError as refused:
                shown = given if isinstance(given, str) else printable(given)
                self.note(DeletionResult.failed(shown, refused.prefixed(f"ids[{number}]")))
                continue
            if sendable in seen:
                continue
            seen.add(sendable)
            if self._aborted_by is None:
                yield sendable
            else:
                self.note(DeletionResult(sendable, "failed", self._aborted_by, attempted=False))

    def note(self, deletion: DeletionResult) -> None:
        """Keep an outcome and tell it."""
        self._outcomes.append(deletion)
        if self._aborted_by is None and not self._patience.should_continue(deletion.error):
            self._aborted_by = deletion.error
        if self.on_result is not None:
            self.on_result(deletion)

    def report(self) -> DeletionReport:
        """Sum up.

        Raises:
            AdaptyConfigError: The client cannot be used at all: it has no key, or is closed.
        """
        if isinstance(self._aborted_by, AdaptyConfigError):
            raise self._aborted_by
        return DeletionReport(tuple(self._outcomes), self._aborted_by)
