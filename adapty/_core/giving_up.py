"""When many requests are made in one go: which failure is the one request's own, and which is all the others' too."""

from __future__ import annotations

from attrs import define

from adapty.errors import (
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyError,
    AdaptyUsageError,
    BadRequestError,
    ConflictError,
    ProfileNotFoundError,
    ServerError,
    UnprocessableError,
)

__all__ = ["MAX_SERVER_ERRORS", "Patience"]

MAX_SERVER_ERRORS = 5
"""So many requests in a row that the API fails on, tries included, and it is not the requests' fault."""

# What the API may say of one request; anything else it would say of all the others too.
_OF_ONE = (BadRequestError, ConflictError, ProfileNotFoundError, UnprocessableError, ServerError)


@define
class Patience:
    """Judges one outcome after the other.

    Attributes:
        server_errors: How many in a row the API failed on.
    """

    server_errors: int = 0

    def lasts(self, problem: AdaptyError | None) -> bool:
        """Tell whether it makes sense to go on after this outcome; None is a success."""
        if problem is None or isinstance(problem, AdaptyAPIError):  # a refusal made here says nothing about the API
            self.server_errors = self.server_errors + 1 if isinstance(problem, ServerError) else 0
        if problem is None:
            return True
        refused_here = isinstance(problem, AdaptyUsageError) and not isinstance(problem, AdaptyConfigError)
        return (refused_here or isinstance(problem, _OF_ONE)) and self.server_errors < MAX_SERVER_ERRORS
