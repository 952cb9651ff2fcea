"""What a Pulumi program declares: resources with their inputs, what they refer to, and what holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the program.

    Attributes:
        urn: Pulumi's name for it, unique in the stack.
        type: Pulumi's token, such as ``aws:s3/bucket:Bucket``.
        inputs: what the program says of it, in camelCase; see ``values`` for what stands for secrets and unknowns.
        references: an input's name to the URNs that its value comes from.
        known_as: what others may call it by, its id and ARN, to Terraform's attribute.
        parent: the URN of what holds it, empty for none.
        custom: false for a component, which is no thing of the cloud.
    """

    urn: str
    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known_as: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    custom: bool = True

    @property
    def name(self) -> str:
        """The name that the program gives it."""
        return self.urn.split("::", 3)[-1]


@dataclass(frozen=True, slots=True)
class Declared:
    """A stack as declared: its name, its resources by URN, and when that was, where the file says it."""

    stack: str
    resources: Mapping[str, Resource]
    at: str = ""

    def component(self, resource: Resource) -> str:
        """The names of the components that hold the resource, from the outermost in: ``footprint/buckets``."""
        names: list[str] = []
        holder = self.resources.get(resource.parent)
        while holder is not None and not holder.custom and holder.type != _STACK:
            names.insert(0, holder.name)
            holder = self.resources.get(holder.parent)
        return "/".join(names)
