"""The request models of the Web API: any value is sent as the contract allows, or is an error that names the field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adapty import AdaptyUsageError, WebRemoteConfig
from adapty._generated import openapi_spec
from adapty.models._request import field_names
from adapty.models.web import AttributionRequest, PaywallViewRequest, WebPaywallRequest
from tests.cases import case
from tests.core.support import objects, repeatable, wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty.models._request import RequestModel

COMPONENTS = openapi_spec("web")["components"]
USER: Mapping[str, Any] = {"customer_user_id": "jane@example.com"}

BASES: Mapping[type[RequestModel], tuple[str, Mapping[str, Any]]] = {
    WebPaywallRequest: ("GetPaywallRequest", {"store": "stripe", "placement_id": "onboarding", **USER}),
    PaywallViewRequest: (
        "RecordPaywallViewRequest",
        {"store": "stripe", "variation_id": "5f0a8a52-6a3c-4d5e-9b1f-2c3d4e5f6a7b", **USER},
    ),
    AttributionRequest: ("AddAttributionRequest", {"status": "organic", **USER}),
}
"""The schema of each model, and the least that it takes."""

FIELDS = [(cls, name) for cls in BASES for name in field_names(cls)]
VALIDATORS = {
    cls: Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": COMPONENTS},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for cls, (schema, _) in BASES.items()
}


@given(field=st.sampled_from(FIELDS), value=objects() | st.text() | st.datetimes(timezones=st.timezones()))
@repeatable(200)
def test_any_value_is_sendable_or_named(field: tuple[type[RequestModel], str], value: Any) -> None:
    """The body of an accepted value is JSON and valid, and can be parsed again."""
    cls, name = field
    refusal = None
    try:
        record = cls(**{**BASES[cls][1], name: value})
    except AdaptyUsageError as error:
        refusal = error
    if refusal is not None:
        assert str(refusal).startswith(f"{refusal.field_name}: ")
        assert (refusal.field_name or "").partition(".")[0] == name
        return
    written = json.loads(wire(record))
    VALIDATORS[cls].validate(written)
    assert cls.from_dict(written, allow_unknown=True) == record


def test_missing_field_is_named() -> None:
    """Each required field of the contract."""
    for cls, (schema, least) in BASES.items():
        for name in COMPONENTS["schemas"][schema]["required"]:
            with case(cls, name), pytest.raises(AdaptyUsageError, match=f"^{name}: is missing; it is required$"):
                cls.from_dict({key: value for key, value in least.items() if key != name})


def test_repr_shows_no_user() -> None:
    """Neither their ID nor the one of an attribution service."""
    attribution = AttributionRequest(status="organic", attribution_user_id="click_98765", **USER)
    assert "jane" not in repr(attribution)
    assert "click_98765" not in repr(attribution)


def test_remote_config_is_decoded_on_demand() -> None:
    """Any JSON; anything else is an error, and stays as text."""
    for data, decoded in [('{"a": [1, null]}', {"a": [1, None]}), ("7", 7), ('"x"', "x"), (None, None)]:
        with case(data):
            assert WebRemoteConfig(lang="en", data=data).decoded() == decoded
    for data in ["", "{", "[" * 100_000]:
        config = WebRemoteConfig(data=data)
        with pytest.raises(AdaptyUsageError, match=r"^data: is not JSON"):
            config.decoded()
        assert config.data == data
