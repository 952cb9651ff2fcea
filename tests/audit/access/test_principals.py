from __future__ import annotations

from typing import Any

import pytest

from audit.access.context import Context
from audit.access.expression import FALSE, TRUE, Leaf, Opaque, atoms
from audit.access.principals import Kind, Principal, meant, not_meant
from audit.model.errors import UsageError

A = "111111111111"
ROLE = f"arn:aws:iam::{A}:role/path/r"
SESSION = f"arn:aws:sts::{A}:assumed-role/r/s"
USER = f"arn:aws:iam::{A}:user/u"
ROOT = f"arn:aws:iam::{A}:root"
NONE = (False, False, False)


@pytest.mark.parametrize(
    ("text", "kind", "account"),
    [
        (ROLE, Kind.ROLE, A),
        (SESSION, Kind.SESSION, A),
        (USER, Kind.USER, A),
        (ROOT, Kind.ROOT, A),
        (A, Kind.ROOT, A),
        (f"arn:aws:sts::{A}:federated-user/f", Kind.FEDERATED_USER, A),
        ("arn:aws-cn:iam::111111111111:saml-provider/x", Kind.IDENTITY, A),
        ("logs.us-east-1.amazonaws.com", Kind.SERVICE, None),
        ("ec2.amazonaws.com.cn", Kind.SERVICE, None),
        (None, Kind.ANONYMOUS, None),
    ],
)
def test_a_principal_is_read(text: str | None, kind: Kind, account: str | None) -> None:
    found = Principal.read(text)
    assert (found.kind, found.account) == (kind, account)


@pytest.mark.parametrize(
    "text", ["", "r", "arn:aws:s3:::b", "arn:aws:iam::111111111111:group/g", "arn:aws:iam:::role/r"]
)
def test_what_is_no_principal_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="principal"):
        Principal.read(text)


# AWS page "AWS JSON policy elements: Principal".
@pytest.mark.parametrize(
    ("element", "caller", "expected"),
    [
        (("AWS", "*"), None, (True, False, False)),
        (("AWS", "*"), ROLE, (True, False, False)),
        (("AWS", ROLE), ROLE, (False, True, False)),
        (("AWS", ROLE), SESSION, (False, True, False)),
        (("AWS", SESSION), SESSION, (True, False, False)),
        (("AWS", USER), USER, (True, False, False)),
        (("AWS", USER), ROLE, NONE),
        (("AWS", ROOT), USER, (False, False, True)),
        (("AWS", A), ROLE, (False, False, True)),
        (("AWS", ROOT), ROOT, (True, False, True)),
        (("AWS", "222222222222"), USER, NONE),
        (("AWS", ROLE), None, NONE),
        (("AWS", A), "logs.amazonaws.com", NONE),
        (("Service", "logs.amazonaws.com"), "logs.amazonaws.com", (True, False, False)),
        (("Service", "logs.amazonaws.com"), "ec2.amazonaws.com", NONE),
        (("Federated", "arn:aws:iam::1:saml-provider/x"), "arn:aws:iam::1:saml-provider/x", (True, False, False)),
        (("AWS", "AROADELETED"), ROLE, NONE),
    ],
)
def test_whom_an_element_means(element: tuple[str, str], caller: str | None, expected: tuple[bool, ...]) -> None:
    found = meant([element], Principal.read(caller), Context())
    assert (found.direct == TRUE, found.role == TRUE, found.account == TRUE) == expected


def test_a_role_may_act_as_a_named_session_when_its_user_id_ends_so() -> None:
    role = Principal.read(ROLE)
    found = meant([("AWS", SESSION)], role, Context({}, free=True))
    assert found.direct == Leaf("StringLike", "aws:userid", ("*:s",))
    assert meant([("AWS", SESSION)], role, Context({"aws:userid": ("AROAX:s",)})).direct == TRUE
    assert meant([("AWS", SESSION)], role, Context({"aws:userid": ("AROAX:t",)})).direct == FALSE


def test_a_canonical_id_leaves_open_whose_it_is() -> None:
    found = meant([("CanonicalUser", "a" * 64)], Principal.read(ROLE), Context())
    assert isinstance(found.account, Opaque)


# AWS page "AWS JSON policy elements: NotPrincipal".
@pytest.mark.parametrize(
    ("listed", "caller", "bounded", "denied"),
    [
        ((ROLE, ROOT), ROLE, False, FALSE),
        ((ROLE, ROOT), SESSION, False, FALSE),
        ((ROLE, ROOT), ROLE, True, TRUE),
        ((ROOT,), ROLE, False, TRUE),
        ((ROOT,), ROOT, False, FALSE),
        (("*",), ROLE, False, FALSE),
        ((ROLE, ROOT), None, False, TRUE),
    ],
)
def test_whom_a_deny_with_not_principal_reaches(
    listed: tuple[str, ...], caller: str | None, denied: Any, *, bounded: bool
) -> None:
    pairs = tuple(("AWS", name) for name in listed)
    assert not_meant(pairs, Principal.read(caller), Context(), bounded=bounded) == denied


def test_an_unread_boundary_and_an_unlisted_account_leave_not_principal_open() -> None:
    unread = not_meant((("AWS", ROLE), ("AWS", ROOT)), Principal.read(ROLE), Context(), bounded=None)
    alone = not_meant((("AWS", ROLE),), Principal.read(ROLE), Context(), bounded=False)
    assert [atom.layer for atom in atoms(unread) if isinstance(atom, Opaque)] == ["boundary"]
    assert [atom.layer for atom in atoms(alone) if isinstance(atom, Opaque)] == ["not_principal"]


def test_context_keys_follow_from_the_caller() -> None:
    session = Principal.read(SESSION, "AROAX").keys()
    assert session["aws:PrincipalArn"] == f"arn:aws:iam::{A}:role/r"
    assert session["aws:userid"] == "AROAX:s"
    assert session["aws:PrincipalType"] == "AssumedRole"
    user = Principal.read(USER, "AIDAX").keys()
    assert (user["aws:username"], user["aws:userid"], user["aws:PrincipalType"]) == ("u", "AIDAX", "User")
    assert Principal.read(ROOT).keys()["aws:userid"] == A
    service = Principal.read("logs.amazonaws.com").keys()
    assert (service["aws:PrincipalIsAWSService"], service["aws:PrincipalArn"]) == ("true", None)
    assert Principal.read(None).keys()["aws:userid"] == "anonymous"
