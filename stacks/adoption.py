"""An environment that the vendor's Terraform made, described as a stack of this kit: settings, imports, and a plan.

Only what holds records is imported: the two buckets. The network is used as it stands (setting network.existing), and
all else is made anew beside what is there, so that traffic moves and nothing is changed under it.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from audit.model.errors import SettingsError
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from stacks.automq_config import sample_automq_config
from stacks.endpoint_services import called_services
from stacks.setting_groups import PORTS
from stacks.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.model.contract import BoundaryContract
    from audit.model.graph import BoundaryGraph, Node

_BUCKET = "byoc:aws:Footprint$byoc:aws:Bucket"
TIGHTENING = ("aws:s3/bucketPolicy:BucketPolicy",
              "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")  # fmt: skip
"""What refuses or fails the old roles' requests: it comes last, once nothing runs as them."""
_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
_ZONES = (3, 1)


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is there, by what it becomes.

    ``values`` are the stack's settings without the secret; ``old_roles`` the ARNs that console and brokers run as now;
    ``cluster`` the EKS cluster that brokers run in, None where they are instances.
    """

    stack: str
    values: Mapping[str, Any]
    buckets: Mapping[str, str]
    old_roles: tuple[str, ...]
    consoles: tuple[str, ...]
    brokers: tuple[str, ...]
    cluster: str | None

    @property
    def environment_id(self) -> str:
        """The environment's id, which goes into every name."""
        return str(self.values["environment_id"])

    @property
    def tightening(self) -> tuple[str, ...]:
        """The URNs that the first `pulumi up` leaves out."""
        return tuple(self._urn(f"{_BUCKET}${kind}", role) for role in sorted(self.buckets) for kind in TIGHTENING)

    def _urn(self, kinds: str, name: str) -> str:
        return f"urn:pulumi:{self.stack}::{PROJECT}::{kinds}::{name}"

    @property
    def provider(self) -> str:
        """The URN of the program's provider, which must be there before anything is imported with it."""
        return self._urn("pulumi:providers:aws", "aws")

    def stack_file(self) -> str:
        """Pulumi.STACK.yaml of these settings."""
        config = {f"{PROJECT}:{name}": value for name, value in self.values.items()}
        return yaml.safe_dump({"config": config}, sort_keys=False, allow_unicode=True, width=120)

    def imports(self) -> str:
        """The file that `pulumi import --file` takes: the buckets, under the components that the program gives them."""
        footprint = {"type": "byoc:aws:Footprint", "name": self.environment_id, "component": True}
        resources: list[dict[str, Any]] = [footprint]
        for role, bucket in sorted(self.buckets.items()):
            part = {"type": "byoc:aws:Bucket", "name": f"{role}-component", "logicalName": role, "component": True}
            resources.append({**part, "parent": self.environment_id})
            held = {"type": "aws:s3/bucket:Bucket", "name": f"{role}-bucket", "logicalName": role, "id": bucket}
            resources.append({**held, "parent": f"{role}-component", "provider": "aws"})
        return json.dumps({"nameTable": {"aws": self.provider}, "resources": resources}, indent=1) + "\n"


def adopt(stack: str, graph: BoundaryGraph, contract: BoundaryContract) -> Adoption:
    """Describe the environment of a contract, drafted or written; raises SettingsError for what is none of AutoMQ's."""
    buckets = {role: bucket.name for role in ("data", "ops") if (bucket := contract.buckets.get(f"{role}-bucket"))}
    if len(buckets) < len(("data", "ops")) or contract.network is None:
        raise SettingsError(
            f"account {contract.account} shows no AutoMQ environment in {contract.region} (a data and an ops bucket, a "
            "VPC with the vendor's tags): audit the account and region that have one, or give its contract"
        )
    values = {
        "environment_id": contract.environment_id,
        "aws_account_id": contract.account,
        "region": contract.region,
        "network": _network(graph, contract),
        "data_bucket": buckets["data"],
        **_listeners(graph, contract),
        "protect": False,
    }
    values["network"]["endpoints"] = _endpoints(graph, contract, values)
    Settings.from_config({**values, "automq_config": _config(contract, buckets["ops"])})
    roles = [contract.principals[name] for name in _RUNNING if name in contract.principals]
    old = tuple(dict.fromkeys(role.arn for role in roles))
    started = [(node, set(_runs_as(graph, node))) for node in _instances(graph, contract)]
    console = next((p.arn for name, p in contract.principals.items() if name == "console"), None)
    consoles = [n.name for n, arns in started if "console" in _name(n).lower() or (console and arns == {console})]
    return Adoption(
        stack,
        values,
        buckets,
        old,
        tuple(consoles),
        tuple(n.name for n, arns in started if n.name not in consoles and arns & set(old)),
        next((node.name for node in graph.nodes(NodeKind.CLUSTER) if node.account == contract.account), None),
    )


_RUNNING = ("console", "data-plane", "console-and-brokers")


def _network(graph: BoundaryGraph, contract: BoundaryContract) -> dict[str, Any]:
    """The VPC and one private subnet a zone; raises SettingsError for a network that no stack fits into."""
    assert contract.network is not None  # noqa: S101  # adopt has asked
    name = contract.network.vpc
    vpc = next((node for node in graph.nodes(NodeKind.VPC) if node.name == name), None)
    by_zone: dict[str, str] = {}
    for subnet in graph.nodes(NodeKind.SUBNET):
        if subnet.properties.get("vpc") == name and not _is_public(graph, subnet, name):
            by_zone.setdefault(str(subnet.properties.get("zone")), subnet.name)
    zones = sorted(by_zone)[: _ZONES[0]]
    cidrs = vpc.properties.get("cidrs") if vpc is not None else None
    if len(zones) not in _ZONES or not isinstance(cidrs, list) or not cidrs:
        raise SettingsError(
            f"{name} has private subnets in {len(zones)} zones ({', '.join(zones) or 'none'}), a stack needs three "
            "or one: make the missing subnets first"
        )
    return {
        "cidr": cidrs[0],
        "existing": name,
        "zone_letters": [zone[-1] for zone in zones],
        "subnets": [by_zone[zone] for zone in zones],
        "nat": "existing",
    }


def _is_public(graph: BoundaryGraph, subnet: Node, vpc: str) -> bool:
    """Whether its routes lead to an internet gateway; those of the main table where it has none of its own."""
    tables = [table for table in graph.nodes(NodeKind.ROUTE_TABLE) if table.properties.get("vpc") == vpc]
    own = [table for table in tables if subnet.name in (table.properties.get("subnets") or ())]
    routes = [
        route
        for table in own or [table for table in tables if table.properties.get("main")]
        for route in table.properties.get("routes") or ()
    ]
    return any(str(route.get("GatewayId", "")).startswith("igw-") for route in routes)


def _endpoints(graph: BoundaryGraph, contract: BoundaryContract, values: Mapping[str, Any]) -> dict[str, str]:
    """For each service that the environment calls the VPC's endpoint, or that the stack makes one."""
    network = values["network"]
    plain = {name: value for name, value in values.items() if name not in {"network", "listeners"}}
    anew = Settings.from_config({**plain, "automq_config": _config(contract, "automq-ops-any")})
    there = {
        str(node.properties.get("service")).rpartition(f"{contract.region}.")[2]: node.name
        for node in graph.nodes(NodeKind.VPC_ENDPOINT)
        if node.properties.get("vpc") == network["existing"]
    }
    return {service: there.get(service, "made") for service in ("s3", *called_services(anew))}


def _listeners(graph: BoundaryGraph, contract: BoundaryContract) -> dict[str, Any]:
    """The brokers' client ports as their group admits them now, with what has to be said of wide ones."""
    groups = contract.network.security_groups if contract.network is not None else {}
    group, own = groups.get("broker-group"), set(groups.values())
    node = next((one for one in graph.nodes(NodeKind.SECURITY_GROUP) if one.name == group), None)
    rules = node.properties.get("ingress") if node is not None else None
    if rules is None or isinstance(rules, Unknown):
        return {}
    found = []
    for protocol, port in PORTS.items():
        sources = sorted({source for rule in rules if _admits(rule, port) for source in _sources(rule, own)})
        if sources:
            wide = {"allow_internet": True} if "0.0.0.0/0" in sources else {}
            clear = {"allow_plaintext": True} if protocol == "PLAINTEXT" else {}
            kept = ["0.0.0.0/0", *filter(_GROUP.fullmatch, sources)] if wide else sources
            found.append({"protocol": protocol, "sources": kept, **wide, **clear})
    return {"listeners": found} if found else {}


def _admits(rule: Mapping[str, Any], port: int) -> bool:
    if rule.get("IpProtocol") != "tcp":
        return False
    return int(rule.get("FromPort", 0)) <= port <= int(rule.get("ToPort", 65535))


def _sources(rule: Mapping[str, Any], own: set[str]) -> Iterator[str]:
    """Who a rule lets in from outside the environment: its own groups are the stack's matter."""
    yield from (str(one["CidrIp"]) for one in rule.get("IpRanges") or ())
    groups = (str(one.get("GroupId")) for one in rule.get("UserIdGroupPairs") or ())
    yield from (group for group in groups if _GROUP.fullmatch(group) and group not in own)


def _instances(graph: BoundaryGraph, contract: BoundaryContract) -> Iterator[Node]:
    for node in graph.nodes(NodeKind.INSTANCE):
        tags = node.properties.get("tags")
        if isinstance(tags, dict) and tags.get("automqEnvironmentID") == contract.environment_id:
            yield node


def _runs_as(graph: BoundaryGraph, node: Node) -> Iterator[str]:
    yield from (edge.target for edge in graph.edges(EdgeKind.RUNS_AS, source=node.id))


def _name(node: Node) -> str:
    tags = node.properties.get("tags")
    return f"{node.name} {tags.get('Name', '')}" if isinstance(tags, dict) else node.name


def _config(contract: BoundaryContract, ops_bucket: str) -> str:
    """A sample of the config that AutoMQ Cloud issued, with the environment's own ops bucket: to check the settings."""
    sample = sample_automq_config(contract.environment_id, contract.region, contract.account)
    data = {**json.loads(base64.b64decode(sample)), "opsBucket": {"bucketName": ops_bucket}}
    return base64.b64encode(json.dumps(data).encode()).decode()
