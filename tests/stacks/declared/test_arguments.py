"""What refers to what, and what cannot be read."""

from __future__ import annotations

from typing import Any

from stacks.declared.arguments import Target, convert
from stacks.declared.values import SECRET, SIGNATURE, Unseen, read

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
KEY = Target("aws_kms_key.data", {"arn:x:kms:::key/1": "arn", "1": "id"})
BUCKET = Target("aws_s3_bucket.data", {"data-1": "id", "arn:x:s3:::data-1": "arn"})


def test_a_value_refers_to_what_it_comes_from_by_the_attribute_that_it_is() -> None:
    made = convert("aws_s3_bucket_policy", {"bucket": "data-1"}, {"bucket": [BUCKET]})
    assert made.expressions == {"bucket": {"references": ["aws_s3_bucket.data.id", "aws_s3_bucket.data"]}}


def test_a_value_within_blocks_refers_where_it_stands() -> None:
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:x:kms:::key/1"}}
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    made = convert(kind, {"rules": [rule]}, {"rules": [KEY]})
    inner = {"kms_master_key_id": {"references": ["aws_kms_key.data.arn", "aws_kms_key.data"]}}
    assert made.expressions == {"rule": [{"apply_server_side_encryption_by_default": [inner]}]}


def test_a_document_refers_to_what_it_names() -> None:
    made = convert("aws_s3_bucket_policy", {"policy": '{"Resource": "arn:x:s3:::data-1/*"}'}, {"policy": [BUCKET]})
    assert made.expressions["policy"]["references"][0] == "aws_s3_bucket.data.arn"


def test_what_shows_in_no_value_is_said_of_the_whole() -> None:
    made = convert("aws_instance", {"rootBlockDevice": {"kmsKeyId": "alias"}}, {"rootBlockDevice": [KEY]})
    assert made.expressions == {"root_block_device": {"references": ["aws_kms_key.data.id", "aws_kms_key.data"]}}
    both = convert("aws_s3_bucket_policy", {"bucket": "data-1"}, {"bucket": [BUCKET, KEY]})
    assert both.expressions["bucket"]["references"][2:] == ["aws_kms_key.data.id", "aws_kms_key.data"]


def test_what_is_known_after_deployment_is_unknown_and_refers() -> None:
    made = convert("aws_s3_bucket_policy", {"bucket": Unseen.UNKNOWN}, {"bucket": [BUCKET]})
    assert (made.values, made.unknown, made.unread) == ({}, {"bucket": True}, {})
    assert made.expressions["bucket"]["references"][0] == "aws_s3_bucket.data.id"


def test_an_unknown_item_of_a_list_keeps_its_place() -> None:
    made = convert("aws_instance", {"vpcSecurityGroupIds": ["sg-1", Unseen.UNKNOWN]})
    assert made.values == {"vpc_security_group_ids": ["sg-1", None]}
    assert made.unread == {"vpcSecurityGroupIds": Unseen.UNKNOWN}


def test_an_unknown_document_is_not_read_whatever_it_refers_to() -> None:
    made = convert("aws_s3_bucket_policy", {"policy": Unseen.UNKNOWN}, {"policy": [BUCKET]})
    assert made.unread == {"policy": Unseen.UNKNOWN}
    assert made.blind == {"policy"}


def test_an_unknown_value_within_a_document_is_told_and_the_rest_is_kept() -> None:
    text = f'{{"Action": "*", "Resource": "{UNKNOWN}"}}'
    made = convert("aws_iam_policy", {"policy": text})
    assert made.values == {"policy": text}
    assert made.unread == {"policy": Unseen.UNKNOWN}


def test_an_unknown_value_within_a_documents_object_makes_it_unread() -> None:
    made = convert("aws_iam_policy", {"policy": read({"Statement": {"Resource": UNKNOWN}})})
    assert (made.values, made.unread) == ({}, {"policy": Unseen.UNKNOWN})


def test_a_secret_is_nowhere() -> None:
    sealed = {SIGNATURE: SECRET, "plaintext": '"hunter2"', "ciphertext": "abc"}
    inputs: Any = read({"userData": sealed, "tags": {"a": sealed}, "rootBlockDevice": {"kmsKeyId": sealed}})
    made = convert("aws_instance", inputs)
    assert "hunter2" not in f"{made}"
    assert set(made.unread) == {"userData", "tags", "rootBlockDevice.kmsKeyId"}
    assert made.values["root_block_device"] == [{}]


def test_what_is_unknown_in_a_map_is_left_out_and_told() -> None:
    made = convert("aws_vpc", {"tags": {"a": Unseen.UNKNOWN, "b": "c"}})
    assert (made.values, made.unread) == ({"tags": {"b": "c"}}, {"tags": Unseen.UNKNOWN})


def test_a_whole_block_that_is_unknown_is_unread() -> None:
    made = convert("aws_security_group", {"ingress": Unseen.UNKNOWN})
    assert (made.values, made.unknown, made.unread) == ({}, {"ingress": True}, {"ingress": Unseen.UNKNOWN})
    mixed = convert("aws_security_group", {"ingress": [Unseen.UNKNOWN, {"fromPort": 1}]})
    assert mixed.unread == {"ingress": Unseen.UNKNOWN}
