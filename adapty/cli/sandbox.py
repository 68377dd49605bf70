"""`sandbox`: the local stand-in for Adapty."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from adapty import AdaptyConfigError
from adapty.cli.outcome import output, typed_errors
from adapty.sandbox import DEFAULT_HOST, DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

__all__ = ["sandbox"]


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
            help="What goes wrong on demand, such as rate_limited;retry_after=2;times=3, server_error;every=20 or "
            "cut_after;share=0.05; may be given several times.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a local stand-in for Adapty until Ctrl-C; look inside at /_sandbox/."""
    with typed_errors():
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
        ).serve(_tell)


def _tell(running: Sandbox) -> None:
    """Say how to reach the sandbox, in lines that a shell can take over, one for each API."""
    url = running.url
    output.print(f"The sandbox is at {url}, its inside at {url}/_sandbox/. Ctrl-C stops it. To use it:")
    for api, key in (("ADAPTY_MAIL", running.mail_key), ("ADAPTY", running.secret_key)):
        output.print(f"  export {api}_BASE_URL={url} {api}_SECRET_KEY={shlex.quote(key)}")
