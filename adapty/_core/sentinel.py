"""The mark for "this argument was not given", which is something else than None.

Leaving a field out keeps what the API holds; None would be JSON null, which clears it where the API takes null.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

__all__ = ["NOT_GIVEN", "NotGiven"]


class NotGiven(Enum):
    """The type of `NOT_GIVEN`; an enum of one, so that type checkers narrow it and pickling keeps it one.

    Example:
        >>> NOT_GIVEN
        NOT_GIVEN
        >>> bool(NOT_GIVEN)
        False
    """

    NOT_GIVEN = "NOT_GIVEN"

    def __repr__(self) -> str:
        """Read as the name that users write."""
        return "NOT_GIVEN"

    def __bool__(self) -> Literal[False]:
        """Be false, so that `value or default` reads naturally."""
        return False


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
