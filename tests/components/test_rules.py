import pytest

from components.rules import Rule


@pytest.mark.parametrize(
    ("rule", "peer"),
    [
        (Rule("a", 443, cidr="10.0.0.0/8"), {"cidr_ipv4": "10.0.0.0/8"}),
        (Rule("a", 443, cidr="fd00::/8"), {"cidr_ipv6": "fd00::/8"}),
        (Rule("a", 443, group="sg-2"), {"referenced_security_group_id": "sg-2"}),
        (Rule("a", 443, prefix_list="pl-1"), {"prefix_list_id": "pl-1"}),
        (Rule("a", 443), {"referenced_security_group_id": "sg-own"}),
    ],
)
def test_a_rule_opens_its_port_to_one_peer(rule: Rule, peer: dict[str, str]) -> None:
    assert rule.peer("sg-own") == peer
