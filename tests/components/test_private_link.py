from typing import Any

import pytest

from components.broker_group import ClientPort
from components.client_access import PrivateLinkPlan
from components.footprint import Footprint

THEIRS = "arn:aws:iam::222233334444:root"
BROKERS = ("i-1", "i-2")


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    """The footprint with PrivateLink for one account, of whose brokers two run."""
    link = PrivateLinkPlan((THEIRS,), 9112, 3, BROKERS)
    clients = (ClientPort("sasl-ssl", 9112, ("10.42.0.0/16",)),)
    return declare(lambda: Footprint("e", plan(private_link=link, clients=clients)))


def test_connections_are_accepted_one_by_one_and_asked_for_by_named_principals(declared: Any) -> None:
    (service,) = declared.of("VpcEndpointService")
    assert service["acceptanceRequired"] is True
    assert service["allowedPrincipals"] == [THEIRS]
    assert service["networkLoadBalancerArns"] == ["arn:LoadBalancer/private-link"]


def test_the_load_balancer_is_internal_and_leads_to_brokers_of_every_zone(declared: Any) -> None:
    (balancer,) = declared.of("LoadBalancer")
    assert (balancer["internal"], balancer["loadBalancerType"]) == (True, "network")
    assert balancer["enableCrossZoneLoadBalancing"] is True
    assert len(balancer["subnets"]) == 3


def test_bootstrap_and_each_broker_have_a_port_of_their_own(declared: Any) -> None:
    ports = {one["port"]: one["defaultActions"][0]["targetGroupArn"] for one in declared.of("Listener")}
    assert list(ports) == [9112, 9201, 9202, 9203]
    assert len(set(ports.values())) == 4
    assert {one["port"] for one in declared.of("TargetGroup")} == {9112}


def test_brokers_that_run_are_registered_for_bootstrap_and_each_at_its_own_port(declared: Any) -> None:
    held: dict[str, list[str]] = {}
    for one in declared.of("TargetGroupAttachment"):
        held.setdefault(one["targetGroupArn"].rpartition("-")[2], []).append(one["targetId"])
    assert held == {"bootstrap": ["i-1", "i-2"], "1": ["i-1"], "2": ["i-2"]}


def test_nothing_but_privatelink_gets_into_the_load_balancer_and_it_reaches_brokers_alone(declared: Any) -> None:
    own = "SecurityGroup/groups-client-lb"
    admitted = [rule for rule in declared.of("SecurityGroupIngressRule") if rule["securityGroupId"] == own]
    let_out = [rule for rule in declared.of("SecurityGroupEgressRule") if rule["securityGroupId"] == own]
    brokers = [rule for rule in declared.of("SecurityGroupIngressRule") if rule.get("referencedSecurityGroupId") == own]

    assert admitted == []
    assert declared.of("LoadBalancer")[0]["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    assert [(rule["fromPort"], rule["referencedSecurityGroupId"]) for rule in let_out] == [
        (9112, "SecurityGroup/groups-brokers")
    ]
    assert [(rule["fromPort"], rule["securityGroupId"]) for rule in brokers] == [(9112, "SecurityGroup/groups-brokers")]


def test_named_networks_of_the_clients_are_all_that_its_group_admits(declare: Any, plan: Any) -> None:
    link = PrivateLinkPlan((THEIRS,), 9112, 3, sources=("10.1.0.0/16",))
    declared = declare(lambda: Footprint("e", plan(private_link=link)))
    own = [
        r for r in declared.of("SecurityGroupIngressRule") if r["securityGroupId"] == "SecurityGroup/groups-client-lb"
    ]

    assert declared.of("LoadBalancer")[0]["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "on"
    assert {(rule["fromPort"], rule["toPort"], rule["cidrIpv4"]) for rule in own} == {
        (9112, 9112, "10.1.0.0/16"), (9201, 9203, "10.1.0.0/16"),
    }  # fmt: skip


def test_without_it_there_is_no_load_balancer_for_clients(declare: Any, plan: Any) -> None:
    declared = declare(lambda: Footprint("e", plan()))
    assert not declared.kinds() & {"VpcEndpointService", "LoadBalancer"}
