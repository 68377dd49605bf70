"""The contracts that the vendor publishes, by API. The vendor publishes none of the webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PUBLISHED"]

_FOLDER = "https://adapty.io/docs/api-specs"

PUBLISHED: Mapping[str, str] = {
    "mail": f"{_FOLDER}/adapty-mail-api.yaml",
    "server_side": f"{_FOLDER}/adapty-api.yaml",
    "web": f"{_FOLDER}/web-api.yaml",
    "export_analytics": f"{_FOLDER}/export-analytics-api.yaml",
}
"""API to the URL of its contract."""
