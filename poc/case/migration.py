"""Migration: how records, offsets and groups are copied, in both directions, and the limits of the runbook's gates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from poc.case.part import Part
from poc.case.quantity import Seconds

GateName = Literal[
    "topics",
    "partitions",
    "configs",
    "groups",
    "mirror_alive",
    "lag",
    "translated_offsets",
    "producers_stopped",
    "groups_stopped",
    "drained",
    "offsets_missing",
    "offsets_ahead",
    "replay",
    "markers",
    "reverse_alive",
    "reverse_lag",
    "at_risk",
    "reverse_offsets",
    "rollback_owner",
]
Alias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class Confirmation(Part):
    """Somebody's word, and when it was given."""

    who: str = Field(min_length=1, description="who confirmed it", examples=["AutoMQ support, case 1234"])
    date: dt.date = Field(description="when", examples=["2027-01-15"])
    what: str = Field(min_length=1, description="what exactly", examples=["this source's version and security"])


class Limit(Part):
    """What a gate of the runbook is judged by, where it differs from docs/poc-migration.md."""

    threshold: float | None = Field(default=None, ge=0, description="the highest value that continues", examples=[0])
    window: Seconds | None = Field(
        default=None, le=3600, description="how long it is watched, for a gate that watches", examples=["10 s"]
    )
    valid_for: Seconds | None = Field(
        default=None, gt=0, description="how long what was measured counts", examples=["1 h"]
    )
    otherwise: Literal["pause", "reverse"] | None = Field(default=None, description="the verdict above the threshold")
    owner: str | None = Field(
        default=None, description="who answers for it, a name under people", examples=["platform"]
    )


class Migration(Part):
    """How the source is copied to the target, and back."""

    tool: Literal["mirrormaker-2", "automq-linking"] = Field(
        default="mirrormaker-2",
        description="what copies to the target; AutoMQ's Kafka Linking only where AutoMQ confirmed this source",
    )
    vendor_confirmed: Confirmation | None = Field(
        default=None,
        description="with automq-linking: who of the vendor confirmed the source, and when",
        examples=[{"who": "AutoMQ support, case 1234"}],
    )
    replication_policy: Literal["identity", "default"] = Field(
        default="identity",
        description="identity keeps the topics' names, and its two directions never run at once; "
        "default puts the source's alias before each",
    )
    source_alias: Alias = Field(default="source", description="the source's name in MirrorMaker 2")
    target_alias: Alias = Field(default="target", description="the target's name in MirrorMaker 2")
    tasks: int = Field(default=4, ge=1, le=1000, description="tasks.max of MirrorMaker 2")
    refresh: Seconds = Field(
        default=60, ge=1, description="how often new topics and groups are looked for", examples=["60 s"]
    )
    sync: Seconds = Field(default=10, ge=1, description="how often groups' offsets are copied", examples=["10 s"])
    may_differ: tuple[str, ...] = Field(
        default=("*.replication.throttled.replicas", "min.insync.replicas", "unclean.leader.election.enable"),
        description="topic configs that may differ at the target, names or patterns",
    )
    rollback_owner: str | None = Field(
        default=None, description="who decides to go back, a name under people", examples=["platform"]
    )
    gates: dict[GateName, Limit] = Field(
        default={}, description="limits of the runbook's gates, by the gate", examples=[{"lag": {"threshold": 30}}]
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.tool == "automq-linking" and self.vendor_confirmed is None:
            raise ValueError(
                "tool is automq-linking and vendor_confirmed is not set: name who confirmed the source and when, "
                "or choose mirrormaker-2"
            )
        if self.tool == "automq-linking" and self.replication_policy != "identity":
            raise ValueError(
                "tool is automq-linking, which keeps the topics' names: set replication_policy to identity"
            )
        if self.source_alias == self.target_alias:
            raise ValueError(f"source_alias and target_alias are both {self.source_alias}: name the clusters apart")
        return self

    def named(self) -> Iterator[tuple[str, str]]:
        """Every name under people that stands here, and where."""
        if self.rollback_owner is not None:
            yield "migration.rollback_owner", self.rollback_owner
        yield from (
            (f"migration.gates.{gate}.owner", limit.owner)
            for gate, limit in self.gates.items()
            if limit.owner is not None
        )
