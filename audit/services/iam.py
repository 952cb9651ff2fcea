"""AWS IAM: who is there, what their documents say, and whom roles trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn, is_arn
from audit.model.facts import Fact, Unknown
from audit.model.graph import Citation, Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL, NOT_COLLECTED
from audit.services.authorizations import policy_document
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

DETAILS = "iam:GetAccountAuthorizationDetails"
EVERYONE = "*"
_SERVICE_ROLES = "/aws-service-role/"

ROWS = (
    Row(
        "iam",
        "GetAccountAuthorizationDetails",
        "iam:GetAccountAuthorizationDetails",
        "Lists every role, user, group and policy with its documents, in one paged call.",
        scope=Scope.GLOBAL,
    ),
    Row(
        "iam",
        "GetAccountSummary",
        "iam:GetAccountSummary",
        "Shows whether the root user has access keys, a password and MFA.",
        scope=Scope.GLOBAL,
    ),
    Row(
        "iam",
        "ListSAMLProviders",
        "iam:ListSAMLProviders",
        "Lists the directories whose people may take roles.",
        scope=Scope.GLOBAL,
    ),
    Row(
        "iam",
        "ListOpenIDConnectProviders",
        "iam:ListOpenIDConnectProviders",
        "Lists the token issuers, such as clusters and pipelines, whose subjects may take roles.",
        scope=Scope.GLOBAL,
    ),
    Row(
        "iam",
        "GetOpenIDConnectProvider",
        "iam:GetOpenIDConnectProvider",
        "Shows the issuer's address and the audiences that it serves.",
        scope=Scope.GLOBAL,
        parent="iam:ListOpenIDConnectProviders",
        each="OpenIDConnectProviderList[].{OpenIDConnectProviderArn: Arn}",
    ),
)


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """The account and its root user; roles with whom they trust; users and groups; identity providers."""
    if facts.region != GLOBAL:
        return
    yield from _account(facts)
    yield from _providers(facts)
    kinds = (NodeKind.ROLE, NodeKind.USER, NodeKind.GROUP)
    directory = _Directory(facts, {})
    for found in facts.listing(DETAILS, "Policies[]", *kinds):
        if isinstance(found, Gap):
            yield found
            return
        directory.policies[found[0]["Arn"]] = found[0]
    for item, record in _items(facts, "RoleDetailList[]"):
        yield from _role(directory, item, record)
    groups = {item["GroupName"]: item for item, _ in _items(facts, "GroupDetailList[]")}
    for item, record in _items(facts, "GroupDetailList[]"):
        yield from _group(directory, item, record)
    for item, record in _items(facts, "UserDetailList[]"):
        yield from _user(directory, item, groups, record)


@dataclass
class _Directory:
    """The managed policies of the account, and the principals that are known to exist in any walked account."""

    facts: Facts
    policies: dict[str, dict[str, Any]]

    def __post_init__(self) -> None:
        path = "[RoleDetailList[].Arn, UserDetailList[].Arn][]"
        self.walked = {entry.id for entry in self.facts.snapshot.manifest.accounts}
        self.known = {arn for account in self.walked for arn in self._arns(account, path)}

    def _arns(self, account: str, path: str) -> Iterator[str]:
        there = type(self.facts)(self.facts.snapshot, account, GLOBAL, self.facts.rows)
        for found in there.listing(DETAILS, path):
            if not isinstance(found, Gap):
                yield str(found[0])

    def managed(self, arn: str) -> Fact:
        """The default version of a managed policy; Unknown when the listing did not hold it."""
        for version in self.policies.get(arn, {}).get("PolicyVersionList", ()):
            if version.get("IsDefaultVersion") and "Document" in version:
                return policy_document(version["Document"])
        record = self.facts.record(DETAILS)
        return Unknown("iam:GetAccountAuthorizationDetails", NOT_COLLECTED, record.id if record else "")

    def identity(self, item: dict[str, Any], inline: str) -> list[dict[str, Any]]:
        """The identity policies of a role, a user or a group: inline first, then attached."""
        own = [
            {"name": policy["PolicyName"], "arn": None, "document": policy_document(policy["PolicyDocument"])}
            for policy in item.get(inline) or ()
        ]
        attached = [
            {"name": policy["PolicyName"], "arn": arn, "document": self.managed(arn), **self.earlier(arn)}
            for policy in item.get("AttachedManagedPolicies") or ()
            for arn in [policy["PolicyArn"]]
        ]
        return own + attached

    def earlier(self, arn: str) -> dict[str, list[Any]]:
        """The versions of a managed policy that whoever may set its default can bring back; nothing where none are."""
        versions = self.policies.get(arn, {}).get("PolicyVersionList", ())
        found = [policy_document(v["Document"]) for v in versions if not v.get("IsDefaultVersion") and "Document" in v]
        return {"earlier": found} if found else {}

    def boundary(self, item: dict[str, Any]) -> Fact:
        """The permissions boundary, None when there is none."""
        arn = (item.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        return {"arn": arn, "document": self.managed(arn)} if arn else None


def _account(facts: Facts) -> Iterator[Node | Edge]:
    summary = facts.value("iam:GetAccountSummary", "SummaryMap")
    record = facts.record("iam:GetAccountSummary")
    records = (record.id,) if record is not None else ()
    root = facts.arn("iam", "root", region="")
    yield Node(facts.account, NodeKind.ACCOUNT, facts.account, facts.account, GLOBAL, {"summary": summary}, records)
    flags = {
        "access_keys": "AccountAccessKeysPresent",
        "mfa": "AccountMFAEnabled",
        "password": "AccountPasswordPresent",
    }
    properties = {name: _flag(summary, key) for name, key in flags.items()}
    yield Node(root, NodeKind.ROOT_USER, "root", facts.account, GLOBAL, properties, records)
    yield Edge(facts.account, root, EdgeKind.OWNS, records=records)


def _flag(summary: Fact, key: str) -> Fact:
    if not isinstance(summary, dict):
        return summary
    if key not in summary:
        return Unknown("iam:GetAccountSummary", NOT_COLLECTED, "")
    return bool(summary[key])


def _items(facts: Facts, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The items of the one large listing, which is known to be readable here."""
    for found in facts.listing(DETAILS, path):
        if not isinstance(found, Gap):
            yield found


def _role(directory: _Directory, item: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    facts, arn = directory.facts, item["Arn"]
    trust = policy_document(item["AssumeRolePolicyDocument"])
    properties = {
        "trust": trust,
        "identity": directory.identity(item, "RolePolicyList"),
        "boundary": directory.boundary(item),
        "path": item["Path"],
        "tags": _tags(item),
        "unique_id": item["RoleId"],
        "service_linked": item["Path"].startswith(_SERVICE_ROLES),
        "instance_profiles": [profile["Arn"] for profile in item.get("InstanceProfileList") or ()],
    }
    yield Node(arn, NodeKind.ROLE, item["RoleName"], facts.account, GLOBAL, properties, (record,))
    yield Edge(facts.account, arn, EdgeKind.OWNS, records=(record,))
    yield from _trusts(directory, arn, trust, record)


def _user(
    directory: _Directory, item: dict[str, Any], groups: dict[str, dict[str, Any]], record: str
) -> Iterator[Node | Edge]:
    facts, arn = directory.facts, item["Arn"]
    names = item.get("GroupList") or []
    identity = directory.identity(item, "UserPolicyList")
    for name in names:
        identity += directory.identity(groups[name], "GroupPolicyList") if name in groups else [_unlisted(name, record)]
    properties = {
        "identity": identity,
        "boundary": directory.boundary(item),
        "groups": names,
        "path": item["Path"],
        "tags": _tags(item),
        "unique_id": item["UserId"],
        # A call for each user: they are read once the walk follows users who reach the data.
        "access_keys": Unknown("iam:ListAccessKeys", NOT_COLLECTED, record),
        "login_profile": Unknown("iam:GetLoginProfile", NOT_COLLECTED, record),
    }
    yield Node(arn, NodeKind.USER, item["UserName"], facts.account, GLOBAL, properties, (record,))
    yield Edge(facts.account, arn, EdgeKind.OWNS, records=(record,))


def _group(directory: _Directory, item: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    facts, arn = directory.facts, item["Arn"]
    properties = {"identity": directory.identity(item, "GroupPolicyList"), "path": item["Path"]}
    yield Node(arn, NodeKind.GROUP, item["GroupName"], facts.account, GLOBAL, properties, (record,))
    yield Edge(facts.account, arn, EdgeKind.OWNS, records=(record,))


def _unlisted(group: str, record: str) -> dict[str, Any]:
    """A group that the listing did not hold: its policies are not known."""
    unknown = Unknown("iam:GetAccountAuthorizationDetails", NOT_COLLECTED, record)
    return {"name": group, "arn": None, "document": unknown}


def _trusts(directory: _Directory, role: str, trust: Fact, record: str) -> Iterator[Node | Edge]:
    statements = trust.get("Statement", []) if isinstance(trust, dict) else []
    single = isinstance(statements, dict)
    for index, statement in enumerate([statements] if single else statements):
        if statement.get("Effect") != "Allow":
            continue
        pointer = "/Statement" if single else f"/Statement/{index}"
        properties = {"actions": _several(statement.get("Action")), "conditions": statement.get("Condition")}
        because = (Citation(record, "trust", pointer),)
        for target, node in _principals(directory, statement, record):
            if node is not None:
                yield node
            yield Edge(role, target, EdgeKind.TRUSTS, properties, (record,), because)


def _principals(directory: _Directory, statement: dict[str, Any], record: str) -> Iterator[tuple[str, Node | None]]:
    """The node ids that a trust statement names, with a node for those that no walked account describes."""
    principal = statement.get("Principal", EVERYONE)
    if isinstance(principal, str):
        principal = {"AWS": principal}
    for kind, values in principal.items():
        for value in _several(values):
            yield _principal(directory, kind, value, record)


def _principal(directory: _Directory, kind: str, value: str, record: str) -> tuple[str, Node | None]:
    if kind == "Service":
        return value, Node(value, NodeKind.SERVICE, value, "", GLOBAL, {}, (record,))
    if kind == "Federated":
        return value, None if _owned(directory, value) else _provider(value, record)
    account = _whole_account(value)
    if account in directory.walked:
        return str(account), None
    if account is not None:
        value = directory.facts.arn("iam", "root", region="", account=account)
    if value in directory.known:
        return value, None
    name = "everyone" if value == EVERYONE else Arn.parse(value).name if is_arn(value) else value
    owner = Arn.parse(value).account if is_arn(value) else ""
    return value, Node(value, NodeKind.FOREIGN_PRINCIPAL, name, owner, GLOBAL, {}, (record,))


def _whole_account(value: str) -> str | None:
    """The account that a principal stands for: ``111122223333`` and its root ARN both mean all of it."""
    if value.isdecimal():
        return value
    arn = Arn.parse(value) if is_arn(value) else None
    return arn.account if arn is not None and arn.service == "iam" and arn.resource == "root" else None


def _owned(directory: _Directory, value: str) -> bool:
    """Whether a provider's own account describes it."""
    return is_arn(value) and Arn.parse(value).account == directory.facts.account


def _provider(value: str, record: str) -> Node:
    """A provider that AWS knows by a name (web identity), or one of another account."""
    arn = Arn.parse(value) if is_arn(value) else None
    kind = ("saml" if arn.kind == "saml-provider" else "oidc") if arn else "oidc"
    account = arn.account if arn else ""
    properties = {"type": kind, "url": None if arn and kind == "saml" else _issuer(value)}
    return Node(value, NodeKind.IDENTITY_PROVIDER, _issuer(value), account, GLOBAL, properties, (record,))


def _issuer(value: str) -> str:
    return Arn.parse(value).resource.partition("/")[2] if is_arn(value) else value


def _providers(facts: Facts) -> Iterator[Node | Edge | Gap]:
    listings = {
        "iam:ListSAMLProviders": "SAMLProviderList[]",
        "iam:ListOpenIDConnectProviders": "OpenIDConnectProviderList[]",
    }
    for name, path in listings.items():
        for found in facts.listing(name, path, NodeKind.IDENTITY_PROVIDER):
            if isinstance(found, Gap):
                yield found
                continue
            arn, records = found[0]["Arn"], [found[1]]
            properties: dict[str, Fact] = {"type": "saml", "url": None}
            if "OpenID" in name:
                properties = _oidc(facts, arn, records)
            name_ = _issuer(arn)
            yield Node(arn, NodeKind.IDENTITY_PROVIDER, name_, facts.account, GLOBAL, properties, tuple(records))
            yield Edge(facts.account, arn, EdgeKind.OWNS, records=tuple(records))


def _oidc(facts: Facts, arn: str, records: list[str]) -> dict[str, Fact]:
    params = {"OpenIDConnectProviderArn": arn}
    record = facts.record("iam:GetOpenIDConnectProvider", params)
    if record is not None:
        records.append(record.id)
    paths = {"url": "Url", "audiences": "ClientIDList"}
    read = {key: facts.value("iam:GetOpenIDConnectProvider", path, params) for key, path in paths.items()}
    return {"type": "oidc", **read}


def _tags(item: dict[str, Any]) -> dict[str, Any]:
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()}


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
