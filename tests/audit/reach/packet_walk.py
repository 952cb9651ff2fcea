"""One packet walked hop by hop through EC2's answers: filters and gateways, as the documentation tells them.

Sources: the VPC guide ("Route tables", "How route priority works", "Network ACLs", "Block public access to VPCs and
subnets"), the peering guide ("VPC peering limitations"), the transit gateway guide ("How transit gateways work",
"Network ACLs for transit gateways", "Amazon VPC attachments").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from packet_ways import EPHEMERAL
from raw_answers import GONE, length, public, six, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packet_ways import Way
    from raw_answers import Answers, Item

MOST_HOPS = 60
_PROPAGATED = "EnableVgwRoutePropagation"
_NUMBERS = {"tcp": "6", "udp": "17"}
_TARGETS = (
    "GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId",
    "NetworkInterfaceId", "InstanceId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn",
)  # fmt: skip
# Of routes with one destination in a transit gateway's table ("How transit gateways work", route evaluation order).
_PREFERRED = ("vpc", "direct-connect-gateway", "connect", "vpn")


@dataclass
class Walk:
    """The walks through one snapshot's networks."""

    told: Answers
    ports: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        entries = [entry for acl in self.told.acls.values() for entry in acl["Entries"]]
        limits = [entry["PortRange"] for entry in entries if "PortRange" in entry]
        edges = {0, 1023, 1024, 65535} | {p for limit in limits for p in (limit["From"], limit["To"], limit["To"] + 1)}
        # One port of each range that any ACL can tell apart.
        self.ports = tuple(sorted(port for port in edges if port <= 65535))

    # Filters

    def acl(self, way: Way, subnet: str, *, out: bool) -> Way:
        """Past a subnet's ACL: by number, first match, on the far address and the packet's destination port."""
        acl = self.told.acl_of(subnet)
        far = way.destination if out else way.source
        passing = tuple(port for port in way.ports if self._passes(acl, far, way.protocol, port, out=out))
        way = way.passing(acl["NetworkAclId"])
        high = (port for port in self.ports if port >= EPHEMERAL)
        if way.answers and not any(self._passes(acl, far, way.protocol, port, out=out) for port in high):
            way = replace(way, lowered=way.lowered | {acl["NetworkAclId"]})
        if passing == way.ports:
            return way
        thinned = way.thinned | {acl["NetworkAclId"]}
        if way.answers and max(passing, default=0) < EPHEMERAL:
            way = replace(way, lowered=way.lowered | thinned)
        if not passing:
            # Answers may be stopped by several ACLs together: each of them is named.
            return replace(way.blocked(*thinned), thinned=thinned)
        return replace(way, ports=passing, thinned=thinned)

    def _passes(self, acl: Item, far: str, protocol: str, port: int, *, out: bool) -> bool:
        for entry in sorted(acl["Entries"], key=lambda one: int(one["RuleNumber"])):
            cidr = entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")
            if entry["Egress"] != out or entry["Protocol"] not in ("-1", _NUMBERS[protocol]) or not within(far, cidr):
                continue
            limits = entry.get("PortRange", {"From": 0, "To": 65535})
            if entry["Protocol"] == "-1" or limits["From"] <= port <= limits["To"]:
                return bool(entry["RuleAction"] == "allow")
        return False

    def groups(self, way: Way, near: Item, far: Item | None, address: str, *, out: bool) -> Way:
        """Past an interface's security groups; ``far`` is the interface at the other end, when there is one."""
        names = [group["GroupId"] for group in near.get("Groups") or ()]
        if not names:
            return replace(way, doubts=way.doubts | {near["NetworkInterfaceId"]})
        way = way.passing(*names)
        fields = "IpPermissionsEgress" if out else "IpPermissions"
        for rule in chain.from_iterable(self.told.groups[name][fields] for name in names):
            if self._covers(rule, way) and self._names(way, rule, (near, far), address, out=out):
                return way
        return way.blocked(*names)

    def _covers(self, rule: Item, way: Way) -> bool:
        if rule["IpProtocol"] == "-1":
            return True
        if rule["IpProtocol"] not in (way.protocol, _NUMBERS[way.protocol]):
            return False
        return rule.get("FromPort") is None or bool(rule["FromPort"] <= way.ports[0] <= rule["ToPort"])

    def _names(self, way: Way, rule: Item, ends: tuple[Item, Item | None], address: str, *, out: bool) -> bool:
        near, far = ends
        if any(within(address, one["CidrIp"]) for one in rule.get("IpRanges") or ()):
            return True
        if any(within(address, one["CidrIpv6"]) for one in rule.get("Ipv6Ranges") or ()):
            return True
        if any(self.told.holds(one["PrefixListId"], address) is not None for one in rule.get("PrefixListIds") or ()):
            return True
        named = {pair["GroupId"] for pair in rule.get("UserIdGroupPairs") or ()}
        carried = {group["GroupId"] for group in (far or {}).get("Groups") or ()}
        return far is not None and bool(named & carried) and self._referable(way, near, far, out=out)

    def _referable(self, way: Way, near: Item, far: Item, *, out: bool) -> bool:
        """Whether a reference to the far end's group counts on this way."""
        gateways = [hop for hop in way.hops if hop.partition("-")[0] in {"pcx", "tgw", "nat", "igw", "vgw"}]
        if not gateways:
            return bool(near["VpcId"] == far["VpcId"])
        kinds = {hop.partition("-")[0] for hop in gateways}
        if kinds == {"pcx"}:
            vpcs = self.told.vpcs[near["VpcId"]], self.told.vpcs[far["VpcId"]]
            return len(gateways) == 1 and vpcs[0]["region"] == vpcs[1]["region"]
        if kinds != {"tgw"} or out:
            return False
        hubs = [hop for hop in gateways if hop in self.told.hubs]
        used = [hop for hop in gateways if hop.startswith("tgw-attach-")]
        options = [self.told.hubs[hub].get("Options") for hub in hubs]
        options += [self.told.options.get(one, {}).get("Options") for one in used]
        return len({*hubs}) == 1 and all(
            (one or {}).get("SecurityGroupReferencingSupport") == "enable" for one in options
        )

    # Hops

    def leave(self, way: Way, subnet: str) -> Iterator[Way]:
        """From a machine, a NAT gateway or an attachment in a subnet, by the subnet's route table."""
        table = self.told.table_of(subnet)
        way = way.passing(subnet, table["RouteTableId"])
        if len(way.hops) > MOST_HOPS:
            yield way.stop(table["RouteTableId"], *(hop for hop in way.hops if hop.startswith("tgw")))
            return
        routes = self._routes(table, way.destination)
        if not routes:
            yield way.stop(table["RouteTableId"])
        for route in routes:
            yield from self._by(way, subnet, table["RouteTableId"], route)

    def _routes(self, table: Item, address: str) -> list[Item]:
        """The routes that win: several only where AWS itself chooses at random."""
        found: list[tuple[int, int, Item]] = []
        for route in table["Routes"]:
            if route.get("DestinationPrefixListId"):
                held = self.told.holds(route["DestinationPrefixListId"], address)
                found += [(held, 1, route)] if held is not None else []
                continue
            cidr = route.get("DestinationCidrBlock") or route["DestinationIpv6CidrBlock"]
            if within(address, cidr):
                found.append((length(cidr), 0 if route.get("Origin") == _PROPAGATED else 2, route))
        # Propagated routes never win over the local one, however specific ("VPN route priority").
        if any(route.get("GatewayId") == "local" for _, _, route in found):
            found = [one for one in found if one[2].get("Origin") != _PROPAGATED]
        best = max((one[:2] for one in found), default=None)
        return [route for *rank, route in found if tuple(rank) == best]

    def _by(self, way: Way, subnet: str, table: str, route: Item) -> Iterator[Way]:
        target = next(str(route[name]) for name in _TARGETS if route.get(name))
        if route.get("State") == "blackhole":
            yield way.stop(table, target)
        elif target == "local":
            yield self.into(way, subnet, self.told.subnets[subnet]["VpcId"], table)
        else:
            walks = {
                "igw": self._internet, "eigw": self._egress_only, "nat": self._nat, "pcx": self._peering,
                "tgw": self._transit, "vgw": self._vpn_gateway, "vpce": self._endpoint,
            }  # fmt: skip
            kind = target.partition("-")[0]
            if kind not in walks:
                yield way.unknown(target)
                return
            if self.told.nats.get(target, {}).get("SubnetId") != subnet:
                way = self.acl(way, subnet, out=True)
            yield from walks[kind](way.passing(target), subnet, target)

    def into(self, way: Way, subnet: str, vpc: str, *routed: str) -> Way:
        """From a subnet to the subnet of the destination: out of the one ACL, in by the other, neither within one."""
        end = self.told.subnet_at(vpc, way.destination)
        if end is None:
            return way.stop(vpc, *routed)
        if end != subnet:
            way = self.acl(self.acl(way, subnet, out=True), end, out=False)
        return way.passing(end).at("subnet", end)

    def _internet(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        table, vpc = self.told.table_of(subnet)["RouteTableId"], self.told.subnets[subnet]["VpcId"]
        attached = [
            one["VpcId"] for one in self.told.doors.get(name, {}).get("Attachments", ()) if one["State"] not in GONE
        ]
        sender = self.told.interface_at(subnet, way.source)
        if vpc not in attached or not public(way.destination):
            way = way.blocked(name, table)
        # IPv6 addresses are public: a machine that is not known has what it needs.
        if not six(way.source) and not (sender or {}).get("Association"):
            way = way.blocked(name, table, *([sender["NetworkInterfaceId"]] if sender else [subnet]))
        if not way.answers and self.told.blocks_public_access(subnet, "nat" if way.nats else "out"):
            way = way.blocked(name, vpc, subnet, "vpc_block_public_access")
        yield way.at("internet", name, subnet)

    def _egress_only(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        vpc = self.told.subnets[subnet]["VpcId"]
        attached = [one["VpcId"] for one in self.told.six_doors.get(name, {}).get("Attachments", ())]
        if vpc not in attached or not six(way.source) or not public(way.destination) or way.entered:
            way = way.blocked(name, self.told.table_of(subnet)["RouteTableId"])
        if not way.answers and self.told.blocks_public_access(subnet, "nat"):
            way = way.blocked(name, vpc, subnet, "vpc_block_public_access")
        yield way.at("internet", name, subnet)

    def _nat(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        nat, table = self.told.nats.get(name), self.told.table_of(subnet)["RouteTableId"]
        if nat is None or nat["State"] in GONE or way.answers or (name, way.source) in way.nats or len(way.nats) > 2:
            # A NAT gateway passes only what was asked through it, so it drops answers to others.
            yield way.stop(name, table)
            return
        home = nat["SubnetId"]
        if home != subnet:
            way = self.acl(way, home, out=False)
        way = replace(
            way, source=_nat_address(nat), nats=(*way.nats, (name, way.source)), zone=self.told.zone(home), entered=""
        )
        yield from self.leave(way, home)

    def _peering(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        peering, table = self.told.peerings.get(name), self.told.table_of(subnet)["RouteTableId"]
        vpc = self.told.subnets[subnet]["VpcId"]
        sides = [(peering or {}).get(side, {}) for side in ("RequesterVpcInfo", "AccepterVpcInfo")]
        other = next((side for side in sides if side.get("VpcId") != vpc), {})
        if peering is None or peering["Status"]["Code"] != "active" or vpc not in [s.get("VpcId") for s in sides]:
            yield way.stop(name, table)
            return
        blocks = [one["CidrBlock"] for one in other.get("CidrBlockSet") or ()]
        blocks += [one["Ipv6CidrBlock"] for one in other.get("Ipv6CidrBlockSet") or ()]
        if way.entered or not any(within(way.destination, cidr) for cidr in blocks):
            yield way.stop(name, table, vpc)
            return
        end = self.told.subnet_at(other["VpcId"], way.destination)
        if end is None:
            yield way.stop(name, other["VpcId"])
            return
        yield self.acl(way, end, out=False).passing(end).at("subnet", end)

    def _vpn_gateway(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        gateway, vpc = self.told.vpn_gateways.get(name, {}), self.told.subnets[subnet]["VpcId"]
        attached = [one["VpcId"] for one in gateway.get("VpcAttachments", ()) if one["State"] not in GONE]
        if gateway.get("State") != "available" or vpc not in attached or way.entered:
            yield way.stop(name, self.told.table_of(subnet)["RouteTableId"])
        else:
            yield way.at("premises", name, subnet)

    def _endpoint(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        endpoint = self.told.endpoints.get(name, {})
        if endpoint.get("VpcEndpointType") != "Gateway":
            yield way.unknown(name)
        elif endpoint["State"].lower() != "available" or way.entered:
            yield way.stop(name, self.told.table_of(subnet)["RouteTableId"])
        elif way.nats:
            # Whether a NAT gateway's packets take its subnet's gateway endpoint is not documented.
            yield way.unknown(name)
        else:
            yield way.at("service", name, subnet)

    def _transit(self, way: Way, subnet: str, name: str) -> Iterator[Way]:
        """Into a transit gateway by the attachment's subnet in the sender's zone."""
        item, table = self.told.subnets[subnet], self.told.table_of(subnet)["RouteTableId"]
        if way.entered:
            # Whether what entered by one attachment may leave by another is not documented: walked on in doubt.
            way = replace(way, doubts=way.doubts | {name})
        ways = [
            one for (hub, _), one in self.told.attachments.items()
            if hub == name and one["ResourceId"] == item["VpcId"] and one["State"] == "available"
        ]  # fmt: skip
        if not ways:
            known = [key[1] for key, one in self.told.attachments.items() if one["ResourceId"] == item["VpcId"]]
            yield way.stop(name, table, *known)
            return
        attachment = ways[0]["TransitGatewayAttachmentId"]
        near = [s for s in self._subnets(attachment) if self.told.zone(s) == self.told.zone(subnet)]
        if not near:
            yield way.stop(name, table, attachment)
            return
        way = self.acl(way, near[0], out=False)
        way = replace(way, zone=self.told.zone(subnet))
        yield from self.through(way, name, attachment)

    def _subnets(self, attachment: str) -> list[str]:
        found: list[str] = self.told.options[attachment]["SubnetIds"]
        return found

    def through(self, way: Way, hub: str, came: str) -> Iterator[Way]:
        """From an attachment through its associated table to another."""
        way = way.passing(hub, came)
        if len(way.hops) > MOST_HOPS:
            yield way.stop(*(hop for hop in way.hops if hop.startswith("tgw")))
            return
        said = self.told.attachments[hub, came].get("Association") or {}
        table = said.get("TransitGatewayRouteTableId")
        if table is None or said.get("State") != "associated":
            yield way.stop(hub, came)
            return
        way = way.passing(table)
        route = self._best(self.told.routes[table], way.destination)
        if route is None or route["State"] == "blackhole":
            yield way.stop(table)
            return
        for target in route["TransitGatewayAttachments"]:
            yield from self._out(way, hub, table, target["TransitGatewayAttachmentId"])

    def _best(self, routes: list[Item], address: str) -> Item | None:
        found = []
        for route in routes:
            if within(address, route["DestinationCidrBlock"]):
                kinds = [one["ResourceType"] for one in route.get("TransitGatewayAttachments", ())]
                rank = _PREFERRED.index(kinds[0]) if kinds and kinds[0] in _PREFERRED else len(_PREFERRED)
                sort = (2, 0) if route["Type"] == "static" else (0, -rank)
                found.append((length(route["DestinationCidrBlock"]), sort, route))
        return max(found, key=lambda one: one[:2])[2] if found else None

    def _out(self, way: Way, hub: str, table: str, target: str) -> Iterator[Way]:
        known = self.told.attachments.get((hub, target))
        if known is None or known["State"] != "available":
            yield way.passing(target).stop(table, target)
            return
        way = way.passing(target)
        match known["ResourceType"]:
            case "vpc":
                yield from self._enter(way, target)
            case "vpn" | "direct-connect-gateway":
                yield way.at("premises", hub, target)
            case "peering":
                # The peer's table decides; the sender's zone is unknown there.
                yield from self.through(replace(way, zone=""), known["ResourceId"], target)
            case _:
                yield way.unknown(target)

    def _enter(self, way: Way, attachment: str) -> Iterator[Way]:
        """Into a VPC by the attachment's subnet of the packet's zone; by any where there is none."""
        every = self._subnets(attachment)
        same = [subnet for subnet in every if self.told.zone(subnet) == way.zone]
        appliance = self.told.options[attachment]["Options"].get("ApplianceModeSupport") == "enable"
        for subnet in every if appliance or not same else same:
            yield from self.leave(replace(way, zone=self.told.zone(subnet), entered=attachment), subnet)


def _nat_address(nat: Item) -> str:
    return str(next(one["PrivateIp"] for one in nat["NatGatewayAddresses"]))
