"""Conditions on nodes in three values: a fact that was not read makes a condition unknown, never true or false."""

from __future__ import annotations

import json
import math
import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath.exceptions import JMESPathError

from audit.access.conditions.date import moment
from audit.model.facts import Fact, Unknown, unread
from audit.model.verdict import STILL_TO_COME, Verdict
from audit.policy import packets, principals
from audit.policy.condition import (
    ROOT,
    AllOf,
    AnyOf,
    Compare,
    Connected,
    Count,
    Declared,
    Follow,
    Not,
    Operator,
    Past,
    Principals,
    Reached,
    Related,
    Says,
    Sends,
)
from audit.policy.outcome import HOLDS, Outcome, every, gap, some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from audit.boundary import Boundary
    from audit.model.graph import BoundaryGraph, Node, NodeKind
    from audit.policy.condition import Condition, Named

_compile = cache(jmespath.compile)
_SHOWN = 120


def hold(condition: Condition, node: Node, boundary: Boundary, context: Mapping[str, Any]) -> Outcome:
    """Judge a condition on a node; ``context`` is what ``{contract: …}`` may name.

    Raises UsageError for packets asked of a node that none arrive at.
    """
    again = partial(hold, boundary=boundary, context=context)
    match condition:
        case AllOf():
            return every([again(part, node) for part in condition.all])
        case AnyOf():
            return some([again(part, node) for part in condition.any])
        case Not():
            return again(condition.negated, node).contrary
        case Related() | Follow() | Connected() | Count():
            return _beyond(condition, node, boundary.graph, (again, context))
        case _:
            return _alone(condition, node, boundary, context)


def _beyond(
    condition: Related | Follow | Connected | Count,
    node: Node,
    graph: BoundaryGraph,
    asking: tuple[Callable[..., Outcome], Mapping[str, Any]],
) -> Outcome:
    """What other nodes decide."""
    again, context = asking
    match condition:
        case Related():
            return _related(condition, node, graph, again)
        case Follow():
            return _follow(condition, node, graph, again)
        case Connected():
            return _connected(condition, node, graph)
        case Count():
            return _counted(condition, node, graph, (again, context))


def _alone(
    condition: Compare | Past | Says | Principals | Reached | Sends,
    node: Node,
    boundary: Boundary,
    context: Mapping[str, Any],
) -> Outcome:
    match condition:
        case Compare():
            return _compared(condition, node, context)
        case Past():
            return _came(condition, node, boundary.now)
        case Says():
            return _said(condition, context)
        case _:
            return _only(condition, node, boundary, context)


def _only(
    condition: Principals | Reached | Sends, node: Node, boundary: Boundary, context: Mapping[str, Any]
) -> Outcome:
    allowed = _named(condition.only, context)
    if allowed is None:
        saw = f"the contract does not say {condition.only.contract}" if isinstance(condition.only, Declared) else ""
        return Outcome(Verdict.UNKNOWN, (saw,), (), node.records)
    match condition:
        case Principals():
            return principals.only(boundary, node, condition.can, allowed)
        case Reached():
            return packets.reached(boundary, node, condition, allowed)
        case Sends():
            return packets.sent(boundary, node, condition, allowed)


def _named(only: Named, context: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names that a condition lists; None where the contract does not say."""
    if not isinstance(only, Declared):
        return only
    found = _compile(only.contract).search(context)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else None


def _compared(test: Compare, node: Node, context: Mapping[str, Any]) -> Outcome:
    fact = read(node, test.property)
    if isinstance(fact, Unknown):
        return Outcome(Verdict.UNKNOWN, (test.property,), (fact,), node.records)
    wanted = _compile(test.value.contract).search(context) if isinstance(test.value, Declared) else test.value
    if wanted is None and isinstance(test.value, Declared):
        return Outcome(Verdict.UNKNOWN, (f"the contract does not say {test.value.contract}",), (), node.records)
    met = _OPERATORS[test.operator](fact, wanted)
    saw = f"{test.called or test.property} is {_shown(fact)}"
    if isinstance(test.value, Declared):
        saw += f", the contract says {_shown(wanted)}"
    return Outcome(Verdict.HOLDS if met else Verdict.BROKEN, (saw,), (), node.records)


def _came(test: Past, node: Node, now: str) -> Outcome:
    fact, named = read(node, test.past), test.called or test.past
    if fact is None:
        return Outcome(Verdict.BROKEN, (f"{named} is absent",), (), node.records)
    came, judged = (None if isinstance(fact, Unknown) else moment(str(fact))), moment(now)
    if came is None or judged is None:
        unread = fact if isinstance(fact, Unknown) else Unknown("", f"{named} is no moment", "")
        return Outcome(Verdict.UNKNOWN, (named,), (unread,), node.records)
    if came <= judged:
        return Outcome(Verdict.HOLDS, (f"{named} is {fact}",), (), node.records)
    ahead = Unknown("", STILL_TO_COME, next(iter(node.records), ""))
    return Outcome(Verdict.UNKNOWN, (f"{named} is {fact}, still to come",), (ahead,), node.records)


def _said(part: Says, context: Mapping[str, Any]) -> Outcome:
    said = _compile(part.says).search(context)
    met = _OPERATORS[part.operator](said, part.value)
    return Outcome(Verdict.HOLDS if met else Verdict.BROKEN, (f"the contract's {part.says} is {_shown(said)}",))


def read(node: Node, path: str) -> Fact:
    """What a JMESPath finds in a node's properties; Unknown when its first property was not read or never described."""
    root = ROOT.match(path)
    name = root.group() if root else path
    record = next(iter(node.records), "")
    if name not in node.properties:
        return Unknown("", f"{name} is not described", record)
    value = node.properties[name]
    hidden = unread(value)
    if hidden is not None:
        return hidden
    try:
        return _compile(path).search({name: value})
    except JMESPathError:
        return Unknown("", f"{name} has another shape than {path} expects", record)


def _shown(value: Fact) -> str:
    if value is None:
        return "absent"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _number(value: Fact, wanted: Any, compare: Callable[[float, float], bool]) -> bool:
    # A retention that is absent means "never expires": the operators for numbers never hold of it.
    return isinstance(value, int | float) and not isinstance(value, bool) and compare(value, float(wanted))


_OPERATORS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: lambda value, wanted: bool(value == wanted),
    Operator.NOT_EQUALS: lambda value, wanted: bool(value != wanted),
    Operator.IN: lambda value, wanted: value in wanted,
    Operator.NOT_IN: lambda value, wanted: value not in wanted,
    Operator.CONTAINS: lambda value, wanted: isinstance(value, list | str | dict) and wanted in value,
    Operator.EXISTS: lambda value, _: value is not None,
    Operator.ABSENT: lambda value, _: value is None,
    Operator.EMPTY: lambda value, _: value is None or value in ([], {}, ""),
    Operator.NOT_EMPTY: lambda value, _: value is not None and value not in ([], {}, ""),
    Operator.AT_LEAST: lambda value, wanted: _number(value, wanted, lambda a, b: a >= b),
    Operator.AT_MOST: lambda value, wanted: _number(value, wanted, lambda a, b: a <= b),
    Operator.MATCHES: lambda value, wanted: isinstance(value, str) and re.fullmatch(wanted, value) is not None,
    Operator.SUBSET_OF: lambda value, wanted: isinstance(value, list) and all(item in wanted for item in value),
}


def _related(part: Related, node: Node, graph: BoundaryGraph, again: Callable[..., Outcome]) -> Outcome:
    outcomes: list[Outcome] = [gap(u) for u in _hidden(graph, node, part.related)]
    for other in graph.nodes(part.related):
        fact = read(other, part.through)
        if isinstance(fact, Unknown):
            outcomes.append(Outcome(Verdict.UNKNOWN, (f"{part.related} {other.name}",), (fact,), other.records))
        elif _names(fact) & {node.id, node.name}:
            outcomes.append(
                again(part.require, other) if part.require else Outcome(Verdict.HOLDS, (), (), other.records)
            )
    return (
        some(outcomes)
        if outcomes
        else Outcome(Verdict.BROKEN, (f"no {_words(part.related)} refers to it",), (), node.records)
    )


def _follow(part: Follow, node: Node, graph: BoundaryGraph, again: Callable[..., Outcome]) -> Outcome:
    fact = read(node, part.follow)
    if isinstance(fact, Unknown):
        return Outcome(Verdict.UNKNOWN, (part.follow,), (fact,), node.records)
    names = _names(fact)
    if not names:
        return Outcome(Verdict.BROKEN, (f"{part.follow} is absent",), (), node.records)
    outcomes = []
    for name in sorted(names):
        found = next((other for other in graph.nodes(part.kind) if name in {other.id, other.name}), None)
        if found is None:
            outcomes.append(Outcome(Verdict.UNKNOWN, (f"{_words(part.kind)} {name} was not seen",), (), node.records))
        elif part.require is not None:
            outcomes.append(again(part.require, found))
    return every(outcomes)


def _counted(part: Count, node: Node, graph: BoundaryGraph, asking: tuple[Callable[..., Outcome], Any]) -> Outcome:
    """Between the nodes that surely count and those that may: a listing that was not read may hide any number."""
    again, context = asking
    sure, perhaps = 0, [gap(u) for u in _hidden(graph, node, part.count)]
    most: float = math.inf if perhaps else 0
    for other in graph.nodes(part.count):
        counts = _counts(part, node, other, again)
        sure += counts.verdict is Verdict.HOLDS
        most += counts.verdict is not Verdict.BROKEN
        perhaps += [counts] if counts.verdict is Verdict.UNKNOWN else []
    wanted = _compile(part.value.contract).search(context) if isinstance(part.value, Declared) else part.value
    if not isinstance(wanted, int):
        return Outcome(Verdict.UNKNOWN, (f"the contract does not say {part.value}",), (), node.records)
    met = {_OPERATORS[part.operator](number, wanted) for number in (sure, most)} | (
        {False} if part.operator is Operator.EQUALS and sure != most else set()
    )
    saw = f"there are {sure} of {_words(part.count)}"
    if len(met) == 1:
        return Outcome(Verdict.HOLDS if met.pop() else Verdict.BROKEN, (saw,), (), node.records)
    return every(perhaps)


def _counts(part: Count, node: Node, other: Node, again: Callable[..., Outcome]) -> Outcome:
    if part.through is not None:
        fact = read(other, part.through)
        if isinstance(fact, Unknown):
            return Outcome(Verdict.UNKNOWN, (f"{_words(part.count)} {other.name}",), (fact,), other.records)
        if not _names(fact) & {node.id, node.name}:
            return Outcome(Verdict.BROKEN)
    elif other.account != node.account:
        return Outcome(Verdict.BROKEN)
    return again(part.where, other) if part.where is not None else HOLDS


def _connected(part: Connected, node: Node, graph: BoundaryGraph) -> Outcome:
    ends = {"target": node.id} if part.into else {"source": node.id}
    edges = list(graph.edges(part.edge, **ends))
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    if edges:
        return Outcome(Verdict.HOLDS, (), (), records)
    whose, where = {node.account, node.properties.get("owner")}, {node.region, "global"}
    gaps = [gap.unknown for gap in graph.gaps if gap.account in whose and gap.region in where]
    if gaps:
        return every([gap(unknown) for unknown in gaps])
    return Outcome(Verdict.BROKEN, (f"nothing that it {_words(part.edge)} was found",), (), node.records)


def _hidden(graph: BoundaryGraph, node: Node, kind: NodeKind) -> list[Unknown]:
    # Of a shared VPC the owner's account tells more than the one that described it.
    return [gap.unknown for gap in graph.unseen(kind) if gap.account in {node.account, node.properties.get("owner")}]


def _names(fact: Fact) -> set[str]:
    found = fact if isinstance(fact, list | tuple) else [fact]
    return {name for item in found if isinstance(item, str) for name in (item, item.rpartition("/")[2])}


def _words(kind: str) -> str:
    return str(kind).replace("_", " ")
