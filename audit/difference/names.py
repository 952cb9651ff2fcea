"""Logical names: what a thing is called in both of two boundaries, though its ids differ between two accounts.

A rehearsal and the live account have the same roles in their contracts and other ids of keys, endpoints and sessions.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary

MADE_UP = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:[a-z]+-)+[0-9a-f]{8}(?:[0-9a-f]{9})?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[0-9a-f]{16}|(?=[0-9]*[A-Z])[A-Z0-9]{13,32})(?![A-Za-z0-9])"
)
"""An id that AWS makes up: of EC2, a UUID, the end of a load balancer's ARN, a hosted zone."""
_PARTS = re.compile(
    r"(?:eipalloc|eipassoc|rtbassoc|aclassoc|eni-attach|fsmt|sgr|vpc-cidr-assoc|subnet-cidr-assoc|r|rslvr)-"
)
"""The ids of things that are no nodes and say nothing by themselves."""
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
"""What Secrets Manager adds to a secret's name in its ARN."""
_ZONE = "(?=[a-z]?(?![A-Za-z0-9]))"
"""What follows a region: nothing, or the letter of one of its zones."""


@dataclass(frozen=True)
class Names:
    """The names of one boundary; ``shared`` are the labels that the other has too.

    ``called`` holds nodes that the other has under another id (audit.difference.identity), ``tokens`` what their ids
    and names are replaced by in texts.
    """

    boundary: Boundary
    shared: frozenset[str]
    called: dict[str, str] = field(default_factory=dict, compare=False)
    tokens: dict[str, str] = field(default_factory=dict, compare=False)
    _known: dict[str, str] = field(default_factory=dict, compare=False)
    _texts: dict[str, str] = field(default_factory=dict, compare=False)

    def of(self, node_id: str) -> str:
        """What a node is called in both: its shared role in the contract, else its id with shared ids as labels."""
        role = self.boundary.roles.get(node_id)
        if role is not None and role in self.shared:
            return role
        if node_id in self.called:
            return self.called[node_id]
        node = self.boundary.graph.get(node_id)
        secret = node is not None and node.kind is NodeKind.SECRET
        return self.text(_SUFFIX.sub("", node_id) if secret else node_id)

    def text(self, text: str) -> str:
        """A text with the ids of shared things replaced by their labels."""
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._replaced(text)
        return known

    def _replaced(self, text: str) -> str:
        if self._labels:
            text = self._pattern.sub(lambda found: "{" + self._labels[found.group()] + "}", text)
        return MADE_UP.sub(self._named, text) if self.tokens else text

    def _named(self, found: re.Match[str]) -> str:
        token = found.group()
        if token in self.tokens:
            return "{" + self.tokens[token] + "}"
        return "{id}" if _PARTS.match(token) else token

    def forget(self) -> None:
        """What was said before some node was called is said anew."""
        self._known.clear()
        self._texts.clear()

    def canonical(self, content: Any) -> str:
        """JSON that is the same in both where it says the same: lists are sets, as in policies and conditions."""
        said = json.dumps(content, sort_keys=True)
        if said not in self._known:
            self._known[said] = json.dumps(self._plain(content), sort_keys=True)
        return self._known[said]

    def _plain(self, content: Any) -> Any:
        match content:
            case str():
                return self.text(content)
            case dict():
                return {self.text(key): self._plain(value) for key, value in content.items()}
            case list() | tuple():
                return sorted(map(self._plain, content), key=lambda item: json.dumps(item, sort_keys=True))
            case _:
                return content

    @cached_property
    def _labels(self) -> dict[str, str]:
        labels: dict[str, str] = {}
        for label, physical in _ids(self.boundary):
            if physical and label in self.shared:
                labels.setdefault(physical, label)
        return labels

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        contract = self.boundary.contract
        longest = sorted(self._labels, key=lambda text: (-len(text), text))
        # "aws" is a partition within an ARN alone.
        special = {
            contract.region: f"{re.escape(contract.region)}{_ZONE}",
            contract.partition: f"(?<=arn:){re.escape(contract.partition)}(?=:)",
        }
        either = "|".join(special.get(text, f"{re.escape(text)}(?![A-Za-z0-9])") for text in longest)
        return re.compile(rf"(?<![A-Za-z0-9])(?:{either})")


def pair(first: Boundary, second: Boundary) -> tuple[Names, Names]:
    """The names of two boundaries that are compared."""
    shared = frozenset(label for label, _ in _ids(first)) & frozenset(label for label, _ in _ids(second))
    return Names(first, shared), Names(second, shared)


def alone(boundary: Boundary) -> Names:
    """The names of one boundary, to be compared with what it is called in later ones."""
    return Names(boundary, frozenset(label for label, _ in _ids(boundary)))


def _ids(boundary: Boundary) -> Iterator[tuple[str, str]]:
    """Every label of a boundary with the id that it stands for."""
    contract = boundary.contract
    yield from ((role, principal.arn) for role, principal in contract.principals.items())
    yield from ((role, bucket.name) for role, bucket in contract.buckets.items())
    yield from ((role, key.arn) for role, key in contract.keys.items())
    yield from ((f"{role} id", key.arn.rpartition("/")[2]) for role, key in contract.keys.items())
    yield from _network(boundary)
    for node in boundary.graph.nodes(NodeKind.ROLE, NodeKind.USER):
        unique = node.properties.get("unique_id")
        yield f"unique id of {node.name}", unique if isinstance(unique, str) else ""
    yield "environment", contract.environment_id
    yield "account", contract.account
    yield "region", contract.region
    yield "partition", contract.partition


def _network(boundary: Boundary) -> Iterable[tuple[str, str]]:
    network = boundary.contract.network
    if network is None:
        return
    yield "vpc", network.vpc
    yield from ((f"subnet {number}", subnet) for number, subnet in enumerate(network.subnets, 1))
    yield from network.security_groups.items()
    yield "zone", network.hosted_zone or ""
    yield from ((f"endpoint {name}", endpoint) for name, endpoint in network.endpoints.items())
