"""Secrets Manager: secrets, their values and their policies."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_GONE = frozenset({"ResourceNotFoundException"})

ROWS = (
    Row(
        type="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        create=Call(operation="CreateSecret", params={"Tags": "tags"}),
        named="name",
        elsewhere={"recoveryWindowInDays": "steers only deletion"},
        id="answers.CreateSecret.ARN",
        then=(
            Call(
                operation="PutResourcePolicy",
                params={"SecretId": "id", "ResourcePolicy": "inputs.policy"},
                when="inputs.policy",
            ),
        ),
        outputs={"arn": "id"},
        delete=(Call(operation="DeleteSecret", params={"SecretId": "id", "ForceDeleteWithoutRecovery": "`true`"}),),
        read=Call(operation="DescribeSecret", params={"SecretId": "id"}, absent=_GONE),
        tagged=True,
    ),
    Row(
        type="aws:secretsmanager/secretVersion:SecretVersion",
        service="secretsmanager",
        create=Call(
            operation="PutSecretValue", params={"SecretString": "inputs.secretString || inputs.secretStringWo"}
        ),
        elsewhere={"secretStringWoVersion": "steers only updates"},
        id="join('|', [inputs.secretId, answers.PutSecretValue.VersionId])",
        outputs={"arn": "inputs.secretId", "versionId": "answers.PutSecretValue.VersionId"},
        stays="a value goes with its secret",
        read=Call(
            operation="DescribeSecret",
            params={"SecretId": "inputs.secretId"},
            absent=_GONE,
            shows="answers.DescribeSecret.VersionIdsToStages",
        ),
    ),
    Row(
        type="aws:secretsmanager/secretPolicy:SecretPolicy",
        service="secretsmanager",
        create=Call(operation="PutResourcePolicy"),
        rename={"secretArn": "SecretId", "policy": "ResourcePolicy"},
        id="inputs.secretArn",
        delete=(Call(operation="DeleteResourcePolicy", params={"SecretId": "id"}),),
        read=Call(
            operation="GetResourcePolicy",
            params={"SecretId": "id"},
            absent=_GONE,
            shows="answers.GetResourcePolicy.ResourcePolicy",
        ),
    ),
)
