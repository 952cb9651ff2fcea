"""A principal as edited: what its documents come to once someone has written what they want.

AWS pages "Permissions boundaries for IAM entities" (edits of policies leave boundary and SCPs in force) and "Versioning
IAM policies".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.access.mentions import TAGS
from audit.access.policy import Body, Document, Statement, document
from audit.access.primitives import Edit, On
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.access.evaluate import Policies
    from audit.access.holdings import Caller, Holdings
    from audit.access.ways import Way
    from audit.model.graph import Node

WRITTEN = Document("identity/written", Body((Statement("/Statement/0", "Allow"),)))
"""What someone who may write a principal's policies gives it: everything."""
_GIVING = frozenset({Edit.POLICIES, Edit.VERSIONS, Edit.GROUPS})


def edited(held: Holdings, caller: Caller, way: Way) -> Caller:
    """The caller as a way's edit makes it; the same caller where the edit gives it nothing."""
    edit, node = way.primitive.edits, held.graph.get(caller.principal.text)
    if edit is None or node is None or (edit in _GIVING and any(map(gives_all, caller.policies.identity))):
        return caller
    if edit is Edit.TAGS:
        return _marked(_untagged(caller), edit.value) if held.tags_matter else caller
    policies = _policies(held, caller, node, way)
    same = policies is caller.policies or policies == caller.policies
    return caller if same else _marked(replace(caller, policies=policies), _mark(way, node))


def _policies(held: Holdings, caller: Caller, node: Node, way: Way) -> Policies:
    policies = caller.policies
    match way.primitive.edits:
        case Edit.POLICIES:
            return _with(policies, (WRITTEN,))
        case Edit.VERSIONS:
            return _with(policies, _earlier(node, _arns(way, node, On.POLICY)))
        case Edit.GROUPS:
            groups = sorted(_arns(way, node, On.OTHER_GROUP))
            return _with(policies, [found for arn in groups for found in held.identity(held.graph.node(arn))])
        case Edit.BOUNDARY:
            return replace(policies, boundary=None)
        case Edit.ATTACHED_DENIALS | Edit.INLINE_DENIALS | Edit.GROUP_DENIALS as edit:
            return _undenied(held, policies, node, edit)
    return policies


def _mark(way: Way, node: Node) -> str:
    """What was edited, with the groups that were joined."""
    return "+".join((str(way.primitive.edits), *sorted(_arns(way, node, On.OTHER_GROUP))))


def _marked(caller: Caller, mark: str) -> Caller:
    made = {*filter(None, caller.edits.split(",")), mark}
    return replace(caller, edits=",".join(sorted(made)))


def _arns(way: Way, node: Node, kind: On) -> set[str]:
    return {item.arns[kind] for item in way.kin.by_target.get(node.id, ()) if kind in item.arns}


def gives_all(found: Document) -> bool:
    """Whether a document allows everything already, so that writing more of it gives nothing."""
    return found.body is not None and found.body.gives_all


def only_allows(found: Document) -> bool:
    """Whether a document was read and denies nothing."""
    return found.body is not None and found.body.only_allows


def _with(policies: Policies, documents: Iterable[Document]) -> Policies:
    fresh = [found for found in documents if found not in policies.identity]
    return replace(policies, identity=(*policies.identity, *fresh))


def _entries(node: Node) -> list[dict[str, Any]]:
    listed = node.properties.get("identity")
    return listed if isinstance(listed, list) else []


def _earlier(node: Node, policies: set[str]) -> Iterator[Document]:
    """The earlier versions of a principal's managed policies, any of which can be made the default again."""
    for entry in _entries(node):
        if entry.get("arn") in policies:
            yield from (document(f"identity/{entry['name']}", content) for content in entry.get("earlier", ()))


def _undenied(held: Holdings, policies: Policies, node: Node, edit: Edit) -> Policies:
    """Without the denials in the documents of the edit's kind: who may take one away is taken to take all."""
    if not any(one.body is not None and one.body.denies for one in policies.identity):
        return policies
    kinds = list(_kinds(held, node))
    found = [
        _without_denials(one) if place < len(kinds) and kinds[place] is edit else one
        for place, one in enumerate(policies.identity)
    ]
    return replace(policies, identity=tuple(found))


def _kinds(held: Holdings, node: Node) -> Iterator[Edit]:
    """Of each of a principal's documents, the edit that can take its denials away."""
    groups = [g for g in held.graph.nodes(NodeKind.GROUP) if g.name in (node.properties.get("groups") or ())]
    shared = [(entry.get("arn"), entry.get("name")) for group in groups for entry in _entries(group)]
    listed = _entries(node)
    # A user's own documents come first, those of its groups last.
    own = len(listed) - len(shared)
    for place, entry in enumerate(listed):
        inherited = place >= own and (entry.get("arn"), entry.get("name")) in shared
        attached = Edit.ATTACHED_DENIALS if entry.get("arn") else Edit.INLINE_DENIALS
        yield Edit.GROUP_DENIALS if inherited else attached


def _without_denials(found: Document) -> Document:
    if found.body is None or not found.body.denies:
        return found
    return replace(found, body=Body(tuple(s for s in found.body.statements if s.effect != "Deny")))


def _untagged(caller: Caller) -> Caller:
    """Tags of whoever writes them: any, so that a condition on them is met where it can be."""
    keys = {key: value for key, value in caller.keys.items() if not key.lower().startswith(TAGS)}
    closed = tuple(prefix for prefix in caller.closed if prefix != TAGS)
    return replace(caller, keys=keys, closed=closed)
