"""EC2: security groups and their rules, one rule a resource."""

from __future__ import annotations

from stacks.rehearsal.ec2_words import ec2_arn, ec2_tags, found
from stacks.rehearsal.row import Call, Row

_GROUP = "answers.DescribeSecurityGroups.SecurityGroups[0]"
_RULE = """
    [{IpProtocol: inputs.ipProtocol, FromPort: inputs.fromPort, ToPort: inputs.toPort,
      IpRanges: inputs.cidrIpv4 && [{CidrIp: inputs.cidrIpv4, Description: inputs.description}],
      Ipv6Ranges: inputs.cidrIpv6 && [{CidrIpv6: inputs.cidrIpv6, Description: inputs.description}],
      PrefixListIds: inputs.prefixListId && [{PrefixListId: inputs.prefixListId, Description: inputs.description}],
      UserIdGroupPairs: inputs.referencedSecurityGroupId
        && [{GroupId: inputs.referencedSecurityGroupId, Description: inputs.description}]}]
"""
_INLINE = """
    {IpProtocol: item.protocol, FromPort: item.fromPort, ToPort: item.toPort,
     IpRanges: item.cidrBlocks[].{CidrIp: @}, Ipv6Ranges: item.ipv6CidrBlocks[].{CidrIpv6: @},
     PrefixListIds: item.prefixListIds[].{PrefixListId: @},
     UserIdGroupPairs: item.securityGroups[].{GroupId: @}}
"""


def _rule(direction: str) -> Row:
    operation = f"AuthorizeSecurityGroup{direction}"
    return Row(
        type=f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule",
        service="ec2",
        create=Call(
            operation=operation,
            params={
                "GroupId": "inputs.securityGroupId",
                "IpPermissions": f"prune({_RULE})",
                "TagSpecifications": ec2_tags("security-group-rule"),
            },
        ),
        spread=False,
        id=f"answers.{operation}.SecurityGroupRules[0].SecurityGroupRuleId",
        outputs={"arn": ec2_arn("security-group-rule"), "securityGroupRuleId": "id"},
        delete=(
            Call(
                operation=f"RevokeSecurityGroup{direction}",
                params={"GroupId": "inputs.securityGroupId", "SecurityGroupRuleIds": "[id]"},
            ),
        ),
        read=Call(
            operation="DescribeSecurityGroupRules",
            params={"SecurityGroupRuleIds": "[id]"},
            absent=frozenset({"InvalidSecurityGroupRuleId.NotFound"}),
            shows="answers.DescribeSecurityGroupRules.SecurityGroupRules",
        ),
        tagged=True,
    )


def _revoke(direction: str, member: str) -> Call:
    return Call(
        operation=f"RevokeSecurityGroup{direction}",
        params={"GroupId": "id", "IpPermissions": f"{_GROUP}.{member}"},
        when=f"{_GROUP}.{member}",
    )


def _authorize(direction: str) -> Call:
    return Call(
        operation=f"AuthorizeSecurityGroup{direction}",
        each=f"inputs.{direction.lower()}",
        params={"GroupId": "id", "IpPermissions": f"prune([{_INLINE}])"},
    )


_NOW = Call(operation="DescribeSecurityGroups", params={"GroupIds": "[id]"})
_REPLACE_RULES = (
    _revoke("Ingress", "IpPermissions"),
    _revoke("Egress", "IpPermissionsEgress"),
    _authorize("Ingress"),
    _authorize("Egress"),
)

ROWS = (
    Row(
        type="aws:ec2/securityGroup:SecurityGroup",
        service="ec2",
        create=Call(
            operation="CreateSecurityGroup",
            params={
                "Description": "inputs.description || 'Managed by Pulumi'",
                "TagSpecifications": ec2_tags("security-group"),
            },
        ),
        named="name",
        rename={"name": "GroupName"},
        elsewhere={"revokeRulesOnDelete": "steers only deletion"},
        id="answers.CreateSecurityGroup.GroupId",
        # The provider takes away the rule that AWS gives every new group: egress to everywhere.
        then=(_NOW, *_REPLACE_RULES),
        update=(_NOW, *_REPLACE_RULES),
        outputs={"arn": ec2_arn("security-group"), "ownerId": "account"},
        delete=(Call(operation="DeleteSecurityGroup", params={"GroupId": "id"}),),
        read=found("DescribeSecurityGroups", "GroupIds", "SecurityGroups[0]", "InvalidGroup.NotFound"),
        tagged=True,
    ),
    Row(
        type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        service="ec2",
        create=Call(
            operation="DescribeSecurityGroups",
            params={"Filters": "[{Name: 'vpc-id', Values: [inputs.vpcId]}, {Name: 'group-name', Values: ['default']}]"},
        ),
        elsewhere={"revokeRulesOnDelete": "steers only deletion"},
        id=f"{_GROUP}.GroupId",
        then=(
            *_REPLACE_RULES,
            Call(operation="CreateTags", params={"Resources": "[id]", "Tags": "tags"}, when="tags"),
        ),
        update=(_NOW, *_REPLACE_RULES),
        outputs={
            "arn": ec2_arn("security-group"),
            "ownerId": "account",
            "name": f"{_GROUP}.GroupName",
            "description": f"{_GROUP}.Description",
        },
        stays="the default group goes with its VPC",
        read=found("DescribeSecurityGroups", "GroupIds", "SecurityGroups[0]", "InvalidGroup.NotFound"),
        tagged=True,
    ),
    _rule("Ingress"),
    _rule("Egress"),
)
