"""The boundary graph's vocabulary: kinds of nodes and edges, each with its meaning, and the graph that holds them.

Nodes are named by ARN where AWS has one; the catalogue in docs/graph.md is generated from the two enums.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

import networkx as nx

from audit.model.facts import Fact, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FORMAT = "byoc-graph/1"
INTERNET = "internet"
"""The node that stands for every address outside the walked networks."""


class _Described(StrEnum):
    """A string enum whose members carry a one-sentence meaning."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class NodeKind(_Described):
    """What a node is."""

    ACCOUNT = "account", "An AWS account; its settings and contacts are its properties."
    ROOT_USER = "root_user", "The root user of an account, whose bucket-policy rights no policy can take away."
    ORGANIZATION = "organization", "The organisation that an account belongs to, and its management account."
    ROLE = "role", "An IAM role with its trust, identity and boundary documents."
    USER = "user", "An IAM user with its groups' and its own documents."
    GROUP = "group", "An IAM group with its documents."
    SERVICE = "service", "An AWS service principal, such as logs.us-east-1.amazonaws.com."
    FOREIGN_PRINCIPAL = "foreign_principal", "A principal or account outside the walked accounts."
    IDENTITY_PROVIDER = "identity_provider", "A SAML or OIDC provider whose subjects may take roles."
    BUCKET = "bucket", "An S3 bucket with its documents and settings."
    KEY = "key", "A KMS key with its policy, grants and rotation."
    SECRET = "secret", "A Secrets Manager secret: its policy and key, never its value."
    VPC = "vpc", "A virtual private cloud."
    SUBNET = "subnet", "A subnet of a VPC."
    ROUTE_TABLE = "route_table", "A route table with its routes."
    NETWORK_ACL = "network_acl", "A network access control list with its ordered entries."
    SECURITY_GROUP = "security_group", "A security group with its rules."
    PREFIX_LIST = "prefix_list", "A managed prefix list."
    NETWORK_INTERFACE = "network_interface", "A network interface with its addresses and groups."
    INTERNET_GATEWAY = "internet_gateway", "An internet gateway, the only way to and from public addresses."
    NAT_GATEWAY = "nat_gateway", "A NAT gateway: a way out, never in."
    VPC_ENDPOINT = "vpc_endpoint", "A gateway or interface endpoint with its policy."
    GATEWAY = "gateway", "Another way between networks: peering, transit gateway, VPN, Direct Connect."
    TRANSIT_ROUTE_TABLE = "transit_route_table", "A transit gateway's route table with its routes and associations."
    ENTRANCE = "entrance", "A way into a VPC without a gateway route, such as Global Accelerator or VPC Lattice."
    INTERNET = "internet", "Every address outside the walked networks."
    INSTANCE = "instance", "An EC2 instance."
    VOLUME = "volume", "An EBS volume."
    FILE_SYSTEM = "file_system", "An EFS file system with its policy and mount targets."
    SNAPSHOT = "snapshot", "An EBS snapshot owned by a walked account."
    IMAGE = "image", "A machine image owned by a walked account."
    LAUNCH_TEMPLATE = "launch_template", "A launch template, its default and latest version."
    AUTO_SCALING_GROUP = "auto_scaling_group", "An Auto Scaling group."
    LOAD_BALANCER = "load_balancer", "A load balancer with its listeners."
    TARGET_GROUP = "target_group", "A load balancer's target group."
    CLUSTER = "cluster", "An EKS cluster."
    NODE_GROUP = "node_group", "A managed group of a cluster's nodes."
    WORKLOAD = "workload", "The pods of one service account of a cluster, which run as a role."
    FUNCTION = "function", "A Lambda function with its role and network, never its code."
    CONTAINER_SERVICE = "container_service", "An App Runner service."
    CONTAINER_CLUSTER = "container_cluster", "An ECS cluster."
    TASK = "task", "A running ECS task."
    TASK_DEFINITION = "task_definition", "The latest revision of an ECS task definition."
    JOB_DEFINITION = "job_definition", "A Batch job definition with the role that its jobs run as."
    BUILD_PROJECT = "build_project", "A CodeBuild project."
    STACK = "stack", "A CloudFormation stack."
    STATE_MACHINE = "state_machine", "A Step Functions state machine."
    GLUE_JOB = "glue_job", "A Glue job."
    DEV_ENDPOINT = "dev_endpoint", "A Glue development endpoint."
    NOTEBOOK = "notebook", "A SageMaker notebook instance."
    HOSTED_ZONE = "hosted_zone", "A Route 53 hosted zone."
    QUERY_LOG = "query_log", "A Resolver query log configuration."
    FLOW_LOG = "flow_log", "A VPC flow log."
    TRAIL = "trail", "A CloudTrail trail with its selectors."
    LOG_GROUP = "log_group", "A CloudWatch log group with retention, key and metric filters."
    ALARM = "alarm", "A CloudWatch alarm."
    TOPIC = "topic", "An SNS topic with its policy."
    BACKUP_VAULT = "backup_vault", "A vault of recovery points."
    BACKUP_PLAN = "backup_plan", "A backup plan with its selections."
    EVENT_DATA_STORE = "event_data_store", "A CloudTrail Lake event data store with its selectors."
    EVENT_RULE = "event_rule", "An EventBridge rule that sends matching events to its targets."
    LOG_DESTINATION = (
        "log_destination",
        "A CloudWatch Logs destination: passes log events of other accounts to a stream.",
    )
    OBSERVABILITY_LINK = "observability_link", "A link that shows an account's telemetry to a monitoring account."
    RECEIVER = "receiver", "A stream, function, queue or event bus that copies of records are sent to."


class EdgeKind(_Described):
    """What an edge says of its source and target."""

    CONTAINS = "contains", "The source holds the target: account and VPC, VPC and subnet, subnet and interface."
    OWNS = "owns", "The source account owns the target."
    USES_GROUP = "uses_group", "The interface or endpoint is guarded by the security group."
    USES_ROUTES = "uses_routes", "Packets that leave the subnet follow the route table."
    USES_ACL = "uses_acl", "The subnet is guarded by the network ACL."
    ROUTES_TO = "routes_to", "The route table sends the destination to the target."
    ATTACHED_TO = (
        "attached_to",
        "The source is attached to the target: gateway and VPC, volume and instance, interface and file system.",
    )
    SERVES = "serves", "The endpoint or zone serves the VPC or subnet."
    LAUNCHES = "launches", "The group or template launches the target."
    TARGETS = "targets", "The load balancer or target group sends traffic to the target."
    RUNS_AS = "runs_as", "The source acts with the target role's rights."
    TRUSTS = "trusts", "The source role may be taken by the target principal, if its conditions allow."
    ENTERS = "enters", "An access entry lets the source principal into the target cluster, with a policy of AWS's."
    ENCRYPTED_WITH = "encrypted_with", "The source's data is encrypted with the target key."
    LOGS_TO = "logs_to", "The source's log or metric records go to the target."
    COPIES_TO = "copies_to", "Objects or records of the source are copied to the target."
    NOTIFIES = "notifies", "The source sends events or alarms to the target."
    BACKED_UP_TO = "backed_up_to", "The source's data is copied into the target vault."
    GRANTS = "grants", "The source's own policy names the target principal."
    CAN_READ = "can_read", "The source principal can read the target's records (derived)."
    CAN_WRITE = "can_write", "The source principal can write records into the target (derived)."
    CAN_DESTROY = "can_destroy", "The source principal can make the target's records unreadable or gone (derived)."
    CAN_ADMINISTER = "can_administer", "The source principal can change who reads, writes or destroys (derived)."
    REACHES = "reaches", "Packets of the source arrive at the target (derived)."


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands: the record's id, the document in it, and a JSON pointer into that document."""

    record: str
    document: str = ""
    pointer: str = ""

    def to_json(self) -> dict[str, str]:
        """``{record, document, pointer}``."""
        return {"record": self.record, "document": self.document, "pointer": self.pointer}


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the boundary; its properties are facts: JSON, None for "there is none", or Unknown."""

    id: str
    kind: NodeKind
    name: str
    account: str
    region: str
    properties: Mapping[str, Fact] = field(default_factory=dict)
    records: tuple[str, ...] = ()

    def fact(self, name: str) -> Fact:
        """A property's value, None when there is none, Unknown when it was not read; KeyError when never described."""
        return self.properties[name]


@dataclass(frozen=True, slots=True)
class Edge:
    """What a record says connects two things; ``because`` cites the statement, for a derived edge the deciding ones."""

    source: str
    target: str
    kind: EdgeKind
    properties: Mapping[str, Fact] = field(default_factory=dict)
    records: tuple[str, ...] = ()
    because: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A listing that could not be read: nodes of these kinds may exist in the account and region unseen."""

    kinds: tuple[NodeKind, ...]
    account: str
    region: str
    operation: str
    unknown: Unknown


class BoundaryGraph:
    """A networkx MultiDiGraph of nodes and edges, and the gaps in it."""

    def __init__(self) -> None:
        self.nx: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        self._of_kind: dict[NodeKind, dict[str, None]] = {}
        self.gaps: list[Gap] = []
        self.emulated: dict[str, str] = {}
        """Aspect to why an emulator's word on it proves nothing; empty for a real account."""
        self.walked: frozenset[tuple[str, str]] = frozenset()
        """The accounts and regions (or ``global``) that were walked; empty where that is not known."""

    def add(self, element: Node | Edge | Gap) -> None:
        """Add a node, an edge or a gap; a node said twice keeps the union of its properties and records.

        A receiver of records is whatever its own service says it is.
        """
        match element:
            case Gap():
                self.gaps.append(element)
            case Node():
                self._add_node(element)
            case Edge():
                self.nx.add_edge(element.source, element.target, edge=element)

    def _add_node(self, node: Node) -> None:
        known = self.nx.nodes[node.id].get("node") if node.id in self.nx else None
        if known is not None:
            records = tuple(dict.fromkeys((*known.records, *node.records)))
            # What one account or region could not read, another may have read.
            said = {k: v for k, v in node.properties.items() if k not in known.properties or not isinstance(v, Unknown)}
            properties = {**known.properties, **said}
            first = node if known.kind is NodeKind.RECEIVER else known
            node = Node(known.id, first.kind, first.name, known.account, known.region, properties, records)
        self.nx.add_node(node.id, node=node)
        if known is not None:
            self._of_kind[known.kind].pop(node.id, None)
        self._of_kind.setdefault(node.kind, {})[node.id] = None

    def __contains__(self, node_id: str) -> bool:
        return node_id in self.nx and "node" in self.nx.nodes[node_id]

    def node(self, node_id: str) -> Node:
        """The node of that id; raises KeyError when it was never described."""
        node: Node = self.nx.nodes[node_id]["node"]
        return node

    def get(self, node_id: str | None) -> Node | None:
        """The node of that id, or None."""
        return self.node(node_id) if node_id is not None and node_id in self else None

    def nodes(self, *kinds: NodeKind) -> Iterator[Node]:
        """The nodes of these kinds (of every kind when none is named), sorted by id."""
        for node_id in sorted(name for kind in kinds or self._of_kind for name in self._of_kind.get(kind, ())):
            yield self.node(node_id)

    def edges(self, *kinds: EdgeKind, source: str | None = None, target: str | None = None) -> Iterator[Edge]:
        """The edges of these kinds, from a source or to a target or both."""
        if any(end is not None and end not in self.nx for end in (source, target)):
            return
        found: Iterable[tuple[str, str, Edge]]
        if source is not None:
            found = self.nx.out_edges(source, data="edge")
        elif target is not None:
            found = self.nx.in_edges(target, data="edge")
        else:
            found = self.nx.edges(data="edge")
        for _, end, edge in found:
            if (not kinds or edge.kind in kinds) and target in (None, end):
                yield edge

    def unseen(self, *kinds: NodeKind, account: str | None = None, region: str | None = None) -> list[Gap]:
        """The gaps in which nodes of these kinds may hide."""
        return [
            gap
            for gap in self.gaps
            if set(gap.kinds) & set(kinds) and account in (None, gap.account) and region in (None, gap.region)
        ]

    def to_json(self) -> dict[str, Any]:
        """The node-link form of networkx with a format field: what graph.json holds."""
        return {
            "format": FORMAT,
            "directed": True,
            "multigraph": True,
            "nodes": [_node_json(node) for node in self.nodes()],
            "edges": list(_ordered(_edge_json(edge) for edge in self.edges())),
            "gaps": [_gap_json(gap) for gap in self.gaps],
            "emulated": dict(sorted(self.emulated.items())),
        }


def plain(value: Fact) -> Any:
    """A fact as JSON: an Unknown in its ``$unknown`` form, tuples as lists."""
    if type(value) is str:  # most of a graph, and quickly told
        return value
    match value:
        case Unknown():
            return value.to_json()
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def _node_json(node: Node) -> dict[str, Any]:
    return {
        "id": node.id, "kind": str(node.kind), "name": node.name, "account": node.account, "region": node.region,
        "properties": plain(dict(node.properties)), "records": list(node.records),
    }  # fmt: skip


def _edge_json(edge: Edge) -> dict[str, Any]:
    because = [citation.to_json() for citation in edge.because]
    return {
        "source": edge.source, "target": edge.target, "kind": str(edge.kind),
        "properties": plain(dict(edge.properties)), "records": list(edge.records), "because": because,
    }  # fmt: skip


def _ordered(edges: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """By ends and kind; the few that share these by their properties, whose text is long."""
    for _, alike in groupby(sorted(edges, key=_ends), _ends):
        first, *more = alike
        yield from sorted((first, *more), key=_said) if more else (first,)


def _ends(edge: dict[str, Any]) -> tuple[str, str, str]:
    return edge["source"], edge["target"], edge["kind"]


def _said(edge: dict[str, Any]) -> str:
    return json.dumps(edge["properties"], sort_keys=True)


def _gap_json(gap: Gap) -> dict[str, Any]:
    return {
        "kinds": [str(kind) for kind in gap.kinds], "account": gap.account, "region": gap.region,
        "operation": gap.operation, **gap.unknown.to_json(),
    }  # fmt: skip
