"""Who can do what, as sentences and as JSON (``byoc-access/1``): one row for each derived edge."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audit.access.phrase import phrase
from audit.access.primitives import catalogue
from audit.access.privileges import OTHER_KEY
from audit.boundary import PRIVILEGES
from audit.model.graph import Citation, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.boundary import Boundary
    from audit.model.contract import Privilege
    from audit.model.graph import Edge

ACCESS_FORMAT = "byoc-access/1"
LAYERS = {
    "rcp": "resource control policies",
    "scp": "service control policies",
    "access_point": "access point",
    "bucket_policy": "policy of the bucket",
    "resource_policy": "resource policy",
    "block_public_access": "block public access",
    "grants": "grants",
    "identity": "identity policies",
    "boundary": "permissions boundary",
    "session": "session policy",
    "endpoint": "endpoint policy",
    "acl": "access control list",
}
"""A layer as readers name it."""


class Standing(StrEnum):
    """How a principal has a privilege, in the order of a report."""

    ALWAYS = "always"
    ONLY_IF = "only_if"
    THROUGH = "through"
    UNDETERMINED = "undetermined"


TITLES = {
    Standing.ALWAYS: "Always",
    Standing.ONLY_IF: "Only if",
    Standing.THROUGH: "Through others",
    Standing.UNDETERMINED: "Not known",
}


def standing(edge: Edge) -> Standing:
    """How the edge's principal has its privilege; through others only where it has it in no direct way."""
    if edge.properties["decision"] == "undetermined":
        return Standing.UNDETERMINED
    if paths(edge) and [] not in paths(edge):
        return Standing.THROUGH
    return Standing.ONLY_IF if edge.properties.get("only_if") else Standing.ALWAYS


def paths(edge: Edge) -> list[list[dict[str, Any]]]:
    """The paths through others; an empty one is direct access, none at all too."""
    return [list(path) for path in edge.properties.get("through") or ()]


def who(boundary: Boundary, principal: str) -> str:
    """A principal for a reader: its role in the contract and its name; an account's root user and anyone in words."""
    if principal == "*":
        return "anyone (*)"
    if principal.isdigit():
        return f"a principal of account {principal} that was not read"
    node = boundary.graph.get(principal)
    if node is not None and node.kind is NodeKind.ROOT_USER:
        role = boundary.roles.get(principal)
        return f"{role} (the root user of {node.account})" if role else f"the root user of {node.account}"
    if node is None or node.kind is NodeKind.FOREIGN_PRINCIPAL:
        return boundary.roles.get(principal, principal)
    return boundary.label(principal)


def sentence(boundary: Boundary, edge: Edge, common: Sequence[dict[str, str]] = ()) -> list[str]:
    """How the privilege is held, a line each; doubts that are ``common`` to all are said elsewhere."""
    properties = edge.properties
    found = [f"of {part}" for part in [" or ".join(properties.get("resources") or ())] if part]
    condition = phrase(properties.get("only_if"))
    if standing(edge) is Standing.UNDETERMINED:
        found.append(f"not known: {settles(boundary, properties.get('missing') or ())}")
    elif condition:
        found.append(f"only if {condition}")
    elif standing(edge) is Standing.ALWAYS:
        found.append("always, whatever was not read" if common and not properties.get("unless") else "always")
    found += [f"through: {path_text(boundary, path)}" for path in paths(edge) if path]
    left = properties.get("paths", 0) - len(paths(edge))
    found += [f"and {left} more {'path' if left == 1 else 'paths'} as short"] if left > 0 else []
    found += _unless(boundary, [part for part in properties.get("unless") or () if part not in common])
    more = properties.get("missing") if standing(edge) is not Standing.UNDETERMINED else ()
    found += [f"perhaps more: {settles(boundary, more)}"] if more else []
    return found


def hop_proofs(boundary: Boundary, edge: Edge) -> dict[str, list[Citation]]:
    """What proves each hop of the paths through others, by who becomes whom."""
    found: dict[str, list[Citation]] = {}
    for hop in (hop for path in paths(edge) for hop in path):
        cited = found.setdefault(_ends(boundary, hop), [])
        cited += [one for one in (Citation(**c) for c in hop.get("because") or ()) if one not in cited]
    return found


def path_text(boundary: Boundary, path: Sequence[dict[str, Any]]) -> str:
    """A path through others: who becomes whom, by which primitive, where and under which condition."""
    return "; then ".join(_hop(boundary, hop) for hop in path)


def _hop(boundary: Boundary, hop: dict[str, Any]) -> str:
    via = hop.get("via")
    on = f", on {boundary.label(str(via))}" if via else ""
    condition = phrase(hop.get("only_if"))
    text = f"{_ends(boundary, hop)}: {_does(str(hop['primitive']))}{on}"
    return f"{text}, only if {condition}" if condition else text


def _ends(boundary: Boundary, hop: dict[str, Any]) -> str:
    ends = (str(hop[end]) for end in ("source", "target"))
    return " → ".join(boundary.roles.get(end) or who(boundary, end) for end in ends)


def _does(primitive: str) -> str:
    """What the catalogue says of a primitive, with its id; the id alone for one that it does not hold."""
    title = next((known.title for known in catalogue() if known.id == primitive), None)
    return f"{title[0].lower()}{title[1:]} ({primitive})" if title else primitive


def _unless(boundary: Boundary, unless: Sequence[dict[str, str]]) -> list[str]:
    keyed = [part for part in unless if part["layer"] == OTHER_KEY]
    unread = [part for part in unless if part["layer"] != OTHER_KEY]
    found = ["unless an object is encrypted with another key than the bucket's"] if keyed else []
    return [*found, f"unless {upper_bound(boundary, unread)}"] if unread else found


def upper_bound(boundary: Boundary, unless: Sequence[dict[str, str]]) -> str:
    """Which unread layers may still deny, and what would settle it."""
    names = " or ".join(dict.fromkeys(LAYERS.get(part["layer"], part["layer"]) for part in unless))
    return f"unread {names} deny it ({settles(boundary, [part['permission'] for part in unless])})"


def settles(boundary: Boundary, permissions: Iterable[str]) -> str:
    """What would settle a doubt: a permission to grant, or an account that is not emulated."""
    wanted = list(dict.fromkeys(permissions))
    shown = [one for one in wanted if one not in boundary.graph.emulated]
    found = [f"{' and '.join(shown)} would settle it"] if shown else []
    if len(shown) < len(wanted):
        found.append("no emulator shows it: audit the real account")
    return "; ".join(found) or "what would settle it is not known"


def common_doubts(edges: Iterable[Edge]) -> list[dict[str, str]]:
    """Unread layers that bear on most rows: they are said once, at the top."""
    listed = [[part for part in edge.properties.get("unless") or () if part["layer"] != OTHER_KEY] for edge in edges]
    found = {(part["layer"], part["permission"]): part for parts in listed for part in parts}
    return [part for part in found.values() if 2 * sum(part in parts for parts in listed) > len(listed)]


def proofs(citations: Iterable[Citation]) -> list[tuple[str, str, list[str]]]:
    """Citations by document: its name, the record that holds it, and the pointers into it."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in citations:
        pointers = found.setdefault((one.document, one.record), [])
        pointers += [one.pointer] if one.pointer and one.pointer not in pointers else []
    return [(document, record, pointers) for (document, record), pointers in found.items()]


def principal_json(boundary: Boundary, principal: str) -> dict[str, Any]:
    """A principal or store: id, name and its role in the contract."""
    node = boundary.graph.get(principal)
    name = node.name if node is not None else principal
    return {"id": principal, "name": name, "role": boundary.roles.get(principal)}


def row_json(boundary: Boundary, edge: Edge) -> dict[str, Any]:
    """One privilege of one principal on one store."""
    properties = edge.properties
    lists = ("unless", "missing", "through", "actions", "resources")
    return {
        "principal": principal_json(boundary, edge.source),
        "resource": principal_json(boundary, edge.target),
        "privilege": PRIVILEGES[edge.kind].value,
        "standing": standing(edge).value,
        "says": sentence(boundary, edge),
        "decision": properties["decision"],
        "only_if": properties.get("only_if"),
        **{name: list(properties.get(name) or ()) for name in lists},
        "because": [citation.to_json() for citation in edge.because],
        "records": list(edge.records),
    }


def who_can_json(
    boundary: Boundary, store: str, privilege: Privilege, edges: Iterable[Edge], taken: Iterable[str] | None = None
) -> dict[str, Any]:
    """The answer of ``byoc access who-can``; ``taken`` are those from whom guardrails take it."""
    asked = {"privilege": privilege.value, "on": principal_json(boundary, store)}
    found = _answer(boundary, "who-can", asked, edges)
    return found if taken is None else {**found, "taken_away": [principal_json(boundary, one) for one in taken]}


def can_json(boundary: Boundary, principal: str, edges: Iterable[Edge]) -> dict[str, Any]:
    """The answer of ``byoc access can``."""
    return _answer(boundary, "can", {"principal": principal_json(boundary, principal)}, edges)


def _answer(boundary: Boundary, command: str, asked: dict[str, Any], edges: Iterable[Edge]) -> dict[str, Any]:
    rows = [row_json(boundary, edge) for edge in edges]
    return {"format": ACCESS_FORMAT, "command": command, "asked": asked, "as_of": boundary.now, "rows": rows}
