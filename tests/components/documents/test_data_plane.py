from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.documents.boundary import data_plane_boundary
from components.documents.data_plane import data_plane_identity
from components.layout import Names, Wal

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.documents.statement import KeyArns

ZONE = "Z0123456789ABC"
ACCOUNT = "111122223333"
OURS = {"aws:ResourceAccount": ACCOUNT}
OWN = {"aws:ResourceTag/automqVendor": "automq", "aws:ResourceTag/automqEnvironmentID": "env-abc"}
VOLUME = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/vol-1"
DATA = "arn:aws:s3:::automq-data-env-abc-eu-west-1-111122223333"
VIA_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
RECORD = {
    "route53:ChangeResourceRecordSetsRecordTypes": "A",
    "route53:ChangeResourceRecordSetsNormalizedRecordNames": "b0.env-abc.automq.private",
}


@pytest.fixture
def effective(names: Names, keys: KeyArns, evaluate: Callable[..., str]) -> Callable[..., bool]:
    def decide(wal: Wal, action: str, resource: str, context: dict[str, Any]) -> bool:
        sides = (list(data_plane_identity(names, wal, ZONE, keys).values()), [data_plane_boundary(names, wal, ZONE)])
        known = {"aws:RequestedRegion": "eu-west-1", **context}
        return all(evaluate(side, action, resource, known) == "allow" for side in sides)

    return decide


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:ListBucket", DATA, OURS),
        ("s3:GetObject", f"{DATA}/a/_kafka_c/1", OURS),
        ("s3:PutObject", f"{DATA}/__automq/readiness_check/normal_obj/1", OURS),
        ("s3:DeleteObject", f"{DATA}/a", OURS),
        ("s3:PutObject", "arn:aws:s3:::automq-ops-abc/automq/logs/x", OURS),
        ("kms:GenerateDataKey", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/data", VIA_S3),
        ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/ops", VIA_S3),
        ("route53:ChangeResourceRecordSets", f"arn:aws:route53:::hostedzone/{ZONE}", RECORD),
        ("route53:GetHostedZone", f"arn:aws:route53:::hostedzone/{ZONE}", {}),
        ("ec2:DescribeVolumes", "*", {}),
        ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/automq/env-abc/brokers:log-stream:a", {}),
    ],
)
def test_brokers_can_do_their_work_in_every_mode(
    effective: Callable[..., bool], action: str, resource: str, context: dict[str, Any]
) -> None:
    assert all(effective(wal, action, resource, context) for wal in Wal)


@pytest.mark.parametrize(
    ("weakness", "action", "resource", "context"),
    [
        ("A04", "s3:GetObject", "arn:aws:s3:::other/a", OURS),
        ("A04", "s3:GetObject", f"{DATA}/a", {"aws:ResourceAccount": "999999999999"}),
        ("A05", "ec2:TerminateInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1", OWN),
        ("A18", "ec2:DetachVolume", VOLUME, {"aws:ResourceTag/automqVendor": "automq"}),
        ("A18", "ec2:DetachVolume", VOLUME, {**OWN, "aws:ResourceTag/automqEnvironmentID": "other"}),
        ("A19", "s3:PutLifecycleConfiguration", DATA, OURS),
        ("A31", "ec2:DescribeVolumes", "*", {"aws:RequestedRegion": "us-east-1"}),
        ("A33", "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/ZOTHER", RECORD),
        ("key", "kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/data", {}),
        ("key", "kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/other", VIA_S3),
        ("session", "ssmmessages:OpenDataChannel", "*", {}),
        ("footprint", "ec2:DetachVolume", VOLUME, {**OWN, "aws:ResourceTag/automqManagedBy": "byoc-kit"}),
    ],
)
def test_no_weakness_takes_effect_in_any_mode(
    effective: Callable[..., bool], weakness: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    assert not any(effective(wal, action, resource, context) for wal in Wal), weakness


@pytest.mark.parametrize(
    ("action", "resource", "context", "modes"),
    [
        ("ec2:AttachVolume", VOLUME, OWN, {Wal.EBS}),
        ("ec2:DetachVolume", VOLUME, OWN, {Wal.EBS}),
        (
            "kms:CreateGrant",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/volumes",
            {"kms:ViaService": "ec2.eu-west-1.amazonaws.com", "kms:GrantIsForAWSResource": "true"},
            {Wal.EBS},
        ),
        (
            "elasticfilesystem:ClientMount",
            f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-1",
            OWN,
            {Wal.FILE_SYSTEM},
        ),
    ],
)
def test_what_a_mode_needs_is_given_in_that_mode_alone(
    effective: Callable[..., bool], action: str, resource: str, context: dict[str, Any], modes: set[Wal]
) -> None:
    assert {wal for wal in Wal if effective(wal, action, resource, context)} == modes
