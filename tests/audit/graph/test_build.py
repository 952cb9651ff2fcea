from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.graph.build import build
from audit.graph.export import graph_json
from audit.model.graph import INTERNET, Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot
from audit.services import ec2_compute, ec2_vpc, modules, route53, rows
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

ACCOUNT, REGION = "111111111111", "us-east-1"


def snapshot(*records: Record, **more: Any) -> Snapshot:
    entries = more.pop("accounts", (AccountEntry(id=ACCOUNT),))
    manifest = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=entries, regions=(REGION,), **more)
    return Snapshot(manifest, records)


def said(operation: str, response: dict[str, Any], region: str = REGION) -> Record:
    return Record(ACCOUNT, region, "ec2", operation, {}, response)


VPCS = said("DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]})
SUBNETS = said("DescribeSubnets", {"Subnets": [{"SubnetId": name, "VpcId": "vpc-1"} for name in ("s-1", "s-2")]})
TABLES = said(
    "DescribeRouteTables",
    {
        "RouteTables": [
            {"RouteTableId": "rtb-m", "VpcId": "vpc-1", "Associations": [{"Main": True}]},
            {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"SubnetId": "s-1"}]},
        ]
    },
)


def test_the_order_of_records_changes_nothing() -> None:
    one = build(snapshot(VPCS, SUBNETS, TABLES), [ec2_vpc])
    two = build(snapshot(TABLES, SUBNETS, VPCS), [ec2_vpc])

    assert graph_json(one) == graph_json(two)


def test_a_subnet_without_a_table_of_its_own_uses_the_main_one() -> None:
    graph = build(snapshot(VPCS, SUBNETS, TABLES), [ec2_vpc])

    used = {(e.source.rpartition("/")[2], e.target.rpartition("/")[2]) for e in graph.edges(EdgeKind.USES_ROUTES)}
    assert used == {("s-1", "rtb-1"), ("s-2", "rtb-m")}


def test_an_instance_runs_as_the_role_of_its_profile() -> None:
    profile = f"arn:aws:iam::{ACCOUNT}:instance-profile/p"
    instance = {"InstanceId": "i-1", "IamInstanceProfile": {"Arn": profile}}
    record = said("DescribeInstances", {"Reservations": [{"Instances": [instance]}]})
    module = made(Node("role", NodeKind.ROLE, "r", ACCOUNT, "global", {"instance_profiles": [profile]}, ("rec",)))

    graph = build(snapshot(record), [ec2_compute, module])
    (edge,) = graph.edges(EdgeKind.RUNS_AS)
    assert (edge.source.rpartition("/")[2], edge.target) == ("i-1", "role")
    assert set(edge.records) == {record.id, "rec"}


ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/ABC"
CLUSTER = Node("cluster", NodeKind.CLUSTER, "c", ACCOUNT, REGION, {"issuer": f"https://{ISSUER}"}, ("cluster-record",))
POD = Node("pod-role", NodeKind.ROLE, "pod", ACCOUNT, "global", {}, ("role-record",))


def test_the_service_accounts_of_a_cluster_run_as_the_roles_that_trust_its_issuer() -> None:
    provider = Node("provider", NodeKind.IDENTITY_PROVIDER, ISSUER, ACCOUNT, "global", {"type": "oidc"}, ())
    module = made(CLUSTER, POD, provider, Edge("pod-role", "provider", EdgeKind.TRUSTS))

    graph = build(snapshot(VPCS), [module])

    (workload,) = graph.nodes(NodeKind.WORKLOAD)
    assert [edge.target for edge in graph.edges(EdgeKind.RUNS_AS, source=workload.id)] == ["pod-role"]
    assert [edge.source for edge in graph.edges(EdgeKind.CONTAINS, target=workload.id)] == ["cluster"]
    assert set(workload.records) == {"cluster-record", "role-record"}


@pytest.mark.parametrize("issuer", ["https://oidc.eks.us-east-1.amazonaws.com/id/OTHER", None])
def test_a_role_that_trusts_another_issuer_is_no_workload_of_the_cluster(issuer: str | None) -> None:
    cluster = replace(CLUSTER, properties={"issuer": issuer})
    provider = Node("provider", NodeKind.IDENTITY_PROVIDER, ISSUER, ACCOUNT, "global", {"type": "oidc"}, ())
    module = made(cluster, POD, provider, Edge("pod-role", "provider", EdgeKind.TRUSTS))

    assert list(build(snapshot(VPCS), [module]).nodes(NodeKind.WORKLOAD)) == []


def test_the_pods_of_a_cluster_can_run_as_the_role_of_its_nodes() -> None:
    tags = {"eks:cluster-name": "c"}
    nodes = [
        Node(f"i-{n}", NodeKind.INSTANCE, f"i-{n}", ACCOUNT, REGION, {"profile": "p", "tags": tags}, ("i",))
        for n in (1, 2)
    ]
    role = replace(POD, properties={"instance_profiles": ["p"]})

    graph = build(snapshot(VPCS), [made(CLUSTER, role, *nodes)])

    (workload,) = graph.nodes(NodeKind.WORKLOAD)
    assert workload.name == "nodes as pod"
    assert [edge.target for edge in graph.edges(EdgeKind.RUNS_AS, source=workload.id)] == ["pod-role"]


def test_an_account_that_could_not_be_entered_is_a_gap_in_every_place() -> None:
    refused = AccountEntry(id="222222222222", unreadable={"code": "AccessDenied", "permission": "sts:AssumeRole"})
    graph = build(snapshot(VPCS, accounts=(AccountEntry(id=ACCOUNT), refused)), [ec2_vpc, route53])

    missed = {(gap.account, gap.region, gap.operation) for gap in graph.gaps}
    assert ("222222222222", REGION, "ec2:DescribeVpcs") in missed
    assert ("222222222222", "global", "route53:ListHostedZones") in missed
    assert ("222222222222", "global", "ec2:DescribeVpcs") not in missed


def test_the_manifests_word_on_emulation_reaches_the_graph() -> None:
    graph = build(snapshot(VPCS, emulated={"ec2:DescribeVpcs": "made up"}), [ec2_vpc])

    assert graph.emulated == {"ec2:DescribeVpcs": "made up"}
    assert list(graph.nodes(NodeKind.VPC)) == []
    assert "EmulatorCannotShow" in {gap.unknown.code for gap in graph.gaps}


class made:  # noqa: N801  it stands in for a module
    """A service module of these elements."""

    ROWS = (Row("ec2", "DescribeVpcs", "ec2:DescribeVpcs", "a test", Scope.REGIONAL),)

    def __init__(self, *elements: Node | Edge | Gap) -> None:
        self.elements = elements

    def describe(self, facts: Facts) -> Iterator[Node | Edge | Gap]:
        yield from self.elements


def test_services_and_the_internet_become_nodes_and_other_ends_stay_open() -> None:
    ends = ("logs.us-east-1.amazonaws.com", INTERNET, "arn:aws:iam::999999999999:role/gone")
    module = made(*(Edge("role", end, EdgeKind.TRUSTS) for end in ends))
    graph = build(snapshot(), [module])

    assert [graph.node(end).kind for end in ends[:2]] == [NodeKind.SERVICE, NodeKind.INTERNET]
    assert graph.get(ends[2]) is None
    assert len(list(graph.edges(EdgeKind.TRUSTS, target=ends[2]))) == 1


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_call_that_was_never_made_is_unknown_somewhere(module: Any) -> None:
    graph = build(snapshot(), [module])

    told = json.dumps(graph.to_json())
    own = {row.name for row in module.ROWS}
    first = [row for row in module.ROWS if row.parent not in own]
    assert not hasattr(module, "describe") or any(f'"permission": "{row.permission}"' in told for row in first)
    assert {gap.operation for gap in graph.gaps} <= set(rows())


def test_a_changed_record_changes_what_cites_it() -> None:
    other = replace(VPCS, response={"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.9.0.0/16"}]})
    ids = [
        build(snapshot(record), [ec2_vpc]).node(f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1") for record in (VPCS, other)
    ]

    assert ids[0].records != ids[1].records
