"""A later version of the Mail contract: one more operation, more fields, another event type."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

__all__ = ["later_contract"]

IDENTIFIERS = ("external_profile_id", "customer_user_id", "email")


def later_contract(contract: dict[str, Any]) -> dict[str, Any]:
    """Give the contract as the vendor may extend it."""
    later = deepcopy(contract)
    schemas = later["components"]["schemas"]
    schemas["ProfileDTO"]["properties"]["customer_user_id"] = {"type": "string"}
    schemas["TransactionEventDTO"]["properties"]["email"] = {"type": "string", "format": "email"}
    schemas["TransactionEventType"]["enum"].append("subscription_paused")
    schemas["ProfileDeleteDTO"] = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in IDENTIFIERS},
        "anyOf": [{"required": [name]} for name in IDENTIFIERS],
    }
    errors = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/ProfileDeleteDTO"}}}
    later["paths"]["/api/v1/profile/delete/"] = {
        "post": {
            "operationId": "deleteProfile",
            "security": [{"apikeyAuth": []}],
            "requestBody": {"required": True, "content": body},
            "responses": {
                "204": {"description": "Gone."},
                "404": {"description": "Not known.", "content": errors},
            },
        },
    }
    return later
