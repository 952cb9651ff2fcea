"""Policy documents, compiled once: statements with effect, principals, actions, resources and conditions.

AWS page "IAM JSON policy elements reference". A statement that is not understood keeps its place with the problem's
description; a decision that depends on it is undetermined.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from audit.access.conditions.evaluate import problem, read_operator
from audit.access.context import text_of
from audit.access.expression import Leaf
from audit.access.glob import DOLLAR, MARK, STAR, matches_action, matches_resource
from audit.access.kept import Kept, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
"""Everything allowed: what FullAWSAccess says, and what stands for a principal whose own policies do not matter."""
CURRENT = "2012-10-17"
VERSIONS = (CURRENT, "2008-10-17")
_ELEMENTS = {
    name.lower(): name
    for name in (
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    )
}  # fmt: skip
_LISTS, _SCALARS = (list, tuple), frozenset((str, int, float, bool))
_NAMES = frozenset(_ELEMENTS.values())
_EFFECTS = ("Allow", "Deny")
_EVERY: tuple[tuple[str, ...], bool] = (("*",), False)
_EVERYONE = (("AWS", "*"),)
_STARTS = ("arn:", "*", "${")
_LONGEST_SHOWN, _FEW = 80, 8
# An ARN, an account, or the id that is left of a principal that was deleted.
_NAME = re.compile(r"arn:.*|[0-9]{12}|[A-Z][A-Z0-9]{3,127}", re.DOTALL)
_TYPES = {"aws": "AWS", "service": "Service", "federated": "Federated", "canonicaluser": "CanonicalUser"}


class _Misunderstood(Exception):  # noqa: N818 never leaves this file
    """A part of a document that is not what the policy language allows; args: message, pointer inside the part."""


# Not frozen: to set each field of a frozen one takes longer than to read it, and nobody sets one later.
@dataclass(unsafe_hash=True)
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
        action = action.lower()
        for pattern in self.actions:
            if matches_action(pattern, action):
                return not self.not_action
        return self.not_action

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
    _votes: dict[str, tuple[tuple[Statement, str, bool], ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def only_allows(self) -> bool:
        """Whether nothing in it denies, or may deny."""
        return all(statement.effect == "Allow" for statement in self.statements)

    @cached_property
    def denies(self) -> bool:
        """Whether a statement denies something."""
        return any(statement.effect == "Deny" for statement in self.statements)

    @cached_property
    def gives_all(self) -> bool:
        """Whether it allows everything, so that writing more of it gives nothing."""
        return any(
            s.effect == "Allow" and "*" in s.actions and "*" in s.resources and not (s.conditions or s.problem)
            for s in self.statements
            if not (s.not_action or s.not_resource)
        )

    def votes(self, action: str) -> tuple[tuple[Statement, str, bool], ...]:
        """The statements that speak of an action, each with an effect that it may have, and whether it always applies.

        It does when it names every resource and no condition.
        """
        found = self._votes.get(action)
        if found is None:
            found = self._votes[action] = tuple(
                (s, effect, s.resources == _EVERY[0] and not (s.not_resource or s.conditions or s.problem))
                for s in self.on(action)
                for effect in ((s.effect,) if s.effect else _EFFECTS)
            )
        return found

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
    said: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)
    """What it says by layer and action where no request makes a difference: vote.py keeps that here."""

    @property
    def problems(self) -> list[str]:
        """What is not understood: name, JSON pointer and why, one sentence each."""
        statements = self.body.statements if self.body else ()
        return [f"{self.name}{s.pointer}: {s.problem}" for s in statements if s.problem]


def unread(name: str, permission: str) -> Document:
    """A document that exists or may exist and was not read."""
    return Document(name, None, permission)


_MARKS = frozenset((STAR, MARK, DOLLAR))
_START_OF_MARKS = STAR.encode()[:2]
_RESERVED = Body((Statement("", problem="the characters U+E000 to U+E002 have no place in a policy"),))
KEPT: Kept[Body] = Kept(65_536, at_once=True)
"""Of a graph the same documents are asked again and again."""


def document(
    name: str, content: object, *, record: str = "", principals: bool = False, kept: Kept[Body] = KEPT
) -> Document:
    """Compile a parsed document; ``principals`` for the kinds whose statements must have a principal element.

    ``{"unreadable": permission}`` stands for a document that was not read.
    """
    if isinstance(content, dict) and len(content) == 1 and "unreadable" in content:
        return unread(name, str(content["unreadable"]))
    return Document(name, _body(content, kept, principals=principals), record=record)


def _body(content: object, kept: Kept[Body], *, principals: bool) -> Body:
    """Documents that come again are compiled once."""
    try:
        key = fingerprint((content, principals))
    except ValueError:  # what no JSON can hold
        return _compiled(content, principals=principals)
    found = kept.get(key)
    if found is None:
        reserved = _START_OF_MARKS in key and not _MARKS.isdisjoint(json.dumps(content, ensure_ascii=False))
        found = kept.put(key, _RESERVED if reserved else _compiled(content, principals=principals))
    return found


def _compiled(content: object, *, principals: bool) -> Body:
    try:
        return Body(tuple(_statements(content, principals=principals)))
    except _Misunderstood as error:
        return Body((Statement("", problem=str(error.args[0])),))


def _statements(content: Any, *, principals: bool) -> list[Statement]:
    if not isinstance(content, dict):
        raise _Misunderstood("a policy is a JSON object")
    elements = {key.lower(): value for key, value in content.items()}
    if len(elements) < len(content):
        raise _Misunderstood("an element of the policy is there twice")
    version = elements.get("version", VERSIONS[-1])
    if version not in VERSIONS:
        raise _Misunderstood(f"unknown policy version {brief(version)}, known are {', '.join(VERSIONS)}")
    listed = elements.get("statement")
    if not isinstance(listed, (*_LISTS, dict)):
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
    problems: list[str] = []
    parts = item if _NAMES.issuperset(item) else _parts(item, problems)
    effect = parts.get("Effect")
    if effect not in _EFFECTS:
        problems.append("a statement has an Effect, Allow or Deny")
        effect = ""
    owners, not_principal = _owners(parts, problems, required=principals)
    actions, not_action = _either(parts, "Action", _no_action, problems)
    resources, not_resource = _EVERY if _hangs_on_it(parts) else _either(parts, "Resource", _no_resource, problems)
    conditions = _conditions(parts["Condition"], problems) if "Condition" in parts else ()
    problem = "; ".join(problems) or None
    return Statement(
        pointer, effect, owners, not_principal, actions, not_action, resources, not_resource, conditions, variables,
        problem,
    )  # fmt: skip


def _parts(item: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The elements under their names; one of no name, or written twice, is a problem."""
    parts: dict[str, Any] = {}
    for key, value in item.items():
        name = _ELEMENTS.get(key.lower())
        if name is None or name in parts:
            problems.append(f"unknown element {brief(key)}" if name is None else f"element {name} is there twice")
        else:
            parts[name] = value
    return parts


def brief(value: object) -> str:
    """A value as a message shows it: as JSON writes it, and not all of a very long one."""
    text = json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    texts = isinstance(value, _LISTS) and value and set(map(type, value)) == {str}
    if not texts:
        raise _Misunderstood(f"{name} is a text or a list of texts")
    return tuple(value) if len(value) == 1 else tuple(dict.fromkeys(value))


def _either(
    parts: dict[str, Any], name: str, wrong: Callable[[str], str | None], problems: list[str]
) -> tuple[tuple[str, ...], bool]:
    """The texts of an element or of its contrary, and whether it is the contrary; every text where that is unclear."""
    contrary = f"Not{name}" in parts
    if (name in parts) == contrary:
        problems.append(f"a statement has either {name} or Not{name}")
        return _EVERY
    chosen = f"Not{name}" if contrary else name
    try:
        texts = _texts(chosen, parts[chosen])
    except _Misunderstood as error:
        problems.append(str(error.args[0]))
        return _EVERY
    for text in texts:
        if problem := wrong(text):
            problems.append(problem)
            return _EVERY
    return texts, contrary


def _no_action(text: str) -> str | None:
    return None if ":" in text or text == "*" else f"{brief(text)} is no action: expected service:Action"


def _no_resource(text: str) -> str | None:
    return None if text.startswith(_STARTS) else f"{brief(text)} is no ARN"


def _hangs_on_it(parts: dict[str, Any]) -> bool:
    """Role trust policies, and few others, have no resource: it is what they hang on."""
    return "Resource" not in parts and "NotResource" not in parts and ("Principal" in parts or "NotPrincipal" in parts)


def _conditions(blocks: Any, problems: list[str]) -> tuple[Leaf, ...]:
    """The conditions that are understood: whatever the others mean, all must hold."""
    if not isinstance(blocks, dict):
        problems.append("Condition is an object of operators")
        return ()
    found: list[Leaf] = []
    for operator, keys in blocks.items():
        if not isinstance(keys, dict):
            problems.append(f"condition {brief(operator)} is an object of keys")
            continue
        for key, value in keys.items():
            try:
                found.append(_leaf(operator, key, value))
            except _Misunderstood as error:
                problems.append(str(error.args[0]))
    return tuple(found)


def _leaf(operator: str, key: str, value: Any) -> Leaf:
    if isinstance(value, str):
        return _read_leaf(operator, key, (value,))
    values = value if isinstance(value, _LISTS) else (value,)
    if not _SCALARS.issuperset(map(type, values)):
        raise _Misunderstood(f"condition {operator} {key} has a value that is no text, number or boolean")
    texts = tuple(sorted({text_of(item) for item in values}))
    return (_read_leaf if len(texts) <= _FEW else _read_leaf.__wrapped__)(operator, key, texts)


@lru_cache(maxsize=16384)
def _read_leaf(operator: str, key: str, texts: tuple[str, ...]) -> Leaf:
    wrong = problem(operator, texts)
    test = read_operator(operator)
    if wrong is not None or test is None:
        raise _Misunderstood(wrong or operator)
    if test.name in {"Bool", "Null"} and not any("${" in text for text in texts):
        texts = tuple(sorted({text.lower() for text in texts}))
    return Leaf(test.written, key, texts)


def _owners(
    parts: dict[str, Any], problems: list[str], *, required: bool
) -> tuple[tuple[tuple[str, str], ...] | None, bool]:
    """Whom the statement names, and whether it means all others; everyone where that is unclear."""
    contrary = "NotPrincipal" in parts
    if not required:
        if contrary or "Principal" in parts:
            problems.append(f"a policy of this kind has no {'NotPrincipal' if contrary else 'Principal'}")
        return None, False
    if ("Principal" in parts) == contrary:
        problems.append("a statement has either Principal or NotPrincipal")
        return _EVERYONE, False
    try:
        return _pairs(parts["NotPrincipal" if contrary else "Principal"]), contrary
    except _Misunderstood as error:
        problems.append(str(error.args[0]))
        return _EVERYONE, False


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return _EVERYONE
    if not isinstance(value, dict) or not value:
        raise _Misunderstood("a principal element is * or an object of AWS, Service, Federated or CanonicalUser")
    pairs: list[tuple[str, str]] = []
    for kind, names in value.items():
        known = _TYPES.get(kind.lower())
        if known is None:
            raise _Misunderstood(f"unknown principal type {brief(kind)}")
        pairs += [(known, name) for name in _texts(kind, names)]
    for kind, name in pairs:
        if kind == "AWS" and name != "*" and not _NAME.fullmatch(name):
            raise _Misunderstood(f"{brief(name)} is no principal: expected an ARN, an account or a unique id")
    return tuple(pairs)
