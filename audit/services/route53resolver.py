"""Route 53 Resolver: which DNS queries are logged, and which the DNS Firewall refuses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import VPCS, vpc_arn
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_resolver = partial(Row, "route53resolver")
_LOGS, _JOINED = "route53resolver:ListResolverQueryLogConfigs", "route53resolver:ListResolverQueryLogConfigAssociations"
_FIREWALLS, _RULES = "route53resolver:ListFirewallRuleGroupAssociations", "route53resolver:ListFirewallRules"
_FAILING = "route53resolver:ListFirewallConfigs"

ROWS = (
    _resolver("ListResolverQueryLogConfigs", _LOGS, "where DNS queries are logged", **IF_ANY),
    _resolver(
        "ListResolverQueryLogConfigAssociations",
        _JOINED,
        "which VPCs' DNS queries are logged",
        **if_any(_LOGS, "ResolverQueryLogConfigs"),
    ),
    _resolver("ListFirewallRuleGroupAssociations", _FIREWALLS, "which VPCs' DNS queries are filtered", **IF_ANY),
    _resolver(
        "ListFirewallRules",
        _RULES,
        "what a DNS filter refuses",
        parent=_FIREWALLS,
        each="FirewallRuleGroupAssociations[].{FirewallRuleGroupId: FirewallRuleGroupId}",
    ),
    _resolver(
        "ListFirewallConfigs",
        _FAILING,
        "whether DNS passes when the filter fails",
        **if_any(_FIREWALLS, "FirewallRuleGroupAssociations"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Query log configurations, and each VPC's DNS Firewall as properties of the VPC."""
    yield from facts.described(_LOGS, "ResolverQueryLogConfigs", (NodeKind.QUERY_LOG,), _log)
    vpcs = facts.value(VPCS, "Vpcs[].VpcId")
    for vpc in () if isinstance(vpcs, Unknown) else vpcs or ():
        properties = {"dns_firewall": _rules(facts, vpc), "dns_firewall_fail_open": _fail_open(facts, vpc)}
        records = tuple(record.id for name in (_FIREWALLS, _FAILING) for record in facts.records(name))
        yield Node(vpc_arn(facts, vpc), NodeKind.VPC, vpc, facts.account, facts.region, properties, records)


def _log(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    path = (
        f"ResolverQueryLogConfigAssociations[?ResolverQueryLogConfigId=='{item['Id']}' && Status=='ACTIVE'].ResourceId"
    )
    joined = facts.value(_JOINED, path)
    arn, destination = item["Arn"], item.get("DestinationArn")
    properties = {
        "destination": destination.removesuffix(":*") if destination else None,
        "vpcs": joined if isinstance(joined, Unknown) else joined or [],
        "status": item.get("Status"),
    }
    yield Node(
        arn, NodeKind.QUERY_LOG, item.get("Name") or item["Id"], facts.account, facts.region, properties, (record,)
    )
    if destination:
        yield Edge(arn, _sink(destination), EdgeKind.LOGS_TO, records=(record,))
    for vpc in () if isinstance(joined, Unknown) else joined or ():
        yield Edge(arn, vpc_arn(facts, vpc), EdgeKind.SERVES, records=(record,))


def _sink(destination: str) -> str:
    # A bucket's prefix stands in the destination, the bucket's own ARN ends before it.
    is_bucket = destination.split(":")[2:3] == ["s3"]
    return destination.partition("/")[0] if is_bucket else destination.removesuffix(":*")


def _rules(facts: Facts, vpc: str) -> Any:
    groups = facts.value(_FIREWALLS, f"FirewallRuleGroupAssociations[?VpcId=='{vpc}']")
    if isinstance(groups, Unknown):
        return groups
    found: list[dict[str, Any]] = []
    for group in sorted(groups or (), key=lambda item: item.get("Priority") or 0):
        rules = facts.value(_RULES, "FirewallRules", {"FirewallRuleGroupId": group["FirewallRuleGroupId"]})
        if isinstance(rules, Unknown):
            return rules
        found += [{"group": group["FirewallRuleGroupId"], **rule} for rule in rules or ()]
    return found


def _fail_open(facts: Facts, vpc: str) -> Any:
    mode = facts.value(_FAILING, f"FirewallConfigs[?ResourceId=='{vpc}'].FirewallFailOpen | [0]")
    return mode if isinstance(mode, Unknown) else mode == "ENABLED"
