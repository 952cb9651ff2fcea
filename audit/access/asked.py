"""The ARNs that a privilege's actions are asked of: the resource, things in it, and the parts that documents name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.glob import matches_resource
from audit.access.privileges import On
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.access.access_point import Point
    from audit.access.policy import Document
    from audit.access.privileges import Need
    from audit.model.graph import Node

ANY = "\ue0f1"
"""A name that only wildcards match: it stands for every object, every stream."""


def asked(node: Node, need: Need, name: str) -> str:
    """The ARN that an action names: the resource, or something in it."""
    if need.on is not On.CONTENTS:
        return node.id
    return f"{node.id}/{name}" if node.kind is NodeKind.BUCKET else f"{node.id.removesuffix(':*')}:log-stream:{name}"


def named_parts(
    documents: Iterable[Document | None], node: Node, needs: tuple[Need, ...], points: Sequence[Point]
) -> Iterator[tuple[str, str]]:
    """Patterns of the contents that some Allow names, each with a name that it matches."""
    if needs[0].on is not On.CONTENTS:
        return
    bodies = [found.body for found in documents if found is not None and found.body is not None]
    statements = (s for body in bodies for s in body.on(needs[0].action) if s.may("Allow") and not s.not_resource)
    for pattern in sorted({text for s in statements for text in s.resources if "${" not in text}):
        name = sample(pattern, node, points)
        if name is not None:
            yield pattern, name


def sample(pattern: str, node: Node, points: Sequence[Point]) -> str | None:
    """A name in the resource that a pattern matches and the name that stands for all does not, or None.

    The pattern may name the contents through one of the resource's access points.
    """
    if node.kind is not NodeKind.BUCKET or "/" not in pattern:
        return None
    found = _within(pattern, node.id, pattern.partition("/")[2])
    behind = pattern.partition("/object/")[2]
    return found or next((name for point in points if (name := _within(pattern, point.objects, behind))), None)


def _within(pattern: str, place: str, rest: str) -> str | None:
    if matches_resource(pattern, f"{place}/{ANY}"):
        return None
    name = rest.replace("*", ANY).replace("?", ANY)
    return name if name and matches_resource(pattern, f"{place}/{name}") else None
