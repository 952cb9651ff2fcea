"""Each check, against an embedded AWS as the account, or its answers changed; what it lacks through botocore's Stubber."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from preflights import EVERYTHING, answering, changed, denied, judged, said, stubbed

from audit import preflight
from audit.preflight.checks.vcpus import family

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflights import Cloud

    from audit.model.intended import Intended
    from audit.model.snapshot import Record
    from audit.preflight.seen import Seen

ACCOUNT = "111122223333"
DATA = f"automq-data-env-poc-us-east-1-{ACCOUNT}"
TAGS = [{"Key": "automqEnvironmentID", "Value": "env-poc"}, {"Key": "automqManagedBy", "Value": "byoc-kit"}]


def statement(effect: str, action: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}]}


def both(*documents: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [one for document in documents for one in document["Statement"]]}


# -- permissions


def test_what_no_policy_allows_is_broken_and_named(cloud: Cloud) -> None:
    seen = cloud.asked(cloud.user(statement("Allow", ["ec2:Describe*", "iam:Get*", "iam:List*"])))
    found = judged(seen, "permissions")[0]
    assert found.claim.reason == "not_allowed"
    assert any(detail.startswith("ec2:CreateVpc on arn:aws:ec2:us-east-1:") for detail in found.details)
    assert not any("DescribeVpcs" in detail for one in judged(seen, "permissions")[:2] for detail in one.details)
    assert said(seen, "permissions")["holds"][0].startswith("the policies of user/deployer")


def test_a_denial_and_a_boundary_are_told_by_their_layer(cloud: Cloud, poc_intent: Intended) -> None:
    deny = both(EVERYTHING, statement("Deny", "kms:ScheduleKeyDeletion"))
    limit = statement("Allow", ["ec2:*", "iam:*", "kms:*", "ssm:*"])
    role = dataclasses.replace(poc_intent, deployer=cloud.role(deny, limit))
    found = said(cloud.asked(cloud.user(EVERYTHING), role), "permissions")["broken"]
    assert any("kms:ScheduleKeyDeletion, once there is something" in text and "denies" in text for text in found)
    assert any("s3" in text and text.endswith("its permissions boundary does not allow them") for text in found), found


def test_a_condition_that_the_stack_does_not_decide_is_unknown(cloud: Cloud) -> None:
    mfa = statement("Allow", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    found = said(cloud.asked(cloud.user(mfa)), "permissions")
    assert found["broken"] == found["holds"] == []
    assert any(text.endswith("only if aws:MultiFactorAuthPresent is true") for text in found["unknown"])


def test_what_the_stack_declares_is_known_of_its_requests(cloud: Cloud) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/automq-*"
    conditions = [
        statement(
            "Deny", "ec2:CreateVpc", Condition={"StringNotEquals": {"aws:RequestTag/automqManagedBy": "byoc-kit"}}
        ),
        statement("Deny", "s3:CreateBucket", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}),
        statement("Deny", "iam:CreateRole", Condition={"ArnNotLike": {"iam:PermissionsBoundary": boundary}}),
    ]
    found = judged(cloud.asked(cloud.user(both(EVERYTHING, *conditions))), "permissions")
    broken = [detail for one in found if one.claim.verdict == "broken" for detail in one.details]
    # The roles of the trail and of AWS Backup have no boundary.
    assert sorted(broken) == [
        f"iam:CreateRole on arn:aws:iam::{ACCOUNT}:role/automq-{name}-env-poc (create aws_iam_role.{name})"
        for name in ("backup", "trail-to-logs")
    ]
    assert said(cloud.asked(cloud.user(both(EVERYTHING, *conditions[:2]))), "permissions")["broken"] == []


def test_a_policy_for_resources_by_name_allows_what_has_that_name(cloud: Cloud) -> None:
    narrow = both(
        statement("Allow", ["ec2:*", "kms:*", "iam:*", "logs:*"]),
        {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::automq-*"}]},
    )
    found = judged(cloud.asked(cloud.user(narrow)), "permissions")
    asked = {
        (one.claim.verdict.value, detail) for one in found for detail in one.details if "s3:PutBucketPolicy" in detail
    }
    assert ("holds", f"s3:PutBucketPolicy on arn:aws:s3:::{DATA} (create aws_s3_bucket_policy.data)") in asked
    # The ops bucket's name is a sample here: that it begins with automq- too proves nothing.
    assert {verdict for verdict, detail in asked if "bucket_policy.ops" in detail} == {"unknown"}


def test_who_deploys_is_the_role_that_the_settings_name(cloud: Cloud, poc_intent: Intended) -> None:
    role = dataclasses.replace(poc_intent, deployer=cloud.role(statement("Allow", "ec2:*")))
    seen = cloud.asked(cloud.user(EVERYTHING), role)
    assert said(seen, "permissions")["broken"]
    assert said(seen, "dry_runs")["unknown"] == [
        f"EC2's dry runs would try {seen.caller}, not {role.deployer}, who is to deploy"
    ]
    nobody = dataclasses.replace(poc_intent, deployer=f"arn:aws:iam::{ACCOUNT}:role/nobody")
    assert said(cloud.asked(cloud.user(EVERYTHING), nobody), "permissions")["broken"] == [
        f"{nobody.deployer}, who is to deploy, is no role or user of account {ACCOUNT}"
    ]


# -- organisation


def in_organization(seen: Seen, scp: dict[str, Any]) -> Seen:
    """The account as a member whose SCPs can be read: AWS's own at the root, and one of its own."""
    full = statement("Allow", "*")
    organization = {"Id": "o-1", "MasterAccountId": "999999999999", "FeatureSet": "ALL"}
    records = [
        ("DescribeOrganization", {}, {"Organization": organization}),
        ("ListParents", {"ChildId": ACCOUNT}, {"Parents": [{"Id": "r-1", "Type": "ROOT"}]}),
    ]
    for target in ("r-1", ACCOUNT):
        listed = [{"Id": "p-full"}] if target == "r-1" else [{"Id": "p-full"}, {"Id": "p-own"}]
        asked = {"TargetId": target, "Filter": "SERVICE_CONTROL_POLICY"}
        records += [
            ("ListPoliciesForTarget", asked, {"Policies": listed}),
            ("ListPoliciesForTarget", {**asked, "Filter": "RESOURCE_CONTROL_POLICY"}, {"Policies": []}),
        ]
    records += [
        (
            "DescribePolicy",
            {"PolicyId": name},
            {"Policy": {"PolicySummary": {"Id": name}, "Content": json.dumps(content)}},
        )
        for name, content in (("p-full", full), ("p-own", scp))
    ]
    template = next(r for r in seen.snapshot.records if r.operation == "DescribeOrganization")
    others = [r for r in seen.snapshot.records if r.service != "organizations"]
    made = [
        dataclasses.replace(template, operation=name, params=params, response=answer, absent=None)
        for name, params, answer in records
    ]
    snapshot = dataclasses.replace(seen.snapshot, records=(*others, *made))
    return dataclasses.replace(seen, snapshot=snapshot)


def test_an_scp_that_would_refuse_is_broken_beside_permissions_that_hold(admin: Seen) -> None:
    seen = in_organization(admin, statement("Deny", ["ec2:CreateInternetGateway", "ec2:CreateNatGateway"]))
    [broken] = said(seen, "organization")["broken"]
    assert broken.startswith("the organisation refuses ec2:CreateInternetGateway, ec2:CreateNatGateway: scp/")
    assert said(seen, "permissions")["broken"] == []


def test_an_scp_for_other_regions_holds_and_one_for_mfa_is_unknown(admin: Seen) -> None:
    other = statement("Deny", "ec2:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}})
    assert said(in_organization(admin, other), "organization")["holds"]
    mfa = statement("Deny", "kms:CreateKey", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    found = said(in_organization(admin, mfa), "organization")
    assert found["holds"] == []
    assert "the organisation allows kms:CreateKey only if" in found["unknown"][0]


def test_scps_that_a_member_account_cannot_read_are_unknown(admin: Seen) -> None:
    seen = in_organization(admin, statement("Deny", "ec2:CreateVpc"))

    def refuse(record: Record) -> Record:
        return (
            denied(seen, record)
            if record.operation in {"ListParents", "ListPoliciesForTarget", "DescribePolicy"}
            else record
        )

    found = said(changed(seen, refuse), "organization")
    assert found["holds"] == found["broken"] == []
    assert found["unknown"] == ["what the organisation's SCPs and RCPs refuse is not readable from this account"]
    assert said(changed(seen, refuse), "permissions")["holds"]


# -- dry runs


def test_ec2s_own_refusal_is_broken(admin: Seen) -> None:
    def refuse(record: Record) -> Record:
        return dataclasses.replace(denied(admin, record), unreadable=type(denied(admin, record).unreadable)(
            "UnauthorizedOperation", "ec2:CreateVpc")) if record.operation == "CreateVpc" else record  # fmt: skip

    assert said(changed(admin, refuse), "dry_runs")["broken"] == [
        "EC2 refuses ec2:CreateVpc to the caller in a dry run"
    ]


def test_a_dry_run_makes_nothing(cloud: Cloud, admin: Seen) -> None:
    tried = "ec2:CreateVpc, ec2:CreateInternetGateway, ec2:AllocateAddress, ec2:CreateVolume"
    assert said(admin, "dry_runs")["holds"] == [f"EC2 accepts {tried} in a dry run, with the stack's tags"]
    ec2 = cloud.client("ec2")
    assert [vpc["IsDefault"] for vpc in ec2.describe_vpcs()["Vpcs"]] == [True]
    assert ec2.describe_addresses()["Addresses"] == ec2.describe_volumes()["Volumes"] == []


# -- quotas: the emulator lacks most of them


def quota(value: float) -> dict[str, Any]:
    return {"Quota": {"Value": value, "Adjustable": True, "GlobalQuota": False}}


@pytest.mark.parametrize(
    ("applied", "default", "verdict"),
    [
        (quota(1), quota(5), "holds"),
        (quota(0), quota(5), "broken"),
        ("NoSuchResourceException", quota(5), "holds"),
        ("NoSuchResourceException", quota(0), "broken"),
        ("NoSuchResourceException", "AccessDeniedException", "unknown"),
        ("AccessDeniedException", quota(5), "unknown"),
    ],
)
def test_a_quota_is_the_accounts_own_else_awss_default(admin: Seen, applied: Any, default: Any, verdict: str) -> None:
    seen = stubbed(admin, "service-quotas:GetServiceQuota", {"L-0263D0A3": applied})
    seen = stubbed(seen, "service-quotas:GetAWSDefaultServiceQuota", {"L-0263D0A3": default})
    found = said(seen, "quotas")
    assert any(text.startswith("Elastic IP") or "Elastic IP" in text for text in found[verdict])
    assert not any("Elastic IP" in text for kind, texts in found.items() if kind != verdict for text in texts)


def test_an_exceeded_quota_says_how_many_there_are_and_what_to_ask_for(cloud: Cloud, admin: Seen) -> None:
    made = [cloud.client("ec2").create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in range(4)]
    seen = cloud.asked(cloud.user(EVERYTHING))
    [one] = [one for one in judged(seen, "quotas") if one.claim.verdict == "broken"]
    assert one.claim.text == "VPCs: 5 there, 1 to make, 5 allowed"
    assert one.way_out.startswith("ask for 6: aws service-quotas request-service-quota-increase --service-code vpc")
    # One of them is this environment's: then nothing more is made.
    cloud.client("ec2").create_tags(Resources=made[:1], Tags=TAGS)
    assert said(cloud.asked(cloud.user(EVERYTHING)), "quotas")["broken"] == []
    for vpc in made:
        cloud.client("ec2").delete_vpc(VpcId=vpc)


def test_vcpus_are_counted_by_family(admin: Seen) -> None:
    running = [
        {"InstanceType": "m5.xlarge", "State": {"Name": "running"}},
        {"InstanceType": "t3.large", "State": {"Name": "running"}, "InstanceLifecycle": "spot"},
        {"InstanceType": "t3.large", "State": {"Name": "stopped"}},
        {"InstanceType": "g5.xlarge", "State": {"Name": "running"}},
    ]
    seen = answering(admin, "ec2:DescribeInstances", {"Reservations": [{"Instances": running}]})
    sizes = [{"InstanceType": "m5.xlarge", "VCpuInfo": {"DefaultVCpus": 4}}]
    template = next(r for r in seen.snapshot.records if r.operation == "DescribeInstanceTypes")
    more = dataclasses.replace(template, params={"InstanceTypes": ["m5.xlarge"]}, response={"InstanceTypes": sizes})
    snapshot = dataclasses.replace(seen.snapshot, records=(*seen.snapshot.records, more))
    seen = dataclasses.replace(seen, snapshot=snapshot)
    for most, verdict in ((6, "holds"), (5, "broken")):
        asked = stubbed(seen, "service-quotas:GetServiceQuota", {"L-1216C47A": quota(most)})
        assert said(asked, "vcpus")[verdict] == [
            f"vCPUs of t3.large's family: 4 running, 2 to start, {most} allowed; brokers come on top"
        ]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("t3.large", "L-1216C47A"), ("im4gn.large", "L-1216C47A"), ("inf2.xlarge", "L-1945791B"), ("x2gd.large", "L-7295265B"),
     ("u-6tb1.metal", "L-43DA4232"), ("mac2.metal", None)],
)  # fmt: skip
def test_a_types_letters_say_its_family(kind: str, code: str | None) -> None:
    assert family(kind) == code


def test_hosted_zones_are_counted_by_route_53_itself(admin: Seen) -> None:
    answer = {"Limit": {"Type": "MAX_HOSTED_ZONES_BY_OWNER", "Value": 500}, "Count": 500}
    seen = stubbed(admin, "route53:GetAccountLimit", {"MAX_HOSTED_ZONES_BY_OWNER": answer})
    assert said(seen, "quotas")["broken"] == ["hosted zones: 500 there, 1 to make, 500 allowed"]


# -- names, zones, endpoints, roles


def test_a_bucket_name_is_free_ours_somebodys_or_not_told(cloud: Cloud, admin: Seen) -> None:
    assert f"the bucket name {DATA} is free" in said(admin, "bucket_names")["holds"]
    own, other = cloud.client("s3"), cloud.elsewhere("s3")
    audit, logs = DATA.replace("data", "audit"), DATA.replace("data", "access-logs")
    other.create_bucket(Bucket=DATA)
    own.create_bucket(Bucket=audit)
    own.put_bucket_tagging(Bucket=audit, Tagging={"TagSet": TAGS})
    own.create_bucket(Bucket=logs)
    seen = cloud.asked(cloud.user(EVERYTHING))
    found = said(seen, "bucket_names")
    assert found["broken"] == [
        f"a bucket {logs} is in this account already, and is not this environment's",
        f"the bucket name {DATA} is taken by another account",
    ]
    assert found["holds"] == [f"the bucket {audit} is this environment's own already"]

    # Who is refused every name cannot tell a taken one from a free one.
    def refuse(record: Record) -> Record:
        return denied(seen, record) if record.operation == "HeadBucket" else record

    assert (
        f"the bucket name {DATA} is taken by another account"
        not in said(changed(seen, refuse), "bucket_names")["broken"]
    )
    assert any(DATA in text for text in said(changed(seen, refuse), "bucket_names")["unknown"])


def test_a_name_that_only_the_encrypted_config_says_is_unknown_and_says_how_to_give_it(admin: Seen) -> None:
    [one] = [one for one in judged(admin, "bucket_names") if one.claim.verdict == "unknown"]
    assert "pulumi config get automq_config --stack poc | byoc preflight poc --automq-config -" in one.way_out


@pytest.mark.parametrize(
    ("change", "check", "sentence"),
    [
        (lambda kind, values: {**values, "availability_zone": "us-east-1z"} if kind == "aws_subnet" else values, "zones",
         "the account has no zone us-east-1z"),
        (lambda kind, values: {**values, "instance_type": "t3.enormous"} if kind == "aws_instance" else values, "zones",
         "t3.enormous is not offered in us-east-1a, in no zone of us-east-1"),
        (lambda kind, values: {**values, "service_name": "com.amazonaws.us-east-1.nothing"}
         if values.get("service_name", "").endswith(".sts") else values, "endpoint_services",
         "com.amazonaws.us-east-1.nothing is not offered in us-east-1"),
    ],
)  # fmt: skip
def test_what_a_zone_or_region_lacks_is_broken(
    cloud: Cloud, poc_intent: Intended, change: Callable[[str, Any], Any], check: str, sentence: str
) -> None:
    things = tuple(dataclasses.replace(one, values=change(one.type, one.values)) for one in poc_intent.things)
    seen = cloud.asked(cloud.user(EVERYTHING), dataclasses.replace(poc_intent, things=things))
    assert sentence in said(seen, check)["broken"]


def test_a_service_that_one_zone_lacks_is_broken(admin: Seen) -> None:
    services = [
        {"ServiceName": f"com.amazonaws.us-east-1.{name}", "AvailabilityZones": ["us-east-1a", "us-east-1b"]}
        for name in ("ec2", "sts")
    ]
    found = said(answering(admin, "ec2:DescribeVpcEndpointServices", {"ServiceDetails": services}), "endpoint_services")
    assert "com.amazonaws.us-east-1.sts is not offered in us-east-1c, only in us-east-1a, us-east-1b" in found["broken"]


def test_without_a_way_out_what_no_endpoint_serves_needs_a_proxy(admin: Seen, poc_intent: Intended) -> None:
    inward = dataclasses.replace(admin, intended=dataclasses.replace(poc_intent, outward=False))
    [text] = said(inward, "endpoint_services")["unknown"]
    assert text.startswith("no endpoint serves iam, pricing, route53")


def test_a_service_linked_role_is_there_or_may_be_made_or_not(cloud: Cloud, admin: Seen) -> None:
    name = "AWSServiceRoleForBackup"
    details = next(r for r in admin.snapshot.records if r.operation == "GetAccountAuthorizationDetails")
    role = {"RoleName": name, "Path": "/aws-service-role/backup.amazonaws.com/", "RoleId": "AROA1",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/backup.amazonaws.com/{name}",
            "AssumeRolePolicyDocument": {}}  # fmt: skip
    there = {**(details.response or {}), "RoleDetailList": [role]}
    found = said(answering(admin, "iam:GetAccountAuthorizationDetails", there), "service_linked_roles")
    assert f"{name} is there" in found["holds"]
    assert "AWSServiceRoleForAutoScaling is not there yet, and the deployer may make it" in found["holds"]
    one = statement("Deny", "iam:CreateServiceLinkedRole",
                    Condition={"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}})  # fmt: skip
    found = said(cloud.asked(cloud.user(both(EVERYTHING, one))), "service_linked_roles")
    assert found["broken"] == ["AWSServiceRoleForAutoScaling is not there, and the deployer may not make it"]


# -- addresses


def test_an_overlap_is_broken_where_it_is_attached_and_told_where_it_is_not(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    near, far = (ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"] for block in ("10.42.128.0/17", "10.99.0.0/16"))
    seen = cloud.asked(cloud.user(EVERYTHING))
    assert said(seen, "addresses")["holds"] == [
        f"10.42.0.0/16 overlaps with 10.42.128.0/17 of {near}, attached to nothing: they can never be peered"
    ]
    peering = ec2.create_vpc_peering_connection(VpcId=near, PeerVpcId=far)["VpcPeeringConnection"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    [one] = judged(cloud.asked(cloud.user(EVERYTHING)), "addresses")
    assert (one.claim.verdict, one.claim.text) == ("broken", f"10.42.0.0/16 overlaps with 10.42.128.0/17 of {near}")
    assert one.way_out == "set network.cidr to a block that is free, such as 10.0.0.0/16"
    # The environment's own VPC, deployed before, overlaps with nothing.
    ec2.create_tags(Resources=[near], Tags=TAGS)
    assert said(cloud.asked(cloud.user(EVERYTHING)), "addresses")["broken"] == []
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    for vpc in (near, far):
        ec2.delete_vpc(VpcId=vpc)


@pytest.mark.parametrize(
    ("cidr", "verdict"),
    [("10.42.7.0/24", "broken"), ("10.0.0.0/8", "unknown"), ("0.0.0.0/0", "holds"), ("10.43.0.0/16", "holds")],
)
def test_a_route_to_elsewhere_overlaps_or_holds_the_block_within(admin: Seen, cidr: str, verdict: str) -> None:
    table = {"VpcId": "vpc-other", "Routes": [{"DestinationCidrBlock": cidr, "TransitGatewayId": "tgw-1"}]}
    found = said(answering(admin, "ec2:DescribeRouteTables", {"RouteTables": [table]}), "addresses")
    assert [kind for kind, texts in found.items() if texts] == [verdict]


def test_a_peer_in_another_account_counts_too(admin: Seen) -> None:
    peer = {"VpcId": "vpc-theirs", "CidrBlockSet": [{"CidrBlock": "10.42.0.0/20"}, {"CidrBlock": "100.64.0.0/16"}]}
    one = {"Status": {"Code": "active"}, "RequesterVpcInfo": {"VpcId": "vpc-ours"}, "AccepterVpcInfo": peer}
    found = said(answering(admin, "ec2:DescribeVpcPeeringConnections", {"VpcPeeringConnections": [one]}), "addresses")
    assert found["broken"] == ["10.42.0.0/16 overlaps with 10.42.0.0/20 of peer vpc-theirs"]


def test_findings_come_broken_first_then_unknown(cloud: Cloud) -> None:
    seen = cloud.asked(cloud.user(statement("Allow", "iam:*")))
    verdicts = [one.claim.verdict.value for one in preflight.judge(seen)]
    assert verdicts == sorted(verdicts, key=["broken", "unknown", "holds"].index)
    assert all(one.way_out for one in preflight.judge(seen) if one.claim.verdict != "holds")


# -- names that the account has only once


def group_tags(seen: Seen, name: str, tags: dict[str, str]) -> Seen:
    listed = answering(seen, "logs:DescribeLogGroups", {"logGroups": [{"logGroupName": name}]})
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}"
    return answering(listed, "logs:ListTagsForResource", {"tags": tags}, resourceArn=arn)


def test_in_an_empty_account_all_names_are_free(admin: Seen) -> None:
    found = said(admin, "taken_names")
    assert found["broken"] == found["unknown"] == []
    assert found["holds"] == [
        "4 of 4 names of roles are free", "4 of 4 names of log groups are free", "2 of 2 names of secrets are free",
    ]  # fmt: skip


def test_a_role_of_the_name_in_other_letters_is_another_team_s_or_ours_by_its_tags(admin: Seen) -> None:
    def with_role(tags: list[dict[str, str]]) -> dict[str, list[str]]:
        role = {"RoleName": "AutoMQ-console-env-poc", "Tags": tags}
        return said(answering(admin, "iam:GetAccountAuthorizationDetails", {"RoleDetailList": [role]}), "taken_names")

    assert with_role([])["broken"] == [
        "a role automq-console-env-poc is in this account already, and is not this environment's"
    ]
    assert "the role automq-console-env-poc is this environment's own already" in with_role(TAGS)["holds"]


def test_a_log_group_of_the_name_is_judged_by_its_tags(admin: Seen) -> None:
    name = "/automq/env-poc/trail"
    own = {tag["Key"]: tag["Value"] for tag in TAGS}

    assert said(group_tags(admin, name, {}), "taken_names")["broken"] == [
        f"a log group {name} is in this account already, and is not this environment's"
    ]
    assert (
        f"the log group {name} is this environment's own already"
        in said(group_tags(admin, name, own), "taken_names")["holds"]
    )


def test_a_secret_that_is_to_be_deleted_keeps_its_name(cloud: Cloud) -> None:
    secrets, name = cloud.client("secretsmanager"), "automq/env-poc/config"
    secrets.create_secret(Name=name, SecretString="x", Tags=TAGS)
    who = cloud.user(EVERYTHING)
    try:
        assert f"the secret {name} is this environment's own already" in said(cloud.asked(who), "taken_names")["holds"]
        secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
        (found,) = [one for one in judged(cloud.asked(who), "taken_names") if one.claim.verdict == "broken"]
        assert found.claim.text == f"a secret {name} is scheduled for deletion, and keeps its name until then"
        assert f"--secret-id {name} --force-delete-without-recovery" in found.way_out
    finally:
        secrets.restore_secret(SecretId=name)
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.mark.parametrize(
    "operation", ["iam:GetAccountAuthorizationDetails", "logs:DescribeLogGroups", "secretsmanager:DescribeSecret"]
)
def test_names_that_could_not_be_read_are_unknown(admin: Seen, operation: str) -> None:
    refused = changed(admin, lambda one: denied(admin, one) if f"{one.service}:{one.operation}" == operation else one)
    found = [one for one in judged(refused, "taken_names") if one.claim.verdict == "unknown"]
    assert found
    assert {permission for one in found for permission in one.claim.missing} == {operation}
