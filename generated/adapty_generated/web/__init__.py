# Generated from openapi/web.yaml by `make generate`; do not edit.

"""Low-level client of the Adapty Web API."""

from .client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
