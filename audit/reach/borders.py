"""Packets and their answers past the ACLs of every border that they cross, as boxes of sets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.reach.acls import EPHEMERAL, passed, refusal
from audit.reach.addresses import PORTS, Intervals
from audit.reach.path import Doubt, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.graph import Citation
    from audit.reach.topology import Network
    from audit.reach.trails import Border


@dataclass(frozen=True, slots=True)
class Box:
    """All packets from sources to destinations at ports, whose answers come back to the client's ports."""

    sources: Intervals
    destinations: Intervals
    ports: Intervals = PORTS
    client: Intervals = PORTS
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __and__(self, other: Box) -> Box:
        return Box(
            self.sources & other.sources, self.destinations & other.destinations, self.ports & other.ports,
            self.client & other.client, tuple(dict.fromkeys((*self.because, *other.because))),
            tuple(dict.fromkeys((*self.doubts, *other.doubts))),
        )  # fmt: skip

    def __bool__(self) -> bool:
        return all((self.sources, self.destinations, self.ports, self.client))


def filtered(net: Network, protocol: str, box: Box, there: Iterable[Border], back: Iterable[Border]) -> list[Box]:
    """The parts of a box that pass every border there, and whose answers pass every border back."""
    boxes = [box]
    for border in there:
        boxes = _joined([part for one in boxes for part in _there(net, protocol, one, border)])
    for border in back:
        boxes = _joined([part for one in boxes for part in _back(net, protocol, one, border)])
    return boxes


def refusals(
    net: Network, protocol: str, box: Box, there: Iterable[Border], back: Iterable[Border]
) -> Iterator[tuple[str, str]]:
    """The ACLs that by themselves let nothing of a box, or none of its answers, through; each with the word for why.

    Where each lets something through and all together nothing, every one that does not let all through.
    """
    there, back = tuple(there), tuple(back)
    asked = [(border, Piece(box.destinations if border[1] == "out" else box.sources, box.ports)) for border in there]
    # Answers go to a port that the client's system chose.
    asked += [(border, Piece(box.sources if border[1] == "out" else box.destinations, EPHEMERAL)) for border in back]
    found = [said for border, piece in asked for said in _refused(net, protocol, border, piece)]
    yield from found
    if not found and not filtered(net, protocol, box, there, back):
        for (subnet, direction), piece in asked:
            acl = net.acl(subnet)
            parts = passed(net, subnet, direction, protocol, piece)
            if acl is not None and sum(part.size for part in parts) < piece.size:
                yield acl.name, "no_matching_rule"


def _refused(net: Network, protocol: str, border: Border, piece: Piece) -> Iterator[tuple[str, str]]:
    subnet, direction = border
    acl = net.acl(subnet)
    if acl is not None and piece and not passed(net, subnet, direction, protocol, piece):
        yield acl.name, refusal(net, acl, direction, protocol, piece)


def _there(net: Network, protocol: str, box: Box, border: Border) -> list[Box]:
    subnet, direction = border
    far = box.destinations if direction == "out" else box.sources
    pieces = passed(net, subnet, direction, protocol, Piece(far, box.ports, box.because, box.doubts))
    return [_narrowed(box, piece, to_far=direction == "out", ports=piece.ports) for piece in pieces]


def _back(net: Network, protocol: str, box: Box, border: Border) -> list[Box]:
    subnet, direction = border
    far = box.sources if direction == "out" else box.destinations
    pieces = passed(net, subnet, direction, protocol, Piece(far, box.client, box.because, box.doubts))
    return [_narrowed(box, piece, to_far=direction == "in", client=piece.ports) for piece in pieces]


def _narrowed(
    box: Box, piece: Piece, *, to_far: bool, ports: Intervals | None = None, client: Intervals | None = None
) -> Box:
    return Box(
        box.sources if to_far else piece.addresses,
        piece.addresses if to_far else box.destinations,
        box.ports if ports is None else ports,
        box.client if client is None else client,
        piece.because,
        piece.doubts,
    )


def _joined(boxes: list[Box]) -> list[Box]:
    """Boxes that differ in the client's ports only as one."""
    if len(boxes) < 2:  # noqa: PLR2004 one has no other to join
        return boxes
    found: dict[tuple[Intervals, Intervals, Intervals, tuple[Doubt, ...]], Box] = {}
    for box in boxes:
        key = box.sources, box.destinations, box.ports, box.doubts
        known = found.get(key)
        if known is not None:
            because = tuple(dict.fromkeys((*known.because, *box.because)))
            found[key] = replace(known, client=known.client | box.client, because=because)
        else:
            found[key] = box
    return list(found.values())
