"""What a stack is about to make, as its own program declares it: what a preflight holds against the account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource to be made.

    Attributes:
        address: ``aws_s3_bucket.data``, unique in the stack.
        type: Terraform's, such as ``aws_s3_bucket``.
        name: the name that the program gives it.
        values: Terraform's arguments; what is secret, or known only after deployment, is not among them.
        id: the id that a rehearsal gave it, which the values of others use.
        arn: the ARN that a rehearsal gave it, "" where the type has none; ids in it are a rehearsal's.
        references: the addresses of the things that its values come from.
        tags: all that it is tagged with; None for a type that takes no tags.
    """

    address: str
    type: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    arn: str = ""
    references: tuple[str, ...] = ()
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Intended:
    """All that a stack makes, where, and who is to make it.

    Attributes:
        stack: its name.
        environment: the id that its resources are tagged with.
        account: where it is deployed.
        region: where it is deployed.
        partition: where it is deployed.
        things: every resource of AWS.
        zones: the availability zones that its settings name.
        tags: what every resource that takes tags gets.
        deployer: the ARN of the role that runs Pulumi, where the settings name it.
        unsettled: names that only a rehearsal gave, as the setting that says them is encrypted; to that setting.
        unserved: actions that the stack's roles hold and no interface endpoint serves.
        outward: whether its network leads to the internet.
    """

    stack: str
    environment: str
    account: str
    region: str
    partition: str
    things: tuple[Thing, ...]
    zones: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    deployer: str | None = None
    unsettled: Mapping[str, str] = field(default_factory=dict)
    unserved: tuple[str, ...] = ()
    outward: bool = True

    def of(self, type_: str, **values: Any) -> Iterator[Thing]:
        """The things of a type whose values are these."""
        for thing in self.things:
            if thing.type == type_ and all(thing.values.get(key) == value for key, value in values.items()):
                yield thing

    def by_id(self, identity: str) -> Thing | None:
        """The thing that a rehearsal gave this id."""
        return next((thing for thing in self.things if thing.id == identity), None)

    def zone_of(self, subnet: str) -> str:
        """The availability zone of one of the stack's own subnets; "" for another's."""
        thing = self.by_id(subnet)
        return str(thing.values.get("availability_zone") or "") if thing is not None else ""
