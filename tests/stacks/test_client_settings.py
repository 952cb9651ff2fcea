"""Settings of clients elsewhere: what they come to, and what is refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from audit.model.errors import SettingsError
from stacks.automq_config import sample_automq_config
from stacks.clients import told
from stacks.contract import Ids, contract
from stacks.settings import Settings

ACCOUNT, REGION, THEIRS = "111122223333", "eu-west-1", "arn:aws:iam::222233334444:root"
IDS = Ids(
    "vpc-1", ["subnet-1"], {"broker-group": "sg-b", "console-group": "sg-c", "client-load-balancer": "sg-n"}, {},
    dict.fromkeys(("data", "ops", "logs", "volumes"), "arn"), "Z1", "i-1",
    {"service": "vpce-svc-1", "load_balancer": "arn:lb"},
)  # fmt: skip


def settings(**link: Any) -> Settings:
    given = {"environment_id": "e", "aws_account_id": ACCOUNT, "region": REGION}
    return Settings.from_config(
        {**given, "automq_config": sample_automq_config("e", REGION, ACCOUNT), "clients": {"private_link": link}}
    )


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"principals": [THEIRS], "acceptance": False}, "acceptance is false, so whoever is named would connect"),
        ({"principals": ["*"]}, r"'\*' names nobody in particular"),
        ({"principals": ["222233334444"]}, "names nobody in particular"),
        ({"principals": ["arn:aws:iam::222233334444:role/*"]}, "names nobody in particular"),
        ({"principals": []}, "principals"),
        ({"principals": [THEIRS, THEIRS]}, "twice: keep one"),
        ({"principals": [THEIRS], "brokers": 50}, "less than or equal to 49"),
        ({"principals": [THEIRS], "brokers": 1, "broker_instances": ["i-0123456789abcdef0", "i-0123456789abcdef1"]},
         "names 2, ports are kept for 1"),
        ({"principals": [THEIRS], "broker_instances": ["kafka-1"]}, "does not match"),
        ({"principals": [THEIRS], "listener": "SSL"}, "listener is SSL, listeners has SASL_SSL"),
        ({"principals": [THEIRS], "listener": "PLAINTEXT"}, "must be 'SASL_SSL' or 'SSL'"),
        ({"principals": [THEIRS], "sources": ["0.0.0.0/0"]}, "open to the whole internet"),
        ({"principals": [THEIRS], "sources": ["10.1.0.0"]}, None),
        ({"principals": [THEIRS], "sources": ["10.1.0.1/16"]}, "no IPv4 CIDR"),
        ({"principals": [THEIRS], "private_dns_name": "kafka"}, "does not match"),
    ],
)  # fmt: skip
def test_what_would_open_or_break_it_is_refused_in_one_sentence(link: dict[str, Any], words: str | None) -> None:
    if words is None:
        assert settings(**link).clients.private_link is not None
        return
    with pytest.raises(SettingsError, match=words) as refused:
        settings(**link)
    assert "\n" not in str(refused.value)


def test_the_contract_says_who_comes_by_privatelink_to_which_listener() -> None:
    made = contract(settings(principals=[THEIRS, "arn:aws:iam::222233334444:role/kafka"]), IDS)
    (listener,) = made.listeners
    assert made.network is not None
    link = made.network.private_link

    assert [source.account for source in listener.sources if source.account] == ["222233334444"]
    assert "sg-n" in {source.security_group for source in listener.sources}
    assert link is not None
    assert (link.service, link.port, link.broker_ports) == ("vpce-svc-1", 9112, (9201, 9202, 9203))
    assert link.dns_name == "kafka.e.automq.private"


def test_clients_are_told_what_they_need_and_brokers_what_they_advertise() -> None:
    given = settings(principals=[THEIRS], brokers=2)
    said = told(given, {"name": "com.amazonaws.vpce.eu-west-1.vpce-svc-1", "proof": []}, ["arn:0", "arn:1", "arn:2"])

    assert said["bootstrap"] == "kafka.e.automq.private:9112"
    assert said["advertised_listeners"] == ["kafka.e.automq.private:9201", "kafka.e.automq.private:9202"]
    assert said["target_groups"] == {"9112": "arn:0", "9201": "arn:1", "9202": "arn:2"}
    assert said["dns"]["private_zone"] == "kafka.e.automq.private"


def test_a_public_name_comes_with_what_proves_it() -> None:
    given = settings(principals=[THEIRS], brokers=1, private_dns_name="kafka.example.com")
    proof = {"name": "_x", "type": "TXT", "value": "vpce:1"}
    said = told(given, {"name": "svc", "proof": [proof]}, ["arn:0", "arn:1"])

    assert said["bootstrap"] == "kafka.example.com:9112"
    assert said["dns"] == {"name": "kafka.example.com", "proof": [proof]}
