"""The settings of an environment that nothing leads out of: the one proxy, the names it may ask for, its images."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from stacks.setting_groups import Part

_DOMAIN = Annotated[str, StringConstraints(pattern=r"^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]{2,63}$")]
# RFC 1918, and the shared addresses of RFC 6598 that AWS routes within its networks.
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


class Proxy(Part):
    """The proxy through which console and brokers reach what no endpoint serves: its endpoint service or address."""

    service_name: str | None = Field(
        default=None,
        pattern=r"^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-[0-9a-f]{8,17}$",
        description="the endpoint service of the team that runs it: an endpoint to it is made in the VPC",
    )
    address: str | None = Field(
        default=None, description="its IPv4 address, where a peering or transit gateway leads to it"
    )
    port: int = Field(default=3128, ge=1, le=65535, description="the port at which it takes CONNECT requests")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.service_name is None) == (self.address is None):
            raise ValueError("no_internet.proxy needs one of service_name and address: give the one that you have")
        if self.address is not None:
            _private(self.address)
        return self


class NoInternet(Part):
    """Nothing leads to the internet: no NAT, no public subnet, names only of a list, images from the own registry."""

    proxy: Proxy | None = Field(
        default=None, description="the one way out, for what no endpoint serves; none at all when not given"
    )
    names: tuple[_DOMAIN, ...] = Field(
        default=(),
        max_length=50,
        description="further domains that the VPC's resolver may ask for, beside AWS's of the region and the "
        "environment's own zone; *. before one means all below it",
    )


def _private(text: str) -> None:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        raise ValueError(
            f"no_internet.proxy.address {text!r} is no IPv4 address: write one such as 10.0.0.10"
        ) from None
    if not any(address in block for block in _PRIVATE):
        raise ValueError(
            f"no_internet.proxy.address {text} is a public address, which nothing here leads to: name a private one"
        )
