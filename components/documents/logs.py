"""Documents of the log groups, the alarms' topic, the secrets, and the roles that deliver and back up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.statement import (
    EVERYONE,
    Condition,
    Document,
    allow,
    deny,
    document,
    in_region,
    joined,
    resource_tagged,
    to,
)
from components.layout import Signal

if TYPE_CHECKING:
    from components.layout import Names


def delivery(names: Names) -> Document:
    """The Logs resource policy by which AWS delivers Resolver query logs: ours and explicit (aws-rules 8)."""
    source: Condition = {
        "StringEquals": {"aws:SourceAccount": names.account},
        "ArnLike": {"aws:SourceArn": names.regional("logs", "*")},
    }
    streams = f"{names.log_group_arn(Signal.DNS)}:log-stream:*"
    put = ("logs:CreateLogStream", "logs:PutLogEvents")
    return document(to({"Service": "delivery.logs.amazonaws.com"}, allow("Delivery", put, streams, source)))


def topic(names: Names) -> Document:
    """The alarms' topic: published to by our alarms and rules alone, over TLS."""
    of_alarms: Condition = {
        "StringEquals": {"aws:SourceAccount": names.account},
        "ArnLike": {"aws:SourceArn": names.regional("cloudwatch", "alarm:*")},
    }
    of_rules: Condition = {"ArnLike": {"aws:SourceArn": names.regional("events", "rule/*")}}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    topic_arn = names.topic_arn
    return document(
        to({"Service": "cloudwatch.amazonaws.com"}, allow("Alarms", "sns:Publish", topic_arn, of_alarms)),
        to({"Service": "events.amazonaws.com"}, allow("Rules", "sns:Publish", topic_arn, of_rules)),
        to(EVERYONE, deny("TlsOnly", "sns:Publish", topic_arn, plain)),
    )


def secret(names: Names, deployer: str | None = None) -> Document:
    """A secret of the console: read by the console, and by the deployer where one is named; by nobody elsewhere."""
    read = "secretsmanager:GetSecretValue"
    elsewhere: Condition = {"StringNotEquals": {"aws:PrincipalAccount": names.account}}
    statements = [
        to({"AWS": names.console_role_arn}, allow("Console", read, "*")),
        to(EVERYONE, deny("NobodyElsewhere", read, "*", elsewhere)),
    ]
    if deployer:
        readers: Condition = {"ArnNotEquals": {"aws:PrincipalArn": [names.console_role_arn, deployer]}}
        statements.append(to(EVERYONE, deny("OnlyReaders", read, "*", readers)))
    return document(*statements)


def trail_to_logs(names: Names) -> Document:
    """What CloudTrail's role may do: write the trail's streams in its own log group."""
    prefix = f"{names.account}_CloudTrail_{names.region}"
    streams = f"{names.log_group_arn(Signal.TRAIL)}:log-stream:{prefix}*"
    return document(allow("WriteTrail", ("logs:CreateLogStream", "logs:PutLogEvents"), streams))


def backup(names: Names, volumes_key: str) -> Document:
    """What AWS Backup's role may do: snapshot the environment's volumes and keep what it made."""
    volumes = names.regional("ec2", "volume/*")
    snapshots = f"arn:{names.partition}:ec2:{names.region}::snapshot/*"
    # A snapshot gets its volume's tags (page "Copy tags onto backups"): those of another environment's stay its own.
    not_a_sisters: Condition = {
        "StringEqualsIfExists": {f"aws:ResourceTag/{key}": value for key, value in names.vendor_tags.items()}
    }
    # Only AWS writes tags that begin with aws:, so this one cannot be put on another snapshot.
    made_by_backup: Condition = {"Null": {"aws:ResourceTag/aws:backup:source-resource": "false"}}
    uses = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*")
    vault = ("backup:DescribeBackupVault", "backup:CopyIntoBackupVault")
    return document(
        allow("SnapshotVolumes", "ec2:CreateSnapshot", volumes, resource_tagged(names)),
        allow("MakeSnapshots", "ec2:CreateSnapshot", snapshots),
        allow("TagSnapshots", "ec2:CreateTags", snapshots, not_a_sisters),
        allow(
            "ExpireSnapshots",
            ("ec2:DeleteSnapshot", "ec2:ModifySnapshotTier"),
            snapshots,
            joined(made_by_backup, not_a_sisters),
        ),
        allow(
            "Find",
            ("ec2:DescribeSnapshots", "ec2:DescribeTags", "ec2:DescribeVolumes"),
            "*",
            in_region(names),
        ),
        allow("FindTagged", "tag:GetResources", "*"),
        allow("Vault", vault, names.backup_vault_arn),
        allow("Key", uses, volumes_key),
        allow("KeyGrant", "kms:CreateGrant", volumes_key, {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    )
