# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

"""The types that all packages share, so that there is one UNSET."""

from .._types import UNSET, File, FileTypes, RequestFiles, Response, Unset

__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
