"""The settings of a client: built once from arguments and environment, then frozen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import Attribute, evolve, field, frozen

from adapty._core.addresses import HOST_PATTERN, PORT_PATTERN, Endpoint, is_host, is_loopback
from adapty._core.lazy import lazy_pattern
from adapty._core.operations import AUTH_SCHEMES, Api
from adapty._core.redaction import SafeRepr, Secret, hide_arguments
from adapty._core.retry import RetryPolicy
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.validation import quotation_mark_problem
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from adapty._proxies import Proxies

__all__ = ["Config", "Timeouts"]

DEFAULT_BASE_URL = "https://api.adapty.io"
"""Where the server-side API is."""

DEFAULT_MAIL_BASE_URL = "https://api-mail.adapty.io"
"""Where the Mail API is."""

DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""Far more than any documented response takes."""

KEY_ARGUMENTS: Mapping[Api, str] = MappingProxyType({"mail": "mail_secret_key", "server_side": "secret_key"})
"""Which argument of the client holds the key of which API."""

ENV_VARS = MappingProxyType(
    {
        "secret_key": "ADAPTY_SECRET_KEY",
        "mail_secret_key": "ADAPTY_MAIL_SECRET_KEY",
        "base_url": "ADAPTY_BASE_URL",
        "mail_base_url": "ADAPTY_MAIL_BASE_URL",
    },
)
"""Which variable stands in for which argument of the client."""

ALLOW_INSECURE_HTTP = "ADAPTY_ALLOW_INSECURE_HTTP"
"""The variable that stands in for the argument `allow_insecure_http`: 1 or 0."""

_SWITCH = MappingProxyType({"1": True, "true": True, "0": False, "false": False})

_URL_ARGUMENTS: Mapping[Api, str] = MappingProxyType({"mail": "mail_base_url", "server_side": "base_url"})
"""Which argument of the client holds the address of which API."""

_PREFIXES = tuple(f"{scheme} " for scheme in AUTH_SCHEMES.values())

_MAX_SECONDS = 1_000_000

_ADDRESS = lazy_pattern(rf"(?i:https?)://({HOST_PATTERN})(:({PORT_PATTERN}))?(/[A-Za-z0-9._~!$&'()*+,;=:%/-]*)?")


def _is_time(_: object, attribute: Attribute[float], value: Any) -> None:
    _check_seconds(f"timeout.{attribute.name}", value)


def _check_seconds(name: str, value: Any) -> None:
    expected = f"expected seconds, above 0 and at most {_MAX_SECONDS:,}"
    if type(value) not in {int, float}:
        raise AdaptyConfigError.for_field(name, f"is of type {type(value).__name__}; {expected}")
    if not 0 < value <= _MAX_SECONDS:
        raise AdaptyConfigError.for_field(name, f"is not a time to wait; {expected}")


@frozen
class Timeouts(SafeRepr):
    """How long each phase of a request, and one attempt as a whole, may take, in seconds.

    Attributes:
        connect: To get a connection to the API.
        read: Until the next part of the answer arrives.
        write: Until the next part of the request is taken.
        pool: To get a free connection of the client's pool.
        total: For one attempt as a whole, from the wait for a connection to the end of the response. Retries are
            attempts of their own.

    Example:
        >>> Timeouts(read=5)
        Timeouts(connect=5.0, read=5, write=30.0, pool=30.0, total=60.0)
    """

    connect: float = field(default=5.0, validator=_is_time)
    read: float = field(default=30.0, validator=_is_time)
    write: float = field(default=30.0, validator=_is_time)
    pool: float = field(default=30.0, validator=_is_time)
    total: float = field(default=60.0, validator=_is_time)

    @classmethod
    def from_value(cls, value: float | Timeouts) -> Timeouts:
        """Return a `Timeouts` as it is; apply one number to every phase and to the attempt as a whole."""
        if isinstance(value, Timeouts):
            return value
        _check_seconds("timeout", value)
        return cls(value, value, value, value, value)


@frozen
class Config(SafeRepr):
    """Everything that a client needs to know.

    Attributes:
        keys: The secret keys that were given, by API.
        base_urls: The address of each API, without a slash at its end.
        timeouts: How long each phase of a request, and one attempt as a whole, may take.
        retries: How often and how patiently a failed try is repeated.
        max_response_bytes: The maximum size of a response body in bytes, after decompression.
        variables: The variables that settings were read from, by the argument's name.

    Example:
        >>> Config.build(mail_secret_key="secret_live_123", environ={})
        Config(keys={'mail': Secret('[redacted]')}, base_urls=...)
    """

    keys: Mapping[Api, Secret]
    base_urls: Mapping[Api, str]
    timeouts: Timeouts = field(factory=Timeouts)
    retries: RetryPolicy = field(factory=RetryPolicy)
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    variables: Mapping[str, str] = field(factory=dict, repr=False, eq=False)

    @classmethod
    @hide_arguments
    def build(
        cls,
        *,
        secret_key: str | None = None,
        mail_secret_key: str | None = None,
        base_url: str | None = None,
        mail_base_url: str | None = None,
        timeout: float | Timeouts | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        max_response_bytes: int | NotGiven = NOT_GIVEN,
        allow_insecure_http: bool | NotGiven = NOT_GIVEN,
        environ: Mapping[str, str] | None = None,
    ) -> Config:
        """Put the settings together: an argument wins over the environment, the environment over the default.

        Args:
            secret_key: Key of the server-side API, or ADAPTY_SECRET_KEY.
            mail_secret_key: Key of the Mail API, or ADAPTY_MAIL_SECRET_KEY.
            base_url: Address of the server-side API, or ADAPTY_BASE_URL.
            mail_base_url: Address of the Mail API, or ADAPTY_MAIL_BASE_URL.
            timeout: Seconds for one attempt and for every phase of it, or a `Timeouts`.
            max_retries: Tries after the first one, 0 or more.
            max_response_bytes: The maximum size of a response body in bytes, after decompression. Default: 32 MiB.
            allow_insecure_http: Whether an address of another machine may be http, which sends the key unencrypted,
                or ADAPTY_ALLOW_INSECURE_HTTP=1. Default: False.
            environ: The environment; `os.environ` where left out.

        Raises:
            AdaptyConfigError: No key is given, or a setting is wrong; `field_name` says which.
        """
        variables = os.environ if environ is None else environ
        arguments = {
            "secret_key": secret_key,
            "mail_secret_key": mail_secret_key,
            "base_url": base_url,
            "mail_base_url": mail_base_url,
        }
        read = {name: variable for name, variable in ENV_VARS.items() if variables.get(variable)}
        read = {name: variable for name, variable in read.items() if arguments[name] is None}
        given = {name: variables[variable] for name, variable in read.items()}
        given |= {name: value for name, value in arguments.items() if value is not None}
        insecure = _allows_insecure_http(allow_insecure_http, variables)
        urls = {_URL_ARGUMENTS["server_side"]: DEFAULT_BASE_URL, _URL_ARGUMENTS["mail"]: DEFAULT_MAIL_BASE_URL} | given
        try:
            config = cls(
                keys={api: _key(given[name], name) for api, name in KEY_ARGUMENTS.items() if name in given},
                base_urls={
                    api: _url(urls[name], name, allow_insecure_http=insecure) for api, name in _URL_ARGUMENTS.items()
                },
                variables=read,
            )
        except AdaptyConfigError as problem:
            name = problem.field_name or ""
            if name in read:  # who runs a command knows the variable, not the argument
                raise AdaptyConfigError(f"{problem} (it comes from {read[name]})", field_name=name) from None
            raise
        if not config.keys:
            names = " or ".join(f"{ENV_VARS[name]} (or {name}=)" for name in KEY_ARGUMENTS.values())
            message = f"no key is given; set {names}"
            raise AdaptyConfigError(message)
        return config.with_options(timeout=timeout, max_retries=max_retries, max_response_bytes=max_response_bytes)

    def with_options(
        self,
        *,
        timeout: float | Timeouts | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        max_response_bytes: int | NotGiven = NOT_GIVEN,
    ) -> Config:
        """Return the same settings with another timeout, number of retries or maximum response size.

        Args:
            timeout: Seconds for one attempt and for every phase of it, or a `Timeouts`.
            max_retries: Tries after the first one, 0 or more.
            max_response_bytes: The maximum size of a response body in bytes, after decompression.

        Raises:
            AdaptyConfigError: A setting is wrong; `field_name` says which.
        """
        config = self
        if not isinstance(timeout, NotGiven):
            config = evolve(config, timeouts=Timeouts.from_value(timeout))
        if not isinstance(max_retries, NotGiven):
            config = evolve(config, retries=evolve(config.retries, max_retries=_count(max_retries)))
        if not isinstance(max_response_bytes, NotGiven):
            config = evolve(config, max_response_bytes=_validate_size(max_response_bytes))
        return config

    def key(self, api: Api) -> Secret:
        """Give the key of an API.

        Raises:
            AdaptyConfigError: The client was made without it.
        """
        if api not in self.keys:
            name = KEY_ARGUMENTS[api]
            raise AdaptyConfigError.for_field(name, f"is missing; give it to the client, or set {ENV_VARS[name]}")
        return self.keys[api]

    def endpoint(self, api: Api, proxies: Proxies | None = None) -> Endpoint:
        """Return how errors name the address, the key and the proxy of an API.

        Args:
            api: The API.
            proxies: The proxies of the environment. Default: None, for a transport or an httpx client of the caller.

        Raises:
            AdaptyConfigError: The proxy cannot be used.
        """
        name, url = KEY_ARGUMENTS[api], self.base_urls[api]
        return Endpoint.from_url(
            url,
            url_variable=self.variables.get(_URL_ARGUMENTS[api]),
            key_source=self.variables.get(name, f"the argument {name}"),
            proxy=None if proxies is None else proxies.describe(url),
        )


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise AdaptyConfigError.for_field("max_retries", "is not a number of tries; expected an int, 0 or more")
    return value


def _validate_size(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise AdaptyConfigError.for_field("max_response_bytes", "is not a number of bytes; expected an int, 1 or more")
    return value


def _key(value: Any, name: str) -> Secret:
    """Accept what a header can carry; the message never holds the key."""
    problem = None
    if not isinstance(value, str):
        problem = f"is of type {type(value).__name__}; expected a str"
    elif not value.strip():
        problem = "is empty; expected the key from Adapty's settings"
    elif value.startswith(_PREFIXES):
        problem = "starts with the name of a scheme; expected the key alone"
    elif problem := quotation_mark_problem(value):
        pass
    elif not value.isascii() or not value.isprintable() or " " in value:
        problem = "holds white space or characters that no key has; expected the key alone"
    if problem:
        raise AdaptyConfigError.for_field(name, problem)
    return Secret(str.__str__(value))


def _allows_insecure_http(value: Any, environ: Mapping[str, str]) -> bool:
    """Return what the argument says, or else the variable."""
    if isinstance(value, NotGiven):
        text = environ.get(ALLOW_INSECURE_HTTP, "").strip() or "0"
        if text.lower() not in _SWITCH:
            message = f"allow_insecure_http: is not a switch; expected 1 or 0 (it comes from {ALLOW_INSECURE_HTTP})"
            raise AdaptyConfigError(message, field_name="allow_insecure_http")
        return _SWITCH[text.lower()]
    if type(value) is not bool:
        raise AdaptyConfigError.for_field("allow_insecure_http", f"is of type {type(value).__name__}; expected a bool")
    return value


def _url(value: Any, name: str, *, allow_insecure_http: bool) -> str:
    """Accept an address without credentials, query or fragment; the message holds none of it, a key least of all."""
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None or not is_host(match[1]):
        problem = "is not an http or https address" if isinstance(value, str) else f"is of type {type(value).__name__}"
        raise AdaptyConfigError.for_field(
            name, f"{problem}; expected an address such as https://api.example.com, without ?, # and @"
        )
    address = str.__str__(value).rstrip("/")
    if not allow_insecure_http and urlsplit(address).scheme == "http" and not is_loopback(match[1]):
        raise AdaptyConfigError.for_field(
            name,
            "is http, so the secret key would travel unencrypted; expected https, or allow_insecure_http=True "
            f"({ALLOW_INSECURE_HTTP}=1) in a network that you trust",
        )
    return address
