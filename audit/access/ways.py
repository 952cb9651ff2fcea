"""The ways in which a caller comes to act as another principal, or with more rights: the catalogue asked of everyone.

Every need of a primitive passes the same evaluator as all other requests, boundaries, SCPs and the target's trust
policy included. Callers that are alike share a way, so that it is an arrow from many callers to many targets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import starmap
from typing import TYPE_CHECKING

from audit.access.alike import Alike, own_causes
from audit.access.context import Context
from audit.access.decision import OPEN, Decision, Effect, Settles, decide
from audit.access.entries import entered
from audit.access.evaluate import Policies, around, outcome
from audit.access.expression import FALSE, all_of
from audit.access.glob import near
from audit.access.holdings import bounded
from audit.access.matching import Request
from audit.access.mentions import mentioned_in
from audit.access.patterns import Actions, Patterns
from audit.access.primitives import NEW, On, catalogue
from audit.access.principals import Kind
from audit.access.question import Ask
from audit.access.simulate import known_keys
from audit.access.targets import Targets, filled
from audit.model.arn import Arn
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from audit.access.evaluate import Around
    from audit.access.holdings import Caller, Holdings
    from audit.access.kin import Family, Kin
    from audit.access.mentions import Mentions
    from audit.access.policy import Body, Document
    from audit.access.primitives import Need, Primitive
    from audit.access.question import Question
    from audit.access.vote import Cause

_GLOBAL = ("iam:", "sts:")


@dataclass(eq=False)
class Way:
    """A primitive that some callers can use on some targets, and on what terms."""

    kin: Kin
    region: str
    decision: Decision

    @property
    def primitive(self) -> Primitive:
        """The primitive."""
        return self.kin.primitive


@dataclass
class Ways:
    """The ways of one graph's callers at one time."""

    held: Holdings
    alike: Alike
    now: str | None
    _questions: dict[tuple[Kin, str], Question] = field(default_factory=dict)
    _families: dict[str, Family] = field(default_factory=dict)
    _mentions: dict[int, Mentions] = field(default_factory=dict)
    _masks: dict[int, int] = field(default_factory=dict)
    _around: dict[Hashable, Around] = field(default_factory=dict)
    _causes: dict[tuple[tuple[str, str], Way], tuple[Cause, ...]] = field(default_factory=dict)

    def of(self, caller: Caller) -> Iterator[Way]:
        """Every way that a caller has, or may have; alike callers get the same object."""
        mask = self._mask(caller)
        vouched = caller.principal.kind is Kind.IDENTITY
        for primitive, needed, taking in self._primitives:
            if (primitive.caller == "provider") is not vouched or (mask & needed != needed and not taking):
                continue
            for kin in self.targets.candidates(self._family(primitive), caller):
                way = self._way(caller, kin)
                if way is not None:
                    yield way
        # As edited it comes there no sooner: who acts as it so can act as it is.
        yield from () if caller.edits else self._entered.get(caller.principal.text, ())

    def causes(self, caller: Caller, way: Way) -> tuple[Cause, ...]:
        """The statements that give a caller a way: its own in place of those that stand for it."""
        if way.primitive.entered:
            return way.decision.because
        key = caller.name, way
        if key not in self._causes:
            self._causes[key] = own_causes(way.decision.because, caller, self._question(way.kin, way.region))
        return self._causes[key]

    @cached_property
    def targets(self) -> Targets:
        """Whom the primitives are used on."""
        return Targets(self.held, Patterns(self._bodies, self.actions))

    @cached_property
    def _bodies(self) -> list[Body]:
        """Every document that can tell targets apart: callers' own and their boundaries, SCPs, groups' documents."""
        documents: list[Document] = [d for caller in self.held.own for d in caller.policies.identity]
        documents += [d for caller in self.held.own for d in caller.policies.boundary or ()]
        documents += [d for account in self.held.walked() for level in self.held.levels(account, "scp") for d in level]
        documents += [d for node in self.held.graph.nodes(NodeKind.GROUP) for d in self.held.identity(node)]
        return list({id(d.body): d.body for d in documents if d.body is not None}.values())

    @cached_property
    def _primitives(self) -> tuple[tuple[Primitive, int, bool], ...]:
        """Each primitive with a bit for each action that it needs, and whether a trust policy alone may give it."""
        bits = self.actions.bits
        return tuple(
            (
                primitive,
                sum(1 << bits[action] for action in {need.action for need in primitive.needs}),
                _taking(primitive),
            )
            for primitive in catalogue()
            if not primitive.entered
        )

    @cached_property
    def _entered(self) -> dict[str, tuple[Way, ...]]:
        """The ways of principals that access entries let into clusters."""
        found = (entered(primitive, self.held.graph) for primitive in catalogue() if primitive.entered)
        return {principal: tuple(starmap(Way, listed)) for one in found for principal, listed in one.items()}

    @cached_property
    def actions(self) -> Actions:
        """The actions that the catalogue needs."""
        return Actions(tuple(dict.fromkeys(need.action for one in catalogue() for need in one.needs)))

    def _mask(self, caller: Caller) -> int:
        """A bit for each action that the caller's own documents may allow on something."""
        documents = caller.policies.identity
        everything = (1 << len(self.actions.bits)) - 1
        if caller.principal.kind is Kind.ROOT or not caller.principal.is_iam:
            return everything
        mask = 0
        for document in documents:
            mask |= everything if document.body is None else self._covered(document.body)
        return mask

    def _covered(self, body: Body) -> int:
        if id(body) not in self._masks:
            mask = 0
            for statement in body.statements:
                if statement.may("Allow"):
                    mask |= self.actions.covered(statement)
            self._masks[id(body)] = mask
        return self._masks[id(body)]

    def _family(self, primitive: Primitive) -> Family:
        if primitive.id not in self._families:
            self._families[primitive.id] = self.targets.family(primitive)
        return self._families[primitive.id]

    def _way(self, caller: Caller, kin: Kin) -> Way | None:
        """The way of a caller to a class of targets, in the first walked region in which it is open."""
        for region in self._regions(kin):
            question = self._question(kin, region)
            found, _ = self.alike.answer(caller, question, partial(self._judge, kin=kin, region=region))
            if found is not None:
                return found  # type: ignore[no-any-return]  # alike hands over what it is given
        return None

    def _judge(self, caller: Caller, kin: Kin, region: str) -> Way:
        return Way(kin, region, self._decide(caller, kin, region))

    def _regions(self, kin: Kin) -> tuple[str, ...]:
        if On.THING in kin.sample.arns:
            return (Arn.parse(kin.sample.arns[On.THING]).region,)
        return self._walked if any("{region}" in str(need.on) for need in kin.primitive.needs) else ("",)

    @cached_property
    def _walked(self) -> tuple[str, ...]:
        """The regions in which the graph has anything."""
        regions = {node.region for node in self.held.graph.nodes() if node.region not in {"", "global"}}
        return tuple(sorted(regions)) or ("",)

    def _question(self, kin: Kin, region: str) -> Question:
        if (kin, region) not in self._questions:
            asks = tuple(Ask(need.action, self._arn(need, kin, region)) for need in kin.primitive.needs)
            places = tuple(dict.fromkeys(ask.resource for ask in asks))
            self._questions[kin, region] = self.alike.question(
                asks, lambda _: False, lambda pattern: near(pattern, places), self._mentioned(kin)
            )
        return self._questions[kin, region]

    def _mentioned(self, kin: Kin) -> Mentions:
        trust = kin.sample.trust
        key = id(trust.body) if trust is not None else 0
        if key not in self._mentions:
            levels = [level for account in sorted(self.held.walked()) for level in self.held.levels(account, "scp")]
            levels += self.held.levels(kin.account, "rcp")
            self._mentions[key] = mentioned_in([*(d for level in levels for d in level), trust])
        return self._mentions[key]

    def _arn(self, need: Need, kin: Kin, region: str) -> str:
        if isinstance(need.on, On):
            return kin.sample.arns.get(need.on, "*")
        return filled(need.on, Arn.parse(kin.sample.target).partition, region, kin.account)

    def _decide(self, caller: Caller, kin: Kin, region: str) -> Decision:
        """All needs of a primitive; what the walk does not settle about it makes them undetermined."""
        found: list[Decision] = []
        for need in kin.primitive.needs:
            found.append(self._need(caller, kin, need, region))
            if found[-1].effect not in OPEN:
                return found[-1]
        together = _together(found)
        unsure = kin.primitive.unseen or kin.sample.unsure
        if unsure is None:
            return together
        missing = (*together.missing, Settles("escalation", unsure))
        return replace(together, effect=Effect.UNDETERMINED, missing=missing)

    def _need(self, caller: Caller, kin: Kin, need: Need, region: str) -> Decision:
        taking = need.action.startswith("sts:")
        keys: dict[str, object] = known_keys(caller.principal, need.action, kin.account)
        keys |= {**caller.keys, **need.context}
        if region and not need.action.startswith(_GLOBAL):
            keys["aws:RequestedRegion"] = region
        if self.now is not None:
            keys["aws:CurrentTime"] = self.now
        context = Context.of(keys, free=True, closed=(*caller.closed, *_untagged(need)))
        resource = self._arn(need, kin, region)
        request = Request(caller.principal, need.action, resource, kin.account, context, bounded(caller))
        policies = replace(
            caller.policies,
            resource=kin.sample.trust if taking else None,
            rcp=self.held.levels(kin.account, "rcp") if taking else (),
        )
        return decide(outcome(request, policies, self._said(request, policies, caller, need)), caller.given)

    def _said(self, request: Request, policies: Policies, caller: Caller, need: Need) -> Around | None:
        """What the documents around say, asked once for callers of one standing."""
        if caller.standing is None:
            return None
        trust = id(policies.resource.body) if policies.resource is not None else None
        context = frozenset(need.context.items())
        key = caller.standing, request.action, request.resource, trust, context, request.bounded
        if key not in self._around:
            self._around[key] = around(request, policies)
        return self._around[key]


def _untagged(need: Need) -> tuple[str, ...]:
    """Keys that a launch does not carry of what it makes: instance, interface and volume have no tags before it.

    Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2": RunInstances.
    """
    makes = need.action == "ec2:RunInstances" and not isinstance(need.on, On) and NEW in need.on
    return ("aws:resourcetag/", "ec2:resourcetag/") if makes else ()


def _taking(primitive: Primitive) -> bool:
    """Whether a role's own trust policy may be enough: within an account it can name the caller directly."""
    return all(need.action.startswith("sts:") for need in primitive.needs)


def _together(decisions: list[Decision]) -> Decision:
    """All of several requests: each is a request of its own, so that their conditions do not contradict each other."""
    joint = all_of(*(decision.only_if for decision in decisions))
    conditional = [decision.only_if for decision in decisions]
    undetermined = any(decision.effect is Effect.UNDETERMINED for decision in decisions)
    return Decision(
        Effect.UNDETERMINED if undetermined else Effect.ALLOWED,
        joint if joint != FALSE else conditional[0],
        tuple(dict.fromkeys(one for d in decisions for one in d.unless)),
        tuple(dict.fromkeys(one for d in decisions for one in d.missing)),
        because=tuple(dict.fromkeys(cause for d in decisions for cause in d.because)),
    )
