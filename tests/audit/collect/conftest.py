from __future__ import annotations

import io
import logging
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto.server import ThreadedMotoServer

from audit.collect import accounts
from audit.collect.request import Credentials, WalkRequest
from audit.services.row import Detail, Row, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "123456789012"
REGION = "eu-central-1"


def _bucket_row(operation: str, absent: str = "", **more: Any) -> Row:
    return Row(
        "s3", operation, f"s3:{operation}", "A test's row.", Scope.GLOBAL, parent="s3:ListBuckets",
        each="Buckets[].{Bucket: Name}", detail=Detail.BUCKET, absent=frozenset({absent} if absent else ()), **more,
    )  # fmt: skip


_ROWS = (
    Row("sts", "GetCallerIdentity", "sts:GetCallerIdentity", "A test's row.", Scope.GLOBAL),
    Row("s3", "ListBuckets", "s3:ListAllMyBuckets", "A test's row.", Scope.GLOBAL),
    _bucket_row("GetBucketPolicy", "NoSuchBucketPolicy"),
    _bucket_row("GetBucketLogging", leads={Detail.BUCKET: "LoggingEnabled.TargetBucket"}),
    Row("kms", "ListKeys", "kms:ListKeys", "A test's row."),
    Row("kms", "ListAliases", "kms:ListAliases", "A test's row."),
    Row(
        "kms", "DescribeKey", "kms:DescribeKey", "A test's row.",
        parent="kms:ListKeys", each="Keys[].{KeyId: KeyArn}", detail=Detail.KEY,
    ),
    Row(
        "s3control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock", "A test's row.", Scope.GLOBAL,
        parent="sts:GetCallerIdentity", each="{AccountId: Account}",
        absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
    ),
    Row(
        "kms", "ListGrants", "kms:ListGrants", "A test's row: regional under a global parent, and never a key.",
        parent="sts:GetCallerIdentity", each="{KeyId: Account}",
    ),
)  # fmt: skip


@pytest.fixture
def rows() -> Callable[..., dict[str, Row]]:
    """A few rows by name, so that the server loads few services."""

    def chosen(*names: str) -> dict[str, Row]:
        return {row.name: row for row in _ROWS if row.name in names or row.name == "sts:GetCallerIdentity"}

    return chosen


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def url(_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An embedded AWS with nothing in it, and a process without any credentials of its own."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    connection = HTTPConnection(_server.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == HTTPStatus.OK
    connection.close()
    return _server


@pytest.fixture
def client(url: str) -> Callable[..., Any]:
    """A client that builds what a test needs; an account id in place of a key makes moto serve that account."""

    def make(service: str, region: str = REGION, **session: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", **session}
        make_client: Any = boto3.client
        return make_client(service, region_name=region, endpoint_url=url, **keys)

    return make


@pytest.fixture
def bucket(client: Callable[..., Any]) -> Callable[[str], None]:
    def make(name: str) -> None:
        client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    return make


@pytest.fixture
def request_for(url: str) -> Callable[..., WalkRequest]:
    def make(**more: Any) -> WalkRequest:
        given = {"regions": (REGION,), "credentials": Credentials("test", "test"), "endpoint_url": url, "attempts": 1}
        return WalkRequest("2026-11-23T00:00:00Z", **{**given, **more})

    return make


class _Raw(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.getvalue()


@pytest.fixture
def answer_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int, bytes], list[str]]:
    """Answer an operation (``s3.GetBucketPolicy``) with a status and a body, in place of the server."""

    def register(operation: str, status: int, body: bytes) -> list[str]:
        asked: list[str] = []
        guard = accounts.guard

        def guarded(session: boto3.Session, allowed: frozenset[str]) -> None:
            def answer(request: Any, **_: Any) -> AWSResponse:
                asked.append(request.url)
                return AWSResponse(request.url, status, {"content-type": "application/xml"}, _Raw(body))

            guard(session, allowed)
            session.events.register(f"before-send.{operation}", answer)

        monkeypatch.setattr(accounts, "guard", guarded)
        return asked

    return register
