"""`profile`: end users of the server-side API, looked up and deleted."""

from __future__ import annotations

import typer

from adapty import Adapty
from adapty._cli.errors import output, typed_errors
from adapty._cli.format import print_json
from adapty._cli.options import AsJson, CustomerUserId, ProfileId  # noqa: TC001 - typer reads them
from adapty._cli.profile_view import print_profile

__all__ = ["app"]

app = typer.Typer(help="End users: look one up, delete one.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def get(*, customer_user_id: CustomerUserId = None, profile_id: ProfileId = None, as_json: AsJson = False) -> None:
    """Print a user with access levels, subscriptions and purchases; times are in UTC."""
    with typed_errors(), Adapty() as adapty:
        profile = adapty.profiles.get(customer_user_id=customer_user_id, profile_id=profile_id)
        if as_json:
            print_json(profile.to_dict())
        else:
            print_profile(profile)


@app.command()
def delete(*, customer_user_id: CustomerUserId = None, profile_id: ProfileId = None) -> None:
    """Delete a user with all that belongs to the profile, at once and for good; `erase` does it for many."""
    with typed_errors(), Adapty() as adapty:
        adapty.profiles.delete(customer_user_id=customer_user_id, profile_id=profile_id)
    output.print("deleted")
