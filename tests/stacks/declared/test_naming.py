"""From Pulumi's tokens and argument names to Terraform's."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from stacks.declared import naming
from stacks.declared.arguments import convert
from stacks.declared.schema import block, types
from stacks.rehearsal.types import rows


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        ("aws:s3/bucket:Bucket", "aws_s3_bucket"),
        ("aws:s3/bucketV2:BucketV2", "aws_s3_bucket"),
        ("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
         "aws_s3_bucket_server_side_encryption_configuration"),
        ("aws:ec2/vpc:Vpc", "aws_vpc"),
        ("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "aws_ec2_transit_gateway_vpc_attachment"),
        ("aws:lb/loadBalancer:LoadBalancer", "aws_lb"),
        ("aws:cloudtrail/trail:Trail", "aws_cloudtrail"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws_iam_openid_connect_provider"),
        ("aws:lambda/function:Function", "aws_lambda_function"),
        ("aws:rds/instance:Instance", "aws_db_instance"),
        ("aws:apigateway/restApi:RestApi", "aws_api_gateway_rest_api"),
        ("gcp:storage/bucket:Bucket", None),
        ("aws:nothing", None),
    ],
)  # fmt: skip
def test_a_token_has_its_terraform_type(token: str, wanted: str | None) -> None:
    assert naming.terraform_type(token) == wanted


def test_every_row_of_the_rehearsal_has_a_terraform_type() -> None:
    assert [token for token in rows() if naming.terraform_type(token) is None] == []


def test_a_row_says_its_type_only_where_the_rule_does_not_give_it() -> None:
    said = {token: row.terraform for token, row in rows().items() if row.terraform}
    assert {token for token, name in said.items() if name not in types()} == set()
    assert {token for token, name in said.items() if name in naming._candidates(token)} == set()


def test_the_schema_names_its_source_and_its_licence() -> None:
    data = json.loads(resources.files("stacks.declared").joinpath("terraform-aws.json").read_text("utf-8"))
    assert (data["licence"], len(data["types"])) == ("MPL-2.0", 344)
    assert "terraform-provider-aws" in data["source"]


@pytest.mark.parametrize(
    ("kind", "inputs", "values"),
    [
        ("aws_s3_bucket", {"forceDestroy": True, "tags": {"A b": "c"}}, {"force_destroy": True, "tags": {"A b": "c"}}),
        (
            "aws_s3_bucket_server_side_encryption_configuration",
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
            {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]},
        ),
        (
            "aws_security_group",
            {"ingress": [{"fromPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]},
            {"ingress": [{"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]},
        ),
        ("aws_instance", {"vpcSecurityGroupIds": ["sg-1"]}, {"vpc_security_group_ids": ["sg-1"]}),
        ("aws_sns_topic_subscription", {"topic": "arn"}, {"topic_arn": "arn"}),
        ("aws_cloudwatch_metric_alarm", {"name": "a"}, {"alarm_name": "a"}),
        ("aws_autoscaling_group", {"tags": [{"key": "a", "value": "b"}]}, {"tag": [{"key": "a", "value": "b"}]}),
        ("aws_sqs_queue", {"policy": {"Statement": []}}, {"policy": '{"Statement": []}'}),
        ("aws_vpc", {"region": "us-east-1", "cidrBlock": None}, {}),
    ],
)
def test_inputs_become_arguments(kind: str, inputs: dict[str, Any], values: dict[str, Any]) -> None:
    made = convert(kind, inputs)
    assert (made.values, made.unmapped, made.unread) == (values, [], {})


def test_what_the_schema_lacks_is_told_by_its_path() -> None:
    made = convert("aws_vpc", {"cidrBlock": "10.0.0.0/8", "newer": 1})
    assert (made.values, made.unmapped) == ({"cidr_block": "10.0.0.0/8"}, ["newer"])
    inner = convert("aws_instance", {"rootBlockDevice": {"encrypted": True, "newer": 1}})
    assert (inner.values, inner.unmapped) == ({"root_block_device": [{"encrypted": True}]}, ["rootBlockDevice.newer"])


def test_a_type_that_no_schema_describes_is_told_by_the_rule() -> None:
    inputs = {
        "name": "f",
        "environment": {"variables": {"A_B": "c"}},
        "layers": ["one"],
        "fileSystemConfig": {"localMountPath": "/mnt"},
        "customErrorResponses": [{"errorCode": 404}],
        "policies": [{"a": 1}],
        "tags": {"team": "x"},
    }
    made = convert("aws_lambda_function", inputs)
    assert made.guessed
    assert made.values == {
        "function_name": "f",
        "environment": [{"variables": {"A_B": "c"}}],
        "layers": ["one"],
        "file_system_config": [{"local_mount_path": "/mnt"}],
        "custom_error_response": [{"error_code": 404}],
        "policy": [{"a": 1}],
        "tags": {"team": "x"},
    }


def test_every_block_of_the_schema_can_be_said_in_pulumi() -> None:
    for name in types():
        shape = block(name)
        assert set(shape.blocks) <= set(shape.names().values()), name
