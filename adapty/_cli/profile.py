"""`profile`: look up and delete end users in the server-side API."""

from __future__ import annotations

from adapty import Adapty
from adapty._cli.commands import CommandGroup
from adapty._cli.format import print_json
from adapty._cli.options import AsJson, CustomerUserId, ProfileId  # noqa: TC001 - typer reads them
from adapty._cli.output import stdout
from adapty._cli.profile_view import print_profile

__all__ = ["app"]

app = CommandGroup(help="Look up or delete an end user.")


@app.command()
def get(*, customer_user_id: CustomerUserId = None, profile_id: ProfileId = None, as_json: AsJson = False) -> None:
    """Print a user's profile, access levels, subscriptions and purchases. Times are in UTC."""
    with Adapty() as client:
        profile = client.profiles.get(customer_user_id=customer_user_id, profile_id=profile_id)
    if as_json:
        print_json(profile.to_dict())
    else:
        print_profile(profile)


@app.command()
def delete(*, customer_user_id: CustomerUserId = None, profile_id: ProfileId = None) -> None:
    """Delete a user and all data of the profile, irreversibly. To delete many users, see erase."""
    with Adapty() as client:
        client.profiles.delete(customer_user_id=customer_user_id, profile_id=profile_id)
    stdout.print("deleted")
