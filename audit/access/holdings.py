"""What a graph holds for the evaluator: callers with their documents, resources with theirs. Read once, asked often.

A property that the graph lacks counts as not read. With who_can.py the only files of access that know the graph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.access.access_point import KEYS as POINT_KEYS
from audit.access.evaluate import Policies
from audit.access.expression import Expr, Leaf, Opaque, any_of, const
from audit.access.mentions import TAGS, keys_in
from audit.access.named import EVERYONE, named
from audit.access.policy import Document, document, unread
from audit.access.principals import Kind, Principal
from audit.access.s3 import LAYER as BLOCK_LAYER
from audit.model.arn import Arn, is_arn
from audit.model.errors import UsageError
from audit.model.facts import Fact, Unknown
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.access.access_point import Point
    from audit.access.kms import Grants
    from audit.model.graph import BoundaryGraph, Node

_DETAILS = "iam:GetAccountAuthorizationDetails"
_LEVELS = "organizations:ListPoliciesForTarget"
POLICIES = {
    NodeKind.BUCKET: ("bucket_policy", "s3:GetBucketPolicy"),
    NodeKind.KEY: ("key_policy", "kms:GetKeyPolicy"),
    NodeKind.SECRET: ("secret_policy", "secretsmanager:GetResourcePolicy"),
    NodeKind.TOPIC: ("topic_policy", "sns:GetTopicAttributes"),
    NodeKind.FILE_SYSTEM: ("file_system_policy", "elasticfilesystem:DescribeFileSystemPolicy"),
}
"""The name of each kind's own policy in citations, and the permission that reads it."""
TAGGED = frozenset({NodeKind.KEY, NodeKind.FILE_SYSTEM})
"""Kinds whose tags their service compares for every action on them."""
UNSAID = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": "*",
        "Action": [f"elasticfilesystem:Client{what}" for what in ("Mount", "Write", "RootAccess")],
        "Resource": "*",
        "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
    },
}
"""What holds of a file system without a policy, written as one: every client that gets to a mount target (page "Default
EFS file system policy")."""
_CANONICAL = re.compile(r"[0-9a-f]{64}")
_CALLERS = (NodeKind.ROLE, NodeKind.USER, NodeKind.ROOT_USER)
_OUTSIDE = "outside"


@dataclass(frozen=True)
class Caller:
    """A principal with its own policies, what is known of it, and conditions that it always meets.

    ``closed`` are prefixes of context keys of which all are known. Callers of one ``standing`` are told the same by all
    documents but their own; None for one who stands alone. ``edits`` names what was changed about it, for one that has
    been given more rights than the graph says.
    """

    principal: Principal
    policies: Policies
    keys: Mapping[str, object]
    closed: tuple[str, ...] = ()
    given: tuple[Leaf, ...] = ()
    records: tuple[str, ...] = ()
    standing: int | None = None
    edits: str = ""

    @property
    def name(self) -> tuple[str, str]:
        """The caller, and what was changed about it."""
        return self.principal.text, self.edits


def fact_of(node: Node, name: str, permission: str) -> Fact:
    """A property; Unknown with the permission when the node was never described so far."""
    return node.properties.get(name, Unknown(permission, "NotCollected", ""))


@dataclass
class Holdings:
    """The callers and documents of one graph."""

    graph: BoundaryGraph
    _callers: dict[str, Caller] = field(default_factory=dict)
    _policies: dict[str, Document | None] = field(default_factory=dict)
    _levels: dict[tuple[str, str], tuple[tuple[Document, ...], ...]] = field(default_factory=dict)
    points: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    """What access_points.py reads of buckets, kept."""

    @cached_property
    def own(self) -> tuple[Caller, ...]:
        """Everyone of the walked accounts."""
        return tuple(self.caller(node) for node in self.graph.nodes(*_CALLERS))

    @cached_property
    def tags_matter(self) -> bool:
        """Whether any document asks for a principal's tags."""
        return any(key.startswith(TAGS) for key in self._keys_asked)

    @cached_property
    def points_matter(self) -> bool:
        """Whether any document asks through which S3 access point a request comes."""
        return not self._keys_asked.isdisjoint(map(str.lower, POINT_KEYS))

    @cached_property
    def _keys_asked(self) -> frozenset[str]:
        """The context keys, in lower case, that any document asks for."""
        documents = [d for caller in self.own for d in (*caller.policies.identity, *(caller.policies.boundary or ()))]
        documents += [d for level in (*self._all_levels("scp"), *self._all_levels("rcp")) for d in level]
        documents += [d for node in self.graph.nodes(*POLICIES) if (d := self.policy(node)) is not None]
        bodies = {id(d.body): d.body for d in documents if d.body is not None}.values()
        return frozenset(key.lower() for body in bodies for s in body.statements for key in keys_in(s))

    def _all_levels(self, name: str) -> Iterator[tuple[Document, ...]]:
        for account in sorted(self.walked()):
            yield from self.levels(account, name)

    def identity(self, node: Node) -> tuple[Document, ...]:
        """The identity policies of a role, a user or a group."""
        return _identity(node)

    def outsiders(self, documents: Iterable[Document | None], partition: str, grants: Grants = ()) -> Iterator[Caller]:
        """Whom documents and grants name that the walked accounts do not list."""
        for name in sorted(named(documents, grants, partition=partition)):
            found = self._outsider(name)
            if found is not None:
                yield found

    def outsiders_of(self, node: Node, more: Iterable[Document | None] = ()) -> Iterator[Caller]:
        """Whom a resource's own documents, and ``more``, name beyond the walked accounts."""
        return self.outsiders([self.policy(node), *more], Arn.parse(node.id).partition, self.grants(node))

    def caller(self, node: Node) -> Caller:
        """A role, user or root user of a walked account."""
        if node.id not in self._callers:
            self._callers[node.id] = self._root(node) if node.kind is NodeKind.ROOT_USER else self._identity(node)
        return self._callers[node.id]

    def told_as(self, caller: Caller) -> tuple[str, str]:
        """The name by which documents around tell it from others: edits that leave its keys alone change nothing."""
        if not caller.edits:
            return caller.name
        known = self._callers.get(caller.principal.text)
        same = known is not None and known.keys is caller.keys and known.closed is caller.closed
        return (caller.principal.text, "") if same else caller.name

    def _root(self, node: Node) -> Caller:
        principal = Principal.read(node.id)
        policies = Policies(scp=self.levels(node.account, "scp"))
        return Caller(principal, policies, self._keys(principal), ("aws:principaltag/",), records=node.records)

    def _identity(self, node: Node) -> Caller:
        unique = node.properties.get("unique_id")
        unique = unique if isinstance(unique, str) else ""
        principal = Principal.read(node.id, unique)
        policies = Policies(identity=_identity(node), boundary=_boundary(node), scp=self.levels(node.account, "scp"))
        keys = self._keys(principal)
        closed: tuple[str, ...] = ()
        if isinstance(tags := fact_of(node, "tags", _DETAILS), dict) and not _tags_sessions(node):
            keys |= {f"aws:PrincipalTag/{key}": value for key, value in tags.items() if isinstance(value, str)}
            closed = ("aws:principaltag/",) if all(isinstance(value, str) for value in tags.values()) else ()
        session = node.kind is NodeKind.ROLE and unique
        given = (Leaf("StringLike", "aws:userid", (f"{unique}:*",)),) if session else ()
        return Caller(principal, policies, keys, closed, given, node.records)

    def _keys(self, principal: Principal) -> dict[str, object]:
        """What follows from the principal and its account; the organisation only where it is known."""
        keys: dict[str, object] = dict(principal.keys())
        account = self.graph.get(principal.account)
        organization = fact_of(account, "organization", "organizations:DescribeOrganization") if account else ""
        if organization is None:
            keys |= {"aws:PrincipalOrgID": None, "aws:PrincipalOrgPaths": None}
        elif isinstance(organization, dict) and isinstance(organization.get("Id"), str):
            keys["aws:PrincipalOrgID"] = organization["Id"]
        return keys

    def _outsider(self, name: str) -> Caller | None:
        """A caller that only a document names; None for one that the walked accounts list, or do not have."""
        if name == EVERYONE:
            return self._stranger()
        principal = self._read(name)
        own = principal is not None and principal.is_iam and principal.account in self.walked()
        if principal is None or (own and not self.graph.unseen(*_CALLERS, account=principal.account)):
            return None
        identity = (unread("identity", _DETAILS),) if principal.is_iam else ()
        return Caller(principal, Policies(identity=identity, foreign=not own), dict(principal.keys()))

    def _read(self, name: str) -> Principal | None:
        """A named principal; the ids that remain of deleted ones mean nobody, a canonical id some other account."""
        try:
            return Principal.read(name)
        except UsageError:
            return Principal(Kind.ROOT, name, name) if _CANONICAL.fullmatch(name) else None

    def _stranger(self) -> Caller:
        """Anyone outside the walked accounts, with whatever policies of its own it wants."""
        walked = tuple(sorted(self.walked()))
        arns = tuple(sorted(f"arn:*:{service}::{account}:*" for account in walked for service in ("iam", "sts")))
        given = (
            Leaf("StringNotEquals", "aws:PrincipalAccount", walked),
            Leaf("StringNotEquals", "kms:CallerAccount", walked),
            Leaf("StringNotEquals", "aws:SourceAccount", walked),
            Leaf("ArnNotLike", "aws:PrincipalArn", arns),
        )
        principal = Principal(Kind.ROOT, EVERYONE, _OUTSIDE)
        return Caller(principal, Policies(), {"aws:PrincipalIsAWSService": "false"}, given=given if walked else ())

    def walked(self) -> set[str]:
        """The accounts whose principals the graph lists."""
        return self._walked

    @cached_property
    def _walked(self) -> set[str]:
        return {node.account for node in self.graph.nodes(*_CALLERS)}

    def policy(self, node: Node) -> Document | None:
        """A node's own resource policy, None when it has none or its kind has no such thing."""
        if node.kind not in POLICIES:
            return None
        if node.id not in self._policies:
            name, permission = POLICIES[node.kind]
            content = fact_of(node, "policy", permission)
            if content is None and node.kind is NodeKind.FILE_SYSTEM:
                content = UNSAID
            self._policies[node.id] = read_document(content, name, self._record(node, name), principals=True)
        return self._policies[node.id]

    def _record(self, node: Node, name: str) -> str:
        """The record that holds a document: the one that an edge cites for it, else the node's first."""
        cited = (c.record for edge in self.graph.edges(source=node.id) for c in edge.because if c.document == name)
        return next(cited, node.records[0] if node.records else "")

    def grants(self, node: Node) -> Grants:
        """A key's grants; none for other kinds."""
        if node.kind is not NodeKind.KEY:
            return ()
        grants = fact_of(node, "grants", "kms:ListGrants")
        return unread("grants", grants.permission) if isinstance(grants, Unknown) else tuple(grants or ())

    def levels(self, account: str, name: str) -> tuple[tuple[Document, ...], ...]:
        """SCPs or RCPs of an account, root first; none outside an organisation and for its management account."""
        if (account, name) not in self._levels:
            self._levels[account, name] = self._read_levels(account, name)
        return self._levels[account, name]

    def _read_levels(self, account: str, name: str) -> tuple[tuple[Document, ...], ...]:
        node = self.graph.get(account)
        organization = fact_of(node, "organization", "organizations:DescribeOrganization") if node else None
        managing = isinstance(organization, dict) and organization.get("MasterAccountId") == account
        if node is None or organization is None or managing:
            return ()
        levels = fact_of(node, name, _LEVELS)
        if isinstance(levels, Unknown):
            return ((unread(name, levels.permission),),)
        return tuple(
            tuple(_required(content, f"{name}/{place}", principals=name == "rcp") for content in level)
            for place, level in enumerate(levels or ())
        )

    def endpoint(self, node: Node) -> Document | None:
        """The policy of a VPC endpoint."""
        content = fact_of(node, "policy", "ec2:DescribeVpcEndpoints")
        return read_document(content, "endpoint_policy", next(iter(node.records), ""), principals=True)

    def endpoints(self) -> Iterator[Document | None]:
        """The policies of all VPC endpoints."""
        for node in self.graph.nodes(NodeKind.VPC_ENDPOINT):
            yield self.endpoint(node)

    def block(self, node: Node, setting: str = "RestrictPublicBuckets") -> Expr:
        """When a setting of Block Public Access holds for a bucket: the more restrictive of bucket and account."""
        account = self.graph.get(node.account)
        settings = [fact_of(node, "public_access_block", "s3:GetBucketPublicAccessBlock")]
        if account is not None:
            settings.append(fact_of(account, "s3_public_access_block", "s3:GetAccountPublicAccessBlock"))
        return any_of(*(restricts(one, setting) for one in settings))

    def key(self, node: Node) -> Node | Unknown | None:
        """The key that a bucket encrypts new objects with: None without one or with AWS's own."""
        encryption = fact_of(node, "encryption", "s3:GetEncryptionConfiguration")
        if isinstance(encryption, Unknown):
            return encryption
        name = (encryption or {}).get("key")
        if not name:
            return None
        found = next((key for key in self.graph.nodes(NodeKind.KEY) if _is_key(key, name, node)), None)
        return found or Unknown("kms:GetKeyPolicy", "NotCollected", "")


def _is_key(key: Node, name: str, bucket: Node) -> bool:
    """Whether a key is the one of that ARN, id or alias, in the bucket's account unless the name is an ARN."""
    if is_arn(name):
        aliases = {f"{key.id.rpartition(':')[0]}:{alias}" for alias in _aliases(key)}
        return name == key.id or name in aliases
    return key.account == bucket.account and (name == key.name or name in _aliases(key))


def _aliases(key: Node) -> tuple[str, ...]:
    aliases = key.properties.get("aliases")
    return tuple(alias for alias in aliases if isinstance(alias, str)) if isinstance(aliases, list | tuple) else ()


def restricts(settings: Fact, setting: str) -> Expr:
    """When a setting of a block of public access holds."""
    if isinstance(settings, Unknown):
        return Opaque(BLOCK_LAYER, "Deny", settings.permission)
    return const(bool((settings or {}).get(setting)))


def read_document(content: Fact, name: str, record: str, *, principals: bool = False) -> Document | None:
    """Compile a document fact: None stays None, Unknown is a document that was not read."""
    if content is None:
        return None
    if isinstance(content, Unknown):
        return unread(name, content.permission)
    return document(name, content, record=record, principals=principals)


def _required(content: Fact, name: str, *, principals: bool = False) -> Document:
    if isinstance(content, Unknown):
        return unread(name, content.permission)
    return read_document(content, name, "", principals=principals) or unread(name, _LEVELS)


def _identity(node: Node) -> tuple[Document, ...]:
    listed = fact_of(node, "identity", _DETAILS)
    if isinstance(listed, Unknown):
        return (unread("identity", listed.permission),)
    record = node.records[0] if node.records else ""
    return tuple(_entry(item, record) for item in listed or ())


def _entry(item: Mapping[str, Any], record: str) -> Document:
    name = f"identity/{item.get('name', '')}"
    content = item.get("document")
    return read_document(content, name, record) or unread(name, "iam:GetPolicyVersion")


def _boundary(node: Node) -> tuple[Document, ...] | None:
    found = fact_of(node, "boundary", _DETAILS)
    if found is None:
        return None
    if isinstance(found, Unknown):
        return (unread("boundary", found.permission),)
    record = node.records[0] if node.records else ""
    return (read_document(found.get("document"), "boundary", record) or unread("boundary", "iam:GetPolicyVersion"),)


def bounded(caller: Caller) -> bool | None:
    """Whether a caller has a boundary, None when that was not read."""
    if not caller.principal.is_iam or caller.principal.kind is Kind.ROOT:
        return False
    if caller.policies.foreign:
        return None
    documents = caller.policies.boundary
    known = documents is None or all(d.body is not None or d.permission == "iam:GetPolicyVersion" for d in documents)
    return documents is not None if known else None


def _tags_sessions(node: Node) -> bool:
    """Whether whoever takes a role may choose its session tags: its trust mentions sts:TagSession, or was not read."""
    if node.kind is not NodeKind.ROLE:
        return False
    trust = read_document(fact_of(node, "trust", _DETAILS), "trust", "", principals=True)
    if trust is None or trust.body is None:
        return trust is not None
    return any(statement.may("Allow") for statement in trust.body.on("sts:TagSession"))
