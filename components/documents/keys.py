"""Key policies, one per purpose, each naming the principals and services that use the key (aws-rules 3).

The account's statement lists administration only, so that no identity policy alone gives the use of a key; it keeps the
key manageable (page "Default key policy"). CreateGrant is not administration: a grant gives use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.cluster_names import CONTROL_PLANE, DISKS
from components.documents.statement import (
    Condition,
    Document,
    Statement,
    VendorWindow,
    allow,
    document,
    joined,
    listed,
    log_delivery,
    to,
)
from components.layout import Purpose, Signal, Wal

if TYPE_CHECKING:
    from components.cluster_names import ClusterNames
    from components.layout import Names

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
_SERVICE_USES = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
_VOLUME_USES = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)
_FOR_AWS = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Who uses which key for what: one row of docs/keys.md."""

    who: str
    key: Purpose
    operations: tuple[str, ...]
    through: tuple[str, ...]
    statement: str


def data_key(names: Names) -> Document:
    """The key of the data bucket: brokers, through S3, and nobody else."""
    return document(administration(names), _through_s3(names, "BrokersThroughS3", names.data_plane_role_arn))


def ops_key(
    names: Names,
    deployer: str | None = None,
    window: VendorWindow | None = None,
    cluster: ClusterNames | None = None,
) -> Document:
    """The key of the ops bucket and the secrets: brokers, console, the deployer of secrets, a window's role.

    A cluster's secrets are encrypted with it too.
    """
    roles = (names.data_plane_role_arn, names.console_role_arn)
    secrets = _via(names, "secretsmanager")
    of_secrets: Condition = {"StringLike": {"kms:EncryptionContext:SecretARN": names.secrets_arn}}
    statements = [
        administration(names),
        _through_s3(names, "RolesThroughS3", *roles),
        to(
            {"AWS": names.console_role_arn},
            allow("ConsoleReadsSecrets", "kms:Decrypt", "*", joined(secrets, of_secrets)),
        ),
        to(
            {"AWS": deployer or names.root_arn},
            allow(
                "DeployerWritesSecrets",
                ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
                "*",
                joined(secrets, of_secrets),
            ),
        ),
    ]
    secrets_of_cluster = _cluster_secrets(cluster, deployer) if cluster and not cluster.existing else ()
    return document(*statements, *secrets_of_cluster, *(_vendor(names, window) if window else ()))


def _cluster_secrets(cluster: ClusterNames, deployer: str | None) -> list[Statement]:
    # Page "Encrypt Kubernetes secrets with KMS on existing clusters": who makes the cluster grants its role the key.
    uses = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt")
    return [
        to({"AWS": cluster.role_arn(CONTROL_PLANE)}, allow("ClusterSecrets", uses, "*")),
        to({"AWS": deployer or cluster.names.root_arn}, allow("DeployerGrantsCluster", "kms:CreateGrant", "*")),
    ]


def logs_key(names: Names, cluster: ClusterNames | None = None) -> Document:
    """The key of log groups, trail, audit bucket and topic: the services that deliver, and those who read it.

    Where a log account keeps trail and flow logs, its own key does for these.
    """
    files, readers = (_log_files(names), [_log_readers(names)]) if names.log_account is None else ([], [])
    return document(administration(names), _log_groups(names, cluster), *files, *_alarm_services(), *readers)


def log_account_key(names: Names) -> Document:
    """What the key of a log account's bucket needs in its policy, beside its owner's own."""
    return document(*_log_files(names))


def volumes_key(names: Names, wal: Wal, deployer: str | None = None, cluster: ClusterNames | None = None) -> Document:
    """The key of volumes and backups: who starts instances through EC2, Auto Scaling's and AWS Backup's roles.

    With the write-ahead log on volumes also brokers, who attach one that another broker left and make none. In a
    cluster its driver makes volumes, and the console makes none.
    """
    via = _via(names, "ec2")
    brokers = {"AWS": names.data_plane_role_arn}
    by_name = {"AWS": [names.auto_scaling_role_arn, names.backup_role_arn]}
    who_starts = {"AWS": [*_who_makes_volumes(names, cluster), deployer or names.root_arn]}
    who_makes_the_vault = {"AWS": deployer or names.root_arn}
    vault_uses = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:RetireGrant")
    return document(
        administration(names),
        to(who_starts, allow("VolumesThroughEc2", _VOLUME_USES, "*", via)),
        to(who_starts, allow("GrantsThroughEc2", "kms:CreateGrant", "*", joined(via, _FOR_AWS))),
        to(by_name, allow("ServicesUse", _VOLUME_USES, "*")),
        to(by_name, allow("ServicesGrant", "kms:CreateGrant", "*", _FOR_AWS)),
        to(who_makes_the_vault, allow("VaultThroughBackup", vault_uses, "*", _via(names, "backup"))),
        to(
            who_makes_the_vault,
            allow("VaultGrant", "kms:CreateGrant", "*", joined(_via(names, "backup"), _FOR_AWS)),
        ),
        *(_attached_by(brokers, via) if wal is Wal.EBS else ()),
        *(_file_systems(names, who_starts) if wal is Wal.FILE_SYSTEM else ()),
    )


def _who_makes_volumes(names: Names, cluster: ClusterNames | None) -> tuple[str, ...]:
    if cluster is None:
        return (names.console_role_arn,)
    # The driver of a cluster that is there already has its own role, and keys of its owner's.
    return () if cluster.existing else (cluster.role_arn(DISKS),)


def _attached_by(principal: dict[str, Any], via: Condition) -> list[Statement]:
    # Page "How Amazon EBS encryption works": attaching decrypts the volume's data key, and grants that to EC2.
    return [
        to(principal, allow("AttachThroughEc2", ("kms:Decrypt", "kms:DescribeKey"), "*", via)),
        to(principal, allow("AttachGrant", "kms:CreateGrant", "*", joined(via, _FOR_AWS))),
    ]


def _file_systems(names: Names, principal: dict[str, Any]) -> list[Statement]:
    # Page "Encrypting data at rest in Amazon EFS": who makes a file system uses the key, who mounts it does not.
    via = _via(names, "elasticfilesystem")
    return [
        to(principal, allow("FileSystemsThroughEfs", _VOLUME_USES, "*", via)),
        to(principal, allow("GrantsThroughEfs", "kms:CreateGrant", "*", joined(via, _FOR_AWS))),
    ]


def key_policies(
    names: Names,
    wal: Wal,
    deployer: str | None = None,
    window: VendorWindow | None = None,
    cluster: ClusterNames | None = None,
) -> dict[Purpose, Document]:
    """The four key policies; ``deployer`` is the role that runs Pulumi, by default whoever the account allows."""
    return {
        Purpose.DATA: data_key(names),
        Purpose.OPS: ops_key(names, deployer, window, cluster),
        Purpose.LOGS: logs_key(names, cluster),
        Purpose.VOLUMES: volumes_key(names, wal, deployer, cluster),
    }


def key_uses(policies: dict[Purpose, Document]) -> list[KeyUse]:
    """The rows of docs/keys.md, read from the policies themselves."""
    return [
        KeyUse(who, purpose, tuple(listed(statement["Action"])), tuple(_services(statement)), statement["Sid"])
        for purpose, policy in policies.items()
        for statement in policy["Statement"]
        for who in _principals(statement["Principal"])
    ]


def _principals(principal: dict[str, Any]) -> list[str]:
    return [name for value in principal.values() for name in listed(value)]


def _services(statement: Statement) -> list[str]:
    return listed(statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", []))


def _via(names: Names, *services: str) -> Condition:
    return {"StringEquals": {"kms:CallerAccount": names.account, "kms:ViaService": names.via(*services)}}


def administration(names: Names) -> Statement:
    """The account's right to administer a key, without using it."""
    return to({"AWS": names.root_arn}, allow("Administration", ADMINISTRATION, "*"))


def _through_s3(names: Names, sid: str, *roles: str) -> Statement:
    principal = {"AWS": roles[0] if len(roles) == 1 else list(roles)}
    return to(principal, allow(sid, ("kms:Decrypt", "kms:GenerateDataKey"), "*", _via(names, "s3")))


def _vendor(names: Names, window: VendorWindow) -> list[Statement]:
    through: Condition = {
        "StringEquals": {"kms:ViaService": names.via("s3")},
        "DateLessThan": {"aws:CurrentTime": window.until},
    }
    writes = ("kms:GenerateDataKey",) if window.writes else ()
    return [to({"AWS": window.principal}, allow("VendorWindow", ("kms:Decrypt", *writes), "*", through))]


def _log_groups(names: Names, cluster: ClusterNames | None) -> Statement:
    own = names.regional("logs", f"log-group:/automq/{names.environment_id}/*")
    more = [] if cluster is None or cluster.existing else [cluster.log_group_arn]
    if names.given_trail_group is not None:
        more.append(names.log_group_arn(Signal.TRAIL))
    groups: Any = [own, *more] if more else own
    of_logs = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    return to({"Service": names.logs_service}, allow("LogGroups", _SERVICE_USES, "*", of_logs))


def _log_files(names: Names) -> list[Statement]:
    """The services that write the trail's and the flow logs' files."""
    of_trail = {
        "StringEquals": {"aws:SourceArn": names.trail_arn},
        "StringLike": {
            "kms:EncryptionContext:aws:cloudtrail:arn": f"arn:{names.partition}:cloudtrail:*:{names.account}:trail/*"
        },
    }
    owner = names.network_owner
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    trail = [
        to(cloudtrail, allow("Trail", "kms:GenerateDataKey*", "*", of_trail)),
        to(cloudtrail, allow("TrailDescribes", "kms:DescribeKey", "*", {"StringEquals": of_trail["StringEquals"]})),
    ]
    return [
        *(trail if names.makes_trail else ()),
        _delivered(names, names.account, "LogDelivery"),
        # Flow logs of a shared VPC's subnets are its owner's to deliver.
        *([] if owner is None else [_delivered(names, owner, "SharedLogDelivery")]),
    ]


def _delivered(names: Names, account: str, sid: str) -> Statement:
    uses = allow(sid, _SERVICE_USES, "*", log_delivery(names, account))
    return to({"Service": "delivery.logs.amazonaws.com"}, uses)


def _alarm_services() -> list[Statement]:
    # EventBridge sends no source to KMS (page "Key management" of Amazon SNS); the topic's policy names the sources.
    principal = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    return [to(principal, allow("AlarmsToTopic", ("kms:Decrypt", "kms:GenerateDataKey*"), "*"))]


def _log_readers(names: Names) -> Statement:
    # Reviewers read the delivered files through S3 by their own identity policies; the key adds no second list of them.
    return to({"AWS": names.root_arn}, allow("ReviewersThroughS3", "kms:Decrypt", "*", _via(names, "s3")))
