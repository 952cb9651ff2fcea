"""What the footprint is made of, as data: the choices of a deployment in the components' own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from components.documents.console import IMAGE_OWNERS
from components.keys import LONGEST_DELETION_DAYS
from components.layout import ConsolePermissions, Subnets, Wal, subnets

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.broker_group import ClientPort
    from components.buckets import LockMode
    from components.client_access import PeerPlan, PrivateLinkPlan, TransitPlan
    from components.cluster_names import ClusterNames
    from components.documents.bucket_requests import BucketRole
    from components.documents.statement import Document, VendorWindow
    from components.layout import Names, Purpose
    from components.network import Nat


@dataclass(frozen=True)
class ExistingPlan:
    """A VPC that is there already, by physical id, as it was found.

    ``subnets`` are its private subnets and ``blocks`` their address blocks, in the order of the zones. ``endpoints``
    maps services (``s3``, ``kms``) to endpoints that are there, guarded by ``endpoint_groups``; ``makes`` are the
    services for which the environment makes endpoints of its own, the S3 gateway with routes in ``route_tables``.
    ``s3_prefix_list`` is S3's in the region. ``leaves`` says whether routes lead to the internet, ``shared`` whether
    the VPC is another account's, which alone logs it and knows its endpoints' groups.
    """

    vpc: str
    subnets: tuple[str, ...]
    blocks: tuple[str, ...]
    route_tables: tuple[str, ...]
    endpoints: Mapping[str, str]
    endpoint_groups: tuple[str, ...]
    makes: frozenset[str]
    s3_prefix_list: str
    leaves: bool = False
    shared: bool = False


@dataclass(frozen=True)
class NetworkPlan:
    """The VPC's block, its one zone or three, whether it has public subnets, and how private ones reach outside.

    With ``existing`` nothing of the network itself is made, and ``nat`` is none.
    """

    cidr: str
    zones: tuple[str, ...]
    nat: Nat = "none"
    public: bool = False
    existing: ExistingPlan | None = None

    @property
    def blocks(self) -> Subnets:
        """A new VPC's address blocks by zone; NAT gateways need public ones."""
        cut = subnets(self.cidr, len(self.zones))
        return cut if self.public or self.nat != "none" else Subnets((), cut.private)

    @property
    def inside(self) -> tuple[str, ...]:
        """The address blocks that clients of the endpoints are in: the VPC's, or those of the subnets that it lent."""
        return (self.cidr,) if self.existing is None else self.existing.blocks

    @property
    def shared(self) -> bool:
        """Whether another account owns the VPC and shares it."""
        return self.existing is not None and self.existing.shared

    @property
    def leaves(self) -> bool:
        """Whether there is a way to the internet."""
        return self.nat != "none" or (self.existing is not None and self.existing.leaves)

    def makes(self, service: str) -> bool:
        """Whether the environment makes an endpoint for this service."""
        return self.existing is None or service in self.existing.makes


@dataclass(frozen=True)
class ConsolePlan:
    """The console: instance type, machine image, container image, identity policy, and whose images brokers run.

    With a ``certificate_arn`` (ACM) an internal load balancer admits people from ``sources``; without one they come
    through Session Manager.
    """

    instance_type: str
    ami: pulumi.Input[str]
    image: str
    permissions: ConsolePermissions = ConsolePermissions.CONTRACT
    broker_image_owners: tuple[str, ...] = IMAGE_OWNERS
    certificate_arn: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSystemsPlan:
    """The file systems that the stack makes for the write-ahead log, and each one's throughput in MiB/s."""

    count: int = 1
    throughput_mibps: int = 10


SYSTEM_NODES = (2, 2, 3)
"""Few, at first and at most: DNS and the controllers have two replicas each."""


@dataclass(frozen=True)
class NodesPlan:
    """The nodes of a group: instance type (arm64), and how few, how many at first and how many at most."""

    instance_type: str
    minimum: int
    desired: int
    maximum: int


@dataclass(frozen=True)
class ClusterPlan:
    """The EKS cluster that brokers run in: its version, a group of nodes for brokers in each zone, one for the rest.

    ``administrators`` are the CIDRs from which the private API is reached, beside the console's and the nodes' groups.
    With ``charts`` the load balancer controller and the EBS CSI driver come by Helm. In a cluster that is there
    already ``control_plane_group`` is the security group that EKS made for it, and its parts and nodes are another's.
    """

    names: ClusterNames
    version: str
    brokers: NodesPlan
    system: NodesPlan
    administrators: tuple[str, ...] = ()
    charts: bool = True
    control_plane_group: str = ""


@dataclass(frozen=True)
class RetentionPlan:
    """How many days each thing is kept; ``versions`` are overwritten and deleted objects of the ops and audit buckets.

    The data bucket keeps none: brokers rewrite what they store so often that versions would grow as fast as the stream.
    ``audit_lock`` makes what is delivered into the audit bucket undeletable for that long, in ``audit_lock_mode``;
    ``backup_lock`` keeps backups from being deleted before their days are over.
    """

    trail: int
    flow_logs: int
    log_groups: int
    access_logs: int
    versions: int
    backups: int
    audit_lock: int | None = None
    audit_lock_mode: LockMode = "governance"
    backup_lock: LockMode | None = None


@dataclass(frozen=True)
class AuditorPlan:
    """The security account that may take a role with this read-only policy, where it says the external id."""

    account: str
    external_id: str
    policy: Document


@dataclass(frozen=True)
class IsolationPlan:
    """Nothing leads to the internet: the domains that may be asked for, and the proxy that is the one way out.

    The proxy has an endpoint service's name, or a private IPv4 address that a route leads to.
    """

    domains: tuple[str, ...] = ()
    proxy_service: str | None = None
    proxy_address: str | None = None
    proxy_port: int = 3128

    @property
    def has_proxy(self) -> bool:
        """Whether there is a way out at all."""
        return bool(self.proxy_service or self.proxy_address)


@dataclass(frozen=True)
class Plan:
    """The whole footprint.

    ``deployer`` is the role that runs Pulumi, where key policies shall name it; ``break_glass`` one whose use alarms;
    ``auto_scaling_role`` the ARN of the account's service-linked role for Auto Scaling, where it has one already.
    ``existing_keys`` are ARNs of keys that are there and are not made; so are ``existing_buckets`` and
    ``existing_roles``, by what they are for, and ``existing_zone``, a hosted zone's id. ``log_account_key`` is the ARN
    of the log account's key, which encrypts the trail's files where there is such an account. ``permissions_boundary``
    is the ARN of a policy that bounds every role, in place of those that the environment makes.
    """

    names: Names
    network: NetworkPlan
    console: ConsolePlan
    retention: RetentionPlan
    automq_config: pulumi.Input[str]
    clients: tuple[ClientPort, ...] = ()
    private_link: PrivateLinkPlan | None = None
    isolation: IsolationPlan | None = None
    peers: tuple[PeerPlan, ...] = ()
    transit: TransitPlan | None = None
    wal: Wal = Wal.S3
    file_systems: FileSystemsPlan = FileSystemsPlan()
    cluster: ClusterPlan | None = None
    window: VendorWindow | None = None
    auditor: AuditorPlan | None = None
    alarm_addresses: tuple[str, ...] = ()
    existing_keys: Mapping[Purpose, str] = field(default_factory=dict)
    existing_buckets: frozenset[BucketRole] = frozenset()
    existing_zone: str | None = None
    log_account_key: str | None = None
    existing_roles: frozenset[str] = frozenset()
    permissions_boundary: str | None = None
    deletion_window_days: int = LONGEST_DELETION_DAYS
    deployer: str | None = None
    break_glass: str | None = None
    auto_scaling_role: str | None = None
    protect: bool = False

    @property
    def cluster_names(self) -> ClusterNames | None:
        """The names of the cluster that brokers run in, None where they are instances."""
        return None if self.cluster is None else self.cluster.names

    @property
    def prefix(self) -> str:
        """The beginning of names that nothing else gives: security groups, alarms, Name tags."""
        return f"automq-{self.names.environment_id}"
