"""The Mail API's operations against the sandbox, over a real socket."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from dateutil.relativedelta import relativedelta

from adapty import (
    AdaptyUsageError,
    AuthenticationError,
    BadRequestError,
    Flow,
    MailProfile,
    ProfileNotFoundError,
    TransactionEvent,
)
from tests.conftest import EVENT, PROFILE
from tests.raw_server import answer

if TYPE_CHECKING:
    from adapty import AsyncAdapty
    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer

pytestmark = pytest.mark.anyio


async def test_save_profile_sends_every_field(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """All fields of the spec reach the API in the specified format."""
    result: object = await adapty.mail.save_profile(  # type: ignore[func-returns-value]
        external_profile_id="user_1",
        external_created_at=datetime(2026, 6, 1, 12, 30, tzinfo=timezone(timedelta(hours=2))),
        email="jane@example.com",
        first_name="Jane",
        last_name="Doe",
        gender="f",
        birthday=date(1990, 5, 21),
        country="us",
        store_country="Ca",
        custom_attributes={"plan": "trial", "trial_days": 7, "score": 0.5},
        device_info={"platform": "iOS", "os": "17.5"},
    )

    assert result is None
    stored = sandbox.profile("user_1")
    assert stored == {
        "external_profile_id": "user_1",
        "external_created_at": "2026-06-01T10:30:00+00:00",
        "email": "jane@example.com",
        "first_name": "Jane",
        "last_name": "Doe",
        "gender": "f",
        "birthday": "1990-05-21",
        "country": "US",
        "store_country": "CA",
        "custom_attributes": {"plan": "trial", "trial_days": 7, "score": 0.5},
        "device_info": {"platform": "iOS", "os": "17.5"},
    }


async def test_save_event_sends_every_field(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """All fields of the spec reach the API, the price as exact decimal text."""
    fields: dict[str, Any] = {
        **EVENT,
        "price_usd": Decimal("9.90"),
        "expires_at": "2026-07-10T14:20:00Z",
        "offer": {"category": "introductory", "offer_type": "free_trial", "offer_id": "intro"},
    }

    await adapty.mail.save_transaction_event(**fields)

    (stored,) = sandbox.events("user_12345")
    assert stored == {
        **{name: str(value).replace("Z", "+00:00") for name, value in EVENT.items()},
        "price_usd": "9.90",
        "expires_at": "2026-07-10T14:20:00+00:00",
        "offer": {"category": "introductory", "offer_type": "free_trial", "offer_id": "intro"},
    }


async def test_models_are_sent_unchanged(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """A MailProfile or a TransactionEvent can be passed instead of its fields."""
    await adapty.mail.save_profile(MailProfile.from_dict(PROFILE))
    await adapty.mail.save_transaction_event(TransactionEvent.from_dict(EVENT))

    assert sandbox.flows()[Flow.ACTIVE] == 1


async def test_extra_fields_are_sent(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """A field that this release does not know can be sent."""
    await adapty.mail.save_profile(**PROFILE, extra_fields={"newer": {"than": ["this"]}})

    stored = sandbox.profile("user_12345")
    assert (stored or {})["newer"] == {"than": ["this"]}


async def test_expires_at_counts_from_now(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """A relativedelta for `expires_at` counts from now."""
    before = datetime.now(UTC)
    await adapty.mail.save_transaction_event(**EVENT, expires_at=relativedelta(months=1))
    after = datetime.now(UTC)

    (stored,) = sandbox.events("user_12345")
    end = datetime.fromisoformat(stored["expires_at"])
    assert before + relativedelta(months=1) <= end <= after + relativedelta(months=1)


async def test_saving_again_changes_nothing(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """A profile is updated except for its address; an event with the same ID is stored once."""
    await adapty.mail.save_profile(**PROFILE, country="US")
    await adapty.mail.save_profile(**{**PROFILE, "email": "other@example.com"}, first_name="Jane")
    await adapty.mail.save_transaction_event(**EVENT)
    await adapty.mail.save_transaction_event(**EVENT)

    stored = sandbox.profile("user_12345")
    assert stored == {
        **PROFILE,
        "external_created_at": "2026-06-01T10:30:00+00:00",
        "country": "US",
        "first_name": "Jane",
    }
    assert len(sandbox.events("user_12345")) == 1


@pytest.mark.parametrize(
    ("given", "field_name"),
    [
        ({**PROFILE, "email": "jane"}, "email"),
        ({**PROFILE, "country": "usa"}, "country"),
        ({**PROFILE, "external_created_at": "2026-06-01T10:30:00"}, "external_created_at"),
        ({**PROFILE, "device_info": {"os": "17.5"}}, "device_info.platform"),
        ({"external_profile_id": "u", "email": "jane@example.com"}, "external_created_at"),
    ],
)
async def test_invalid_input_is_rejected_before_sending(
    adapty: AsyncAdapty,
    sandbox: Sandbox,
    given: dict[str, Any],
    field_name: str,
) -> None:
    """The error names the field, and nothing is sent."""
    with pytest.raises(AdaptyUsageError, match=f"^{field_name}: ") as caught:
        await adapty.mail.save_profile(**given)

    assert caught.value.field_name == field_name
    assert sandbox.requests() == []


async def test_model_and_fields_are_mutually_exclusive(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """Passing both, or a value that is not a model, is rejected."""
    profile = MailProfile.from_dict(PROFILE)
    with pytest.raises(AdaptyUsageError, match=r"^country: cannot be combined with a MailProfile"):
        await adapty.mail.save_profile(profile, country="US")  # type: ignore[call-overload]
    with pytest.raises(AdaptyUsageError, match=r"^profile: is of type dict; expected a MailProfile"):
        await adapty.mail.save_profile(PROFILE)  # type: ignore[call-overload]
    with pytest.raises(AdaptyUsageError, match=r"^event: is of type MailProfile; expected a TransactionEvent"):
        await adapty.mail.save_transaction_event(profile)  # type: ignore[call-overload]

    assert sandbox.requests() == []


async def test_api_error_names_the_field(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """The exception for a 400 has the error code and the field from the body."""
    profile = MailProfile.from_dict(PROFILE)
    object.__setattr__(profile, "country", "XX")  # as if this release did not know the rule

    with pytest.raises(BadRequestError) as caught:
        await adapty.mail.save_profile(profile)

    assert caught.value.field_names == ("country",)
    assert caught.value.error_code == "base_error"
    assert caught.value.status_code == 400
    assert caught.value.attempts == 1


async def test_unknown_key_is_an_authentication_error(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """The Mail API's 403 for an unknown key is an AuthenticationError, not a PermissionDeniedError."""
    async with type(adapty)(mail_secret_key="secret_live_other", mail_base_url=sandbox.url) as other:
        with pytest.raises(AuthenticationError, match="Secret key doesn't exist") as caught:
            await other.mail.save_profile(**PROFILE)

    assert caught.value.error_code == "secret_key_does_not_exist_error"
    assert "secret_live_other" not in repr(caught.value)


GONE = answer(404, b'{"errors": [{"message": "No such profile", "error_code": "profile_not_found_error"}]}')
ERASED = b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n"


async def test_delete_profile_erases(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """An erased subscriber is not restored by later saves."""
    await adapty.mail.save_profile(**PROFILE)

    await adapty.mail.delete_profile(external_profile_id="user_12345")
    await adapty.mail.delete_profile(external_profile_id="user_12345")
    await adapty.mail.save_profile(**PROFILE)

    assert sandbox.profile("user_12345") is None
    with pytest.raises(ProfileNotFoundError):
        await adapty.mail.delete_profile(email="jane@example.com")


@pytest.mark.parametrize("name", ["external_profile_id", "customer_user_id", "email"])
async def test_delete_profile_sends_the_identifier(client: AsyncAdapty, server: RawServer, name: str) -> None:
    """The body contains only the given identifier."""
    server.replies = [ERASED]

    identifier: dict[str, Any] = {name: "jane@example.com"}
    await client.mail.delete_profile(**identifier)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v1/profile/delete/ ")
    assert body == b'{"%s":"jane@example.com"}' % name.encode()


async def test_delete_profile_requires_an_identifier(client: AsyncAdapty, server: RawServer) -> None:
    """Without an identifier nothing is sent."""
    with pytest.raises(AdaptyUsageError, match="expected at least one") as caught:
        await client.mail.delete_profile()

    assert caught.value.field_name == "external_profile_id"
    assert server.requests == []


@pytest.mark.parametrize("uncertain", [answer(500), answer(408), b""], ids=["500", "408", "cut"])
async def test_ambiguous_deletion_by_email_accepts_404(
    client: AsyncAdapty,
    server: RawServer,
    uncertain: bytes,
) -> None:
    """The address is deleted with the profile, so a retry cannot find it."""
    server.replies = [uncertain, GONE]

    await client.mail.delete_profile(email="jane@example.com")

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("replies", "identifiers"),
    [
        ([GONE], {"email": "jane@example.com"}),
        ([answer(429, b"", "Retry-After: 0"), GONE], {"email": "jane@example.com"}),
        ([answer(500), GONE], {"external_profile_id": "user_12345"}),
        ([answer(500), GONE], {"customer_user_id": "user_12345", "email": "jane@example.com"}),
    ],
)
async def test_unknown_profile_is_reported(
    client: AsyncAdapty,
    server: RawServer,
    replies: list[bytes],
    identifiers: dict[str, Any],
) -> None:
    """A 404 that no earlier attempt explains is raised; for IDs, the API responds to repetitions alike."""
    server.replies = list(replies)

    with pytest.raises(ProfileNotFoundError):
        await client.mail.delete_profile(**identifiers)


async def test_delete_many_tries_both_kinds_of_id(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """IDs are tried as `external_profile_id`, then as `customer_user_id`; a missing one names both as its reason."""
    await adapty.mail.save_profile(**PROFILE)
    await adapty.mail.save_profile(
        **{**PROFILE, "external_profile_id": "another", "email": "joe@example.com"}, customer_user_id="user_2"
    )

    report = await adapty.mail.delete_many(["user_12345", "user_2", "user_3"])

    assert {deletion.id for deletion in report.deleted} == {"user_12345", "user_2"}
    assert [deletion.reason for deletion in report.not_found] == [
        "no profile by external_profile_id or customer_user_id"
    ]
    assert not report.nothing_found
    assert list(sandbox.profiles()) == []
    assert (await adapty.mail.delete_many(["user_3"], by="customer_user_id")).nothing_found


async def test_delete_many_erases(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """Each ID has a result; an invalid address fails alone."""
    await adapty.mail.save_profile(**PROFILE)

    report = await adapty.mail.delete_many(["jane@example.com", "joe@example.com", "joe"], by="email")

    assert [len(report.deleted), len(report.not_found), len(report.failed)] == [1, 1, 1]
    assert "jane" not in repr(report)
    assert sandbox.profile("user_12345") is None
    with pytest.raises(AdaptyUsageError, match="by: "):
        await adapty.mail.delete_many(["u"], by="profile_id")  # type: ignore[arg-type]
