"""Decide whether a failure concerns one request or the whole batch, which it then aborts."""

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
"""The number of consecutive ambiguous failures, after all retries, that aborts the batch."""

_PER_REQUEST = (BadRequestError, ConflictError, ProfileNotFoundError, UnprocessableEntityError)
"""Errors of the API about one request. Any other error would occur for every request."""

_PER_REQUEST_STATUSES = frozenset({413, 414, 431})
"""The request is too large for the API or for something in front of it."""

_AMBIGUOUS = (ServerError, UnexpectedResponseError)
_AMBIGUOUS_STATUSES = frozenset({451})
_AMBIGUOUS_UNLESS_ADAPTY = frozenset({400, 403, 404, 409, 422})
"""A firewall or a gateway returns these for one odd request, or for every request."""


def has_adapty_error_shape(error: AdaptyAPIError) -> bool:
    """Return whether the body looks like an error of Adapty, not like a page or the JSON of a gateway.

    The spec requires none of its fields.
    """
    body = error.body
    return isinstance(body, dict) and (not body or error.error_code is not None or isinstance(body.get("errors"), list))


@define
class AbortPolicy:
    """Judges the outcomes of a batch, one after the other.

    Attributes:
        ambiguous: The number of consecutive failures that may concern one request each, or all of them.
    """

    ambiguous: int = 0

    def should_continue(self, error: AdaptyError | None) -> bool:
        """Return whether to continue after this outcome; None is a success.

        Adds a note to an error that aborts the batch and does not explain itself.
        """
        if isinstance(error, AdaptyUsageError):  # invalid input says nothing about the API
            return not isinstance(error, AdaptyConfigError)
        if error is None or not _is_ambiguous(error):
            self.ambiguous = 0
            return error is None or _is_per_request(error)
        self.ambiguous += 1
        if self.ambiguous < MAX_CONSECUTIVE:
            return True
        if not isinstance(error, ServerError):
            count = f"{self.ambiguous} consecutive responses do not look like Adapty's"
            error.add_note(f"{count}; check the base URL, and any proxy or gateway")
        return False


def _is_ambiguous(error: AdaptyError) -> bool:
    """Return whether an error may concern one request or all of them; only the next outcomes can tell."""
    if not isinstance(error, AdaptyAPIError):
        return False
    if isinstance(error, _AMBIGUOUS) or error.status_code in _AMBIGUOUS_STATUSES:
        return True
    return error.status_code in _AMBIGUOUS_UNLESS_ADAPTY and not has_adapty_error_shape(error)


def _is_per_request(error: AdaptyError) -> bool:
    if isinstance(error, AdaptyAPIError) and error.status_code in _PER_REQUEST_STATUSES:
        return True
    return isinstance(error, _PER_REQUEST)
