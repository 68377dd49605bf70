"""The settings of a client: their sources, invalid values, and secrecy of keys."""

from __future__ import annotations

import copy
import enum
import pickle
import socket
from decimal import Decimal
from itertools import product
from pprint import pformat
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from adapty import NOT_GIVEN, Adapty, AdaptyConfigError, AdaptyError, AsyncAdapty, Timeouts
from adapty._core.addresses import Endpoint
from adapty._core.redaction import Secret
from adapty.config import (
    DEFAULT_ADMIN_BASE_URL,
    DEFAULT_BASE_URL,
    DEFAULT_MAIL_BASE_URL,
    ENV_VARS,
    KEY_ARGUMENTS,
    Config,
)
from adapty.observer import CallStarted, Observer

from .support import KEY, case, objects, repeatable
from .tracebacks import shown_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SETTINGS: Mapping[str, Callable[[Config], str]] = {
    "secret_key": lambda config: config.keys["server_side"].value,
    "mail_secret_key": lambda config: config.keys["mail"].value,
    "public_key": lambda config: config.keys["web"].value,
    "base_url": lambda config: config.base_urls["server_side"],
    "mail_base_url": lambda config: config.base_urls["mail"],
    "admin_base_url": lambda config: config.base_urls["export_analytics"],
}
"""Each setting that the environment may give, and where it ends up."""

FROM_ARGUMENT = {
    "secret_key": "argument_key",
    "mail_secret_key": "argument_mail_key",
    "public_key": "argument_public_key",
    "base_url": "https://argument.example.com",
    "mail_base_url": "https://argument-mail.example.com",
    "admin_base_url": "https://argument-admin.example.com",
}
FROM_ENVIRONMENT = {
    "secret_key": "environment_key",
    "mail_secret_key": "environment_mail_key",
    "public_key": "environment_public_key",
    "base_url": "https://environment.example.com",
    "mail_base_url": "https://environment-mail.example.com",
    "admin_base_url": "https://environment-admin.example.com",
}
KEYS = sorted(set(KEY_ARGUMENTS.values()))
URLS = ["base_url", "mail_base_url", "admin_base_url"]
SETTING = pytest.mark.parametrize("name", list(SETTINGS))


def refusal(**arguments: Any) -> AdaptyConfigError:
    """Return the error for these arguments, given in addition to a valid key."""
    with pytest.raises(AdaptyConfigError) as caught:
        Config.build(**{"mail_secret_key": KEY, "environ": {}, **arguments})
    assert KEY not in str(caught.value)
    assert caught.value.field_name is None or str(caught.value).startswith(f"{caught.value.field_name}: ")
    return caught.value


def with_another_key(name: str) -> dict[str, str]:
    """Return the argument that completes a client without the tested setting."""
    return {"mail_secret_key" if name == "secret_key" else "secret_key": "another_key"}


def test_argument_overrides_environment() -> None:
    """Arguments override the environment."""
    for name in list(SETTINGS):
        with case(name):
            config = Config.build(
                **{**with_another_key(name), name: FROM_ARGUMENT[name]},  # type: ignore[arg-type]
                environ={ENV_VARS[name]: FROM_ENVIRONMENT[name]},
            )
            assert SETTINGS[name](config) == FROM_ARGUMENT[name]


@SETTING
def test_environment_overrides_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument, the variable applies: of the given mapping, or of the process."""
    variables = {ENV_VARS[name]: FROM_ENVIRONMENT[name]}
    config = Config.build(**with_another_key(name), environ=variables)  # type: ignore[arg-type]
    assert SETTINGS[name](config) == FROM_ENVIRONMENT[name]
    monkeypatch.setenv(ENV_VARS[name], FROM_ENVIRONMENT[name])
    config = Config.build(**with_another_key(name))  # type: ignore[arg-type]
    assert SETTINGS[name](config) == FROM_ENVIRONMENT[name]


def test_defaults_apply() -> None:
    """An unset or empty variable is ignored: the addresses are Adapty's, the other key is missing."""
    for environ in [{}, dict.fromkeys(ENV_VARS.values(), "")]:
        with case(environ):
            config = Config.build(mail_secret_key=KEY, environ=environ)
            assert config.base_urls == {
                "server_side": DEFAULT_BASE_URL,
                "web": DEFAULT_BASE_URL,
                "mail": DEFAULT_MAIL_BASE_URL,
                "export_analytics": DEFAULT_ADMIN_BASE_URL,
            }
            assert list(config.keys) == ["mail"]
            assert DEFAULT_BASE_URL == "https://api.adapty.io"
            assert DEFAULT_MAIL_BASE_URL == "https://api-mail.adapty.io"
            assert DEFAULT_ADMIN_BASE_URL == "https://api-admin.adapty.io"


def test_empty_arguments_are_rejected() -> None:
    """An empty argument is an error; neither the environment nor the default applies."""
    for name in list(SETTINGS):
        with case(name):
            assert refusal(**{name: ""}, environ={ENV_VARS[name]: FROM_ENVIRONMENT[name]}).field_name == name


def test_missing_keys_are_rejected() -> None:
    """The error without a key names both arguments and both variables."""
    for environ in [{}, dict.fromkeys(ENV_VARS.values(), "")]:
        with case(environ):
            with pytest.raises(AdaptyConfigError) as caught:
                Config.build(base_url="https://api.example.com", environ=environ)
            for name in KEYS:
                assert str(caught.value).count(f"{ENV_VARS[name]} (or {name}=)") == 1
            for client in (Adapty, AsyncAdapty):
                with pytest.raises(AdaptyConfigError, match="no key; set"):
                    client()


def test_keys_of_another_kind_are_rejected() -> None:
    """A secret key as the public key, or the reverse, is an error that names the expected kind."""
    for name, key, expected in [
        ("public_key", "secret_live_123", "expected the public key (public_live_...)"),
        ("secret_key", "public_live_123", "expected the secret key (secret_live_...)"),
        ("mail_secret_key", "public_live_123", "expected the secret key of Adapty Mail"),
    ]:
        with case(name):
            error = refusal(**{name: key})
            assert error.field_name == name
            assert expected in str(error)
            assert key not in str(error)


def test_each_api_has_its_own_key() -> None:
    """The key of one API is never used for the other; the error names the missing one when it is needed."""
    config = Config.build(secret_key="one_key", environ={})
    assert config.key("server_side") == config.key("export_analytics") == Secret("one_key")
    with pytest.raises(AdaptyConfigError) as caught:
        config.key("mail")
    assert caught.value.field_name == "mail_secret_key"
    assert "ADAPTY_MAIL_SECRET_KEY" in str(caught.value)


BAD_KEYS: list[Any] = [
    "",
    " ",
    "\t",
    f" {KEY}",
    f"{KEY} ",
    f"{KEY}\n",
    f"{KEY}\r\nX-Injected: 1",
    f"{KEY}\x00",
    f"{KEY}\x7f",
    f"{KEY}\u00a0",
    f"{KEY}\u200b",
    f"\ufeff{KEY}",
    f"{KEY}\u00e9",
    f"{KEY}\ud800",
    f"{KEY} {KEY}",
    f"Bearer {KEY}",
    f"bearer {KEY}",
    f"Api-Key {KEY}",
    f"Basic {KEY}",
    "Bearer ",
    "\u2022" * 20,
    KEY.encode(),
    bytearray(KEY.encode()),
    [KEY],
    (KEY,),
    {"key": KEY},
    {KEY},
    0,
    1,
    1.5,
    True,
    False,
    object(),
    str,
    NOT_GIVEN,
    Secret(KEY),
    lambda: KEY,
]


def test_key_rejects_invalid_without_quoting() -> None:
    """A key with spaces, line breaks, a scheme, non-ASCII characters or another type is rejected by name."""
    for key in BAD_KEYS:
        with case(key):
            for name in KEYS:
                error = refusal(**{name: key})
                assert error.field_name == name
                assert "secret" not in str(error).replace(name, "")
                for client in (Adapty, AsyncAdapty):
                    with pytest.raises(AdaptyConfigError) as caught:
                        client(**{name: key})
                    assert str(caught.value) == str(error)


def test_key_from_environment_rejects_invalid() -> None:
    """The same rules apply to the variable."""
    for key in [key for key in BAD_KEYS if isinstance(key, str) and key]:
        with case(key):
            for name in KEYS:
                with pytest.raises(AdaptyConfigError) as caught:
                    Config.build(environ={ENV_VARS[name]: key})
                assert caught.value.field_name == name
                assert "never_shown" not in str(caught.value)


@given(key=st.text(st.characters()) | objects())
@repeatable(150)
def test_any_key_is_accepted_or_rejected_with_field_name(key: Any) -> None:
    """Any value is a valid header, or the error names the argument."""
    try:
        taken = Config.build(secret_key="one_key", mail_secret_key=key, environ={}).keys
    except AdaptyConfigError as error:
        assert error.field_name == "mail_secret_key"  # noqa: PT017 - a property: some are refused
    else:
        assert f"Bearer {taken['mail'].value}".isprintable() if "mail" in taken else key is None


class Key(str, enum.Enum):  # noqa: UP042 - the older way to write it is what many programs have
    """Keys that are enum members."""

    LIVE = KEY


def test_key_accepts_str_enum_member() -> None:
    """A member of a `class X(str, Enum)` is its value, in the header, too."""
    assert f"{Config.build(mail_secret_key=Key.LIVE, environ={}).key('mail').value}" == KEY


def test_key_accepts_valid() -> None:
    """Any printable ASCII without spaces is a valid key, and unchanged."""
    for key in [KEY, "a", "secret_live_AbC123.-_~+/=", "x" * 500, "!", "0"]:
        with case(key):
            assert Config.build(mail_secret_key=key, environ={}).key("mail").value == key


def test_base_url_accepts_valid() -> None:
    """An http or https URL, with or without port and path, is accepted; its trailing slash is removed."""
    for name in URLS:
        for given_url, kept in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            ("https://api.example.com//", "https://api.example.com"),
            ("https://api.example.com/proxy/adapty/", "https://api.example.com/proxy/adapty"),
            ("http://localhost:8000", "http://localhost:8000"),
            ("http://127.0.0.1:65535", "http://127.0.0.1:65535"),
            ("http://[::1]:8000", "http://[::1]:8000"),
            ("HTTPS://API.example.com", "HTTPS://API.example.com"),
            ("https://service_name:80", "https://service_name:80"),
            ("https://xn--mnchen-3ya.de", "https://xn--mnchen-3ya.de"),
        ]:
            with case(name, given_url, kept):
                config = Config.build(**{"mail_secret_key": KEY, "environ": {}, name: given_url})  # type: ignore[arg-type]
                assert SETTINGS[name](config) == kept


BAD_URLS: list[Any] = [
    "",
    " ",
    "api.example.com",
    "//api.example.com",
    "/path",
    "https",
    "https:",
    "https:/",
    "https://",
    "https:///path",
    "https:api.example.com",
    "https:/api.example.com",
    "ftp://api.example.com",
    "file:///etc/hosts",
    "ws://api.example.com",
    "unix:///run/sock",
    "javascript:alert(1)",
    "https://:443",
    "https://api.example.com:0",
    "https://api.example.com:-1",
    "https://api.example.com:65536",
    "https://api.example.com:99999999999999999999",
    "https://api.example.com:port",
    "https://api.example.com:80:80",
    "https://api.example.com:\u0668\u0660",
    "https://[::1",
    "https://::1]",
    "https://[nonsense]",
    "https://[::::]",
    "https://999.999.999.999",
    "https://jane@api.example.com",
    "https://jane:secret@api.example.com",
    "https://:secret@api.example.com",
    "https://api.example.com?x=1",
    "https://api.example.com/?x=1",
    "https://api.example.com#top",
    "https://api.example.com/#top",
    " https://api.example.com",
    "https://api.example.com ",
    "https://api.example.com\n",
    "https://api.example.com\r\nX-Injected: 1",
    "https://api\n.example.com",
    "https://api.example.com\x00",
    "https://api .example.com",
    "https://api.example.com/a path",
    "https://\u0430pi.example.com",
    "https://m\u00fcnchen.de",
    "https://api.example.com/\u00fc",
    "https://api.example.com\ud800",
    "https://api.example.com\u200b",
    "\ufeffhttps://api.example.com",
    b"https://api.example.com",
    ["https://api.example.com"],
    0,
    443,
    1.5,
    True,
    object(),
    NOT_GIVEN,
]
SUBTLY_BAD_URLS = [
    "https://api.example.com?",
    "https://api.example.com/?",
    "https://api.example.com#",
    "https://api.example.com/#",
    "https://@api.example.com",
    "https://:@api.example.com",
    "https://api.example.com\\evil.example.com",
    "https://<host>",
    "https://{host}",
    "https://*",
    "https://%zz",
    "https://.",
    "https://api..example.com",
    "https://.example.com",
    "https://" + "a" * 64 + ".example.com",
]


def test_base_url_rejects_invalid() -> None:
    """Other schemes, missing hosts, invalid ports, credentials, queries and spaces are rejected without quoting."""
    for url in BAD_URLS:
        with case(url):
            for name in URLS:
                error = refusal(**{name: url})
                assert error.field_name == name
                assert "expected a URL such as https://api.example.com" in str(error)
                assert "secret@" not in str(error)


def test_base_url_rejects_misleading() -> None:
    """An empty query or fragment, which would hide the path, and an invalid host are rejected."""
    for url in SUBTLY_BAD_URLS:
        with case(url):
            for name in URLS:
                assert refusal(**{name: url}).field_name == name


@given(url=st.text(st.characters()) | st.text("htps:/.@?#[]%\\a1-_") | objects())
@repeatable(250)
def test_any_base_url_is_accepted_or_rejected_with_field_name(url: Any) -> None:
    """For any value, the error names the argument."""
    try:
        config = Config.build(mail_secret_key=KEY, mail_base_url=url, environ={})
    except AdaptyConfigError as error:
        assert error.field_name == "mail_base_url"  # noqa: PT017 - a property: some are refused
    else:
        assert config.base_urls["mail"].lower().startswith(("http://", "https://"))


PHASES = ["connect", "read", "write", "pool"]
BAD_TIMES: list[Any] = [
    0,
    0.0,
    -0.0,
    -1,
    -0.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    True,
    False,
    None,
    "",
    "5",
    "5s",
    b"5",
    [5],
    (5, 5),
    {"read": 5},
    Decimal(5),
    1j,
    object(),
    10**400,
    -(10**400),
    10**5000,
    -(10**5000),
]


def test_timeout_rejects_invalid() -> None:
    """Zero, negative, non-finite and non-numeric timeouts are rejected."""
    for value in BAD_TIMES:
        with case(value):
            assert refusal(timeout=value).field_name == "timeout"
            for phase in PHASES:
                with pytest.raises(AdaptyConfigError) as caught:
                    Timeouts(**{phase: value})
                assert caught.value.field_name == f"timeout.{phase}"
                assert len(str(caught.value)) < 200


def test_timeout_rejects_out_of_range() -> None:
    """A timeout of centuries, on which sockets raise OverflowError, is rejected in the constructor."""
    for value in [1e300, 1e15, 10**12]:
        with case(value):
            with socket.socket() as unconnected, pytest.raises(OverflowError):
                unconnected.settimeout(value)
            assert refusal(timeout=value).field_name == "timeout"


class Unprintable:
    """An object without a repr."""

    def __repr__(self) -> str:
        """Raise an error."""
        raise RuntimeError("cannot be printed")


def test_settings_reject_values_without_repr() -> None:
    """The error about a value does not depend on the value's own repr."""
    for name in ["timeout", "max_retries", *SETTINGS]:
        with case(name):
            assert refusal(**{name: Unprintable()}).field_name == name


def test_errors_do_not_quote_a_key_in_the_wrong_argument() -> None:
    """A key passed as another argument is rejected without quoting it."""
    wrap: Any
    for wrap in [str, str.encode, list, lambda key: {"Authorization": f"Bearer {key}"}]:
        for name in ["timeout", "max_retries", *URLS]:
            with case(wrap, name):
                error = refusal(**{name: wrap("another_secret_key")})
                assert error.field_name == name
                assert "another_secret_key" not in str(error)


@given(value=objects())
@repeatable(100)
def test_any_number_is_accepted_or_rejected_with_field_name(value: Any) -> None:
    """For any timeout or number of retries, the error names the argument."""
    for name in ("timeout", "max_retries"):
        try:
            Config.build(mail_secret_key=KEY, environ={}).with_options(**{name: value})
        except AdaptyConfigError as error:
            assert error.field_name == name  # noqa: PT017 - a property: some are refused


def test_one_timeout_applies_to_every_phase() -> None:
    """A number is the timeout of each phase and of the attempt; a `Timeouts` is used as it is."""
    config = Config.build(mail_secret_key=KEY, environ={}, timeout=2.5)
    assert config.timeouts == Timeouts(connect=2.5, read=2.5, write=2.5, pool=2.5, total=2.5)
    given_times = Timeouts(read=60)
    assert Config.build(mail_secret_key=KEY, environ={}, timeout=given_times).timeouts == given_times


def test_default_timeouts() -> None:
    """Default: 5 s to connect, 30 s for the other phases, 60 s in total."""
    timeouts = Config.build(mail_secret_key=KEY, environ={}).timeouts
    assert timeouts == Timeouts() == Timeouts(connect=5, read=30, write=30, pool=30, total=60)


def test_max_retries_accepts_valid() -> None:
    """Any integer from 0 is a number of retries."""
    for value in [0, 1, 2, 100, 10**30]:
        with case(value):
            assert Config.build(mail_secret_key=KEY, environ={}, max_retries=value).retries.max_retries == value
            assert Config.build(mail_secret_key=KEY, environ={}).retries.max_retries == 2


BAD_COUNTS: list[Any] = [
    -1,
    -(10**30),
    -(10**5000),
    0.0,
    1.0,
    2.5,
    float("nan"),
    float("inf"),
    True,
    False,
    None,
    "",
    "2",
    b"2",
    [2],
    Decimal(2),
    1j,
    object(),
]


def test_max_retries_rejects_invalid() -> None:
    """Fractions, bools, texts and negative numbers are rejected."""
    for value in BAD_COUNTS:
        with case(value):
            error = refusal(max_retries=value)
            assert error.field_name == "max_retries"
            assert len(str(error)) < 200


def test_with_options_returns_a_copy() -> None:
    """`with_options` changes the given settings in a copy."""
    config = Config.build(mail_secret_key=KEY, environ={}, timeout=2, max_retries=3)
    assert config.with_options() == config
    changed = config.with_options(timeout=9)
    assert (changed.timeouts, changed.retries) == (Timeouts.from_value(9), config.retries)
    changed = config.with_options(max_retries=0)
    assert (changed.timeouts, changed.retries.max_retries) == (config.timeouts, 0)
    assert (changed.keys, changed.base_urls) == (config.keys, config.base_urls)
    assert (config.timeouts, config.retries.max_retries) == (Timeouts.from_value(2), 3)
    for wrong in ({"timeout": 0}, {"max_retries": -1}):
        with pytest.raises(AdaptyConfigError):
            config.with_options(**wrong)


def test_repr_does_not_show_keys() -> None:
    """Neither settings nor clients nor secrets show a key, in any format."""
    config = Config.build(secret_key=f"{KEY}_1", mail_secret_key=f"{KEY}_2", environ={})
    with Adapty(secret_key=f"{KEY}_1", mail_secret_key=f"{KEY}_2") as client:
        shown: list[object] = [config, config.keys, config.key("mail"), client, client.mail, client._transport]
        for thing in [*shown, shown, AsyncAdapty(mail_secret_key=KEY)]:
            for text in (repr(thing), str(thing), f"{thing}", f"{thing!s:>99}", ascii(thing), "%s %r" % (thing, thing)):  # noqa: UP031
                assert KEY not in text
    assert repr(config.key("mail")) == str(config.key("mail")) == "Secret('[redacted]')"
    assert "keys={'mail': Secret('[redacted]'), 'server_side': Secret('[redacted]'), " in repr(config)


def test_attrs_tools_do_not_show_keys() -> None:
    """Tools that inspect attrs objects, such as rich's tracebacks, find no key."""
    config = Config.build(secret_key=f"{KEY}_1", mail_secret_key=f"{KEY}_2", environ={})
    for thing in (config, config.keys, config.key("mail"), [config.key("mail")]):
        assert KEY not in pretty_repr(thing)
        assert KEY not in pformat(thing)
    assert KEY not in repr(attrs.asdict(config))
    assert KEY not in repr(attrs.astuple(config))
    assert not hasattr(config.key("mail"), "__dict__")


def test_settings_are_frozen() -> None:
    """Neither settings nor timeouts nor secrets can be changed."""
    config = Config.build(mail_secret_key=KEY, environ={})
    frozen: list[Any] = [config, config.timeouts, config.retries, config.key("mail")]
    with pytest.raises(AttributeError):
        config.key("mail").value = "x"  # type: ignore[misc]
    for thing in frozen:
        for field in attrs.fields(type(thing)) if attrs.has(type(thing)) else ():
            with pytest.raises(AttributeError):
                setattr(thing, field.name, "x")
        with pytest.raises(AttributeError):
            thing.newer = "x"


def test_settings_compare_by_value() -> None:
    """Settings compare by value and survive copying with their keys; the source of a key does not matter."""
    config = Config.build(mail_secret_key=KEY, environ={}, timeout=3)
    read = Config.build(environ={"ADAPTY_MAIL_SECRET_KEY": KEY}, timeout=3)
    for again in (copy.copy(config), copy.deepcopy(config), read):
        assert again == config
        assert again.key("mail").value == KEY
    assert config != Config.build(mail_secret_key="another_key", environ={}, timeout=3)


def test_secret_cannot_be_pickled_and_is_copied_by_reference() -> None:
    """An object with a key cannot be pickled; a copy contains the same secret."""
    config = Config.build(secret_key=KEY, mail_secret_key=KEY, environ={})
    secret = config.key("mail")
    with Adapty(KEY, mail_secret_key=KEY) as client:
        things: list[object] = [secret, config, config.keys, client, client.low_level(), client.mail.low_level()]
        for thing in things:
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                with pytest.raises(TypeError, match="pickle"):
                    pickle.dumps(thing, protocol)
    with pytest.raises(TypeError, match=r"^a secret cannot be pickled; create the client in each process$"):
        pickle.dumps(config)
    assert copy.copy(secret) is copy.deepcopy(secret) is secret
    assert copy.deepcopy(config).key("mail") is secret


QUOTED = [
    '"{}"',
    "'{}'",
    "`{}`",
    "\u201c{}\u201d",
    "\u2018{}\u2019",
    "\u00ab{}\u00bb",
    '"{}',
    "{}'",
    "\u201e{}",
    '"{}"\'',
]


def test_key_in_quotes_is_rejected_with_remedy() -> None:
    """Quotes may come from a .env file; the error names the argument or the variable, not the key."""
    for name in KEYS:
        for template in QUOTED:
            value = template.format(KEY)
            assert str(refusal(**{name: value})) == (
                f"{name}: has a quotation mark at its start or end, probably from a .env file; remove the quotes"
            )
            with pytest.raises(AdaptyConfigError, match=rf"; remove the quotes \(from {ENV_VARS[name]}\)$"):
                Config.build(environ={ENV_VARS[name]: value})
    assert Config.build(secret_key="o'key", environ={}).key("server_side").value == "o'key"


INSECURE = ("http://sandbox:8040", "HTTP://api.adapty.io", "http://10.0.0.1", "http://[fe80::1]", "http://127.evil.org")
LOOPBACK = ("http://localhost", "http://app.localhost:1", "http://127.9.9.9", "http://[::1]:1", "http://0.0.0.0:1")
ALLOWED = {"ADAPTY_ALLOW_INSECURE_HTTP": "1"}


def test_http_to_another_machine_requires_permission() -> None:
    """The key would be sent unencrypted; loopback is always allowed."""
    for name, url in product(URLS, INSECURE):
        address: dict[str, Any] = {name: url}
        for environ in ({}, {"ADAPTY_ALLOW_INSECURE_HTTP": "0"}, {"ADAPTY_ALLOW_INSECURE_HTTP": ""}):
            error = refusal(**address, environ=environ)
            assert error.field_name == name
            assert "unencrypted" in str(error)
            assert "allow_insecure_http=True (ADAPTY_ALLOW_INSECURE_HTTP=1)" in str(error)
        with pytest.raises(AdaptyConfigError, match=rf"unencrypted.*\(from {ENV_VARS[name]}\)$"):
            Config.build(mail_secret_key=KEY, environ={ENV_VARS[name]: url})
        assert refusal(**address, allow_insecure_http=False, environ=ALLOWED).field_name == name
        for client in (Adapty, AsyncAdapty):
            with pytest.raises(AdaptyConfigError, match="unencrypted"):
                client(KEY, **address)
            client(KEY, **address, allow_insecure_http=True)
        allowed = Config.build(mail_secret_key=KEY, environ={}, allow_insecure_http=True, **address)
        assert SETTINGS[name](allowed) == url
        allowed = Config.build(mail_secret_key=KEY, environ={ENV_VARS[name]: url, **ALLOWED})
        assert SETTINGS[name](allowed) == url
    for name, url in product(URLS, LOOPBACK):
        address = {name: url}
        assert SETTINGS[name](Config.build(secret_key=KEY, environ={}, **address)) == url


def test_allow_insecure_http_rejects_invalid() -> None:
    """Anything but a bool, or 1, 0, true or false in the variable, is rejected by name."""
    for value in (None, 1, 0, "1", "True", [True]):
        assert refusal(allow_insecure_http=value).field_name == "allow_insecure_http"
    for text in ("yes", "2", "on", '"1"'):
        error = refusal(environ={"ADAPTY_ALLOW_INSECURE_HTTP": text})
        assert "ADAPTY_ALLOW_INSECURE_HTTP" in str(error)
    for text in ("1", "true", "TRUE", " 1 "):
        environ = {"ADAPTY_ALLOW_INSECURE_HTTP": text}
        Config.build(mail_secret_key=KEY, base_url="http://sandbox", environ=environ)


def test_settings_record_their_variable() -> None:
    """The source of an argument is the argument, even if the variable is set."""
    environ = {variable: FROM_ENVIRONMENT[name] for name, variable in ENV_VARS.items()}
    config = Config.build(environ=environ, mail_secret_key=KEY, base_url="https://api.example.com")
    assert config.endpoint("server_side") == Endpoint("api.example.com:443", None, "ADAPTY_SECRET_KEY")
    assert str(config.endpoint("server_side")) == "api.example.com:443"
    mail = config.endpoint("mail")
    assert (str(mail), mail.key_source) == (
        "environment-mail.example.com:443 (ADAPTY_MAIL_BASE_URL)",
        "the argument mail_secret_key",
    )
    for url, address in {"http://[::1]:8040": "[::1]:8040", "http://localhost/path": "localhost:80"}.items():
        assert Config.build(secret_key=KEY, base_url=url, environ={}).endpoint("server_side").address == address
    assert config.with_options(timeout=1).variables == config.variables


def test_tracebacks_do_not_show_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The locals in the traceback of an error and of linked errors contain no secret."""
    monkeypatch.setenv("ADAPTY_SECRET_KEY", KEY)
    wrong: list[dict[str, Any]] = [
        {"base_url": f"https://jane:{KEY}@api.adapty.io"},
        {"mail_base_url": f"https://api.adapty.io?key={KEY}"},
        {"base_url": KEY},
        {"base_url": f"http://{KEY}.example.com"},
        {"timeout": KEY},
        {"max_retries": KEY},
        {"allow_insecure_http": KEY},
        {"secret_key": f"Bearer {KEY}"},
        {"mail_secret_key": f'"{KEY}"'},
        {"mail_secret_key": [KEY]},
        {"base_url": "nonsense"},
    ]
    only_clients: list[dict[str, Any]] = [{"http_client": KEY}, {"transport": [KEY]}, {"http_client": {"key": KEY}}]
    for arguments in wrong + only_clients:
        for create in (Adapty, AsyncAdapty) if arguments in only_clients else (Adapty, AsyncAdapty, Config.build):
            with pytest.raises(AdaptyConfigError) as caught:
                create(**{"mail_secret_key": KEY, **arguments})
            assert KEY not in shown_by(caught.value)
    for name in ENV_VARS.values():
        with monkeypatch.context() as patch:
            patch.setenv(name, f"'{KEY}'")
            with pytest.raises(AdaptyConfigError) as caught:
                Adapty()
        assert KEY not in shown_by(caught.value)
    for create in (Adapty, AsyncAdapty):
        with pytest.raises(TypeError) as unknown:
            create(secret_kee=KEY)  # type: ignore[call-arg]
        assert KEY not in shown_by(unknown.value)


def test_secrets_compare_by_value() -> None:
    """Secrets are equal and hashed by their key, and not equal to anything else."""
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("another_key")
    assert len({Secret(KEY), Secret(KEY), Secret("another_key")}) == 2
    others: list[object] = [KEY, repr(Secret(KEY)), None, (KEY,)]
    assert Secret(KEY) not in others


def test_tables_are_read_only() -> None:
    """The tables of variables cannot be changed."""
    for table in (ENV_VARS, KEY_ARGUMENTS):
        with pytest.raises(TypeError):
            table["mail"] = "x"  # type: ignore[index]
    assert dict(ENV_VARS) == {name: f"ADAPTY_{name.upper()}" for name in SETTINGS}


def test_config_errors_are_usage_errors() -> None:
    """An invalid setting is a ValueError and an AdaptyError."""
    error = refusal(timeout=0)
    assert isinstance(error, ValueError)
    assert isinstance(error, AdaptyError)


def test_environment_errors_name_the_variable() -> None:
    """Errors of the environment name the variable, and errors of arguments do not."""
    for name, variable in ENV_VARS.items():
        with case(name, variable):
            wrong = "no address, no key"
            environ = {"ADAPTY_SECRET_KEY": "secret_live_1", variable: wrong}
            with pytest.raises(AdaptyConfigError, match=rf"^{name}: .* \(from {variable}\)$") as caught:
                Config.build(environ=environ)
            assert caught.value.field_name == name
            with pytest.raises(AdaptyConfigError, match=rf"^{name}: ") as caught:
                Config.build(**{name: wrong}, environ={"ADAPTY_SECRET_KEY": "secret_live_1"})  # type: ignore[arg-type]
            assert variable not in str(caught.value)


class AsyncHook(Observer):
    """An observer with a method that nothing would await."""

    async def on_call_started(self, event: CallStarted) -> None:  # type: ignore[override]
        """Do nothing."""


@pytest.mark.parametrize("observer", [print, Observer, [Observer(), None], AsyncHook()])
def test_invalid_observer_is_rejected(observer: Any) -> None:
    """An observer is an object of a subclass of Observer whose methods are not async, or a list of such."""
    error = refusal(observer=observer)
    assert error.field_name == "observer"
    assert str(error).startswith("observer: ")
