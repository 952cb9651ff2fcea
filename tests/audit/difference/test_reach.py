"""Which paths opened and closed between two toy networks, and the rule that did it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.boundary import Boundary
from audit.difference.reach import Comparison, Kind, compare
from audit.difference.rules import did
from audit.graph.build import build
from audit.model.contract import BoundaryContract, Network
from audit.model.snapshot import Snapshot, Unreadable

if TYPE_CHECKING:
    from audit.model.snapshot import Record

ACCOUNTS = Path(__file__).parents[2] / "accounts"
ACCOUNT, REGION = "111111111111", "us-east-1"
Edit = tuple[str, str]


def boundary(toy: str, *edits: Edit, refused: str = "", **contract: Any) -> Boundary:
    """A toy account, some of its words replaced, one operation refused."""

    def changed(record: Record) -> Record:
        if record.operation == refused:
            unreadable = Unreadable("AccessDenied", f"ec2:{refused}")
            return dataclasses.replace(record, response=None, unreadable=unreadable)
        text = json.dumps(record.response)
        for old, new in edits:
            text = text.replace(old, new)
        return dataclasses.replace(record, response=json.loads(text))

    snapshot = Snapshot.read(ACCOUNTS / f"network-{toy}")
    graph = build(dataclasses.replace(snapshot, records=tuple(map(changed, snapshot.records))))
    declared = BoundaryContract(environment_id="toy", account=ACCOUNT, region=REGION, **contract)
    return Boundary(graph, declared, snapshot.manifest.taken_at)


def said(compared: Comparison) -> set[tuple[str, ...]]:
    return {
        (one.kind.value, one.source.rpartition("/")[2], one.target.rpartition("/")[2], one.protocol, *one.far)
        for one in compared.changes
    }


def causes(compared: Comparison) -> set[tuple[str, str, str]]:
    return {(one.how, one.what, one.pointer) for change in compared.changes for one in did(compared, change)}


def test_nothing_opened_or_closed() -> None:
    assert compare(boundary("private-brokers"), boundary("private-brokers")).changes == ()


def test_a_rule_of_a_group_opens_and_another_one_closes() -> None:
    compared = compare(boundary("private-brokers"), boundary("private-brokers", ('"10.0.3.0/24"}]', '"10.0.2.0/24"}]')))
    assert said(compared) == {
        ("opened", "vpc-1", "sg-brokers", "tcp", "10.0.2.0/24"),
        ("closed", "vpc-1", "sg-brokers", "tcp", "10.0.3.0/24"),
    }
    opened, closed = compared.changes
    assert opened.ports == closed.ports == ((9112, 9112),)
    [cause] = did(compared, opened)
    assert (cause.how, cause.what, cause.pointer) == (
        "added",
        "security_group/sg-brokers",
        "/IpPermissions/2/IpRanges/0",
    )
    assert json.loads(cause.text)["IpRanges"] == [{"CidrIp": "10.0.2.0/24"}]
    assert [(one.how, one.what) for one in did(compared, closed)] == [("removed", "security_group/sg-brokers")]


def test_only_what_is_wider_than_before_has_opened() -> None:
    wider = boundary("private-brokers", ('"10.0.3.0/24"}]', '"10.0.2.0/23"}]'))
    assert said(compare(boundary("private-brokers"), wider)) == {
        ("opened", "vpc-1", "sg-brokers", "tcp", "10.0.2.0/24")
    }
    assert said(compare(wider, boundary("private-brokers"))) == {
        ("closed", "vpc-1", "sg-brokers", "tcp", "10.0.2.0/24")
    }


def test_a_port_opens_for_a_group_whatever_addresses_it_has() -> None:
    edits = ('"FromPort": 9102', '"FromPort": 9101'), ("10.0.1.50", "10.0.1.51")
    compared = compare(boundary("private-brokers"), boundary("private-brokers", *edits))
    found = {(one.kind, one.source.rpartition("/")[2], one.far, one.ports) for one in compared.changes}
    assert (Kind.OPENED, "sg-brokers", (), ((9101, 9101),)) in found
    assert not any(source == "sg-clients" for _, source, _, _ in found)


def test_an_acl_that_denies_is_the_rule_that_closed() -> None:
    denied = boundary("private-brokers", ('"RuleAction": "allow"', '"RuleAction": "deny"'))
    compared = compare(boundary("private-brokers"), denied)
    assert {one.kind for one in compared.changes} == {Kind.CLOSED}
    assert ("removed", "network_acl/acl-open", "/Entries/0") in causes(compared)


def test_a_route_that_leaks_is_the_rule_that_opened() -> None:
    compared = compare(boundary("private-brokers"), boundary("leaking-nat"))
    assert ("opened", "sg-brokers", "internet", "tcp", "52.216.0.0/15") in said(compared)
    assert ("closed", "sg-brokers", "vpce-s3", "tcp", "52.216.0.0/15") in said(compared)
    leak = next(one for one in compared.changes if (one.kind, one.target) == (Kind.OPENED, "internet"))
    assert [(one.how, one.what) for one in did(compared, leak)] == [("added", "route_table/rtb-private")]


def test_what_no_rule_tells_a_setting_does() -> None:
    deleted = boundary("peering", ('"Code": "active"', '"Code": "deleted"'))
    compared = compare(boundary("peering"), deleted)
    assert ("closed", "sg-clients", "sg-brokers", "tcp") in said(compared)
    assert any(how == "changed" and what.startswith("gateway/pcx-clients: state") for how, what, _ in causes(compared))


@pytest.mark.parametrize("operation", ["DescribeRouteTables", "DescribeNetworkInterfaces", "DescribeSecurityGroups"])
@pytest.mark.parametrize("swap", [False, True])
def test_what_one_side_could_not_read_neither_opened_nor_closed(operation: str, *, swap: bool) -> None:
    sides = boundary("private-brokers"), boundary("private-brokers", refused=operation)
    compared = compare(*reversed(sides)) if swap else compare(*sides)
    assert compared.changes
    assert {one.kind for one in compared.changes} == {Kind.UNKNOWN}
    assert not causes(compared)


def test_an_unread_listing_is_said() -> None:
    unread = boundary("private-brokers", refused="DescribeNetworkInterfaces")
    [doubt] = compare(boundary("private-brokers"), unread).doubts
    assert doubt.startswith("the second could not list its interfaces or groups: ec2:DescribeNetworkInterfaces")


def test_things_are_the_same_by_their_role_whatever_their_ids() -> None:
    def declared(vpc: str, brokers: str, clients: str) -> dict[str, Network]:
        groups = {"broker-group": brokers, "client-group": clients}
        return {"network": Network(vpc=vpc, security_groups=groups, endpoints={"s3": f"vpce-{vpc}"})}

    renamed = (
        ("sg-brokers", "sg-9"), ("sg-clients", "sg-8"), ("vpce-s3", "vpce-vpc-9"), ("vpc-1", "vpc-9"), ("subnet-", "subnet-9"),
    )  # fmt: skip
    first = boundary("private-brokers", ("vpce-s3", "vpce-vpc-1"), **declared("vpc-1", "sg-brokers", "sg-clients"))
    second = boundary("private-brokers", *renamed, **declared("vpc-9", "sg-9", "sg-8"))
    assert compare(first, second).changes == ()


def test_the_order_of_a_report_is_opened_closed_unknown() -> None:
    compared = compare(boundary("private-brokers"), boundary("leaking-nat"))
    kinds = [one.kind for one in compared.changes]
    assert kinds == sorted(kinds, key=list(Kind).index)


def test_a_group_that_is_no_longer_named_has_lost_its_path_whatever_addresses_are_in_doubt() -> None:
    pair = '"UserIdGroupPairs": [{"GroupId": '
    unnamed = boundary("unread-routes", (f'{pair}"sg-clients"', f'{pair}"sg-nobody"'))
    compared = compare(boundary("unread-routes"), unnamed)
    arriving = [one for one in compared.changes if one.field == "sources" and one.source.endswith("/sg-clients")]
    assert {one.far for one in arriving} == {()}
    assert Kind.CLOSED in {one.kind for one in arriving}
