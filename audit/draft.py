"""A contract for an environment that this kit did not make, inferred from the vendor's tags, bucket and role names.

Every line carries ``reviewed: false``: what rests on it is unknown until a person has confirmed it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.model.contract import BoundaryContract, Bucket, Key, Network, Principal, Privilege, VendorAccess
from audit.model.errors import ContractError
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph, Node

VENDOR_TAG, ENVIRONMENT_TAG = "automqVendor", "automqEnvironmentID"
_USE = (Privilege.READ, Privilege.WRITE, Privilege.DESTROY)
_BUCKET = re.compile(r"automq-(data|ops)-")
_ROLES = {
    "console": re.compile(r"automq-console-"),
    "data-plane": re.compile(r"automq-data-plane-"),
    "console-and-brokers": re.compile(r"automq-byoc-service-role-"),
}
_MAY = {
    "console": {"ops-bucket": _USE},
    "data-plane": {"data-bucket": _USE, "ops-bucket": _USE},
    "console-and-brokers": {"data-bucket": _USE, "ops-bucket": _USE},
}


def environments(graph: BoundaryGraph, account: str) -> list[str]:
    """The environment ids that the vendor's tags name in an account."""
    return sorted({found for node in _of(graph, account) if (found := _environment(node))})


def draft(
    graph: BoundaryGraph, account: str, region: str, partition: str = "aws", environment: str | None = None
) -> BoundaryContract:
    """The inferred contract; raises ContractError when several environments are there and none was named."""
    found = environments(graph, account)
    if environment is None and len(found) > 1:
        raise ContractError(f"the account holds several environments ({', '.join(found)}): name one with --environment")
    if environment is not None and environment not in found:
        known = ", ".join(found) or "none"
        raise ContractError(f"no resource of {account} is tagged {ENVIRONMENT_TAG}={environment}: found {known}")
    environment = environment or next(iter(found), "unknown")
    mine = [node for node in _of(graph, account) if _environment(node) in (environment, None)]
    buckets = _buckets(mine)
    return BoundaryContract(
        environment_id=environment,
        account=account,
        region=region,
        partition=partition,
        buckets=buckets,
        keys=_keys(graph, buckets, partition),
        principals=_principals(mine, buckets, account, partition),
        network=_network(mine),
        vendor_access=VendorAccess(reviewed=False),
    )


def _of(graph: BoundaryGraph, account: str) -> list[Node]:
    """The account's own nodes: others that were walked beside it have environments of theirs."""
    return [node for node in graph.nodes() if node.account in {"", account}]


def _tags(node: Node) -> dict[str, str]:
    tags = node.properties.get("tags")
    return tags if isinstance(tags, dict) else {}


def _environment(node: Node) -> str | None:
    tags = _tags(node)
    return tags.get(ENVIRONMENT_TAG) if tags.get(VENDOR_TAG) == "automq" or ENVIRONMENT_TAG in tags else None


def _buckets(nodes: list[Node]) -> dict[str, Bucket]:
    found: dict[str, Bucket] = {}
    for node in nodes:
        match = _BUCKET.match(node.name) if node.kind is NodeKind.BUCKET else None
        if match:
            holds = "Kafka records" if match[1] == "data" else "logs, metrics and licences"
            found.setdefault(f"{match[1]}-bucket", Bucket(name=node.name, holds=holds, reviewed=False))
    return found


def _keys(graph: BoundaryGraph, buckets: dict[str, Bucket], partition: str) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for role, bucket in buckets.items():
        for edge in graph.edges(EdgeKind.ENCRYPTED_WITH, source=f"arn:{partition}:s3:::{bucket.name}"):
            name = f"{role.removesuffix('-bucket')}-key"
            keys[name] = Key(arn=edge.target, protects=bucket.holds, reviewed=False)
            buckets[role] = bucket.model_copy(update={"encryption": name})
    return keys


def _principals(nodes: list[Node], buckets: dict[str, Bucket], account: str, partition: str) -> dict[str, Principal]:
    found: dict[str, Principal] = {}
    for node in nodes:
        for role, pattern in _ROLES.items():
            if node.kind is NodeKind.ROLE and pattern.match(node.name):
                may = {store: privileges for store, privileges in _MAY[role].items() if store in buckets}
                found[role] = Principal(arn=node.id, does=role.replace("-", " "), may=may, reviewed=False)
    everything = {role: tuple(Privilege) for role in buckets}
    root = f"arn:{partition}:iam::{account}:root"
    found["deployer"] = Principal(arn=root, does="owns the account", may=everything, reviewed=False)
    return found


def _network(nodes: list[Node]) -> Network | None:
    tagged = [node for node in nodes if _tags(node).get(VENDOR_TAG) == "automq"]
    vpcs = sorted({_vpc(node) for node in tagged} - {None, ""}, key=str)
    if not vpcs:
        return None
    groups = _groups([node for node in tagged if node.kind is NodeKind.SECURITY_GROUP])
    subnets = tuple(node.name for node in tagged if node.kind is NodeKind.SUBNET)
    return Network(vpc=str(vpcs[0]), subnets=subnets, security_groups=groups, internet_egress="nat", reviewed=False)


def _groups(nodes: list[Node]) -> dict[str, str]:
    """The console's group by its name; the brokers' by theirs, or the only one left: the Console names that one."""
    names = {node.name: str(node.properties.get("group_name")) for node in nodes}
    console = sorted(node for node, name in names.items() if "console" in name)
    brokers = sorted(node for node, name in names.items() if "broker" in name and node not in console)
    others = [node for node, name in names.items() if node not in console and not re.search("endpoint|default", name)]
    found = {"console-group": console, "broker-group": brokers or others}
    return {role: nodes[0] for role, nodes in found.items() if len(nodes) == 1}


def _vpc(node: Node) -> str | None:
    if node.kind is NodeKind.VPC:
        return node.name
    vpc = node.properties.get("vpc")
    return vpc if isinstance(vpc, str) else None
