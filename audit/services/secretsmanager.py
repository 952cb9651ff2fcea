"""Secrets Manager: secrets' metadata, policies and keys; never a value.

The policy is the one named default, the only one that a user can attach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import grants
from audit.services.kms import encrypted_with, key_arn
from audit.services.reading import document, named_first, record_id, tags
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Facts

# The vendor's tag marks the environments' own secrets: the contract names none.
_OURS = "SecretList[?Tags[?Key=='automqVendor']]"
_POLICY = "secretsmanager:GetResourcePolicy"

ROWS: tuple[Row, ...] = (
    Row("secretsmanager", "ListSecrets", "secretsmanager:ListSecrets", "which secrets there are, and their keys",
        params={"IncludePlannedDeletion": True},
        leads={Detail.SECRET: f"{_OURS}.ARN", Detail.KEY: f"{_OURS}.KmsKeyId"}),
    Row("secretsmanager", "GetResourcePolicy", _POLICY, "who a secret lets in",
        parent="secretsmanager:ListSecrets", each="SecretList[].{SecretId: ARN}", detail=Detail.SECRET),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every secret of the account in the region."""
    if facts.region != GLOBAL:
        yield from facts.described("secretsmanager:ListSecrets", "SecretList", (NodeKind.SECRET,), _secret)


def _secret(facts: Facts, secret: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn, params = secret["ARN"], {"SecretId": secret["ARN"]}
    policy, key = document(facts, _POLICY, "ResourcePolicy", params), key_arn(facts, secret.get("KmsKeyId"))
    properties: dict[str, Fact] = {
        "policy": policy,
        "key": key,
        "rotation": bool(secret.get("RotationEnabled")),
        "owning_service": secret.get("OwningService"),
        "deletion_date": secret.get("DeletedDate"),
        "tags": tags(secret.get("Tags")),
    }
    records = named_first(record_id(facts, _POLICY, params), record)
    yield Node(arn, NodeKind.SECRET, secret["Name"], facts.account, facts.region, properties, records)
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from encrypted_with(arn, key, record)
    yield from grants(facts, arn, policy, record_id(facts, _POLICY, params), "secret_policy")
