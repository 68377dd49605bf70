"""A server with the responses of the Export Analytics API for the tests of the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.cli.conftest import json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.raw_server import RawServer

__all__ = ["MONTHS", "RANGE", "chart_answer", "metric", "segment", "sent", "serve"]

RANGE = ("--from", "2026-01-01", "--to", "2026-03-31")
MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01")

Values = Sequence[float | None]


def segment(title: str, values: Values) -> dict[str, Any]:
    """Return a segment with values per month."""
    points = [{"x": f"{day}T00:00:00.000000+0000", "y": value} for day, value in zip(MONTHS, values, strict=False)]
    return {"title": title, "type": title.lower(), "value": None, "values": points}


def metric(segments: Mapping[str, Values], *, unit: str = "USD") -> dict[str, Any]:
    """Return a metric of a chart."""
    return {"data": [segment(title, values) for title, values in segments.items()], "value": 1.0, "unit": unit}


def chart_answer(**metrics: Mapping[str, Values]) -> dict[str, Any]:
    """Return a chart."""
    return {"data": {name: metric(segments) for name, segments in metrics.items()}}


def serve(server: RawServer, *responses: dict[str, Any]) -> None:
    """Reply with the responses; the last one repeats."""
    server.replies = [json_answer(200, response) for response in responses]


def sent(server: RawServer) -> dict[str, Any]:
    """Return the body of the last request."""
    body: dict[str, Any] = json.loads(server.requests[-1].partition(b"\r\n\r\n")[2])
    return body
