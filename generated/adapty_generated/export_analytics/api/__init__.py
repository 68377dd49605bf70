# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

"""Contains methods for accessing the API"""
