"""The quotas that a stack counts against, from quotas.yaml: how many are made, are there, and are allowed."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from audit.model.facts import Unknown
from audit.preflight.asking import each
from audit.preflight.seen import is_ours
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.model.intended import Intended, Thing
    from audit.preflight.seen import Seen

FILE = "quotas.yaml"
APPLIED, DEFAULT = "service-quotas:GetServiceQuota", "service-quotas:GetAWSDefaultServiceQuota"


_APPLIED = Row(
    "service-quotas", "GetServiceQuota", "servicequotas:GetServiceQuota", "Shows how many of a thing AWS allows.",
    absent=frozenset({"NoSuchResourceException"}),
)  # fmt: skip
_DEFAULT = Row(
    "service-quotas", "GetAWSDefaultServiceQuota", "servicequotas:GetAWSDefaultServiceQuota",
    "Shows how many of a thing AWS allows an account that asked for no more.",
)  # fmt: skip


def asks(quotas_: Iterable[Mapping[str, str]]) -> Iterator[Row]:
    """The calls that answer how many of a thing AWS allows, by ServiceCode and QuotaCode."""
    asked = list(quotas_)
    yield from each(_APPLIED, asked)
    yield from each(_DEFAULT, asked)


def value(seen: Seen, params: Mapping[str, str]) -> int | Unknown:
    """A quota as it is applied to the account; where nobody has raised it, only AWS's default may be there."""
    applied = seen.value(APPLIED, "Quota.Value", params)
    return _number(seen.value(DEFAULT, "Quota.Value", params) if applied is None else applied, APPLIED)


def cited(seen: Seen, params: Mapping[str, str]) -> Iterator[str]:
    """The ids of the records that a quota's value rests on: AWS's default only where nothing is applied."""
    yield seen.evidence(APPLIED, params)
    if seen.value(APPLIED, "Quota.Value", params) is None:
        yield seen.evidence(DEFAULT, params)


class Quota(BaseModel):
    """One quota, as quotas.yaml states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    type: str
    only: dict[str, str] = Field(default_factory=dict)
    service: str | None = None
    code: str | None = Field(default=None, pattern=r"^L-[0-9A-F]{8}$")
    default: int = Field(gt=0)
    fixed: bool = False
    per: Literal["zone", "vpc"] | None = None
    listing: str
    items: str | None = None
    named: str | None = None
    summary: str | None = None
    limit: str | None = None
    source: str

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if sum(one is not None for one in (self.items, self.summary, self.limit)) != 1:
            raise ValueError(f"{self.title}: say one of items, summary and limit: how those that are there are counted")
        if (self.items is not None) != (self.fixed or self.code is not None):
            raise ValueError(f"{self.title}: say the quota's code, or that the limit is fixed, where items counts")
        return self

    @property
    def asked(self) -> dict[str, str] | None:
        """The parameters that ask Service Quotas for it; None where another answer says it."""
        return (
            None if self.code is None or self.service is None else {"ServiceCode": self.service, "QuotaCode": self.code}
        )

    def made(self, intended: Intended) -> list[Thing]:
        """What the stack makes of it."""
        return list(intended.of(self.type, **self.only))


class Count(BaseModel):
    """How a quota stands where it is closest: how many are there, how many more the stack makes, and in which place."""

    model_config = ConfigDict(frozen=True)
    used: int
    more: int
    place: str = ""


@cache
def quotas() -> tuple[Quota, ...]:
    """Every quota; raises pydantic's ValidationError for a row that lacks something."""
    text = resources.files("audit.preflight").joinpath(FILE).read_text("utf-8")
    return tuple(Quota.model_validate(row) for row in yaml.safe_load(text))


def of(intended: Intended) -> list[Quota]:
    """The quotas of what the stack makes."""
    return [quota for quota in quotas() if quota.made(intended)]


def allowed(seen: Seen, quota: Quota) -> int | Unknown:
    """How many AWS allows the account; Unknown where that could not be read."""
    if quota.fixed:
        return quota.default
    if quota.asked is not None:
        return value(seen, quota.asked)
    path = f"SummaryMap.{quota.summary}Quota" if quota.summary is not None else "Limit.Value"
    return _number(seen.value(quota.listing, path, _params(quota)), quota.listing)


def _number(found: Any, name: str) -> int | Unknown:
    permission = name.replace("service-quotas", "servicequotas")
    return found if isinstance(found, Unknown) else Unknown(permission, "NoValue", "") if found is None else int(found)


def _params(quota: Quota) -> dict[str, str]:
    return {"Type": quota.limit} if quota.limit is not None else {}


def count(seen: Seen, quota: Quota) -> Count | Unknown:
    """How many are there and how many more are made, in the place where it is closest; Unknown where not readable."""
    made = quota.made(seen.intended)
    if quota.items is None:
        path = f"SummaryMap.{quota.summary}" if quota.summary else "Count"
        used = seen.value(quota.listing, path, _params(quota))
        return used if isinstance(used, Unknown) else Count(used=int(used or 0), more=len(made))
    found = seen.all(quota.listing, quota.items)
    if isinstance(found, Unknown):
        return found
    # A shared VPC counts for its owner.
    own = [item for item in found if item.get("owner") in {None, seen.intended.account}]
    places = _places(seen, quota, own)
    if isinstance(places, Unknown):
        return places
    used = Counter(places.get(str(item.get("place") or ""), "") for item in own)
    there = Counter(places.get(str(item.get("place") or ""), "") for item in own if _is_there(seen, quota, item))
    wanted = Counter(_place(seen, quota, thing) for thing in made)
    counts = [
        Count(used=used[place], more=max(0, number - there[place]), place=place) for place, number in wanted.items()
    ]
    return max(counts, key=lambda one: (one.used + one.more, one.place))


def _is_there(seen: Seen, quota: Quota, item: dict[str, Any]) -> bool:
    """Whether an item is one that the stack made before."""
    if quota.named is None:
        return is_ours(item.get("tags"), seen.intended)
    return item["id"] in {thing.values.get(quota.named) for thing in quota.made(seen.intended)}


def _places(seen: Seen, quota: Quota, items: list[dict[str, Any]]) -> dict[str, str] | Unknown:
    """What an item says of its place to the place that counts: a subnet stands in a zone."""
    if quota.per != "zone":
        vpcs = _own_vpcs(seen) if quota.per == "vpc" else {}
        return {
            str(item.get("place") or ""): vpcs.get(str(item.get("place")), str(item.get("place") or ""))
            for item in items
        }
    found = seen.all("ec2:DescribeSubnets", "Subnets[].[SubnetId, AvailabilityZone]")
    return found if isinstance(found, Unknown) else dict(found)


def _own_vpcs(seen: Seen) -> dict[str, str]:
    """The environment's own VPC, where it is there already, is the one that the stack makes."""
    found = seen.all("ec2:DescribeVpcs", "Vpcs[]")
    made = next(seen.intended.of("aws_vpc"), None)
    if made is None or isinstance(found, Unknown):
        return {}
    return {vpc["VpcId"]: made.address for vpc in found if is_ours(vpc.get("Tags"), seen.intended)}


def _place(seen: Seen, quota: Quota, thing: Thing) -> str:
    """Where the stack makes a thing, in the words of what counts."""
    if quota.per == "zone":
        return seen.intended.zone_of(str(thing.values.get("subnet_id") or ""))
    if quota.per == "vpc":
        vpc = str(thing.values.get("vpc_id") or "")
        made = seen.intended.by_id(vpc)
        return made.address if made is not None else vpc
    return ""
