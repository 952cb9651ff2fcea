"""What a reliability report holds, as reliability.json has it.

Latencies are milliseconds, times seconds after the warm-up.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from audit.model.verdict import Verdict  # noqa: TC001 - pydantic reads the annotations


class Row(BaseModel):
    """A part of the result; unknown fields are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Latencies(Row):
    """Percentiles by nearest rank. None: so many records never arrived that it is above every measured value."""

    records: int
    p50: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    most: float | None


class Point(Row):
    """One slice of the run."""

    at: float = Field(description="its beginning, in seconds after the warm-up: negative within it")
    acknowledged: int = Field(description="acknowledgements that came in it")
    acknowledgement: Latencies = Field(description="of the records that were due in it")
    end_to_end: Latencies = Field(description="of the records that were due in it, over all groups")
    lag: int = Field(description="acknowledged and not yet read, at its end, by the slowest group")


class Gap(Row):
    """The longest time in which a partition acknowledged nothing although something was due."""

    partition: int
    at: float
    seconds: float


class Event(Row):
    """What the target's metadata showed, as polled four times a second."""

    at: float
    said: str


class StepRow(Row):
    """A step of a fault: when it was begun, how long it took, and why it failed if it did."""

    at: float
    seconds: float
    step: str
    failed: str | None


class LoadRow(Row):
    """The load as it was made: records a second, seconds, bytes."""

    rate: int
    bursts: tuple[tuple[float, int], ...] = Field(description="(seconds after the warm-up, records a second from then)")
    partitions: int
    groups: int
    record_size: int
    warm_up: float
    lasts: float


class FaultRow(Row):
    """A fault and what clients saw of it while it was watched."""

    kind: str
    begin: float
    end: float
    steps: tuple[StepRow, ...]
    events: tuple[Event, ...]
    gaps: tuple[Gap, ...] = Field(description="the longest of each partition that began or went on in the window")
    acknowledgement: Latencies
    end_to_end: Latencies
    given_up: int
    lag_before: int
    lag_peak: int
    drain: float | None = Field(description="seconds from the last step until the lag was back for good; None: never")

    @property
    def done(self) -> bool:
        """Whether every step was done."""
        return all(step.failed is None for step in self.steps)


class Lost(Row):
    """Acknowledged records that are missing: the first and the last of a run of a partition's own numbers."""

    partition: int
    first: int
    last: int


class Counts(Row):
    """Every record of the run, warm-up too. None where the read-back is not whole, and so proves nothing."""

    sent: int
    acknowledged: int
    given_up: int = Field(description="records that the client failed to deliver, or had no report of")
    errors: dict[str, int] = Field(description="why, by librdkafka's words")
    read_back: int
    lost: int | None
    lost_in: tuple[Lost, ...]
    duplicated: int
    out_of_order: int
    stored_unacknowledged: int = Field(description="given up by the client, and there all the same")
    foreign: int = Field(description="records that this run did not write")
    read_back_whole: bool
    read_back_said: str


class Overhead(Row):
    """What the prober itself adds."""

    floor: Latencies = Field(description="the same writer and rate against librdkafka's own broker in its process")
    late: Latencies = Field(description="how late records were handed to the client after they were due")
    cores: float = Field(description="processor time of writer and readers by the time of the run")


class SloRow(Row):
    """A limit, what was measured, and the verdict."""

    name: str
    limit: str
    measured: str
    verdict: Verdict
    why: str = ""


class NotTested(Row):
    """What the report does not say anything about."""

    what: str
    why: str


class ReliabilityResult(Row):
    """A run of the prober, judged."""

    format: Literal["byoc-reliability/1"] = "byoc-reliability/1"
    case: str
    began: str = Field(description="when the load began, ISO-8601 UTC")
    platform: str = Field(description="what poc.yaml says that the target is; the protocol does not tell")
    cluster: str | None = Field(description="the cluster's id")
    brokers: int
    conditions: str
    load: LoadRow
    client: dict[str, str] = Field(description="the producer's settings")
    library: str
    counts: Counts
    steady: dict[str, Latencies] = Field(description="outside the faults' windows and the warm-up")
    whole: dict[str, Latencies] = Field(description="after the warm-up, faults included")
    series: tuple[Point, ...]
    faults: tuple[FaultRow, ...]
    slos: tuple[SloRow, ...]
    overhead: Overhead
    not_tested: tuple[NotTested, ...]
    notes: tuple[str, ...]
    verdict: Verdict

    def text(self) -> str:
        """As a file has it."""
        return self.model_dump_json(indent=1) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """From a file's text; raises pydantic's ValidationError."""
        return cls.model_validate_json(text)
