from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.collect.walk import collect
from audit.model.snapshot import Unreadable
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from audit.model.snapshot import Record

LIST = "s3:ListBuckets"


def policy_record(rows: Any, bucket: Any, request_for: Any) -> Record:
    bucket("data")
    snapshot = collect(request_for(), rows=rows(LIST, "s3:GetBucketPolicy"))
    return next(snapshot.find("s3", "GetBucketPolicy"))


def error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>m</Message></Error>".encode()


@pytest.mark.parametrize(
    "case",
    [
        (403, error("AccessDenied"), "AccessDenied"),
        (403, b"", "AccessDenied"),
        (403, error("SignatureDoesNotMatch"), "SignatureDoesNotMatch"),
        (400, error("Throttling"), "Throttling"),
        (404, error("NoSuchBucket"), "NoSuchBucket"),
        (501, b"", "HTTP 501"),
        (503, error("SlowDown"), "SlowDown"),
    ],
)
def test_whatever_is_not_a_listed_code_is_unreadable(
    rows: Any, bucket: Any, request_for: Any, answer_with: Any, case: tuple[int, bytes, str]
) -> None:
    status, body, code = case
    answer_with("s3.GetBucketPolicy", status, body)

    record = policy_record(rows, bucket, request_for)

    assert record.unreadable == Unreadable(code, "s3:GetBucketPolicy")
    assert record.response is None
    assert record.absent is None


def test_a_page_of_a_proxy_is_unreadable(rows: Any, request_for: Any, answer_with: Any) -> None:
    answer_with("iam.GetAccountSummary", 200, b"<html></html>")
    row = Row("iam", "GetAccountSummary", "iam:GetAccountSummary", "A test's row.", Scope.GLOBAL)

    snapshot = collect(request_for(), rows={row.name: row})

    assert snapshot.records[0].unreadable == Unreadable("ResponseParserError", "iam:GetAccountSummary")


def test_a_further_call_that_botocore_wants_to_make_is_refused_and_said(
    rows: Any, bucket: Any, request_for: Any, answer_with: Any
) -> None:
    answer_with("s3.GetBucketPolicy", 400, error("IllegalLocationConstraintException"))
    heads = answer_with("s3.HeadBucket", 200, b"")

    record = policy_record(rows, bucket, request_for)

    assert record.unreadable == Unreadable("RefusedByGuard", "s3:GetBucketPolicy")
    assert heads == []


def test_a_listed_code_means_absent(rows: Any, bucket: Any, request_for: Any) -> None:
    record = policy_record(rows, bucket, request_for)

    assert (record.absent, record.response, record.unreadable) == ("NoSuchBucketPolicy", None, None)


def test_a_listed_code_in_a_denial_is_still_a_denial(
    rows: Any, bucket: Any, request_for: Any, answer_with: Any
) -> None:
    answer_with("s3.GetBucketPolicy", 403, error("NoSuchBucketPolicy"))

    record = policy_record(rows, bucket, request_for)

    assert record.absent is None
    assert record.unreadable == Unreadable("NoSuchBucketPolicy", "s3:GetBucketPolicy")


def test_an_answer_is_kept_as_botocore_parses_it(rows: Any, bucket: Any, client: Any, request_for: Any) -> None:
    bucket("data")
    document = '{"Version": "2012-10-17", "Statement": []}'
    client("s3").put_bucket_policy(Bucket="data", Policy=document)

    record = next(collect(request_for(), rows=rows(LIST, "s3:GetBucketPolicy")).find("s3", "GetBucketPolicy"))

    assert record.response == {"Policy": document}


def test_pages_are_merged(rows: Any, client: Any, request_for: Any) -> None:
    made = {client("kms").create_key()["KeyMetadata"]["KeyId"] for _ in range(4)}
    some = rows("kms:ListKeys")
    some["kms:ListKeys"] = type(some["kms:ListKeys"])(
        "kms", "ListKeys", "kms:ListKeys", "A test's row: pages of one.", params={"Limit": 1}
    )

    record = next(collect(request_for(), rows=some).find("kms", "ListKeys"))

    assert record.response is not None
    assert {key["KeyId"] for key in record.response["Keys"]} == made
    assert "ResponseMetadata" not in record.response


def test_an_unreachable_service_after_the_first_call_is_unreadable(
    rows: Any, request_for: Any, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)

    snapshot = collect(request_for(endpoint_url=None), rows=rows("kms:ListKeys"))

    assert next(snapshot.find("kms", "ListKeys")).unreadable == Unreadable("EndpointConnectionError", "kms:ListKeys")
