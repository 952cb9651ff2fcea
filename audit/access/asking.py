"""Who asks, and for what, as a graph knows them: from names to callers and resources with their documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.access import trust
from audit.access.access_point import point_of
from audit.access.access_points import access_points
from audit.access.evaluate import Policies
from audit.access.holdings import TAGGED, Caller, Holdings, fact_of, read_document
from audit.access.policy import unread
from audit.access.principals import Kind, Principal
from audit.model.arn import Arn, is_arn
from audit.model.errors import UsageError
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.access.access_point import Point
    from audit.access.explain import Question
    from audit.access.policy import Document
    from audit.model.graph import BoundaryGraph, Node

_DETAILS = "iam:GetAccountAuthorizationDetails"
_CALLERS = frozenset({NodeKind.ROLE, NodeKind.USER, NodeKind.ROOT_USER})
RESOURCE_POLICIES = {
    "backup": "backup:GetBackupVaultAccessPolicy",
    "dynamodb": "dynamodb:GetResourcePolicy",
    "ecr": "ecr:GetRepositoryPolicy",
    "elasticfilesystem": "elasticfilesystem:DescribeFileSystemPolicy",
    "events": "events:DescribeEventBus",
    "kinesis": "kinesis:GetResourcePolicy",
    "kms": "kms:GetKeyPolicy",
    "lambda": "lambda:GetPolicy",
    "s3": "s3:GetBucketPolicy",
    "secretsmanager": "secretsmanager:GetResourcePolicy",
    "sns": "sns:GetTopicAttributes",
    "sqs": "sqs:GetQueueAttributes",
}
"""Services whose resources have policies of their own, and what reads them: AWS page "AWS services that work with IAM",
as of 2026-05. Of a resource that was not walked such a policy counts as not read."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: its node where there is one, account, region, policy and the tags that its service compares.

    ``tags`` is None where they are not known or not compared. ``point`` is the access point to the node, a bucket, that
    was named in its place: account and policy are then the point's.
    """

    node: Node | None
    account: str
    region: str = ""
    policy: Document | None = None
    tags: Mapping[str, str] | None = None
    point: Point | None = None


def the_caller(held: Holdings, name: str) -> Caller:
    """The caller of a node id, ARN, account id, service name or ``*`` (anonymous); raises UsageError for no such."""
    node = held.graph.get(name)
    if node is not None and node.kind in _CALLERS:
        return held.caller(node)
    principal = Principal.read(name)
    if principal.kind is Kind.ROOT:
        own = held.graph.get(principal.text if is_arn(principal.text) else _root(held.graph, principal.text))
        if own is not None and own.kind is NodeKind.ROOT_USER:
            return held.caller(own)
    if principal.kind is Kind.SESSION and (taken := _role_of(held, principal)) is not None:
        return taken
    return _other(held, principal)


def caller_id(caller: Caller) -> str:
    """The node that holds a caller's documents: a session's is its role's."""
    return str(caller.keys.get("aws:PrincipalArn") or caller.principal.text)


def _root(graph: BoundaryGraph, account: str) -> str | None:
    return next((node.id for node in graph.nodes(NodeKind.ROOT_USER) if node.account == account), None)


def _role_of(held: Holdings, session: Principal) -> Caller | None:
    """A session has the policies of its role, which its ARN names without the path."""
    for caller in held.own:
        role = caller.principal
        if role.kind is Kind.ROLE and (role.account, role.name) == (session.account, session.name):
            principal = replace(session, unique_id=role.unique_id)
            known = {key: value for key, value in principal.keys().items() if value is not None}
            keys = {**caller.keys, **known, "aws:PrincipalArn": role.text}
            return replace(caller, principal=principal, keys=keys, given=())
    return None


def _other(held: Holdings, principal: Principal) -> Caller:
    """A service, an anonymous caller, or a principal that the graph does not list."""
    own = principal.account in held.walked()
    if own and not held.graph.unseen(*_CALLERS, account=principal.account):
        raise UsageError(f"{principal.text} is not in its account, which was walked: name one that is")
    identity = (unread("identity", _DETAILS),) if principal.is_iam else ()
    foreign = principal.is_iam and not own
    return Caller(principal, Policies(identity=identity, foreign=foreign), dict(principal.keys()))


def resource_of(held: Holdings, question: Question, caller: Caller) -> Resource:
    """What a question asks for; raises UsageError where no account can be told."""
    name = question.resource
    behind = _behind(held, name)
    if behind is not None:
        bucket, point = behind
        return Resource(bucket, point.account, _region(bucket), point.policy, point=point)
    node = _holder(held.graph, name)
    if node is not None:
        return Resource(node, node.account, _region(node), _policy(held, node, question.action), _tags(node))
    account = Arn.parse(name).account if is_arn(name) else caller.principal.account or ""
    if not account:
        raise UsageError(
            f"{name} is not in this audit and its name does not say whose it is: name a resource that was walked"
        )
    permission = RESOURCE_POLICIES.get(Arn.parse(name).service) if is_arn(name) else None
    if point_of(name) is not None:
        permission = "s3:GetAccessPointPolicy"
    if trust.ACTIONS.intersection({question.action.lower()}):
        permission = "iam:GetRole"
    region = Arn.parse(name).region if is_arn(name) else ""
    return Resource(None, account, region, unread("resource_policy", permission) if permission else None)


def _behind(held: Holdings, name: str) -> tuple[Node, Point] | None:
    """The bucket and its access point that an ARN names, or an object through it."""
    arn = point_of(name)
    buckets = held.graph.nodes(NodeKind.BUCKET) if arn is not None else ()
    found = ((bucket, point) for bucket in buckets if bucket.account for point in access_points(held, bucket))
    return next(((bucket, point) for bucket, point in found if point.arn == arn and not point.unread), None)


def _holder(graph: BoundaryGraph, name: str) -> Node | None:
    """The node of an ARN, or the one that holds it: an object's bucket, a stream's log group."""
    candidates = [name, name.partition(":log-stream:")[0], name.removesuffix(":*")]
    if is_arn(name) and Arn.parse(name).service == "s3":
        candidates.append(name.partition("/")[0])
    found = (graph.get(candidate) for candidate in candidates)
    return next((node for node in found if node is not None and node.account), None)


def _region(node: Node) -> str:
    region = node.properties.get("location") if node.kind is NodeKind.BUCKET else node.region
    return region if isinstance(region, str) and region != "global" else ""


def _policy(held: Holdings, node: Node, action: str) -> Document | None:
    if node.kind is NodeKind.ROLE and action.lower() in trust.ACTIONS:
        content = fact_of(node, "trust", _DETAILS)
        return read_document(content, "trust", next(iter(node.records), ""), principals=True)
    return held.policy(node)


def _tags(node: Node) -> Mapping[str, str] | None:
    """The tags of a key or a file system: other services compare theirs by rules of their own, so they stay free."""
    tags = node.properties.get("tags")
    known = node.kind in TAGGED and isinstance(tags, dict) and all(isinstance(v, str) for v in tags.values())
    return tags if known else None
