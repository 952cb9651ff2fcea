"""The case: one frozen model of poc.yaml. A new section is one field here and one file beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from audit.policy import plain_yaml
from poc.case.clients import Clients
from poc.case.cluster import Cluster
from poc.case.gates import Gates
from poc.case.migration import Migration
from poc.case.operations import Operations
from poc.case.part import Part
from poc.case.people import Person
from poc.case.prices import Prices
from poc.case.quantity import Money
from poc.case.reliability import Reliability
from poc.case.scope import Scope
from poc.case.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = "byoc-poc/1"
SCHEMA = "docs/schemas/poc.schema.json"
SHORT_NAME = r"^[a-z][a-z0-9-]{0,62}$"
ShortName = Annotated[str, StringConstraints(pattern=SHORT_NAME)]

_SOURCE = {
    "platform": "confluent-cloud",
    "bootstrap": "source.example.com:9092",
    "security": {
        "protocol": "SASL_SSL",
        "mechanism": "PLAIN",
        "username": "APIKEY",
        "password": "env:POC_SOURCE_SECRET",
    },
}
_TARGET = {
    "platform": "automq",
    "bootstrap": "broker-1.example.com:9112",
    "security": {
        "protocol": "SASL_SSL",
        "mechanism": "SCRAM-SHA-512",
        "username": "poc",
        "password": "env:POC_TARGET_PASSWORD",
    },
}


class Case(Part):
    """All that the artifacts of one proof of concept share."""

    format: Literal["byoc-poc/1"] = Field(description="the format of this file", examples=[FORMAT])
    name: ShortName = Field(description="a short name; it goes into titles and file names", examples=["orders"])
    currency: str = Field(
        default="USD", pattern=r"^[A-Z]{3}$", description="the one currency of all amounts (ISO 4217)"
    )
    workload: Workload = Field(description="the workload, the same for both sides", examples=[{"fan_out": 3}])
    source: Cluster | None = Field(default=None, description="the cluster to leave", examples=[_SOURCE])
    target: Cluster | None = Field(default=None, description="the cluster to move to", examples=[_TARGET])
    scope: Scope = Field(default=Scope(), description="what of the source is in scope")
    clients: Clients = Field(default=Clients(), description="the clients that byoc poc compat tries")
    migration: Migration = Field(
        default=Migration(), description="how the source is copied to the target, and back (docs/poc-migration.md)"
    )
    reliability: Reliability | None = Field(
        default=None,
        description="the prober's run: load, SLOs and faults (docs/poc-reliability.md)",
        examples=[{"load": {"rate": 1000, "lasts": "5 min"}}],
    )
    people: dict[ShortName, Person] = Field(
        default={},
        description="who takes part, by a short name that owners refer to",
        examples=[{"platform": {"team": "streaming platform", "contact": "platform@example.com"}}],
    )
    prices: Prices | None = Field(
        default=None,
        description="what both sides cost; byoc poc cost needs it",
        examples=[{"confluent": {"cluster_type": "dedicated", "network": "private-link"}}],
    )
    operations: Operations = Field(default=Operations(), description="who runs it: duties and alerts")
    gates: Gates = Field(
        default=Gates(),
        description="the six gates: owners and limits",
        examples=[{name: {"owner": "platform"} for name in Gates.model_fields}],
    )

    @classmethod
    def read(cls, path: Path) -> Self:
        """The case in a file; raises UsageError that names file, line, field, limit and way out, never a secret."""
        return plain_yaml.read(path, "a proof of concept (byoc poc init writes one)").parsed(cls, FORMAT, SCHEMA)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for place, money in _amounts(self, ""):
            if money.currency != self.currency:
                raise ValueError(
                    f"{place} is {money}, the case is in {self.currency}: convert the amount, or change currency; "
                    "currencies are never mixed"
                )
        owners = ((f"gates.{name}.owner", gate.owner) for name, gate in self.gates if gate.owner is not None)
        for place, name in (*owners, *self.migration.named(), *self.operations.named()):
            if name not in self.people:
                known = ", ".join(self.people) or "nobody yet"
                raise ValueError(f"{place} is {name}, whom people do not name ({known}): add it there")
        return self


def _amounts(value: Any, place: str) -> Iterator[tuple[str, Money]]:
    """Every amount of money within a section, and where it stands."""
    match value:
        case Money():
            yield place, value
        case BaseModel():
            for name, inner in value:
                yield from _amounts(inner, f"{place}.{name}".removeprefix("."))
        case dict():
            for name, inner in value.items():
                yield from _amounts(inner, f"{place}.{name}")
        case tuple():
            for number, inner in enumerate(value):
                yield from _amounts(inner, f"{place}[{number}]")
