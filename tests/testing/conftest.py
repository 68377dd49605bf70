"""A user's project for the tests of `adapty.testing`, with the plugin as installed."""

from __future__ import annotations

import asyncio
from functools import partial
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

import adapty.testing
from adapty.testing._fixtures import async_client, sync_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty import Adapty
    from adapty.sandbox import Sandbox

# pytester removes modules that its runs import. Loaded before, the assertions stay the same objects for other tests.
for _name in vars(adapty.testing)["__all__"]:
    getattr(adapty.testing, _name)

# Plugins that may be installed, and would warn, change the order, or take their time.
OTHERS = ("asyncio", "cacheprovider", "hypothesispytest", "randomly")
STRICT = ("--strict-markers", "--strict-config", "-W", "error")


@pytest.fixture(scope="session")
def adapty_sandbox_options() -> dict[str, Any]:
    """Return the settings of an app with two more access levels."""
    return {"access_levels": {"beta_test": "beta", "gold_yearly": "gold"}}


class Project:
    """A user's project: files, and test runs with every warning an error."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        """Take pytest's own fixture."""
        self._pytester = pytester
        self._pytester.makeini("[pytest]\n")

    def conftest(self, text: str) -> None:
        """Write its conftest.py."""
        self._pytester.makeconftest(dedent(text))

    def run(
        self,
        tests: str,
        *arguments: str,
        apart: bool = False,
        beside: str = "",
        timeout: float | None = None,
    ) -> pytest.RunResult:
        """Run a test file.

        Args:
            tests: Its text.
            arguments: Further arguments of pytest.
            apart: In a process of its own, where nothing is imported yet.
            beside: Another plugin to have.
            timeout: How many seconds a process of its own may take.
        """
        self._pytester.makepyfile(dedent(tests))
        in_a_process = partial(self._pytester.runpytest_subprocess, timeout=timeout)
        run = in_a_process if apart else self._pytester.runpytest_inprocess
        without = [argument for name in OTHERS if name != beside for argument in ("-p", f"no:{name}")]
        return run(*without, *STRICT, *arguments)


@pytest.fixture(scope="session")
def _all_is_loaded(running_sandbox: Sandbox) -> None:
    """Load what a run loads: what is first loaded within one is forgotten after it, and half of httpx with it."""
    with sync_client(running_sandbox) as adapty:
        adapty.profiles.create(customer_user_id="user_12345")
    asyncio.run(async_client(running_sandbox).profiles.create(customer_user_id="user_12345"))


@pytest.fixture
def project(pytester: pytest.Pytester, _all_is_loaded: None) -> Project:
    """Give an empty project."""
    return Project(pytester)


@pytest.fixture
def said() -> Callable[..., list[str]]:
    """Give what runs an assertion that fails, and returns the lines of its message."""

    def run(assertion: Callable[..., object], *arguments: object, **fields: object) -> list[str]:
        with pytest.raises(AssertionError) as failed:
            assertion(*arguments, **fields)
        return str(failed.value).splitlines()

    return run


def save_profile(adapty: Adapty, external_profile_id: str = "user_12345", **fields: Any) -> None:
    """Save a profile of Adapty Mail that is accepted, with further fields."""
    body: dict[str, Any] = {"external_created_at": "2026-06-01T10:30:00Z", "email": "jane@example.com", **fields}
    adapty.mail.save_profile(external_profile_id=external_profile_id, **body)


def save_event(adapty: Adapty, external_profile_id: str = "user_12345", **fields: Any) -> None:
    """Save an event of Adapty Mail that is accepted, with other fields."""
    body: dict[str, Any] = {
        "event_type": "non_subscription_purchase",
        "event_id": "evt_1",
        "event_datetime": "2026-06-10T14:20:05Z",
        "store": "app_store",
        "store_product_id": "extra_lives",
        "store_transaction_id": "1000000123456789",
        "store_original_transaction_id": "1000000123456789",
        "purchased_at": "2026-06-10T14:20:00Z",
        "originally_purchased_at": "2026-06-10T14:20:00Z",
        **fields,
    }
    adapty.mail.save_transaction_event(external_profile_id=external_profile_id, **body)
