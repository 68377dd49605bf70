# Generated from openapi/server_side.yaml by `make generate`; do not edit.

"""Low-level client of Adapty's server-side API."""

from .client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
