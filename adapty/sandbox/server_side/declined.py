"""What the server-side API does not do, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from adapty.sandbox.flaws import Flaw

if TYPE_CHECKING:
    from adapty.sandbox.flaws import BodyRefused

__all__ = ["NON_FIELD_ERRORS", "Declined"]

NON_FIELD_ERRORS = "non_field_errors"
"""What an error names as its source where no field is to blame."""

_CODES = {("items", "minItems"): "empty_items"}
"""The last name of a flaw's path, and the keyword of the schema that was broken, to the documented code."""


class Declined(Exception):  # noqa: N818 - never leaves the sandbox: it becomes an answer
    """A request is not carried out, and nothing is changed.

    Attributes:
        status: The HTTP status.
        flaws: What is wrong, one flaw per field.
        error_code: The API's short name of the error.
        source: What is named where no field is to blame.
        is_plain: Whether the errors are told as plain text, the other of the two shapes that the API has.
    """

    def __init__(
        self,
        status: int,
        *flaws: Flaw,
        error_code: str = "base_error",
        source: str | None = NON_FIELD_ERRORS,
        is_plain: bool = False,
    ) -> None:
        """Keep what is wrong."""
        super().__init__(*(flaw.message for flaw in flaws))
        self.status = status
        self.flaws = flaws
        self.error_code = error_code
        self.source = source
        self.is_plain = is_plain

    @classmethod
    def because(cls, status: int, message: str, error_code: str, **how: Any) -> Self:
        """Decline for one reason, which is no single field's fault."""
        return cls(status, Flaw(message=message), error_code=error_code, **how)

    @classmethod
    def of_body(cls, refused: BodyRefused) -> Self:
        """Decline a body, by the code that the API documents for a flaw of it, if it does."""
        broken = [(str(flaw.path[-1]), flaw.keyword) for flaw in refused.flaws if flaw.path]
        code = next((_CODES[flaw] for flaw in broken if flaw in _CODES), "base_error")
        return cls(400, *refused.flaws, error_code=code)
