"""`sandbox`: the local stand-in for Adapty."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from adapty import AdaptyConfigError
from adapty._cli.options import parse_pairs
from adapty._cli.output import stdout
from adapty.sandbox import (
    DEFAULT_HOST,
    DEFAULT_MAIL_KEY,
    DEFAULT_PUBLIC_KEY,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TIME_SCALE,
    Fault,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

__all__ = ["run_sandbox"]

_AUTHORIZATION = "ADAPTY_WEBHOOK_AUTHORIZATION"


def run_sandbox(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.", min=0, max=65535)] = 8040,
    database: Annotated[
        str, typer.Option(help="SQLite file that stores the data.", show_default="memory only")
    ] = ":memory:",
    mail_key: Annotated[str, typer.Option(help="Secret key of the Mail API.")] = DEFAULT_MAIL_KEY,
    secret_key: Annotated[
        str, typer.Option(help="Secret key of the server-side API and of the Export Analytics API.")
    ] = DEFAULT_SECRET_KEY,
    public_key: Annotated[str, typer.Option(help="Public key of the Web API.")] = DEFAULT_PUBLIC_KEY,
    access_levels: Annotated[
        list[str] | None,
        typer.Option(
            "--access-level",
            metavar="PRODUCT=LEVEL",
            help="Access level of the app, and the product that unlocks it. Default for other products: premium. "
            "Repeatable.",
            show_default=False,
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="Fault to inject, such as rate_limited;retry_after=2;count=3, server_error;every=20 or "
            "drop_after;probability=0.05. Repeatable.",
            show_default=False,
        ),
    ] = None,
    strict_rate_limits: Annotated[
        bool,
        typer.Option(
            "--strict-rate-limits",
            help="Respond with 429 to more than 2 requests in a second to the Export Analytics API.",
        ),
    ] = False,
    webhook_url: Annotated[
        str | None,
        typer.Option(
            help="Address to post the events of profiles to, as Adapty's webhooks would. Default: no webhooks.",
            show_default=False,
        ),
    ] = None,
    webhook_authorization: Annotated[
        str | None,
        typer.Option(
            help=f"Authorization header of the webhooks. Default: the first line of {_AUTHORIZATION}.",
            show_default=False,
        ),
    ] = None,
    webhook_time_scale: Annotated[
        float,
        typer.Option(help="How many times faster than Adapty to retry webhooks; 60 turns a minute into a second."),
    ] = DEFAULT_WEBHOOK_TIME_SCALE,
    allowed_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="Host name to accept requests for, such as the name of a container; localhost and --host are always "
            "accepted. Repeatable.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a local stand-in for Adapty until Ctrl-C. Inspect it at /_sandbox/."""
    try:
        from adapty.sandbox import Sandbox  # noqa: PLC0415 - needs its extra
    except ImportError as missing:
        raise AdaptyConfigError(str(missing)) from None
    faults = [_parse_fault(text) for text in fault or ()]
    with _name_authorization_source(webhook_authorization):
        sandbox = Sandbox(
            host=host,
            port=port,
            database=database,
            mail_key=mail_key,
            secret_key=secret_key,
            access_levels=parse_pairs("--access-level", access_levels),
            public_key=public_key,
            faults=faults,
            strict_rate_limits=strict_rate_limits,
            webhook_url=webhook_url,
            webhook_authorization=_webhook_authorization(webhook_url, webhook_authorization),
            webhook_time_scale=webhook_time_scale,
            allowed_hosts=allowed_hosts or (),
        )
    sandbox.serve(_print_address)


def _parse_fault(text: str) -> Fault:
    try:
        return Fault.parse(text)
    except AdaptyConfigError as error:
        raise AdaptyConfigError.for_field("--fault", str(error).removeprefix("fault: ")) from None


@contextmanager
def _name_authorization_source(option: str | None) -> Iterator[None]:
    """Name the environment variable in errors about the Authorization header that come from it."""
    try:
        yield
    except AdaptyConfigError as error:
        if option is not None or error.field_name != "webhook_authorization":
            raise
        raise AdaptyConfigError.for_field(_AUTHORIZATION, str(error).partition(": ")[2]) from None


def _webhook_authorization(url: str | None, option: str | None) -> str | None:
    """Return the option, or the first value of the environment variable, which has one per line."""
    if option is not None or url is None:
        return option
    lines = (line.strip() for line in os.environ.get(_AUTHORIZATION, "").splitlines())
    return next((line for line in lines if line), None)


def _print_address(sandbox: Sandbox) -> None:
    """Print how to reach the sandbox, with the lines for a shell."""
    url = sandbox.url
    stdout.print(f"The sandbox is running at {url}; inspect it at {url}/_sandbox/. Ctrl-C stops it. To use it:")
    mail_key, secret_key, public_key = map(shlex.quote, (sandbox.mail_key, sandbox.secret_key, sandbox.public_key))
    stdout.print(f"  export ADAPTY_MAIL_BASE_URL={url} ADAPTY_MAIL_SECRET_KEY={mail_key}")
    stdout.print(f"  export ADAPTY_BASE_URL={url} ADAPTY_SECRET_KEY={secret_key} ADAPTY_PUBLIC_KEY={public_key}")
    stdout.print(f"  export ADAPTY_ADMIN_BASE_URL={url}")
    if sandbox.webhooks.url is not None:
        stdout.print(f"Webhooks are posted to {sandbox.webhooks.url}, and listed at {url}/_sandbox/webhooks.")
