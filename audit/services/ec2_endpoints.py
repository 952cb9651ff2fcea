"""VPC endpoints: the private ways from a VPC to AWS services and to other accounts' services."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import subnet_arn, vpc_arn
from audit.services.elbv2 import BALANCERS
from audit.services.facts import tags
from audit.services.reading import then, whole
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_ENDPOINTS, _SERVICES = "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcEndpointServiceConfigurations"
_ALLOWED, _CONNECTIONS = "ec2:DescribeVpcEndpointServicePermissions", "ec2:DescribeVpcEndpointConnections"

ROWS = (
    _ec2("DescribeVpcEndpoints", _ENDPOINTS, "which services are reached privately, and under which policy", **IF_ANY),
    _ec2(
        "DescribeVpcEndpointServiceConfigurations",
        _SERVICES,
        "which load balancers other accounts may enter by",
        **if_any(BALANCERS, "LoadBalancers[?Type!='application']"),
    ),
    _ec2(
        "DescribeVpcEndpointServicePermissions",
        _ALLOWED,
        "which principals may make an endpoint to such a load balancer",
        parent=_SERVICES,
        each="ServiceConfigurations[].{ServiceId: ServiceId}",
    ),
    _ec2(
        "DescribeVpcEndpointConnections",
        _CONNECTIONS,
        "which accounts have such an endpoint, and whether it was accepted",
        **if_any(_SERVICES, "ServiceConfigurations"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Endpoints with what they serve, and the endpoint services of the account as entrances."""
    yield from facts.described(_ENDPOINTS, "VpcEndpoints", (NodeKind.VPC_ENDPOINT,), _endpoint)
    yield from facts.described(_SERVICES, "ServiceConfigurations", (NodeKind.ENTRANCE,), _service)


def _endpoint(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, subnets = item["VpcEndpointId"], item.get("SubnetIds") or []
    groups = [group["GroupId"] for group in item.get("Groups") or ()]
    properties = {
        "type": item.get("VpcEndpointType", "Gateway"),
        "service": item.get("ServiceName"),
        "policy": _document(item.get("PolicyDocument")),
        "vpc": item.get("VpcId"),
        "subnets": subnets,
        "groups": groups,
        "route_tables": item.get("RouteTableIds") or [],
        "interfaces": item.get("NetworkInterfaceIds") or [],
        "private_dns": item.get("PrivateDnsEnabled", False),
        "dns_options": item.get("DnsOptions"),
        "dns_names": [entry["DnsName"] for entry in item.get("DnsEntries") or () if entry.get("DnsName")],
        "service_region": item.get("ServiceRegion"),
        "owner": item.get("OwnerId", facts.account),
        "requester_managed": item.get("RequesterManaged", False),
        "state": item.get("State"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"vpc-endpoint/{name}", account=item.get("OwnerId"))
    yield Node(node_id, NodeKind.VPC_ENDPOINT, name, facts.account, facts.region, properties, (record,))
    if item.get("VpcId"):
        yield Edge(node_id, vpc_arn(facts, item["VpcId"]), EdgeKind.SERVES, records=(record,))
    for subnet in subnets:
        yield Edge(node_id, subnet_arn(facts, subnet), EdgeKind.SERVES, records=(record,))
    for group in groups:
        yield Edge(node_id, facts.arn("ec2", f"security-group/{group}"), EdgeKind.USES_GROUP, records=(record,))


def _document(text: Any) -> Any:
    # A redacted text stays as it stands, so that whoever judges it finds no statements and says so.
    return json.loads(text) if isinstance(text, str) and text else text or None


def _service(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    balancers = [*(item.get("NetworkLoadBalancerArns") or ()), *(item.get("GatewayLoadBalancerArns") or ())]
    name = item["ServiceId"]
    properties = {
        "type": "endpoint_service",
        "vpc": None,
        "targets": balancers,
        "service": item.get("ServiceName"),
        "private_dns_name": item.get("PrivateDnsName"),
        "private_dns_state": (item.get("PrivateDnsNameConfiguration") or {}).get("State"),
        "acceptance_required": item.get("AcceptanceRequired"),
        "allowed": whole(facts, _ALLOWED, "AllowedPrincipals[].Principal", {"ServiceId": name}),
        "connections": _connections(facts, name),
        "state": item.get("ServiceState"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"vpc-endpoint-service/{name}")
    yield Node(node_id, NodeKind.ENTRANCE, name, facts.account, facts.region, properties, (record,))
    for balancer in balancers:
        yield Edge(node_id, balancer, EdgeKind.TARGETS, records=(record,))


def _connections(facts: Facts, service: str) -> Fact:
    found = whole(facts, _CONNECTIONS, f"VpcEndpointConnections[?ServiceId=='{service}']")
    return then(
        found,
        lambda items: [
            {
                "endpoint": item.get("VpcEndpointId"),
                "owner": item.get("VpcEndpointOwner"),
                "state": item.get("VpcEndpointState"),
            }
            for item in items
        ],
    )
