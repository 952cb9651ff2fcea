"""Whom and what primitives are used on, in classes that no document tells apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.primitives import On
from audit.model.arn import Arn

if TYPE_CHECKING:
    from audit.access.policy import Document
    from audit.access.primitives import Primitive


@dataclass(frozen=True, slots=True)
class Item:
    """A target with the ARNs that needs name; ``via`` is the id of the thing in between, empty where there is none.

    ``trust`` is the target's trust policy where taking it is what is asked. ``unsure`` is what would settle whether it
    is there and lets the primitive work at all.
    """

    target: str
    arns: dict[On, str]
    via: str = ""
    trust: Document | None = None
    unsure: str | None = None


@dataclass(eq=False)
class Batch:
    """Items that no document tells apart, shared by the primitives for which they are the same."""

    items: list[Item] = field(default_factory=list)

    @cached_property
    def by_target(self) -> dict[str, list[Item]]:
        """The items of each target."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.target, []).append(item)
        return found


@dataclass(eq=False)
class Kin:
    """Items of a primitive that no document tells apart."""

    primitive: Primitive
    batch: Batch

    @property
    def sample(self) -> Item:
        """One that stands for all."""
        return self.batch.items[0]

    @property
    def account(self) -> str:
        """The account that requests go to: the thing's, else the target's."""
        return Arn.parse(self.sample.arns.get(On.THING, self.sample.target)).account

    @property
    def by_target(self) -> dict[str, list[Item]]:
        """The items of each target."""
        return self.batch.by_target


@dataclass(eq=False)
class Batches:
    """Items in classes, and how to find those, by their numbers, that a caller's statements can speak of."""

    listed: list[Batch] = field(default_factory=list)
    by_pattern: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_arn: dict[str, int] = field(default_factory=dict)
    open: dict[int, None] = field(default_factory=dict)


@dataclass(eq=False)
class Family:
    """A primitive's classes of items; ``key`` is the action and what it is asked of by which they are found.

    It is None when no need names an item.
    """

    primitive: Primitive
    batches: Batches
    key: tuple[str, On] | None

    @cached_property
    def kin(self) -> list[Kin]:
        """The classes."""
        return [Kin(self.primitive, batch) for batch in self.batches.listed]
