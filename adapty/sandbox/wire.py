"""What the server answers to bytes that are no HTTP request."""

from __future__ import annotations

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from adapty.sandbox.answers import refused
from adapty.sandbox.faults import Fault

__all__ = ["StrictHTTP"]


class StrictHTTP(H11Protocol):
    """Uvicorn's HTTP/1.1, which refuses malformed requests in the shape of all other refusals."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up; only hang up where the request has been answered before it went wrong.

        Args:
            msg: What uvicorn says is wrong.
        """
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            answer = refused(400, Fault(message=msg))
            headers = [*answer.raw_headers, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
