from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacks.rehearsal.types import row

if TYPE_CHECKING:
    from stacks.rehearsal.cloud import Cloud

_NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


@pytest.fixture(scope="module")
def subnet(cloud: Cloud) -> tuple[str, str]:
    vpc = row("aws:ec2/vpc:Vpc").make(cloud, {"cidrBlock": "10.70.0.0/16"})
    made = row("aws:ec2/subnet:Subnet").make(cloud, {"vpcId": vpc.id, "cidrBlock": "10.70.1.0/24"})
    return vpc.id, made.id


def test_an_endpoints_interface_is_in_its_group_and_its_subnet(cloud: Cloud, subnet: tuple[str, str]) -> None:
    group = row("aws:ec2/securityGroup:SecurityGroup").make(cloud, {"vpcId": subnet[0], "name": "endpoints"})
    endpoint = row("aws:ec2/vpcEndpoint:VpcEndpoint").make(
        cloud,
        {
            "vpcId": subnet[0],
            "serviceName": "com.amazonaws.eu-west-1.kms",
            "vpcEndpointType": "Interface",
            "subnetIds": [subnet[1]],
            "securityGroupIds": [group.id],
        },
    )
    asked = {"NetworkInterfaceIds": endpoint.outputs["networkInterfaceIds"]}
    interface = cloud.call("ec2", "DescribeNetworkInterfaces", asked)["NetworkInterfaces"][0]
    assert [found["GroupId"] for found in interface["Groups"]] == [group.id]
    assert interface["PrivateIpAddress"].startswith("10.70.1.")
    assert (interface["InterfaceType"], interface["RequesterManaged"]) == ("vpc_endpoint", True)


def test_a_nat_gateways_interface_has_no_group(cloud: Cloud, subnet: tuple[str, str]) -> None:
    address = row("aws:ec2/eip:Eip").make(cloud, {"domain": "vpc"})
    gateway = row("aws:ec2/natGateway:NatGateway").make(cloud, {"subnetId": subnet[1], "allocationId": address.id})
    asked = {"NetworkInterfaceIds": [gateway.outputs["networkInterfaceId"]]}
    interface = cloud.call("ec2", "DescribeNetworkInterfaces", asked)["NetworkInterfaces"][0]
    assert (interface["Groups"], interface["InterfaceType"]) == ([], "nat_gateway")


def test_a_network_balancers_arn_says_so(cloud: Cloud, subnet: tuple[str, str]) -> None:
    asked = {"Name": "network", "Type": "network", "Scheme": "internal", "Subnets": [subnet[1]]}
    balancer = cloud.call("elbv2", "CreateLoadBalancer", asked)["LoadBalancers"][0]
    assert ":loadbalancer/net/network/" in balancer["LoadBalancerArn"]


def test_a_buckets_blocked_encryption_types_are_shown(cloud: Cloud) -> None:
    row("aws:s3/bucket:Bucket").make(cloud, {"bucket": "corrections-blocked"})
    block: dict[str, dict[str, object]] = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    block["BlockedEncryptionTypes"] = {"EncryptionType": ["SSE-C"]}
    asked = {"Bucket": "corrections-blocked", "ServerSideEncryptionConfiguration": {"Rules": [block]}}
    cloud.call("s3", "PutBucketEncryption", asked)
    shown = cloud.call("s3", "GetBucketEncryption", {"Bucket": "corrections-blocked"})
    rule = shown["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}


def test_a_load_balancer_has_an_interface_in_its_subnet_until_it_is_deleted(
    cloud: Cloud, subnet: tuple[str, str]
) -> None:
    group = row("aws:ec2/securityGroup:SecurityGroup").make(cloud, {"vpcId": subnet[0], "name": "balancer"})
    asked = {"Name": "door", "Scheme": "internal", "Subnets": [subnet[1]], "SecurityGroups": [group.id]}
    arn = cloud.call("elbv2", "CreateLoadBalancer", asked)["LoadBalancers"][0]["LoadBalancerArn"]
    about = {"Filters": [{"Name": "description", "Values": [f"ELB {arn.partition(':loadbalancer/')[2]}"]}]}
    (interface,) = cloud.call("ec2", "DescribeNetworkInterfaces", about)["NetworkInterfaces"]
    assert [found["GroupId"] for found in interface["Groups"]] == [group.id]
    assert interface["PrivateIpAddress"].startswith("10.70.1.")
    assert (interface["InterfaceType"], interface["RequesterManaged"]) == ("interface", True)

    cloud.call("elbv2", "DeleteLoadBalancer", {"LoadBalancerArn": arn})
    assert cloud.call("ec2", "DescribeNetworkInterfaces", about)["NetworkInterfaces"] == []


def test_a_listener_takes_a_certificate_of_the_customers_own(cloud: Cloud, subnet: tuple[str, str]) -> None:
    asked = {"Name": "tls", "Scheme": "internal", "Subnets": [subnet[1]]}
    arn = cloud.call("elbv2", "CreateLoadBalancer", asked)["LoadBalancers"][0]["LoadBalancerArn"]
    certificate = "arn:aws:acm:eu-west-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
    listener = {"LoadBalancerArn": arn, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [_NOT_FOUND]}
    made = cloud.call("elbv2", "CreateListener", {**listener, "Certificates": [{"CertificateArn": certificate}]})
    assert made["Listeners"][0]["Certificates"] == [{"CertificateArn": certificate}]


def test_a_listed_bucket_says_where_it_is(cloud: Cloud) -> None:
    row("aws:s3/bucket:Bucket").make(cloud, {"bucket": "somewhere"})
    listed = cloud.call("s3", "ListBuckets", {"MaxBuckets": 100})["Buckets"]
    assert {bucket["Name"]: bucket["BucketRegion"] for bucket in listed}["somewhere"] == cloud.region


def test_a_connection_to_an_accounts_service_waits_until_its_owner_accepts_it(
    cloud: Cloud, subnet: tuple[str, str]
) -> None:
    asked = {"Name": "served", "Type": "network", "Scheme": "internal", "Subnets": [subnet[1]]}
    balancer = cloud.call("elbv2", "CreateLoadBalancer", asked)["LoadBalancers"][0]["LoadBalancerArn"]
    made = row("aws:ec2/vpcEndpointService:VpcEndpointService").make(
        cloud, {"acceptanceRequired": True, "networkLoadBalancerArns": [balancer]}
    )
    wanted = {"VpcId": subnet[0], "VpcEndpointType": "Interface", "SubnetIds": [subnet[1]]}
    service = made.outputs["serviceName"]
    endpoint = cloud.call("ec2", "CreateVpcEndpoint", {**wanted, "ServiceName": service})["VpcEndpoint"][
        "VpcEndpointId"
    ]

    def states() -> tuple[str, str]:
        (told,) = cloud.call("ec2", "DescribeVpcEndpointConnections", {})["VpcEndpointConnections"]
        (own,) = cloud.call("ec2", "DescribeVpcEndpoints", {"VpcEndpointIds": [endpoint]})["VpcEndpoints"]
        return told["VpcEndpointState"], own["State"]

    assert states() == ("pendingAcceptance", "pendingAcceptance")
    cloud.call("ec2", "AcceptVpcEndpointConnections", {"ServiceId": made.id, "VpcEndpointIds": [endpoint]})
    assert states() == ("available", "available")


def test_a_network_balancer_remembers_whether_its_groups_count_for_privatelink(
    cloud: Cloud, subnet: tuple[str, str]
) -> None:
    group = row("aws:ec2/securityGroup:SecurityGroup").make(cloud, {"vpcId": subnet[0], "name": "clients"})
    said = "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    made = row("aws:lb/loadBalancer:LoadBalancer").make(
        cloud,
        {"name": "linked", "loadBalancerType": "network", "internal": True, "subnets": [subnet[1]],
         "securityGroups": [group.id], said: "off"},
        default_tags={"automqVendor": "automq"},
    )  # fmt: skip
    (shown,) = cloud.call("elbv2", "DescribeLoadBalancers", {"LoadBalancerArns": [made.id]})["LoadBalancers"]
    assert shown[said[0].upper() + said[1:]] == "off"
