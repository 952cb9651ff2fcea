from typing import Any

from components.dns import Dns, DnsArgs


def make(**change: Any) -> Any:
    given = {
        "name": "automq-e", "zone": "e.automq.private", "region": "eu-west-1", "vpc_id": "vpc-1",
        "log_group_arn": "arn:group",
    }  # fmt: skip
    return lambda: Dns("dns", DnsArgs(**(given | change)))


def test_the_zone_is_private_to_the_vpc(declare: Any) -> None:
    (zone,) = declare(make()).of("Zone")
    assert (zone["name"], zone["vpcs"]) == ("e.automq.private", [{"vpcId": "vpc-1", "vpcRegion": "eu-west-1"}])


def test_a_protected_zone_is_not_destroyed_with_its_records(declare: Any) -> None:
    assert declare(make(protect=True)).of("Zone")[0]["forceDestroy"] is False


def test_every_query_of_the_vpc_is_logged(declare: Any) -> None:
    declared = declare(make())
    assert declared.of("ResolverQueryLogConfig")[0]["destinationArn"] == "arn:group"
    (association,) = declared.of("ResolverQueryLogConfigAssociation")
    assert association["resourceId"] == "vpc-1"
    assert association["resolverQueryLogConfigId"] == "ResolverQueryLogConfig/dns"
