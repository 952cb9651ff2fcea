"""Which statements made a privilege come, go or change: those that bear on it, and stand on one side only."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.access import boundary as bounds
from audit.access import endpoint, identity, kms, rcp, resource, scp
from audit.access.explain import Question, Says, explain
from audit.access.expression import TRUE
from audit.access.privileges import PRIVILEGES, On
from audit.access.vote import Cause
from audit.access.wording import Contents, contents, texts
from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import Citation, EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.access.explain import Explanation
    from audit.difference.access import Change, Comparison, Side
    from audit.model.graph import Edge, Node

ANY = "\ue0f1"
"""A name that only wildcards match: it stands for every object."""
_SETTINGS = ("policy", "acl", "ownership", "public_access_block", "encryption", "grants")
_LAYERS = {"boundary": bounds.LAYER, "scp": scp.LAYER, "rcp": rcp.LAYER, "identity": identity.LAYER}
_LAYERS |= {"endpoint_policy": endpoint.LAYER, "grants": kms.LAYER}
_Spoken = dict[tuple[str, str, str], "Did"]
"""Statements that bear on a privilege on one side, by layer, effect and what they say."""


@dataclass(frozen=True)
class Did:
    """What did it: a statement ``added`` or ``removed``; or a principal, layer or setting that is otherwise now.

    ``text`` is the statement as JSON, "" where there is none; ``record`` is of the snapshot of its side.
    """

    how: str
    what: str
    pointer: str = ""
    effect: str = ""
    text: str = ""
    record: str = ""
    layer: str = ""


def did(compared: Comparison, change: Change) -> tuple[Did, ...]:
    """What made a change, as far as statements, layers and settings show it."""
    one, two = compared.first, compared.second
    asked = _explained(one, change), _explained(two, change)
    whole = tuple(_boundary(one, two, change))
    gone = _only("removed", _spoken(one, change.before, asked[0]), _standing(two, change))
    come = _only("added", _spoken(two, change.after, asked[1]), _standing(one, change))
    told = [found for found in (*gone, *come) if _counts(found, change, whole=bool(whole))]
    layers = {found.layer for found in (*told, *whole)}
    found = (*_principal(one, two, change), *whole, *told, *_turned(*asked, layers))
    return tuple(dict.fromkeys(found)) or tuple(_settings(one, two, change))


def _only(how: str, spoken: _Spoken, standing: frozenset[tuple[str, str]]) -> list[Did]:
    """The statements that do not stand on the other side."""
    return [replace(one, how=how) for (layer, _, said_), one in spoken.items() if (layer, said_) not in standing]


def _counts(found: Did, change: Change, *, whole: bool) -> bool:
    """Whether a statement that came or went can be why: an Allow gives when it comes, a Deny when it goes."""
    if whole and found.layer == bounds.LAYER and found.effect == "Allow":
        # A boundary that came or went limits as a whole.
        return False
    gives = (found.effect == "Allow") is (found.how == "added")
    return change.wider in {None, gives}


def _standing(side: Side, change: Change) -> frozenset[tuple[str, str]]:
    """Everything that stands in the documents of a side, whether or not it bears on the privilege, by layer."""
    graph = side.boundary.graph
    store, principal = graph.get(side.stores.get(change.store)), graph.get(_id(side, change))
    around = side.remember(("around", change.store), lambda: _statements(side, _around(side, store)))
    own = side.remember(("own", change.principal), lambda: _statements(side, [contents(graph, principal, None, ())]))
    return around | own


def _around(side: Side, store: Node | None) -> list[Contents]:
    """The documents of a store, its keys and all endpoints."""
    graph = side.boundary.graph
    endpoints = {node.name for node in graph.nodes(NodeKind.VPC_ENDPOINT)}
    keys = (graph.get(key.target) for key in (_keys(side, store) if store else ()))
    return [contents(graph, None, store, endpoints), *(contents(graph, None, key, ()) for key in keys)]


def _statements(side: Side, found: list[Contents]) -> frozenset[tuple[str, str]]:
    named = ((name, document) for one in found for name, documents in one.items() for document in documents)
    return frozenset(
        (_layer(name), side.names.canonical(part)) for name, document in named for part in _parts(document)
    )


def _parts(document: dict[str, Any]) -> list[Any]:
    """A policy's statements; a grant is one by itself."""
    statements = next((value for key, value in document.items() if key.lower() == "statement"), document)
    return statements if isinstance(statements, list) else [statements]


def _layer(document: str) -> str:
    return _LAYERS.get(document.partition("/")[0], resource.LAYER)


def _boundary(one: Side, two: Side, change: Change) -> Iterator[Did]:
    """A permissions boundary that came or went as a whole."""
    nodes = [side.boundary.graph.get(_id(side, change)) for side in (one, two)]
    old, new = (node.properties.get("boundary", ...) if node is not None else ... for node in nodes)
    if isinstance(old, dict) and new is None and change.wider is not False:
        yield Did("removed", "permissions boundary", str(old.get("arn") or ""), layer=bounds.LAYER)
    if old is None and isinstance(new, dict) and change.wider is not True:
        yield Did("added", "permissions boundary", str(new.get("arn") or ""), layer=bounds.LAYER)


def _explained(side: Side, change: Change) -> dict[str, Explanation]:
    """The votes on each action that gives the privilege, the key's included, by action."""
    store = side.boundary.graph.get(side.stores.get(change.store))
    principal = _id(side, change)
    found: dict[str, Explanation] = {}
    for action, asked in _requests(side, change, store) if store is not None else ():
        try:
            found[action] = _explanation(side, principal, action, asked)
        except UsageError:
            # A canonical id of an access control list, or a principal that is not there on this side.
            return {}
    return found


def _explanation(side: Side, principal: str, action: str, asked: str) -> Explanation:
    question = Question(principal, action, asked)
    return side.remember((principal, action, asked), lambda: explain(side.held, question, side.boundary.now))


def _id(side: Side, change: Change) -> str:
    edge = _edge(side, change)
    return edge.source if edge is not None else side.find(change.principal) or change.edge.source


def _edge(side: Side, change: Change) -> Edge | None:
    return side.edges.get((change.store, change.privilege.value, change.principal))


def _requests(side: Side, change: Change, store: Node) -> Iterator[tuple[str, str]]:
    """The actions that give the privilege before or after, each with what it is asked of."""
    given = {action for edge in (change.before, change.after) if edge for action in edge.properties.get("actions", ())}
    for needs in PRIVILEGES[str(store.kind)][change.privilege]:
        if needs[0].action in given or not given:
            for need in needs:
                if need.on is On.KEY:
                    yield from ((need.action, edge.target) for edge in _keys(side, store))
                else:
                    yield need.action, _part(store, change) if need.on is On.CONTENTS else store.id


def _keys(side: Side, store: Node) -> Iterator[Edge]:
    return side.boundary.graph.edges(EdgeKind.ENCRYPTED_WITH, source=store.id)


def _part(store: Node, change: Change) -> str:
    """The name of something in a store: of the part that the privilege is limited to, where it is."""
    if store.kind is not NodeKind.BUCKET:
        return f"{store.id.removesuffix(':*')}:log-stream:{ANY}"
    patterns = change.edge.properties.get("resources") or ()
    part = next((pattern.partition("/")[2] for pattern in patterns), "*")
    return f"{store.id}/{part.replace('*', ANY).replace('?', ANY)}"


def _spoken(side: Side, edge: Edge | None, asked: dict[str, Explanation]) -> _Spoken:
    """The statements that bear on the privilege: those of the votes, and those that the edge and its paths cite."""
    found: _Spoken = {}
    for explanation in asked.values():
        for vote in explanation.votes:
            for cause in vote.statements:
                _add(found, side, vote.layer, cause, explanation.said(cause))
    for citation, documents in _cited(side, edge) if edge is not None else ():
        layer = _layer(citation.document)
        cause = Cause(layer, citation.document, citation.pointer, citation.record, "Allow", TRUE)
        _add(found, side, layer, cause, texts(documents, cause))
    return found


def _add(found: _Spoken, side: Side, layer: str, cause: Cause, said: Iterable[Any]) -> None:
    for text in said:
        effect = str(text.get("Effect", cause.effect)) if isinstance(text, dict) else cause.effect
        shown = json.dumps(text, sort_keys=True, ensure_ascii=False)
        one = Did("", cause.policy, cause.pointer, effect, shown, cause.record, layer)
        found.setdefault((layer, effect, side.names.canonical(text)), one)


def _cited(side: Side, edge: Edge) -> Iterator[tuple[Citation, Any]]:
    """The statements that an edge rests on, with the documents in which they stand."""
    graph = side.boundary.graph
    store = graph.get(edge.target)
    own = contents(graph, graph.get(edge.source), store, ())
    for key in _keys(side, store) if store is not None else ():
        own = {**contents(graph, None, graph.get(key.target), ()), **own}
    yield from ((citation, own) for citation in edge.because)
    for hop in (hop for path in edge.properties.get("through") or () for hop in path):
        documents = contents(graph, graph.get(hop["source"]), graph.get(hop["target"]), ())
        yield from ((Citation(**one), documents) for one in hop.get("because") or ())


def _principal(one: Side, two: Side, change: Change) -> Iterator[Did]:
    """A principal or store that is there on one side only."""
    for name, what in ((change.principal, "principal"), (change.store, "store")):
        there = [side.find(name) is not None for side in (one, two)]
        if there == [False, True]:
            yield Did("added", f"the {what} itself")
        elif there == [True, False]:
            yield Did("removed", f"the {what} itself")


def _turned(before: dict[str, Explanation], after: dict[str, Explanation], told: set[str]) -> Iterator[Did]:
    """Layers that say something else though none of their statements came or went: a boundary that was taken away."""
    for action in before.keys() & after.keys():
        old = {vote.layer: vote.says for vote in before[action].votes}
        new = {vote.layer: vote.says for vote in after[action].votes}
        # An endpoint's policy is asked where something else sends the request through it: it is never why.
        for layer in sorted((old.keys() | new.keys()) - {*told, endpoint.LAYER}):
            was, now = old.get(layer, Says.ABSENT), new.get(layer, Says.ABSENT)
            if was is not now and Says.UNREAD not in {was, now}:
                yield Did("turned", layer, effect=f"{was.value} → {now.value}", layer=layer)


def _settings(one: Side, two: Side, change: Change) -> Iterator[Did]:
    """The settings of the store that differ, where no statement tells."""
    nodes = [side.boundary.graph.get(side.stores.get(change.store)) for side in (one, two)]
    if nodes[0] is None or nodes[1] is None:
        return
    for name in _SETTINGS:
        said_of = [
            side.names.canonical(_fact(node, name)) for side, node in zip((one, two), nodes, strict=True) if node
        ]
        if said_of[0] != said_of[1]:
            yield Did("changed", f"the store's {name.replace('_', ' ')}")


def _fact(node: Node, name: str) -> Any:
    value = node.properties.get(name)
    return value.to_json() if isinstance(value, Unknown) else value
