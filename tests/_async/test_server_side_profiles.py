"""The fields of a profile in the request: exact values, null for None, and errors by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

import httpx
import hypothesis
import pytest
from hypothesis import strategies as st

from adapty import AdaptyUsageError, AsyncAdapty, InstallationMeta
from adapty.models import Platform, ProfileFields
from tests.core.support import repeatable
from tests.server_side_calls import KEY, Stub

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.anyio

DEVICE_ID = "1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8"
TOKEN = "7f0e9d8c-6b5a-4938-8271-605f4e3d2c1b"
USER: Any = {"customer_user_id": "user_12345"}

PROFILE_METHODS = ("profiles.create", "profiles.update", "v1.profiles.create", "v1.profiles.update")


class Plan(StrEnum):
    """Text as an enum member."""

    TRIAL = "trial"


PROFILE: Mapping[str, list[tuple[Any, str]]] = {
    # A field's values, and their JSON.
    "first_name": [("Zoë", '"Zoë"'), ("", '""'), ('"\\\n\u2028', '"\\"\\\\\\n\u2028"')],
    "last_name": [("O'Neil", '"O\'Neil"'), ("李", '"李"')],
    "gender": [("f", '"f"'), ("m", '"m"'), ("o", '"o"')],
    "email": [("jane@example.com", '"jane@example.com"')],
    "phone_number": [("+15550100", '"+15550100"')],
    "birthday": [(date(1990, 5, 21), '"1990-05-21"'), ("1990-05-21", '"1990-05-21"')],
    "ip_country": [("US", '"US"')],
    "ip_v4_address": [("203.0.113.7", '"203.0.113.7"')],
    "store_country": [("DE", '"DE"')],
    "store": [(store, f'"{store}"') for store in ("app_store", "play_store", "stripe", "adapty", "paddle")],
    "store_account_token": [(TOKEN.upper(), f'"{TOKEN}"'), (UUID(TOKEN), f'"{TOKEN}"')],
    "att_status": [(status, str(status)) for status in range(4)],
    "analytics_disabled": [(True, "true"), (False, "false")],
    "custom_attributes": [
        ({}, "[]"),
        ({"plan": "trial"}, '[{"key":"plan","value":"trial"}]'),
        ({"plan": Plan.TRIAL}, '[{"key":"plan","value":"trial"}]'),
        ({"plan": None}, '[{"key":"plan","value":""}]'),
        ({"plan": ""}, '[{"key":"plan","value":""}]'),
        ({"a": True, "b": False}, '[{"key":"a","value":1.0},{"key":"b","value":0.0}]'),
        ({"a.b-c_D9": 4.5, "n": -7}, '[{"key":"a.b-c_D9","value":4.5},{"key":"n","value":-7}]'),
        ([{"key": "plan", "value": "ü"}], '[{"key":"plan","value":"ü"}]'),
        (({"key": key, "value": None} for key in "ab"), '[{"key":"a","value":""},{"key":"b","value":""}]'),
        ({"k" * 30: "v" * 50}, f'[{{"key":"{"k" * 30}","value":"{"v" * 50}"}}]'),
    ],
    "installation_meta": [
        ({"device_id": DEVICE_ID}, f'{{"device_id":"{DEVICE_ID}"}}'),
        ({"device_id": UUID(DEVICE_ID), "os": None}, f'{{"device_id":"{DEVICE_ID}","os":null}}'),
        (
            InstallationMeta(device_id=DEVICE_ID, platform="visionOS", idfa=None),
            f'{{"device_id":"{DEVICE_ID}","platform":"visionOS","idfa":null}}',
        ),
    ],
}

NOT_NULLABLE = ("custom_attributes", "installation_meta")

REFUSED_PROFILE: list[tuple[str, Any, str]] = [
    # A field, an invalid value, and the field name in the error.
    ("first_name", 7, "first_name"),
    ("gender", "female", "gender"),
    ("email", "jane", "email"),
    ("birthday", datetime(1990, 5, 21, tzinfo=UTC), "birthday"),
    ("ip_country", "usa", "ip_country"),
    ("ip_v4_address", "::1", "ip_v4_address"),
    ("ip_v4_address", "203.0.113.007", "ip_v4_address"),
    ("store_country", "UK", "store_country"),
    ("store", "web_shop", "store"),
    ("store_account_token", "token", "store_account_token"),
    ("att_status", 4, "att_status"),
    ("att_status", True, "att_status"),
    ("att_status", "3", "att_status"),
    ("analytics_disabled", 1, "analytics_disabled"),
    ("custom_attributes", "plan", "custom_attributes"),
    ("custom_attributes", {"k" * 31: "v"}, f"custom_attributes.{'k' * 31}"),
    ("custom_attributes", {"": "v"}, "custom_attributes"),
    ("custom_attributes", {"a b": "v"}, "custom_attributes.a b"),
    ("custom_attributes", {"plan": "v" * 51}, "custom_attributes.plan"),
    ("custom_attributes", {"plan": float("nan")}, "custom_attributes.plan"),
    ("custom_attributes", {"plan": ["a"]}, "custom_attributes.plan"),
    ("custom_attributes", [{"key": "plan"}], "custom_attributes.0"),
    ("custom_attributes", [{"key": "a", "value": 1}, {"key": "a", "value": 2}], "custom_attributes.a"),
    ("custom_attributes", {f"k{number}": "v" for number in range(31)}, "custom_attributes"),
    ("installation_meta", {}, "installation_meta.device_id"),
    ("installation_meta", {"device_id": "1"}, "installation_meta.device_id"),
    ("installation_meta", {"device_id": DEVICE_ID, "platform": "ios"}, "installation_meta.platform"),
    ("installation_meta", {"device_id": DEVICE_ID, "devise": "x"}, "installation_meta.devise"),
    ("extra_fields", {"email": "jane@example.com"}, "extra_fields"),
    ("extra_fields", {"newer": {1, 2}}, "extra_fields.newer"),
    ("first_nam", "Jane", "first_nam"),
]


async def test_tables_have_every_field() -> None:
    """Every field of the facade is tested here."""
    assert PROFILE.keys() | {"extra_fields"} == ProfileFields.__annotations__.keys()


async def test_each_profile_field_is_sent_alone(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The body contains only the given field; None is null if the API accepts null."""
    for method in PROFILE_METHODS:
        for field in PROFILE:
            with stub.case(field=field, method=method):
                send = attrgetter(method)(stubbed)
                for value, written in _fresh(field):
                    await send(**USER, **{field: value})
                    assert stub.requests[-1].content == f'{{"{field}":{written}}}'.encode()
                    assert "adapty-platform" not in stub.requests[-1].headers

                if field not in NOT_NULLABLE:
                    await send(**USER, **{field: None})
                    assert stub.requests[-1].content == f'{{"{field}":null}}'.encode()
                    return
                stub.requests.clear()
                with pytest.raises(AdaptyUsageError, match=f"^{field}: must not be None") as caught:
                    await send(**USER, **{field: None})
                assert caught.value.field_name == field
                assert stub.requests == []


def _fresh(field: str) -> list[tuple[Any, str]]:
    """Return a field's values, with new iterators."""
    once = [{"key": key, "value": None} for key in "ab"]
    return [(iter(once) if hasattr(value, "__next__") else value, written) for value, written in PROFILE[field]]


async def test_invalid_profile_field_is_rejected_by_name(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Values that the API documents as invalid are rejected by field name, without quoting them."""
    for field, value, field_name in REFUSED_PROFILE:
        with stub.case(field=field, value=value, field_name=field_name):
            for method in PROFILE_METHODS:
                with pytest.raises(AdaptyUsageError) as caught:
                    await attrgetter(method)(stubbed)(**USER, **{field: value})

                assert caught.value.field_name == field_name
                assert "jane@example.com" not in str(caught.value)
            assert stub.requests == []


async def test_platform_is_sent_as_header(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Each valid platform is sent in the header, not in the body."""
    for method in ["profiles.create", "profiles.update"]:
        for platform in get_args(Platform):
            with stub.case(platform=platform, method=method):
                await attrgetter(method)(stubbed)(**USER, platform=platform)

                assert stub.requests[0].headers["adapty-platform"] == platform
                assert stub.requests[0].content == b"{}"


@pytest.mark.parametrize("method", ["profiles.create", "profiles.update"])
async def test_no_platform_sends_no_header(stubbed: AsyncAdapty, stub: Stub, method: str) -> None:
    """None means the same as no argument."""
    await attrgetter(method)(stubbed)(**USER, platform=None)

    assert "adapty-platform" not in stub.requests[0].headers
    assert stub.requests[0].content == b"{}"


async def test_invalid_platform_is_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Only the documented platforms are valid."""
    for method in ["profiles.create", "profiles.update"]:
        for platform in ["", "ios", "Windows", 7, "iOS\r\nX: 1"]:
            with stub.case(platform=platform, method=method):
                with pytest.raises(AdaptyUsageError) as caught:
                    await attrgetter(method)(stubbed)(**USER, platform=platform)

                assert caught.value.field_name == "platform"
                assert stub.requests == []


@repeatable(60)
@hypothesis.given(
    st.text(st.characters()), st.dictionaries(st.from_regex(r"\A[A-Za-z0-9._-]{1,30}\Z"), st.floats() | st.text())
)
async def test_accepted_values_arrive_unchanged(name: str, attributes: dict[str, Any]) -> None:
    """Text and attributes either arrive unchanged or are rejected by name."""
    stub = Stub()
    async with AsyncAdapty(KEY, transport=httpx.MockTransport(stub)) as adapty:
        try:
            await adapty.profiles.update(**USER, first_name=name, custom_attributes=attributes)
        except AdaptyUsageError as error:
            invalid_field = (error.field_name or "").partition(".")[0]
        else:
            invalid_field = ""

    assert invalid_field in {"", "first_name", "custom_attributes"}
    assert len(stub.requests) == (not invalid_field)
    if not invalid_field:
        held = {item["key"]: item["value"] for item in stub.sent["custom_attributes"]}
        assert (stub.sent["first_name"], held) == (name, attributes)
