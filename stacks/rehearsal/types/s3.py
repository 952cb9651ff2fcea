"""S3: buckets and their settings, one setting a resource, and the account's public access block."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_NO_BUCKET = frozenset({"NoSuchBucket", "404"})
_BUCKET = "inputs.bucket"


def _setting(
    name: str,
    operation: str,
    *,
    rename: dict[str, str],
    delete: Call,
    read: Call,
    elsewhere: dict[str, str] | None = None,
) -> Row:
    return Row(
        type=f"aws:s3/{name[0].lower()}{name[1:]}:{name}",
        service="s3",
        create=Call(operation=operation),
        rename=rename,
        elsewhere=elsewhere or {},
        id=_BUCKET,
        delete=(delete,),
        read=read,
    )


def _delete(operation: str, **params: str) -> Call:
    return Call(operation=operation, params={"Bucket": _BUCKET, **params}, absent=_NO_BUCKET)


def _read(operation: str, shows: str, *absent: str) -> Call:
    return Call(
        operation=operation,
        params={"Bucket": _BUCKET},
        shows=f"answers.{operation}.{shows}",
        absent=_NO_BUCKET | set(absent),
    )


_DEFAULTS = (
    Call(
        operation="PutBucketEncryption",
        params={
            "Bucket": "id",
            "ServerSideEncryptionConfiguration": "{Rules: [{ApplyServerSideEncryptionByDefault: "
            "{SSEAlgorithm: 'AES256'}}]}",
        },
        completes="the default encryption (SSE-S3) that AWS gives every new bucket",
    ),
    Call(
        operation="PutPublicAccessBlock",
        params={
            "Bucket": "id",
            "PublicAccessBlockConfiguration": "{BlockPublicAcls: `true`, IgnorePublicAcls: `true`, "
            "BlockPublicPolicy: `true`, RestrictPublicBuckets: `true`}",
        },
        completes="the public access block that AWS gives every new bucket",
    ),
    Call(
        operation="PutBucketOwnershipControls",
        params={"Bucket": "id", "OwnershipControls": "{Rules: [{ObjectOwnership: 'BucketOwnerEnforced'}]}"},
        completes="the ownership control (BucketOwnerEnforced) that AWS gives every new bucket",
    ),
)

CANNOT_SHOW = {"s3:GetBucketAbac": "the emulator answers an empty status"}

ROWS = (
    Row(
        type="aws:s3/bucket:Bucket",
        service="s3",
        create=Call(
            operation="CreateBucket",
            params={
                "CreateBucketConfiguration": "region != 'us-east-1' && {LocationConstraint: region} || null",
                "ObjectLockEnabledForBucket": "inputs.objectLockEnabled",
            },
        ),
        named="bucket",
        elsewhere={"forceDestroy": "steers only deletion, which empties the bucket first"},
        id=_BUCKET,
        then=(
            Call(operation="PutBucketTagging", params={"Bucket": "id", "Tagging": "{TagSet: tags}"}, when="tags"),
            *_DEFAULTS,
        ),
        outputs={
            "arn": lambda scene: scene.arn("s3", scene.id, region="", account=""),
            "bucket": "id",
            "bucketDomainName": "join('', [id, '.s3.amazonaws.com'])",
            "bucketRegionalDomainName": "join('', [id, '.s3.', region, '.amazonaws.com'])",
            "bucketRegion": "region",
        },
        delete=(
            Call(operation="ListObjectVersions", params={"Bucket": "id"}, when="inputs.forceDestroy"),
            Call(
                operation="DeleteObject",
                each="answers.ListObjectVersions.[Versions, DeleteMarkers][][]",
                params={"Bucket": "id", "Key": "item.Key", "VersionId": "item.VersionId"},
            ),
            _delete("DeleteBucket"),
        ),
        read=Call(
            operation="ListBuckets",
            params={"Prefix": "id"},
            shows="answers.ListBuckets.Buckets",
        ),
        tagged=True,
    ),
    _setting(
        "BucketPolicy",
        "PutBucketPolicy",
        rename={},
        delete=_delete("DeleteBucketPolicy"),
        read=_read("GetBucketPolicy", "Policy", "NoSuchBucketPolicy"),
    ),
    Row(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        service="s3",
        create=Call(
            operation="PutPublicAccessBlock",
            params={
                "PublicAccessBlockConfiguration": """{
                    BlockPublicAcls: inputs.blockPublicAcls || `false`,
                    IgnorePublicAcls: inputs.ignorePublicAcls || `false`,
                    BlockPublicPolicy: inputs.blockPublicPolicy || `false`,
                    RestrictPublicBuckets: inputs.restrictPublicBuckets || `false`}""",
            },
        ),
        elsewhere={"skipDestroy": "steers only deletion"},
        id=_BUCKET,
        delete=(_delete("DeletePublicAccessBlock"),),
        read=_read("GetPublicAccessBlock", "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration"),
    ),
    _setting(
        "BucketOwnershipControls",
        "PutBucketOwnershipControls",
        rename={"rule": "OwnershipControls.Rules"},
        delete=_delete("DeleteBucketOwnershipControls"),
        read=_read("GetBucketOwnershipControls", "OwnershipControls", "OwnershipControlsNotFoundError"),
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        "PutBucketEncryption",
        rename={
            "rules": "ServerSideEncryptionConfiguration.Rules",
            "rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
        },
        delete=_delete("DeleteBucketEncryption"),
        read=_read(
            "GetBucketEncryption",
            "ServerSideEncryptionConfiguration",
            "ServerSideEncryptionConfigurationNotFoundError",
        ),
    ),
    _setting(
        "BucketVersioning",
        "PutBucketVersioning",
        rename={},
        delete=_delete("PutBucketVersioning", VersioningConfiguration="{Status: 'Suspended'}"),
        read=_read("GetBucketVersioning", "Status == 'Enabled'"),
    ),
    _setting(
        "BucketLifecycleConfiguration",
        "PutBucketLifecycleConfiguration",
        rename={"rules": "LifecycleConfiguration.Rules"},
        elsewhere={"transitionDefaultMinimumObjectSize": "no such parameter in the emulator"},
        delete=_delete("DeleteBucketLifecycle"),
        read=_read("GetBucketLifecycleConfiguration", "Rules", "NoSuchLifecycleConfiguration"),
    ),
    Row(
        type="aws:s3/bucketLogging:BucketLogging",
        service="s3",
        create=Call(
            operation="PutBucketLogging",
            params={
                "BucketLoggingStatus": "prune({LoggingEnabled: {TargetBucket: inputs.targetBucket, "
                "TargetPrefix: inputs.targetPrefix || ''}})"
            },
        ),
        elsewhere={"targetObjectKeyFormat": "the emulator keeps no key format"},
        id=_BUCKET,
        delete=(_delete("PutBucketLogging", BucketLoggingStatus="`{}`"),),
        read=_read("GetBucketLogging", "LoggingEnabled"),
    ),
    Row(
        type="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        service="s3",
        create=Call(
            operation="PutObjectLockConfiguration",
            params={
                "ObjectLockConfiguration": """prune({ObjectLockEnabled: inputs.objectLockEnabled || 'Enabled',
                    Rule: inputs.rule && {DefaultRetention: prune({Mode: inputs.rule.defaultRetention.mode,
                        Days: inputs.rule.defaultRetention.days, Years: inputs.rule.defaultRetention.years})}})""",
            },
        ),
        elsewhere={"rule": "ObjectLockConfiguration", "objectLockEnabled": "the same"},
        id=_BUCKET,
        # AWS has no call that takes Object Lock away again: the provider only drops the rule.
        delete=(_delete("PutObjectLockConfiguration", ObjectLockConfiguration="{ObjectLockEnabled: 'Enabled'}"),),
        read=_read(
            "GetObjectLockConfiguration", "ObjectLockConfiguration.Rule", "ObjectLockConfigurationNotFoundError"
        ),
    ),
    Row(
        type="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        service="s3control",
        create=Call(
            operation="PutPublicAccessBlock",
            params={
                "AccountId": "account",
                "PublicAccessBlockConfiguration": """{
                    BlockPublicAcls: inputs.blockPublicAcls || `false`,
                    IgnorePublicAcls: inputs.ignorePublicAcls || `false`,
                    BlockPublicPolicy: inputs.blockPublicPolicy || `false`,
                    RestrictPublicBuckets: inputs.restrictPublicBuckets || `false`}""",
            },
        ),
        id="account",
        delete=(Call(operation="DeletePublicAccessBlock", params={"AccountId": "account"}),),
        read=Call(
            operation="GetPublicAccessBlock",
            params={"AccountId": "account"},
            absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
            shows="answers.GetPublicAccessBlock.PublicAccessBlockConfiguration",
        ),
    ),
)
