"""The settings of clients that live elsewhere: who comes by PrivateLink, and what is promised to them."""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from components.client_access import BROKER_PORTS
from stacks.setting_groups import ACCOUNT_PATTERN, Part, address_block, disjoint_blocks

_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
_INSTANCE = Annotated[str, StringConstraints(pattern=r"^i-[0-9a-f]{8,17}$")]
_HOST = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"


class PrivateLink(Part):
    """An endpoint service before the brokers: other accounts make an endpoint in their VPC, and you accept it."""

    principals: tuple[str, ...] = Field(
        min_length=1,
        max_length=20,
        description="the ARNs that may ask for a connection: an account's root, or one of its roles or users; never *",
    )
    acceptance: bool = Field(
        default=True, description="whether you accept each connection; false is refused: it would connect at once"
    )
    listener: Literal["SASL_SSL", "SSL"] = Field(
        default="SASL_SSL", description="the listener that they reach, one of listeners"
    )
    brokers: int = Field(
        default=3,
        ge=1,
        le=len(BROKER_PORTS),
        description="how many brokers get a port of their own, 9201 and on, beside the listener's port for bootstrap",
    )
    broker_instances: tuple[_INSTANCE, ...] = Field(
        default=(),
        description="the brokers' instances once the console has started them, in the order of the ports",
    )
    sources: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="the CIDRs of the clients' own networks, to admit no others; any of an accepted endpoint when not "
        "given",
    )
    private_dns_name: str | None = Field(
        default=None,
        pattern=_HOST,
        description="a name in a public domain of yours, which AWS lets endpoints answer to once you have proved that "
        "it is yours; without it clients make a private zone of kafka.<the environment's zone>",
    )

    @field_validator("principals", "broker_instances", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for principal in self.principals:
            if not _PRINCIPAL.fullmatch(principal):
                raise ValueError(
                    f"clients.private_link.principals: {principal!r} names nobody in particular: write the ARN of an "
                    "account's root, or of one of its roles or users, never *"
                )
        if not self.acceptance:
            raise ValueError(
                "clients.private_link.acceptance is false, so whoever is named would connect without being accepted: "
                "leave it out, and accept each connection"
            )
        for field in ("principals", "broker_instances"):
            given = getattr(self, field)
            twice = next((one for one in given if given.count(one) > 1), None)
            if twice:
                raise ValueError(f"clients.private_link.{field} has {twice} twice: keep one")
        if len(self.broker_instances) > self.brokers:
            raise ValueError(
                f"clients.private_link.broker_instances names {len(self.broker_instances)}, ports are kept for "
                f"{self.brokers}: raise clients.private_link.brokers"
            )
        disjoint_blocks("clients.private_link.sources", self.sources)
        return self

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts of the principals, in their order."""
        return tuple(dict.fromkeys(principal.split(":")[4] for principal in self.principals))


class Peer(Part):
    """A VPC of clients to peer with; its side's route back, and acceptance in another account, are its team's."""

    vpc: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$", description="the clients' VPC")
    cidr: str = Field(description="its addresses, as far as they are routed to: one block, within listeners[].sources")
    account: str | None = Field(
        default=None,
        pattern=ACCOUNT_PATTERN,
        description="its account, in quotes; the environment's when not given",
    )
    region: str | None = Field(
        default=None,
        pattern=r"^[a-z]{2,4}(-[a-z]+){1,3}-\d$",
        description="its region; the environment's when not given",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        address_block(f"clients.peering: cidr of {self.vpc}", self.cidr)
        return self

    @property
    def block(self) -> IPv4Network:
        """Its addresses."""
        return IPv4Network(self.cidr)


class AttachedNetwork(Part):
    """Clients behind a transit gateway."""

    cidr: str = Field(description="their addresses: one block, within listeners[].sources")
    vpc: str | None = Field(
        default=None,
        pattern=r"^vpc-[0-9a-f]{8,17}$",
        description="their VPC, where it is of the environment's account and region and shall see its names",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        address_block("clients.transit_gateway: cidr", self.cidr)
        return self


class TransitGateway(Part):
    """A transit gateway of this region that leads to clients; its tables, and the ways back, are its team's."""

    id: str = Field(
        pattern=r"^tgw-[0-9a-f]{8,17}$", description="the gateway, of this account or shared with it (AWS RAM)"
    )
    networks: tuple[AttachedNetwork, ...] = Field(
        min_length=1, max_length=20, description="the clients' networks that are routed to it"
    )


class Clients(Part):
    """How clients in other networks reach the brokers, beside the sources of the listeners."""

    private_link: PrivateLink | None = Field(
        default=None, description="an endpoint service for named accounts; none when not given"
    )
    peering: tuple[Peer, ...] = Field(default=(), max_length=20, description="VPCs of clients to peer with")

    transit_gateway: TransitGateway | None = Field(
        default=None, description="a transit gateway to attach to; none when not given"
    )

    @property
    def _behind(self) -> tuple[AttachedNetwork, ...]:
        return self.transit_gateway.networks if self.transit_gateway is not None else ()

    @model_validator(mode="after")
    def _apart_behind(self) -> Self:
        held = [(peer.cidr, peer.vpc) for peer in self.peering]
        for network in self._behind:
            for cidr, where in held:
                if IPv4Network(network.cidr).overlaps(IPv4Network(cidr)):
                    raise ValueError(
                        f"clients.transit_gateway: {network.cidr} overlaps {cidr} of {where}: routes lead to one of "
                        "them alone, name parts that are apart, or let one come by PrivateLink"
                    )
            held.append((network.cidr, "the same gateway"))
        return self

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for place, peer in enumerate(self.peering):
            for other in self.peering[:place]:
                if peer.vpc == other.vpc:
                    raise ValueError(f"clients.peering names {peer.vpc} twice: two VPCs are peered once, keep one")
                if peer.block.overlaps(other.block):
                    raise ValueError(
                        f"clients.peering: {peer.cidr} of {peer.vpc} overlaps {other.cidr} of {other.vpc}: routes "
                        "lead to one of them alone, name parts that are apart, or let one come by PrivateLink"
                    )
        return self

    def routing_problem(self, own: str, admitted: tuple[str, ...]) -> str | None:
        """What keeps clients' packets out: addresses of our own, or no listener that admits them."""
        routed = [("clients.peering", peer.cidr, f"{peer.cidr} of {peer.vpc}") for peer in self.peering]
        routed += [("clients.transit_gateway", network.cidr, network.cidr) for network in self._behind]
        for setting, cidr, told in routed:
            block = IPv4Network(cidr)
            if block.overlaps(IPv4Network(own)):
                return (
                    f"{setting}: {told} overlaps the environment's own {own}: no route tells them apart, choose "
                    "another network.cidr, or let these clients come by PrivateLink"
                )
            if not any(block.subnet_of(IPv4Network(source)) for source in admitted):
                return f"{setting}: no listener admits {told}: add it to listeners[].sources, or leave it out"
        return None
