"""EC2: VPCs, subnets, routes and the gateways that they lead to."""

from __future__ import annotations

from stacks.rehearsal.ec2_words import ec2_arn, ec2_tags, found
from stacks.rehearsal.row import Call, Invoke, Row

_VPC = "answers.CreateVpc.Vpc"


def _attribute(name: str, member: str) -> Call:
    return Call(
        operation="ModifyVpcAttribute",
        params={"VpcId": "id", member: f"{{Value: inputs.{name}}}"},
        when=f"inputs.{name} != null",
    )


def _of_vpc(operation: str, found_at: str) -> Call:
    return Call(operation=operation, params={"Filters": "[{Name: 'vpc-id', Values: [id]}]"}, shows=found_at)


ROWS = (
    Row(
        type="aws:ec2/vpc:Vpc",
        service="ec2",
        create=Call(operation="CreateVpc", params={"TagSpecifications": ec2_tags("vpc")}),
        id=f"{_VPC}.VpcId",
        then=(
            _attribute("enableDnsSupport", "EnableDnsSupport"),
            _attribute("enableDnsHostnames", "EnableDnsHostnames"),
            Call(
                operation="DescribeRouteTables",
                params={"Filters": "[{Name: 'vpc-id', Values: [id]}, {Name: 'association.main', Values: ['true']}]"},
            ),
            _of_vpc("DescribeNetworkAcls", ""),
            _of_vpc("DescribeSecurityGroups", ""),
        ),
        outputs={
            "arn": ec2_arn("vpc"),
            "ownerId": "account",
            "mainRouteTableId": "answers.DescribeRouteTables.RouteTables[0].RouteTableId",
            "defaultRouteTableId": "answers.DescribeRouteTables.RouteTables[0].RouteTableId",
            "defaultNetworkAclId": "answers.DescribeNetworkAcls.NetworkAcls[0].NetworkAclId",
            "defaultSecurityGroupId": "answers.DescribeSecurityGroups.SecurityGroups[0].GroupId",
            "dhcpOptionsId": f"{_VPC}.DhcpOptionsId",
        },
        delete=(Call(operation="DeleteVpc", params={"VpcId": "id"}),),
        read=found("DescribeVpcs", "VpcIds", "Vpcs[0]", "InvalidVpcID.NotFound"),
        tagged=True,
    ),
    Row(
        type="aws:ec2/subnet:Subnet",
        service="ec2",
        create=Call(operation="CreateSubnet", params={"TagSpecifications": ec2_tags("subnet")}),
        id="answers.CreateSubnet.Subnet.SubnetId",
        then=(
            Call(
                operation="ModifySubnetAttribute",
                params={"SubnetId": "id", "MapPublicIpOnLaunch": "{Value: inputs.mapPublicIpOnLaunch}"},
                when="inputs.mapPublicIpOnLaunch != null",
            ),
        ),
        outputs={
            "arn": ec2_arn("subnet"),
            "ownerId": "account",
            "availabilityZone": "answers.CreateSubnet.Subnet.AvailabilityZone",
            "availabilityZoneId": "answers.CreateSubnet.Subnet.AvailabilityZoneId",
        },
        delete=(Call(operation="DeleteSubnet", params={"SubnetId": "id"}),),
        read=found("DescribeSubnets", "SubnetIds", "Subnets[0]", "InvalidSubnetID.NotFound"),
        tagged=True,
    ),
    Row(
        type="aws:ec2/routeTable:RouteTable",
        service="ec2",
        create=Call(operation="CreateRouteTable", params={"TagSpecifications": ec2_tags("route-table")}),
        id="answers.CreateRouteTable.RouteTable.RouteTableId",
        then=(
            Call(
                operation="CreateRoute",
                each="inputs.routes",
                params={
                    "RouteTableId": "id",
                    "DestinationCidrBlock": "item.cidrBlock",
                    "GatewayId": "item.gatewayId",
                    "NatGatewayId": "item.natGatewayId",
                },
            ),
        ),
        outputs={"arn": ec2_arn("route-table"), "ownerId": "account"},
        delete=(Call(operation="DeleteRouteTable", params={"RouteTableId": "id"}),),
        read=found("DescribeRouteTables", "RouteTableIds", "RouteTables[0]", "InvalidRouteTableID.NotFound"),
        tagged=True,
    ),
    Row(
        type="aws:ec2/route:Route",
        service="ec2",
        create=Call(operation="CreateRoute"),
        id="join('_', ['r', inputs.routeTableId, inputs.destinationCidrBlock])",
        outputs={"origin": "'CreateRoute'", "state": "'active'"},
        delete=(
            Call(
                operation="DeleteRoute",
                params={"RouteTableId": "inputs.routeTableId", "DestinationCidrBlock": "inputs.destinationCidrBlock"},
            ),
        ),
        read=Call(
            operation="DescribeRouteTables",
            params={"RouteTableIds": "[inputs.routeTableId]"},
            absent=frozenset({"InvalidRouteTableID.NotFound"}),
            shows=lambda scene: [
                route
                for route in scene.answers["DescribeRouteTables"]["RouteTables"][0]["Routes"]
                if route.get("DestinationCidrBlock") == scene.inputs["destinationCidrBlock"]
            ],
        ),
    ),
    Row(
        type="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        create=Call(operation="AssociateRouteTable"),
        id="answers.AssociateRouteTable.AssociationId",
        delete=(Call(operation="DisassociateRouteTable", params={"AssociationId": "id"}),),
        read=Call(
            operation="DescribeRouteTables",
            params={
                "Filters": "[{Name: 'association.route-table-association-id', Values: [id]}]",
            },
            shows="answers.DescribeRouteTables.RouteTables",
        ),
    ),
    Row(
        type="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        create=Call(operation="CreateInternetGateway", params={"TagSpecifications": ec2_tags("internet-gateway")}),
        id="answers.CreateInternetGateway.InternetGateway.InternetGatewayId",
        then=(
            Call(
                operation="AttachInternetGateway",
                params={"InternetGatewayId": "id", "VpcId": "inputs.vpcId"},
                when="inputs.vpcId",
            ),
        ),
        outputs={"arn": ec2_arn("internet-gateway"), "ownerId": "account"},
        delete=(
            Call(
                operation="DetachInternetGateway",
                params={"InternetGatewayId": "id", "VpcId": "inputs.vpcId"},
                when="inputs.vpcId",
            ),
            Call(operation="DeleteInternetGateway", params={"InternetGatewayId": "id"}),
        ),
        read=found(
            "DescribeInternetGateways", "InternetGatewayIds", "InternetGateways[0]", "InvalidInternetGatewayID.NotFound"
        ),
        tagged=True,
    ),
    Row(
        type="aws:ec2/eip:Eip",
        service="ec2",
        create=Call(
            operation="AllocateAddress", params={"Domain": "'vpc'", "TagSpecifications": ec2_tags("elastic-ip")}
        ),
        id="answers.AllocateAddress.AllocationId",
        elsewhere={"domain": "always vpc"},
        outputs={
            "allocationId": "id",
            "publicIp": "answers.AllocateAddress.PublicIp",
            "arn": ec2_arn("elastic-ip"),
        },
        delete=(Call(operation="ReleaseAddress", params={"AllocationId": "id"}),),
        read=found("DescribeAddresses", "AllocationIds", "Addresses[0]", "InvalidAllocationID.NotFound"),
        tagged=True,
    ),
    Row(
        type="aws:ec2/natGateway:NatGateway",
        service="ec2",
        create=Call(operation="CreateNatGateway", params={"TagSpecifications": ec2_tags("natgateway")}),
        id="answers.CreateNatGateway.NatGateway.NatGatewayId",
        outputs={
            "networkInterfaceId": "answers.CreateNatGateway.NatGateway.NatGatewayAddresses[0].NetworkInterfaceId",
            "publicIp": "answers.CreateNatGateway.NatGateway.NatGatewayAddresses[0].PublicIp",
            "privateIp": "answers.CreateNatGateway.NatGateway.NatGatewayAddresses[0].PrivateIp",
        },
        delete=(Call(operation="DeleteNatGateway", params={"NatGatewayId": "id"}),),
        read=Call(
            operation="DescribeNatGateways",
            params={"NatGatewayIds": "[id]"},
            absent=frozenset({"NatGatewayNotFound"}),
            shows="answers.DescribeNatGateways.NatGateways[?State != 'deleted']",
        ),
        tagged=True,
    ),
)


INVOKES = (
    Invoke(
        type="aws:index/getAvailabilityZones:getAvailabilityZones",
        service="ec2",
        call=Call(
            operation="DescribeAvailabilityZones",
            params={
                "Filters": lambda scene: [
                    *({"Name": item["name"], "Values": item["values"]} for item in scene.inputs.get("filters", ())),
                    *([{"Name": "state", "Values": [scene.inputs["state"]]}] if "state" in scene.inputs else []),
                ]
            },
        ),
        outputs={
            "id": "region",
            "names": "answers.DescribeAvailabilityZones.AvailabilityZones[].ZoneName",
            "zoneIds": "answers.DescribeAvailabilityZones.AvailabilityZones[].ZoneId",
        },
    ),
    Invoke(
        type="aws:ec2/getPrefixList:getPrefixList",
        service="ec2",
        call=Call(
            operation="DescribePrefixLists",
            params={
                "Filters": "inputs.name && [{Name: 'prefix-list-name', Values: [inputs.name]}]",
                "PrefixListIds": "inputs.prefixListId && [inputs.prefixListId]",
            },
        ),
        outputs={
            "id": "answers.DescribePrefixLists.PrefixLists[0].PrefixListId",
            "prefixListId": "answers.DescribePrefixLists.PrefixLists[0].PrefixListId",
            "name": "answers.DescribePrefixLists.PrefixLists[0].PrefixListName",
            "cidrBlocks": "answers.DescribePrefixLists.PrefixLists[0].Cidrs",
        },
    ),
    Invoke(
        type="aws:ec2/getManagedPrefixList:getManagedPrefixList",
        service="ec2",
        call=Call(
            operation="DescribeManagedPrefixLists",
            params={
                "Filters": "inputs.name && [{Name: 'prefix-list-name', Values: [inputs.name]}]",
                "PrefixListIds": "inputs.id && [inputs.id]",
            },
        ),
        outputs={
            "id": "answers.DescribeManagedPrefixLists.PrefixLists[0].PrefixListId",
            "arn": "answers.DescribeManagedPrefixLists.PrefixLists[0].PrefixListArn",
            "name": "answers.DescribeManagedPrefixLists.PrefixLists[0].PrefixListName",
            "maxEntries": "answers.DescribeManagedPrefixLists.PrefixLists[0].MaxEntries",
            "ownerId": "answers.DescribeManagedPrefixLists.PrefixLists[0].OwnerId",
        },
    ),
)
