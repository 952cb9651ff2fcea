"""Which AWS services the environment's roles call, and so which interface endpoints it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.boundary import console_boundary, data_plane_boundary
from components.documents.console import console_identity
from components.documents.data_plane import data_plane_identity
from components.documents.endpoints import interfaces
from components.documents.statement import KeyArns
from components.layout import Purpose

if TYPE_CHECKING:
    from components.documents.statement import Document
    from stacks.settings import Settings


def endpoint_policies(settings: Settings) -> dict[str, Document]:
    """Every interface endpoint that follows from the actions that the roles hold, by service, with its policy."""
    names, zone = settings.names, "Z0"
    keys = KeyArns(*(["*"] * len(Purpose)))
    console = console_identity(
        names, settings.console_permissions, settings.wal, zone, keys, settings.console.broker_image_owners
    )
    brokers = data_plane_identity(names, settings.wal, zone, keys)
    most = [
        console_boundary(names, settings.console_permissions, settings.wal, zone, settings.console.broker_image_owners),
        data_plane_boundary(names, settings.wal, zone),
    ]
    return interfaces(names, [*console.values(), *brokers.values()], most)


def called_services(settings: Settings) -> tuple[str, ...]:
    """The last parts of those endpoint services' names, sorted."""
    return tuple(sorted(endpoint_policies(settings)))


def made_endpoints(settings: Settings) -> tuple[str, ...]:
    """Those of them that the stack makes an interface endpoint for: in a new VPC all, else those that say so."""
    network = settings.network
    return tuple(s for s in called_services(settings) if network.existing is None or network.endpoints[s] == "made")
