"""Network interfaces: where packets start and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_vpc import subnet_arn
from audit.services.facts import tags
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

INTERFACES = "ec2:DescribeNetworkInterfaces"

IF_ANY: dict[str, Any] = if_any(INTERFACES, "NetworkInterfaces")
"""For rows about what stands on a network interface."""
ROWS = (Row("ec2", "DescribeNetworkInterfaces", INTERFACES, "every interface with its addresses and groups"),)


def describe(facts: Facts) -> Iterator[Element]:
    """Network interfaces, the subnet that holds each, its groups and its instance."""
    kinds = (NodeKind.NETWORK_INTERFACE,)
    yield from facts.described(INTERFACES, "NetworkInterfaces", kinds, _interface)


def _interface(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, attachment = item["NetworkInterfaceId"], item.get("Attachment") or {}
    groups = [group["GroupId"] for group in item.get("Groups") or ()]
    properties = {
        "vpc": item.get("VpcId"),
        "subnet": item.get("SubnetId"),
        "zone": item.get("AvailabilityZone"),
        "owner": item.get("OwnerId", facts.account),
        "groups": groups,
        "private_addresses": _private(item),
        "ipv6_addresses": [a["Ipv6Address"] for a in item.get("Ipv6Addresses") or ()],
        "prefixes": [p["Ipv4Prefix"] for p in item.get("Ipv4Prefixes") or () if p.get("Ipv4Prefix")]
        + [p["Ipv6Prefix"] for p in item.get("Ipv6Prefixes") or () if p.get("Ipv6Prefix")],
        "public_addresses": _public(item),
        "instance": attachment.get("InstanceId"),
        "device_index": attachment.get("DeviceIndex"),
        "interface_type": item.get("InterfaceType", "interface"),
        "requester_managed": item.get("RequesterManaged", False),
        "source_dest_check": item.get("SourceDestCheck", True),
        "description": item.get("Description"),
        "status": item.get("Status"),
        "tags": tags({"Tags": item.get("TagSet")}),
    }
    node_id = facts.arn("ec2", f"network-interface/{name}", account=item.get("OwnerId", facts.account))
    yield Node(node_id, NodeKind.NETWORK_INTERFACE, name, facts.account, facts.region, properties, (record,))
    if item.get("SubnetId"):
        yield Edge(subnet_arn(facts, item["SubnetId"]), node_id, EdgeKind.CONTAINS, records=(record,))
    for group in groups:
        yield Edge(node_id, facts.arn("ec2", f"security-group/{group}"), EdgeKind.USES_GROUP, records=(record,))
    if attachment.get("InstanceId"):
        target = facts.arn("ec2", f"instance/{attachment['InstanceId']}")
        yield Edge(node_id, target, EdgeKind.ATTACHED_TO, records=(record,))


def _private(item: dict[str, Any]) -> list[str]:
    found = [a["PrivateIpAddress"] for a in item.get("PrivateIpAddresses") or () if a.get("PrivateIpAddress")]
    first = [item["PrivateIpAddress"]] if item.get("PrivateIpAddress") else []
    return list(dict.fromkeys(first + found))


def _public(item: dict[str, Any]) -> list[str]:
    # Elastic addresses stand here too, so DescribeAddresses would add none.
    associations = [item.get("Association"), *(a.get("Association") for a in item.get("PrivateIpAddresses") or ())]
    return list(dict.fromkeys(a["PublicIp"] for a in associations if a and a.get("PublicIp")))
