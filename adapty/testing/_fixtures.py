"""What the fixtures provide: one sandbox for all tests of a process, clients for it, and no sleeps between attempts."""

from __future__ import annotations

import asyncio
import ssl
from inspect import signature
from typing import TYPE_CHECKING, Any, Self, TypedDict

import httpx

from adapty._async import transport as async_transport
from adapty._async.client import AsyncAdapty
from adapty._core.validation import format_name, suggest_choice, type_name
from adapty._engine import dispatcher
from adapty._rate_limits import without_limits
from adapty._sync import transport as sync_transport
from adapty._sync.client import Adapty
from adapty.config import ENV_VARS
from adapty.errors import AdaptyConfigError
from adapty.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from pytest import MonkeyPatch  # noqa: PT013 - needed by type checkers only

__all__ = ["SharedSandbox", "async_client", "environment_variables", "patch_sleeps", "sync_client"]

# Connections to a sandbox are not encrypted, and loading the certificates takes longer than most tests. This context
# trusts no certificate.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# A pooled connection belongs to an event loop, which may be closed before the client is.
_NO_KEEPALIVE = httpx.Limits(max_keepalive_connections=0)


class SharedSandbox:
    """A sandbox that tests use one after the other.

    Starting a sandbox is cheap, but stopping it takes a fifth of a second, which is too long for each test.

    Args:
        options: The arguments of `Sandbox`.

    Raises:
        AdaptyConfigError: An argument is invalid; the error names the fixture.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = _validate_options(options)
        self._sandbox = Sandbox(**self._options).start()
        self._port = int(self._sandbox.url.rpartition(":")[2])

    def running(self) -> Sandbox:
        """Return the sandbox; if a test has closed it, a new one at the same address."""
        try:
            _ = self._sandbox.url
        except AdaptyConfigError:
            self._sandbox = Sandbox(**{**self._options, "port": self._port}).start()
        return self._sandbox

    def cleared(self) -> Sandbox:
        """Return the sandbox without data, like a new one."""
        sandbox = self.running()
        sandbox.reset()
        return sandbox

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the sandbox."""
        self._sandbox.close()


def _validate_options(options: Mapping[str, Any]) -> dict[str, Any]:
    fixture = "adapty_sandbox_options"
    try:
        arguments = dict(options)
    except (TypeError, ValueError):
        problem = f"must return a dict of arguments of adapty.sandbox.Sandbox, not {type_name(options)}"
        raise AdaptyConfigError.for_field(fixture, problem) from None
    known = tuple(signature(Sandbox).parameters)
    for name in arguments:
        if name not in known:
            argument = format_name(name)
            problem = f"{argument} is not an argument of adapty.sandbox.Sandbox{suggest_choice(argument, known)}"
            raise AdaptyConfigError.for_field(fixture, problem)
    return arguments


class _ClientSettings(TypedDict):
    secret_key: str
    mail_secret_key: str
    public_key: str
    base_url: str
    mail_base_url: str
    admin_base_url: str


def sync_client(sandbox: Sandbox) -> Adapty:
    """Create a client for all APIs of a sandbox."""
    return Adapty(**_client_settings(sandbox), transport=httpx.HTTPTransport(verify=_NO_CERTIFICATES))


def async_client(sandbox: Sandbox) -> AsyncAdapty:
    """Create an async client for all APIs of a sandbox. It works in any event loop, and needs no closing."""
    transport = httpx.AsyncHTTPTransport(verify=_NO_CERTIFICATES, limits=_NO_KEEPALIVE)
    return AsyncAdapty(**_client_settings(sandbox), transport=transport)


def environment_variables(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables that configure a client for all APIs of a sandbox."""
    return {ENV_VARS[argument]: str(value) for argument, value in _client_settings(sandbox).items()}


def patch_sleeps(patch: MonkeyPatch) -> list[float]:
    """Replace the sleeps between attempts in all clients and bulk runs of this process, and lift rate limits.

    Args:
        patch: Undoes it.

    Returns:
        The delays that would have been slept, in seconds; the list grows.
    """
    delays: list[float] = []

    async def record_delay(seconds: float) -> None:
        delays.append(seconds)
        await asyncio.sleep(0)  # let other tasks run, as a sleep would

    def record_and_run(seconds: float, then: Callable[[], object]) -> asyncio.TimerHandle:
        delays.append(seconds)
        return asyncio.get_running_loop().call_later(0, then)

    patch.setattr(sync_transport, "sleep", delays.append)
    patch.setattr(async_transport, "sleep", record_delay)
    for transport in (sync_transport, async_transport):
        patch.setattr(transport, "LIMITS", without_limits())
    patch.setattr(dispatcher, "schedule", record_and_run)
    patch.setattr(dispatcher, "block_seconds", lambda _: 0.0)  # queued attempts record their own delays
    return delays


def _client_settings(sandbox: Sandbox) -> _ClientSettings:
    return {
        "secret_key": sandbox.secret_key,
        "mail_secret_key": sandbox.mail_key,
        "public_key": sandbox.public_key,
        "base_url": sandbox.url,
        "mail_base_url": sandbox.url,
        "admin_base_url": sandbox.url,
    }
