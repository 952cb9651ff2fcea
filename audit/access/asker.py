"""One caller, one resource, one privilege: every need of each alternative, asked of the evaluator.

An object's key is asked as S3 asks it on the caller's behalf (AWS page "Forward access sessions").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access import acl, passage, resource, through_point
from audit.access.access import Access
from audit.access.access_point import ARN_KEY, DIRECTLY
from audit.access.access_point import LAYER as ACCESS_POINT
from audit.access.access_points import access_points
from audit.access.alike import Alike
from audit.access.asked import ANY, asked, named_parts, sample
from audit.access.context import Context
from audit.access.decision import OPEN, Decision, Effect, Outcome, Settles, decide
from audit.access.evaluate import around, outcome
from audit.access.expression import FALSE, TRUE, Leaf, all_of
from audit.access.glob import near
from audit.access.holdings import TAGGED, Caller, Holdings, bounded, fact_of
from audit.access.joint import either, every
from audit.access.matching import Request
from audit.access.mentions import mentions
from audit.access.principals import Principal
from audit.access.privileges import AWS_KEY, BUCKET_KEY, OTHER_ENCRYPTION, PRIVILEGES, Need, On
from audit.access.question import STAND_IN, Ask, Question
from audit.access.simplify import assume, simplify
from audit.access.simulate import known_keys
from audit.access.through_point import Door
from audit.model.arn import Arn
from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from audit.access.access_point import Point
    from audit.access.evaluate import Around, Policies
    from audit.access.expression import Expr
    from audit.access.privileges import Alternatives
    from audit.model.contract import Privilege

    _Found = tuple[str, tuple[Need, ...], Decision]
    """A pattern of parts, or an empty one for the whole; what was needed, and what came of it."""

_GRANT_ACTIONS = frozenset({"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"})
_OTHER_KEYS = Settles("object_encryption", "s3:GetObject")
_NOT_ABROAD = Decision(Effect.IMPLICITLY_DENIED, blocked_by=("resource_policy",))
"""What S3's own key says to callers of other accounts."""
_ENCRYPTION = Settles("encryption", "s3:GetEncryptionConfiguration")


@dataclass(frozen=True)
class Asker:
    """One graph at one time, asked many times."""

    held: Holdings
    now: str | None
    _around: dict[Hashable, Around] = field(default_factory=dict)
    _latest: dict[tuple[str, Privilege], Question] = field(default_factory=dict)

    def who_can(self, resource_id: str, privilege: Privilege) -> Iterator[Access]:
        """Everyone who has, or may have, the privilege; raises UsageError for a resource of no such kind."""
        node = self.held.graph.get(resource_id)
        alternatives = PRIVILEGES.get(str(node.kind), {}).get(privilege) if node else None
        if node is None or alternatives is None:
            raise UsageError(
                f"{resource_id} is no bucket, key, secret, topic or log group of the graph: name one of those"
            )
        question = self.question(node, privilege)
        outsiders = self.held.outsiders_of(node, (point.policy for point in access_points(self.held, node)))
        yield from self.alike.each(outsiders, question, lambda caller: self.access(caller, node, privilege))
        yield from self._unseen(node, privilege)
        if node.kind is NodeKind.BUCKET:
            yield from self._lists(node, privilege)

    @cached_property
    def alike(self) -> Alike:
        """The decisions, shared between callers that are alike."""
        return Alike(self.held)

    def question(self, node: Node, privilege: Privilege) -> Question:
        """Every action and ARN that the privilege asks of a caller, and whether a pattern of its own adds to them.

        The latest is kept, with its answers.
        """
        if (node.id, privilege) not in self._latest:
            self._latest.clear()
            self._latest[node.id, privilege] = self._asking(node, privilege)
        return self._latest[node.id, privilege]

    def _asking(self, node: Node, privilege: Privilege) -> Question:
        alternatives = PRIVILEGES[str(node.kind)][privilege]
        key = self.held.key(node) if node.kind is NodeKind.BUCKET else None
        encryption = node.properties.get("encryption")
        if isinstance(key, Unknown):
            key = None if isinstance(encryption, Unknown) else _unread_key((encryption or {}).get("key"), node)
        asks: list[Ask] = []
        points = access_points(self.held, node)
        documents = [point.policy for point in points]
        for needs in alternatives:
            names = [ANY, *(name for _, name in named_parts([self.held.policy(node), *documents], node, needs, points))]
            own = [Ask(n.action, asked(node, n, name)) for n in needs if n.on is not On.KEY for name in names]
            behind = [Ask(a.action, point.asked(node.id, a.resource)) for a in own for point in points]
            asks += own + (behind if needs[0].on is On.CONTENTS else [])
            asks += [Ask(n.action, key.id) for n in needs if n.on is On.KEY and key is not None]
        places = (node.id.removesuffix(":*"), *(p.arn for p in points), *((key.id,) if key is not None else ()))
        return self.alike.question(
            tuple(dict.fromkeys(asks)),
            lambda pattern: sample(pattern, node, points) is not None,
            lambda pattern: near(pattern, places),
            mentions(self.held, node, documents),
            node.records,
        )

    def _lists(self, node: Node, privilege: Privilege) -> Iterator[Access]:
        """What ACLs give."""
        ownership = fact_of(node, "ownership", "s3:GetBucketOwnershipControls")
        lists, owner = (fact_of(node, name, "s3:GetBucketAcl") for name in ("acl", "acl_owner"))
        ignored = self.held.block(node, "IgnorePublicAcls")
        for name, decision, actions in acl.given(ownership, lists, owner, ignored, privilege):
            yield Access(name, node.id, privilege, decision, actions, records=node.records)

    def _unseen(self, node: Node, privilege: Privilege) -> Iterator[Access]:
        """Principals that an unread listing would have shown: their account stands for them."""
        gaps = self.held.graph.unseen(NodeKind.ROLE, NodeKind.USER)
        for account in sorted({gap.account for gap in gaps}):
            mine = [gap for gap in gaps if gap.account == account]
            missing = tuple(dict.fromkeys(Settles("identity", gap.unknown.permission) for gap in mine))
            records = tuple(dict.fromkeys(gap.unknown.record for gap in mine if gap.unknown.record))
            yield Access(account, node.id, privilege, Decision(Effect.UNDETERMINED, missing=missing), records=records)

    def access(self, caller: Caller, node: Node, privilege: Privilege) -> Access:
        """The whole first; where that is not simply allowed, its access points and the parts that documents name."""
        alternatives = PRIVILEGES[str(node.kind)][privilege]
        found = [("", needs, self._all(caller, node, needs, ANY)) for needs in alternatives]
        decision = either([one for _, _, one in found])
        if decision.effect is not Effect.ALLOWED or decision.only_if != TRUE:
            more = self._further(caller, node, alternatives)
            found += [one for one in more if one[2].effect in OPEN]
            decision = either([one for _, _, one in found])
        given = [(pattern, needs) for pattern, needs, one in found if one.effect in OPEN]
        actions = tuple(dict.fromkeys(needs[0].action for _, needs in given))
        patterns = {pattern for pattern, _ in given}
        limited = () if "" in patterns else tuple(sorted(patterns))
        records = tuple(dict.fromkeys((*caller.records, *node.records)))
        return Access(caller.principal.text, node.id, privilege, decision, actions, limited, records=records)

    def _further(self, caller: Caller, node: Node, alternatives: Alternatives) -> Iterator[_Found]:
        """The whole through each access point, and parts of the resource with and without one."""
        points = access_points(self.held, node)
        own = [document for document in caller.policies.identity if document.name != STAND_IN]
        documents = [*own, self.held.policy(node), *(point.policy for point in points)]
        for needs in alternatives:
            parts = list(named_parts(documents, node, needs, points))
            doors = points if needs[0].on is On.CONTENTS else ()
            yield from (("", needs, self._all(caller, node, needs, ANY, point)) for point in doors)
            for pattern, name in parts:
                yield from ((pattern, needs, self._all(caller, node, needs, name, door)) for door in (None, *doors))

    def _all(
        self, caller: Caller, node: Node, needs: tuple[Need, ...], name: str, point: Point | None = None
    ) -> Decision:
        """Every need of one alternative, the resource's through an access point where one is given."""
        if needs[0].context == AWS_KEY and caller.principal.account != node.account:
            return _NOT_ABROAD
        found = [self._one(caller, node, need, name, point) for need in needs if need.on is not On.KEY]
        keyed = next((need for need in needs if need.on is On.KEY), None)
        if keyed is None or every(found).effect not in OPEN:
            return every(found)
        return self._with_key(caller, node, needs, found, name)

    def _with_key(
        self, caller: Caller, node: Node, needs: tuple[Need, ...], found: list[Decision], name: str
    ) -> Decision:
        """The object and its key; where the bucket does not insist on its key, an object may have another."""
        own = every(found)
        key = self.held.key(node)
        encryption = node.properties.get("encryption", Unknown(_ENCRYPTION.permission, "NotCollected", ""))
        if isinstance(encryption, Unknown):  # not read, or by a name that unread answers would explain
            settles = Settles(_ENCRYPTION.layer, encryption.permission)
            return replace(own, unless=tuple(dict.fromkeys((*own.unless, settles))))
        if key is None:
            return _aws_key(own, caller, node)
        decrypt = self._on_key(caller, node, key, needs[-1], name)
        together = every([own, decrypt])
        if needs[0].action.startswith("s3:Put") or self._pinned(node):
            return together
        if together.effect is Effect.ALLOWED:
            return replace(together, unless=tuple(dict.fromkeys((*together.unless, _OTHER_KEYS))))
        # An unread bucket policy may insist on the key, or not: then it is what would settle the question.
        policy = node.properties.get("policy")
        settles = Settles("resource_policy", policy.permission) if isinstance(policy, Unknown) else _OTHER_KEYS
        missing = tuple(dict.fromkeys((*own.missing, *decrypt.missing, settles)))
        return Decision(Effect.UNDETERMINED, TRUE, own.unless, missing, because=own.because)

    def _one(self, caller: Caller, node: Node, need: Need, name: str, point: Point | None = None) -> Decision:
        chosen = {key: self._key_name(node) if value == BUCKET_KEY else value for key, value in need.context.items()}
        resource = asked(node, need, name)
        if point is None:
            direct = DIRECTLY if node.kind is NodeKind.BUCKET else {}
            door = self._door(caller, node, need.action, resource, {**chosen, **direct})
            return self._decide(door.request, outcome(*door), caller)
        bucket = self._door(caller, node, need.action, resource, {**chosen, **point.keys}, point)
        behind = self._door(caller, node, need.action, point.asked(node.id, resource), {**chosen, **point.keys}, point)
        if point.unread:
            return self._unread(caller, point, (behind, bucket), self._one(caller, node, need, name))
        found = through_point.outcome(behind, bucket, point.origin)
        return self._decide(behind.request, found, caller, bucket.request, point)

    def _unread(self, caller: Caller, point: Point, doors: tuple[Door, Door], direct: Decision) -> Decision:
        """What a point might give that nobody told of: what its bucket would let pass, beyond what needs no point."""
        given = replace(caller, given=(*caller.given, *point.given))
        found = self._decide(doors[1].request, through_point.under(*doors), given)
        if found.effect not in OPEN or (found.effect, found.only_if) == (direct.effect, direct.only_if):
            return direct
        missing = tuple(dict.fromkeys((*found.missing, Settles(ACCESS_POINT, point.unread))))
        return Decision(Effect.UNDETERMINED, TRUE, found.unless, missing, because=found.because)

    def _door(
        self, caller: Caller, node: Node, action: str, asked: str, chosen: Mapping[str, object],
        point: Point | None = None,
    ) -> Door:  # fmt: skip
        """The request as the resource sees it, or the access point to it where the ARN asked is the point's."""
        behind = point if point is not None and asked.startswith(point.arn) else None
        account = node.account if behind is None else behind.account
        request = self._request(caller, node, action, asked, chosen, account)
        policies = replace(
            caller.policies,
            resource=self.held.policy(node) if behind is None else behind.policy,
            grants=self.held.grants(node),
            rcp=self.held.levels(account, "rcp") if node.properties.get("manager") != "AWS" else (),
            public_block=self._block(caller, node, point, behind=behind is not None),
        )
        layer = resource.LAYER if behind is None else ACCESS_POINT
        return Door(request, policies, self._said(request, policies, caller, chosen, layer))

    def _block(self, caller: Caller, node: Node, point: Point | None, *, behind: bool) -> Expr:
        """When public access is blocked; an access point's own also serves the account of its bucket.

        AWS page "Blocking public access to your Amazon S3 storage", RestrictPublicBuckets.
        """
        if node.kind is not NodeKind.BUCKET or (behind and caller.principal.account == node.account):
            return FALSE
        return self.held.block(node) if point is None else point.block

    def _said(
        self, request: Request, policies: Policies, caller: Caller, chosen: Mapping[str, object], layer: str
    ) -> Around:
        """What the documents around say, asked once for callers of one standing."""
        if caller.standing is None:
            return around(request, policies, layer)
        key = caller.standing, request.action, request.resource, frozenset(chosen.items()), request.bounded
        if key not in self._around:
            self._around[key] = around(request, policies, layer)
        return self._around[key]

    def _key_name(self, node: Node) -> str:
        key = self.held.key(node)
        return key.id if isinstance(key, Node) else ""

    def _on_key(self, caller: Caller, bucket: Node, key: Node | Unknown, need: Need, name: str) -> Decision:
        """The key as S3 asks it for the caller, with the bucket or object as encryption context."""
        encryption = bucket.properties.get("encryption") or {}
        arn = bucket.id if encryption.get("bucket_key") else f"{bucket.id}/{name}"
        region = bucket.properties.get("location")
        suffix = "amazonaws.com.cn" if Arn.parse(bucket.id).partition == "aws-cn" else "amazonaws.com"
        chosen: dict[str, object] = {
            "aws:ViaAWSService": "true",
            "kms:EncryptionContext:aws:s3:arn": arn,
            "kms:EncryptionContextKeys": "aws:s3:arn",
        }
        if isinstance(region, str):
            chosen["kms:ViaService"] = f"s3.{region}.{suffix}"
        node = key if isinstance(key, Node) else _unread_key(encryption.get("key"), bucket)
        request = self._request(caller, node, need.action, node.id, chosen)
        policies = replace(
            caller.policies,
            resource=self.held.policy(node),
            grants=self.held.grants(node),
            rcp=self.held.levels(node.account, "rcp"),
        )
        said = self._said(request, policies, caller, chosen, resource.LAYER)
        return self._decide(request, outcome(request, policies, said), caller)

    def _request(
        self, caller: Caller, node: Node, action: str, asked: str, chosen: Mapping[str, object], account: str = ""
    ) -> Request:
        account = account or node.account or Arn.parse(node.id).account
        keys = known_keys(caller.principal, action, account) if caller.principal.text != "*" else {}
        keys |= {"aws:ResourceAccount": account, **caller.keys}
        if action not in _GRANT_ACTIONS:
            keys["kms:GrantIsForAWSResource"] = None
        keys |= chosen
        region = node.properties.get("location") if node.kind is NodeKind.BUCKET else node.region
        if isinstance(region, str) and region:
            keys["aws:RequestedRegion"] = region
        if self.now is not None:
            keys["aws:CurrentTime"] = self.now
        tags = _resource_tags(node, asked)
        keys |= {f"aws:ResourceTag/{key}": value for key, value in (tags or {}).items()}
        closed = caller.closed if tags is None else (*caller.closed, "aws:resourcetag/")
        context = Context.of(keys, free=True, closed=closed)
        return Request(caller.principal, action, asked, account, context, bounded(caller))

    def _decide(
        self,
        request: Request,
        found: Outcome,
        caller: Caller,
        below: Request | None = None,
        point: Point | None = None,
    ) -> Decision:
        """Decide, endpoints included, taking for granted that a caller can use TLS.

        ``below`` is the request as the bucket under an access point sees it, and ``point`` that access point.
        """
        allowed = passage.through(found.allowed, request, self.held)
        if below is not None:
            allowed = passage.through(allowed, below, self.held)
        through = Outcome(allowed, (), FALSE, found.causes)
        decision = decide(through, caller.given)
        if decision.effect not in OPEN:
            return decide(found, caller.given) if through.granted == found.allowed else decision
        only_if = simplify(assume(decision.only_if, "aws:SecureTransport", "true"), caller.given)
        if point is not None and decision.effect is Effect.ALLOWED:
            only_if = all_of(Leaf("StringEquals", ARN_KEY, (point.arn,)), only_if)
        return replace(decision, only_if=only_if)

    def _pinned(self, node: Node) -> bool:
        """Whether the bucket policy denies writing with any encryption but the bucket's own key."""
        policy = self.held.policy(node)
        writer = Principal.read(f"arn:{Arn.parse(node.id).partition}:iam::{node.account}:role/{ANY}")
        for other in OTHER_ENCRYPTION:
            context = Context.of({"aws:ResourceAccount": node.account, **other}, free=True)
            request = Request(writer, "s3:PutObject", f"{node.id}/{ANY}", node.account, context)
            if simplify(assume(resource.vote(policy, request).deny, "aws:SecureTransport", "true")) != TRUE:
                return False
        return True


def _resource_tags(node: Node, asked: str) -> dict[str, str] | None:
    """The tags that the service compares, none for a bucket that does not use them for access; None when not known.

    AWS page "Enabling ABAC in general purpose buckets"; whether a bucket's tags count for its objects it does not say.
    Keys and file systems compare theirs for every action on them (pages "Actions, resources, and condition keys").
    """
    if node.kind is NodeKind.BUCKET and not asked.startswith(node.id):
        return None
    if node.kind is NodeKind.BUCKET and node.properties.get("abac") == "Disabled":
        return {}
    told = node.kind in TAGGED or (node.properties.get("abac") == "Enabled" and asked == node.id)
    tags = node.properties.get("tags")
    known = told and isinstance(tags, dict) and all(isinstance(value, str) for value in tags.values())
    return dict(tags) if known and isinstance(tags, dict) else None


def _aws_key(own: Decision, caller: Caller, node: Node) -> Decision:
    """No key of ours: none is needed, or S3's own key, which serves the account's callers and no others."""
    encryption = node.properties.get("encryption") or {}
    managed = str(encryption.get("algorithm") or "").startswith("aws:kms")
    if managed and caller.principal.account != node.account:
        return _NOT_ABROAD
    return own


def _unread_key(name: object, bucket: Node) -> Node:
    """A key of which nothing was read, under the best name there is."""
    text = str(name)
    arn = Arn.parse(bucket.id)
    known = text if text.startswith("arn:") else f"arn:{arn.partition}:kms::{bucket.account}:key/{text}"
    return Node(known, NodeKind.KEY, text, Arn.parse(known).account, "")
