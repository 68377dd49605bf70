"""`access`: access levels of the server-side API, given, taken away and asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from adapty import NOT_GIVEN, AccessLevel, Adapty, AdaptyUsageError
from adapty._cli.errors import EXIT_CODES, ExitCode, output, typed_errors
from adapty._cli.format import print_json, shown
from adapty._cli.options import AsJson, CustomerUserId, ProfileId, option, when
from adapty._cli.profile_view import end_of, level_data, print_levels

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

    from adapty import NotGiven, Profile

__all__ = ["app"]

app = typer.Typer(help="Access levels: what a user may use.", no_args_is_help=True, rich_markup_mode=None)

Level = Annotated[str, typer.Argument(help="The access level, such as premium.")]
End = Annotated[str | None, option("When it ends: ISO 8601 with an offset, or 12h, 30d, 2w, 3mo, 1y from now.")]


@app.command()
def grant(
    level: Level,
    *,
    customer_user_id: CustomerUserId = None,
    profile_id: ProfileId = None,
    expires_at: End = None,
    lifetime: Annotated[bool, typer.Option("--lifetime", help="It never ends.")] = False,
    starts_at: Annotated[str | None, option("When it begins, likewise; at once where left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a user an access level without a purchase, and print what it is then."""
    with typed_errors():
        end = _either("--expires-at", expires_at, "--lifetime", asked=lifetime)
        start = NOT_GIVEN if starts_at is None else when("--starts-at", starts_at)
        with Adapty() as adapty:
            profile = adapty.access_levels.grant(
                level,
                customer_user_id=customer_user_id,
                profile_id=profile_id,
                starts_at=start,
                expires_at=end,
                lifetime=lifetime,
            )
        _print_level(profile, level, as_json=as_json)


@app.command()
def revoke(
    level: Level,
    *,
    customer_user_id: CustomerUserId = None,
    profile_id: ProfileId = None,
    at: End = None,
    now: Annotated[bool, typer.Option("--now", help="It ends at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a user's access level, whatever opened it, and print what it is then."""
    with typed_errors():
        end = _either("--at", at, "--now", asked=now)
        with Adapty() as adapty:
            profile = adapty.access_levels.revoke(
                level, customer_user_id=customer_user_id, profile_id=profile_id, revoke_at=end, immediate=now
            )
        _print_level(profile, level, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def check(
    level: Level,
    *,
    customer_user_id: CustomerUserId = None,
    profile_id: ProfileId = None,
    at: Annotated[str | None, option("The moment to judge, ISO 8601 with an offset; now where left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether a user may use an access level: the exit code is 0 if so, 1 if not."""
    with typed_errors():
        AccessLevel().is_active(at)  # what is no moment is refused before anything is sent
        with Adapty() as adapty:
            profile = adapty.profiles.get(customer_user_id=customer_user_id, profile_id=profile_id)
        held = _held(profile, level, at)
        if as_json:
            print_json(level_data(level, held, at))
        else:
            output.print(_told(held, at))
        if held is None or not held.is_active(at):
            raise typer.Exit(ExitCode.NO_ACCESS)


def _either(name: str, text: str | None, instead: str, *, asked: bool) -> str | relativedelta | NotGiven:
    """Read the end of an access level; NOT_GIVEN where the option is given that stands for none."""
    if (text is not None) == asked:
        problem = f"is given beside {instead}" if asked else f"is missing, and so is {instead}"
        raise AdaptyUsageError.for_field(name, f"{problem}; expected one of the two")
    return NOT_GIVEN if text is None else when(name, text)


def _held(profile: Profile, level: str, at: str | None = None) -> AccessLevel | None:
    """Give the user's level of that id, one that is open then if there are several."""
    held = [one for one in profile.access_levels if one.access_level_id == level]
    return next((one for one in held if one.is_active(at)), held[0] if held else None)


def _print_level(profile: Profile, level: str, *, as_json: bool) -> None:
    if as_json:
        print_json(level_data(level, _held(profile, level)))
    else:
        print_levels(one for one in profile.access_levels if one.access_level_id == level)


def _told(level: AccessLevel | None, at: str | None) -> str:
    """Say whether a level is open, and until when, or why not."""
    if level is None:
        return "not active: the user does not have it"
    if level.is_active(at):
        return "active without an end" if level.is_lifetime else f"active until {shown(level.expires_at)}"
    if {"starts_at", "expires_at"} & set(level.extra_fields):
        return "not active: its start or its end cannot be read"
    if not AccessLevel(starts_at=level.starts_at).is_active(at):
        return f"not active: it starts at {shown(level.starts_at)}"
    return f"not active: it ended at {shown(end_of(level))}"
