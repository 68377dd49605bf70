"""The pytest plugin: fixtures, and the marker `adapty_faults`.

pytest imports this module in every run where adapty is installed. It imports nothing but pytest; everything else loads
when a test uses a fixture. `adapty.testing` documents the fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty import Adapty, AsyncAdapty
    from adapty.sandbox import Sandbox
    from adapty.testing._fixtures import SharedSandbox

__all__: list[str] = []

_MARKER = "adapty_faults"
_SANDBOX = "adapty_sandbox"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*faults): the faults of adapty's sandbox during the test, "
        'such as "rate_limited;retry_after=1;count=2"',
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Add the sandbox to a test with the marker: without a sandbox, a fault would have no effect."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and _SANDBOX not in names and item.get_closest_marker(_MARKER):
        names.append(_SANDBOX)


@pytest.fixture(scope="session")
def adapty_sandbox_options() -> dict[str, Any]:
    """Return the arguments of `adapty.sandbox.Sandbox` for the tests; override it to change them. Default: none."""
    return {}


@pytest.fixture(scope="session")
def _adapty_shared_sandbox(adapty_sandbox_options: dict[str, Any]) -> Iterator[SharedSandbox]:
    """Serve one sandbox for all tests of this process."""
    problem = ""
    try:
        from adapty.testing._fixtures import SharedSandbox
    except ModuleNotFoundError:
        raise
    except ImportError as missing:
        problem = str(missing)
    if problem:  # the extra is missing; outside of the handler, so that pytest reports one error
        pytest.fail(problem, pytrace=False)
    with SharedSandbox(adapty_sandbox_options) as shared:
        yield shared


@pytest.fixture(scope="session")
def adapty_sandbox_server(_adapty_shared_sandbox: SharedSandbox) -> Sandbox:
    """Return the running sandbox, without clearing it, for fixtures of a wider scope than a test."""
    return _adapty_shared_sandbox.running()


@pytest.fixture
def adapty_sandbox(
    request: pytest.FixtureRequest,
    _adapty_shared_sandbox: SharedSandbox,
    adapty_retry_delays: object,  # noqa: ARG001 - for its effect
) -> Iterator[Sandbox]:
    """Return a running sandbox without data, with the faults of the marker `adapty_faults`."""
    sandbox = _adapty_shared_sandbox.cleared()
    for marker in request.node.iter_markers(_MARKER):
        _add_faults(sandbox, marker)
    yield sandbox
    # Other fixtures may still send requests when they are torn down.
    sandbox.faults.reset()


def _add_faults(sandbox: Sandbox, marker: pytest.Mark) -> None:
    from adapty import AdaptyConfigError

    problem = ""
    if marker.kwargs or not marker.args:
        found = f"has {next(iter(marker.kwargs))}=" if marker.kwargs else "has no arguments"
        problem = f'{found}; expected faults, each a positional argument such as "server_error;every=3"'
    for fault in marker.args:
        try:
            sandbox.faults.add(fault)
        except AdaptyConfigError as error:
            problem = str(error)
    if problem:
        pytest.fail(f"marker {_MARKER}: {problem}", pytrace=False)


@pytest.fixture
def adapty_client(adapty_sandbox: Sandbox) -> Iterator[Adapty]:
    """Return an `Adapty` for the sandbox, with the keys of all APIs, and close it after the test."""
    from adapty.testing._fixtures import sync_client

    with sync_client(adapty_sandbox) as client:
        yield client


@pytest.fixture
def async_adapty_client(adapty_sandbox: Sandbox) -> AsyncAdapty:
    """Return an `AsyncAdapty` for the sandbox, with the keys of all APIs. It works in any event loop."""
    from adapty.testing._fixtures import async_client

    return async_client(adapty_sandbox)


@pytest.fixture
def adapty_environment(adapty_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set the environment variables `ADAPTY_*` for the sandbox, and return them."""
    from adapty.testing._fixtures import environment_variables

    variables = environment_variables(adapty_sandbox)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def adapty_retry_delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the delays between attempts in seconds, in order. None of them is slept."""
    from adapty.testing._fixtures import patch_sleeps

    return patch_sleeps(monkeypatch)
