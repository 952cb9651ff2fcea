"""The settings of a stack: one frozen model, and the only reader of Pulumi's configuration.

Every field has a description, a default that fits a proof of concept, and limits: docs/settings.md is made from them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, ValidationError, model_validator

from audit.model.contract import Duty  # noqa: TC001  # pydantic reads the annotation when it builds the model
from audit.model.errors import SettingsError
from components.client_access import PeerPlan, TransitPlan
from components.cluster_names import ClusterNames
from components.documents.boundary import clustered_boundary, console_boundary
from components.documents.bucket_requests import BucketRole
from components.image_names import console_mirror
from components.layout import ConsolePermissions, Names, Subnets, Wal, subnets
from stacks.automq_config import AutomqConfig, parse_automq_config
from stacks.client_settings import Clients
from stacks.cluster_settings import DeployType, Eks, cluster_problem
from stacks.egress_settings import NoInternet  # noqa: TC001  # pydantic reads the annotation
from stacks.setting_buckets import Buckets, buckets_problem
from stacks.setting_groups import (
    ACCOUNT_PATTERN,
    MOST_TAGS,
    Auditor,
    Console,
    EmailAddress,
    Listener,
    Owner,
    Part,
    Retention,
    VendorAccess,
    is_block,
    tags_problem,
)
from stacks.setting_keys import Keys, keys_problem
from stacks.setting_log_account import LogAccount, log_account_problem
from stacks.setting_network import Network, shared_problem
from stacks.setting_roles import Roles, boundary_problem
from stacks.setting_trail import Trail, trail_problem
from stacks.setting_zone import HostedZone, zone_problem
from stacks.settings_errors import nearest, sentence
from stacks.wal_settings import FileSystems, file_systems_problem, zones_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = "automq-byoc"
"""The Pulumi project's name, which is the namespace of its configuration."""
_SOME_ZONE = "Z" + 20 * "0"  # as long as a real zone's id, so that the boundary is measured before it exists
ROLE_ARN_PATTERN = r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$"


class Settings(Part):
    """All that a stack lets its team choose."""

    environment_id: str = Field(
        description="the environment's id as AutoMQ Cloud issued it; it goes into every name and into the tags",
        pattern=r"^[a-zA-Z][a-zA-Z0-9-]{0,31}$",
        examples=["env-abc123"],
    )
    aws_account_id: str = Field(
        description="the account that the environment is deployed into, in quotes", pattern=ACCOUNT_PATTERN
    )
    region: str = Field(
        description="the region that the environment is deployed into", pattern=r"^[a-z]{2,4}(-[a-z]+){1,3}-\d$"
    )
    automq_config: AutomqConfig = Field(
        description="the Base64 JSON that AutoMQ Cloud issues for the environment, a secret; it names the ops bucket",
        repr=False,
    )
    network: Network = Field(default=Network(), description="a new VPC, or one that exists already")
    data_bucket: str | None = Field(
        default=None, description="the data bucket's name; made from environment, region and account when not given"
    )
    buckets: Buckets = Field(
        default=Buckets(), description="the buckets for data, ops, audit and access-logs, made or named"
    )
    listeners: tuple[Listener, ...] = Field(
        default=(),
        max_length=3,
        description="the brokers' client ports and who may reach each; SASL_SSL from the VPC when not given",
    )
    clients: Clients = Field(default=Clients(), description="clients that live in other networks, and their ways in")
    no_internet: NoInternet | None = Field(
        default=None,
        description="an environment that nothing leads out of but a named proxy; with network.nat none and no public "
        "subnets, and the console's image in the account's own registry",
    )
    deploy_type: DeployType = Field(
        default=DeployType.INSTANCES, description="what brokers run on: IAAS for instances, K8S for an EKS cluster"
    )
    eks: Eks | None = Field(
        default=None, description="the cluster with deploy_type K8S, one of the defaults below when not given"
    )
    wal: Wal = Field(
        default=Wal.S3, description="where brokers keep their write-ahead log; the roles' permissions follow it"
    )
    file_systems: FileSystems | None = Field(
        default=None, description="the file systems that hold the log with FSWAL, one of 10 MiB/s when not given"
    )
    console: Console = Field(default=Console(), description="the AutoMQ console and how people reach it")
    console_permissions: ConsolePermissions = Field(
        default=ConsolePermissions.CONTRACT,
        description="the console's identity policy: contract is the vendor's minimal one, so that its start-up check "
        "passes, tight is ours; the tight boundary holds in both",
    )
    keys: Keys = Field(
        default=Keys(), description="the KMS keys, one each for data, ops, logs and volumes, made or named"
    )
    hosted_zone: HostedZone | None = Field(
        default=None, description="a private hosted zone that is there already; one is made when not given"
    )
    roles: Roles = Field(default=Roles(), description="the roles that work in the environment, made or there already")
    permissions_boundary: str | None = Field(
        default=None,
        description="a policy of the account (ARN) that bounds every role that the stack makes, in place of its own "
        "boundaries, and allows what byoc requests prints",
        pattern=r"^arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+$",
    )
    trail: Trail | None = Field(
        default=None, description="a trail that is there already, an organisation's as well; one is made when not given"
    )
    log_account: LogAccount | None = Field(
        default=None, description="another account's bucket for trail and flow logs; the audit bucket is made otherwise"
    )
    retention: Retention = Field(default=Retention(), description="days that logs and overwritten objects are kept")
    vendor_access: VendorAccess = Field(
        default=VendorAccess(), description="what the vendor may do in the ops bucket: nothing, or a dated window"
    )
    auditor: Auditor | None = Field(
        default=None, description="a role for the audit from a security account, read-only; none when not given"
    )
    owners: dict[Duty, Owner] = Field(
        default={}, description="who owns each duty; a duty that nobody owns is reported as broken"
    )
    alarm_emails: tuple[EmailAddress, ...] = Field(
        default=(), max_length=10, description="the addresses that alarms are mailed to"
    )
    tags: dict[str, str] = Field(
        default={}, description="further tags on everything; automq* and aws:* are reserved", max_length=MOST_TAGS
    )
    deployer: str | None = Field(
        default=None,
        description="the role that runs Pulumi; named, it alone may use the ops and volumes keys to deploy, otherwise "
        "whoever the account's identity policies allow",
        pattern=ROLE_ARN_PATTERN,
    )
    break_glass: str | None = Field(
        default=None,
        description="the role that people take when all else fails: guardrails except it, and its use alarms",
        pattern=ROLE_ARN_PATTERN,
    )
    protect: bool = Field(
        default=False, description="deletion protection on what holds data; on in production, and asks for its care"
    )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The settings of a configuration without its namespace; raises SettingsError naming field, limit, way out."""
        values = dict(config)
        for name in values:
            if name not in cls.model_fields:
                raise SettingsError(f"{name} is no setting of this stack: {nearest(name, cls.model_fields)}")
        if isinstance(values.get("automq_config"), str):
            values["automq_config"] = parse_automq_config(values["automq_config"])
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(sentence(error, cls)) from None

    @model_validator(mode="before")
    @classmethod
    def _listen_in_the_network(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "listeners" in values:
            return values
        network = values.get("network", {})
        cidr = network.get("cidr", Network().cidr) if isinstance(network, dict) else None
        # A wrong block is the network's own problem: it is told once.
        return {**values, "listeners": [{"protocol": "SASL_SSL", "sources": [cidr]}]} if is_block(cidr) else values

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for problem in (
            self._config_problem(),
            buckets_problem(self),
            self._network_problem(),
            keys_problem(self),
            zone_problem(self),
            boundary_problem(self),
            trail_problem(self),
            log_account_problem(self),
            shared_problem(self),
            self._listener_problem(),
            self._private_link_problem(),
            self._isolation_problem(),
            self._peering_problem(),
            tags_problem(self.tags),
            self._vendor_problem(),
            self._auditor_problem(),
            self._break_glass_problem(),
            self._production_problem(),
            cluster_problem(self),
            file_systems_problem(self.wal, self.file_systems),
            zones_problem(self.wal, self.zones, self.console),
        ):
            if problem:
                raise ValueError(problem)
        if self.cluster is not None:
            clustered_boundary(self.cluster, _SOME_ZONE)
        else:
            owners = self.console.broker_image_owners
            console_boundary(self.names, self.console_permissions, self.wal, _SOME_ZONE, owners)
        return self

    def _config_problem(self) -> str | None:
        issued = self.automq_config
        for field, ours, theirs in (
            ("environment_id", self.environment_id, issued.environment_id),
            ("region", self.region, issued.region),
        ):
            if ours != theirs:
                return f"{field} is {ours}, automq_config was issued for {theirs}: use the config of this environment"
        return None

    def _network_problem(self) -> str | None:
        if self.network.existing is None:
            return None
        from stacks.endpoint_services import called_services  # noqa: PLC0415  # it reads these settings

        return self.network.undecided(called_services(self))

    def _listener_problem(self) -> str | None:
        protocols = [listener.protocol for listener in self.listeners]
        twice = next((protocol for protocol in protocols if protocols.count(protocol) > 1), None)
        return f"listeners has {twice} twice, one port serves it: join their sources" if twice else None

    def _private_link_problem(self) -> str | None:
        link = self.clients.private_link
        protocols = [listener.protocol for listener in self.listeners]
        if link is None or link.listener in protocols:
            return None
        return (
            f"clients.private_link.listener is {link.listener}, listeners has {', '.join(protocols) or 'none'}: "
            "add that listener, or name one of these"
        )

    def _peering_problem(self) -> str | None:
        asked = [name for name in ("peering", "transit_gateway") if getattr(self.clients, name)]
        if asked and self.network.existing is not None:
            return (
                f"clients.{asked[0]} changes the routes of the VPC, and network.existing is another team's: ask it to "
                f"join the clients' networks, and leave clients.{asked[0]} out"
            )
        admitted = tuple(cidr for listener in self.listeners for cidr in listener.cidrs)
        return self.clients.routing_problem(self.network.cidr, admitted)

    def _isolation_problem(self) -> str | None:
        if self.no_internet is None:
            return None
        if self.network.existing is not None:
            return (
                "no_internet puts a DNS Firewall on the whole VPC, and network.existing is another team's: ask it "
                "for one, and leave no_internet out"
            )
        if self.network.nat != "none" or self.network.public_subnets:
            return (
                f"no_internet stands beside network.nat {self.network.nat} and "
                f"{'' if self.network.public_subnets else 'no '}public subnets: set nat to none and public_subnets to "
                "false"
            )
        mirror = console_mirror(self.names)
        if not self.console.image.startswith((f"{mirror}:", f"{mirror}@")):
            return f"console.image {self.console.image} is out of reach without internet: mirror it to {mirror}"
        return None

    def _vendor_problem(self) -> str | None:
        if self.vendor_access.principal and f"::{self.aws_account_id}:" in self.vendor_access.principal:
            return "vendor_access.principal is of the environment's own account: name the vendor's role"
        return None

    def _auditor_problem(self) -> str | None:
        if self.auditor is not None and self.auditor.account == self.aws_account_id:
            return (
                f"auditor.account {self.auditor.account} is the environment's own: name the security account, "
                "or leave auditor out and audit with credentials of this account"
            )
        return None

    def _break_glass_problem(self) -> str | None:
        role = self.break_glass
        if role is None or (f"::{self.aws_account_id}:" in role and role != self.deployer):
            return None
        return f"break_glass {role} must be a role of the environment's account other than deployer: name that one"

    def _production_problem(self) -> str | None:
        if self.protect and "@sha256:" not in self.console.image:
            return (
                f"console.image {self.console.image} is named by tag while protect is on: "
                "name it by digest, repository@sha256:…"
            )
        return None

    @property
    def names(self) -> Names:
        """The physical names that follow."""
        named = self.buckets.existing
        made = Names.of(
            self.environment_id,
            self.region,
            self.aws_account_id,
            self.automq_config.ops_bucket,
            named.get(BucketRole.DATA, self.data_bucket),
        ).logging_to(named.get(BucketRole.AUDIT), named.get(BucketRole.ACCESS_LOGS))
        if self.log_account is not None:
            made = replace(made, audit_bucket=self.log_account.bucket, log_account=self.log_account.account)
        zone = None if self.hosted_zone is None else self.hosted_zone.name
        trail, group = (None, None) if self.trail is None else (self.trail.existing, self.trail.log_group)
        made = replace(made, given_trail=trail, given_trail_group=group)
        return replace(made, given_zone=zone, network_owner=self.network.owner)

    @property
    def cluster(self) -> ClusterNames | None:
        """The names of the cluster that brokers run in, None where they are instances."""
        if self.deploy_type is DeployType.INSTANCES:
            return None
        eks = self.eks or Eks()
        return ClusterNames(self.names, eks.namespace, eks.service_account, eks.existing)

    @property
    def subnets(self) -> Subnets:
        """The subnets' address blocks; no public ones where the network has none."""
        blocks = subnets(self.network.cidr, len(self.network.zone_letters))
        return blocks if self.network.public_subnets else Subnets((), blocks.private)

    @property
    def zones(self) -> tuple[str, ...]:
        """The names of the availability zones, in the order of the subnets."""
        return tuple(f"{self.region}{letter}" for letter in self.network.zone_letters)

    @property
    def peers(self) -> tuple[PeerPlan, ...]:
        """The networks to peer with, each with its account and region."""
        return tuple(
            PeerPlan(peer.vpc, peer.account or self.aws_account_id, peer.region or self.region, peer.cidr)
            for peer in self.clients.peering
        )

    @property
    def transit(self) -> TransitPlan | None:
        """The transit gateway to attach to, with the clients' networks behind it."""
        gateway = self.clients.transit_gateway
        if gateway is None:
            return None
        named = tuple(network.vpc for network in gateway.networks if network.vpc is not None)
        return TransitPlan(gateway.id, tuple(network.cidr for network in gateway.networks), named)

    @property
    def default_tags(self) -> dict[str, str]:
        """The provider's default tags: the team's, and the environment's own over them."""
        return {**self.tags, **self.names.tags}


def read() -> Settings:
    """The settings of the stack that Pulumi runs; raises SettingsError.

    For an environment of a set, what its own stack says stands over the set's file (docs/environments.md).
    """
    import pulumi  # noqa: PLC0415  # only a running program has a configuration to read

    from stacks import environments, stack_files  # noqa: PLC0415  # they read these settings

    config = pulumi.Config(PROJECT)
    values = {name: config.get(name) for name in Settings.model_fields}
    own = {name: decoded(name, text) for name, text in values.items() if text is not None}
    stack = pulumi.get_stack()
    settings = Settings.from_config(stack_files.over_its_set(stack, own))
    environments.apart({stack: settings, **stack_files.sisters(stack)})
    return settings


def decoded(name: str, text: str) -> Any:
    """A configuration value as Pulumi hands it over: structures are JSON text, plain values are themselves."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name} is no JSON ({error}): set it in the stack's file as a list or a mapping") from None
