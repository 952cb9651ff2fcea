from typing import Any

from components.documents.statement import KeyArns
from components.identities import expected, identities


def test_the_expected_policies_are_the_real_ones_but_for_ids(plan: Any) -> None:
    some, real = expected(plan()), identities(plan(), "Z123", KeyArns("arn:d", "arn:o", "arn:l", "arn:v"))
    assert {role: list(made) for role, made in some.items()} == {role: list(made) for role, made in real.items()}
    assert set(some) == {"console", "data-plane"}


def test_file_system_rights_follow_the_mode(plan: Any) -> None:
    assert "elasticfilesystem:ClientMount" not in str(expected(plan())["data-plane"])
    assert "elasticfilesystem:ClientMount" in str(expected(plan(wal="FSWAL"))["data-plane"])
