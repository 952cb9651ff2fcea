from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.graph.build import build
from audit.graph.export import from_json, graph_json
from audit.model.graph import INTERNET
from audit.model.snapshot import Snapshot
from audit.reach.packets import decide
from audit.reach.paths import Reach, arrivals, departures, derive, s3_paths, ways_in

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph

ACCOUNTS = Path(__file__).parents[2] / "accounts"
NAMES = ("network-private-brokers", "network-leaking-nat", "network-unread-routes")


def read(name: str) -> BoundaryGraph:
    return build(Snapshot.read(ACCOUNTS / name))


def test_private_brokers() -> None:
    graph = read("network-private-brokers")
    arriving = [path for path in arrivals(graph, ["sg-brokers"], "tcp", 9112) if path.verdict is Reach.REACHES]

    assert {source for path in arriving for source in path.sources} == {"10.0.1.50/32", "10.0.3.0/24"}
    among = [path for path in arrivals(graph, ["sg-brokers"], "tcp", 9102) if path.verdict is Reach.REACHES]
    assert {path.groups for path in among} == {("sg-brokers",)}
    s3 = s3_paths(graph, ["sg-brokers"])
    assert {(path.verdict, path.target.rpartition("/")[2]) for path in s3} == {(Reach.REACHES, "vpce-s3")}
    assert INTERNET not in {end for edge in derive(graph) for end in (edge.source, edge.target)}


def test_leaking_nat() -> None:
    graph = read("network-leaking-nat")

    s3 = [path for path in s3_paths(graph, ["sg-brokers"]) if path.verdict is not Reach.BLOCKED]
    assert {(path.verdict, path.target, path.reason) for path in s3} == {(Reach.REACHES, INTERNET, "nat_gateway")}
    console = [path for path in arrivals(graph, ["sg-console"], "tcp", 8080) if path.origin == INTERNET]
    assert {path.verdict for path in console} == {Reach.REACHES}
    assert INTERNET not in {path.origin for path in arrivals(graph, ["sg-brokers"], "tcp", 9112)}


def test_unread_routes() -> None:
    graph = read("network-unread-routes")

    paths = arrivals(graph, ["sg-brokers"], "tcp", 9112)
    assert {path.missing for path in paths if path.verdict is Reach.UNKNOWN} == {("ec2:DescribeRouteTables",)}
    assert all(path.verdict is not Reach.REACHES or path.groups for path in paths)
    assert {path.verdict for path in departures(graph, ["sg-brokers"], "tcp")} == {Reach.UNKNOWN}
    assert "globalaccelerator:ListAccelerators" in {gap.operation for gap in ways_in(graph, "vpc-1")[1]}


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_file_gives_the_same_paths(name: str) -> None:
    graph = read(name)
    again = from_json(graph.to_json())

    assert graph_json(again) == graph_json(graph)
    assert arrivals(again, ["sg-brokers"], "tcp", 9112) == arrivals(graph, ["sg-brokers"], "tcp", 9112)


def test_every_toy_account_has_its_line_in_the_readme() -> None:
    readme = (ACCOUNTS / "README.md").read_text("utf-8")

    assert {folder.name for folder in ACCOUNTS.iterdir() if folder.is_dir()} >= set(NAMES)
    assert all(f"`{folder.name}`" in readme for folder in ACCOUNTS.iterdir() if folder.is_dir())


def test_unread_routes_may_lead_to_the_internet() -> None:
    answer = decide(read("network-unread-routes"), "eni-broker-a", "internet", "tcp", 443)

    assert answer.verdict is Reach.UNKNOWN
    assert answer.doubts


def test_the_way_to_s3_names_the_table_and_the_endpoint_and_is_of_the_port_that_is_asked() -> None:
    graph = read("network-private-brokers")
    answer = decide(graph, "eni-broker-a", "s3", "tcp", 443)

    assert answer.path[-2:] == ("rtb-private", "vpce-s3")
    assert decide(graph, "eni-broker-a", "s3", "tcp", 9112).verdict is Reach.BLOCKED


def test_without_a_route_to_the_internet_the_table_is_to_blame() -> None:
    answer = decide(read("network-private-brokers"), "eni-broker-a", "internet", "tcp", 443)

    assert answer.verdict is Reach.BLOCKED
    assert {one.resource.partition("-")[0] for one in answer.blocked_by} <= {"rtb", "sg"}


def test_edges_of_one_vpc_are_those_of_its_interfaces() -> None:
    graph = read("network-peering")
    whole, near = list(derive(graph)), list(derive(graph, "vpc-brokers"))

    assert near
    assert {(e.source, e.target) for e in near} < {(e.source, e.target) for e in whole}
