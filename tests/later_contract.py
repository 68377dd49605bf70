"""A later version of the Mail spec: one more operation, more fields, another event type."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

__all__ = ["later_contract"]

IDENTIFIERS = ("external_profile_id", "customer_user_id", "email")


def later_contract(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the spec as the vendor may extend it."""
    later = deepcopy(contract)
    schemas = later["components"]["schemas"]
    schemas["ProfileDTO"]["properties"]["nickname"] = {"type": "string"}
    schemas["TransactionEventDTO"]["properties"]["campaign_id"] = {"type": "string"}
    schemas["TransactionEventType"]["enum"].append("subscription_paused")
    schemas["ProfilePauseDTO"] = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in IDENTIFIERS},
        "anyOf": [{"required": [name]} for name in IDENTIFIERS],
    }
    errors = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/ProfilePauseDTO"}}}
    later["paths"]["/api/v1/profile/pause/"] = {
        "post": {
            "operationId": "pauseProfile",
            "security": [{"apikeyAuth": []}],
            "requestBody": {"required": True, "content": body},
            "responses": {
                "204": {"description": "Paused."},
                "404": {"description": "Not known.", "content": errors},
            },
        },
    }
    return later
