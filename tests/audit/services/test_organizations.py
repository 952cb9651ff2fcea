from __future__ import annotations

import json
from typing import Any

import jmespath
import pytest

from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import organizations, rows
from audit.services.facts import Facts

MEMBER, MANAGEMENT = "111122223333", "444455556666"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
ALLOW: dict[str, Any] = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DENY: dict[str, Any] = {"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
NOT_IN_USE = "AWSOrganizationsNotInUseException"


def call(operation: str, params: dict[str, str], response: dict[str, Any], account: str = MANAGEMENT) -> Record:
    return Record(account, "global", "organizations", operation, params, response)


def organization(account: str, features: str = "ALL") -> Record:
    about = {"Id": "o-1", "MasterAccountId": MANAGEMENT, "FeatureSet": features}
    return call("DescribeOrganization", {}, {"Organization": about}, account)


def tree(attached: dict[tuple[str, str], list[str]], account: str = MANAGEMENT) -> list[Record]:
    """Root r-1 over unit ou-1 over the member; ``attached`` gives policy ids by target and type."""
    records = [
        call("ListParents", {"ChildId": MEMBER}, {"Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]}, account),
        call("ListParents", {"ChildId": "ou-1"}, {"Parents": [{"Id": "r-1", "Type": "ROOT"}]}, account),
    ]
    for target in (MEMBER, "ou-1", "r-1"):
        for kind in (SCP, RCP):
            listed = [{"Id": policy} for policy in attached.get((target, kind), [])]
            records.append(
                call("ListPoliciesForTarget", {"TargetId": target, "Filter": kind}, {"Policies": listed}, account)
            )
    for policy, document in (("p-allow", ALLOW), ("p-deny", DENY)):
        content = {"Policy": {"Content": json.dumps(document)}}
        records.append(call("DescribePolicy", {"PolicyId": policy}, content, account))
    return records


ATTACHED = {
    ("r-1", SCP): ["p-allow"],
    ("ou-1", SCP): ["p-allow", "p-deny"],
    (MEMBER, SCP): ["p-allow"],
}


def described(records: list[Record], account: str = MEMBER, **manifest: Any) -> Node:
    entries = tuple(AccountEntry(id=name) for name in (MEMBER, MANAGEMENT))
    made = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=entries, regions=(), **manifest)
    facts = Facts(Snapshot(made, tuple(records)), account, "global", rows())
    return next(node for node in organizations.describe(facts) if node.kind is NodeKind.ACCOUNT)


def test_the_levels_are_read_from_the_management_account_root_first() -> None:
    node = described([organization(MEMBER), *tree(ATTACHED)])

    assert node.fact("scp") == [[ALLOW], [ALLOW, DENY], [ALLOW]]
    assert node.fact("organization")["MasterAccountId"] == MANAGEMENT


def test_a_type_of_policy_that_is_switched_off_binds_nothing() -> None:
    assert described([organization(MEMBER), *tree(ATTACHED)]).fact("rcp") is None


def test_an_answer_of_any_walked_account_settles_what_the_members_own_could_not() -> None:
    denied = Unreadable("AccessDeniedException", "organizations:ListParents")
    refused = Record(MEMBER, "global", "organizations", "ListParents", {"ChildId": MEMBER}, unreadable=denied)

    assert described([refused, organization(MEMBER), *tree(ATTACHED)]).fact("scp") == [[ALLOW], [ALLOW, DENY], [ALLOW]]
    assert described([refused, organization(MEMBER)]).fact("scp") == Unknown(
        "organizations:ListParents", "AccessDeniedException", refused.id
    )


@pytest.mark.parametrize("operation", ["ListParents", "ListPoliciesForTarget", "DescribePolicy"])
def test_one_missing_answer_makes_every_level_unknown(operation: str) -> None:
    whole = [organization(MEMBER), *tree(ATTACHED)]
    first = next(record for record in whole if record.operation == operation)

    unknown = described([record for record in whole if record is not first]).fact("scp")

    assert isinstance(unknown, Unknown)
    assert unknown.permission == f"organizations:{operation}"


def test_the_management_account_is_bound_by_no_control_policy() -> None:
    node = described([organization(MANAGEMENT), *tree(ATTACHED)], MANAGEMENT)

    assert (node.fact("scp"), node.fact("rcp")) == (None, None)


def test_consolidated_billing_has_no_control_policies() -> None:
    assert described([organization(MEMBER, "CONSOLIDATED_BILLING")]).fact("scp") is None


def test_an_account_outside_any_organisation_is_bound_by_none() -> None:
    record = Record(MEMBER, "global", "organizations", "DescribeOrganization", absent=NOT_IN_USE)
    node = described([record])

    assert [node.fact(name) for name in ("organization", "scp", "rcp", "s3_policy")] == [None] * 4


def test_nothing_is_known_when_the_organisation_could_not_be_asked_for() -> None:
    node = described([])

    for name in ("organization", "scp", "rcp", "s3_policy", "declarative_policy_ec2"):
        assert node.fact(name) == Unknown("organizations:DescribeOrganization", "NotCollected", "")


def test_an_emulators_word_on_control_policies_proves_nothing() -> None:
    emulated = {"organizations:ListPoliciesForTarget": "kept, never enforced"}
    unknown = described([organization(MEMBER), *tree(ATTACHED)], emulated=emulated).fact("scp")

    assert isinstance(unknown, Unknown)
    assert unknown.code == "EmulatorCannotShow"


def test_effective_policies_are_documents_or_absent() -> None:
    response = {"EffectivePolicy": {"PolicyContent": '{"s3_attributes": {}}'}}
    read = call("DescribeEffectivePolicy", {"PolicyType": "S3_POLICY"}, response, MEMBER)
    absent = Record(
        MEMBER, "global", "organizations", "DescribeEffectivePolicy", {"PolicyType": "DECLARATIVE_POLICY_EC2"},
        absent="EffectivePolicyNotFoundException",
    )  # fmt: skip
    node = described([organization(MEMBER), read, absent])

    assert node.fact("s3_policy") == {"s3_attributes": {}}
    assert node.fact("declarative_policy_ec2") is None


def test_policies_are_asked_for_at_every_level_and_the_root() -> None:
    each = rows()["organizations:ListPoliciesForTarget"].each
    top = {"$params": {"ChildId": "ou-1"}, "Parents": [{"Id": "r-1", "Type": "ROOT"}]}
    below = {"$params": {"ChildId": MEMBER}, "Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]}

    targets = {(item["TargetId"], item["Filter"]) for answer in (top, below) for item in jmespath.search(each, answer)}

    assert targets == {(target, kind) for target in (MEMBER, "ou-1", "r-1") for kind in (SCP, RCP)}
