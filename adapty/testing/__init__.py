"""A pytest plugin for the tests of your project, with a sandbox instead of Adapty.

pytest loads it automatically if adapty is installed. It costs nothing until a test uses one of its fixtures; those need
the sandbox: `pip install "adapty[sandbox]"`. `pytest -p no:adapty` disables it, and `-p adapty` loads it where plugin
autoloading is disabled.

    import pytest

    from adapty.testing import assert_access, assert_requests


    def test_referral_unlocks_premium(adapty_client, adapty_sandbox):
        reward_referral(adapty_client, user_id="user_12345")

        assert_access(adapty_sandbox, "premium", customer_user_id="user_12345")


    @pytest.mark.adapty_faults("rate_limited;retry_after=30;count=1;operations=grantAccessLevel")
    def test_referral_retries_after_rate_limit(adapty_client, adapty_sandbox, adapty_retry_delays):
        reward_referral(adapty_client, user_id="user_12345")

        assert_requests(adapty_sandbox, "grantAccessLevel", statuses=[429, 200])
        assert adapty_retry_delays == [30]

Fixtures:

- `adapty_sandbox`: a running `adapty.sandbox.Sandbox` without data. There is one per test run, or one per worker of
  pytest-xdist, so it costs a test only a few milliseconds.
- `adapty_client`: an `Adapty` for it, with the keys of all APIs; closed after the test.
- `async_adapty_client`: an `AsyncAdapty` for it. It keeps no connection open between calls, so it works in any event
  loop (anyio's plugin, pytest-asyncio, `asyncio.run`) and needs no closing.
- `adapty_environment`: configures clients that your code creates, and commands that it runs, by the environment
  variables `ADAPTY_BASE_URL`, `ADAPTY_SECRET_KEY`, `ADAPTY_PUBLIC_KEY`, `ADAPTY_ADMIN_BASE_URL`,
  `ADAPTY_MAIL_BASE_URL` and `ADAPTY_MAIL_SECRET_KEY`.
- `adapty_retry_delays`: the delays, in seconds, that clients and bulk runs would have slept between attempts. While a
  test uses the sandbox, no retry in its process sleeps; everything else about retries is unchanged. To sleep anyway,
  override the fixture with one that does nothing. Rate limits of bulk runs stay: `rate_limit`, and the lower one after
  a 429, whose Retry-After is not slept. Other processes are not affected.
- `adapty_sandbox_options`: override it in your conftest.py, with session scope, to configure the sandbox:
  `return {"access_levels": {"gold_yearly": "gold"}}`. It returns the arguments of `adapty.sandbox.Sandbox`.
- `adapty_sandbox_server`: the same sandbox for fixtures of a wider scope that need its address; not cleared.

The marker `adapty_faults` adds faults, or their text, before a test starts; see `adapty.sandbox.Fault`. Those of the
test precede those of its class and its module. A test with the marker uses the sandbox even if it does not name it.
During a test, use `add` and `clear` of `adapty_sandbox.faults`.

The assertions check what arrived. Each takes the sandbox, which may also be your own `Sandbox`. A failure shows what
arrived instead, without keys and e-mail addresses. Fields are compared by meaning: a datetime equals the same moment in
any format, a Decimal the same amount, None a field that is empty or missing. Of an object in a field, such as
`custom_attributes`, only the given names are compared. Objects with their own comparison work too (`pytest.approx`,
`unittest.mock.ANY`).

- Adapty Mail: `assert_profile_saved`, `assert_event_saved`, `assert_flow`.
- The server-side API: `assert_server_side_profile`, `assert_transaction_saved`, `assert_access`, `assert_no_access`,
  `assert_balance`.
- The Web API: `assert_paywall_viewed`; `assert_server_side_profile` compares `attributions`.
- All: `assert_erased`, `assert_requests`, `assert_nothing_sent`.

Name users of Mail by `external_profile_id`, and those of the other APIs by `customer_user_id=` or `profile_id=`.
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
    from adapty.testing._web import assert_paywall_viewed as assert_paywall_viewed
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
            "._web": "assert_paywall_viewed",
        },
    )
