"""The workload: what is written, read and kept. Bytes are compressed as clients send them, unless a name says else."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from poc.case.part import Part
from poc.case.quantity import Bytes, BytesPerSecond, Seconds

_SLACK = 0.01


class Compression(Part):
    """How producers compress."""

    codec: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field(
        description="the producers' compression.type", examples=["lz4"]
    )
    ratio: float = Field(
        default=1,
        ge=1,
        le=100,
        description="uncompressed bytes by compressed ones: 3 says a third is left",
        examples=[3],
    )

    @model_validator(mode="after")
    def _none_is_one(self) -> Self:
        if self.codec == "none" and self.ratio != 1:
            raise ValueError(f"codec is none and ratio {self.ratio:g}: name the codec, or set ratio to 1")
        return self


class Keys(Part):
    """How records spread over keys, and so over partitions."""

    distinct: int = Field(ge=1, description="how many keys there are", examples=[100_000])
    hottest: float = Field(
        default=0, ge=0, le=1, description="the share of records with the most frequent key, 0 for an even spread"
    )


class Peak(Part):
    """The highest load, and how long it lasts."""

    ingress: BytesPerSecond = Field(gt=0, description="what producers write then", examples=["60 MiB/s"])
    lasts: Seconds = Field(gt=0, description="how long it holds", examples=["2 h"])
    every: Seconds = Field(gt=0, description="how often it comes", examples=["1 d"])

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Self:
        if self.lasts > self.every:
            raise ValueError("the peak lasts longer than the time from one to the next: mend lasts or every")
        return self


class Workload(Part):
    """One workload that stresses the reasons for the change, the same for both sides."""

    ingress: BytesPerSecond = Field(
        gt=0,
        description="what producers write on average, compressed (Confluent's metric received_bytes)",
        examples=["20 MiB/s"],
    )
    egress: BytesPerSecond | None = Field(
        default=None,
        ge=0,
        description="what consumers read on average, compressed (sent_bytes); or else say fan_out",
        examples=["60 MiB/s"],
    )
    fan_out: float | None = Field(
        default=None, ge=0, le=1000, description="how many times each record is read; or else say egress", examples=[3]
    )
    retention: Seconds = Field(gt=0, description="how long records are kept", examples=["7 d"])
    retained: Bytes | None = Field(
        default=None,
        description="what is kept in all, one copy, compressed (retained_bytes), where it is not "
        "ingress times retention, as with compacted topics",
        examples=["12 TiB"],
    )
    topics: int = Field(ge=1, description="how many topics", examples=[120])
    partitions: int = Field(ge=1, description="how many partitions in all", examples=[960])
    replication_factor: int = Field(default=3, ge=1, le=10, description="the source's copies of each partition")
    record_size: Bytes = Field(gt=0, description="a record's average size, uncompressed", examples=["1 KiB"])
    compression: Compression = Field(
        default=Compression(codec="none"), description="how producers compress", examples=[{"codec": "lz4", "ratio": 3}]
    )
    keys: Keys | None = Field(default=None, description="the records' keys; leave out where records have none")
    peak: Peak | None = Field(default=None, description="the highest load; leave out where the load is even")
    producers: int = Field(default=10, ge=1, description="producing clients at the same time")
    consumer_groups: int = Field(default=3, ge=0, description="consumer groups")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.egress is None and self.fan_out is None:
            raise ValueError("neither egress nor fan_out is set: say what consumers read, in one of the two")
        if self.egress is not None and self.fan_out is not None:
            told = self.ingress * self.fan_out
            if abs(told - self.egress) > _SLACK * max(told, self.egress):
                raise ValueError("egress is not ingress times fan_out: keep one of the two")
        if self.peak is not None and self.peak.ingress < self.ingress:
            raise ValueError("peak.ingress is below the average ingress: mend one of them")
        if self.partitions < self.topics:
            raise ValueError(f"partitions {self.partitions} are fewer than topics {self.topics}: each has one at least")
        return self

    @property
    def read(self) -> float:
        """Bytes a second that consumers read, compressed."""
        return self.egress if self.egress is not None else self.ingress * (self.fan_out or 0)

    @property
    def reads_each(self) -> float:
        """How many times each record is read."""
        return self.fan_out if self.fan_out is not None else self.read / self.ingress

    @property
    def kept(self) -> float:
        """Bytes kept, one copy, compressed."""
        return self.retained if self.retained is not None else self.ingress * self.retention

    @property
    def ingress_uncompressed(self) -> float:
        """Bytes a second written, before producers compress."""
        return self.ingress * self.compression.ratio

    @property
    def records(self) -> float:
        """Records a second, on average."""
        return self.ingress_uncompressed / self.record_size
