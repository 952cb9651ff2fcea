"""A small environment written by hand after the catalogue of node properties: what the report draws and prints."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from audit.boundary import Boundary
from audit.model.contract import (
    BoundaryContract,
    Bucket,
    Console,
    Duty,
    Key,
    Listener,
    LogSink,
    Network,
    Owner,
    Principal,
    Privilege,
    Source,
)
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.verdict import Answer, Claim, Finding, Hop, Severity, Verdict

ACCOUNT, REGION, E = "111111111111", "us-east-1", "poc"
RECORD = "a" * 64


def ec2(resource: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{resource}"


def bucket_arn(purpose: str) -> str:
    return f"arn:aws:s3:::automq-{purpose}-{E}-{REGION}-{ACCOUNT}"


def key_arn(purpose: str) -> str:
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{purpose}-0000"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/automq-{name}-{E}"


def node(node_id: str, kind: NodeKind, **properties: object) -> Node:
    name = node_id.replace(":", "/").rpartition("/")[2]
    return Node(node_id, kind, name, ACCOUNT, REGION, properties, (RECORD,))


def contract() -> BoundaryContract:
    read, write = Privilege.READ, Privilege.WRITE
    buckets = {
        f"{p}-bucket": Bucket(name=bucket_arn(p).rpartition(":")[2], holds=p, encryption=k)
        for p, k in (("data", "data-key"), ("ops", "ops-key"), ("audit", "logs-key"), ("access-logs", "SSE-S3"))
    }
    return BoundaryContract(
        environment_id=E,
        account=ACCOUNT,
        region=REGION,
        buckets=buckets,
        keys={f"{p}-key": Key(arn=key_arn(p), protects=f"the {p} bucket") for p in ("data", "ops", "logs", "volumes")},
        principals={
            "data-plane": Principal(
                arn=role_arn("data-plane"),
                does="brokers",
                may={"data-bucket": (read, write), "ops-bucket": (read, write)},
            ),
            "console": Principal(arn=role_arn("console"), does="console", may={"ops-bucket": (read, write)}),
        },
        listeners=(
            Listener(
                name="sasl", on="broker-group", protocol="SASL_SSL", port=9112, sources=(Source(cidr="10.20.0.0/16"),)
            ),
        ),
        network=Network(
            vpc="vpc-1",
            subnets=("subnet-a", "subnet-b", "subnet-c"),
            security_groups={
                "broker-group": "sg-broker",
                "console-group": "sg-console",
                "endpoint-group": "sg-endpoint",
            },
        ),
        console=Console(instance="i-console"),
        log_sinks=(
            LogSink(
                signal="management_events",
                kind="bucket",
                name=buckets["audit-bucket"].name,
                retention_days=365,
                reviewed_by=Duty.ALERTS,
            ),
        ),
        owners={Duty.ALERTS: Owner(team="platform", contact="platform@example.com")},
        emulated=True,
    )


def _rule(port: int, **source: object) -> dict[str, object]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}


def network_nodes() -> list[Node | Edge | Gap]:
    vpc = ec2("vpc/vpc-1")
    services = (
        "autoscaling",
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
    )
    ingress = [
        _rule(9112, IpRanges=[{"CidrIp": "10.20.0.0/16"}]),
        *(_rule(port, UserIdGroupPairs=[{"GroupId": "sg-broker"}]) for port in (9102, 9103)),
        *(_rule(port, UserIdGroupPairs=[{"GroupId": "sg-console"}]) for port in (8081, 8083, 9090, 9102)),
    ]
    return [
        node(vpc, NodeKind.VPC, cidrs=["10.42.0.0/16"]),
        *(node(ec2(f"subnet/subnet-{z}"), NodeKind.SUBNET, vpc=vpc, zone=f"{REGION}{z}") for z in "abc"),
        node(ec2("security-group/sg-broker"), NodeKind.SECURITY_GROUP, vpc=vpc, ingress=ingress, egress=[]),
        node(ec2("security-group/sg-console"), NodeKind.SECURITY_GROUP, vpc=vpc, ingress=[], egress=[]),
        *(
            node(ec2(f"network-interface/eni-{i}"), NodeKind.NETWORK_INTERFACE, vpc=vpc, groups=["sg-broker"], instance=f"i-broker{i}")
            for i in range(3)
        ),
        node(ec2("vpc-endpoint/vpce-s3"), NodeKind.VPC_ENDPOINT, type="Gateway", service=f"com.amazonaws.{REGION}.s3", vpc=vpc),
        *(
            node(ec2(f"vpc-endpoint/vpce-{s}"), NodeKind.VPC_ENDPOINT, type="Interface", service=f"com.amazonaws.{REGION}.{s}", vpc=vpc)
            for s in services
        ),
    ]  # fmt: skip


def store_nodes() -> list[Node | Edge | Gap]:
    trail, flow = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/automq-{E}", ec2("vpc-flow-log/fl-1")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/automq/{E}/flow_logs"
    alarm, topic = (
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:root-use",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:automq-{E}-alarms",
    )
    because = (Citation(RECORD, "identity/automq-data-plane", "/Statement/1"),)
    return [
        *(
            node(
                bucket_arn(p),
                NodeKind.BUCKET,
                encryption={"algorithm": "aws:kms", "key": key_arn(k), "bucket_key": True},
            )
            for p, k in (("data", "data"), ("ops", "ops"), ("audit", "logs"))
        ),
        node(
            bucket_arn("access-logs"),
            NodeKind.BUCKET,
            encryption={"algorithm": "AES256", "key": None, "bucket_key": False},
        ),
        *(node(key_arn(p), NodeKind.KEY) for p in ("data", "ops", "logs", "volumes")),
        node(trail, NodeKind.TRAIL),
        node(flow, NodeKind.FLOW_LOG),
        Node(group, NodeKind.LOG_GROUP, f"/automq/{E}/flow_logs", ACCOUNT, REGION, {}, (RECORD,)),
        node(alarm, NodeKind.ALARM),
        node(topic, NodeKind.TOPIC),
        node(role_arn("data-plane"), NodeKind.ROLE),
        node(role_arn("console"), NodeKind.ROLE),
        Edge(trail, bucket_arn("audit"), EdgeKind.LOGS_TO, {}, (RECORD,)),
        Edge(flow, group, EdgeKind.LOGS_TO, {}, (RECORD,)),
        Edge(bucket_arn("data"), bucket_arn("access-logs"), EdgeKind.LOGS_TO, {}, (RECORD,)),
        *(Edge(bucket_arn(p), key_arn(p), EdgeKind.ENCRYPTED_WITH, {}, (RECORD,)) for p in ("data", "ops")),
        Edge(alarm, topic, EdgeKind.NOTIFIES, {}, (RECORD,)),
        Edge(
            role_arn("data-plane"), bucket_arn("data"), EdgeKind.CAN_WRITE, {"decision": "allowed"}, (RECORD,), because
        ),
        Edge(
            role_arn("data-plane"), bucket_arn("ops"), EdgeKind.CAN_WRITE, {"decision": "allowed"}, (RECORD,), because
        ),
        Edge(role_arn("console"), bucket_arn("ops"), EdgeKind.CAN_WRITE, {"decision": "allowed"}, (RECORD,), because),
    ]


def graph_of(elements: list[Node | Edge | Gap]) -> BoundaryGraph:
    graph = BoundaryGraph()
    for element in elements:
        graph.add(element)
    return graph


def answers() -> tuple[Answer, ...]:
    buckets = [bucket_arn(p) for p in ("data", "ops", "audit", "access-logs")]
    owned = tuple(
        Claim(Verdict.HOLDS, "owned_by_account", b, f"{b.rpartition(':')[2]} belongs to {ACCOUNT}", (), (RECORD,))
        for b in buckets
    )
    path = (
        Hop("internet", "may send to tcp 9112", (Citation(RECORD, "ingress", "/0"),)),
        Hop(ec2("security-group/sg-broker"), "guards the brokers"),
    )
    broken = Claim(
        Verdict.BROKEN,
        "open_to_internet",
        ec2("security-group/sg-broker"),
        "every address may reach tcp 9112",
        path,
        (RECORD,),
    )
    unread = Claim.unread(
        "automq-data", "the policy of automq-data", Unknown("s3:GetBucketPolicy", "AccessDenied", RECORD)
    )
    return (
        Answer("bucket_owner", "Who owns the buckets?", owned),
        Answer("traffic_paths", "Which paths carry traffic?", (broken, *owned[:1])),
        Answer("data_plane_access", "Who can read the data plane?", (unread, *owned[:2])),
    )


def findings() -> tuple[Finding, ...]:
    broken = answers()[1].claims[0]
    return (
        Finding(
            "N001",
            "Listeners are not open to the internet",
            Severity.CRITICAL,
            broken,
            "remove the /0 source",
            "Security group rules",
        ),
        Finding(
            "B002",
            "Data buckets are not public",
            Severity.HIGH,
            Claim(
                Verdict.UNKNOWN, "unreadable", bucket_arn("data"), "not read", (), (RECORD,), ("s3:GetBucketPolicy",)
            ),
            "grant the permission",
            "Blocking public access",
        ),
    )


@dataclass(frozen=True)
class Sample:
    contract: BoundaryContract
    graph: BoundaryGraph
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]

    @property
    def boundary(self) -> Boundary:
        return Boundary(self.graph, self.contract, "2026-11-23T00:00:00Z")

    def having(self, *elements: Node | Edge | Gap) -> Sample:
        return replace(self, graph=graph_of([*network_nodes(), *store_nodes(), *elements]))


@pytest.fixture
def sample() -> Sample:
    return Sample(contract(), graph_of([*network_nodes(), *store_nodes()]), answers(), findings())
