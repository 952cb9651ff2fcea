from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from audit.collect.walk import Step, collect
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Snapshot, Unreadable
from audit.services.row import OWN, Row, Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCOUNT, REGION, OTHER = "123456789012", "eu-central-1", "222233334444"
BUCKETS = ("s3:ListBuckets", "s3:GetBucketPolicy", "s3:GetBucketLogging")


def contract(buckets: tuple[str, ...] = (), keys: tuple[str, ...] = ()) -> BoundaryContract:
    return BoundaryContract.from_json(
        {
            "format": "byoc-contract/1", "environment_id": "e", "account": ACCOUNT, "region": REGION,
            "buckets": {name: {"name": name, "holds": "records"} for name in buckets},
            "keys": {f"key-{index}": {"arn": arn, "protects": "records"} for index, arn in enumerate(keys)},
        },
        "test",
    )  # fmt: skip


def asked(snapshot: Snapshot, operation: str, param: str = "Bucket") -> list[Any]:
    return [record.params.get(param) for record in snapshot.records if record.operation == operation]


def test_details_are_read_only_for_what_the_contract_names(
    rows: Callable[..., Any], bucket: Any, request_for: Any
) -> None:
    for name in ("data", "someone-elses"):
        bucket(name)

    snapshot = collect(request_for(contract=contract(("data",))), rows=rows(*BUCKETS))

    assert asked(snapshot, "GetBucketPolicy") == ["data"]
    listed = next(snapshot.find("s3", "ListBuckets")).response
    assert listed is not None
    assert {item["Name"] for item in listed["Buckets"]} == {"data", "someone-elses"}


def test_without_a_contract_and_with_everything_each_name_is_read(rows: Any, bucket: Any, request_for: Any) -> None:
    for name in ("data", "someone-elses"):
        bucket(name)

    no_contract = collect(request_for(), rows=rows(*BUCKETS))
    everything = collect(request_for(contract=contract(("data",)), everything=True), rows=rows(*BUCKETS))

    assert asked(no_contract, "GetBucketPolicy") == ["data", "someone-elses"]
    assert asked(everything, "GetBucketPolicy") == ["data", "someone-elses"]


def test_everything_leaves_the_details_that_say_nothing_of_access_to_the_contracts_own(
    rows: Any, bucket: Any, request_for: Any
) -> None:
    bucket("data")
    bucket("someone-elses")
    known = rows("s3:ListBuckets", "s3:GetBucketPolicy")
    known["s3:GetBucketPolicy"] = replace(known["s3:GetBucketPolicy"], near=True)
    everything = collect(request_for(contract=contract(("data",)), everything=True), rows=known)
    assert asked(everything, "GetBucketPolicy") == ["data"]
    without_a_contract = collect(request_for(), rows=known)
    assert asked(without_a_contract, "GetBucketPolicy") == ["data", "someone-elses"]


def test_leads_are_followed_until_nothing_new_is_found(rows: Any, bucket: Any, client: Any, request_for: Any) -> None:
    chain = ["data", "logs", "logs-of-logs"]
    for name in [*chain, "unrelated"]:
        bucket(name)
    for source, target in pairwise(chain):
        client("s3").put_bucket_policy(Bucket=target, Policy=_LOG_DELIVERY % target)
        status = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": ""}}
        client("s3").put_bucket_logging(Bucket=source, BucketLoggingStatus=status)

    snapshot = collect(request_for(contract=contract(("data",))), rows=rows(*BUCKETS))

    assert asked(snapshot, "GetBucketLogging") == sorted(chain)


_LOG_DELIVERY = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject",
 "Principal": {"Service": "logging.s3.amazonaws.com"}, "Resource": "arn:aws:s3:::%s/*"}]}"""


def test_a_bucket_that_nobody_lists_is_still_asked_for_with_its_expected_owner(rows: Any, request_for: Any) -> None:
    snapshot = collect(request_for(contract=contract(("gone",))), rows=rows(*BUCKETS))

    record = next(snapshot.find("s3", "GetBucketPolicy"))
    assert dict(record.params) == {"Bucket": "gone", "ExpectedBucketOwner": ACCOUNT}
    assert record.unreadable == Unreadable("NoSuchBucket", "s3:GetBucketPolicy")
    assert len(asked(snapshot, "GetBucketPolicy")) == 1


def test_a_bucket_is_asked_for_by_name_when_the_listing_is_denied(
    rows: Any, bucket: Any, request_for: Any, answer_with: Any
) -> None:
    bucket("data")
    answer_with("s3.ListBuckets", 403, b"")

    snapshot = collect(request_for(contract=contract(("data",))), rows=rows(*BUCKETS))

    assert next(snapshot.find("s3", "ListBuckets")).unreadable == Unreadable("AccessDenied", "s3:ListAllMyBuckets")
    assert next(snapshot.find("s3", "GetBucketPolicy")).absent == "NoSuchBucketPolicy"


def test_a_key_is_found_by_arn_and_by_alias(rows: Any, client: Any, request_for: Any) -> None:
    first, second, third = (client("kms").create_key()["KeyMetadata"] for _ in range(3))
    client("kms").create_alias(AliasName="alias/data", TargetKeyId=second["KeyId"])
    names = (first["Arn"], f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/data")

    snapshot = collect(
        request_for(contract=contract((), names)), rows=rows("kms:ListKeys", "kms:ListAliases", "kms:DescribeKey")
    )

    assert sorted(asked(snapshot, "DescribeKey", "KeyId")) == sorted([first["Arn"], second["Arn"]])
    assert third["Arn"] not in asked(snapshot, "DescribeKey", "KeyId")


def test_a_parameter_can_be_the_account_that_is_asked(rows: Any, request_for: Any) -> None:
    known = rows("s3control:GetPublicAccessBlock")
    row = known["s3control:GetPublicAccessBlock"]
    known[row.name] = replace(row, parent=None, each=None, params={"AccountId": OWN})
    assert asked(collect(request_for(), rows=known), "GetPublicAccessBlock", "AccountId") == [ACCOUNT]


def test_a_regional_row_is_asked_in_every_region_and_a_global_one_once(rows: Any, request_for: Any) -> None:
    regions = (REGION, "us-east-1")

    snapshot = collect(request_for(regions=regions), rows=rows("s3:ListBuckets", "kms:ListKeys", "kms:ListGrants"))

    for operation in ("ListKeys", "ListGrants"):
        assert [record.region for record in snapshot.find("kms", operation)] == list(regions)
    assert [record.region for record in snapshot.find("s3", "ListBuckets")] == ["global"]
    assert snapshot.manifest.regions == regions


def test_the_region_comes_from_the_contract_when_none_is_given(rows: Any, request_for: Any) -> None:
    snapshot = collect(request_for(regions=(), contract=contract()), rows=rows())

    assert snapshot.manifest.regions == (REGION,)


def test_a_second_account_is_walked_into_the_same_snapshot(
    rows: Any, bucket: Any, client: Any, request_for: Any
) -> None:
    bucket("ours")
    given = client("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/builder", RoleSessionName="build")
    keys = {
        "aws_access_key_id": given["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": given["Credentials"]["SecretAccessKey"],
        "aws_session_token": given["Credentials"]["SessionToken"],
    }
    client("s3", "us-east-1", **keys).create_bucket(Bucket="theirs")

    role = f"arn:aws:iam::{OTHER}:role/auditor"
    snapshot = collect(request_for(roles=(role,), external_id="agreed"), rows=rows(*BUCKETS))

    owners = {record.params["Bucket"]: record for record in snapshot.find("s3", "GetBucketPolicy")}
    assert owners["ours"].account == owners["ours"].params["ExpectedBucketOwner"] == ACCOUNT
    assert owners["theirs"].account == owners["theirs"].params["ExpectedBucketOwner"] == OTHER
    assert [entry.id for entry in snapshot.manifest.accounts] == [ACCOUNT, OTHER]


def test_an_account_that_cannot_be_assumed_is_unreadable_and_nothing_else_is_lost(
    rows: Any, bucket: Any, request_for: Any, answer_with: Any
) -> None:
    bucket("ours")
    answer_with("sts.AssumeRole", 403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")

    role = f"arn:aws:iam::{OTHER}:role/auditor"
    snapshot = collect(request_for(roles=(role,)), rows=rows(*BUCKETS))

    refused = {entry.id: entry.unreadable for entry in snapshot.manifest.accounts}
    assert refused == {ACCOUNT: None, OTHER: {"code": "AccessDenied", "permission": "sts:AssumeRole"}}
    assert asked(snapshot, "GetBucketPolicy") == ["ours"]


def test_the_account_block_is_read_through_an_endpoint_without_account_hosts(rows: Any, request_for: Any) -> None:
    snapshot = collect(request_for(), rows=rows("s3control:GetPublicAccessBlock"))

    assert next(snapshot.find("s3control", "GetPublicAccessBlock")).absent == "NoSuchPublicAccessBlockConfiguration"


def test_a_tree_is_climbed_by_a_row_that_asks_again(client: Any, request_for: Any) -> None:
    organizations = client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    upper = organizations.create_organizational_unit(ParentId=root, Name="upper")["OrganizationalUnit"]["Id"]
    lower = organizations.create_organizational_unit(ParentId=upper, Name="lower")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=ACCOUNT, SourceParentId=root, DestinationParentId=lower)
    listing = Row("organizations", "DescribeOrganization", "x:y", "A test's row.", Scope.GLOBAL)
    parents = Row(
        "organizations", "ListParents", "x:y", "A test's row.", Scope.GLOBAL, parent=listing.name,
        each='"$accounts"[].{ChildId: @}', again="Parents[?Type=='ORGANIZATIONAL_UNIT'].{ChildId: Id}",
    )  # fmt: skip

    snapshot = collect(request_for(), rows={row.name: row for row in (listing, parents)})

    assert sorted(asked(snapshot, "ListParents", "ChildId")) == sorted([ACCOUNT, lower, upper])


def test_each_answer_is_reported_as_it_comes(rows: Any, bucket: Any, request_for: Any) -> None:
    bucket("data")
    steps: list[Step] = []

    snapshot = collect(request_for(), steps.append, rows(*BUCKETS))

    assert [step.done for step in steps] == [1, 2, 3, 4]
    assert all(step.known >= step.done for step in steps)
    assert {step.record.id for step in steps} == {record.id for record in snapshot.records}


def test_a_snapshot_is_the_same_when_taken_again_and_reads_back(
    rows: Any, bucket: Any, request_for: Any, tmp_path: Path
) -> None:
    for name in ("bbb", "aaa", "ccc"):
        bucket(name)
    first, second = (collect(request_for(emulated={"s3:X": "why"}), rows=rows(*BUCKETS)) for _ in range(2))

    first.write(tmp_path)

    assert [record.id for record in first.records] == [record.id for record in second.records]
    assert Snapshot.read(tmp_path).records == first.records
    assert first.manifest.caller["Account"] == ACCOUNT
    assert first.manifest.taken_at == "2026-11-23T00:00:00Z"
    assert first.manifest.emulated == {"s3:X": "why"}
    assert first.manifest.partition == "aws"
