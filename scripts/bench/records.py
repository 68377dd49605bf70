"""The records that all sides send: the same fields, as a dict, as JSON, as a CSV file."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CONCURRENCY", "KEY", "PATH", "bodies", "fields", "write_csv"]

KEY = "secret_key_of_nobody"

PATH = "/api/v1/profile/save/"
"""Where Adapty Mail takes profiles."""

CONCURRENCY = 16
"""How many requests of a bulk import are under way at a time, unless the user says otherwise."""


def fields(number: int) -> dict[str, Any]:
    """Give the fields of a profile.

    Example:
        >>> fields(7)["email"]
        'jane.7@example.com'
    """
    return {
        "external_profile_id": f"user_{number}",
        "external_created_at": "2026-06-01T10:30:00Z",
        "email": f"jane.{number}@example.com",
        "first_name": "Jane",
        "country": "US",
        "custom_attributes": {"plan": "trial"},
    }


def bodies(count: int) -> list[bytes]:
    """Give the bodies of requests, as httpx spells JSON."""
    return [json.dumps(fields(number), separators=(",", ":")).encode() for number in range(count)]


def write_csv(path: Path, count: int) -> None:
    """Write a file of profiles; memory does not grow with it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        *names, _ = fields(0)
        writer.writerow([*names, "custom.plan"])
        for number in range(count):
            *values, attributes = fields(number).values()
            writer.writerow([*values, attributes["plan"]])
