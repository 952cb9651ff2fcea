"""KMS: keys with their policy, grants, rotation and aliases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn, is_arn
from audit.model.facts import Fact, Unknown
from audit.model.graph import Citation, Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import granted, grants
from audit.services.reading import document, evidence, named_first, record_id, tags, then, whole
from audit.services.row import Detail, Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts


def _detail(operation: str, why: str, absent: frozenset[str] = frozenset(), **params: str) -> Row:
    return Row(
        "kms", operation, f"kms:{operation}", why, params=params, parent="kms:ListKeys",
        each="Keys[].{KeyId: KeyArn}", detail=Detail.KEY, absent=absent,
    )  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("kms", "ListKeys", "kms:ListKeys", "which keys the account holds"),
    Row("kms", "ListAliases", "kms:ListAliases", "the names by which keys are meant", **if_any("kms:ListKeys", "Keys")),
    _detail("DescribeKey", "a key's state, origin, manager and deletion date"),
    _detail("GetKeyPolicy", "who may use, administer and destroy a key", PolicyName="default"),
    _detail("GetKeyRotationStatus", "whether a key rotates", frozenset({"UnsupportedOperationException"})),
    _detail("ListGrants", "who may use a key beside its policy"),
    _detail("ListResourceTags", "a key's tags, which conditions may read"),
)

_DETAILS = tuple(row.name for row in ROWS if row.detail is Detail.KEY)
_DESCRIBED = {
    "state": "KeyMetadata.KeyState",
    "manager": "KeyMetadata.KeyManager",
    "origin": "KeyMetadata.Origin",
    "multi_region": "KeyMetadata.MultiRegion",
    "deletion_date": "KeyMetadata.DeletionDate",
    "usage": "KeyMetadata.KeyUsage",
}


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every key of the account in the region, and keys of other accounts of which details were asked."""
    if facts.region == GLOBAL:
        return
    found: set[str] = set()
    for entry in facts.listing("kms:ListKeys", "Keys", NodeKind.KEY):
        if isinstance(entry, Gap):
            yield entry
            continue
        key, record = entry
        found.add(key["KeyArn"])
        yield Edge(facts.account, key["KeyArn"], EdgeKind.OWNS, {}, (record,))
        yield from _key(facts, key["KeyArn"], record)
    asked = {record.params["KeyId"] for name in _DETAILS for record in facts.records(name)}
    for arn in sorted(arn for arn in asked - found if is_arn(arn)):
        yield from _key(facts, arn, "")


def _key(facts: Facts, arn: str, listed: str) -> Iterator[Node | Edge]:
    params = {"KeyId": arn}
    policy = document(facts, "kms:GetKeyPolicy", "Policy", params)
    given = facts.value("kms:ListGrants", "Grants", params)
    properties: dict[str, Fact] = {
        **{name: facts.value("kms:DescribeKey", path, params) for name, path in _DESCRIBED.items()},
        "policy": policy,
        "grants": [] if given is None else given,
        "rotation": facts.value("kms:GetKeyRotationStatus", "KeyRotationEnabled", params),
        "aliases": _aliases(facts, Arn.parse(arn).name),
        "tags": tags(facts.value("kms:ListResourceTags", "Tags", params), "TagKey", "TagValue"),
    }
    said = record_id(facts, "kms:GetKeyPolicy", params)
    records = named_first(said, listed, *evidence(*(facts.record(name, params) for name in _DETAILS)))
    parsed = Arn.parse(arn)
    yield Node(arn, NodeKind.KEY, parsed.name, parsed.account, parsed.region, properties, records)
    yield from grants(facts, arn, policy, said, "key_policy")
    yield from _grantees(facts, arn, given, record_id(facts, "kms:ListGrants", params))


def _grantees(facts: Facts, arn: str, given: Fact, record: str) -> Iterator[Node | Edge]:
    """A grant names its grantee and, beside it, who may retire it."""
    if not isinstance(given, list):
        return
    for index, grant in enumerate(given):
        grantee = grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal")
        if grantee is not None:
            kind = "AWS" if is_arn(grantee) else "Service"
            properties: dict[str, Any] = {
                "by": "grant",
                "actions": [f"kms:{operation}" for operation in grant.get("Operations", ())],
                "conditions": grant.get("Constraints"),
            }
            yield from granted(facts, arn, kind, grantee, properties, (Citation(record, "grants", f"/Grants/{index}"),))


def _aliases(facts: Facts, key_id: str) -> Fact:
    aliases = whole(facts, "kms:ListAliases", "Aliases")
    return then(aliases, lambda found: sorted(a["AliasName"] for a in found if a.get("TargetKeyId") == key_id))


def key_arn(facts: Facts, reference: str | None) -> Fact:
    """The key that a resource in this account and region names: by ARN, id, alias or alias ARN, as the key's ARN.

    Unknown when the aliases were not read; the text as it was written when an alias names no key; None for None.
    """
    if reference is None or ":key/" in reference:
        return reference
    if "alias/" not in reference:
        return facts.arn("kms", f"key/{reference}")
    if is_arn(reference):
        alias = Arn.parse(reference)
        facts = replace(facts, account=alias.account, region=alias.region)
    name = reference[reference.index("alias/") :]
    aliases = whole(facts, "kms:ListAliases", "Aliases")
    if isinstance(aliases, Unknown):
        return aliases
    targets = (alias["TargetKeyId"] for alias in aliases if alias["AliasName"] == name and alias.get("TargetKeyId"))
    return next((facts.arn("kms", f"key/{target}") for target in targets), reference)


def encrypted_with(source: str, key: Fact, record: str) -> Iterator[Edge]:
    """The edge to a key that is known by ARN."""
    if isinstance(key, str) and ":key/" in key:
        yield Edge(source, key, EdgeKind.ENCRYPTED_WITH, {}, (record,))
