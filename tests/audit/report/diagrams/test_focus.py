"""A focus: what is near, and how much is left."""

from __future__ import annotations

from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape
from audit.report.diagrams.focus import focused


def leaf(name: str) -> Box:
    return Box(name, Shape.STORE, (name,), about=(f"node-{name}",))


def chain() -> Diagram:
    """a to b to c to d, two of them in a box, and something that touches nothing."""
    inner = Box("inner", Shape.GROUP, ("inner",), (leaf("b"), leaf("c"), leaf("x")))
    boxes = (leaf("a"), inner, leaf("d"), leaf("y"), leaf("z"))
    flows = tuple(Flow(hops, "", FlowKind.RECORDS) for hops in (("a", "b"), ("b", "c"), ("c", "d"), ("a", "inner")))
    return Diagram("t", ("inner",), boxes, flows)


def ids(diagram: Diagram | None) -> set[str]:
    assert diagram is not None
    return set(diagram.paths)


def test_depth_is_how_many_flows_away() -> None:
    assert ids(focused(chain(), {"node-d"}, 0)) == {"d", "rest_outside"}
    assert ids(focused(chain(), {"node-d"}, 1)) == {"d", "inner", "c", "rest_inner", "rest_outside"}
    assert "b" in ids(focused(chain(), {"node-d"}, 2))


def test_an_arrow_to_a_box_is_one_to_what_is_in_it() -> None:
    found = focused(chain(), {"node-x"}, 1)
    assert found is not None
    assert [flow.hops for flow in found.flows] == [("a", "inner")]


def test_the_rest_is_counted_and_stands_for_its_nodes() -> None:
    found = focused(chain(), {"node-d"}, 1)
    assert found is not None
    assert found.box("rest_inner").lines == ("Others \u00d7 2",)
    assert set(found.box("rest_outside").about) == {"node-a", "node-y", "node-z"}


def test_what_no_box_stands_for_has_no_focus() -> None:
    assert focused(chain(), {"node-nobody"}, 3) is None
