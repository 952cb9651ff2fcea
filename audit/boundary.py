"""The boundary: the graph with its derived edges, and the contract. All that follows sees only this."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access import who_can
from audit.access.access import EDGES
from audit.access.own_power import own_power
from audit.access.taking import taken_without_id
from audit.model.arn import Arn, is_arn
from audit.model.contract import Bucket, FileSystem, Key, Principal, Privilege
from audit.model.graph import BoundaryGraph, EdgeKind, Node, NodeKind
from audit.model.verdict import Claim, Verdict
from audit.reach import paths
from audit.reach.addresses import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

    from audit.access.decision import Decision
    from audit.access.own_power import OwnPower
    from audit.model.contract import BoundaryContract, LogSink
    from audit.model.graph import Edge, Gap
    from audit.reach.names import Resolution
    from audit.reach.paths import Path

Store = Bucket | Key | FileSystem
"""What the contract says of a thing that holds or protects records."""
PRIVILEGES = {kind: privilege for privilege, kind in EDGES.items()}
"""The privilege of each derived edge."""


@dataclass(frozen=True)
class Boundary:
    """A graph, its contract and the moment of judging (ISO-8601 UTC)."""

    graph: BoundaryGraph
    contract: BoundaryContract
    now: str

    def bucket_id(self, bucket: Bucket) -> str:
        """The ARN of a contract's bucket."""
        return f"arn:{self.contract.partition}:s3:::{bucket.name}"

    @cached_property
    def roles(self) -> dict[str, str]:
        """Node id to the contract's role: ``arn:…:s3:::b`` to ``data-bucket``; principals and groups likewise."""
        contract = self.contract
        found = {self.bucket_id(bucket): role for role, bucket in contract.buckets.items()}
        found |= {key.arn: role for role, key in contract.keys.items()}
        found |= {self.store_id(one): role for role, one in contract.file_systems.items()}
        found |= {principal.arn: role for role, principal in contract.principals.items()}
        if contract.network is not None:
            found |= {self.ec2(f"security-group/{g}"): role for role, g in contract.network.security_groups.items()}
            found[self.ec2(f"vpc/{contract.network.vpc}")] = "vpc"
        return found

    @cached_property
    def declared(self) -> dict[str, Principal]:
        """The contract's principals by ARN."""
        return {principal.arn: principal for principal in self.contract.principals.values()}

    @cached_property
    def stores(self) -> dict[str, Store]:
        """What holds or protects records, by its role in the contract; the records' own come first."""
        found: dict[str, Store] = {**self.contract.buckets, **self.contract.keys, **self.contract.file_systems}
        return {role: found[role] for role in sorted(found, key=lambda role: (_rank(role), role))}

    def placed(self, node_id: str) -> bool:
        """Whether the node was described and its account is known: a bucket that nobody listed has none."""
        node = self.graph.get(node_id)
        return node is not None and bool(node.account)

    def store_id(self, store: Store) -> str:
        """The node id of a bucket, key or file system of the contract."""
        contract = self.contract
        match store:
            case Key():
                return store.arn
            case Bucket():
                return self.bucket_id(store)
            case FileSystem():
                place = f"{contract.partition}:elasticfilesystem:{contract.region}:{contract.account}"
                return f"arn:{place}:file-system/{store.id}"

    def sink_id(self, sink: LogSink) -> str:
        """The node id of a log sink of the contract."""
        contract = self.contract
        if sink.kind == "bucket":
            return f"arn:{contract.partition}:s3:::{sink.name}"
        return f"arn:{contract.partition}:logs:{contract.region}:{contract.account}:log-group:{sink.name}"

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """What derived edges are about, as described: the contract's stores, logs that something writes, secrets."""
        graph = self.graph
        found = [self.store_id(store) for store in self.stores.values()]
        sinks = {sink.name for sink in self.contract.log_sinks if sink.kind == "log_group"}
        found += [
            node.id
            for node in graph.nodes(NodeKind.LOG_GROUP)
            if node.name in sinks or any(graph.edges(EdgeKind.LOGS_TO, target=node.id))
        ]
        found += [node.id for node in graph.nodes(NodeKind.SECRET)]
        return tuple(store for store in found if self.placed(store))

    def ec2(self, resource: str) -> str:
        """The ARN of an EC2 object in the contract's account and region."""
        contract = self.contract
        return f"arn:{contract.partition}:ec2:{contract.region}:{contract.account}:{resource}"

    def unseen(self, *kinds: NodeKind) -> list[Gap]:
        """The gaps in which things of the environment may hide: its account's, and those of its VPC's owner."""
        network = self.contract.network
        vpcs = self.graph.nodes(NodeKind.VPC) if network is not None else ()
        owners = {vpc.properties.get("owner") for vpc in vpcs if network is not None and vpc.name == network.vpc}
        return [gap for gap in self.graph.unseen(*kinds) if gap.account in {self.contract.account, *owners}]

    def label(self, node_id: str) -> str:
        """A node for a sentence: its role in the contract and its name, or its name, or its id."""
        role, node = self.roles.get(node_id), self.graph.get(node_id)
        name = node.name if node is not None else Arn.parse(node_id).name if is_arn(node_id) else node_id
        return f"{role} ({name})" if role and role != name else name

    def rests_on(self, claim: Claim, *parts: BaseModel | None) -> Claim:
        """The claim, or that it cannot be judged, when a part of the contract that it rests on was never reviewed."""
        if claim.verdict is Verdict.UNKNOWN or all(part is None or getattr(part, "reviewed", True) for part in parts):
            return claim
        text = f"{claim.text} (by an inferred line of the contract: review it and remove reviewed: false)"
        bears_on = claim.bears_on or ((claim.reason,) if claim.verdict is Verdict.BROKEN else ())
        return Claim(
            Verdict.UNKNOWN, "not_reviewed", claim.subject, text, claim.path, claim.evidence, bears_on=bears_on
        )

    def resolve(self, name: str) -> list[Node]:
        """The nodes that a user's NAME means: an ARN, a role of the contract, or a physical name."""
        by_role = {role: node_id for node_id, role in self.roles.items()}
        node_id = by_role.get(name, name)
        exact = self.graph.get(node_id)
        return [exact] if exact is not None else [node for node in self.graph.nodes() if node.name == name]

    def power_of(self, principal: Node, action: str, resource: str, context: Mapping[str, object]) -> OwnPower:
        """What a principal's own policies and its boundary say of an action in the contract's region, now."""
        known = {"aws:RequestedRegion": self.contract.region, "aws:CurrentTime": self.now, **context}
        return own_power(self.graph, principal, action, resource, known)

    def taken_without_id(self, role: Node, taker: str) -> Decision:
        """Whether the trust policy of a role, which was read, lets an ARN in without a particular external id."""
        return taken_without_id(role.properties["trust"], role.id, taker)

    def who_can(self, store: Node, privilege: Privilege) -> list[Edge]:
        """Everyone who has, or may have, a privilege on a store: its derived edges, asked for where it has none yet."""
        if store.id in self.derived:
            found: Iterable[Edge] = self.graph.edges(EDGES[privilege], target=store.id)
        else:
            found = (one.edge() for one in who_can.who_can(self.graph, store.id, privilege, now=self.now))
        return sorted(found, key=lambda edge: edge.source)

    def arrivals(self, end: str, protocol: str, port: int | None = None) -> list[Path]:
        """The paths to a security group's interfaces, or to one (physical id), of one port or of every port."""
        return paths.arrivals(self.graph, (end,), protocol, port)

    def departures(self, end: str, protocol: str = "tcp", port: int | None = None) -> list[Path]:
        """The paths of a group's interfaces, or of one, to what lies outside the VPC."""
        return paths.departures(self.graph, (end,), protocol, port)

    def services(self, end: str, protocol: str = "tcp", port: int | None = None) -> list[Path]:
        """The ways of a group's interfaces, or of one, to services of other accounts behind endpoints."""
        return paths.service_paths(self.graph, (end,), protocol, port)

    def behind(self, group: str) -> list[tuple[str, ...]]:
        """The interfaces of a group, together those that no route or filter tells apart."""
        return [one.interfaces for one in paths.classes(self.graph, (group,))]

    def ways_to_s3(self, group: str) -> list[Path]:
        """The paths of a group's interfaces to S3: through an endpoint, or around it."""
        return paths.s3_paths(self.graph, (group,))

    def ways_out_by_zone(self) -> list[Path]:
        """Whether each subnet of the contract leaves through its own zone."""
        network = self.contract.network
        return paths.own_zone(self.graph, network.subnets) if network is not None else []

    def ways_in(self, vpc: str) -> tuple[list[Node], list[Gap]]:
        """Entrances into a VPC that need no route, and the listings that could hide more of them."""
        return paths.ways_in(self.graph, vpc)

    def resolves(self, name: str, vpc: str) -> Resolution:
        """What a VPC's resolver (id or ARN) answers to a name."""
        return paths.resolves(self.graph, name, vpc)

    def networks_within(self, cidr: str) -> list[str]:
        """The walked VPCs (physical ids) that share addresses with a CIDR."""
        wanted = addresses([cidr])
        vpcs = self.graph.nodes(NodeKind.VPC)
        return [vpc.name for vpc in vpcs if addresses(vpc.properties.get("cidrs") or ()) & wanted]

    def dns_way_out(self, vpc: str) -> Path:
        """Whether names can be asked of the internet through the VPC's resolver."""
        return paths.dns_way_out(self.graph, vpc)


def _rank(role: str) -> int:
    """Data before ops before the rest, each bucket before its key."""
    first = ("data-bucket", "data-key", "ops-bucket", "ops-key")
    return first.index(role) if role in first else len(first)


def derive(graph: BoundaryGraph, contract: BoundaryContract, now: str) -> Boundary:
    """Add who can do what to the contract's stores, and which packets arrive, once; ``now`` dates conditions."""
    boundary = Boundary(graph, contract, now)
    _add(graph, who_can.derive(graph, boundary.derived, now=now))
    # Packets come last: a node more, and the networks would be indexed anew for whoever asks.
    _add(graph, paths.derive(graph, vpc=contract.network.vpc if contract.network is not None else None))
    return boundary


def _add(graph: BoundaryGraph, edges: Iterable[Edge]) -> None:
    found = list(edges)
    for node in who_can.foreign_nodes(graph, found):
        graph.add(node)
    for edge in found:
        graph.add(edge)
