"""Part of the pytest plugin."""

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
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*faults): what goes wrong in the sandbox of adapty during the test, "
        'such as "rate_limited;retry_after=1;count=2"',
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test that has the marker use the sandbox: a fault that no request can meet would prove nothing."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and _SANDBOX not in names and item.get_closest_marker(_MARKER):
        names.append(_SANDBOX)


@pytest.fixture(scope="session")
def adapty_sandbox_options() -> dict[str, Any]:
    """Give the arguments of `adapty.sandbox.Sandbox` that the tests' sandbox is made with: none; override to change."""
    return {}


@pytest.fixture(scope="session")
def _adapty_shared_sandbox(adapty_sandbox_options: dict[str, Any]) -> Iterator[SharedSandbox]:
    """Serve one sandbox to all tests of this process."""
    problem = ""
    try:
        from adapty.testing._fixtures import SharedSandbox
    except ModuleNotFoundError:
        raise
    except ImportError as missing:
        problem = str(missing)
    if problem:  # the extra is missing; said out here, for in there pytest would tell of both errors
        pytest.fail(problem, pytrace=False)
    with SharedSandbox(adapty_sandbox_options) as shared:
        yield shared


@pytest.fixture(scope="session")
def adapty_sandbox_server(_adapty_shared_sandbox: SharedSandbox) -> Sandbox:
    """Give the sandbox to fixtures of a wider scope than a test: it runs, and is not emptied for them."""
    return _adapty_shared_sandbox.running()


@pytest.fixture
def adapty_sandbox(
    request: pytest.FixtureRequest,
    _adapty_shared_sandbox: SharedSandbox,
    adapty_retry_delays: object,  # noqa: ARG001 - for what it does
) -> Iterator[Sandbox]:
    """Give a sandbox that runs and is empty, with the faults of the marker `adapty_faults`."""
    sandbox = _adapty_shared_sandbox.emptied()
    for marker in request.node.iter_markers(_MARKER):
        _add_faults(sandbox, marker)
    yield sandbox
    # What is torn down after the test may still send something.
    sandbox.faults.reset()


def _add_faults(sandbox: Sandbox, marker: pytest.Mark) -> None:
    from adapty import AdaptyConfigError

    problem = ""
    if marker.kwargs or not marker.args:
        said = f"has {next(iter(marker.kwargs))}=" if marker.kwargs else "names none"
        problem = f'{said}; expected faults, each an argument of its own, such as "server_error;every=3"'
    for fault in marker.args:
        try:
            sandbox.faults.add(fault)
        except AdaptyConfigError as refused:
            problem = str(refused)
    if problem:
        pytest.fail(f"marker {_MARKER}: {problem}", pytrace=False)


@pytest.fixture
def adapty_client(adapty_sandbox: Sandbox) -> Iterator[Adapty]:
    """Give an `Adapty` for the sandbox, with the keys of both APIs, and close it."""
    from adapty.testing._fixtures import sync_client

    with sync_client(adapty_sandbox) as adapty:
        yield adapty


@pytest.fixture
def async_adapty_client(adapty_sandbox: Sandbox) -> AsyncAdapty:
    """Give an `AsyncAdapty` for the sandbox, with the keys of both APIs: for any event loop, with nothing to close."""
    from adapty.testing._fixtures import async_client

    return async_client(adapty_sandbox)


@pytest.fixture
def adapty_environment(adapty_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Lead clients and commands to the sandbox by the variables `ADAPTY_*`, and give these."""
    from adapty.testing._fixtures import environment_variables

    variables = environment_variables(adapty_sandbox)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def adapty_retry_delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds that clients would have waited between tries, in order; none of them is waited."""
    from adapty.testing._fixtures import patch_sleeps

    return patch_sleeps(monkeypatch)
