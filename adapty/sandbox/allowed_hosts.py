"""Which names the sandbox answers to: those of this machine's loopback interface, and those that it was given."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from adapty._core.validate import kind_of, quoted
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["AllowedHosts"]

_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_.-]+", re.ASCII | re.IGNORECASE)
_EXPECTED = "expected a host name or an address without scheme and port, such as sandbox"


class AllowedHosts:
    """The names under which requests may come.

    A page that resolves its own name to 127.0.0.1 (DNS rebinding) reaches the sandbox with that name in `Host`.

    Args:
        host: The address that the sandbox listens on; None where something else listens.
        others: Further names, such as the one of a container.

    Raises:
        AdaptyConfigError: One of the others is not a host name.

    Example:
        >>> allowed = AllowedHosts("0.0.0.0", ["sandbox"])
        >>> [allowed.accepts(host) for host in ("127.0.0.1:8040", "localhost", "[::1]:80", "sandbox:8040", "evil.com")]
        [True, True, True, True, False]
    """

    def __init__(self, host: str | None = None, others: Collection[str] = ()) -> None:
        if isinstance(others, str) or not isinstance(others, (list, tuple, set, frozenset)):
            raise AdaptyConfigError.for_field("allowed_hosts", f"is {kind_of(others)}; expected a list of host names")
        self._names = {_checked(name) for name in others}
        if host is not None:
            self._names.add(_canonical(host))

    def accepts(self, authority: str) -> bool:
        """Return whether a `Host` header names the sandbox; the port does not matter."""
        found = _AUTHORITY.fullmatch(authority)
        if found is None:
            return False
        name = _canonical(found["host"])
        return name in self._names or _is_loopback(name)


def _checked(name: Any) -> str:
    if not isinstance(name, str):
        raise AdaptyConfigError.for_field("allowed_hosts", f"has {kind_of(name)} in it; {_EXPECTED}")
    canonical = _canonical(name)
    if not _NAME.fullmatch(canonical) and not _is_address(canonical):
        raise AdaptyConfigError.for_field("allowed_hosts", f"has no host name in {quoted(name)}; {_EXPECTED}")
    return canonical


def _canonical(name: str) -> str:
    """Return a name in lower case, without the brackets of IPv6 or the dot of a fully qualified name."""
    bare = name.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    return ip_address(bare).compressed if _is_address(bare) else bare


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    if _is_address(name):
        return ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")
