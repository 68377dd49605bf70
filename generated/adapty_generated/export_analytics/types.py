# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

"""The shared types of all packages."""

from .._types import UNSET, File, FileTypes, RequestFiles, Response, Unset

__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
