"""Random small estates from a seed: two to four VPCs joined in every way that the engine judges, rightly and wrongly."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from estate import ANYWHERE, ANYWHERE6, EAST, HERE, WEST, A, B, Estate, Item, Place, entry, permission, route
from hub import Hub, connect

PREMISES, OUTSIDE, BUCKET = "192.168.0.0/16", "8.8.0.0/16", "52.216.1.1"
PORTS = (9112, 443)
_RANGES = (None, None, None, (9112, 9112), (443, 443), (0, 1023), (1024, 65535), (9000, 9200), (1024, 30000))
_CLIENTS = ((1024, 65535), (1024, 65535), (1024, 40000), (0, 1023), (32768, 65535), (0, 65535))


def estate(seed: int) -> Estate:
    """The estate of a seed."""
    return _Drawing(Random(seed)).estate  # noqa: S311  chance of a test


@dataclass
class _Vpc:
    name: str
    cidr: str
    place: Place
    six: str = ""
    subnets: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    doors: dict[str, str] = field(default_factory=dict)
    """Target of a route by its kind."""


class _Drawing:
    def __init__(self, chance: Random) -> None:
        self.chance, self.estate = chance, Estate()
        self.tidy = chance.random() < 0.4
        self.six = chance.random() < 0.35
        self.vpcs = [self._vpc(number) for number in range(chance.randint(2, 4))]
        self.overlaps = len({vpc.cidr for vpc in self.vpcs}) < len(self.vpcs)
        self.addresses: list[str] = []
        self.peered: dict[tuple[str, str], str] = {}
        self.egress = chance.choice(self.vpcs) if chance.random() < 0.45 else None
        self._interfaces()
        self._peerings()
        self._hubs()
        for vpc in self.vpcs:
            self._doors(vpc)
        for vpc in self.vpcs:
            self._filters(vpc)
            self._tables(vpc)
        if chance.random() < 0.15:
            self._block_public_access()

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def right(self, share: float) -> bool:
        """What is mostly as it should be, and in a tidy estate always."""
        return self.tidy or self.often(share)

    def _vpc(self, number: int) -> _Vpc:
        place = self.chance.choice([HERE, HERE, HERE, (B, EAST), (A, WEST)])
        cidr = f"10.{number if self.right(0.94) else 0}.0.0/16"
        six = f"2600:1f1{number}:0:0::/56" if self.six and self.often(0.8) else ""
        vpc = _Vpc(f"vpc-{number}", cidr, place, six)
        self.estate.vpc(vpc.name, cidr, place=place, ipv6=six).s3_list(place)
        self.estate.prefix_list(f"pl-{number}", cidr, PREMISES, place=place)
        for subnet in range(self.chance.randint(2, 3)):
            name = f"subnet-{number}{'abc'[subnet]}"
            vpc.subnets[name] = f"{cidr[:-7]}.{subnet}.0/24"
            six_cidr = f"2600:1f1{number}:0:{subnet}::/64" if six else ""
            self.estate.subnet(name, vpc.name, vpc.subnets[name], self.chance.choice("aab"), ipv6=six_cidr)
        vpc.groups = [f"sg-{number}{letter}" for letter in "xy"]
        return vpc

    def _interfaces(self) -> None:
        for number, vpc in enumerate(self.vpcs):
            for index in range(self.chance.randint(2, 3)):
                subnet, cidr = self.chance.choice(list(vpc.subnets.items()))
                groups = self.chance.sample(vpc.groups, self.chance.choice((1, 1, 2))) if self.right(0.97) else []
                host = 10 + index
                address = cidr.replace(".0/24", f".{host}")
                self.addresses.append(address)
                more = {"ipv6": f"2600:1f1{number}:0:{'abc'.index(subnet[-1])}::{host:x}"} if vpc.six else {}
                public = f"54.0.{number}.{host}" if self.often(0.4) else ""
                self.estate.interface(f"eni-{number}{index}", subnet, address, *groups, public=public, **more)

    def _peerings(self) -> None:
        for one, two in [(a, b) for n, a in enumerate(self.vpcs) for b in self.vpcs[n + 1 :]]:
            if self.often(0.45):
                name = f"pcx-{one.name[4:]}{two.name[4:]}"
                state = "active" if self.right(0.9) else "pending-acceptance"
                self.estate.peering(name, one.name, two.name, state)
                self.peered |= {(one.name, two.name): name, (two.name, one.name): name}

    # Transit gateways

    def _hubs(self) -> None:
        places = dict.fromkeys(vpc.place[1] for vpc in self.vpcs if self.often(0.75))
        self.hubs = {region: self._hub(region) for region in places}
        if len(self.hubs) > 1:
            one, two = self.hubs.values()
            tables = tuple(self._associated(hub) for hub in (one, two))
            one.peer("tgw-attach-peer", two, (tables[0], tables[1]))
        for hub in self.hubs.values():
            self._transit_tables(hub)

    def _hub(self, region: str) -> Hub:
        hub = Hub(self.estate, f"tgw-{region}", (A, region), self.chance.choice(["enable", "disable"]))
        for vpc in self.vpcs:
            if vpc.place[1] == region and self.right(0.9):
                subnets = self._one_a_zone(vpc)
                state = "available" if self.right(0.95) else "deleting"
                more = {"ApplianceModeSupport": "enable"} if self.often(0.1) else {}
                if self.often(0.1):
                    more["SecurityGroupReferencingSupport"] = "disable"
                name = f"tgw-attach-{vpc.name}"
                hub.attach(name, vpc.name, *subnets, table=self._associated(hub), state=state, **more)
                vpc.doors["tgw"] = hub.name
        if self.often(0.5):
            hub.vpn(f"tgw-attach-vpn-{region}", f"vpn-{region}", self._associated(hub))
        return hub

    def _one_a_zone(self, vpc: _Vpc) -> list[str]:
        found: dict[str, str] = {}
        for subnet in self.chance.sample(list(vpc.subnets), len(vpc.subnets)):
            found.setdefault(self.estate.item("DescribeSubnets", "SubnetId", subnet)["AvailabilityZone"], subnet)
        kept = list(found.values())
        return kept if self.right(0.8) else kept[:1]

    def _associated(self, hub: Hub) -> str:
        return f"tgw-rtb-{hub.name}-{1 if self.often(0.6) else 2}" if self.right(0.9) else ""

    def _transit_tables(self, hub: Hub) -> None:
        for number in (1, 2):
            routes: dict[tuple[str, str], tuple[str, str, str]] = {}
            for vpc in self.vpcs:
                for cidr in filter(None, (vpc.cidr, vpc.six)):
                    if self.right(0.9):
                        one = cidr, self._hop(hub, vpc), self.chance.choice(["static", "propagated"])
                        routes[cidr, one[2]] = one
            for cidr in (ANYWHERE, PREMISES, *([] if self.tidy else [f"{self.vpcs[0].cidr[:-7]}.1.0/24"])):
                if self.often(0.85 if self.egress and cidr == ANYWHERE else 0.4):
                    routes[cidr, "static"] = cidr, self._hop(hub, self.egress if cidr == ANYWHERE else None), "static"
            hub.table(f"tgw-rtb-{hub.name}-{number}", *routes.values())

    def _hop(self, hub: Hub, vpc: _Vpc | None) -> str:
        right = [name for name, one in hub.resources.items() if vpc and one["ResourceId"] == vpc.name]
        right += [name for name in hub.resources if vpc and not right and name == "tgw-attach-peer"]
        if right and self.right(0.93):
            return right[0]
        return self.chance.choice([*hub.resources, *hub.resources, "blackhole"])

    # Ways out of a VPC

    def _doors(self, vpc: _Vpc) -> None:
        number, (subnet, cidr) = vpc.name[4:], self.chance.choice(list(vpc.subnets.items()))
        if self.often(0.6) or vpc is self.egress:
            self.estate.internet_gateway(f"igw-{number}", vpc.name)
            vpc.doors["igw"] = f"igw-{number}"
        if self.often(0.5) or vpc is self.egress:
            public = f"54.0.{number}.200" if self.often(0.8) else ""
            self.estate.nat(f"nat-{number}", subnet, cidr.replace(".0/24", ".200"), public)
            vpc.doors |= {"nat": f"nat-{number}", "home of nat": subnet}
        if vpc.six and self.often(0.5):
            self.estate.egress_only(f"eigw-{number}", vpc.name)
            vpc.doors["eigw"] = f"eigw-{number}"
        if self.often(0.3):
            self.estate.vpn_gateway(f"vgw-{number}", vpc.name)
            connect(self.estate, f"vpn-{number}", f"vgw-{number}")
            vpc.doors["vgw"] = f"vgw-{number}"
        if self.often(0.4):
            self.estate.s3_endpoint(f"vpce-{number}", vpc.name)
            vpc.doors["vpce"] = f"vpce-{number}"

    def _tables(self, vpc: _Vpc) -> None:
        number = vpc.name[4:]
        self.estate.table(f"rtb-{number}", vpc.name, *self._routes(vpc))
        for subnet in vpc.subnets:
            routes = self._routes(vpc)
            if subnet == vpc.doors.get("home of nat") and self.right(0.85):
                # A NAT gateway's own subnet leads to the internet, rarely to the gateway itself.
                routes = [one for one in routes if one.get("DestinationCidrBlock") != ANYWHERE]
                routes += [route(ANYWHERE, vpc.doors["igw"])] if "igw" in vpc.doors else []
            elif not self.often(0.45):
                continue
            self.estate.table(f"rtb-{subnet[7:]}", vpc.name, *routes, subnets=(subnet,))

    def _routes(self, vpc: _Vpc) -> list[Item]:
        wanted: list[tuple[str, list[str]]] = []
        for other in self.vpcs:
            if other is not vpc:
                ways = [w for w in (self.peered.get((vpc.name, other.name)), vpc.doors.get("tgw")) if w]
                wanted += [(cidr, ways) for cidr in (other.cidr, other.six) if cidr and ways and self.right(0.93)]
        wanted.append((ANYWHERE, self._ways(vpc, *self._outward(vpc))))
        wanted.append((PREMISES, self._ways(vpc, "vgw", "tgw")))
        wanted += [(ANYWHERE6, self._ways(vpc, "igw", "eigw", "tgw"))] if vpc.six else []
        found = {cidr: route(cidr, self.chance.choice(ways)) for cidr, ways in wanted if ways and cidr != vpc.cidr}
        if "vpce" in vpc.doors and self.often(0.7):
            lists = f"pl-s3-{vpc.place[1]}"
            found[lists] = route(lists, vpc.doors["vpce"])
        if not self.tidy:
            self._spoil(vpc, found)
        return list(found.values())

    def _outward(self, vpc: _Vpc) -> tuple[str, ...]:
        if self.egress is not None and self.often(0.8):
            return ("nat",) if vpc is self.egress else ("tgw",)
        return "igw", "nat", "nat", "tgw"

    def _ways(self, vpc: _Vpc, *kinds: str) -> list[str]:
        return [vpc.doors[kind] for kind in kinds if kind in vpc.doors] if self.right(0.85) else []

    def _spoil(self, vpc: _Vpc, found: dict[str, Item]) -> None:
        """Routes that are wrong, gone, more specific, propagated or by a prefix list."""
        doors = [*self._ways(vpc, "igw", "tgw", "vgw"), *(p for (one, _), p in self.peered.items() if one == vpc.name)]
        if not doors:
            return
        other = self.chance.choice(self.vpcs)
        if self.often(0.12):
            cidr = f"{other.cidr[:-7]}.{self.chance.randint(0, 2)}.0/24"
            if other.cidr != vpc.cidr:
                more = {"State": "blackhole"} if self.often(0.4) else {}
                found[cidr] = route(cidr, self.chance.choice([*doors, *doors, "eni-device"]), **more)
        if self.often(0.1) and "vgw" in vpc.doors:
            for cidr in (PREMISES, f"{vpc.cidr[:-7]}.1.0/24"):
                found[f"{cidr} by vgw"] = route(cidr, vpc.doors["vgw"], Origin="EnableVgwRoutePropagation")
        if self.often(0.1) and other.cidr != vpc.cidr:
            found["list"] = route(f"pl-{other.name[4:]}", self.chance.choice(doors))

    # Filters

    def _filters(self, vpc: _Vpc) -> None:
        for subnet in vpc.subnets:
            if self.right(0.6):
                self.estate.acl(f"acl-{subnet[7:]}", vpc.name, subnets=(subnet,))
            else:
                self.estate.acl(f"acl-{subnet[7:]}", vpc.name, *self._entries(), subnets=(subnet,))
        for group in vpc.groups:
            opened = self.often(0.7 if self.tidy else 0.45)
            ingress = [permission(cidrs=[ANYWHERE, ANYWHERE6], protocol="-1")] if opened else []
            self.estate.group(
                group, vpc.name, [*ingress, *self._rules(vpc)], None if self.often(0.75) else self._rules(vpc)
            )

    def _entries(self) -> list[Item]:
        numbers = self.chance.sample(range(1, 60), self.chance.randint(1, 4))
        found = [
            entry(n, out=self.often(0.5), cidr=self._cidr(), ports=self.chance.choice(_RANGES), action=action)
            for n, action in zip(numbers, self.chance.choices(["allow", "deny"], k=len(numbers)), strict=True)
        ]
        for out in (True, False):
            for number, cidr in ((90, ANYWHERE), (91, ANYWHERE6)):
                if self.often(0.6):
                    found.append(entry(number, out=out, cidr=cidr))
                elif self.often(0.8):
                    found.append(entry(number, out=out, cidr=cidr, ports=self.chance.choice(_CLIENTS)))
                    found.append(entry(number + 4, out=out, cidr=cidr, ports=(9000, 9200)))
        return found

    def _cidr(self) -> str:
        vpc = self.chance.choice(self.vpcs)
        six = [vpc.six, ANYWHERE6] if vpc.six else []
        return self.chance.choice([
            vpc.cidr, self.chance.choice(list(vpc.subnets.values())), f"{self.chance.choice(self.addresses)}/32",
            ANYWHERE, PREMISES, "192.168.1.0/25", OUTSIDE, "0.0.0.0/1", "10.0.0.0/12", *six,
        ])  # fmt: skip

    def _rules(self, vpc: _Vpc) -> list[Item]:
        found = []
        for _ in range(self.chance.randint(0, 3)):
            ports, protocol = self.chance.choice(_RANGES), self.chance.choice(["tcp", "tcp", "tcp", "6", "udp"])
            protocol = protocol if ports else "-1"
            if self.often(0.35) and not self.overlaps:
                other = self.chance.choice([vpc, *self.vpcs])
                pair = {"VpcId": other.name, "PeeringStatus": "active"} if other is not vpc else {}
                more = {"UserId": other.place[0], **pair}
                found.append(permission(ports, groups=[self.chance.choice(other.groups)], protocol=protocol, **more))
            elif self.often(0.15):
                found.append(permission(ports, lists=[f"pl-{vpc.name[4:]}"], protocol=protocol))
            else:
                found.append(permission(ports, cidrs=[self._cidr()], protocol=protocol))
        return found

    def _block_public_access(self) -> None:
        mode = self.chance.choice(["block-bidirectional", "block-ingress"])
        excluded = self.chance.choice(self.vpcs)
        name = self.chance.choice([excluded.name, *excluded.subnets])
        allowed = self.chance.choice(["allow-bidirectional", "allow-egress"])
        self.estate.block_public_access(mode, *([(name, allowed)] if self.often(0.6) else []), place=excluded.place)
