# Generated from openapi/server_side.yaml by `make generate`; do not edit.

"""Contains methods for accessing the API"""
