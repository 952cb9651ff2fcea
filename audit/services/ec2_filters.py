"""What lets packets through: security groups, network ACLs and the prefix lists that they name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.addresses import everyone
from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import subnet_arn, told_by_owner, vpc_arn
from audit.services.facts import tags
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_GROUPS, _ACLS = "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls"
_LISTS, _ENTRIES = "ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"

ROWS = (
    _ec2("DescribeSecurityGroups", _GROUPS, "which sources and destinations each group lets through"),
    _ec2("DescribeNetworkAcls", _ACLS, "which packets cross each subnet's border"),
    _ec2("DescribeManagedPrefixLists", _LISTS, "which lists of addresses rules and routes may name", **IF_ANY),
    _ec2(
        "GetManagedPrefixListEntries",
        _ENTRIES,
        "the addresses of the account's own lists, and of S3",
        parent=_LISTS,
        each="PrefixLists[?OwnerId!='AWS' || ends_with(PrefixListName, '.s3')].{PrefixListId: PrefixListId}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Security groups, network ACLs with the subnets that use them, and prefix lists."""
    yield from facts.described(_GROUPS, "SecurityGroups", (NodeKind.SECURITY_GROUP,), _group)
    yield from facts.described(_ACLS, "NetworkAcls", (NodeKind.NETWORK_ACL,), _acl)
    yield from facts.described(_LISTS, "PrefixLists", (NodeKind.PREFIX_LIST,), _list)


def _group(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["GroupId"]
    properties = {
        "vpc": item.get("VpcId"),
        "group_name": item.get("GroupName"),
        "ingress": item.get("IpPermissions") or [],
        "ingress_from_others": _from_others(item),
        "ingress_from_everyone": _from_everyone(facts, item, record),
        "egress": item.get("IpPermissionsEgress") or [],
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"security-group/{name}", account=item.get("OwnerId", facts.account))
    yield Node(node_id, NodeKind.SECURITY_GROUP, name, facts.account, facts.region, properties, (record,))
    if item.get("VpcId"):
        yield Edge(vpc_arn(facts, item["VpcId"]), node_id, EdgeKind.CONTAINS, records=(record,))


def _from_everyone(facts: Facts, item: dict[str, Any], record: str) -> Fact:
    """The protocol and ports of rules that admit every address; Unknown where a list that one names was not read."""
    found = []
    for rule in item.get("IpPermissions") or ():
        cidrs = [one["CidrIp"] for one in rule.get("IpRanges") or ()]
        cidrs += [one["CidrIpv6"] for one in rule.get("Ipv6Ranges") or ()]
        for one in rule.get("PrefixListIds") or ():
            entries = _entries(facts, one["PrefixListId"])
            if isinstance(entries, Unknown):
                return entries
            cidrs += entries
        try:
            if everyone(cidrs):
                found.append({key: rule.get(key) for key in ("IpProtocol", "FromPort", "ToPort")})
        except ValueError:
            return Unknown(_GROUPS, "NoAddress", record)
    return found


def _entries(facts: Facts, name: str) -> Any:
    """The addresses of a list; none for AWS's own, which are those of a service."""
    for found in facts.listing(_LISTS, "PrefixLists"):
        if isinstance(found, Gap):
            return found.unknown
        if found[0]["PrefixListId"] == name and found[0].get("OwnerId") == "AWS":
            return []
    entries = facts.value(_ENTRIES, "Entries[].Cidr", {"PrefixListId": name})
    return entries if isinstance(entries, Unknown) else entries or []


_SOURCES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


def _from_others(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The ingress rules without what they admit of the group's own members."""
    found = []
    for rule in item.get("IpPermissions") or ():
        others = [pair for pair in rule.get("UserIdGroupPairs") or () if pair.get("GroupId") != item["GroupId"]]
        left = {**rule, "UserIdGroupPairs": others}
        if any(left.get(kind) for kind in _SOURCES):
            found.append(left)
    return found


def _acl(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, owner = item["NetworkAclId"], item.get("OwnerId", facts.account)
    if told_by_owner(facts, owner):
        return
    subnets = [a["SubnetId"] for a in item.get("Associations") or () if a.get("SubnetId")]
    properties = {
        "vpc": item.get("VpcId"),
        "entries": item.get("Entries") or [],
        "subnets": subnets,
        "is_default": item.get("IsDefault", False),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"network-acl/{name}", account=owner)
    yield Node(node_id, NodeKind.NETWORK_ACL, name, facts.account, facts.region, properties, (record,))
    for subnet in subnets:
        yield Edge(subnet_arn(facts, subnet), node_id, EdgeKind.USES_ACL, records=(record,))


def _list(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, owner = item["PrefixListId"], item.get("OwnerId", facts.account)
    entries = facts.value(_ENTRIES, "Entries[].Cidr", {"PrefixListId": name})
    node_id = item.get("PrefixListArn") or facts.arn("ec2", f"prefix-list/{name}", account=owner.lower())
    properties = {"name": item.get("PrefixListName"), "entries": entries, "owner": owner, "tags": tags(item)}
    yield Node(node_id, NodeKind.PREFIX_LIST, name, facts.account, facts.region, properties, (record,))
