"""The settings of a client, built once from arguments and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import Attribute, evolve, field, frozen

from adapty._core.addresses import HOST_PATTERN, PORT_PATTERN, Endpoint, is_host, is_loopback
from adapty._core.lazy import lazy_pattern
from adapty._core.observers import Observers
from adapty._core.operations import AUTH_SCHEMES, Api
from adapty._core.redaction import SafeRepr, Secret, hide_arguments
from adapty._core.retry import RetryPolicy
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.validation import describe, quotation_mark_problem
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from adapty._proxies import Proxies
    from adapty.observer import Observer

__all__ = ["Config", "Timeouts"]

DEFAULT_BASE_URL = "https://api.adapty.io"
"""The base URL of the server-side API and of the Web API."""

DEFAULT_MAIL_BASE_URL = "https://api-mail.adapty.io"
"""The base URL of the Mail API."""

DEFAULT_ADMIN_BASE_URL = "https://api-admin.adapty.io"
"""The base URL of the Export Analytics API."""

DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""Far more than any documented response."""

KEY_ARGUMENTS: Mapping[Api, str] = MappingProxyType(
    {
        "mail": "mail_secret_key",
        "server_side": "secret_key",
        "web": "public_key",
        "export_analytics": "secret_key",
    },
)
"""The argument with the key, by API."""

ENV_VARS = MappingProxyType(
    {
        "secret_key": "ADAPTY_SECRET_KEY",
        "mail_secret_key": "ADAPTY_MAIL_SECRET_KEY",
        "public_key": "ADAPTY_PUBLIC_KEY",
        "base_url": "ADAPTY_BASE_URL",
        "mail_base_url": "ADAPTY_MAIL_BASE_URL",
        "admin_base_url": "ADAPTY_ADMIN_BASE_URL",
    },
)
"""The environment variables, by argument."""

ALLOW_INSECURE_HTTP = "ADAPTY_ALLOW_INSECURE_HTTP"
"""The environment variable for `allow_insecure_http`: 1 or 0."""

_BOOLEANS = MappingProxyType({"1": True, "true": True, "0": False, "false": False})

_URL_ARGUMENTS: Mapping[Api, str] = MappingProxyType(
    {
        "mail": "mail_base_url",
        "server_side": "base_url",
        "web": "base_url",
        "export_analytics": "admin_base_url",
    },
)
"""The argument with the base URL, by API."""

_DEFAULT_URLS = MappingProxyType(
    {
        "base_url": DEFAULT_BASE_URL,
        "mail_base_url": DEFAULT_MAIL_BASE_URL,
        "admin_base_url": DEFAULT_ADMIN_BASE_URL,
    },
)
"""The base URLs, by argument."""

_PREFIXES = tuple(f"{scheme} " for scheme in dict.fromkeys(AUTH_SCHEMES.values()))

_WRONG_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "secret_key": ("public_", "is a public key; expected the secret key (secret_live_...)"),
        "mail_secret_key": ("public_", "is a public key; expected the secret key of Adapty Mail"),
        "public_key": ("secret_", "is a secret key; expected the public key (public_live_...)"),
    },
)
"""What a key of another kind starts with, and the problem, by argument."""

_MAX_SECONDS = 1_000_000

_ADDRESS = lazy_pattern(rf"(?i:https?)://({HOST_PATTERN})(:({PORT_PATTERN}))?(/[A-Za-z0-9._~!$&'()*+,;=:%/-]*)?")


def _validate_timeout(_: object, attribute: Attribute[float], value: Any) -> None:
    _validate_seconds(f"timeout.{attribute.name}", value)


def _validate_seconds(name: str, value: Any) -> None:
    if type(value) not in {int, float} or not 0 < value <= _MAX_SECONDS:
        problem = f"must be a number of seconds above 0, at most {_MAX_SECONDS:,} (got {describe(value)})"
        raise AdaptyConfigError.for_field(name, problem)


@frozen
class Timeouts(SafeRepr):
    """The maximum duration of each phase of a request, and of one attempt in total, in seconds.

    Attributes:
        connect: Opening a connection.
        read: Waiting for the next part of the response.
        write: Sending the next part of the request.
        pool: Waiting for a free connection of the pool.
        total: One attempt, from waiting for a connection to the end of the response. A retry is another attempt.

    Example:
        >>> Timeouts(read=5)
        Timeouts(connect=5.0, read=5, write=30.0, pool=30.0, total=60.0)
    """

    connect: float = field(default=5.0, validator=_validate_timeout)
    read: float = field(default=30.0, validator=_validate_timeout)
    write: float = field(default=30.0, validator=_validate_timeout)
    pool: float = field(default=30.0, validator=_validate_timeout)
    total: float = field(default=60.0, validator=_validate_timeout)

    @classmethod
    def from_value(cls, value: float | Timeouts) -> Timeouts:
        """Return a `Timeouts` as it is; apply a number to every phase and to the total."""
        if isinstance(value, Timeouts):
            return value
        _validate_seconds("timeout", value)
        return cls(value, value, value, value, value)


@frozen
class Config(SafeRepr):
    """The settings of a client.

    Attributes:
        keys: The keys, by API.
        base_urls: The base URLs without a trailing slash, by API.
        timeouts: The timeouts of one attempt.
        retries: The retry policy.
        max_response_bytes: The maximum size of a response body in bytes, after decompression.
        variables: The environment variables that settings come from, by argument.
        observers: The observers of calls, or None.

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
    observers: Observers | None = field(default=None, repr=False, eq=False)

    @classmethod
    @hide_arguments
    def build(
        cls,
        *,
        secret_key: str | None = None,
        mail_secret_key: str | None = None,
        public_key: str | None = None,
        base_url: str | None = None,
        mail_base_url: str | None = None,
        admin_base_url: str | None = None,
        timeout: float | Timeouts | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        max_response_bytes: int | NotGiven = NOT_GIVEN,
        allow_insecure_http: bool | NotGiven = NOT_GIVEN,
        observer: Observer | Sequence[Observer] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Config:
        """Create the settings. Arguments override the environment, which overrides the defaults.

        Args:
            secret_key: Secret key of the server-side API and of the Export Analytics API. Default: ADAPTY_SECRET_KEY.
            mail_secret_key: Key of the Mail API. Default: ADAPTY_MAIL_SECRET_KEY.
            public_key: Public key of the Web API (`public_live_...`). Default: ADAPTY_PUBLIC_KEY.
            base_url: Base URL of the server-side API and of the Web API. Default: ADAPTY_BASE_URL, or Adapty's.
            mail_base_url: Base URL of the Mail API. Default: ADAPTY_MAIL_BASE_URL, or Adapty's.
            admin_base_url: Base URL of the Export Analytics API. Default: ADAPTY_ADMIN_BASE_URL, or Adapty's.
            timeout: Seconds for one attempt and for each phase of it, or a `Timeouts`.
            max_retries: Attempts after the first one. Default: 2.
            max_response_bytes: The maximum size of a response body in bytes, after decompression. Default: 32 MiB.
            allow_insecure_http: Whether to allow http to other machines, which sends the key unencrypted. Default:
                ADAPTY_ALLOW_INSECURE_HTTP, or False.
            observer: Receives events about calls, or several that do. Default: None.
            environ: The environment. Default: `os.environ`.

        Raises:
            AdaptyConfigError: There is no key, or a setting is invalid; `field_name` says which.
        """
        variables = os.environ if environ is None else environ
        arguments = {
            "secret_key": secret_key,
            "mail_secret_key": mail_secret_key,
            "public_key": public_key,
            "base_url": base_url,
            "mail_base_url": mail_base_url,
            "admin_base_url": admin_base_url,
        }
        sources = {name: variable for name, variable in ENV_VARS.items() if variables.get(variable)}
        sources = {name: variable for name, variable in sources.items() if arguments[name] is None}
        values = {name: variables[variable] for name, variable in sources.items()}
        values |= {name: value for name, value in arguments.items() if value is not None}
        insecure = _allows_insecure_http(allow_insecure_http, variables)
        urls = {**_DEFAULT_URLS, **values}
        try:
            config = cls(
                keys={api: _validate_key(values[name], name) for api, name in KEY_ARGUMENTS.items() if name in values},
                base_urls={
                    api: _validate_url(urls[name], name, allow_insecure_http=insecure)
                    for api, name in _URL_ARGUMENTS.items()
                },
                variables=sources,
                observers=Observers.from_argument(observer),
            )
        except AdaptyConfigError as problem:
            name = problem.field_name or ""
            if name in sources:  # users of the command line know the variable, not the argument
                raise AdaptyConfigError(f"{problem} (from {sources[name]})", field_name=name) from None
            raise
        if not config.keys:
            names = " or ".join(f"{ENV_VARS[name]} (or {name}=)" for name in dict.fromkeys(KEY_ARGUMENTS.values()))
            message = f"no key; set {names}"
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
            max_retries: Attempts after the first one.
            max_response_bytes: The maximum size of a response body in bytes, after decompression.

        Raises:
            AdaptyConfigError: A setting is invalid; `field_name` says which.
        """
        config = self
        if not isinstance(timeout, NotGiven):
            config = evolve(config, timeouts=Timeouts.from_value(timeout))
        if not isinstance(max_retries, NotGiven):
            config = evolve(
                config, retries=evolve(config.retries, max_retries=_validate_int("max_retries", max_retries, least=0))
            )
        if not isinstance(max_response_bytes, NotGiven):
            config = evolve(config, max_response_bytes=_validate_int("max_response_bytes", max_response_bytes, least=1))
        return config

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The keys, each once, to redact them."""
        return tuple(dict.fromkeys(self.keys.values()))

    def key(self, api: Api) -> Secret:
        """Return the key of an API.

        Raises:
            AdaptyConfigError: The client has no such key.
        """
        if api not in self.keys:
            name = KEY_ARGUMENTS[api]
            raise AdaptyConfigError.for_field(name, f"is missing; pass it to the client, or set {ENV_VARS[name]}")
        return self.keys[api]

    def endpoint(self, api: Api, proxies: Proxies | None = None) -> Endpoint:
        """Return the address, the source of the key and the proxy of an API, for error messages.

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


def _validate_int(name: str, value: Any, *, least: int) -> int:
    if type(value) is not int or value < least:
        raise AdaptyConfigError.for_field(name, f"must be an integer of at least {least} (got {describe(value)})")
    return value


def _validate_key(value: Any, name: str) -> Secret:
    """Return a key that a header can carry. Errors do not quote it."""
    problem = None
    prefix, wrong_kind = _WRONG_KINDS[name]
    if not isinstance(value, str):
        problem = f"is of type {type(value).__name__}; expected a str"
    elif not value.strip():
        problem = "is empty; expected the key from Adapty's settings"
    elif value.startswith(_PREFIXES):
        problem = "starts with an authorization scheme; expected only the key"
    elif problem := quotation_mark_problem(value):
        pass
    elif not value.isascii() or not value.isprintable() or " " in value:
        problem = "contains white space or invalid characters; expected only the key"
    elif value.startswith(prefix):
        problem = wrong_kind
    if problem:
        raise AdaptyConfigError.for_field(name, problem)
    return Secret(str.__str__(value))


def _allows_insecure_http(value: Any, environ: Mapping[str, str]) -> bool:
    """Return the argument, or the value of the environment variable."""
    if isinstance(value, NotGiven):
        text = environ.get(ALLOW_INSECURE_HTTP, "").strip() or "0"
        if text.lower() not in _BOOLEANS:
            message = f"allow_insecure_http: expected 1 or 0 (from {ALLOW_INSECURE_HTTP})"
            raise AdaptyConfigError(message, field_name="allow_insecure_http")
        return _BOOLEANS[text.lower()]
    if type(value) is not bool:
        raise AdaptyConfigError.for_field("allow_insecure_http", f"is of type {type(value).__name__}; expected a bool")
    return value


def _validate_url(value: Any, name: str, *, allow_insecure_http: bool) -> str:
    """Return a URL without credentials, query or fragment. Errors do not quote it."""
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None or not is_host(match[1]):
        problem = "is not an http or https URL" if isinstance(value, str) else f"is of type {type(value).__name__}"
        raise AdaptyConfigError.for_field(
            name, f"{problem}; expected a URL such as https://api.example.com, without ?, # and @"
        )
    address = str.__str__(value).rstrip("/")
    if not allow_insecure_http and urlsplit(address).scheme == "http" and not is_loopback(match[1]):
        raise AdaptyConfigError.for_field(
            name,
            "is http, which sends the secret key unencrypted; expected https, or allow_insecure_http=True "
            f"({ALLOW_INSECURE_HTTP}=1) in a trusted network",
        )
    return address
