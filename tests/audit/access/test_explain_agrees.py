"""An explanation decides as who-can does: asked of every principal of the rehearsed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.decision import OPEN
from audit.access.explain import Question, explain
from audit.access.expression import to_json
from audit.access.holdings import Holdings
from audit.access.privileges import PRIVILEGES, On
from audit.boundary import PRIVILEGES as EDGES
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Rehearsed

    from audit.access.explain import Explanation
    from audit.access.privileges import Need
    from audit.boundary import Boundary
    from audit.model.graph import EdgeKind, Node

ANY = "\ue0f1"


def _asked(node: Node, need: Need) -> str:
    if need.on is not On.CONTENTS:
        return node.id
    return f"{node.id}/{ANY}" if node.kind is NodeKind.BUCKET else f"{node.id}:log-stream:{ANY}"


def _explained(boundary: Boundary) -> Iterator[tuple[Node, EdgeKind, str, dict[str, Explanation]]]:
    """Every principal's single actions that give a privilege without a key."""
    held = Holdings(boundary.graph)
    callers = list(boundary.graph.nodes(NodeKind.ROLE, NodeKind.USER, NodeKind.ROOT_USER))
    for node in map(boundary.graph.node, boundary.derived):
        for kind, privilege in EDGES.items():
            single = [needs[0] for needs in PRIVILEGES[str(node.kind)][privilege] if len(needs) == 1]
            asked = [need for need in single if None not in need.context.values()]
            for caller in callers if asked and len(single) == len(PRIVILEGES[str(node.kind)][privilege]) else ():
                given = {need.action: {k: (str(v),) for k, v in need.context.items()} for need in asked}
                yield (
                    node,
                    kind,
                    caller.id,
                    {
                        need.action: explain(
                            held, Question(caller.id, need.action, _asked(node, need), given[need.action]), boundary.now
                        )
                        for need in asked
                    },
                )


def test_explanations_decide_as_the_derived_edges_do(poc: Rehearsed) -> None:
    boundary = poc.judged().boundary
    seen = 0
    for node, kind, caller, explained in _explained(boundary):
        edge = next(boundary.graph.edges(kind, source=caller, target=node.id), None)
        opened = {action for action, one in explained.items() if one.decision.effect in OPEN}
        actions = set(edge.properties["actions"]) if edge is not None and not edge.properties["resources"] else set()
        assert opened == actions, (caller, kind, node.id)
        if len(opened) == 1 and edge is not None:
            [only] = opened
            assert to_json(explained[only].decision.only_if) == edge.properties["only_if"], (caller, only, node.id)
        seen += len(opened)
    assert seen > 50
