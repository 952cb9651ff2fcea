"""A VPC that another account shares through RAM: what its owner is asked for.

After "Responsibilities and permissions for owners and participants" in the VPC guide: a participant makes instances,
interfaces, security groups and load balancers in the subnets; endpoints, routes, ACLs, attachments, flow logs of
subnets and what the resolver follows are the owner's alone. A participant may describe routes and ACLs, no endpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.documents.buckets import FLOW_PREFIX
from components.documents.endpoints import s3_gateway, service_name
from stacks.endpoint_services import endpoint_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.documents.statement import Document
    from stacks.settings import Settings

_S3 = "s3"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the owner: of which setting and thing, what to do, why, and the policy to do it with, if any."""

    setting: str
    subject: str
    action: str
    why: str
    document: Document | None = None


def requested(settings: Settings) -> Iterator[Asked]:
    """Everything that the owner of the VPC must do for the environment, none where the VPC is not shared."""
    if settings.network.owner is not None:
        yield from _shared(settings)
        yield from _dns(settings)
        yield from _endpoints(settings)
        yield from _logs(settings)


def _shared(settings: Settings) -> Iterator[Asked]:
    network, account = settings.network, settings.aws_account_id
    arns = " ".join(_arn(settings, f"subnet/{subnet}") for subnet in network.subnets)
    name = f"automq-{settings.environment_id}"
    yield Asked(
        "network.subnets",
        ", ".join(network.subnets),
        "share these subnets, one a zone, private and of no default VPC, with the environment's account, which is of "
        f"your organisation: aws ram create-resource-share --name {name} --resource-arns {arns} --principals {account}",
        "console, brokers and the load balancer are made in them; what is shared can be taken back, and nothing more "
        "can then be made there",
    )
    way = "a route to 0.0.0.0/0 through NAT or a firewall" if network.nat == "existing" else "no route to the internet"
    yield Asked(
        "network.existing",
        str(network.existing),
        f"let the route tables of these subnets have {way}, the route to the S3 gateway endpoint, and no route that "
        f"takes a part of {network.cidr} elsewhere; let their network ACLs pass TCP among the subnets, from the "
        "listeners' sources to the ports of the listeners, 443 to where the routes lead, and the answers to 1024-65535",
        "routes and network ACLs are yours alone, and the stack changes none",
    )


def _dns(settings: Settings) -> Iterator[Asked]:
    vpc, account = settings.network.existing, settings.aws_account_id
    yield Asked(
        "network.existing",
        str(vpc),
        f"turn DNS support and DNS host names of the VPC on: aws ec2 modify-vpc-attribute --vpc-id {vpc} "
        f"--enable-dns-support, and again with --enable-dns-hostnames; and let no DNS Firewall rule and no "
        "resolver rule stand against the names of AWS's services and of the zone",
        "private names of endpoints and of brokers resolve with both alone",
    )
    zone = settings.hosted_zone
    if zone is not None:
        place = f"--hosted-zone-id {zone.existing} --vpc VPCRegion={settings.region},VPCId={vpc}"
        yield Asked(
            "hosted_zone.existing",
            f"{zone.existing} {zone.name}",
            f"associate the VPC with the zone, once {account} has authorised that (aws route53 "
            f"create-vpc-association-authorization {place}): aws route53 associate-vpc-with-hosted-zone {place}",
            "console and brokers write the brokers' names into it, and clients find them there through the VPC",
        )


def _endpoints(settings: Settings) -> Iterator[Asked]:
    network, subnets = settings.network, ", ".join(settings.network.subnets)
    policies = {_S3: s3_gateway(settings.names), **endpoint_policies(settings)}
    group = "admits TCP 443 from the blocks of these subnets and lets nothing out"
    for service, how in network.endpoints.items():
        if how == "none":
            continue
        name, there = service_name(settings.names, service), how.startswith("vpce-")
        gateway = f"the Gateway endpoint of {name} in the route tables of {subnets}"
        interface = (
            f"the Interface endpoint of {name}, with private DNS, in {subnets}, under a security group that {group}"
        )
        yield Asked(
            f"network.endpoints.{service}",
            how if there else name,
            f"{'keep' if there else 'make'} {gateway if service == _S3 else interface}, let its policy allow at least "
            "these statements" + ("" if there else ", and tell us its id (vpce-…)"),
            "console and brokers call the service through this endpoint, which you alone can make; a policy that "
            "allows everything serves too, and lets stolen credentials through as well",
            policies[service],
        )


def _logs(settings: Settings) -> Iterator[Asked]:
    names, subnets = settings.names, settings.network.subnets
    name = f"automq-{settings.environment_id}-dns"
    yield Asked(
        "network.existing",
        str(settings.network.existing),
        f"associate the VPC with the Resolver query log configuration {name}, which {settings.aws_account_id} makes "
        "and then shares with you (aws ram create-resource-share): aws route53resolver "
        f"associate-resolver-query-log-config --resource-id {settings.network.existing} --resolver-query-log-config-id "
        "rqlc-…",
        "the names that are asked for are on record in no other way; the log group belongs to the environment, and all "
        "that the VPC asks goes into it",
    )
    place = f"{names.bucket_arn(names.audit_bucket)}/{FLOW_PREFIX}"
    yield Asked(
        "network.subnets",
        ", ".join(subnets),
        "log all traffic of these subnets into the environment's audit bucket, whose policy lets your account's "
        f"deliveries in once the stack stands: aws ec2 create-flow-logs --resource-type Subnet --resource-ids "
        f"{' '.join(subnets)} --traffic-type ALL --log-destination-type s3 --log-destination {place} "
        "--max-aggregation-interval 60",
        "flow logs of a shared subnet are its owner's alone",
    )


def _arn(settings: Settings, resource: str) -> str:
    return f"arn:{settings.names.partition}:ec2:{settings.region}:{settings.network.owner}:{resource}"
