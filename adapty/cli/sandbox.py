"""`sandbox`: the local stand-in for Adapty."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from adapty import AdaptyConfigError
from adapty.cli.outcome import output, typed_errors
from adapty.sandbox import DEFAULT_HOST, DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY, DEFAULT_WEBHOOK_TIME_SCALE

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

__all__ = ["sandbox"]

_AUTHORIZATION = "ADAPTY_WEBHOOK_AUTHORIZATION"


def sandbox(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 picks a free one.", min=0, max=65535)] = 8040,
    database: Annotated[
        str, typer.Option(help="A SQLite file that keeps the state.", show_default="memory")
    ] = ":memory:",
    mail_key: Annotated[str, typer.Option(help="The key of the Mail API that the sandbox takes.")] = DEFAULT_MAIL_KEY,
    secret_key: Annotated[
        str, typer.Option(help="The key of the server-side API that the sandbox takes.")
    ] = DEFAULT_SECRET_KEY,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="What goes wrong on demand, such as rate_limited;retry_after=2;count=3, server_error;every=20 or "
            "drop_after;probability=0.05; may be given several times.",
            show_default=False,
        ),
    ] = None,
    webhook_url: Annotated[
        str | None,
        typer.Option(
            help="Where what happens to profiles is posted to, as Adapty's webhooks would; nowhere if not given.",
            show_default=False,
        ),
    ] = None,
    webhook_authorization: Annotated[
        str | None,
        typer.Option(
            help=f"The Authorization header of these posts, as it is; also from {_AUTHORIZATION} (its first line).",
            show_default=False,
        ),
    ] = None,
    webhook_time_scale: Annotated[
        float,
        typer.Option(help="How many times sooner than Adapty it posts again; 60 makes a second of a minute."),
    ] = DEFAULT_WEBHOOK_TIME_SCALE,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A host name under which requests may come, such as the name of a container; localhost and --host "
            "are always allowed. Repeatable.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a local stand-in for Adapty until Ctrl-C; look inside at /_sandbox/."""
    source = _AUTHORIZATION if webhook_authorization is None else "--webhook-authorization"
    with typed_errors(webhook_authorization=source, allowed_hosts="--allow-host"):
        try:
            from adapty.sandbox import Sandbox  # noqa: PLC0415 - needs its extra
        except ImportError as missing:
            raise AdaptyConfigError(str(missing)) from None
        Sandbox(
            host=host,
            port=port,
            database=database,
            mail_key=mail_key,
            secret_key=secret_key,
            faults=fault or (),
            webhook_url=webhook_url,
            webhook_authorization=_authorization(webhook_url, webhook_authorization),
            webhook_time_scale=webhook_time_scale,
            allowed_hosts=allow_host or (),
        ).serve(_tell)


def _authorization(url: str | None, given: str | None) -> str | None:
    """Give the value of the option, or that of the variable which receivers read theirs from, one a line."""
    if given is not None or url is None:
        return given
    lines = (line.strip() for line in os.environ.get(_AUTHORIZATION, "").splitlines())
    return next((line for line in lines if line), None)


def _tell(running: Sandbox) -> None:
    """Say how to reach the sandbox, in lines that a shell can take over, one for each API."""
    url = running.url
    output.print(f"The sandbox is at {url}, its inside at {url}/_sandbox/. Ctrl-C stops it. To use it:")
    for api, key in (("ADAPTY_MAIL", running.mail_key), ("ADAPTY", running.secret_key)):
        output.print(f"  export {api}_BASE_URL={url} {api}_SECRET_KEY={shlex.quote(key)}")
    if running.webhooks.url is not None:
        output.print(f"Webhooks are posted to {running.webhooks.url} and shown at {url}/_sandbox/webhooks.")
