"""A client used before a fork: its children open connections of their own."""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyConfigError, AsyncAdapty
from adapty_generated.server_side.api.profile import get_profile
from tests.python_processes import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connections.echo_server import EchoServer

CHILDREN = 3
CALLS = 25

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


def run_in_children(work: Callable[[int], int]) -> list[int]:
    """Fork children, call `work(number)` in each, and return the results: from 0 to 200, or 201 for an exception."""
    children = []
    for number in range(CHILDREN):
        child = os.fork()
        if child == 0:
            code = 201
            try:
                code = work(number)
            except BaseException:  # noqa: BLE001 - the parent shows it
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def count_wrong(client: Adapty, number: int) -> int:
    """Read one user again and again; return how often the answer was about another one, or failed."""
    wrong = 0
    for call in range(CALLS):
        user = f"user_{number}_{call}"
        try:
            wrong += client.profiles.get(customer_user_id=user).customer_user_id != user
        except Exception:  # noqa: BLE001 - any failure counts
            wrong += 1
    return wrong


def test_children_of_a_used_client_get_their_own_users(echo: EchoServer) -> None:
    """No answer is about another process's user; the parent's connection stays usable."""
    with Adapty("secret_live_key", base_url=echo.url, max_retries=0) as client:
        copy = client.with_options(max_retries=1)
        assert client.profiles.get(customer_user_id="parent").customer_user_id == "parent"

        wrong = run_in_children(lambda number: count_wrong(copy if number % 2 else client, number))

        assert wrong == [0] * CHILDREN
        assert count_wrong(client, CHILDREN) == 0


def test_low_level_clients_work_in_children(echo: EchoServer) -> None:
    """The generated code's client, made before the fork, opens new connections as well."""
    with Adapty("secret_live_key", base_url=echo.url) as client:
        low_level = client.low_level()

        def get(user: str) -> Any:
            response = get_profile.sync_detailed(client=low_level, adapty_customer_user_id=user)
            return response.parsed.data.customer_user_id  # type: ignore[union-attr]

        assert get("parent") == "parent"
        wrong = run_in_children(lambda number: sum(get(f"{number}_{i}") != f"{number}_{i}" for i in range(20)))
        assert wrong == [0] * CHILDREN


def test_async_client_used_before_a_fork_works_in_children(echo: EchoServer) -> None:
    """Each child runs an event loop of its own over new connections."""
    client = AsyncAdapty("secret_live_key", base_url=echo.url, max_retries=0)

    async def count_wrong_async(number: int) -> int:
        users = [f"user_{number}_{call}" for call in range(20)]
        profiles = await asyncio.gather(*(client.profiles.get(customer_user_id=user) for user in users))
        return sum(profile.customer_user_id != user for profile, user in zip(profiles, users, strict=True))

    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(count_wrong_async(CHILDREN)) == 0  # the loop stays open over the fork

    assert run_in_children(lambda number: asyncio.run(count_wrong_async(number))) == [0] * CHILDREN

    assert loop.run_until_complete(count_wrong_async(CHILDREN)) == 0
    loop.run_until_complete(client.close())
    loop.close()


def test_closing_in_a_child_leaves_the_parent_open(echo: EchoServer) -> None:
    """A child that closes the client does not end the parent's connections."""
    with Adapty("secret_live_key", base_url=echo.url, max_retries=0) as client:
        client.profiles.get(customer_user_id="parent")

        def use_and_close(number: int) -> int:
            wrong = client.profiles.get(customer_user_id=f"{number}").customer_user_id != f"{number}"
            client.close()
            return int(wrong)

        assert run_in_children(use_and_close) == [0] * CHILDREN
        before = len(echo.requests)
        client.profiles.get(customer_user_id="parent")
        assert len(echo.requests) == before + 1


def test_http_client_of_the_caller_is_rejected_in_a_child(echo: EchoServer) -> None:
    """Only the caller can open new connections in it, so the child gets an error that says what to do."""
    with httpx.Client() as http_client, httpx.HTTPTransport() as transport:
        arguments: list[dict[str, Any]] = [{"http_client": http_client}, {"transport": transport}]
        for options in arguments:
            client = Adapty("secret_live_key", base_url=echo.url, max_retries=0, **options)
            client.profiles.get(customer_user_id="parent")
            (name,) = options

            def is_refused(_: int, client: Adapty = client, name: str = name) -> int:
                with pytest.raises(AdaptyConfigError, match=f"{name}: .*; create the client after"):
                    client.profiles.get(customer_user_id="child")
                with pytest.raises(AdaptyConfigError, match=f"{name}: belongs to the parent process"):
                    get_profile.sync_detailed(client=client.low_level(), adapty_customer_user_id="child")
                return 0

            assert run_in_children(is_refused) == [0] * CHILDREN


@pytest.mark.parametrize("echo", ["https"], indirect=True)
def test_threads_that_hold_connections_at_the_fork_do_not_block_children(echo: EchoServer) -> None:
    """A child works although other threads of its parent were in the middle of requests, and held locks."""
    program = """
        import os, sys, threading
        from adapty import Adapty

        client = Adapty("secret_live_key", base_url=sys.argv[1])
        client.profiles.get(customer_user_id="parent")  # a fork during an import blocks Python itself
        stop = threading.Event()

        def call(number):
            while not stop.is_set():
                client.profiles.get(customer_user_id=f"thread_{number}")

        threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        codes = []
        for child in range(8):
            pid = os.fork()
            if pid == 0:
                user = f"child_{child}"
                os._exit(client.profiles.get(customer_user_id=user).customer_user_id != user)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        stop.set()
        for thread in threads:
            thread.join()
        sys.exit(any(codes))
    """
    done = run_python("-W", "ignore", "-c", textwrap.dedent(program), echo.url)
    assert (done.returncode, done.stderr) == (0, "")
