"""The set engine against a slow, obvious reference: one packet at a time through EC2's answers, nothing of the engine's."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from audit.reach.paths import Reach, arrivals, between, classes

if TYPE_CHECKING:
    from audit.reach.paths import Path

Said = dict[str, list[dict[str, Any]]]


def within(address: str, cidr: str) -> bool:
    one, network = ip_address(address), ip_network(cidr, strict=False)
    return one.version == network.version and one in network


def subnet_of(said: Said, address: str) -> str | None:
    return next((s["SubnetId"] for s in said["DescribeSubnets"] if within(address, s["CidrBlock"])), None)


def group_passes(said: Said, groups: list[str], field: str, far: str, port: int) -> bool:
    members = {
        group["GroupId"]: interface["PrivateIpAddresses"][0]["PrivateIpAddress"]
        for interface in said["DescribeNetworkInterfaces"]
        for group in interface["Groups"]
    }
    for group in said["DescribeSecurityGroups"]:
        for rule in group[field] if group["GroupId"] in groups else []:
            if rule["IpProtocol"] != "-1" and not rule["FromPort"] <= port <= rule["ToPort"]:
                continue
            if any(within(far, item["CidrIp"]) for item in rule["IpRanges"]):
                return True
            named = [pair["GroupId"] for pair in rule["UserIdGroupPairs"]]
            if any(_holds(said, far, name) for name in named if name in members):
                return True
    return False


def _holds(said: Said, address: str, group: str) -> bool:
    return any(
        interface["PrivateIpAddresses"][0]["PrivateIpAddress"] == address
        for interface in said["DescribeNetworkInterfaces"]
        if group in [item["GroupId"] for item in interface["Groups"]]
    )


def acl_passes(said: Said, subnet: str, far: str, port: int, *, out: bool) -> bool:
    acl = next(a for a in said["DescribeNetworkAcls"] if subnet in [s["SubnetId"] for s in a["Associations"]])
    for rule in sorted(acl["Entries"], key=lambda item: item["RuleNumber"]):
        limits = rule.get("PortRange", {"From": 0, "To": 65535})
        if rule["Egress"] == out and within(far, rule["CidrBlock"]) and limits["From"] <= port <= limits["To"]:
            return bool(rule["RuleAction"] == "allow")
    return False


def next_hop(said: Said, subnet: str, far: str) -> dict[str, Any] | None:
    tables = said["DescribeRouteTables"]
    own = [t for t in tables if subnet in [a.get("SubnetId") for a in t["Associations"]]]
    table = (own or [t for t in tables if t["Associations"][0].get("Main")])[0]
    found = [route for route in table["Routes"] if within(far, route["DestinationCidrBlock"])]
    return max(found, key=lambda route: ip_network(route["DestinationCidrBlock"]).prefixlen, default=None)


def client_ports(said: Said) -> list[int]:
    """One port of each region that any ACL entry can tell apart."""
    entries = [entry for acl in said["DescribeNetworkAcls"] for entry in acl["Entries"]]
    limits = [entry["PortRange"] for entry in entries if "PortRange" in entry]
    edges = {0, 1023, 1024, 65535} | {
        port for limit in limits for port in (limit["From"], limit["To"], limit["To"] + 1)
    }
    return sorted(port for port in edges if port <= 65535)


def crosses(said: Said, source: str, target: str, port: int) -> str:
    """Between two addresses of the VPC, groups left aside: reaches, blocked or unknown."""
    start, end = subnet_of(said, source), subnet_of(said, target)
    if start is None or end is None:
        return "blocked"
    if start == end:
        return "reaches"
    hops = [next_hop(said, start, target), next_hop(said, end, source)]
    if any(hop is None or hop.get("State") == "blackhole" for hop in hops):
        return "blocked"
    # An appliance may stand in the very subnet, before its ACL.
    beside = ["NetworkInterfaceId" in (hop or {}) for hop in hops]
    there = beside[0] or acl_passes(said, start, target, port, out=True)
    if not there or not acl_passes(said, end, source, port, out=False):
        return "blocked"
    back = [
        client
        for client in client_ports(said)
        if beside[1] or acl_passes(said, end, source, client, out=True)
        if acl_passes(said, start, target, client, out=False)
    ]
    sure = all(hop is not None and hop.get("GatewayId") == "local" for hop in hops)
    if not back:
        return "blocked"
    return "reaches" if sure and max(back) >= 1024 else "unknown"


def arrives(said: Said, source: str, interface: dict[str, Any], port: int) -> str:
    """From any address to an interface; what a machine at the source may send is left aside."""
    groups = [group["GroupId"] for group in interface["Groups"]]
    target = interface["PrivateIpAddresses"][0]["PrivateIpAddress"]
    if not group_passes(said, groups, "IpPermissions", source, port):
        return "blocked"
    hop = next_hop(said, interface["SubnetId"], source)
    if hop is None or hop.get("State") == "blackhole" or "NatGatewayId" in hop:
        return "blocked"
    if hop.get("GatewayId") == "local":
        return crosses(said, source, target, port)
    if hop.get("GatewayId") == "igw-1" and ("Association" not in interface or not ip_address(source).is_global):
        return "blocked"
    beside = "NetworkInterfaceId" in hop
    return _from_outside(
        said, interface["SubnetId"], source, port, modelled=hop.get("GatewayId") == "igw-1", beside=beside
    )


def _from_outside(said: Said, subnet: str, source: str, port: int, *, modelled: bool, beside: bool) -> str:
    back = [client for client in client_ports(said) if beside or acl_passes(said, subnet, source, client, out=True)]
    if not back or not acl_passes(said, subnet, source, port, out=False):
        return "blocked"
    return "reaches" if modelled and max(back) >= 1024 else "unknown"


def sends(said: Said, start: dict[str, Any], end: dict[str, Any], port: int) -> str:
    """From one interface to another of the VPC, with the groups of both."""
    source, target = (item["PrivateIpAddresses"][0]["PrivateIpAddress"] for item in (start, end))
    out = group_passes(said, [g["GroupId"] for g in start["Groups"]], "IpPermissionsEgress", target, port)
    into = group_passes(said, [g["GroupId"] for g in end["Groups"]], "IpPermissions", source, port)
    return crosses(said, source, target, port) if out and into else "blocked"


SUBNETS = {"subnet-a": "10.0.0.0/24", "subnet-b": "10.0.1.0/24", "subnet-c": "10.0.2.0/25"}
CIDRS = st.sampled_from([
    "0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/25", "10.0.1.7/32", "10.0.2.0/26", "10.0.0.4/30",
    "8.8.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "10.0.3.0/24", "10.0.0.0/15",
])  # fmt: skip
SOURCES = (
    "10.0.0.5", "10.0.1.7", "10.0.1.200", "10.0.2.9", "10.0.3.3", "10.1.0.1", "8.8.8.8", "172.16.9.9", "192.168.1.1",
)  # fmt: skip
PORT = 9112
PORT_RANGES = st.sampled_from([None, None, (9112, 9112), (0, 1023), (1024, 65535), (9000, 9200), (443, 443)])
GROUPS = ("sg-1", "sg-2", "sg-3")
RULES = st.lists(
    st.tuples(PORT_RANGES, st.lists(CIDRS, max_size=2), st.lists(st.sampled_from(GROUPS), max_size=1)), max_size=3
)
NUMBERED = st.tuples(st.integers(1, 40), st.booleans(), CIDRS, PORT_RANGES, st.sampled_from(["allow", "allow", "deny"]))
ENTRIES = st.tuples(
    st.lists(NUMBERED, max_size=4, unique_by=lambda item: item[:2]), st.integers(0, 4), st.integers(0, 4)
)
ROUTES = st.lists(
    st.sampled_from(
        [
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"},
            {"DestinationCidrBlock": "192.168.0.0/16", "CarrierGatewayId": "cagw-1"},
            {"DestinationCidrBlock": "172.16.0.0/12", "TransitGatewayId": "tgw-1", "State": "blackhole"},
            {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-firewall"},
            {"DestinationCidrBlock": "8.8.0.0/16", "GatewayId": "igw-1"},
        ]
    ),
    max_size=4,
    unique_by=lambda route: route["DestinationCidrBlock"],
)
INTERFACES = st.lists(
    st.tuples(
        st.sampled_from(list(SUBNETS)),
        st.sampled_from([5, 7]),
        st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True),
        st.sampled_from(["", "54.0.0.1"]),
    ),
    min_size=1,
    max_size=4,
)
WORLDS = st.fixed_dictionaries(
    {
        "acls": st.tuples(*[ENTRIES] * len(SUBNETS)),
        "main": ROUTES,
        "own": ROUTES,
        "groups": st.tuples(*[st.tuples(RULES, RULES)] * len(GROUPS)),
        "interfaces": INTERFACES,
    }
)


def built(world: dict[str, Any], make: Any, allow: Any, rule: Any) -> Any:
    """The toy VPC that a drawn description says."""
    made = make().internet_gateway().table("rtb-main", *world["main"])
    made.table("rtb-b", *world["own"], subnets=("subnet-b",))
    for (name, cidr), (numbered, out, into) in zip(SUBNETS.items(), world["acls"], strict=True):
        entries = [rule(n, out=o, cidr=far, ports=p, action=action) for n, o, far, p, action in numbered]
        ends = [rule(99, out=o) for o, wanted in ((True, out), (False, into)) if wanted]
        made.subnet(name, cidr).acl(f"acl-{name}", *entries, *ends, subnets=(name,))
    for name, drawn in zip(GROUPS, world["groups"], strict=True):
        sides = [[allow(p, cidrs=c, groups=g, protocol="tcp" if p else "-1") for p, c, g in side] for side in drawn]
        made.group(name, *sides)
    for number, (subnet, host, groups, public) in enumerate(world["interfaces"]):
        address = str(ip_network(SUBNETS[subnet])[host + 10 * number])
        made.interface(f"eni-{number}", subnet, address, *groups, public=public)
    return made


def holds(path: Path, source: str, target: str) -> bool:
    if not any(within(source, cidr) for cidr in path.sources):
        return False
    ported = any(low <= PORT <= high for low, high in path.ports)
    return ported and any(within(target, cidr) for cidr in path.destinations)


def verdict(paths: list[Path], source: str, target: str) -> str:
    found = {path.verdict for path in paths if holds(path, source, target)}
    return next((str(word) for word in (Reach.REACHES, Reach.UNKNOWN) if word in found), "blocked")


many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@many
@given(world=WORLDS)
def test_the_sets_that_arrive_are_the_packets_that_arrive(
    world: dict[str, Any], make: Any, allow: Any, rule: Any
) -> None:
    toy = built(world, make, allow, rule)
    graph = toy.graph()
    # What a group's members send depends on their own groups, so those paths are compared below.
    names = {
        group["GroupId"]
        for group in toy.said["DescribeSecurityGroups"]
        if not any(rule["UserIdGroupPairs"] for rule in group["IpPermissions"])
    }
    for interface in toy.said["DescribeNetworkInterfaces"]:
        if {group["GroupId"] for group in interface["Groups"]} <= names:
            paths = arrivals(graph, [interface["NetworkInterfaceId"]], "tcp", PORT)
            target = interface["PrivateIpAddresses"][0]["PrivateIpAddress"]
            for source in SOURCES:
                expected = arrives(toy.said, source, interface, PORT)
                event(f"arrives: {expected}")
                assert verdict(paths, source, target) == expected, (source, interface["NetworkInterfaceId"])


@many
@given(world=WORLDS)
def test_what_one_class_sends_another_is_what_its_packets_do(
    world: dict[str, Any], make: Any, allow: Any, rule: Any
) -> None:
    toy = built(world, make, allow, rule)
    graph = toy.graph()
    for start in toy.said["DescribeNetworkInterfaces"]:
        for end in toy.said["DescribeNetworkInterfaces"]:
            if start is end:
                continue
            (one,), (two,) = (classes(graph, [item["NetworkInterfaceId"]]) for item in (start, end))
            paths = between(graph, one, two, "tcp", PORT)
            source, target = (item["PrivateIpAddresses"][0]["PrivateIpAddress"] for item in (start, end))
            expected = sends(toy.said, start, end, PORT)
            event(f"sends: {expected}")
            assert verdict(paths, source, target) == expected, (source, target)
