"""Small accounts by hand for the tests of reaching through others: one bucket, and who and what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.who_can import who_can
from audit.model.contract import Privilege
from audit.model.graph import BoundaryGraph, Edge, EdgeKind, Gap, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

A, B, REGION, OTHER_REGION = "111111111111", "222222222222", "us-east-1", "eu-central-1"
BUCKET = "arn:aws:s3:::records"
NOW = "2026-06-01T00:00:00Z"


def arn_of(kind: str, name: str, account: str = A) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


READER = arn_of("role", "reader")
ROOT = f"arn:aws:iam::{A}:root"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    return _say("Allow", action, resource, condition)


def deny(action: Any, resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    return _say("Deny", action, resource, condition)


def _say(effect: str, action: Any, resource: Any, condition: Any) -> dict[str, Any]:
    made = {"Effect": effect, "Action": action, "Resource": resource}
    return made if condition is None else {**made, "Condition": condition}


def trusts(*names: str, condition: Any = None, action: str = "sts:AssumeRole") -> dict[str, Any]:
    """A trust policy that names these: services, accounts' principals, or providers."""
    made: list[dict[str, Any]] = []
    for name in names:
        kind = "Federated" if "-provider/" in name else "AWS" if name.startswith("arn:") or name == "*" else "Service"
        one = {"Effect": "Allow", "Principal": {kind: name}, "Action": action}
        made.append(one if condition is None else {**one, "Condition": condition})
    return policy(*made)


READS = allow("s3:GetObject", f"{BUCKET}/*")
EC2 = trusts("ec2.amazonaws.com")


def managed(name: str, *statements: dict[str, Any], earlier: Iterable[Any] = ()) -> dict[str, Any]:
    return {
        "name": name, "arn": f"arn:aws:iam::{A}:policy/{name}", "document": policy(*statements), "earlier": list(earlier),
    }  # fmt: skip


def role(name: str, *statements: dict[str, Any], **more: Any) -> Node:
    account = more.pop("account", A)
    facts: dict[str, Any] = {"trust": EC2, "instance_profiles": []}
    return _principal(arn_of("role", name, account), NodeKind.ROLE, account, statements, {**facts, **more})


def user(name: str, *statements: dict[str, Any], **more: Any) -> Node:
    account = more.pop("account", A)
    return _principal(arn_of("user", name, account), NodeKind.USER, account, statements, {"groups": [], **more})


def _principal(arn: str, kind: NodeKind, account: str, statements: Iterable[Any], more: dict[str, Any]) -> Node:
    identity = [*more.pop("managed", ())]
    identity += [{"name": "own", "arn": None, "document": policy(*statements)}] if statements else []
    name = arn.rpartition("/")[2]
    facts: dict[str, Any] = {"identity": identity, "boundary": None, "tags": {}, "unique_id": f"ID{name.upper()}"}
    return Node(arn, kind, name, account, "global", {**facts, **more}, (f"iam-{name}",))


def group(name: str, *statements: dict[str, Any]) -> Node:
    listed = [{"name": "own", "arn": None, "document": policy(*statements)}]
    return Node(arn_of("group", name), NodeKind.GROUP, name, A, "global", {"identity": listed}, (f"iam-{name}",))


def limited(*statements: dict[str, Any]) -> dict[str, Any]:
    """A permissions boundary."""
    return {"arn": f"arn:aws:iam::{A}:policy/limit", "document": policy(*statements)}


def reader(*names: str, **more: Any) -> Node:
    """The role that reads, trusted to these."""
    return role("reader", READS, **{"trust": trusts(*names) if names else EC2, **more})


def thing(kind: NodeKind, arn: str, runs_as: str | None = None, **facts: Any) -> list[Node | Edge]:
    fields = arn.split(":")
    made: list[Node | Edge] = [Node(arn, kind, arn.rpartition("/")[2], fields[4], fields[3], facts, ("thing",))]
    return made if runs_as is None else [*made, Edge(arn, runs_as, EdgeKind.RUNS_AS, records=("thing",))]


def account(*elements: Node | Edge | Gap, scp: Any = None, bucket: Any = None, **more: Any) -> BoundaryGraph:
    """The graph of account A with its bucket of unencrypted records, which each policy can open; ``more`` are its facts."""
    organization = None if scp is None else {"Id": "o-1", "MasterAccountId": "999999999999"}
    made = BoundaryGraph()
    facts: dict[str, Any] = {"organization": organization, "scp": scp, "rcp": [], "s3_public_access_block": None}
    made.add(Node(A, NodeKind.ACCOUNT, A, A, "global", facts))
    facts = {
        "policy": bucket, "public_access_block": {"RestrictPublicBuckets": True}, "ownership": "BucketOwnerEnforced",
        "acl": [], "acl_owner": "o", "encryption": {"algorithm": "AES256", "key": None}, "location": REGION, "tags": {},
        "access_points": [], **more,
    }  # fmt: skip
    made.add(Node(BUCKET, NodeKind.BUCKET, "records", A, REGION, facts, ("s3",)))
    for element in elements:
        made.add(element)
    return made


def reached(graph: BoundaryGraph, privilege: Privilege = Privilege.READ) -> dict[str, dict[str, Any]]:
    """Of each principal by name that comes to the privilege through others: the derived edge's properties."""
    return {
        access.principal.rpartition("/")[2]: dict(access.edge().properties)
        for access in who_can(graph, BUCKET, privilege, now=NOW)
        if access.through
    }


def steps(found: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Each path of an edge as primitives with the names of what they are used on."""
    return [[(hop["primitive"], hop["target"].rpartition("/")[2]) for hop in path] for path in found["through"]]


def first(graph: BoundaryGraph, name: str) -> list[tuple[str, str]]:
    """The first path of the principal of that name; empty where it comes to nothing through others."""
    found = reached(graph).get(name)
    return steps(found)[0] if found else []


def ways(graph: BoundaryGraph, name: str) -> set[str]:
    """The first primitives of a principal's shortest paths."""
    found = reached(graph).get(name)
    return {path[0][0] for path in steps(found)} if found else set()
