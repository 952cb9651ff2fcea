"""EC2: endpoint services, by which other accounts reach a load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.rehearsal.ec2_words import ec2_arn, ec2_tags
from stacks.rehearsal.row import Call, Row

if TYPE_CHECKING:
    from stacks.rehearsal.scene import Scene

_SERVICE = "answers.CreateVpcEndpointServiceConfiguration.ServiceConfiguration"


def _removed(scene: Scene) -> list[str]:
    wanted = scene.inputs.get("allowedPrincipals") or ()
    return [one for one in scene.state.get("allowedPrincipals") or () if one not in wanted]


_PERMISSIONS = Call(
    operation="ModifyVpcEndpointServicePermissions",
    params={
        "ServiceId": "id",
        "AddAllowedPrincipals": "inputs.allowedPrincipals",
        "RemoveAllowedPrincipals": _removed,
    },
    when="inputs.allowedPrincipals",
)

ROWS = (
    Row(
        type="aws:ec2/vpcEndpointService:VpcEndpointService",
        service="ec2",
        create=Call(
            operation="CreateVpcEndpointServiceConfiguration",
            params={"TagSpecifications": ec2_tags("vpc-endpoint-service")},
        ),
        elsewhere={"allowedPrincipals": "ModifyVpcEndpointServicePermissions"},
        id=f"{_SERVICE}.ServiceId",
        then=(_PERMISSIONS,),
        update=(
            Call(
                operation="ModifyVpcEndpointServiceConfiguration",
                params={"ServiceId": "id", "AcceptanceRequired": "inputs.acceptanceRequired"},
            ),
        ),
        outputs={
            "arn": ec2_arn("vpc-endpoint-service"),
            "serviceName": f"{_SERVICE}.ServiceName",
            "serviceType": f"{_SERVICE}.ServiceType[0].ServiceType",
            "state": f"{_SERVICE}.ServiceState",
            "availabilityZones": f"{_SERVICE}.AvailabilityZones || `[]`",
            "baseEndpointDnsNames": f"{_SERVICE}.BaseEndpointDnsNames || `[]`",
            "managesVpcEndpoints": f"{_SERVICE}.ManagesVpcEndpoints || `false`",
            "privateDnsNameConfigurations": f"{_SERVICE}.PrivateDnsNameConfiguration && "
            f"[{_SERVICE}.PrivateDnsNameConfiguration.{{name: Name, type: Type, value: Value, state: State}}] || `[]`",
        },
        delete=(Call(operation="DeleteVpcEndpointServiceConfigurations", params={"ServiceIds": "[id]"}),),
        read=Call(
            operation="DescribeVpcEndpointServiceConfigurations",
            params={"ServiceIds": "[id]"},
            shows="answers.DescribeVpcEndpointServiceConfigurations.ServiceConfigurations",
            absent=frozenset({"InvalidVpcEndpointServiceId.NotFound"}),
        ),
        tagged=True,
    ),
)
