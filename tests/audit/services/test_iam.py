from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Edge, EdgeKind, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import iam, rows
from audit.services.facts import Facts

ACCOUNT, OTHER, FOREIGN = "111122223333", "444455556666", "999988887777"
READ: dict[str, Any] = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/read"
POLICY = {
    "Arn": MANAGED,
    "PolicyVersionList": [
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": {"Statement": []}},
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": READ},
    ],
}


def role(name: str = "data-plane", trust: Any = None, account: str = ACCOUNT, **more: Any) -> dict[str, Any]:
    about = {"Path": "/", "RoleName": name, "RoleId": "AROA1", "Arn": f"arn:aws:iam::{account}:role/{name}"}
    return {**about, "AssumeRolePolicyDocument": trust or {"Statement": []}, **more}


def details(*roles: dict[str, Any], account: str = ACCOUNT, **more: Any) -> Record:
    response = {"RoleDetailList": list(roles), "UserDetailList": [], "GroupDetailList": [], "Policies": [], **more}
    return Record(account, "global", "iam", "GetAccountAuthorizationDetails", {}, response)


def graph(*records: Record, region: str = "global", partition: str = "aws") -> BoundaryGraph:
    entries = tuple(AccountEntry(id=name) for name in (ACCOUNT, OTHER))
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z", partition=partition, caller={}, accounts=entries, regions=("eu-central-1",)
    )
    made = BoundaryGraph()
    for element in iam.describe(Facts(Snapshot(manifest, records), ACCOUNT, region, rows())):
        made.add(element)
    return made


def trusts(made: BoundaryGraph) -> dict[str, Edge]:
    return {edge.target: edge for edge in made.edges(EdgeKind.TRUSTS)}


def allowed(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]}


def test_a_role_has_its_documents_and_where_they_come_from() -> None:
    item = role(
        RolePolicyList=[{"PolicyName": "inline", "PolicyDocument": READ}],
        AttachedManagedPolicies=[{"PolicyName": "read", "PolicyArn": MANAGED}],
        PermissionsBoundary={"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": MANAGED},
        InstanceProfileList=[{"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/p"}],
        Tags=[{"Key": "automqVendor", "Value": "automq"}],
    )
    record = details(item, Policies=[POLICY])

    node = graph(record).node(item["Arn"])

    assert node.fact("identity") == [
        {"name": "inline", "arn": None, "document": READ},
        {"name": "read", "arn": MANAGED, "document": READ, "earlier": [{"Statement": []}]},
    ]
    assert node.fact("boundary") == {"arn": MANAGED, "document": READ}
    assert node.fact("instance_profiles") == [f"arn:aws:iam::{ACCOUNT}:instance-profile/p"]
    assert node.fact("tags") == {"automqVendor": "automq"}
    assert node.fact("service_linked") is False
    assert node.records == (record.id,)


def test_a_managed_policy_that_was_not_listed_is_unknown_and_no_boundary_is_none() -> None:
    attached = [{"PolicyName": "gone", "PolicyArn": "arn:aws:iam::aws:policy/gone"}]
    record = details(role(AttachedManagedPolicies=attached))

    node = graph(record).node(f"arn:aws:iam::{ACCOUNT}:role/data-plane")

    (policy,) = node.fact("identity")
    assert policy["document"] == Unknown("iam:GetAccountAuthorizationDetails", "NotCollected", record.id)
    assert node.fact("boundary") is None


def test_a_service_linked_role_is_known_by_its_path() -> None:
    made = graph(details(role("x", Path="/aws-service-role/autoscaling.amazonaws.com/")))

    assert made.node(f"arn:aws:iam::{ACCOUNT}:role/x").fact("service_linked") is True


def test_an_encoded_document_is_read_too() -> None:
    made = graph(details(role(RolePolicyList=[{"PolicyName": "p", "PolicyDocument": quote(json.dumps(READ))}])))

    assert made.node(f"arn:aws:iam::{ACCOUNT}:role/data-plane").fact("identity")[0]["document"] == READ


@pytest.mark.parametrize(
    ("principal", "target", "kind"),
    [
        ({"Service": "ec2.amazonaws.com"}, "ec2.amazonaws.com", NodeKind.SERVICE),
        ({"AWS": FOREIGN}, f"arn:aws:iam::{FOREIGN}:root", NodeKind.FOREIGN_PRINCIPAL),
        ({"AWS": f"arn:aws:iam::{FOREIGN}:role/v"}, f"arn:aws:iam::{FOREIGN}:role/v", NodeKind.FOREIGN_PRINCIPAL),
        ({"AWS": "AROADELETED"}, "AROADELETED", NodeKind.FOREIGN_PRINCIPAL),
        ({"AWS": "*"}, "*", NodeKind.FOREIGN_PRINCIPAL),
        ("*", "*", NodeKind.FOREIGN_PRINCIPAL),
        ({"Federated": "accounts.google.com"}, "accounts.google.com", NodeKind.IDENTITY_PROVIDER),
    ],
)
def test_whom_a_role_trusts_is_a_node(principal: Any, target: str, kind: NodeKind) -> None:
    made = graph(details(role(trust=allowed(principal))))

    assert list(trusts(made)) == [target]
    assert made.node(target).kind is kind


@pytest.mark.parametrize("spelling", [OTHER, f"arn:aws:iam::{OTHER}:root"])
def test_trusting_a_walked_account_means_all_of_it_not_its_root_user(spelling: str) -> None:
    assert list(trusts(graph(details(role(trust=allowed({"AWS": spelling})))))) == [OTHER]


def test_a_role_of_another_walked_account_is_not_foreign() -> None:
    caller = f"arn:aws:iam::{OTHER}:role/caller"
    made = graph(details(role(trust=allowed({"AWS": caller}))), details(role("caller", account=OTHER), account=OTHER))

    assert list(trusts(made)) == [caller]
    assert caller not in made


def test_a_foreign_account_is_named_in_the_callers_partition() -> None:
    made = graph(details(role(trust=allowed({"AWS": FOREIGN}))), partition="aws-cn")

    assert list(trusts(made)) == [f"arn:aws-cn:iam::{FOREIGN}:root"]


def test_trust_cites_its_statement_with_action_and_conditions() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "x"}}
    trust = allowed({"AWS": FOREIGN}, Condition=condition)
    trust["Statement"].insert(0, {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})
    record = details(role(trust=trust))

    (edge,) = trusts(graph(record)).values()

    assert edge.because == (Citation(record.id, "trust", "/Statement/1"),)
    assert edge.properties == {"actions": ["sts:AssumeRole"], "conditions": condition}


def test_a_statement_that_stands_alone_is_cited_without_a_number() -> None:
    statement = allowed({"AWS": FOREIGN})["Statement"][0]

    (edge,) = trusts(graph(details(role(trust={"Statement": statement})))).values()

    assert edge.because[0].pointer == "/Statement"


def test_a_user_holds_what_its_groups_hold_and_keys_are_unknown() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/ann"
    user = {"Path": "/", "UserName": "ann", "UserId": "AIDA1", "Arn": arn, "GroupList": ["readers", "ghost"]}
    about = {"GroupName": "readers", "Arn": f"arn:aws:iam::{ACCOUNT}:group/readers", "Path": "/"}
    group = {**about, "AttachedManagedPolicies": [{"PolicyName": "read", "PolicyArn": MANAGED}]}
    record = details(UserDetailList=[user], GroupDetailList=[group], Policies=[POLICY])

    made = graph(record)
    node = made.node(arn)

    readers, ghost = node.fact("identity")
    assert readers == {"name": "read", "arn": MANAGED, "document": READ, "earlier": [{"Statement": []}]}
    assert made.node(group["Arn"]).fact("identity") == [readers]
    assert isinstance(ghost["document"], Unknown)
    assert node.fact("groups") == ["readers", "ghost"]
    assert node.fact("access_keys").permission == "iam:ListAccessKeys"
    assert node.fact("login_profile").permission == "iam:GetLoginProfile"


def test_a_denied_listing_is_a_gap_for_roles_users_and_groups() -> None:
    denied = Unreadable("AccessDenied", "iam:GetAccountAuthorizationDetails")
    record = Record(ACCOUNT, "global", "iam", "GetAccountAuthorizationDetails", unreadable=denied)

    made = graph(record)

    (gap,) = made.unseen(NodeKind.ROLE)
    assert gap.kinds == (NodeKind.ROLE, NodeKind.USER, NodeKind.GROUP)
    assert gap.unknown == Unknown("iam:GetAccountAuthorizationDetails", "AccessDenied", record.id)
    assert list(made.nodes(NodeKind.ROLE)) == []


def test_the_root_users_credentials_come_from_the_summary() -> None:
    summary = {"AccountAccessKeysPresent": 1, "AccountMFAEnabled": 0}
    record = Record(ACCOUNT, "global", "iam", "GetAccountSummary", {}, {"SummaryMap": summary})

    made = graph(record)

    root = made.node(f"arn:aws:iam::{ACCOUNT}:root")
    assert root.kind is NodeKind.ROOT_USER
    assert (root.fact("access_keys"), root.fact("mfa")) == (True, False)
    assert isinstance(root.fact("password"), Unknown)
    assert made.node(ACCOUNT).fact("summary") == summary


def test_identity_providers_are_described_and_an_unread_issuer_is_unknown() -> None:
    saml = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
    oidc = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/X"
    made = graph(
        Record(ACCOUNT, "global", "iam", "ListSAMLProviders", {}, {"SAMLProviderList": [{"Arn": saml}]}),
        Record(
            ACCOUNT, "global", "iam", "ListOpenIDConnectProviders", {}, {"OpenIDConnectProviderList": [{"Arn": oidc}]}
        ),
    )

    assert (made.node(saml).fact("type"), made.node(saml).fact("url"), made.node(saml).name) == ("saml", None, "corp")
    assert made.node(oidc).fact("url") == Unknown("iam:GetOpenIDConnectProvider", "NotCollected", "")


def test_a_region_says_nothing_of_iam() -> None:
    made = graph(details(role()), region="eu-central-1")

    assert list(made.nodes()) == []
    assert made.gaps == []
