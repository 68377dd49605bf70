"""`mail`: profiles, transaction events and whole bases into Adapty Mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapty import Adapty, AdaptyUsageError, flow_for
from adapty.bulk import import_all
from adapty.cli.bulk_progress import shown_progress
from adapty.cli.bulk_report import print_import_report
from adapty.cli.options import AsJson, JournalFile, Lanes, MaxRate, NoJournal, bulk_options, option
from adapty.cli.outcome import EXIT_CODES, ExitCode, output, typed_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["app"]

app = typer.Typer(help="Profiles and transaction events of Adapty Mail.", no_args_is_help=True, rich_markup_mode=None)

Text = str | None

_MOST_RETRIES = 1000


def _option(text: str) -> Any:
    return typer.Option(help=text, show_default=False)


@app.command()
def save_profile(
    *,
    external_profile_id: Annotated[str, _option("Your own stable id of the user.")],
    external_created_at: Annotated[str, _option("When the user was created, ISO 8601 with an offset.")],
    email: Annotated[str, _option("Where Mail delivers; write-once.")],
    first_name: Annotated[Text, _option("First name.")] = None,
    last_name: Annotated[Text, _option("Last name.")] = None,
    gender: Annotated[Text, _option("Gender, free text.")] = None,
    birthday: Annotated[Text, _option("Date of birth, such as 1990-05-21.")] = None,
    country: Annotated[Text, _option("Two-letter uppercase code of ISO 3166-1, such as US.")] = None,
    store_country: Annotated[Text, _option("Country of the store account, same code.")] = None,
    custom_attributes: Annotated[
        list[str] | None,
        typer.Option("--custom", metavar="NAME=VALUE", help="A custom attribute; NAME:=7 for a number. Repeatable."),
    ] = None,
    device_info: Annotated[
        list[str] | None,
        typer.Option("--device", metavar="NAME=VALUE", help="A field of the device, such as platform=iOS. Repeatable."),
    ] = None,
    customer_user_id: Annotated[Text, _option("Your own user id where Adapty knows it too.")] = None,
) -> None:
    """Create or update a subscriber."""
    with typed_errors(), Adapty() as adapty:
        adapty.mail.save_profile(
            **_given(
                external_profile_id=external_profile_id,
                external_created_at=external_created_at,
                email=email,
                first_name=first_name,
                last_name=last_name,
                gender=gender,
                birthday=birthday,
                country=country,
                store_country=store_country,
                custom_attributes=_pairs("--custom", custom_attributes, numbers=True),
                device_info=_pairs("--device", device_info),
                customer_user_id=customer_user_id,
            ),
        )
    output.print("saved")


@app.command()
def save_event(
    *,
    event_type: Annotated[str, _option("Such as subscription_started; see the command flow.")],
    event_id: Annotated[str, _option("Your own unique id of the event.")],
    event_datetime: Annotated[str, _option("When it was recorded, ISO 8601 with an offset.")],
    external_profile_id: Annotated[str, _option("The id that the profile is saved with.")],
    store: Annotated[str, _option("Such as app_store, play_store or stripe.")],
    store_product_id: Annotated[str, _option("The store's id of the product.")],
    store_transaction_id: Annotated[str, _option("The store's id of this transaction.")],
    store_original_transaction_id: Annotated[str, _option("The store's id of the chain's first transaction.")],
    purchased_at: Annotated[str, _option("When the transaction occurred, ISO 8601 with an offset.")],
    originally_purchased_at: Annotated[str, _option("When the subscription was first purchased.")],
    price_usd: Annotated[Text, _option("Amount in USD, such as 9.99.")] = None,
    expires_at: Annotated[Text, _option("When the subscription ends; not for one-time purchases.")] = None,
    offer: Annotated[
        list[str] | None,
        typer.Option("--offer", metavar="NAME=VALUE", help="category=..., offer_type=... or offer_id=... Repeatable."),
    ] = None,
    customer_user_id: Annotated[Text, _option("Your own user id; finds the profile where no other id does.")] = None,
    email: Annotated[Text, _option("The subscriber's address; finds the profile where no id does.")] = None,
) -> None:
    """Record a transaction event, and print the flow that it leads to."""
    with typed_errors(), Adapty() as adapty:
        adapty.mail.save_transaction_event(
            **_given(
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
                offer=_pairs("--offer", offer),
                customer_user_id=customer_user_id,
                email=email,
            ),
        )
        output.print(f"saved; it leads to the flow: {flow_for(event_type).value}")


@app.command()
def delete_profile(
    *,
    external_profile_id: Annotated[Text, _option("The id that the profile is saved with.")] = None,
    customer_user_id: Annotated[Text, _option("Your own user id.")] = None,
    email: Annotated[Text, _option("The subscriber's address.")] = None,
) -> None:
    """Erase a subscriber for good; one identifier is enough."""
    with typed_errors(), Adapty() as adapty:
        adapty.mail.delete_profile(
            **_given(external_profile_id=external_profile_id, customer_user_id=customer_user_id, email=email),
        )
    output.print("erased")


@app.command("import", epilog=EXIT_CODES)
def import_files(
    *,
    profiles: Annotated[list[Path] | None, option("Profiles: CSV with a header, or JSON Lines; .gz too.")] = None,
    events: Annotated[
        list[Path] | None, option("Transaction events: CSV with a header, or JSON Lines; .gz too.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="The column, or key, that holds a field, such as email=user_email or custom.plan=Plan; another one of "
            "the field's own name is ignored. One column may hold several fields. Repeatable.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help='All columns, or the key, of a name to pass over; "" for columns without a name. Repeatable.',
            show_default=False,
        ),
    ] = None,
    sort: Annotated[bool, typer.Option("--sort", help="Send the events in the order of their event_datetime.")] = False,
    failures: Annotated[Path, typer.Option(help="The folder for the records that were refused.")] = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every record, send nothing.")] = False,
    lanes: Lanes = None,
    rate_limit: MaxRate = None,
    max_retries: Annotated[
        int | None, option("Tries of a request after the first one; 8 where left out.", min=0, max=_MOST_RETRIES)
    ] = None,
    journal: JournalFile = None,
    no_journal: NoJournal = False,
    as_json: AsJson = False,
) -> None:
    """Send a base: the profiles, then the events, those of each profile in the order of the file.

    A refused record goes to NAME.failures.csv (or .jsonl) with the reason, ready to be mended and imported again. A run
    that broke off goes on where it was when the same command is run again.
    """
    with typed_errors(mapping="--map", ignore="--ignore"):
        profiles_file, events_file = _one_file("--profiles", profiles), _one_file("--events", events)
        if profiles_file is None and events_file is None:
            raise AdaptyUsageError("nothing to import; expected --profiles FILE, --events FILE or both")
        options = bulk_options(
            mapping=_columns(columns),
            ignore=ignore,
            failures=failures,
            dry_run=dry_run,
            lanes=lanes,
            rate_limit=rate_limit,
            max_retries=max_retries,
            journal=journal,
            no_journal=no_journal,
        )
        with Adapty() as adapty, shown_progress() as show:
            report = import_all(
                adapty, profiles=profiles_file, events=events_file, sort=sort, on_progress=show, **options
            )
        print_import_report(report, as_json=as_json)
        if report.refused:
            raise typer.Exit(ExitCode.SOME_REFUSED)


def _one_file(option: str, given: Sequence[Path] | None) -> Path | None:
    """Refuse a second file instead of leaving the first one out."""
    if given and len(given) > 1:
        raise AdaptyUsageError.for_field(option, "is given more than once; expected one file a run")
    return given[0] if given else None


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _pairs(option: str, pairs: Sequence[str] | None, *, numbers: bool = False) -> dict[str, Any] | None:
    """Read NAME=VALUE, and NAME:=NUMBER where numbers are taken."""
    if not pairs:
        return None
    read: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.rstrip(":"):
            raise AdaptyUsageError.for_field(option, "has a value that is not of the form NAME=VALUE")
        is_number = numbers and name.endswith(":")
        plain = name.removesuffix(":") if is_number else name
        if plain in read:
            raise AdaptyUsageError.for_field(option, "has two values for one name; expected one")
        read[plain] = _number(option, value) if is_number else value
    return read


def _columns(pairs: Sequence[str] | None) -> dict[str, str] | None:
    """Read FIELD=COLUMN."""
    if not pairs:
        return None
    read: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise AdaptyUsageError.for_field(
                "--map", "has a value that is not of the form FIELD=COLUMN, as email=user_email is"
            )
        if field in read:
            raise AdaptyUsageError.for_field("--map", "has two columns for one field; expected one")
        read[field] = column
    return read


def _number(option: str, value: str) -> float:
    parse: Callable[[str], float] = int if value.lstrip("-").isdecimal() else float
    try:
        return parse(value)
    except ValueError:
        raise AdaptyUsageError.for_field(option, "has a value after := that is not a number") from None
