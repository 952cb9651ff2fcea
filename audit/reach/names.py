"""Whether a name resolves where clients are, and to what: private zones, endpoints' private names, forwarding rules.

After "Considerations when working with a private hosted zone", "How VPC Resolver determines whether the domain name in
a query matches any rules" and "View and update DNS attributes for your VPC". The longest domain that matches answers,
of equal ones a forwarding rule. Public DNS is not read; but the names that AWS itself makes for load balancers and
endpoints say where they lead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Citation, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.reach.addresses import is_address
from audit.reach.path import Doubt, Reach
from audit.reach.records import Records, plain, within
from audit.reach.targets import targets
from audit.reach.topology import network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.graph import BoundaryGraph
    from audit.reach.topology import Network

_UNREAD = Unknown("", NOT_COLLECTED, "")
_FORWARDING = {"FORWARD", "DELEGATE"}
_LONGEST = 8
"""Aliases and canonical names in a row that are followed."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for: ``reaches`` when it resolves, ``blocked`` when it surely does not.

    ``addresses`` as far as they are known; ``target`` is the node that they belong to, a load balancer or an endpoint.
    """

    verdict: Reach
    reason: str
    addresses: tuple[str, ...] = ()
    target: str = ""
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def resolves(graph: BoundaryGraph, name: str, vpc: str) -> Resolution:
    """What the resolver of a VPC (id or ARN) answers a query for a name's addresses."""
    net, wanted = network(graph), plain(name)
    if is_address(wanted):
        return Resolution(Reach.REACHES, "address", (wanted,))
    node = net.named(NodeKind.VPC, vpc.rpartition("/")[2])
    if node is None:
        return _unknown(Doubt("vpc_unread", vpc, net.unread(NodeKind.VPC)))
    support = node.properties.get("dns_support")
    if support is False:
        return Resolution(Reach.BLOCKED, "resolver_off", because=_cited(node, "vpc"))
    if isinstance(support, Unknown):
        return _unknown(Doubt("dns_support_unread", node.id, support))
    return _Resolver(net, node).answer(wanted)


def _unknown(*doubts: Doubt) -> Resolution:
    return Resolution(Reach.UNKNOWN, doubts[0].reason, doubts=doubts)


def _cited(node: Node, document: str) -> tuple[tuple[str, Citation], ...]:
    return ((node.id, Citation(node.records[0], f"{document}/{node.name}")),) if node.records else ()


class _Resolver:
    """One VPC's resolver, which is on."""

    def __init__(self, net: Network, vpc: Node) -> None:
        self.net, self.vpc = net, vpc

    def answer(self, name: str) -> Resolution:
        """The answer, in doubt by what stands before every answer."""
        return _doubted(self._asked(name, ()), [*self._firewall(), *self._unseen(name)])

    def _firewall(self) -> Iterator[Doubt]:
        rules = self.vpc.properties.get("dns_firewall")
        if isinstance(rules, Unknown):
            yield Doubt("dns_firewall_unread", self.vpc.id, rules)
        elif any(rule.get("Action") == "BLOCK" for rule in rules or ()):
            yield Doubt("dns_firewall_not_judged", self.vpc.id)

    def _unseen(self, name: str) -> Iterator[Doubt]:
        """Zones and rules that may answer in place of what is known."""
        rules = self._rules()
        if isinstance(rules, Unknown):
            yield Doubt("forwarding_rules_unread", self.vpc.id, rules)
        for kind in (NodeKind.HOSTED_ZONE, NodeKind.VPC_ENDPOINT):
            if self.net.hidden(kind, self.vpc.name) is not None:
                yield self.net.doubt_in(self.vpc.name, kind, self.vpc.id)
        for zone in self.net.all(NodeKind.HOSTED_ZONE):
            vpcs = zone.properties["vpcs"]
            if isinstance(vpcs, Unknown) and within(name, plain(zone.properties["zone_name"] or "")):
                yield Doubt("hosted_zone_unread", zone.id, vpcs)

    def _rules(self) -> Any:
        return self.vpc.properties.get("dns_forwarding", _UNREAD)

    def _asked(self, name: str, before: tuple[str, ...]) -> Resolution:
        if name in before or len(before) >= _LONGEST:
            return Resolution(Reach.BLOCKED, "names_in_a_circle")
        zone, (endpoint, private), rule = self._zone(name), self._endpoint(name), self._rule(name)
        domain = max(_domain(zone), private, key=len)
        if rule is not None and rule["type"] in _FORWARDING and len(plain(rule["domain"] or "")) >= len(domain):
            return _unknown(Doubt("name_forwarded", rule["rule"]))
        if endpoint is not None and private == domain:
            return self._private(self._of_endpoint(endpoint))
        return self._private(self._in_zone(zone, name, before)) if zone is not None else self._public(name)

    def _zone(self, name: str) -> Node | None:
        """The private zone with the longest domain that holds the name."""
        found = (
            zone
            for zone in self.net.all(NodeKind.HOSTED_ZONE)
            if zone.properties["private"] and not isinstance(zone.properties["vpcs"], Unknown)
            if self.vpc.name in zone.properties["vpcs"] and within(name, _domain(zone))
        )
        return max(found, key=lambda zone: len(_domain(zone)), default=None)

    def _rule(self, name: str) -> dict[str, Any] | None:
        rules = self._rules()
        made = () if isinstance(rules, Unknown) else rules or ()
        found = (rule for rule in made if within(name, plain(rule["domain"] or "")))
        return max(found, key=lambda rule: len(plain(rule["domain"] or "")), default=None)

    def _endpoint(self, name: str) -> tuple[Node | None, str]:
        """The endpoint of the VPC whose private name it is, and the domain of the zone that AWS keeps for that."""
        for endpoint in self.net.all(NodeKind.VPC_ENDPOINT):
            facts = endpoint.properties
            outside = (facts.get("dns_options") or {}).get("PrivateDnsOnlyForInboundResolverEndpoint")
            here = facts["vpc"] == self.vpc.name and facts["private_dns"] and not outside and _available(endpoint)
            made = next((m for m in _names(endpoint) if not _of_aws(m) and _means(m, name)), "") if here else ""
            if made:
                return endpoint, made.removeprefix("*.")
        return None, ""

    def _private(self, found: Resolution) -> Resolution:
        """Private zones, an endpoint's among them, answer only where the VPC's host names are on too."""
        hostnames = self.vpc.properties.get("dns_hostnames")
        if hostnames is False:
            return Resolution(Reach.BLOCKED, "dns_hostnames_off", because=_cited(self.vpc, "vpc"))
        if isinstance(hostnames, Unknown):
            return _doubted(found, [Doubt("dns_hostnames_unread", self.vpc.id, hostnames)])
        return found

    def _in_zone(self, zone: Node, name: str, before: tuple[str, ...]) -> Resolution:
        said = zone.properties.get("records", _UNREAD)
        if isinstance(said, Unknown):
            return _unknown(Doubt("records_unread", zone.id, said))
        records = Records(_domain(zone), tuple(said or ()))
        if records.delegated(name):
            return _unknown(Doubt("name_delegated", zone.id))
        cited = _cited(zone, "hosted_zone")
        found = [self._said(zone, record, (*before, name)) for record in records.of(name)]
        if not found:
            # The resolver does not ask public DNS for a name that a private zone should hold.
            return Resolution(Reach.BLOCKED, "no_record", because=cited)
        joined = _joined(found)
        return replace(joined, because=(*cited, *joined.because))

    def _said(self, zone: Node, record: dict[str, Any], before: tuple[str, ...]) -> Resolution:
        alias = plain(record.get("alias") or "")
        if alias and within(alias, _domain(zone)):
            circle = alias in before or len(before) >= _LONGEST
            return Resolution(Reach.BLOCKED, "names_in_a_circle") if circle else self._in_zone(zone, alias, before)
        if alias:
            return self._public(alias)
        if record["type"] == "CNAME":
            return _joined([self._asked(plain(value), before) for value in record["values"]])
        return Resolution(Reach.REACHES, "record", tuple(record["values"]))

    def _public(self, name: str) -> Resolution:
        """Names that AWS made lead to what they were made for; what others mean in public DNS was not read."""
        for balancer in self.net.all(NodeKind.LOAD_BALANCER):
            made = plain(balancer.properties.get("dns_name") or "")
            if made and name.removeprefix("dualstack.") == made:
                return self._of_balancer(balancer)
        for endpoint in self.net.all(NodeKind.VPC_ENDPOINT):
            if _available(endpoint) and any(_means(made, name) for made in _names(endpoint) if _of_aws(made)):
                return self._of_endpoint(endpoint)
        return _unknown(Doubt("public_dns_not_read", name))

    def _of_balancer(self, balancer: Node) -> Resolution:
        public = balancer.properties["scheme"] != "internal"
        fields = ("public_addresses" if public else "private_addresses", "ipv6_addresses")
        found = _addresses(targets(self.net).interfaces(balancer), fields)
        return Resolution(Reach.REACHES, "load_balancer", found, balancer.id, _cited(balancer, "load_balancer"))

    def _of_endpoint(self, endpoint: Node) -> Resolution:
        named = (self.net.named(NodeKind.NETWORK_INTERFACE, name) for name in endpoint.properties["interfaces"])
        found = _addresses([node for node in named if node is not None], ("private_addresses", "ipv6_addresses"))
        return Resolution(Reach.REACHES, "endpoint", found, endpoint.id, _cited(endpoint, "vpc_endpoint"))


def _domain(zone: Node | None) -> str:
    return plain(zone.properties["zone_name"] or "") if zone is not None else ""


def _names(endpoint: Node) -> list[str]:
    return [plain(name) for name in endpoint.properties.get("dns_names") or ()]


def _of_aws(made: str) -> bool:
    """Whether a name is an endpoint's own, which public DNS knows, and not the private one of its service."""
    return made.removeprefix("*.").startswith("vpce-")


def _means(made: str, name: str) -> bool:
    return name.endswith(made[1:]) if made.startswith("*.") else name == made


def _available(endpoint: Node) -> bool:
    return str(endpoint.properties["state"]).lower() in {"available", "none"}


def _addresses(nodes: Iterable[Node], fields: tuple[str, ...]) -> tuple[str, ...]:
    found = [text for field in fields for node in nodes for text in node.properties.get(field) or ()]
    return tuple(dict.fromkeys(found))


def _joined(found: list[Resolution]) -> Resolution:
    """Several answers to one query: any of them may be given, so that one in doubt leaves all in doubt."""
    order = (Reach.UNKNOWN, Reach.REACHES, Reach.BLOCKED)
    first = min(found, key=lambda one: order.index(one.verdict))
    held = {one.target for one in found if one.target}
    return Resolution(
        first.verdict, first.reason, tuple(dict.fromkeys(text for one in found for text in one.addresses)),
        held.pop() if len(held) == 1 else "", tuple(dict.fromkeys(cited for one in found for cited in one.because)),
        tuple(dict.fromkeys(doubt for one in found for doubt in one.doubts)),
    )  # fmt: skip


def _doubted(found: Resolution, doubts: list[Doubt]) -> Resolution:
    said = tuple(dict.fromkeys((*found.doubts, *doubts)))
    return replace(found, verdict=Reach.UNKNOWN, reason=said[0].reason, doubts=said) if said else found
