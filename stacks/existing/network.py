"""An existing VPC: what is read of it, what must be true of it, and what the components make of it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from components.documents.endpoints import service_name
from components.plan import ExistingPlan
from stacks.endpoint_services import made_endpoints
from stacks.existing import endpoint_policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacks.existing.reading import Reader
    from stacks.settings import Settings

S3, ANYWHERE, HTTPS = "s3", "0.0.0.0/0", 443
FREE_ADDRESSES = 16
"""What a subnet must have beside the endpoints' interfaces: a load balancer asks for 8 (page "Application Load
Balancers"), the console takes one, and brokers the rest."""


@dataclass(frozen=True)
class Network:
    """A VPC as AWS answers for it, each list in botocore's shape; ``vpc`` is None when there is none of that id."""

    vpc: Mapping[str, Any] | None
    dns_support: bool = True
    dns_hostnames: bool = True
    subnets: Sequence[Mapping[str, Any]] = ()
    tables: Sequence[Mapping[str, Any]] = ()
    endpoints: Sequence[Mapping[str, Any]] = ()
    peerings: Sequence[Mapping[str, Any]] = ()
    groups: Sequence[Mapping[str, Any]] = ()
    prefix_lists: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The VPC's IPv4 blocks, the first one first."""
        own = (self.vpc or {}).get("CidrBlock", "")
        more = (self.vpc or {}).get("CidrBlockAssociationSet", ())
        used = [one["CidrBlock"] for one in more if one.get("CidrBlockState", {}).get("State") == "associated"]
        return (own, *(block for block in used if block != own))

    def subnet(self, name: str) -> Mapping[str, Any] | None:
        """A subnet of the VPC by id."""
        return next((one for one in self.subnets if one["SubnetId"] == name), None)

    def table_of(self, subnet: str) -> Mapping[str, Any]:
        """The route table that a subnet uses: its own, else the VPC's main one."""
        tied = [(table, tie) for table in self.tables for tie in table.get("Associations", ())]
        own = [table for table, tie in tied if tie.get("SubnetId") == subnet]
        return next(iter((*own, *(table for table, tie in tied if tie.get("Main")))), {})

    def endpoint(self, name: str) -> Mapping[str, Any] | None:
        """An endpoint of the VPC by id."""
        return next((one for one in self.endpoints if one["VpcEndpointId"] == name), None)


def read(reader: Reader, vpc: str) -> Network:
    """Ask AWS for the VPC and all that is in it."""
    found = reader.answer("ec2", "DescribeVpcs", {"VpcIds": [vpc]}, ("InvalidVpcID.NotFound",))
    if not found or not found["Vpcs"]:
        return Network(None)

    def of_vpc(operation: str, name: str = "vpc-id") -> Any:
        return reader.answer("ec2", operation, {"Filters": [{"Name": name, "Values": [vpc]}]})

    def attribute(name: str) -> bool:
        answer = reader.answer("ec2", "DescribeVpcAttribute", {"VpcId": vpc, "Attribute": name})
        return bool(answer[name[0].upper() + name[1:]]["Value"])

    sides = ("requester-vpc-info.vpc-id", "accepter-vpc-info.vpc-id")
    lists = reader.answer("ec2", "DescribePrefixLists", {})["PrefixLists"]
    return Network(
        found["Vpcs"][0],
        attribute("enableDnsSupport"),
        attribute("enableDnsHostnames"),
        of_vpc("DescribeSubnets")["Subnets"],
        of_vpc("DescribeRouteTables")["RouteTables"],
        of_vpc("DescribeVpcEndpoints")["VpcEndpoints"],
        [one for side in sides for one in of_vpc("DescribeVpcPeeringConnections", side)["VpcPeeringConnections"]],
        of_vpc("DescribeSecurityGroups")["SecurityGroups"],
        {one["PrefixListName"]: one["PrefixListId"] for one in lists},
    )


def plan(settings: Settings, there: Network) -> ExistingPlan:
    """The VPC in the components' words; it has no problems."""
    chosen = settings.network.endpoints
    named = {service: how for service, how in chosen.items() if how not in {"made", "none"}}
    subnets = settings.network.subnets
    groups = {group["GroupId"] for name in named.values() for group in (there.endpoint(name) or {}).get("Groups", ())}
    return ExistingPlan(
        vpc=str(settings.network.existing),
        subnets=subnets,
        blocks=tuple(str((there.subnet(subnet) or {})["CidrBlock"]) for subnet in subnets),
        route_tables=tuple(sorted({_name(table) for subnet in subnets if (table := there.table_of(subnet))})),
        endpoints=named,
        endpoint_groups=tuple(sorted(groups)),
        makes=frozenset(service for service, how in chosen.items() if how == "made"),
        s3_prefix_list=there.prefix_lists.get(service_name(settings.names, S3), ""),
        leaves=settings.network.nat == "existing",
        shared=settings.network.owner is not None,
    )


def problems(settings: Settings, there: Network) -> list[str]:
    """Everything in which the VPC is not what the settings say or the environment needs, a sentence each."""
    if there.vpc is None:
        sentence = (
            f"network.existing {settings.network.existing} is not there in {settings.region}, or belongs to another "
            f"account: name a VPC of the account {settings.aws_account_id}"
        )
        return [sentence]
    return [
        *_of_the_vpc(settings, there),
        *_of_the_subnets(settings, there),
        *_of_the_routes(settings, there),
        *_of_the_peers(there),
        *_of_the_endpoints(settings, there),
    ]


def _of_the_vpc(settings: Settings, there: Network) -> Iterator[str]:
    vpc, wanted = settings.network.existing, settings.aws_account_id
    owner = (there.vpc or {}).get("OwnerId", wanted)
    if owner != (settings.network.owner or wanted):
        yield (
            f"network.existing {vpc} belongs to the account {owner}, not to {settings.network.owner or wanted}: a "
            "participant of a shared VPC can make no endpoints, flow logs and zones in it: "
            + (
                f"name a VPC of the environment's account, or write {owner} as network.owner"
                if owner != wanted
                else "leave network.owner out"
            )
        )
    if there.blocks[0] != settings.network.cidr:
        yield f"network.cidr is {settings.network.cidr}, {vpc} has {', '.join(there.blocks)}: write {there.blocks[0]}"
    for name, on in (("enableDnsSupport", there.dns_support), ("enableDnsHostnames", there.dns_hostnames)):
        if not on:
            yield (f"{name} of {vpc} is off, names of endpoints and brokers need it: let the VPC's owner turn it on")


def _of_the_subnets(settings: Settings, there: Network) -> Iterator[str]:
    zones: dict[str, str] = {}
    needs = FREE_ADDRESSES + len(made_endpoints(settings))
    ours = sum(one.get("VpcEndpointType") == "Interface" and _is_ours(settings, one) for one in there.endpoints)
    for wanted, name in zip(settings.zones, settings.network.subnets, strict=True):
        subnet = there.subnet(name)
        if subnet is None:
            yield f"network.subnets {name} is no subnet of {settings.network.existing}: name one of its subnets"
            continue
        zone = subnet["AvailabilityZone"]
        if zone in zones:
            yield f"network.subnets {zones[zone]} and {name} are both in {zone}: name one subnet for each zone"
        elif zone != wanted:
            yield (
                f"network.subnets {name} is in {zone}, network.zone_letters says {wanted} in its place: put them in "
                "one order"
            )
        zones[zone] = name
        # What the environment's own endpoints have taken already is free for them.
        free = int(subnet.get("AvailableIpAddressCount", needs)) + ours
        if free < needs:
            yield f"network.subnets {name} has {free} free addresses, {needs} are needed: name a larger subnet"


def _of_the_routes(settings: Settings, there: Network) -> Iterator[str]:
    for name in settings.network.subnets:
        table = there.table_of(name)
        if not table and settings.network.owner is not None:
            continue  # Its owner knows: what a participant is not told is no reason to refuse.
        ways = [route for route in table.get("Routes", ()) if route.get("DestinationCidrBlock") == ANYWHERE]
        way: Mapping[str, Any] = ways[0] if ways else {}
        through, state = _target(way), way.get("State", "active")
        if through.startswith("igw-"):
            yield f"network.subnets {name} is public, {_name(table)} leads to {through}: name private subnets"
        elif settings.network.nat == "existing" and (not through or state != "active"):
            yield (
                f"network.nat is existing, and {_name(table)} of {name} has no active route to {ANYWHERE}: let the "
                "VPC's owner add one, or set nat to none"
            )


def _of_the_peers(there: Network) -> Iterator[str]:
    own = [ipaddress.IPv4Network(block) for block in there.blocks]
    vpc = (there.vpc or {}).get("VpcId")
    for peering in there.peerings:
        if peering.get("Status", {}).get("Code") not in {"active", "pending-acceptance", "provisioning"}:
            continue
        sides = (peering.get("RequesterVpcInfo", {}), peering.get("AccepterVpcInfo", {}))
        for side in (side for side in sides if side.get("VpcId") != vpc):
            theirs = [one["CidrBlock"] for one in side.get("CidrBlockSet", ())] or [side.get("CidrBlock", "")]
            for block in filter(None, theirs):
                met = next((mine for mine in own if mine.overlaps(ipaddress.IPv4Network(block))), None)
                if met:
                    yield (
                        f"{block} of the peer {side.get('VpcId')} ({peering['VpcPeeringConnectionId']}) overlaps {met} "
                        f"of {vpc}: packets to it stay in the VPC, so that no client there is reached; take another VPC"
                    )
    yield from _diversions(own, there)


def _diversions(own: list[ipaddress.IPv4Network], there: Network) -> Iterator[str]:
    """Routes that take a part of the VPC's own addresses out of it: they win over local where they say more."""
    for table in there.tables:
        for route in table.get("Routes", ()):
            through, block = _target(route), route.get("DestinationCidrBlock")
            if not block or not through.startswith(("tgw-", "pcx-", "vgw-")):
                continue
            lost = ipaddress.IPv4Network(block)
            if any(lost.subnet_of(mine) for mine in own):
                yield (
                    f"{_name(table)} sends {block}, which is the VPC's own, to {through}: let its owner remove the "
                    "route, or take another VPC"
                )


def _of_the_endpoints(settings: Settings, there: Network) -> Iterator[str]:
    for service, how in settings.network.endpoints.items():
        if how == "requested":
            yield (
                f"network.endpoints.{service} is requested of {settings.network.owner}: name the endpoint (vpce-…) "
                "once that account has made it, as byoc requests STACK asks"
            )
        elif how == "made":
            yield from _in_the_way(settings, there, service)
        elif how != "none":
            yield from _unfit(settings, there, service, how)


def _in_the_way(settings: Settings, there: Network, service: str) -> Iterator[str]:
    """What keeps the environment from making an endpoint of its own."""
    wanted = service_name(settings.names, service)
    others = [one for one in there.endpoints if one.get("ServiceName") == wanted and not _is_ours(settings, one)]
    if service != S3:
        for other in (one for one in others if one.get("PrivateDnsEnabled")):
            yield (
                f"network.endpoints.{service} is made, but {other['VpcEndpointId']} answers under the service's name "
                "in the VPC already, which one endpoint can: name that one"
            )
        return
    tables = {_name(there.table_of(name)): name for name in settings.network.subnets}
    for table, name in tables.items():
        taken = next((one for one in others if table in one.get("RouteTableIds", ())), None)
        if taken:
            yield (
                f"network.endpoints.s3 is made, but {table} of {name} leads to S3 through {taken['VpcEndpointId']} "
                "already: name that one"
            )
        strangers = [
            one["SubnetId"]
            for one in there.subnets
            if _name(there.table_of(one["SubnetId"])) == table and one["SubnetId"] not in settings.network.subnets
        ]
        if strangers:
            yield (
                f"network.endpoints.s3 is made, but {table} of {name} serves {strangers[0]} too, which would then "
                "reach the environment's buckets alone: name an endpoint that is there, or give the subnets a route "
                "table of their own"
            )


def _unfit(settings: Settings, there: Network, service: str, name: str) -> Iterator[str]:
    """Why an endpoint that is there does not serve."""
    endpoint, field_ = there.endpoint(name), f"network.endpoints.{service} {name}"
    if endpoint is None and settings.network.owner is not None:
        return  # AWS tells endpoints to the VPC's owner alone.
    if endpoint is None:
        yield f"{field_} is no endpoint of {settings.network.existing}: name one of its endpoints, or write made"
        return
    wanted, kind = service_name(settings.names, service), "Gateway" if service == S3 else "Interface"
    if endpoint.get("ServiceName") != wanted or endpoint.get("VpcEndpointType") != kind:
        what = f"{endpoint.get('VpcEndpointType')} endpoint of {endpoint.get('ServiceName')}"
        yield f"{field_} is the {what}: name a {kind} endpoint of {wanted}"
    elif endpoint.get("State", "available").lower() != "available":
        yield f"{field_} is {endpoint['State']}: wait until it is available, or name another"
    elif service == S3:
        for subnet in settings.network.subnets:
            table = _name(there.table_of(subnet))
            if table not in endpoint.get("RouteTableIds", ()):
                yield f"{field_} has no route in {table} of {subnet}: let its owner add that table to the endpoint"
        yield from endpoint_policies.problems(settings, service, endpoint)
    else:
        yield from _unheard(settings, there, endpoint, field_)
        yield from endpoint_policies.problems(settings, service, endpoint)


def _unheard(settings: Settings, there: Network, endpoint: Mapping[str, Any], field_: str) -> Iterator[str]:
    if not endpoint.get("PrivateDnsEnabled"):
        yield f"{field_} has no private DNS, so that nobody calls it: let its owner turn it on, or name another"
    groups = {group["GroupId"] for group in endpoint.get("Groups", ())}
    rules = [rule for one in there.groups if one["GroupId"] in groups for rule in one.get("IpPermissions", ())]
    for name in settings.network.subnets:
        block = (there.subnet(name) or {}).get("CidrBlock")
        if block and not any(_admits(rule, ipaddress.IPv4Network(block)) for rule in rules):
            yield f"{field_} admits no HTTPS from {block} of {name}: let its owner open 443 in its security group"


def _admits(rule: Mapping[str, Any], block: ipaddress.IPv4Network) -> bool:
    every = rule.get("IpProtocol") == "-1"
    https = rule.get("IpProtocol") == "tcp" and rule.get("FromPort", 0) <= HTTPS <= rule.get("ToPort", 0)
    ranges = [ipaddress.IPv4Network(one["CidrIp"]) for one in rule.get("IpRanges", ())]
    return (every or https) and any(block.subnet_of(one) for one in ranges)


def _is_ours(settings: Settings, thing: Mapping[str, Any]) -> bool:
    """Whether this environment's stack made it: on every later run its own things are there too."""
    tags = {tag["Key"]: tag["Value"] for tag in thing.get("Tags", ())}
    return settings.names.tags.items() <= tags.items()


def _name(table: Mapping[str, Any]) -> str:
    return str(table.get("RouteTableId", "no route table"))


def _target(route: Mapping[str, Any]) -> str:
    keys = (
        "GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId",
        "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
    )  # fmt: skip
    return str(next((route[key] for key in keys if route.get(key)), ""))
