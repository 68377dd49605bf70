# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

"""Models of Adapty's webhooks."""
