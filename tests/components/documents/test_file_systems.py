from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.documents.file_systems import log_file_system

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.layout import Names

ARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"
MOUNTED: dict[str, Any] = {"elasticfilesystem:AccessedViaMountTarget": "true", "aws:SecureTransport": "true"}


@pytest.fixture
def decided(names: Names, evaluate: Callable[..., str]) -> Callable[..., str]:
    def decide(action: str, role: str, **context: str) -> str:
        known = {**MOUNTED, "aws:PrincipalArn": role, **{key.replace("_", ":"): v for key, v in context.items()}}
        return evaluate([log_file_system(names, ARN)], f"elasticfilesystem:{action}", ARN, known)

    return decide


@pytest.mark.parametrize("action", ["ClientMount", "ClientWrite", "ClientRootAccess"])
def test_brokers_mount_and_write_with_tls_alone(decided: Callable[..., str], names: Names, action: str) -> None:
    assert decided(action, names.data_plane_role_arn) == "allow"
    assert decided(action, names.data_plane_role_arn, aws_SecureTransport="false") == "deny"


def test_nobody_else_mounts_whatever_their_own_policies_say(decided: Callable[..., str], names: Names) -> None:
    assert decided("ClientMount", names.console_role_arn) == "deny"
    assert decided("ClientMount", names.root_arn) == "deny"


@pytest.mark.parametrize("action", ["DeleteFileSystem", "UpdateFileSystem", "PutFileSystemPolicy", "CreateMountTarget"])
def test_the_console_sees_the_file_system_and_changes_nothing(
    decided: Callable[..., str], names: Names, action: str
) -> None:
    assert decided(action, names.console_role_arn) == "deny"
    assert decided("DescribeMountTargets", names.console_role_arn) == "nothing"


def test_who_deploys_still_rules_the_file_system(decided: Callable[..., str], names: Names) -> None:
    assert decided("PutFileSystemPolicy", names.root_arn) == "nothing"
