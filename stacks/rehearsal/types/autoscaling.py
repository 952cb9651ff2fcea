"""EC2 Auto Scaling: groups."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

ROWS = (
    Row(
        type="aws:autoscaling/group:Group",
        service="autoscaling",
        create=Call(
            operation="CreateAutoScalingGroup",
            params={
                "VPCZoneIdentifier": "inputs.vpcZoneIdentifiers && join(',', inputs.vpcZoneIdentifiers)",
                "LaunchTemplate": "inputs.launchTemplate && prune({LaunchTemplateId: inputs.launchTemplate.id, "
                "LaunchTemplateName: inputs.launchTemplate.name, Version: inputs.launchTemplate.version})",
                "Tags": "inputs.tags[].{Key: key, Value: value, PropagateAtLaunch: propagateAtLaunch}",
            },
        ),
        named="name",
        rename={"name": "AutoScalingGroupName"},
        elsewhere={
            "launchTemplate": "LaunchTemplate",
            **dict.fromkeys(("forceDelete", "waitForCapacityTimeout"), "steers only the provider"),
        },
        id="inputs.name",
        then=(
            Call(
                operation="DescribeAutoScalingGroups",
                params={"AutoScalingGroupNames": "[id]"},
            ),
        ),
        outputs={"arn": "answers.DescribeAutoScalingGroups.AutoScalingGroups[0].AutoScalingGroupARN"},
        delete=(
            Call(operation="DeleteAutoScalingGroup", params={"AutoScalingGroupName": "id", "ForceDelete": "`true`"}),
        ),
        read=Call(
            operation="DescribeAutoScalingGroups",
            params={"AutoScalingGroupNames": "[id]"},
            shows="answers.DescribeAutoScalingGroups.AutoScalingGroups",
        ),
        # Auto Scaling's tags are a list of their own that the provider's default tags do not reach.
    ),
)
