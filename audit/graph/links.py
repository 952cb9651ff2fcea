"""Edges, and the workloads of clusters, that no single service's answers hold: they join what two services say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.graph.workloads import workloads
from audit.model.arn import Arn
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Edge, EdgeKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator


def links(graph: BoundaryGraph) -> Iterator[Node | Edge]:
    """Instances and the roles of their profiles; subnets and the main route table that they fall back on; workloads."""
    instances = list(_roles(graph))
    yield from instances
    yield from _main_tables(graph)
    yield from workloads(graph, instances)


def _roles(graph: BoundaryGraph) -> Iterator[Edge]:
    roles = {profile: role for role in graph.nodes(NodeKind.ROLE) for profile in _profiles(role)}
    for instance in graph.nodes(NodeKind.INSTANCE):
        role = roles.get(str(instance.properties.get("profile")))
        if role is not None:
            yield Edge(instance.id, role.id, EdgeKind.RUNS_AS, records=(*instance.records, *role.records))


def _profiles(role: Node) -> list[str]:
    profiles = role.properties.get("instance_profiles")
    return [] if isinstance(profiles, Unknown) or profiles is None else list(profiles)


def _main_tables(graph: BoundaryGraph) -> Iterator[Edge]:
    tables = list(graph.nodes(NodeKind.ROUTE_TABLE))
    explicit = {subnet for table in tables for subnet in table.properties["subnets"]}
    # A participant of a shared VPC may see the main table and not the subnet's own.
    whole = [table for table in tables if table.account == Arn.parse(table.id).account]
    main = {table.properties["vpc"]: table for table in whole if table.properties["main"]}
    for subnet in graph.nodes(NodeKind.SUBNET):
        table = main.get(subnet.properties["vpc"])
        if table is not None and subnet.name not in explicit:
            records = (*subnet.records, *table.records)
            yield Edge(subnet.id, table.id, EdgeKind.USES_ROUTES, {"main": True}, records)
