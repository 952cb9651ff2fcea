"""Which identity policies the plan gives to console and data plane, before and after what they name is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents import boundary, cluster, console, data_plane, endpoints
from components.documents.statement import KeyArns

if TYPE_CHECKING:
    from components.documents.statement import Document
    from components.plan import Plan

# As long as real ones, so that the same number of policies holds the same statements.
_SOME_ZONE = "Z" + 20 * "0"
_SOME_KEY = "key/00000000-0000-0000-0000-000000000000"


def identities(plan: Plan, zone_id: str, keys: KeyArns) -> dict[str, dict[str, Document]]:
    """The roles' policies: role to purpose to document; ``names.policy_name(purpose)`` names each."""
    names, owners = plan.names, plan.console.broker_image_owners
    brokers = data_plane.data_plane_identity(names, plan.wal, zone_id, keys)
    if plan.cluster is not None:
        clustered = console.clustered_identity(plan.cluster.names, zone_id, keys)
        parts = cluster.identities(plan.cluster.names, keys.volumes)
        return {"console": clustered, "data-plane": brokers, **parts}
    of_console = console.console_identity(names, plan.console.permissions, plan.wal, zone_id, keys, owners)
    return {"console": of_console, "data-plane": brokers}


def expected(plan: Plan) -> dict[str, dict[str, Document]]:
    """The same with stand-ins for the zone and the keys: right in its roles, purposes and actions."""
    some = plan.names.regional("kms", _SOME_KEY)
    return identities(plan, _SOME_ZONE, KeyArns(some, some, some, some))


def interface_endpoints(plan: Plan) -> dict[str, Document]:
    """Service to policy of every interface endpoint that the roles ask for within their boundaries."""
    documents = [document for made in expected(plan).values() for document in made.values()]
    if plan.cluster is None:
        return endpoints.interfaces(plan.names, documents, _boundaries(plan))
    parts = cluster.identities(plan.cluster.names, _SOME_KEY)
    within = [*_boundaries(plan), *(document for made in parts.values() for document in made.values())]
    return endpoints.interfaces(plan.names, documents, within, [plan.cluster.names.role_arn(role) for role in parts])


def _boundaries(plan: Plan) -> list[Document]:
    permissions, owners = plan.console.permissions, plan.console.broker_image_owners
    brokers = boundary.data_plane_boundary(plan.names, plan.wal, _SOME_ZONE)
    if plan.cluster is not None:
        return [boundary.clustered_boundary(plan.cluster.names, _SOME_ZONE), brokers]
    return [boundary.console_boundary(plan.names, permissions, plan.wal, _SOME_ZONE, owners), brokers]
