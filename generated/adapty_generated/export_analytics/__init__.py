# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

"""Low-level client of the Adapty Export Analytics API."""

from .client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
