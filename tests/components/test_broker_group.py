from typing import Any

import pytest

from components.broker_group import ClientPort, Groups, GroupsArgs

BROKERS, CONSOLE = "SecurityGroup/g-brokers", "SecurityGroup/g-console"


def make(**change: Any) -> Any:
    given = {
        "name": "automq-e", "vpc_id": "vpc-1", "vpc_cidr": "10.42.0.0/16", "endpoint_group_ids": ["sg-endpoints"],
        "clients": [ClientPort("sasl", 9112, ("10.0.0.0/8",), ("sg-apps",))], "s3_prefix_list_id": "pl-s3",
    }  # fmt: skip
    return lambda: Groups("g", GroupsArgs(**(given | change)))


def opened(declared: Any, group: Any, direction: Any) -> Any:
    """(port, protocol, peer) of a group's rules."""
    kind = {"in": "SecurityGroupIngressRule", "out": "SecurityGroupEgressRule"}[direction]
    peers = ("cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId")
    return {
        (rule["fromPort"], rule["ipProtocol"], next(rule[peer] for peer in peers if peer in rule))
        for rule in declared.of(kind)
        if rule["securityGroupId"] == group and rule["fromPort"] == rule["toPort"]
    }


def test_brokers_admit_each_other_the_console_and_the_clients_and_nobody_else(declare: Any) -> None:
    management = {(port, "tcp", CONSOLE) for port in (8081, 8083, 9090, 9092, 9093, 9102, 9103, 9112, 9113)}
    assert opened(declare(make()), BROKERS, "in") == {
        (9102, "tcp", BROKERS),
        (9103, "tcp", BROKERS),
        (9112, "tcp", "10.0.0.0/8"),
        (9112, "tcp", "sg-apps"),
        *management,
    }


def test_brokers_reach_only_each_other_and_aws(declare: Any) -> None:
    assert opened(declare(make()), BROKERS, "out") == {
        (9102, "tcp", BROKERS),
        (9103, "tcp", BROKERS),
        (443, "tcp", "pl-s3"),
        (443, "tcp", "sg-endpoints"),
        (53, "tcp", "10.42.0.2/32"),
        (53, "udp", "10.42.0.2/32"),
    }


def test_the_console_admits_nobody_without_a_load_balancer(declare: Any) -> None:
    assert opened(declare(make()), CONSOLE, "in") == set()


def test_people_reach_the_console_through_its_load_balancer_only(declare: Any) -> None:
    declared = declare(make(console_sources=("10.9.0.0/16",)))
    balancer = "SecurityGroup/g-console-lb"
    assert opened(declared, balancer, "in") == {(443, "tcp", "10.9.0.0/16")}
    assert opened(declared, balancer, "out") == {(8080, "tcp", CONSOLE)}
    assert opened(declared, CONSOLE, "in") == {(8080, "tcp", balancer)}


@pytest.mark.parametrize(("group", "setting"), [(BROKERS, "broker_internet"), (CONSOLE, "console_internet")])
def test_the_internet_is_reached_over_https_where_that_is_set(declare: Any, group: Any, setting: Any) -> None:
    assert (443, "tcp", "0.0.0.0/0") in opened(declare(make(**{setting: True})), group, "out")
    assert (443, "tcp", "0.0.0.0/0") not in opened(declare(make()), group, "out")


def test_file_systems_admit_brokers_alone(declare: Any) -> None:
    declared = declare(make(file_systems=True))
    files = "SecurityGroup/g-file-systems"
    assert opened(declared, files, "in") == {(2049, "tcp", BROKERS)}
    assert (2049, "tcp", files) in opened(declared, BROKERS, "out")
    assert opened(declared, files, "out") == set()


def test_an_ipv6_client_gets_an_ipv6_rule(declare: Any) -> None:
    declared = declare(make(clients=[ClientPort("sasl", 9112, ("fd00::/64",))]))
    assert (9112, "tcp", "fd00::/64") in opened(declared, BROKERS, "in")
