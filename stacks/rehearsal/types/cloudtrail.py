"""CloudTrail: trails."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

ROWS = (
    Row(
        type="aws:cloudtrail/trail:Trail",
        terraform="aws_cloudtrail",
        service="cloudtrail",
        create=Call(
            operation="CreateTrail",
            # The provider's defaults, which differ from the call's.
            params={
                "TagsList": "tags",
                "IncludeGlobalServiceEvents": "inputs.includeGlobalServiceEvents != `false`",
            },
        ),
        named="name",
        rename={
            "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
            "enableLogFileValidation": "EnableLogFileValidation",
        },
        id="answers.CreateTrail.TrailARN",
        then=(
            Call(
                operation="PutEventSelectors",
                params={
                    "TrailName": "id",
                    "AdvancedEventSelectors": """inputs.advancedEventSelectors[].prune({Name: name, FieldSelectors:
                        fieldSelectors[].prune({Field: field, Equals: equals, NotEquals: notEquals,
                        StartsWith: startsWiths, NotStartsWith: notStartsWiths,
                        EndsWith: endsWiths, NotEndsWith: notEndsWiths})})""",
                },
                when="inputs.advancedEventSelectors",
            ),
            Call(
                operation="PutEventSelectors",
                params={
                    "TrailName": "id",
                    "EventSelectors": """inputs.eventSelectors[].prune({ReadWriteType: readWriteType,
                        IncludeManagementEvents: includeManagementEvents,
                        DataResources: dataResources[].{Type: type, Values: values}})""",
                },
                when="inputs.eventSelectors",
            ),
            Call(operation="StartLogging", params={"Name": "id"}, when="inputs.enableLogging != `false`"),
        ),
        update=(
            Call(
                operation="UpdateTrail",
                params={
                    "Name": "id",
                    "S3BucketName": "inputs.s3BucketName",
                    "S3KeyPrefix": "inputs.s3KeyPrefix",
                    "KmsKeyId": "inputs.kmsKeyId",
                    "IsMultiRegionTrail": "inputs.isMultiRegionTrail",
                    "IncludeGlobalServiceEvents": "inputs.includeGlobalServiceEvents != `false`",
                    "EnableLogFileValidation": "inputs.enableLogFileValidation",
                    "CloudWatchLogsLogGroupArn": "inputs.cloudWatchLogsGroupArn",
                    "CloudWatchLogsRoleArn": "inputs.cloudWatchLogsRoleArn",
                },
            ),
        ),
        outputs={"arn": "id", "homeRegion": "region"},
        delete=(Call(operation="DeleteTrail", params={"Name": "inputs.name"}),),
        read=Call(operation="GetTrail", params={"Name": "id"}, absent=frozenset({"TrailNotFoundException"})),
        tagged=True,
    ),
)
