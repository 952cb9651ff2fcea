"""Transit gateways of an estate: attachments first, then the tables whose routes lead to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from estate import HERE

if TYPE_CHECKING:
    from estate import Estate, Item, Place


@dataclass
class Hub:
    """A transit gateway, told to its owner; each attachment's account is told of it too."""

    estate: Estate
    name: str
    place: Place = HERE
    referencing: str = "disable"
    resources: dict[str, Item] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.estate.homes[self.name] = self.place
        self.estate.say(self.place, "DescribeTransitGateways", self._gateway())

    def _gateway(self) -> Item:
        options = {"SecurityGroupReferencingSupport": self.referencing, "VpnEcmpSupport": "enable"}
        return {"TransitGatewayId": self.name, "OwnerId": self.place[0], "State": "available", "Options": options}

    def attach(self, name: str, vpc: str, *subnets: str, table: str = "", state: str = "available", **more: str) -> Hub:
        """A VPC's attachment; ``more`` are its options."""
        place = self.estate.homes[vpc]
        options = {"SecurityGroupReferencingSupport": "enable", "ApplianceModeSupport": "disable", **more}
        item = {
            "TransitGatewayAttachmentId": name, "TransitGatewayId": self.name, "VpcId": vpc, "VpcOwnerId": place[0],
            "State": state, "SubnetIds": list(subnets), "Options": options,
        }  # fmt: skip
        for where in dict.fromkeys((self.place, (place[0], self.place[1]))):
            self.estate.say(where, "DescribeTransitGatewayVpcAttachments", item)
        if place[0] != self.place[0]:
            self.estate.say(place, "DescribeTransitGateways", self._gateway())
        return self._attached(name, "vpc", vpc, table, state, owner=place[0])

    def _attached(self, name: str, kind: str, resource: str, table: str, state: str, owner: str) -> Hub:
        item: Item = {
            "TransitGatewayAttachmentId": name, "TransitGatewayId": self.name, "TransitGatewayOwnerId": self.place[0],
            "ResourceType": kind, "ResourceId": resource, "ResourceOwnerId": owner, "State": state,
        }  # fmt: skip
        known = {"TransitGatewayAttachmentId": name, "ResourceId": resource, "ResourceType": kind}
        self.resources[name] = known
        if table:
            item["Association"] = {"TransitGatewayRouteTableId": table, "State": "associated"}
            self._detail("GetTransitGatewayRouteTableAssociations", table, "Associations").append(
                {**known, "State": "associated"}
            )
        self.estate.say(self.place, "DescribeTransitGatewayAttachments", item)
        if kind == "vpc" and owner != self.place[0]:
            # Tables are shown to the gateway's owner alone ("Transit gateway sharing considerations").
            shown = {key: value for key, value in item.items() if key != "Association"}
            self.estate.say((owner, self.place[1]), "DescribeTransitGatewayAttachments", shown)
        return self

    def _detail(self, operation: str, table: str, name: str) -> list[Item]:
        found = self.estate.details.setdefault((self.place, operation, table), {name: []})
        listed: list[Item] = found[name]
        return listed

    def vpn(
        self, name: str, connection: str, table: str = "", state: str = "available", *, static: bool = False
    ) -> Hub:
        """A VPN connection that ends at the gateway."""
        connect(self.estate, connection, self.name, static=static)
        return self._attached(name, "vpn", connection, table, state, owner=self.place[0])

    def direct_connect(self, name: str, gateway: str, table: str = "") -> Hub:
        """A Direct Connect gateway."""
        return self._attached(name, "direct-connect-gateway", gateway, table, "available", owner=self.place[0])

    def peer(self, name: str, other: Hub, tables: tuple[str, str] = ("", ""), state: str = "available") -> Hub:
        """A peering attachment, of one id on both sides; each side associates it with a table of its own."""
        sides = [
            {"TransitGatewayId": hub.name, "OwnerId": hub.place[0], "Region": hub.place[1]} for hub in (self, other)
        ]
        item = {
            "TransitGatewayAttachmentId": name, "RequesterTgwInfo": sides[0], "AccepterTgwInfo": sides[1],
            "State": state, "Status": {"Code": state},
        }  # fmt: skip
        for place in dict.fromkeys((self.place, other.place)):
            self.estate.say(place, "DescribeTransitGatewayPeeringAttachments", item)
        self._attached(name, "peering", other.name, tables[0], state, owner=other.place[0])
        other._attached(name, "peering", self.name, tables[1], state, owner=self.place[0])
        return self

    def table(
        self, name: str, *routes: tuple[str, str] | tuple[str, str, str], propagating: tuple[str, ...] = ()
    ) -> Hub:
        """A route table; a route is a CIDR, an attachment's id or ``blackhole``, and static or propagated."""
        item = {"TransitGatewayRouteTableId": name, "TransitGatewayId": self.name, "State": "available"}
        self.estate.say(self.place, "DescribeTransitGatewayRouteTables", item)
        self._detail("SearchTransitGatewayRoutes", name, "Routes").extend(self._route(*one) for one in routes)
        self._detail("GetTransitGatewayRouteTableAssociations", name, "Associations")
        self._detail("GetTransitGatewayRouteTablePropagations", name, "TransitGatewayRouteTablePropagations").extend(
            {**self.resources[one], "State": "enabled"} for one in propagating
        )
        return self

    def _route(self, cidr: str, target: str, kind: str = "static") -> Item:
        if target == "blackhole":
            return {"DestinationCidrBlock": cidr, "Type": kind, "State": "blackhole"}
        known = [self.resources[target]]
        return {"DestinationCidrBlock": cidr, "TransitGatewayAttachments": known, "Type": kind, "State": "active"}


def connect(estate: Estate, name: str, gateway: str, *routes: str, static: bool = False, **more: Any) -> Estate:
    """A VPN connection of a virtual private gateway or transit gateway to other premises."""
    field = "TransitGatewayId" if gateway.startswith("tgw-") else "VpnGatewayId"
    item = {
        "VpnConnectionId": name, "State": "available", "Type": "ipsec.1", "CustomerGatewayId": f"cgw-of-{name}",
        field: gateway, "Options": {"StaticRoutesOnly": static},
        "Routes": [{"DestinationCidrBlock": cidr, "State": "available", "Source": "Static"} for cidr in routes],
        "VgwTelemetry": [{"OutsideIpAddress": "203.0.113.10", "Status": "UP"}], **more,
    }  # fmt: skip
    return estate.say(estate.homes[gateway], "DescribeVpnConnections", item)
