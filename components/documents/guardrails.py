"""Guardrails: the service and resource control policies that hold the boundary against the account's administrators.

They only deny. Who deploys and a break-glass role are excepted by name: an administrator of the account is neither, and
cannot become one, since both roles are guarded too. AWS pages "Service control policies (SCPs)" and "Resource control
policies (RCPs)": the former bind the account's own principals, its root user included, the latter whoever asks for its
resources; neither binds service-linked roles, nor the management account. aws-rules 13, 16 to 18 and 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components import limits
from components.documents.statement import EVERYONE, Condition, Document, Statement, deny, joined, packed, to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from components.layout import Names

BUCKET_CHANGES = (
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""What opens a bucket, copies it out, or lets AWS delete what it holds."""
_ACCESS_POINTS = (
    "s3:CreateAccessPoint*",
    "s3:CreateMultiRegionAccessPoint",
    "s3:PutAccessPointPolicy*",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutMultiRegionAccessPointPolicy",
)
KEY_CHANGES = ("kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
"""What opens a key, or makes all that it encrypted unreadable."""
TRAIL_CHANGES = (
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
)
POLICY_CHANGES = (
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)
ROLE_CHANGES = (
    "iam:AttachRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)
_LOG_CHANGES = (
    "logs:AssociateKmsKey",
    "logs:DeleteLog*",
    "logs:DeleteMetricFilter",
    "logs:DeleteRetentionPolicy",
    "logs:DisassociateKmsKey",
    "logs:PutMetricFilter",
    "logs:PutRetentionPolicy",
    "logs:PutSubscriptionFilter",
)
_ALARM_CHANGES = ("cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions", "cloudwatch:PutMetricAlarm")
_TOPIC_CHANGES = ("sns:DeleteTopic", "sns:RemovePermission", "sns:SetTopicAttributes")
_SECRET_CHANGES = (
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:DeleteSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecret",
)
_SHELLS = (
    "codedeploy:CreateDeployment",
    "ec2-instance-connect:Send*",
    "ec2:AssociateIamInstanceProfile",
    "ec2:CreateLaunchTemplateVersion",
    "ec2:CreateReplaceRootVolumeTask",
    "ec2:ModifyInstanceAttribute",
    "ec2:ModifyLaunchTemplate",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "ssm:CreateAssociation*",
    "ssm:SendCommand",
    "ssm:StartAutomationExecution",
    "ssm:UpdateAssociation",
)
SESSIONS = "ssm:StartSession"


@dataclass(frozen=True, slots=True)
class Guarded:
    """What is guarded: an environment by its names, its keys' ARNs, and who is excepted.

    ``deployer`` is the role that runs Pulumi, ``break_glass`` the one that people take when all else fails, ``vendor``
    the vendor's role, which a window may let in from outside the account. ``sessions`` says that people reach the
    console by Session Manager, so that sessions stay open to whom identity policies allow them.
    """

    names: Names
    keys: tuple[str, ...]
    deployer: str
    break_glass: str
    vendor: str | None = None
    sessions: bool = True

    @property
    def buckets(self) -> tuple[str, ...]:
        """The ARNs of the account's buckets; one of a log account is under the control policies of that account."""
        names = self.names
        audit = (names.audit_bucket_arn,) if names.log_account is None else ()
        return (names.data_bucket_arn, names.ops_bucket_arn, *audit, names.access_logs_bucket_arn)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the environment as a pattern, and the two that are excepted."""
        return (self.names.role_arn(f"automq-*-{self.names.environment_id}"), self.deployer, self.break_glass)


def service_control_policies(guarded: Guarded) -> list[Document]:
    """What no principal of the account does, its root user included, but the two excepted roles.

    As many documents as an SCP's limit asks for. Raises ValueError for a statement that fits into none.
    """
    statements = (*_boundary(guarded), *_evidence(guarded), *_ways_in(guarded))
    return _within(statements, limits.SERVICE_CONTROL_POLICY)


def resource_control_policies(guarded: Guarded) -> list[Document]:
    """What nobody of any account does to buckets, keys and secrets, and that nobody outside the account touches them.

    As many documents as an RCP's limit asks for. Raises ValueError for a statement that fits into none.
    """
    names = guarded.names
    people: Condition = {
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
    }
    outside: Condition = {"StringNotEquals": {"aws:PrincipalAccount": names.account}}
    vendor: Condition = {"ArnNotEquals": {"aws:PrincipalArn": guarded.vendor}} if guarded.vendor else {}
    objects = tuple(f"{bucket}/*" for bucket in guarded.buckets)
    excepted = joined(_others(guarded), people)
    statements = (
        to(EVERYONE, deny("Buckets", BUCKET_CHANGES, guarded.buckets, excepted)),
        to(EVERYONE, deny("Keys", KEY_CHANGES, guarded.keys, excepted)),
        to(EVERYONE, deny("Outside", "s3:*", (*guarded.buckets, *objects), joined(outside, people, vendor))),
        to(EVERYONE, deny("KeysOutside", "kms:*", guarded.keys, joined(outside, people, vendor))),
        to(EVERYONE, deny("SecretsOutside", "secretsmanager:*", names.secrets_arn, joined(outside, people))),
    )
    return _within(statements, limits.RESOURCE_CONTROL_POLICY)


def _boundary(guarded: Guarded) -> list[Statement]:
    names, others = guarded.names, _others(guarded)
    policies = names.policy_arn("*")
    kept = f"{names.audit_bucket_arn}/*"
    return [
        deny("Buckets", BUCKET_CHANGES, guarded.buckets, others),
        *((deny("Retention", "s3:BypassGovernanceRetention", kept, others),) if names.log_account is None else ()),
        deny("AccessPoints", _ACCESS_POINTS, "*", others),
        deny("Keys", KEY_CHANGES, guarded.keys, others),
        deny("Policies", POLICY_CHANGES, policies, others),
        deny("Roles", ROLE_CHANGES, guarded.roles, others),
    ]


def _evidence(guarded: Guarded) -> list[Statement]:
    names, others = guarded.names, _others(guarded)
    groups = names.regional("logs", f"log-group:/automq/{names.environment_id}/*")
    alarms = names.regional("cloudwatch", f"alarm:automq-{names.environment_id}-*")
    return [
        deny("Trail", TRAIL_CHANGES, names.trail_arn, others),
        deny("Logs", _LOG_CHANGES, groups, others),
        deny("Alarms", _ALARM_CHANGES, alarms, others),
        deny("Topic", _TOPIC_CHANGES, names.topic_arn, others),
        deny("Leave", "organizations:LeaveOrganization", "*", others),
    ]


def _ways_in(guarded: Guarded) -> list[Statement]:
    """Running something of one's own as the brokers, or on their instances, opens the buckets too."""
    names = guarded.names
    starters = (guarded.deployer, guarded.break_glass, names.console_role_arn)
    brokers = (names.data_plane_role_arn, names.console_role_arn)
    # Of every instance: by its tags none is known for sure, since who may tag another one can take them off.
    shells = _SHELLS if guarded.sessions else (*_SHELLS, SESSIONS)
    return [
        deny("Pass", "iam:PassRole", brokers, _excepting(starters)),
        deny("Shells", shells, "*", _excepting(starters)),
        deny("Secrets", _SECRET_CHANGES, names.secrets_arn, _excepting(starters)),
    ]


def _others(guarded: Guarded) -> Condition:
    return _excepting((guarded.deployer, guarded.break_glass))


def _excepting(roles: tuple[str, ...]) -> Condition:
    """Whoever is none of these roles; a caller without an ARN is none either."""
    return {"ArnNotEquals": {"aws:PrincipalArn": list(dict.fromkeys(roles))}}


def _within(statements: Iterable[Statement], limit: limits.Limit) -> list[Document]:
    made = packed(statements, limit)
    length = max(map(limits.size, made))
    if length > limit.maximum:
        raise ValueError(
            f"a {limit.of} would have {length} characters, AWS Organizations allows {limit.maximum}: "
            "shorten environment_id or the excepted roles' names"
        )
    return made
