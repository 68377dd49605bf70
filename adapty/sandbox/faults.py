"""Faults on demand: what goes wrong, and with which requests."""

from __future__ import annotations

from typing import Self, cast

from attrs import field, fields_dict, frozen

from adapty._core.safe_repr import SafeRepr
from adapty.sandbox import fault_text
from adapty.sandbox.fault_checks import (
    MAX_COUNT,
    MOST_SECONDS,
    STATUSES,
    TAKEN_BY,
    FaultKind,
    between,
    known_kind,
    operation_ids,
    refuse,
    whole,
)

__all__ = ["Fault", "FaultKind"]


@frozen
class Fault(SafeRepr):
    """Something that goes wrong on demand: what it is, and with which requests.

    There are these kinds. Nothing is carried out of a request that meets one of the first four:

    - `rate_limited`: a 429 in the API's own shape.
    - `server_error`: a status from 500 to 599 in the API's own shape; 503, unless another one is given.
    - `html_error`: an HTML page as gateways send it, with a status from 400 to 599; 502, unless another one is given.
    - `drop_before`: the connection is closed without a byte of an answer.
    - `drop_after`: the request is carried out, then the connection is closed without a byte of an answer.
    - `slow`: the request is carried out, and the answer begins `seconds` later.
    - `stall`: the request is carried out, the head and the first half of the body go out, and the rest `seconds`
      later. An answer without a body, such as a 204, ends with its head: there, all of it comes `seconds` later.

    A fault hits each request, unless it is told which. Where several are set up, they are asked in their order, and
    the first one whose turn it is hits. The others do not count the request that one before them has hit, so that two
    with `every=20` take turns.

    Attributes:
        kind: What goes wrong.
        status: The HTTP status of a `server_error` or an `html_error`; None for the usual one.
        retry_after: The `Retry-After` header of a `rate_limited`, a `server_error` or an `html_error`, in whole
            seconds. Default: no such header.
        seconds: How long a `slow` or a `stall` answer takes longer.
        count: How many requests it hits before it ends. Default: it never ends.
        every: Of this many requests, it hits the last: of 20, the 20th, the 40th, and so on.
        probability: The probability with which it hits each request, from 0 to 1. Runs are repeatable: the same
            faults, set up in the same order, hit the same requests.
        operations: The ids of the operations that it hits, such as `saveProfile`, one or several; None hits whatever
            is asked for, even where there is nothing. Of the two APIs' `deleteProfile`, it hits both.

    Raises:
        AdaptyConfigError: Something of it is wrong, or does not go together; `field_name` says what.

    Example:
        >>> Fault("server_error", status=500, every=20, operations="saveProfile")
        Fault.parse('server_error;status=500;every=20;operations=saveProfile')
        >>> Fault("slow")
        Traceback (most recent call last):
            ...
        adapty.errors.AdaptyConfigError: seconds: is missing; slow needs to know how long
    """

    kind: FaultKind = field(converter=known_kind)
    status: int | None = field(default=None, kw_only=True, validator=whole(400, 599))
    retry_after: int | None = field(default=None, kw_only=True, validator=whole(0, MOST_SECONDS))
    seconds: float | None = field(default=None, kw_only=True, validator=between(0, MOST_SECONDS))
    count: int | None = field(default=None, kw_only=True, validator=whole(1, MAX_COUNT))
    every: int | None = field(default=None, kw_only=True, validator=whole(1, MAX_COUNT))
    probability: float | None = field(default=None, kw_only=True, validator=between(0, 1))
    operations: tuple[str, ...] | None = field(default=None, kw_only=True, converter=operation_ids)

    def __attrs_post_init__(self) -> None:
        """Check what goes together."""
        for name, kinds in TAKEN_BY.items():
            if getattr(self, name) is not None and self.kind not in kinds:
                refuse(name, f"does not go with {self.kind}; expected only with {', '.join(sorted(kinds))}")
        if self.status is not None and self.status not in (statuses := STATUSES[self.kind]):
            refuse("status", f"is no such status; expected {statuses[0]} to {statuses[-1]} with {self.kind}")
        if self.seconds is None and self.kind in TAKEN_BY["seconds"]:
            refuse("seconds", f"is missing; {self.kind} needs to know how long")
        if self.every is not None and self.probability is not None:
            refuse("every", "does not go with probability; expected one of the two")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form: the kind, then `name=value` for each attribute, all separated by semicolons.

        Args:
            text: Such as `rate_limited;retry_after=2;count=3`. Operation ids are separated by commas.

        Raises:
            AdaptyConfigError: It is not of that form, or not what a fault takes; `field_name` says where.

        Example:
            >>> Fault.parse("drop_after; every=3; operations=saveProfile,saveTransactionEvent").operations
            ('saveProfile', 'saveTransactionEvent')
        """
        kind, values = fault_text.read(text)
        return cls(cast("FaultKind", kind), **values)

    def __str__(self) -> str:
        """Give the text form, without what is as it would be anyway."""
        defaults = {name: attribute.default for name, attribute in fields_dict(type(self)).items()}
        values = {name: getattr(self, name) for name in fault_text.FIELDS}
        return fault_text.written(self.kind, {name: told for name, told in values.items() if told != defaults[name]})

    def __repr__(self) -> str:
        return f"{type(self).__name__}.parse({str(self)!r})"
