"""The settings of the network: a new VPC, or one that exists and belongs to somebody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.layout import subnets
from stacks.setting_groups import ACCOUNT_PATTERN, ZONE_COUNTS, Part, address_block

if TYPE_CHECKING:
    from stacks.settings import Settings

_VPC = r"^vpc-[0-9a-f]{8,17}$"
_SUBNET = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")]
_ENDPOINT = re.compile(r"made|none|requested|vpce-[0-9a-f]{8,17}")


class Network(Part):
    """A new VPC with private subnets, public ones only for NAT; or with `existing` a VPC that is there already."""

    cidr: str = Field(
        default="10.42.0.0/16",
        description="the VPC's address block: of a new one /16 to /20, of an existing one its own",
    )
    public_subnets: bool = Field(
        default=True, description="whether a new VPC has public subnets, which NAT needs; an existing one gets none"
    )
    nat: Literal["none", "single", "per_zone", "existing"] = Field(
        default="single",
        description="the way out for what no endpoint serves: NAT gateways in a new VPC (single, per_zone), in an "
        "existing one what its routes lead to (existing); none, which is an existing VPC's default",
    )
    zone_letters: tuple[Annotated[str, StringConstraints(pattern="^[a-z]$")], ...] = Field(
        default=("a", "b", "c"),
        description="the letters of the availability zones, three or one, in the order of subnets; EBSWAL has one",
    )
    existing: str | None = Field(
        default=None, pattern=_VPC, description="the VPC that is there already; a new one is made when not given"
    )
    owner: str | None = Field(
        default=None,
        pattern=ACCOUNT_PATTERN,
        description="the account that owns the existing VPC and shares its subnets (RAM), where it is another one",
    )
    subnets: tuple[_SUBNET, ...] = Field(default=(), description="the existing VPC's private subnets, one a zone")
    endpoints: dict[str, str] = Field(
        default={},
        description="in an existing VPC, for s3 and for each service that the environment calls: vpce-… for an "
        "endpoint that is there, made for one of the environment's own, none for the way out, requested for one that "
        "the VPC's owner is still to make (docs/networks.md)",
    )

    @model_validator(mode="before")
    @classmethod
    def _as_it_is(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("existing"):
            return {"nat": "none", "public_subnets": False, **values}
        return values

    @model_validator(mode="after")
    def _fits(self) -> Self:
        address_block("network.cidr", self.cidr)
        if len(set(self.zone_letters)) != len(self.zone_letters):
            raise ValueError(
                f"network.zone_letters {', '.join(self.zone_letters)} names a zone twice: name each zone once"
            )
        if len(self.zone_letters) not in ZONE_COUNTS:
            raise ValueError(
                f"network.zone_letters names {len(self.zone_letters)} zones: name three, or one where the loss of a "
                "zone may stop the environment"
            )
        problem = self._new_problem() if self.existing is None else self._existing_problem()
        if problem:
            raise ValueError(problem)
        return self

    def _new_problem(self) -> str | None:
        subnets(self.cidr)
        for name in ("owner", "subnets", "endpoints"):
            if getattr(self, name):
                return f"network.{name} belongs to an existing VPC: name it in network.existing, or leave {name} out"
        if self.nat == "existing":
            return "network.nat is existing, a new VPC has no way out yet: take none, single or per_zone"
        if self.nat != "none" and not self.public_subnets:
            return f"network.nat is {self.nat}, which needs public subnets: turn public_subnets on or nat to none"
        return None

    def _existing_problem(self) -> str | None:
        if self.public_subnets or self.nat not in {"none", "existing"}:
            return (
                f"network.nat {self.nat} and public_subnets would change {self.existing}, which is not the stack's: "
                "take nat none or existing, and leave public_subnets out"
            )
        if len(self.subnets) != len(self.zone_letters) or len(set(self.subnets)) != len(self.subnets):
            return (
                f"network.subnets has {len(set(self.subnets))} subnets for {len(self.zone_letters)} zones: name one "
                "subnet for each of network.zone_letters, in that order"
            )
        return next(filter(None, map(self._endpoint_problem, self.endpoints.items())), None)

    def _endpoint_problem(self, pair: tuple[str, str]) -> str | None:
        service, how = pair
        if not _ENDPOINT.fullmatch(how):
            return f"network.endpoints.{service} is {how!r}: name an endpoint (vpce-…), or write made or none"
        if how == "requested" and self.owner is None:
            return (
                f"network.endpoints.{service} is requested, and {self.existing} is of the environment's account: name "
                "an endpoint (vpce-…), or write made or none"
            )
        if how == "made" and self.owner is not None:
            return (
                f"network.endpoints.{service} is made, which {self.owner} alone can in the VPC that it shares: name an "
                "endpoint of it, or write requested until byoc requests STACK is answered"
            )
        if how == "none" and service == "s3":
            return "network.endpoints.s3 is none, records go through an endpoint alone: write vpce-… or made"
        if how == "none" and self.nat == "none":
            return (
                f"network.endpoints.{service} is none and so is network.nat, nothing leads to {service}: name an "
                "endpoint, write made, or set nat to existing"
            )
        return None

    def undecided(self, services: tuple[str, ...]) -> str | None:
        """What an existing VPC's endpoints leave open of these services, or name beyond them; None for nothing."""
        if self.existing is None:
            return None
        needed = ("s3", *services)
        missing = [service for service in needed if service not in self.endpoints]
        if missing:
            return (
                f"network.endpoints does not say how {', '.join(missing)} is reached in {self.existing}: write vpce-… "
                "for an endpoint that is there, made for one of the environment's own, none for the way out"
            )
        unused = sorted(self.endpoints.keys() - set(needed))
        return f"network.endpoints.{unused[0]} is not called by the environment: leave it out" if unused else None


def shared_problem(settings: Settings) -> str | None:
    """What a participant of a shared VPC cannot have made, of all that the settings want; None for nothing."""
    owner = settings.network.owner
    if owner is None:
        return None
    if owner == settings.aws_account_id:
        return f"network.owner {owner} is the environment's own account, which shares nothing with itself: leave it out"
    if settings.hosted_zone is None:
        return (
            f"hosted_zone is not given, and no zone can be made for a VPC of {owner} before that account agrees: make "
            "a private zone, let it be associated as byoc requests STACK says, and name it in hosted_zone"
        )
    wanted = {
        "peers": settings.peers,
        "transit": settings.transit,
        "no_internet": settings.no_internet,
        "deploy_type K8S": settings.cluster,
    }
    lost = next((name for name, value in wanted.items() if value), None)
    return (
        f"{lost} changes the network, which {owner} alone can: let it do that, and leave {lost} out" if lost else None
    )
