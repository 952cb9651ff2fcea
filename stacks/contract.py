"""The boundary contract of a stack, from intent: its settings and physical ids, never from the policy documents.

Who may hold which privilege stands here by hand, so that a document which grants more is a finding and not a fact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.model.contract import (
    Backups,
    BoundaryContract,
    Bucket,
    Console,
    FileSystem,
    Key,
    Listener,
    Network,
    Owner,
    Principal,
    Privilege,
    Proxy,
    Source,
    VendorAccess,
)
from components.layout import Names, Purpose, Wal
from stacks import clients, cluster_contract, log_contract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.settings import Settings

    May = Mapping[str, tuple[Privilege, ...]]

_READ, _WRITE = (Privilege.READ,), (Privilege.WRITE,)
_USE = (Privilege.READ, Privilege.WRITE)
_KEEP = (Privilege.READ, Privilege.WRITE, Privilege.DESTROY)
_RULE = (Privilege.DESTROY, Privilege.ADMINISTER)
_ALL = tuple(Privilege)

ALARMS = (
    "bucket-policy-change",
    "key-policy-change",
    "trail-stop",
    "boundary-removal",
    "security-group-change",
    "root-use",
)
"""What must raise an alarm; the alarms' names begin with the environment's prefix."""

_DATA_PLANE: May = {"data-bucket": _KEEP, "ops-bucket": _KEEP, "data-key": _USE, "ops-key": _USE}
# The console keeps logs, licences and its secrets, starts brokers with encrypted volumes, and never sees a record.
_CONSOLE: May = {"ops-bucket": _KEEP, "ops-key": _USE, "volumes-key": _USE}
# Who deploys rules everything: writes the secrets, makes volumes and the vault, reviews logs; records stay shut.
_DEPLOYER: May = {
    "data-bucket": _RULE,
    "ops-bucket": _RULE,
    "audit-bucket": (*_READ, *_RULE),
    "access-logs-bucket": (*_READ, *_RULE),
    "data-key": _RULE,
    "ops-key": _ALL,
    "logs-key": (*_READ, *_RULE),
    "volumes-key": _ALL,
    "log-groups": _ALL,
}

_AT_RUN_TIME = ("auto_scaling_group", "instance", "launch_template", "network_interface", "security_group", "volume")
"""What the console makes for a cluster on EC2 (footprint of AutoMQ BYOC, Console 8.3: ProvisionCompute)."""


@dataclass(frozen=True)
class Ids:
    """What only AWS knows: physical ids, groups by role, endpoints by service, key ARNs by purpose."""

    vpc: str
    subnets: Sequence[str]
    groups: Mapping[str, str]
    endpoints: Mapping[str, str]
    keys: Mapping[str, str]
    hosted_zone: str
    console_instance: str
    private_link: Mapping[str, str] = field(default_factory=dict)
    file_systems: Mapping[str, str] = field(default_factory=dict)


def contract(settings: Settings, ids: Ids) -> BoundaryContract:
    """What the platform team means the boundary to be."""
    names = settings.names
    return BoundaryContract(
        environment_id=settings.environment_id,
        account=settings.aws_account_id,
        region=settings.region,
        partition=names.partition,
        buckets=_buckets(settings),
        keys=_keys(settings, ids),
        file_systems=_file_systems(ids),
        principals=_principals(settings, tuple(ids.file_systems)),
        listeners=(
            *_client_listeners(settings, ids),
            *_console_listeners(settings, ids),
            *_file_system_listeners(ids),
            *cluster_contract.listeners(settings, ids.groups),
        ),
        network=_network(settings, ids),
        console=Console(
            instance=ids.console_instance,
            access=settings.console.access,
            deletion_protection=settings.protect,
            creates=_at_run_time(settings),
        ),
        backups=Backups(
            vault=names.backup_vault, keep_days=settings.retention.backups, lock=settings.retention.backup_lock
        ),
        log_sinks=(*log_contract.log_sinks(settings), *cluster_contract.log_sinks(settings)),
        alarms=tuple(f"automq-{settings.environment_id}-{watch}" for watch in _alarms(settings)),
        owners={duty: Owner(team=owner.team, contact=owner.contact) for duty, owner in settings.owners.items()},
        vendor_access=_vendor_access(settings),
    )


def _at_run_time(settings: Settings) -> tuple[str, ...]:
    if settings.cluster is not None:
        return cluster_contract.AT_RUN_TIME
    return (*_AT_RUN_TIME, "file_system") if settings.wal is Wal.FILE_SYSTEM else _AT_RUN_TIME


def _alarms(settings: Settings) -> tuple[str, ...]:
    return ALARMS if settings.break_glass is None else (*ALARMS, "break-glass-use")


def _buckets(settings: Settings) -> dict[str, Bucket]:
    names = settings.names
    return {
        "data-bucket": Bucket(
            name=names.data_bucket,
            holds="Kafka records",
            encryption="data-key",
            reached_only_through_endpoint=True,
        ),
        "ops-bucket": Bucket(
            name=names.ops_bucket,
            holds="logs, metrics and licences",
            encryption="ops-key",
            versioning=True,
            reached_only_through_endpoint=True,
        ),
        **log_contract.audit_bucket(settings),
        "access-logs-bucket": Bucket(name=names.access_logs_bucket, holds="access logs of the buckets"),
    }


def _keys(settings: Settings, ids: Ids) -> dict[str, Key]:
    protected = {
        Wal.S3: "volumes and their backups",
        Wal.EBS: "volumes, with the write-ahead log, and their backups",
        Wal.FILE_SYSTEM: "volumes and their backups, and the file systems of the write-ahead log",
    }[settings.wal]
    protects = {
        Purpose.DATA: "Kafka records",
        Purpose.OPS: "the ops bucket and the console's secrets",
        Purpose.LOGS: "log groups, the trail, the audit bucket and the alarms' topic"
        if settings.log_account is None
        else "log groups and the alarms' topic",
        Purpose.VOLUMES: protected,
    }
    return {
        f"{purpose.value}-key": Key(arn=ids.keys[purpose.value], protects=what) for purpose, what in protects.items()
    }


def _file_systems(ids: Ids) -> dict[str, FileSystem]:
    return {
        role: FileSystem(id=name, holds="Kafka records, until they are in the data bucket", encryption="volumes-key")
        for role, name in ids.file_systems.items()
    }


def _principals(settings: Settings, file_systems: Sequence[str]) -> dict[str, Principal]:
    return {
        **_roles(settings, file_systems),
        **_rulers(settings, file_systems),
        **cluster_contract.principals(settings),
        **_services(settings),
        **_vendor(settings),
        **_auditor(settings),
    }


def _roles(settings: Settings, file_systems: Sequence[str]) -> dict[str, Principal]:
    names = settings.names
    # They attach volumes that others encrypted, and make none.
    attached: May = {"volumes-key": _READ} if settings.wal is Wal.EBS else {}
    brokers: May = {**_DATA_PLANE, **attached, **dict.fromkeys(file_systems, _USE)}
    return {
        "data-plane": _principal(names.data_plane_role_arn, "brokers: keep records and telemetry", brokers),
        # It starts instances with the brokers' role and user data of its own, or pods of their service account.
        "console": _principal(
            names.console_role_arn, "the console: runs brokers, keeps telemetry", _console(settings)
        ).model_copy(update={"acts_as": ("data-plane",)}),
        "backup": _principal(names.backup_role_arn, "backs up the console's volume", {"volumes-key": _USE}),
        **_trail_role(names),
        "auto-scaling": _principal(names.auto_scaling_role_arn, "starts brokers", {"volumes-key": _USE}),
    }


def _trail_role(names: Names) -> dict[str, Principal]:
    if not names.makes_trail:
        return {}
    return {"trail-to-logs": _principal(names.trail_role_arn, "writes the trail into its log group", {})}


def _console(settings: Settings) -> May:
    """In a cluster it makes no volume."""
    made = settings.cluster is None
    return {what: may for what, may in _CONSOLE.items() if made or what != "volumes-key"}


def _rulers(settings: Settings, file_systems: Sequence[str]) -> dict[str, Principal]:
    root, last = settings.names.root_arn, settings.break_glass
    ruled: May = {**_DEPLOYER, **dict.fromkeys(file_systems, _RULE)}
    glass = {"break-glass": _principal(last, "people when all else fails; its use alarms", ruled)} if last else {}
    if settings.deployer is None:
        return {"deployer": _principal(root, "the account: deploys and administers the environment", ruled), **glass}
    # Keys for use name the deployer then; the account's root user keeps what it always has.
    shut: May = {**ruled, "ops-key": _RULE, "volumes-key": _RULE}
    # Who administers a cluster starts pods of every service account in it.
    acts = ("data-plane",) if settings.cluster is not None else ()
    deployer = _principal(settings.deployer, "deploys and administers the environment", ruled)
    return {
        "deployer": deployer.model_copy(update={"acts_as": acts}),
        "account-root": _principal(root, "the account's root user", shut),
        **glass,
    }


def _services(settings: Settings) -> dict[str, Principal]:
    """AWS's own principals that deliver logs and alarms, by their service's name."""
    trail: May = {"audit-bucket": _WRITE, "logs-key": _WRITE}
    delivery: May = {"audit-bucket": _WRITE, "logs-key": _USE}
    table: dict[str, tuple[str, str, May]] = {
        "trail-service": ("cloudtrail.amazonaws.com", "delivers the trail", trail),
        "log-delivery": ("delivery.logs.amazonaws.com", "delivers flow logs and DNS queries", delivery),
        "access-log-delivery": (
            "logging.s3.amazonaws.com", "delivers access logs of buckets", {"access-logs-bucket": _WRITE},
        ),
        "log-groups-service": (settings.names.logs_service, "encrypts log groups", {"logs-key": _USE}),
        "alarms-service": ("cloudwatch.amazonaws.com", "publishes alarms", {"logs-key": _USE}),
        "events-service": ("events.amazonaws.com", "publishes events", {"logs-key": _USE}),
    }  # fmt: skip
    if settings.console.access == "load_balancer":
        service = "logdelivery.elasticloadbalancing.amazonaws.com"
        does = "delivers access logs of the console's load balancer"
        table["load-balancer-log-delivery"] = (service, does, {"access-logs-bucket": _WRITE})
    elsewhere = {"trail-service", "log-delivery"} if settings.log_account is not None else set()
    gone = elsewhere if settings.names.makes_trail else {*elsewhere, "trail-service"}
    return {role: _principal(*row) for role, row in table.items() if role not in gone}


def _vendor(settings: Settings) -> dict[str, Principal]:
    window = settings.vendor_access
    if window.mode == "none" or window.principal is None:
        return {}
    may = (*(_READ if window.reads else ()), *(_WRITE if window.writes else ()))
    does = "the vendor: reads telemetry and writes licences in the ops bucket until the window ends"
    # Reading what it wrote needs Decrypt, and so does a multipart upload.
    key = (*_READ, *(_WRITE if window.writes else ()))
    return {
        "vendor": Principal(
            arn=window.principal, does=does, may={"ops-bucket": may, "ops-key": key}, until=window.until
        )
    }


def _auditor(settings: Settings) -> dict[str, Principal]:
    """The role that reads settings and policies, no records and no logs, and the account that may take it."""
    if settings.auditor is None:
        return {}
    names, account = settings.names, settings.auditor.account
    taker = "security-account"
    does = "the audit: reads settings and policies"
    return {
        "auditor": Principal(arn=names.auditor_role_arn, does=does, taken_by=(taker,)),
        taker: _principal(names.root_of(account), "takes the auditor's role, with the external id", {}),
    }


def _principal(arn: str, does: str, may: May) -> Principal:
    return Principal(arn=arn, does=does, may=dict(may))


def _client_listeners(settings: Settings, ids: Ids) -> list[Listener]:
    return [
        Listener(
            name=f"kafka-{listener.protocol.lower().replace('_', '-')}",
            on="broker-group",
            protocol=listener.protocol,
            port=listener.port,
            sources=(
                *(Source(cidr=cidr) for cidr in listener.cidrs),
                *(Source(security_group=group) for group in listener.security_groups),
                *clients.sources(settings, listener, ids.groups),
            ),
            allow_internet=listener.allow_internet,
        )
        for listener in settings.listeners
    ]


def _console_listeners(settings: Settings, ids: Ids) -> list[Listener]:
    """With a load balancer people speak HTTPS to it, and it speaks HTTP to the console's own port within the VPC."""
    if settings.console.access != "load_balancer":
        return []
    balancer = "console-load-balancer"
    people = tuple(Source(cidr=cidr) for cidr in settings.console.sources)
    return [
        Listener(name="console", on=balancer, protocol="HTTPS", port=443, sources=people),
        Listener(
            name="console-behind-load-balancer",
            on="console-group",
            protocol="HTTP_BEHIND_LOAD_BALANCER",
            port=8080,
            sources=(Source(security_group=ids.groups[balancer]),),
        ),
    ]


def _file_system_listeners(ids: Ids) -> list[Listener]:
    """Brokers mount the log's file systems; the file systems' policy refuses a mount without TLS."""
    on = "file-system-group"
    if on not in ids.groups:
        return []
    brokers = Source(security_group=ids.groups["broker-group"])
    return [Listener(name="log-file-systems", on=on, protocol="NFS_OVER_TLS", port=2049, sources=(brokers,))]


def _network(settings: Settings, ids: Ids) -> Network:
    return Network(
        vpc=ids.vpc,
        subnets=tuple(ids.subnets),
        security_groups=cluster_contract.own_groups(settings, ids.groups),
        endpoints=dict(ids.endpoints),
        internet_egress="none" if settings.network.nat == "none" else "nat",
        egress_by_zone=settings.network.nat == "per_zone",
        hosted_zone=ids.hosted_zone,
        flow_logs="vpc" if settings.network.existing is None else "subnets",
        private_link=clients.private_link(settings, ids.private_link),
        proxy=_proxy(settings, ids),
    )


def _proxy(settings: Settings, ids: Ids) -> Proxy | None:
    proxy = settings.no_internet.proxy if settings.no_internet is not None else None
    if proxy is None:
        return None
    return Proxy(
        endpoint=ids.endpoints["proxy"] if proxy.service_name else None,
        cidr=f"{proxy.address}/32" if proxy.address else None,
        port=proxy.port,
    )


def _vendor_access(settings: Settings) -> VendorAccess:
    window = settings.vendor_access
    return VendorAccess(
        mode=window.mode, principal=window.principal, until=window.until, reads=window.reads, writes=window.writes
    )
