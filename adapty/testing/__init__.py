"""A pytest plugin for the tests of your own project: Adapty, without Adapty.

pytest loads it by itself wherever adapty is installed. It costs nothing until a test asks for one of its fixtures;
those need the sandbox: `pip install "adapty[sandbox]"`. `pytest -p no:adapty` leaves it out, and `-p adapty` brings it
in where plugins do not load by themselves.

    import pytest

    from adapty.testing import assert_access, assert_requests


    def test_a_referral_opens_premium(adapty_client, adapty_sandbox):
        reward_referral(adapty_client, user_id="user_12345")

        assert_access(adapty_sandbox, "premium", customer_user_id="user_12345")


    @pytest.mark.adapty_faults("rate_limited;retry_after=30;count=1;operations=grantAccessLevel")
    def test_a_rate_limit_is_waited_out(adapty_client, adapty_sandbox, adapty_retry_delays):
        reward_referral(adapty_client, user_id="user_12345")

        assert_requests(adapty_sandbox, "grantAccessLevel", statuses=[429, 200])
        assert adapty_retry_delays == [30]

Fixtures:

- `adapty_sandbox`: an `adapty.sandbox.Sandbox` that runs and is empty. There is one per test run, and one per worker of
  pytest-xdist, so that it costs a test a few milliseconds.
- `adapty_client`: an `Adapty` for it, with the keys of both APIs; closed after the test.
- `async_adapty_client`: an `AsyncAdapty` for it. It keeps no connection open between calls, so it belongs to no event
  loop and there is nothing to close: it works with anyio's plugin, with pytest-asyncio and in `asyncio.run`.
- `adapty_environment`: leads clients that your code makes, and commands that it runs, to the sandbox, by the variables
  `ADAPTY_BASE_URL`, `ADAPTY_SECRET_KEY`, `ADAPTY_MAIL_BASE_URL` and `ADAPTY_MAIL_SECRET_KEY`.
- `adapty_retry_delays`: the delays, in seconds, that clients and bulk runs would have slept between attempts. While a
  test uses the sandbox, no retry in its process sleeps; everything else about retries is unchanged. To sleep anyway,
  override the fixture with one that does nothing. A bulk run keeps its rate: `rate_limit`, and the lower one that
  follows a 429, whose Retry-After is not slept. Other processes are not affected.
- `adapty_sandbox_options`: override it in your conftest.py, for the session, to set the sandbox up otherwise:
  `return {"access_levels": {"gold_yearly": "gold"}}`. These are the arguments of `adapty.sandbox.Sandbox`.
- `adapty_sandbox_server`: the same sandbox for fixtures of a wider scope, which need its address; not emptied.

The marker `adapty_faults` says what goes wrong during a test, from its very start: faults, or their text, as
`adapty.sandbox.Fault` has them. A test's own come before those of its class and its module. A test that has the marker
uses the sandbox, even where it does not name it. Later in a test, `adapty_sandbox.faults` has `add` and `clear`.

What arrived is asked for by functions. Each takes the sandbox, which may also be one of your own, and fails with what
came instead. Those that take fields compare what these mean: a datetime is the same moment in any spelling, a Decimal
the same amount, None a field that is empty or not there. Of an object in a field, such as `custom_attributes`, the
names that you give are compared. Any object that compares itself fits too (`pytest.approx`, `unittest.mock.ANY`). No
failure shows a key or an e-mail address.

- Adapty Mail: `assert_profile_saved`, `assert_event_saved`, `assert_flow`.
- The server-side API: `assert_server_side_profile`, `assert_transaction_saved`, `assert_access`, `assert_no_access`,
  `assert_balance`.
- Both: `assert_erased`, `assert_requests`, `assert_nothing_sent`.

Users of Mail are named by the `external_profile_id`, those of the server-side API by `customer_user_id=` or
`profile_id=`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.testing._mail import (
        assert_event_saved as assert_event_saved,
        assert_flow as assert_flow,
        assert_profile_saved as assert_profile_saved,
    )
    from adapty.testing._requests import (
        assert_erased as assert_erased,
        assert_nothing_sent as assert_nothing_sent,
        assert_requests as assert_requests,
    )
    from adapty.testing._server_side import (
        assert_access as assert_access,
        assert_balance as assert_balance,
        assert_no_access as assert_no_access,
        assert_server_side_profile as assert_server_side_profile,
        assert_transaction_saved as assert_transaction_saved,
    )
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._mail": "assert_event_saved assert_flow assert_profile_saved",
            "._requests": "assert_erased assert_nothing_sent assert_requests",
            "._server_side": """
                assert_access assert_balance assert_no_access assert_server_side_profile
                assert_transaction_saved
            """,
        },
    )
