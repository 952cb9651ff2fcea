"""The security groups of brokers, console, load balancer and file systems: exactly the ports that AutoMQ uses."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.rules import Rule, admit, let_out, security_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.client_access import PrivateLinkPlan

HTTPS, NFS, DNS, CONSOLE_HTTP = 443, 2049, 53, 8080
BETWEEN_BROKERS = (9102, 9103)
"""Inter-broker traffic and the KRaft controller."""
MANAGEMENT = (8081, 8083, 9090, 9092, 9093, 9102, 9103, 9112, 9113)
"""The vendor's own list of what the console reaches on brokers."""
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class ClientPort:
    """A listener of the brokers and who may reach it: CIDRs and security group ids."""

    name: str
    port: int
    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupsArgs:
    """What the groups admit and reach.

    ``internet_https`` lets console and brokers open HTTPS to any address, for what no endpoint serves: the vendor's
    registry and cloud, and AWS's global services. ``console_sources`` are the CIDRs that reach the console's load
    balancer; None means that there is none. ``file_systems`` is for WAL on a file system. ``proxy`` is the rule by
    which console and brokers reach the one way out of an environment without internet. ``endpoint_block`` is the CIDR
    in which endpoints stand whose groups are not known.
    """

    name: str
    vpc_id: pulumi.Input[str]
    vpc_cidr: str
    clients: Sequence[ClientPort]
    endpoint_group_ids: Sequence[pulumi.Input[str]]
    s3_prefix_list_id: pulumi.Input[str]
    console_internet: bool = False
    broker_internet: bool = False
    console_sources: tuple[str, ...] | None = None
    file_systems: bool = False
    proxy: Rule | None = None
    private_link: PrivateLinkPlan | None = None
    endpoint_block: str | None = None


def resolver(vpc_cidr: str) -> str:
    """The VPC resolver's address as a CIDR: the VPC's base plus two."""
    return f"{ipaddress.ip_network(vpc_cidr)[2]}/32"


class Groups(pulumi.ComponentResource):
    """The groups by role: broker-group, console-group, and where wanted those of load balancers and file systems."""

    ids: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: GroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Groups", name, None, opts)
        self._name, self._args = name, args
        self.ids = {
            "broker-group": self._make_group("brokers", "Brokers of the environment"),
            "console-group": self._make_group("console", "Console of the environment"),
        }
        if args.console_sources is not None:
            self.ids["console-load-balancer"] = self._make_group("console-lb", "Load balancer of the console")
            self._open_load_balancer(args.console_sources)
        if args.private_link is not None:
            self.ids["client-load-balancer"] = self._make_group("client-lb", "Load balancer of clients elsewhere")
            self._open_private_link(args.private_link)
        if args.file_systems:
            self.ids["file-system-group"] = self._make_group("file-systems", "File systems that hold the WAL")
            self._admit("file-system-group", [Rule("brokers", NFS, group=self.ids["broker-group"])])
        self._admit("broker-group", self._to_brokers())
        self._let_out("broker-group", self._from_brokers())
        self._let_out("console-group", self._from_console())
        self.register_outputs({"ids": self.ids})

    def _make_group(self, suffix: str, description: str) -> pulumi.Output[str]:
        name, child = f"{self._args.name}-{suffix}", pulumi.ResourceOptions(parent=self)
        return security_group(f"{self._name}-{suffix}", name, description, self._args.vpc_id, child)

    def _admit(self, role: str, rules: Sequence[Rule]) -> None:
        admit(f"{self._name}-{role}", self.ids[role], rules, pulumi.ResourceOptions(parent=self))

    def _let_out(self, role: str, rules: Sequence[Rule]) -> None:
        let_out(f"{self._name}-{role}", self.ids[role], rules, pulumi.ResourceOptions(parent=self))

    def _to_brokers(self) -> list[Rule]:
        console = self.ids["console-group"]
        return [
            *(Rule(f"self-{port}", port) for port in BETWEEN_BROKERS),
            *(Rule(f"console-{port}", port, group=console) for port in MANAGEMENT),
            *(rule for client in self._args.clients for rule in _client_rules(client)),
        ]

    def _from_brokers(self) -> list[Rule]:
        rules = [*(Rule(f"self-{port}", port) for port in BETWEEN_BROKERS), *self._to_aws(self._args.broker_internet)]
        if self._args.file_systems:
            rules.append(Rule("file-systems", NFS, group=self.ids["file-system-group"]))
        return rules

    def _from_console(self) -> list[Rule]:
        brokers = self.ids["broker-group"]
        to_brokers = [Rule(f"brokers-{port}", port, group=brokers) for port in MANAGEMENT]
        return [*to_brokers, *self._to_aws(self._args.console_internet)]

    def _to_aws(self, internet: bool) -> list[Rule]:  # noqa: FBT001  # a setting of the group, passed on
        rules = [
            Rule("s3", HTTPS, prefix_list=self._args.s3_prefix_list_id),
            *(
                Rule(f"endpoints-{place}" if place else "endpoints", HTTPS, group=group)
                for place, group in enumerate(self._args.endpoint_group_ids)
            ),
            *([Rule("endpoints-block", HTTPS, cidr=block)] if (block := self._args.endpoint_block) is not None else []),
            Rule("resolver-tcp", DNS, cidr=resolver(self._args.vpc_cidr)),
            Rule("resolver-udp", DNS, "udp", cidr=resolver(self._args.vpc_cidr)),
        ]
        ways_out = [Rule("internet", HTTPS, cidr=ANYWHERE)] if internet else []
        return [*rules, *ways_out, *([self._args.proxy] if self._args.proxy is not None else [])]

    def _open_load_balancer(self, sources: tuple[str, ...]) -> None:
        balancer, console = self.ids["console-load-balancer"], self.ids["console-group"]
        self._admit("console-load-balancer", [Rule(f"people-{_slug(cidr)}", HTTPS, cidr=cidr) for cidr in sources])
        self._let_out("console-load-balancer", [Rule("console", CONSOLE_HTTP, group=console)])
        self._admit("console-group", [Rule("load-balancer", CONSOLE_HTTP, group=balancer)])

    def _open_private_link(self, link: PrivateLinkPlan) -> None:
        balancer, brokers = self.ids["client-load-balancer"], self.ids["broker-group"]
        first, last = link.broker_ports[0], link.broker_ports[-1]
        for cidr in link.sources:
            slug = _slug(cidr)
            rules = [
                Rule(f"bootstrap-{slug}", link.port, cidr=cidr),
                Rule(f"brokers-{slug}", first, cidr=cidr, last_port=last),
            ]
            self._admit("client-load-balancer", rules)
        self._let_out("client-load-balancer", [Rule("brokers", link.port, group=brokers)])
        self._admit("broker-group", [Rule("client-load-balancer", link.port, group=balancer)])


def _client_rules(client: ClientPort) -> list[Rule]:
    return [
        *(Rule(f"{client.name}-{_slug(cidr)}", client.port, cidr=cidr) for cidr in client.cidrs),
        *(Rule(f"{client.name}-{group}", client.port, group=group) for group in client.groups),
    ]


def _slug(cidr: str) -> str:
    return cidr.replace("/", "-").replace(":", "-").replace(".", "-")
