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
    UnexpectedResponseError,
    UnprocessableEntityError,
)

__all__ = ["MAX_CONSECUTIVE", "AbortPolicy", "has_adapty_error_shape"]

MAX_CONSECUTIVE = 5
"""So many doubtful failures in a row, tries included, and it is not the requests' fault."""

_OF_ONE = (BadRequestError, ConflictError, ProfileNotFoundError, UnprocessableEntityError)
"""What the API says of one request, where it says so itself; anything else it would say of all the others too."""

_OF_ONE_WHOEVER_SAYS_IT = frozenset({413, 414, 431})
"""The request is too long for something on the way."""

_DOUBTFUL = (ServerError, UnexpectedResponseError)
_DOUBTFUL_WHOEVER_SAYS_IT = frozenset({451})
_DOUBTFUL_IN_OTHER_WORDS = frozenset({400, 403, 404, 409, 422})
"""What a firewall or a gateway answers to one odd request, or to each, where there is no telling from one alone."""


def has_adapty_error_shape(problem: AdaptyAPIError) -> bool:
    """Tell whether the body has the shape of Adapty's errors, rather than being a page or some gateway's JSON.

    The contract requires none of the shape's fields.
    """
    body = problem.body
    return isinstance(body, dict) and (
        not body or problem.error_code is not None or isinstance(body.get("errors"), list)
    )


def _is_doubtful(problem: AdaptyError | None) -> bool:
    """Tell whether a failure may be the one request's own or all the others' too: how the others fare will tell."""
    if not isinstance(problem, AdaptyAPIError):
        return False
    if isinstance(problem, _DOUBTFUL) or problem.status_code in _DOUBTFUL_WHOEVER_SAYS_IT:
        return True
    return problem.status_code in _DOUBTFUL_IN_OTHER_WORDS and not has_adapty_error_shape(problem)


@define
class AbortPolicy:
    """Judges one outcome after the other.

    Attributes:
        doubtful: How many failures in a row there were that may be each request's own or everybody's.
    """

    doubtful: int = 0

    def should_continue(self, problem: AdaptyError | None) -> bool:
        """Tell whether it makes sense to go on after this outcome; None is a success.

        The failure that ends it is given a note where it does not say by itself what is wrong.
        """
        if isinstance(problem, AdaptyUsageError):  # a refusal made here says nothing about the API
            return not isinstance(problem, AdaptyConfigError)
        if not _is_doubtful(problem):
            self.doubtful = 0
            return problem is None or _is_of_one(problem)
        self.doubtful += 1
        if self.doubtful < MAX_CONSECUTIVE:
            return True
        if problem is not None and not isinstance(problem, ServerError):
            often = f"{self.doubtful} requests in a row were not answered as Adapty answers"
            problem.add_note(f"{often}; look at the address, and at what is in between")
        return False


def _is_of_one(problem: AdaptyError) -> bool:
    if isinstance(problem, AdaptyAPIError) and problem.status_code in _OF_ONE_WHOEVER_SAYS_IT:
        return True
    return isinstance(problem, _OF_ONE)
