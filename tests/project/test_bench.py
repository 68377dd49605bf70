"""`make bench`: how rounds become verdicts, the table, the exit codes, server and jobs; no time is judged here."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from platform import node
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from scripts.bench import command, processes
from scripts.bench.benchmarks import FIGURES, Bar, Figure, Size
from scripts.bench.machine import machine
from scripts.bench.measure import Measurement, measure
from scripts.bench.processes import BenchError, child, environment, serving
from scripts.bench.profiling import of_imports, profiled
from scripts.bench.records import bodies, fields, write_csv
from scripts.bench.report import as_table
from scripts.bench.samples import COST, MEMORY, THROUGHPUT, Quantity, Round
from scripts.bench.server import ANSWER, REFUSAL, Answering
from scripts.bench.targets import Import, Job, NewJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench.samples import Profiled

ROOT = Path(__file__).parents[2]


@frozen
class Said:
    """A side that says what its rounds cost: CPU seconds a record, in turn."""

    name: str
    costs: list[float]
    asked: list[str]
    peak: int = 0

    @contextmanager
    def opened(self, _: str) -> Iterator[Callable[[int], Round]]:
        """Give the rounds that were made up."""
        left = iter(self.costs)

        def round_of(records: int) -> Round:
            self.asked.append(f"{self.name} {records}")
            cpu = next(left) * records
            return Round(records=records, cpu_seconds=cpu, wall_seconds=2 * cpu, peak_bytes=self.peak)

        yield round_of

    def profile(self, _: str, records: int, kind: Profiled) -> str:
        """Say what was asked for."""
        return f"profile of {self.name}: {kind}, {records} records"


def figure(
    ours: list[float], theirs: list[float], bar: Bar | None = None, quantity: Quantity = COST, asked: Any = None
) -> Figure:
    """Make a figure of made-up rounds."""
    asked = [] if asked is None else asked
    size = Size(rounds=len(ours), measured=10, against=5)
    return Figure(
        number=1,
        title="ours / theirs, {measured} against {against}",
        measured=Said("ours", ours, asked),
        against=Said("theirs", theirs, asked),
        quantity=quantity,
        bar=bar,
        full=size,
        short=evolve(size, rounds=1),
    )


def test_the_rounds_of_the_two_sides_follow_each_other_in_turns() -> None:
    """What changes on the machine meanwhile meets both alike."""
    asked: list[str] = []

    measure(figure([1, 1, 1], [1, 1, 1], asked=asked), "", short=False)

    assert asked == ["ours 10", "theirs 5"] * 3


@given(st.lists(st.tuples(st.floats(0.001, 10), st.floats(0.001, 10)), min_size=1, max_size=9))
def test_the_ratio_is_the_median_of_the_ratios_of_the_pairs(costs: list[tuple[float, float]]) -> None:
    """Each round is compared with the one beside it, by what a record costs, however many records a round has."""
    ours, theirs = (list(side) for side in zip(*costs, strict=True))

    measured = measure(figure(ours, theirs), "", short=False)

    pairs = [mine / other for mine, other in costs]
    assert measured.ratio.value == pytest.approx(median(pairs))
    assert measured.ratio.values == pytest.approx(pairs)
    assert measured.ratio_by_wall is not None
    assert measured.ratio_by_wall.values == pytest.approx(pairs)


def test_throughput_is_better_where_it_is_higher() -> None:
    """A side that takes a fifteenth of the time for a record has fifteen times the throughput."""
    measured = measure(figure([1.0], [15.0], quantity=THROUGHPUT), "", short=False)

    assert measured.ratio.value == pytest.approx(15)


@pytest.mark.parametrize(
    ("bar", "value", "met", "met_grossly"),
    [
        (Bar(1.15), 1.15, True, True),
        (Bar(1.15), 1.16, False, True),
        (Bar(1.15), 2.31, False, False),
        (Bar(15, at_least=True), 15.0, True, True),
        (Bar(15, at_least=True), 14.99, False, True),
        (Bar(15, at_least=True), 7.49, False, False),
    ],
)
def test_a_bar_may_be_touched_and_is_grossly_missed_at_twice_as_bad(
    bar: Bar, value: float, *, met: bool, met_grossly: bool
) -> None:
    """For ratios that are to be low, and for those that are to be high."""
    assert bar.is_met_by(value) is met
    assert bar.is_met_by(value, grossly=True) is met_grossly


def test_the_bars_are_those_that_were_agreed() -> None:
    """Six figures; a bar is not moved by accident."""
    bars = {each.number: str(each.bar) for each in FIGURES if each.bar is not None}

    assert bars == {
        1: "at most 1.15",
        2: "at least 15",
        3: "at least 2.5",
        4: "at most 3.5",
        5: "at most 1.2",
        6: "at most 1.15",
    }
    memory = next(each for each in FIGURES if each.quantity is MEMORY)
    assert (str(memory.ceiling), memory.full.measured, memory.full.against) == ("at most 150", 1_000_000, 10_000)


@pytest.mark.parametrize(
    ("ours", "arguments", "code", "word"),
    [
        (1.0, [], 0, "met"),
        (1.5, [], 1, "MISSED"),
        (1.5, ["--short"], 0, "missed, not grossly"),
        (2.5, ["--short"], 1, "GROSSLY MISSED"),
    ],
)
def test_the_exit_code_says_whether_the_bars_are_met(
    capsys: pytest.CaptureFixture[str], ours: float, arguments: list[str], code: int, word: str
) -> None:
    """The short form fails at gross regressions only, and says when a bar is missed by less."""
    assert command.main(arguments, [figure([ours], [1.0], Bar(1.15))]) == code

    printed = capsys.readouterr()
    (line,) = re.findall(r"^1  ours / theirs, 10 against 5 +CPU per record.*$", printed.out, re.MULTILINE)
    assert f"at most 1.15  {word}  " in line
    assert printed.err == ""


def test_a_ratio_without_a_bar_is_told_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It is there for information."""
    assert command.main([], [figure([99.0], [1.0])]) == 0

    assert "for information" in capsys.readouterr().out


def test_a_missed_bar_is_explained_by_a_profile_of_the_side_that_is_judged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only where it is missed, unless all profiles are asked for."""
    figures = [figure([2.0], [1.0], Bar(1.15)), figure([1.0], [1.0], Bar(1.15))]

    command.main([], figures)
    assert capsys.readouterr().out.count("profile of ours: time, 10 records") == 1

    command.main(["--profile"], figures)
    assert capsys.readouterr().out.count("profile of ours: time, 10 records") == 2


@pytest.mark.parametrize(("peak", "code"), [(150_000_000, 0), (150_000_001, 1)])
def test_a_ceiling_is_a_bar_of_its_own(capsys: pytest.CaptureFixture[str], peak: int, code: int) -> None:
    """Memory has two bars: against a smaller input, and by itself."""
    memory = figure([1.0], [1.0], Bar(1.2), MEMORY)
    memory = evolve(
        memory, measured=Said("ours", [1.0], [], peak), against=Said("theirs", [1.0], [], peak), ceiling=Bar(150)
    )

    assert command.main([], [memory]) == code

    out = capsys.readouterr().out
    assert re.search(r"at most 1.2 +met$", out, re.MULTILINE)
    assert re.search(rf"at most 150 MB +{'MISSED' if code else 'met'}$", out, re.MULTILINE)
    assert ("profile of ours: memory" in out) is bool(code)


def test_a_side_that_cannot_be_measured_ends_the_run_with_a_code_of_its_own(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It is neither a met nor a missed bar; what the process said about it is shown."""
    broken = evolve(figure([1.0], [1.0]), measured=Import("import no_such_module"))

    assert command.main([], [broken]) == 2

    printed = capfd.readouterr()
    assert "bench: 'import no_such_module' failed" in printed.err
    assert "No module named 'no_such_module'" in printed.err


def test_all_rounds_go_into_a_file_for_programs(tmp_path: Path) -> None:
    """With the machine, the bars and the verdicts."""
    file = tmp_path / "bench.json"

    command.main(["--json", str(file)], [figure([1.0, 3.0, 2.0], [1.0, 1.0, 1.0], Bar(1.15))])

    told = json.loads(file.read_text("utf-8"))
    assert told["machine"] == machine()
    (only,) = told["figures"]
    assert only["ratio"] == {
        "median": 2.0,
        "least": 1.0,
        "most": 3.0,
        "bar": "at most 1.15",
        "verdict": "MISSED",
    }
    assert [each["cpu_seconds"] for each in only["measured"]["rounds"]] == [10.0, 30.0, 20.0]
    assert only["missed"] is True


def test_the_table_shows_values_with_units_spread_and_bar() -> None:
    """One line for people has all that the verdict is made of."""
    measured = Measurement(
        figure=figure([0, 0, 0], [1, 1, 1], Bar(1.15)),
        short=False,
        measured=[Round(records=10, cpu_seconds=cpu, wall_seconds=0.01) for cpu in (0.011, 0.010, 0.012)],
        against=[Round(records=5, cpu_seconds=0.005, wall_seconds=0.005)] * 3,
    )

    heading, line = as_table([measured]).splitlines()

    columns = re.split(r" {2,}", line)
    title = "ours / theirs, 10 against 5"
    figures = ["1,100 µs", "1,000 µs", "1.10", "1.00..1.20", "3"]
    assert columns == ["1", title, "CPU per record", *figures, "at most 1.15", "met", "1.00"]
    assert heading.split() == ["figure", "by", "measured", "against", "ratio", "spread", "rounds", "bar", "by", "wall"]


def test_the_machine_is_named_without_names_of_hosts_and_paths() -> None:
    """A table can be shown to anyone."""
    named = machine()

    assert set(named) == {"CPU", "system", "Python", "httpx", "httpcore", "anyio", "sniffio", "aiohttp"}
    assert all(named.values())
    told = " ".join(named.values())
    assert "/" not in told
    assert node() not in told.split()


class Wire:
    """What a transport is to the server: it keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.written += data

    def close(self) -> None:
        """Note it."""
        self.closed = True


def answered(*parts: bytes) -> Wire:
    """Send parts of a stream to the server, as they would come over one connection."""
    wire, connection = Wire(), Answering()
    connection.connection_made(wire)  # type: ignore[arg-type] # as much of a transport as is used
    for part in parts:
        connection.data_received(part)
    return wire


def posted(body: bytes, name: bytes = b"Content-Length") -> bytes:
    """Spell a request."""
    return b"POST /x HTTP/1.1\r\nHost: x\r\n%s: %d\r\nAccept: */*\r\n\r\n%s" % (name, len(body), body)


@given(
    st.lists(st.binary(max_size=20).map(posted) | st.just(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"), max_size=5),
    st.lists(st.integers(0, 400), max_size=6),
)
def test_the_server_answers_each_request_once_however_the_stream_is_cut(requests: list[bytes], cuts: list[int]) -> None:
    """Requests that come in pieces, or several at once; a body may hold anything, an empty line too."""
    stream = b"".join(requests)
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})

    wire = answered(*(stream[begin:end] for begin, end in pairwise(ends)))

    assert wire.written == ANSWER * len(requests)


@pytest.mark.parametrize("name", [b"content-length", b"CONTENT-LENGTH"])
def test_the_server_waits_for_the_whole_body(name: bytes) -> None:
    """Header names are of any case; an answer before the end would count a request that is not there yet."""
    request = posted(b"\r\n\r\n{}", name)

    assert answered(request[:-1]).written == b""
    assert answered(request[:-1], request[-1:]).written == ANSWER


def test_the_server_refuses_a_body_whose_length_is_not_told() -> None:
    """Taken for requests, its chunks would be measured as such."""
    wire = answered(posted(b"{}") + b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")

    assert (wire.written, wire.closed) == (ANSWER + REFUSAL, True)


def test_the_server_serves_in_a_process_of_its_own_and_ends_with_its_use() -> None:
    """On a free port of this machine; afterwards nobody listens there."""
    with serving() as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(posted(b"{}") * 2)
            received = b""
            while len(received) < 2 * len(ANSWER):
                received += connection.recv(65536)

    assert received == ANSWER * 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 10)


def test_the_server_ends_when_who_started_it_does() -> None:
    """Killed, say: then nothing is left to end the server but the end of its input."""

    async def code() -> int:
        pipe = asyncio.subprocess.PIPE
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scripts.bench.server", stdin=pipe, stdout=pipe, cwd=ROOT
        )
        assert started.stdin is not None
        assert started.stdout is not None
        await started.stdout.readline()
        started.stdin.close()
        return await asyncio.wait_for(started.wait(), 30)

    assert asyncio.run(code()) == 0


def test_a_process_that_ends_or_says_nothing_is_an_error(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits for ever; the process's own words are on the screen."""
    with (
        child("scripts.bench.worker", "calls:no_such_job", "http://127.0.0.1:1") as ended,
        pytest.raises(BenchError, match=r"^scripts\.bench\.worker calls:no_such_job .* ended with 1$"),
    ):
        ended.ask(records=1, profile=None)
    assert "no_such_job" in capfd.readouterr().err

    with child("scripts.bench.server") as silent:
        silent.line()
        monkeypatch.setattr(processes, "_PATIENCE_SECONDS", 0.01)
        with pytest.raises(BenchError, match=r"^scripts\.bench\.server ended with -9$"):
            silent.line()


def test_the_processes_get_nothing_of_the_caller_s_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy, a key or a setting of Python would take part in what is measured."""
    for name in ("HTTP_PROXY", "ADAPTY_MAIL_SECRET_KEY", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")

    assert set(environment()) <= {"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR"}


def test_the_csv_file_and_the_bodies_hold_the_same_records(tmp_path: Path) -> None:
    """All sides send the same, so that all have the same to do."""
    file = tmp_path / "profiles.csv"
    write_csv(file, 2)

    assert [json.loads(body) for body in bodies(2)] == [fields(0), fields(1)]
    assert file.read_text("utf-8").splitlines() == [
        "external_profile_id,external_created_at,email,first_name,country,custom.plan",
        "user_0,2026-06-01T10:30:00Z,jane.0@example.com,Jane,US,trial",
        "user_1,2026-06-01T10:30:00Z,jane.1@example.com,Jane,US,trial",
    ]


@pytest.mark.parametrize(
    "job", sorted({side.job for each in FIGURES for side in (each.measured, each.against) if isinstance(side, Job)})
)
def test_each_job_sends_its_records_and_says_what_they_cost(job: str) -> None:
    """A few records each, in a process of its own; profiled too."""
    with serving() as url:
        with NewJob(job).opened(url) as round_of:
            done = round_of(20)
        profile = Job(job).profile(url, 20, "time")

    assert done.records == 20
    assert done.cpu_seconds > 0
    assert done.wall_seconds > 0
    assert done.peak_bytes > 10_000_000
    heading, *lines = profile.splitlines()
    assert heading.split() == ["own", "µs", "with", "called", "calls", "function,", "per", "record"]
    assert len(lines) == 25
    assert str(ROOT) not in profile


def test_a_profile_of_memory_names_the_lines_that_hold_it() -> None:
    """The one that holds most comes first."""
    kept: list[bytearray] = []

    whole, heading, first, *_ = profiled("memory", lambda: kept.append(bytearray(50_000_000)), 1).splitlines()

    assert re.fullmatch(r"5\d\.\d MB were in use by Python's own objects", whole)
    assert heading.split() == ["MB", "objects", "line"]
    assert re.fullmatch(r"50\.00 +\d  tests/project/test_bench\.py:\d+", first.strip())


def test_a_profile_of_imports_names_the_slowest_modules_first() -> None:
    """Of what the interpreter writes down."""
    log = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:        10 |         10 | small\n"
        "import time:       300 |        310 |   big.part\n"
    )

    heading, *lines = of_imports(log).splitlines()

    assert heading.split() == ["own", "µs", "with", "theirs", "module"]
    assert [line.split() for line in lines] == [["300", "310", "big.part"], ["10", "10", "small"]]


def test_the_command_measures_a_figure_from_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    """The cheapest one, in its short form; which of the two imports is dearer is not this test's to say."""
    assert command.main(["--only", "6", "--short"]) in {0, 1}

    out = capsys.readouterr().out
    assert re.search(r"^CPU: +\S.* cores$", out, re.MULTILINE)
    assert re.search(r"^6  import adapty / import httpx +CPU per import .* at most 1\.15 ", out, re.MULTILINE)


def test_a_figure_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The numbers are those of the list."""
    with pytest.raises(SystemExit) as refused:
        command.main(["--only", "7"])

    assert refused.value.code == 2
    assert "invalid choice: 7" in capsys.readouterr().err
