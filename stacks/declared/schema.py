"""Terraform's AWS types as data: which arguments a type has, and which of them are lists, maps or blocks.

terraform-aws.json names its source and licence; it was made from the printed schema of a provider older than
pulumi-aws, so that an argument may be missing there. An attribute that is a set of objects counts as a block: both are
arrays.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_MAPS = frozenset({"tags", "tagsAll", "variables", "environmentVariables"})
_WORD = re.compile(r"[a-z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Block:
    """What may stand in a type or a block, by Terraform's name."""

    plain: frozenset[str]
    lists: frozenset[str]
    maps: frozenset[str]
    blocks: Mapping[str, Block]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Block:
        """Read one from the file."""
        plain, lists, maps = (frozenset(str(data.get(kind, "")).split()) for kind in ("plain", "lists", "maps"))
        blocks = {name: cls.read(inner) for name, inner in data.get("blocks", {}).items()}
        return cls(plain, lists, maps, blocks)

    @classmethod
    def guessed(cls, inputs: Mapping[str, Any]) -> Block:
        """What a type that no schema describes seems to hold, by the inputs that a program gives it.

        Terraform's habit is taken for the rule: a list of objects is a block in the singular, an object is a block
        unless its keys are the user's own words.
        """
        plain, lists, maps = set[str](), set[str](), set[str]()
        blocks: dict[str, Block] = {}
        for key, value in inputs.items():
            items = value if isinstance(value, list) else [value]
            inner = [item for item in items if isinstance(item, dict)]
            if key in _MAPS or any(not _WORD.fullmatch(name) for item in inner for name in item):
                maps.add(snake(key))
            elif inner:
                merged = {name: part for item in inner for name, part in item.items()}
                blocks[_singular(snake(key)) if isinstance(value, list) else snake(key)] = cls.guessed(merged)
            else:
                (lists if isinstance(value, list) else plain).add(snake(key))
        return cls(frozenset(plain), frozenset(lists), frozenset(maps), blocks)

    def names(self) -> dict[str, str]:
        """Pulumi's spellings to the names; a name as it is goes before one in the plural."""
        found = {camel(name): name for name in (*self.plain, *self.lists, *self.maps, *self.blocks)}
        for name in (*self.lists, *self.blocks):
            for spelling in _plurals(name):
                found.setdefault(camel(spelling), name)
        # pulumi-aws leaves such an ending away where it takes the resource itself: topic for topic_arn.
        for name in self.plain:
            for ending in ("_arn", "_name"):
                if name.endswith(ending):
                    found.setdefault(camel(name.removesuffix(ending)), name)
        return found


@cache
def types() -> Mapping[str, Mapping[str, Any]]:
    """Every type that the schema describes, unread."""
    text = resources.files("stacks.declared").joinpath("terraform-aws.json").read_text("utf-8")
    return dict(json.loads(text)["types"])


@cache
def block(terraform_type: str) -> Block:
    """What a type of the schema may hold."""
    return Block.read(types()[terraform_type])


def camel(name: str) -> str:
    """``server_side_encryption`` as ``serverSideEncryption``."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def snake(name: str) -> str:
    """``EventRule`` as ``event_rule``."""
    parted = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", parted).lower()


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if re.search(r"(ss|x|z|ch|sh)es$", name):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _plurals(name: str) -> Iterator[str]:
    if re.search(r"[^aeiou]y$", name):
        yield f"{name[:-1]}ies"
    elif re.search(r"(s|x|z|ch|sh)$", name):
        yield f"{name}es"
    yield f"{name}s"
