"""Peering with networks of clients: the connections, the ways there, and the environment's names in those networks.

A peering connection serves its two VPCs only and carries no overlapping addresses (AWS page "VPC peering basics"). Who
gets in the listeners' sources say; what the other side routes back is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.client_access import PeerPlan
    from components.layout import Names


@dataclass(frozen=True)
class PeeringArgs:
    """Our VPC, the private route tables that lead to its peers, and the zone that they are to see."""

    names: Names
    vpc_id: pulumi.Input[str]
    route_table_ids: Sequence[pulumi.Input[str]]
    zone_id: pulumi.Input[str]
    peers: Sequence[PeerPlan]


class Peering(pulumi.ComponentResource):
    """A connection to each peer; one of the own account and region is accepted, and sees the zone, at once."""

    connections: Mapping[str, pulumi.Output[str]]
    """The connections' ids by the peer's VPC."""

    def __init__(self, name: str, args: PeeringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Peering", name, None, opts)
        self._name, self._args = name, args
        self.connections = {peer.vpc: self._connect(peer) for peer in args.peers}
        self.register_outputs({"connections": self.connections})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _connect(self, peer: PeerPlan) -> pulumi.Output[str]:
        own, name = peer.account == self._args.names.account, f"{self._name}-{peer.vpc}"
        here = own and peer.region == self._args.names.region
        connection = aws.ec2.VpcPeeringConnection(
            name,
            vpc_id=self._args.vpc_id,
            peer_vpc_id=peer.vpc,
            peer_owner_id=peer.account,
            peer_region=None if peer.region == self._args.names.region else peer.region,
            auto_accept=True if here else None,
            tags={"Name": f"{self._args.names.policy_name('clients')}-{peer.vpc}"},
            opts=self._child(),
        )
        for place, table in enumerate(self._args.route_table_ids):
            aws.ec2.Route(
                f"{name}-{place}",
                route_table_id=table,
                destination_cidr_block=peer.cidr,
                vpc_peering_connection_id=connection.id,
                opts=self._child(),
            )
        if own:
            aws.route53.ZoneAssociation(
                name, zone_id=self._args.zone_id, vpc_id=peer.vpc, vpc_region=peer.region, opts=self._child()
            )
        return connection.id
