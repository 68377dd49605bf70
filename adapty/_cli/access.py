"""`access`: grant, revoke and check access levels in the server-side API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from adapty import NOT_GIVEN, AccessLevel, Adapty
from adapty._cli.commands import CommandGroup
from adapty._cli.errors import ExitCode
from adapty._cli.format import format_value, print_json
from adapty._cli.options import AsJson, CustomerUserId, ProfileId, option, parse_time, require_one
from adapty._cli.output import stdout
from adapty._cli.profile_view import expiry, level_to_dict, print_levels

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

    from adapty import NotGiven, Profile

__all__ = ["app"]

app = CommandGroup(help="Grant, revoke and check access levels.")

Level = Annotated[str, typer.Argument(metavar="LEVEL", help="Access level, such as premium.")]

_TIME = "ISO 8601 with an offset, or 12h, 30d, 2w, 3mo or 1y from now"


@app.command()
def grant(
    access_level_id: Level,
    *,
    customer_user_id: CustomerUserId = None,
    profile_id: ProfileId = None,
    expires_at: Annotated[str | None, option(f"End: {_TIME}.")] = None,
    lifetime: Annotated[bool, typer.Option("--lifetime", help="No end.")] = False,
    starts_at: Annotated[str | None, option(f"Start: {_TIME}. Default: now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Grant a user an access level without a purchase, and print the result."""
    end = _parse_end("--expires-at", expires_at, "--lifetime", without=lifetime)
    start = NOT_GIVEN if starts_at is None else parse_time("--starts-at", starts_at)
    with Adapty() as client:
        granted = client.access_levels.grant(
            access_level_id,
            customer_user_id=customer_user_id,
            profile_id=profile_id,
            starts_at=start,
            expires_at=end,
            lifetime=lifetime,
        )
    _print_level(granted, access_level_id, as_json=as_json)


@app.command()
def revoke(
    access_level_id: Level,
    *,
    customer_user_id: CustomerUserId = None,
    profile_id: ProfileId = None,
    revoke_at: Annotated[str | None, option(f"End: {_TIME}.", "--at")] = None,
    now: Annotated[bool, typer.Option("--now", help="End it now.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a user's access level, from whatever source, and print the result."""
    end = _parse_end("--at", revoke_at, "--now", without=now)
    with Adapty() as client:
        revoked = client.access_levels.revoke(
            access_level_id, customer_user_id=customer_user_id, profile_id=profile_id, revoke_at=end, immediate=now
        )
    _print_level(revoked, access_level_id, as_json=as_json)


@app.command()
def check(
    access_level_id: Level,
    *,
    customer_user_id: CustomerUserId = None,
    profile_id: ProfileId = None,
    at: Annotated[str | None, option("Time to check, ISO 8601 with an offset. Default: now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check whether a user has an access level. The exit code is 0 for access, 1 for none."""
    AccessLevel().is_active(at)  # rejects an invalid time before the request
    with Adapty() as client:
        profile = client.profiles.get(customer_user_id=customer_user_id, profile_id=profile_id)
    level = _find_level(profile, access_level_id, at)
    if as_json:
        print_json(level_to_dict(access_level_id, level, at))
    else:
        stdout.print(_describe(level, at))
    if level is None or not level.is_active(at):
        raise typer.Exit(ExitCode.NO_ACCESS)


def _parse_end(flag: str, text: str | None, other: str, *, without: bool) -> str | relativedelta | NotGiven:
    """Return the end of an access level; NOT_GIVEN if the other flag is given instead."""
    require_one(flag, other, given=text is not None, other_given=without)
    return NOT_GIVEN if text is None else parse_time(flag, text)


def _find_level(profile: Profile, access_level_id: str, at: str | None = None) -> AccessLevel | None:
    """Return the user's level with that ID, preferably an active one."""
    levels = [level for level in profile.access_levels if level.access_level_id == access_level_id]
    return next((level for level in levels if level.is_active(at)), levels[0] if levels else None)


def _print_level(profile: Profile, access_level_id: str, *, as_json: bool) -> None:
    if as_json:
        print_json(level_to_dict(access_level_id, _find_level(profile, access_level_id)))
    else:
        print_levels(level for level in profile.access_levels if level.access_level_id == access_level_id)


def _describe(level: AccessLevel | None, at: str | None) -> str:
    """Describe whether a level is active, and until when, or why not."""
    if level is None:
        return "not active: the user does not have it"
    if level.is_active(at):
        return "active without an end" if level.is_lifetime else f"active until {format_value(level.expires_at)}"
    if {"starts_at", "expires_at"} & set(level.extra_fields):
        return "not active: its start or its end cannot be parsed"
    if not AccessLevel(starts_at=level.starts_at).is_active(at):
        return f"not active: it starts at {format_value(level.starts_at)}"
    return f"not active: it ended at {format_value(expiry(level))}"
