from __future__ import annotations

import socket
from urllib.parse import urlsplit

import boto3
import pytest

from audit.model.errors import RehearsalError
from stacks.rehearsal import accounts, lifeline, surroundings
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import Emulator, emulator
from stacks.rehearsal.environment import aws_environment, clean
from stacks.rehearsal.surroundings.step import Step

ACCOUNT, REGION = "111122223333", "eu-west-1"


def test_it_listens_on_loopback_and_is_gone_after_an_error() -> None:
    addresses = []

    def fail(running: Emulator) -> None:
        place = urlsplit(running.endpoint_url)
        addresses.append((place.hostname, place.port))
        socket.create_connection(addresses[0], 2).close()
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"), emulator("111122223333", "eu-west-1") as running:
        fail(running)
    assert addresses[0][0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(addresses[0], 2)


def test_one_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline.sys, "executable", "/bin/false")
    with pytest.raises(RehearsalError, match="did not start"), emulator("111122223333", "eu-west-1"):
        pass


def test_the_caller_is_in_the_settings_account_and_a_role_leads_into_another(cloud: Cloud, running: Emulator) -> None:
    assert cloud.call("sts", "GetCallerIdentity", {})["Account"] == "111122223333"
    lent = cloud.call(
        "sts", "AssumeRole", {"RoleArn": "arn:aws:iam::444455556666:role/auditor", "RoleSessionName": "audit"}
    )["Credentials"]
    other = boto3.client(
        "sts",
        endpoint_url=running.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id=lent["AccessKeyId"],
        aws_secret_access_key=lent["SecretAccessKey"],
        aws_session_token=lent["SessionToken"],
    )
    assert other.get_caller_identity()["Account"] == "444455556666"


def test_aws_managed_policies_are_there(cloud: Cloud) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert cloud.call("iam", "GetPolicy", {"PolicyArn": arn})["Policy"]["Arn"] == arn


def test_the_environment_of_a_child_names_no_account_of_the_callers() -> None:
    caller = {"PATH": "/bin", "AWS_PROFILE": "production", "HTTPS_PROXY": "http://proxy", "PULUMI_ACCESS_TOKEN": "x"}
    assert clean(caller) == {"PATH": "/bin"}
    assert aws_environment("http://127.0.0.1:1", "eu-west-1")["NO_PROXY"] == "127.0.0.1"


def test_a_step_of_another_account_is_taken_there_and_a_walk_is_told_of_the_role(running: Emulator) -> None:
    steps = [Step("sns", "CreateTopic", {"Name": "theirs"}, account="222233334444"),
             Step("sns", "CreateTopic", {"Name": "ours"})]  # fmt: skip
    surroundings.make(steps, running)
    topics = []
    for account in (ACCOUNT, "222233334444"):
        there = accounts.entered(running, account, REGION)
        listed = Cloud(there.environment, account, REGION).call("sns", "ListTopics", {})["Topics"]
        topics.append([topic["TopicArn"] for topic in listed])

    assert topics == [[f"arn:aws:sns:{REGION}:{ACCOUNT}:ours"], [f"arn:aws:sns:{REGION}:222233334444:theirs"]]
    assert accounts.roles(running, ["222233334444", ACCOUNT, "222233334444"]) == (
        f"arn:aws:iam::222233334444:role/{accounts.ROLE}",
    )
