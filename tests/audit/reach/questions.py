"""Questions to the engine about a snapshot's networks, and what single packets say to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packet_ways import Sender, joined
from raw_answers import addresses, borders, length, six, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packet_ways import Verdict
    from raw_answers import Item
    from single_packets import Reference

INTERNET = ("8.8.8.8", "9.9.9.9", "130.0.0.1", "2a00::1")
"""Addresses of the internet, of which the random estates' rules and routes tell some from others."""
PREMISES = ("192.168.1.1", "192.168.200.1")
BUCKET = "52.216.1.1"
PORTS = (("tcp", 9112), ("tcp", 443), ("udp", 9112))


@dataclass(frozen=True)
class Question:
    """A question in the engine's words; ``by_source`` is what becomes of the packets of each address of the start."""

    start: str
    end: str
    protocol: str
    port: int
    by_source: dict[str, Verdict]

    @property
    def asked(self) -> tuple[str, str, str, int]:
        """What ``decide`` is asked, after the graph."""
        return self.start, self.end, self.protocol, self.port

    @property
    def expected(self) -> Verdict:
        """Any address suffices; what is blocked everywhere is blocked by all that blocks somewhere."""
        return any_of(self.by_source.values())


def any_of(found: Iterable[Verdict]) -> Verdict:
    """The best of verdicts."""
    verdicts = list(found)
    best = next(word for word in ("reaches", "unknown", "blocked") if any(one.word == word for one in verdicts))
    return joined([one for one in verdicts if one.word == best])


def questions(reference: Reference) -> Iterator[Question]:
    """Every machine to every other, to other premises, the internet and S3, and from those and subnets to machines."""
    machines = [one for one in reference.told.interfaces.values() if one.get("InterfaceType") == "interface"]
    for protocol, port in PORTS:
        asker = _Asker(reference, machines, protocol, port)
        for machine in machines:
            yield from asker.from_machine(machine)
            yield from asker.to_machine(machine)
        for number, subnet in enumerate(sorted(reference.told.subnets)):
            yield asker.from_subnet(subnet, machines[number % len(machines)])


@dataclass(frozen=True)
class _Asker:
    reference: Reference
    machines: list[Item]
    protocol: str
    port: int

    def from_machine(self, start: Item) -> Iterator[Question]:
        name = start["NetworkInterfaceId"]
        senders = [Sender(start["SubnetId"], address, start) for address in addresses(start)]
        for end in self.machines:
            if end is not start:
                yield self._question(name, end["NetworkInterfaceId"], self._each(senders, addresses(end), end))
        for far in (*PREMISES, *INTERNET):
            found = self._each(senders, [far], None)
            if found:
                yield self._question(name, far, found)
        yield self._question(name, "internet", self._each(senders, list(INTERNET), "outside"))
        # S3 is judged over HTTPS, by its IPv4 addresses.
        if (self.protocol, self.port) == ("tcp", 443):
            yield self._question(name, "s3", self._each(senders, [BUCKET], "outside"))

    def to_machine(self, end: Item) -> Iterator[Question]:
        name, asked = end["NetworkInterfaceId"], (end, self.protocol, self.port)
        for far in PREMISES:
            yield self._question(far, name, {far: self.reference.from_premises(far, *asked)})
        yield self._question("internet", name, {far: self.reference.from_internet(far, *asked) for far in INTERNET})

    def from_subnet(self, subnet: str, end: Item) -> Question:
        """From any address there: of a machine that is not known, or of the interface that has it."""
        found = {}
        for address in self._told_apart(subnet, end):
            senders = [Sender(subnet, address)]
            here = self.reference.told.interface_at(subnet, address)
            if here is not None:
                senders.append(Sender(subnet, address, here))
            verdicts = [self._each([sender], addresses(end), end) for sender in senders]
            found[address] = any_of(one for verdict in verdicts for one in verdict.values())
        return self._question(subnet, end["NetworkInterfaceId"], found)

    def _told_apart(self, subnet: str, end: Item) -> list[str]:
        """The addresses of a subnet at the borders of whatever rules, ACLs and routes tell apart, and its machines'."""
        told, blocks = self.reference.told, self.reference.told.subnet_cidrs(subnet)
        cidrs = [cidr for block in blocks for cidr in (block, *told.named) if length(cidr) >= length(block)]
        near = {beside for cidr in cidrs for beside in borders(cidr)}
        near |= {one for item in self.machines if item["SubnetId"] == subnet for one in addresses(item)}
        families = {six(one) for one in addresses(end)}
        inside = (one for one in near if six(one) in families and any(within(one, block) for block in blocks))
        return sorted(inside)

    def _each(self, senders: list[Sender], ends: list[str], target: Item | str | None) -> dict[str, Verdict]:
        found: dict[str, Verdict] = {}
        for sender in senders:
            same = [end for end in ends if six(end) == six(sender.address)]
            if same:
                sent = (self.reference.sent(sender, end, self.protocol, self.port, target) for end in same)
                found[sender.address] = any_of(sent)
        return found

    def _question(self, start: str, end: str, found: dict[str, Verdict]) -> Question:
        return Question(start, end, self.protocol, self.port, found)
