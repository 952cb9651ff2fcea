"""The places that several views draw: the account, its network and stores, and what lies outside."""

from __future__ import annotations

import hashlib
import re
from textwrap import wrap
from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, EdgeKind, NodeKind
from audit.model.verdict import NOT_JOINED
from audit.report.diagrams import services_of_others
from audit.report.diagrams.diagram import Box, Shape, Standing
from audit.report.diagrams.site import ANYWHERE, items, known, listed, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.facts import Fact
    from audit.model.graph import Node
    from audit.report.diagrams.site import Site

RECORD_STORES = ("data-bucket", "ops-bucket")
_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FEW_OUTSIDE, _LONGEST_ID, _LINE = 4, 40, 40
ACCESS = (EdgeKind.CAN_READ, EdgeKind.CAN_WRITE, EdgeKind.CAN_DESTROY, EdgeKind.CAN_ADMINISTER)


def box_id(kind: str, name: str) -> str:
    """The id of the box of a thing; names of any length and letters give letters, digits and underscores."""
    if _PLAIN.fullmatch(name) and len(name) <= _LONGEST_ID:
        return f"{kind}_{name.replace('-', '_')}"
    return f"{kind}_{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"


def store_id(role: str) -> str:
    """The box of a bucket's role."""
    return box_id("store", role)


def key_id(role: str) -> str:
    """The box of a key's role."""
    return box_id("key", role)


def account_box(site: Site, children: Iterable[Box], what: str = "") -> Box:
    """The contract's account: the boundary, or what of it."""
    contract = site.contract
    lines = (f"Account {contract.account}, {contract.region}" + (f": {what}" if what else ""),)
    return Box("account", Shape.ACCOUNT, lines, tuple(children), about=(contract.account,))


def title(site: Site, what: str) -> str:
    """The title of a view."""
    contract = site.contract
    seen = " (rehearsed, before deployment)" if contract.emulated else ""
    return f"{what}: {contract.environment_id} in account {contract.account}{seen}"


def folded(site: Site, name: str, what: str, nodes: list[Node]) -> Iterator[Box]:
    """Things that touch nothing here as one box with their number and the first of them, those to keep beside it."""
    for node in nodes:
        if node.id in site.keep:
            lines = (node.name, str(node.kind).replace("_", " "))
            yield Box(box_id("one", node.id), Shape.GROUP, lines, about=(node.id,))
    nodes = [node for node in nodes if node.id not in site.keep]
    if nodes:
        lines = (f"{what} \u00d7 {len(nodes):,}", listed((node.name for node in nodes), 2))
        yield Box(f"all_{name}", Shape.FOLDED, lines, about=tuple(node.id for node in nodes))


def unread(site: Site, what: str, *kinds: NodeKind) -> Iterator[Box]:
    """That things of some kinds may be there unseen, where their listings could not be read."""
    # Of a shared VPC the account is told: no listing of a participant's would show what its owner has.
    gaps = site.boundary.unseen(*kinds)
    found = sorted({f"account {g.account}" if g.unknown.code == NOT_JOINED else g.operation for g in gaps})
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        lines = (f"? {what} may be unseen", f"not read: {found[0]}{more}")
        yield Box(box_id("unread", what.replace(" ", "-")), Shape.FOLDED, lines, standing=Standing.UNKNOWN)


def missing(site: Site, kind: NodeKind) -> tuple[str, Standing]:
    """Of a thing that the contract names and the graph lacks: that it is not there, or that nobody could look."""
    if site.graph.unseen(kind, account=site.contract.account):
        return "? not read whether it is there", Standing.UNKNOWN
    return "not in the account", Standing.DECLARED


def people() -> Box:
    """Who operates the platform."""
    return Box("people", Shape.PERSON, ("Platform team",))


def internet() -> Box:
    """Every address outside, the vendor's among them."""
    return Box("internet", Shape.OUTSIDE, ("Internet", "with AutoMQ Cloud"), about=(INTERNET,))


def anyone() -> Box:
    """Every address outside, where packets from it are let in."""
    return Box("anyone", Shape.OUTSIDE, ("Anyone", "on the internet"), about=(INTERNET,))


def clients_outside(site: Site) -> Iterator[Box]:
    """The networks outside from which Kafka clients come."""
    sources = [source for source in client_sources(site) if not site.within(source) and source not in ANYWHERE]
    if sources:
        yield Box("clients", Shape.OUTSIDE, ("Kafka clients", "producers and consumers", listed(sources)))


def vendor(site: Site, *, always: bool) -> Iterator[Box]:
    """The vendor, with its window; ``always`` draws it without one too."""
    access = site.contract.vendor_access
    if access.mode == "granted" and access.principal:
        lines = ("AutoMQ, the vendor", access.principal, f"until {access.until or 'no date'}")
        yield Box("vendor", Shape.OUTSIDE, lines, about=(access.principal,))
    elif always:
        yield Box("vendor", Shape.OUTSIDE, ("AutoMQ, the vendor", "no access declared"))


def foreign_boxes(site: Site) -> Iterator[Box]:
    """Principals of other accounts that have to do with our buckets: each, or counted where they are many."""
    found = foreign(site)
    if len(found) > _FEW_OUTSIDE:
        lines = (f"Principals of other accounts \u00d7 {len(found)}", listed(node.name for node in found))
        yield Box("foreign", Shape.OUTSIDE, lines, about=tuple(node.id for node in found))
        return
    for node in found:
        account = (f"Account {node.account}",) if node.account else ()
        yield Box(foreign_id(site, node), Shape.OUTSIDE, (*account, node.name), about=(node.id,))


def foreign(site: Site) -> list[Node]:
    """Principals of other accounts that a bucket names or that can use one, but for the declared vendor."""
    named = site.graph.edges(EdgeKind.GRANTS, *ACCESS)
    ends = {end for e in named if {e.source, e.target} & {*site.bucket_roles} for end in (e.source, e.target)}
    nodes = (site.graph.get(end) for end in sorted(ends))
    access = site.contract.vendor_access
    declared = access.principal if access.mode == "granted" else None
    return [n for n in nodes if n is not None and n.kind is NodeKind.FOREIGN_PRINCIPAL and n.id != declared]


def foreign_id(site: Site, node: Node) -> str:
    """The box of a foreign principal."""
    return "foreign" if len(foreign(site)) > _FEW_OUTSIDE else box_id("foreign", node.id)


def copies_box(site: Site) -> Iterator[Box]:
    """Buckets outside the contract to which ours are copied."""
    copies = sorted({edge.target for edge in site.graph.edges(EdgeKind.COPIES_TO)
                     if edge.source in site.bucket_roles and edge.target not in site.bucket_roles})  # fmt: skip
    if copies:
        names = listed(copy.rpartition(":")[2] for copy in copies)
        yield Box("elsewhere", Shape.OUTSIDE, ("Buckets that the contract does not name", names), about=tuple(copies))


def client_sources(site: Site) -> list[str]:
    """The sources that the broker group lets in, without our own groups; the declared ones when unread."""
    rules = site.ingress("broker-group")
    if rules is None:
        listeners = (listener for listener in site.contract.listeners if listener.on == "broker-group")
        declared = [source for listener in listeners for source in listener.sources]
        return list(dict.fromkeys(source.cidr or source.security_group or source.account or "" for source in declared))
    return list(dict.fromkeys(source for source, _ in rules if site.role_of_group(source) is None))


def parts(site: Site, source: str) -> list[str]:
    """A source that is let in; of everywhere, the VPC's own addresses are a part that needs no way in."""
    return [source, *map(str, items(site.vpc, "cidrs"))] if source in ANYWHERE and site.vpc else [source]


def network(site: Site) -> Box:
    """The contract's VPC with its subnets, machines and ways out; each stands in the subnets that it really is in."""
    vpc, declared = site.vpc, site.contract.network
    placed = list(_placed(site))
    if vpc is None:
        said, standing = missing(site, NodeKind.VPC) if declared else ("none declared", Standing.UNKNOWN)
        name = f"VPC {declared.vpc}" if declared else "VPC"
        return Box("vpc", Shape.NETWORK, (f"{name}: {said}",), tuple(box for _, box in placed), standing)
    public = {node.id for node in site.public_subnets}
    private = [node for node in site.subnets if node.id not in public]
    inner = [
        *_subnets("private", "Private subnets", private, [box for place, box in placed if place == "private"]),
        *_subnets("public", "Public subnets", site.public_subnets, [box for place, box in placed if place == "public"]),
        *(box for place, box in placed if place == "vpc"),
    ]
    return Box("vpc", Shape.NETWORK, (f"VPC {listed(items(vpc, 'cidrs'))}".strip(),), tuple(inner), about=(vpc.id,))


def _subnets(box: str, name: str, subnets: list[Node], children: list[Box]) -> Iterator[Box]:
    zones = sorted({str(zone) for node in subnets if known(zone := node.properties.get("zone"))})
    title = f"{name} · {listed(zones)}" if zones else name
    if children:
        yield Box(box, Shape.SUBNETS, (title,), tuple(children), about=tuple(node.id for node in subnets))


def _placed(site: Site) -> Iterator[tuple[str, Box]]:
    """What is in the VPC, each with where it stands: in private or public subnets, or in the VPC itself."""
    inside = [one for source in client_sources(site) for one in parts(site, source) if site.within(one)]
    if inside:
        yield "vpc", Box("clients_inside", Shape.COMPUTE, ("Kafka clients", "in the VPC", listed(inside)))
    instances, interfaces = site.members("broker-group")
    count = len(instances) or len(interfaces)
    brokers = f"AutoMQ brokers \u00d7 {count}" if count else "AutoMQ brokers, none running"
    about = tuple(node.id for node in (*site.machines("broker-group"), *interfaces))
    yield _where(site, interfaces), Box("brokers", Shape.COMPUTE, (brokers,), about=about)
    console = [site.console] if site.console else []
    about = tuple(node.id for node in console)
    yield _where(site, console), Box("console", Shape.COMPUTE, ("AutoMQ console",), about=about)
    yield from (("private", _cluster(node)) for node in site.graph.nodes(NodeKind.CLUSTER) if site.in_vpc(node))
    yield from (("private", box) for box in services_of_others.inside(site))
    endpoints = aws_endpoints(site)
    if endpoints:
        services = sorted(map(short_service, endpoints))
        lines = wrap(", ".join(services), _LINE, break_long_words=False, break_on_hyphens=False)
        about = tuple(node.id for node in endpoints)
        yield (
            "private",
            Box("endpoints", Shape.ENDPOINT, (f"Interface endpoints \u00d7 {len(services)}", *lines), about=about),
        )
    yield from _gateways(site)


def _cluster(node: Node) -> Box:
    public = node.properties.get("public_endpoint")
    api = ("public API" if public else "private API") if known(public) else "? API not read"
    return Box(box_id("cluster", node.name), Shape.COMPUTE, ("EKS cluster", node.name, api), about=(node.id,))


def is_public(site: Site, box: str) -> bool:
    """Whether all that a box of the network stands for is in subnets whose routes lead to an internet gateway."""
    return any(found.id == box and place == "public" for place, found in _placed(site))


def _gateways(site: Site) -> Iterator[tuple[str, Box]]:
    gateways = [node for node in site.graph.nodes(NodeKind.NAT_GATEWAY) if site.in_vpc(node)]
    if gateways:
        name = "NAT gateway" if len(gateways) == 1 else f"NAT gateways \u00d7 {len(gateways)}"
        nat = Box("nat", Shape.ENDPOINT, (name, "out only"), about=tuple(node.id for node in gateways))
        yield _where(site, gateways), nat
    s3 = tuple(node.id for node in site.endpoints("Gateway") if short_service(node) == "s3")
    if s3:
        yield "vpc", Box("s3_endpoint", Shape.ENDPOINT, ("S3 gateway endpoint",), about=s3)


def _where(site: Site, nodes: Iterable[Node]) -> str:
    """The kind of subnets that nodes are in: public where a route leads to an internet gateway, the VPC where both."""
    public = {node.name for node in site.public_subnets}
    found = {"public" if short(node.properties.get("subnet")) in public else "private" for node in nodes}
    return (found or {"private"}).pop() if len(found) < 2 else "vpc"  # noqa: PLR2004  # of two kinds


def aws_endpoints(site: Site) -> list[Node]:
    """The VPC's interface endpoints to services of AWS."""
    return [node for node in site.endpoints("Interface") if not services_of_others.is_of_others(node)]


def short_service(endpoint: Node) -> str:
    """The part of an endpoint's service name after the region: s3, ecr.api."""
    parts = str(endpoint.properties.get("service") or "").split(".", 3)
    return parts[-1]


def store(site: Site, role: str) -> Box:
    """A bucket of the contract, with its encryption as the graph shows it."""
    declared, node = site.contract.buckets[role], site.bucket(role)
    about = (site.bucket_id(role),)
    if node is None or not node.account:
        said, standing = missing(site, NodeKind.BUCKET)
        return Box(store_id(role), Shape.STORE, (role, declared.name, said), (), standing, about)
    lines = (role, declared.name, _encryption(site, node.properties.get("encryption")))
    return Box(store_id(role), Shape.STORE, tuple(filter(None, lines)), about=about)


def file_systems(site: Site) -> Iterator[Box]:
    """The file systems of the contract, with their encryption as the graph shows it."""
    for role, declared in site.contract.file_systems.items():
        about = site.boundary.store_id(declared)
        node = site.graph.get(about)
        if node is None or not node.account:
            said, standing = missing(site, NodeKind.FILE_SYSTEM)
            yield Box(store_id(role), Shape.STORE, (role, declared.id, said), (), standing, (about,))
            continue
        known = str(node.properties.get("key") or "")
        how = f"encrypted with {site.key_role(known) or short(known)}" if known else "not encrypted"
        yield Box(store_id(role), Shape.STORE, (role, declared.id, how), about=(about,))


def _encryption(site: Site, encryption: Fact) -> str:
    if isinstance(encryption, Unknown):
        return "? encryption not read"
    if not isinstance(encryption, dict):
        return ""
    key = str(encryption.get("key") or "")
    return f"SSE-KMS with {site.key_role(key) or short(key)}" if key else str(encryption.get("algorithm") or "")


def key(site: Site, role: str) -> Box:
    """A key of the contract, with what it is for."""
    declared = site.contract.keys[role]
    node = site.graph.get(declared.arn)
    if node is None or not node.account:
        said, standing = missing(site, NodeKind.KEY)
        return Box(key_id(role), Shape.KEY, (role, said), (), standing, (declared.arn,))
    return Box(key_id(role), Shape.KEY, (role, f"for {declared.protects}"), about=(declared.arn,))
