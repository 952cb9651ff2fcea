"""A boundary told by hand, in which everything holds; a test changes one fact of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from audit.boundary import Boundary
from audit.model.contract import BoundaryContract
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Edge, EdgeKind, Gap, Node, NodeKind
from audit.questions import questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Rehearsed

    from audit.model.snapshot import Record, Snapshot
    from audit.model.verdict import Claim

ACCOUNT, REGION, NOW = "111111111111", "us-east-1", "2026-06-01T00:00:00Z"
BUCKET, LOGS = "arn:aws:s3:::data", "arn:aws:s3:::logs"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
BROKERS, CONSOLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("brokers", "console"))
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/t"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/trail"
ALARM, TOPIC = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a", f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
FLOW, QUERIES = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/fl-1", f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:log/1"
DUTIES = (
    "quota", "vpc_design", "key_policy", "endpoint_policy", "incident_escalation", "upgrades", "alerts", "support",
    "vendor_roadmap",
)  # fmt: skip
SINKS = {
    "management_events": "log_group", "data_events": "log_group", "flow_logs": "bucket", "dns_queries": "log_group",
    "s3_access": "bucket", "console": "log_group", "brokers": "log_group",
}  # fmt: skip
CONTRACT: dict[str, Any] = {
    "format": "byoc-contract/1",
    "environment_id": "env",
    "account": ACCOUNT,
    "region": REGION,
    "buckets": {
        "data-bucket": {
            "name": "data", "holds": "records", "encryption": "data-key", "reached_only_through_endpoint": True,
        },
        "logs-bucket": {"name": "logs", "holds": "logs"},
    },
    "keys": {"data-key": {"arn": KEY, "protects": "records"}},
    "principals": {
        "data-plane": {"arn": BROKERS, "does": "brokers", "may": {"data-bucket": ["read"], "data-key": ["read"]}},
        "console": {"arn": CONSOLE, "does": "console"},
    },
    "network": {"vpc": "vpc-1", "endpoints": {"s3": "vpce-1"}},
    "log_sinks": [
        {
            "signal": signal, "kind": kind, "name": "/trail" if kind == "log_group" else "logs",
            "retention_days": 90, "reviewed_by": "alerts",
        }
        for signal, kind in SINKS.items()
    ],
    "alarms": ["a"],
    "owners": {duty: {"team": "a team", "contact": "a@b.example"} for duty in DUTIES},
}  # fmt: skip
OPEN_DOORS = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}}
THROUGH = {"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["vpce-1"]}


def cite(document: str = "identity/own") -> tuple[Citation, ...]:
    return (Citation("record", document, "/Statement/0"),)


@dataclass
class Toy:
    """Nodes and edges by hand; every change is made in place, then ``claims`` asks a question."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    contract: BoundaryContract = field(default_factory=lambda: BoundaryContract.model_validate(CONTRACT))
    now: str = NOW

    def node(self, node_id: str, kind: NodeKind, name: str, **facts: Any) -> Toy:
        self.nodes[node_id] = Node(node_id, kind, name, ACCOUNT, REGION, facts, (f"record of {name}",))
        return self

    def fact(self, node_id: str, **facts: Any) -> Toy:
        """Other facts of a node; Ellipsis stands for one that could not be read."""
        said = {name: unread(f"x:Read{name}") if value is ... else value for name, value in facts.items()}
        old = self.nodes[node_id]
        self.nodes[node_id] = dataclasses.replace(old, properties={**old.properties, **said})
        return self

    def edge(self, source: str, kind: EdgeKind, target: str, document: str = "", **properties: Any) -> Toy:
        because = cite(document) if document else ()
        self.edges.append(Edge(source, target, kind, properties, ("record",), because))
        return self

    def can(self, source: str, kind: EdgeKind, target: str, decision: str = "allowed", **properties: Any) -> Toy:
        """A derived edge."""
        return self.edge(source, kind, target, "identity/own", decision=decision, **properties)

    def drop(self, kind: EdgeKind, source: str = "", target: str = "") -> Toy:
        """Take the edges of a kind away, which must be there."""
        gone = [e for e in self.edges if e.kind is kind and source in ("", e.source) and target in ("", e.target)]
        assert gone, f"no {kind} edge"
        self.edges = [edge for edge in self.edges if edge not in gone]
        return self

    def gap(self, *kinds: NodeKind) -> Toy:
        """A listing that could not be read; its nodes were not seen."""
        self.nodes = {node_id: node for node_id, node in self.nodes.items() if node.kind not in kinds}
        self.gaps.append(Gap(kinds, ACCOUNT, REGION, "x:List", unread("x:List")))
        return self

    def say(self, **parts: Any) -> Toy:
        """Other parts of the contract."""
        self.contract = BoundaryContract.model_validate({**self.contract.model_dump(), **parts})
        return self

    @property
    def boundary(self) -> Boundary:
        graph = BoundaryGraph()
        for element in (*self.nodes.values(), *self.edges, *self.gaps):
            graph.add(element)
        return Boundary(graph, self.contract, self.now)

    def claims(self, question: str) -> list[Claim]:
        return list(questions()[question].claims(self.boundary))


def unread(permission: str) -> Unknown:
    return Unknown(permission, "AccessDenied", "refused")


@pytest.fixture
def toy() -> Toy:
    """An environment in which every question but that of network paths is answered: holds."""
    made = Toy().node(ACCOUNT, NodeKind.ACCOUNT, ACCOUNT, organization=None)
    _stores(made)
    _signals(made)
    return made


def _stores(made: Toy) -> None:
    nothing = {"policy": None, "replication": None, "ownership": "BucketOwnerEnforced"}
    logging = {"bucket": "logs", "prefix": ""}
    made.node(BUCKET, NodeKind.BUCKET, "data", encryption={"key": KEY}, logging=logging, **nothing)
    made.node(LOGS, NodeKind.BUCKET, "logs", encryption=None, lifecycle=[], logging=None, **nothing)
    made.node(KEY, NodeKind.KEY, "1", policy={}, grants=[])
    for role in (BROKERS, CONSOLE):
        made.node(role, NodeKind.ROLE, role.rpartition("/")[2], trust={}, identity=[], boundary=None, tags={})
        made.edge(role, EdgeKind.TRUSTS, "ec2.amazonaws.com", "trust", actions=["sts:AssumeRole"])
    made.nodes["ec2.amazonaws.com"] = Node("ec2.amazonaws.com", NodeKind.SERVICE, "ec2.amazonaws.com", "", "")
    for owned in (BUCKET, LOGS, KEY):
        made.edge(ACCOUNT, EdgeKind.OWNS, owned)
    made.can(BROKERS, EdgeKind.CAN_READ, BUCKET, only_if=THROUGH).can(BROKERS, EdgeKind.CAN_READ, KEY)


def _signals(made: Toy) -> None:
    records = {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": [f"{BUCKET}/"]},
        ]
    }
    management = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
    writes = [{"metricTransformations": [{"metricNamespace": "own", "metricName": "m"}]}]
    made.node(
        TRAIL, NodeKind.TRAIL, "t", logging=True, multi_region=True, global_events=True, selectors=[management, records]
    )
    made.node(GROUP, NodeKind.LOG_GROUP, "/trail", retention_days=90, metric_filters=writes, subscriptions=[])
    made.node(FLOW, NodeKind.FLOW_LOG, "fl-1", resource="vpc-1", traffic="ALL", status="ACTIVE", destination=LOGS)
    made.node(QUERIES, NodeKind.QUERY_LOG, "q", vpcs=["vpc-1"])
    made.node(ALARM, NodeKind.ALARM, "a", metric="m", namespace="own", actions_enabled=True)
    made.node(TOPIC, NodeKind.TOPIC, "topic", policy=None, subscriptions=[{"SubscriptionArn": f"{TOPIC}:1"}])
    made.edge(TRAIL, EdgeKind.LOGS_TO, GROUP).edge(FLOW, EdgeKind.LOGS_TO, LOGS).edge(QUERIES, EdgeKind.LOGS_TO, GROUP)
    made.edge(ALARM, EdgeKind.NOTIFIES, TOPIC)


def _follow_ups(snapshot: Snapshot) -> Iterator[Record]:
    """What the walk would go on to ask of a weaker bucket: here it is answered for all, with "there is none"."""
    asked = {(record.operation, record.params.get("Bucket")) for record in snapshot.records}
    for record in snapshot.find("s3", "GetBucketPolicy"):
        for name in ("GetBucketPolicyStatus", "GetBucketReplication", "GetBucketWebsite", "GetObjectLockConfiguration"):
            if (name, record.params["Bucket"]) not in asked:
                yield dataclasses.replace(record, operation=name, response=None, absent="NoSuch")


@pytest.fixture(scope="session")
def live(poc: Rehearsed) -> Rehearsed:
    """The poc as a real account without an organisation would answer: nothing is unreadable, nothing emulated."""

    def answered(record: Record) -> Record:
        said = OPEN_DOORS if record.operation == "DescribeVpcBlockPublicAccessOptions" else {}
        if "Filters" in record.params and record.operation == "DescribeImages":
            images = record.params["Filters"][0]["Values"]
            made = [{"ImageId": image, "ImageOwnerAlias": "amazon", "OwnerId": "137112412989"} for image in images]
            return dataclasses.replace(record, response={"Images": made})
        return record if record.unreadable is None else dataclasses.replace(record, unreadable=None, response=said)

    manifest = poc.snapshot.manifest.model_copy(update={"emulated": {}})
    records = (*map(answered, poc.snapshot.records), *_follow_ups(poc.snapshot))
    contract = poc.contract.model_copy(update={"emulated": False})
    return dataclasses.replace(
        poc, contract=contract, snapshot=dataclasses.replace(poc.snapshot, manifest=manifest, records=records)
    )
