"""The six gates of the decision: who answers for each, and from which value on it fails."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from poc.case.part import Part
from poc.case.quantity import Money, Seconds


class Gate(Part):
    """What every gate has."""

    owner: str | None = Field(
        default=None, description="who answers for it, a name under people", examples=["platform"]
    )
    expires: date | None = Field(
        default=None, description="the day from which its evidence is too old", examples=["2027-06-30"]
    )


class Accepted(Part):
    """A difference that somebody accepts, with the reason."""

    probe: str = Field(
        description="the probe's id in compatibility.json, or a shell pattern of several",
        examples=["create_min_insync_replicas"],
    )
    reason: str = Field(
        min_length=1,
        description="why it does no harm",
        examples=["storage is replicated below the broker, no client sets acks by it"],
    )


class CompatibilityGate(Gate):
    """Passes while nothing in use is refused, overridden or without effect, but what is accepted here."""

    accept: tuple[Accepted, ...] = Field(default=(), description="differences that are accepted")
    most_not_tested: int = Field(default=0, ge=0, description="how many probes may stay untested")


class MigrationGate(Gate):
    """Passes while every gate of the runbook says continue."""

    replay: Seconds = Field(
        default=600, description="how far a group's offset may be behind on the target", examples=["10 min"]
    )


class CostGate(Gate):
    """Passes while the target's monthly cost is known and within the limit."""

    most_monthly: Money | None = Field(
        default=None, description="what the target may cost a month", examples=["25000 USD"]
    )


class DataControlGate(Gate):
    """Passes while the audit finds nothing broken, and nothing unknown but what is named here."""

    accept_unknown: tuple[str, ...] = Field(default=(), description="questions of the audit that may stay unknown")


class ReliabilityGate(Gate):
    """Passes while each SLO held in each fault that was tried."""


class OperationsGate(Gate):
    """Passes while every duty has an owner, a deputy and a runbook."""


class Gates(Part):
    """The six gates."""

    compatibility: CompatibilityGate = Field(default=CompatibilityGate(), description="what breaks")
    migration: MigrationGate = Field(default=MigrationGate(), description="how the data and the clients move, and back")
    cost: CostGate = Field(default=CostGate(), description="what it costs, by the same workload")
    data_control: DataControlGate = Field(default=DataControlGate(), description="who can touch what")
    reliability: ReliabilityGate = Field(default=ReliabilityGate(), description="how it fails and recovers")
    operations: OperationsGate = Field(default=OperationsGate(), description="who runs it")
