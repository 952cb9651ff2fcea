from __future__ import annotations

from typing import Any

import boto3
import pytest

from audit.collect.guard import RefusedError, allowed_operations, guard
from audit.services.row import Row


@pytest.fixture
def session() -> boto3.Session:
    session = boto3.Session("test", "test", region_name="eu-central-1")
    guard(session, allowed_operations([Row("s3", "GetBucketPolicy", "s3:GetBucketPolicy", "A test's row.")]))
    return session


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("s3", "put_bucket_policy", {"Bucket": "b", "Policy": "{}"}),
        ("s3", "get_object", {"Bucket": "b", "Key": "k"}),
        ("s3", "list_objects_v2", {"Bucket": "b"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "s"}),
        ("ssm", "get_parameter", {"Name": "p"}),
        ("kms", "decrypt", {"CiphertextBlob": b"x"}),
        ("iam", "delete_role", {"RoleName": "r"}),
    ],
)
def test_what_no_row_names_never_leaves_the_process(
    session: boto3.Session, service: Any, method: str, params: dict[str, Any]
) -> None:
    sent: list[str] = []
    session.events.register("request-created", lambda operation_name, **_: sent.append(operation_name))
    client: Any = session.client(service, endpoint_url="http://127.0.0.1:9")

    with pytest.raises(RefusedError, match=f"^{service}:"):
        getattr(client, method)(**params)
    assert sent == []


def test_a_resource_made_from_the_session_is_guarded_too(session: boto3.Session) -> None:
    with pytest.raises(RefusedError, match="s3:PutObject"):
        session.resource("s3", endpoint_url="http://127.0.0.1:9").Object("b", "k").put(Body=b"")


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("s3", "get_bucket_policy", {"Bucket": "b"}),
        ("sts", "assume_role", {"RoleArn": "arn:aws:iam::222233334444:role/r", "RoleSessionName": "audit"}),
    ],
)
def test_what_a_row_names_and_joining_accounts_pass(
    session: boto3.Session, service: Any, method: str, params: dict[str, Any]
) -> None:
    sent: list[str] = []

    def stop(operation_name: str, **_: Any) -> None:
        sent.append(operation_name)
        raise InterruptedError

    session.events.register("request-created", stop)
    client: Any = session.client(service, endpoint_url="http://127.0.0.1:9")

    with pytest.raises(InterruptedError):
        getattr(client, method)(**params)
    assert len(sent) == 1
