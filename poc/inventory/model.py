"""inventory.json."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  # pydantic reads the annotation
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True)


class Move(StrEnum):
    """What a thing means for the move."""

    AS_IS = "as it is"
    REPLACE = "needs replacing"
    CHECK = "needs a look"


class Topic(_Data):
    """A topic: its configs are those that differ from the cluster's defaults."""

    name: str
    partitions: int
    replication_factor: int
    configs: dict[str, str] | None = Field(description="None where they could not be read")
    in_scope: bool


class Group(_Data):
    """A consumer group; the lag is the sum over the partitions with a committed offset."""

    name: str
    state: str
    protocol: str
    lag: int | None = Field(description="None where it could not be read, or no offset is committed")
    topics: tuple[str, ...]
    in_scope: bool


class Acl(_Data):
    """An ACL."""

    principal: str
    permission: str
    operation: str
    resource: str
    name: str
    pattern: str
    host: str


class Quota(_Data):
    """A client quota."""

    entity: str
    key: str
    value: float


class Service(_Data):
    """Something of Confluent's own services, or of a service beside the brokers."""

    service: str
    name: str
    move: Move
    note: str


class Usage(_Data):
    """A place in a repository that uses the source, or something that only it has."""

    pattern: str
    kind: str
    file: str
    line: int
    what: str = Field(description="what matched, never a whole line: it may hold a secret")
    move: Move
    note: str


class Unseen(_Data):
    """What could not be seen, and what would settle it."""

    what: str
    why: str


class Meter(_Data):
    """What Confluent's Metrics API tells of the whole cluster."""

    metric: str
    unit: str
    mean: float
    highest: float
    values: int = Field(description="how many values were told; hours without any may be left out")
    of: str = Field(description="what the values are of, and when")


class Bill(_Data):
    """What one kind of line of Confluent's bill came to."""

    line_type: str
    usd: Decimal = Field(description="US dollars after discounts")
    of_cluster: bool = Field(description="whether it is the source's, or of anything else in the organisation")


class Inventory(_Data):
    """What is at the source, sorted by what it means for the move."""

    format: Literal["byoc-inventory/1"] = "byoc-inventory/1"
    case: str
    product: str | None = Field(description="what the brokers show that they are; None where none were asked")
    bootstrap: str | None
    brokers: int
    topics: tuple[Topic, ...]
    groups: tuple[Group, ...]
    acls: tuple[Acl, ...]
    quotas: tuple[Quota, ...]
    users: tuple[str, ...] = Field(description="names of SCRAM users")
    services: tuple[Service, ...]
    meters: tuple[Meter, ...] = ()
    costs: tuple[Bill, ...] = ()
    billed: str | None = Field(default=None, description="the days of the costs; None where they could not be read")
    usages: tuple[Usage, ...]
    unseen: tuple[Unseen, ...]
