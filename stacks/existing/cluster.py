"""An existing EKS cluster: what is read of it, and what must be true of it before brokers run in it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.addresses import everyone
from components.documents.cluster import CONTROL_PLANE_LOGS
from components.layout import Purpose
from stacks.cluster_settings import AL2023_VERSIONS, Eks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacks.existing.reading import Reader
    from stacks.settings import Settings

_HTTPS, _DNS = ("tcp", 443), (("tcp", 53), ("udp", 53))


@dataclass(frozen=True)
class Cluster:
    """A cluster as AWS answers for it, None when there is none of that name.

    ``rules`` are the inbound rules of the security group that EKS made for it, and ``blocks`` the address blocks of the
    subnets that brokers' nodes stand in, by subnet.
    """

    detail: Mapping[str, Any] | None
    rules: Sequence[Mapping[str, Any]] = ()
    blocks: Mapping[str, str] | None = None

    @property
    def network(self) -> Mapping[str, Any]:
        """Where its API stands, and who reaches it."""
        return (self.detail or {}).get("resourcesVpcConfig") or {}

    @property
    def group(self) -> str:
        """The security group that EKS made for it, which its API and its own nodes have."""
        return str(self.network.get("clusterSecurityGroupId") or "")


def read(reader: Reader, name: str, subnets: Sequence[str]) -> Cluster:
    """Ask AWS for the cluster, the rules of its group and the blocks of the brokers' subnets."""
    found = reader.answer("eks", "DescribeCluster", {"name": name}, ("ResourceNotFoundException",))
    if found is None:
        return Cluster(None)
    there = Cluster(found["cluster"])
    of_group = {"Filters": [{"Name": "group-id", "Values": [there.group]}]}
    groups = reader.answer("ec2", "DescribeSecurityGroups", of_group)["SecurityGroups"]
    of_subnets = {"Filters": [{"Name": "subnet-id", "Values": list(subnets)}]}
    blocks = {
        one["SubnetId"]: one["CidrBlock"] for one in reader.answer("ec2", "DescribeSubnets", of_subnets)["Subnets"]
    }
    return Cluster(there.detail, [rule for group in groups for rule in group["IpPermissions"]], blocks)


def problems(settings: Settings, there: Cluster) -> list[str]:
    """Everything in which the cluster is not what the settings say or brokers need, a sentence each."""
    name = (settings.eks or Eks()).existing
    if there.detail is None:
        account = settings.aws_account_id
        return [f"eks.existing {name} is not there in {settings.region}: name a cluster of the account {account}"]
    return [
        *_of_the_network(settings, there, f"eks.existing {name}"),
        *_of_the_access(there, f"eks.existing {name}"),
        *_of_the_records(settings, there, f"eks.existing {name}"),
        *_of_the_version(settings, there, f"eks.existing {name}"),
        *_of_the_group(there, f"eks.existing {name}"),
    ]


def _of_the_network(settings: Settings, there: Cluster, cluster: str) -> Iterator[str]:
    vpc, network = there.network.get("vpcId"), there.network
    if vpc != settings.network.existing:
        yield f"{cluster} stands in {vpc}, network.existing is {settings.network.existing}: name one VPC for both"
    if not network.get("endpointPrivateAccess"):
        yield f"{cluster} has no private endpoint, by which nodes reach its API: let its owner turn it on"
    if network.get("endpointPublicAccess") and everyone(network.get("publicAccessCidrs") or ("0.0.0.0/0",)):
        yield (
            f"{cluster} has an API that faces every address: let its owner turn the public endpoint off, or name the "
            "addresses that may use it"
        )


def _of_the_access(there: Cluster, cluster: str) -> Iterator[str]:
    mode = ((there.detail or {}).get("accessConfig") or {}).get("authenticationMode")
    if mode not in {"API", "API_AND_CONFIG_MAP"}:
        yield (
            f"{cluster} knows no access entries (its authentication mode is {mode}), and the console enters by one: "
            "let its owner set API"
        )


def _of_the_records(settings: Settings, there: Cluster, cluster: str) -> Iterator[str]:
    detail, ops = there.detail or {}, settings.keys.existing.get(Purpose.OPS)
    keys = [
        one["provider"]["keyArn"]
        for one in detail.get("encryptionConfig") or ()
        if "secrets" in (one.get("resources") or ())
    ]
    if not keys:
        yield f"{cluster} encrypts its secrets with no key of yours: let its owner associate one, it stays for good"
    elif ops not in keys:
        yield (
            f"{cluster} encrypts its secrets with {keys[0]}, which is no key of the environment: name it as "
            "keys.existing.ops, so that who uses it is audited"
        )
    written = {
        kind
        for one in (detail.get("logging") or {}).get("clusterLogging") or ()
        if one.get("enabled")
        for kind in one.get("types") or ()
    }
    missing = [kind for kind in CONTROL_PLANE_LOGS if kind not in written]
    if missing:
        yield f"{cluster} does not write its logs {', '.join(missing)}: let its owner turn them on"


def _of_the_version(settings: Settings, there: Cluster, cluster: str) -> Iterator[str]:
    version, wanted = str((there.detail or {}).get("version")), (settings.eks or Eks()).version
    if version not in AL2023_VERSIONS:
        yield (
            f"{cluster} is of version {version}, which has no Amazon Linux 2023 images for arm64: let its owner bring "
            f"it to one of {', '.join(AL2023_VERSIONS)}"
        )
    elif version != wanted:
        yield f'{cluster} is of version {version}, eks.version says {wanted}: write "{version}"'


def _of_the_group(there: Cluster, cluster: str) -> Iterator[str]:
    """Nodes have none of the cluster's groups, so that its own must admit them to its API and to its DNS."""
    for protocol, port in (_HTTPS, *_DNS):
        shut = [block for block in (there.blocks or {}).values() if not _admits(there.rules, protocol, port, block)]
        if shut:
            yield (
                f"{there.group} of {cluster} does not admit {', '.join(shut)} to {protocol} {port}, by which nodes "
                "reach its API and its DNS: let its owner add that rule"
            )


def _admits(rules: Sequence[Mapping[str, Any]], protocol: str, port: int, block: str) -> bool:
    inside = ipaddress.IPv4Network(block)
    return any(
        inside.subnet_of(ipaddress.IPv4Network(one["CidrIp"]))
        for rule in rules
        if rule.get("IpProtocol") in {"-1", protocol}
        and (rule.get("IpProtocol") == "-1" or rule["FromPort"] <= port <= rule["ToPort"])
        for one in rule.get("IpRanges") or ()
    )
