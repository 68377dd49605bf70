"""The default of arguments that were not given, which differs from None.

An omitted field keeps its stored value. None becomes JSON null, which clears the field where the API allows it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

__all__ = ["NOT_GIVEN", "NotGiven"]


class NotGiven(Enum):
    """The type of `NOT_GIVEN`. An enum, so that type checkers can narrow it and pickling preserves its identity.

    Example:
        >>> NOT_GIVEN
        NOT_GIVEN
        >>> bool(NOT_GIVEN)
        False
    """

    NOT_GIVEN = "NOT_GIVEN"

    def __repr__(self) -> str:
        """Return the name that users write."""
        return "NOT_GIVEN"

    def __bool__(self) -> Literal[False]:
        """Return False, so that `value or default` works."""
        return False


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
