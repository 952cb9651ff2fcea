"""What the console can do: identity and boundary together, in both choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components import limits
from components.documents.boundary import console_boundary
from components.documents.console import console_identity, kit, tight
from components.documents.statement import KeyArns
from components.documents.vendor import contract
from components.layout import ConsolePermissions, Names, Wal

if TYPE_CHECKING:
    from collections.abc import Callable

ZONE = "Z0123456789ABC"
BOTH = list(ConsolePermissions)
OWN = {"aws:ResourceTag/automqVendor": "automq", "aws:ResourceTag/automqEnvironmentID": "env-abc"}
REQUESTED = {"aws:RequestTag/automqVendor": "automq", "aws:RequestTag/automqEnvironmentID": "env-abc"}
OTHER_ENVIRONMENT = {**OWN, "aws:ResourceTag/automqEnvironmentID": "env-other"}
FOOTPRINT = {**OWN, "aws:ResourceTag/automqManagedBy": "byoc-kit"}
ACCOUNT = "111122223333"
EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
START = {
    **REQUESTED,
    "ec2:MetadataHttpTokens": "required",
    "ec2:InstanceProfile": f"arn:aws:iam::{ACCOUNT}:instance-profile/automq-data-plane-env-abc",
}

# Weakness, action, resource, context: none of these may take effect.
WEAKNESSES: list[tuple[str, str, str, dict[str, str]]] = [
    ("A01", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin", {}),
    ("A01", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/automq-data-plane-env-abc", {}),
    ("A02", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", {"iam:PassedToService": "ec2.amazonaws.com"}),
    (
        "A02",
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/automq-data-plane-env-abc",
        {"iam:PassedToService": "ec2.amazonaws.com.evil"},
    ),
    ("A02", "ec2:RunInstances", f"{EC2}:instance/*", {**START, "ec2:InstanceProfile": "arn:aws:iam::1:instance-profile/x"}),
    ("A02", "ec2:RunInstances", f"{EC2}:subnet/subnet-1", {}),
    ("A03", "ec2:CreateTags", f"{EC2}:instance/i-1", REQUESTED),
    ("A03", "ec2:CreateTags", f"{EC2}:instance/i-1", {**REQUESTED, **OTHER_ENVIRONMENT}),
    ("A03", "ec2:DeleteTags", f"{EC2}:instance/i-1", {}),
    ("A03", "ec2:DeleteTags", f"{EC2}:instance/i-1", {**OWN, "aws:TagKeys": "automqEnvironmentID"}),
    ("A03", "elasticfilesystem:TagResource", f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-1", REQUESTED),
    ("A03", "fsx:TagResource", f"arn:aws:fsx:eu-west-1:{ACCOUNT}:file-system/fs-1", REQUESTED),
    ("A04", "s3:GetObject", "arn:aws:s3:::other/key", {"aws:ResourceAccount": ACCOUNT}),
    ("A04", "s3:GetObject", "arn:aws:s3:::automq-data-env-abc-eu-west-1-111122223333/key", {"aws:ResourceAccount": ACCOUNT}),
    ("A04", "s3:GetObject", "arn:aws:s3:::automq-ops-abc/key", {"aws:ResourceAccount": "999999999999"}),
    ("A05", "ec2:TerminateInstances", f"{EC2}:instance/i-1", {}),
    ("A05", "ec2:DeleteVolume", f"{EC2}:volume/vol-1", {}),
    ("A05", "autoscaling:DeleteAutoScalingGroup", f"arn:aws:autoscaling:eu-west-1:{ACCOUNT}:autoScalingGroup:1:x", {}),
    ("A06", "ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1", {"ec2:Owner": "999999999999"}),
    ("A13", "s3:PutBucketPolicy", "arn:aws:s3:::automq-ops-abc", {"aws:ResourceAccount": ACCOUNT}),
    ("A15", "ec2:DescribeInstanceAttribute", f"{EC2}:instance/i-1", {}),
    ("A15", "ec2:DescribeInstanceAttribute", f"{EC2}:instance/i-console", FOOTPRINT),
    ("A18", "ec2:TerminateInstances", f"{EC2}:instance/i-1", OTHER_ENVIRONMENT),
    ("A18", "ec2:TerminateInstances", f"{EC2}:instance/i-1", {"aws:ResourceTag/automqVendor": "automq"}),
    ("A18", "ec2:CreateVolume", f"{EC2}:volume/*", {**REQUESTED, "aws:RequestTag/automqEnvironmentID": "env-other"}),
    ("A19", "s3:PutLifecycleConfiguration", "arn:aws:s3:::automq-data-env-abc-eu-west-1-111122223333", {"aws:ResourceAccount": ACCOUNT}),
    ("A19", "s3:PutLifecycleConfiguration", "arn:aws:s3:::automq-ops-abc", {"aws:ResourceAccount": ACCOUNT}),
    ("A20", "ec2:RunInstances", f"{EC2}:instance/*", {**START, "ec2:MetadataHttpTokens": "optional"}),
    ("A31", "ec2:CreateVolume", f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/*", {**REQUESTED, "aws:RequestedRegion": "us-east-1"}),
    ("A31", "ec2:DescribeInstances", "*", {"aws:RequestedRegion": "us-east-1"}),
    ("A32", "s3:ListBucket", "arn:aws:s3:::other", {"aws:ResourceAccount": ACCOUNT}),
    ("A32", "iam:GetRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/admin", {}),
    ("A32", "elasticfilesystem:CreateFileSystem", f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/*", REQUESTED),
    ("A32", "fsx:DeleteFileSystem", f"arn:aws:fsx:eu-west-1:{ACCOUNT}:file-system/fs-1", OWN),
    ("A33", "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/ZOTHER", {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "b.env-abc.automq.private"}),
    ("A33", "route53:ChangeResourceRecordSets", f"arn:aws:route53:::hostedzone/{ZONE}", {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "www.example.com"}),
    ("elsewhere", "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-other", REQUESTED),
    ("elsewhere", "ec2:CreateSecurityGroup", f"{EC2}:vpc/vpc-other", REQUESTED),
    ("elsewhere", "ec2:CreateVolume", "arn:aws:ec2:eu-west-1::snapshot/snap-other", REQUESTED),
    ("footprint", "ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-console", FOOTPRINT),
    ("footprint", "ec2:DetachVolume", f"{EC2}:volume/vol-console", FOOTPRINT),
    ("footprint", "ec2:TerminateInstances", f"{EC2}:instance/i-console", FOOTPRINT),
    ("public", "ec2:RunInstances", f"{EC2}:network-interface/*", {"ec2:AssociatePublicIpAddress": "true"}),
    ("grant", "kms:CreateGrant", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/volumes", {"kms:ViaService": "ec2.eu-west-1.amazonaws.com", "kms:GrantIsForAWSResource": "false"}),
    ("key", "kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/ops", {}),
    ("secret", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:other-1", {}),
]  # fmt: skip

# What start-up and daily work need: all of it survives, in both choices.
NEEDS: list[tuple[str, str, dict[str, str]]] = [
    ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/automq-console-env-abc", {}),
    ("iam:GetPolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/automq-console-contract-1-env-abc", {}),
    ("iam:ListRoles", "*", {}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/automq-data-plane-env-abc", {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:CreateServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", {"iam:AWSServiceName": "autoscaling.amazonaws.com"}),
    ("s3:GetBucketPolicy", "arn:aws:s3:::automq-ops-abc", {"aws:ResourceAccount": ACCOUNT}),
    ("s3:PutObject", "arn:aws:s3:::automq-ops-abc/licence", {"aws:ResourceAccount": ACCOUNT}),
    ("s3:ListBucket", "arn:aws:s3:::automq-data-env-abc-eu-west-1-111122223333", {"aws:ResourceAccount": ACCOUNT}),
    ("s3:ListAllMyBuckets", "*", {}),
    ("route53:ChangeResourceRecordSets", f"arn:aws:route53:::hostedzone/{ZONE}", {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "b.env-abc.automq.private"}),
    ("route53:ListResourceRecordSets", f"arn:aws:route53:::hostedzone/{ZONE}", {}),
    ("route53:ListHostedZonesByVPC", "*", {}),
    ("pricing:GetProducts", "*", {"aws:RequestedRegion": "us-east-1"}),
    ("ec2:DescribeSubnets", "*", {}),
    ("elasticloadbalancing:DescribeTargetGroups", "*", {}),
    ("ssm:GetParameters", "arn:aws:ssm:eu-west-1::parameter/aws/service/ami-amazon-linux-latest/al2023", {}),
    ("ec2:CreateLaunchTemplate", f"{EC2}:launch-template/*", REQUESTED),
    ("ec2:CreateSecurityGroup", f"{EC2}:security-group/*", REQUESTED),
    ("ec2:CreateSecurityGroup", f"{EC2}:vpc/vpc-1", FOOTPRINT),
    ("ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-1", FOOTPRINT),
    ("ec2:CreateTags", f"{EC2}:instance/i-1", {**REQUESTED, "ec2:CreateAction": "RunInstances"}),
    ("ec2:CreateTags", f"{EC2}:instance/i-1", OWN),
    ("ec2:RunInstances", f"{EC2}:instance/*", START),
    ("ec2:RunInstances", f"{EC2}:volume/*", {}),
    ("ec2:RunInstances", f"{EC2}:network-interface/*", {"ec2:AssociatePublicIpAddress": "false"}),
    ("ec2:RunInstances", f"{EC2}:subnet/subnet-1", FOOTPRINT),
    ("ec2:RunInstances", f"{EC2}:security-group/sg-1", FOOTPRINT),
    ("ec2:RunInstances", f"{EC2}:launch-template/lt-1", OWN),
    ("ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1", {"ec2:Owner": "amazon"}),
    ("autoscaling:CreateAutoScalingGroup", f"arn:aws:autoscaling:eu-west-1:{ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/x", {**REQUESTED, "autoscaling:LaunchTemplateVersionSpecified": "true"}),
    ("autoscaling:UpdateAutoScalingGroup", f"arn:aws:autoscaling:eu-west-1:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/x", OWN),
    ("ec2:CreateLaunchTemplateVersion", f"{EC2}:launch-template/lt-1", OWN),
    ("ec2:TerminateInstances", f"{EC2}:instance/i-1", OWN),
    ("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-1", OWN),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/ops", {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}),
    ("kms:GenerateDataKey", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/ops", {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/ops", {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}),
    ("kms:CreateGrant", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/volumes", {"kms:ViaService": "ec2.eu-west-1.amazonaws.com", "kms:GrantIsForAWSResource": "true"}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:automq/env-abc/config-x1y2z3", {}),
    ("ecr:GetAuthorizationToken", "*", {}),
    ("ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/automq/env-abc/console", {}),
    ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/automq/env-abc/console:log-stream:s", {}),
    ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AutoMQ/env-abc"}),
    ("ssm:UpdateInstanceInformation", "*", {}),
    ("ssmmessages:OpenControlChannel", "*", {}),
]  # fmt: skip


@pytest.fixture(params=BOTH, ids=str)
def effective(
    request: pytest.FixtureRequest, names: Names, keys: KeyArns, evaluate: Callable[..., str]
) -> Callable[..., bool]:
    choice, wal = request.param, Wal.S3
    identity = list(console_identity(names, choice, wal, ZONE, keys).values())
    boundary = [console_boundary(names, choice, wal, ZONE)]

    def decide(action: str, resource: str, context: dict[str, Any]) -> bool:
        known = {"aws:RequestedRegion": "eu-west-1", **context}
        return all(evaluate(side, action, resource, known) == "allow" for side in (identity, boundary))

    return decide


@pytest.mark.parametrize(("weakness", "action", "resource", "context"), WEAKNESSES)
def test_no_weakness_of_the_vendors_policies_takes_effect(
    effective: Callable[..., bool], weakness: str, action: str, resource: str, context: dict[str, str]
) -> None:
    assert not effective(action, resource, context), weakness


@pytest.mark.parametrize(("action", "resource", "context"), NEEDS)
def test_what_the_console_needs_takes_effect(
    effective: Callable[..., bool], action: str, resource: str, context: dict[str, str]
) -> None:
    assert effective(action, resource, context)


def test_the_vendors_policies_alone_have_the_weaknesses(names: Names, evaluate: Callable[..., str]) -> None:
    vendors = [{"Statement": contract(names)}]
    found = {weakness for weakness, *asked in WEAKNESSES if evaluate(vendors, *asked) == "allow"}
    assert found >= {"A01", "A02", "A03", "A13", "A15", "A18", "A19", "A20", "A31", "A32", "A33"}


def test_the_contract_has_the_vendors_actions_and_no_other(names: Names) -> None:
    actions = [
        action
        for statement in contract(names)
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]
    assert len(actions) == 120
    assert len(set(actions)) == 112
    assert not [action for action in actions if action.startswith(("eks:", "iam:CreateRole", "kms:"))]


def test_on_foreign_resources_only_listings_take_effect(
    names: Names, keys: KeyArns, evaluate: Callable[..., str]
) -> None:
    identity = list(console_identity(names, ConsolePermissions.CONTRACT, Wal.FILE_SYSTEM, ZONE, keys).values())
    boundary = [console_boundary(names, ConsolePermissions.CONTRACT, Wal.FILE_SYSTEM, ZONE)]
    actions = {
        action
        for document in identity
        for statement in document["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    context = {"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": ACCOUNT}
    writes = {
        action
        for action in actions
        if all(evaluate(side, action, "foreign", context) == "allow" for side in (identity, boundary))
        and not action.partition(":")[2].startswith(("Describe", "List", "Get"))
    }
    assert writes == {
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    }


@pytest.mark.parametrize("wal", list(Wal))
@pytest.mark.parametrize("choice", BOTH)
def test_every_tight_statement_survives_the_boundary(
    names: Names, evaluate: Callable[..., str], wal: Wal, choice: ConsolePermissions
) -> None:
    boundary = [console_boundary(names, choice, wal, ZONE)]
    any_key = names.regional("kms", "key/k")
    for statement in (*tight(names, wal, ZONE, ("amazon",)), *kit(names, wal, any_key, any_key)):
        for action, resource, context in _requests(statement):
            decision = evaluate(boundary, action, resource, context)
            assert decision == "allow", (statement["Sid"], action, resource)


def _requests(statement: dict[str, Any]) -> list[tuple[str, str, dict[str, str]]]:
    context = {"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": ACCOUNT}
    for keys in statement.get("Condition", {}).values():
        for key, wanted in keys.items():
            context[key] = (wanted if isinstance(wanted, str) else wanted[0]).replace("*", "x")
    actions, resources = (
        [value] if isinstance(value, str) else value for value in (statement["Action"], statement["Resource"])
    )
    return [
        (action.replace("*", "x"), resource.replace("*", "x"), context) for action in actions for resource in resources
    ]


def test_file_systems_belong_to_their_mode_alone_and_are_encrypted(
    names: Names, keys: KeyArns, evaluate: Callable[..., str]
) -> None:
    create = "elasticfilesystem:CreateFileSystem"
    place = f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/*"
    context = {"aws:RequestedRegion": "eu-west-1", **REQUESTED, "elasticfilesystem:Encrypted": "true"}
    plain = {**context, "elasticfilesystem:Encrypted": "false"}
    for choice in BOTH:
        assert evaluate([console_boundary(names, choice, Wal.FILE_SYSTEM, ZONE)], create, place, plain) != "allow"
        allowed = {
            wal
            for wal in Wal
            if all(
                evaluate(side, create, place, context) == "allow"
                for side in (
                    list(console_identity(names, choice, wal, ZONE, keys).values()),
                    [console_boundary(names, choice, wal, ZONE)],
                )
            )
        }
        assert allowed == {Wal.FILE_SYSTEM}


def test_a_file_system_is_tagged_at_its_creation_only(names: Names, evaluate: Callable[..., str]) -> None:
    boundary = [console_boundary(names, ConsolePermissions.CONTRACT, Wal.FILE_SYSTEM, ZONE)]
    tag = "elasticfilesystem:TagResource"
    place = f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-1"
    context = {"aws:RequestedRegion": "eu-west-1", **REQUESTED}
    assert evaluate(boundary, tag, place, context) == "deny"
    on_create = {**context, "elasticfilesystem:CreateAction": "CreateFileSystem"}
    assert evaluate(boundary, tag, place, on_create) == "allow"


def test_tight_permissions_refuse_a_group_that_follows_a_templates_latest_version(
    names: Names, evaluate: Callable[..., str]
) -> None:
    group = f"arn:aws:autoscaling:eu-west-1:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/x"
    context = {"aws:RequestedRegion": "eu-west-1", **OWN, "autoscaling:LaunchTemplateVersionSpecified": "false"}
    decisions = {
        choice: evaluate(
            [console_boundary(names, choice, Wal.S3, ZONE)], "autoscaling:UpdateAutoScalingGroup", group, context
        )
        for choice in BOTH
    }
    assert decisions == {ConsolePermissions.CONTRACT: "allow", ConsolePermissions.TIGHT: "deny"}


@pytest.mark.parametrize("region", ["ap-southeast-1", "us-gov-west-1", "cn-northwest-1"])
@pytest.mark.parametrize("wal", list(Wal))
@pytest.mark.parametrize("choice", BOTH)
def test_every_policy_is_within_its_limit_for_the_longest_names(
    region: str, wal: Wal, choice: ConsolePermissions
) -> None:
    names = Names.of("E" * 32, region, ACCOUNT, "o" * 63, "d" * 63)
    arns = KeyArns(*[names.regional("kms", "key/01234567-89ab-cdef-0123-456789abcdef")] * 4)
    zone = "Z0123456789ABCDEFGHIJ"
    documents = [
        *console_identity(names, choice, wal, zone, arns).values(),
        console_boundary(names, choice, wal, zone),
    ]
    assert max(limits.size(document) for document in documents) <= limits.MANAGED_POLICY.maximum
    assert len(documents) - 1 <= limits.POLICIES_PER_ROLE.maximum


def test_a_boundary_that_does_not_fit_is_refused(names: Names) -> None:
    with pytest.raises(ValueError, match="exceeds the 6144"):
        console_boundary(names, ConsolePermissions.TIGHT, Wal.S3, ZONE, ["1" * 12] * 200)
