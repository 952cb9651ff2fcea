"""Reliability: the load that the prober makes, the faults that are done to the target, and what must hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from poc.case.part import Part
from poc.case.quantity import Bytes, Seconds

MOST_RECORDS = 20_000_000
LONG_ENOUGH = 60.0
"""Seconds of warm-up: AutoMQ fails no broker over that dies within a minute of its start (docs/poc-reliability.md)."""
Kind = Literal[
    "broker-failure",
    "crash-loop",
    "two-brokers",
    "rolling-restart",
    "scale-out",
    "scale-in",
    "partition-move",
    "cold-read",
    "storage-latency",
    "other",
]
KINDS: dict[Kind, str] = {
    "broker-failure": "one broker dies and comes back",
    "crash-loop": "a broker dies again soon after its start",
    "two-brokers": "two brokers die at once",
    "rolling-restart": "all brokers restart, one after the other",
    "scale-out": "brokers are added",
    "scale-in": "brokers are taken away",
    "partition-move": "partitions move between brokers",
    "cold-read": "a consumer reads from the beginning beside those at the end",
    "storage-latency": "storage is slow or throttles",
    "other": "a fault of the case's own",
}
"""What a reliability report is expected to hold; what of it was not done is said."""
Word = Annotated[str, StringConstraints(min_length=1)]


class Burst(Part):
    """From a moment on, another rate."""

    after: Seconds = Field(description="how long after the warm-up it starts", examples=["60 s"])
    rate: int = Field(ge=1, le=100_000, description="records a second from then on", examples=[2000])


class Load(Part):
    """What the prober writes and reads, evenly over the partitions of a topic of its own."""

    rate: int = Field(ge=1, le=100_000, description="records a second", examples=[1000])
    partitions: int = Field(default=6, ge=1, le=10_000, description="the topic's partitions")
    replication_factor: int | None = Field(
        default=None, ge=1, le=10, description="its copies; the broker's default", examples=[3]
    )
    record_size: Bytes | None = Field(
        default=None, ge=32, le=50 * 2**20, description="a record; the workload's", examples=["1 KiB"]
    )
    bursts: tuple[Burst, ...] = Field(default=(), description="other rates from a moment on")
    groups: int = Field(default=1, ge=1, le=10, description="consumer groups that follow")
    idempotent: bool = Field(default=True, description="enable.idempotence, with which order and no duplicate are due")
    linger: Seconds = Field(default=0.005, le=10, description="linger.ms; latencies contain it", examples=["5 ms"])
    delivery_timeout: Seconds = Field(
        default=120, gt=0, description="when the client gives a record up", examples=["120 s"]
    )
    warm_up: Seconds = Field(
        default=70, description="load before anything counts; more than a minute on AutoMQ", examples=["70 s"]
    )
    lasts: Seconds = Field(gt=0, description="how long the load lasts then", examples=["5 min"])

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        after = [burst.after for burst in self.bursts]
        if after != sorted(after):
            raise ValueError("bursts are not in the order of after: sort them")
        if after and after[-1] >= self.lasts:
            raise ValueError("the last burst starts after the end of the load: raise lasts, or drop the burst")
        most = max([self.rate, *(burst.rate for burst in self.bursts)]) * (self.warm_up + self.lasts)
        if most > MOST_RECORDS:
            raise ValueError(f"{most:,.0f} records are more than {MOST_RECORDS:,}: lower rate or lasts")
        return self


class LocalProcess(Part):
    """A signal to a process on this machine."""

    pid_file: Word = Field(description="the file with its process id", examples=["/var/run/kafka-2.pid"])
    signal: Literal["KILL", "TERM", "STOP", "CONT"] = Field(default="KILL", description="the signal")


class Ec2(Part):
    """Shell commands on instances, by Systems Manager (AWS-RunShellScript)."""

    region: Word = Field(description="the instances' region", examples=["eu-central-1"])
    instances: tuple[Annotated[str, StringConstraints(pattern=r"^m?i-[0-9a-f]{8,17}$")], ...] = Field(
        min_length=1, max_length=50, description="their ids", examples=[["i-0123456789abcdef0"]]
    )
    commands: tuple[Word, ...] = Field(min_length=1, description="what runs there", examples=[["pkill -9 java"]])


class Step(Part):
    """One thing that is done, in one of four ways."""

    after: Seconds = Field(default=0, description="how long after the fault's beginning", examples=["0 s"])
    command: tuple[Word, ...] | None = Field(
        default=None, description="a command on this machine, word by word, with no shell", examples=[["./stop", "2"]]
    )
    process: LocalProcess | None = Field(default=None, description="a signal to a process on this machine")
    ec2: Ec2 | None = Field(default=None, description="commands on EC2 instances")
    cold_read: bool = Field(default=False, description="a new consumer reads all from the beginning")
    timeout: Seconds = Field(default=60, gt=0, le=3600, description="how long it may take", examples=["60 s"])

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.command is not None, self.process is not None, self.ec2 is not None, self.cold_read]
        if sum(ways) != 1:
            raise ValueError(f"{sum(ways)} of command, process, ec2 and cold_read are set: set one")
        return self


class Fault(Part):
    """What is done to the target, and how long its effect is watched."""

    kind: Kind = Field(description="what it stands for")
    after: Seconds = Field(description="how long after the warm-up it begins", examples=["60 s"])
    watch: Seconds = Field(gt=0, description="how long its effect is watched", examples=["90 s"])
    steps: tuple[Step, ...] = Field(
        min_length=1,
        description="what is done; the last step restores",
        examples=[[{"command": ["./stop-broker", "2"]}, {"after": "30 s", "command": ["./start-broker", "2"]}]],
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        moments = [step.after for step in self.steps]
        if moments != sorted(moments):
            raise ValueError("steps are not in the order of after: sort them")
        if moments[-1] >= self.watch:
            raise ValueError("the last step comes after the end of watch: raise watch")
        return self

    @property
    def end(self) -> float:
        """When watching ends, in seconds after the warm-up."""
        return self.after + self.watch


class Slo(Part):
    """What must hold. A limit that is left out is not judged, and the report says so."""

    acknowledgement_p99: Seconds | None = Field(
        default=None, gt=0, description="from the moment a record is due to its acknowledgement", examples=["500 ms"]
    )
    end_to_end_p99: Seconds | None = Field(
        default=None, gt=0, description="from that moment until a consumer has it", examples=["1 s"]
    )
    gap: Seconds | None = Field(
        default=None, gt=0, description="the longest time without an acknowledgement in a partition", examples=["30 s"]
    )
    drain: Seconds | None = Field(
        default=None, gt=0, description="how long after a fault the lag may take to fall back", examples=["2 min"]
    )
    lost: int = Field(default=0, ge=0, description="acknowledged records that may be missing")
    duplicated: int = Field(default=0, ge=0, description="records that may be there more than once")
    out_of_order: int = Field(default=0, ge=0, description="records that may stand behind a later one")
    given_up: int = Field(default=0, ge=0, description="records that the client may fail to deliver")


_FAULT = {
    "kind": "broker-failure",
    "after": "60 s",
    "watch": "90 s",
    "steps": [
        {"command": ["./stop-broker", "2"]},
        {"after": "30 s", "command": ["./start-broker", "2"]},
    ],
}


class Reliability(Part):
    """The prober's run."""

    conditions: str = Field(
        default="not stated",
        description="what the target runs on: build, WAL type, instances, zones; it stands beside each latency",
        examples=["AutoMQ 1.5, S3 WAL, 3 × m7g.xlarge in 3 zones"],
    )
    load: Load = Field(description="what is written and read", examples=[{"rate": 1000, "lasts": "5 min"}])
    slo: Slo = Field(
        default=Slo(),
        description="what must hold",
        examples=[{"acknowledgement_p99": "500 ms", "end_to_end_p99": "1 s", "gap": "30 s", "drain": "2 min"}],
    )
    faults: tuple[Fault, ...] = Field(default=(), description="what is done to the target", examples=[[_FAULT]])

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for message in self._misfits():
            raise ValueError(message)
        return self

    def _misfits(self) -> Iterator[str]:
        end = 0.0
        for number, fault in enumerate(self.faults):
            if fault.after < end:
                yield f"faults[{number}] begins while the one before is watched: raise its after to {end:g} s or more"
            end = fault.end
        if end > self.load.lasts:
            yield f"the last fault is watched until {end:g} s, the load ends at {self.load.lasts:g} s: raise load.lasts"
