"""Who may assume each role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.statement import document

if TYPE_CHECKING:
    from components.documents.statement import Condition, Document
    from components.layout import Names


def instance(names: Names) -> Document:
    """EC2, for the console's and the brokers' instances.

    EC2 sends neither aws:SourceArn nor aws:SourceAccount when it assumes a role for an instance, so that a condition on
    them would refuse every instance; who may put the role on one is held by iam:PassRole.
    """
    return _trust(names.ec2_service)


def trail(names: Names) -> Document:
    """CloudTrail, for our trail alone."""
    return _trust(
        "cloudtrail.amazonaws.com",
        {"StringEquals": {"aws:SourceAccount": names.account, "aws:SourceArn": names.trail_arn}},
    )


def backup() -> Document:
    """AWS Backup.

    Its pages name no source key for the roles that it assumes, so a condition could stop every backup unnoticed; a plan
    can only use a role of its own account, by iam:PassRole.
    """
    return _trust("backup.amazonaws.com")


def auditor(names: Names, account: str, external_id: str) -> Document:
    """A security account, which says with the external id which environment it means.

    AWS page "Access to AWS accounts owned by third parties": the account's own policies say who in it may; the external
    id, in clear here and no secret, keeps one who audits many accounts from being sent to another's.
    """
    return _trust(names.root_of(account), {"StringEquals": {"sts:ExternalId": external_id}}, kind="AWS")


def _trust(principal: str, condition: Condition | None = None, *, kind: str = "Service") -> Document:
    statement = {"Sid": "Assume", "Effect": "Allow", "Principal": {kind: principal}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)
