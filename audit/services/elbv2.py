"""Load balancers, their listeners, target groups and targets: a way in that replaces or keeps the source address."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import vpc_arn
from audit.services.reading import whole
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

BALANCERS, _LISTENERS, _RULES = "elbv2:DescribeLoadBalancers", "elbv2:DescribeListeners", "elbv2:DescribeRules"
_GROUPS, _HEALTH = "elbv2:DescribeTargetGroups", "elbv2:DescribeTargetHealth"
_ATTRIBUTES, _GROUP_ATTRIBUTES = "elbv2:DescribeLoadBalancerAttributes", "elbv2:DescribeTargetGroupAttributes"


def _row(operation: str, why: str, **limits: Any) -> Row:
    return Row("elbv2", operation, f"elasticloadbalancing:{operation}", why, **limits)


_each_balancer = partial(_row, parent=BALANCERS, each="LoadBalancers[].{LoadBalancerArn: LoadBalancerArn}")
_each_group = partial(_row, parent=_GROUPS, each="TargetGroups[].{TargetGroupArn: TargetGroupArn}")

ROWS = (
    _row("DescribeLoadBalancers", "which load balancers there are, and which face the internet", **IF_ANY),
    _each_balancer("DescribeListeners", "on which ports each listens, and what it forwards to"),
    # Whatever a rule of a listener with TLS does, it does with TLS: those calls are saved.
    _row("DescribeRules", "whether what arrives on plain HTTP is sent on to HTTPS",
         parent=_LISTENERS, each="Listeners[?Protocol=='HTTP'].{ListenerArn: ListenerArn}"),
    _each_balancer("DescribeLoadBalancerAttributes", "whether its accesses are logged"),
    _row("DescribeTargetGroups", "which groups of targets there are", **if_any(BALANCERS, "LoadBalancers")),
    _each_group("DescribeTargetHealth", "which instances and addresses are targets"),
    _each_group("DescribeTargetGroupAttributes", "whether targets see the client's address"),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Element]:
    """Load balancers and target groups; a balancer TARGETS its groups, a group its instances."""
    yield from facts.described(BALANCERS, "LoadBalancers", (NodeKind.LOAD_BALANCER,), _balancer)
    yield from facts.described(_GROUPS, "TargetGroups", (NodeKind.TARGET_GROUP,), _group)


def _balancer(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn = item["LoadBalancerArn"]
    key = {"LoadBalancerArn": arn}
    listeners = whole(facts, _LISTENERS, "Listeners", key)
    properties = {
        "scheme": item.get("Scheme"),
        "type": item.get("Type"),
        "vpc": item.get("VpcId"),
        "groups": item.get("SecurityGroups") or [],
        "subnets": [zone["SubnetId"] for zone in item.get("AvailabilityZones") or () if zone.get("SubnetId")],
        "address_type": item.get("IpAddressType"),
        "dns_name": item.get("DNSName"),
        "privatelink_checks_groups": item.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"),
        "listeners": listeners,
        "plain_rules": _plain_rules(facts, listeners),
        "attributes": _attributes(facts.value(_ATTRIBUTES, "Attributes", key)),
    }
    kind = NodeKind.LOAD_BALANCER
    yield Node(arn, kind, item["LoadBalancerName"], facts.account, facts.region, properties, (record,))
    if item.get("VpcId"):
        yield Edge(vpc_arn(facts, item["VpcId"]), arn, EdgeKind.CONTAINS, records=(record,))
    for group in properties["groups"]:
        yield Edge(arn, facts.arn("ec2", f"security-group/{group}"), EdgeKind.USES_GROUP, records=(record,))


def _plain_rules(facts: Facts, listeners: Fact) -> Fact:
    """The rules of all listeners on plain HTTP, each with its listener's port; Unknown when some were not read."""
    if isinstance(listeners, Unknown):
        return listeners
    found: list[dict[str, Any]] = []
    for one in listeners or ():
        if one.get("Protocol") == "HTTP":
            rules = whole(facts, _RULES, "Rules", {"ListenerArn": one.get("ListenerArn")})
            if isinstance(rules, Unknown):
                return rules
            found += [{**rule, "Port": one.get("Port")} for rule in rules or ()]
    return found


def _attributes(pairs: Any) -> Any:
    return pairs if isinstance(pairs, Unknown) else {pair["Key"]: pair.get("Value") for pair in pairs or ()}


def _group(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn = item["TargetGroupArn"]
    key = {"TargetGroupArn": arn}
    targets = facts.value(_HEALTH, "TargetHealthDescriptions[].Target", key)
    properties = {
        "port": item.get("Port"),
        "protocol": item.get("Protocol"),
        "target_type": item.get("TargetType"),
        "address_type": item.get("IpAddressType"),
        "vpc": item.get("VpcId"),
        "load_balancers": item.get("LoadBalancerArns") or [],
        "targets": targets if isinstance(targets, Unknown) else targets or [],
        "attributes": _attributes(facts.value(_GROUP_ATTRIBUTES, "Attributes", key)),
    }
    name = item["TargetGroupName"]
    yield Node(arn, NodeKind.TARGET_GROUP, name, facts.account, facts.region, properties, (record,))
    for balancer in properties["load_balancers"]:
        yield Edge(balancer, arn, EdgeKind.TARGETS, records=(record,))
    for target in () if isinstance(targets, Unknown) else targets or ():
        if str(target.get("Id", "")).startswith("i-"):
            yield Edge(arn, facts.arn("ec2", f"instance/{target['Id']}"), EdgeKind.TARGETS, records=(record,))
