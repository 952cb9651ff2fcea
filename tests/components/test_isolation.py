"""Without internet: names of a list, images of the account, one proxy; or nothing at all."""

import json
from typing import Any

import pytest

from components.footprint import Footprint
from components.plan import IsolationPlan

SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f60718"


def footprint(declare: Any, plan: Any, **isolation: Any) -> Any:
    return declare(lambda: Footprint("e", plan(nat="none", public=False, isolation=IsolationPlan(**isolation))))


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    return footprint(declare, plan, domains=("*.example.com",), proxy_service=SERVICE)


def test_names_that_are_not_listed_are_refused_and_the_firewall_fails_closed(declared: Any) -> None:
    rules = {rule["action"]: rule for rule in declared.of("ResolverFirewallRule")}
    listed = {
        f"ResolverFirewallDomainList/{n}": i["domains"] for k, n, i in declared.resources if k.endswith("DomainList")
    }

    assert rules["ALLOW"]["priority"] < rules["BLOCK"]["priority"]
    assert listed[rules["BLOCK"]["firewallDomainListId"]] == ["*"]
    assert {"*.eu-west-1.amazonaws.com", "e.automq.private", "*.e.automq.private", "*.example.com"} <= set(
        listed[rules["ALLOW"]["firewallDomainListId"]]
    )
    assert declared.of("ResolverFirewallConfig")[0]["firewallFailOpen"] == "DISABLED"
    assert declared.of("ResolverFirewallRuleGroupAssociation")[0]["vpcId"] == "Vpc/network"


def test_the_consoles_image_has_a_repository_whose_tags_stay(declared: Any) -> None:
    (repository,) = declared.of("Repository")
    assert repository["name"] == "automq/e/console"
    assert repository["imageTagMutability"] == "IMMUTABLE"


def test_console_and_brokers_leave_by_the_proxy_alone(declared: Any) -> None:
    proxy = declared.one("VpcEndpoint", "proxy")
    out = [rule for rule in declared.of("SecurityGroupEgressRule") if rule["fromPort"] == 3128]

    assert proxy["serviceName"] == SERVICE
    assert {rule["referencedSecurityGroupId"] for rule in out} == {"SecurityGroup/proxy"}
    assert {rule["securityGroupId"] for rule in out} == {"SecurityGroup/groups-brokers", "SecurityGroup/groups-console"}
    assert not any(rule.get("cidrIpv4") == "0.0.0.0/0" for rule in declared.of("SecurityGroupEgressRule"))
    assert not declared.kinds() & {"InternetGateway", "NatGateway", "Eip", "Route"}


def test_the_console_is_told_of_the_proxy(declare: Any, plan: Any) -> None:
    (console,) = footprint(declare, plan, proxy_address="10.0.0.10", proxy_port=8888).of("Instance")
    assert "HTTPS_PROXY=http://10.0.0.10:8888" in console["userData"]
    assert "-Dhttps.proxyHost=10.0.0.10 -Dhttps.proxyPort=8888" in console["userData"]


def test_a_proxy_by_address_is_all_that_the_groups_let_out_to(declare: Any, plan: Any) -> None:
    declared = footprint(declare, plan, proxy_address="10.0.0.10", proxy_port=8888)
    out = [rule for rule in declared.of("SecurityGroupEgressRule") if rule["fromPort"] == 8888]
    assert {rule["cidrIpv4"] for rule in out} == {"10.0.0.10/32"}


def test_without_a_proxy_nothing_but_aws_is_reached(declare: Any, plan: Any) -> None:
    declared = footprint(declare, plan)
    assert "PROXY" not in json.dumps(declared.of("Instance"))
    assert {rule["fromPort"] for rule in declared.of("SecurityGroupEgressRule")} & {3128, 8888} == set()
