"""AWS Organizations: what stands above the account, and the service and resource control policies that bind it.

Member accounts may ask which organisation they are in and for their own effective policies; the tree and its control
policies are readable from the management account or a delegated administrator only, joined with ``--assume-role``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Node, NodeKind
from audit.model.snapshot import GLOBAL, NOT_COLLECTED
from audit.model.verdict import NOT_SHOWN
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.snapshot import Record
    from audit.services.facts import Facts

_NOT_IN_USE = "AWSOrganizationsNotInUseException"
_TARGETS = "[$params.ChildId, Parents[?Type=='ROOT'].Id][]".replace("$params", '"$params"')
_TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}
_EFFECTIVE = {"declarative_policy_ec2": "DECLARATIVE_POLICY_EC2", "s3_policy": "S3_POLICY"}

ROWS = (
    Row(
        "organizations",
        "DescribeOrganization",
        "organizations:DescribeOrganization",
        "Names the management account, which stands above every policy of the account.",
        scope=Scope.GLOBAL,
        absent=frozenset({_NOT_IN_USE}),
    ),
    Row(
        "organizations",
        "DescribeEffectivePolicy",
        "organizations:DescribeEffectivePolicy",
        "Shows the organisation's S3 and EC2 settings that override the account's own.",
        scope=Scope.GLOBAL,
        parent="organizations:DescribeOrganization",
        each="[{PolicyType: 'DECLARATIVE_POLICY_EC2'}, {PolicyType: 'S3_POLICY'}]",
        absent=frozenset({"EffectivePolicyNotFoundException", _NOT_IN_USE}),
    ),
    Row(
        "organizations",
        "ListParents",
        "organizations:ListParents",
        "Finds the organisational units whose control policies bind a walked account.",
        scope=Scope.GLOBAL,
        parent="organizations:DescribeOrganization",
        # Where there is no organisation, there is nobody to ask for parents.
        each='(Organization && "$accounts")[].{ChildId: @}',
        again="Parents[?Type=='ORGANIZATIONAL_UNIT'].{ChildId: Id}",
    ),
    Row(
        "organizations",
        "ListPoliciesForTarget",
        "organizations:ListPoliciesForTarget",
        "Lists the control policies attached to an account, to its units and to the root.",
        scope=Scope.GLOBAL,
        parent="organizations:ListParents",
        each=f"[{_TARGETS}.{{TargetId: @, Filter: 'SERVICE_CONTROL_POLICY'}},"
        f" {_TARGETS}.{{TargetId: @, Filter: 'RESOURCE_CONTROL_POLICY'}}][]",
    ),
    Row(
        "organizations",
        "DescribePolicy",
        "organizations:DescribePolicy",
        "Reads what a control policy says.",
        scope=Scope.GLOBAL,
        parent="organizations:ListPoliciesForTarget",
        each="Policies[].{PolicyId: Id}",
    ),
)


def describe(facts: Facts) -> Iterator[Node]:
    """The organisation, and on the account: ``organization``, ``scp``, ``rcp`` and the effective policies."""
    if facts.region != GLOBAL:
        return
    path = "Organization.{Id: Id, MasterAccountId: MasterAccountId, FeatureSet: FeatureSet}"
    organization = facts.value("organizations:DescribeOrganization", path)
    record = facts.record("organizations:DescribeOrganization")
    records = (record.id,) if record is not None else ()
    tree = _Tree(facts)
    levels = {name: _bound(facts, organization, tree, kind) for name, kind in _TYPES.items()}
    effective = {name: _effective(facts, organization, kind) for name, kind in _EFFECTIVE.items()}
    properties = {"organization": organization, **levels, **effective}
    records = (*records, *dict.fromkeys(tree.used))
    yield Node(facts.account, NodeKind.ACCOUNT, facts.account, facts.account, GLOBAL, properties, records)
    if isinstance(organization, dict):
        yield _organization(organization, records[:1])


def _organization(organization: dict[str, str], records: tuple[str, ...]) -> Node:
    name, owner = organization["Id"], organization["MasterAccountId"]
    properties = {"management_account": owner, "features": organization["FeatureSet"]}
    return Node(name, NodeKind.ORGANIZATION, name, owner, GLOBAL, properties, records)


def _effective(facts: Facts, organization: Fact, kind: str) -> Fact:
    if organization is None or isinstance(organization, Unknown):
        return organization
    text = facts.value("organizations:DescribeEffectivePolicy", "EffectivePolicy.PolicyContent", {"PolicyType": kind})
    return json.loads(text) if isinstance(text, str) else text


def _bound(facts: Facts, organization: Fact, tree: _Tree, kind: str) -> Fact:
    """The levels of control policies, root first; None where none can bind the account."""
    if organization is None or isinstance(organization, Unknown):
        return organization
    # They never bind the management account, nor a consolidated-billing member (AWS: Service control policies).
    if facts.account == organization["MasterAccountId"] or organization["FeatureSet"] != "ALL":
        return None
    levels = tree.levels(facts.account, kind)
    # A type in use leaves at least one policy at every level, so an empty tree means that it is switched off.
    return None if isinstance(levels, list) and not any(levels) else levels


class _Tree:
    """The control policies as any walked account of the organisation could read them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.used: list[str] = []

    def levels(self, account: str, kind: str) -> list[list[Any]] | Unknown:
        """The documents attached to each level from the root down to the account, or why they are not known."""
        chain = self._chain(account)
        if isinstance(chain, Unknown):
            return chain
        found: list[list[Any]] = []
        for target in chain:
            documents = self._documents(target, kind)
            if isinstance(documents, Unknown):
                return documents
            found.insert(0, documents)
        return found

    def _chain(self, account: str) -> list[str] | Unknown:
        chain = [account]
        while True:
            answer = self._answer("ListParents", {"ChildId": chain[-1]})
            if isinstance(answer, Unknown):
                return answer
            parents = answer["Parents"]
            if len(parents) != 1 or parents[0]["Id"] in chain:
                return Unknown("organizations:ListParents", "UnexpectedAnswer", self.used[-1])
            chain.append(parents[0]["Id"])
            if parents[0]["Type"] == "ROOT":
                return chain

    def _documents(self, target: str, kind: str) -> list[Any] | Unknown:
        listed = self._answer("ListPoliciesForTarget", {"TargetId": target, "Filter": kind})
        if isinstance(listed, Unknown):
            return listed
        documents: list[Any] = []
        for policy in listed["Policies"]:
            answer = self._answer("DescribePolicy", {"PolicyId": policy["Id"]})
            if isinstance(answer, Unknown):
                return answer
            documents.append(json.loads(answer["Policy"]["Content"]))
        return documents

    def _answer(self, operation: str, params: dict[str, str]) -> dict[str, Any] | Unknown:
        """The best record of a call in any walked account: an answer before a refusal."""
        records = [
            record for record in self._facts.snapshot.find("organizations", operation) if record.params == params
        ]
        record = min(records, key=_readable, default=None)
        if record is None:
            return Unknown(f"organizations:{operation}", NOT_COLLECTED, "")
        self.used.append(record.id)
        if f"organizations:{operation}" in self._facts.snapshot.manifest.emulated:
            return Unknown(f"organizations:{operation}", NOT_SHOWN, record.id)
        if record.response is not None:
            return dict(record.response)
        code = record.unreadable.code if record.unreadable else str(record.absent)
        return Unknown(f"organizations:{operation}", code, record.id)


def _readable(record: Record) -> tuple[bool, str]:
    return record.response is None, record.account
