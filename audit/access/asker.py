"""One caller, one resource, one privilege: every need of each alternative, asked of the evaluator.

An object's key is asked as S3 asks it on the caller's behalf (AWS page "Forward access sessions").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access import acl, passage, resource
from audit.access.access import Access
from audit.access.alike import STAND_IN, Alike, Ask, Question
from audit.access.context import Context
from audit.access.decision import OPEN, Decision, Effect, Outcome, Settles, decide
from audit.access.evaluate import around, outcome
from audit.access.expression import FALSE, TRUE
from audit.access.glob import matches_resource, near
from audit.access.holdings import Caller, Holdings, bounded, fact_of
from audit.access.joint import either, every
from audit.access.matching import Request
from audit.access.mentions import mentions
from audit.access.principals import Principal
from audit.access.privileges import AWS_KEY, BUCKET_KEY, OTHER_ENCRYPTION, PRIVILEGES, Need, On
from audit.access.simplify import assume, simplify
from audit.access.simulate import known_keys
from audit.model.arn import Arn
from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from audit.access.evaluate import Around, Policies
    from audit.access.policy import Document
    from audit.model.contract import Privilege

_GRANT_ACTIONS = frozenset({"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"})
_ANY = "\ue0f1"
"""A name that only wildcards match: it stands for every object, every stream."""
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

    def who_can(self, resource_id: str, privilege: Privilege) -> Iterator[Access]:
        """Everyone who has, or may have, the privilege; raises UsageError for a resource of no such kind."""
        node = self.held.graph.get(resource_id)
        alternatives = PRIVILEGES.get(str(node.kind), {}).get(privilege) if node else None
        if node is None or alternatives is None:
            raise UsageError(
                f"{resource_id} is no bucket, key, secret, topic or log group of the graph: name one of those"
            )
        question = self.question(node, privilege)
        yield from self.alike.each(
            self.held.callers(node), question, lambda caller: self.access(caller, node, privilege)
        )
        yield from self._unseen(node, privilege)
        if node.kind is NodeKind.BUCKET:
            yield from self._lists(node, privilege)

    @cached_property
    def alike(self) -> Alike:
        """The decisions, shared between callers that are alike."""
        return Alike(self.held)

    def question(self, node: Node, privilege: Privilege) -> Question:
        """Every action and ARN that the privilege asks of a caller, and whether a pattern of its own adds to them."""
        alternatives = PRIVILEGES[str(node.kind)][privilege]
        key = self.held.key(node) if node.kind is NodeKind.BUCKET else None
        encryption = node.properties.get("encryption")
        if isinstance(key, Unknown):
            key = None if isinstance(encryption, Unknown) else _unread_key((encryption or {}).get("key"), node)
        asks: list[Ask] = []
        for needs in alternatives:
            names = (_ANY, *(name for _, name in self._named_parts([self.held.policy(node)], node, needs)))
            asks += [Ask(n.action, _asked(node, n, name)) for n in needs if n.on is not On.KEY for name in names]
            asks += [Ask(n.action, key.id) for n in needs if n.on is On.KEY and key is not None]
        places = (node.id.removesuffix(":*"), *((key.id,) if key is not None else ()))
        return self.alike.question(
            tuple(dict.fromkeys(asks)),
            lambda pattern: _sample(pattern, node) is not None,
            lambda pattern: near(pattern, places),
            mentions(self.held, node),
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
        """The whole first; where that is not simply allowed, the parts that the documents name."""
        alternatives = PRIVILEGES[str(node.kind)][privilege]
        whole = [(needs, self._all(caller, node, needs, _ANY)) for needs in alternatives]
        decision = either([found for _, found in whole])
        given = [needs for needs, found in whole if found.effect in OPEN]
        limited: set[str] = set()
        if decision.effect is not Effect.ALLOWED or decision.only_if != TRUE:
            parts = [
                (pattern, needs, found)
                for needs in alternatives
                for pattern, name in self._parts(caller, node, needs)
                if (found := self._all(caller, node, needs, name)).effect in OPEN
            ]
            given += [needs for _, needs, _ in parts]
            limited = {pattern for pattern, _, _ in parts} if decision.effect not in OPEN else set()
            decision = either([found for _, found in whole] + [found for _, _, found in parts])
        actions = tuple(dict.fromkeys(needs[0].action for needs in given))
        records = tuple(dict.fromkeys((*caller.records, *node.records)))
        return Access(
            caller.principal.text, node.id, privilege, decision, actions, tuple(sorted(limited)), records=records
        )

    def _parts(self, caller: Caller, node: Node, needs: tuple[Need, ...]) -> Iterator[tuple[str, str]]:
        own = [document for document in caller.policies.identity if document.name != STAND_IN]
        return self._named_parts([*own, self.held.policy(node)], node, needs)

    def _named_parts(
        self, documents: Iterable[Document | None], node: Node, needs: tuple[Need, ...]
    ) -> Iterator[tuple[str, str]]:
        """Patterns of the contents that some Allow names, each with a name that it matches."""
        if needs[0].on is not On.CONTENTS:
            return
        bodies = [found.body for found in documents if found is not None and found.body is not None]
        statements = (s for body in bodies for s in body.on(needs[0].action) if s.may("Allow") and not s.not_resource)
        for pattern in sorted({text for s in statements for text in s.resources if "${" not in text}):
            name = _sample(pattern, node)
            if name is not None:
                yield pattern, name

    def _all(self, caller: Caller, node: Node, needs: tuple[Need, ...], name: str) -> Decision:
        """Every need of one alternative."""
        if needs[0].context == AWS_KEY and caller.principal.account != node.account:
            return _NOT_ABROAD
        found = [self._one(caller, node, need, name) for need in needs if need.on is not On.KEY]
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
        if isinstance(key, Unknown) and key.permission == _ENCRYPTION.permission:
            return replace(own, unless=tuple(dict.fromkeys((*own.unless, _ENCRYPTION))))
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

    def _one(self, caller: Caller, node: Node, need: Need, name: str) -> Decision:
        chosen = {key: self._key_name(node) if value == BUCKET_KEY else value for key, value in need.context.items()}
        request = self._request(caller, node, need.action, _asked(node, need, name), chosen)
        policies = replace(
            caller.policies,
            resource=self.held.policy(node),
            grants=self.held.grants(node),
            rcp=self.held.levels(node.account, "rcp") if node.properties.get("manager") != "AWS" else (),
            public_block=self.held.block(node) if node.kind is NodeKind.BUCKET else FALSE,
        )
        return self._decide(request, self._outcome(request, policies, caller, chosen), caller)

    def _outcome(self, request: Request, policies: Policies, caller: Caller, chosen: Mapping[str, object]) -> Outcome:
        """Every layer's vote; what the documents around say is asked once for callers of one standing."""
        if caller.standing is None:
            return outcome(request, policies)
        key = caller.standing, request.action, request.resource, frozenset(chosen.items()), request.bounded
        if key not in self._around:
            self._around[key] = around(request, policies)
        return outcome(request, policies, self._around[key])

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
        return self._decide(request, self._outcome(request, policies, caller, chosen), caller)

    def _request(self, caller: Caller, node: Node, action: str, asked: str, chosen: Mapping[str, object]) -> Request:
        account = node.account or Arn.parse(node.id).account
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

    def _decide(self, request: Request, found: Outcome, caller: Caller) -> Decision:
        """Decide, endpoints included, taking for granted that a caller can use TLS."""
        through = Outcome(passage.through(found.allowed, request, self.held), (), FALSE, found.causes)
        decision = decide(through, caller.given)
        if decision.effect not in OPEN:
            return decide(found, caller.given) if through.granted == found.allowed else decision
        return replace(
            decision, only_if=simplify(assume(decision.only_if, "aws:SecureTransport", "true"), caller.given)
        )

    def _pinned(self, node: Node) -> bool:
        """Whether the bucket policy denies writing with any encryption but the bucket's own key."""
        policy = self.held.policy(node)
        writer = Principal.read(f"arn:{Arn.parse(node.id).partition}:iam::{node.account}:role/{_ANY}")
        for other in OTHER_ENCRYPTION:
            context = Context.of({"aws:ResourceAccount": node.account, **other}, free=True)
            request = Request(writer, "s3:PutObject", f"{node.id}/{_ANY}", node.account, context)
            if simplify(assume(resource.vote(policy, request).deny, "aws:SecureTransport", "true")) != TRUE:
                return False
        return True


def _resource_tags(node: Node, asked: str) -> dict[str, str] | None:
    """The tags that the service compares, none for a bucket that does not use them for access; None when not known.

    AWS page "Enabling ABAC in general purpose buckets"; whether a bucket's tags count for its objects it does not say.
    """
    if node.kind is NodeKind.BUCKET and node.properties.get("abac") == "Disabled":
        return {}
    told = node.kind is NodeKind.KEY or (node.properties.get("abac") == "Enabled" and asked == node.id)
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


def _locked(key: Node | Unknown | None, bucket: Node) -> Node | None:
    """The key to ask of: the bucket's own, or the best name of one that was not read."""
    if isinstance(key, Unknown):
        encryption = bucket.properties.get("encryption")
        return _unread_key(encryption.get("key"), bucket) if isinstance(encryption, dict) else None
    return key


def _unread_key(name: object, bucket: Node) -> Node:
    """A key of which nothing was read, under the best name there is."""
    text = str(name)
    arn = Arn.parse(bucket.id)
    known = text if text.startswith("arn:") else f"arn:{arn.partition}:kms::{bucket.account}:key/{text}"
    return Node(known, NodeKind.KEY, text, Arn.parse(known).account, "")


def _asked(node: Node, need: Need, name: str) -> str:
    """The ARN that an action names: the resource, or something in it."""
    if need.on is not On.CONTENTS:
        return node.id
    return f"{node.id}/{name}" if node.kind is NodeKind.BUCKET else f"{node.id.removesuffix(':*')}:log-stream:{name}"


def _sample(pattern: str, node: Node) -> str | None:
    """A name in the resource that a pattern matches and the name that stands for all does not, or None."""
    if node.kind is not NodeKind.BUCKET or "/" not in pattern or matches_resource(pattern, f"{node.id}/{_ANY}"):
        return None
    name = pattern.partition("/")[2].replace("*", _ANY).replace("?", _ANY)
    return name if name and matches_resource(pattern, f"{node.id}/{name}") else None
