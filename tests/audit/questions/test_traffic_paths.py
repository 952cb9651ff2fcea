"""Which paths carry traffic: the rehearsed network, with one rule, route, address or line of the contract changed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from answers import edit, every

from audit.boundary import Boundary
from audit.model.contract import Listener, Source
from audit.model.graph import NodeKind
from audit.model.snapshot import Unreadable
from audit.model.verdict import Hop, Verdict
from audit.questions import ask
from audit.reach.path import Path, Reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from audit.model.contract import BoundaryContract
    from audit.model.snapshot import Record
    from audit.model.verdict import Claim

    Change = Callable[[Record], Record]

VPC, ANYWHERE = "10.42.0.0/16", "0.0.0.0/0"


def _claims(live: Rehearsed, change: Change = lambda record: record, **parts: Any) -> list[Claim]:
    contract = live.contract.model_copy(update=parts)
    return list(ask("traffic_paths", live.judged(change, contract).boundary).claims)


def _broken(claims: list[Claim]) -> set[str]:
    found = [claim for claim in claims if claim.verdict is Verdict.BROKEN]
    assert all(claim.path for claim in found), found
    return {claim.reason for claim in found}


def _group(live: Rehearsed, role: str = "broker-group") -> str:
    assert live.contract.network is not None
    return live.contract.network.security_groups[role]


def _admit(group: str, port: int, cidr: str = "", protocol: str = "tcp", prefix_list: str = "") -> Change:
    rule = {
        "IpProtocol": protocol, "FromPort": port, "ToPort": port, "UserIdGroupPairs": [], "Ipv6Ranges": [],
        "IpRanges": [{"CidrIp": cidr}] if cidr else [],
        "PrefixListIds": [{"PrefixListId": prefix_list}] if prefix_list else [],
    }  # fmt: skip
    return edit(
        "DescribeSecurityGroups",
        lambda answer: next(g for g in answer["SecurityGroups"] if g["GroupId"] == group)["IpPermissions"].append(rule),
    )


def _routes(mend: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Changes the routes of the tables that lead to a NAT gateway: those of the brokers' subnets."""

    def change(answer: dict[str, Any]) -> None:
        for table in answer["RouteTables"]:
            if any(route.get("NatGatewayId") for route in table["Routes"]):
                mend(table["Routes"])

    return edit("DescribeRouteTables", change)


def _listener(contract: BoundaryContract, **fields: Any) -> dict[str, Any]:
    return {"listeners": (contract.listeners[0].model_copy(update=fields),)}


def test_what_the_stack_builds_is_as_declared(live: Rehearsed) -> None:
    claims = _claims(live)

    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    assert {claim.reason for claim in claims} >= {
        "declared_path", "closed_to_internet", "storage_path", "no_other_entrance", "declared_egress",
    }  # fmt: skip


def test_a_source_that_no_listener_declares_is_broken(live: Rehearsed) -> None:
    assert _broken(_claims(live, listeners=())) == {"undeclared_source"}


@pytest.mark.parametrize(("origin", "sources"), [("*", ()), ("222222222222", ()), ("endpoint", (VPC,))])
def test_what_comes_by_privatelink_is_not_declared_by_an_address(
    live: Rehearsed, monkeypatch: pytest.MonkeyPatch, origin: str, sources: tuple[str, ...]
) -> None:
    real = Boundary.arrivals
    broker = _group(live)

    def arrivals(self: Boundary, group: str, protocol: str, port: int | None = None) -> list[Path]:
        known = next(self.graph.nodes(NodeKind.VPC_ENDPOINT)).id if origin == "endpoint" else origin
        hops = (Hop(known, "sends tcp 9112"),)
        made = Path(
            Reach.REACHES, "through_privatelink", known, group, "tcp", ((9112, 9112),), sources=sources, hops=hops,
            via="front",
        )  # fmt: skip
        return [*real(self, group, protocol, port), *([made] if (group, protocol) == (broker, "tcp") else [])]

    monkeypatch.setattr(Boundary, "arrivals", arrivals)
    claims = _claims(live)

    assert _broken(claims) == {"undeclared_source"}
    assert any("any account reaches" in claim.text for claim in claims) is (origin == "*")


def test_the_declared_port_over_udp_is_not_declared(live: Rehearsed) -> None:
    assert _broken(_claims(live, _admit(_group(live), 9112, VPC, "udp"))) == {"undeclared_source"}


def test_a_listener_that_no_rule_admits_is_unreachable(live: Rehearsed) -> None:
    second = Listener(name="kafka-mtls", on="broker-group", protocol="SSL", port=9122, sources=(Source(cidr=VPC),))

    assert _broken(_claims(live, listeners=(*live.contract.listeners, second))) == {"listener_unreachable"}


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT", "HTTP"])
def test_a_listener_without_encryption_is_broken_where_it_is_declared(protocol: str, live: Rehearsed) -> None:
    assert _broken(_claims(live, **_listener(live.contract, protocol=protocol))) == {"plaintext_listener"}


def test_a_console_that_anyone_of_the_network_reaches_is_exposed(live: Rehearsed) -> None:
    assert _broken(_claims(live, _admit(_group(live, "console-group"), 8080, VPC))) == {"console_exposed"}


def test_a_way_out_that_the_contract_does_not_declare_is_broken_and_so_are_names_asked_of_the_internet(
    live: Rehearsed,
) -> None:
    assert live.contract.network is not None
    network = live.contract.network.model_copy(update={"internet_egress": "none"})
    claims = _claims(live, network=network)

    assert _broken(claims) == {"undeclared_egress"}
    assert any("resolver" in claim.text for claim in claims if claim.reason == "undeclared_egress")


def test_brokers_without_any_route_to_s3_do_not_reach_it(live: Rehearsed) -> None:
    def alone(routes: list[dict[str, Any]]) -> None:
        routes[:] = [route for route in routes if route.get("GatewayId") == "local"]

    assert _broken(_claims(live, _routes(alone))) == {"storage_unreachable"}


def test_brokers_that_no_rule_lets_send_https_do_not_reach_storage(live: Rehearsed) -> None:
    def silent(answer: dict[str, Any]) -> None:
        group = next(one for one in answer["SecurityGroups"] if one["GroupId"] == _group(live))
        group["IpPermissionsEgress"] = [one for one in group["IpPermissionsEgress"] if one["FromPort"] != 443]

    assert _broken(_claims(live, edit("DescribeSecurityGroups", silent))) == {"storage_unreachable"}


def test_brokers_of_one_zone_without_a_route_to_s3_are_told(live: Rehearsed) -> None:
    changed: list[int] = []

    def alone(routes: list[dict[str, Any]]) -> None:
        if not changed:
            routes[:] = [route for route in routes if route.get("GatewayId") == "local"]
        changed.append(1)

    claims = _claims(live, _routes(alone))
    assert [claim.reason for claim in claims if claim.verdict is Verdict.BROKEN] == ["storage_unreachable"]
    assert "storage_path" in {claim.reason for claim in claims}


def _open(live: Rehearsed, cidr: str = ANYWHERE) -> Change:
    """A broker with a public address, in a subnet that routes to the internet gateway, behind an open rule."""
    gateway: list[str] = []

    def routed(answer: dict[str, Any]) -> None:
        gateway.extend(r["GatewayId"] for t in answer["RouteTables"] for r in t["Routes"] if "igw-" in str(r))
        for table in answer["RouteTables"]:
            for route in table["Routes"]:
                if route.pop("NatGatewayId", None):
                    route["GatewayId"] = gateway[0]

    def public(answer: dict[str, Any]) -> None:
        for interface in answer["NetworkInterfaces"]:
            if _group(live) in {group["GroupId"] for group in interface["Groups"]}:
                interface["Association"] = {"PublicIp": "203.0.113.9", "IpOwnerId": "amazon"}

    return every(
        edit("DescribeRouteTables", routed),
        edit("DescribeNetworkInterfaces", public),
        _admit(_group(live), 9112, cidr),
    )


def test_packets_of_the_internet_that_really_arrive_are_shown_on_their_whole_way(live: Rehearsed) -> None:
    claims = _claims(live, _open(live))
    arriving = [claim for claim in claims if claim.text.startswith("the internet reaches broker-group on tcp 9112")]

    assert _broken(claims) >= {"open_to_internet", "public_address"}
    assert arriving
    assert any(citation.record for hop in arriving[0].path for citation in hop.because)


@pytest.mark.parametrize("cidr", [ANYWHERE, "0.0.0.0/1", "64.0.0.0/2"])
def test_a_rule_for_every_address_is_broken_although_no_route_leads_in(cidr: str, live: Rehearsed) -> None:
    claims = _claims(live, _admit(_group(live), 9112, cidr))

    assert _broken(claims) == {"open_to_internet"}
    assert "no rule of broker-group admits every address" not in {claim.text for claim in claims}


def test_a_prefix_list_of_every_address_is_no_disguise(live: Rehearsed) -> None:
    def listed(answer: dict[str, Any]) -> None:
        answer["PrefixLists"].append(
            {"PrefixListId": "pl-all", "PrefixListName": "all", "OwnerId": live.contract.account}
        )

    entries = next(r for r in live.snapshot.records if r.operation == "GetManagedPrefixListEntries")
    more = dataclasses.replace(
        entries, params={**entries.params, "PrefixListId": "pl-all"}, response={"Entries": [{"Cidr": ANYWHERE}]}
    )
    records = (*live.snapshot.records, more)
    told = dataclasses.replace(live, snapshot=dataclasses.replace(live.snapshot, records=records))
    change = every(edit("DescribeManagedPrefixLists", listed), _admit(_group(live), 9112, prefix_list="pl-all"))

    assert _broken(_claims(told, change)) == {"open_to_internet"}


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeSecurityGroups",
        "DescribeNetworkInterfaces",
        "DescribeRouteTables",
        "DescribeNetworkAcls",
        "DescribeSubnets",
    ],
)
def test_without_a_listing_no_path_is_guessed(operation: str, live: Rehearsed) -> None:
    def refuse(record: Record) -> Record:
        if record.operation != operation:
            return record
        return dataclasses.replace(record, response=None, unreadable=Unreadable("AccessDenied", f"ec2:{operation}"))

    claims = _claims(live, refuse)

    assert _broken(claims) == set()
    assert "declared_path" not in {claim.reason for claim in claims}
    assert f"ec2:{operation}" in {permission for claim in claims for permission in claim.missing}


def test_where_nothing_runs_yet_paths_are_unknown_and_not_broken(live: Rehearsed) -> None:
    def empty(answer: dict[str, Any]) -> None:
        answer["NetworkInterfaces"] = [
            one for one in answer["NetworkInterfaces"] if _group(live) not in {g["GroupId"] for g in one["Groups"]}
        ]

    claims = _claims(live, edit("DescribeNetworkInterfaces", empty))

    assert _broken(claims) == set()
    assert {claim.reason for claim in claims} >= {"nothing_runs_yet"}
    assert {"declared_path", "storage_path"} & {claim.reason for claim in claims} == set()


def test_a_contract_that_names_no_network_or_no_group_leaves_paths_unknown(live: Rehearsed) -> None:
    assert live.contract.network is not None
    groups = {r: g for r, g in live.contract.network.security_groups.items() if r != "broker-group"}
    without = live.contract.network.model_copy(update={"security_groups": groups})

    assert {(c.verdict, c.reason) for c in _claims(live, network=None)} == {(Verdict.UNKNOWN, "no_network")}
    assert ("no_network", "broker-group") in {(c.reason, c.subject) for c in _claims(live, network=without)}


def test_on_an_inferred_network_nothing_holds_and_nothing_is_broken(live: Rehearsed) -> None:
    assert live.contract.network is not None
    network = live.contract.network.model_copy(update={"reviewed": False})
    claims = _claims(live, _admit(_group(live), 9112, ANYWHERE), network=network, listeners=())

    assert {(claim.verdict, claim.reason) for claim in claims} == {(Verdict.UNKNOWN, "not_reviewed")}


def test_a_declared_source_that_reaches_only_in_part_says_from_where_it_does_not(live: Rehearsed) -> None:
    wide = (Source(cidr="10.0.0.0/8"),)
    claims = _claims(live, _admit(_group(live), 9112, "10.0.0.0/8"), **_listener(live.contract, sources=wide))
    path = next(claim for claim in claims if claim.reason == "declared_path")

    assert _broken(claims) == set()
    assert path.text.startswith("10.0.0.0/8 reaches kafka-sasl-ssl (tcp 9112) as declared, but for ")


def test_a_broker_that_a_network_acl_shuts_off_is_not_reached_although_others_are(live: Rehearsed) -> None:
    assert live.contract.network is not None
    vpc, subnet = live.contract.network.vpc, live.contract.network.subnets[0]
    denies = {"RuleNumber": 1, "Egress": False, "CidrBlock": ANYWHERE, "RuleAction": "deny", "Protocol": "-1"}

    def shut(answer: dict[str, Any]) -> None:
        template = next(acl for acl in answer["NetworkAcls"] if acl["VpcId"] == vpc)
        own = [one for one in template["Associations"] if one["SubnetId"] == subnet]
        template["Associations"] = [one for one in template["Associations"] if one not in own]
        entries = [denies, *template["Entries"]]
        answer["NetworkAcls"].append({**template, "NetworkAclId": "acl-shut", "Associations": own, "Entries": entries})

    change = edit("DescribeNetworkAcls", shut)
    everywhere = next(claim for claim in _claims(live, change) if claim.reason == "declared_path")
    from_another_zone = _claims(live, change, **_listener(live.contract, sources=(Source(cidr="10.42.11.0/24"),)))

    # Within its own subnet the broker is reached still: no ACL stands between.
    assert ", but for " in everywhere.text
    assert "listener_unreachable" in _broken(from_another_zone)


def test_one_office_on_the_internet_is_not_the_internet_and_undeclared_all_the_same(live: Rehearsed) -> None:
    office = "203.0.113.7/32"
    claims = _claims(live, _open(live, office))

    assert _broken(claims) == {"undeclared_source", "public_address"}
    assert {c.text for c in claims if c.reason == "undeclared_source"} == {
        f"{office} reaches broker-group on tcp 9112, which the contract does not declare"
    }
