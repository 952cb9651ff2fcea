"""The ends of a pair as a question names them: interfaces, subnets, addresses, the internet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.model.graph import INTERNET, NodeKind
from audit.reach.addresses import PUBLIC, V4, Intervals, addresses
from audit.reach.topology import InterfaceClass, subnet_addresses
from audit.reach.trails import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Node
    from audit.reach.topology import Network


@dataclass(frozen=True, slots=True)
class Spot:
    """An end as it was found: the interface (as a class of one) where one is there, and the place.

    ``public`` is the IPv4 address of the internet by which the interface was named.
    """

    name: str
    place: Place
    one: InterfaceClass | None = None
    public: Intervals = field(default_factory=Intervals)

    @property
    def path(self) -> tuple[str, ...]:
        """The physical ids of interface and subnet."""
        own = (short(self.one.interfaces[0]),) if self.one is not None else ()
        return (*own, *((self.place.subnet,) if self.place.subnet else ()))


def spots(net: Network, name: str) -> Iterator[Spot]:
    """The ends of a name; raises UsageError for one that is not there."""
    if name == INTERNET:
        yield Spot(name, Place("", "", PUBLIC, INTERNET))
    elif name.startswith("subnet-"):
        yield from _subnet(net, name)
    elif name.startswith(("eni-", "i-")):
        yield from _interfaces(net, name)
    else:
        yield from _at_address(net, name)


def _subnet(net: Network, name: str) -> Iterator[Spot]:
    subnet = net.named(NodeKind.SUBNET, name)
    if subnet is None:
        raise UsageError(f"there is no subnet {name} in the snapshot: byoc reach knows those that were described")
    yield Spot(name, Place(subnet.properties["vpc"], name, subnet_addresses(subnet)))


def _interfaces(net: Network, name: str) -> Iterator[Spot]:
    found = [node for node in net.all(NodeKind.NETWORK_INTERFACE) if name in (node.name, node.properties["instance"])]
    if not found:
        what = "interface" if name.startswith("eni-") else "interface of instance"
        raise UsageError(f"there is no {what} {name} in the snapshot: byoc reach knows those that were described")
    yield from (_of_interface(net, node) for node in found)


def _of_interface(net: Network, node: Node) -> Spot:
    one = net.class_of(node)
    return Spot(node.name, Place(one.vpc, one.subnet, one.addresses), one)


def _at_address(net: Network, text: str) -> Iterator[Spot]:
    try:
        wanted = addresses([str(ip_address(text))])
    except ValueError:
        hint = "use eni-…, i-…, subnet-…, an address, internet or (as an end) s3"
        raise UsageError(f"{text} is no end that byoc reach knows: {hint}") from None
    own = [n for n in net.all(NodeKind.NETWORK_INTERFACE) if text in _addresses_of(n)]
    if own:
        named = ((node, text in node.properties["public_addresses"]) for node in own)
        yield from (replace(_of_interface(net, n), public=wanted if by else Intervals()) for n, by in named)
        return
    inside = [subnet for subnet in net.all(NodeKind.SUBNET) if subnet_addresses(subnet) & wanted]
    if inside:
        yield from (Spot(text, Place(s.properties["vpc"], s.name, wanted)) for s in inside)
    else:
        yield Spot(text, Place("", "", wanted))


def _addresses_of(node: Node) -> tuple[str, ...]:
    facts = node.properties
    return (*facts["private_addresses"], *facts["ipv6_addresses"], *facts["public_addresses"])


def machines(net: Network, place: Place) -> Iterator[InterfaceClass]:
    """The classes of a subnet; where nothing is there yet, a machine without groups and public address."""
    if not place.subnet:
        return
    found = [one for one in net.classes if one.subnet == place.subnet]
    subnet = net.named(NodeKind.SUBNET, place.subnet)
    if found or subnet is None:
        yield from found
        return
    dual = any(":" in cidr for cidr in subnet.properties["ipv6_cidrs"])
    where = place if dual else replace(place, addresses=place.addresses & V4)
    yield net.machine(subnet, *within(where))


def within(place: Place) -> tuple[str, str, Intervals]:
    """What places a machine."""
    return place.vpc, place.subnet, place.addresses


def short(node: str) -> str:
    """The physical id of a node."""
    return node.rpartition("/")[2]
