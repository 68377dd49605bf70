"""The benchmarks, as data: targets, metric and threshold."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import gt

from scripts.bench.samples import CPU_TIME, MEMORY, STARTUP, THROUGHPUT, Metric
from scripts.bench.targets import ColdJob, FreshInterpreter, Target, WarmJob

__all__ = ["BENCHMARKS", "REGRESSION_FACTOR", "Benchmark", "Size", "Threshold"]

REGRESSION_FACTOR = 2.0
"""A value worse than its threshold by this factor is a gross regression."""


@frozen
class Threshold:
    """The limit of a value.

    Attributes:
        limit: The limit itself is allowed.
        is_minimum: Whether the value must not be lower; by default it must not be higher.

    Example:
        >>> threshold = Threshold(15, is_minimum=True)
        >>> threshold.is_met_by(14.9), threshold.is_met_by(14.9, factor=2), threshold.is_met_by(7.4, factor=2)
        (False, True, False)
    """

    limit: float
    is_minimum: bool = False

    def is_met_by(self, value: float, *, factor: float = 1.0) -> bool:
        """Return whether a value is at most `factor` times worse than the limit."""
        return value >= self.limit / factor if self.is_minimum else value <= self.limit * factor

    def __str__(self) -> str:
        return f"at {'least' if self.is_minimum else 'most'} {self.limit:g}"


@frozen(kw_only=True)
class Size:
    """The amount of work of a benchmark.

    Attributes:
        samples: Samples of each target.
        records: Records per sample of the subject.
        baseline_records: Records per sample of the baseline.
    """

    samples: int = field(validator=gt(0))
    records: int = field(validator=gt(0))
    baseline_records: int = field(validator=gt(0))


@frozen(kw_only=True)
class Benchmark:
    """A comparison of two targets.

    Attributes:
        number: The number of the benchmark.
        title: What is compared; may contain `{records:,}` and `{baseline_records:,}`.
        subject: The target that the thresholds are about.
        baseline: The target to compare with.
        metric: What is compared.
        full: The amount of work.
        short: The amount of work with `--short`.
        threshold: The threshold of the ratio; None if the ratio is printed for information.
        ceiling: The threshold of the subject's own value, in the metric's unit.
    """

    number: int
    title: str
    subject: Target
    baseline: Target
    metric: Metric
    full: Size
    short: Size
    threshold: Threshold | None = None
    ceiling: Threshold | None = None


_GENERATED = WarmJob("loops:generated")
_BULK_FAST = WarmJob("bulk:fast")
_WEBHOOK = WarmJob("webhooks:adapty_app")
_IMPORT_HTTPX = FreshInterpreter("import httpx")

BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark(
        number=1,
        title="mail.save_profile / httpx.Client.post",
        subject=WarmJob("calls:save_profile"),
        baseline=WarmJob("calls:bare_httpx"),
        metric=CPU_TIME,
        threshold=Threshold(1.15),
        # Many short samples: the shorter a pair, the less the machine changes between its two samples.
        full=Size(samples=31, records=1_000, baseline_records=1_000),
        short=Size(samples=5, records=500, baseline_records=500),
    ),
    Benchmark(
        number=2,
        title="bulk import, fast / gather, 64 workers",
        subject=_BULK_FAST,
        baseline=_GENERATED,
        metric=THROUGHPUT,
        threshold=Threshold(15, is_minimum=True),
        full=Size(samples=11, records=10_000, baseline_records=800),
        short=Size(samples=3, records=5_000, baseline_records=400),
    ),
    Benchmark(
        number=3,
        title="bulk import, httpx / gather, 64 workers",
        subject=WarmJob("bulk:without_fast"),
        baseline=_GENERATED,
        metric=THROUGHPUT,
        threshold=Threshold(2.5, is_minimum=True),
        full=Size(samples=11, records=3_000, baseline_records=800),
        short=Size(samples=3, records=1_500, baseline_records=400),
    ),
    Benchmark(
        number=4,
        title="bulk import, fast / aiohttp, 16 tasks",
        subject=_BULK_FAST,
        baseline=WarmJob("loops:native"),
        metric=CPU_TIME,
        threshold=Threshold(3.5),
        full=Size(samples=15, records=10_000, baseline_records=10_000),
        short=Size(samples=3, records=5_000, baseline_records=5_000),
    ),
    Benchmark(
        number=5,
        title="import of {records:,} / {baseline_records:,} rows",
        subject=ColdJob("bulk:fast"),
        baseline=ColdJob("bulk:fast"),
        metric=MEMORY,
        threshold=Threshold(1.2),
        ceiling=Threshold(150),
        # One sample: the peak hardly varies, and a million rows take minutes.
        full=Size(samples=1, records=1_000_000, baseline_records=10_000),
        short=Size(samples=1, records=60_000, baseline_records=10_000),
    ),
    Benchmark(
        number=6,
        title="import adapty / import httpx",
        subject=FreshInterpreter("import adapty"),
        baseline=_IMPORT_HTTPX,
        metric=STARTUP,
        threshold=Threshold(1.15),
        full=Size(samples=15, records=2, baseline_records=2),
        short=Size(samples=3, records=1, baseline_records=1),
    ),
    Benchmark(
        number=7,
        title="from adapty import Adapty / import httpx",
        subject=FreshInterpreter("from adapty import Adapty"),
        baseline=_IMPORT_HTTPX,
        metric=STARTUP,
        threshold=Threshold(1.5),
        full=Size(samples=15, records=2, baseline_records=2),
        short=Size(samples=5, records=1, baseline_records=1),
    ),
    Benchmark(
        number=8,
        title="first profiles.get of a process / first httpx.Client.get",
        subject=FreshInterpreter(
            "from adapty import Adapty\n"
            "with Adapty(secret_key={key!r}, base_url={url!r}) as client:\n"
            "    client.profiles.get(customer_user_id='user_1')\n",
            includes_interpreter=True,
        ),
        baseline=FreshInterpreter(
            "import httpx\n"
            "with httpx.Client(headers={{'Authorization': 'Api-Key ' + {key!r}}}) as client:\n"
            "    headers = {{'adapty-customer-user-id': 'user_1'}}\n"
            "    response = client.get({url!r} + '/api/v2/server-side-api/profile/', headers=headers)\n"
            "    response.raise_for_status().json()\n",
            includes_interpreter=True,
        ),
        metric=STARTUP,
        threshold=Threshold(1.4),
        full=Size(samples=15, records=2, baseline_records=2),
        short=Size(samples=5, records=1, baseline_records=1),
    ),
    Benchmark(
        number=9,
        title="webhook with dedup and outbox / Starlette route, connection per request",
        subject=_WEBHOOK,
        baseline=WarmJob("webhooks:starlette_route"),
        metric=CPU_TIME,
        threshold=Threshold(1.5),
        full=Size(samples=21, records=300, baseline_records=300),
        short=Size(samples=5, records=100, baseline_records=100),
    ),
    Benchmark(
        number=9,
        title="webhook with dedup and outbox / Starlette route, shared connection",
        subject=_WEBHOOK,
        baseline=WarmJob("webhooks:starlette_route_shared_connection"),
        metric=CPU_TIME,
        full=Size(samples=11, records=300, baseline_records=300),
        short=Size(samples=1, records=100, baseline_records=100),
    ),
    Benchmark(
        number=10,
        title="outbox.put, PostgreSQL / SQLite",
        subject=WarmJob("outbox:postgres_put"),
        baseline=WarmJob("outbox:sqlite_put"),
        metric=CPU_TIME,
        threshold=Threshold(1.5),
        full=Size(samples=15, records=500, baseline_records=500),
        short=Size(samples=3, records=200, baseline_records=200),
    ),
    Benchmark(
        number=10,
        title="outbox delivery, PostgreSQL / SQLite",
        subject=WarmJob("outbox:postgres_deliver"),
        baseline=WarmJob("outbox:sqlite_deliver"),
        metric=CPU_TIME,
        threshold=Threshold(1.5),
        full=Size(samples=15, records=1_000, baseline_records=1_000),
        short=Size(samples=3, records=300, baseline_records=300),
    ),
)
