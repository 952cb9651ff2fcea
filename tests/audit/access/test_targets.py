"""Whom and what the primitives are used on: roles that services take, and things that run as them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from toy import (
    OTHER_REGION,
    READER,
    READS,
    REGION,
    A,
    account,
    allow,
    arn_of,
    deny,
    first,
    policy,
    reached,
    reader,
    role,
    thing,
    trusts,
    user,
    ways,
)

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph

P = arn_of("role", "p")


def arn(service: str, resource: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{A}:{resource}"


FUNCTION = arn("lambda", "function:f")


@pytest.mark.parametrize(
    ("service", "actions", "primitive"),
    [
        ("lambda.amazonaws.com", ["lambda:CreateFunction", "lambda:InvokeFunction"], "lambda-create-function"),
        ("ecs-tasks.amazonaws.com", ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "ecs-run-task"),
        ("codebuild.amazonaws.com", ["codebuild:CreateProject", "codebuild:StartBuild"], "codebuild-create-project"),
        ("cloudformation.amazonaws.com", ["cloudformation:CreateStack"], "cloudformation-create-stack"),
        ("glue.amazonaws.com", ["glue:CreateJob", "glue:StartJobRun"], "glue-create-job"),
        ("scheduler.amazonaws.com", ["scheduler:CreateSchedule"], "scheduler-create-schedule"),
        ("states.amazonaws.com", ["states:CreateStateMachine", "states:StartExecution"], "stepfunctions-create-state-machine"),
        ("datasync.amazonaws.com", ["datasync:*"], "datasync-start-task-execution"),
        ("batchoperations.s3.amazonaws.com", ["s3:CreateJob"], "s3-create-job"),
    ],
)  # fmt: skip
def test_a_role_is_passed_to_a_service_that_it_trusts(service: str, actions: list[str], primitive: str) -> None:
    passes = allow("iam:PassRole", READER)
    user_ = role("p", passes, allow(actions))
    assert primitive in ways(account(user_, reader(service)), "p")
    assert "p" not in reached(account(user_, reader("vpc-flow-logs.amazonaws.com")))
    assert "p" not in reached(account(role("p", allow(actions)), reader(service)))


def test_passing_may_be_limited_to_a_service() -> None:
    def passes(service: str) -> dict[str, Any]:
        return allow("iam:PassRole", READER, {"StringEquals": {"iam:PassedToService": service}})

    uses = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
    trusted = reader("lambda.amazonaws.com")
    assert ways(account(role("p", passes("lambda.amazonaws.com"), uses), trusted), "p") == {"lambda-create-function"}
    assert "p" not in reached(account(role("p", passes("ec2.amazonaws.com"), uses), trusted))


def test_an_instance_takes_a_role_that_has_a_profile() -> None:
    uses = role("p", allow("iam:PassRole"), allow("ec2:RunInstances"))
    profile = [f"arn:aws:iam::{A}:instance-profile/x"]
    assert "ec2-run-instances" in ways(account(uses, reader(instance_profiles=profile)), "p")
    assert "p" not in reached(account(uses, reader()))


def test_what_a_launch_makes_has_no_tags_that_a_condition_could_find() -> None:
    def launches(key: str) -> BoundaryGraph:
        uses = allow("ec2:RunInstances", "*", {"StringEquals": {key: "mine"}})
        holder = reader(instance_profiles=[f"arn:aws:iam::{A}:instance-profile/x"])
        return account(role("p", allow("iam:PassRole"), uses), holder)

    for key in ("aws:ResourceTag/environment", "ec2:ResourceTag/environment"):
        assert "p" not in reached(launches(key))
    assert "p" in reached(launches("aws:RequestTag/environment"))


@pytest.mark.parametrize(
    ("kind", "name", "action", "primitive"),
    [
        (NodeKind.FUNCTION, FUNCTION, "lambda:UpdateFunctionCode", "lambda-update-function-code"),
        (NodeKind.INSTANCE, arn("ec2", "instance/i-1"), "ssm:StartSession", "ssm-start-session"),
        (NodeKind.STACK, arn("cloudformation", "stack/s/1"), "cloudformation:UpdateStack", "cloudformation-update-stack"),
        (NodeKind.BUILD_PROJECT, arn("codebuild", "project/b"), "codebuild:UpdateProject", "codebuild-update-project"),
        (NodeKind.NOTEBOOK, arn("sagemaker", "notebook-instance/n"), "sagemaker:CreatePresignedNotebookInstanceUrl",
         "sagemaker-create-presigned-notebook-url"),
        (NodeKind.DEV_ENDPOINT, arn("glue", "devEndpoint/d"), "glue:UpdateDevEndpoint", "glue-update-dev-endpoint"),
        (NodeKind.CONTAINER_SERVICE, arn("apprunner", "service/a/1"), "apprunner:UpdateService", "apprunner-update-service"),
        (NodeKind.JOB_DEFINITION, arn("batch", "job-definition/j:1"), "batch:SubmitJob", "batch-submit-job"),
    ],
)  # fmt: skip
def test_what_runs_as_a_role_gives_it_to_who_changes_it(kind: NodeKind, name: str, action: str, primitive: str) -> None:
    made = account(
        role("p", allow(action, name)), role("q", allow(action, name + "x")), reader(), *thing(kind, name, READER)
    )
    (hop,) = reached(made)["p"]["through"][0]
    assert (hop["primitive"], hop["via"]) == (primitive, name)
    assert "q" not in reached(made)


def test_user_data_takes_stopping_and_starting_too() -> None:
    name = arn("ec2", "instance/i-1")
    uses = ["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"]
    machine = thing(NodeKind.INSTANCE, name, READER)
    assert first(account(role("p", allow(uses)), reader(), *machine), "p") == [("ec2-modify-user-data", "reader")]
    assert "p" not in reached(account(role("p", allow(uses[:2])), reader(), *machine))


def test_a_command_in_a_task_takes_its_cluster_too() -> None:
    task, cluster = arn("ecs", "task/c/1"), arn("ecs", "cluster/c")
    elements = [
        *thing(NodeKind.TASK, task, READER),
        *thing(NodeKind.CONTAINER_CLUSTER, cluster),
        Edge(cluster, task, EdgeKind.CONTAINS),
    ]
    assert ways(account(role("p", allow("ecs:ExecuteCommand", [task, cluster])), reader(), *elements), "p")
    assert "p" not in reached(account(role("p", allow("ecs:ExecuteCommand", task)), reader(), *elements))


def test_what_kubernetes_allows_is_not_known() -> None:
    pods, cluster = f"{arn('eks', 'cluster/c')}/service-accounts/reader", arn("eks", "cluster/c")
    elements = [
        *thing(NodeKind.WORKLOAD, pods, READER),
        *thing(NodeKind.CLUSTER, cluster),
        Edge(cluster, pods, EdgeKind.CONTAINS),
    ]
    made = account(role("p", allow("eks:AccessKubernetesApi", cluster)), reader(), *elements)
    assert reached(made)["p"]["decision"] == "undetermined"
    enters = allow(["eks:CreateAccessEntry", "eks:AssociateAccessPolicy"])
    made = account(role("p", enters), reader(), *elements)
    assert reached(made)["p"]["decision"] == "allowed"


@pytest.mark.parametrize(
    ("version", "actions", "comes"),
    [
        ("$Latest", ["ec2:CreateLaunchTemplateVersion"], True),
        ("$Default", ["ec2:CreateLaunchTemplateVersion"], False),
        ("$Default", ["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"], True),
        ("7", ["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"], False),
    ],
)
def test_a_template_is_the_callers_where_a_group_launches_what_it_writes(
    version: str,
    actions: list[str],
    comes: bool,  # noqa: FBT001 the expected fact
) -> None:
    template, group = (
        arn("ec2", "launch-template/lt-1"),
        arn("autoscaling", "autoScalingGroup:1:autoScalingGroupName/g"),
    )
    elements = [
        *thing(NodeKind.LAUNCH_TEMPLATE, template),
        *thing(NodeKind.AUTO_SCALING_GROUP, group),
        Edge(template, group, EdgeKind.LAUNCHES, {"version": version}),
    ]
    made = account(role("p", allow(actions)), reader(instance_profiles=["x"]), *elements)
    assert ("p" in reached(made)) is comes


@pytest.mark.parametrize(
    ("action", "primitive"),
    [
        ("iam:CreateAccessKey", "iam-create-access-key"),
        ("iam:CreateLoginProfile", "iam-create-login-profile"),
        ("iam:UpdateLoginProfile", "iam-update-login-profile"),
    ],
)
def test_a_users_credentials_are_made_by_who_may_make_them(action: str, primitive: str) -> None:
    made = account(user("u", READS), role("p", allow(action, arn_of("user", "u"))))
    assert first(made, "p") == [(primitive, "u")]


def test_a_trust_that_may_be_rewritten_is_no_limit() -> None:
    made = account(reader(), role("p", allow("iam:UpdateAssumeRolePolicy", READER)))
    assert first(made, "p") == [("iam-update-assume-role-policy", "reader")]


def test_things_alike_but_for_their_region_are_told_apart_by_conditions_on_it() -> None:
    elsewhere = arn("lambda", "function:f", OTHER_REGION)
    scp = [[policy(allow("*"), deny("lambda:*", "*", {"StringNotEquals": {"aws:RequestedRegion": REGION}}))]]
    functions = [*thing(NodeKind.FUNCTION, elsewhere, READER), *thing(NodeKind.FUNCTION, FUNCTION, READER)]
    made = account(role("p", allow("lambda:UpdateFunctionCode")), reader(), *functions, scp=scp)
    (hop,) = reached(made)["p"]["through"][0]
    assert hop["via"] == FUNCTION


# --- what was not read -------------------------------------------------------------------------------------------------

UNREAD = Unknown("lambda:ListFunctions", "AccessDenied", "r")
GAP = Gap((NodeKind.FUNCTION,), A, REGION, "lambda:ListFunctions", UNREAD)
UPDATES = "lambda:UpdateFunctionCode"


@pytest.mark.parametrize(
    "resource",
    ["*", arn("lambda", "function:*"), FUNCTION, arn("lambda", "function:team-*"), "arn:aws:lambda:*:*:function:x?"],
)
def test_functions_that_were_not_listed_may_run_as_any_role_that_lambda_may_take(resource: str) -> None:
    made = account(role("p", allow(UPDATES, resource)), reader("lambda.amazonaws.com"), GAP)
    found = reached(made)["p"]
    assert (found["decision"], found["missing"]) == ("undetermined", ["lambda:ListFunctions"])
    assert all(hop["via"] is None for path in found["through"] for hop in path)


def test_an_unread_listing_is_quiet_where_nothing_can_use_it() -> None:
    others = [role("p", allow("lambda:InvokeFunction")), role("q", allow(UPDATES, arn("lambda", "layer:x")))]
    assert reached(account(*others, reader("lambda.amazonaws.com"), GAP)) == {}
    assert reached(account(role("p", allow(UPDATES)), reader("ec2.amazonaws.com"), GAP)) == {}
    elsewhere = allow(UPDATES, arn("lambda", "function:*", OTHER_REGION))
    assert reached(account(role("p", elsewhere), reader("lambda.amazonaws.com"), GAP)) == {}


def test_a_thing_of_which_the_role_was_not_read_may_run_as_any() -> None:
    project, unread = arn("codebuild", "project/b"), Unknown("codebuild:BatchGetProjects", "AccessDenied", "r")
    made = account(
        role("p", allow("codebuild:StartBuild", project)),
        reader("codebuild.amazonaws.com"),
        *thing(NodeKind.BUILD_PROJECT, project, role=unread),
    )
    found = reached(made)["p"]
    assert (found["decision"], found["missing"]) == ("undetermined", ["codebuild:BatchGetProjects"])
    assert found["through"][0][0]["via"] == project


def test_tasks_of_a_cluster_that_were_not_listed() -> None:
    cluster = arn("ecs", "cluster/c")
    gap = Gap((NodeKind.TASK,), A, REGION, "ecs:ListTasks", Unknown("ecs:ListTasks", "AccessDenied", "r"))
    uses = allow("ecs:ExecuteCommand", [cluster, arn("ecs", "task/c/*")])
    made = account(role("p", uses), reader("ecs-tasks.amazonaws.com"), *thing(NodeKind.CONTAINER_CLUSTER, cluster), gap)
    assert reached(made)["p"]["missing"] == ["ecs:ListTasks"]


def test_clusters_that_were_not_listed_may_have_pods_that_run_as_roles() -> None:
    gap = Gap((NodeKind.CLUSTER,), A, REGION, "eks:ListClusters", Unknown("eks:ListClusters", "AccessDenied", "r"))
    enters = allow(["eks:CreateAccessEntry", "eks:AssociateAccessPolicy"])
    made = account(role("p", enters), reader("pods.eks.amazonaws.com"), gap)
    assert reached(made)["p"]["missing"] == ["eks:ListClusters"]


ISSUER = f"arn:aws:iam::{A}:oidc-provider/oidc.eks.{REGION}.amazonaws.com/id/ABC"
ENTERS = allow(["eks:CreateAccessEntry", "eks:AssociateAccessPolicy"])
NO_CLUSTERS = Gap((NodeKind.CLUSTER,), A, REGION, "eks:ListClusters", Unknown("eks:ListClusters", "AccessDenied", "r"))


def service_account(provider: str = ISSUER) -> list[Node | Edge]:
    """A role that trusts an issuer of tokens."""
    trust = trusts(provider, action="sts:AssumeRoleWithWebIdentity")
    return [reader(trust=trust), Edge(READER, provider, EdgeKind.TRUSTS)]


def cluster(name: str = "c", region: str = REGION, **facts: Any) -> Node:
    return Node(f"arn:aws:eks:{region}:{A}:cluster/{name}", NodeKind.CLUSTER, name, A, region, facts, ("eks",))


def test_pods_of_clusters_that_were_not_listed_may_run_as_a_role_that_trusts_an_issuer() -> None:
    found = reached(account(role("p", ENTERS), *service_account(), NO_CLUSTERS))["p"]
    assert (found["decision"], found["missing"]) == ("undetermined", ["eks:ListClusters"])
    named = f"arn:aws:eks:{REGION}:{A}:cluster/prod"
    enters = allow("eks:CreateAccessEntry", named), allow("eks:AssociateAccessPolicy")
    assert "p" in reached(account(role("p", *enters), *service_account(), NO_CLUSTERS))


def test_only_the_issuer_of_a_cluster_of_that_region_has_pods_there() -> None:
    elsewhere = ISSUER.replace(REGION, "eu-central-1")
    walked = cluster(region="eu-central-1", issuer="https://oidc.eks.eu-central-1.amazonaws.com/id/OTHER")
    for provider in (f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com", elsewhere):
        assert "p" not in reached(account(role("p", ENTERS), *service_account(provider), NO_CLUSTERS, walked))


def test_clusters_of_a_region_that_was_not_walked_may_have_the_issuer_that_a_role_trusts() -> None:
    elsewhere = service_account(ISSUER.replace(REGION, "eu-central-1"))
    assert reached(account(role("p", ENTERS), *elsewhere))["p"]["missing"] == ["eks:ListClusters"]
    assert "p" not in reached(account(role("p", ENTERS), *service_account()))


def test_a_cluster_that_was_not_described_may_have_the_issuer_that_a_role_trusts() -> None:
    unread = cluster(issuer=Unknown("eks:DescribeCluster", "AccessDenied", "r"))
    assert reached(account(role("p", ENTERS), *service_account(), unread))["p"]["missing"] == ["eks:DescribeCluster"]
    other = allow("eks:CreateAccessEntry", f"arn:aws:eks:{REGION}:{A}:cluster/other"), ENTERS["Action"][1]
    assert "p" not in reached(account(role("p", other[0], allow(other[1])), *service_account(), unread))
    told = cluster(issuer=f"https://{ISSUER.partition('/')[2]}")
    assert "p" not in reached(account(role("p", ENTERS), *service_account(), told))


def test_groups_of_instances_that_were_not_listed_may_launch_from_any_template() -> None:
    unread = Unknown("autoscaling:DescribeAutoScalingGroups", "AccessDenied", "r")
    gap = Gap((NodeKind.AUTO_SCALING_GROUP,), A, REGION, "autoscaling:DescribeAutoScalingGroups", unread)
    template = thing(NodeKind.LAUNCH_TEMPLATE, arn("ec2", "launch-template/lt-1"))
    made = account(role("p", allow("ec2:CreateLaunchTemplateVersion")), reader(instance_profiles=["x"]), *template, gap)
    assert reached(made)["p"]["missing"] == ["autoscaling:DescribeAutoScalingGroups"]


def test_a_trust_that_was_not_read_may_let_the_service_in() -> None:
    unread = Unknown("iam:GetRole", "AccessDenied", "r")
    uses = allow(["lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole"])
    found = reached(account(role("p", uses), reader(trust=unread)))["p"]
    assert (found["decision"], found["missing"]) == ("undetermined", ["iam:GetRole"])


def test_a_provider_comes_to_the_roles_that_trust_it() -> None:
    provider = f"arn:aws:iam::{A}:saml-provider/people"
    made = account(reader(trust=trusts(provider, action="sts:AssumeRoleWithSAML")))
    made.add(Node(provider, NodeKind.IDENTITY_PROVIDER, "people", A, "global", {}))
    assert first(made, "people") == [("sts-assume-role-with-saml", "reader")]


PODS, CLUSTER = f"{arn('eks', 'cluster/c')}/pods", arn("eks", "cluster/c")


def entry(policy_: str, *namespaces: str, pods: str = "kafka/brokers") -> list[Node | Edge]:
    """A cluster that ``p`` enters, and pods of it that run as the reader."""
    scope = {"policy": policy_, "scope": "namespace" if namespaces else "cluster", "namespaces": list(namespaces)}
    return [
        cluster(),
        Node(PODS, NodeKind.WORKLOAD, pods, A, REGION),
        Edge(PODS, READER, EdgeKind.RUNS_AS),
        Edge(CLUSTER, PODS, EdgeKind.CONTAINS),
        Edge(P, CLUSTER, EdgeKind.ENTERS, scope, ("entries",)),
    ]


@pytest.mark.parametrize(
    ("policy_", "namespaces", "pods", "decision"),
    [
        ("AmazonEKSClusterAdminPolicy", (), "kafka/brokers", "allowed"),
        ("AmazonEKSClusterAdminPolicy", (), "nodes as reader", "allowed"),
        ("AmazonEKSClusterAdminPolicy", (), "service accounts as reader", "allowed"),
        ("AmazonEKSAdminPolicy", (), "kafka/brokers", "allowed"),
        ("AmazonEKSEditPolicy", ("kafka",), "kafka/brokers", "allowed"),
        ("AmazonEKSEditPolicy", ("kafka",), "nodes as reader", "undetermined"),
        ("AmazonEKSEditPolicy", ("kafka",), "service accounts as reader", "undetermined"),
        ("AmazonEKSEditPolicy", ("web",), "kafka/brokers", None),
        ("AmazonEKSViewPolicy", (), "kafka/brokers", None),
    ],
)
def test_who_enters_a_cluster_and_starts_pods_there_acts_as_their_roles_without_a_permission_of_iam(
    policy_: str, namespaces: tuple[str, ...], pods: str, decision: str | None
) -> None:
    found = reached(account(role("p"), reader(), *entry(policy_, *namespaces, pods=pods)))
    assert found.get("p", {}).get("decision") == decision


def test_a_boundary_or_a_denial_takes_an_access_entry_from_nobody() -> None:
    denied = role("p", deny("*"), boundary={"arn": "b", "document": policy(allow("s3:*"))})
    found = reached(account(denied, reader(), *entry("AmazonEKSClusterAdminPolicy")))["p"]
    assert found["decision"] == "allowed"
    assert [hop["primitive"] for path in found["through"] for hop in path] == ["eks-access-entry"]
    assert found["through"][0][0]["because"][0]["record"] == "entries"
