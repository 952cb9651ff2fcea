"""The inventory of a case: brokers, services and repositories together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kafka.errors
from confluent_kafka import KafkaException

from audit.model.errors import BrokerError
from poc import connection
from poc.compat.known import product_of
from poc.compat.settings import settings
from poc.compat.wire import Wire
from poc.inventory import brokers, confluent, consumption
from poc.inventory.consumption import Consumption
from poc.inventory.model import Inventory, Unseen
from poc.inventory.scan import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from poc.case.cluster import Cluster
    from poc.case.scope import Scope
    from poc.inventory.model import Service


def take(
    case: str, source: Cluster | None, scope: Scope, folders: Sequence[Path], fetch: Callable[[str], str]
) -> tuple[Inventory, tuple[Mapping[str, Any], ...]]:
    """Everything that can be seen, and the rows of Confluent's bill as its Costs API gives them.

    Raises BrokerError where the source does not answer, UsageError for a bad folder.
    """
    found = scan(folders, source.bootstrap if source else None)
    unseen: list[Unseen] = list(found.unseen)
    services: list[Service] = []
    told, product, consumed = brokers.Told(), None, Consumption()
    if source is None:
        unseen.append(Unseen(what="the source's brokers and services", why="no source is named: add it to poc.yaml"))
    else:
        told, product = _brokers(source, scope, fetch)
        services, lacking = confluent.read(source, confluent.rest_address(source, fetch), fetch)
        consumed = consumption.read(source, fetch)
        unseen += [*told.unseen, *lacking, *consumed.unseen]
    if not folders:
        unseen.append(Unseen(what="clients, Terraform, CI, dashboards", why="no repository is named: --repository DIR"))
    everything = Inventory(
        case=case,
        product=product,
        bootstrap=source.bootstrap if source else None,
        brokers=told.brokers,
        topics=told.topics,
        groups=told.groups,
        acls=told.acls,
        quotas=told.quotas,
        users=told.users,
        services=tuple(services),
        meters=consumed.meters,
        costs=consumed.costs,
        billed=consumed.billed,
        usages=found.usages,
        unseen=tuple(unseen),
    )
    return everything, consumed.rows


def _brokers(source: Cluster, scope: Scope, fetch: Callable[[str], str]) -> tuple[brokers.Told, str]:
    ways = settings(source, fetch)
    admin = connection.reach(ways.librdkafka)
    try:
        with Wire(ways.python) as wire:
            product = product_of(wire)
            return brokers.read(admin, wire, scope), product
    except (KafkaException, kafka.errors.KafkaError) as error:
        raise BrokerError(f"{source.bootstrap}: {error}: look at address, network and credentials") from None
