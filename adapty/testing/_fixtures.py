"""Part of the pytest plugin."""

from __future__ import annotations

import asyncio
import ssl
from inspect import signature
from typing import TYPE_CHECKING, Any, Self, TypedDict

import httpx

from adapty._async import transport as async_transport
from adapty._async.client import AsyncAdapty
from adapty._core.validation import format_name, suggest_choice, type_name
from adapty._sync import transport as blocking_transport
from adapty._sync.client import Adapty
from adapty.bulk import waits as bulk_waits
from adapty.config import ENV_VARS
from adapty.errors import AdaptyConfigError
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from pytest import MonkeyPatch  # noqa: PT013 - needed by type checkers only


__all__ = ["SharedSandbox", "async_client", "environment_variables", "patch_sleeps", "sync_client"]


class SharedSandbox:
    """A sandbox that each test has to itself for a while.

    To start one costs little, to stop one a fifth of a second: too much for each test.

    Args:
        options: The arguments of `Sandbox`.

    Raises:
        AdaptyConfigError: They are not; the error names the fixture that gave them.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = _checked(options)
        self._sandbox = Sandbox(**self._options).start()
        self._port = int(self._sandbox.url.rpartition(":")[2])

    def running(self) -> Sandbox:
        """Give the sandbox; where a test has closed it, one that has its place and its address."""
        try:
            _ = self._sandbox.url
        except AdaptyConfigError:
            self._sandbox = Sandbox(**{**self._options, "port": self._port}).start()
        return self._sandbox

    def emptied(self) -> Sandbox:
        """Give the sandbox with nothing in it, as a new one."""
        sandbox = self.running()
        sandbox.reset()
        return sandbox

    def __enter__(self) -> Self:
        """Serve until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the sandbox."""
        self._sandbox.close()


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    try:
        given = dict(options)
    except (TypeError, ValueError):
        problem = f"gave {type_name(options)}; expected a dict of arguments of adapty.sandbox.Sandbox"
        raise AdaptyConfigError.for_field("adapty_sandbox_options", problem) from None
    known = tuple(signature(Sandbox).parameters)
    for name in given:
        if name not in known:
            shown = format_name(name)
            problem = f"{shown} is no argument of adapty.sandbox.Sandbox{suggest_choice(shown, known)}"
            raise AdaptyConfigError.for_field("adapty_sandbox_options", problem)
    return given


# Nothing is encrypted on the way to a sandbox, and reading the authorities' certificates takes longer than most tests.
# This context trusts nobody.
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


# A connection that is kept belongs to an event loop, which may be closed before the client is.
_NOTHING_KEPT = httpx.Limits(max_keepalive_connections=0)


class _Settings(TypedDict):
    secret_key: str
    mail_secret_key: str
    base_url: str
    mail_base_url: str


def sync_client(sandbox: Sandbox) -> Adapty:
    """Make a client of both APIs of a sandbox."""
    return Adapty(**_settings(sandbox), transport=httpx.HTTPTransport(verify=_NO_AUTHORITIES))


def async_client(sandbox: Sandbox) -> AsyncAdapty:
    """Make an async client of both APIs of a sandbox, which may be used in several event loops, and left open."""
    transport = httpx.AsyncHTTPTransport(verify=_NO_AUTHORITIES, limits=_NOTHING_KEPT)
    return AsyncAdapty(**_settings(sandbox), transport=transport)


def environment_variables(sandbox: Sandbox) -> dict[str, str]:
    """Give the variables that lead a client of both APIs to a sandbox."""
    return {ENV_VARS[argument]: str(value) for argument, value in _settings(sandbox).items()}


def patch_sleeps(patch: MonkeyPatch) -> list[float]:
    """Keep all clients of this process, and its bulk runs, from waiting between tries.

    Args:
        patch: What undoes it.

    Returns:
        The seconds that they would have waited; it grows.
    """
    waits: list[float] = []

    async def note_in_turn(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)  # other tasks have their turn here, as they would

    def note_and_do_next(seconds: float, then: Callable[[], object]) -> asyncio.TimerHandle:
        waits.append(seconds)
        return asyncio.get_running_loop().call_later(0, then)

    patch.setattr(blocking_transport, "sleep", waits.append)
    patch.setattr(async_transport, "sleep", note_in_turn)
    patch.setattr(bulk_waits, "later", note_and_do_next)
    patch.setattr(bulk_waits, "hold_seconds", lambda _: 0.0)  # the tries that are held are noted by themselves
    return waits


def _settings(sandbox: Sandbox) -> _Settings:
    return {
        "secret_key": sandbox.secret_key,
        "mail_secret_key": sandbox.mail_key,
        "base_url": sandbox.url,
        "mail_base_url": sandbox.url,
    }
