"""What becomes in effect of the wide permissions that the vendor's own policies ask for.

Asked of the contract's roles that run the vendor's software, and of those that its cluster's pods and nodes run as.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import Template
from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import words
from audit.questions.wide_permissions import WEAKNESSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from audit.access.own_power import OwnPower
    from audit.boundary import Boundary
    from audit.model.graph import Node
    from audit.questions.wide_permissions import Ask, Weakness

VENDOR_SOFTWARE = ("console", "data-plane", "console-and-brokers")
"""The contract's principals that run the vendor's software."""
BROKERS = ("data-plane", "console-and-brokers")
"""Those of them that brokers run as."""
SHARED = "console-and-brokers"
_FOLLOWS = "A05"
"""The weakness that a shared role makes a weakness of the brokers too."""
_TAG = ":resourcetag/"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, what the role's own policies and its boundary say of it, and whether it is of any use."""

    ask: Ask
    power: OwnPower
    useful: bool


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For the vendor's roles: which weaknesses take effect, and which the boundary cuts off."""
    names = _names(boundary)
    for role in VENDOR_SOFTWARE:
        principal = boundary.contract.principals.get(role)
        node = boundary.graph.get(principal.arn) if principal is not None else None
        if principal is not None and node is not None and node.kind is NodeKind.ROLE:
            for claim in (*_all(boundary, role, node, names), *_shared(role, node)):
                yield boundary.rests_on(claim, principal)
    yield from _cluster(boundary, names)


def _all(boundary: Boundary, who: str, node: Node, names: Mapping[str, str]) -> Iterator[Claim]:
    for weakness in WEAKNESSES:
        asked = [found for ask in weakness.asks if (found := _asked(boundary, node, ask, names)) is not None]
        yield from _judged(weakness, who, node, asked)


def _asked(boundary: Boundary, node: Node, ask: Ask, names: Mapping[str, str]) -> _Asked | None:
    """The request judged; None where it names what the contract does not, or is not allowed by the own policies."""
    power = _power(boundary, node, ask, names)
    # A statement that asks for a tag is not about just any resource: what has no tags is asked for again.
    tags = [key for key in power.depends_on if _TAG in key.lower()] if power is not None else []
    power = _power(boundary, node, ask, names, dict.fromkeys(tags)) if tags else power
    if power is None or not power.given:
        return None
    uses = [_power(boundary, node, use, names) for use in ask.with_]
    useful = not ask.with_ or any(use is not None and use.given and not use.cut_off for use in uses)
    return _Asked(ask, power, useful)


def _power(
    boundary: Boundary, node: Node, ask: Ask, names: Mapping[str, str], untagged: Mapping[str, None] | None = None
) -> OwnPower | None:
    told, asked = _filled(ask.resource, names), {**ask.context, **(untagged or {})}
    if "$" in told:
        return None
    context = {key: value and _filled(value, names) for key, value in asked.items()}
    return boundary.power_of(node, ask.action, told, context)


def _judged(weakness: Weakness, who: str, node: Node, asked: Sequence[_Asked]) -> Iterator[Claim]:
    """A claim for what takes effect, one for what may, one for what does not."""
    cut = [one for one in asked if one.power.cut_off]
    useful = [one for one in asked if not one.power.cut_off and one.useful]
    sure = [one for one in useful if one.power.certain]
    doubted = [one for one in useful if not one.power.certain]
    alone = [one for one in asked if not one.power.cut_off and not one.useful]
    if sure:
        said, path = _said(weakness, who, sure), _path(node, sure)
        yield Claim(Verdict.BROKEN, "weakness_in_effect", node.id, said, path, node.records)
    if doubted:
        missing = tuple(dict.fromkeys(permission for one in doubted for permission in one.power.missing))
        text = f"{_said(weakness, who, doubted)}, unless what was not read denies it: grant {', '.join(missing)}"
        path = _path(node, doubted)
        yield Claim(Verdict.UNKNOWN, "weakness_in_effect", node.id, text, path, node.records, missing)
    if cut:
        text = f"{_said(weakness, who, cut)}, and its permissions boundary cuts that off"
        yield Claim(Verdict.HOLDS, "cut_off_by_boundary", node.id, text, _path(node, cut), node.records)
    if alone:
        needs = words(use.action for one in alone for use in one.ask.with_)
        text = f"{_said(weakness, who, alone)} only together with one of {needs}, none of which it may do"
        yield Claim(Verdict.HOLDS, "weakness_without_use", node.id, text, _path(node, alone), node.records)


def _said(weakness: Weakness, who: str, asked: Sequence[_Asked]) -> str:
    can = words(f"{one.ask.means} ({one.ask.action})" for one in asked)
    return f"{weakness.id}: the policies of {who} let it {can}"


def _path(node: Node, asked: Sequence[_Asked]) -> tuple[Hop, ...]:
    allowed = [Hop(node.id, f"its own policies allow {one.ask.action}", one.power.allows) for one in asked]
    limits = tuple(dict.fromkeys(limit for one in asked for limit in one.power.limits))
    return (*dict.fromkeys(allowed), *((Hop(node.id, "its permissions boundary", limits),) if limits else ()))


def _shared(role: str, node: Node) -> Iterator[Claim]:
    """One role for console and brokers: whoever has a broker has all that the console may do."""
    if role == SHARED:
        text = (
            f"{_FOLLOWS}: console and brokers share the role {node.name}, so that a broker may do what the console may"
        )
        path = (Hop(node.id, "runs the console and the brokers"),)
        yield Claim(Verdict.BROKEN, "weakness_in_effect", node.id, text, path, node.records)


def _cluster(boundary: Boundary, names: Mapping[str, str]) -> Iterator[Claim]:
    """The roles of pods and nodes of the clusters in which the vendor's software runs."""
    ours = {principal.arn for role, principal in boundary.contract.principals.items() if role in VENDOR_SOFTWARE}
    network = boundary.contract.network
    for cluster in boundary.graph.nodes(NodeKind.CLUSTER):
        roles = _run_as(boundary, cluster)
        if ours & {*roles, *_entering(cluster)}:
            for arn in sorted(roles - ours):
                yield from _of_pods(boundary, arn, names, network)


def _run_as(boundary: Boundary, cluster: Node) -> set[str]:
    graph = boundary.graph
    pods = [edge.target for edge in graph.edges(EdgeKind.CONTAINS, source=cluster.id)]
    return {edge.target for pod in pods for edge in graph.edges(EdgeKind.RUNS_AS, source=pod)}


def _entering(cluster: Node) -> set[str]:
    entries = cluster.properties.get("access_entries")
    return set(entries) if isinstance(entries, list) else set()


def _of_pods(boundary: Boundary, arn: str, names: Mapping[str, str], network: BaseModel | None) -> Iterator[Claim]:
    """What the customer's or the vendor's own policies give such a role; AWS's own are not the vendor's."""
    node = boundary.graph.get(arn)
    if node is None or node.kind is not NodeKind.ROLE:
        return
    policies = node.properties.get("identity")
    written = [one for one in policies if not _is_of_aws(one)] if isinstance(policies, list) else policies
    for claim in _all(
        boundary, f"pods as {node.name}", replace(node, properties={**node.properties, "identity": written}), names
    ):
        yield boundary.rests_on(claim, network)


def _is_of_aws(policy: Mapping[str, Any]) -> bool:
    arn = policy.get("arn")
    return isinstance(arn, str) and Arn.parse(arn).account == "aws"


def _names(boundary: Boundary) -> dict[str, str]:
    contract = boundary.contract
    suffix = "amazonaws.com.cn" if contract.partition == "aws-cn" else "amazonaws.com"
    names = {"account": contract.account, "partition": contract.partition, "region": contract.region, "suffix": suffix}
    stores = {"data": "data-bucket", "ops": "ops-bucket"}
    buckets = contract.buckets
    return names | {name: boundary.bucket_id(buckets[role]) for name, role in stores.items() if role in buckets}


def _filled(text: str, names: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(names)
