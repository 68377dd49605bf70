"""Erase many users from both APIs, permanently."""

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
    client: Adapty,
    ids: Ids,
    *,
    by: KindName | None = None,
    api: ApiName | None = None,
    **options: Unpack[EraseOptions],
) -> EraseReport:
    """Delete every user of a list from both APIs, permanently: the operations `deleteProfile`.

    Adapty Mail also cancels the e-mails that are scheduled for them.

    The report file has a row for each user and API: `deleted`, `not_found`, or `failed` with the reason. `not_found`
    means that no profile was found by this ID; the user may have a profile under another ID. Users that were not
    attempted, because the API was aborted, have no row. An error that aborts one API (its key, its address, its rate
    limit) does not keep the users from being erased from the other one.

    An interrupted erasure of a file resumes when the same call is made again. What was done in the last second before a
    crash may be repeated, and then has two rows. A file that has changed is rejected.

    A bare ID, which has no kind or is named `user_id`, is your own ID of a user. The server-side API looks for it as
    `customer_user_id`. Adapty Mail looks for it as `external_profile_id`, which imports save profiles by, and if there
    is no such profile as `customer_user_id`; the report says which kind was found. With `by`, or in a column or key
    that names a kind, an ID has this kind only. For a row with both an `external_profile_id` and a `customer_user_id`,
    Mail looks for the first one, then for the second one.

    An e-mail address instead of your own ID is rejected: use `by="email"`. If your user IDs are e-mail addresses, pass
    both `api` and `by`, such as `api="server-side", by="customer_user_id"`.

    An ID must be exactly what was imported. IDs with surrounding white space or invisible characters are rejected, and
    so are values that spreadsheets and dumps write instead of an ID, such as `1.23457E+14` or `NULL`. Each is a failed
    row. `profiles.delete` and `mail.delete_profile` send an ID as it is.

    Args:
        client: The client.
        ids: A file (one ID per line, or CSV or JSON Lines with named IDs; gzipped or not), an open binary file such as
            standard input, or an iterable or async iterable of IDs. An iterable is read in a thread of its own, an
            async iterable on the event loop. An iterator is kept in memory if both APIs need it.
        by: The kind of ID: `customer_user_id`, `profile_id`, `external_profile_id` or `email`. Default: what the header
            or the keys of the file say, else bare IDs.
        api: `server-side` or `mail`. Default: each API that knows such IDs and has a key.
        options: See `EraseOptions`: `report`, `checkpoint`, `delimiter`, `concurrency`, `rate_limit`, `max_retries`,
            `transport` and `on_progress`.

    Returns:
        The counts. Check `failed`: failures of single users are not raised. Check `nothing_found`: if an API found none
        of the IDs, they probably have another kind.

    Raises:
        AdaptyUsageError: An argument is invalid, or the file cannot be read or has changed since the erasure began.
            Nothing was sent.
        AdaptyAPIError: An API rejects the key, is not at this address, limits the rate for long, or fails.
        AdaptyConnectionError: An API cannot be reached. The notes of each error describe the progress.
        KeyboardInterrupt: Ctrl-C was pressed before all was sent. Requests in flight were completed and are in the
            report.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_1")
        >>> report = erase(client, ["user_1", "user_2"], api="server-side")
        >>> report.deleted, report.not_found, report.failed, report.report
        (1, 1, 0, PosixPath('ids.erased.csv'))
    """
    check_client(client, Adapty)
    token = CancelToken()
    return run_sync(EraseRunner.create(ids, by=by, api=api, options=options).run(client, token), token)


async def async_erase(
    client: AsyncAdapty,
    ids: Ids,
    *,
    by: KindName | None = None,
    api: ApiName | None = None,
    **options: Unpack[EraseOptions],
) -> EraseReport:
    """Do what `erase` does, with the async client.

    When it is cancelled, the results so far are saved, and requests in flight are cancelled.
    """
    check_client(client, AsyncAdapty)
    return await EraseRunner.create(ids, by=by, api=api, options=options).run(client, CancelToken())
