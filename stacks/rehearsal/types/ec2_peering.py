"""EC2: peering connections between VPCs."""

from __future__ import annotations

from stacks.rehearsal.ec2_words import ec2_tags, found
from stacks.rehearsal.row import Call, Row

_MADE = "answers.CreateVpcPeeringConnection.VpcPeeringConnection"

ROWS = (
    Row(
        type="aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        service="ec2",
        create=Call(
            operation="CreateVpcPeeringConnection", params={"TagSpecifications": ec2_tags("vpc-peering-connection")}
        ),
        elsewhere={"autoAccept": "AcceptVpcPeeringConnection"},
        id=f"{_MADE}.VpcPeeringConnectionId",
        then=(
            Call(
                operation="AcceptVpcPeeringConnection",
                params={"VpcPeeringConnectionId": "id"},
                when="inputs.autoAccept",
            ),
        ),
        outputs={"acceptStatus": "inputs.autoAccept && 'active' || 'pending-acceptance'"},
        delete=(Call(operation="DeleteVpcPeeringConnection", params={"VpcPeeringConnectionId": "id"}),),
        read=found(
            "DescribeVpcPeeringConnections",
            "VpcPeeringConnectionIds",
            "VpcPeeringConnections[?Status.Code != 'deleted']",
            "InvalidVpcPeeringConnectionID.NotFound",
        ),
        tagged=True,
    ),
)
