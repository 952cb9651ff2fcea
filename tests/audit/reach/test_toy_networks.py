"""What must come out of each toy network under tests/accounts; its README says the same in words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.graph.build import build
from audit.graph.export import from_json
from audit.model.graph import NodeKind
from audit.model.snapshot import Snapshot
from audit.reach.packets import decide

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph
    from audit.reach.packets import Answer

ACCOUNTS = Path(__file__).parents[2] / "accounts"
CLIENTS, REPLICAS, HTTPS = 9112, 9102, 443


@cache
def read(name: str) -> BoundaryGraph:
    return build(Snapshot.read(ACCOUNTS / f"network-{name}"))


def ask(network: str, start: str, end: str, port: int = CLIENTS) -> Answer:
    return decide(read(network), start, end, "tcp", port)


REACHES = [
    ("peering", "eni-clients", "eni-broker", CLIENTS, ["rtb-clients", "pcx-clients"], ["10.1.0.10/32"]),
    ("peering", "eni-clients", "i-broker", CLIENTS, ["rtb-clients", "pcx-clients"], ["10.1.0.10/32"]),
    ("transit-tables", "eni-clients", "eni-broker-a", CLIENTS, ["tgw-attach-clients", "tgw-1", "tgw-rtb-spokes", "tgw-attach-brokers"], ["10.1.0.10/32"]),
    ("transit-tables", "eni-guests", "eni-broker-a", REPLICAS, ["tgw-rtb-spokes", "tgw-attach-brokers"], ["10.2.0.10/32"]),
    ("transit-tables", "eni-far", "eni-broker-a", REPLICAS, ["tgw-attach-far", "tgw-rtb-far", "tgw-attach-peer", "tgw-rtb-shared", "tgw-attach-brokers"], ["10.4.0.10/32"]),
    ("central-egress", "eni-spoke", "internet", HTTPS, ["tgw-rtb-spokes", "rtb-attach", "nat-egress", "rtb-nat", "igw-egress"], ["10.1.0.10/32"]),
    ("central-egress", "eni-spoke", "s3", HTTPS, ["nat-egress", "igw-egress"], ["10.1.0.10/32"]),
    ("premises", "192.168.1.1", "eni-broker-a", CLIENTS, ["vgw-1"], ["192.168.1.1/32"]),
    ("premises", "172.16.1.1", "eni-broker-a", CLIENTS, ["tgw-attach-dx", "tgw-rtb-1", "tgw-attach-brokers"], ["172.16.1.1/32"]),
    ("premises", "eni-broker-a", "192.168.1.1", CLIENTS, ["rtb-open", "vgw-1"], ["10.0.0.10/32"]),
    ("premises", "eni-broker-a", "172.16.1.1", CLIENTS, ["rtb-open", "tgw-rtb-1", "tgw-attach-dx"], ["10.0.0.10/32"]),
    ("premises", "eni-broker-a", "eni-broker-c", REPLICAS, ["rtb-open"], ["10.0.0.10/32"]),
    ("blocked-public-access", "internet", "eni-open", HTTPS, ["igw-open"], None),
    ("blocked-public-access", "eni-open", "internet", HTTPS, ["igw-open"], ["10.0.0.10/32"]),
    ("blocked-public-access", "eni-outward", "internet", HTTPS, ["igw-outward"], ["10.1.0.10/32"]),
    ("private-names", "eni-client", "eni-broker", CLIENTS, ["rtb-clients", "pcx-1"], ["10.1.0.10/32"]),
    ("bad-input", "eni-one", "eni-two", REPLICAS, ["rtb-brokers"], ["10.0.0.11/32"]),
    ("bad-input", "eni-two", "eni-one", REPLICAS, ["rtb-brokers"], ["10.0.1.12/32"]),
    ("bad-input", "eni-client", "eni-many", CLIENTS, ["rtb-brokers"], ["10.0.0.10/32"]),
    ("balancers", "eni-client", "eni-front-kept-doors", 9092, ["rtb-brokers"], ["10.0.2.10/32"]),
    ("balancers", "internet", "eni-front-console-doors", HTTPS, ["igw-1"], ["203.0.113.0/24"]),
    ("private-link", "eni-client", "eni-vpce-clients", 9092, [], ["10.0.0.30/32"]),
]  # fmt: skip

BLOCKED = [
    ("peering", "eni-broker", "eni-clients", CLIENTS, {"sg-clients": "no_matching_rule"}),
    ("peering", "eni-reports", "eni-broker", CLIENTS, {"rtb-brokers": "no_route"}),
    ("peering", "eni-remote", "eni-broker", CLIENTS, {"pcx-remote": "not_transitive", "rtb-brokers": "no_route"}),
    ("peering", "eni-late", "eni-broker", CLIENTS, {"pcx-late": "peering_not_active"}),
    ("transit-tables", "eni-guests", "eni-broker-a", CLIENTS, {"sg-brokers": "no_matching_rule"}),
    ("transit-tables", "eni-clients", "eni-broker-b", CLIENTS, {"tgw-rtb-spokes": "blackhole"}),
    ("transit-tables", "eni-guests", "eni-clients", CLIENTS, {"tgw-rtb-spokes": "no_route", "sg-clients": "no_matching_rule"}),
    ("transit-tables", "eni-guests-b", "eni-broker-a", REPLICAS, {"tgw-attach-guests": "no_attachment_in_zone"}),
    ("transit-tables", "eni-clients", "eni-far", CLIENTS, {"tgw-rtb-spokes": "no_route", "tgw-rtb-far": "no_route", "sg-far": "no_matching_rule"}),
    ("central-egress", "eni-lost", "internet", HTTPS, {"tgw-rtb-egress": "no_route"}),
    ("central-egress", "internet", "eni-spoke", HTTPS, {"eni-spoke": "no_public_address", "rtb-attach": "leads_elsewhere"}),
    ("premises", "192.168.1.1", "eni-broker-b", CLIENTS, {"rtb-closed": "no_route"}),
    ("premises", "192.168.1.1", "eni-broker-a", REPLICAS, {"sg-brokers": "no_matching_rule"}),
    ("premises", "eni-broker-b", "192.168.1.1", CLIENTS, {"rtb-closed": "no_route"}),
    ("blocked-public-access", "internet", "eni-outward", HTTPS, {"vpc-outward": "vpc_block_public_access"}),
    ("blocked-public-access", "internet", "eni-shut", HTTPS, {"vpc-shut": "vpc_block_public_access"}),
    ("blocked-public-access", "eni-shut", "internet", HTTPS, {"vpc-shut": "vpc_block_public_access"}),
    ("inspected", "eni-client", "eni-broker", REPLICAS, {"sg-brokers": "no_matching_rule"}),
    ("bad-input", "eni-client", "10.1.0.9", HTTPS, {"rtb-brokers": "blackhole"}),
    ("bad-input", "eni-client", "10.2.0.9", HTTPS, {"tgw-gone": "not_attached"}),
    ("bad-input", "eni-client", "10.3.0.9", HTTPS, {"nat-deleted": "nat_gateway_gone"}),
    ("bad-input", "eni-client", "internet", HTTPS, {"igw-gone": "internet_gateway_gone"}),
    ("bad-input", "eni-client", "eni-six", CLIENTS, {"sg-six": "no_matching_rule"}),
    ("bad-input", "eni-client", "eni-foreign", CLIENTS, {"sg-foreign-only": "no_matching_rule"}),
    ("bad-input", "eni-client", "eni-twin", CLIENTS, {"rtb-brokers": "leads_elsewhere", "rtb-twin": "leads_elsewhere"}),
    ("bad-input", "eni-twin", "eni-many", CLIENTS, {"rtb-brokers": "leads_elsewhere"}),
    ("private-link", "eni-client", "eni-broker", CLIENTS, {"rtb-clients": "leads_elsewhere", "sg-brokers": "no_matching_rule", "rtb-brokers": "leads_elsewhere"}),
]  # fmt: skip

UNKNOWN = [
    ("inspected", "eni-client", "eni-broker", CLIENTS, "vpce-firewall"),
    ("inspected", "eni-client", "internet", HTTPS, "vpce-firewall"),
    ("inspected", "eni-broker", "internet", HTTPS, "eni-appliance"),
    ("bad-input", "eni-client", "eni-bare", CLIENTS, "eni-bare"),
    ("bad-input", "eni-dark", "eni-many", CLIENTS, "subnet-dark-a"),
]


@pytest.mark.parametrize(("network", "start", "end", "port", "path", "sources"), REACHES)
def test_reaches(network: str, start: str, end: str, port: int, path: list[str], sources: list[str] | None) -> None:
    answer = ask(network, start, end, port)

    assert answer.verdict == "reaches", answer
    assert [step for step in answer.path if step in path] == path
    assert sources is None or list(answer.sources) == sources


@pytest.mark.parametrize(("network", "start", "end", "port", "blockers"), BLOCKED)
def test_blocked(network: str, start: str, end: str, port: int, blockers: dict[str, str]) -> None:
    answer = ask(network, start, end, port)

    assert answer.verdict == "blocked", answer
    assert {one.resource: one.reason for one in answer.blocked_by} == blockers
    assert all(one.remedy for one in answer.blocked_by)


@pytest.mark.parametrize(("network", "start", "end", "port", "doubted"), UNKNOWN)
def test_unknown(network: str, start: str, end: str, port: int, doubted: str) -> None:
    answer = ask(network, start, end, port)

    assert answer.verdict == "unknown", answer
    assert doubted in {doubt.node.rpartition("/")[2] for doubt in answer.doubts}


def test_unread_tables_name_the_permission_that_would_settle_it() -> None:
    answer = ask("bad-input", "eni-dark", "eni-many")
    assert {doubt.unread.permission for doubt in answer.doubts if doubt.unread} == {"ec2:DescribeRouteTables"}


def test_private_names_resolve_where_their_zones_say() -> None:
    zones = {
        zone.properties["zone_name"]: zone.properties for zone in read("private-names").nodes(NodeKind.HOSTED_ZONE)
    }

    assert {name: facts["vpcs"] for name, facts in zones.items()} == {
        "kafka.internal.": ["vpc-brokers"],
        "kafka.shared.": ["vpc-brokers", "vpc-clients"],
    }
    assert [one["values"] for one in zones["kafka.shared."]["records"]] == [["10.0.0.10"]]


@pytest.mark.parametrize("name", sorted(path.name for path in ACCOUNTS.glob("network-*")))
def test_the_graph_file_gives_the_same_answers(name: str) -> None:
    graph = build(Snapshot.read(ACCOUNTS / name))
    again = from_json(graph.to_json())
    names = [node.name for node in graph.nodes(NodeKind.NETWORK_INTERFACE)]

    for start in names[:4]:
        assert decide(again, start, names[-1], "tcp", CLIENTS) == decide(graph, start, names[-1], "tcp", CLIENTS)
