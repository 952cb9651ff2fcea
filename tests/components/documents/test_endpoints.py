from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.documents.boundary import console_boundary, data_plane_boundary
from components.documents.console import console_identity
from components.documents.data_plane import data_plane_identity
from components.documents.endpoints import (
    endpoint_services,
    held_actions,
    interface,
    interfaces,
    s3_gateway,
    service_name,
    without_endpoint,
)
from components.layout import ConsolePermissions, Names, Wal

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.documents.statement import KeyArns

ZONE = "Z0123456789ABC"
OURS = {"aws:ResourceAccount": "111122223333"}


@pytest.fixture
def actions(names: Names, keys: KeyArns) -> tuple[str, ...]:
    console = console_identity(names, ConsolePermissions.CONTRACT, Wal.S3, ZONE, keys)
    brokers = data_plane_identity(names, Wal.S3, ZONE, keys)
    return held_actions([*console.values(), *brokers.values()])


def test_the_endpoints_follow_from_the_actions(actions: tuple[str, ...]) -> None:
    expected = {
        "autoscaling",
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "elasticloadbalancing",
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
    }
    assert expected <= set(endpoint_services(actions))


def test_file_systems_get_an_endpoint_in_their_mode(names: Names, keys: KeyArns) -> None:
    tight = ConsolePermissions.TIGHT
    services = {
        wal: endpoint_services(held_actions(console_identity(names, tight, wal, ZONE, keys).values())) for wal in Wal
    }
    assert {wal for wal, found in services.items() if "elasticfilesystem" in found} == {Wal.FILE_SYSTEM}


def test_what_the_boundaries_cut_off_asks_for_no_endpoint(names: Names, keys: KeyArns) -> None:
    choice = ConsolePermissions.CONTRACT
    documents = [
        *console_identity(names, choice, Wal.S3, ZONE, keys).values(),
        *data_plane_identity(names, Wal.S3, ZONE, keys).values(),
    ]
    boundaries = [console_boundary(names, choice, Wal.S3, ZONE), data_plane_boundary(names, Wal.S3, ZONE)]
    cut = set(interfaces(names, documents)) - set(interfaces(names, documents, boundaries))
    assert cut == {"elasticfilesystem", "fsx"}
    assert "sts:AssumeRole" not in held_actions(documents, boundaries)
    assert "kms:CreateGrant" in held_actions(documents, boundaries)


def test_every_action_is_served_or_listed(actions: tuple[str, ...]) -> None:
    unserved = without_endpoint(actions)
    assert {action.partition(":")[0] for action in unserved} == {"iam", "pricing", "route53"}
    served = [action for action in actions if action not in unserved and not action.startswith("s3:")]
    assert all(endpoint_services([action]) for action in served)


def test_who_asks_who_it_is_needs_sts() -> None:
    assert endpoint_services([]) == ("sts",)


def test_an_endpoint_admits_our_roles_and_their_actions(
    names: Names, evaluate: Callable[..., str], actions: tuple[str, ...]
) -> None:
    policy = interface(names, "kms", actions)
    role = {"aws:PrincipalArn": names.console_role_arn}
    assert evaluate([policy], "kms:Decrypt", "*", role) == "allow"
    assert evaluate([policy], "kms:ScheduleKeyDeletion", "*", role) == "nothing"
    assert evaluate([policy], "kms:Decrypt", "*", {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/x"}) == "nothing"


def test_an_endpoint_that_nobody_uses_is_refused(names: Names) -> None:
    with pytest.raises(ValueError, match="leave the endpoint out"):
        interface(names, "fsx", ["ec2:RunInstances"])


def test_every_interface_has_a_policy_of_its_own_service(names: Names, keys: KeyArns) -> None:
    made = interfaces(names, list(data_plane_identity(names, Wal.S3, ZONE, keys).values()))
    assert set(made) == {"ec2", "kms", "logs", "monitoring", "sts"}


@pytest.mark.parametrize(
    ("action", "resource", "context", "decision"),
    [
        ("s3:GetObject", "{data}/a", {"aws:PrincipalArn": "{brokers}", **OURS}, "allow"),
        ("s3:GetObject", "{data}/a", {"aws:PrincipalArn": "{console}", **OURS}, "nothing"),
        ("s3:PutObject", "{ops}/a", {"aws:PrincipalArn": "{console}", **OURS}, "allow"),
        ("s3:ListBucket", "{data}", {"aws:PrincipalArn": "{console}", **OURS}, "allow"),
        ("s3:GetObject", "{data}/a", {"aws:PrincipalArn": "{brokers}", "aws:ResourceAccount": "9"}, "nothing"),
        ("s3:PutObject", "arn:aws:s3:::theirs/a", {"aws:PrincipalArn": "{brokers}", **OURS}, "nothing"),
        ("s3:GetObject", "arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/x", {}, "allow"),
        ("s3:GetObject", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/x", {}, "allow"),
        ("s3:PutObject", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/x", {}, "nothing"),
        ("s3:PutBucketPolicy", "{ops}", {"aws:PrincipalArn": "{console}", **OURS}, "nothing"),
    ],
)
def test_the_s3_endpoint_is_for_our_buckets_and_start_up(
    names: Names,
    evaluate: Callable[..., str],
    action: str,
    resource: str,
    context: dict[str, str],
    decision: str,
) -> None:
    words = {
        "data": names.data_bucket_arn,
        "ops": names.ops_bucket_arn,
        "brokers": names.data_plane_role_arn,
        "console": names.console_role_arn,
    }
    filled = {key: value.format(**words) for key, value in context.items()}
    assert evaluate([s3_gateway(names)], action, resource.format(**words), filled) == decision


def test_the_s3_endpoint_names_no_principal_that_it_cannot_resolve(names: Names) -> None:
    assert {statement["Principal"] for statement in s3_gateway(names)["Statement"]} == {"*"}


def test_chinese_regions_have_other_service_names() -> None:
    china = Names.of("env", "cn-north-1", "111122223333", "ops-bucket")
    assert service_name(china, "ec2") == "cn.com.amazonaws.cn-north-1.ec2"
    assert service_name(china, "kms") == "com.amazonaws.cn-north-1.kms"
