from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import Citation, NodeKind
from audit.services import kms

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", kms.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", kms.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", kms.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"


def _key(world: Any) -> Any:
    world.says("kms:ListKeys", {"Keys": [{"KeyId": "k-1", "KeyArn": KEY}]})
    return world


def test_a_key_is_described_by_all_its_answers(world: Any) -> None:
    params = {"KeyId": KEY}
    about = {"KeyState": "PendingDeletion", "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "MultiRegion": False}
    world.says("kms:DescribeKey", {"KeyMetadata": {**about, "DeletionDate": "2026-02-01T00:00:00Z"}}, params)
    world.says("kms:GetKeyRotationStatus", {"KeyRotationEnabled": True}, params)
    world.says("kms:ListResourceTags", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, params)
    world.says(
        "kms:ListAliases", {"Aliases": [{"AliasName": "alias/x", "TargetKeyId": "k-1"}, {"AliasName": "alias/y"}]}
    )
    found = _key(world).described(kms)
    properties = found.nodes[KEY].properties
    assert (ACCOUNT, "owns", KEY) in found.edges
    assert (found.nodes[KEY].kind, found.nodes[KEY].name) == (NodeKind.KEY, "k-1")
    assert [properties[name] for name in ("state", "manager", "origin", "multi_region", "usage", "deletion_date")] == [
        "PendingDeletion", "CUSTOMER", "AWS_KMS", False, None, "2026-02-01T00:00:00Z",
    ]  # fmt: skip
    assert [properties[name] for name in ("rotation", "tags", "aliases")] == [True, {"a": "b"}, ["alias/x"]]


def test_a_key_that_cannot_rotate_has_no_rotation(world: Any) -> None:
    world.lacks("kms:GetKeyRotationStatus", "UnsupportedOperationException", {"KeyId": KEY})
    assert _key(world).described(kms).nodes[KEY].properties["rotation"] is None


def test_the_policy_and_the_grants_name_principals(world: Any) -> None:
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{OTHER}"}}, "Action": "kms:*"}}]}}'
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    grant = {
        "GranteePrincipal": role,
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"a": "b"}},
    }
    said = world.says("kms:GetKeyPolicy", {"Policy": policy}, {"KeyId": KEY})
    given = world.says("kms:ListGrants", {"Grants": [grant]}, {"KeyId": KEY})
    found = _key(world).described(kms)
    foreign = f"arn:aws:iam::{OTHER}:root"
    assert found.edge("grants", foreign).because == (Citation(said.id, "key_policy", "/Statement/0"),)
    assert found.edge("grants", role).because == (Citation(given.id, "grants", "/Grants/0"),)
    assert found.edge("grants", role).properties["actions"] == ["kms:Decrypt"]
    assert found.nodes[KEY].properties["grants"] == [grant]
    assert found.nodes[foreign].kind is NodeKind.FOREIGN_PRINCIPAL


def test_a_key_of_another_account_is_described_by_what_was_asked(world: Any) -> None:
    foreign = f"arn:aws:kms:{REGION}:{OTHER}:key/k-9"
    world.says("kms:DescribeKey", {"KeyMetadata": {"KeyState": "Enabled"}}, {"KeyId": foreign})
    found = _key(world).described(kms)
    assert (found.nodes[foreign].account, found.nodes[foreign].properties["state"]) == (OTHER, "Enabled")
    assert (ACCOUNT, "owns", foreign) not in found.edges
    assert found.nodes[foreign].properties["policy"].permission == "kms:GetKeyPolicy"


@pytest.mark.parametrize("written", [KEY, "k-1", "alias/a", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a"])
def test_a_reference_leads_to_the_key(world: Any, written: str) -> None:
    world.says("kms:ListAliases", {"Aliases": [{"AliasName": "alias/a", "TargetKeyId": "k-1"}]})
    assert kms.key_arn(world.facts(), written) == KEY


def test_no_reference_is_no_key_and_a_dangling_alias_stays_as_written(world: Any) -> None:
    world.says("kms:ListAliases", {"Aliases": []})
    assert kms.key_arn(world.facts(), None) is None
    assert kms.key_arn(world.facts(), "alias/gone") == "alias/gone"


def test_an_alias_of_an_account_that_was_not_walked_is_unknown(world: Any) -> None:
    world.says("kms:ListAliases", {"Aliases": []})
    reference = f"arn:aws:kms:{REGION}:{OTHER}:alias/a"
    assert kms.key_arn(world.facts(), reference).code == "NotCollected"


def test_keys_are_regional(world: Any) -> None:
    assert _key(world).described(kms, "global").elements == []
