"""Policy documents, compiled once: statements with effect, principals, actions, resources and conditions.

AWS page "IAM JSON policy elements reference". A statement that is not understood keeps its place with the problem's
description; a decision that depends on it is undetermined.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from audit.access.conditions.evaluate import problem, read_operator
from audit.access.context import text_of
from audit.access.expression import Leaf
from audit.access.glob import matches_action, matches_resource

CURRENT = "2012-10-17"
VERSIONS = (CURRENT, "2008-10-17")
_ELEMENTS = {
    name.lower(): name
    for name in (
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    )
}  # fmt: skip
_TYPES = {"aws": "AWS", "service": "Service", "federated": "Federated", "canonicaluser": "CanonicalUser"}


class _Misunderstood(Exception):  # noqa: N818 never leaves this file
    """A part of a document that is not what the policy language allows; args: message, pointer inside the part."""


@dataclass(frozen=True)
class Statement:
    """One statement. ``problem`` says why it is not understood; what was understood of it still narrows its reach.

    ``effect`` is Allow, Deny, or "" when unknown (either). ``principals`` are (type, value) pairs, None without the
    element. The ``not_`` flags turn a list into its complement. ``variables`` is false before version 2012-10-17.
    """

    pointer: str
    effect: str = ""
    principals: tuple[tuple[str, str], ...] | None = None
    not_principal: bool = False
    actions: tuple[str, ...] = ("*",)
    not_action: bool = False
    resources: tuple[str, ...] = ("*",)
    not_resource: bool = False
    conditions: tuple[Leaf, ...] = ()
    variables: bool = True
    problem: str | None = None

    def may(self, effect: str) -> bool:
        """Whether the statement has, or may have, the effect."""
        return self.effect in {effect, ""}

    def covers(self, action: str) -> bool:
        """Whether the statement speaks of an action."""
        return any(matches_action(pattern, action) for pattern in self.actions) is not self.not_action

    @cached_property
    def varies(self) -> bool:
        """Whether its resources hold variables, so that it takes a caller to say what they are."""
        return self.variables and any("${" in text for text in self.resources)

    def names(self, resource: str) -> bool:
        """Whether the statement speaks of a resource, variables aside."""
        return any(matches_resource(pattern, resource) for pattern in self.resources) is not self.not_resource


@dataclass(frozen=True)
class Body:
    """A compiled document; the statements that speak of an action are found once for each action."""

    statements: tuple[Statement, ...]
    _found: dict[str, tuple[Statement, ...]] = field(default_factory=dict, compare=False, repr=False)

    def on(self, action: str) -> tuple[Statement, ...]:
        """The statements that speak of an action."""
        found = self._found.get(action)
        if found is None:
            found = self._found[action] = tuple(s for s in self.statements if s.covers(action))
        return found


@dataclass(frozen=True)
class Document:
    """A document under its name in citations (``identity/0``); ``body`` is None when it was not read.

    ``permission`` would let it be read; ``record`` is the id of the record that holds it.
    """

    name: str
    body: Body | None
    permission: str = ""
    record: str = ""

    @property
    def problems(self) -> list[str]:
        """What is not understood: name, JSON pointer and why, one sentence each."""
        statements = self.body.statements if self.body else ()
        return [f"{self.name}{s.pointer}: {s.problem}" for s in statements if s.problem]


def unread(name: str, permission: str) -> Document:
    """A document that exists or may exist and was not read."""
    return Document(name, None, permission)


def document(name: str, content: object, *, record: str = "", principals: bool = False) -> Document:
    """Compile a parsed document; ``principals`` for the kinds whose statements must have a principal element.

    ``{"unreadable": permission}`` stands for a document that was not read.
    """
    if isinstance(content, dict) and set(content) == {"unreadable"}:
        return unread(name, str(content["unreadable"]))
    try:
        text = json.dumps(content, sort_keys=True)
    except (TypeError, ValueError):
        text = "null"
    return Document(name, _compiled(text, principals), record=record)


@lru_cache(maxsize=16384)
def _compiled(text: str, principals: bool) -> Body:  # noqa: FBT001 part of the cache's key
    try:
        return Body(tuple(_statements(json.loads(text), principals=principals)))
    except _Misunderstood as error:
        return Body((Statement("", problem=str(error.args[0])),))


def _statements(content: Any, *, principals: bool) -> list[Statement]:
    if not isinstance(content, dict):
        raise _Misunderstood("a policy is a JSON object")
    content = {key.lower(): value for key, value in content.items()}
    version = content.get("version", VERSIONS[-1])
    if version not in VERSIONS:
        raise _Misunderstood(f"unknown policy version {version!r}, known are {', '.join(VERSIONS)}")
    listed = content.get("statement")
    if not isinstance(listed, list | dict):
        raise _Misunderstood("a policy has a Statement, an object or a list of them")
    single = isinstance(listed, dict)
    pointers = ["/Statement"] if single else [f"/Statement/{place}" for place in range(len(listed))]
    return [
        _statement(pointer, item, principals=principals, variables=version == CURRENT)
        for pointer, item in zip(pointers, [listed] if single else listed, strict=True)
    ]


def _statement(pointer: str, item: Any, *, principals: bool, variables: bool) -> Statement:
    """Compile one statement; parts that are not understood widen it, and its problem says so."""
    if not isinstance(item, dict):
        return Statement(pointer, problem="a statement is a JSON object")
    problems = [f"unknown element {key}" for key in item if key.lower() not in _ELEMENTS]
    parts = {_ELEMENTS[key.lower()]: value for key, value in item.items() if key.lower() in _ELEMENTS}
    made: dict[str, Any] = {}
    for read in (_effect, _actions, _resources, _conditions):
        try:
            made |= read(parts)
        except _Misunderstood as error:
            problems.append(str(error.args[0]))
    try:
        made |= _principals(parts, required=principals)
    except _Misunderstood as error:
        problems.append(str(error.args[0]))
        made |= {"principals": (("AWS", "*"),)} if principals else {}
    return Statement(pointer, variables=variables, problem="; ".join(problems) or None, **made)


def _effect(parts: dict[str, Any]) -> dict[str, Any]:
    if parts.get("Effect") not in {"Allow", "Deny"}:
        raise _Misunderstood("a statement has an Effect, Allow or Deny")
    return {"effect": parts["Effect"]}


def _texts(name: str, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(item, str) for item in values):
        raise _Misunderstood(f"{name} is a text or a list of texts")
    return tuple(dict.fromkeys(values))


def _either(parts: dict[str, Any], name: str) -> tuple[bool, tuple[str, ...]]:
    if (name in parts) == (f"Not{name}" in parts):
        raise _Misunderstood(f"a statement has either {name} or Not{name}")
    contrary = f"Not{name}" in parts
    chosen = f"Not{name}" if contrary else name
    return contrary, _texts(chosen, parts[chosen])


def _actions(parts: dict[str, Any]) -> dict[str, Any]:
    contrary, actions = _either(parts, "Action")
    wrong = next((action for action in actions if action != "*" and ":" not in action), None)
    if wrong is not None:
        raise _Misunderstood(f"{wrong!r} is no action: expected service:Action")
    return {"actions": actions, "not_action": contrary}


def _resources(parts: dict[str, Any]) -> dict[str, Any]:
    if "Resource" not in parts and "NotResource" not in parts and ("Principal" in parts or "NotPrincipal" in parts):
        # Role trust policies, and few others, have no resource: it is what they hang on.
        return {}
    contrary, resources = _either(parts, "Resource")
    wrong = next((text for text in resources if not text.startswith(("arn:", "*", "${")) and text != "*"), None)
    if wrong is not None:
        raise _Misunderstood(f"{wrong!r} is no ARN")
    return {"resources": resources, "not_resource": contrary}


def _conditions(parts: dict[str, Any]) -> dict[str, Any]:
    blocks = parts.get("Condition", {})
    if not isinstance(blocks, dict):
        raise _Misunderstood("Condition is an object of operators")
    leaves: list[Leaf] = []
    for operator, keys in blocks.items():
        if not isinstance(keys, dict):
            raise _Misunderstood(f"condition {operator} is an object of keys")
        leaves += [_leaf(operator, key, value) for key, value in keys.items()]
    return {"conditions": tuple(leaves)}


def _leaf(operator: str, key: str, value: Any) -> Leaf:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float | bool) for item in values):
        raise _Misunderstood(f"condition {operator} {key} has a value that is no text, number or boolean")
    texts = tuple(sorted({text_of(item) for item in values}))
    wrong = problem(operator, texts)
    test = read_operator(operator)
    if wrong is not None or test is None:
        raise _Misunderstood(wrong or operator)
    folded = (
        tuple(text.lower() for text in texts) if test.name in {"Bool", "Null"} and "${" not in "".join(texts) else texts
    )
    return Leaf(test.written, key, tuple(sorted(set(folded))))


def _principals(parts: dict[str, Any], *, required: bool) -> dict[str, Any]:
    names = [name for name in ("Principal", "NotPrincipal") if name in parts]
    if not required:
        if names:
            raise _Misunderstood(f"a policy of this kind has no {names[0]}")
        return {}
    if len(names) != 1:
        raise _Misunderstood("a statement has either Principal or NotPrincipal")
    return {"principals": _pairs(parts[names[0]]), "not_principal": names[0] == "NotPrincipal"}


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("AWS", "*"),)
    if not isinstance(value, dict) or not value:
        raise _Misunderstood("a principal element is * or an object of AWS, Service, Federated or CanonicalUser")
    pairs: list[tuple[str, str]] = []
    for kind, names in value.items():
        if kind.lower() not in _TYPES:
            raise _Misunderstood(f"unknown principal type {kind}")
        pairs += [(_TYPES[kind.lower()], name) for name in _texts(kind, names)]
    return tuple(pairs)
