"""The public API as a type checker sees it; checked by `make types`, never run.

An ignored error here is an expectation: the type checker reports it once the error is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, assert_type

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

from dateutil.relativedelta import relativedelta

from adapty import (
    NOT_GIVEN,
    Adapty,
    AdaptyAPIError,
    AdaptyUsageError,
    AsyncAdapty,
    DeviceInfo,
    Flow,
    MailProfile,
    NotGiven,
    Offer,
    Timeouts,
    TransactionEvent,
    current_flow,
    flow_for,
)
from adapty.bulk import (
    BulkOptions,
    EraseOptions,
    EraseReport,
    ImportOptions,
    ImportReport,
    Progress,
    async_erase,
    async_import_all,
    async_import_events,
    async_import_profiles,
    erase,
    import_all,
    import_events,
    import_profiles,
)
from adapty_generated.mail import AuthenticatedClient

NOW = datetime.now(UTC)


def a_profile_takes_what_users_have(adapty: Adapty) -> None:
    """Times as datetime or text, nested values as record or dict; what the API refuses is a type error too."""
    adapty.mail.save_profile(external_profile_id="u", external_created_at=NOW, email="e", birthday=date(1990, 5, 21))
    adapty.mail.save_profile(
        external_profile_id="u",
        external_created_at="2026-06-01T10:30:00Z",
        email="e",
        custom_attributes={"plan": "trial", "days": 7, "score": 0.5},
        device_info=DeviceInfo(platform="iOS"),
        extra_fields={"newer": [1]},
    )
    adapty.mail.save_profile(
        external_profile_id="u", external_created_at=NOW, email="e", device_info={"platform": "iOS"}
    )
    adapty.mail.save_profile(external_profile_id="u", external_created_at=NOW)  # type: ignore[call-overload]
    adapty.mail.save_profile(external_profile_id="u", external_created_at=NOW, email=None)  # type: ignore[call-overload]
    profile = MailProfile(external_profile_id="u", external_created_at="2026-06-01T10:30:00Z", email="e")
    adapty.mail.save_profile(profile)
    adapty.mail.save_profile(profile, country="US")  # type: ignore[call-overload]
    MailProfile(
        external_profile_id="u", external_created_at=NOW, email="e", first_name=NOT_GIVEN, device_info=NOT_GIVEN
    )
    assert_type(profile.external_created_at, datetime)
    assert_type(profile.country, str | NotGiven)
    assert_type(profile.to_dict(), dict[str, Any])
    assert_type(MailProfile.from_dict({}), MailProfile)
    MailProfile(external_profile_id="u", email="e")  # type: ignore[call-arg]
    profile.email = "other"  # type: ignore[misc]


def an_event_takes_what_users_have(adapty: Adapty, fields: Mapping[str, Any]) -> None:
    """Money is exact, the event type one of ten, the end a time or a distance from now."""
    event = TransactionEvent(
        event_type="subscription_started",
        event_id="e",
        event_datetime=NOW,
        external_profile_id="u",
        store="app_store",
        store_product_id="p",
        store_transaction_id="1",
        store_original_transaction_id="1",
        purchased_at=NOW,
        originally_purchased_at=NOW,
        price_usd="9.99",
        expires_at=relativedelta(months=1),
        offer=Offer(category="introductory", offer_type="free_trial"),
    )
    adapty.mail.save_transaction_event(event)
    adapty.mail.save_transaction_event(**fields, price_usd=Decimal("9.99"))
    adapty.mail.save_transaction_event(**fields, price_usd=9.99)  # type: ignore[call-overload]
    assert_type(event.price_usd, Decimal | NotGiven)
    assert_type(event.flow, Flow)
    assert_type(flow_for("subscription_started"), Flow)
    assert_type(current_flow([event]), Flow)
    Offer(category="free", offer_type="free_trial")  # type: ignore[arg-type]


def settings_have_types(adapty: Adapty) -> None:
    """Options give the same kind of client."""
    assert_type(adapty.with_options(timeout=Timeouts(read=1), max_retries=0), Adapty)
    assert_type(adapty.with_options(timeout=1.5), Adapty)
    assert_type(adapty.mail.low_level(), AuthenticatedClient)
    Adapty(timeout="1")  # type: ignore[arg-type]
    if NOT_GIVEN:
        message = "never"
        raise AssertionError(message)


async def the_async_client_is_awaited(adapty: AsyncAdapty, profile: MailProfile) -> None:
    """The same methods, awaited."""
    async with adapty as same:
        assert_type(same, AsyncAdapty)
        await same.mail.save_profile(profile)


def errors_carry_what_happened(error: AdaptyAPIError, refusal: AdaptyUsageError) -> None:
    """What users read off an exception."""
    assert_type(error.status_code, int)
    assert_type(error.is_retryable, bool)
    assert_type(error.retry_after, float | None)
    assert_type(error.messages, tuple[str, ...])
    assert_type(refusal.field_name, str | None)


def an_import_reports(adapty: Adapty, records: list[MailProfile], rows: list[dict[str, Any]]) -> None:
    """Files, records or dicts in, counts out; options are known by their names and types."""
    report = import_all(adapty, profiles="p.csv", events=Path("e.jsonl"), sort=True, on_progress=print)
    assert_type(report, ImportReport)
    assert_type(report.flows, Mapping[Flow, int])
    assert_type(report.reasons, Mapping[str, int])
    assert_type(report.rejects_files, tuple[Path, ...])
    assert_type(report.rejected, int)
    import_profiles(adapty, records, mapping={"email": "user_email"}, checkpoint=None)
    import_profiles(adapty, rows, rejects_dir="folder", dry_run=True)
    import_events(adapty, iter(rows), sort=True, concurrency=32, rate_limit=0.5, max_retries=2)
    import_all(adapty, profiles=7)  # type: ignore[arg-type]
    import_events(adapty, rows, concurency=3)  # type: ignore[call-arg]
    import_profiles(adapty, rows, sort=True)  # type: ignore[call-arg]
    import_profiles(adapty, rows, rate_limit="5")  # type: ignore[arg-type]


def an_erasure_reports(adapty: Adapty, some: Iterator[str]) -> None:
    """A file or ids in, counts out."""
    report = erase(adapty, "users.txt", by="email", api="mail", checkpoint="users.checkpoint", report="erased.csv")
    assert_type(report, EraseReport)
    assert_type(report.deleted, int)
    assert_type(report.report, Path)
    assert_type(report.apis, tuple[Literal["server-side", "mail"], ...])
    erase(adapty, some, concurrency=32)
    with Path("users.txt").open("rb") as file:
        erase(adapty, file)
    erase(adapty, ["u"], by="phone")  # type: ignore[arg-type]
    erase(adapty, ["u"], api="server_side")  # type: ignore[arg-type]
    erase(adapty, ["u"], dry_run=True)  # type: ignore[call-arg]


async def bulk_jobs_are_awaited(adapty: AsyncAdapty, rows: AsyncIterator[dict[str, Any]], ids: list[str]) -> None:
    """The same functions for the async client."""
    assert_type(await async_import_all(adapty, profiles="p.csv"), ImportReport)
    assert_type(await async_import_profiles(adapty, rows, on_progress=told), ImportReport)
    assert_type(await async_import_events(adapty, rows, sort=True), ImportReport)
    assert_type(await async_erase(adapty, ids, rate_limit=None), EraseReport)


def told(progress: Progress) -> None:
    """What a job tells while it goes on."""
    assert_type(progress.stage, Literal["profiles", "events", "server-side", "mail"])
    assert_type(progress.fraction, float | None)
    assert_type(progress.eta, float | None)


def options_can_be_kept(adapty: Adapty) -> None:
    """What several jobs share can stand in one place."""
    shared: BulkOptions = {"concurrency": 32, "rate_limit": 50}
    of_imports: ImportOptions = {"rejects_dir": Path("folder"), "dry_run": True}
    of_erasures: EraseOptions = {"report": "erased.csv", "checkpoint": None}
    import_all(adapty, profiles="p.csv", **shared)
    import_all(adapty, profiles="p.csv", **of_imports)
    erase(adapty, ["u"], **shared, report="erased.csv")
    erase(adapty, ["u"], **of_erasures)
    erase(adapty, ["u"], **of_imports)  # type: ignore[misc]
