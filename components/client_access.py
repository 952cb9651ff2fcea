"""How clients of other networks get to the brokers, as data: pure, and known before anything exists."""

from __future__ import annotations

from dataclasses import dataclass

MOST_LISTENERS = 50
"""AWS page "Quotas for your Network Load Balancers": the listeners of one, the bootstrap's among them."""
FIRST_BROKER_PORT = 9201
BROKER_PORTS = range(FIRST_BROKER_PORT, FIRST_BROKER_PORT + MOST_LISTENERS - 1)
"""The ports of single brokers at the endpoint, in the order in which their instances are named."""


@dataclass(frozen=True)
class PeerPlan:
    """A network of clients to peer with: its VPC, account and region, and the addresses that are routed to it."""

    vpc: str
    account: str
    region: str
    cidr: str


@dataclass(frozen=True)
class TransitPlan:
    """A transit gateway that leads to clients: their blocks, and their VPCs of the own account that see our names."""

    gateway: str
    cidrs: tuple[str, ...]
    vpcs: tuple[str, ...] = ()


@dataclass(frozen=True)
class PrivateLinkPlan:
    """Who may connect (ARNs), to which port of the brokers, how many brokers there are, and which run already.

    With ``sources`` (CIDRs) the load balancer admits these addresses of the clients' networks alone, otherwise whoever
    has an accepted endpoint. ``private_dns_name`` is in a public domain of the owner's.
    """

    principals: tuple[str, ...]
    port: int
    brokers: int = 3
    instances: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    private_dns_name: str | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        """The load balancer's ports: the bootstrap's, then each broker's."""
        return (self.port, *self.broker_ports)

    @property
    def broker_ports(self) -> tuple[int, ...]:
        """The port of each broker."""
        return tuple(BROKER_PORTS[: self.brokers])
