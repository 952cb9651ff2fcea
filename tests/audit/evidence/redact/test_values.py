from __future__ import annotations

import json
from typing import Any

import pytest

from audit.evidence.redact.key import Pseudonyms
from audit.evidence.redact.values import Values

ACCOUNT, ROLE = "444455556666", "arn:aws:iam::444455556666:role/team/AcmeReader"
KMS = "arn:aws:kms:eu-central-1:444455556666:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"


def redacted(value: Any) -> Any:
    made = Values(Pseudonyms(b"k" * 32))
    made.learn(value)
    return made.replaced(value)


@pytest.mark.parametrize(
    ("value", "gone"),
    [
        ({"Arn": ROLE}, ["444455556666", "AcmeReader", "team"]),
        ({"KeyId": KMS}, ["0a1b2c3d", ACCOUNT]),
        ({"Tags": [{"Key": "owner", "Value": "Acme Payments"}]}, ["Acme", "Payments"]),
        ({"tags": {"owner": "acme-payments"}}, ["acme", "payments"]),
        ({"VpcId": "vpc-0123456789abcdef0", "Note": "in vpc-0123456789abcdef0"}, ["0123456789abcdef0"]),
        ({"PrivateIpAddress": "10.42.17.5", "PrivateDnsName": "ip-10-42-17-5.ec2.internal"}, ["42.17", "42-17"]),
        ({"Endpoint": "oncall@acme.example"}, ["oncall", "acme"]),
        ({"Description": "the payments team's own"}, ["payments", "team"]),
        ({"Name": "db.acme.internal."}, ["acme"]),
        ({"DNSName": "internal-acme-lb-12345.eu-central-1.elb.amazonaws.com"}, ["acme", "12345"]),
        ({"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/444455556666/acme-queue"}, ["acme", ACCOUNT]),
        ({"UserId": "AROAEXAMPLE1234567890:session"}, ["EXAMPLE1234567890", "session"]),
        ({"ID": "c" * 64}, ["c" * 64]),
        ({"MacAddress": "02:aa:bb:cc:dd:ee"}, ["aa:bb"]),
        ({"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"}, ["0123456789ABCDEF"]),
        ({"OrganizationId": "o-abcdefghij"}, ["abcdefghij"]),
        ({"Policy": json.dumps({"Statement": [{"Resource": "arn:aws:s3:::acme-data/*"}]})}, ["acme"]),
        ({"Name": "acme-data", "filterPattern": "{ $.bucketName = acme-data }"}, ["acme"]),
    ],
)  # fmt: skip
def test_names_and_addresses_are_replaced_wherever_they_stand(value: dict[str, Any], gone: list[str]) -> None:
    text = json.dumps(redacted(value))
    assert [word for word in gone if word in text] == []


@pytest.mark.parametrize(
    "value",
    [
        {"Effect": "Allow", "Action": ["s3:GetObject", "kms:*"], "Principal": {"Service": "delivery.logs.amazonaws.com"}},
        {"State": {"Code": 16, "Name": "running"}, "InstanceType": "r6i.large", "CreateDate": "2026-01-01T00:00:00Z"},
        {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "PolicyName": "ReadOnlyAccess"},
        {"ServiceName": "com.amazonaws.eu-central-1.s3", "AvailabilityZone": "eu-central-1a", "Status": "Enabled"},
        {"RoleName": "AWSServiceRoleForAutoScaling", "Path": "/aws-service-role/autoscaling.amazonaws.com/"},
        {"Filters": [{"Name": "vpc-id", "Values": []}], "GroupName": "default", "GatewayId": "local"},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}},
        {"Attributes": [{"Key": "access_logs.s3.enabled", "Value": "true"}]},
        {"UserData": {"$secret": "hmac-sha256:00", "looks_like": ["private_key"]}},
        {"IpProtocol": "tcp", "FromPort": 9092, "CidrIp": "0.0.0.0/0", "Version": "2012-10-17"},
        {"AWS": "*", "Owners": ["self"], "OwnerAlias": "amazon"},
    ],
)  # fmt: skip
def test_words_of_aws_stay_as_they_are(value: dict[str, Any]) -> None:
    assert redacted(value) == value


def test_the_vendors_public_account_stays() -> None:
    assert redacted({"Principal": {"AWS": "arn:aws:iam::381492316447:root"}}) == {
        "Principal": {"AWS": "arn:aws:iam::381492316447:root"}
    }


def test_a_tag_and_the_condition_on_it_stay_equal() -> None:
    document = {"Statement": [{"Condition": {"StringEquals": {"aws:ResourceTag/team": "payments"}}}]}
    found = redacted({"Tags": [{"Key": "team", "Value": "payments"}], "Policy": json.dumps(document)})
    wanted = json.loads(found["Policy"])["Statement"][0]["Condition"]["StringEquals"]["aws:ResourceTag/team"]
    assert found["Tags"][0] == {"Key": "team", "Value": wanted}
    assert wanted != "payments"


def test_a_role_is_the_same_by_name_and_by_arn() -> None:
    found = redacted({"RoleName": "AcmeReader", "Path": "/team/", "Arn": ROLE})
    assert found["Arn"].endswith(f":role{found['Path']}{found['RoleName']}")


def test_a_balancers_interface_still_tells_whose_it_is() -> None:
    arn = "arn:aws:elasticloadbalancing:eu-central-1:444455556666:loadbalancer/net/acme-lb/50dc6c495c0c9188"
    found = redacted({"LoadBalancerArn": arn, "Description": "ELB net/acme-lb/50dc6c495c0c9188"})
    assert found["Description"] == f"ELB {found['LoadBalancerArn'].partition('loadbalancer/')[2]}"
    assert "acme" not in json.dumps(found)
