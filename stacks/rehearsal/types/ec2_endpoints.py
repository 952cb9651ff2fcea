"""EC2: VPC endpoints and flow logs."""

from __future__ import annotations

from stacks.rehearsal.ec2_words import ec2_arn, ec2_tags, found
from stacks.rehearsal.row import Call, Row

_ENDPOINT = "answers.CreateVpcEndpoint.VpcEndpoint"
_PREFIXES = "answers.DescribePrefixLists.PrefixLists[0]"

ROWS = (
    Row(
        type="aws:ec2/vpcEndpoint:VpcEndpoint",
        service="ec2",
        create=Call(operation="CreateVpcEndpoint", params={"TagSpecifications": ec2_tags("vpc-endpoint")}),
        rename={"policy": "PolicyDocument"},
        elsewhere={"autoAccept": "AWS accepts endpoints to its own services itself"},
        id=f"{_ENDPOINT}.VpcEndpointId",
        then=(
            Call(
                operation="DescribePrefixLists",
                params={"Filters": "[{Name: 'prefix-list-name', Values: [inputs.serviceName]}]"},
                when=f"{_ENDPOINT}.VpcEndpointType == 'Gateway'",
            ),
        ),
        update=(
            Call(
                operation="ModifyVpcEndpoint",
                params={"VpcEndpointId": "id", "PolicyDocument": "inputs.policy"},
                when="inputs.policy",
            ),
        ),
        outputs={
            "arn": ec2_arn("vpc-endpoint"),
            "ownerId": "account",
            "state": "'available'",
            "vpcEndpointType": f"{_ENDPOINT}.VpcEndpointType",
            "routeTableIds": f"{_ENDPOINT}.RouteTableIds || `[]`",
            "subnetIds": f"{_ENDPOINT}.SubnetIds || `[]`",
            "securityGroupIds": f"{_ENDPOINT}.Groups[].GroupId || inputs.securityGroupIds || `[]`",
            "networkInterfaceIds": f"{_ENDPOINT}.NetworkInterfaceIds || `[]`",
            "prefixListId": f"{_PREFIXES}.PrefixListId || ''",
            "cidrBlocks": f"{_PREFIXES}.Cidrs || `[]`",
            "dnsEntries": f"{_ENDPOINT}.DnsEntries[].{{dnsName: DnsName, hostedZoneId: HostedZoneId}} || `[]`",
        },
        delete=(Call(operation="DeleteVpcEndpoints", params={"VpcEndpointIds": "[id]"}),),
        read=found(
            "DescribeVpcEndpoints",
            "VpcEndpointIds",
            "VpcEndpoints[?State != 'deleted']",
            "InvalidVpcEndpointId.NotFound",
        ),
        tagged=True,
    ),
    Row(
        type="aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        service="ec2",
        create=Call(
            operation="ModifyVpcEndpoint",
            params={"VpcEndpointId": "inputs.vpcEndpointId", "AddRouteTableIds": "[inputs.routeTableId]"},
        ),
        spread=False,
        id="join('/', [inputs.vpcEndpointId, inputs.routeTableId])",
        delete=(
            Call(
                operation="ModifyVpcEndpoint",
                params={"VpcEndpointId": "inputs.vpcEndpointId", "RemoveRouteTableIds": "[inputs.routeTableId]"},
            ),
        ),
        read=Call(
            operation="DescribeVpcEndpoints",
            params={"VpcEndpointIds": "[inputs.vpcEndpointId]"},
            shows=lambda scene: (
                scene.inputs["routeTableId"]
                in scene.answers["DescribeVpcEndpoints"]["VpcEndpoints"][0]["RouteTableIds"]
            ),
        ),
    ),
    Row(
        type="aws:ec2/flowLog:FlowLog",
        service="ec2",
        create=Call(
            operation="CreateFlowLogs",
            params={
                "ResourceIds": "[inputs.vpcId || inputs.subnetId || inputs.eniId]",
                "ResourceType": "inputs.vpcId && 'VPC' || inputs.subnetId && 'Subnet' || 'NetworkInterface'",
                "DeliverLogsPermissionArn": "inputs.iamRoleArn",
                "TagSpecifications": ec2_tags("vpc-flow-log"),
            },
        ),
        id="answers.CreateFlowLogs.FlowLogIds[0]",
        outputs={"arn": ec2_arn("vpc-flow-log")},
        delete=(Call(operation="DeleteFlowLogs", params={"FlowLogIds": "[id]"}),),
        read=found("DescribeFlowLogs", "FlowLogIds", "FlowLogs[0]", "InvalidFlowLogId.NotFound"),
        tagged=True,
    ),
)
