"""A resource's inputs as Terraform's arguments: values, what refers to what, what is not known, what has no place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stacks.declared import naming
from stacks.declared.schema import Block, block, types
from stacks.declared.values import Unseen, unsure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PROVIDERS = frozenset({"region"})
"""Arguments of every resource that are the provider's in the schema: they say where, and no check asks."""

_DOCUMENT = re.compile(r"(policy|policies|document|definitions?|user_data(_base64)?)$")
"""Arguments in which a whole document stands: that another resource gives a part of it says nothing of the rest."""
_IDENTITY = re.compile(r"(id|arn|name|url|role|bucket|queue|topic|domain)s?$")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that a value comes from: its address, and what it is known as, to the attribute that says so."""

    address: str
    known_as: Mapping[str, str] = field(default_factory=dict)

    def attribute(self, text: str) -> str | None:
        """The attribute that a text is, or holds; None where it shows none."""
        exact = self.known_as.get(text)
        if exact is not None:
            return exact
        arns = (known for known, name in self.known_as.items() if name == "arn" and known in text)
        return "arn" if next(arns, None) is not None else None


@dataclass(slots=True)
class Arguments:
    """What becomes of a resource's inputs.

    Attributes:
        values: as ``planned_values`` has them.
        unknown: as ``after_unknown`` has it: true where a value is known only after deployment, or is secret.
        expressions: as ``configuration`` has them: where the value comes from another resource.
        unmapped: inputs, as dotted paths, for which Terraform's schema has no argument.
        unread: dotted path of an input to why its value could not be read.
        blind: Terraform's arguments in which such a value stands.
        guessed: whether the schema lacks the type, so that rule alone says what is a list and what a block.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)
    expressions: dict[str, Any] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    unread: dict[str, Unseen] = field(default_factory=dict)
    blind: set[str] = field(default_factory=set)
    guessed: bool = False


def convert(
    terraform_type: str, inputs: Mapping[str, Any], targets: Mapping[str, Sequence[Target]] | None = None
) -> Arguments:
    """The inputs, read by ``values.read``, as arguments of a type.

    Args:
        terraform_type: Terraform's.
        inputs: in camelCase.
        targets: an input's name to the resources that its value comes from.
    """
    made = Arguments(guessed=terraform_type not in types())
    shape = Block.guessed(inputs) if made.guessed else block(terraform_type)
    for key, value in inputs.items():
        if value is None or key in _PROVIDERS:
            continue
        part = _Part(made, tuple((targets or {}).get(key, ())), shape.maps)
        name = naming.argument(terraform_type, key)
        if name is not None and made.guessed:
            shape = replace(shape, plain=shape.plain | {name})
        part.put(shape, (key, value), (made.values, made.unknown, made.expressions), key, name)
        part.rest()
    return made


_Trees = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


@dataclass(slots=True)
class _Part:
    """One input on its way; ``found`` are the targets that some value within it has shown to come from."""

    made: Arguments
    targets: tuple[Target, ...]
    maps: frozenset[str] = frozenset()
    found: set[str] = field(default_factory=set)
    top: str = ""

    def put(self, shape: Block, entry: tuple[str, Any], trees: _Trees, path: str, name: str | None = None) -> None:
        key, value = entry
        name = name or shape.names().get(key)
        if name is None:
            self.made.unmapped.append(path)
            return
        self.top = self.top or name
        if name in shape.blocks:
            self._blocks(shape.blocks[name], name, value, trees, path)
        elif name in shape.lists:
            self._list(name, value, trees, path)
        else:
            self._leaf(name, _written(value) if name in shape.plain else value, trees, path)

    def rest(self) -> None:
        """What the input refers to and no value within it shows is said of the input as a whole."""
        missing = [target for target in self.targets if target.address not in self.found]
        if missing and self.top:
            there = self.made.expressions.get(self.top)
            references = [name for target in missing for name in _names(target, "id")]
            if there is None or isinstance(there, list):
                # A block's own expressions stay; what is known of the whole stands in its first.
                first = there[0] if there else {}
                said = {**first, "references": references}
                self.made.expressions[self.top] = [said, *there[1:]] if there else said
            else:
                there["references"] = [*there.get("references", ()), *references]

    def _blocks(self, shape: Block, name: str, value: Any, trees: _Trees, path: str) -> None:
        values, unknown, expressions = trees
        items = value if isinstance(value, list) else [value]
        if isinstance(value, Unseen) or not all(isinstance(item, dict) for item in items):
            self._unread(path, value if isinstance(value, Unseen) else _worst(value))
            unknown[name] = True
            return
        inner: list[_Trees] = [({}, {}, {}) for _ in items]
        for item, below in zip(items, inner, strict=True):
            for key, part in item.items():
                if part is not None:
                    self.put(shape, (key, part), below, f"{path}.{key}")
        values[name] = [below[0] for below in inner]
        if any(below[1] for below in inner):
            unknown[name] = [below[1] for below in inner]
        if any(below[2] for below in inner):
            expressions[name] = [below[2] for below in inner]

    def _list(self, name: str, value: Any, trees: _Trees, path: str) -> None:
        values, unknown, expressions = trees
        if isinstance(value, Unseen):
            self._leaf(name, value, trees, path)
            return
        items = value if isinstance(value, list) else [value]
        references = [name for item in items for name in self._come_from(item)]
        # A list keeps a place for what is not known, so that what refers to it is put there.
        values[name] = [None if isinstance(item, Unseen) else _told(item) for item in items]
        if any(isinstance(item, Unseen) for item in items):
            unknown[name] = [isinstance(item, Unseen) for item in items]
        # An item that another resource gives is known well enough; a secret one, or one known in part, is not.
        why = unsure([item for item in items if item is not Unseen.UNKNOWN or not references])
        if why is not None:
            self._unread(path, why)
        if references:
            expressions[name] = {"references": list(dict.fromkeys(references))}

    def _leaf(self, name: str, value: Any, trees: _Trees, path: str) -> None:
        values, unknown, expressions = trees
        references = self._come_from(value)
        if references:
            expressions[name] = {"references": references}
        if isinstance(value, Unseen):
            unknown[name] = True
            if not references or value is Unseen.SECRET or not self._is_one(name):
                self._unread(path, value)
            return
        why = unsure(value)
        if why is not None:
            self._unread(path, why)
        if why is not Unseen.SECRET:
            values[name] = _seen(value)

    def _is_one(self, name: str) -> bool:
        """Whether an argument is one plain value, of which it is enough to know where it comes from."""
        if self.made.guessed:
            return _IDENTITY.search(name) is not None
        return name not in self.maps and not _DOCUMENT.search(name)

    def _unread(self, path: str, why: Unseen) -> None:
        self.made.unread[path] = why
        self.made.blind.add(self.top)

    def _come_from(self, value: Any) -> list[str]:
        """The references behind a value: what is not known may be of any of the targets."""
        found: list[str] = []
        for target in self.targets:
            attribute = "id" if isinstance(value, Unseen) else target.attribute(str(value))
            if attribute is not None:
                self.found.add(target.address)
                found += _names(target, attribute)
        return found


def _names(target: Target, attribute: str) -> Iterator[str]:
    yield f"{target.address}.{attribute}"
    yield target.address


def _written(value: Any) -> Any:
    """An object where Terraform has a text, such as a policy: its JSON, where all of it can be read."""
    if not isinstance(value, dict | list) or not value:
        return value
    return unsure(value) or json.dumps(value)


def _seen(value: Any) -> Any:
    """A map or a list without what cannot be read in it."""
    if isinstance(value, dict):
        return {key: _seen(item) for key, item in value.items() if not isinstance(item, Unseen)}
    return [_seen(item) for item in value if not isinstance(item, Unseen)] if isinstance(value, list) else value


def _told(value: Any) -> Any:
    """An item of a list of texts."""
    return json.dumps(_seen(value)) if isinstance(value, dict | list) else value


def _worst(value: Any) -> Unseen:
    return unsure(value) or Unseen.UNKNOWN
