"""A quicker way to the API: httpx's transports, done by pyreqwest, which works in Rust beside Python.

Sending costs a bulk import, which uses nothing but the transport, a fifth or less of the processor time that it costs
over httpx's own connections; the async client about half, and the blocking one two thirds. That counts where thousands
of requests leave one process, and an import takes these transports by itself where they are installed. Where a request
leaves now and then, the way through the network takes longer than all of this, and the default is fine.

Needs the extra: `pip install "adapty[fast]"`. Without it this module can be imported, `fast_is_installed` says False,
and making a transport raises an ImportError.

What is sent, what comes back and what is raised is what httpx's own transports send, give and raise, and the same tests
hold both to it. This is different:

- A request whose task is cancelled, or whose transport is closed, is not called back. It may still be sent, if it was
  waiting for its connection, and the connection is closed when the answer has come or the read timeout has passed.
- Ctrl-C during a blocking request is noticed when the request ends.
- An answer is read whole before it is handed over, so `httpx.stream` saves no memory; nor does a request's body go out
  in parts.
- The read timeout runs from the start of a request until the headers of its answer are there, connecting and sending
  included, and then from part to part. The write timeout is not used. Each new combination of timeouts opens
  connections of its own; those of the last 16 combinations are kept.
- Certificates are checked against those of the system and those of httpx (or of the file that SSL_CERT_FILE names), and
  there is no way not to check them.
- A proxy may be of http, https, socks5 or socks5h, the last two without a further package.
- A request without a User-Agent or an Accept header goes out with this library's, or with `*/*`.
- An address that would reach another path than it says (a backslash, `%2e` for a dot) is refused: httpx.InvalidURL.
- An answer may have 100 headers. One whose value is not ASCII is left out, and so are the reason phrase and the
  extension `network_stream`.
- HTTP/1.1 only, on asyncio only. A process that has sent over them and is forked then cannot send in the child, where
  the threads behind them are missing.

Example:
    >>> from adapty import Adapty
    >>> from adapty.fast import FastTransport
    >>> from adapty.sandbox import Sandbox
    >>> with Sandbox() as sandbox:
    ...     with Adapty(sandbox.secret_key, base_url=sandbox.url, transport=FastTransport()) as adapty:
    ...         adapty.profiles.create(customer_user_id="user_12345").customer_user_id
    'user_12345'
"""

from __future__ import annotations

from adapty.fast.installed import fast_is_installed
from adapty.fast.transports import AsyncFastTransport, FastTransport

__all__ = ["AsyncFastTransport", "FastTransport", "fast_is_installed"]
