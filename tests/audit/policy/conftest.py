"""A boundary of a few nodes, each as the policy pack wants it; a test changes one fact and sees what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.boundary import Boundary
from audit.model.contract import (
    Backups,
    BoundaryContract,
    Bucket,
    Console,
    Duty,
    Key,
    LogSink,
    Network,
    Principal,
)
from audit.model.graph import BoundaryGraph, Edge, EdgeKind, Gap, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable

A, R = "111111111111", "us-east-1"
KEY = f"arn:aws:kms:{R}:{A}:key/k1"
CONSOLE = f"arn:aws:iam::{A}:role/console"
RECORD = "f" * 64
BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
TLS = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
LOCKED: dict[str, Any] = {"versioning": True, "object_lock_days": 30, "object_lock_mode": "compliance"}
PRIVATE_CLUSTER: dict[str, Any] = {
    "encryption": [{"resources": ["secrets"], "provider": {"keyArn": KEY}}],
    "logging": [{"types": ["api", "audit", "authenticator", "controllerManager", "scheduler"], "enabled": True}],
}
DOOR: dict[str, Any] = {
    "type": "application",
    "scheme": "internal",
    "vpc": "vpc-1",
    "listeners": [
        {"Port": 443, "Protocol": "HTTPS", "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "DefaultActions": []}
    ],
    "plain_rules": [],
    "attributes": {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "access-logs",
        "deletion_protection.enabled": "true",
    },
}


def ec2(resource: str) -> str:
    return f"arn:aws:ec2:{R}:{A}:{resource}"


def node(node_id: str, kind: NodeKind, **properties: Any) -> Node:
    return Node(node_id, kind, node_id.replace(":", "/").rpartition("/")[2], A, R, properties, (RECORD,))


def bucket(name: str, **properties: Any) -> Node:
    sound = {
        "encryption": {"algorithm": "aws:kms", "key": KEY, "bucket_key": True},
        "public_access_block": BLOCK,
        "policy_status_public": False,
        "ownership": "BucketOwnerEnforced",
        "policy": {"Statement": [TLS]},
        "versioning": None,
        "lifecycle": [{"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}],
        "logging": {"bucket": "access-logs", "prefix": ""},
        "website": None,
        "object_lock_days": None,
    }
    return node(f"arn:aws:s3:::{name}", NodeKind.BUCKET, **{**sound, **properties})


def sound() -> list[Node | Edge | Gap]:
    tags = {"automqEnvironmentID": "poc"}
    trail = {
        "bucket": "audit",
        "multi_region": True,
        "global_events": True,
        "validation": True,
        "logging": True,
        "delivery_error": None,
        "log_group_error": None,
        "key": KEY,
    }
    imdsv2 = {"MetadataOptions": {"HttpTokens": "required"}}
    volume = {"encrypted": True, "key": KEY, "tags": {**tags, "Name": "automq-poc-console-data"}}
    endpoint = {"service": f"com.amazonaws.{R}.s3", "type": "Gateway", "vpc": "vpc-1"}
    narrow = {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
        ]
    }
    return [
        bucket("data"),
        bucket("audit", versioning="Enabled", lifecycle=None, object_lock_days=30, object_lock={"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}),
        bucket("access-logs", encryption={"algorithm": "AES256", "key": None, "bucket_key": False}, logging=None),
        node(KEY, NodeKind.KEY, rotation=True, state="Enabled", deletion_date=None, manager="CUSTOMER", origin="AWS_KMS"),
        node(ec2("instance/i-1"), NodeKind.INSTANCE, vpc="vpc-1", metadata_options={"HttpTokens": "required"}, user_data_secret=None, termination_protection=True, image_owner="137112412989", image_owner_alias="amazon", key_pair=None),
        node(CONSOLE, NodeKind.ROLE, boundary={"arn": f"arn:aws:iam::{A}:policy/console-boundary", "document": {}}),
        node(ec2("launch-template/lt-1"), NodeKind.LAUNCH_TEMPLATE, tags=tags, versions={"$Default": imdsv2, "$Latest": imdsv2}),
        node(ec2("network-interface/eni-1"), NodeKind.NETWORK_INTERFACE, vpc="vpc-1", instance="i-1", public_addresses=[]),
        node(ec2("volume/vol-1"), NodeKind.VOLUME, **volume),
        node(f"arn:aws:backup:{R}:{A}:backup-plan:p1", NodeKind.BACKUP_PLAN, selections=[{"Resources": [ec2("volume/vol-1")]}], rules=[{"TargetBackupVaultName": "v1", "Lifecycle": {"DeleteAfterDays": 7}}]),
        node(f"arn:aws:backup:{R}:{A}:backup-vault:v1", NodeKind.BACKUP_VAULT, lock={"since": "2026-01-01T00:00:00Z", "min_days": 7, "max_days": None}),
        node(f"arn:aws:elasticloadbalancing:{R}:{A}:loadbalancer/app/door/1", NodeKind.LOAD_BALANCER, **DOOR),
        node(ec2("vpc/vpc-1"), NodeKind.VPC),
        node(ec2("security-group/sg-0"), NodeKind.SECURITY_GROUP, vpc="vpc-1", group_name="default", ingress=[], egress=[], ingress_from_others=[], ingress_from_everyone=[]),
        node(ec2("security-group/sg-e"), NodeKind.SECURITY_GROUP, vpc="vpc-1", group_name="e", ingress=[], egress=[], ingress_from_others=[], ingress_from_everyone=[]),
        node(ec2("security-group/sg-b"), NodeKind.SECURITY_GROUP, vpc="vpc-1", group_name="b", ingress=[], egress=[], ingress_from_others=[], ingress_from_everyone=[]),
        node(f"arn:aws:eks:{R}:{A}:cluster/c", NodeKind.CLUSTER, vpc="vpc-1", public_endpoint=False, public_sources=[], public_to_everyone=False, access=[], config_map_access=[], **PRIVATE_CLUSTER),
        node(f"arn:aws:eks:{R}:{A}:nodegroup/c/p/1", NodeKind.NODE_GROUP, vpc="vpc-1", ami_type="AL2023_x86_64_STANDARD", capacity_type="ON_DEMAND", pool_zones=["a", "b"]),
        node(ec2("vpc-flow-log/fl-1"), NodeKind.FLOW_LOG, resource="vpc-1", traffic="ALL", status="ACTIVE", delivery="SUCCESS"),
        node(f"arn:aws:route53resolver:{R}:{A}:resolver-query-log-config/q", NodeKind.QUERY_LOG, vpcs=["vpc-1"], status="CREATED"),
        node(ec2("vpc-endpoint/vpce-1"), NodeKind.VPC_ENDPOINT, policy=narrow, **endpoint),
        node(f"arn:aws:cloudtrail:{R}:{A}:trail/t", NodeKind.TRAIL, **trail),
        Node(f"arn:aws:logs:{R}:{A}:log-group:/a/dns", NodeKind.LOG_GROUP, "/a/dns", A, R, {"key": KEY, "retention_days": 90}, (RECORD,)),
        node(f"arn:aws:sns:{R}:{A}:alarms", NodeKind.TOPIC, key=KEY, tags=tags),
        node(f"arn:aws:cloudwatch:{R}:{A}:alarm:root-use", NodeKind.ALARM, actions_enabled=True, actions=["arn:aws:sns:us-east-1:111111111111:alarms"]),
    ]  # fmt: skip


def contract() -> BoundaryContract:
    return BoundaryContract(
        environment_id="poc",
        account=A,
        region=R,
        buckets={
            "data-bucket": Bucket(name="data", holds="records", encryption="data-key"),
            "audit-bucket": Bucket(name="audit", holds="logs", encryption="data-key", **LOCKED),
            "access-logs-bucket": Bucket(name="access-logs", holds="access logs"),
        },
        keys={"data-key": Key(arn=KEY, protects="records")},
        network=Network(vpc="vpc-1", security_groups={"endpoint-group": "sg-e"}),
        console=Console(instance="i-1", deletion_protection=True),
        principals={"console": Principal(arn=CONSOLE, does="the console")},
        backups=Backups(vault="v1", keep_days=7, lock="compliance"),
        log_sinks=(
            LogSink(signal="dns_queries", kind="log_group", name="/a/dns", retention_days=90, reviewed_by=Duty.ALERTS),
        ),
        alarms=("root-use",),
    )


def boundary_of(elements: list[Node | Edge | Gap], **changes: Any) -> Boundary:
    graph = BoundaryGraph()
    for element in elements:
        graph.add(element)
    return Boundary(graph, contract().model_copy(update=changes), "2026-11-23T00:00:00Z")


@pytest.fixture
def elements() -> list[Node | Edge | Gap]:
    return sound()


@pytest.fixture
def make() -> Callable[..., Boundary]:
    return boundary_of


@pytest.fixture
def changed() -> Callable[..., Boundary]:
    """A boundary in which the node whose id ends so has other properties."""

    def build(end: str, **properties: Any) -> Boundary:
        def other(element: Node | Edge | Gap) -> Node | Edge | Gap:
            if isinstance(element, Node) and element.id.endswith(end):
                return replace(element, properties={**element.properties, **properties})
            return element

        found = [other(element) for element in sound()]
        assert found != sound(), f"no node ends in {end}, or nothing changed"
        return boundary_of(found)

    return build


@pytest.fixture
def backed_up() -> Edge:
    return Edge(ec2("volume/vol-1"), "arn:aws:backup:::backup-vault:v", EdgeKind.BACKED_UP_TO, {}, (RECORD,))
