"""Route 53: private zones, records and Resolver query logging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.rehearsal.row import Call, Row

if TYPE_CHECKING:
    from stacks.rehearsal.scene import Scene

_CONFIG = "answers.CreateResolverQueryLogConfig.ResolverQueryLogConfig"
_ASSOCIATION = "answers.AssociateResolverQueryLogConfig.ResolverQueryLogConfigAssociation"


def _record(action: str) -> Call:
    return Call(
        operation="ChangeResourceRecordSets",
        params={"HostedZoneId": "inputs.zoneId", "ChangeBatch": lambda scene: _change(action, scene)},
    )


def _change(action: str, scene: Scene) -> dict[str, Any]:
    inputs = scene.inputs
    record: dict[str, Any] = {"Name": inputs["name"], "Type": inputs["type"]}
    if "aliases" in inputs:
        alias = inputs["aliases"][0]
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record["TTL"] = int(inputs["ttl"])
        record["ResourceRecords"] = [{"Value": value} for value in inputs["records"]]
    return {"Changes": [{"Action": action, "ResourceRecordSet": record}]}


def _fqdn(scene: Scene) -> str:
    return str(scene.inputs["name"]).rstrip(".")


ROWS = (
    Row(
        type="aws:route53/zone:Zone",
        service="route53",
        create=Call(
            operation="CreateHostedZone",
            params={
                "CallerReference": "inputs.name",
                "HostedZoneConfig": "{Comment: inputs.comment || 'Managed by Pulumi', "
                "PrivateZone: inputs.vpcs != null}",
                "VPC": "inputs.vpcs && {VPCId: inputs.vpcs[0].vpcId, VPCRegion: inputs.vpcs[0].vpcRegion || region}",
            },
        ),
        elsewhere={"forceDestroy": "steers only deletion", "vpcs": "VPC"},
        id=lambda scene: scene.answers["CreateHostedZone"]["HostedZone"]["Id"].rpartition("/")[2],
        then=(
            Call(
                operation="ChangeTagsForResource",
                params={"ResourceType": "'hostedzone'", "ResourceId": "id", "AddTags": "tags"},
                when="tags",
            ),
        ),
        outputs={
            "arn": lambda scene: scene.arn("route53", f"hostedzone/{scene.id}", region="", account=""),
            "zoneId": "id",
            "nameServers": "answers.CreateHostedZone.DelegationSet.NameServers || `[]`",
        },
        delete=(Call(operation="DeleteHostedZone", params={"Id": "id"}),),
        read=Call(operation="GetHostedZone", params={"Id": "id"}, absent=frozenset({"NoSuchHostedZone"})),
        tagged=True,
    ),
    Row(
        type="aws:route53/record:Record",
        service="route53",
        create=_record("UPSERT"),
        spread=False,
        elsewhere={
            **dict.fromkeys(("name", "type", "ttl", "records", "aliases"), "ChangeBatch"),
            "allowOverwrite": "the call always overwrites",
        },
        id="join('_', [inputs.zoneId, inputs.name, inputs.type])",
        outputs={"fqdn": _fqdn},
        delete=(_record("DELETE"),),
        read=Call(
            operation="ListResourceRecordSets",
            params={"HostedZoneId": "inputs.zoneId"},
            absent=frozenset({"NoSuchHostedZone"}),
            shows=lambda scene: [
                record
                for record in scene.answers["ListResourceRecordSets"]["ResourceRecordSets"]
                if record["Name"].rstrip(".") == _fqdn(scene) and record["Type"] == scene.inputs["type"]
            ],
        ),
    ),
    Row(
        type="aws:route53/zoneAssociation:ZoneAssociation",
        service="route53",
        create=Call(
            operation="AssociateVPCWithHostedZone",
            params={
                "HostedZoneId": "inputs.zoneId",
                "VPC": "{VPCId: inputs.vpcId, VPCRegion: inputs.vpcRegion || region}",
            },
        ),
        spread=False,
        id="join(':', [inputs.zoneId, inputs.vpcId])",
        outputs={"owningAccount": "account"},
        delete=(
            Call(
                operation="DisassociateVPCFromHostedZone",
                params={
                    "HostedZoneId": "inputs.zoneId",
                    "VPC": "{VPCId: inputs.vpcId, VPCRegion: inputs.vpcRegion || region}",
                },
            ),
        ),
        read=Call(
            operation="GetHostedZone",
            params={"Id": "inputs.zoneId"},
            absent=frozenset({"NoSuchHostedZone"}),
            shows=lambda scene: [
                vpc for vpc in scene.answers["GetHostedZone"]["VPCs"] if vpc["VPCId"] == scene.inputs["vpcId"]
            ],
        ),
    ),
    Row(
        type="aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
        service="route53resolver",
        create=Call(operation="CreateResolverQueryLogConfig", params={"CreatorRequestId": "inputs.name"}),
        named="name",
        id=f"{_CONFIG}.Id",
        outputs={"arn": f"{_CONFIG}.Arn", "ownerId": "account", "shareStatus": "'NOT_SHARED'"},
        stays="the emulator has no DeleteResolverQueryLogConfig",
        read=Call(
            operation="GetResolverQueryLogConfig",
            params={"ResolverQueryLogConfigId": "id"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        tagged=True,
        cannot_show={
            "route53resolver:ListTagsForResource": "the emulator keeps no tags of a Resolver query log configuration"
        },
    ),
    Row(
        type="aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
        service="route53resolver",
        create=Call(operation="AssociateResolverQueryLogConfig"),
        id=f"{_ASSOCIATION}.Id",
        stays="the emulator has no DisassociateResolverQueryLogConfig",
        read=Call(
            operation="GetResolverQueryLogConfigAssociation",
            params={"ResolverQueryLogConfigAssociationId": "id"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
    ),
)
