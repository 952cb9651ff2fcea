"""EKS clusters: whether their API faces the internet, what they log, who may enter, on what and as what pods run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.addresses import everyone
from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import vpc_arn
from audit.services.row import Row
from audit.services.runs_as import runs_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.model.facts import Fact
    from audit.services.facts import Element, Facts

_eks = partial(Row, "eks")
_CLUSTERS, _CLUSTER, _ENTRIES = "eks:ListClusters", "eks:DescribeCluster", "eks:ListAccessEntries"
_POLICIES, _NODE_GROUPS, _NODE_GROUP = "eks:ListAssociatedAccessPolicies", "eks:ListNodegroups", "eks:DescribeNodegroup"
_ASSOCIATIONS, _ASSOCIATION = "eks:ListPodIdentityAssociations", "eks:DescribePodIdentityAssociation"
_OF = '[1]."$params".clusterName'

ROWS = (
    _eks("ListClusters", _CLUSTERS, "which clusters there are", **IF_ANY),
    _eks(
        "DescribeCluster",
        _CLUSTER,
        "whether a cluster's API faces the internet, and what it logs",
        parent=_CLUSTERS,
        each="clusters[].{name: @}",
    ),
    _eks(
        "ListAccessEntries",
        _ENTRIES,
        "which principals may enter a cluster",
        parent=_CLUSTERS,
        each="clusters[].{clusterName: @}",
        absent=frozenset({"InvalidRequestException"}),
    ),
    _eks(
        "ListAssociatedAccessPolicies",
        _POLICIES,
        "as what a principal enters a cluster, and into which namespaces",
        parent=_ENTRIES,
        each=f"pairs(accessEntries, @)[*].{{clusterName: {_OF}, principalArn: [0]}}",
    ),
    _eks(
        "ListNodegroups",
        _NODE_GROUPS,
        "which groups of nodes a cluster has",
        parent=_CLUSTERS,
        each="clusters[].{clusterName: @}",
    ),
    _eks(
        "DescribeNodegroup",
        _NODE_GROUP,
        "from which image, at which price and with which role nodes are made, and whether SSH is open",
        parent=_NODE_GROUPS,
        each=f"pairs(nodegroups, @)[*].{{clusterName: {_OF}, nodegroupName: [0]}}",
    ),
    _eks(
        "ListPodIdentityAssociations",
        _ASSOCIATIONS,
        "which service accounts of a cluster run as roles",
        parent=_CLUSTERS,
        each="clusters[].{clusterName: @}",
    ),
    _eks(
        "DescribePodIdentityAssociation",
        _ASSOCIATION,
        "as which role a service account's pods run",
        parent=_ASSOCIATIONS,
        each="associations[].{clusterName: clusterName, associationId: associationId}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Clusters with their network, logging, encryption and access entries, their nodes, the pods that run as roles."""
    for found in facts.listing(_CLUSTERS, "clusters", NodeKind.CLUSTER, NodeKind.NODE_GROUP, NodeKind.WORKLOAD):
        if isinstance(found, Gap):
            yield found
        else:
            yield from _cluster(facts, str(found[0]), found[1])
            yield from _node_groups(facts, str(found[0]))
            yield from _workloads(facts, str(found[0]), found[1])


def _cluster(facts: Facts, name: str, record: str) -> Iterator[Element]:
    detail = facts.value(_CLUSTER, "cluster", {"name": name})
    known = {} if isinstance(detail, Unknown) else detail or {}
    network = known.get("resourcesVpcConfig") or {}
    found = {
        "vpc": network.get("vpcId"),
        "subnets": network.get("subnetIds"),
        "groups": [*(network.get("securityGroupIds") or ()), *_group(network)],
        "public_endpoint": network.get("endpointPublicAccess"),
        "public_sources": network.get("publicAccessCidrs"),
        "public_to_everyone": _to_everyone(network.get("publicAccessCidrs") or (), record),
        "private_endpoint": network.get("endpointPrivateAccess"),
        "logging": (known.get("logging") or {}).get("clusterLogging"),
        "encryption": known.get("encryptionConfig"),
        "role": known.get("roleArn"),
        "version": known.get("version"),
        "authentication": (known.get("accessConfig") or {}).get("authenticationMode"),
        "issuer": ((known.get("identity") or {}).get("oidc") or {}).get("issuer"),
        "tags": known.get("tags") or {},
    }
    properties: dict[str, Any] = dict.fromkeys(found, detail) if isinstance(detail, Unknown) else found
    properties["access_entries"] = facts.value(_ENTRIES, "accessEntries", {"clusterName": name})
    properties["access"] = _access(facts, name, properties["access_entries"])
    properties["config_map_access"] = _config_map(properties["authentication"], record)
    node_id = facts.arn("eks", f"cluster/{name}")
    yield Node(node_id, NodeKind.CLUSTER, name, facts.account, facts.region, properties, (record,))
    if network.get("vpcId"):
        yield Edge(vpc_arn(facts, network["vpcId"]), node_id, EdgeKind.CONTAINS, records=(record,))
    if known.get("roleArn"):
        yield Edge(node_id, known["roleArn"], EdgeKind.RUNS_AS, records=(record,))
    for entry in () if isinstance(properties["access"], Unknown) else properties["access"]:
        listed = facts.record(_POLICIES, {"clusterName": name, "principalArn": entry["principal"]})
        said = {key: entry[key] for key in ("policy", "scope", "namespaces")}
        yield Edge(entry["principal"], node_id, EdgeKind.ENTERS, said, (listed.id,) if listed is not None else ())


def _to_everyone(sources: Iterable[str], record: str) -> Fact:
    try:
        return everyone(sources)
    except ValueError:
        return Unknown(_CLUSTER, "NoAddress", record)


def _config_map(mode: Fact, record: str) -> Fact:
    """Whom the cluster's own aws-auth map lets in: nobody where only entries count, else what no call of AWS shows."""
    if mode == "API" or isinstance(mode, Unknown):
        return [] if mode == "API" else mode
    return Unknown("", "InTheCluster", record)


def _access(facts: Facts, cluster: str, entries: Fact) -> Fact:
    """The access policies of each entry, with their scope; Unknown where those of one were not read."""
    if isinstance(entries, Unknown):
        return entries
    found: list[dict[str, Any]] = []
    for principal in entries or ():
        asked = {"clusterName": cluster, "principalArn": principal}
        policies = facts.value(_POLICIES, "associatedAccessPolicies", asked)
        if isinstance(policies, Unknown):
            return policies
        for one in policies or ():
            scope = one.get("accessScope") or {}
            entry = {"principal": principal, "policy": one["policyArn"].rpartition("/")[2], "scope": scope.get("type")}
            found.append({**entry, "namespaces": scope.get("namespaces") or []})
    return found


def _node_groups(facts: Facts, cluster: str) -> Iterator[Element]:
    listed = facts.value(_NODE_GROUPS, "nodegroups", {"clusterName": cluster})
    if isinstance(listed, Unknown):
        yield Gap((NodeKind.NODE_GROUP,), facts.account, facts.region, _NODE_GROUPS, listed)
        return
    described = {name: facts.value(_NODE_GROUP, "nodegroup", _asked(cluster, name)) for name in listed or ()}
    for name in described:
        yield from _node_group(facts, cluster, name, described)


def _asked(cluster: str, group: str) -> dict[str, str]:
    return {"clusterName": cluster, "nodegroupName": group}


def _node_group(facts: Facts, cluster: str, name: str, described: Mapping[str, Fact]) -> Iterator[Element]:
    detail: Any = described[name]
    record = facts.record(_NODE_GROUP, _asked(cluster, name))
    known = {} if isinstance(detail, Unknown) else detail or {}
    found = {
        "ami_type": known.get("amiType"),
        "capacity_type": known.get("capacityType"),
        "version": known.get("version"),
        "role": known.get("nodeRole"),
        "subnets": known.get("subnets"),
        "taints": known.get("taints") or [],
        "launch_template": known.get("launchTemplate"),
        "ssh_key": (known.get("remoteAccess") or {}).get("ec2SshKey"),
        "tags": known.get("tags") or {},
    }
    properties: dict[str, Any] = dict.fromkeys(found, detail) if isinstance(detail, Unknown) else found
    properties["zones"] = _zones(facts, properties["subnets"])
    properties["pool_zones"] = _zones(facts, _pool_subnets(detail, described.values()))
    properties["vpc"] = facts.value(_CLUSTER, "cluster.resourcesVpcConfig.vpcId", {"name": cluster})
    arn = known.get("nodegroupArn") or facts.arn("eks", f"nodegroup/{cluster}/{name}")
    records = (record.id,) if record is not None else ()
    yield Node(arn, NodeKind.NODE_GROUP, name, facts.account, facts.region, properties, records)
    yield Edge(facts.arn("eks", f"cluster/{cluster}"), arn, EdgeKind.CONTAINS, records=records)


def _pool_subnets(detail: Any, groups: Iterable[Any]) -> Fact:
    """The subnets of all groups that the same pods can run on, those with the same taints; Unknown where one is."""
    if isinstance(detail, Unknown):
        return detail
    subnets: list[str] = []
    for group in groups:
        if isinstance(group, Unknown):
            return group
        if _taints(group) == _taints(detail):
            subnets.extend(group.get("subnets") or ())
    return subnets


def _taints(group: Any) -> set[tuple[str, str]]:
    return {(taint.get("key", ""), taint.get("value", "")) for taint in group.get("taints") or ()}


def _zones(facts: Facts, subnets: Fact) -> Fact:
    """The zones of subnets; Unknown where one was not seen."""
    if isinstance(subnets, Unknown):
        return subnets
    known: dict[str, str] = {}
    for found in facts.listing("ec2:DescribeSubnets", "Subnets"):
        if isinstance(found, Gap):
            return found.unknown
        known[found[0]["SubnetId"]] = found[0].get("AvailabilityZone", "")
    lost = [subnet for subnet in subnets or () if subnet not in known]
    if lost:
        return Unknown("ec2:DescribeSubnets", NOT_COLLECTED, "")
    return sorted({known[subnet] for subnet in subnets or ()})


def _workloads(facts: Facts, cluster: str, record: str) -> Iterator[Element]:
    listed = facts.value(_ASSOCIATIONS, "associations", {"clusterName": cluster})
    if isinstance(listed, Unknown):
        yield Gap((NodeKind.WORKLOAD,), facts.account, facts.region, _ASSOCIATIONS, listed)
        return
    for item in listed or ():
        asked = {"clusterName": cluster, "associationId": item["associationId"]}
        paths = {"role": "association.roleArn", "target_role": "association.targetRoleArn"}
        roles = {key: facts.value(_ASSOCIATION, path, asked) for key, path in paths.items()}
        name, arn = f"{item['namespace']}/{item['serviceAccount']}", item["associationArn"]
        yield Node(arn, NodeKind.WORKLOAD, name, facts.account, facts.region, roles, (record,))
        yield Edge(facts.arn("eks", f"cluster/{cluster}"), arn, EdgeKind.CONTAINS, records=(record,))
        for role in roles.values():
            yield from runs_as(facts, arn, role, record)


def _group(network: dict[str, Any]) -> list[str]:
    return [network["clusterSecurityGroupId"]] if network.get("clusterSecurityGroupId") else []
