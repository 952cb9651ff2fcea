"""The provider door over gRPC, without an engine: what it answers to each call of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from stacks.rehearsal.provider import AwsProvider
from stacks.rehearsal.provider_server import VARIABLE, serving
from stacks.rehearsal.provider_values import UNKNOWN, to_wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.rehearsal.cloud import Cloud

VPC, ROLE, SECRET = "aws:ec2/vpc:Vpc", "aws:iam/role:Role", "aws:secretsmanager/secretVersion:SecretVersion"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


class Caller:
    """One connection, as the engine makes one for each provider resource."""

    def __init__(self, port: str) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        self._stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, **args: Any) -> None:
        self._stub.Configure(provider_pb2.ConfigureRequest(args=to_wire(args)))

    def create(self, token: str, name: str, inputs: dict[str, Any], *, preview: bool = False) -> Any:
        request = provider_pb2.CreateRequest(type=token, name=name, properties=to_wire(inputs), preview=preview)
        return self._stub.Create(request)

    def ask(self, method: str, request: Any) -> Any:
        return getattr(self._stub, method)(request)


@pytest.fixture(scope="module")
def port(cloud: Cloud) -> Iterator[str]:
    with serving(AwsProvider(cloud)) as variables:
        yield variables[VARIABLE].partition(",")[0].removeprefix("aws:")


@pytest.fixture
def caller(port: str) -> Iterator[Caller]:
    made = Caller(port)
    made.configure(region="eu-west-1", defaultTags='{"tags": {"kit": "ours"}}')
    yield made
    made.channel.close()


def plain(wire: struct_pb2.Struct) -> dict[str, Any]:
    return dict(json_format.MessageToDict(wire))


def secret(value: Any) -> dict[str, Any]:
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def test_the_handshake_takes_secrets_resources_and_outputs(caller: Caller) -> None:
    answer = caller.ask("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert (answer.accept_secrets, answer.accept_resources, answer.accept_outputs) == (True, True, True)


def test_each_connection_keeps_its_own_region_and_tags(port: str, caller: Caller) -> None:
    other = Caller(port)
    other.configure(region="eu-central-1", defaultTags='{"tags": {"kit": "other"}}')
    made = [plain(one.create(VPC, "v", {"cidrBlock": "10.0.0.0/16"}).properties) for one in (caller, other)]
    other.channel.close()
    assert [(vpc["region"], vpc["tagsAll"]) for vpc in made] == [
        ("eu-west-1", {"kit": "ours"}),
        ("eu-central-1", {"kit": "other"}),
    ]


def test_a_preview_makes_nothing_and_knows_what_can_be_known(cloud: Cloud, caller: Caller) -> None:
    before = len(cloud.call("ec2", "DescribeVpcs", {})["Vpcs"])
    expected = caller.create(VPC, "v", {"cidrBlock": "10.0.0.0/16", "tags": {"Name": UNKNOWN}}, preview=True)
    assert expected.id == ""
    values = plain(expected.properties)
    assert values["cidrBlock"] == "10.0.0.0/16"
    assert values["arn"] == UNKNOWN
    assert values["tagsAll"] == {"kit": "ours", "Name": UNKNOWN}
    assert len(cloud.call("ec2", "DescribeVpcs", {})["Vpcs"]) == before


def test_what_came_secret_goes_back_secret(caller: Caller) -> None:
    name = caller.create("aws:secretsmanager/secret:Secret", "s", {"name": "provider-kept"}).id
    made = caller.create(SECRET, "v", {"secretId": name, "secretString": secret("hush-hush")})
    values = plain(made.properties)
    assert values["secretString"] == secret("hush-hush")
    assert values["secretId"] == name


def test_an_error_shows_no_secret_and_says_that_nothing_was_made(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        caller.create(VPC, "v", {"cidrBlock": secret("hush-hush")})
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "[secret]" in caught.value.details()
    assert "hush" not in caught.value.details()


def test_check_names_what_the_program_leaves_unnamed(caller: Caller) -> None:
    request = provider_pb2.CheckRequest(type=ROLE, name="worker", news=to_wire({"assumeRolePolicy": TRUST}))
    assert plain(caller.ask("Check", request).inputs)["name"] == "worker"


def test_check_refuses_a_type_without_a_row(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError, match="no row for the resource type aws:sqs/queue:Queue"):
        caller.ask("Check", provider_pb2.CheckRequest(type="aws:sqs/queue:Queue", name="q", news=to_wire({})))


def test_a_foreign_account_is_refused(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError, match=r"account 111122223333.*allows only 999999999999"):
        caller.configure(allowedAccountIds='["999999999999"]')


def test_reading_what_is_gone_answers_without_an_id(cloud: Cloud, caller: Caller) -> None:
    made = caller.create(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    request = provider_pb2.ReadRequest(id=made.id, type=VPC, properties=made.properties)
    assert caller.ask("Read", request).id == made.id
    cloud.call("ec2", "DeleteVpc", {"VpcId": made.id})
    assert caller.ask("Read", request).id == ""


def test_an_update_changes_in_place_and_keeps_what_it_does_not_know(cloud: Cloud, caller: Caller) -> None:
    made = caller.create(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    news = to_wire({"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True})
    request = provider_pb2.UpdateRequest(id=made.id, type=VPC, name="v", olds=made.properties, news=news)
    values = plain(caller.ask("Update", request).properties)
    assert values["arn"] == plain(made.properties)["arn"]
    shown = cloud.call("ec2", "DescribeVpcAttribute", {"VpcId": made.id, "Attribute": "enableDnsHostnames"})
    assert shown["EnableDnsHostnames"] == {"Value": True}
