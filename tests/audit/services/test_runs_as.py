"""What runs as a role, of every service at once: one account in which each row was answered, then each refused in turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.graph.build import build
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, EdgeKind, NodeKind
from audit.model.snapshot import NOT_COLLECTED, AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import (
    apprunner,
    batch,
    cloudformation,
    codebuild,
    ecs,
    glue,
    iam,
    lambda_functions,
    sagemaker,
    stepfunctions,
)
from audit.services.expressions import search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.row import Row

ACCOUNT, REGION = "111122223333", "eu-central-1"
MODULES = (apprunner, batch, cloudformation, codebuild, ecs, glue, lambda_functions, sagemaker, stepfunctions)
ROWS = [row for module in MODULES for row in module.ROWS]
SERVICES = (
    "tasks.apprunner",
    "batch",
    "cloudformation",
    "codebuild",
    "ecs-tasks",
    "glue",
    "lambda",
    "sagemaker",
    "states",
)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/work"
PATHED = f"arn:aws:iam::{ACCOUNT}:role/service-role/etl"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


FUNCTION, PROJECT, STACK = (
    arn("lambda", "function:f"),
    arn("codebuild", "project/p"),
    arn("cloudformation", "stack/s/1"),
)
CLUSTER, TASK, DEFINITION = arn("ecs", "cluster/c"), arn("ecs", "task/c/t"), arn("ecs", "task-definition/d:12")
JOB, ENDPOINT, NOTEBOOK = arn("glue", "job/j"), arn("glue", "devEndpoint/e"), arn("sagemaker", "notebook-instance/n")
SERVICE = arn("apprunner", "service/a/1")
MACHINE, SUBMITTED = arn("states", "stateMachine:m"), arn("batch", "job-definition/b:3")

ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "lambda:ListFunctions": (
        {},
        {"Functions": [{"FunctionName": "f", "FunctionArn": FUNCTION, "Role": ROLE, "VpcConfig": {"VpcId": ""}}]},
    ),
    "apprunner:ListServices": ({}, {"ServiceSummaryList": [{"ServiceName": "a", "ServiceArn": SERVICE}]}),
    "apprunner:DescribeService": (
        {"ServiceArn": SERVICE},
        {"Service": {"InstanceConfiguration": {"InstanceRoleArn": ROLE}}},
    ),
    "codebuild:ListProjects": ({}, {"projects": ["p"]}),
    "codebuild:BatchGetProjects": (
        {"names": ["p"]},
        {"projects": [{"name": "p", "arn": PROJECT, "serviceRole": ROLE}]},
    ),
    "cloudformation:DescribeStacks": ({}, {"Stacks": [{"StackId": STACK, "StackName": "s", "RoleARN": ROLE}]}),
    "ecs:ListClusters": ({}, {"clusterArns": [CLUSTER]}),
    "ecs:ListTaskDefinitions": ({}, {"taskDefinitionArns": [arn("ecs", "task-definition/d:9"), DEFINITION]}),
    "ecs:ListTasks": ({"cluster": CLUSTER}, {"taskArns": [TASK]}),
    "ecs:DescribeTasks": (
        {"cluster": CLUSTER, "tasks": [TASK]},
        {"tasks": [{"taskArn": TASK, "taskDefinitionArn": DEFINITION, "enableExecuteCommand": True, "overrides": {}}]},
    ),
    "ecs:DescribeTaskDefinition": ({"taskDefinition": DEFINITION}, {"taskDefinition": {"taskRoleArn": ROLE}}),
    "glue:GetJobs": ({}, {"Jobs": [{"Name": "j", "Role": "etl", "Command": {"ScriptLocation": "s3://scripts/j.py"}}]}),
    "glue:GetDevEndpoints": ({}, {"DevEndpoints": [{"EndpointName": "e", "RoleArn": ROLE}]}),
    "sagemaker:ListNotebookInstances": (
        {},
        {"NotebookInstances": [{"NotebookInstanceName": "n", "NotebookInstanceArn": NOTEBOOK}]},
    ),
    "sagemaker:DescribeNotebookInstance": ({"NotebookInstanceName": "n"}, {"RoleArn": ROLE}),
    "stepfunctions:ListStateMachines": ({}, {"stateMachines": [{"name": "m", "stateMachineArn": MACHINE}]}),
    "stepfunctions:DescribeStateMachine": ({"stateMachineArn": MACHINE}, {"roleArn": ROLE}),
    "batch:DescribeJobDefinitions": (
        {},
        {
            "jobDefinitions": [
                {
                    "jobDefinitionArn": SUBMITTED,
                    "jobDefinitionName": "b",
                    "revision": 3,
                    "containerProperties": {"jobRoleArn": ROLE},
                    "nodeProperties": {"nodeRangeProperties": [{"container": {"jobRoleArn": PATHED}}]},
                }
            ]
        },
    ),
}
RUN = {
    FUNCTION: NodeKind.FUNCTION,
    SERVICE: NodeKind.CONTAINER_SERVICE,
    PROJECT: NodeKind.BUILD_PROJECT,
    STACK: NodeKind.STACK,
    TASK: NodeKind.TASK,
    ENDPOINT: NodeKind.DEV_ENDPOINT,
    NOTEBOOK: NodeKind.NOTEBOOK,
    MACHINE: NodeKind.STATE_MACHINE,
    SUBMITTED: NodeKind.JOB_DEFINITION,
}


EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ADMIN = {
    "Path": "/", "UserName": "ann", "UserId": "AIDA", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann",
    "UserPolicyList": [{"PolicyName": "all", "PolicyDocument": EVERYTHING}],
}  # fmt: skip


def trust(*principals: Any) -> dict[str, Any]:
    statements = [{"Effect": "Allow", "Principal": p, "Action": "sts:AssumeRole"} for p in principals]
    return {"Version": "2012-10-17", "Statement": statements}


def details(*documents: Any, **outcome: Any) -> Record:
    arns = (ROLE, PATHED, *(f"{ROLE}-{number}" for number in range(len(documents))))
    roles = [
        {
            "Path": "/",
            "RoleName": a.rpartition("/")[2],
            "RoleId": "AROA",
            "Arn": a,
            "AssumeRolePolicyDocument": document,
        }
        for a, document in zip(arns, documents, strict=False)
    ]
    said = outcome or {
        "response": {"RoleDetailList": roles, "UserDetailList": [ADMIN], "GroupDetailList": [], "Policies": []}
    }
    return Record(ACCOUNT, "global", "iam", "GetAccountAuthorizationDetails", {}, **said)


TRUSTED = details(*(trust({"Service": f"{service}.amazonaws.com"}) for service in SERVICES))


def records() -> Iterator[Record]:
    for row in ROWS:
        params, response = ANSWERS[row.name]
        yield Record(ACCOUNT, REGION, row.service, row.operation, {**row.params, **params}, response)


def graph_of(*found: Record) -> BoundaryGraph:
    entries = (AccountEntry(id=ACCOUNT),)
    manifest = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=entries, regions=(REGION,))
    return build(Snapshot(manifest, found), MODULES)


@pytest.fixture(scope="module")
def graph() -> BoundaryGraph:
    return graph_of(TRUSTED, *records())


def unknowns(graph: BoundaryGraph) -> list[Unknown]:
    facts = [fact for node in graph.nodes() for fact in node.properties.values() if isinstance(fact, Unknown)]
    return facts + [gap.unknown for gap in graph.gaps]


def is_of(record: Record, row: Row) -> bool:
    return (record.service, record.operation) == (row.service, row.operation)


def test_each_thing_runs_as_its_role(graph: BoundaryGraph) -> None:
    for thing, kind in RUN.items():
        assert graph.node(thing).kind is kind
        assert ROLE in {edge.target for edge in graph.edges(EdgeKind.RUNS_AS, source=thing)}, thing
    assert unknowns(graph) == []


def test_a_role_given_by_name_is_found_with_its_path(graph: BoundaryGraph) -> None:
    assert [edge.target for edge in graph.edges(EdgeKind.RUNS_AS, source=JOB)] == [PATHED]


def test_a_job_definition_may_run_as_several_roles(graph: BoundaryGraph) -> None:
    assert graph.node(SUBMITTED).fact("roles") == [PATHED, ROLE]


def test_a_function_without_a_network_has_none(graph: BoundaryGraph) -> None:
    assert graph.node(FUNCTION).fact("vpc") is None


def test_a_task_stands_in_its_cluster_and_says_whether_it_takes_commands(graph: BoundaryGraph) -> None:
    assert list(graph.edges(EdgeKind.CONTAINS, source=CLUSTER, target=TASK))
    assert graph.node(TASK).fact("takes_commands") is True


def test_a_task_that_was_started_with_another_role_runs_as_that(graph: BoundaryGraph) -> None:
    def overridden(record: Record) -> Record:
        if record.operation != "DescribeTasks":
            return record
        task = {"taskArn": TASK, "taskDefinitionArn": DEFINITION, "overrides": {"taskRoleArn": PATHED}}
        return replace(record, response={"tasks": [task]})

    changed = graph_of(TRUSTED, *map(overridden, records()))

    assert [edge.target for edge in changed.edges(EdgeKind.RUNS_AS, source=TASK)] == [PATHED]


def test_of_a_task_definition_the_latest_revision_is_a_node_and_numbers_are_no_words(graph: BoundaryGraph) -> None:
    assert [node.id for node in graph.nodes(NodeKind.TASK_DEFINITION)] == [DEFINITION]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_that_was_refused_is_unknown_with_its_permission(row: Row) -> None:
    refused = Unreadable("AccessDenied", row.permission)
    changed = [replace(r, response=None, unreadable=refused) if is_of(r, row) else r for r in records()]

    assert row.permission in {unknown.permission for unknown in unknowns(graph_of(TRUSTED, *changed))}


@pytest.mark.parametrize("row", [row for row in ROWS if not row.implied], ids=lambda row: row.name)
def test_a_detail_that_was_never_asked_is_unknown(row: Row) -> None:
    kept = [record for record in records() if not is_of(record, row)]

    assert NOT_COLLECTED in {unknown.code for unknown in unknowns(graph_of(TRUSTED, *kept))}


@pytest.mark.parametrize("row", [row for row in ROWS if row.implied], ids=lambda row: row.name)
def test_where_no_role_trusts_the_service_nothing_was_to_ask_and_where_roles_were_not_read_it_is_unknown(
    row: Row,
) -> None:
    denied = details(unreadable=Unreadable("AccessDenied", iam.DETAILS))

    assert unknowns(graph_of(details(trust({"Service": "ec2.amazonaws.com"})))) == []
    assert iam.DETAILS in {unknown.permission for unknown in unknowns(graph_of(denied))}
    assert {unknown.code for unknown in unknowns(graph_of())} == {NOT_COLLECTED}


@pytest.mark.parametrize("row", [row for row in ROWS if row.parent == iam.DETAILS], ids=lambda row: row.name)
def test_where_nobody_may_use_the_service_nothing_is_asked_but_of_functions_whose_own_policies_let_others_in(
    row: Row,
) -> None:
    idle = {**(TRUSTED.response or {}), "UserDetailList": []}

    assert search(str(row.each), TRUSTED.response) == {}
    assert (search(str(row.each), idle) == {}) is (row.service == "lambda")


def test_projects_are_asked_in_batches_of_a_hundred() -> None:
    each = codebuild.ROWS[1].each
    names = [str(number) for number in range(250)]

    asked = search(each, {"projects": names})

    assert [len(call["names"]) for call in asked] == [100, 100, 50]
    assert [name for call in asked for name in call["names"]] == names


def test_tasks_are_asked_in_batches_of_a_hundred_of_their_cluster() -> None:
    each = next(row.each for row in ecs.ROWS if row.operation == "DescribeTasks")
    tasks = [str(number) for number in range(150)]

    asked = search(each, {"taskArns": tasks, "$params": {"cluster": CLUSTER}})

    assert [(call["cluster"], len(call["tasks"])) for call in asked] == [(CLUSTER, 100), (CLUSTER, 50)]
    assert not search(each, {"taskArns": [], "$params": {"cluster": CLUSTER}})
