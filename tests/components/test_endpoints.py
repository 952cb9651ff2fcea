from typing import Any

from components.endpoints import Endpoints, EndpointsArgs
from components.layout import Names


def make() -> Any:
    return Endpoints(
        "ways",
        EndpointsArgs(
            Names.of("e", "eu-west-1", "111122223333", "ops"), "vpc-1", ["10.42.0.0/16"], ["subnet-1", "subnet-2"], ["rtb-1"], '{"s3": 1}',
            {"kms": '{"kms": 1}', "ecr.api": None},
        ),
    )  # fmt: skip


def test_s3_is_a_gateway_in_the_private_tables_with_our_policy(declare: Any) -> None:
    s3 = declare(make).one("VpcEndpoint", "ways-s3")
    assert (s3["vpcEndpointType"], s3["serviceName"]) == ("Gateway", "com.amazonaws.eu-west-1.s3")
    assert (s3["routeTableIds"], s3["policy"]) == (["rtb-1"], '{"s3": 1}')


def test_interface_endpoints_take_over_the_services_names_in_every_subnet(declare: Any) -> None:
    kms = declare(make).one("VpcEndpoint", "ways-kms")
    assert (kms["vpcEndpointType"], kms["serviceName"]) == ("Interface", "com.amazonaws.eu-west-1.kms")
    assert (kms["privateDnsEnabled"], kms["subnetIds"]) == (True, ["subnet-1", "subnet-2"])
    assert (kms["securityGroupIds"], kms["policy"]) == (["SecurityGroup/ways"], '{"kms": 1}')


def test_a_service_without_endpoint_policies_gets_none(declare: Any) -> None:
    assert "policy" not in declare(make).one("VpcEndpoint", "ways-ecr.api")


def test_only_https_from_the_vpc_reaches_the_endpoints(declare: Any) -> None:
    declared = declare(make)
    (rule,) = declared.of("SecurityGroupIngressRule")
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.42.0.0/16", 443, 443)
    assert "SecurityGroupEgressRule" not in declared.kinds()
