"""What a NAME means, and what is said when it means nothing or too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.errors import UsageError
from audit.model.graph import Node, NodeKind
from cli import naming

if TYPE_CHECKING:
    from conftest import Rehearsed

    from audit.boundary import Boundary


@pytest.fixture(scope="module")
def boundary(poc: Rehearsed) -> Boundary:
    return poc.judged().boundary


def test_a_store_is_named_by_its_role_its_name_its_arn_or_its_alias(boundary: Boundary) -> None:
    key, bucket = boundary.contract.keys["data-key"].arn, boundary.contract.buckets["data-bucket"].name
    for name in ("data-key", key, key.rpartition("/")[2], "alias/automq/env-poc/data", "automq/env-poc/data"):
        assert naming.store(boundary, name).id == key
    for name in ("data-bucket", bucket, f"arn:aws:s3:::{bucket}"):
        assert naming.store(boundary, name).id == f"arn:aws:s3:::{bucket}"
    assert naming.store(boundary, "/automq/env-poc/trail").kind is NodeKind.LOG_GROUP


def test_a_principal_is_named_in_every_way_that_aws_and_the_contract_know(boundary: Boundary) -> None:
    account = boundary.contract.account
    console = boundary.contract.principals["console"].arn
    ways = {
        "console": console, console: console, console.rpartition("/")[2]: console,
        "deployer": f"arn:aws:iam::{account}:root", account: f"arn:aws:iam::{account}:root",
        "trail-service": "cloudtrail.amazonaws.com", "lambda.amazonaws.com": "lambda.amazonaws.com",
        "anonymous": "*", "*": "*", "999988887777": "999988887777",
        "arn:aws:iam::999988887777:role/x": "arn:aws:iam::999988887777:role/x",
        f"arn:aws:sts::{account}:assumed-role/x/i-1": f"arn:aws:sts::{account}:assumed-role/x/i-1",
    }  # fmt: skip
    assert {name: naming.principal(boundary, name) for name in ways} == ways


def test_a_resource_may_lie_in_a_bucket(boundary: Boundary) -> None:
    bucket = f"arn:aws:s3:::{boundary.contract.buckets['data-bucket'].name}"
    assert naming.resource(boundary, "data-bucket") == bucket
    assert naming.resource(boundary, "data-bucket/a/b*.log") == f"{bucket}/a/b*.log"
    assert naming.resource(boundary, f"{bucket}/x") == f"{bucket}/x"
    assert naming.resource(boundary, "*") == "*"
    assert naming.resource(boundary, "automq/env-poc/config").startswith("arn:aws:secretsmanager:")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("data-bukket", r"did you mean data-bucket, "),
        ("console", r"console is of the kind role: name one of bucket, key, secret, file system, log group, topic"),
        ("arn:aws:s3:::automq-data-env-pox-us-east-1-111122223333", r"did you mean automq-data-env-poc-us-east-1-"),
        ("zzz", r"zzz is nothing that this audit knows: known are access-logs-bucket, audit-bucket, data-bucket"),
    ],
)
def test_what_is_no_store(boundary: Boundary, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        naming.store(boundary, name)


@pytest.mark.parametrize("name", ["consol", "arn:aws:iam::111122223333:role/automq-consol-env-poc"])
def test_what_is_no_principal_lists_near_ones(boundary: Boundary, name: str) -> None:
    with pytest.raises(UsageError, match=r"did you mean .*console"):
        naming.principal(boundary, name)


def test_an_ambiguous_name_lists_the_candidates(poc: Rehearsed) -> None:
    boundary = poc.judged().boundary
    twins = [f"arn:aws:logs:{region}:111122223333:log-group:/twin" for region in ("us-east-1", "us-west-2")]
    for twin in twins:
        boundary.graph.add(Node(twin, NodeKind.LOG_GROUP, "/twin", "111122223333", ""))
    with pytest.raises(UsageError, match=rf"/twin is ambiguous: it means {twins[0]}, {twins[1]}: name one by its ARN"):
        naming.store(boundary, "/twin")
    boundary.graph.add(Node("arn:aws:iam::111122223333:role/twin", NodeKind.ROLE, "/twin", "111122223333", ""))
    assert naming.principal(boundary, "/twin") == "arn:aws:iam::111122223333:role/twin"


def test_a_store_that_only_something_names_was_not_read(poc: Rehearsed) -> None:
    boundary = poc.judged().boundary
    boundary.graph.add(Node("arn:aws:s3:::elsewhere", NodeKind.BUCKET, "elsewhere", "", ""))
    with pytest.raises(UsageError, match="elsewhere is named in this audit and was not read"):
        naming.store(boundary, "elsewhere")


def test_a_role_of_the_contract_that_the_audit_did_not_find(poc: Rehearsed) -> None:
    gone = poc.contract.buckets["data-bucket"].model_copy(update={"name": "gone"})
    boundary = poc.judged(contract=poc.contract.model_copy(update={"buckets": {"data-bucket": gone}})).boundary
    with pytest.raises(UsageError, match="data-bucket is declared as arn:aws:s3:::gone, which this audit did not find"):
        naming.store(boundary, "data-bucket")


@pytest.mark.parametrize("text", ["GetObject", "s3:Get*", "s3:", "*", "s3:GetObject "])
def test_what_is_no_action(text: str) -> None:
    with pytest.raises(UsageError, match="is no action: write service:Action"):
        naming.action(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("s3:getobject", None),
        ("s3:GetObjekt", "no list of AWS's actions has s3:GetObjekt: did you mean s3:GetObject?"),
        ("nowhere:Do", "no list of AWS's actions has nowhere:Do: is it spelled right?"),
    ],
)
def test_an_action_that_no_list_has_is_said(text: str, says: str | None) -> None:
    assert naming.unlisted(text) == says


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("s3:GetObject", "arn:aws:s3:::b", True),
        ("s3:GetObject", "arn:aws:s3:::b/k", False),
        ("s3:ListBucket", "arn:aws:s3:::b", False),
        ("s3:GetObject", "*", False),
        ("s3:GetObject", "arn:aws:sqs:us-east-1:111111111111:q", False),
        ("kms:Decrypt", "arn:aws:kms:r:1:key", False),
        ("s3:Unheard", "arn:aws:s3:::b", False),
    ],
)
def test_an_objects_action_asked_of_the_bucket_is_said(action: str, resource: str, *, said: bool) -> None:
    assert (naming.misplaced(action, resource) is not None) is said
