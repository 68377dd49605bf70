"""The plugin in a user's project: its fixtures and its marker, with every warning an error."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import adapty.testing

if TYPE_CHECKING:
    from tests.testing.conftest import Project

pytest_plugins = ["pytester"]

CODE_UNDER_TEST = """
def reward_referral(adapty, user_id):
    adapty.profiles.create(customer_user_id=user_id)
    adapty.access_levels.grant("premium", customer_user_id=user_id, lifetime=True)
"""


def test_documented_example_runs(project: Project) -> None:
    """The example runs unchanged, with code to test."""
    _, example, _ = re.split(r"\n\n(?=    import pytest)|\n\nFixtures:", str(adapty.testing.__doc__))

    project.run(f"{dedent(example)}\n{CODE_UNDER_TEST}").assert_outcomes(passed=2)


def test_each_test_has_an_empty_sandbox(project: Project) -> None:
    """Users, requests and faults of an earlier test are gone; the address is the same."""
    ran = project.run(
        """
        import pytest
        from adapty.testing import assert_nothing_sent

        urls = set()

        @pytest.mark.parametrize("turn", range(3))
        def test_one_after_the_other(adapty_sandbox, adapty_client, turn):
            assert_nothing_sent(adapty_sandbox)
            assert list(adapty_sandbox.faults) == []
            assert adapty_sandbox.server_side_profile(customer_user_id="user_12345") is None
            adapty_client.profiles.create(customer_user_id="user_12345")
            adapty_sandbox.faults.add("server_error")
            urls.add(adapty_sandbox.url)
            assert len(urls) == 1
        """,
    )

    ran.assert_outcomes(passed=3)


def test_client_has_both_keys_and_is_closed(project: Project) -> None:
    """It is closed after the test, so later uses raise an error."""
    ran = project.run(
        """
        import pytest
        from adapty import Adapty, AdaptyConfigError
        from adapty.testing import assert_flow, assert_server_side_profile

        stored = []

        def test_both_apis(adapty_client, adapty_sandbox):
            assert isinstance(adapty_client, Adapty)
            adapty_client.profiles.create(customer_user_id="user_12345")
            adapty_client.mail.save_profile(
                external_profile_id="user_12345", external_created_at="2026-06-01T10:30:00Z", email="jane@example.com"
            )
            assert_server_side_profile(adapty_sandbox, customer_user_id="user_12345")
            assert_flow(adapty_sandbox, "user_12345", "never purchased")
            stored.append(adapty_client)

        def test_later():
            with pytest.raises(AdaptyConfigError, match="closed"):
                stored[0].profiles.get(customer_user_id="user_12345")
        """,
    )

    ran.assert_outcomes(passed=2)


def test_clients_do_not_sleep_between_attempts(project: Project) -> None:
    """The delays of the fixtures' clients and of other clients are recorded."""
    ran = project.run(
        """
        import asyncio
        import pytest
        import time
        from adapty import Adapty, AsyncAdapty, RateLimitError

        def test_fixture(adapty_client, adapty_sandbox, adapty_retry_delays):
            adapty_sandbox.faults.add("rate_limited;retry_after=30;count=2")
            adapty_client.profiles.create(customer_user_id="user_12345")
            assert adapty_retry_delays == [30, 30]

        @pytest.mark.adapty_faults("server_error;retry_after=45;count=1")
        def test_own_client(adapty_environment, adapty_retry_delays):
            with Adapty() as adapty:
                adapty.profiles.create(customer_user_id="user_12345")
            assert adapty_retry_delays == [45]

        @pytest.mark.adapty_faults("rate_limited;retry_after=45;count=1")
        def test_own_async_client(adapty_environment, adapty_retry_delays):
            async def create():
                async with AsyncAdapty() as adapty:
                    await adapty.profiles.create(customer_user_id="user_12345")
            asyncio.run(create())
            assert adapty_retry_delays == [45]

        @pytest.mark.adapty_faults("rate_limited;retry_after=61;count=1")
        def test_long_delays(adapty_client, adapty_retry_delays):
            with pytest.raises(RateLimitError):
                adapty_client.profiles.create(customer_user_id="user_12345")
            assert adapty_retry_delays == []

        def test_afterwards():
            from adapty._sync import transport
            assert transport.sleep is time.sleep
        """,
    )

    ran.assert_outcomes(passed=5)


def test_bulk_runs_do_not_sleep_between_attempts(project: Project) -> None:
    """No delay is slept, including long Retry-After; each attempt's delay is recorded."""
    ran = project.run(
        """
        import asyncio
        import pytest
        from adapty.bulk import async_import_profiles, import_profiles
        from adapty.testing import assert_profile_saved

        PROFILES = [
            {"external_profile_id": f"u{number}", "external_created_at": "2026-06-01T10:30:00Z", "email": "j@a.example"}
            for number in range(5)
        ]

        @pytest.mark.adapty_faults("server_error;retry_after=40;count=3")
        def test_blocking(adapty_client, adapty_sandbox, adapty_retry_delays):
            report = import_profiles(adapty_client, PROFILES)
            assert (report.accepted, report.retried) == (5, 3)
            assert adapty_retry_delays == [40, 40, 40]
            assert_profile_saved(adapty_sandbox, "u4")

        @pytest.mark.adapty_faults("rate_limited;retry_after=50;count=1")
        def test_async(async_adapty_client, adapty_retry_delays):
            report = asyncio.run(async_import_profiles(async_adapty_client, PROFILES, concurrency=1))
            assert (report.accepted, report.retried) == (5, 1)
            assert adapty_retry_delays == [50]

        def test_afterwards():
            from adapty._engine.dispatcher import block_seconds
            assert block_seconds(3.0) == 3.0
        """,
    )

    ran.assert_outcomes(passed=3)


def test_overridden_fixture_sleeps(project: Project) -> None:
    """A fixture of the same name that does nothing restores the sleeps."""
    ran = project.run(
        """
        import pytest
        import time

        @pytest.fixture
        def adapty_retry_delays():
            pass

        @pytest.mark.adapty_faults("rate_limited;retry_after=1;count=1")
        def test_waiting(adapty_client):
            began = time.monotonic()
            adapty_client.profiles.create(customer_user_id="user_12345")
            assert time.monotonic() - began >= 1
        """,
    )

    ran.assert_outcomes(passed=1)


def test_environment_configures_the_sandbox(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients without arguments use it, in this and other processes; earlier values are restored."""
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "the_users_own")
    ran = project.run(
        """
        import os
        import subprocess
        import sys
        from adapty import Adapty
        from adapty.testing import assert_requests

        PROGRAM = "from adapty import Adapty; Adapty().profiles.create(customer_user_id='user_12345')"

        def test_inside(adapty_environment, adapty_sandbox):
            assert {name: os.environ[name] for name in adapty_environment} == adapty_environment
            assert set(adapty_environment) == {
                "ADAPTY_BASE_URL", "ADAPTY_SECRET_KEY", "ADAPTY_PUBLIC_KEY", "ADAPTY_ADMIN_BASE_URL",
                "ADAPTY_MAIL_BASE_URL", "ADAPTY_MAIL_SECRET_KEY",
            }
            subprocess.run([sys.executable, "-c", PROGRAM], check=True)
            with Adapty() as adapty:
                adapty.profiles.get(customer_user_id="user_12345")
                adapty.mail.save_profile(
                    external_profile_id="user_12345", external_created_at="2026-06-01T10:30:00Z", email="j@example.com"
                )
            assert len(adapty_sandbox.requests()) == 3

        def test_outside():
            assert os.environ["ADAPTY_SECRET_KEY"] == "the_users_own"
            assert "ADAPTY_BASE_URL" not in os.environ
        """,
    )

    ran.assert_outcomes(passed=2)


def test_async_client_works_in_any_event_loop(project: Project) -> None:
    """It works in one after the other, is left open, and leaves no socket behind, faults or not."""
    ran = project.run(
        """
        import asyncio
        import gc
        import pytest
        from adapty import AdaptyConnectionError, AsyncAdapty
        from adapty.testing import assert_requests

        async def create(client):
            await asyncio.gather(*(client.profiles.create(customer_user_id=f"user_{n}") for n in range(5)))

        def test_in_two_loops(async_adapty_client, adapty_sandbox):
            assert isinstance(async_adapty_client, AsyncAdapty)
            asyncio.run(create(async_adapty_client))
            asyncio.run(create(async_adapty_client))
            assert_requests(adapty_sandbox, "createProfile", count=10)

        @pytest.mark.adapty_faults("drop_after;every=2;count=2", "stall;seconds=5;count=1")
        def test_with_faults(async_adapty_client):
            async def calls():
                with pytest.raises(AdaptyConnectionError):
                    await async_adapty_client.with_options(timeout=0.1, max_retries=0).profiles.create(
                        customer_user_id="user_12345"
                    )
                await create(async_adapty_client)
            asyncio.run(calls())

        def test_cancelled(async_adapty_client, adapty_sandbox):
            adapty_sandbox.faults.add("slow;seconds=5")
            async def calls():
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await create(async_adapty_client)
            asyncio.run(calls())

        def test_closed_all_the_same(async_adapty_client):
            async def calls():
                async with async_adapty_client:
                    await create(async_adapty_client)
            asyncio.run(calls())

        def test_nothing_is_left():
            gc.collect()
        """,
    )

    ran.assert_outcomes(passed=5)


@pytest.mark.parametrize("plugin", ["anyio", "asyncio"])
def test_async_client_under_a_plugin(project: Project, plugin: str) -> None:
    """Either of the two, in its strictest mode; neither is needed by ours."""
    pytest.importorskip({"anyio": "anyio", "asyncio": "pytest_asyncio"}[plugin])
    scope = ("-o", "asyncio_default_fixture_loop_scope=function") if plugin == "asyncio" else ()
    ran = project.run(
        f"""
        import gc
        import pytest
        from adapty.testing import assert_requests

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.{plugin}
        async def test_awaiting(async_adapty_client, adapty_sandbox):
            await async_adapty_client.profiles.create(customer_user_id="user_12345")
            adapty_sandbox.faults.add("rate_limited;retry_after=30;count=1")
            await async_adapty_client.profiles.get(customer_user_id="user_12345")
            assert_requests(adapty_sandbox, "getProfile", statuses=[429, 200])

        def test_nothing_is_left():
            gc.collect()
        """,
        *scope,
        beside=plugin,
        apart=True,
    )

    ran.assert_outcomes(passed=2)


def test_marker_adds_faults(project: Project) -> None:
    """They are added before the test, after those of its class and module; all of `Fault` is supported."""
    ran = project.run(
        """
        import pytest
        import unittest
        from adapty.sandbox import Fault
        from adapty.testing import assert_requests

        pytestmark = pytest.mark.adapty_faults("html_error;count=1")

        @pytest.mark.adapty_faults("rate_limited;count=1")
        class TestInAClass:
            @pytest.mark.adapty_faults(Fault("server_error", count=1, status=500), "drop_before;count=1")
            def test_own(self, adapty_client, adapty_sandbox):
                client = adapty_client.with_options(max_retries=9)
                client.profiles.create(customer_user_id="user_12345")
                assert_requests(adapty_sandbox, "createProfile", statuses=[500, 0, 429, 502, 200])

            def test_none_of_its_own(self, adapty_client, adapty_sandbox):
                adapty_client.profiles.create(customer_user_id="user_12345")
                assert_requests(adapty_sandbox, "createProfile", statuses=[429, 502, 200])

        @pytest.mark.parametrize("kind", [pytest.param(503, marks=pytest.mark.adapty_faults("server_error;count=1"))])
        def test_of_a_parameter(adapty_client, adapty_sandbox, kind):
            adapty_client.profiles.create(customer_user_id="user_12345")
            assert_requests(adapty_sandbox, "createProfile", statuses=[kind, 502, 200])
        """,
    )

    ran.assert_outcomes(passed=3)


def test_marker_uses_the_sandbox(project: Project) -> None:
    """A test with the marker uses the sandbox without a fixture; other tests do not start it."""
    project.conftest(
        """
        import pytest

        @pytest.fixture
        def faults(request):
            return [str(fault) for fault in request.getfixturevalue("adapty_sandbox").faults]
        """,
    )
    ran = project.run(
        """
        import pytest
        import unittest

        @pytest.mark.adapty_faults("slow;seconds=0.1")
        def test_named_later(faults):
            assert faults == ["slow;seconds=0.1"]

        class Case(unittest.TestCase):
            @pytest.mark.adapty_faults("slow;seconds=0.1")
            def test_method(self):
                pass

        @pytest.mark.adapty_faults("drop_before")
        def test_unnamed(request):
            assert "adapty_sandbox" in request.fixturenames

        def test_unmarked(request):
            assert "adapty_sandbox" not in request.fixturenames
        """,
        "--setup-show",
    )

    ran.assert_outcomes(passed=4)
    assert ran.stdout.str().count("SETUP    F adapty_sandbox") == 3


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        ('"server_eror"', "marker adapty_faults: kind: 'server_eror' is not known; did you mean server_error?*"),
        ('"drop_after", "slow"', "marker adapty_faults: seconds: is missing; slow needs a duration"),
        ("5", "marker adapty_faults: fault: must be a string such as*"),
        ("", "marker adapty_faults: has no arguments; expected faults, each a positional argument such as*"),
        ('"server_error", every=3', "marker adapty_faults: has every=*"),
    ],
)
def test_invalid_marker_is_an_error(project: Project, marker: str, problem: str) -> None:
    """The error concerns only its test, in one line."""
    ran = project.run(
        f"""
        import pytest

        @pytest.mark.adapty_faults({marker})
        def test_marked():
            pass

        def test_other(adapty_client):
            adapty_client.profiles.create(customer_user_id="user_12345")
        """,
    )

    ran.assert_outcomes(errors=1, passed=1)
    ran.stdout.fnmatch_lines(["*ERROR at setup of test_marked*", problem, "*short test summary*"], consecutive=True)


def test_options_configure_the_sandbox(project: Project) -> None:
    """The project's own fixture overrides the options."""
    project.conftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def adapty_sandbox_options():
            return {"access_levels": {"gold_yearly": "gold"}, "faults": ["rate_limited;count=1"]}
        """,
    )
    ran = project.run(
        """
        import pytest
        from adapty.testing import assert_access, assert_requests

        @pytest.mark.parametrize("turn", range(2))
        def test_options(adapty_client, adapty_sandbox, turn):
            adapty_client.profiles.create(customer_user_id="user_12345")
            assert_requests(adapty_sandbox, "createProfile", statuses=[429, 200])
            adapty_client.transactions.set_one_time_purchase(
                customer_user_id="user_12345",
                store="web_shop",
                store_product_id="gold_yearly",
                store_transaction_id="order_1",
                store_original_transaction_id="order_1",
                price={"country": "US", "currency": "USD", "value": 99},
                purchased_at="2026-06-10T14:20:00Z",
            )
            assert_access(adapty_sandbox, "gold", customer_user_id="user_12345")
        """,
    )

    ran.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            "{'acess_levels': {}}",
            "adapty_sandbox_options: acess_levels is not an argument of adapty.sandbox.Sandbox*",
        ),
        ("{5: {}}", "adapty_sandbox_options: 5 is not an argument of adapty.sandbox.Sandbox; expected one of host, *"),
        ("5", "adapty_sandbox_options: must return a dict of arguments of adapty.sandbox.Sandbox, not of type int"),
        ("{'port': 'x'}", "port: must be an integer, not of type str; 0 picks a free port"),
    ],
)
def test_invalid_options_are_an_error(project: Project, options: str, problem: str) -> None:
    """Each test that uses the sandbox has the error."""
    project.conftest(
        f"""
        import pytest

        @pytest.fixture(scope="session")
        def adapty_sandbox_options():
            return {options}
        """,
    )
    ran = project.run("def test_it(adapty_sandbox): pass")

    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines([f"E*adapty.errors.AdaptyConfigError: {problem}"])


def test_session_fixtures_can_use_the_server(project: Project) -> None:
    """The fixture has the same sandbox, and can send requests before and after the tests."""
    project.conftest(
        """
        import pytest
        from adapty import Adapty

        @pytest.fixture(scope="session")
        def service(adapty_sandbox_server):
            with Adapty(adapty_sandbox_server.secret_key, base_url=adapty_sandbox_server.url) as adapty:
                yield adapty.with_options(max_retries=0)
                adapty.profiles.create(customer_user_id="last")
                assert adapty_sandbox_server.server_side_profile(customer_user_id="last")
        """,
    )
    ran = project.run(
        """
        import pytest
        from adapty import ServerError

        @pytest.mark.adapty_faults("server_error")
        def test_faults(service, adapty_sandbox, adapty_sandbox_server):
            assert adapty_sandbox is adapty_sandbox_server
            with pytest.raises(ServerError):
                service.profiles.create(customer_user_id="user_12345")
        """,
    )

    ran.assert_outcomes(passed=1)


def test_closed_sandbox_is_restarted(project: Project) -> None:
    """The next test gets a new sandbox at the same address."""
    ran = project.run(
        """
        import pytest
        from adapty import AdaptyConnectionError

        urls = []

        def test_adapty_is_away(adapty_client, adapty_sandbox):
            urls.append(adapty_sandbox.url)
            adapty_sandbox.close()
            with pytest.raises(AdaptyConnectionError):
                adapty_client.profiles.get(customer_user_id="user_12345")

        def test_adapty_is_back(adapty_client, adapty_sandbox):
            adapty_client.profiles.create(customer_user_id="user_12345")
            assert urls == [adapty_sandbox.url]
        """,
    )

    ran.assert_outcomes(passed=2)


def test_failure_shows_the_differences_only(project: Project) -> None:
    """Neither code of the assertion nor an address is shown."""
    ran = project.run(
        """
        from adapty.testing import assert_profile_saved

        ADDRESS = "jane@example.com"

        def test_it(adapty_client, adapty_sandbox):
            adapty_client.mail.save_profile(
                external_profile_id="user_1",
                external_created_at="2026-06-01T10:30:00Z",
                email=ADDRESS,
                country="US",
            )
            assert_profile_saved(adapty_sandbox, "user_1", country="CA", email="joe@" + "example.com")
        """,
    )

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        [
            ">*assert_profile_saved(*",
            "E*AssertionError: the profile 'user_1' differs",
            "E*  country: expected 'CA', but it is 'US'",
            "E*  email: expected another value, which cannot be shown",
            "",
            "test_failure_shows_the_differences_only.py:12: AssertionError",
        ],
        consecutive=True,
    )
    assert "joe@example.com" not in ran.stdout.str()


def test_fixtures_and_marker_are_documented(project: Project) -> None:
    """Pytest's own commands list them."""
    fixtures = project.run("", "--fixtures").stdout.str()

    for name in ("adapty_sandbox", "adapty_client", "async_adapty_client", "adapty_environment", "adapty_retry_delays"):
        assert f"\n{name} -- " in fixtures
    assert "_adapty_shared_sandbox" not in fixtures
    project.run("", "--markers").stdout.fnmatch_lines(["@pytest.mark.adapty_faults(*faults): the faults of adapty*"])
