"""What stands before machines in an estate: load balancers, endpoint services and endpoints, names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.snapshot import GLOBAL

if TYPE_CHECKING:
    from estate import Estate, Item

_KINDS = {"app": "application", "net": "network"}


def _arn(place: tuple[str, str], resource: str) -> str:
    return f"arn:aws:elasticloadbalancing:{place[1]}:{place[0]}:{resource}"


def balancer(
    estate: Estate, name: str, addresses: dict[str, str], *groups: str, listening: dict[int, str], **more: Any
) -> str:
    """A load balancer such as ``net/front`` with an interface in each subnet; ``listening`` are target groups by port.

    ``public`` is its public address; without one it is internal. Its ARN is returned.
    """
    kind, _, title = name.partition("/")
    place, public = estate.homes[next(iter(addresses))], more.pop("public", "")
    vpc = estate.item("DescribeSubnets", "SubnetId", next(iter(addresses)))["VpcId"]
    arn = _arn(place, f"loadbalancer/{name}/1")
    item: Item = {
        "LoadBalancerArn": arn, "LoadBalancerName": title, "Type": _KINDS[kind], "VpcId": vpc, "IpAddressType": "ipv4",
        "Scheme": "internet-facing" if public else "internal", "State": {"Code": "active"},
        "AvailabilityZones": [{"SubnetId": subnet} for subnet in addresses], **more,
    }  # fmt: skip
    if groups:
        item["SecurityGroups"] = list(groups)
    protocol = "TCP" if kind == "net" else "HTTPS"
    listeners = [
        {"Port": port, "Protocol": protocol, "DefaultActions": [{"Type": "forward", "TargetGroupArn": _arn(place, f"targetgroup/{group}/1")}]}
        for port, group in listening.items()
    ]  # fmt: skip
    estate.say(place, "DescribeLoadBalancers", item).detail(place, "DescribeListeners", arn, {"Listeners": listeners})
    estate.detail(place, "DescribeLoadBalancerAttributes", arn, {"Attributes": []})
    about = {"Description": f"ELB {name}/1", "RequesterManaged": True}
    if kind == "net":
        about["InterfaceType"] = "network_load_balancer"
    for subnet, address in addresses.items():
        estate.interface(f"eni-{title}-{subnet.rpartition('-')[2]}", subnet, address, *groups, public=public, **about)
    return arn


def target_group(estate: Estate, name: str, arn: str, *targets: str, port: int, preserve: bool | None = None) -> Estate:
    """Targets by address or instance behind a load balancer, and whether they see its clients' addresses."""
    front = estate.item("DescribeLoadBalancers", "LoadBalancerArn", arn)
    place = estate.homes[front["VpcId"]]
    group = _arn(place, f"targetgroup/{name}/1")
    protocol = "TCP" if front["Type"] == "network" else "HTTPS"
    item = {
        "TargetGroupArn": group, "TargetGroupName": name, "VpcId": front["VpcId"], "Port": port, "Protocol": protocol,
        "TargetType": "instance" if targets[0].startswith("i-") else "ip", "LoadBalancerArns": [arn],
    }  # fmt: skip
    health = [{"Target": {"Id": one, "Port": port}, "TargetHealth": {"State": "healthy"}} for one in targets]
    pairs = [] if preserve is None else [{"Key": "preserve_client_ip.enabled", "Value": str(preserve).lower()}]
    estate.say(place, "DescribeTargetGroups", item)
    estate.detail(place, "DescribeTargetHealth", group, {"TargetHealthDescriptions": health})
    return estate.detail(place, "DescribeTargetGroupAttributes", group, {"Attributes": pairs})


def service(estate: Estate, name: str, arn: str, *allowed: str, connected: dict[str, tuple[str, str]]) -> str:
    """An endpoint service before a load balancer; ``connected`` is owner and state by endpoint. Its name is returned."""
    place = estate.homes[estate.item("DescribeLoadBalancers", "LoadBalancerArn", arn)["VpcId"]]
    called = f"com.amazonaws.vpce.{place[1]}.{name}"
    item = {
        "ServiceId": name, "ServiceName": called, "ServiceState": "Available", "AcceptanceRequired": True,
        "NetworkLoadBalancerArns": [arn],
    }  # fmt: skip
    estate.say(place, "DescribeVpcEndpointServiceConfigurations", item)
    principals = [{"PrincipalType": "Account", "Principal": one} for one in allowed]
    estate.detail(place, "DescribeVpcEndpointServicePermissions", name, {"AllowedPrincipals": principals})
    for endpoint, (owner, state) in connected.items():
        link = {"ServiceId": name, "VpcEndpointId": endpoint, "VpcEndpointOwner": owner, "VpcEndpointState": state}
        estate.say(place, "DescribeVpcEndpointConnections", link)
    return called


def endpoint(estate: Estate, name: str, called: str, subnet: str, address: str, *groups: str, **more: Any) -> Estate:
    """An interface endpoint to a service, with its interface."""
    place, vpc = estate.homes[subnet], estate.item("DescribeSubnets", "SubnetId", subnet)["VpcId"]
    item = {
        "VpcEndpointId": name, "VpcEndpointType": "Interface", "VpcId": vpc, "OwnerId": place[0], "ServiceName": called,
        "State": "available", "SubnetIds": [subnet], "NetworkInterfaceIds": [f"eni-{name}"], "PrivateDnsEnabled": False,
        "Groups": [{"GroupId": group, "GroupName": group} for group in groups], **more,
    }  # fmt: skip
    estate.say(place, "DescribeVpcEndpoints", item)
    about = {"InterfaceType": "vpc_endpoint", "Description": f"VPC Endpoint Interface {name}", "RequesterManaged": True}
    return estate.interface(f"eni-{name}", subnet, address, *groups, **about)


def private_zone(estate: Estate, name: str, title: str, *vpcs: str, records: dict[str, str]) -> Estate:
    """A private zone of the first VPC's account that resolves in these VPCs; ``records`` are addresses by name."""
    account, path = estate.homes[vpcs[0]][0], f"/hostedzone/{name}"
    place = account, GLOBAL
    zone = {"Id": path, "Name": title, "Config": {"PrivateZone": True}}
    joined = [{"VPCRegion": estate.homes[vpc][1], "VPCId": vpc} for vpc in vpcs]
    sets = [
        {"Name": record, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}]}
        for record, value in records.items()
    ]
    estate.say(place, "ListHostedZones", zone).detail(
        place, "GetHostedZone", path, {"HostedZone": zone, "VPCs": joined}
    )
    return estate.detail(place, "ListResourceRecordSets", path, {"ResourceRecordSets": sets, "IsTruncated": False})
