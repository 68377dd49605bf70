"""`make bench`: ratios, thresholds, report, exit codes, server and jobs. Measured times are not checked here."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from platform import node
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from scripts.bench import __main__ as command
from scripts.bench import bare_environment, processes, targets
from scripts.bench.bare_environment import EXTRAS, bare_python, create_bare_environment
from scripts.bench.benchmarks import BENCHMARKS, Benchmark, Size, Threshold
from scripts.bench.jobs import webhooks
from scripts.bench.machine import describe_machine
from scripts.bench.measure import Measurement, measure
from scripts.bench.processes import BenchError, clean_environment, start_process, start_server
from scripts.bench.profiling import format_import_times, run_profiled
from scripts.bench.records import create_bodies, create_fields, create_webhook_bodies, write_csv
from scripts.bench.report import format_table
from scripts.bench.samples import CPU_TIME, MEMORY, THROUGHPUT, Metric, Sample
from scripts.bench.server import GET_RESPONSE, NOT_IMPLEMENTED, RESPONSE, ServerProtocol
from scripts.bench.targets import ColdJob, FreshInterpreter, WarmJob
from scripts.bench.worker import run_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from scripts.bench.processes import WorkerProcess
    from scripts.bench.samples import ProfileKind

ROOT = Path(__file__).parents[2]


@frozen
class FakeTarget:
    """A target whose samples have fixed costs: CPU seconds per record."""

    name: str
    costs: list[float]
    requests: list[str]
    peak_bytes: int = 0

    @contextmanager
    def open(self, _: str) -> Iterator[Callable[[int], Sample]]:
        """Return the samples in order."""
        costs = iter(self.costs)

        def sample(records: int) -> Sample:
            self.requests.append(f"{self.name} {records}")
            cpu = next(costs) * records
            return Sample(records=records, cpu_seconds=cpu, wall_seconds=2 * cpu, peak_bytes=self.peak_bytes)

        yield sample

    def profile(self, _: str, records: int, kind: ProfileKind) -> str:
        """Return the arguments."""
        return f"profile of {self.name}: {kind}, {records} records"


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the command without a server: fake targets need none."""
    monkeypatch.setattr(command, "start_server", lambda: nullcontext(""))


def create_benchmark(
    subject: list[float],
    baseline: list[float],
    threshold: Threshold | None = None,
    metric: Metric = CPU_TIME,
    requests: Any = None,
) -> Benchmark:
    """Return a benchmark of two fake targets."""
    requests = [] if requests is None else requests
    size = Size(samples=len(subject), records=10, baseline_records=5)
    return Benchmark(
        number=1,
        title="ours / theirs, {records} against {baseline_records}",
        subject=FakeTarget("ours", subject, requests),
        baseline=FakeTarget("theirs", baseline, requests),
        metric=metric,
        threshold=threshold,
        full=size,
        short=evolve(size, samples=1),
    )


def test_samples_of_both_targets_alternate() -> None:
    """Changes of the machine affect both targets alike."""
    requests: list[str] = []

    measure(create_benchmark([1, 1, 1], [1, 1, 1], requests=requests), "", short=False)

    assert requests == ["ours 10", "theirs 5"] * 3


@given(st.lists(st.tuples(st.floats(0.001, 10), st.floats(0.001, 10)), min_size=1, max_size=9))
def test_ratio_is_median_of_pairwise_ratios(costs: list[tuple[float, float]]) -> None:
    """Each sample is compared with the next one of the baseline, per record."""
    ours, theirs = (list(side) for side in zip(*costs, strict=True))

    measurement = measure(create_benchmark(ours, theirs), "", short=False)

    ratios = [mine / other for mine, other in costs]
    assert measurement.ratio.median == pytest.approx(median(ratios))
    assert measurement.ratio.values == pytest.approx(ratios)
    assert measurement.wall_ratio is not None
    assert measurement.wall_ratio.values == pytest.approx(ratios)


def test_throughput_is_inverse_of_time() -> None:
    """A fifteenth of the time per record is fifteen times the throughput."""
    measurement = measure(create_benchmark([1.0], [15.0], metric=THROUGHPUT), "", short=False)

    assert measurement.ratio.median == pytest.approx(15)


def test_threshold_includes_limit_and_allows_factor() -> None:
    """For thresholds that are maxima, and for those that are minima."""
    for threshold, value, is_met, is_met_doubled in (
        (Threshold(1.15), 1.15, True, True),
        (Threshold(1.15), 1.16, False, True),
        (Threshold(1.15), 2.31, False, False),
        (Threshold(15, is_minimum=True), 15.0, True, True),
        (Threshold(15, is_minimum=True), 14.99, False, True),
        (Threshold(15, is_minimum=True), 7.49, False, False),
    ):
        case = (str(threshold), value)
        assert threshold.is_met_by(value) is is_met, case
        assert threshold.is_met_by(value, factor=2) is is_met_doubled, case


def test_thresholds_are_the_agreed_ones() -> None:
    """A threshold does not change by accident."""
    thresholds = {each.number: str(each.threshold) for each in BENCHMARKS if each.threshold is not None}

    assert thresholds == {
        1: "at most 1.15",
        2: "at least 15",
        3: "at least 2.5",
        4: "at most 3.5",
        5: "at most 1.2",
        6: "at most 1.15",
        7: "at most 1.5",
        8: "at most 1.4",
        9: "at most 1.5",
        10: "at most 1.5",
    }
    memory = next(each for each in BENCHMARKS if each.metric is MEMORY)
    assert (str(memory.ceiling), memory.full.records, memory.full.baseline_records) == (
        "at most 150",
        1_000_000,
        10_000,
    )


@pytest.mark.usefixtures("no_server")
def test_exit_code_reports_thresholds(capsys: pytest.CaptureFixture[str]) -> None:
    """The short form fails on gross regressions only; a ratio without a threshold never fails."""
    for ours, arguments, code, verdict in (
        (1.0, [], 0, "met"),
        (1.5, [], 1, "MISSED"),
        (1.5, ["--short"], 0, "missed, not grossly"),
        (2.5, ["--short"], 1, "GROSS REGRESSION"),
    ):
        assert command.main(arguments, [create_benchmark([ours], [1.0], Threshold(1.15))]) == code, (ours, arguments)
        printed = capsys.readouterr()
        (line,) = re.findall(r"^1  ours / theirs, 10 against 5 +CPU per record.*$", printed.out, re.MULTILINE)
        assert f"at most 1.15  {verdict}  " in line
        assert printed.err == ""

    assert command.main([], [create_benchmark([99.0], [1.0])]) == 0
    assert "for information" in capsys.readouterr().out


@pytest.mark.usefixtures("no_server")
def test_missed_threshold_prints_profile(capsys: pytest.CaptureFixture[str]) -> None:
    """Met thresholds print one with --profile only."""
    benchmarks = [create_benchmark([cost], [1.0], Threshold(1.15)) for cost in (2.0, 1.0)]

    for arguments, count in ((["--short"], 0), ([], 1), (["--profile"], 2)):
        command.main(arguments, benchmarks)
        assert capsys.readouterr().out.count("profile of ours: time, 10 records") == count, arguments


@pytest.mark.usefixtures("no_server")
def test_ceiling_is_checked_beside_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    """Memory has two thresholds: against a smaller input, and in MB."""
    for peak, code in ((150_000_000, 0), (150_000_001, 1)):
        benchmark = evolve(
            create_benchmark([1.0], [1.0], Threshold(1.2), MEMORY),
            subject=FakeTarget("ours", [1.0], [], peak),
            baseline=FakeTarget("theirs", [1.0], [], peak),
            ceiling=Threshold(150),
        )

        assert command.main([], [benchmark]) == code, peak

        out = capsys.readouterr().out
        assert re.search(r"at most 1.2 +met$", out, re.MULTILINE)
        assert re.search(rf"at most 150 MB +{'MISSED' if code else 'met'}$", out, re.MULTILINE)
        assert ("profile of ours: memory" in out) is bool(code)


@pytest.mark.usefixtures("no_server")
def test_failing_target_exits_with_2(capfd: pytest.CaptureFixture[str]) -> None:
    """A failure is neither a met nor a missed threshold; the error of the process is shown."""
    broken = evolve(create_benchmark([1.0], [1.0]), subject=FreshInterpreter("import no_such_module"))

    assert command.main([], [broken]) == 2

    err = capfd.readouterr().err
    assert "bench: 'import no_such_module' failed" in err
    assert "No module named 'no_such_module'" in err


@pytest.mark.usefixtures("no_server")
def test_json_has_all_samples(tmp_path: Path) -> None:
    """The file also has the machine, the thresholds and the verdicts."""
    file = tmp_path / "bench.json"

    command.main(["--json", str(file)], [create_benchmark([1.0, 3.0, 2.0], [1.0, 1.0, 1.0], Threshold(1.15))])

    document = json.loads(file.read_text("utf-8"))
    assert document["machine"] == describe_machine()
    (only,) = document["benchmarks"]
    assert only["ratio"] == {"median": 2.0, "min": 1.0, "max": 3.0, "threshold": "at most 1.15", "verdict": "MISSED"}
    assert [sample["cpu_seconds"] for sample in only["subject"]["samples"]] == [10.0, 30.0, 20.0]
    assert only["missed"] is True


def test_table_has_units_range_and_threshold() -> None:
    """A line of the table has everything that leads to the verdict."""
    measurement = Measurement(
        benchmark=create_benchmark([0, 0, 0], [1, 1, 1], Threshold(1.15)),
        short=False,
        subject=[Sample(records=10, cpu_seconds=cpu, wall_seconds=0.01) for cpu in (0.011, 0.010, 0.012)],
        baseline=[Sample(records=5, cpu_seconds=0.005, wall_seconds=0.005)] * 3,
    )

    heading, line = format_table([measurement]).splitlines()

    values = ["1,100 µs", "1,000 µs", "1.10", "1.00..1.20", "3"]
    assert re.split(r" {2,}", line) == [
        *("1", "ours / theirs, 10 against 5", "CPU per record"),
        *(*values, "at most 1.15", "met", "1.00"),
    ]
    assert " ".join(heading.split()) == "benchmark by subject baseline ratio range samples threshold by wall"


def test_machine_has_no_host_names_and_paths() -> None:
    """The report can be published."""
    machine = describe_machine()

    assert {"CPU", "system", "Python", "SQLite", "httpx", "aiohttp"} <= set(machine)
    assert all(machine.values())
    text = " ".join(machine.values())
    assert "/" not in text
    assert node() not in text.split()


class FakeTransport:
    """A transport that stores what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes) -> None:
        """Store the data."""
        self.written += data

    def close(self) -> None:
        """Store that it was closed."""
        self.is_closed = True


def serve_stream(*parts: bytes) -> FakeTransport:
    """Send parts of a stream to the server over one connection."""
    transport, connection = FakeTransport(), ServerProtocol()
    connection.connection_made(transport)  # type: ignore[arg-type] # as much of a transport as is used
    for part in parts:
        connection.data_received(part)
    return transport


def post_request(body: bytes, name: bytes = b"Content-Length") -> bytes:
    """Return the bytes of a POST request."""
    return b"POST /x HTTP/1.1\r\nHost: x\r\n%s: %d\r\nAccept: */*\r\n\r\n%s" % (name, len(body), body)


@given(
    st.lists(st.binary(max_size=20).map(post_request) | st.just(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"), max_size=5),
    st.lists(st.integers(0, 400), max_size=6),
)
def test_server_responds_once_per_request(requests: list[bytes], cuts: list[int]) -> None:
    """Requests may arrive in parts or together; a body may contain an empty line."""
    stream = b"".join(requests)
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})

    transport = serve_stream(*(stream[begin:end] for begin, end in pairwise(ends)))

    assert transport.written == b"".join(GET_RESPONSE if request[:3] == b"GET" else RESPONSE for request in requests)


def test_server_waits_for_complete_body() -> None:
    """Header names are case-insensitive."""
    for name in (b"content-length", b"CONTENT-LENGTH"):
        request = post_request(b"\r\n\r\n{}", name)
        assert serve_stream(request[:-1]).written == b"", name
        assert serve_stream(request[:-1], request[-1:]).written == RESPONSE, name


def test_server_rejects_chunked_body() -> None:
    """Its chunks must not count as requests."""
    transport = serve_stream(post_request(b"{}") + b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")

    assert (transport.written, transport.is_closed) == (RESPONSE + NOT_IMPLEMENTED, True)


def test_server_process_stops_after_use() -> None:
    """It listens on a free port and nothing listens there afterwards."""
    with start_server() as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(post_request(b"{}") * 2)
            received = b""
            while len(received) < 2 * len(RESPONSE):
                received += connection.recv(65536)

    assert received == RESPONSE * 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 10)


def test_server_process_stops_with_its_input() -> None:
    """A killed benchmark leaves no server behind."""

    async def exit_code() -> int:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scripts.bench.server", stdin=pipe, stdout=pipe, cwd=ROOT
        )
        assert process.stdin is not None
        assert process.stdout is not None
        await process.stdout.readline()
        process.stdin.close()
        return await asyncio.wait_for(process.wait(), 30)

    assert asyncio.run(exit_code()) == 0


def test_ended_or_silent_process_is_an_error(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No call waits for ever, and the error of the process is shown."""
    with (
        start_process("scripts.bench.worker", "calls:no_such_job", "http://127.0.0.1:1") as worker,
        pytest.raises(BenchError, match=r"^scripts\.bench\.worker calls:no_such_job .* ended with 1$"),
    ):
        worker.request(records=1, profile=None)
    assert "no_such_job" in capfd.readouterr().err

    with start_process("scripts.bench.server") as server:
        server.read_line()
        monkeypatch.setattr(processes, "_TIMEOUT_SECONDS", 0.01)
        with pytest.raises(BenchError, match=r"^scripts\.bench\.server ended with -9$"):
            server.read_line()


def test_processes_do_not_inherit_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy, a key or a setting of Python would change the results."""
    for name in ("HTTP_PROXY", "ADAPTY_MAIL_SECRET_KEY", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")

    assert set(clean_environment()) <= {"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR"}


def test_csv_and_bodies_have_the_same_records(tmp_path: Path) -> None:
    """All targets have the same work."""
    file = tmp_path / "profiles.csv"
    write_csv(file, 2)

    assert [json.loads(body) for body in create_bodies(2)] == [create_fields(0), create_fields(1)]
    assert file.read_text("utf-8").splitlines() == [
        "external_profile_id,external_created_at,email,first_name,country,custom.plan",
        "user_0,2026-06-01T10:30:00Z,jane.0@example.com,Jane,US,trial",
        "user_1,2026-06-01T10:30:00Z,jane.1@example.com,Jane,US,trial",
    ]
    event_ids = {json.loads(body)["event_properties"]["profile_event_id"] for body in create_webhook_bodies(5, 3)}
    assert {event_id[-3:] for event_id in event_ids} == {"005", "006", "007"}


def test_every_job_runs() -> None:
    """Each runs a few records in its own process, and once more with a profile."""
    used = {target for each in BENCHMARKS for target in (each.subject, each.baseline)}
    jobs = sorted({target.job for target in used if isinstance(target, WarmJob)})
    assert len(jobs) == 13
    with start_server() as url:
        for job in jobs:
            with start_process("scripts.bench.worker", job, url) as worker:
                sample = Sample(**worker.request(records=20, profile=None))
                profile = worker.request(records=20, profile="time")["profile"]
            assert sample.records == 20, job
            assert sample.cpu_seconds > 0, job
            assert sample.wall_seconds > 0, job
            assert sample.peak_bytes > 10_000_000, job
            heading, *lines = profile.splitlines()
            assert heading.split() == ["own", "µs", "total", "µs", "calls", "function,", "per", "record"], job
            assert len(lines) == 25, job
            assert str(ROOT) not in profile, job


def test_cold_job_starts_a_process_per_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """The warm one keeps its process."""
    started: list[str] = []

    def start(*arguments: str) -> AbstractContextManager[WorkerProcess]:
        started.append(arguments[1])
        return start_process(*arguments)

    monkeypatch.setattr(targets, "start_process", start)
    with start_server() as url:
        for target, count in ((ColdJob("calls:bare_httpx"), 2), (WarmJob("calls:bare_httpx"), 1)):
            started.clear()
            with target.open(url) as sample:
                sample(2)
                sample(2)
            assert len(started) == count, target


def test_webhook_jobs_store_every_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK and the Starlette route do the work that is compared, with the same SQLite settings."""
    for job, file in (
        (webhooks.adapty_app, "outbox.sqlite"),
        (webhooks.starlette_route, "events.sqlite"),
        (webhooks.starlette_route_shared_connection, "events.sqlite"),
    ):
        folder = tmp_path / job.__name__
        folder.mkdir()
        monkeypatch.chdir(folder)
        with job("") as prepare:
            run_sample(prepare, 3, None)
            run_sample(prepare, 4, None)
            with closing(sqlite3.connect(file)) as connection:
                assert connection.execute("SELECT count(*) FROM events").fetchone() == (7,), job
                assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",), job


def test_bare_environment_has_required_packages_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is created once, without an index, and refuses extras."""
    python = bare_python()
    code = f"""
import importlib.util, adapty, adapty_generated, attrs, dateutil, httpx, httpcore
from adapty import Adapty
print([name for name in {(*EXTRAS, "pip", "pytest", "click")} if importlib.util.find_spec(name)])
"""
    done = subprocess.run([python, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "[]\n"
    assert bare_python() == python

    monkeypatch.setattr(bare_environment, "_FIND_EXTRAS", "print('rich')")
    with pytest.raises(BenchError, match="has rich"):
        create_bare_environment(tmp_path / "with_extra")


def test_fresh_interpreters_run_first_request_and_imports() -> None:
    """The processor time of a request includes the start of the interpreter, that of an import does not."""
    fresh = [each for each in BENCHMARKS if isinstance(each.subject, FreshInterpreter)]
    assert [each.number for each in fresh] == [6, 7, 8]
    with start_server() as url:
        for benchmark in fresh[1:]:
            for target in (benchmark.subject, benchmark.baseline):
                with target.open(url) as sample:
                    cost = sample(1)
                assert cost.records == 1, target
                assert 0 < cost.cpu_seconds < 30, target
        profile = fresh[0].subject.profile(url, 1, "time").splitlines()

    code = "import time, adapty; time.sleep(0)"
    with (
        FreshInterpreter(code).open("") as without,
        FreshInterpreter(code, includes_interpreter=True).open("") as whole,
    ):
        assert min(whole(1).cpu_seconds for _ in range(3)) > min(without(1).cpu_seconds for _ in range(3))
    assert profile[0].split() == ["own", "µs", "total", "µs", "module"]
    assert any(line.endswith("adapty") for line in profile[1:])


def test_memory_profile_names_largest_line_first() -> None:
    """The profile starts with the sum."""
    allocated: list[bytearray] = []

    whole, heading, first, *_ = run_profiled("memory", lambda: allocated.append(bytearray(50_000_000)), 1).splitlines()

    assert re.fullmatch(r"5\d\.\d MB were in use by Python objects", whole)
    assert heading.split() == ["MB", "objects", "line"]
    assert re.fullmatch(r"50\.00 +\d  tests/project/test_bench\.py:\d+", first.strip())


def test_import_profile_names_slowest_module_first() -> None:
    """It is parsed from the interpreter's output."""
    log = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:        10 |         10 | small\n"
        "import time:       300 |        310 |   big.part\n"
    )

    heading, *lines = format_import_times(log).splitlines()

    assert heading.split() == ["own", "µs", "total", "µs", "module"]
    assert [line.split() for line in lines] == [["300", "310", "big.part"], ["10", "10", "small"]]


def test_command_runs_a_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    """The cheapest one, in its short form; the result itself does not matter."""
    assert command.main(["--only", "6", "--short"]) in {0, 1}

    out = capsys.readouterr().out
    assert re.search(r"^CPU: +\S.* cores$", out, re.MULTILINE)
    assert re.search(r"^6  import adapty / import httpx +CPU per start .* at most 1\.15 ", out, re.MULTILINE)


def test_command_rejects_unknown_number(capsys: pytest.CaptureFixture[str]) -> None:
    """The valid numbers are those of the list."""
    with pytest.raises(SystemExit) as error:
        command.main(["--only", "99"])

    assert error.value.code == 2
    assert "invalid choice: 99" in capsys.readouterr().err
