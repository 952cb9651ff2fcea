"""A log account's bucket takes trail and flow logs, or is refused in one sentence before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.access.granting import Use
from audit.model.errors import SettingsError
from components.documents.bucket_requests import BucketRole, uses
from components.documents.buckets import access_logs_bucket
from components.documents.keys import logs_key
from stacks.existing import log_account, look_up
from stacks.existing.log_account import LogBucket
from stacks.existing.policies import shut_out
from stacks.rehearsal.cloud import Cloud
from stacks.requests import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

LOGS = "222244446666"
KEY = "arn:aws:kms:us-east-1:222244446666:key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f5"
GIVEN = {"account": LOGS, "bucket": "example-log-archive", "key": KEY}


@pytest.fixture(scope="module")
def poc_with(stack_with: Callable[[str], Callable[..., Settings]]) -> Callable[..., Settings]:
    return stack_with("poc")


@pytest.fixture(scope="module")
def logging(poc_with: Callable[..., Settings]) -> Settings:
    return poc_with(log_account=GIVEN)


@pytest.fixture(scope="module")
def account(furnish: Callable[[Settings], Iterator[Emulator]], logging: Settings) -> Iterator[Emulator]:
    yield from furnish(logging)


def test_what_is_requested_lets_every_delivery_in_and_nobody_elses(logging: Settings) -> None:
    bucket, key = (one for one in requests(logging) if one.setting.startswith("log_account."))
    assert (bucket.subject, key.subject) == ("example-log-archive", KEY)
    assert {bucket.to, key.to} == {"the owner of the log account 222244446666"}
    assert f"encrypt it by default with {KEY}" in bucket.action
    deliveries = [
        Use(use.who, use.action, use.resource, LOGS, use.context)
        for use in uses(logging.names, endpoint="vpce-0")[BucketRole.AUDIT]
    ]
    assert {use.who for use in deliveries} == {"cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com"}
    assert shut_out(bucket.document, deliveries) == []
    (kept,) = [one for one in bucket.document["Statement"] if one["Sid"] == "WrittenByServicesAlone"]
    assert kept["Resource"] == [f"arn:aws:s3:::example-log-archive/{folder}/*" for folder in ("trail", "flow")]
    others = [
        Use(use.who, use.action, use.resource, LOGS, {
            **use.context, "aws:SourceAccount": "999988887777",
            "aws:SourceArn": str(use.context["aws:SourceArn"]).replace(logging.aws_account_id, "999988887777"),
        })
        for use in deliveries
    ]  # fmt: skip
    assert len(shut_out(bucket.document, others)) == 2
    encrypting = Use("delivery.logs.amazonaws.com", "kms:GenerateDataKey", KEY, LOGS, {
        "aws:SourceAccount": logging.aws_account_id,
        "aws:SourceArn": f"arn:aws:logs:us-east-1:{logging.aws_account_id}:x",
    })  # fmt: skip
    assert shut_out(key.document, [encrypting]) == []
    assert shut_out(logs_key(logging.names), [encrypting]) == ["delivery.logs.amazonaws.com (kms:GenerateDataKey)"]


def test_s3_delivers_no_access_logs_of_a_bucket_of_another_account(logging: Settings) -> None:
    assert "example-log-archive" not in str(access_logs_bucket(logging.names))


def test_the_log_accounts_bucket_is_taken_though_it_shows_nothing(account: Emulator, logging: Settings) -> None:
    look_up(logging)


@pytest.mark.parametrize(("found", "words"), [
    (LogBucket(there=False), "is not there: let its owner do what `byoc requests STACK` prints, or name a bucket of 222244446666 in us-east-1"),
    (LogBucket(ours=True, region="us-east-1"), "is the environment's account's own: name it in buckets.existing.audit"),
    (LogBucket(region="eu-west-1"), "is in eu-west-1: name a bucket of 222244446666 in us-east-1"),
])  # fmt: skip
def test_a_bucket_that_cannot_take_the_logs_is_refused(logging: Settings, found: LogBucket, words: str) -> None:
    (problem,) = log_account.problems(logging, found)
    assert problem.startswith("log_account.bucket example-log-archive ")
    assert words in problem


def test_a_name_that_nobody_has_and_one_of_our_own_are_told_apart(
    account: Emulator, poc_with: Callable[..., Settings]
) -> None:
    Cloud(account.environment, account.account, account.region).call("s3", "CreateBucket", {"Bucket": "example-ours"})
    for bucket, words in (("example-nowhere", "is not there"), ("example-ours", "is the environment's account's own")):
        with pytest.raises(SettingsError, match=words):
            look_up(poc_with(log_account={**GIVEN, "bucket": bucket}))


@pytest.mark.parametrize(("changes", "words"), [
    ({"account": "111122223333"}, "is the environment's own: name its bucket in buckets.existing.audit"),
    ({"key": KEY.replace("us-east-1", "eu-west-1")}, "log_account.key is a key of 222244446666 in eu-west-1: name one of 222244446666 in us-east-1"),
    ({"key": KEY.replace("222244446666", "111122223333")}, "log_account.key is a key of 111122223333 in us-east-1"),
    ({"bucket": "No_Name"}, "log_account.bucket 'No_Name' breaks S3's naming rules"),
    ({"bucket": "automq-data-env-poc-us-east-1-111122223333"}, "is a bucket of the environment"),
])  # fmt: skip
def test_a_log_account_that_cannot_be_meant_is_refused(
    poc_with: Callable[..., Settings], changes: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        poc_with(log_account={**GIVEN, **changes})
    assert words in str(caught.value)


def test_two_places_for_the_logs_are_one_too_many(own_with: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError, match=r"buckets\.existing\.audit and log_account both say where logs go"):
        own_with(log_account=GIVEN)
