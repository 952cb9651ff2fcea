"""The boxes of the data-flow diagram: the account, its network and stores, and what lies outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import EdgeKind, NodeKind
from audit.report.diagrams.diagram import Box, Shape
from audit.report.diagrams.site import ANYWHERE, items, known, listed, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.graph import Node
    from audit.report.diagrams.site import Site

RECORD_STORES = ("data-bucket", "ops-bucket")
_LOG_LINES = 4


def store_id(role: str) -> str:
    """The box of a bucket's role."""
    return "store_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in role)


def account_box(site: Site) -> Box:
    """The contract's account: the boundary."""
    title = f"The boundary: account {site.contract.account}, {site.contract.region}"
    return Box("account", Shape.ACCOUNT, (title,), tuple(_region(site)))


def outside_boxes(site: Site) -> Iterator[Box]:
    """What lies outside the account: people, clients, the internet with the vendor, other accounts."""
    yield Box("people", Shape.PERSON, ("Platform team",))
    sources = [source for source in client_sources(site) if not site.within(source) and source not in ANYWHERE]
    if sources:
        yield Box("clients", Shape.OUTSIDE, ("Kafka clients", "of your networks", listed(sources)))
    yield Box("internet", Shape.OUTSIDE, ("Internet", "with AutoMQ Cloud"))
    vendor = site.contract.vendor_access.principal
    if site.contract.vendor_access.mode == "granted" and vendor:
        yield Box("vendor", Shape.OUTSIDE, ("AutoMQ, the vendor", vendor))
    copies = sorted({e.target for e in site.graph.edges(EdgeKind.COPIES_TO)
                     if e.source in site.bucket_roles and e.target not in site.bucket_roles})  # fmt: skip
    if copies:
        yield Box(
            "elsewhere", Shape.OUTSIDE, ("Buckets that the contract does not name", listed(map(bucket_name, copies)))
        )
    yield from (Box(foreign_id(node), Shape.OUTSIDE, _foreign_lines(node)) for node in foreign(site))


def foreign(site: Site) -> list[Node]:
    """Principals of other accounts that a bucket names or that can use one, but for the declared vendor."""
    kinds = (EdgeKind.GRANTS, EdgeKind.CAN_READ, EdgeKind.CAN_WRITE, EdgeKind.CAN_DESTROY, EdgeKind.CAN_ADMINISTER)
    ends = {end for edge in site.graph.edges(*kinds) if _at_bucket(site, edge.source, edge.target)
            for end in (edge.source, edge.target)}  # fmt: skip
    nodes = (site.graph.get(end) for end in sorted(ends))
    vendor = site.contract.vendor_access.principal
    return [n for n in nodes if n is not None and n.kind is NodeKind.FOREIGN_PRINCIPAL and n.id != vendor]


def bucket_name(arn: str) -> str:
    """The name in a bucket's ARN."""
    return arn.rpartition(":")[2]


def foreign_id(node: Node) -> str:
    """The box of a foreign principal."""
    return "foreign_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in node.id)


def client_sources(site: Site) -> list[str]:
    """The sources that the broker group lets in, without our own groups; the declared ones when unread."""
    rules = site.ingress("broker-group")
    if rules is None:
        declared = [
            s for listener in site.contract.listeners if listener.on == "broker-group" for s in listener.sources
        ]
        return list(dict.fromkeys(s.cidr or s.security_group or "" for s in declared))
    return list(dict.fromkeys(source for source, _ in rules if site.role_of_group(source) is None))


def _at_bucket(site: Site, *ends: str) -> bool:
    return any(end in site.bucket_roles for end in ends)


def _foreign_lines(node: Node) -> tuple[str, ...]:
    return (f"Account {node.account}", node.name) if node.account else (node.name,)


def _region(site: Site) -> Iterator[Box]:
    yield _network(site)
    stores = tuple(_store(site, role) for role in RECORD_STORES if role in site.contract.buckets)
    yield Box("stores", Shape.GROUP, ("Records in S3",), stores)
    yield Box("apis", Shape.OUTSIDE, ("AWS APIs", "of the region"))
    keys = tuple(_key(site, role) for role in sorted(site.contract.keys))
    if keys:
        yield Box("keys", Shape.GROUP, ("KMS keys, customer-managed",), keys)
    yield Box("logs", Shape.GROUP, ("Logs and alarms",), tuple(_logs(site)))


def _network(site: Site) -> Box:
    cidrs = listed(items(site.vpc, "cidrs")) if site.vpc else ""
    public = tuple(_public(site))
    inner = [
        Box("private", Shape.SUBNETS, (_subnets_title("Private subnets", _private(site)),), tuple(_private_boxes(site)))
    ]
    if public:
        inner.append(Box("public", Shape.SUBNETS, (_subnets_title("Public subnets", site.public_subnets),), public))
    if any(short_service(node) == "s3" for node in site.endpoints("Gateway")):
        inner.append(Box("s3_endpoint", Shape.ENDPOINT, ("S3 gateway endpoint",)))
    return Box("vpc", Shape.NETWORK, (f"VPC {cidrs}".strip(),), tuple(inner))


def short_service(endpoint: Node) -> str:
    """The part of an endpoint's service name after the region: s3, ecr.api."""
    parts = str(endpoint.properties.get("service") or "").split(".", 3)
    return parts[-1]


def _private(site: Site) -> list[Node]:
    public = {node.id for node in site.public_subnets}
    return [node for node in site.subnets if node.id not in public]


def _subnets_title(name: str, subnets: Iterable[Node]) -> str:
    zones = sorted({str(zone) for node in subnets if known(zone := node.properties.get("zone"))})
    return f"{name} · {listed(zones)}" if zones else name


def _private_boxes(site: Site) -> Iterator[Box]:
    inside = [source for source in client_sources(site) if site.within(source)]
    if inside:
        yield Box("clients_inside", Shape.COMPUTE, ("Kafka clients", "in the VPC", listed(inside)))
    instances, interfaces = site.members("broker-group")
    count = len(instances) or len(interfaces)
    yield Box(
        "brokers", Shape.COMPUTE, (f"AutoMQ brokers \u00d7 {count}" if count else "AutoMQ brokers, none running",)
    )
    yield Box("console", Shape.COMPUTE, ("AutoMQ console",))
    services = sorted(short_service(node) for node in site.endpoints("Interface"))
    if services:
        lines = tuple(", ".join(services[i : i + 4]) for i in range(0, len(services), 4))
        yield Box("endpoints", Shape.ENDPOINT, (f"Interface endpoints \u00d7 {len(services)}", *lines))


def _public(site: Site) -> Iterator[Box]:
    if any(site.in_vpc(node) for node in site.graph.nodes(NodeKind.NAT_GATEWAY)):
        yield Box("nat", Shape.ENDPOINT, ("NAT gateway", "out only"))


def _store(site: Site, role: str) -> Box:
    declared = site.contract.buckets[role]
    node = site.bucket(role)
    lines = [role, declared.name, _encryption(site, node)]
    if node is None:
        lines.append("not in the account")
    return Box(store_id(role), Shape.STORE, tuple(line for line in lines if line))


def _encryption(site: Site, bucket: Node | None) -> str:
    encryption = bucket.properties.get("encryption") if bucket else None
    if not isinstance(encryption, dict):
        return ""
    key = str(encryption.get("key") or "")
    role = next((role for role, declared in site.contract.keys.items() if short(declared.arn) == short(key)), None)
    return f"SSE-KMS with {role or short(key)}" if key else str(encryption.get("algorithm") or "")


def _key(site: Site, role: str) -> Box:
    return Box("key_" + store_id(role), Shape.KEY, (role, site.contract.keys[role].protects))


def _logs(site: Site) -> Iterator[Box]:
    trails = [node.name for node in site.graph.nodes(NodeKind.TRAIL)]
    if trails:
        yield Box("trail", Shape.LOG, ("CloudTrail", listed(trails)))
    groups = [node.name for node in site.graph.nodes(NodeKind.LOG_GROUP)]
    if groups:
        yield Box("log_groups", Shape.LOG, (f"Log groups \u00d7 {len(groups)}", *groups[:_LOG_LINES]))
    roles = [role for role in site.contract.buckets if role not in RECORD_STORES]
    yield from (_store(site, role) for role in sorted(roles))
    alarms = list(site.graph.nodes(NodeKind.ALARM))
    if alarms:
        yield Box("alarms", Shape.LOG, (f"Alarms \u00d7 {len(alarms)}",))
    topics = [node.name for node in site.graph.nodes(NodeKind.TOPIC)]
    if topics:
        yield Box("topic", Shape.LOG, ("Alarm topic", listed(topics)))
