"""Logs the attempts of a call, and reports them to observers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define

from adapty._core.error_mapping import Response, attempts_text, error_type_for, find_request_id, parse_error_code
from adapty._core.lazy import lazy_pattern
from adapty._core.operations import Operation
from adapty._core.redaction import Secret, redact
from adapty._escaping import escape_control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty import errors

__all__ = ["AttemptReporter", "Observation", "logs_calls"]

logger = logging.getLogger("adapty.client")

_SUCCESS = 2
_ERROR_CODE = lazy_pattern(r"[A-Za-z0-9_.-]{1,100}")
"""The form of the API's codes; anything else may contain data."""

_MAX_REQUEST_ID = 100


class Observation(Protocol):
    """Measures a call, and reports it to observers."""

    @property
    def has_observers(self) -> bool:
        """Whether there are observers; otherwise it only measures, for the log."""

    @property
    def duration(self) -> float | None:
        """Duration of the last attempt in seconds, or None before its end."""

    def start(self) -> None:
        """Report the start of the call."""

    def finish_attempt(self, facts: Mapping[str, Any], delay: float | None) -> None:
        """Report the end of an attempt, and the delay before the next one, if there is one."""

    def finish(self, error: BaseException | None = None) -> None:
        """Report the end of the call, and of an attempt that was interrupted; only once."""


@define
class AttemptReporter:
    """Reports the attempts of one request.

    Attributes:
        operation: The operation.
        method: The method of the request.
        path: The path of the request, for the log.
        secrets: Secrets to redact.
        observation: Reports the call to observers; None if it is not observed.
    """

    operation: Operation
    method: str
    path: str
    secrets: tuple[Secret, ...]
    observation: Observation | None

    def report(
        self,
        received: Response | BaseException,
        attempts: int,
        delay: float | None = None,
        error: errors.AdaptyError | None = None,
    ) -> None:
        """Report an attempt.

        Args:
            received: The response, or the exception of the transport.
            attempts: Number of attempts so far.
            delay: Seconds until the next attempt, or None if there is none.
            error: The error for the response, if there is one already. Without it and `delay`, it is a success.
        """
        level = logging.DEBUG if delay is None else logging.INFO
        is_logged = logger.isEnabledFor(level)
        if not is_logged and (self.observation is None or not self.observation.has_observers):
            return
        facts = self._describe(received, error, is_success=delay is None and error is None)
        if self.observation is not None:
            self.observation.finish_attempt(facts, delay)
        if is_logged:
            self._log(level, received, attempts, delay, facts)

    def _describe(
        self, received: Response | BaseException, error: errors.AdaptyError | None, *, is_success: bool
    ) -> dict[str, Any]:
        """Return the attributes of `adapty.observer.AttemptFinished` that the outcome decides on."""
        if isinstance(received, BaseException):
            return {"error_type": type(received).__name__}
        code = None if received.status_code // 100 == _SUCCESS else parse_error_code(received)
        kind = error_type_for(received.status_code, code) if error is None else type(error)
        request_id = redact(find_request_id(received.headers) or "", self.secrets)
        return {
            "status_code": received.status_code,
            "error_code": code if code and _ERROR_CODE.fullmatch(redact(code, self.secrets)) else None,
            "error_type": None if is_success else kind.__name__,
            "request_id": escape_control(request_id[:_MAX_REQUEST_ID]) or None,
        }

    def _log(
        self,
        level: int,
        received: Response | BaseException,
        attempts: int,
        delay: float | None,
        facts: Mapping[str, Any],
    ) -> None:
        name = self.operation.name
        fields = {"operation": name, "api": self.operation.api, "attempt": attempts, "delay": delay, **facts}
        if self.observation is not None:
            fields["duration"] = self.observation.duration
        extra = {f"adapty_{key}": value for key, value in fields.items() if value is not None}
        summary = type(received).__name__ if isinstance(received, BaseException) else str(received.status_code)
        if delay is None:
            logger.log(level, "%s: %s %s: %s", name, self.method, self.path, summary, extra=extra)
        else:
            text = attempts_text(attempts)
            logger.log(level, "%s: %s, retrying in %.2f s (%s)", name, summary, delay, text, extra=extra)


def logs_calls() -> bool:
    """Return whether attempts are logged: the record of a retry has its duration, too."""
    return logger.isEnabledFor(logging.INFO)
