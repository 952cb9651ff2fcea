"""Amazon ECS: clusters, running tasks and the roles they run as, and the task definitions that can be run again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.services.row import Row, if_any
from audit.services.runs_as import batches, if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

    Detail = dict[str, Any] | Unknown

_ecs = partial(Row, "ecs")
_CLUSTERS, _DEFINITIONS, _DEFINITION = "ecs:ListClusters", "ecs:ListTaskDefinitions", "ecs:DescribeTaskDefinition"
_TASKS, _DETAILS = "ecs:ListTasks", "ecs:DescribeTasks"
_A_CALL, _MOST = 100, 5000
_ASKED = ", ".join(f'{{cluster: "$params".cluster, tasks: {part}}}' for part in batches("taskArns", _A_CALL, _MOST))

ROWS = (
    _ecs("ListClusters", _CLUSTERS, "where tasks run", **if_trusted("ecs-tasks", "ecs")),
    _ecs("ListTaskDefinitions", _DEFINITIONS, "what can be run as another role", **if_any(_CLUSTERS, "clusterArns")),
    _ecs("ListTasks", _TASKS, "which tasks run", parent=_CLUSTERS, each="clusterArns[].{cluster: @}"),
    _ecs("DescribeTasks", _DETAILS, "which take commands, and from what they are made", parent=_TASKS,
         each=f"[{_ASKED}][?tasks]"),
    _ecs(
        "DescribeTaskDefinition",
        _DEFINITION,
        "as which role a running task acts",
        parent=_DETAILS,
        each="tasks[].{taskDefinition: taskDefinitionArn}",
    ),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Element]:
    """Clusters, the tasks that run in them, and the latest revision of each task definition."""
    details = dict(_details(facts))
    for found in facts.listing(_CLUSTERS, "clusterArns", NodeKind.CONTAINER_CLUSTER, NodeKind.TASK):
        if isinstance(found, Gap):
            yield found
        else:
            yield from _cluster(facts, str(found[0]), details, found[1])
    yield from _definitions(facts)


def _cluster(facts: Facts, arn: str, details: dict[str, Detail], record: str) -> Iterator[Element]:
    name = Arn.parse(arn).name
    yield Node(arn, NodeKind.CONTAINER_CLUSTER, name, facts.account, facts.region, {}, (record,))
    listed = facts.value(_TASKS, "taskArns", {"cluster": arn})
    if isinstance(listed, Unknown):
        yield Gap((NodeKind.TASK,), facts.account, facts.region, _TASKS, listed)
        return
    for task in listed or ():
        yield from _task(facts, task, details.get(task, Unknown(_DETAILS, NOT_COLLECTED, record)), (arn, record))


def _details(facts: Facts) -> Iterator[tuple[str, Detail]]:
    """What each task's batch said of it, or why it could not be read."""
    for record in facts.records(_DETAILS):
        unknown = facts.unknown(_DETAILS, record)
        if unknown is not None:
            yield from ((arn, unknown) for arn in record.params["tasks"])
            continue
        for item in (record.response or {}).get("tasks") or ():
            yield item["taskArn"], item


def _task(facts: Facts, arn: str, detail: Detail, place: tuple[str, str]) -> Iterator[Element]:
    cluster, record = place
    if isinstance(detail, Unknown):
        properties: dict[str, Fact] = dict.fromkeys(("role", "definition", "takes_commands"), detail)
    else:
        properties = {
            "role": _role(facts, detail),
            "definition": detail.get("taskDefinitionArn"),
            "takes_commands": detail.get("enableExecuteCommand"),
        }
    yield Node(arn, NodeKind.TASK, Arn.parse(arn).name, facts.account, facts.region, properties, (record,))
    yield Edge(cluster, arn, EdgeKind.CONTAINS, records=(record,))
    yield from runs_as(facts, arn, properties["role"], record)


def _role(facts: Facts, task: dict[str, Any]) -> Fact:
    """The role that the task was started with, else its definition's."""
    override = (task.get("overrides") or {}).get("taskRoleArn")
    asked = {"taskDefinition": task.get("taskDefinitionArn")}
    return override or facts.value(_DEFINITION, "taskDefinition.taskRoleArn", asked)


def _definitions(facts: Facts) -> Iterator[Element]:
    latest: dict[str, tuple[int, str]] = {}
    for found in facts.listing(_DEFINITIONS, "taskDefinitionArns", NodeKind.TASK_DEFINITION):
        if isinstance(found, Gap):
            yield found
            continue
        family, _, revision = str(found[0]).rpartition(":")
        latest[family] = max(latest.get(family, (0, "")), (int(revision), found[1]))
    for family, (number, record) in sorted(latest.items()):
        short, arn = Arn.parse(family).name, f"{family}:{number}"
        about, where = {"family": short, "revision": number}, (facts.account, facts.region)
        yield Node(arn, NodeKind.TASK_DEFINITION, f"{short}:{number}", *where, about, (record,))
