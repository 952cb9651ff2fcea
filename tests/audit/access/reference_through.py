"""The slow, obvious answer to who comes to what through others: one principal at a time, one need at a time.

From a principal's own place forward: whom it can act as grows by whatever any of them may do, asked of ``evaluate``'s
layers alone, until nothing is added. No classes, no sharing, no searching backwards. Only for accounts of one region and
for the primitives of ``KNOWN``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from toy import BUCKET, NOW, REGION, allow, policy

from audit.access.asker import Asker
from audit.access.context import Context
from audit.access.decision import Effect, decide
from audit.access.evaluate import Policies, outcome
from audit.access.holdings import Holdings, bounded
from audit.access.matching import Request
from audit.access.policy import Body, document
from audit.access.primitives import Edit, Gains, On, Primitive, catalogue
from audit.access.simulate import known_keys
from audit.model.contract import Privilege
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.access.holdings import Caller
    from audit.model.graph import BoundaryGraph, Node

KNOWN = (
    "iam-put-user-policy", "iam-put-role-policy", "iam-put-group-policy", "iam-create-policy-version",
    "iam-add-user-to-group", "iam-delete-role-permissions-boundary", "iam-delete-user-permissions-boundary",
    "iam-detach-role-policy", "iam-delete-role-policy", "iam-overwrite-role-policy",
    "iam-tag-role", "sts-assume-role",
    "iam-update-assume-role-policy", "iam-create-access-key", "lambda-create-function", "lambda-update-function-code",
    "lambda-pass-role-to-function",
)  # fmt: skip
Place = tuple[str, frozenset[str]]
"""A principal, and what was edited about it."""


@dataclass(frozen=True)
class Move:
    """One step: someone uses a primitive on a target."""

    actor: str
    primitive: str
    target: str
    certain: bool


@dataclass(frozen=True)
class Answer:
    """How few steps it takes, whether they are certain, and the first steps of the shortest plans without edits."""

    steps: int
    certain: bool
    moves: frozenset[Move]
    edits: bool


def primitives() -> tuple[Primitive, ...]:
    return tuple(one for one in catalogue() if one.id in KNOWN)


@dataclass
class Reference:
    graph: BoundaryGraph
    _ways: dict[Place, list[tuple[Move, Primitive, str]]] = field(default_factory=dict)
    _reads: dict[Place, Effect] = field(default_factory=dict)

    @cached_property
    def held(self) -> Holdings:
        return Holdings(self.graph)

    def reads(self, place: Place) -> Effect:
        """Whether a principal as edited reads by itself."""
        if place not in self._reads:
            node = self.graph.node(BUCKET)
            found = Asker(self.held, NOW).access(self.caller(place), node, Privilege.READ)
            self._reads[place] = found.decision.effect
        return self._reads[place]

    def has(self, name: str) -> bool:
        """Whether a principal reads, or may read, by itself."""
        return self.reads((name, frozenset())) in _OPEN

    def answer(self, name: str, most: int = 4) -> Answer | None:
        """The shortest plans of a principal that does not read by itself."""
        for certain in (True, False):
            for depth in range(1, most + 1):
                plans = list(self._plans(frozenset({(name, frozenset())}), (), depth, certain=certain))
                if plans:
                    moves = frozenset(move for plan in plans for move in plan)
                    edits = any(self._is_edit(move) for move in moves)
                    return Answer(depth, certain, moves, edits)
        return None

    def comes_there(self, name: str) -> bool:
        """Whether any number of steps leads there."""
        known = {(name, frozenset[str]())}
        while True:
            more = {place for _, place in self._moves(frozenset(known), certain=False)} - known
            if not more:
                return any(self.reads(place) in _OPEN for place in known)
            known |= more

    def _plans(
        self, known: frozenset[Place], done: tuple[Move, ...], depth: int, *, certain: bool
    ) -> Iterator[tuple[Move, ...]]:
        good = {Effect.ALLOWED} if certain else _OPEN
        if depth == 0:
            if done and any(self.reads(place) in good for place in known):
                yield done
            return
        for move, place in self._moves(known, certain=certain):
            if place not in known:
                yield from self._plans(known | {place}, (*done, move), depth - 1, certain=certain)

    def _is_edit(self, move: Move) -> bool:
        return any(one.id == move.primitive and one.gains is Gains.OWN for one in primitives())

    def _moves(self, known: frozenset[Place], *, certain: bool) -> Iterator[tuple[Move, Place]]:
        """Whom one more step adds to those whom one can act as."""
        for place in sorted(known, key=str):
            for move, primitive, detail in self.ways(place):
                if certain and not move.certain:
                    continue
                if primitive.gains is not Gains.OWN:
                    yield move, (move.target, frozenset())
                    continue
                for target, edits in known:
                    if target == move.target:
                        yield move, (target, edits | {f"{primitive.edits}{detail}"})

    def ways(self, place: Place) -> list[tuple[Move, Primitive, str]]:
        """What a principal as edited may use on whom."""
        if place not in self._ways:
            self._ways[place] = list(self._ask(place))
        return self._ways[place]

    def _ask(self, place: Place) -> Iterator[tuple[Move, Primitive, str]]:
        caller = self.caller(place)
        for primitive in primitives():
            for node in self.graph.nodes(NodeKind.ROLE, NodeKind.USER):
                for arns, detail in self._about(primitive, node):
                    effect = self._all(caller, primitive, node, arns)
                    if effect in _OPEN:
                        yield Move(place[0], primitive.id, node.id, effect is Effect.ALLOWED), primitive, detail

    def _about(self, primitive: Primitive, node: Node) -> Iterator[tuple[dict[On, str], str]]:  # noqa: C901 one case each
        """The ARNs of each way of using a primitive on a principal, and which group it is put into."""
        if primitive.target not in {"either", str(node.kind)} or "/aws-service-role/" in node.id:
            return
        if primitive.trusts is not None and not self._lets_in(node, primitive.trusts):
            return
        arns = {On.TARGET: node.id}
        asked = {need.on for need in primitive.needs if isinstance(need.on, On)}
        if primitive.thing is not None:
            for one in self.graph.nodes(primitive.thing):
                run = [edge.target for edge in self.graph.edges(EdgeKind.RUNS_AS, source=one.id)]
                if primitive.over is not None or node.id in run:
                    yield {**arns, On.THING: one.id}, ""
        elif On.POLICY in asked:
            for entry in node.properties["identity"]:
                if entry["arn"]:
                    yield {**arns, On.POLICY: entry["arn"]}, ""
        elif asked & {On.GROUP, On.OTHER_GROUP}:
            for one in self.graph.nodes(NodeKind.GROUP):
                if (one.name in node.properties["groups"]) is (On.GROUP in asked):
                    yield {**arns, On.GROUP: one.id, On.OTHER_GROUP: one.id}, one.id if On.OTHER_GROUP in asked else ""
        else:
            yield arns, ""

    def _lets_in(self, node: Node, service: str) -> bool:
        listed = node.properties["trust"]["Statement"]
        return any(statement["Principal"].get("Service") == service for statement in listed)

    def _all(self, caller: Caller, primitive: Primitive, node: Node, arns: dict[On, str]) -> Effect:
        effects = []
        for need in primitive.needs:
            resource = arns[need.on] if isinstance(need.on, On) else _filled(need.on, node.account)
            effects.append(self._one(caller, need.action, resource, node, need.context))
            if effects[-1] not in _OPEN:
                return effects[-1]
        return Effect.UNDETERMINED if Effect.UNDETERMINED in effects else Effect.ALLOWED

    def _one(self, caller: Caller, action: str, resource: str, node: Node, chosen: dict[str, str]) -> Effect:
        keys: dict[str, Any] = {**known_keys(caller.principal, action, node.account), **caller.keys, **chosen}
        keys["aws:CurrentTime"] = NOW
        if not action.startswith(("iam:", "sts:")):
            keys["aws:RequestedRegion"] = REGION
        context = Context.of(keys, free=True, closed=caller.closed)
        request = Request(caller.principal, action, resource, node.account, context, bounded(caller))
        trust = document("trust", node.properties["trust"], principals=True) if action.startswith("sts:") else None
        policies = replace(caller.policies, resource=trust)
        return decide(outcome(request, policies), caller.given).effect

    def caller(self, place: Place) -> Caller:
        """A principal with what was edited about it."""
        name, edits = place
        node = self.graph.node(name)
        found = self.held.caller(node)
        policies = found.policies
        for edit in sorted(edits):
            policies = self._edited(policies, node, edit)
        if Edit.TAGS in edits:
            keys = {key: value for key, value in found.keys.items() if not key.startswith("aws:PrincipalTag/")}
            found = replace(found, keys=keys, closed=())
        return replace(found, policies=policies)

    def _edited(self, policies: Policies, node: Node, edit: str) -> Policies:
        if edit == Edit.BOUNDARY:
            return replace(policies, boundary=None)
        if edit == Edit.POLICIES:
            return replace(policies, identity=(*policies.identity, document("w", policy(allow("*")))))
        if edit.startswith(Edit.GROUPS) and "arn:" in edit:
            joined = self.held.identity(self.graph.node(edit.removeprefix(Edit.GROUPS)))
            return replace(policies, identity=(*policies.identity, *joined))
        if edit in {Edit.ATTACHED_DENIALS, Edit.INLINE_DENIALS}:
            entries = node.properties["identity"]
            gone = {f"identity/{one['name']}" for one in entries if bool(one["arn"]) is (edit == Edit.ATTACHED_DENIALS)}
            kept = tuple(_without_denials(one) if one.name in gone else one for one in policies.identity)
            return replace(policies, identity=kept)
        return policies


_OPEN = frozenset({Effect.ALLOWED, Effect.UNDETERMINED})


def _without_denials(found: Any) -> Any:
    return replace(found, body=Body(tuple(s for s in found.body.statements if s.effect == "Allow")))


def _filled(template: str, account: str) -> str:
    text = template.replace("{partition}", "aws").replace("{region}", REGION).replace("{account}", account)
    return text.replace("{new}", "\ue0f4")
