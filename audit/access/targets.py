"""Whom and what the primitives are used on: every target with the ARNs that a primitive's needs name.

Targets that no document tells apart for a primitive form one class, so that what thousands of roles have in common is
asked once. Service-linked roles are nobody's target: only their service can take them (AWS page "Create a
service-linked role").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.access.context import Context
from audit.access.decision import OPEN, Effect
from audit.access.evaluate import Policies, evaluate
from audit.access.glob import wild
from audit.access.holdings import fact_of, read_document
from audit.access.kin import Batch, Batches, Family, Item
from audit.access.matching import Request
from audit.access.primitives import NEW, On, Primitive
from audit.access.principals import Principal
from audit.access.unlisted import ANY, unlisted
from audit.access.variables import resolve
from audit.model.arn import Arn
from audit.model.graph import EdgeKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.access.holdings import Caller, Holdings
    from audit.access.kin import Kin
    from audit.access.patterns import Patterns
    from audit.access.policy import Document, Statement
    from audit.model.graph import BoundaryGraph

_TRUST = "iam:GetAccountAuthorizationDetails"
_SERVICE_LINKED = "/aws-service-role/"


_Named = tuple[tuple[str, On], ...]
"""The actions of a primitive that are asked of something of the item, with what that is."""


@dataclass
class Targets:
    """The targets of one graph."""

    held: Holdings
    patterns: Patterns
    _lets_in: dict[tuple[int, str, str], bool | None] = field(default_factory=dict)
    _trusts: dict[str, Document | None] = field(default_factory=dict)
    _gains: dict[tuple[str, str | None, bool], list[Node]] = field(default_factory=dict)
    _nodes: dict[tuple[NodeKind, ...], list[Node]] = field(default_factory=dict)
    _listed: dict[object, list[Item]] = field(default_factory=dict)
    _batches: dict[object, tuple[list[Item], Batches]] = field(default_factory=dict)

    @property
    def graph(self) -> BoundaryGraph:
        """The graph."""
        return self.held.graph

    def family(self, primitive: Primitive) -> Family:
        """A primitive's items in classes; where another one's are told apart by the same, it has the same."""
        named = tuple((need.action, need.on) for need in primitive.needs if isinstance(need.on, On))
        key = next((pair for pair in named if pair[1] is not On.ANYTHING), None)
        told_by = tuple((self.patterns.like(action), on) for action, on in named)
        items = self._items(primitive)
        if (id(items), told_by) not in self._batches:
            self._batches[id(items), told_by] = items, self._batched(items, named, key)
        return Family(primitive, self._batches[id(items), told_by][1], key)

    def _batched(self, items: list[Item], named: _Named, key: tuple[str, On] | None) -> Batches:
        found = Batches()
        classes: dict[object, Batch] = {}
        for item in items:
            classes.setdefault(self._class(item, named), Batch()).items.append(item)
        found.listed = list(classes.values())
        self._index(found, key)
        return found

    def _class(self, item: Item, named: _Named) -> object:
        marks = tuple(self.patterns.marks(action, item.arns[on]) for action, on in named if on in item.arns)
        trust = id(item.trust.body) if item.trust is not None and item.trust.body is not None else None
        target = Arn.parse(item.target)
        place = Arn.parse(item.arns[On.THING]) if On.THING in item.arns else target
        # Conditions on the region and the account tell things apart that no pattern does.
        return target.account, place.account, place.region, item.unsure, trust, marks

    def _index(self, batches: Batches, key: tuple[str, On] | None) -> None:
        for number, batch in enumerate(batches.listed):
            sample = batch.items[0]
            names = _names(sample.trust) if sample.trust is not None else None
            for name in names or ():
                batches.by_name.setdefault(name, []).append(number)
            if names is None or _ANYONE in names:
                batches.open[number] = None
            if key is not None:
                for pattern in self.patterns.marks(key[0], sample.arns[key[1]]):
                    batches.by_pattern.setdefault(pattern, []).append(number)
                for item in batch.items:
                    batches.by_arn[item.arns[key[1]]] = number

    def candidates(self, family: Family, caller: Caller) -> Iterable[Kin]:
        """The classes that a caller's own Allow statements, or a trust policy that names it, can speak of."""
        batches = family.batches
        found: dict[int, None] = {}
        if batches.by_name:
            for name in _called(caller.principal):
                found |= dict.fromkeys(batches.by_name.get(name, ()))
        mine = self._allowed(family, caller)
        if batches.by_name:
            # Of every class, those that a trust policy of their own opens to all are listed: they can be few of many.
            mine = batches.open if isinstance(mine, range) else [one for one in mine if one in batches.open]
        return [family.kin[number] for number in (*found, *(one for one in mine if one not in found))]

    def _allowed(self, family: Family, caller: Caller) -> Iterable[int]:
        key, documents, every = family.key, caller.policies.identity, range(len(family.batches.listed))
        if key is None or not documents or any(document.body is None for document in documents):
            return every if key is None or documents or not caller.principal.is_iam or _is_root(caller) else ()
        statements = (s for d in documents if d.body is not None for s in d.body.on(key[0]) if s.may("Allow"))
        found: dict[int, None] = {}
        for statement in statements:
            if statement.not_resource or "*" in statement.resources:
                return every
            found |= dict.fromkeys(n for text in statement.resources for n in self._by(family.batches, text, caller))
        return found

    def _by(self, batches: Batches, pattern: str, caller: Caller) -> Iterable[int]:
        if "${" in pattern:
            resolved = resolve(pattern, Context.of(caller.keys, free=True, closed=caller.closed))
            if resolved.text is None:
                return ()
            if not resolved.free and not wild(resolved.text):
                return (batches.by_arn[resolved.text],) if resolved.text in batches.by_arn else ()
        if pattern in batches.by_arn:
            return (batches.by_arn[pattern],)
        return batches.by_pattern.get(pattern, ())

    # --- items ---------------------------------------------------------------------------------------------------

    def _items(self, primitive: Primitive) -> list[Item]:
        """A primitive's items, the same list for those that have the same."""
        if primitive.through is not None:
            return [*self._run_as(primitive), *self._unlisted(primitive)]
        if primitive.over is not None:
            return [*self._over(primitive), *self._unlisted(primitive)]
        asked = frozenset(need.on for need in primitive.needs if isinstance(need.on, On))
        taking = any(need.action.startswith("sts:") for need in primitive.needs)
        key = primitive.target, primitive.trusts, primitive.profile, asked, taking
        if key not in self._listed:
            self._listed[key] = [item for node in self._gained(primitive) for item in self._each(primitive, node)]
        return self._listed[key]

    def _gained(self, primitive: Primitive) -> list[Node]:
        """The roles and users that a primitive can gain or edit."""
        key = primitive.target, primitive.trusts, primitive.profile
        if key not in self._gains:
            self._gains[key] = list(self._gaining(primitive))
        return self._gains[key]

    def _gaining(self, primitive: Primitive) -> Iterator[Node]:
        kinds = {"role": (NodeKind.ROLE,), "user": (NodeKind.USER,)}.get(
            primitive.target, (NodeKind.ROLE, NodeKind.USER)
        )
        for node in self._of_kinds(*kinds):
            if primitive.profile and not node.properties.get("instance_profiles"):
                continue
            if primitive.trusts is None or self.trusts(node, primitive.trusts) is not False:
                yield node

    def _of_kinds(self, *kinds: NodeKind) -> list[Node]:
        """The roles or users but those that are linked to a service."""
        if kinds not in self._nodes:
            self._nodes[kinds] = [node for node in self.graph.nodes(*kinds) if _SERVICE_LINKED not in node.id]
        return self._nodes[kinds]

    def _each(self, primitive: Primitive, node: Node) -> Iterator[Item]:
        """One item for each ARN that "any one" can stand for."""
        arns = {On.TARGET: node.id}
        unsure = self._unsure(node, primitive)
        asked = {need.on for need in primitive.needs if isinstance(need.on, On)} - {On.TARGET, On.ANYTHING}
        trust = self.trust(node) if any(need.action.startswith("sts:") for need in primitive.needs) else None
        if not asked:
            yield Item(node.id, arns, "", trust, unsure)
            return
        (kind,) = asked
        for arn in self._others(kind, node):
            yield Item(node.id, {**arns, kind: arn}, arn, trust, unsure)

    def _others(self, kind: On, node: Node) -> Iterator[str]:
        match kind:
            case On.POLICY:
                entries = node.properties.get("identity")
                arns = [entry.get("arn") for entry in entries] if isinstance(entries, list) else []
                yield from dict.fromkeys(arn for arn in arns if arn and Arn.parse(arn).account)
            case On.GROUP | On.OTHER_GROUP:
                mine = node.properties.get("groups") or ()
                for group in self.graph.nodes(NodeKind.GROUP):
                    if group.account == node.account and (group.name in mine) is (kind is On.GROUP):
                        yield group.id
            case On.PROVIDER:
                for edge in self.graph.edges(EdgeKind.TRUSTS, source=node.id):
                    target = self.graph.get(edge.target)
                    if target is not None and target.kind is NodeKind.IDENTITY_PROVIDER and target.account:
                        yield target.id
            case _:
                return

    def _run_as(self, primitive: Primitive) -> Iterator[Item]:
        """Existing things, each with the role that it runs as."""
        for thing in self.graph.nodes(*((primitive.through,) if primitive.through else ())):
            for edge in self.graph.edges(EdgeKind.RUNS_AS, source=thing.id):
                role = self.graph.get(edge.target)
                if role is not None and role.kind is NodeKind.ROLE and _SERVICE_LINKED not in role.id:
                    yield from self._with(thing, role, primitive)

    def _over(self, primitive: Primitive) -> Iterator[Item]:
        """Existing things that may run as any role: each with each, of the same account."""
        things = list(self.graph.nodes(*((primitive.over,) if primitive.over else ())))
        if primitive.launched is not None:
            things = [thing for thing in things if self._launches(thing, primitive.launched)]
        for role in self._gained(primitive) if things else ():
            for thing in things:
                if thing.account == role.account:
                    yield from self._with(thing, role, primitive)

    def _with(self, thing: Node, role: Node, primitive: Primitive) -> Iterator[Item]:
        arns = {On.TARGET: role.id, On.THING: thing.id}
        unsure = self._unsure(role, primitive)
        holders = [edge.source for edge in self.graph.edges(EdgeKind.CONTAINS, target=thing.id)]
        yield Item(role.id, {**arns, On.HOLDER: holders[0]} if holders else arns, thing.id, None, unsure)

    def _unlisted(self, primitive: Primitive) -> Iterator[Item]:
        """Things that the walk did not see, or not what they run as, by each role that they may run as."""
        for one in unlisted(self.graph, primitive, self.patterns):
            running = {
                role.id: role for service in one.services for role in self._running(service, profile=one.profile)
            } | {name: self.graph.node(name) for name in one.roles}
            for role in running.values():
                if role.account == one.account:
                    yield Item(role.id, {**one.arns, On.TARGET: role.id}, one.via, None, one.permission)

    def _running(self, service: str, *, profile: bool) -> list[Node]:
        """The roles that a service may take."""
        key = service, str(profile), False
        if key not in self._gains:
            self._gains[key] = [
                node
                for node in self._of_kinds(NodeKind.ROLE)
                if not (profile and node.properties.get("instance_profiles") in ([], (), None))
                and self.trusts(node, service) is not False
            ]
        return self._gains[key]

    def _unsure(self, node: Node, primitive: Primitive) -> str | None:
        """What would settle whether a role trusts the primitive's service."""
        if primitive.trusts is None or self.trusts(node, primitive.trusts) is True:
            return None
        trust = self.trust(node)
        return (trust.permission if trust is not None else "") or "the target's trust policy"

    def _launches(self, template: Node, version: str) -> bool:
        """Whether a group launches that version of a template; yes when the version is not known."""
        for edge in self.graph.edges(EdgeKind.LAUNCHES, source=template.id):
            if str(edge.properties.get("version") or version) == version:
                return True
        return False

    # --- trust ---------------------------------------------------------------------------------------------------

    def trust(self, node: Node) -> Document | None:
        """A role's trust policy, compiled."""
        if node.id not in self._trusts:
            record = node.records[0] if node.records else ""
            content = fact_of(node, "trust", _TRUST)
            self._trusts[node.id] = read_document(content, "trust", record, principals=True)
        return self._trusts[node.id]

    def trusts(self, node: Node, service: str) -> bool | None:
        """Whether a role lets a service take it; None when that could not be read or understood."""
        trust = self._trusts[node.id] if node.id in self._trusts else self.trust(node)
        key = id(trust.body if trust else None), service, node.account
        if key not in self._lets_in:
            context = Context.of({"aws:ResourceAccount": node.account}, free=True)
            principal = Principal.read(service)
            request = Request(principal, "sts:AssumeRole", node.id, node.account, context)
            effect = evaluate(request, Policies(resource=trust)).effect
            self._lets_in[key] = None if effect is Effect.UNDETERMINED else effect in OPEN
        return self._lets_in[key]


_ANYONE = "*"


def _names(trust: Document) -> frozenset[str] | None:
    """Whom the Allow statements of a trust policy name; ``*`` among them where an account, everyone or not-so are.

    None when the document was not read.
    """
    if trust.body is None:
        return None
    return frozenset(name for s in trust.body.statements if s.may("Allow") for name in _named_in(s))


def _named_in(statement: Statement) -> Iterator[str]:
    if statement.not_principal or statement.principals is None:
        yield _ANYONE
    for _, name in statement.principals or ():
        whole = name == _ANYONE or name.isdigit() or name.endswith(":root")
        yield _ANYONE if whole else _plain_name(name)


def _plain_name(name: str) -> str:
    """A session's role, and a principal without its path, as sessions show it."""
    if not name.startswith("arn:"):
        return name
    arn = Arn.parse(name)
    kind, _, rest = arn.resource.partition("/")
    kind, last = ("role", rest.partition("/")[0]) if kind == "assumed-role" else (kind, rest.rpartition("/")[2])
    return f"{arn.account}:{kind}:{last}"


def _called(principal: Principal) -> Iterator[str]:
    yield _plain_name(principal.text)
    if principal.unique_id:
        yield principal.unique_id


def _is_root(caller: Caller) -> bool:
    return caller.principal.text.endswith(":root")


def filled(template: str, partition: str, region: str, account: str) -> str:
    """An ARN template of the catalogue for a place, with a name of the caller's choice."""
    text = template.replace("{partition}", partition).replace("{region}", region).replace("{account}", account)
    return text.replace(NEW, ANY)
