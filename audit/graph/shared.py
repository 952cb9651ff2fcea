"""What a participant of a shared VPC cannot see of it, as gaps of the owner's account until that was walked too.

After "Responsibilities and permissions for owners and participants" in the VPC guide: gateways, endpoints and flow logs
of subnets are the owner's, and a participant's listings leave them out. What they do tell, of routes and ACLs, stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import BoundaryGraph, Gap, NodeKind
from audit.services.ec2_vpc import VPCS, shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.snapshot import Snapshot

OF_OWNERS = (
    NodeKind.SUBNET, NodeKind.ROUTE_TABLE, NodeKind.NETWORK_ACL, NodeKind.SECURITY_GROUP, NodeKind.INTERNET_GATEWAY,
    NodeKind.NAT_GATEWAY, NodeKind.VPC_ENDPOINT, NodeKind.GATEWAY, NodeKind.ENTRANCE, NodeKind.HOSTED_ZONE,
    NodeKind.QUERY_LOG, NodeKind.FLOW_LOG,
)  # fmt: skip
"""What may be in a shared VPC unseen by its participants."""


def unjoined(graph: BoundaryGraph, snapshot: Snapshot) -> Iterator[Gap]:
    """A gap for each owner and region of the VPCs whose owner was not walked."""
    walked = {(record.account, record.region) for record in snapshot.find(*VPCS.split(":"))}
    told: set[tuple[str, str]] = set()
    for vpc in graph.nodes(NodeKind.VPC):
        owner = str(vpc.properties.get("owner") or vpc.account)
        if (owner, vpc.region) not in walked | told:
            told.add((owner, vpc.region))
            yield Gap(OF_OWNERS, owner, vpc.region, VPCS, shared(owner, vpc.records[0] if vpc.records else ""))
