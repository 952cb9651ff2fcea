from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.services import secretsmanager

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", secretsmanager.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", secretsmanager.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", secretsmanager.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:s-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"


def test_a_secret_is_described_without_its_value(world: Any) -> None:
    tags = [{"Key": "automqVendor", "Value": "automq"}]
    world.says(
        "secretsmanager:ListSecrets", {"SecretList": [{"ARN": ARN, "Name": "s", "KmsKeyId": "k-1", "Tags": tags}]}
    )
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{OTHER}"}}, "Action": "*"}}]}}'
    world.says("secretsmanager:GetResourcePolicy", {"ResourcePolicy": policy}, {"SecretId": ARN})
    found = world.described(secretsmanager)
    properties = found.nodes[ARN].properties
    assert [properties[name] for name in ("key", "rotation", "tags", "deletion_date")] == [
        KEY, False, {"automqVendor": "automq"}, None,
    ]  # fmt: skip
    assert found.edges == {
        (ACCOUNT, "owns", ARN),
        (ARN, "encrypted_with", KEY),
        (ARN, "grants", f"arn:aws:iam::{OTHER}:root"),
    }


def test_a_secret_without_a_policy_has_none(world: Any) -> None:
    world.says("secretsmanager:ListSecrets", {"SecretList": [{"ARN": ARN, "Name": "s"}]})
    world.says("secretsmanager:GetResourcePolicy", {"ARN": ARN, "Name": "s"}, {"SecretId": ARN})
    properties = world.described(secretsmanager).nodes[ARN].properties
    assert (properties["policy"], properties["key"]) == (None, None)


def test_no_row_asks_for_a_value() -> None:
    assert {row.operation for row in secretsmanager.ROWS} == {"ListSecrets", "GetResourcePolicy"}
