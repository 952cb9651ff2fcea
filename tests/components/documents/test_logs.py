from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents import logs

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.layout import Names

DNS = "arn:aws:logs:eu-west-1:111122223333:log-group:/automq/env-abc/dns:log-stream:x"
OURS = {"aws:SourceAccount": "111122223333", "aws:SourceArn": "arn:aws:logs:eu-west-1:111122223333:*"}


def test_query_logs_are_delivered_into_their_group_from_this_account(
    names: Names, evaluate: Callable[..., str]
) -> None:
    policy = [logs.delivery(names)]
    assert evaluate(policy, "logs:PutLogEvents", DNS, OURS) == "allow"
    assert evaluate(policy, "logs:PutLogEvents", DNS.replace("dns", "trail"), OURS) == "nothing"
    assert evaluate(policy, "logs:PutLogEvents", DNS, {**OURS, "aws:SourceAccount": "999999999999"}) == "nothing"


def test_only_our_alarms_and_rules_publish(names: Names, evaluate: Callable[..., str]) -> None:
    policy, topic = [logs.topic(names)], names.topic_arn
    tls = {"aws:SecureTransport": "true"}
    alarm = {
        **tls,
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a",
    }
    assert evaluate(policy, "sns:Publish", topic, alarm) == "allow"
    assert evaluate(policy, "sns:Publish", topic, {**alarm, "aws:SecureTransport": "false"}) == "deny"
    foreign = {**tls, "aws:SourceAccount": "9", "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:999999999999:alarm:a"}
    assert evaluate(policy, "sns:Publish", topic, foreign) == "nothing"
    assert evaluate(policy, "sns:Subscribe", topic, alarm) == "nothing"


def test_a_named_deployer_and_the_console_alone_read_secrets(names: Names, evaluate: Callable[..., str]) -> None:
    read, deployer = "secretsmanager:GetSecretValue", "arn:aws:iam::111122223333:role/deployer"

    def decide(policy: dict[str, object], principal: str, account: str = "111122223333") -> str:
        return evaluate([policy], read, "*", {"aws:PrincipalArn": principal, "aws:PrincipalAccount": account})

    anyone = "arn:aws:iam::111122223333:role/other"
    assert decide(logs.secret(names, deployer), names.console_role_arn) == "allow"
    assert decide(logs.secret(names, deployer), deployer) != "deny"
    assert decide(logs.secret(names, deployer), anyone) == "deny"
    assert decide(logs.secret(names), anyone) != "deny"
    assert decide(logs.secret(names), "arn:aws:iam::999999999999:role/x", "999999999999") == "deny"


def test_the_trails_role_writes_its_own_streams(names: Names, evaluate: Callable[..., str]) -> None:
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/automq/env-abc/trail:log-stream"
    stream = f"{group}:111122223333_CloudTrail_eu-west-1"
    assert evaluate([logs.trail_to_logs(names)], "logs:PutLogEvents", stream, {}) == "allow"
    assert evaluate([logs.trail_to_logs(names)], "logs:PutLogEvents", f"{group}:other", {}) == "nothing"
    assert evaluate([logs.trail_to_logs(names)], "logs:DeleteLogStream", stream, {}) == "nothing"


def test_backups_are_of_our_volumes_and_only_backups_are_deleted(names: Names, evaluate: Callable[..., str]) -> None:
    policy = [logs.backup(names, "arn:aws:kms:eu-west-1:111122223333:key/volumes")]
    volume, snapshot = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "arn:aws:ec2:eu-west-1::snapshot/snap-1"
    own = {"aws:ResourceTag/automqVendor": "automq", "aws:ResourceTag/automqEnvironmentID": "env-abc"}
    made = {"aws:ResourceTag/aws:backup:source-resource": "vol-1"}
    assert evaluate(policy, "ec2:CreateSnapshot", volume, own) == "allow"
    assert evaluate(policy, "ec2:CreateSnapshot", volume, {}) == "nothing"
    assert evaluate(policy, "ec2:DeleteSnapshot", snapshot, made) == "allow"
    assert evaluate(policy, "ec2:DeleteSnapshot", snapshot, own) == "nothing"
