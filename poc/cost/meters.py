"""Meters of a run beside the model: the model at the run's own load, and what was counted, both for a month."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003  # pydantic reads the annotation when it builds the model
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from audit.model.errors import UsageError
from poc.cost.line import Bill, cents
from poc.cost.volume import GIB, HOURS, SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from poc.cost.line import Line
    from poc.cost.model import Model

FORMAT = "byoc-meters/1"
_LEAST_HOURS = 1
_KEPT = "stored_gib"
"""The one meter that is an average over the run, not a sum."""


class Counted(BaseModel):
    """What a run counted, over all of AutoMQ's side; leave out what was not counted. GiB are 2^30 bytes, compressed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    written_gib: Decimal | None = Field(default=None, gt=0, description="written by producers")
    read_gib: Decimal | None = Field(default=None, ge=0, description="read by consumers")
    stored_gib: Decimal | None = Field(default=None, ge=0, description="kept in S3, on average over the run")
    broker_hours: Decimal | None = Field(default=None, ge=0, description="hours of all brokers together")
    s3_puts: Decimal | None = Field(default=None, ge=0, description="PUT, COPY, POST and LIST requests to S3")
    s3_gets: Decimal | None = Field(default=None, ge=0, description="GET and other requests to S3")
    data_events: Decimal | None = Field(default=None, ge=0, description="CloudTrail data events")
    trail_log_gib: Decimal | None = Field(default=None, ge=0, description="ingested into the trail's log group")
    kms_requests: Decimal | None = Field(default=None, ge=0, description="requests to KMS")
    cross_zone_gib: Decimal | None = Field(default=None, ge=0, description="between zones, one direction counted once")
    broker_log_gib: Decimal | None = Field(default=None, ge=0, description="ingested logs of brokers")
    flow_log_gib: Decimal | None = Field(default=None, ge=0, description="flow logs delivered")


class Meters(BaseModel):
    """Meters of one run: where they are from, from when until when, and what was counted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["byoc-meters/1"]
    source: str = Field(min_length=1, description="who counted, such as CloudWatch and S3's request metrics")
    since: datetime = Field(description="when the run began, with its time zone")
    until: datetime = Field(description="when it ended, with its time zone")
    counted: Counted

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("since and until need their time zone: write them like 2026-11-20T10:00:00Z")
        if self.hours < _LEAST_HOURS:
            raise ValueError("the run is shorter than an hour: a month cannot be told from it")
        return self

    @property
    def hours(self) -> Decimal:
        """How long the run was."""
        return Decimal(str((self.until - self.since).total_seconds())) / 3600

    @classmethod
    def read(cls, path: Path) -> Self:
        """A file of meters; raises UsageError for one that is none."""
        try:
            return cls.model_validate(json.loads(path.read_text("utf-8"), parse_float=Decimal))
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror}): name a file of meters") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise UsageError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
        except ValueError as error:
            raise UsageError(f"{path} is no JSON ({error}): name a file of meters") from error

    def a_month(self) -> dict[str, Decimal]:
        """What was counted, for 730 hours."""
        found = {name: value for name, value in self.counted if value is not None}
        return {name: value if name == _KEPT else value * HOURS / self.hours for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Measured:
    """A meter: lines that it counts, the model at the run's load, and what was counted; None where it was not."""

    meter: str
    lines: tuple[str, ...]
    unit: str
    modelled: Decimal
    modelled_usd: Decimal
    counted: Decimal | None
    counted_usd: Decimal | None


def at_load(model: Model, meters: Meters) -> Model:
    """The model of what the run wrote, read and kept; what was not counted stays as poc.yaml says."""
    month, volume = meters.a_month(), model.volume
    if "written_gib" in month:
        ingress = month["written_gib"] * GIB / SECONDS
        volume = replace(volume, ingress=ingress, peak=ingress, kept=volume.kept * ingress / volume.ingress)
    if "read_gib" in month:
        volume = replace(volume, fan_out=month["read_gib"] / volume.written)
    if _KEPT in month:
        volume = replace(volume, kept=month[_KEPT] * GIB)
    return model.with_(volume)


def measured(model: Model, meters: Meters) -> Iterator[Measured]:
    """Each meter of AutoMQ's side, MODEL and MEASURED side by side."""
    month = meters.a_month()
    lines = at_load(model, meters).automq().lines
    for meter in Counted.model_fields:
        under = [line for line in lines if line.meter == meter]
        if not under:
            continue
        modelled = sum((line.quantity for line in under), Decimal(0))
        counted = month.get(meter)
        usd = None if counted is None else sum((_cost(line, counted) for line in _priced_apart(under)), Decimal(0))
        names = tuple(line.name for line in under)
        yield Measured(meter, names, under[0].unit, _amount(under, modelled), Bill(tuple(under)).usd, counted, usd)


def _priced_apart(lines: list[Line]) -> list[Line]:
    """One line for each price: lines of one price share the meter, those of several are each charged for all of it."""
    return list({(line.price.source, line.price.usd): line for line in lines if line.price is not None}.values())


def _amount(lines: list[Line], total: Decimal) -> Decimal:
    """The quantity that the meter counts: summed over lines of one price, the same for lines of several."""
    return total if len(_priced_apart(lines)) <= 1 else lines[0].quantity


def _cost(line: Line, quantity: Decimal) -> Decimal:
    return line.cost(quantity) or cents(Decimal(0))
