"""Load balancers against a slow reference: single packets, hop by hop, through random listeners, groups and ACLs."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from audit.reach.paths import arrivals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUBNETS = {"subnet-b": "10.0.1.0/24", "subnet-c": "10.0.2.0/24", "subnet-d": "10.0.3.0/24"}
CIDRS = ("10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/25", "10.0.2.0/24", "10.0.3.0/29", "10.0.3.0/24", "10.0.2.8/29")
LISTENING, TARGET = 9092, 9112
ORDINARY, LOW = 50000, 500
"""Ports that clients answer at: ordinary ones, and such as only an attacker's system chooses."""
FRONT = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/front/1"
WORLDS, BATCH = 240, 20


class Front:
    """A random network load balancer before two targets, and what a single packet meets on its way."""

    def __init__(self, toy: Any, random: Random, allow: Any, listens: Any) -> None:
        self.random, self.allow = random, allow
        self.doors = {
            name: f"{SUBNETS[name][:-4]}5" for name in random.sample(["subnet-b", "subnet-d"], random.choice((1, 2)))
        }
        self.guarded, self.kept = random.random() < 0.7, random.random() < 0.6
        self.machines = {
            "eni-c": ("subnet-c", "10.0.2.10", "sg-client"),
            "eni-b": ("subnet-b", "10.0.1.10", "sg-target"),
        }
        self.machines["eni-d"] = ("subnet-d", "10.0.3.10", "sg-target")
        self.groups = {name: self._group() for name in ("sg-client", "sg-target", "sg-front")}
        self.acls = {name: self._entries() for name in SUBNETS}
        self.toy = self._told(toy.table("rtb-1"), listens)

    def _group(self) -> tuple[list[Any], list[Any]]:
        ways = (self._rule() for _ in range(self.random.choice((1, 2, 3))))
        out = (
            [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            if self.random.random() < 0.7
            else [self._rule()]
        )
        return list(ways), out

    def _rule(self) -> Any:
        port = self.random.choice((LISTENING, TARGET, TARGET, (9000, 9200)))
        if self.random.random() < 0.35:
            return self.allow(port, groups=[self.random.choice(("sg-client", "sg-front", "sg-target"))])
        return self.allow(port, cidrs=[self.random.choice(CIDRS)])

    def _entries(self) -> list[dict[str, Any]]:
        found = []
        for number in range(100, 100 + self.random.choice((0, 0, 1, 2))):
            ports = self.random.choice(((LISTENING, LISTENING), (TARGET, TARGET), (1024, 65535)))
            found.append(
                {
                    "RuleNumber": number, "Egress": self.random.random() < 0.5, "RuleAction": "deny", "Protocol": "6",
                    "CidrBlock": self.random.choice(CIDRS), "PortRange": {"From": ports[0], "To": ports[1]},
                }
            )  # fmt: skip
        last = {"RuleNumber": 900, "CidrBlock": "0.0.0.0/0", "RuleAction": "allow", "Protocol": "-1"}
        return [*found, *({**last, "Egress": out} for out in (True, False))]

    def _told(self, toy: Any, listens: Any) -> Any:
        for name, cidr in SUBNETS.items():
            toy.subnet(name, cidr).acl(f"acl-{name}", *self.acls[name], subnets=(name,))
        for name, (ingress, egress) in self.groups.items():
            toy.group(name, ingress, egress)
        for name, (subnet, address, group) in self.machines.items():
            toy.interface(name, subnet, address, group)
        own = ("sg-front",) if self.guarded else ()
        zones = [{"SubnetId": name} for name in self.doors]
        toy.load_balancer("net/front", listens(LISTENING, "tg"), groups=own, AvailabilityZones=zones)
        for name, address in self.doors.items():
            toy.door_of("net/front", name, address, *own)
        targets = ({"Id": self.machines[name][1], "Port": TARGET} for name in ("eni-b", "eni-d"))
        said = {"preserve_client_ip.enabled": str(self.kept).lower()}
        return toy.target_group("tg", *targets, of=("net/front",), attributes=said)

    def verdict(self, client: str, target: str) -> str:
        """Whether a packet of a client to the listener gets to a target, and its answer back to an ordinary port."""
        if self._arrives(client, target, ((ORDINARY, ORDINARY),)):
            return "reaches"
        # With its address the client's port is kept too.
        ports = [(one, two) for one in (ORDINARY, LOW) for two in (ORDINARY, LOW) if not self.kept or one == two]
        return "unknown" if self._arrives(client, target, ports) else "blocked"

    def _arrives(self, client: str, target: str, ports: Iterable[tuple[int, int]]) -> bool:
        return any(
            self._enters(client, door, near) and self._leaves(client, door, target, far)
            for door in self.doors.items()
            for near, far in ports
        )

    def _enters(self, client: str, door: tuple[str, str], answered: int) -> bool:
        subnet, address = door
        admitted = not self.guarded or any(
            self._sent(client, rule, address) for rule in self.groups["sg-front"][0] if _covers(rule, LISTENING)
        )
        return admitted and self._crosses(_home(client), subnet, (client, address, LISTENING, answered))

    def _sent(self, client: str, rule: Any, address: str) -> bool:
        """A rule names the client's address; or a group of its own, which then must let it out."""
        if _named(rule, client):
            return True
        members = [*self.machines.values(), *((s, a, "sg-front") for s, a in self.doors.items() if self.guarded)]
        mine = [group for _, own, group in members if own == client and _names(rule, group)]
        return any(self._let_out(group, address, LISTENING, "sg-front") for group in mine)

    def _let_out(self, group: str, address: str, port: int, other: str) -> bool:
        return any(
            _covers(rule, port) and (_named(rule, address) or _names(rule, other)) for rule in self.groups[group][1]
        )

    def _leaves(self, client: str, door: tuple[str, str], target: str, answered: int) -> bool:
        subnet, address = door
        home, own, _ = self.machines[target]
        seen = client if self.kept else address
        if seen == own or (self.guarded and not self._let_out("sg-front", own, TARGET, "sg-target")):
            return False
        rules = [rule for rule in self.groups["sg-target"][0] if _covers(rule, TARGET)]
        if not any(_named(rule, seen) or (self.guarded and _names(rule, "sg-front")) for rule in rules):
            return False
        return self._crosses(subnet, home, (seen, own, TARGET, answered))

    def _crosses(self, start: str, end: str, packet: tuple[str, str, int, int]) -> bool:
        source, destination, port, answered = packet
        if start == end:
            return True
        borders = (
            (start, True, destination, port), (end, False, source, port),
            (end, True, source, answered), (start, False, destination, answered),
        )  # fmt: skip
        return all(self._passes(*border) for border in borders)

    def _passes(self, subnet: str, out: bool, far: str, port: int) -> bool:  # noqa: FBT001 as ACLs say it
        for entry in sorted(self.acls[subnet], key=lambda one: one["RuleNumber"]):
            limits = entry.get("PortRange", {"From": 0, "To": 65535})
            if entry["Egress"] == out and limits["From"] <= port <= limits["To"] and _holds(entry["CidrBlock"], far):
                return bool(entry["RuleAction"] == "allow")
        return False


def _home(address: str) -> str:
    return next(name for name, cidr in SUBNETS.items() if _holds(cidr, address))


def _holds(cidr: str, address: str) -> bool:
    return ip_address(address) in ip_network(cidr)


def _covers(rule: Any, port: int) -> bool:
    return bool(rule["IpProtocol"] == "-1" or rule["FromPort"] <= port <= rule["ToPort"])


def _named(rule: Any, address: str) -> bool:
    return any(_holds(one["CidrIp"], address) for one in rule.get("IpRanges", ()))


def _names(rule: Any, group: str) -> bool:
    return any(one["GroupId"] == group for one in rule.get("UserIdGroupPairs", ()))


def _judged(front: Front) -> Iterator[tuple[str, str]]:
    """What the engine says of every client and target that the load balancer joins, and what becomes of the packets."""
    graph = front.toy.graph()
    clients = [f"{cidr[:-4]}{host}" for cidr in SUBNETS.values() for host in (4, 5, 10, 12, 130, 200)]
    for target in ("eni-b", "eni-d"):
        own = f"{front.machines[target][1]}/32"
        paths = arrivals(graph, [target], "tcp", TARGET)
        paths = [path for path in paths if path.via == FRONT and own in path.destinations]
        for client in clients:
            said = {str(path.verdict) for path in paths if any(_holds(source, client) for source in path.sources)}
            best = next((word for word in ("reaches", "unknown") if word in said), "blocked")
            yield best, front.verdict(client, target)


@pytest.mark.parametrize("start", range(0, WORLDS, BATCH))
def test_the_clients_of_a_load_balancer_are_those_whose_packets_arrive(
    make: Any, allow: Any, listens: Any, start: int
) -> None:
    found: set[str] = set()
    for seed in range(start, start + BATCH):
        front = Front(make(), Random(seed), allow, listens)  # noqa: S311 worlds, no secrets
        for said, happens in _judged(front):
            assert said == happens, seed
            found.add(said)
    assert found >= {"reaches", "blocked"}
