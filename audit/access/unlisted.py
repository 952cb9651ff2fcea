"""Things that primitives are used on and that the walk did not see: not listed, or not what they run as.

What could not be read must not look like nothing: each such thing may have any name, so it stands there under a name
that only wildcards match, and under each that some statement names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access.glob import matches
from audit.access.pods import unseen_pods
from audit.access.primitives import On
from audit.access.variables import parts_of
from audit.model.arn import Arn
from audit.model.facts import Unknown
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.access.patterns import Patterns
    from audit.access.primitives import Primitive
    from audit.model.graph import BoundaryGraph, Node

ANY = "\ue0f4"
"""A name that only wildcards match: it stands for whatever the caller chooses to make, or for what was not listed."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind's service in ARNs, how its resources' names begin, and the services whose roles it runs as."""

    service: str
    begins: str
    takes: tuple[str, ...]
    profile: bool = False
    holder: tuple[NodeKind, str] | None = None
    listed_with: tuple[NodeKind, ...] = ()
    role: str = "role"


_FORMS = {
    NodeKind.INSTANCE: _Form("ec2", "instance/", ("ec2.amazonaws.com",), profile=True, role="profile"),
    NodeKind.LAUNCH_TEMPLATE: _Form("ec2", "launch-template/", ("ec2.amazonaws.com",), profile=True),
    NodeKind.FUNCTION: _Form("lambda", "function:", ("lambda.amazonaws.com",)),
    NodeKind.TASK: _Form(
        "ecs", "task/", ("ecs-tasks.amazonaws.com",), holder=(NodeKind.CONTAINER_CLUSTER, "cluster/")
    ),
    NodeKind.TASK_DEFINITION: _Form("ecs", "task-definition/", ("ecs-tasks.amazonaws.com",)),
    NodeKind.WORKLOAD: _Form(
        "eks", "podidentityassociation/", ("pods.eks.amazonaws.com", "ec2.amazonaws.com"),
        holder=(NodeKind.CLUSTER, "cluster/"), listed_with=(NodeKind.CLUSTER,),
    ),
    NodeKind.CLUSTER: _Form("eks", "cluster/", ("pods.eks.amazonaws.com",)),
    NodeKind.CONTAINER_SERVICE: _Form("apprunner", "service/", ("tasks.apprunner.amazonaws.com",)),
    NodeKind.JOB_DEFINITION: _Form("batch", "job-definition/", ("ecs-tasks.amazonaws.com",)),
    NodeKind.BUILD_PROJECT: _Form("codebuild", "project/", ("codebuild.amazonaws.com",)),
    NodeKind.STACK: _Form("cloudformation", "stack/", ("cloudformation.amazonaws.com",)),
    NodeKind.STATE_MACHINE: _Form("states", "stateMachine:", ("states.amazonaws.com",)),
    NodeKind.GLUE_JOB: _Form("glue", "job/", ("glue.amazonaws.com",)),
    NodeKind.DEV_ENDPOINT: _Form("glue", "devEndpoint/", ("glue.amazonaws.com",)),
    NodeKind.NOTEBOOK: _Form("sagemaker", "notebook-instance/", ("sagemaker.amazonaws.com",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A thing with the ARNs that needs name, the services whose roles it may run as, and what would settle it.

    ``roles`` are further ones that it may run as.
    """

    account: str
    services: tuple[str, ...]
    profile: bool
    arns: dict[On, str]
    permission: str
    via: str = ""
    roles: tuple[str, ...] = ()


def unlisted(graph: BoundaryGraph, primitive: Primitive, patterns: Patterns) -> Iterator[Unlisted]:
    """What a primitive may be used on without the walk having seen it."""
    kind = primitive.thing
    form = _FORMS.get(kind) if kind is not None else None
    if kind is None or form is None:
        return
    services = (primitive.trusts,) if primitive.trusts is not None else form.takes
    profile = primitive.profile or (form.profile and primitive.through is not None)
    for gap in graph.unseen(kind, *form.listed_with):
        for arns in _names(graph, primitive, patterns, (gap.account, gap.region)):
            yield Unlisted(gap.account, services, profile, arns, gap.unknown.permission)
    for pods in unseen_pods(graph) if primitive.through is NodeKind.WORKLOAD else ():
        for arns in _names(graph, primitive, patterns, (pods.account, pods.region)):
            if pods.cluster in (None, arns[On.HOLDER]):
                yield Unlisted(pods.account, (), profile, arns, pods.permission, roles=pods.roles)
    for node, permission in _half_seen(graph, primitive, form):
        arns = {On.THING: node.id, **({On.HOLDER: holder} if (holder := _holder(graph, node)) else {})}
        yield Unlisted(node.account, services, profile, arns, permission, node.id)


def _half_seen(graph: BoundaryGraph, primitive: Primitive, form: _Form) -> Iterator[tuple[Node, str]]:
    """Things of which it was not read what they run as, or which version of them a group launches."""
    for node in graph.nodes(*((primitive.thing,) if primitive.thing else ())):
        role = node.properties.get(form.role)
        if primitive.through is not None and isinstance(role, Unknown):
            yield node, role.permission
        groups = graph.unseen(NodeKind.AUTO_SCALING_GROUP, account=node.account, region=node.region)
        if primitive.launched is not None and groups:
            yield node, groups[0].unknown.permission


def _holder(graph: BoundaryGraph, node: Node) -> str | None:
    return next((edge.source for edge in graph.edges(target=node.id) if edge.kind == "contains"), None)


def _names(
    graph: BoundaryGraph, primitive: Primitive, patterns: Patterns, where: tuple[str, str]
) -> Iterator[dict[On, str]]:
    """The ARNs that a thing which was not listed may have in an account and region."""
    form = _FORMS[primitive.thing]  # type: ignore[index]  # unlisted asks only for kinds that it knows
    account, region = where
    place = Arn(_partition(graph), form.service, region, account, form.begins)
    things = _of(place, _texts(primitive, On.THING, patterns))
    if form.holder is None:
        yield from ({On.THING: name} for name in things)
        return
    kind, begins = form.holder
    known = [node.id for node in graph.nodes(kind) if (node.account, node.region) == where]
    holders = _of(Arn(place.partition, form.service, region, account, begins), _texts(primitive, On.HOLDER, patterns))
    for holder in dict.fromkeys((*known, *holders)):
        yield from ({On.THING: name, On.HOLDER: holder} for name in things)


def _texts(primitive: Primitive, on: On, patterns: Patterns) -> list[str]:
    """The patterns of all statements on what the primitive asks of the thing."""
    actions = [need.action for need in primitive.needs if need.on is on]
    return list(dict.fromkeys(text for action in actions for text in patterns.texts(action)))


def _of(place: Arn, texts: list[str]) -> list[str]:
    """The name that only wildcards match, and those of the texts that may be names of the kind."""
    found = {f"{_head(place)}:{place.resource}{ANY}": None}
    for text in texts:
        fields = "*".join(parts_of(text)[::2]).split(":", 5)
        head = _head(place).split(":")
        if len(fields) == len(head) + 1 and all(map(matches, fields, head)):
            name = fields[-1].replace("*", ANY).replace("?", ANY)
            if name.startswith(place.resource):
                found[f"{_head(place)}:{name}"] = None
    return list(found)


def _head(place: Arn) -> str:
    return f"arn:{place.partition}:{place.service}:{place.region}:{place.account}"


def _partition(graph: BoundaryGraph) -> str:
    return next((Arn.parse(node.id).partition for node in graph.nodes(NodeKind.ROLE)), "aws")
