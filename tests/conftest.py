"""Fixtures and data of all tests."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import settings

from tests.postgres_server import HOW_TO_GET, connect_server, find_binaries
from tests.python_processes import stop_fork_server
from tests.raw_server import RawServer, raw_server

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator, Iterator

    from adapty.sandbox import Sandbox
    from tests.postgres_server import PostgresServer

# The same examples in every run, and no time limit for one, because a busy machine is slow.
settings.register_profile("adapty", deadline=None, derandomize=True, database=None)
settings.load_profile("adapty")

PROFILE: dict[str, Any] = {
    "external_profile_id": "user_12345",
    "external_created_at": "2026-06-01T10:30:00Z",
    "email": "jane@example.com",
}

EVENT: dict[str, Any] = {
    "event_type": "subscription_started",
    "event_id": "evt_abc123",
    "event_datetime": "2026-06-10T14:20:05Z",
    "external_profile_id": "user_12345",
    "store": "app_store",
    "store_product_id": "premium_monthly",
    "store_transaction_id": "1000000123456789",
    "store_original_transaction_id": "1000000123456789",
    "purchased_at": "2026-06-10T14:20:00Z",
    "originally_purchased_at": "2026-06-10T14:20:00Z",
}


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect tests, but no examples in docstrings, which only the package has."""
    collectors = yield
    return [collector for collector in collectors if type(collector) is pytest.Module]


@pytest.fixture(scope="session", autouse=True)
def _certificates() -> Iterator[None]:
    """Read the certificates once and not for each client, because it takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        create = cache(lambda _, *arguments, **options: httpx.create_ssl_context(*arguments, **options))

        def create_once(*arguments: Any, **options: Any) -> ssl.SSLContext:
            named = tuple(map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))
            return create(named, *arguments, **options)

        patch.setattr("httpx._transports.default.create_ssl_context", create_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_adapty_environment() -> Iterator[None]:
    """Remove the variables that configure clients from the environment of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ADAPTY_") or name.upper().endswith("_PROXY")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _fork_server() -> Iterator[None]:
    """Stop the server of `tests.python_processes` at the end."""
    yield
    stop_fork_server()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Return a private PostgreSQL, which all processes of this test run share.

    Without PostgreSQL the test is skipped, but it fails in CI.
    """
    from filelock import FileLock  # noqa: PLC0415 - only some tests need it

    binaries = find_binaries()
    if binaries is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW_TO_GET)
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with FileLock(folder / "postgres.lock"):
        server, user = connect_server(folder / "postgres", binaries)
    with user:
        yield server


@pytest.fixture
def postgres_dsn(postgres: PostgresServer) -> str:
    """Return the address of an empty schema in it."""
    return postgres.create_schema()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run the async tests on asyncio, which the client uses."""
    return "asyncio"


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Return the sandbox without data."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Serve the bytes that a test chooses."""
    with raw_server() as serving:
        yield serving
