"""Alarms on what would weaken the boundary: metric filters over the trail and a topic that tells people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PERIOD_SECONDS = 300


@dataclass(frozen=True)
class Watch:
    """What one alarm watches: a CloudTrail event source and its event names, or a whole filter pattern."""

    says: str
    source: str = ""
    events: tuple[str, ...] = ()
    pattern: str = ""

    def filter_pattern(self) -> str:
        """The pattern in CloudWatch's filter syntax for JSON log events."""
        if self.pattern:
            return self.pattern
        names = " || ".join(f"($.eventName = {event})" for event in self.events)
        return f"{{ ($.eventSource = {self.source}) && ({names}) }}"


# Names as CloudTrail writes them: S3 logs PutBucketLifecycleConfiguration as PutBucketLifecycle.
WATCHES: Mapping[str, Watch] = {
    "bucket-policy-change": Watch(
        "A bucket's policy, public access block, lifecycle, replication or encryption was changed",
        "s3.amazonaws.com",
        (
            "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl", "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock", "PutBucketLifecycle", "DeleteBucketLifecycle", "PutBucketReplication",
            "PutBucketEncryption", "DeleteBucketEncryption", "PutBucketVersioning", "DeleteBucket",
        ),
    ),
    "key-policy-change": Watch(
        "A KMS key's policy was changed, or the key was disabled or scheduled for deletion",
        "kms.amazonaws.com",
        ("PutKeyPolicy", "DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial", "DisableKeyRotation"),
    ),
    "trail-stop": Watch(
        "A trail was stopped, deleted or changed",
        "cloudtrail.amazonaws.com",
        ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"),
    ),
    "boundary-removal": Watch(
        "A permissions boundary was removed, replaced or edited",
        "iam.amazonaws.com",
        (
            "DeleteRolePermissionsBoundary", "PutRolePermissionsBoundary", "DeleteUserPermissionsBoundary",
            "PutUserPermissionsBoundary", "CreatePolicyVersion", "SetDefaultPolicyVersion",
        ),
    ),
    "security-group-change": Watch(
        "A security group was changed",
        "ec2.amazonaws.com",
        (
            "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress", "ModifySecurityGroupRules", "CreateSecurityGroup", "DeleteSecurityGroup",
        ),
    ),
    "root-use": Watch(
        "The account's root user was used",
        pattern='{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS'
        ' && $.eventType != "AwsServiceEvent" }',
    ),
}  # fmt: skip


def watches(break_glass: str | None) -> Mapping[str, Watch]:
    """What is watched: WATCHES, and the use of the role that the guardrails except, where there is one (its ARN)."""
    if break_glass is None:
        return WATCHES
    taken = f'{{ ($.requestParameters.roleArn = "{break_glass}")'
    used = f'($.userIdentity.sessionContext.sessionIssuer.arn = "{break_glass}") }}'
    return {**WATCHES, "break-glass-use": Watch("The break-glass role was taken or used", pattern=f"{taken} || {used}")}


@dataclass(frozen=True)
class AlarmsArgs:
    """The trail's log group, the topic's name, key and policy (JSON text), and the e-mail addresses that are told.

    ``namespace`` holds the metrics; alarms are named ``<name>-<watch>``. ``break_glass`` is a role whose use alarms.
    """

    name: str
    topic: str
    namespace: str
    log_group: pulumi.Input[str]
    topic_key_arn: pulumi.Input[str]
    topic_policy: pulumi.Input[str]
    subscribers: Sequence[str] = ()
    break_glass: str | None = None


class Alarms(pulumi.ComponentResource):
    """An encrypted topic, and one metric filter and alarm for each watch."""

    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Alarms", name, None, opts)
        self._name, self._args = name, args
        self.topic_arn = self._make_topic()
        for watch, what in watches(args.break_glass).items():
            self._make_filter(watch, what)
            self._make_alarm(watch, what)
        self.register_outputs({"topic_arn": self.topic_arn})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _make_topic(self) -> pulumi.Output[str]:
        topic = aws.sns.Topic(
            self._name,
            name=self._args.topic,
            kms_master_key_id=self._args.topic_key_arn,
            opts=self._child(),
        )
        policy = aws.sns.TopicPolicy(self._name, arn=topic.arn, policy=self._args.topic_policy, opts=self._child())
        for place, address in enumerate(self._args.subscribers):
            aws.sns.TopicSubscription(
                f"{self._name}-{place}", topic=topic.arn, protocol="email", endpoint=address, opts=self._child()
            )
        return policy.arn

    def _make_filter(self, watch: str, what: Watch) -> None:
        aws.cloudwatch.LogMetricFilter(
            f"{self._name}-{watch}",
            name=f"{self._args.name}-{watch}",
            log_group_name=self._args.log_group,
            pattern=what.filter_pattern(),
            metric_transformation={"name": watch, "namespace": self._args.namespace, "value": "1"},
            opts=self._child(),
        )

    def _make_alarm(self, watch: str, what: Watch) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{self._name}-{watch}",
            name=f"{self._args.name}-{watch}",
            alarm_description=what.says,
            namespace=self._args.namespace,
            metric_name=watch,
            statistic="Sum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic_arn],
            opts=self._child(),
        )
