# Generated from openapi/server_side.yaml by `make generate`; do not edit.

"""Contains endpoint functions for accessing the API"""
