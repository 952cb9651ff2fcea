"""An existing VPC is taken as it is, or refused in one sentence before anything is made."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.access.decision import OPEN
from audit.access.granting import Use, granted
from audit.model.errors import RehearsalError, SettingsError
from components.documents.buckets import audit_bucket
from components.documents.endpoints import s3_gateway
from stacks.endpoint_services import endpoint_policies
from stacks.existing import look_up, network
from stacks.existing.reading import Reader
from stacks.rehearsal import surroundings
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.run import Target, deploy
from stacks.requests import requests
from stacks.stack_files import load_stack_file, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.existing.network import Network
    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

    Change = Callable[[Network], Any]


@pytest.fixture(scope="module")
def there(account: Emulator, settings: Settings) -> Network:
    return network.read(Reader(settings.region), str(settings.network.existing))


def changed(there: Network, change: Change) -> Network:
    again = copy.deepcopy(there)
    replaced = change(again)
    return replaced if isinstance(replaced, network.Network) else again


def subnet(there: Network, place: int) -> Any:
    return there.subnet(f"subnet-0a1b2c3d4e5f6071{place + 1}")


def table(there: Network, place: int) -> Any:
    return there.table_of(subnet(there, place)["SubnetId"])


def endpoint(there: Network, service: str) -> Any:
    return next(one for one in there.endpoints if one["ServiceName"].endswith(f".{service}"))


def default_route(there: Network, place: int) -> Any:
    return next(route for route in table(there, place)["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0")


def peered(block: str, code: str = "active") -> Change:
    peer = {
        "VpcPeeringConnectionId": "pcx-1", "Status": {"Code": code},
        "RequesterVpcInfo": {"VpcId": "vpc-0a1b2c3d4e5f60718", "CidrBlock": "10.80.0.0/20"},
        "AccepterVpcInfo": {"VpcId": "vpc-2", "CidrBlock": block, "CidrBlockSet": [{"CidrBlock": block}]},
    }  # fmt: skip
    return lambda there: dataclasses.replace(there, peerings=[peer])


def routed(block: str) -> Change:
    return lambda there: table(there, 0)["Routes"].append(
        {"DestinationCidrBlock": block, "TransitGatewayId": "tgw-1", "State": "active"}
    )


def owned_by(account: str) -> Change:
    return lambda there: dataclasses.replace(there, vpc={**there.vpc, "OwnerId": account})


def another(there: Network, service: str, **facts: Any) -> Network:
    kind = {"VpcEndpointType": "Interface", "PrivateDnsEnabled": True, **facts}
    one = {"VpcEndpointId": "vpce-1", "ServiceName": f"com.amazonaws.us-east-1.{service}", **kind}
    return dataclasses.replace(there, endpoints=[*there.endpoints, one])


def test_a_vpc_that_fits_is_taken_with_its_subnets_tables_and_endpoints(account: Emulator, settings: Settings) -> None:
    found = look_up(settings).network
    assert found is not None
    assert (found.vpc, found.subnets) == (settings.network.existing, settings.network.subnets)
    assert found.blocks == ("10.80.0.0/22", "10.80.4.0/22", "10.80.8.0/22")
    assert len(found.route_tables) == 3
    assert found.endpoints.keys() == {"ec2", "kms", "sts"}
    assert len(found.endpoint_groups) == 1
    assert found.makes == {service for service, how in settings.network.endpoints.items() if how == "made"}
    assert found.leaves
    assert found.s3_prefix_list.startswith("pl-")


CASES: list[tuple[str, Change, list[str]]] = [
    ("the VPC is another account's", owned_by("999988887777"),
     ["belongs to the account 999988887777", "a participant of a shared VPC can make no endpoints", "write 999988887777 as network.owner"]),
    ("the VPC has another block", lambda t: t.vpc.update(CidrBlock="10.81.0.0/20"),
     ["network.cidr is 10.80.0.0/20", "has 10.81.0.0/20", "write 10.81.0.0/20"]),
    ("names are not resolved", lambda t: dataclasses.replace(t, dns_support=False),
     ["enableDnsSupport of vpc-0a1b2c3d4e5f60718 is off"]),
    ("machines get no names", lambda t: dataclasses.replace(t, dns_hostnames=False), ["enableDnsHostnames"]),
    ("two subnets in one zone", lambda t: subnet(t, 1).update(AvailabilityZone="us-east-1a"),
     ["subnet-0a1b2c3d4e5f60711 and subnet-0a1b2c3d4e5f60712 are both in us-east-1a"]),
    ("a subnet in another zone", lambda t: subnet(t, 2).update(AvailabilityZone="us-east-1d"),
     ["subnet-0a1b2c3d4e5f60713 is in us-east-1d", "zone_letters says us-east-1c"]),
    ("a subnet that is not there", lambda t: dataclasses.replace(t, subnets=t.subnets[1:]),
     ["subnet-0a1b2c3d4e5f60711 is no subnet of vpc-0a1b2c3d4e5f60718"]),
    ("a subnet that is full", lambda t: subnet(t, 0).update(AvailableIpAddressCount=24),
     ["subnet-0a1b2c3d4e5f60711 has 24 free addresses, 25 are needed"]),
    ("a public subnet", lambda t: (default_route(t, 0).pop("NatGatewayId"), default_route(t, 0).update(GatewayId="igw-1")),
     ["subnet-0a1b2c3d4e5f60711 is public", "igw-1", "name private subnets"]),
    ("no way out", lambda t: table(t, 1).update(Routes=[]), ["network.nat is existing", "no active route"]),
    ("a way out that is gone", lambda t: default_route(t, 1).update(State="blackhole"), ["no active route to 0.0.0.0/0"]),
    ("a peer that overlaps", peered("10.80.8.0/22"),
     ["10.80.8.0/22 of the peer vpc-2 (pcx-1) overlaps 10.80.0.0/20", "take another VPC"]),
    ("a part of the VPC routed away", routed("10.80.4.0/24"), ["sends 10.80.4.0/24", "to tgw-1"]),
    ("a way to S3 is there", lambda t: another(t, "s3", VpcEndpointType="Gateway", RouteTableIds=[table(t, 0)["RouteTableId"]]),
     ["network.endpoints.s3 is made", "through vpce-1 already", "name that one"]),
    ("a route table that serves others",
     lambda t: (t.subnets.append({"SubnetId": "subnet-theirs"}),
                table(t, 0)["Associations"].append({"SubnetId": "subnet-theirs"})),
     ["serves subnet-theirs too", "a route table of their own"]),
    ("an endpoint of the service is there", lambda t: another(t, "logs"),
     ["network.endpoints.logs is made, but vpce-1 answers", "name that one"]),
    ("a named endpoint is not there", lambda t: dataclasses.replace(t, endpoints=[e for e in t.endpoints if e is not endpoint(t, "kms")]),
     ["network.endpoints.kms vpce-0a1b2c3d4e5f60722 is no endpoint of vpc-0a1b2c3d4e5f60718"]),
    ("a named endpoint is another service's", lambda t: endpoint(t, "kms").update(ServiceName="com.amazonaws.us-east-1.sqs"),
     ["vpce-0a1b2c3d4e5f60722 is the Interface endpoint of com.amazonaws.us-east-1.sqs"]),
    ("a named endpoint is not ready", lambda t: endpoint(t, "sts").update(State="pending"), ["is pending: wait"]),
    ("a named endpoint has no private DNS", lambda t: endpoint(t, "sts").update(PrivateDnsEnabled=False),
     ["network.endpoints.sts vpce-0a1b2c3d4e5f60723 has no private DNS"]),
    ("a named endpoint admits nobody", lambda t: [group.update(IpPermissions=[]) for group in t.groups],
     ["admits no HTTPS from 10.80.0.0/22 of subnet-0a1b2c3d4e5f60711", "open 443"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_vpc_that_does_not_fit_is_refused_with_the_way_out(
    there: Network, settings: Settings, change: Change, words: list[str]
) -> None:
    found = network.problems(settings, changed(there, change))
    assert found
    assert all(any(word in problem for problem in found) for word in words), found
    assert all(": " in problem and "\n" not in problem for problem in found)


@pytest.mark.parametrize(
    "change", [peered("10.90.0.0/16"), peered("10.80.0.0/20", "rejected"), routed("10.0.0.0/8"), routed("10.90.0.0/16")]
)
def test_neighbours_that_do_not_touch_it_are_no_problem(there: Network, settings: Settings, change: Change) -> None:
    assert network.problems(settings, changed(there, change)) == []


def test_what_the_environment_made_itself_is_not_in_its_own_way(there: Network, settings: Settings) -> None:
    tags = [{"Key": key, "Value": value} for key, value in settings.names.tags.items()]
    assert network.problems(settings, another(there, "logs", Tags=tags)) == []


def test_a_vpc_that_is_not_there_says_so(account: Emulator, settings_with: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError, match="vpc-00000000000000000 is not there in us-east-1, or belongs to another"):
        look_up(settings_with(network={"existing": "vpc-00000000000000000"}))


def test_credentials_of_another_account_are_told_first(
    account: Emulator, settings_with: Callable[..., Settings]
) -> None:
    with pytest.raises(
        SettingsError, match="credentials are of the account 111122223333, aws_account_id is 222233334444"
    ):
        look_up(settings_with(aws_account_id="222233334444", keys={"existing": {}}))


def test_a_new_vpc_asks_aws_nothing(settings_with: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    new = {"existing": None, "subnets": [], "endpoints": {}, "nat": "single", "public_subnets": True}
    assert look_up(settings_with(network=new, keys={"existing": {}})).network is None


def test_a_program_that_is_refused_has_made_nothing(account: Emulator, settings: Settings) -> None:
    cloud = Cloud(account.environment, account.account, account.region)
    stored, _ = load_stack_file(stack_file("existing-vpc"))
    wrong = {**stored["network"], "subnets": [*stored["network"]["subnets"][:2], "subnet-00000000000000000"]}
    config = {**stored, "network": wrong, "automq_config": settings.automq_config.text}
    target = Target(
        stack="x", account=account.account, region=account.region, config=config, secrets=("automq_config",)
    )
    listings = (("s3", "ListBuckets", "Buckets"), ("kms", "ListKeys", "Keys"), ("iam", "ListRoles", "Roles"))
    before = [cloud.call(service, operation, {})[name] for service, operation, name in listings]
    sts = {"VpcEndpointId": "vpce-0a1b2c3d4e5f60723"}
    policy = cloud.call("ec2", "DescribeVpcEndpoints", {"VpcEndpointIds": [sts["VpcEndpointId"]]})["VpcEndpoints"][0]
    cloud.call("ec2", "ModifyVpcEndpoint", {**sts, "PolicyDocument": json.dumps({"Statement": []})})
    with pytest.raises(SettingsError, match="subnet-00000000000000000 is no subnet") as refused:
        deploy(target, account)
    cloud.call("ec2", "ModifyVpcEndpoint", {**sts, "PolicyDocument": policy["PolicyDocument"]})
    assert "network.endpoints.sts vpce-0a1b2c3d4e5f60723 does not let through automq-console-env-existing" in str(
        refused.value
    )
    assert [cloud.call(service, operation, {})[name] for service, operation, name in listings] == before


OWNER = "222233334444"
ZONE = {"existing": "Z0B1C2D3E4F506172839A", "name": "kafka.example.internal"}


@pytest.fixture(scope="module")
def shared(settings_with: Callable[..., Settings]) -> Callable[..., Settings]:
    """The settings with the VPC another account's, which is asked for every endpoint; some services reached otherwise."""
    stored, _ = load_stack_file(stack_file("existing-vpc"))
    asked = dict.fromkeys(stored["network"]["endpoints"], "vpce-0a1b2c3d4e5f60799")
    return lambda **how: settings_with(network={"owner": OWNER, "endpoints": {**asked, **how}}, hosted_zone=ZONE)


def of_owner(there: Network) -> Network:
    """What AWS tells a participant at least: the VPC and the subnets."""
    return dataclasses.replace(owned_by(OWNER)(there), tables=[], endpoints=[], groups=[], peerings=[])


def test_a_shared_vpc_is_taken_by_what_a_participant_is_told(there: Network, shared: Callable[..., Settings]) -> None:
    told = of_owner(there)

    assert network.problems(shared(), told) == []
    plan = network.plan(shared(), told)
    assert (plan.shared, plan.makes, plan.route_tables) == (True, frozenset(), ())


def test_a_shared_vpc_of_another_owner_or_none_is_refused(there: Network, shared: Callable[..., Settings]) -> None:
    [problem] = network.problems(shared(), owned_by("999988887777")(of_owner(there)))
    assert f"belongs to the account 999988887777, not to {OWNER}" in problem
    problems = network.problems(shared(), there)
    assert any("leave network.owner out" in one for one in problems)


def test_an_endpoint_that_is_only_asked_for_is_waited_for(there: Network, shared: Callable[..., Settings]) -> None:
    [problem] = network.problems(shared(kms="requested"), of_owner(there))
    assert problem.startswith(f"network.endpoints.kms is requested of {OWNER}: name the endpoint (vpce-…)")


def test_routes_that_a_participant_is_told_are_checked(there: Network, shared: Callable[..., Settings]) -> None:
    told = dataclasses.replace(of_owner(there), tables=changed(there, lambda t: table(t, 0).update(Routes=[])).tables)
    [problem] = network.problems(shared(), told)
    assert "no active route to 0.0.0.0/0" in problem


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": {"owner": OWNER}, "hosted_zone": ZONE}, "is made, which 222233334444 alone can in the VPC"),
        (
            {"network": {"owner": "111122223333", "endpoints": {}}, "hosted_zone": ZONE},
            "network.endpoints does not say",
        ),
        ({"network": {"owner": OWNER}, "hosted_zone": None}, "is made, which"),
    ],
)
def test_what_no_participant_can_have_is_refused_by_the_settings(
    settings_with: Callable[..., Settings], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        settings_with(**changes)


def test_a_shared_vpc_needs_a_zone_and_takes_no_peers(settings_with: Callable[..., Settings]) -> None:
    stored, _ = load_stack_file(stack_file("existing-vpc"))
    net = {"owner": OWNER, "endpoints": dict.fromkeys(stored["network"]["endpoints"], "requested")}
    with pytest.raises(SettingsError, match="hosted_zone is not given, and no zone can be made for a VPC of 2222"):
        settings_with(network=net)
    with pytest.raises(SettingsError, match=r"network\.owner 111122223333 is the environment's own account"):
        settings_with(network={**net, "owner": "111122223333"}, hosted_zone=ZONE)
    with pytest.raises(SettingsError, match=r"network\.endpoints\.s3 is requested, and vpc-.* is of the environment's"):
        settings_with(network={"endpoints": {**stored["network"]["endpoints"], "s3": "requested"}})


def test_everything_that_the_owner_must_do_is_asked_for_with_its_policies(shared: Callable[..., Settings]) -> None:
    settings = shared(kms="requested", s3="requested")
    asked = [one for one in requests(settings) if OWNER in one.to]

    policies = {one.setting.rpartition("network.endpoints.")[2]: one.document for one in asked if one.document}
    assert policies == {**endpoint_policies(settings), "s3": s3_gateway(settings.names)}
    whole = " ".join(f"{one.subject} {one.action}" for one in asked)
    for words in (
        "aws ram create-resource-share", f"arn:aws:ec2:us-east-1:{OWNER}:subnet/subnet-0a1b2c3d4e5f60711",
        "make the Gateway endpoint of com.amazonaws.us-east-1.s3", "make the Interface endpoint of com.amazonaws.us-east-1.kms",
        "with private DNS", "admits TCP 443", "--enable-dns-hostnames", "associate-vpc-with-hosted-zone",
        "associate-resolver-query-log-config", "aws ec2 create-flow-logs --resource-type Subnet",
        f"{settings.names.bucket_arn(settings.names.audit_bucket)}/flow",
    ):  # fmt: skip
        assert words in whole
    assert not [one for one in requests(settings) if one.setting.startswith("network.") and OWNER not in one.to]


def test_the_owners_flow_logs_are_let_into_the_bucket_and_its_key(shared: Callable[..., Settings]) -> None:
    names = shared().names
    mine = dataclasses.replace(names, network_owner=None)
    log = f"arn:aws:logs:us-east-1:{OWNER}:*"
    put = Use(
        "delivery.logs.amazonaws.com", "s3:PutObject", f"{names.audit_bucket_arn}/flow/AWSLogs/{OWNER}/x", names.account,
        {"aws:SourceAccount": OWNER, "aws:SourceArn": log, "s3:x-amz-acl": "bucket-owner-full-control",
         "aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true"},
    )  # fmt: skip

    assert granted(audit_bucket(names), put).effect in OPEN
    assert granted(audit_bucket(mine), put).effect not in OPEN


def test_a_shared_vpc_cannot_be_rehearsed_and_says_so(shared: Callable[..., Settings]) -> None:
    with pytest.raises(
        RehearsalError, match=f"belongs to {OWNER}, and the embedded AWS has no VPC that another account"
    ):
        surroundings.of(shared())
