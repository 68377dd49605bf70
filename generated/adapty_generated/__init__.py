# Generated from the contracts in openapi/ by `make generate`; do not edit.

"""Low-level code generated from the contracts in openapi/."""
