"""What the subject of a finding is called in every run, so that its fingerprint stays."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audit.difference import names

if TYPE_CHECKING:
    from audit.boundary import Boundary
    from audit.model.graph import Node

_GENERATED = re.compile(r"-[0-9a-f]{8}(?:[0-9a-f]{9})?$")
"""The end of an id that EC2 makes up: another one in every rehearsal."""


@dataclass(frozen=True)
class Called:
    """The lasting names of a boundary's subjects: environment, then role, the tag Name, or the id."""

    boundary: Boundary

    def of(self, subject: str) -> str:
        """The lasting name of a claim's subject."""
        contract = self.boundary.contract
        return f"{contract.account}/{contract.region}/{contract.environment_id}/{self._within(subject)}"

    def _within(self, subject: str) -> str:
        node = self.boundary.graph.get(subject)
        tagged = _tagged(node) if node is not None and subject not in self.boundary.roles else None
        return tagged if tagged is not None and self._tags[tagged] == 1 else self._names.of(subject)

    @cached_property
    def _names(self) -> names.Names:
        return names.alone(self.boundary)

    @cached_property
    def _tags(self) -> Counter[str]:
        return Counter(tagged for node in self.boundary.graph.nodes() if (tagged := _tagged(node)) is not None)


def _tagged(node: Node) -> str | None:
    """Kind and tag Name of a node whose id says nothing of what it is for."""
    tags = node.properties.get("tags")
    name = tags.get("Name") if isinstance(tags, dict) and _GENERATED.search(node.id) else None
    return f"{node.kind} {name}" if name else None
