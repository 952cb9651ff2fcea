"""KMS: keys and aliases."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_DOCUMENTED_WINDOW = "`7`"

ROWS = (
    Row(
        type="aws:kms/key:Key",
        service="kms",
        create=Call(operation="CreateKey", params={"Tags": "tags[].{TagKey: Key, TagValue: Value}"}),
        rename={"customerMasterKeySpec": "KeySpec"},
        elsewhere={"deletionWindowInDays": "steers only deletion", "isEnabled": "keys are made enabled"},
        id="answers.CreateKey.KeyMetadata.KeyId",
        then=(
            Call(
                operation="EnableKeyRotation",
                params={"KeyId": "id", "RotationPeriodInDays": "inputs.rotationPeriodInDays"},
                when="inputs.enableKeyRotation",
            ),
        ),
        update=(
            Call(
                operation="PutKeyPolicy",
                params={"KeyId": "id", "PolicyName": "'default'", "Policy": "inputs.policy"},
                when="inputs.policy",
            ),
            Call(
                operation="UpdateKeyDescription",
                params={"KeyId": "id", "Description": "inputs.description"},
                when="inputs.description",
            ),
            Call(operation="DisableKeyRotation", params={"KeyId": "id"}, when="inputs.enableKeyRotation == `false`"),
        ),
        outputs={"arn": "answers.CreateKey.KeyMetadata.Arn", "keyId": "id"},
        delete=(
            Call(operation="ScheduleKeyDeletion", params={"KeyId": "id", "PendingWindowInDays": _DOCUMENTED_WINDOW}),
        ),
        read=Call(
            operation="DescribeKey",
            params={"KeyId": "id"},
            absent=frozenset({"NotFoundException"}),
            # A deleted key stays, pending, until its window is over.
            shows="answers.DescribeKey.KeyMetadata.KeyState == 'Enabled'",
        ),
        tagged=True,
    ),
    Row(
        type="aws:kms/alias:Alias",
        service="kms",
        create=Call(operation="CreateAlias"),
        rename={"name": "AliasName"},
        id="inputs.name",
        then=(Call(operation="DescribeKey", params={"KeyId": "inputs.targetKeyId"}),),
        update=(Call(operation="UpdateAlias", params={"AliasName": "id", "TargetKeyId": "inputs.targetKeyId"}),),
        outputs={
            "arn": "arn('kms', id)",
            "targetKeyArn": "answers.DescribeKey.KeyMetadata.Arn",
        },
        delete=(Call(operation="DeleteAlias", params={"AliasName": "id"}),),
        read=Call(
            operation="ListAliases",
            shows=lambda scene: [
                alias for alias in scene.answers["ListAliases"]["Aliases"] if alias["AliasName"] == scene.id
            ],
        ),
    ),
)
