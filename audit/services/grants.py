"""The principals that a resource's own policy names in its Allow statements, as GRANTS edges that cite the statement.

After the AWS page "AWS JSON policy elements: Principal". Deny statements name nobody, and whether the statement's
conditions let the principal in is the evaluator's matter: the edge carries them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn, is_arn
from audit.model.facts import Fact, Unknown
from audit.model.graph import Citation, Edge, EdgeKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

ANYONE = "*"
_ACCOUNT = re.compile(r"\d{12}")


def grants(facts: Facts, source: str, policy: Fact, record: str, document: str) -> Iterator[Node | Edge]:
    """The GRANTS edges of a parsed policy, and nodes for the principals that no other service describes."""
    if not isinstance(policy, dict):
        return
    for pointer, statement in statements(policy):
        if statement.get("Effect") == "Allow":
            because = (Citation(record, document, pointer),)
            properties = {"actions": _listed(statement.get("Action")), "conditions": statement.get("Condition")}
            for kind, name in _named(statement):
                yield from granted(facts, source, kind, name, properties, because)


def granted(
    facts: Facts, source: str, kind: str, name: str, properties: dict[str, Any], because: tuple[Citation, ...]
) -> Iterator[Node | Edge]:
    """One GRANTS edge to a principal named as kind (AWS, Service, Federated, CanonicalUser)."""
    node_id = f"arn:{facts.partition}:iam::{name}:root" if kind == "AWS" and _ACCOUNT.fullmatch(name) else name
    yield from _node(facts, kind, node_id)
    records = tuple(dict.fromkeys(citation.record for citation in because if citation.record))
    yield Edge(source, node_id, EdgeKind.GRANTS, properties, records, because)


def statements(policy: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement with its JSON pointer; a lone statement may stand without a list."""
    body = policy.get("Statement") or []
    if isinstance(body, dict):
        yield "/Statement", body
    else:
        yield from ((f"/Statement/{index}", statement) for index, statement in enumerate(body))


def is_walked(facts: Facts, account: str) -> bool:
    """Whether an account is one of those that the walk entered."""
    return any(entry.id == account and entry.unreadable is None for entry in facts.snapshot.manifest.accounts)


def _named(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    principal = statement.get("Principal")
    if principal == ANYONE or (principal is None and "NotPrincipal" in statement):
        # Allow with NotPrincipal lets in everyone but those named.
        yield "AWS", ANYONE
    elif isinstance(principal, dict):
        for kind, names in principal.items():
            yield from ((kind, name) for name in _listed(names))


def _node(facts: Facts, kind: str, name: str) -> Iterator[Node]:
    if kind == "Service":
        yield Node(name, NodeKind.SERVICE, name, "", "")
    elif name == ANYONE or kind == "CanonicalUser":
        yield Node(name, NodeKind.FOREIGN_PRINCIPAL, name, "", "")
    elif is_arn(name) and not is_walked(facts, Arn.parse(name).account) and Arn.parse(name).account:
        yield Node(name, NodeKind.FOREIGN_PRINCIPAL, name, Arn.parse(name).account, "")


def _listed(names: Any) -> list[str]:
    if names is None or isinstance(names, Unknown):
        return []
    return [names] if isinstance(names, str) else list(names)
