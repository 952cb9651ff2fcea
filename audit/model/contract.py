"""The boundary contract: what the platform team means the boundary to be; format ``byoc-contract/1``.

Written by a stack from its settings and physical ids (stacks/contract.py), or drafted from a snapshot; every audit
compares the account with it. Roles such as ``data-bucket`` name resources in commands and reports.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.model.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "byoc-contract/1"


class Privilege(StrEnum):
    """What a principal may do to a resource that holds records or protects them."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    ADMINISTER = "administer"


class Duty(StrEnum):
    """The duties that somebody must own before a platform goes live."""

    QUOTA = "quota"
    VPC_DESIGN = "vpc_design"
    KEY_POLICY = "key_policy"
    ENDPOINT_POLICY = "endpoint_policy"
    INCIDENT_ESCALATION = "incident_escalation"
    UPGRADES = "upgrades"
    ALERTS = "alerts"
    SUPPORT = "support"
    VENDOR_ROADMAP = "vendor_roadmap"


class _Part(BaseModel):
    """A part of the contract: frozen, and unknown fields of newer minor versions are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")
    reviewed: bool = Field(default=True, description="false for a line that was inferred and nobody has confirmed")


class Bucket(_Part):
    """A bucket of the environment; ``encryption`` is the role of its key, or SSE-S3 where that is intended."""

    name: str
    holds: str = Field(description="what is stored in it, for readers")
    encryption: str = Field(default="SSE-S3", description="the role of its KMS key, such as data-key, or SSE-S3")
    versioning: bool = False
    reached_only_through_endpoint: bool = False
    object_lock_days: int | None = Field(
        default=None, description="for how many days at least nobody deletes an object; None where none is promised"
    )
    object_lock_mode: Literal["governance", "compliance"] | None = Field(
        default=None, description="compliance where nobody at all may lift the lock, governance where some may"
    )


class Key(_Part):
    """A KMS key of the environment."""

    arn: str
    protects: str = Field(description="what it encrypts, for readers")


class FileSystem(_Part):
    """An EFS file system of the environment; ``encryption`` is the role of its key."""

    id: str
    holds: str = Field(description="what is stored in it, for readers")
    encryption: str = Field(description="the role of its KMS key, such as volumes-key")


class Principal(_Part):
    """A principal and the privileges it may hold: resource role to privileges. ``until`` dates a vendor's window."""

    arn: str
    does: str = Field(description="what it is for, for readers")
    may: dict[str, tuple[Privilege, ...]] = Field(default_factory=dict)
    until: str | None = Field(default=None, description="ISO-8601 UTC end of a vendor's window")
    acts_as: tuple[str, ...] = Field(
        default=(),
        description="the contract's principals whose rights it may come to hold: it starts what runs as them",
    )
    taken_by: tuple[str, ...] = Field(
        default=(),
        description="the contract's principals that may take this role, and where given nobody else; one of another "
        "account with an external id",
    )


class Source(_Part):
    """Where clients of a listener may be: a CIDR, a security group, or an account that comes by PrivateLink."""

    cidr: str | None = None
    security_group: str | None = None
    account: str | None = Field(default=None, description="an account whose accepted endpoints may send")


class Listener(_Part):
    """A port of the brokers or the console that something outside the security group may reach."""

    name: str
    on: str = Field(
        description="role of the security group that guards it: broker-group, console-group, console-load-balancer, "
        "file-system-group, cluster-group, system-node-group"
    )
    protocol: str = Field(description="SASL_SSL, SSL, PLAINTEXT, HTTPS, HTTP, NFS_OVER_TLS, DNS")
    port: int
    sources: tuple[Source, ...] = ()
    allow_internet: bool = False


class LogSink(_Part):
    """Where a signal is kept, how long at least, and the duty that reviews it."""

    signal: str = Field(
        description="management_events, data_events, flow_logs, dns_queries, s3_access, console, brokers, cluster"
    )
    kind: Literal["log_group", "bucket"]
    name: str = Field(description="the log group's or the bucket's name")
    account: str | None = Field(
        default=None, description="the log account that has it, where that is not the environment's own account"
    )
    retention_days: int
    reviewed_by: Duty


class Owner(_Part):
    """Who owns a duty."""

    team: str
    contact: str


class VendorAccess(_Part):
    """What the vendor may do in the account: nothing, or a dated window for one named principal."""

    mode: Literal["none", "granted"] = "none"
    principal: str | None = None
    until: str | None = None
    reads: tuple[str, ...] = Field(default=(), description="prefixes of the ops bucket")
    writes: tuple[str, ...] = Field(default=(), description="prefixes of the ops bucket")


class Proxy(_Part):
    """The one way out of a network without internet: an endpoint (vpce-…) or an address, and the port."""

    endpoint: str | None = None
    cidr: str | None = None
    port: int


class PrivateLink(_Part):
    """The endpoint service of clients elsewhere: who may connect, and at which ports each broker is reached by itself.

    ``load_balancer`` is an ARN, ``service`` an id (vpce-svc-…), ``dns_name`` what clients call the endpoint.
    """

    service: str
    load_balancer: str
    principals: tuple[str, ...] = Field(description="the ARNs that may ask for a connection")
    port: int = Field(description="the port of any broker, for bootstrap")
    broker_ports: tuple[int, ...] = Field(default=(), description="a port for each single broker")
    dns_name: str | None = None


class Network(_Part):
    """The environment's network by physical id; security groups by role (broker-group, console-group, …)."""

    vpc: str
    subnets: tuple[str, ...] = ()
    security_groups: dict[str, str] = Field(default_factory=dict)
    endpoints: dict[str, str] = Field(default_factory=dict, description="service name's last part to endpoint id")
    internet_egress: Literal["none", "nat"] = "none"
    egress_by_zone: bool = Field(
        default=False, description="whether each subnet leaves through its own zone, so that no zone cuts off another"
    )
    hosted_zone: str | None = None
    flow_logs: Literal["vpc", "subnets"] = Field(
        default="vpc", description="what is logged: the whole VPC, or its subnets alone where the VPC is another team's"
    )
    private_link: PrivateLink | None = None
    proxy: Proxy | None = Field(default=None, description="where internet_egress is none, the one way out")


class Console(_Part):
    """How people reach the console."""

    instance: str | None = None
    access: Literal["session_manager", "load_balancer"] = "session_manager"
    deletion_protection: bool = Field(
        default=False, description="whether AWS refuses to terminate the instance and to delete the load balancer"
    )
    creates: tuple[str, ...] | None = Field(
        default=None,
        description="kinds of things that it may create at run time, in the network's subnets, running as what the "
        "principal console acts as; None where that is not said",
    )


class Backups(_Part):
    """The vault of the console's backups, how many days they are kept at least, and whether it is locked."""

    vault: str
    keep_days: int
    lock: Literal["none", "governance", "compliance"] = "none"


class BoundaryContract(BaseModel):
    """The whole contract. Buckets, keys and file systems are named by role (``data-bucket``), owners by duty."""

    model_config = ConfigDict(frozen=True, extra="allow")
    format: str = FORMAT
    environment_id: str
    account: str
    region: str
    partition: str = "aws"
    buckets: dict[str, Bucket] = Field(default_factory=dict)
    keys: dict[str, Key] = Field(default_factory=dict)
    file_systems: dict[str, FileSystem] = Field(default_factory=dict)
    principals: dict[str, Principal] = Field(default_factory=dict)
    listeners: tuple[Listener, ...] = ()
    network: Network | None = None
    console: Console | None = None
    backups: Backups | None = None
    log_sinks: tuple[LogSink, ...] = ()
    alarms: tuple[str, ...] = Field(default=(), description="names of the alarms that must exist and notify")
    owners: dict[Duty, Owner] = Field(default_factory=dict)
    vendor_access: VendorAccess = VendorAccess()
    emulated: bool = Field(default=False, description="true when a rehearsal wrote it")

    @property
    def reviewed(self) -> bool:
        """Whether every part was confirmed by a person."""
        return "reviewed': False" not in str(self.model_dump())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a contract file; raises ContractError for another version or a malformed one."""
        try:
            data = json.loads(path.read_text("utf-8"))
        except OSError as error:
            raise ContractError(f"{path} cannot be read ({error.strerror}): pass --contract FILE") from error
        except ValueError as error:
            text = f"{path} is no JSON ({error}): write it again with the stack or contract draft"
            raise ContractError(text) from error
        return cls.from_json(data, str(path))

    @classmethod
    def from_json(cls, data: Any, origin: str) -> Self:
        """Read a parsed contract that stood at origin."""
        version = data.get("format") if isinstance(data, dict) else None
        if version != FORMAT:
            raise ContractError(f"{origin} has format {version}, this kit reads {FORMAT}: use the kit that wrote it")
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            text = f"{origin}: {place}: {first['msg']}: mend the line, or write the contract again"
            raise ContractError(text) from error

    def text(self) -> str:
        """The contract as contract.json holds it."""
        return json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True) + "\n"
