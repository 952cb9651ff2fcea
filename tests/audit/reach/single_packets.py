"""A slow, obvious reference: one packet walked to its end and its answer walked back. It shares no code with the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packet_walk import Walk
from packet_ways import EPHEMERAL, Sender, Verdict, Way, joined, verdict
from raw_answers import GONE, addresses, six

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from raw_answers import Item


@dataclass
class Reference(Walk):
    """The questions to one snapshot's networks."""

    # Answers

    def back(self, way: Way, sender: Sender) -> Iterator[Way]:
        """The answer to a packet that arrived, to the subnet that sent it."""
        kind, *where = way.end
        answer = way.turned(self._client_ports(way.nats))
        if kind == "subnet":
            found: Iterable[Way] = self.leave(answer, where[0])
            if where[1:]:
                found = [self._by_internet(one, where[2]) for one in found]
        elif kind == "premises" and where[1].startswith("tgw-attach-"):
            found = self.through(answer, *where)
        else:
            # A gateway of the VPC hands the answer to the subnet that it came from.
            found = [self.acl(answer, where[1], out=False).at("subnet", where[1])]
        for one in found:
            yield from self._unwrapped(one, sender)

    def _by_internet(self, answer: Way, subnet: str) -> Way:
        if answer.end[0] in {"stopped", "unknown"}:
            return answer
        if answer.end[0] != "internet" or answer.end[1].startswith("eigw-"):
            # An egress-only gateway serves no connection that the internet begins.
            return answer.stop(*answer.way_back)
        return self.acl(answer, subnet, out=False).at("subnet", subnet)

    def _client_ports(self, nats: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
        # NAT gateways use 1024 to 65535 themselves.
        return tuple(port for port in self.ports if not nats or port >= EPHEMERAL)

    def _unwrapped(self, answer: Way, sender: Sender) -> Iterator[Way]:
        """Through the NAT gateways that the packet went through, last first, then to its sender."""
        if answer.end[0] == "stopped":
            yield answer
        elif answer.end[0] == "unknown":
            yield answer if self._near(sender) or answer.nats else self.acl(answer, sender.subnet, out=False)
        elif answer.end[0] == "premises":
            # Other premises may pass on what was meant for another network; it still enters the subnet.
            entered = answer if self._near(sender) or answer.nats else self.acl(answer, sender.subnet, out=False)
            yield entered.unknown(answer.end[-1])
        elif not answer.nats:
            at = answer.end == ("subnet", sender.subnet)
            # Answers that arrive at the same address of another place never get back.
            yield answer if at else answer.stop(*answer.way_back)
        else:
            *others, (name, inner) = answer.nats
            home = self.told.nats[name]["SubnetId"]
            if answer.end != ("subnet", home):
                yield answer.stop(name, *answer.way_back)
                return
            ports = self._client_ports(tuple(others))
            fresh = replace(answer, destination=inner, nats=tuple(others), ports=ports, end=(), thinned=frozenset())
            for one in self.leave(replace(fresh, entered=""), home):
                yield from self._unwrapped(one, sender)

    def _near(self, sender: Sender) -> bool:
        """Whether packets of a transit gateway may come to the sender past no ACL: from an attachment in its subnet."""
        return any(sender.subnet in one["SubnetIds"] for one in self.told.options.values())

    # Questions

    def sent(
        self, sender: Sender, destination: str, protocol: str, port: int, target: Item | str | None = None
    ) -> Verdict:
        """From a place to an address, with the groups of the interfaces at both ends.

        ``target`` is the interface that must receive them, or ``outside``: AWS's own internet or services.
        """
        start = Way(sender.address, destination, protocol, (port,), zone=self.told.zone(sender.subnet))
        end = None if isinstance(target, str) else target
        leaving = self.leave(start, sender.subnet)
        ways = [self._outside(way) if isinstance(target, str) else self._aimed(way, end) for way in leaving]
        found = self.judged(self._full(way, sender, end) for way in ways)
        if found.word != "blocked":
            return found
        more = [self._further(start, sender, end), *(self._behind(way, sender) for way in ways if way.nats)]
        return replace(found, blockers=found.blockers.union(*more) - {""})

    def _behind(self, way: Way, sender: Sender) -> frozenset[str]:
        """What would stop the answers of packets that were stopped behind a NAT gateway."""
        # A way that led round and round leaves its answers no hops.
        answer = replace(way, stopped=frozenset({""}), hops=()).turned(self._client_ports(way.nats))
        home = self.told.nats[way.nats[-1][0]]["SubnetId"]
        return self.judged([self._unwrapped(answer.at("subnet", home), sender)]).blockers

    def _further(self, start: Way, sender: Sender, target: Item | None) -> frozenset[str]:
        """What else would block once the way there was open: the target's own groups, and its answers' way."""
        there = start.blocked("")
        if target is None:
            return verdict(self.acl(there.turned(self.ports), sender.subnet, out=False)).blockers
        if target["SubnetId"] != sender.subnet:
            there = self.acl(self.acl(there, sender.subnet, out=True), target["SubnetId"], out=False)
        if self.told.blocks_public_access(target["SubnetId"], "in"):
            there = there.blocked(target["VpcId"], target["SubnetId"])
        found = self.judged([self._full(there.at("subnet", target["SubnetId"]), sender, target)])
        return found.blockers | {hop for hop in found.hops if "rtb-" in hop}

    def _outside(self, way: Way) -> Way:
        # Other premises may pass on what was meant for the internet.
        return way.unknown(way.end[-1]) if way.end[0] == "premises" else way

    def _aimed(self, way: Way, target: Item | None) -> Way:
        """A packet that was to arrive at one interface and ended elsewhere."""
        if target is None or way.end[0] in {"stopped", "unknown"} or way.end == ("subnet", target["SubnetId"]):
            return way
        if way.end[0] == "premises":
            return way.unknown(way.end[-1])
        if way.end[0] == "internet" and six(way.destination):
            return self._through_internet(way, target)
        return way.stop(*way.hops)

    def _through_internet(self, way: Way, target: Item) -> Way:
        """An IPv6 packet that left by a gateway and enters by another."""
        doors = self._doors(target["VpcId"])
        if not doors:
            return way.stop(target["VpcId"], target["NetworkInterfaceId"], *way.hops)
        if self.told.blocks_public_access(target["SubnetId"], "in"):
            way = way.blocked(*doors, target["VpcId"], target["SubnetId"], "vpc_block_public_access")
        way = self.acl(way.passing(*doors), target["SubnetId"], out=False)
        return way.at("subnet", target["SubnetId"], "internet", way.end[2])

    def _full(self, way: Way, sender: Sender, target: Item | None) -> Iterator[Way]:
        end = target
        if end is None and way.end[0] == "subnet":
            end = self.told.interface_at(way.end[1], way.destination)
        if sender.interface is not None:
            way = self.groups(way, sender.interface, end, way.destination, out=True)
        if way.end[0] in {"stopped", "unknown"}:
            way = self._hopeless(way, end) if end is not None else way
            yield self._unanswered(way, sender) if way.end == ("unknown",) else way
            return
        if way.end[0] == "subnet" and end is not None and end.get("InterfaceType") != "nat_gateway":
            far = sender.interface if not way.nats else None
            way = self.groups(way, end, far, way.source, out=False)
        yield from self.back(way, sender)

    def _hopeless(self, way: Way, end: Item) -> Way:
        """Whatever a device makes of the packet: stopped where no rule of the far end lets anything to this port."""
        names = [group["GroupId"] for group in end["Groups"]]
        rules = [rule for name in names for rule in self.told.groups[name]["IpPermissions"]]
        return way if not names or any(self._covers(rule, way) for rule in rules) else way.blocked(*names)

    def _unanswered(self, way: Way, sender: Sender) -> Way:
        """Wherever the packet went: stopped where no answer from its destination enters the sender's subnet."""
        if way.nats:
            # Wherever it got to from there, its answers come back by the NAT gateway.
            home = self.told.nats[way.nats[-1][0]]["SubnetId"]
            answer = replace(way, stopped=frozenset()).turned(self._client_ports(way.nats)).at("subnet", home)
            each = [one.stopped for one in self._unwrapped(answer, sender)]
            return way.blocked(*frozenset().union(*each)) if all(each) else way
        if self._near(sender):
            return way
        answer = replace(way, stopped=frozenset(), source=sender.address).turned(self.ports)
        return way.blocked(*self.acl(answer, sender.subnet, out=False).stopped)

    def _doors(self, vpc: str) -> list[str]:
        return [n for n, one in self.told.doors.items() if vpc in [a["VpcId"] for a in one["Attachments"]]]

    def from_internet(self, address: str, interface: Item, protocol: str, port: int) -> Verdict:
        """From an address of the internet to an interface's public one."""
        subnet, vpc = interface["SubnetId"], interface["VpcId"]
        mine = next((one for one in addresses(interface) if six(one) == six(address)), "")
        if not mine:
            return Verdict("blocked", frozenset({interface["NetworkInterfaceId"], subnet, vpc}))
        doors = self._doors(vpc)
        way = Way(address, mine, protocol, (port,)).passing(*doors)
        if not doors or not (six(address) or interface.get("Association")):
            way = way.blocked(vpc, interface["NetworkInterfaceId"])
        if self.told.blocks_public_access(subnet, "in"):
            way = way.blocked(*doors, vpc, subnet, "vpc_block_public_access")
        way = self.groups(self.acl(way, subnet, out=False), interface, None, address, out=False)
        return self.judged([self._answered(way.at("subnet", subnet), ("internet", *doors[:1], subnet))])

    def _answered(self, way: Way, expected: tuple[str, ...]) -> Iterator[Way]:
        answer = way.turned(self.ports)
        for one in self.leave(answer, way.end[1]):
            known = one.end == expected or expected == one.end[:1] == ("premises",)
            # Only the VPC's own gateway gives its answers the public address that they are expected from.
            astray = expected[0] == "internet" and any(hop.startswith("tgw-") for hop in one.way_back)
            if known or one.end == ("stopped",) or (one.end == ("unknown",) and not astray):
                yield one
            elif one.end[0] == "premises" and expected[0] == "subnet":
                # Other premises may pass on what was meant for another network.
                yield one.unknown(one.end[-1])
            else:
                yield one.stop(*one.way_back)

    def from_premises(self, address: str, interface: Item, protocol: str, port: int) -> Verdict:
        """From an address of other premises, by whatever edge gets it there."""
        destination = next((one for one in addresses(interface) if six(one) == six(address)), "")
        packet, found = Way(address, destination, protocol, (port,)), []
        for name, gateway in self.told.vpn_gateways.items():
            attached = [one["VpcId"] for one in gateway["VpcAttachments"] if one["State"] not in GONE]
            if interface["VpcId"] in attached and gateway["State"] == "available":
                way = self.acl(packet.passing(name), interface["SubnetId"], out=False)
                found.append([way.at("subnet", interface["SubnetId"])])
        for (hub, name), one in self.told.attachments.items():
            if one["ResourceType"] in {"vpn", "direct-connect-gateway"} and one["State"] == "available":
                found.append(list(self.through(packet, hub, name)))
        there = self.acl(packet, interface["SubnetId"], out=False)
        verdicts = [self.judged(self._entered(way, interface) for way in ways) for ways in found]
        sure = [v for word in ("reaches", "unknown") for v in verdicts if v.word == word]
        nothing = self.judged(
            [self._entered(there.blocked(interface["VpcId"]).at("subnet", interface["SubnetId"]), interface)]
        )
        return sure[0] if sure else joined([nothing, *verdicts])

    def _entered(self, way: Way, interface: Item) -> Iterator[Way]:
        if way.end[0] in {"stopped", "unknown"}:
            yield way
        elif way.end != ("subnet", interface["SubnetId"]):
            yield way.stop(*way.hops)
        else:
            yield from self._answered(self.groups(way, interface, None, way.source, out=False), ("premises",))

    def judged(self, ways: Iterable[Iterable[Way]]) -> Verdict:
        """One verdict of all ways that a packet and its answer may take; unknown where they differ."""
        found = [verdict(way) for some in ways for way in some]
        told = joined(found)
        # Of several ways that are all blocked, each by something else, one may well be called unknown.
        return replace(told, doubts=told.doubts | {"several ways"}) if len(found) > 1 else told
