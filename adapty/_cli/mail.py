"""`mail`: save profiles and transaction events in Adapty Mail, one by one or from files."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapty import Adapty, AdaptyUsageError, flow_for
from adapty._cli.bulk_progress import display_progress
from adapty._cli.bulk_report import print_import_report
from adapty._cli.commands import CommandGroup
from adapty._cli.errors import ExitCode
from adapty._cli.options import (
    AsJson,
    Checkpoint,
    Concurrency,
    Delimiter,
    NoCheckpoint,
    RateLimit,
    bulk_options,
    option,
    parse_pairs,
)
from adapty._cli.output import stdout
from adapty.bulk import import_all

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app"]

app = CommandGroup(help="Save, import and delete profiles and transaction events of Adapty Mail.")

Text = str | None
_FIELD_FORMAT = re.compile(r"\w+=")


@app.command()
def save_profile(
    *,
    external_profile_id: Annotated[str, option("Your own stable ID of the user.")],
    external_created_at: Annotated[str, option("When the user was created, ISO 8601 with an offset.")],
    email: Annotated[str, option("Address for e-mails; cannot be changed later.")],
    first_name: Annotated[Text, option("First name.")] = None,
    last_name: Annotated[Text, option("Last name.")] = None,
    gender: Annotated[Text, option("Gender, free text.")] = None,
    birthday: Annotated[Text, option("Date of birth, such as 1990-05-21.")] = None,
    country: Annotated[Text, option("Two-letter code of ISO 3166-1, such as US.")] = None,
    store_country: Annotated[Text, option("Country of the store account, same code.")] = None,
    custom_attributes: Annotated[
        list[str] | None,
        typer.Option("--custom", metavar="NAME=VALUE", help="A custom attribute; NAME:=7 for a number. Repeatable."),
    ] = None,
    device_info: Annotated[
        list[str] | None,
        typer.Option("--device", metavar="NAME=VALUE", help="A field of the device, such as platform=iOS. Repeatable."),
    ] = None,
    customer_user_id: Annotated[Text, option("Your own user ID, if Adapty knows it, too.")] = None,
) -> None:
    """Create or update a subscriber."""
    with Adapty() as client:
        client.mail.save_profile(
            **_drop_none(
                external_profile_id=external_profile_id,
                external_created_at=external_created_at,
                email=email,
                first_name=first_name,
                last_name=last_name,
                gender=gender,
                birthday=birthday,
                country=country,
                store_country=store_country,
                custom_attributes=parse_pairs("--custom", custom_attributes, numbers=True),
                device_info=parse_pairs("--device", device_info),
                customer_user_id=customer_user_id,
            ),
        )
    stdout.print("saved")


@app.command()
def save_event(
    *,
    event_type: Annotated[str, option("Event type, such as subscription_started; see the command flow.")],
    event_id: Annotated[str, option("Your own unique ID of the event.")],
    event_datetime: Annotated[str, option("Time of the event, ISO 8601 with an offset.")],
    external_profile_id: Annotated[str, option("The ID that the profile was saved with.")],
    store: Annotated[str, option("Store, such as app_store, play_store or stripe.")],
    store_product_id: Annotated[str, option("The store's product ID.")],
    store_transaction_id: Annotated[str, option("The store's transaction ID.")],
    store_original_transaction_id: Annotated[str, option("The store's ID of the first transaction.")],
    purchased_at: Annotated[str, option("Time of the transaction, ISO 8601 with an offset.")],
    originally_purchased_at: Annotated[str, option("Time of the first purchase of the subscription.")],
    price_usd: Annotated[Text, option("Amount in USD, such as 9.99.")] = None,
    expires_at: Annotated[Text, option("End of the subscription; not for one-time purchases.")] = None,
    offer: Annotated[
        list[str] | None,
        typer.Option("--offer", metavar="NAME=VALUE", help="category=..., offer_type=... or offer_id=... Repeatable."),
    ] = None,
    customer_user_id: Annotated[Text, option("Your own user ID; finds the profile if no other ID does.")] = None,
    email: Annotated[Text, option("The subscriber's address; finds the profile if no ID does.")] = None,
) -> None:
    """Save a transaction event, and print its flow."""
    with Adapty() as client:
        client.mail.save_transaction_event(
            **_drop_none(
                event_type=event_type,
                event_id=event_id,
                event_datetime=event_datetime,
                external_profile_id=external_profile_id,
                store=store,
                store_product_id=store_product_id,
                store_transaction_id=store_transaction_id,
                store_original_transaction_id=store_original_transaction_id,
                purchased_at=purchased_at,
                originally_purchased_at=originally_purchased_at,
                price_usd=price_usd,
                expires_at=expires_at,
                offer=parse_pairs("--offer", offer),
                customer_user_id=customer_user_id,
                email=email,
            ),
        )
        stdout.print(f"saved; flow: {flow_for(event_type).value}")


@app.command()
def delete_profile(
    *,
    external_profile_id: Annotated[Text, option("The ID that the profile was saved with.")] = None,
    customer_user_id: Annotated[Text, option("Your own user ID.")] = None,
    email: Annotated[Text, option("The subscriber's address.")] = None,
) -> None:
    """Delete a subscriber and the scheduled e-mails, irreversibly. One identifier is enough."""
    with Adapty() as client:
        client.mail.delete_profile(
            **_drop_none(external_profile_id=external_profile_id, customer_user_id=customer_user_id, email=email),
        )
    stdout.print("deleted")


@app.command("import")
def import_files(
    *,
    profiles: Annotated[list[Path] | None, option("Profiles: CSV with a header, or JSON Lines; .gz too.")] = None,
    events: Annotated[
        list[Path] | None, option("Transaction events: CSV with a header, or JSON Lines; .gz too.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Read a field from a column or key, such as email=user_email or custom.plan=Plan. A column with the "
            "field's own name is ignored then. Repeatable.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help='Ignore a column or key; "" for columns without a name. Repeatable.',
            show_default=False,
        ),
    ] = None,
    delimiter: Delimiter = None,
    timezone: Annotated[Text, option("What times without a zone mean, such as UTC or Europe/Berlin.")] = None,
    datetime_format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FIELD=]FORMAT",
            help="Format of times that are not ISO 8601, such as '%d.%m.%Y %H:%M', epoch or epoch_ms; of all fields, "
            "or of one: purchased_at=epoch_ms. Repeatable.",
            show_default=False,
        ),
    ] = None,
    sort: Annotated[bool, typer.Option("--sort", help="Send the events in order of event_datetime.")] = False,
    rejects_dir: Annotated[Path, typer.Option(help="Folder for the files of rejected records.")] = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every record, send nothing.")] = False,
    concurrency: Concurrency = None,
    rate_limit: RateLimit = None,
    max_retries: Annotated[int | None, option("Number of retries of a request, from 0 to 1000. Default: 8.")] = None,
    checkpoint: Checkpoint = None,
    no_checkpoint: NoCheckpoint = False,
    as_json: AsJson = False,
) -> None:
    """Import files: first the profiles, then the events. The events of each profile keep the order of the file.

    Rejected records go to NAME.rejects.csv (or .jsonl) with the reason, and the exit code is 1. Fix the file and import
    it again. Run the same command again to resume an interrupted run. A CSV file with a quote in the wrong place is
    refused before anything is sent.
    """
    profiles_file, events_file = _one_file("--profiles", profiles), _one_file("--events", events)
    if profiles_file is None and events_file is None:
        raise AdaptyUsageError.for_field("--profiles", "is missing, and so is --events; expected at least one")
    options = bulk_options(
        mapping=_parse_mapping(mapping),
        ignore=ignore,
        delimiter=delimiter,
        timezone=timezone,
        datetime_format=_parse_formats(datetime_format),
        rejects_dir=rejects_dir,
        dry_run=dry_run,
        concurrency=concurrency,
        rate_limit=rate_limit,
        max_retries=max_retries,
        checkpoint=checkpoint,
        no_checkpoint=no_checkpoint,
    )
    opened = nullcontext(None) if dry_run else Adapty()
    with opened as client, display_progress() as show:
        report = import_all(client, profiles=profiles_file, events=events_file, sort=sort, on_progress=show, **options)
    print_import_report(report, as_json=as_json)
    if report.rejected:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _one_file(flag: str, files: Sequence[Path] | None) -> Path | None:
    """Return the file.

    Raises:
        AdaptyUsageError: There are several.
    """
    if files and len(files) > 1:
        raise AdaptyUsageError.for_field(flag, f"is given {len(files)} times; expected one file")
    return files[0] if files else None


def _drop_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _parse_mapping(pairs: Sequence[str] | None) -> dict[str, str] | None:
    """Parse FIELD=COLUMN."""
    if not pairs:
        return None
    parsed: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise AdaptyUsageError.for_field("--map", "must have the form FIELD=COLUMN, such as email=user_email")
        if field in parsed:
            raise AdaptyUsageError.for_field("--map", "has two columns for one field; expected one")
        parsed[field] = column
    return parsed


def _parse_formats(given: Sequence[str] | None) -> str | dict[str, str] | None:
    """Parse FORMAT, or FIELD=FORMAT of each field."""
    if not given:
        return None
    if len(given) == 1 and not _FIELD_FORMAT.match(given[0]):
        return given[0]
    parsed: dict[str, str] = {}
    for each in given:
        if not _FIELD_FORMAT.match(each):
            raise AdaptyUsageError.for_field(
                "--datetime-format", "is given several times; expected FIELD=FORMAT each time"
            )
        field, _, format_ = each.partition("=")
        if field in parsed:
            raise AdaptyUsageError.for_field("--datetime-format", "has two formats for one field; expected one")
        parsed[field] = format_
    return parsed
