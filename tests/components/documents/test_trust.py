from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents import trust
from components.layout import Names

if TYPE_CHECKING:
    from typing import Any


def only(document: dict[str, Any]) -> dict[str, Any]:
    (statement,) = document["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    return dict(statement)


def test_instances_roles_trust_ec2_alone(names: Names) -> None:
    assert only(trust.instance(names))["Principal"] == {"Service": "ec2.amazonaws.com"}
    china = Names.of("env", "cn-north-1", "111122223333", "ops-bucket")
    assert only(trust.instance(china))["Principal"] == {"Service": "ec2.amazonaws.com.cn"}


def test_the_trails_role_is_for_our_trail(names: Names) -> None:
    statement = only(trust.trail(names))
    assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/automq-env-abc",
    }


def test_the_auditors_role_is_for_one_account_that_says_the_external_id(names: Names) -> None:
    statement = only(trust.auditor(names, "777788889999", "agreed-1"))
    assert statement["Principal"] == {"AWS": "arn:aws:iam::777788889999:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "agreed-1"}}


def test_backups_are_made_by_aws_backup() -> None:
    assert only(trust.backup())["Principal"] == {"Service": "backup.amazonaws.com"}
