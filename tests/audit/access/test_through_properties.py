"""What must hold of everyone who comes to something through others, on small random accounts."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from random_accounts import random_account
from reference_through import primitives
from toy import BUCKET, NOW, A, B, allow, deny, limited, policy

from audit.access import edited_classes
from audit.access import ways as ways_module
from audit.access.who_can import derive, who_can
from audit.model.contract import Privilege
from audit.model.graph import BoundaryGraph, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.model.graph import Edge

_SEEDS = range(40)
_CALLERS = (NodeKind.ROLE, NodeKind.USER)


@pytest.fixture(autouse=True)
def _few_primitives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways_module, "catalogue", primitives)


def account(seed: int) -> BoundaryGraph:
    return random_account(random.Random(seed))  # noqa: S311 a chosen sequence, no secret


def those(graph: BoundaryGraph) -> set[str]:
    return {one.principal for one in who_can(graph, BUCKET, Privilege.READ, now=NOW)}


def changed(graph: BoundaryGraph, change: Callable[[Node], Node]) -> BoundaryGraph:
    made = BoundaryGraph()
    for node in graph.nodes():
        made.add(change(node))
    for edge in graph.edges():
        made.add(edge)
    return made


def _with(**facts: Any) -> Callable[[Node], Node]:
    return lambda node: replace(node, properties={**node.properties, **facts}) if node.kind in _CALLERS else node


def _denied(node: Node) -> Node:
    if node.kind not in _CALLERS:
        return node
    entry = {"name": "more", "arn": None, "document": policy(deny(["iam:P*", "lambda:*"]))}
    return _with(identity=[*node.properties["identity"], entry])(node)


def _restricted(node: Node) -> Node:
    if node.kind is not NodeKind.ACCOUNT:
        return node
    levels = [*(node.properties["scp"] or ()), [policy(allow("*"), deny(["iam:*", "lambda:U*"]))]]
    return replace(node, properties={**node.properties, "scp": levels, "organization": {"Id": "o-1"}})


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_further_denial_a_boundary_or_an_scp_makes_nobody_come_further(seed: int) -> None:
    graph = account(seed)
    before = those(graph)
    bounded = _with(boundary=limited(allow(["s3:*", "sts:*", "iam:*"])))
    assert those(changed(graph, _denied)) <= before
    assert those(changed(graph, _restricted)) <= before
    assert those(changed(graph, lambda node: node if node.properties.get("boundary") else bounded(node))) <= before


@pytest.mark.parametrize("seed", _SEEDS)
def test_without_a_primitive_nobody_comes_further(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, listed = account(seed), primitives()
    before = those(graph)
    for gone in range(seed % 4, len(listed), 4):
        monkeypatch.setattr(ways_module, "catalogue", lambda gone=gone: listed[:gone] + listed[gone + 1 :])
        assert those(graph) <= before


@pytest.mark.parametrize("seed", _SEEDS)
def test_another_account_number_changes_nothing(seed: int) -> None:
    graph = account(seed)
    renamed = json.loads(json.dumps(graph.to_json()).replace(A, B))
    there = BoundaryGraph()
    for node in renamed["nodes"]:
        place = node["name"], node["account"], node["region"]
        there.add(Node(node["id"], NodeKind(node["kind"]), *place, node["properties"], tuple(node["records"])))
    for edge in graph.edges():
        there.add(replace(edge, source=edge.source.replace(A, B), target=edge.target.replace(A, B)))
    assert {name.replace(A, B) for name in those(graph)} == those(there)


@pytest.mark.parametrize("seed", _SEEDS)
def test_two_runs_give_the_same_bytes(seed: int) -> None:
    assert _bytes(list(derive(account(seed), [BUCKET], now=NOW))) == _bytes(
        list(derive(account(seed), [BUCKET], now=NOW))
    )


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_order_in_which_a_graph_is_told_changes_nothing(seed: int) -> None:
    graph = account(seed)
    backwards = BoundaryGraph()
    for node in reversed(list(graph.nodes())):
        backwards.add(node)
    for edge in reversed(list(graph.edges())):
        backwards.add(edge)
    assert _bytes(list(derive(graph, [BUCKET], now=NOW))) == _bytes(list(derive(backwards, [BUCKET], now=NOW)))


@pytest.mark.parametrize("seed", _SEEDS)
def test_who_can_is_the_filter_of_what_each_can(seed: int) -> None:
    graph = account(seed)
    edges = list(derive(graph, [BUCKET], now=NOW))
    for privilege in Privilege:
        there = {one.principal for one in who_can(graph, BUCKET, privilege, now=NOW)}
        assert there == {edge.source for edge in edges if edge.kind == f"can_{privilege}"}


def _bytes(edges: list[Edge]) -> str:
    return json.dumps([[edge.source, edge.kind, edge.target, dict(edge.properties)] for edge in edges], default=str)


@pytest.mark.parametrize("seed", _SEEDS)
def test_principals_too_many_to_tell_apart_hide_nobody_and_make_nothing_certain(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = account(seed)

    def told() -> dict[str, str]:
        found = who_can(graph, BUCKET, Privilege.READ, now=NOW)
        assert all(one.decision.missing for one in found if one.decision.effect.value == "undetermined")
        return {one.principal: one.decision.effect.value for one in found}

    exact = told()
    monkeypatch.setattr(edited_classes, "_MOST_CLASSES", 0)
    together = told()
    assert set(exact) <= set(together)
    assert {one for one, effect in together.items() if effect == "allowed"} <= {
        one for one, effect in exact.items() if effect == "allowed"
    }
