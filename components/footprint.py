"""Everything that AutoMQ BYOC needs in an account, composed in the order in which each part can work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi

from components.auditor import Auditor
from components.backup import Backup, BackupArgs
from components.broker_group import Groups, GroupsArgs
from components.buckets import Bucket, BucketArgs, Lifecycle
from components.cluster import Cluster, ClusterArgs
from components.cluster_groups import ClusterGroups, ClusterGroupsArgs
from components.console import Console, ConsoleArgs
from components.console_door import ConsoleDoor, ConsoleDoorArgs
from components.console_secrets import Secrets, SecretsArgs
from components.console_start import Start
from components.dns import Dns, DnsArgs
from components.dns_firewall import DnsFirewall, DnsFirewallArgs, needed_domains
from components.documents import buckets, endpoints, logs
from components.documents.bucket_requests import BucketRole
from components.endpoints import Endpoints, EndpointsArgs
from components.existing_network import ExistingNetwork
from components.file_systems import FileSystems, FileSystemsArgs
from components.identities import expected, interface_endpoints
from components.image_mirror import ImageMirror
from components.layout import Purpose, Signal, Wal
from components.network import Network, NetworkArgs
from components.observability import LogStore, Observability
from components.peering import Peering, PeeringArgs
from components.principals import Principals
from components.private_link import PrivateLink, PrivateLinkArgs
from components.proxy import ProxyEndpoint, ProxyEndpointArgs
from components.rendered import text, when_known
from components.rules import Rule
from components.transit_gateway import Transit, TransitArgs

if TYPE_CHECKING:
    from components.plan import Plan

CONFIG, CREDENTIALS = "config", "credentials"


@dataclass(frozen=True)
class FootprintOutputs:
    """The physical ids of what stands; groups, endpoints and keys by role, service and purpose."""

    vpc_id: pulumi.Output[str]
    subnet_ids: list[pulumi.Output[str]]
    groups: dict[str, pulumi.Output[str]]
    endpoints: dict[str, pulumi.Output[str]]
    keys: dict[str, pulumi.Output[str]]
    zone_id: pulumi.Output[str]
    console_instance: pulumi.Output[str]
    console_address: pulumi.Output[str] | None
    credentials_arn: pulumi.Output[str]
    data_plane_profile: pulumi.Output[str] | None
    auditor_role: pulumi.Output[str] | None
    file_systems: dict[str, pulumi.Output[str]]
    private_link: PrivateLink | None = None
    cluster: pulumi.Output[str] | None = None


class Footprint(pulumi.ComponentResource):
    """The environment. Logs come first, then the network, roles and keys, and last what holds and serves records."""

    outputs: FootprintOutputs

    def __init__(self, name: str, plan: Plan, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Footprint", name, None, opts)
        self._plan, self._names = plan, plan.names
        self._store = LogStore("logs", plan, self._child())
        self._network = self._make_network()
        self._dns = self._make_dns()
        self._peer()
        self._principals = Principals("principals", plan, self._dns.zone_id, self._child())
        self._endpoints = self._make_endpoints()
        self._proxy = self._make_proxy()
        self._isolate()
        self._groups = self._make_groups()
        self._groups.ids.update(self._make_cluster_groups())
        self._make_buckets()
        self._file_systems = self._make_file_systems()
        self._secrets = self._make_secrets()
        self._console = self._make_console()
        self._cluster = self._make_cluster()
        self._make_backup()
        roles, grants = self._principals.roles, self._principals.grants
        trail = "trail-to-logs"
        Observability("observability", plan, self._store, roles.get(trail), grants.get(trail), self._child())
        self.outputs = self._collect(self._make_door())
        self.register_outputs({"vpc_id": self.outputs.vpc_id, "console_instance": self.outputs.console_instance})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _key(self, purpose: Purpose) -> pulumi.Output[str]:
        return self._principals.keys[purpose].arn

    def _make_network(self) -> Network | ExistingNetwork:
        network = self._plan.network
        bucket = self._names.bucket_arn
        destination = self._store.audit.ready.apply(lambda name: f"{bucket(name)}/{buckets.FLOW_PREFIX}")
        if network.existing is not None:
            return ExistingNetwork("network", network.existing, self._plan.prefix, destination, self._child())
        args = NetworkArgs(
            self._plan.prefix,
            network.cidr,
            network.zones,
            network.blocks.private,
            destination,
            network.blocks.public,
            network.nat,
        )
        return Network("network", args, self._child())

    def _make_dns(self) -> Dns:
        args = DnsArgs(
            self._plan.prefix,
            self._names.zone_name,
            self._names.region,
            self._network.vpc_id,
            self._store.groups.arns[Signal.DNS],
            self._plan.protect,
            self._plan.existing_zone,
            self._plan.network.shared,
        )
        return Dns("dns", args, self._child())

    def _peer(self) -> None:
        peers, network = self._plan.peers, self._network
        if peers:
            args = PeeringArgs(self._names, network.vpc_id, network.route_table_ids, self._dns.zone_id, peers)
            Peering("peering", args, self._child())
        if self._plan.transit is not None:
            transit = TransitArgs(
                self._plan.prefix, self._names.region, network.vpc_id, network.subnet_ids, network.route_table_ids,
                self._dns.zone_id, self._plan.transit,
            )  # fmt: skip
            Transit("transit", transit, self._child())

    def _make_endpoints(self) -> Endpoints:
        network = self._plan.network
        args = EndpointsArgs(
            self._names,
            self._network.vpc_id,
            network.inside,
            self._network.subnet_ids,
            self._network.route_table_ids,
            text(endpoints.s3_gateway(self._names)),
            {
                service: text(policy)
                for service, policy in interface_endpoints(self._plan).items()
                if network.makes(service)
            },
            network.existing.endpoints if network.existing else {},
            network.existing.s3_prefix_list if network.existing else "",
        )
        return Endpoints("endpoints", args, self._child())

    def _make_proxy(self) -> ProxyEndpoint | None:
        isolation, network = self._plan.isolation, self._network
        if isolation is None or isolation.proxy_service is None:
            return None
        args = ProxyEndpointArgs(
            self._plan.prefix,
            network.vpc_id,
            self._plan.network.cidr,
            network.subnet_ids,
            isolation.proxy_service,
            isolation.proxy_port,
        )
        return ProxyEndpoint("proxy", args, self._child())

    def _isolate(self) -> None:
        """Names of a list alone, and a place for the console's image within the account."""
        if self._plan.isolation is None:
            return
        domains = (*needed_domains(self._names), *self._plan.isolation.domains)
        DnsFirewall("dns-firewall", DnsFirewallArgs(self._plan.prefix, self._network.vpc_id, domains), self._child())
        ImageMirror("image-mirror", self._names, self._child(), protect=self._plan.protect)

    def _proxy_rule(self) -> Rule | None:
        isolation = self._plan.isolation
        if isolation is None or not isolation.has_proxy:
            return None
        if self._proxy is not None:
            return Rule("proxy", isolation.proxy_port, group=self._proxy.group_id)
        return Rule("proxy", isolation.proxy_port, cidr=f"{isolation.proxy_address}/32")

    def _proxy_host(self) -> pulumi.Output[str | None]:
        """Host and port of the proxy, None where there is none."""
        isolation = self._plan.isolation
        if isolation is None or not isolation.has_proxy:
            return pulumi.Output.from_input(None)
        host = self._proxy.host if self._proxy is not None else pulumi.Output.from_input(isolation.proxy_address)
        return host.apply(lambda host: f"{host}:{isolation.proxy_port}")

    def _make_groups(self) -> Groups:
        console, nat = self._plan.console, self._plan.network.leaves
        there = self._plan.network.existing
        brokers = endpoints.held_actions(expected(self._plan)["data-plane"].values())
        args = GroupsArgs(
            self._plan.prefix,
            self._network.vpc_id,
            self._plan.network.cidr,
            self._plan.clients,
            [self._endpoints.group.id, *(there.endpoint_groups if there else ())],
            self._endpoints.s3_prefix_list,
            console_internet=nat,
            # Brokers write their own records, and Route 53's API is no endpoint of the VPC.
            broker_internet=nat and bool(endpoints.without_endpoint(brokers)),
            console_sources=console.sources if console.certificate_arn else None,
            file_systems=self._plan.wal is Wal.FILE_SYSTEM,
            proxy=self._proxy_rule(),
            private_link=self._plan.private_link,
            # Whose groups guard a shared VPC's endpoints, its owner alone knows.
            endpoint_block=self._plan.network.cidr if self._plan.network.shared else None,
        )
        return Groups("groups", args, self._child())

    def _make_cluster_groups(self) -> dict[str, pulumi.Output[str]]:
        plan, there = self._plan, self._plan.network.existing
        if plan.cluster is None:
            return {}
        doors: list[pulumi.Input[str]] = [self._endpoints.group.id, *(there.endpoint_groups if there else ())]
        args = ClusterGroupsArgs(plan, self._network.vpc_id, self._groups.ids, doors, self._endpoints.s3_prefix_list)
        return ClusterGroups("cluster-groups", args, self._child()).ids

    def _make_cluster(self) -> Cluster | None:
        plan, principals = self._plan, self._principals
        if plan.cluster is None or plan.deployer is None:
            return None
        args = ClusterArgs(
            plan.cluster,
            {**{role: made.arn for role, made in principals.roles.items()}, "deployer": plan.deployer},
            self._groups.ids,
            self._network.subnet_ids,
            self._network.vpc_id,
            self._key(Purpose.OPS),
            self._key(Purpose.VOLUMES),
            plan.protect,
            [*principals.grants.values(), self._store.groups, self._endpoints, self._network],
        )
        return Cluster("cluster", args, self._child())

    def _make_buckets(self) -> None:
        plan, names, endpoint = self._plan, self._names, self._endpoints.ids["s3"]
        data, ops = self._key(Purpose.DATA), self._key(Purpose.OPS)
        records = partial(buckets.data_bucket, names)
        operations = partial(buckets.ops_bucket, names, window=plan.window)
        args = {
            BucketRole.DATA: BucketArgs(
                names.data_bucket,
                when_known(records, endpoint_id=endpoint, key_arn=data),
                data,
                self._store.access_logs.ready,
                protect=plan.protect,
            ),
            BucketRole.OPS: BucketArgs(
                names.ops_bucket,
                when_known(operations, endpoint_id=endpoint, key_arn=ops),
                ops,
                self._store.access_logs.ready,
                versioning=True,
                lifecycle=Lifecycle(noncurrent_days=plan.retention.versions),
                protect=plan.protect,
            ),
        }
        for role, arg in args.items():
            if role not in plan.existing_buckets:
                Bucket(role, arg, self._child())

    def _make_file_systems(self) -> dict[str, pulumi.Output[str]]:
        plan = self._plan
        if plan.wal is not Wal.FILE_SYSTEM:
            return {}
        args = FileSystemsArgs(
            self._names,
            plan.file_systems.count,
            plan.file_systems.throughput_mibps,
            self._key(Purpose.VOLUMES),
            self._network.subnet_ids,
            self._groups.ids["file-system-group"],
            plan.protect,
            [self._principals.roles["data-plane"]],
        )
        return FileSystems("file-systems", args, self._child()).ids

    def _make_secrets(self) -> Secrets:
        args = SecretsArgs(
            self._names.secret(CONFIG),
            self._names.secret(CREDENTIALS),
            self._key(Purpose.OPS),
            self._plan.automq_config,
            text(logs.secret(self._names, self._plan.deployer)),
            self._plan.protect,
            [self._principals.roles["console"]],
        )
        return Secrets("secrets", args, self._child())

    def _make_console(self) -> Console:
        console, names = self._plan.console, self._names
        group = names.log_group(Signal.CONSOLE)
        start = partial(Start, names.region, console.image, names.secret(CONFIG), names.secret(CREDENTIALS), group)
        args = ConsoleArgs(
            self._plan.prefix,
            console.instance_type,
            console.ami,
            self._network.subnet_ids[0],
            self._plan.network.zones[0],
            self._groups.ids["console-group"],
            self._profile("console"),
            self._key(Purpose.VOLUMES),
            self._proxy_host().apply(lambda proxy: start(proxy).script()),
            self._plan.protect,
            [self._principals.grants["console"], self._secrets, self._store.groups, self._endpoints, self._network],
        )
        return Console("console", args, self._child())

    def _profile(self, role: str) -> pulumi.Output[str]:
        profile = self._principals.roles[role].profile
        if profile is None:
            raise ValueError(f"role {role} has no instance profile: its instances could not start, so give it one")
        return profile

    def _make_backup(self) -> None:
        args = BackupArgs(
            self._names.backup_vault,
            self._key(Purpose.VOLUMES),
            self._principals.roles["backup"].arn,
            self._console.volume_arn,
            self._plan.retention.backups,
            self._plan.retention.backup_lock,
            self._plan.protect,
        )
        Backup("backup", args, self._child())

    def _make_door(self) -> ConsoleDoor | None:
        certificate = self._plan.console.certificate_arn
        if certificate is None:
            return None
        args = ConsoleDoorArgs(
            self._plan.prefix,
            self._network.vpc_id,
            self._network.subnet_ids,
            self._groups.ids["console-load-balancer"],
            self._console.instance_id,
            certificate,
            self._store.access_logs.ready,
            buckets.LOAD_BALANCER_PREFIX,
            self._plan.protect,
        )
        return ConsoleDoor("console-door", args, self._child())

    def _make_private_link(self) -> PrivateLink | None:
        plan = self._plan.private_link
        if plan is None:
            return None
        network, group = self._network, self._groups.ids["client-load-balancer"]
        args = PrivateLinkArgs(self._plan.prefix, plan, network.vpc_id, network.subnet_ids, group, self._plan.protect)
        return PrivateLink("private-link", args, self._child())

    def _make_auditor(self) -> pulumi.Output[str] | None:
        plan = self._plan.auditor
        if plan is None:
            return None
        return Auditor("auditor", self._names, plan, self._plan.permissions_boundary, self._child()).arn

    def _proxied(self, output: str, role: str) -> dict[str, pulumi.Output[str]]:
        return {} if self._proxy is None else {role: getattr(self._proxy, output)}

    def _collect(self, door: ConsoleDoor | None) -> FootprintOutputs:
        keys = {purpose.value: key.arn for purpose, key in self._principals.keys.items()}
        return FootprintOutputs(
            self._network.vpc_id,
            self._network.subnet_ids,
            {
                **self._groups.ids,
                "endpoint-group": self._endpoints.group.id,
                **self._proxied("group_id", "proxy-group"),
            },
            {**self._endpoints.ids, **self._proxied("id", "proxy")},
            {**keys, Purpose.LOGS.value: self._store.key.arn},
            self._dns.zone_id,
            self._console.instance_id,
            door.address if door else None,
            self._secrets.credentials_arn,
            None if self._plan.cluster is not None else self._profile("data-plane"),
            self._make_auditor(),
            self._file_systems,
            self._make_private_link(),
            None if self._cluster is None else self._cluster.name,
        )
