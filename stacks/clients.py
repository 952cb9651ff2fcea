"""Clients of other networks: from their settings to what is built, what the contract says, and what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.contract import PrivateLink, Source
from components.client_access import PrivateLinkPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.setting_groups import Listener
    from stacks.settings import Settings

BALANCER = "client-load-balancer"
"""The role of the security group of the load balancer behind the endpoint service."""


def private_link_plan(settings: Settings) -> PrivateLinkPlan | None:
    """What is built for PrivateLink, None where it is not asked for."""
    link = settings.clients.private_link
    if link is None:
        return None
    return PrivateLinkPlan(
        link.principals,
        _port(settings),
        link.brokers,
        link.broker_instances,
        link.sources,
        link.private_dns_name,
    )


def _port(settings: Settings) -> int:
    link = settings.clients.private_link
    return next(one.port for one in settings.listeners if link is not None and one.protocol == link.listener)


def dns_name(settings: Settings) -> str:
    """The name by which clients elsewhere know the brokers; brokers advertise it to them with a port each."""
    link = settings.clients.private_link
    return (link.private_dns_name if link is not None else None) or f"kafka.{settings.names.zone_name}"


def private_link(settings: Settings, ids: Mapping[str, str]) -> PrivateLink | None:
    """The contract's part; ``ids`` holds the service's id and the load balancer's ARN."""
    link, plan = settings.clients.private_link, private_link_plan(settings)
    if link is None or plan is None:
        return None
    return PrivateLink(
        service=ids["service"],
        load_balancer=ids["load_balancer"],
        principals=link.principals,
        port=plan.port,
        broker_ports=plan.broker_ports,
        dns_name=dns_name(settings),
    )


def sources(settings: Settings, listener: Listener, groups: Mapping[str, str]) -> tuple[Source, ...]:
    """Who reaches a listener by PrivateLink: the accounts, and the load balancer that sends for them."""
    link = settings.clients.private_link
    if link is None or link.listener != listener.protocol:
        return ()
    return (Source(security_group=groups[BALANCER]), *(Source(account=account) for account in link.accounts))


def told(settings: Settings, service: Mapping[str, Any], groups: Sequence[str]) -> dict[str, Any]:
    """What the team hands to its clients, and what it registers brokers in; ``groups`` are the target groups' ARNs.

    ``service`` holds the endpoint service's name, and what proves a public name as AWS asks for it.
    """
    plan = private_link_plan(settings)
    if plan is None:
        raise ValueError("clients.private_link is not set: nothing is to be told of it")
    name = dns_name(settings)
    return {
        "service_name": service["name"],
        "bootstrap": f"{name}:{plan.port}",
        "advertised_listeners": [f"{name}:{port}" for port in plan.broker_ports],
        "target_groups": dict(zip(map(str, plan.ports), groups, strict=True)),
        "dns": _dns(name, service["proof"] if plan.private_dns_name else None),
    }


def _dns(name: str, proof: Sequence[Mapping[str, str]] | None) -> dict[str, Any]:
    """A public name is proved once; any other is a private zone of the clients' own, with one record at its top."""
    if proof is None:
        return {"private_zone": name, "record": f"{name} A, alias of the endpoint's first DNS name"}
    return {"name": name, "proof": [dict(one) for one in proof]}
