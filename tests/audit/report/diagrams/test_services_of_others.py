"""PrivateLink in the pictures: who comes in by it, what leads out by it, and what stands between."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.contract import PrivateLink, Proxy
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.report.diagrams.diagram import Standing
from audit.report.diagrams.views import boundary, data_flow, network

if TYPE_CHECKING:
    from conftest import Sample

    from audit.report.diagrams.diagram import Diagram, Flow

ACCOUNT, CLIENT = "111111111111", "222222222222"


def ec2(resource: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:ec2:us-east-1:{account}:{resource}"


GROUP, VPC, DOOR = ec2("security-group/sg-broker"), ec2("vpc/vpc-1"), ec2("security-group/sg-door")
BALANCER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/net/clients/1"
SERVICE, CONSUMER = ec2("vpc-endpoint-service/vpce-svc-1"), ec2("vpc-endpoint/vpce-theirs", CLIENT)
PROXY = ec2("vpc-endpoint/vpce-proxy")


def made(node_id: str, kind: NodeKind, account: str = ACCOUNT, **facts: Any) -> Node:
    return Node(node_id, kind, node_id.rpartition("/")[2], account, "us-east-1", facts, ("b" * 64,))


def reaches(source: str, target: str, port: int, reason: str = "open") -> Edge:
    said = {"protocol": "tcp", "ports": [[port, port]], "verdict": "reaches", "reason": reason}
    return Edge(source, target, EdgeKind.REACHES, said, ("f" * 64,))


def linked(sample: Sample, *more: Node | Edge, group: str | None = "sg-door") -> Sample:
    link = PrivateLink(service="vpce-svc-1", load_balancer=BALANCER, principals=(f"arn:aws:iam::{CLIENT}:root",),
                       port=9112, broker_ports=(9201, 9202))  # fmt: skip
    held = sample.contract.network
    assert held is not None
    groups = {**held.security_groups, **({"client-load-balancer": group} if group else {})}
    contract = sample.contract.model_copy(
        update={"network": held.model_copy(update={"private_link": link, "security_groups": groups})}
    )
    there = sample.having(
        made(BALANCER, NodeKind.LOAD_BALANCER, groups=["sg-door"], vpc=VPC, privatelink_checks_groups="off"),
        made(SERVICE, NodeKind.ENTRANCE, service="com.amazonaws.vpce.us-east-1.vpce-svc-1"),
        made(DOOR, NodeKind.SECURITY_GROUP, vpc=VPC, ingress=[], egress=[]),
        Edge(SERVICE, BALANCER, EdgeKind.TARGETS, {}, ("f" * 64,)),
        *more,
    )
    return replace(there, contract=contract)


def consumer() -> tuple[Node | Edge, ...]:
    endpoint = made(CONSUMER, NodeKind.VPC_ENDPOINT, CLIENT, type="Interface")
    return endpoint, reaches(CONSUMER, GROUP, 9112, "through_privatelink")


def flow(diagram: Diagram, start: str) -> Flow:
    return next(one for one in diagram.flows if one.hops[0] == start)


@pytest.mark.parametrize("view", [boundary, data_flow])
def test_clients_by_privatelink_cross_the_boundary_through_their_load_balancer(sample: Sample, view: Any) -> None:
    diagram = view.draw(linked(sample, *consumer()).boundary)
    found = flow(diagram, "linked_clients")
    assert found.hops == ("linked_clients", "client_balancer", "brokers")
    assert (found.label, found.standing) == ("SASL_SSL 9112 (TLS)", Standing.SHOWN)
    assert "each by itself at 9201, 9202" in found.detail
    assert diagram.crosses(found)
    assert f"account {CLIENT}" in diagram.box("linked_clients").lines
    assert diagram.inside("client_balancer")


def test_a_service_that_nobody_uses_yet_is_declared_with_who_may(sample: Sample) -> None:
    diagram = data_flow.draw(linked(sample).boundary)
    assert flow(diagram, "linked_clients").standing is Standing.DECLARED
    assert f"none yet; account {CLIENT} may" in diagram.box("linked_clients").lines


def test_clients_by_a_service_that_nobody_declared_are_drawn_as_well(sample: Sample) -> None:
    diagram = data_flow.draw(sample.having(*consumer()).boundary)
    found = flow(diagram, "linked_clients")
    assert (found.hops, found.label) == (("linked_clients", "brokers"), "not declared")
    assert not any(one.hops[0] == "linked_clients" for one in data_flow.draw(sample.boundary).flows)


def test_the_network_leads_privatelink_by_the_load_balancers_group_and_says_that_it_passes(sample: Sample) -> None:
    diagram = network.draw(linked(sample, *consumer()).boundary)
    found = next(one for one in diagram.flows if one.label.endswith("through PrivateLink"))
    assert [diagram.box(hop).about[:1] for hop in found.hops[1:]] == [(DOOR,), (GROUP,)]
    assert "PrivateLink passes unchecked" in diagram.box(found.hops[1]).lines
    assert "PrivateLink passes unchecked" not in diagram.box(found.hops[2]).lines


def behind_proxy(sample: Sample, *rules: dict[str, Any], endpoint: bool = True) -> Sample:
    held = sample.contract.network
    assert held is not None
    proxy = Proxy(endpoint="vpce-proxy", port=3128) if endpoint else Proxy(cidr="10.9.0.7/32", port=3128)
    groups = {**held.security_groups, "proxy-group": "sg-door"}
    contract = sample.contract.model_copy(
        update={"network": held.model_copy(update={"proxy": proxy, "security_groups": groups})}
    )
    service = "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b"
    there = sample.having(
        made(PROXY, NodeKind.VPC_ENDPOINT, type="Interface", service=service, vpc=VPC),
        made(DOOR, NodeKind.SECURITY_GROUP, vpc=VPC, ingress=[], egress=[]),
        made(ec2("security-group/sg-console"), NodeKind.SECURITY_GROUP, vpc=VPC, ingress=[], egress=list(rules)),
        reaches(VPC, DOOR, 3128),
    )
    return replace(there, contract=contract)


OUT = {"IpProtocol": "tcp", "FromPort": 3128, "ToPort": 3128, "UserIdGroupPairs": [{"GroupId": "sg-door"}]}


@pytest.mark.parametrize("view", [boundary, data_flow])
def test_the_proxy_stands_outside_and_only_those_whose_rules_let_them_go_there(sample: Sample, view: Any) -> None:
    diagram = view.draw(behind_proxy(sample, OUT).boundary)
    (found,) = [one for one in diagram.flows if one.hops[-1] == "proxy"]
    assert found.hops == ("console", "proxy_endpoint", "proxy")
    assert (found.label, found.standing) == ("proxy: tcp 3128", Standing.SHOWN)
    assert diagram.crosses(found)
    assert diagram.box("proxy").lines == ("HTTPS proxy", "the only way out")
    assert diagram.box("proxy_endpoint").lines == ("Endpoint of the proxy", "vpce-svc-0a1b")
    assert "vpce-svc" not in " ".join(diagram.box("endpoints").lines)
    assert not [one for one in view.draw(behind_proxy(sample).boundary).flows if one.hops[-1] == "proxy"]


def test_a_proxy_at_an_address_to_which_no_path_leads_is_declared_alone(sample: Sample) -> None:
    diagram = data_flow.draw(behind_proxy(sample, OUT, endpoint=False).boundary)
    (found,) = [one for one in diagram.flows if one.hops[-1] == "proxy"]
    assert (found.hops, found.standing) == (("console", "proxy"), Standing.DECLARED)
    assert "10.9.0.7/32" in diagram.box("proxy").lines
