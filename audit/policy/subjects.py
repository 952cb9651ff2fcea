"""Whom a policy is about: the contract's roles and the environment's nodes, found in the graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic import BaseModel

    from audit.boundary import Boundary
    from audit.model.graph import Node
    from audit.policy.rule import AppliesTo


@dataclass(frozen=True)
class Subject:
    """A node that a policy is about, and what the contract says of it; not ``sure`` when its tags are unread."""

    node: Node
    role: str | None = None
    part: BaseModel | None = None
    sure: bool = True


@dataclass(frozen=True)
class Missing:
    """A role whose node, of this kind, is not in the graph."""

    kind: NodeKind
    role: str
    name: str
    part: BaseModel | None = None


def _tagged(subject: Subject | Missing, wanted: Mapping[str, str]) -> Subject | Missing | None:
    """The subject if it has the tags, not surely where they were not read; what is missing has none to compare."""
    if isinstance(subject, Missing):
        return subject
    tags = subject.node.properties.get("tags")
    if isinstance(tags, Unknown):
        return replace(subject, sure=False)
    held = tags if isinstance(tags, dict) else {}
    return subject if wanted.items() <= held.items() else None


@dataclass(frozen=True)
class _Part:
    role: str
    name: str
    said: BaseModel | None


@dataclass(frozen=True)
class Subjects:
    """The nodes of a boundary, by what policies say of whom they are about."""

    boundary: Boundary

    def of(self, about: AppliesTo) -> list[Subject | Missing]:
        """The subjects, and the declared ones that are missing; ``where`` is not looked at here."""
        if about.roles or about.scope == "contract":
            found: list[Subject | Missing] = [
                one for kind in about.kinds for one in self._declared_nodes(kind, about.roles)
            ]
        else:
            nodes = self.boundary.graph.nodes(*about.kinds)
            found = [subject for node in nodes if (subject := self._subject(node, about.scope)) is not None]
        return [kept for one in found if (kept := _tagged(one, about.tags)) is not None] if about.tags else found

    def context(self, subject: Subject | None) -> dict[str, Any]:
        """What a value ``{contract: …}`` may name."""
        contract = self.boundary.contract
        part = subject.part if subject else None
        said = part.model_dump(mode="json") if part is not None else {}
        key = contract.keys.get(str(said.get("encryption")))
        return {
            "self": {**said, "key": key.arn if key else None},
            "contract": self._contract,
            "customer_keys": [key.arn for key in contract.keys.values()],
        }

    @cached_property
    def _contract(self) -> dict[str, Any]:
        return self.boundary.contract.model_dump(mode="json")

    def _declared_nodes(self, kind: NodeKind, roles: Collection[str]) -> list[Subject | Missing]:
        found: list[Subject | Missing] = []
        for part in self._parts.get(kind, []):
            if not roles or part.role in roles:
                node = self._node(kind, part.name)
                found.append(
                    Subject(node, part.role, part.said) if node else Missing(kind, part.role, part.name, part.said)
                )
        return found

    def _node(self, kind: NodeKind, name: str) -> Node | None:
        return next((node for node in self.boundary.graph.nodes(kind) if name in {node.id, node.name}), None)

    @cached_property
    def _parts(self) -> dict[NodeKind, list[_Part]]:
        contract = self.boundary.contract
        network = contract.network
        parts = {
            NodeKind.BUCKET: [_Part(role, bucket.name, bucket) for role, bucket in contract.buckets.items()],
            NodeKind.KEY: [_Part(role, key.arn, key) for role, key in contract.keys.items()],
            NodeKind.FILE_SYSTEM: [_Part(role, one.id, one) for role, one in contract.file_systems.items()],
            NodeKind.ROLE: [_Part(role, principal.arn, principal) for role, principal in contract.principals.items()],
            NodeKind.LOG_GROUP: [_Part(s.signal, s.name, s) for s in contract.log_sinks if s.kind == "log_group"],
            NodeKind.ALARM: [_Part("alarm", name, None) for name in contract.alarms],
        }
        if contract.console is not None and contract.console.instance is not None:
            parts[NodeKind.INSTANCE] = [_Part("console", contract.console.instance, contract.console)]
        if contract.backups is not None:
            parts[NodeKind.BACKUP_VAULT] = [_Part("backups", contract.backups.vault, contract.backups)]
        if network is not None:
            parts[NodeKind.VPC] = [_Part("vpc", network.vpc, network)]
            parts[NodeKind.SUBNET] = [_Part("broker-subnet", subnet, network) for subnet in network.subnets]
            parts[NodeKind.SECURITY_GROUP] = [_Part(r, g, network) for r, g in network.security_groups.items()]
            parts[NodeKind.VPC_ENDPOINT] = [_Part(s, e, network) for s, e in network.endpoints.items()]
        return parts

    def _subject(self, node: Node, scope: str) -> Subject | None:
        part = self._part_of(node)
        if scope == "account" or part is not None:
            return Subject(node, part.role if part else None, part.said if part else None)
        if self._in_vpc(node) or any(map(self._in_vpc, self._holders(node))):
            return Subject(node)
        tags = node.properties.get("tags")
        if isinstance(tags, Unknown):
            return Subject(node, sure=False)
        tagged = isinstance(tags, dict) and tags.get("automqEnvironmentID") == self.boundary.contract.environment_id
        return Subject(node) if tagged else None

    def _part_of(self, node: Node) -> _Part | None:
        return next((part for part in self._parts.get(node.kind, []) if part.name in {node.id, node.name}), None)

    def _holders(self, node: Node) -> list[Node]:
        graph = self.boundary.graph
        ends = (graph.get(edge.target) for edge in graph.edges(EdgeKind.ATTACHED_TO, source=node.id))
        return [end for end in ends if end is not None]

    def _in_vpc(self, node: Node) -> bool:
        network, vpc = self.boundary.contract.network, node.properties.get("vpc")
        return network is not None and isinstance(vpc, str) and vpc.rpartition("/")[2] == network.vpc
