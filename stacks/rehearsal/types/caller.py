"""What a program asks about where it runs: caller, partition, region, and public parameters."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Invoke

_WHO = Call(operation="GetCallerIdentity")

CANNOT_SHOW = {
    "organizations:DescribeOrganization": "the emulated account stands alone; whether yours is in an organization, "
    "and under which policies, only your account shows",
    "account:GetAlternateContact": "the emulated account has no contacts; yours only your account shows",
}

INVOKES = (
    Invoke(
        type="aws:index/getCallerIdentity:getCallerIdentity",
        service="sts",
        call=_WHO,
        outputs={
            "id": "account",
            "accountId": "answers.GetCallerIdentity.Account",
            "arn": "answers.GetCallerIdentity.Arn",
            "userId": "answers.GetCallerIdentity.UserId",
        },
    ),
    Invoke(
        type="aws:index/getPartition:getPartition",
        service="sts",
        call=_WHO,
        outputs={"id": "partition", "partition": "partition", "dnsSuffix": lambda scene: scene.cloud.dns_suffix},
    ),
    Invoke(
        type="aws:index/getRegion:getRegion",
        service="sts",
        call=_WHO,
        outputs={"id": "region", "name": "region", "region": "region"},
    ),
    Invoke(
        type="aws:ssm/getParameter:getParameter",
        service="ssm",
        call=Call(operation="GetParameter", params={"Name": "inputs.name"}),
        outputs={
            "id": "inputs.name",
            "arn": "answers.GetParameter.Parameter.ARN",
            "name": "answers.GetParameter.Parameter.Name",
            "type": "answers.GetParameter.Parameter.Type",
            "value": "answers.GetParameter.Parameter.Value",
            "insecureValue": "answers.GetParameter.Parameter.Value",
            "version": "answers.GetParameter.Parameter.Version",
        },
    ),
)
