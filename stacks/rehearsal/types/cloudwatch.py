"""CloudWatch alarms and EventBridge rules."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

ROWS = (
    Row(
        type="aws:cloudwatch/metricAlarm:MetricAlarm",
        service="cloudwatch",
        create=Call(
            operation="PutMetricAlarm",
            params={
                "Tags": "tags",
                "Dimensions": lambda scene: [
                    {"Name": key, "Value": value} for key, value in scene.inputs.get("dimensions", {}).items()
                ],
            },
        ),
        named="name",
        rename={"name": "AlarmName"},
        elsewhere={"dimensions": "Dimensions"},
        id="inputs.name",
        outputs={"arn": "arn('cloudwatch', join(':', ['alarm', id]))"},
        delete=(Call(operation="DeleteAlarms", params={"AlarmNames": "[id]"}),),
        read=Call(
            operation="DescribeAlarms",
            params={"AlarmNames": "[id]"},
            shows="answers.DescribeAlarms.MetricAlarms",
        ),
        tagged=True,
    ),
    Row(
        type="aws:cloudwatch/eventRule:EventRule",
        service="events",
        create=Call(operation="PutRule", params={"Tags": "tags"}),
        named="name",
        elsewhere={"forceDestroy": "steers only deletion"},
        id="inputs.name",
        outputs={"arn": "answers.PutRule.RuleArn"},
        delete=(Call(operation="DeleteRule", params={"Name": "id"}),),
        read=Call(
            operation="ListRules",
            params={"NamePrefix": "id"},
            shows="answers.ListRules.Rules",
        ),
        tagged=True,
    ),
    Row(
        type="aws:cloudwatch/eventTarget:EventTarget",
        service="events",
        create=Call(
            operation="PutTargets",
            params={
                "Rule": "inputs.rule",
                "EventBusName": "inputs.eventBusName",
                "Targets": """prune([{Id: inputs.targetId || name, Arn: inputs.arn, RoleArn: inputs.roleArn,
                    Input: inputs.input, InputPath: inputs.inputPath,
                    InputTransformer: inputs.inputTransformer && {
                        InputPathsMap: inputs.inputTransformer.inputPaths,
                        InputTemplate: inputs.inputTransformer.inputTemplate}}])""",
            },
        ),
        spread=False,
        id="join('-', [inputs.rule, inputs.targetId || name])",
        outputs={"targetId": "inputs.targetId || name"},
        delete=(Call(operation="RemoveTargets", params={"Rule": "inputs.rule", "Ids": "[inputs.targetId]"}),),
        read=Call(
            operation="ListTargetsByRule",
            params={"Rule": "inputs.rule"},
            absent=frozenset({"ResourceNotFoundException"}),
            shows="answers.ListTargetsByRule.Targets",
        ),
    ),
)
