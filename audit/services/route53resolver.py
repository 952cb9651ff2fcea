"""Route 53 Resolver: which DNS queries are logged, which the DNS Firewall refuses, which go to other resolvers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import VPCS, of_owner, vpc_arn
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_resolver = partial(Row, "route53resolver")
_LOGS, _JOINED = "route53resolver:ListResolverQueryLogConfigs", "route53resolver:ListResolverQueryLogConfigAssociations"
_FIREWALLS, _RULES = "route53resolver:ListFirewallRuleGroupAssociations", "route53resolver:ListFirewallRules"
_FAILING = "route53resolver:ListFirewallConfigs"
_FORWARDS, _FORWARDING = "route53resolver:ListResolverRuleAssociations", "route53resolver:ListResolverRules"
_AUTODEFINED = "rslvr-autodefined-"
"""How the ids of the rules begin that a resolver has by itself: for private zones, and for the internet."""

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
    _resolver("ListResolverRuleAssociations", _FORWARDS, "which VPCs have names resolved elsewhere", **IF_ANY),
    _resolver(
        "ListResolverRules",
        _FORWARDING,
        "which names are resolved elsewhere",
        **if_any(_FORWARDS, f"ResolverRuleAssociations[?!starts_with(ResolverRuleId, '{_AUTODEFINED}')]"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Query log configurations, and each VPC's DNS Firewall and forwarding rules as properties of the VPC."""
    yield from facts.described(_LOGS, "ResolverQueryLogConfigs", (NodeKind.QUERY_LOG,), _log)
    vpcs = facts.value(VPCS, "Vpcs[].[VpcId, OwnerId]")
    listed = next((record.id for record in facts.records(VPCS)), "")
    for vpc, said in () if isinstance(vpcs, Unknown) else vpcs or ():
        # Whoever shares a VPC makes what its resolver follows, and a participant's listings do not tell.
        owner = said or facts.account
        properties = {
            "dns_firewall": of_owner(facts, owner, _rules(facts, vpc), listed),
            "dns_firewall_fail_open": of_owner(facts, owner, _fail_open(facts, vpc), listed),
            "dns_forwarding": of_owner(facts, owner, _forwarding(facts, vpc), listed),
        }
        names = (_FIREWALLS, _FAILING, _FORWARDS, _FORWARDING)
        records = tuple(record.id for name in names for record in facts.records(name))
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


def _forwarding(facts: Facts, vpc: str) -> Fact:
    """The rules that were made for a VPC's resolver: each with its domain, and whether it forwards or not (SYSTEM)."""
    joined = facts.value(_FORWARDS, f"ResolverRuleAssociations[?VPCId=='{vpc}' && Status!='FAILED'].ResolverRuleId")
    if isinstance(joined, Unknown):
        return joined
    made = [rule for rule in joined or () if not rule.startswith(_AUTODEFINED)]
    listed = facts.value(_FORWARDING, "ResolverRules") if made else []
    if isinstance(listed, Unknown):
        return listed
    rules = {rule["Id"]: rule for rule in listed or ()}
    unlisted = Unknown(facts.rows[_FORWARDING].permission, NOT_COLLECTED, "")
    return (
        [
            {"rule": rule, "domain": rules[rule].get("DomainName"), "type": rules[rule].get("RuleType", "FORWARD")}
            for rule in made
        ]
        if rules.keys() >= set(made)
        else unlisted
    )
