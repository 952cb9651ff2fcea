"""What answers on plain HTTP: the rules of those listeners are asked for, and of no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.collect.walk import collect
from audit.services import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.model.snapshot import Record

ON = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
READ = ("sts:GetCallerIdentity", "ec2:DescribeNetworkInterfaces", "elbv2:DescribeLoadBalancers")
LISTENERS = ("elbv2:DescribeListeners", "elbv2:DescribeRules")


@pytest.fixture
def balanced(client: Callable[..., Any]) -> dict[str, str]:
    """The ARNs of the two listeners of an application load balancer, by protocol."""
    ec2, elbv2 = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet)
    balancer = elbv2.create_load_balancer(Name="door", Subnets=[subnet])["LoadBalancers"][0]["LoadBalancerArn"]
    group = elbv2.create_target_group(Name="console", Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0]
    forward = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}

    def listen(port: int, protocol: str, action: dict[str, Any]) -> str:
        made = elbv2.create_listener(LoadBalancerArn=balancer, Port=port, Protocol=protocol, DefaultActions=[action])
        arn: str = made["Listeners"][0]["ListenerArn"]
        paths = [{"Field": "path-pattern", "Values": ["/admin/*"]}]
        elbv2.create_rule(ListenerArn=arn, Priority=7, Conditions=paths, Actions=[forward])
        return arn

    return {"HTTP": listen(80, "HTTP", ON), "HTTPS": listen(443, "HTTPS", forward)}


def test_the_rules_of_listeners_on_plain_http_are_read_and_no_others(
    balanced: dict[str, str], request_for: Callable[..., Any]
) -> None:
    snapshot = collect(request_for(), rows={name: rows()[name] for name in (*READ, *LISTENERS)})

    asked: list[Record] = [record for record in snapshot.records if record.operation == "DescribeRules"]
    assert [record.params for record in asked] == [{"ListenerArn": balanced["HTTP"]}]
    rules = (asked[0].response or {})["Rules"]
    assert {(rule["Priority"], rule["IsDefault"]) for rule in rules} == {("7", False), ("default", True)}
