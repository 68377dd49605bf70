"""Erases people: many, at once and for good, from both APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._async.client import AsyncAdapty
from adapty._engine.runner import CancelToken, run_sync
from adapty._sync.client import Adapty
from adapty.bulk._erase_runner import EraseRunner
from adapty.bulk.options import check_client

if TYPE_CHECKING:
    from typing import Unpack

    from adapty.bulk._inputs.erase_targets import Ids
    from adapty.bulk._inputs.ids import ApiName, KindName
    from adapty.bulk.options import EraseOptions
    from adapty.bulk.reports import EraseReport

__all__ = ["async_erase", "erase"]


def erase(
    adapty: Adapty,
    ids: Ids,
    *,
    by: KindName | None = None,
    api: ApiName | None = None,
    **options: Unpack[EraseOptions],
) -> EraseReport:
    """Delete every user of a list: the operations `deleteProfile` of both APIs. There is no way back.

    What came of each user with each API is a row of the report file: deleted, not_found, or failed with the reason.
    not_found says that no profile was found by this id, and not that there is none. Who was not tried, because
    something stopped the API, has no row. What stops one API (its key, its address, its rate) does not keep the users
    from being erased from the other one.

    An erasure of a file that broke off, for whatever reason, goes on where it was when the same call is made again.
    What was done in the last second before a crash may be done again, and then has two rows. A file that has changed
    since is refused.

    A bare id, which comes without a kind or as `user_id`, is your own id of a user. The server-side API is asked for it
    as `customer_user_id`. Adapty Mail is asked for it as `external_profile_id`, which imports save profiles by, and
    where that finds no profile as `customer_user_id`; the report says which kind found it. With `by`, and in a column
    or key that names a kind, an id is of this kind alone. A row with both an `external_profile_id` and a
    `customer_user_id` is asked for in Mail by its own first one, then by its own second one.

    An e-mail address in the place of your own id is refused: use `by="email"`, or where your user ids are e-mail
    addresses both `api` and `by`, such as `api="server-side", by="customer_user_id"`.

    An id has to be exactly what was imported. One with white space around it or invisible characters in it is refused,
    and so is what spreadsheets and dumps leave in the place of an id, such as `1.23457E+14` or `NULL`: each is a failed
    row. `profiles.delete` and `mail.delete_profile` take an id as it is given.

    Args:
        adapty: The client.
        ids: A file (one id a line, or CSV or JSON Lines that name the ids; gzipped or not), an open binary file such as
            standard input, or an iterable or async iterable of ids. What can be read only once, a generator say, is
            kept in memory where both APIs need it.
        by: Which kind of id they are: `customer_user_id`, `profile_id`, `external_profile_id` or `email`. Where left
            out: what the file's header or keys say, or else they are bare ids.
        api: `server-side` or `mail`; each that knows such ids and that there is a key for, where left out.
        options: See `EraseOptions`: `report`, `checkpoint`, `concurrency`, `rate_limit`, `max_retries`, `transport` and
            `on_progress`.

    Returns:
        How many were deleted, not found, and failed. Look at `failed`: failures of single users are not raised. Look at
        `nothing_found`: an API that found none of the ids was probably asked by the wrong kind.

    Raises:
        AdaptyUsageError: An argument is wrong, or the file cannot be read or has changed since the erasure began;
            nothing was sent.
        AdaptyAPIError: An API does not take the key, is not at this address, wants to be left alone, or fails.
        AdaptyConnectionError: An API cannot be reached. Notes on each say how far the erasure came.
        KeyboardInterrupt: Ctrl-C was pressed; what was sent by then has been waited for, and is in the report.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_1")
        >>> report = erase(client, ["user_1", "user_2"], api="server-side")
        >>> report.deleted, report.not_found, report.failed, report.report
        (1, 1, 0, PosixPath('ids.erased.csv'))
    """
    check_client(adapty, Adapty)
    token = CancelToken()
    return run_sync(EraseRunner.create(ids, by=by, api=api, options=options).run(adapty, token), token)


async def async_erase(
    adapty: AsyncAdapty,
    ids: Ids,
    *,
    by: KindName | None = None,
    api: ApiName | None = None,
    **options: Unpack[EraseOptions],
) -> EraseReport:
    """Do what `erase` does, with the async client.

    When it is cancelled, what is noted so far is saved, and what is under way is given up.
    """
    check_client(adapty, AsyncAdapty)
    return await EraseRunner.create(ids, by=by, api=api, options=options).run(adapty, CancelToken())
