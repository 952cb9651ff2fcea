"""What is found of a principal and a privilege: the decision and its proof, or the paths on which it gets there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.access.expression import TRUE, Expr, to_json
from audit.model.contract import Privilege
from audit.model.graph import Citation, Edge, EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.decision import Decision
    from audit.access.vote import Cause

EDGES = {
    Privilege.READ: EdgeKind.CAN_READ,
    Privilege.WRITE: EdgeKind.CAN_WRITE,
    Privilege.DESTROY: EdgeKind.CAN_DESTROY,
    Privilege.ADMINISTER: EdgeKind.CAN_ADMINISTER,
}


@dataclass(frozen=True)
class Hop:
    """One step over another: ``source`` uses a primitive of the catalogue to act as ``target``, or to edit it.

    ``via`` is the thing in between, such as a function; ``only_if`` what the step's own requests must meet.
    """

    source: str
    primitive: str
    target: str
    via: str | None = None
    only_if: Expr = TRUE
    because: tuple[Cause, ...] = ()

    @cached_property
    def json(self) -> dict[str, Any]:
        """As an edge of the graph holds it; made once, as many edges share a hop."""
        return {
            "source": self.source,
            "primitive": self.primitive,
            "target": self.target,
            "via": self.via,
            "only_if": to_json(self.only_if),
            "because": [
                {"record": c.record, "document": c.document, "pointer": c.pointer} for c in cited(self.because)
            ],
        }


@dataclass(frozen=True, slots=True)
class Access:
    """A principal's privilege on a resource: the decision, and the actions that give it.

    ``resources`` are patterns of the parts it is limited to, empty for the whole. ``through`` are shortest paths over
    others, empty where the principal has the privilege itself; ``paths`` is how many of them there are.
    """

    principal: str
    resource: str
    privilege: Privilege
    decision: Decision
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    through: tuple[tuple[Hop, ...], ...] = ()
    paths: int = 0
    records: tuple[str, ...] = ()

    def edge(self) -> Edge:
        """The derived edge of the graph."""
        decision = self.decision
        properties = {
            "decision": decision.effect.value,
            "only_if": to_json(decision.only_if),
            "unless": [one.to_json() for one in decision.unless],
            "missing": list(dict.fromkeys(one.permission for one in decision.missing)),
            "through": [[hop.json for hop in path] for path in self.through],
            "paths": self.paths,
            "actions": list(self.actions),
            "resources": list(self.resources),
        }
        because = cited(decision.because)
        return Edge(self.principal, self.resource, EDGES[self.privilege], properties, self.records, because)


def cited(causes: Iterable[Cause]) -> tuple[Citation, ...]:
    """Where the deciding statements stand, each once."""
    return tuple(dict.fromkeys(Citation(cause.record, cause.policy, cause.pointer) for cause in causes))
