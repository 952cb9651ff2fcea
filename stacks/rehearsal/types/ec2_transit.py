"""EC2: attachments of VPCs to a transit gateway."""

from __future__ import annotations

from stacks.rehearsal.ec2_words import ec2_arn, ec2_tags, found
from stacks.rehearsal.row import Call, Row

ROWS = (
    Row(
        type="aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        service="ec2",
        create=Call(
            operation="CreateTransitGatewayVpcAttachment",
            params={"TagSpecifications": ec2_tags("transit-gateway-attachment")},
        ),
        id="answers.CreateTransitGatewayVpcAttachment.TransitGatewayVpcAttachment.TransitGatewayAttachmentId",
        then=(
            Call(
                operation="CreateTags",
                params={"Resources": "[id]", "Tags": "tags"},
                when="tags",
                completes="the tags of the attachment, which the emulator forgets",
            ),
        ),
        outputs={"arn": ec2_arn("transit-gateway-attachment"), "vpcOwnerId": "account"},
        delete=(Call(operation="DeleteTransitGatewayVpcAttachment", params={"TransitGatewayAttachmentId": "id"}),),
        read=found(
            "DescribeTransitGatewayVpcAttachments",
            "TransitGatewayAttachmentIds",
            "TransitGatewayVpcAttachments[?State != 'deleted']",
            "InvalidTransitGatewayAttachmentID.NotFound",
        ),
        tagged=True,
    ),
)
