"""Which AWS services the environment's roles call, and so which interface endpoints it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cluster_names import NODES
from components.documents.boundary import clustered_boundary, console_boundary, data_plane_boundary
from components.documents.boundary_requests import needs, some_keys
from components.documents.cluster import identities
from components.documents.console import clustered, clustered_identity, console_identity
from components.documents.data_plane import data_plane_identity
from components.documents.endpoint_requests import Callers
from components.documents.endpoints import held_actions, interfaces, without_endpoint
from components.documents.statement import KeyArns
from components.layout import Purpose

if TYPE_CHECKING:
    from components.documents.statement import Document
    from stacks.settings import Settings


def endpoint_policies(settings: Settings) -> dict[str, Document]:
    """Every interface endpoint that follows from the actions that the roles hold, by service, with its policy."""
    more = [settings.cluster.role_arn(role) for role in _parts(settings)] if settings.cluster is not None else []
    return interfaces(settings.names, *_held(settings), more)


def unserved_actions(settings: Settings) -> tuple[str, ...]:
    """The actions of the roles that no endpoint of a region serves: they go out through NAT or a proxy."""
    return without_endpoint(held_actions(*_held(settings)))


def _held(settings: Settings) -> tuple[list[Document], list[Document]]:
    """The roles' identity documents and their boundaries."""
    names, zone = settings.names, "Z0"
    keys = KeyArns(*(["*"] * len(Purpose)))
    brokers = [*data_plane_identity(names, settings.wal, zone, keys).values()]
    brokers_most = data_plane_boundary(names, settings.wal, zone)
    if settings.cluster is not None:
        parts = [document for made in _parts(settings).values() for document in made.values()]
        console = clustered_identity(settings.cluster, zone, keys)
        return [*console.values(), *brokers, *parts], [clustered_boundary(settings.cluster, zone), brokers_most, *parts]
    console = console_identity(
        names, settings.console_permissions, settings.wal, zone, keys, settings.console.broker_image_owners
    )
    most = console_boundary(
        names, settings.console_permissions, settings.wal, zone, settings.console.broker_image_owners
    )
    return [*console.values(), *brokers], [most, brokers_most]


def _parts(settings: Settings) -> dict[str, dict[str, Document]]:
    """The policies of the roles that a cluster adds, by role; none without one."""
    return {} if settings.cluster is None else identities(settings.cluster, "*")


def callers(settings: Settings) -> Callers:
    """Who calls AWS from the subnets: console, brokers and the parts of a cluster, with what each needs."""
    names, zone, cluster = settings.names, "Z0", settings.cluster
    keys = some_keys(names, settings.keys.existing)
    both = (names.console_role_arn, names.data_plane_role_arn)
    needed = needs(names, settings.wal, zone, settings.console.broker_image_owners, keys)
    mine = {role: needed[role] for role in both}
    pulling = {names.console_role_arn} if ".dkr.ecr." in settings.console.image.partition("/")[0] else set()
    if cluster is not None:
        mine[names.console_role_arn] = clustered(cluster, zone, keys.ops)
        for role, documents in identities(cluster, keys.volumes).items():
            mine[cluster.role_arn(role)] = [one for made in documents.values() for one in made["Statement"]]
        pulling.add(cluster.role_arn(NODES))
    return Callers(mine, both, pulling)


def called_services(settings: Settings) -> tuple[str, ...]:
    """The last parts of those endpoint services' names, sorted."""
    return tuple(sorted(endpoint_policies(settings)))


def made_endpoints(settings: Settings) -> tuple[str, ...]:
    """Those of them that the stack makes an interface endpoint for: in a new VPC all, else those that say so."""
    network = settings.network
    return tuple(s for s in called_services(settings) if network.existing is None or network.endpoints[s] == "made")
