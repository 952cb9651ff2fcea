"""CloudTrail: trails."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

ROWS = (
    Row(
        type="aws:cloudtrail/trail:Trail",
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
        outputs={"arn": "id", "homeRegion": "region"},
        delete=(Call(operation="DeleteTrail", params={"Name": "inputs.name"}),),
        read=Call(operation="GetTrail", params={"Name": "id"}, absent=frozenset({"TrailNotFoundException"})),
        tagged=True,
    ),
)
