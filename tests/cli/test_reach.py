"""byoc reach, as a user types it, on toy networks and on the rehearsed stack."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.report import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

    Byoc = Callable[..., Any]

ACCOUNTS = Path(__file__).parents[1] / "accounts"


@pytest.fixture
def reach(byoc: Byoc) -> Byoc:
    """Runs byoc reach on a toy account."""
    return lambda toy, *arguments: byoc("reach", *arguments, "--from", ACCOUNTS / f"network-{toy}")


def answer(reach: Byoc, toy: str, *arguments: str) -> Any:
    ran = reach(toy, *arguments, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    content = json.loads(ran.out)
    jsonschema.validate(content, schemas.reach())
    return content


def section(text: str, title: str) -> list[str]:
    """The lines under a heading, up to the next blank one."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    return lines[start : lines.index("", start) if "" in lines[start:] else None]


# --- to --------------------------------------------------------------------------------------------------------------


def test_who_arrives_is_told_by_side_and_the_internet_first(reach: Byoc) -> None:
    ran = reach("private-brokers", "to", "sg-brokers", "--port", "9112")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:9] == [
        "What arrives at sg-brokers, tcp and udp 9112?",
        "2 open",
        "",
        "From the internet",
        "  nothing arrives",
        "",
        "From other premises (VPN, Direct Connect)",
        "  nothing arrives",
        "",
    ]
    assert section(ran.out, "From security groups")[:2] == [
        "  sg-clients: 10.0.1.50/32",
        "    tcp 9112 to eni-broker-a, eni-broker-b, eni-broker-c",
    ]
    assert section(ran.out, "From addresses of the same VPC")[0] == "  vpc-1: 10.0.3.0/24"


def test_other_premises_are_named_with_their_ways_in(reach: Byoc) -> None:
    ran = reach("premises", "to", "eni-broker-a", "--protocol", "tcp", "--port", "9112")
    assert section(ran.out, "From other premises (VPN, Direct Connect)")[:3] == [
        "  vgw-1: 172.16.0.0/12, 192.168.0.0/16",
        "    tcp 9112 to eni-broker-a",
        "    by vgw-1",
    ]


def test_what_comes_through_privatelink_stands_by_itself(reach: Byoc) -> None:
    rows = answer(reach, "private-link", "to", "sg-brokers", "--port", "9112", "--protocol", "tcp")["rows"]
    sides = {(row["side"], row["verdict"], row["origin"]["name"]) for row in rows}
    assert ("privatelink", "reaches", "vpce-clients") in sides
    assert ("privatelink", "blocked", "333333333333") in sides
    assert ("own_vpc", "reaches", "vpc-brokers") in sides
    through = next(row for row in rows if row["origin"]["name"] == "vpce-clients")
    assert (through["path"][:2], through["groups"]) == (["vpce-clients", "vpce-svc-1"], ["sg-clients"])
    assert any(hop["because"] for hop in through["hops"])


def test_other_vpcs_and_what_is_stopped_on_the_way(reach: Byoc) -> None:
    ran = reach("peering", "to", "sg-brokers", "--port", "9112", "--protocol", "tcp")
    assert section(ran.out, "From security groups")[:3] == [
        "  sg-clients: 10.1.0.10/32",
        "    tcp 9112 to eni-broker",
        "    by rtb-clients → pcx-clients",
    ]
    stopped = section(ran.out, "Let through by a rule, and stopped")
    assert "    stopped: peering not active" in stopped
    assert "    stopped: no route" in stopped


def test_what_could_not_be_read_is_said_with_the_permission_that_settles_it(reach: Byoc) -> None:
    ran = reach("unread-routes", "to", "sg-brokers", "--port", "9112")
    assert section(ran.out, "From the internet") == ["  not known: see below"]
    assert "ec2:DescribeRouteTables would settle it" in " ".join(ran.out.split())
    assert "globalaccelerator:ListAccelerators would settle it" in " ".join(ran.out.split())
    rows = answer(reach, "unread-routes", "to", "sg-brokers", "--port", "9112")["rows"]
    assert {"ec2:DescribeRouteTables"} in [set(row["missing"]) for row in rows]


def test_an_open_console_is_reached_from_the_internet(reach: Byoc) -> None:
    ran = reach("leaking-nat", "to", "eni-console")
    assert section(ran.out, "From the internet")[:2] == [
        "  the internet: every public IPv4 address",
        "    tcp 8080 to eni-console",
    ]


def test_a_listener_of_the_contract_brings_its_port(byoc: Byoc, poc_run: Run) -> None:
    ran = byoc("reach", "to", "kafka-sasl-ssl", "--from", poc_run.folder)
    assert ran.code == 0
    assert ran.out.startswith("What arrives at kafka-sasl-ssl (broker-group, sg-")
    assert ", tcp 9112?\n" in ran.out
    assert "\n  console-group (sg-" in ran.out
    byoc_json = byoc("reach", "to", "broker-group", "--port", "9112", "--from", poc_run.folder, "--format", "json")
    content = json.loads(byoc_json.out)
    jsonschema.validate(content, schemas.reach())
    assert content["asked"]["protocols"] == ["tcp", "udp"]


# --- from ------------------------------------------------------------------------------------------------------------


def test_the_ways_out_stand_first(reach: Byoc) -> None:
    ran = reach("private-brokers", "from", "sg-brokers")
    assert section(ran.out, "To the internet") == ["  nothing gets there"]
    assert section(ran.out, "To name servers of the internet, by the VPC's resolver") == [
        "  the internet",
        "    udp 53",
    ]
    assert section(ran.out, "To S3")[0] == "  S3 by vpce-s3: 52.216.0.0/15"
    assert "  eni-broker-b: 10.0.2.10/32" in section(ran.out, "To machines of the same VPC")


def test_a_leak_around_the_endpoint_is_the_internet(reach: Byoc) -> None:
    rows = answer(reach, "leaking-nat", "from", "sg-brokers", "--protocol", "tcp")["rows"]
    leaks = [row for row in rows if row["side"] == "s3"]
    assert {(row["verdict"], row["target"]["id"]) for row in leaks} == {("reaches", "internet")}


def test_premises_that_may_pass_packets_on_leave_the_internet_unknown(reach: Byoc) -> None:
    rows = answer(reach, "premises", "from", "eni-broker-a", "--protocol", "tcp")["rows"]
    assert {row["target"]["name"] for row in rows if row["side"] == "premises"} == {"vgw-1", "tgw-attach-dx"}


def test_a_network_that_is_not_read_is_no_dead_end(reach: Byoc) -> None:
    ran = reach("unread-routes", "from", "sg-brokers", "--protocol", "tcp")
    assert section(ran.out, "To the internet") == ["  not known: see below"]


def test_what_a_device_may_pass_on_is_not_known_to_leave(reach: Byoc) -> None:
    ran = reach("inspected", "from", "eni-client", "--protocol", "tcp")
    assert section(ran.out, "To the internet") == ["  not known: see below"]
    assert "    not known: endpoint not modelled at vpce-firewall" in section(ran.out, "Not known")


def test_a_route_whose_target_is_gone_leads_nowhere(reach: Byoc) -> None:
    ran = reach("transit-tables", "from", "eni-clients", "--protocol", "tcp")
    stopped = section(ran.out, "Let through by a rule, and stopped")
    assert stopped[stopped.index("    stopped: blackhole") - 2] == "  nowhere: 10.0.1.0/24"


def test_a_role_stands_for_what_runs_as_it(byoc: Byoc, poc_run: Run) -> None:
    ran = byoc("reach", "from", "console", "--from", poc_run.folder, "--format", "json")
    rows = json.loads(ran.out)["rows"]
    assert {"s3", "endpoint", "names", "interface"} <= {row["side"] for row in rows}


# --- path ------------------------------------------------------------------------------------------------------------


def test_a_path_shows_each_hop_and_what_proves_it(reach: Byoc) -> None:
    ran = reach("private-brokers", "path", "eni-client", "eni-broker-b", "--port", "9112")
    lines = ran.out.splitlines()
    assert lines[:4] == [
        "Do packets get from eni-client to eni-broker-b, tcp 9112?",
        "reaches",
        "  eni-client → subnet-a → rtb-private → subnet-b → eni-broker-b",
        "  from 10.0.1.50/32",
    ]
    assert any("sg-brokers lets them through  [security_group/sg-brokers/IpPermissions/0/" in line for line in lines)


def test_a_blocked_path_says_what_would_open_it(reach: Byoc) -> None:
    ran = reach("private-brokers", "path", "internet", "eni-broker-a", "--port", "9112")
    assert ran.out.splitlines()[1:4] == [
        "blocked",
        "  eni-broker-a: no public address",
        "    to open it: give the interface a public address",
    ]
    [found] = answer(reach, "private-brokers", "path", "internet", "eni-broker-a", "--port", "9112")["answers"]
    assert {"resource": "sg-brokers", "reason": "no_matching_rule", "remedy": "add a rule that allows the packets"} in (
        found["blocked_by"]
    )


def test_an_unknown_path_says_what_would_settle_it(reach: Byoc) -> None:
    ran = reach("unread-routes", "path", "eni-client", "eni-broker-b", "--port", "9112")
    assert ran.out.splitlines()[1] == "unknown"
    assert "  not known: route table unread at subnet-a, subnet-b; ec2:DescribeRouteTables would settle it" in ran.out


def test_groups_are_asked_class_by_class(reach: Byoc) -> None:
    answers = answer(reach, "private-brokers", "path", "sg-clients", "sg-brokers", "--port", "9112")["answers"]
    assert [(one["from"], one["to"]) for one in answers] == [
        ("eni-client", f"eni-broker-{letter}") for letter in "abc"
    ]  # fmt: skip


@pytest.mark.parametrize(("end", "port"), [("s3", 443), ("internet", 443), ("10.0.1.10", 9112)])
def test_a_port_that_is_not_given_is_the_usual_one(reach: Byoc, end: str, port: int) -> None:
    assert answer(reach, "private-brokers", "path", "eni-broker-b", end)["asked"]["port"] == port


def test_roles_of_the_contract_are_ends(byoc: Byoc, poc_run: Run) -> None:
    to_listener = byoc("reach", "path", "console-group", "kafka-sasl-ssl", "--from", poc_run.folder)
    to_bucket = byoc("reach", "path", "broker-group", "data-bucket", "--from", poc_run.folder)
    assert ", tcp 9112?\nreaches\n" in to_listener.out
    assert " to s3, tcp 443?\nreaches\n" in to_bucket.out


# --- simulate --------------------------------------------------------------------------------------------------------

CASE = {"id": "1", "from": "eni-client", "to": "eni-broker-a", "protocol": "tcp", "port": 9112}


def simulated(reach: Byoc, here: Path, toy: str, *cases: Any) -> list[dict[str, Any]]:
    lines = [case if isinstance(case, str) else json.dumps(case) for case in cases]
    (here / "cases.jsonl").write_text("\n".join(lines), "utf-8")
    ran = reach(toy, "simulate", "cases.jsonl")
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(line) for line in ran.out.splitlines()]


def test_a_verdict_a_line_in_order(reach: Byoc, here: Path) -> None:
    cases = [
        CASE,
        {**CASE, "id": 2, "to": "10.0.2.10"},
        {**CASE, "id": 3, "from": "subnet-a", "protocol": "udp"},
        {**CASE, "id": 4, "from": "internet"},
        {**CASE, "id": 5, "from": "eni-broker-a", "to": "s3", "port": 443},
    ]
    found = simulated(reach, here, "private-brokers", *cases)
    assert [(one["id"], one["verdict"]) for one in found] == [
        ("1", "reaches"), (2, "reaches"), (3, "blocked"), (4, "blocked"), (5, "reaches"),
    ]  # fmt: skip
    assert found[0] == {
        "id": "1",
        "verdict": "reaches",
        "path": ["eni-client", "subnet-a", "eni-broker-a"],
        "blocked_by": [],
        "sources": ["10.0.1.50/32"],
    }
    assert {"resource": "sg-brokers", "reason": "no_matching_rule"} in found[3]["blocked_by"]


def test_the_protocol_is_tcp_unless_it_is_said(reach: Byoc, here: Path) -> None:
    case = {name: value for name, value in CASE.items() if name != "protocol"}
    [found] = simulated(reach, here, "private-brokers", case)
    assert found["verdict"] == "reaches"


def test_an_unknown_verdict_says_why_and_what_is_missing(reach: Byoc, here: Path) -> None:
    [found] = simulated(reach, here, "unread-routes", {**CASE, "to": "eni-broker-b"})
    assert (found["verdict"], found["reason"]) == ("unknown", "route_table_unread")
    assert found["missing"] == ["ec2:DescribeRouteTables"]


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("nonsense", "Expecting value"),
        ([], "a case is a JSON object"),
        ({"id": "1"}, "the case lacks from, to, port: add it"),
        ({**CASE, "from": "eni-nobody"}, "there is no interface eni-nobody in the snapshot"),
        ({**CASE, "to": "subnet-nowhere"}, "there is no subnet subnet-nowhere"),
        ({**CASE, "to": "10.0.1"}, "10.0.1 is no end that byoc reach knows"),
        ({**CASE, "from": "s3"}, "s3 is no end"),
        ({**CASE, "from": 7}, "from is 7: expected the id of an interface"),
        ({**CASE, "from": "internet", "to": "internet"}, "from internet to internet leads through none"),
        ({**CASE, "port": 99999}, "port 99999 does not exist: use one from 0 to 65535"),
        ({**CASE, "port": -1}, "port -1 does not exist"),
        ({**CASE, "port": "9112"}, 'port is "9112": expected a number'),
        ({**CASE, "port": True}, "port is true: expected a number"),
        ({**CASE, "protocol": "icmp"}, 'protocol is "icmp": expected tcp or udp'),
        ({**CASE, "protocol": None}, "protocol is null: expected tcp or udp"),
        ('{"id": "1", "from": "eni-client", "from": "internet", "to": "eni-broker-a", "port": 1}', "is there twice"),
    ],
)
def test_a_bad_line_gets_an_error_and_the_rest_goes_on(reach: Byoc, here: Path, case: Any, says: str) -> None:
    first, second = simulated(reach, here, "private-brokers", case, {**CASE, "id": "next"})
    assert first.keys() == {"id", "error"}
    assert first["error"].startswith("line 1: ")
    assert says in first["error"]
    assert (second["id"], second["verdict"]) == ("next", "reaches")


def test_a_field_that_is_not_known_is_said_and_the_verdict_stands(reach: Byoc, here: Path) -> None:
    [found] = simulated(reach, here, "private-brokers", {**CASE, "protocl": "udp"})
    assert (found["verdict"], found["problems"]) == ("reaches", ['the unknown field "protocl" was not read'])


def test_cases_come_from_standard_input_too(reach: Byoc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(CASE).encode() + b"\n\nx\n")))
    ran = reach("private-brokers", "simulate", "-")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == ["1", None]


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["to", "sg-broker"], "sg-broker is nothing that this audit knows: did you mean sg-brokers"),
        (["to", "acl-open"], "acl-open is of the kind network acl: name one of security group"),
        (["to", "sg-brokers", "--port", "99999"], "port 99999 does not exist: use one from 0 to 65535"),
        (["to", "sg-brokers", "--port", "kafka"], "Invalid value for '--port': Input should be a valid integer"),
        (["to", "sg-brokers", "--protocol", "icmp"], "Invalid value for '--protocol': 'icmp' is not one of 'tcp', 'udp'"),
        (["from", "nobody"], "nobody is nothing that this audit knows"),
        (["from", "sg-brokers", "--port", "-1"], "port -1 does not exist"),
        (["path", "eni-client"], "Missing argument 'TO'"),
        (["path", "eni-client", "eni-broker-z"], "eni-broker-z is nothing that this audit knows: did you mean"),
        (["path", "eni-client", "eni-broker-a", "--port", "99999"], "port 99999 does not exist: use one from 0 to 65535"),
        (["path", "internet", "s3"], "from internet to s3 leads through none of the networks that were walked"),
        (["simulate", "none.jsonl"], "none.jsonl cannot be read (No such file or directory)"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(reach: Byoc, arguments: list[str], says: str) -> None:
    assert reach("private-brokers", *arguments).sentence.startswith(says)


def test_a_snapshot_that_is_not_there(byoc: Byoc) -> None:
    assert byoc("reach", "to", "sg-brokers", "--from", "nowhere").sentence.startswith("nowhere does not exist")
    assert byoc("reach", "to", "sg-brokers").sentence.startswith("no audit folder is under out/")
