"""What the contract says of an environment whose brokers run in a cluster, from intent like the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.contract import Duty, Listener, LogSink, Principal, Privilege, Source
from components.cluster_groups import API
from components.cluster_names import BALANCERS, CNI, CONTROL_PLANE, DISKS, NODES
from stacks.cluster_settings import Eks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.settings import Settings

AT_RUN_TIME = ("load_balancer", "network_interface", "security_group", "target_group", "volume")
"""What the cluster's controllers make for brokers: their load balancers, volumes and interfaces."""
_USE = (Privilege.READ, Privilege.WRITE)


def principals(settings: Settings) -> dict[str, Principal]:
    """The roles that a cluster adds; none where brokers are instances."""
    cluster = settings.cluster
    if cluster is None:
        return {}
    table: dict[str, tuple[str, dict[str, tuple[Privilege, ...]]]] = {
        CONTROL_PLANE: ("the cluster's control plane: encrypts what its API keeps", {"ops-key": _USE}),
        NODES: ("the cluster's nodes: start pods, and hold no right of theirs", {}),
        CNI: ("gives pods their addresses", {}),
        DISKS: ("makes and attaches the brokers' volumes", {"volumes-key": _USE}),
        BALANCERS: ("makes the brokers' load balancers", {}),
    }
    return {
        role: Principal(arn=cluster.role_arn(role), does=does, may=dict(may))
        for role, (does, may) in table.items()
        if role in cluster.roles
    }


def own_groups(settings: Settings, groups: Mapping[str, str]) -> dict[str, str]:
    """The groups by role without that of a cluster that is there already, which is its owner's."""
    theirs = API if settings.cluster is not None and settings.cluster.existing else ""
    return {role: group for role, group in groups.items() if role != theirs}


def listeners(settings: Settings, groups: Mapping[str, str]) -> list[Listener]:
    """The cluster's private API, for the deployer's networks, the console and the nodes; and what it and pods call.

    Of a cluster that is there already, whose API is its owner's, only what it calls: the brokers' kubelets.
    """
    if settings.cluster is None:
        return []
    if settings.cluster.existing:
        theirs = (Source(security_group=groups[API]),)
        return [Listener(name="brokers-kubelet", on="broker-group", protocol="HTTPS", port=10250, sources=theirs)]
    people = (settings.eks or Eks()).administrator_sources
    callers = ("broker-group", "console-group", "system-node-group")
    sources = (*(Source(cidr=cidr) for cidr in people), *(Source(security_group=groups[role]) for role in callers))
    plane, brokers = (Source(security_group=groups[role]) for role in ("cluster-group", "broker-group"))
    system = "system-node-group"
    return [
        Listener(name="cluster-api", on="cluster-group", protocol="HTTPS", port=443, sources=sources),
        Listener(name="brokers-kubelet", on="broker-group", protocol="HTTPS", port=10250, sources=(plane,)),
        Listener(name="system-kubelet", on=system, protocol="HTTPS", port=10250, sources=(plane,)),
        Listener(name="controllers-webhook", on=system, protocol="HTTPS", port=9443, sources=(plane,)),
        Listener(name="cluster-names", on=system, protocol="DNS", port=53, sources=(brokers,)),
    ]


def log_sinks(settings: Settings) -> tuple[LogSink, ...]:
    """The control plane's logs."""
    cluster = settings.cluster
    if cluster is None or cluster.existing:
        return ()
    return (
        LogSink(
            signal="cluster",
            kind="log_group",
            name=cluster.log_group,
            retention_days=settings.retention.log_groups,
            reviewed_by=Duty.ALERTS,
        ),
    )
