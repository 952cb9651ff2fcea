"""Callers that share a decision get what each would get alone."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from audit.access.access_points import access_points
from audit.access.asker import Asker
from audit.access.decision import OPEN
from audit.access.holdings import Holdings
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Node, NodeKind

if TYPE_CHECKING:
    from audit.access.access import Access
    from audit.access.holdings import Caller

ACCOUNT, REGION = "111122223333", "eu-central-1"
BUCKET, GROUP = "arn:aws:s3:::b", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/g"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
POINT = f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/p"
ACTIONS = ("s3:GetObject", "s3:Put*", "s3:*", "s3:DeleteObject", "kms:Decrypt", "kms:*", "logs:*", "*")
RESOURCES = (
    "*",
    BUCKET,
    f"{BUCKET}/*",
    f"{BUCKET}/part/*",
    "arn:aws:s3:::other/*",
    f"{POINT}/object/*",
    f"{POINT}/object/part/*",
    f"arn:aws:s3:*:{ACCOUNT}:accesspoint/*",
    KEY,
    f"{GROUP}:*",
    "${aws:username}",
)
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/r-1"}},
    {"StringLike": {"aws:userid": "AROA2:*"}},
    {"StringEquals": {"aws:PrincipalTag/team": "${aws:RequestedRegion}"}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
    {"ArnNotLike": {"s3:DataAccessPointArn": POINT}},
    {"StringLike": {"aws:PrincipalTag/team": "eu-*"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
)


def _role(number: int) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/r-{number}"


def _document(chance: random.Random, *, principals: bool) -> dict[str, Any]:
    def statement() -> dict[str, Any]:
        made: dict[str, Any] = {
            "Effect": "Deny" if chance.random() < 1 / 4 else "Allow",
            "Action": chance.sample(ACTIONS, 2),
            "Resource": chance.choice(RESOURCES),
        }
        condition = chance.choice(CONDITIONS)
        names = (
            {"AWS": "*"},
            {"AWS": ACCOUNT},
            {"AWS": _role(1)},
            {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/r-2/s"},
        )
        return (
            made
            | ({"Condition": condition} if condition else {})
            | ({"Principal": chance.choice(names)} if principals else {})
        )

    return {"Version": "2012-10-17", "Statement": [statement() for _ in range(chance.randint(1, 3))]}


_UNREAD = Unknown("s3:ListAccessPoints", "AccessDenied", "")


def _point(chance: random.Random) -> dict[str, Any]:
    policy = chance.choice((None, _document(chance, principals=True)))
    block = {"RestrictPublicBuckets": False}
    return {"Name": "p", "arn": POINT, "NetworkOrigin": "Internet", "policy": policy, "public_access_block": block}


def _graph(chance: random.Random) -> BoundaryGraph:
    graph = BoundaryGraph()
    graph.add(
        Node(ACCOUNT, NodeKind.ACCOUNT, ACCOUNT, ACCOUNT, "", {"organization": None, "s3_public_access_block": None})
    )
    shared = [_document(chance, principals=False) for _ in range(6)]
    for number in range(12):
        identity = [
            {"name": f"p{place}", "arn": None, "document": shared[place]}
            for place in sorted(chance.sample(range(6), chance.randint(0, 3)))
        ]
        about = {
            "trust": {"Version": "2012-10-17", "Statement": []},
            "identity": identity,
            "boundary": chance.choice((None, None, {"arn": None, "document": chance.choice(shared)})),
            "tags": {"team": chance.choice(("a", REGION))},
            "unique_id": f"AROA{number}",
        }
        graph.add(Node(_role(number), NodeKind.ROLE, f"r-{number}", ACCOUNT, "", about, (f"record-{number}",)))
    key = {"policy": _document(chance, principals=True), "grants": [], "manager": "CUSTOMER", "tags": {}}
    graph.add(Node(KEY, NodeKind.KEY, "k-1", ACCOUNT, REGION, key, ("record-key",)))
    bucket = {
        "policy": _document(chance, principals=True),
        "encryption": {"algorithm": "aws:kms", "key": KEY, "bucket_key": True, "blocked": []},
        "location": REGION,
        "ownership": "BucketOwnerEnforced",
        "public_access_block": None,
        "access_points": chance.choice((_UNREAD, [], [_point(chance)], [_point(chance)])),
    }
    graph.add(Node(BUCKET, NodeKind.BUCKET, "b", ACCOUNT, REGION, bucket, ("record-bucket",)))
    graph.add(Node(GROUP, NodeKind.LOG_GROUP, "/g", ACCOUNT, REGION, {}, ("record-group",)))
    return graph


def _found(access: Access) -> Access:
    """An access without its proof."""
    return replace(access, decision=replace(access.decision, because=()))


def _proof(access: Access) -> set[tuple[str, str, str]]:
    return {(cause.layer, cause.policy, cause.pointer) for cause in access.decision.because}


@pytest.mark.parametrize("seed", range(90))
def test_a_shared_decision_is_the_one_that_each_caller_gets_alone(seed: int) -> None:
    asker = Asker(Holdings(_graph(random.Random(seed))), "2026-01-01T00:00:00Z")  # noqa: S311 chosen documents, no secrets
    for resource in (BUCKET, KEY, GROUP):
        node = asker.held.graph.node(resource)
        for privilege in Privilege:
            others = list(asker.held.outsiders_of(node, (point.policy for point in access_points(asker.held, node))))
            alone = [asker.access(caller, node, privilege) for caller in (*asker.held.own, *others)]
            question = asker.question(node, privilege)
            shared = [*asker.alike.each(others, question, partial(asker.access, node=node, privilege=privilege))]
            alone = [access for access in alone if access.decision.effect in OPEN]
            assert list(map(_found, shared)) == list(map(_found, alone))
            # A statement that says no more than another is not cited beside it.
            for one, other in zip(map(_proof, shared), map(_proof, alone), strict=True):
                assert one <= other
                assert bool(one) is bool(other)


def test_alike_callers_are_decided_once() -> None:
    graph = BoundaryGraph()
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    for number in range(20):
        identity = [{"name": f"own-{number}", "arn": None, "document": policy}]
        about = {
            "trust": {"Version": "2012-10-17", "Statement": []},
            "identity": identity,
            "boundary": None,
            "tags": {},
        }
        graph.add(Node(_role(number), NodeKind.ROLE, f"r-{number}", ACCOUNT, "", about, (f"record-{number}",)))
    graph.add(Node(BUCKET, NodeKind.BUCKET, "b", ACCOUNT, REGION, {"policy": None, "encryption": None}, ()))
    asker = Asker(Holdings(graph), None)
    decided: list[str] = []
    node = graph.node(BUCKET)

    def counted(caller: Caller) -> Access:
        decided.append(caller.principal.text)
        return asker.access(caller, node, Privilege.READ)

    found = list(asker.alike.each((), asker.question(node, Privilege.READ), counted))

    assert len(decided) == 1
    assert [one.principal for one in found] == [_role(number) for number in sorted(range(20), key=_role)]
    assert {cause.policy for one in found for cause in one.decision.because} == {f"identity/own-{n}" for n in range(20)}
