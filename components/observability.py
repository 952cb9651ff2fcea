"""The environment's memory: the logs' key, log groups, log buckets, and over them the trail and its alarms.

Logs come before the network and the roles that they observe; the trail comes after its role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.alarms import Alarms, AlarmsArgs
from components.buckets import Bucket, BucketArgs, ExistingBucket, Lifecycle
from components.cluster_names import CLUSTER
from components.documents import buckets, keys, logs
from components.documents.bucket_requests import BucketRole
from components.layout import Purpose, Signal
from components.logs import Logs, LogsArgs
from components.principals import make_key
from components.rendered import text
from components.trail import Trail, TrailArgs

if TYPE_CHECKING:
    from components.plan import Plan
    from components.roles import ExistingRole, Grants, Role


class LogStore(pulumi.ComponentResource):
    """Where logs are kept: their key, the log groups, the audit bucket and the access-logs bucket."""

    def __init__(self, name: str, plan: Plan, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:LogStore", name, None, opts)
        self._plan = plan
        self.key = make_key(plan, Purpose.LOGS, keys.logs_key(plan.names, plan.cluster_names), self, ())
        self.groups = self._make_groups()
        self.access_logs = self._make_access_logs()
        self.audit = self._make_audit()
        self.register_outputs({"audit_bucket": self.audit.name})

    def _make_groups(self) -> Logs:
        plan, names = self._plan, self._plan.names
        of_trail = {Signal.TRAIL: plan.retention.trail} if names.makes_trail else {}
        shipped = (Signal.DNS, Signal.CONSOLE, Signal.BROKERS)
        days = {**of_trail, **dict.fromkeys(shipped, plan.retention.log_groups)}
        cluster = plan.cluster_names
        of_cluster = (
            {} if cluster is None or cluster.existing else {CLUSTER: (cluster.log_group, plan.retention.log_groups)}
        )
        args = LogsArgs(
            {**{signal.value: (names.log_group(signal), kept) for signal, kept in days.items()}, **of_cluster},
            self.key.arn,
            names.policy_name("delivery"),
            text(logs.delivery(names)),
            plan.protect,
        )
        return Logs("signals", args, pulumi.ResourceOptions(parent=self))

    def _make_access_logs(self) -> Bucket | ExistingBucket:
        plan, names = self._plan, self._plan.names
        if BucketRole.ACCESS_LOGS in plan.existing_buckets:
            return ExistingBucket(pulumi.Output.from_input(names.access_logs_bucket))
        args = BucketArgs(
            names.access_logs_bucket,
            text(buckets.access_logs_bucket(names, load_balancer=plan.console.certificate_arn is not None)),
            # The services that write access logs cannot use a key of ours.
            key_arn=None,
            log_bucket=None,
            lifecycle=Lifecycle({"": plan.retention.access_logs}),
            protect=plan.protect,
        )
        return Bucket("access-logs", args, pulumi.ResourceOptions(parent=self))

    def _make_audit(self) -> Bucket | ExistingBucket:
        plan, names = self._plan, self._plan.names
        if BucketRole.AUDIT in plan.existing_buckets:
            return ExistingBucket(pulumi.Output.from_input(names.audit_bucket))
        trail = {f"{buckets.TRAIL_PREFIX}/": plan.retention.trail} if names.makes_trail else {}
        days = {**trail, f"{buckets.FLOW_PREFIX}/": plan.retention.flow_logs}
        args = BucketArgs(
            names.audit_bucket,
            text(buckets.audit_bucket(names)),
            self.key.arn,
            self.access_logs.ready,
            versioning=True,
            lifecycle=Lifecycle(days, noncurrent_days=plan.retention.versions),
            object_lock_days=plan.retention.audit_lock,
            object_lock_mode=plan.retention.audit_lock_mode,
            protect=plan.protect,
        )
        return Bucket("audit", args, pulumi.ResourceOptions(parent=self))


class Observability(pulumi.ComponentResource):
    """The trail over the account, and alarms over the trail; of one that is there already, alarms over its log group.

    ``role`` and ``grants`` are those by which CloudTrail writes the environment's own trail into its log group.
    """

    def __init__(
        self,
        name: str,
        plan: Plan,
        store: LogStore,
        role: Role | ExistingRole | None,
        grants: Grants | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("byoc:aws:Observability", name, None, opts)
        self._plan, self._store = plan, store
        if role is not None and grants is not None:
            self._make_trail(role, grants)
        if plan.names.makes_trail or plan.names.given_trail_group is not None:
            self._make_alarms()
        self.register_outputs({})

    def _make_trail(self, role: Role | ExistingRole, grants: Grants) -> None:
        names = self._plan.names
        args = TrailArgs(
            names.trail,
            self._store.audit.ready,
            buckets.TRAIL_PREFIX,
            names.audit_bucket_arn,
            [names.data_bucket_arn, names.ops_bucket_arn],
            self._plan.log_account_key or self._store.key.arn,
            self._store.groups.arns[Signal.TRAIL],
            role.arn,
            [grants],
        )
        Trail("trail", args, pulumi.ResourceOptions(parent=self))

    def _make_alarms(self) -> None:
        plan, names = self._plan, self._plan.names
        args = AlarmsArgs(
            plan.prefix,
            names.topic,
            names.metric_namespace,
            self._store.groups.names[Signal.TRAIL] if names.makes_trail else names.log_group(Signal.TRAIL),
            self._store.key.arn,
            text(logs.topic(names)),
            plan.alarm_addresses,
            plan.break_glass,
        )
        Alarms("alarms", args, pulumi.ResourceOptions(parent=self))
