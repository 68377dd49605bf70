# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

"""Models of what Adapty posts to a backend."""
