"""The security groups of a cluster: its control plane and the nodes of its own parts, and what brokers need of both.

AWS page "View Amazon EKS security group requirements for clusters": nodes reach the API on 443, the API reaches
kubelets on 10250. The group that EKS makes by itself, open among its members and outwards, is on no node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.broker_group import ANYWHERE, DNS, HTTPS, resolver
from components.rules import Rule, admit, let_out, security_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.plan import Plan

KUBELET, WEBHOOK = 10250, 9443
"""Where the control plane calls nodes, and the load balancer controller's webhook."""
API, SYSTEM = "cluster-group", "system-node-group"


@dataclass(frozen=True)
class ClusterGroupsArgs:
    """``groups`` are broker-group and console-group; the endpoints' groups and S3's prefix list lead to AWS."""

    plan: Plan
    vpc_id: pulumi.Input[str]
    groups: Mapping[str, pulumi.Output[str]]
    endpoint_group_ids: Sequence[pulumi.Input[str]]
    s3_prefix_list_id: pulumi.Input[str]


class ClusterGroups(pulumi.ComponentResource):
    """cluster-group before the control plane, system-node-group before nodes.

    The group of a cluster that is there already is another's, and stays as it is: what brokers and console need of it
    stands in their own groups, and what it must admit was looked at before.
    """

    ids: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: ClusterGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ClusterGroups", name, None, opts)
        self._name, self._args = name, args
        cluster = args.plan.cluster
        if cluster is not None and cluster.names.existing:
            self.ids = {API: pulumi.Output.from_input(cluster.control_plane_group)}
            self._ids = {**args.groups, **self.ids}
            self._join()
        else:
            self._make()
        self.register_outputs({"ids": self.ids})

    def _make(self) -> None:
        self.ids = {
            API: self._make_group("cluster", "The API of the environment's cluster"),
            SYSTEM: self._make_group("system-nodes", "Nodes of the cluster's own parts"),
        }
        self._ids = {**self._args.groups, **self.ids}
        self._open_api()
        self._open_nodes()
        self._open_names()
        self._let_system_out()

    def _join(self) -> None:
        api = self._ids[API]
        for role in ("broker-group", "console-group"):
            self._let_out(role, Rule("cluster", HTTPS, group=api))
        self._let_out("broker-group", *(Rule(f"cluster-names-{way}", DNS, way, group=api) for way in ("tcp", "udp")))
        self._admit("broker-group", Rule("cluster-kubelet", KUBELET, group=api))

    def _make_group(self, suffix: str, description: str) -> pulumi.Output[str]:
        name, child = f"{self._args.plan.prefix}-{suffix}", pulumi.ResourceOptions(parent=self)
        return security_group(f"{self._name}-{suffix}", name, description, self._args.vpc_id, child)

    def _admit(self, role: str, *rules: Rule) -> None:
        admit(f"{self._name}-{role}", self._ids[role], rules, pulumi.ResourceOptions(parent=self))

    def _let_out(self, role: str, *rules: Rule) -> None:
        let_out(f"{self._name}-{role}", self._ids[role], rules, pulumi.ResourceOptions(parent=self))

    def _open_api(self) -> None:
        callers = ("broker-group", SYSTEM, "console-group")
        cluster = self._args.plan.cluster
        sources = cluster.administrators if cluster is not None else ()
        people = (Rule(f"administrators-{place}", HTTPS, cidr=cidr) for place, cidr in enumerate(sources))
        self._admit(API, *(Rule(role, HTTPS, group=self._ids[role]) for role in callers), *people)
        for role in callers:
            self._let_out(role, Rule("cluster", HTTPS, group=self._ids[API]))

    def _open_nodes(self) -> None:
        brokers, system = self._ids["broker-group"], self._ids[SYSTEM]
        self._let_out(
            API,
            Rule("brokers-kubelet", KUBELET, group=brokers),
            Rule("system-kubelet", KUBELET, group=system),
            Rule("system-webhook", WEBHOOK, group=system),
        )
        self._admit("broker-group", Rule("cluster-kubelet", KUBELET, group=self._ids[API]))
        self._admit(
            SYSTEM,
            Rule("cluster-kubelet", KUBELET, group=self._ids[API]),
            Rule("cluster-webhook", WEBHOOK, group=self._ids[API]),
        )

    def _open_names(self) -> None:
        # Pods have their node's groups, and the cluster's own names are answered on the system's nodes.
        brokers, system = self._ids["broker-group"], self._ids[SYSTEM]
        self._admit(
            SYSTEM,
            Rule("self-names-tcp", DNS),
            Rule("self-names-udp", DNS, "udp"),
            Rule("brokers-names-tcp", DNS, group=brokers),
            Rule("brokers-names-udp", DNS, "udp", group=brokers),
        )
        self._let_out(
            "broker-group",
            Rule("system-names-tcp", DNS, group=system),
            Rule("system-names-udp", DNS, "udp", group=system),
        )

    def _let_system_out(self) -> None:
        args = self._args
        self._let_out(
            SYSTEM,
            Rule("self-names-tcp", DNS),
            Rule("self-names-udp", DNS, "udp"),
            Rule("s3", HTTPS, prefix_list=args.s3_prefix_list_id),
            *(Rule(f"endpoints-{place}", HTTPS, group=group) for place, group in enumerate(args.endpoint_group_ids)),
            Rule("resolver-tcp", DNS, cidr=resolver(args.plan.network.cidr)),
            Rule("resolver-udp", DNS, "udp", cidr=resolver(args.plan.network.cidr)),
            # For images that no registry of AWS has.
            *([Rule("internet", HTTPS, cidr=ANYWHERE)] if args.plan.network.leaves else []),
        )
