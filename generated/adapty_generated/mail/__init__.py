# Generated from openapi/mail.yaml by `make generate`; do not edit.

"""Low-level client of the Adapty Mail API."""

from .client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
