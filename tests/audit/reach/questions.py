"""Questions to the engine about a snapshot's networks, and what single packets say to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from answers import addresses, six
from packet_ways import Sender, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from answers import Item
    from packet_ways import Verdict
    from single_packets import Reference

INTERNET = ("8.8.8.8", "130.0.0.1", "2a00::1")
"""Addresses of the internet, of which the random estates' rules and routes tell some from others."""
PREMISES = ("192.168.1.1", "192.168.200.1")
BUCKET = "52.216.1.1"
PORTS = (9112, 443)


@dataclass(frozen=True)
class Question:
    """A question in the engine's words; ``by_source`` is what becomes of the packets of each address of the start."""

    start: str
    end: str
    port: int
    by_source: dict[str, Verdict]

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
    """Every machine to every other, to other premises, the internet and S3, and from those to every machine."""
    machines = [one for one in reference.told.interfaces.values() if one.get("InterfaceType") == "interface"]
    for port in PORTS:
        for machine in machines:
            yield from _from_machine(reference, machine, machines, port)
            yield from _to_machine(reference, machine, port)


def _from_machine(reference: Reference, start: Item, machines: list[Item], port: int) -> Iterator[Question]:
    name = start["NetworkInterfaceId"]
    senders = [Sender(start["SubnetId"], address, start) for address in addresses(start)]
    for end in machines:
        if end is not start:
            yield Question(name, end["NetworkInterfaceId"], port, _each(reference, senders, addresses(end), port, end))
    outside = [(address, [address]) for address in (*PREMISES, *INTERNET)]
    for end_name, ends in (*outside, ("internet", list(INTERNET)), ("s3", [BUCKET])):
        named = "outside" if end_name in {"internet", "s3"} else None
        found = _each(reference, senders, ends, port, named)
        # S3 is judged over HTTPS, by its IPv4 addresses.
        if found and (end_name != "s3" or port == 443):
            yield Question(name, end_name, port, found)


def _each(
    reference: Reference, senders: list[Sender], ends: list[str], port: int, target: Item | str | None
) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for sender in senders:
        same = [end for end in ends if six(end) == six(sender.address)]
        if same:
            found[sender.address] = any_of(reference.sent(sender, end, "tcp", port, target) for end in same)
    return found


def _to_machine(reference: Reference, end: Item, port: int) -> Iterator[Question]:
    name = end["NetworkInterfaceId"]
    for address in PREMISES:
        yield Question(address, name, port, {address: reference.from_premises(address, end, "tcp", port)})
    found = {address: reference.from_internet(address, end, "tcp", port) for address in INTERNET}
    yield Question("internet", name, port, found)
