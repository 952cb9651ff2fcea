"""CloudWatch Logs: groups, metric filters and resource policies."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

ROWS = (
    Row(
        type="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        create=Call(operation="CreateLogGroup", params={"tags": "tag_map"}),
        named="name",
        rename={"name": "logGroupName"},
        elsewhere={"skipDestroy": "steers only deletion"},
        id="inputs.name",
        then=(
            Call(
                operation="PutRetentionPolicy",
                params={"logGroupName": "id", "retentionInDays": "to_whole(inputs.retentionInDays)"},
                when="inputs.retentionInDays",
            ),
        ),
        outputs={"arn": "arn('logs', join(':', ['log-group', id]))"},
        delete=(Call(operation="DeleteLogGroup", params={"logGroupName": "id"}),),
        read=Call(
            operation="DescribeLogGroups",
            params={"logGroupNamePrefix": "id"},
            shows="answers.DescribeLogGroups.logGroups",
        ),
        tagged=True,
    ),
    Row(
        type="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        service="logs",
        create=Call(operation="PutMetricFilter"),
        named="name",
        rename={
            "name": "filterName",
            "pattern": "filterPattern",
            "metricTransformation": "metricTransformations",
            "metricTransformation.name": "metricName",
            "metricTransformation.namespace": "metricNamespace",
            "metricTransformation.value": "metricValue",
        },
        id="inputs.name",
        delete=(
            Call(
                operation="DeleteMetricFilter",
                params={"logGroupName": "inputs.logGroupName", "filterName": "id"},
            ),
        ),
        read=Call(
            operation="DescribeMetricFilters",
            params={"logGroupName": "inputs.logGroupName", "filterNamePrefix": "id"},
            shows="answers.DescribeMetricFilters.metricFilters",
        ),
    ),
    Row(
        type="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        service="logs",
        create=Call(operation="PutResourcePolicy"),
        id="inputs.policyName",
        delete=(Call(operation="DeleteResourcePolicy", params={"policyName": "id"}),),
        read=Call(
            operation="DescribeResourcePolicies",
            shows=lambda scene: [
                policy
                for policy in scene.answers["DescribeResourcePolicies"]["resourcePolicies"]
                if policy["policyName"] == scene.id
            ],
        ),
    ),
)
