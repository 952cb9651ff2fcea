"""Read, write, destroy and administer, per kind of resource, as data: alternatives of actions that together give it.

Sources: "Actions, resources, and condition keys" of each service; reading an encrypted object takes the object and
its key
(AWS page "Protecting data with server-side encryption"); destroying includes the settings that let AWS delete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from audit.model.contract import Privilege

if TYPE_CHECKING:
    from collections.abc import Mapping


class On(StrEnum):
    """What an action of a privilege is asked of."""

    SELF = "self"
    CONTENTS = "contents"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Need:
    """One action, what it is asked of, and context keys that the caller must choose so (None: leave out)."""

    action: str
    on: On = On.SELF
    context: Mapping[str, str | None] = field(default_factory=dict)


Alternatives = tuple[tuple[Need, ...], ...]
_HEADER = "s3:x-amz-server-side-encryption"
KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"
BUCKET_KEY = "${key}"
"""Stands in a need's context for the ARN of the bucket's key."""
_CUSTOMER = "s3:x-amz-server-side-encryption-customer-algorithm"
_UNSAID: dict[str, str | None] = {_HEADER: None, KEY_HEADER: None, _CUSTOMER: None}
AWS_KEY: dict[str, str | None] = {**_UNSAID, _HEADER: "aws:kms"}
"""KMS without a key's name: S3's own key of the account, which serves the account's callers alone."""
OTHER_KEY = "object_encryption"
"""The layer of a doubt that an object may be encrypted with another key than its bucket's."""
OTHER_ENCRYPTION: tuple[dict[str, str | None], ...] = (
    {**_UNSAID, _HEADER: "AES256"},
    AWS_KEY,
    {**_UNSAID, _HEADER: "aws:kms", KEY_HEADER: "arn:other:kms:any:000000000000:key/other"},
    {**_UNSAID, _HEADER: "aws:kms:dsse"},
)
"""What a writer may ask for instead of the bucket's default key."""


def _each(*actions: str, on: On = On.SELF) -> Alternatives:
    return tuple((Need(action, on),) for action in actions)


_BUCKET: dict[Privilege, Alternatives] = {
    Privilege.READ: tuple(
        (Need(action, On.CONTENTS), Need("kms:Decrypt", On.KEY)) for action in ("s3:GetObject", "s3:GetObjectVersion")
    ),
    Privilege.WRITE: (
        (Need("s3:PutObject", On.CONTENTS, _UNSAID), Need("kms:GenerateDataKey", On.KEY)),
        (
            Need("s3:PutObject", On.CONTENTS, {**_UNSAID, _HEADER: "aws:kms", KEY_HEADER: BUCKET_KEY}),
            Need("kms:GenerateDataKey", On.KEY),
        ),
        (Need("s3:PutObject", On.CONTENTS, OTHER_ENCRYPTION[0]),),
        (Need("s3:PutObject", On.CONTENTS, AWS_KEY),),
    ),
    Privilege.DESTROY: (
        *_each("s3:DeleteObject", "s3:DeleteObjectVersion", on=On.CONTENTS),
        *_each("s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    ),
    Privilege.ADMINISTER: _each(
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketOwnershipControls",
        "s3:PutEncryptionConfiguration",
        "s3:PutReplicationConfiguration",
    ),
}
_KEY: dict[Privilege, Alternatives] = {
    Privilege.READ: _each("kms:Decrypt", "kms:ReEncryptFrom"),
    Privilege.WRITE: _each(
        "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptTo"
    ),
    Privilege.DESTROY: _each(
        "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial", "kms:PutKeyPolicy"
    ),
    Privilege.ADMINISTER: (
        *_each("kms:PutKeyPolicy"),
        # A grant that a service makes for its own resource does not let the caller choose whom it serves.
        (Need("kms:CreateGrant", context={"kms:GrantIsForAWSResource": "false"}),),
    ),
}
_SECRET: dict[Privilege, Alternatives] = {
    Privilege.READ: _each("secretsmanager:GetSecretValue"),
    Privilege.WRITE: _each("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"),
    Privilege.DESTROY: _each("secretsmanager:DeleteSecret"),
    Privilege.ADMINISTER: _each("secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"),
}
_TOPIC: dict[Privilege, Alternatives] = {
    Privilege.READ: _each("sns:Subscribe"),
    Privilege.WRITE: _each("sns:Publish"),
    Privilege.DESTROY: _each("sns:DeleteTopic"),
    Privilege.ADMINISTER: _each("sns:SetTopicAttributes", "sns:AddPermission"),
}
_LOG_GROUP: dict[Privilege, Alternatives] = {
    Privilege.READ: _each("logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery", on=On.CONTENTS),
    Privilege.WRITE: _each("logs:PutLogEvents", on=On.CONTENTS),
    Privilege.DESTROY: _each("logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy", on=On.CONTENTS),
    Privilege.ADMINISTER: _each(
        "logs:PutSubscriptionFilter", "logs:AssociateKmsKey", "logs:DisassociateKmsKey", on=On.CONTENTS
    ),
}
_FILE_SYSTEM: dict[Privilege, Alternatives] = {
    # Reading needs the mount alone, writing both: page "Using IAM to control access to file systems".
    Privilege.READ: _each("elasticfilesystem:ClientMount"),
    Privilege.WRITE: ((Need("elasticfilesystem:ClientMount"), Need("elasticfilesystem:ClientWrite")),),
    Privilege.DESTROY: _each("elasticfilesystem:DeleteFileSystem"),
    Privilege.ADMINISTER: _each("elasticfilesystem:PutFileSystemPolicy", "elasticfilesystem:DeleteFileSystemPolicy"),
}
PRIVILEGES: Mapping[str, Mapping[Privilege, Alternatives]] = {
    "bucket": _BUCKET,
    "key": _KEY,
    "secret": _SECRET,
    "topic": _TOPIC,
    "log_group": _LOG_GROUP,
    "file_system": _FILE_SYSTEM,
}
"""Alternatives by the graph's kind of node and privilege."""
