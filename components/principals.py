"""The environment's roles, the keys that they use, and what the roles may do with them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.cluster_names import CONTROL_PLANE
from components.documents import boundary, cluster, keys, logs, trust
from components.documents.statement import KeyArns
from components.identities import expected, identities
from components.keys import ExistingKey, Key, KeyArgs
from components.layout import Purpose
from components.rendered import text, when_known
from components.roles import ExistingRole, Grants, GrantsArgs, Role, RoleArgs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from components.documents.statement import Document
    from components.plan import Plan

_PROTECTS = {
    Purpose.DATA: "Kafka records in the data bucket",
    Purpose.OPS: "Logs, metrics and licences in the ops bucket, and the console's secrets",
    Purpose.LOGS: "Log groups, the trail, the audit bucket and the alarms' topic",
    Purpose.VOLUMES: "Volumes of the console and the brokers, and their backups",
}


def make_key(
    plan: Plan, purpose: Purpose, document: Document, parent: pulumi.Resource, after: Sequence[pulumi.Resource]
) -> Key | ExistingKey:
    """The key for one purpose, or the one that is there; ``after`` are the roles that its policy names."""
    if purpose in plan.existing_keys:
        return ExistingKey(pulumi.Output.from_input(plan.existing_keys[purpose]))
    return Key(
        purpose.value,
        KeyArgs(
            plan.names.key_alias(purpose),
            _PROTECTS[purpose],
            text(document),
            plan.deletion_window_days,
            plan.protect,
            after,
        ),
        pulumi.ResourceOptions(parent=parent),
    )


class Principals(pulumi.ComponentResource):
    """Console, data plane, backup and trail roles; the keys for data, ops and volumes; and the roles' policies."""

    roles: dict[str, Role | ExistingRole]
    keys: dict[Purpose, Key | ExistingKey]
    grants: dict[str, Grants]

    def __init__(
        self, name: str, plan: Plan, zone_id: pulumi.Output[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Principals", name, None, opts)
        self._plan, self._zone_id = plan, zone_id
        self.roles = self._make_roles()
        self._linked = self._make_auto_scaling_role()
        self.keys = self._make_keys()
        self.grants = self._make_grants()
        self.register_outputs({})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _make_roles(self) -> dict[str, Role | ExistingRole]:
        names, plan = self._plan.names, self._plan
        brokers_most = partial(boundary.data_plane_boundary, names, plan.wal)
        on_instances = plan.cluster is None
        broker = trust.instance(names) if plan.cluster is None else cluster.brokers(plan.cluster.names)
        args = {
            "console": RoleArgs(
                names.console_role,
                "The AutoMQ console's instance",
                text(trust.instance(names)),
                names.policy_name("console-boundary"),
                when_known(self._console_most(), zone_id=self._zone_id),
                profile=True,
            ),
            "data-plane": RoleArgs(
                names.data_plane_role,
                "The AutoMQ brokers' instances" if on_instances else "The AutoMQ brokers' pods",
                text(broker),
                names.policy_name("data-plane-boundary"),
                when_known(brokers_most, zone_id=self._zone_id),
                profile=on_instances,
            ),
            "backup": RoleArgs(names.backup_role, "AWS Backup of the console's volume", text(trust.backup())),
            **self._cluster_roles(),
        }
        if names.makes_trail:
            says = "CloudTrail to its log group"
            args["trail-to-logs"] = RoleArgs(names.trail_role, says, text(trust.trail(names)))
        bounded = {role: replace(arg, existing_boundary=plan.permissions_boundary) for role, arg in args.items()}
        return {role: self._make_role(role, arg) for role, arg in bounded.items()}

    def _make_role(self, role: str, args: RoleArgs) -> Role | ExistingRole:
        if role in self._plan.existing_roles:
            return ExistingRole(role, args, self._plan.names.role_arn(args.role), self._child())
        return Role(role, args, self._child())

    def _console_most(self) -> Callable[..., Document]:
        plan = self._plan
        if plan.cluster is not None:
            return partial(boundary.clustered_boundary, plan.cluster.names)
        owners = plan.console.broker_image_owners
        return partial(boundary.console_boundary, plan.names, plan.console.permissions, plan.wal, image_owners=owners)

    def _cluster_roles(self) -> dict[str, RoleArgs]:
        if self._plan.cluster is None:
            return {}
        of = self._plan.cluster.names
        return {
            role: RoleArgs(of.role(role), f"The cluster's {role}", text(who))
            for role, who in cluster.trusts(of).items()
        }

    def _make_auto_scaling_role(self) -> aws.iam.ServiceLinkedRole:
        # The account has one for every Auto Scaling group: one that is there is adopted, and it stays when the stack
        # goes. Declared always, or the second deployment would find what the first had made, and drop it.
        opts = pulumi.ResourceOptions(
            parent=self,
            retain_on_delete=True,
            import_=self._plan.auto_scaling_role,
            ignore_changes=["tags", "tagsAll", "description", "customSuffix"],
        )
        return aws.iam.ServiceLinkedRole("auto-scaling", aws_service_name="autoscaling.amazonaws.com", opts=opts)

    def _make_keys(self) -> dict[Purpose, Key | ExistingKey]:
        plan = self._plan
        documents = keys.key_policies(plan.names, plan.wal, plan.deployer, plan.window, plan.cluster_names)
        after = [*self.roles.values(), self._linked]
        return {
            purpose: make_key(plan, purpose, documents[purpose], self, after)
            for purpose in (Purpose.DATA, Purpose.OPS, Purpose.VOLUMES)
        }

    def _make_grants(self) -> dict[str, Grants]:
        names = self._plan.names
        volumes = self.keys[Purpose.VOLUMES].arn
        documents: dict[str, Mapping[str, pulumi.Input[str]]] = {
            **{role: self._identity(role, list(made)) for role, made in expected(self._plan).items()},
            "backup": {"backup": when_known(partial(logs.backup, names), volumes_key=volumes)},
        }
        if names.makes_trail:
            documents["trail-to-logs"] = {"trail-to-logs": text(logs.trail_to_logs(names))}
        grants = {role: self._grant(role, policies) for role, policies in documents.items()}
        if CONTROL_PLANE in self.roles:
            # EKS refuses a cluster whose role has not this policy of AWS (page "Amazon EKS cluster IAM role").
            managed = f"arn:{names.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
            args = GrantsArgs(self.roles[CONTROL_PLANE].name, managed=[managed])
            grants[CONTROL_PLANE] = Grants(CONTROL_PLANE, args, self._child())
        return grants

    def _identity(self, role: str, purposes: list[str]) -> dict[str, pulumi.Output[str]]:
        parts = {purpose.value: key.arn for purpose, key in self.keys.items()}

        def make(purpose: str, zone_id: str, **arns: str) -> Document:
            return identities(self._plan, zone_id, KeyArns(logs="", **arns))[role][purpose]

        return {purpose: when_known(partial(make, purpose), zone_id=self._zone_id, **parts) for purpose in purposes}

    def _grant(self, role: str, policies: Mapping[str, pulumi.Input[str]]) -> Grants:
        made = {} if role in self._plan.existing_roles else policies
        named = {self._plan.names.policy_name(purpose): document for purpose, document in made.items()}
        return Grants(role, GrantsArgs(self.roles[role].name, named), self._child())
