"""A principal as edited: what its documents come to once someone has written what they want.

AWS pages "Permissions boundaries for IAM entities" (edits of policies leave boundary and SCPs in force) and "Versioning
IAM policies".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.access.mentions import TAGS
from audit.access.policy import Body, Document, Statement, unread
from audit.access.primitives import Edit, On

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.evaluate import Policies
    from audit.access.holdings import Caller, Holdings
    from audit.access.ways import Way

WRITTEN = Document("identity/written", Body((Statement("/Statement/0", "Allow"),)))
"""What someone who may write a principal's policies gives it: everything."""
_VERSIONS = unread("identity", "iam:GetPolicyVersion")
_GIVING = frozenset({Edit.POLICIES, Edit.VERSIONS, Edit.GROUPS})


def edited(held: Holdings, caller: Caller, way: Way) -> Caller:
    """The caller as a way's edit makes it; the same caller where the edit gives it nothing."""
    edit = way.primitive.edits
    policies, node = caller.policies, held.graph.get(caller.principal.text)
    if edit is None or edit is Edit.MFA or node is None:
        return caller
    if edit in _GIVING and any(
        document.body is not None and _gives_all(document.body) for document in policies.identity
    ):
        return caller
    groups = [
        item.arns[On.OTHER_GROUP] for item in way.kin.items if item.target == node.id and On.OTHER_GROUP in item.arns
    ]
    match edit:
        case Edit.POLICIES:
            policies = _with(policies, (WRITTEN,))
        case Edit.VERSIONS:
            policies = _with(policies, (_VERSIONS,))
        case Edit.GROUPS:
            policies = _with(policies, [d for arn in groups for d in held.identity(held.graph.node(arn))])
        case Edit.BOUNDARY:
            policies = replace(policies, boundary=None)
        case Edit.ATTACHED_DENIALS | Edit.INLINE_DENIALS | Edit.GROUP_DENIALS:
            policies = replace(policies, identity=tuple(map(_undenied, policies.identity)))
        case Edit.TAGS:
            return _untagged(caller) if held.tags_matter else caller
    if policies == caller.policies:
        return caller
    made = {*filter(None, caller.edits.split(",")), "denials" if "denials" in edit.value else edit.value, *groups}
    return replace(caller, policies=policies, edits=",".join(sorted(made)))


def _gives_all(body: Body) -> bool:
    """Whether a document allows everything already, so that writing more of it gives nothing."""
    return any(
        s.effect == "Allow" and "*" in s.actions and "*" in s.resources and not (s.conditions or s.problem)
        for s in body.statements
        if not (s.not_action or s.not_resource)
    )


def _with(policies: Policies, documents: Iterable[Document]) -> Policies:
    fresh = [document for document in documents if document not in policies.identity]
    return replace(policies, identity=(*policies.identity, *fresh))


def _undenied(document: Document) -> Document:
    """The document without its denials; which of several can be dropped is not told apart."""
    if document.body is None or not any(statement.effect == "Deny" for statement in document.body.statements):
        return document
    return replace(document, body=Body(tuple(s for s in document.body.statements if s.effect != "Deny")))


def _untagged(caller: Caller) -> Caller:
    """Tags of whoever writes them: any, so that a condition on them is met where it can be."""
    keys = {key: value for key, value in caller.keys.items() if not key.lower().startswith(TAGS)}
    closed = tuple(prefix for prefix in caller.closed if prefix != TAGS)
    made = {*filter(None, caller.edits.split(",")), Edit.TAGS.value}
    return replace(caller, keys=keys, closed=closed, edits=",".join(sorted(made)))
