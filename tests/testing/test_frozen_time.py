"""Sandbox, clients, bulk runs and workers while a test freezes or moves the clock; each in a process that may hang."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from tests.python_processes import run_python

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.testing.conftest import Project

pytest_plugins = ["pytester"]

TIMEOUT_SECONDS = 90
"""A hang before the fix lasted for decades; these programs take a few seconds, however busy the machine is."""

FREEZERS = """
    from freezegun import freeze_time
    import time_machine

    FREEZERS = {
        "frozen in the future": lambda: freeze_time("2035-01-01"),
        "frozen in the past": lambda: freeze_time("1999-01-01"),
        "ticking": lambda: freeze_time("2035-01-01", tick=True),
        "ticking by itself": lambda: freeze_time("2035-01-01", auto_tick_seconds=3600),
        "real asyncio": lambda: freeze_time("2035-01-01", real_asyncio=True),
        "time-machine": lambda: time_machine.travel("2035-01-01", tick=False),
        "time-machine, ticking": lambda: time_machine.travel("1999-01-01", tick=True),
    }
    KINDS = ("frozen in the past", "ticking by itself", "real asyncio", "time-machine")
    ONE_OF_EACH_KIND = [FREEZERS[name] for name in KINDS]
"""


def run(program: str, cwd: Path | None = None) -> str:
    """Run a program in a process of its own, and return its output; a program that hangs fails the test."""
    text = dedent(FREEZERS) + dedent(program)
    done = run_python("-W", "error", "-c", text, cwd=cwd, timeout=TIMEOUT_SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sandbox_serves_and_closes_whenever_the_clock_is_frozen() -> None:
    """Frozen before the start, between start and close, or around both; as a context manager and as a decorator."""
    program = """
        from adapty.sandbox import Sandbox
        from adapty.testing._fixtures import sync_client

        def use(sandbox):
            with sync_client(sandbox) as client:  # does not load certificates
                assert client.profiles.create(customer_user_id="user_12345").customer_user_id == "user_12345"

        for name, freezer in FREEZERS.items():
            with freezer(), Sandbox() as sandbox:
                use(sandbox)
            with Sandbox() as sandbox, freezer():
                use(sandbox)
            with Sandbox() as sandbox:
                use(sandbox)
                with freezer():
                    use(sandbox)
                use(sandbox)
            sandbox = Sandbox()
            with freezer():
                sandbox.start()
            sandbox.close()

            print(name)

        for name in ("frozen in the future", "time-machine"):
            @FREEZERS[name]()
            def decorated():
                with Sandbox() as inside:
                    use(inside)

            decorated()
    """

    assert len(run(program).splitlines()) == 7


def test_sandbox_closes_promptly_after_time_was_frozen() -> None:
    """Stopping the server and its webhooks takes 0.2 s, and on a busy machine a little longer."""
    program = """
        import time
        from adapty.sandbox import Sandbox

        clock = lambda: time.clock_gettime(time.CLOCK_MONOTONIC)
        for freezer in FREEZERS.values():
            sandbox = Sandbox(webhook_url="http://127.0.0.1:9/").start()
            with freezer():
                sandbox.webhooks.post("trial_started")
            began = clock()
            sandbox.close()
            assert clock() - began < 5, clock() - began
    """

    run(program)


def test_client_waits_between_tries_while_time_is_frozen() -> None:
    """The waits of the blocking client pass, and so do slow answers."""
    program = """
        from adapty import Adapty
        from adapty.sandbox import Sandbox

        faults = ["rate_limited;retry_after=0;count=1", "server_error;count=1", "slow;seconds=0.05"]
        for freezer in ONE_OF_EACH_KIND:
            with freezer(), Sandbox(faults=faults) as sandbox:
                with Adapty(sandbox.secret_key, base_url=sandbox.url, max_retries=5) as client:
                    client.profiles.create(customer_user_id="user_12345")
                statuses = [request.status for request in sandbox.requests()]
                assert statuses == [429, 503, 200], statuses
    """

    run(program)


def test_bulk_import_ends_while_time_is_frozen(tmp_path: Path) -> None:
    """With a rate limit, answers 429 and 5xx, and retries: every wait of the run passes."""
    (tmp_path / "profiles.csv").write_text(
        "external_profile_id,external_created_at,email\n"
        + "".join(f"user_{number},2026-06-01T10:30:00Z,user_{number}@example.com\n" for number in range(30))
    )
    program = """
        from adapty import Adapty
        from adapty.bulk import import_all
        from adapty.sandbox import Sandbox

        faults = ["rate_limited;retry_after=0;count=2", "server_error;count=2", "drop_after;every=10"]
        for freezer in ONE_OF_EACH_KIND:
            with Sandbox(faults=faults) as sandbox, freezer():
                with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as client:
                    report = import_all(client, profiles="profiles.csv", rate_limit=500, checkpoint=None)
            assert (report.accepted, report.rejected) == (30, 0), report
            assert 0 < report.elapsed < 60, report.elapsed
    """

    run(program, tmp_path)


def test_bulk_import_measures_its_duration_while_the_clock_jumps(tmp_path: Path) -> None:
    """A clock that a progress callback moves by years changes neither the duration nor the end of a run."""
    program = """
        from adapty import Adapty
        from adapty.bulk import import_all
        from adapty.sandbox import Sandbox

        profiles = [
            {"external_profile_id": name, "external_created_at": "2026-06-01T10:30:00Z", "email": f"{name}@example.com"}
            for name in ("u0", "u1", "u2", "u3", "u4")
        ]
        with freeze_time("2026-01-01") as frozen, Sandbox() as sandbox:
            def rows():
                for number, profile in enumerate(profiles):
                    frozen.move_to(f"{2030 + number}-01-01")
                    yield profile
                frozen.move_to("2001-01-01")

            with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as client:
                report = import_all(client, profiles=rows())
        assert report.accepted == 5, report
        assert 0 < report.elapsed < 60, report.elapsed
    """

    run(program, tmp_path)


def test_worker_thread_sends_and_stops_while_time_is_frozen(tmp_path: Path) -> None:
    """The worker finds a later event, retries a 429, and stops immediately."""
    program = """
        import threading
        from adapty import Adapty, TransactionEvent
        from adapty.sandbox import Sandbox
        from adapty.webhooks.outbox import Outbox
        from adapty.webhooks.worker import Worker

        def event(number):
            return TransactionEvent(
                event_type="non_subscription_purchase", event_id=f"evt_{number}", event_datetime="2026-06-10T14:20:05Z",
                external_profile_id="user_12345", store="app_store", store_product_id="extra_lives",
                store_transaction_id=f"1{number}", store_original_transaction_id=f"1{number}",
                purchased_at="2026-06-10T14:20:00Z", originally_purchased_at="2026-06-10T14:20:00Z",
            )

        pause = threading.Event()
        for place, freezer in enumerate(ONE_OF_EACH_KIND):
            with Sandbox(faults=["rate_limited;retry_after=0;count=1"]) as sandbox, freezer():
                with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as client:
                    with Outbox(f"outbox_{place}.sqlite") as outbox, Worker(client, outbox) as worker:
                        for number in range(2):
                            outbox.put(event(number))
                            for _ in range(600):
                                if not outbox.counts().pending:
                                    break
                                pause.wait(0.05)
                        assert not outbox.counts().pending
                        assert worker.stop(30)
                        assert worker.problem is None, worker.problem
                assert [request.status for request in sandbox.requests()].count(200) == 2
    """

    run(program, tmp_path)


def test_sandbox_posts_webhooks_while_time_is_frozen() -> None:
    """Retries of a delivery pass, and a subscription expires as soon as the test moves the clock over its end."""
    program = """
        import json
        import threading
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from adapty import Adapty
        from adapty.sandbox import Sandbox

        types, answers = [], [503, 503]
        expired = threading.Event()

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status = 200 if not body else answers.pop() if answers else 200
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()
                if body:
                    types.append(body["event_type"])
                    if body["event_type"] == "subscription_expired":
                        expired.set()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"

        def movers():
            with freeze_time("2030-01-01") as frozen:
                yield lambda: frozen.move_to("2030-03-01")
            with time_machine.travel("2030-01-01T00:00:00Z", tick=False) as traveller:
                yield lambda: traveller.move_to("2030-03-01T00:00:00Z")

        for move in movers():
            types.clear(), expired.clear(), answers.extend([503, 503])
            with Sandbox(webhook_url=url, webhook_time_scale=100_000) as sandbox:
                with Adapty(sandbox.secret_key, base_url=sandbox.url) as client:
                    client.profiles.create(customer_user_id="user_12345")
                    client.transactions.set_subscription(
                        customer_user_id="user_12345", store="stripe", store_product_id="premium",
                        store_transaction_id="t1", store_original_transaction_id="t1",
                        price={"country": "US", "currency": "USD", "value": 5}, purchased_at="2030-01-01T00:00:00Z",
                        originally_purchased_at="2030-01-01T00:00:00Z", expires_at="2030-02-01T00:00:00Z",
                        renew_status=False, environment="Production",
                    )
                assert sandbox.webhooks.wait_until_idle(30)
                assert "subscription_started" in types and not expired.is_set(), types
                move()
                assert expired.wait(30), types
        server.shutdown()
        server.server_close()
    """

    run(program)


def test_frozen_clock_just_before_a_turn_does_not_use_a_processor() -> None:
    """The sandbox looks at a clock that stands still a millisecond before a subscription ends, but not all the time."""
    program = """
        import threading
        from adapty import Adapty
        from adapty.sandbox import Sandbox
        from adapty.sandbox import _timestamps

        looks = []
        now = _timestamps.now
        _timestamps.now = lambda: looks.append(1) or now()
        with Sandbox(webhook_url="http://127.0.0.1:9/") as sandbox:
            with time_machine.travel("2030-01-31T23:59:59.999Z", tick=False):
                with Adapty(sandbox.secret_key, base_url=sandbox.url) as client:
                    client.profiles.create(customer_user_id="user_12345")
                    end = "2030-02-01T00:00:00Z"
                    client.access_levels.grant("premium", customer_user_id="user_12345", expires_at=end)
                looks.clear()
                threading.Event().wait(1)
                print(len(looks))
    """

    assert 0 < int(run(program)) < 300


def test_plugin_closes_the_session_sandbox_after_tests_that_freeze_time(project: Project) -> None:
    """With freezegun's decorator and context manager, the fixture and the mark of pytest-freezer, and time-machine."""
    ran = run_project(
        project,
        """
        import datetime

        import pytest
        import time_machine
        from freezegun import freeze_time

        from adapty.testing import assert_access

        def grant(client):
            profile = client.profiles.create(customer_user_id="user_12345")
            now = datetime.datetime.now(datetime.UTC)
            client.access_levels.grant(
                "premium", customer_user_id="user_12345", expires_at=now + datetime.timedelta(days=1)
            )
            return now.year

        @freeze_time("2035-01-01")
        def test_decorator(adapty_client):
            assert grant(adapty_client) == 2035

        def test_context_manager(adapty_client, adapty_sandbox):
            with freeze_time("1999-01-01", tick=True):
                assert grant(adapty_client) == 1999
                assert_access(adapty_sandbox, "premium", customer_user_id="user_12345")

        @pytest.mark.freeze_time("2035-01-01")
        def test_mark(adapty_client):
            assert grant(adapty_client) == 2035

        @pytest.mark.adapty_faults("rate_limited;retry_after=1;count=2")
        def test_fixture(adapty_client, adapty_sandbox, adapty_retry_delays, freezer):
            freezer.move_to("2035-01-01")
            assert grant(adapty_client) == 2035
            assert adapty_retry_delays == [1.0, 1.0]
            freezer.move_to("2035-01-03")
            with pytest.raises(AssertionError):
                assert_access(adapty_sandbox, "premium", customer_user_id="user_12345")

        @time_machine.travel("2035-01-01", tick=False)
        def test_time_machine(adapty_client):
            assert grant(adapty_client) == 2035

        def test_a_sandbox_that_a_test_closes(freezer, adapty_sandbox):
            adapty_sandbox.close()

        def test_after_them(adapty_client):
            assert grant(adapty_client) > 2020
        """,
    )

    ran.assert_outcomes(passed=7)


def test_plugin_serves_async_clients_in_tests_that_freeze_time(project: Project) -> None:
    """A call, and its tries again, end; the event loop is the test's own."""
    ran = run_project(
        project,
        """
        import asyncio

        import pytest

        @pytest.mark.adapty_faults("server_error;count=2")
        def test_async(freezer, async_adapty_client, adapty_retry_delays):
            freezer.move_to("2035-01-01")
            asyncio.run(async_adapty_client.profiles.create(customer_user_id="user_12345"))
            assert len(adapty_retry_delays) == 2
        """,
    )

    ran.assert_outcomes(passed=1)


def run_project(project: Project, tests: str) -> pytest.RunResult:
    """Run a user's tests in a separate process, where freezing the clock affects no other test."""
    return project.run(tests, apart=True, timeout=TIMEOUT_SECONDS)
